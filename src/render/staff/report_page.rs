//! A report at an officer's desk.

use super::StaffFrame;
use crate::render::check::AnsweredPart;
use crate::render::report::ReportView;
use serde::Serialize;

/// What is wrong with what was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TypedQuestion {
    /// What was typed.
    pub text: String,
    /// What is wrong, in words.
    pub error: Option<&'static str>,
}

/// A version that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VersionView {
    /// Its name and day.
    pub told: String,
    /// SHA-256 of its data.
    pub sha256: String,
    /// Its files: address and name.
    pub files: Vec<(String, String)>,
}

/// Something that was filled in, with its day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FilledPart {
    /// What it is.
    pub title: String,
    /// Its files: address and name.
    pub files: Vec<(String, String)>,
    /// Its questions and answers.
    pub parts: Vec<AnsweredPart>,
}

/// What the page shows.
#[derive(Clone, Debug, Serialize)]
pub struct ReportPage {
    /// Its heading.
    pub title: String,
    /// Address of the page.
    pub base: String,
    /// Who coached, until when.
    pub about: String,
    /// What was just done.
    pub done: Option<&'static str>,
    /// A problem that nobody has seen yet, or an earlier one, and its day.
    pub problem: Option<(String, String)>,
    /// True while nobody has seen it.
    pub unseen: bool,
    /// `none`, `new`, `waiting` or `accepted`.
    pub state: &'static str,
    /// The same in words.
    pub told: String,
    /// The version that is shown.
    pub version: u32,
    /// What the officer asked for.
    pub question: Option<String>,
    /// True when the coach corrects the report already.
    pub correcting: bool,
    /// What is being typed.
    pub typed: TypedQuestion,
    /// True when the officer may tell what the report was worth.
    pub may_feed_back: bool,
    /// Where the annex stands.
    pub annex: Option<String>,
    /// The report.
    pub report: Option<ReportView>,
    /// Its versions, the last one first.
    pub versions: Vec<VersionView>,
    /// Interim reports, the last one first.
    pub interims: Vec<FilledPart>,
    /// What was agreed at the start.
    pub opening: Option<FilledPart>,
}

/// The page.
#[derive(Clone, Debug, Serialize)]
pub struct ReportPageView {
    frame: StaffFrame,
    page: ReportPage,
}

impl ReportPageView {
    /// The page of a report.
    #[must_use]
    pub fn new(frame: StaffFrame, page: ReportPage) -> Self {
        Self { frame, page }
    }
}

/// The page that says why something was not done.
#[derive(Clone, Debug, Serialize)]
pub struct NotDoneView {
    frame: StaffFrame,
    title: &'static str,
    text: String,
    href: String,
    link: &'static str,
}

impl NotDoneView {
    /// The page, with the way on.
    #[must_use]
    pub fn new(frame: StaffFrame, title: &'static str, text: String, href: String, link: &'static str) -> Self {
        Self { frame, title, text, href, link }
    }
}
