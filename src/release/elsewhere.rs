//! Figures that were published elsewhere before, as entries of the ledger.

use super::ledger::LedgerEntry;
use super::solve::whose_of;
use super::{PublishedTable, Refusal};
use crate::cube::{Axis, Cohort, Counted, Reading};
use crate::statistics::{Published, PublishedFigure};
use crate::text::Language;
use crate::text::told_date;

/// The entries of everything that `published.yaml` names, by the tables that are new or were released before.
///
/// # Errors
/// When a figure names a cohort or a cell that no table has.
pub fn published_elsewhere(
    published: &Published,
    counted: &Counted,
    released: &[PublishedTable],
) -> Result<Vec<LedgerEntry>, Refusal> {
    let new = counted.tables.iter().map(|t| (&t.id, &t.cohort, &t.axes, &t.reads));
    let old = released.iter().map(|t| (&t.id, &t.cohort, &t.axes, &t.reads));
    let tables: Vec<_> = new.chain(old).collect();
    let mut entries = Vec::new();
    for (report, figure) in published.figures() {
        let cohort_is = |c: &Option<Cohort>| c.as_ref().is_some_and(|c| c.until == figure.cohort.value);
        let table = tables.iter().find(|(id, cohort, ..)| **id == figure.table.value && cohort_is(cohort));
        // A table that is not sensitive, or whose cohort has not ended yet, has nothing to protect now.
        let Some((_, cohort, axes, reads)) = table else { continue };
        let reading = place(figure, axes).and_then(|at| reads.get(at));
        let reading = reading.ok_or_else(|| Refusal::UnknownFigure {
            table: figure.table.value.clone(),
            cohort: told_date(figure.cohort.value, Language::En),
        })?;
        let value = figure.figure().scaled;
        let says_people = matches!(reading, Reading::Count(_) | Reading::Grades(_));
        entries.extend(says_people.then(|| LedgerEntry {
            release: report.published_on.to_string(),
            table: figure.table.value.clone(),
            cohort: (*cohort).clone(),
            block: whose_of(reading).first().map_or_else(String::new, |w| w.block.clone()),
            reading: reading.clone(),
            low: value,
            high: value,
            source: Some(report.source.value.clone()),
        }));
    }
    Ok(entries)
}

fn place(figure: &PublishedFigure, axes: &[Axis]) -> Option<usize> {
    axes.iter().try_fold(0, |at, axis| {
        let code = figure.code(&axis.id);
        Some(at * axis.categories.len() + axis.categories.iter().position(|c| c.code == code)?)
    })
}
