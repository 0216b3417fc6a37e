//! What readers have already stays what it is: figures that are told again, whatever became of the facts behind them.

use super::control::Before;
use super::{PublishedTable, Reason};
use crate::cube::{Counted, Reading, Table, Whose};
use crate::text::{Figure, divide_rounded};
use std::collections::BTreeMap;

/// Numbers of people that were published, by whom they count.
pub(super) fn told(before: &Before<'_>) -> BTreeMap<Whose, i64> {
    let counts = before.ledger.entries().iter().filter_map(|e| match &e.reading {
        Reading::Count(whose) => Some((whose.clone(), e.low)),
        _ => None,
    });
    counts.collect()
}

/// The tables with the figures that were told before as they were told, and shares that follow from them.
pub(super) fn as_told(counted: &Counted, before: &Before<'_>) -> Vec<Table> {
    let told = told(before);
    let mut tables = counted.tables.clone();
    for table in &mut tables {
        let earlier = earlier(table, before);
        for at in 0..table.cells.len().min(table.reads.len()) {
            let again = earlier.and_then(|e| repeated(table, at, e)).flatten();
            let known = if let Reading::Count(whose) = &table.reads[at] { told.get(whose) } else { None };
            if let Some(figure) = again.or(known.map(|n| Figure::count(*n))) {
                table.cells[at].figure = figure;
            }
        }
    }
    let mut now: BTreeMap<Whose, i64> = BTreeMap::new();
    for table in &tables {
        for (reading, cell) in table.reads.iter().zip(&table.cells) {
            if let Reading::Count(whose) = reading {
                now.insert(whose.clone(), cell.figure.scaled);
            }
        }
    }
    for table in &mut tables {
        for (reading, cell) in table.reads.iter().zip(&mut table.cells) {
            if let Reading::Share { part, whole } = reading
                && let (Some(part), Some(whole)) = (now.get(part), now.get(whole))
                && *whole > 0
            {
                cell.figure = Figure::tenths(divide_rounded(i128::from(*part) * 1_000, i128::from(*whole)));
            }
        }
    }
    tables
}

/// The table of that id as it was released last.
pub(super) fn earlier<'a>(table: &Table, before: &Before<'a>) -> Option<&'a PublishedTable> {
    before.earlier.last()?.tables().iter().find(|t| t.id == table.id)
}

/// The figure at the same place, where it told of the same people: none in it where it was withheld.
pub(super) fn repeated(table: &Table, at: usize, earlier: &PublishedTable) -> Option<Option<Figure>> {
    let reading = table.reads.get(at).filter(|r| **r != Reading::Plain)?;
    let codes = table.codes_at(at);
    let place = (0..earlier.cells.len()).find(|place| earlier.codes_at(*place) == codes)?;
    (earlier.reads.get(place) == Some(reading)).then(|| earlier.cells[place])
}

/// What was shown stays shown, and what was withheld of the same people stays withheld.
pub(super) fn keep(table: &Table, before: &Before<'_>, reasons: &mut [Option<Reason>]) {
    let Some(earlier) = earlier(table, before) else { return };
    for (at, reason) in reasons.iter_mut().enumerate() {
        match repeated(table, at, earlier) {
            Some(Some(_)) => *reason = None,
            Some(None) => *reason = Some(reason.unwrap_or(Reason::Protected)),
            None => {}
        }
    }
}
