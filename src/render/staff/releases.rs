//! The desk of a publisher: the releases so far, a dry run, what was frozen and built.

use super::{ReleasedTable, StaffFrame};
use crate::release::Release;
use crate::text::{Language, Messages, told_date, told_instant};
use jiff::tz::TimeZone;
use serde::Serialize;

/// Whether the file of a release is the one that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// It is.
    Known,
    /// There is no file.
    Missing,
    /// The file is another.
    Other,
    /// There is a file that the store does not know.
    Unknown,
}

impl FileState {
    fn key(self) -> &'static str {
        match self {
            Self::Known => "publisher.file_known",
            Self::Missing => "publisher.file_missing",
            Self::Other => "publisher.file_other",
            Self::Unknown => "publisher.file_unknown",
        }
    }
}

#[derive(Clone, Debug, Serialize)]
struct MadeRow {
    id: String,
    as_of: String,
    made: String,
    tables: String,
    withheld: String,
    file: &'static str,
    good: bool,
}

/// What the list tells besides the releases.
#[derive(Clone, Debug, Default)]
pub struct ReleasesTold {
    /// What was just done.
    pub done: Option<String>,
    /// What is wrong, and the whole of what was found.
    pub problem: Option<(String, Option<String>)>,
    /// The day that was typed.
    pub as_of: String,
    /// True when the day is wrong.
    pub bad_day: Option<String>,
}

/// The list.
#[derive(Clone, Debug, Serialize)]
pub struct ReleasesView {
    frame: StaffFrame,
    done: Option<String>,
    problem: Option<String>,
    found: Option<String>,
    as_of: String,
    bad_day: Option<String>,
    made: Vec<MadeRow>,
    any_lost: bool,
}

impl ReleasesView {
    /// The list of releases: of each its id, the release where there is a file, and the state of that.
    #[must_use]
    pub fn new(
        frame: StaffFrame,
        made: &[(String, Option<&Release>, FileState)],
        told: ReleasesTold,
        zone: &TimeZone,
        language: Language,
    ) -> Self {
        let m = Messages::of(language);
        let row = |(id, release, file): &(String, Option<&Release>, FileState)| MadeRow {
            id: id.clone(),
            as_of: release.map_or_else(|| "-".to_owned(), |r| told_date(r.as_of(), language)),
            made: release.map_or_else(|| "-".to_owned(), |r| told_instant(r.published_at(), zone, language)),
            tables: release.map_or_else(|| "-".to_owned(), |r| r.tables().len().to_string()),
            withheld: release.map_or_else(
                || "-".to_owned(),
                |r| r.withheld().iter().map(|w| w.cells.len()).sum::<usize>().to_string(),
            ),
            file: m.get(file.key()),
            good: *file == FileState::Known,
        };
        let (problem, found) = told.problem.map_or((None, None), |(problem, found)| (Some(problem), found));
        Self {
            frame,
            done: told.done,
            problem,
            found,
            as_of: told.as_of,
            bad_day: told.bad_day,
            made: made.iter().rev().map(row).collect(),
            any_lost: made.iter().any(|(_, _, file)| *file != FileState::Known),
        }
    }
}

/// A dry run.
#[derive(Clone, Debug, Serialize)]
pub struct TryView {
    frame: StaffFrame,
    id: String,
    as_of: String,
    day: String,
    content: String,
    sums: String,
    wrong: Option<String>,
    explanation: String,
    tables: Vec<ReleasedTable>,
}

impl TryView {
    /// The dry run of a release, by whose content it is known again; `wrong` is what hinders freezing it.
    #[must_use]
    pub fn new(
        frame: StaffFrame,
        (release, explanation): (&Release, &str),
        content: String,
        wrong: Option<String>,
        language: Language,
    ) -> Self {
        let m = Messages::of(language);
        let tables = ReleasedTable::all(release, language);
        let cells: usize = release.tables().iter().map(|t| t.cells.len()).sum();
        let hidden: usize = release.withheld().iter().map(|w| w.cells.len()).sum();
        let sums =
            [("n", &*tables.len().to_string()), ("cells", &cells.to_string()), ("withheld", &hidden.to_string())];
        Self {
            frame,
            id: release.id().to_string(),
            as_of: release.as_of().to_string(),
            day: told_date(release.as_of(), language),
            content,
            sums: m.fill("publisher.sums", &sums),
            wrong,
            explanation: explanation.to_owned(),
            tables,
        }
    }
}
