//! Small counts that are shown, and small rests that one subtraction gives.

use super::Finding;
use super::reading::{Reads, Shown, Whose};
use super::system::{Told, told};
use super::table::ReadTable;
use std::collections::BTreeMap;

/// Attributes that only tell when somebody is counted.
pub(super) const COHORTS: [&str; 4] = ["started", "ended", "received", super::reading::RECORD];

/// Shown counts of 1 to k-1, and groups whose size less one of their counts is that; what was lost before does not count.
pub(super) fn findings(tables: &BTreeMap<String, ReadTable>, lost: &[Whose]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for block in told(tables).values() {
        let counts: Vec<(&Told<'_>, &Whose, i64)> = block
            .iter()
            .filter_map(|t| match (t.reads, t.shown) {
                (Reads::Count(whose), Some(Shown { scaled, unit: 1 })) => Some((t, whose, scaled)),
                _ => None,
            })
            .collect();
        let by_whose: BTreeMap<&Whose, i64> = counts.iter().map(|(_, w, n)| (*w, *n)).collect();
        for (told, whose, n) in counts.iter().filter(|(_, whose, _)| !lost.contains(whose)) {
            let few = |n: i64| n > 0 && n < told.threshold;
            let mut tell = |problem: String| findings.push(Finding { path: told.path.clone(), problem });
            if few(*n) {
                tell(format!("a count of {n} is shown at {}", told.place));
            }
            for attribute in whose.only.keys().filter(|a| !COHORTS.contains(&a.as_str())) {
                let mut group = (*whose).clone();
                group.only.remove(attribute);
                if let Some(all) = by_whose.get(&group).filter(|all| few(**all - n)) {
                    tell(format!("{all} less {n} at {} gives {}", told.place, all - n));
                }
            }
        }
    }
    findings
}
