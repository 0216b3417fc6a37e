//! How long disclosure control needs for a large block, and how much it lets through: 300 kinds of people, 12 tables with 101
//! cells, 22 to 300 people, and the same block once more with some records corrected (three times as many kinds).
//! Worth its time only with the engine optimised, as in the installed program: `cargo bench --bench disclosure`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark that cannot go on fails; it prints")]

use palaute::release::witness::{Problem, Row, publish, verify};
use std::time::Instant;

const SIZES: [usize; 5] = [5, 5, 3, 2, 2];
const KINDS: usize = 300;
const TABLES: [&[usize]; 12] =
    [&[0], &[1], &[2], &[3], &[4], &[0, 1], &[0, 2], &[0, 3], &[0, 4], &[1, 3], &[1, 4], &[3, 4]];
const K: i64 = 3;
/// People, and how many cells must be shown on average.
const BLOCKS: [(usize, f64); 4] = [(22, 37.0), (60, 64.0), (120, 85.0), (300, 97.0)];
const POPULATIONS: usize = 20;
const CORRECTIONS: usize = 3;
const CORRECTED: usize = 12;

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

fn main() {
    let cells = cells();
    assert_eq!(cells.len(), 101);
    for (people, least) in BLOCKS {
        let (mut took, mut shown, mut sensitive) = (Vec::new(), 0, 0);
        let (mut correction, mut again) = (Vec::new(), 0);
        for number in 0..POPULATIONS {
            let mut draw = Draw(u64::try_from(1000 * number + people).unwrap());
            let kinds: Vec<usize> = (0..people).map(|_| person(&mut draw)).collect();
            let problem = block(&cells, &kinds);
            let start = Instant::now();
            let solution = publish(&problem);
            took.push(start.elapsed().as_secs_f64());
            assert_eq!(verify(&problem, &solution), Ok(()));
            shown += solution.published.iter().filter(|yes| **yes).count();
            sensitive += problem.sensitive.len();
            if number < CORRECTIONS {
                let problem = corrected(&cells, &kinds, &problem, &solution.published, &mut draw);
                let start = Instant::now();
                let solution = publish(&problem);
                correction.push(start.elapsed().as_secs_f64());
                assert_eq!(verify(&problem, &solution), Ok(()));
                again += solution.published.iter().filter(|yes| **yes).count();
            }
        }
        let average = |sum: usize, of: usize| sum as f64 / of as f64;
        let shown = average(shown, POPULATIONS);
        println!(
            "{people} people: {} sensitive sets, {shown:.1} of 101 cells shown, {}; {CORRECTED} records corrected: {:.1} shown, {}",
            average(sensitive, POPULATIONS),
            seconds(&mut took),
            average(again, CORRECTIONS),
            seconds(&mut correction)
        );
        assert!(shown >= least, "{shown} cells of {people} people shown, at least {least} could be");
    }
}

/// All kinds alike, but one pair of codes that is rare.
fn person(draw: &mut Draw) -> usize {
    let kind = draw.below(KINDS);
    if code(kind, 0) == 0 && code(kind, 1) == 0 { draw.below(KINDS) } else { kind }
}

fn code(kind: usize, attribute: usize) -> usize {
    kind / SIZES[attribute + 1..].iter().product::<usize>() % SIZES[attribute]
}

fn seconds(took: &mut [f64]) -> String {
    took.sort_by(f64::total_cmp);
    format!("{:.2} s (slowest {:.2} s)", took[took.len() / 2], took[took.len() - 1])
}

/// Every cell of every table as the kinds it counts.
fn cells() -> Vec<Vec<u32>> {
    let mut cells = Vec::new();
    for by in TABLES {
        let mut codes: Vec<Vec<usize>> = vec![Vec::new()];
        for attribute in by {
            codes = codes
                .iter()
                .flat_map(|c| (0..SIZES[*attribute]).map(move |next| [c.clone(), vec![next]].concat()))
                .collect();
        }
        for wanted in codes {
            let holds =
                |kind: &usize| by.iter().zip(&wanted).all(|(attribute, place)| code(*kind, *attribute) == *place);
            cells.push((0..KINDS).filter(holds).map(|kind| u32::try_from(kind).unwrap()).collect());
        }
    }
    cells
}

/// Small cells and small complements are sensitive; everything is a candidate; the number of all is known.
fn block(cells: &[Vec<u32>], people: &[usize]) -> Problem {
    let mut truth = vec![0; KINDS];
    people.iter().for_each(|kind| truth[*kind] += 1);
    let all: Vec<u32> = (0..).take(KINDS).collect();
    let (mut sensitive, mut candidates) = (Vec::new(), Vec::new());
    for set in cells {
        let count: i64 = set.iter().map(|kind| truth[*kind as usize]).sum();
        candidates.push(vec![Row::count(set, count)]);
        if (1..K).contains(&count) {
            sensitive.push(set.clone());
        }
        if (1..K).contains(&(i64::try_from(people.len()).unwrap() - count)) {
            sensitive.push(all.iter().copied().filter(|kind| set.binary_search(kind).is_err()).collect());
        }
    }
    let known = vec![Row::count(&all, i64::try_from(people.len()).unwrap())];
    Problem { truth, known, sensitive, candidates, k: K }
}

/// The block after some records got other codes: kinds are kept, removed, added.
fn corrected(cells: &[Vec<u32>], people: &[usize], before: &Problem, shown: &[bool], draw: &mut Draw) -> Problem {
    let (mut now, mut truth) = (people.to_vec(), [before.truth.clone(), vec![0; 2 * KINDS]].concat());
    for kind in &mut now[..CORRECTED] {
        truth[*kind] -= 1;
        truth[KINDS + *kind] += 1;
        *kind = (*kind + 1 + draw.below(KINDS - 1)) % KINDS;
        truth[2 * KINDS + *kind] += 1;
    }
    let after = block(cells, &now);
    let beside = |set: &[u32], part: usize| {
        let shift = u32::try_from(part * KINDS).unwrap();
        set.iter().copied().chain(set.iter().map(|kind| kind + shift)).collect::<Vec<u32>>()
    };
    let shift = |row: &Row, part: usize| {
        let set: Vec<u32> = row.terms.iter().map(|(kind, _)| *kind).collect();
        Row::count(&beside(&set, part), row.low)
    };
    let published = before.candidates.iter().zip(shown).filter(|(_, yes)| **yes).flat_map(|(rows, _)| rows);
    let mut known: Vec<Row> = before.known.iter().chain(published).map(|row| shift(row, 1)).collect();
    for part in [1, 2] {
        let all: Vec<u32> = (0..).skip(part * KINDS).take(KINDS).collect();
        known.push(Row::count(&all, i64::try_from(CORRECTED).unwrap()));
    }
    let old = before.sensitive.iter().map(|set| beside(set, 1));
    let sensitive = old.chain(after.sensitive.iter().map(|set| beside(set, 2))).collect();
    let candidates = after.candidates.iter().map(|rows| rows.iter().map(|row| shift(row, 2)).collect()).collect();
    Problem { truth, known, sensitive, candidates, k: K }
}
