//! What a publisher calls lost: it must follow from what was published elsewhere before, or it is not excused.

use super::bounds;
use super::primary::COHORTS;
use super::reading::{Reads, Shown, Whose};
use super::system::{self, Told};
use super::witness::{Block, Kept, Line};
use std::collections::BTreeMap;

/// The sets that figures published elsewhere opened, and those that are only said to be so.
#[derive(Default)]
pub(super) struct Lost {
    pub(super) excused: Vec<Whose>,
    pub(super) claimed: Vec<Whose>,
}

/// Looks at each set that the witnesses call lost.
pub(super) fn lost(kept: &Kept, lines: &[Line], k: i64) -> Lost {
    let mut lost = Lost::default();
    for block in &kept.blocks {
        let known: Vec<&Line> = lines.iter().filter(|line| block.tells(line)).collect();
        let last = known.iter().rposition(|line| line.is_elsewhere()).map_or(0, |at| at + 1);
        // How many people there were in a time is told anyway.
        let of_time =
            |line: &Line| line.reading.named().iter().all(|w| w.only.keys().all(|a| COHORTS.contains(&a.as_str())));
        let alone: Vec<&Line> = known.iter().copied().filter(|line| line.is_elsewhere() || of_time(line)).collect();
        // Where it was told elsewhere after a release, what that release told counts as well; but by itself it tells nothing.
        let until = &known[..last];
        let own: Vec<&Line> = until.iter().copied().filter(|line| !line.is_elsewhere()).collect();
        for whose in &block.lost {
            let opens = |lines: &[&Line]| opens(block, lines, whose, k);
            let excused = last > 0 && (opens(&alone) || (opens(until) && !opens(&own)));
            if excused { &mut lost.excused } else { &mut lost.claimed }.push(whose.clone());
        }
    }
    lost
}

/// What is said of a set that is not excused.
pub(super) fn unexcused(whose: &Whose) -> String {
    let only = whose.only.iter().map(|(id, codes)| {
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        format!("{id} {}", codes.join(" or "))
    });
    let only: Vec<String> = only.collect();
    format!(
        "calls {} of {} lost, and no ledger shows that figures published elsewhere tell it",
        only.join(", "),
        whose.block
    )
}

/// True when these lines leave the set fewer values than `k`, or none as great.
fn opens(block: &Block, lines: &[&Line], whose: &Whose, k: i64) -> bool {
    let exact = lines.iter().filter(|line| line.low == line.high);
    let told = |reads, shown| Told { path: String::new(), place: String::new(), reads, shown, threshold: k };
    let unit = |reads: &Reads| if matches!(reads, Reads::Grades(_)) { 10 } else { 1 };
    let mut said: Vec<Told<'_>> =
        exact.map(|line| told(&line.reading, Some(Shown { scaled: line.low, unit: unit(&line.reading) }))).collect();
    let asked = Reads::Count(whose.clone());
    said.push(told(&asked, None));
    let attributes: BTreeMap<String, Vec<String>> =
        block.attributes.iter().map(|a| (a.id.clone(), a.codes.clone())).collect();
    let Ok(systems) = system::systems(&said, &attributes, (&[], &[])) else { return false };
    let asked = systems.iter().find_map(|system| Some((system, system.targets.first()?)));
    // A set that a zero of these lines empties is told, too.
    asked.is_none_or(|(system, target)| {
        bounds::range(system, &target.set).is_some_and(|(low, high)| high - low < k || high < k)
    })
}
