//! Corrections of a released cohort.
//!
//! Records that stayed, that were taken away and that were brought are told apart: readers of the first release know
//! figures of the first two, readers of the next those of the first and the last, and the engine holds both.

use super::block::{RECORD, RECORDS};
use super::control::Before;
use super::primary::small;
use super::solve::records;
use super::{LedgerEntry, Refusal};
use crate::cube::{Cohort, Counted, People, Reading, Table, Whose};
use crate::instance::Policy;
use crate::text::Text;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// A cohort that was released and is counted again.
#[derive(Clone, Debug)]
pub struct Correction<'a> {
    /// Its last day.
    pub cohort: Date,
    /// Why, for readers.
    pub reason: Text,
    /// The day of the correction.
    pub on: Date,
    /// Its tables and blocks as they were counted for the release.
    pub before: &'a Counted,
    /// The same as they are now.
    pub now: &'a Counted,
}

/// Refuses a second correction of a cohort: what readers have of it is told in three kinds of records and no more.
pub(super) fn refuse_again(cohort: Date, before: &Before<'_>) -> Result<(), Refusal> {
    let of_cohort = |e: &&LedgerEntry| e.cohort.as_ref().is_some_and(|c| c.until == cohort);
    let corrected = before.ledger.entries().iter().filter(of_cohort);
    let names = |e: &LedgerEntry| super::solve::whose_of(&e.reading).iter().any(|w| w.only.contains_key(RECORD));
    if corrected.into_iter().any(names) { Err(Refusal::CorrectedBefore(cohort)) } else { Ok(()) }
}

/// The tables as they are now, over blocks that know of both.
pub(super) fn corrected(correction: &Correction<'_>, policy: &Policy) -> Result<Counted, Refusal> {
    let cohort = correction.cohort;
    let of_cohort = |t: &&Table| t.cohort.as_ref().is_some_and(|c| c.until == cohort && c.of == ENDED);
    let mut tables: Vec<Table> = correction.now.tables.iter().filter(of_cohort).cloned().collect();
    if tables.is_empty() {
        return Err(Refusal::NoCohort(cohort));
    }
    let blocks: BTreeSet<String> =
        tables.iter().flat_map(|t| &t.reads).flat_map(super::solve::whose_of).map(|w| w.block.clone()).collect();
    let mut people = Vec::new();
    let mut changed = 0;
    for now in correction.now.people.iter().filter(|p| blocks.contains(&p.id)) {
        let before = correction.before.people.iter().find(|p| p.id == now.id && p.attributes == now.attributes);
        let before = before.ok_or(Refusal::NoCohort(cohort))?;
        let both = both(before, now, cohort);
        let of = |record: &str| {
            let only = BTreeMap::from([(RECORD.to_owned(), BTreeSet::from([record.to_owned()]))]);
            both.count(&Whose { block: now.id.clone(), only })
        };
        changed = changed.max(of(RECORDS[1])).max(of(RECORDS[2]));
        people.push(both);
    }
    if changed == 0 || small(changed, policy) {
        return Err(Refusal::TooFewChanged { cohort, changed, threshold: policy.threshold });
    }
    for reading in tables.iter_mut().flat_map(|t| &mut t.reads) {
        name_records(reading);
    }
    let cohorts: BTreeSet<Cohort> = tables.iter().filter_map(|t| t.cohort.clone()).collect();
    Ok(Counted { tables, people, cohorts: cohorts.into_iter().collect(), ..Counted::default() })
}

/// Cohorts of closed cases are what is corrected; numbers of started ones stay as they were released.
const ENDED: &str = "ended";

fn both(before: &People, now: &People, cohort: Date) -> People {
    let ended = now.attributes.iter().position(|a| a.id == ENDED);
    let code = ended.and_then(|at| now.attributes[at].codes.iter().position(|c| *c == cohort.to_string()));
    let is_in_cohort = |kind: &[usize]| ended.is_some_and(|at| kind.get(at).copied() == code);
    let mut attributes = now.attributes.clone();
    attributes.push(records());
    let mut kinds = BTreeMap::new();
    for kind in before.kinds.keys().chain(now.kinds.keys()).collect::<BTreeSet<_>>() {
        let [old, new] = [before, now].map(|p| p.kinds.get(kind).copied().unwrap_or(0));
        // Everybody else is as he is now.
        let old = if is_in_cohort(kind) { old } else { new };
        let kept = old.min(new);
        for (record, n) in [(0, kept), (1, old - kept), (2, new - kept)] {
            if n > 0 {
                kinds.insert(kind.iter().copied().chain([record]).collect(), n);
            }
        }
    }
    People { attributes, kinds, ..now.clone() }
}

/// The figure tells of records that stayed and that were brought.
fn name_records(reading: &mut Reading) {
    let name = |whose: &mut Whose| {
        let codes = [RECORDS[0], RECORDS[2]].map(str::to_owned).into();
        whose.only.insert(RECORD.to_owned(), codes);
    };
    match reading {
        Reading::Plain => {}
        Reading::Count(whose) | Reading::Measured(whose) => name(whose),
        Reading::Share { part, whole } => {
            name(part);
            name(whole);
        }
        Reading::Grades(grades) => grades.iter_mut().for_each(|(_, whose)| name(whose)),
    }
}
