//! Why there can be no release, and which coarser tables would help.

use super::control::{Before, Control};
use super::lined::forgotten;
use crate::cube::{Counted, Reading, Table, Whose};
use crate::text::Language;
use jiff::civil::Date;
use std::fmt;

/// Attributes that are no dimensions of tables.
const WHEN: [&str; 4] = ["started", "ended", "received", "record"];

/// A sensitive figure that nothing can protect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCell {
    /// Tables in which it stands or from which it follows.
    pub tables: Vec<String>,
    /// Which people it counts: attribute and codes.
    pub whose: Whose,
}

impl fmt::Display for OpenCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = |(id, codes): (&String, &std::collections::BTreeSet<String>)| {
            format!("{id} = {}", codes.iter().cloned().collect::<Vec<_>>().join(" or "))
        };
        let whose: Vec<String> = self.whose.only.iter().map(told).collect();
        write!(f, "people with {} ({})", whose.join(", "), self.tables.join(", "))
    }
}

/// Why there is no release.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A sensitive figure could be told even if nothing new were published.
    #[error(
        "nothing can keep these figures from being told, so there is no release:\n{}\n{}",
        .cells.iter().map(|c| format!("  {c}")).collect::<Vec<_>>().join("\n"),
        .proposals.iter().map(|p| format!("- {p}")).collect::<Vec<_>>().join("\n")
    )]
    Open {
        /// The figures.
        cells: Vec<OpenCell>,
        /// What would help.
        proposals: Vec<String>,
    },
    /// Facts of released cohorts have changed so that nothing fits both them and what was published.
    #[error(
        "the facts of {0} no longer fit what was published before, so nothing new can be proved safe; correct the released cohort (palaute release --correct DAY), or take the table out of statistics.yaml until enough has changed"
    )]
    Misfit(String),
    /// Too few records of a released cohort have changed.
    #[error(
        "{changed} records of the cohort until {cohort} have changed since it was released, fewer than {threshold}: whoever has both releases could tell whose. Keep the figures with a dated note (palaute release --note {cohort} --reason TEXT), or wait until more have changed"
    )]
    TooFewChanged {
        /// Its last day.
        cohort: Date,
        /// Records.
        changed: i64,
        /// The threshold.
        threshold: u32,
    },
    /// A cohort is corrected a second time.
    #[error(
        "the cohort until {0} was corrected once; a second correction is told as a dated note (palaute release --note {0} --reason TEXT)"
    )]
    CorrectedBefore(Date),
    /// The internal file of a release is missing.
    #[error(
        "witness.json of the release {0} is missing from releases/; bring it back from a copy, nothing can be proved without it"
    )]
    NoProof(String),
    /// No table counts that cohort.
    #[error("no cohort of cases until {0} was released; palaute release makes one when it has ended")]
    NoCohort(Date),
    /// A figure of `published.yaml` is of no cell that is counted.
    #[error(
        "published.yaml names a figure of {table} until {cohort} that is in no cell of that table; see its codes there"
    )]
    UnknownFigure {
        /// The table.
        table: String,
        /// The last day of its cohort.
        cohort: String,
    },
    /// A figure of `published.yaml` counts people of a part of a cohort.
    #[error(
        "published.yaml names a figure whose day is inside a cohort: {figure}. The days until then had too few people and were joined to the cohort that ends on {until}, so nothing tells who of it the figure counts, and it cannot be reckoned with. Set cohorts in statistics.yaml so that one with enough people ends on {day} (cohorts.ends); or list the figure under {until} if it counts everybody of that cohort; or mark it with differs if it was counted from other data"
    )]
    InsideCohort {
        /// The figure.
        figure: String,
        /// Its day.
        day: Date,
        /// The last day of the cohort.
        until: String,
    },
    /// Figures of `published.yaml` and the facts cannot both be true.
    #[error(
        "these figures of published.yaml do not fit what is counted, so nothing can be proved safe:\n{}\nCorrect a figure that was mistyped. If it was published so and counted from other data, mark it with differs: {{ fi, sv, en }} and say why: it stays listed, readers are told on the page of methods, and it is not reckoned with",
        .0.iter().map(|f| format!("  {f}")).collect::<Vec<_>>().join("\n")
    )]
    Elsewhere(Vec<String>),
    /// Tables that are published have dimensions that statistics.yaml no longer counts.
    #[error(
        "earlier releases published {0}, whose dimensions statistics.yaml no longer counts together; declare the table again: what readers have already must be reckoned with"
    )]
    Forgotten(String),
}

/// Refuses what cannot be protected.
pub(super) fn refuse(counted: &Counted, before: &Before<'_>, decided: &Control) -> Result<(), Refusal> {
    let lost = forgotten(counted, before);
    if !lost.is_empty() {
        return Err(Refusal::Forgotten(lost.into_iter().collect::<Vec<_>>().join(", ")));
    }
    if !decided.misfits.is_empty() {
        let figures = unfit(counted, before, &decided.misfits);
        if !figures.is_empty() {
            return Err(Refusal::Elsewhere(figures));
        }
        return Err(Refusal::Misfit(decided.misfits.join(", ")));
    }
    if decided.open.is_empty() {
        return Ok(());
    }
    let cells = decided.open.iter().map(|whose| OpenCell { tables: tables_of(counted, whose), whose: whose.clone() });
    let cells: Vec<OpenCell> = cells.collect();
    Err(Refusal::Open { proposals: proposals(&cells), cells })
}

/// Figures published elsewhere that no release has reckoned with yet and that are not what is counted.
fn unfit(counted: &Counted, before: &Before<'_>, misfits: &[String]) -> Vec<String> {
    let entries = before.ledger.entries();
    let fresh = entries.iter().rposition(|e| e.source.is_none()).map_or(0, |at| at + 1);
    let mut found = Vec::new();
    for entry in &entries[fresh..] {
        let (Reading::Count(whose), Some(source)) = (&entry.reading, &entry.source) else { continue };
        let blocks = counted.people.iter().filter(|p| misfits.contains(&p.id));
        let Some(n) = blocks.filter_map(|p| Some(p.count(&p.also_tells(whose)?))).next() else { continue };
        if n == entry.low && n == entry.high {
            continue;
        }
        let by = whose.only.iter().filter(|(id, _)| !WHEN.contains(&id.as_str()));
        let by: Vec<String> =
            by.map(|(id, codes)| format!("{id}: {}", codes.iter().cloned().collect::<Vec<_>>().join(" or "))).collect();
        let cell = if by.is_empty() { "total".to_owned() } else { by.join(", ") };
        let until = entry.cohort.as_ref().map_or_else(String::new, |c| format!(" until {}", c.until));
        let (table, source) = (&entry.table, source.in_language(Language::En));
        found.push(format!("{table}{until}, {cell}: {} was published ({source}), {n} is counted", entry.low));
    }
    found
}

/// Tables that count by every attribute of the set.
fn tables_of(counted: &Counted, whose: &Whose) -> Vec<String> {
    let counts = |table: &&Table| {
        table.reads.iter().any(|r| match r {
            Reading::Count(w) => w.block == whose.block && w.only.keys().eq(whose.only.keys()),
            _ => false,
        })
    };
    let mut ids: Vec<String> = counted.tables.iter().filter(counts).map(|t| t.id.clone()).collect();
    ids.dedup();
    ids
}

/// Coarser tables, the least loss first.
fn proposals(cells: &[OpenCell]) -> Vec<String> {
    let mut found = Vec::new();
    for cell in cells {
        let attributes: Vec<&String> = cell.whose.only.keys().filter(|id| !WHEN.contains(&id.as_str())).collect();
        match attributes[..] {
            [] => {}
            [one] => found
                .push(format!("merge categories of {one} in palaute.yaml, or leave {} out", cell.tables.join(", "))),
            _ => found.push(format!(
                "publish {} by one of {} alone",
                cell.tables.join(", "),
                attributes.iter().map(|a| a.as_str()).collect::<Vec<_>>().join(" and ")
            )),
        }
    }
    found.push("make cohorts longer in statistics.yaml (cohorts: every: year)".to_owned());
    found.sort();
    found.dedup();
    found
}
