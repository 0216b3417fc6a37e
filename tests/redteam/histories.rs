//! Random histories of releases, invented from a seed: people with attributes that overlap and nest, cohorts by start and
//! by end, linked tables, corrections and erasures between releases. Everything that any release published is attacked
//! together; where the secondary step is left out, the same attack must succeed.

use crate::attack::Reader;
use palaute::release::witness::{Problem, Row, publish, verify};
use std::collections::BTreeSet;

/// Histories of an ordinary run; `PALAUTE_HISTORIES` asks for more.
const HISTORIES: u64 = 30;

/// Seeds of the histories follow this one.
const FIRST: u64 = 8_000;

const STARTED: usize = 0;
/// Its fourth code is that of those who are in no cohort yet.
const ENDED: usize = 1;
const OUTCOME: usize = 2;
const ORIGIN: usize = 3;
const GENDER: usize = 4;
const PROFILE: usize = 5;

/// SplitMix64.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(n).unwrap()).unwrap()
    }
}

type Kind = [usize; 6];

/// What happens to released records before the last release.
#[derive(Clone, Copy, PartialEq)]
enum Event {
    Nothing,
    /// Some people are erased; what was published about them stays published.
    Erasure,
    /// Some records of the first cohort get other codes, and its tables are published anew.
    Correction,
}

struct History {
    k: i64,
    kinds: Vec<Kind>,
    sizes: [usize; 6],
    people: Vec<usize>,
    event: Event,
    draw: Draw,
}

/// A cell of a table: who is in it, and who is in its row.
struct Cell {
    set: Vec<u32>,
    row: Vec<u32>,
    /// True in a table of two attributes.
    within: bool,
}

impl History {
    fn new(seed: u64) -> Self {
        let mut draw = Draw(seed);
        let k = [3, 5][draw.below(2)];
        let event = [Event::Nothing, Event::Erasure, Event::Correction][draw.below(3)];
        // Nine ways to start and end; with a correction there are three times as many kinds.
        let (limit, cap) = if event == Event::Correction { (12, 3) } else { (33, 4) };
        let sizes = loop {
            let sizes = [3, 4, 2 + draw.below(3), 2 + draw.below(cap - 1), 1 + draw.below(2), 2];
            if sizes[OUTCOME..].iter().product::<usize>() <= limit {
                break sizes;
            }
        };
        let mut kinds: Vec<Kind> = vec![[0; 6]];
        for (attribute, size) in sizes.into_iter().enumerate() {
            let with = |code| {
                kinds.iter().map(move |kind: &Kind| {
                    let mut kind = *kind;
                    kind[attribute] = code;
                    kind
                })
            };
            kinds = (0..size).flat_map(with).collect();
        }
        kinds.retain(|kind| kind[ENDED] >= kind[STARTED]);
        kinds.sort_unstable();
        // Few or many, even or with rare codes.
        let n = [10 + draw.below(30), 40 + draw.below(80), 120 + draw.below(280)][draw.below(3)];
        let rare = draw.below(3);
        let people = (0..n)
            .map(|_| {
                let one = draw.below(kinds.len());
                (0..rare)
                    .fold(one, |least, _| if draw.below(2) == 0 { least.min(draw.below(kinds.len())) } else { least })
            })
            .collect();
        Self { k, kinds, sizes, people, event, draw }
    }

    fn count(&self) -> Vec<i64> {
        let mut truth = vec![0; self.kinds.len()];
        self.people.iter().for_each(|kind| truth[*kind] += 1);
        truth
    }

    fn set(&self, holds: impl Fn(&Kind) -> bool) -> Vec<u32> {
        (0..).zip(&self.kinds).filter(|(_, kind)| holds(kind)).map(|(place, _)| place).collect()
    }

    /// Totals and the twelve tables of a cohort: single attributes, then two at a time. Origins in pairs are a hierarchy.
    fn cells(&self, cohort: usize) -> Vec<Cell> {
        let pair = |attribute: usize, halved: bool| {
            move |kind: &Kind| if halved { kind[attribute] / 2 } else { kind[attribute] }
        };
        let single = [
            (ENDED, OUTCOME, false),
            (ENDED, ORIGIN, false),
            (ENDED, ORIGIN, true),
            (ENDED, PROFILE, false),
            (STARTED, GENDER, false),
            (STARTED, ORIGIN, false),
            (STARTED, PROFILE, false),
        ];
        let double = [
            (ENDED, GENDER, false, OUTCOME),
            (ENDED, ORIGIN, true, OUTCOME),
            (ENDED, PROFILE, false, OUTCOME),
            (STARTED, GENDER, false, ORIGIN),
            (ENDED, ORIGIN, false, OUTCOME),
        ];
        let mut cells = Vec::new();
        for by in [STARTED, ENDED] {
            let all = self.set(|kind| kind[by] == cohort);
            cells.push(Cell { set: all.clone(), row: all, within: false });
        }
        for (by, attribute, halved) in single {
            let row = self.set(|kind| kind[by] == cohort);
            let of = pair(attribute, halved);
            for code in 0..self.sizes[attribute] {
                let set = self.set(|kind| kind[by] == cohort && of(kind) == code);
                if !set.is_empty() {
                    cells.push(Cell { set, row: row.clone(), within: false });
                }
            }
        }
        for (by, group, halved, attribute) in double {
            let of = pair(group, halved);
            for one in 0..self.sizes[group] {
                let row = self.set(|kind| kind[by] == cohort && of(kind) == one);
                for code in 0..self.sizes[attribute] {
                    let set = self.set(|kind| kind[by] == cohort && of(kind) == one && kind[attribute] == code);
                    if !set.is_empty() {
                        cells.push(Cell { set, row: row.clone(), within: true });
                    }
                }
            }
        }
        cells
    }
}

fn people(truth: &[i64], set: &[u32]) -> i64 {
    set.iter().map(|kind| truth[*kind as usize]).sum()
}

/// The sets that the primary rule makes sensitive because of one cell.
fn primary(cell: &Cell, truth: &[i64], k: i64) -> Vec<Vec<u32>> {
    let rest: Vec<u32> = cell.row.iter().copied().filter(|kind| cell.set.binary_search(kind).is_err()).collect();
    let (part, row) = (people(truth, &cell.set), people(truth, &cell.row));
    let group = cell.within && row > 0;
    let small = |n: i64| n > 0 && n < k || group && n == 0;
    let mut sets = Vec::new();
    if small(part) {
        sets.push(cell.set.clone());
    }
    if !rest.is_empty() && small(row - part) {
        sets.push(rest);
    }
    if row > 0 && row < k {
        sets.push(cell.row.clone());
    }
    sets
}

/// Everything public after the last release, and what must not follow from it.
#[derive(Default)]
struct Public {
    kinds: usize,
    known: Vec<Row>,
    sensitive: BTreeSet<Vec<u32>>,
    lost: usize,
    shown: usize,
}

/// Runs a history; without the secondary step every cell that the primary rule leaves alone is published.
fn run(seed: u64, secondary: bool) -> (Public, History) {
    let mut history = History::new(seed);
    let mut public = Public { kinds: history.kinds.len(), ..Public::default() };
    for cohort in 0..3 {
        let mut cells = history.cells(cohort);
        let mut truth = history.count();
        if cohort == 2 && history.event == Event::Erasure {
            for _ in 0..1 + history.draw.below(3) {
                let one = history.draw.below(history.people.len());
                history.people.swap_remove(one);
            }
            truth = history.count();
        }
        if cohort == 2 && history.event == Event::Correction {
            cells.extend(history.cells(0));
            truth = correct(&mut history, &mut public);
            // From now on whoever counts is kept or added.
            let size = history.kinds.len();
            for cell in &mut cells {
                cell.set = beside(&cell.set, size, 2);
                cell.row = beside(&cell.row, size, 2);
            }
        }
        release(&mut public, &cells, truth, history.k, secondary, seed);
    }
    (public, history)
}

/// Gives some records of the first cohort other codes. Kinds are three times as many then: kept, removed, added; what was
/// known until now counts the kept and the removed.
fn correct(history: &mut History, public: &mut Public) -> Vec<i64> {
    let size = history.kinds.len();
    let (mut kept, mut removed, mut added) = (history.count(), vec![0; size], vec![0; size]);
    let of_first = |kind: &Kind| kind[STARTED] == 0 || kind[ENDED] == 0;
    let first: Vec<usize> =
        (0..history.people.len()).filter(|at| of_first(&history.kinds[history.people[*at]])).collect();
    let changes = first.len().min(1 + history.draw.below(8));
    for at in &first[..changes] {
        let from = history.people[*at];
        let old = history.kinds[from];
        let days = |kind: &Kind| (kind[STARTED], kind[ENDED]);
        let others: Vec<usize> =
            (0..size).filter(|to| *to != from && days(&history.kinds[*to]) == days(&old)).collect();
        let to = others[history.draw.below(others.len())];
        kept[from] -= 1;
        removed[from] += 1;
        added[to] += 1;
        history.people[*at] = to;
    }
    for row in &mut public.known {
        let set: Vec<u32> = row.terms.iter().map(|(kind, _)| *kind).collect();
        *row = Row::count(&beside(&set, size, 1), row.low);
    }
    public.sensitive = public.sensitive.iter().map(|set| beside(set, size, 1)).collect();
    public.kinds = 3 * size;
    // How many records were corrected is said openly.
    for part in [1, 2] {
        let all: Vec<u32> = (0..).skip(part * size).take(size).collect();
        public.known.push(Row::count(&all, i64::try_from(changes).unwrap()));
    }
    [kept, removed, added].concat()
}

/// A set among the kept and, besides, among another part of the kinds.
fn beside(set: &[u32], size: usize, part: usize) -> Vec<u32> {
    let shift = u32::try_from(size * part).unwrap();
    set.iter().copied().chain(set.iter().map(|kind| kind + shift)).collect()
}

fn release(public: &mut Public, cells: &[Cell], truth: Vec<i64>, k: i64, secondary: bool, seed: u64) {
    let rows: Vec<Row> = cells.iter().map(|cell| Row::count(&cell.set, people(&truth, &cell.set))).collect();
    let because: Vec<Vec<Vec<u32>>> = cells.iter().map(|cell| primary(cell, &truth, k)).collect();
    public.sensitive.extend(because.iter().flatten().cloned());
    let published: Vec<bool> = if secondary {
        let problem = Problem {
            truth,
            known: public.known.clone(),
            sensitive: public.sensitive.iter().cloned().collect(),
            candidates: rows.iter().map(|row| vec![row.clone()]).collect(),
            k,
        };
        let solution = publish(&problem);
        assert_eq!(verify(&problem, &solution), Ok(()), "history {seed}");
        for lost in &solution.lost {
            public.sensitive.remove(&problem.sensitive[*lost]);
        }
        public.lost += solution.lost.len();
        solution.published
    } else {
        because.iter().map(Vec::is_empty).collect()
    };
    public.shown += published.iter().filter(|yes| **yes).count();
    public.known.extend(rows.into_iter().zip(published).filter(|(_, yes)| *yes).map(|(row, _)| row));
}

#[expect(clippy::disallowed_methods, reason = "how many histories is the test's own affair; each is named by its seed")]
fn histories() -> std::ops::Range<u64> {
    let asked = std::env::var("PALAUTE_HISTORIES").ok().and_then(|asked| asked.parse().ok());
    FIRST..FIRST + asked.unwrap_or(HISTORIES)
}

#[test]
fn no_history_of_releases_opens_a_sensitive_cell() {
    let (mut shown, mut lost, mut sensitive) = (0, 0, 0);
    for seed in histories() {
        let (public, history) = run(seed, true);
        let reader = Reader::new(public.kinds, &public.known);
        for set in &public.sensitive {
            let (least, most) = reader.bounds(set);
            assert!(!reader.opens(set, history.k), "history {seed}: {least}..{most} tells a set of {}", set.len());
        }
        shown += public.shown;
        lost += public.lost;
        sensitive += public.sensitive.len();
    }
    assert!(shown > 20 * histories().count(), "{shown} cells shown of all histories: hardly anything");
    // Only what a correction or an erasure opens by itself, which is refused before anything is published.
    assert!(lost * 20 < sensitive, "{lost} of {sensitive} sensitive cells lost");
}

#[test]
fn without_the_secondary_step_the_same_attack_opens_cells() {
    let opened = histories().filter(|seed| {
        let (public, history) = run(*seed, false);
        let reader = Reader::new(public.kinds, &public.known);
        public.sensitive.iter().any(|set| reader.opens(set, history.k))
    });
    let (opened, all) = (opened.count(), histories().count());
    assert!(opened * 2 > all, "only {opened} of {all} histories were opened: the attack is too weak");
}

#[test]
fn the_attack_never_claims_what_is_not_so() {
    for seed in histories().take(10) {
        for secondary in [true, false] {
            let (public, history) = run(seed, secondary);
            if history.event != Event::Nothing {
                continue;
            }
            let (truth, reader) = (history.count(), Reader::new(public.kinds, &public.known));
            for set in &public.sensitive {
                let ((least, most), so) = (reader.bounds(set), people(&truth, set));
                assert!(least <= so && so <= most, "history {seed}: {so} is not in {least}..{most}");
            }
        }
    }
}
