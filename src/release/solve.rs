//! Lets the engine decide on one block, and keeps what it found.

use super::block::{Block, RECORD, RECORDS};
use super::ledger::LedgerEntry;
use super::primary;
use super::sums;
use super::witness::{self, Pair, Problem, Row};
use super::witnesses::{Joint, WitnessBlock, WitnessPair};
use crate::cube::{Attribute, People, Reading, Whose};
use crate::instance::Policy;
use std::collections::{BTreeMap, BTreeSet};

/// A figure that could be published.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    /// Where it would stand: its table and cell.
    pub(super) places: Vec<(usize, usize)>,
    /// What it tells.
    pub(super) reading: Reading,
    /// The figure.
    pub(super) value: i64,
}

/// What is known of a block before anything new is published.
pub(super) struct Known<'a> {
    /// Everything ever published.
    pub(super) ledger: &'a [LedgerEntry],
    /// What is shown whatever the engine finds: numbers of people of a cohort.
    pub(super) shown: &'a [(Whose, i64)],
    /// People by start and end.
    pub(super) joint: &'a [Joint],
    /// Sets that were sensitive in earlier releases.
    pub(super) sensitive: &'a BTreeSet<Whose>,
}

/// What became of a block.
pub(super) struct Decided {
    /// For each wish whether it is granted.
    pub(super) granted: Vec<bool>,
    /// The witnesses.
    pub(super) witnesses: WitnessBlock,
    /// Sensitive sets that are open although nothing published elsewhere opens them.
    pub(super) open: Vec<Whose>,
    /// The facts fit what was published before.
    pub(super) fits: bool,
}

/// Decides on the wishes of one block in their order.
pub(super) fn decide(people: &People, wishes: &[Wish], known: &Known<'_>, policy: &Policy) -> Decided {
    let is_correction = people.attributes.iter().any(|a| a.id == RECORD);
    let people = &with_records(people, known.ledger);
    let ledger: Vec<(Reading, &LedgerEntry)> =
        known.ledger.iter().filter_map(|e| Some((told_here(people, &e.reading)?, e))).collect();
    let own = known.sensitive.iter().filter(|w| same_people(&w.block, &people.id));
    let earlier: BTreeSet<Whose> = own.filter_map(|w| whose_here(people, w)).collect();
    let mut named: BTreeSet<String> = BTreeSet::new();
    let readings = wishes.iter().map(|w| &w.reading).chain(ledger.iter().map(|(reading, _)| reading));
    let all: Vec<&Whose> =
        readings.flat_map(whose_of).chain(known.shown.iter().map(|(w, _)| w)).chain(&earlier).collect();
    named.extend(all.iter().flat_map(|w| w.only.keys().cloned()));
    let crossed: BTreeSet<[String; 2]> = all.iter().flat_map(|w| primary::crossed(w)).collect();
    named.extend(people.attributes.iter().filter(|a| a.id == RECORD).map(|a| a.id.clone()));
    let block = Block::of(people, &named, &crossed);

    // What was published elsewhere may be sensitive, too: it is listed as lost.
    let elsewhere = ledger.iter().filter(|(_, e)| e.source.is_some()).map(|(reading, _)| reading);
    let count = |r: &Reading| named_by(r).cloned();
    let cells: BTreeSet<Whose> = wishes.iter().map(|w| &w.reading).chain(elsewhere).filter_map(count).collect();
    let told: BTreeSet<Whose> = ledger.iter().filter_map(|(reading, _)| count(reading)).collect();
    let overlapping = primary::overlapping(&cells);
    // Sums of answers only follow.
    let sums = sums::of_answers(&(&cells | &told));
    let cells = &cells - &overlapping;
    let mut sensitive = primary::sensitive(&sums::telling(&cells, &sums, &block), &block, policy);
    let cells = &cells - &sums;
    if is_correction {
        sensitive.extend(primary::changed(&cells, &block, policy));
    }
    let means = wishes.iter().map(|w| &w.reading).filter(|r| matches!(r, Reading::Grades(_)));
    let graded: BTreeSet<&Whose> = means.flat_map(whose_of).collect();
    let [beside, mut as_a_whole] = primary::beside(&cells, &told, (&sensitive, &graded), &block);
    let of_sums = sums.intersection(&sensitive).flat_map(|sum| sums::line(sum, &cells));
    as_a_whole.extend(of_sums.filter(|w| !told.contains(*w)).cloned());
    let primary = &sensitive | &earlier;
    sensitive = &primary | &beside;
    let following = primary::following(&cells, &told, &block, policy);
    sensitive.extend(following.iter().cloned());
    let mut barred = &primary::barred(&cells, &told, &block, policy) | &as_a_whole;
    barred.extend(overlapping);
    let withheld = &sensitive | &as_a_whole;
    let mut by_set: BTreeMap<Vec<u32>, Whose> = BTreeMap::new();
    for whose in sensitive {
        by_set.entry(block.set(&whose)).or_insert(whose);
    }
    let mut rows: Vec<Row> = known.shown.iter().flat_map(|(w, n)| block.rows(&Reading::Count(w.clone()), *n)).collect();
    rows.extend(joint_rows(&block, known.joint));
    // Whoever knows how many records were corrected knows this.
    for record in RECORDS[1..].iter().filter(|_| is_correction) {
        let only = BTreeMap::from([(RECORD.to_owned(), BTreeSet::from([(*record).to_owned()]))]);
        let changed = Whose { block: block.id.clone(), only };
        let n = block.count(&block.set(&changed));
        rows.extend(block.rows(&Reading::Count(changed), n));
    }
    let own = rows.clone();
    for (reading, entry) in &ledger {
        rows.extend(block.rows(reading, entry.low));
    }
    let truth = block.truth.clone();
    let k = i64::from(policy.threshold);
    let mut problem = Problem { truth, known: rows, sensitive: Vec::new(), candidates: Vec::new(), k };
    // Twice at most: what time alone has opened cannot be protected, but nothing more is told of that group.
    let (mut granted, mut solution, mut fits);
    loop {
        let is_open = |reading: &Reading| match reading {
            Reading::Count(whose) => !barred.contains(whose) && !sums.contains(whose),
            Reading::Grades(grades) => {
                let may_stand_alone = || {
                    !primary::is_extreme(grades, &block, policy) && !primary::hides_sums(grades, &sums, &block, policy)
                };
                grades.iter().all(|(_, w)| !withheld.contains(w)) || may_stand_alone()
            }
            _ => true,
        };
        let open_to: Vec<usize> = (0..wishes.len()).filter(|at| is_open(&wishes[*at].reading)).collect();
        problem.sensitive = by_set.keys().cloned().collect();
        problem.candidates = open_to.iter().map(|at| block.rows(&wishes[*at].reading, wishes[*at].value)).collect();
        fits = witness::anchor(&problem).is_some();
        solution = if fits { witness::publish(&problem) } else { witness::Solution::default() };
        granted = vec![false; wishes.len()];
        for (at, published) in open_to.into_iter().zip(&solution.published) {
            granted[at] = *published;
        }
        let lost = solution.lost.iter().map(|at| &problem.sensitive[*at]);
        let by_time: Vec<Vec<u32>> =
            lost.filter(|set| by_set.get(*set).is_some_and(|w| following.contains(w))).cloned().collect();
        if by_time.is_empty() {
            break;
        }
        for set in by_time {
            barred.extend(by_set.remove(&set).into_iter().flat_map(|w| primary::of_same_group(&w, &cells)));
        }
    }
    let all_told: BTreeSet<&Whose> = {
        let now =
            wishes.iter().zip(&granted).filter(|(_, granted)| **granted).filter_map(|(w, _)| named_by(&w.reading));
        now.chain(&told).chain(known.shown.iter().map(|(w, _)| w)).collect()
    };
    for (wish, granted) in wishes.iter().zip(&mut granted) {
        let sum = named_by(&wish.reading).filter(|w| sums.contains(*w));
        *granted |= sum.is_some_and(|sum| sums::follows(sum, &all_told, &block));
    }
    let opened: Vec<Vec<u32>> = solution.lost.iter().map(|at| problem.sensitive[*at].clone()).collect();
    let by_us = ledger.iter().filter(|(_, e)| e.source.is_none());
    let by_us = by_us.flat_map(|(reading, e)| block.rows(reading, e.low)).chain(own).collect();
    let still = still_open(&problem, opened.clone(), by_us);
    let name = |set: &Vec<u32>| by_set.get(set).cloned();
    // What is withheld only because of small ones beside it is no secret of its own.
    let is_secret = |w: &Whose| primary.contains(w) || !beside.contains(w);
    let mut open: Vec<Whose> = still.iter().filter_map(name).filter(is_secret).collect();
    let (proved, unproved): (Vec<_>, Vec<_>) =
        opened.iter().filter(|set| !still.contains(set)).partition(|set| is_told(&problem, set));
    let lost: Vec<Whose> = proved.into_iter().filter_map(name).collect();
    open.extend(unproved.into_iter().filter_map(name).filter(is_secret));
    let pairs =
        by_set.into_values().zip(&solution.pairs).filter_map(|(whose, pair)| Some(written(whose, pair.as_ref()?)));
    let pairs = pairs.collect();
    Decided {
        granted,
        witnesses: WitnessBlock { id: block.id, attributes: block.attributes, kinds: block.kinds, pairs, lost },
        open,
        fits,
    }
}

/// True when what is known leaves a set fewer values than the threshold: proved, not only that nothing was found.
fn is_told(problem: &Problem, set: &[u32]) -> bool {
    let most = problem.truth.iter().sum::<i64>().max(1) * 2;
    let bounds = witness::bounds(problem.truth.len(), &problem.known, set, most);
    bounds.is_some_and(|(low, high)| high - low < problem.k || high < problem.k)
}

/// Which of these sets are open without what was published elsewhere.
fn still_open(problem: &Problem, sensitive: Vec<Vec<u32>>, known: Vec<Row>) -> Vec<Vec<u32>> {
    if sensitive.is_empty() {
        return Vec::new();
    }
    let alone = Problem { truth: problem.truth.clone(), known, sensitive, candidates: Vec::new(), k: problem.k };
    let lost = witness::publish(&alone).lost;
    lost.into_iter().map(|at| alone.sensitive[at].clone()).collect()
}

/// The same people in this block, where it tells them; the records of a correction are told in every block that has them.
fn whose_here(people: &People, whose: &Whose) -> Option<Whose> {
    let mut bare = whose.clone();
    let record = bare.only.remove(RECORD);
    let mut here = people.also_tells(&bare)?;
    // A set of this block may name attributes that it no longer has.
    let has = |id: &String| people.attributes.iter().any(|a| a.id == *id);
    here.only.extend(record.map(|codes| (RECORD.to_owned(), codes)));
    here.only.keys().all(has).then_some(here)
}

fn told_here(people: &People, reading: &Reading) -> Option<Reading> {
    match reading {
        Reading::Count(whose) => Some(Reading::Count(whose_here(people, whose)?)),
        Reading::Grades(grades) => {
            let same = |(_, w): &(i64, Whose)| w.block == people.id;
            let here = |(grade, w): &(i64, Whose)| Some((*grade, whose_here(people, w)?));
            Some(Reading::Grades(grades.iter().filter(|g| same(g)).map(here).collect::<Option<Vec<_>>>()?))
                .filter(|r| !whose_of(r).is_empty())
        }
        Reading::Plain | Reading::Share { .. } | Reading::Measured(_) => None,
    }
}

/// A block of which a cohort was corrected knows of the records for good: who is there now was kept, as far as is known.
fn with_records(people: &People, ledger: &[LedgerEntry]) -> People {
    let has = people.attributes.iter().any(|a| a.id == RECORD);
    let names = |e: &LedgerEntry| {
        whose_of(&e.reading).iter().any(|w| w.only.contains_key(RECORD) && same_people(&w.block, &people.id))
    };
    if has || !ledger.iter().any(names) {
        return people.clone();
    }
    let mut attributes = people.attributes.clone();
    attributes.push(records());
    let kinds = people.kinds.iter().map(|(kind, n)| (kind.iter().copied().chain([0]).collect(), *n)).collect();
    People { attributes, kinds, ..people.clone() }
}

/// The attribute of a corrected block.
pub(super) fn records() -> Attribute {
    Attribute { id: RECORD.to_owned(), codes: RECORDS.map(str::to_owned).into() }
}

/// Blocks of cases cut the same people; every other block is people of its own.
pub(super) fn same_people(one: &str, other: &str) -> bool {
    one == other || (one.starts_with("cases.") && other.starts_with("cases."))
}

fn named_by(reading: &Reading) -> Option<&Whose> {
    if let Reading::Count(whose) = reading { Some(whose) } else { None }
}

/// Everybody a figure tells of.
pub(super) fn whose_of(reading: &Reading) -> Vec<&Whose> {
    match reading {
        Reading::Plain => Vec::new(),
        Reading::Count(whose) | Reading::Measured(whose) => vec![whose],
        Reading::Share { part, whole } => vec![part, whole],
        Reading::Grades(grades) => grades.iter().map(|(_, whose)| whose).collect(),
    }
}

/// People by start and end, as far as the block tells them apart: what other blocks hold fixed, this one does, too.
fn joint_rows(block: &Block, joint: &[Joint]) -> Vec<Row> {
    let has = |id: &str| block.attributes.iter().any(|a| a.id == id);
    let (started, ended) = (has("started"), has("ended"));
    if !started && !ended {
        return Vec::new();
    }
    let mut sums: BTreeMap<BTreeMap<String, BTreeSet<String>>, i64> = BTreeMap::new();
    for j in joint {
        let mut only = BTreeMap::new();
        for (id, code, is_there) in [("started", &j.started, started), ("ended", &j.ended, ended)] {
            if is_there {
                only.insert(id.to_owned(), BTreeSet::from([code.clone()]));
            }
        }
        *sums.entry(only).or_default() += j.n;
    }
    let rows =
        sums.into_iter().flat_map(|(only, n)| block.rows(&Reading::Count(Whose { block: block.id.clone(), only }), n));
    rows.collect()
}

fn written(whose: Whose, pair: &Pair) -> WitnessPair {
    let sparse = |people: &[i64]| people.iter().copied().enumerate().filter(|(_, n)| *n != 0).collect();
    WitnessPair { whose, low: sparse(&pair.low), high: sparse(&pair.high) }
}
