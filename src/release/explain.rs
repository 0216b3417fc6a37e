//! The internal report on a release: what is withheld and why, cell by cell, for those who publish. It holds no withheld
//! figure, but it tells which cells are small themselves, so it is as little public as the witnesses.

use super::{Controlled, PublishedTable, Reason};
use crate::cube::{Counted, Reading, Whose};
use std::collections::BTreeSet;
use std::fmt::Write;

/// In plain text, table after table.
#[must_use]
pub fn explain(counted: &Counted, controlled: &Controlled) -> String {
    let release = &controlled.release;
    let mut out = String::new();
    let quality = release.quality();
    let _ = writeln!(
        out,
        "Internal report on release {} as of {}, threshold {}. Not for the public.\n\n{} tables, {} figures, {} of them withheld.",
        release.id(),
        release.as_of(),
        release.threshold(),
        quality.tables,
        quality.figures,
        quality.withheld
    );
    for cohort in &counted.cohorts {
        let from = cohort.from.map_or_else(|| "the beginning".to_owned(), |d| d.to_string());
        let _ = writeln!(out, "New cohort of {}: {from} to {}.", cohort.of, cohort.until);
    }
    if counted.cohorts.is_empty() {
        out.push_str("No new cohort: what was released before stays as it is.\n");
    }
    let small: BTreeSet<&Whose> =
        controlled.witnesses.blocks.iter().flat_map(|b| &b.pairs).map(|pair| &pair.whose).collect();
    let new = |t: &&PublishedTable| counted.tables.iter().any(|c| c.id == t.id && c.cohort == t.cohort);
    for table in release.tables().iter().chain(release.earlier()).filter(new) {
        one(
            &mut out,
            table,
            &small,
            release.withheld().iter().filter(|w| w.table == table.id).map(|w| w.reason).next(),
        );
    }
    let lost: Vec<&Whose> = controlled.witnesses.blocks.iter().flat_map(|b| &b.lost).collect();
    if !lost.is_empty() {
        let _ = writeln!(out, "\nOpen already by figures that were published elsewhere, so no longer protected:");
        for whose in lost {
            let _ = writeln!(out, "  {}", told(whose));
        }
    }
    out
}

fn one(out: &mut String, table: &PublishedTable, small: &BTreeSet<&Whose>, reason: Option<Reason>) {
    let hidden: Vec<usize> = (0..table.cells.len()).filter(|at| table.cells[*at].is_none()).collect();
    let cohort = table.cohort.as_ref().map_or_else(String::new, |c| format!(" until {}", c.until));
    let _ = writeln!(
        out,
        "\n{}{cohort}: {} of {} figures shown",
        table.id,
        table.cells.len() - hidden.len(),
        table.cells.len()
    );
    if hidden.len() == table.cells.len() && reason == Some(Reason::FewResponses) {
        let _ = writeln!(out, "  withheld whole: few of the invited did not answer, or none, or few did");
        return;
    }
    if hidden.len() == table.cells.len() && table.reads.iter().all(|r| matches!(r, Reading::Plain)) {
        out.push_str("  nothing to tell yet: its first period is not full\n");
        return;
    }
    for at in &hidden {
        let why = match table.reads.get(*at) {
            Some(Reading::Count(whose)) if small.contains(whose) => {
                "sensitive itself: few people, or nobody or everybody in a group"
            }
            Some(Reading::Count(_)) => "would open a sensitive figure together with those that are shown",
            Some(Reading::Share { .. }) => "follows a number that is withheld",
            Some(Reading::Measured(_)) => "rests on too few people, or follows a number that is withheld",
            Some(Reading::Grades(_)) => "a mean of few or of almost equal grades, or it would open a grade",
            _ => "the rule for invited and answered",
        };
        let _ = writeln!(out, "  {}: {why}", table.codes_at(*at).join(" / "));
    }
    if hidden.len() * 2 > table.cells.len() {
        let _ = writeln!(
            out,
            "  more than half is withheld: merge categories, publish one dimension alone, or make cohorts longer"
        );
    }
}

fn told(whose: &Whose) -> String {
    let part = |(id, codes): (&String, &BTreeSet<String>)| {
        format!("{id} = {}", codes.iter().cloned().collect::<Vec<_>>().join(" or "))
    };
    whose.only.iter().map(part).collect::<Vec<_>>().join(", ")
}
