//! The primary rule: which sets of people a release must not let anybody tell.
//!
//! Source: `disclosure.md`, section 2.

use super::block::{Block, RECORD, RECORDS};
use crate::cube::{NO_ANSWER, NOT_ASKED, Whose};
use crate::instance::Policy;
use std::collections::{BTreeMap, BTreeSet};

/// Attributes that say when somebody is counted. Nobody is counted twice by them, so they make no groups.
const WHEN: [&str; 4] = ["started", "ended", "received", RECORD];
/// Attribute of what was answered to a question.
const ANSWER: &str = "answer";

/// 1 to k-1 people.
pub(super) fn small(n: i64, policy: &Policy) -> bool {
    n > 0 && n < i64::from(policy.threshold)
}

/// The sensitive sets among the cells of a block's sensitive tables: small ones, small rests of what stands above them, and,
/// unless the instance says otherwise, nobody or everybody within a group.
pub(super) fn sensitive(cells: &BTreeSet<Whose>, block: &Block, policy: &Policy) -> BTreeSet<Whose> {
    let looked_at = with_those_above(cells, block);
    let counts: BTreeMap<&Whose, i64> = looked_at.iter().map(|w| (w, block.count(&block.set(w)))).collect();
    let mut found: BTreeSet<Whose> = cells.iter().filter(|w| small(counts[w], policy)).cloned().collect();
    for whose in cells {
        for above in &looked_at {
            let Some(rest) = rest(block, above, whose) else { continue };
            let left = counts[above] - counts[whose];
            if small(left, policy) {
                found.insert(rest);
            } else if policy.withhold_unanimous
                && left == 0
                && counts[above] > 0
                && says_something(whose)
                && !block.set(&rest).is_empty()
            {
                found.insert(whose.clone());
            }
        }
        if policy.withhold_unanimous && counts[whose] == 0 && is_empty_within_a_group(whose, block) {
            found.insert(whose.clone());
        }
    }
    for above in &looked_at {
        found.extend(unnamed(above, &looked_at, block).filter(|w| small(block.count(&block.set(w)), policy)));
    }
    found
}

/// Attributes of when somebody started and ended, whose cohorts overlap.
const OVERLAPPING: [&str; 2] = ["started", "ended"];

/// Small sets that are no cell but follow from several: one code of a cell that holds many, people of a group who started in
/// one cohort and ended in another, or have not ended. `told` are cells that were published before.
pub(super) fn following(
    cells: &BTreeSet<Whose>,
    told: &BTreeSet<Whose>,
    block: &Block,
    policy: &Policy,
) -> BTreeSet<Whose> {
    let mut found = BTreeSet::new();
    let is_small = |whose: &Whose| small(block.count(&block.set(whose)), policy);
    for whose in cells.iter().filter(|w| groups(w).next().is_some()) {
        for (id, codes) in whose.only.iter().filter(|(id, codes)| codes.len() > 1 && *id != RECORD) {
            let one = |code: &String| with(whose, id, BTreeSet::from([code.clone()]));
            found.extend(codes.iter().map(one).filter(is_small));
        }
    }
    for group in of_both(cells, told) {
        for ([started, ended], people) in both_cohorts(block) {
            let of_group = with(&with(&group, OVERLAPPING[0], started), OVERLAPPING[1], ended);
            // Of fewer people than the threshold no group can be kept apart by as many; see `barred`.
            if people >= i64::from(policy.threshold) && is_small(&of_group) {
                found.insert(of_group);
            }
        }
    }
    found
}

/// Cells that may not be shown: the started of a group less its ended would tell of the few who have not ended.
pub(super) fn barred(
    cells: &BTreeSet<Whose>,
    told: &BTreeSet<Whose>,
    block: &Block,
    policy: &Policy,
) -> BTreeSet<Whose> {
    let open = both_cohorts(block).into_iter().filter(|([_, ended], _)| ended.contains(LATER)).map(|(_, n)| n).sum();
    if !small(open, policy) {
        return BTreeSet::new();
    }
    let groups = of_both(cells, told);
    let is_barred = |w: &&Whose| w.only.contains_key(OVERLAPPING[1]) && groups.contains(&bare(w));
    cells.iter().filter(is_barred).cloned().collect()
}

/// Cells that count the people of a set's group by their end.
pub(super) fn of_same_group(whose: &Whose, cells: &BTreeSet<Whose>) -> BTreeSet<Whose> {
    let group = bare(whose);
    cells.iter().filter(|w| w.only.contains_key(OVERLAPPING[1]) && bare(w) == group).cloned().collect()
}

/// Code of people in no cohort yet.
const LATER: &str = "later";

fn with(whose: &Whose, id: &str, codes: BTreeSet<String>) -> Whose {
    let mut other = whose.clone();
    other.only.insert(id.to_owned(), codes);
    other
}

fn bare(whose: &Whose) -> Whose {
    let mut bare = whose.clone();
    OVERLAPPING.iter().for_each(|id| {
        bare.only.remove(*id);
    });
    bare
}

/// Groups that are counted both by start and by end.
fn of_both(cells: &BTreeSet<Whose>, told: &BTreeSet<Whose>) -> BTreeSet<Whose> {
    let of = |id: &str| -> BTreeSet<Whose> {
        let all = cells.iter().chain(told).filter(|w| w.only.contains_key(id) && groups(w).next().is_some());
        all.map(bare).collect()
    };
    let [started, ended] = OVERLAPPING.map(of);
    started.intersection(&ended).cloned().collect()
}

/// Each cohort of a start with each of an end, or none yet, and how many people are of both.
fn both_cohorts(block: &Block) -> Vec<([BTreeSet<String>; 2], i64)> {
    let codes = |id: &str| block.attributes.iter().find(|a| a.id == id).map_or(&[][..], |a| a.codes.as_slice());
    let one = |code: &String| BTreeSet::from([code.clone()]);
    let mut found = Vec::new();
    for started in codes(OVERLAPPING[0]).iter().filter(|c| *c != LATER) {
        for ended in codes(OVERLAPPING[1]) {
            let both = [one(started), one(ended)];
            let whose = with(
                &with(&Whose { block: block.id.clone(), only: BTreeMap::new() }, OVERLAPPING[0], both[0].clone()),
                OVERLAPPING[1],
                both[1].clone(),
            );
            found.push((both, block.count(&block.set(&whose))));
        }
    }
    found
}

/// Of a corrected cohort, the few whose record was taken away from a cell or brought to it.
pub(super) fn changed(cells: &BTreeSet<Whose>, block: &Block, policy: &Policy) -> BTreeSet<Whose> {
    let mut found = BTreeSet::new();
    for whose in cells.iter().filter(|w| groups(w).next().is_some()) {
        for record in &RECORDS[1..] {
            let mut of_record = whose.clone();
            of_record.only.insert(RECORD.to_owned(), BTreeSet::from([(*record).to_owned()]));
            if small(block.count(&block.set(&of_record)), policy) {
                found.insert(of_record);
            }
        }
    }
    found
}

fn groups(whose: &Whose) -> impl Iterator<Item = &String> {
    whose.only.keys().filter(|id| !WHEN.contains(&id.as_str()))
}

/// The cells with everything that they are a part of: without one of their attributes or without all, and those who were
/// asked.
fn with_those_above(cells: &BTreeSet<Whose>, block: &Block) -> BTreeSet<Whose> {
    let mut all = cells.clone();
    for whose in cells {
        let mut bare = whose.clone();
        for id in groups(whose) {
            let mut above = whose.clone();
            above.only.remove(id);
            all.insert(above);
            bare.only.remove(id);
        }
        all.insert(bare.clone());
        let asked = block.attributes.iter().find(|a| a.id == ANSWER && a.codes.iter().any(|c| c == NOT_ASKED));
        if let Some(answers) = asked {
            let codes = answers.codes.iter().filter(|c| *c != NOT_ASKED).cloned().collect();
            bare.only.insert(ANSWER.to_owned(), codes);
            all.insert(bare);
        }
    }
    all
}

/// Those of `above` who are not of `whose`, where both differ in one attribute and one holds the other.
fn rest(block: &Block, above: &Whose, whose: &Whose) -> Option<Whose> {
    if above.only.keys().any(|id| !whose.only.contains_key(id)) {
        return None;
    }
    let mut differing = whose.only.iter().filter(|(id, codes)| above.only.get(*id) != Some(codes));
    let (Some((id, codes)), None) = (differing.next(), differing.next()) else { return None };
    let attribute = block.attributes.iter().find(|a| a.id == *id)?;
    let of_above = above.only.get(id).cloned().unwrap_or_else(|| attribute.codes.iter().cloned().collect());
    if WHEN.contains(&id.as_str()) || !codes.is_subset(&of_above) {
        return None;
    }
    let mut rest = above.clone();
    rest.only.insert(id.clone(), of_above.difference(codes).cloned().collect());
    Some(rest)
}

/// Silence tells nothing of who was silent.
fn says_something(whose: &Whose) -> bool {
    let silent = |codes: &BTreeSet<String>| codes.iter().all(|c| [NO_ANSWER, NOT_ASKED].contains(&c.as_str()));
    groups(whose).next().is_some() && !whose.only.get(ANSWER).is_some_and(silent)
}

/// Nobody in a cell of two dimensions although there are people both in its row and in its column.
fn is_empty_within_a_group(whose: &Whose, block: &Block) -> bool {
    let mut attributes = groups(whose).peekable();
    let without = |id: &String| {
        let mut above = whose.clone();
        above.only.remove(id);
        block.count(&block.set(&above)) > 0
    };
    groups(whose).count() > 1 && attributes.all(without) && !block.set(whose).is_empty()
}

/// People of `above` whom no category shows, attribute by attribute.
fn unnamed<'a>(above: &'a Whose, all: &'a BTreeSet<Whose>, block: &'a Block) -> impl Iterator<Item = Whose> + 'a {
    let free = block.attributes.iter().filter(|a| !WHEN.contains(&a.id.as_str()) && !above.only.contains_key(&a.id));
    free.filter_map(|attribute| {
        let is_part = |w: &&Whose| {
            w.only.len() == above.only.len() + 1
                && w.only.contains_key(&attribute.id)
                && above.only.iter().all(|(id, codes)| w.only.get(id) == Some(codes))
        };
        let named: BTreeSet<&String> = all.iter().filter(is_part).flat_map(|w| &w.only[&attribute.id]).collect();
        if named.is_empty() {
            return None;
        }
        let mut rest = above.clone();
        rest.only
            .insert(attribute.id.clone(), attribute.codes.iter().filter(|c| !named.contains(c)).cloned().collect());
        Some(rest)
    })
}
