//! New tables beside those that were released before, and what they add to the ledger.

use super::block::RECORD;
use super::control::Before;
use super::ledger::LedgerEntry;
use super::solve::{same_people, whose_of};
use super::told;
use super::{PublishedTable, Release, ReleaseId};
use crate::comparison::{Band, Standing};
use crate::cube::{COMPARISON, Cohort, Counted, People, Reading, Table, Whose};
use crate::text::Figure;
use std::collections::{BTreeMap, BTreeSet};

/// The tables of a release with those that were frozen before, and what the new ones add to the ledger.
pub(super) struct Lined {
    pub(super) tables: Vec<PublishedTable>,
    pub(super) earlier: Vec<PublishedTable>,
    pub(super) entries: Vec<LedgerEntry>,
}

/// Puts new tables beside those of earlier releases: of each table the latest cohort stands in front.
pub(super) fn lined(new: Vec<PublishedTable>, earlier: &[Release], id: &ReleaseId, is_correction: bool) -> Lined {
    let entries = entries(id, &new);
    let frozen: Vec<PublishedTable> = earlier.last().map_or_else(Vec::new, |last| {
        // Tables of everything so far are counted anew each time, but not when one cohort is corrected.
        let cohorts = |t: &&PublishedTable| t.cohort.is_some() || is_correction;
        last.earlier().iter().chain(last.tables().iter().filter(cohorts)).cloned().collect()
    });
    let again = |t: &PublishedTable| new.iter().any(|n| n.id == t.id && n.cohort == t.cohort);
    let mut all: Vec<PublishedTable> = frozen.into_iter().filter(|t| !again(t)).collect();
    all.extend(new);
    let until = |t: &PublishedTable| t.cohort.as_ref().map(|c| c.until);
    let latest =
        |t: &PublishedTable, all: &[PublishedTable]| all.iter().filter(|o| o.id == t.id).all(|o| until(o) <= until(t));
    let (tables, mut earlier): (Vec<_>, Vec<_>) = all.clone().into_iter().partition(|t| latest(t, &all));
    earlier.sort_by_key(until);
    Lined { tables, earlier, entries }
}

/// What the comparison counts over all cohorts is what was told of the earlier ones and who is new: somebody who was erased
/// since stays in a sum that readers have.
pub(super) fn cumulated(mut tables: Vec<Table>, people: &[People], before: &Before<'_>) -> Vec<Table> {
    let told = told::told(before);
    for table in tables.iter_mut().filter(|t| t.id == COMPARISON) {
        for (cell, reading) in table.cells.iter_mut().zip(&table.reads) {
            let Reading::Count(whose) = reading else { continue };
            let Some(block) = people.iter().find(|p| p.id == whose.block) else { continue };
            let earlier = told.iter().filter_map(|(w, n)| Some((sooner(w, whose)?, *n)));
            if let Some((later, n)) = earlier.min_by_key(|(later, _)| later.len()).filter(|(l, _)| !l.is_empty()) {
                let mut new = whose.clone();
                new.only.insert(ENDED.to_owned(), later);
                cell.figure = Figure::count(n + block.count(&new));
            }
        }
    }
    tables
}

/// The attribute of the cohort in which somebody ended.
const ENDED: &str = "ended";

/// The cohorts that a figure counts beyond those of an earlier one of the same people; none where it is not one.
fn sooner(earlier: &Whose, now: &Whose) -> Option<BTreeSet<String>> {
    let (then, codes) = (earlier.only.get(ENDED)?, now.only.get(ENDED)?);
    let same = same_people(&earlier.block, &now.block)
        && earlier.only.len() == now.only.len()
        && earlier.only.iter().all(|(id, codes)| id == ENDED || now.only.get(id) == Some(codes));
    (same && then.is_subset(codes)).then(|| codes.difference(then).cloned().collect())
}

/// The comparison, its words only where the numbers behind them are shown. Figures stand beside them once, and only where nothing of
/// closed cases is withheld: what was expected gives, with other figures, how many reached an outcome in each group of a like
/// starting point, and two such figures give what lies between them.
pub(super) fn comparison(counted: &Counted, tables: &[PublishedTable], earlier: &[Release]) -> Vec<Standing> {
    if counted.comparison.is_empty() {
        // Nothing new to compare.
        return earlier.last().map_or_else(Vec::new, |r| r.comparison().to_vec());
    }
    let counts = tables.iter().rev().find(|t| t.id == COMPARISON);
    let told = |provider: &str| {
        let [closed, observed] = ["closed", "observed"].map(|code| counts?.figure(&[provider, code]));
        Some([closed?.scaled, observed?.scaled])
    };
    let all = &counted.comparison;
    let is_told = |s: &Standing| s.figures.is_none_or(|f| told(&s.provider) == Some([f.closed, f.observed]));
    let had_figures = earlier.iter().any(|r| r.comparison().iter().any(|s| s.figures.is_some()));
    let is_of_closed = |t: &&PublishedTable| t.reads.iter().flat_map(whose_of).any(|w| w.block.starts_with("cases."));
    let before = earlier.last().map_or(&[][..], Release::earlier).iter();
    let before = before.chain(earlier.last().map_or(&[][..], Release::tables));
    let is_whole = tables.iter().chain(before).filter(is_of_closed).all(|t| t.cells.iter().all(Option::is_some));
    let figures = is_whole && !had_figures && all.iter().all(is_told);
    let blank = |s: &Standing| match told(&s.provider) {
        Some(_) => Standing { figures: s.figures.filter(|_| figures), ..s.clone() },
        // Whatever the truth is: a word of its own for each reason would tell it.
        None => Standing { figures: None, band: Band::NotTold, ..s.clone() },
    };
    all.iter().map(blank).collect()
}

/// What releases published, each figure once, by the release that had it first.
#[must_use]
pub fn published_by(releases: &[Release]) -> Vec<LedgerEntry> {
    let mut found = Vec::new();
    // Only tables of one id and cohort can be the same.
    let mut seen: BTreeMap<(&str, &Option<Cohort>), Vec<&PublishedTable>> = BTreeMap::new();
    for release in releases {
        let mut new = Vec::new();
        for table in release.tables().iter().chain(release.earlier()) {
            let alike = seen.entry((&table.id, &table.cohort)).or_default();
            if !alike.contains(&table) {
                alike.push(table);
                new.push(table);
            }
        }
        found.extend(entries(release.id(), new));
    }
    found
}

/// What a release adds to the ledger.
fn entries<'a>(release: &ReleaseId, new: impl IntoIterator<Item = &'a PublishedTable>) -> Vec<LedgerEntry> {
    let mut found = Vec::new();
    for table in new {
        for (reading, figure) in table.reads.iter().zip(&table.cells) {
            let Some(figure) = figure else { continue };
            let block = whose_of(reading).first().map_or_else(String::new, |w| w.block.clone());
            if matches!(reading, Reading::Count(_) | Reading::Grades(_)) {
                found.push(LedgerEntry {
                    release: release.to_string(),
                    table: table.id.clone(),
                    cohort: table.cohort.clone(),
                    block,
                    reading: reading.clone(),
                    low: figure.scaled,
                    high: figure.scaled,
                    source: None,
                });
            }
        }
    }
    found
}

/// Figures of earlier releases that no block of this one can hold: their attributes no longer stand in one block.
pub(super) fn forgotten(counted: &Counted, before: &Before<'_>) -> BTreeSet<String> {
    let holds = |whose: &Whose| {
        let mut blocks = counted.people.iter().filter(|p| same_people(&p.id, &whose.block));
        blocks.any(|p| whose.only.keys().all(|id| id == RECORD || p.attributes.iter().any(|a| a.id == *id)))
    };
    // A correction counts some blocks only. Answers to a question are people of their own: nothing new is told of them.
    if counted.people.iter().any(|p| p.attributes.iter().any(|a| a.id == RECORD)) {
        return BTreeSet::new();
    }
    let of_cases = |w: &Whose| w.block.starts_with("cases.");
    let is_lost = |e: &&LedgerEntry| whose_of(&e.reading).iter().any(|w| of_cases(w) && !holds(w));
    let lost = before.ledger.entries().iter().filter(is_lost);
    lost.map(|e| e.table.clone()).collect()
}
