//! The figures as the next release would have them; nothing of it is published.

use super::{ReleasedTable, StaffFrame};
use crate::release::Release;
use crate::text::{Language, Messages, told_date};
use jiff::civil::Date;
use serde::Serialize;

/// The page.
#[derive(Clone, Debug, Serialize)]
pub struct FiguresView {
    frame: StaffFrame,
    problem: Option<String>,
    days: String,
    rule: String,
    withheld: String,
    tables: Vec<ReleasedTable>,
}

impl FiguresView {
    /// The page of a release that is not made, with answers until that day.
    #[must_use]
    pub fn new(frame: StaffFrame, release: &Release, until: Date, language: Language) -> Self {
        let m = Messages::of(language);
        let tables = ReleasedTable::all(release, language);
        let cells: usize = release.tables().iter().map(|t| t.cells.len()).sum();
        let hidden: usize = release.withheld().iter().map(|w| w.cells.len()).sum();
        let days = [("as_of", &*told_date(release.as_of(), language)), ("until", &*told_date(until, language))];
        let sums =
            [("n", &*tables.len().to_string()), ("cells", &cells.to_string()), ("withheld", &hidden.to_string())];
        Self {
            frame,
            problem: None,
            days: m.fill("manager.figures_days", &days),
            rule: m.fill("manager.figures_rule", &[("k", &release.threshold().to_string())]),
            withheld: m.fill("manager.figures_sums", &sums),
            tables,
        }
    }

    /// The page when there can be no release, and why.
    #[must_use]
    pub fn refused(frame: StaffFrame, problem: String) -> Self {
        let nothing = String::new();
        Self {
            frame,
            problem: Some(problem),
            days: nothing.clone(),
            rule: nothing.clone(),
            withheld: nothing,
            tables: Vec::new(),
        }
    }
}
