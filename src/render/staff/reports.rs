//! The list of reports at an officer's desk.

use super::StaffFrame;
use crate::render::page::Link;
use crate::text::Messages;
use serde::Serialize;

/// A part of the list with its count.
#[derive(Clone, Debug, Serialize)]
pub struct ReportTabView {
    /// Where it stands.
    pub link: Link,
    /// How many rows it has.
    pub count: i64,
}

/// The heading of a column that the list can be sorted by.
#[derive(Clone, Debug, Serialize)]
pub struct ReportHeading {
    /// The order that a click gives.
    pub link: Link,
    /// `ascending` or `descending` where the list is sorted by it.
    pub sorted: Option<&'static str>,
    /// True for numbers.
    pub number: bool,
}

/// A row of the list in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReportRowView {
    /// The page of the report.
    pub href: String,
    /// Number of the case, with the sheet's.
    pub case: String,
    /// The coach.
    pub coach: String,
    /// When the coaching ended.
    pub ended: String,
    /// How it ended.
    pub outcome: String,
    /// Hours of coaching.
    pub hours: String,
    /// When the last version was sent, and which one where it is not the first.
    pub sent: String,
    /// `new`, `waiting`, `accepted`, or `none` where no report was sent.
    pub state: &'static str,
    /// The same in words.
    pub told: String,
    /// Where the annex stands.
    pub annex: String,
    /// True when it is closed, so that there is something to read.
    pub annex_closed: bool,
    /// Said of a problem or interim reports.
    pub notes: Vec<String>,
}

/// An outcome to filter by.
#[derive(Clone, Debug, Serialize)]
pub struct OutcomeChoice {
    /// Its code.
    pub code: String,
    /// Its name.
    pub label: String,
    /// True when it is chosen.
    pub chosen: bool,
}

/// What is shown and how it was asked for.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ReportsShown {
    /// Parts of the list.
    pub tabs: Vec<ReportTabView>,
    /// Code of the part that is shown.
    pub tab: &'static str,
    /// Code of the order, and `1` for the last first: kept when something is searched for.
    pub sort: &'static str,
    /// See `sort`.
    pub descending: &'static str,
    /// What is searched for.
    pub words: String,
    /// Outcomes to filter by.
    pub outcomes: Vec<OutcomeChoice>,
    /// Columns that can be sorted by.
    pub headings: Vec<ReportHeading>,
    /// The rows.
    pub rows: Vec<ReportRowView>,
    /// Number of the first row, of the last one, and of all.
    pub range: (i64, i64, i64),
    /// The pages around this one.
    pub pages: Vec<Link>,
    /// The page before and the one after.
    pub around: [Option<Link>; 2],
    /// Where the list can be had as a spreadsheet.
    pub sheet: String,
    /// Where everything is shown again.
    pub all: Option<String>,
}

/// The page.
#[derive(Clone, Debug, Serialize)]
pub struct ReportsView {
    frame: StaffFrame,
    list: ReportsShown,
    caption: String,
    told: String,
    empty: Option<&'static str>,
}

impl ReportsView {
    /// The page of a list.
    #[must_use]
    pub fn new(frame: StaffFrame, list: ReportsShown, m: Messages) -> Self {
        let (from, to, all) = list.range;
        let numbers = [from, to, all].map(|n| n.to_string());
        let places = [("from", numbers[0].as_str()), ("to", &numbers[1]), ("all", &numbers[2])];
        let empty = list.rows.is_empty().then(|| {
            let searched = list.all.is_some();
            m.get(&format!("officer.empty_{}", if searched { "found" } else { list.tab }))
        });
        Self { frame, caption: m.fill("officer.caption", &places), told: m.fill("officer.rows", &places), empty, list }
    }
}
