//! How good the figures of a release are, in figures.

use super::responses;
use crate::release::{PublishedTable, Release};
use crate::text::{Messages, told_number};
use serde::Serialize;

/// What the methods say of the release as a whole.
#[derive(Serialize)]
pub(super) struct Quality {
    /// How many tables and figures there are and how many are withheld.
    cells: String,
    /// Party and its response rate.
    rates: Vec<[String; 2]>,
    /// When the release was made, and what was tried on it.
    audit: String,
}

/// The quality of a release that was made on `published_at`.
pub(super) fn quality(release: &Release, published_at: &str, m: Messages) -> Quality {
    let tables = || release.tables().iter().chain(release.earlier());
    let count =
        |f: &dyn Fn(&PublishedTable) -> usize| told_number(&tables().map(f).sum::<usize>().to_string(), m.language());
    let withheld = |t: &PublishedTable| t.cells.iter().filter(|c| c.is_none()).count();
    let parts = [
        ("tables", count(&|_| 1)),
        ("cells", count(&|t| t.cells.len())),
        ("shown", count(&|t| t.cells.len() - withheld(t))),
        ("withheld", count(&withheld)),
    ];
    Quality {
        cells: m.fill("site.protection_cells", &parts.each_ref().map(|(name, n)| (*name, n.as_str()))),
        rates: rates(release, m),
        audit: m.fill("site.audit_text", &[("date", published_at)]),
    }
}

fn rates(release: &Release, m: Messages) -> Vec<[String; 2]> {
    let Some(table) = release.table(responses::TABLE) else { return Vec::new() };
    let rate = |code: &str| responses::rate_of(table, code, m.language()).unwrap_or_else(|| "...".to_owned());
    table.axes[0].categories.iter().map(|c| [c.label.in_language(m.language()).to_owned(), rate(&c.code)]).collect()
}
