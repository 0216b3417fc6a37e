//! The coach's page of a closing report, and the one on which a correction begins.

use super::StaffFrame;
use crate::render::ReportView;
use serde::Serialize;

/// How far the report has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftState {
    /// The coaching goes on.
    Ongoing,
    /// It is to be written and sent.
    ToWrite,
    /// It was sent.
    Sent,
    /// It was sent and is being corrected.
    Correcting,
}

/// A version of the report.
#[derive(Clone, Debug, Serialize)]
pub struct VersionRow {
    /// Its name, `2025-000123-v1`.
    pub name: String,
    /// When it was sent; none of one that was only drawn from the sheet.
    pub sent: Option<String>,
    /// The day it was written.
    pub written: String,
    /// SHA-256 of its JSON.
    pub sha256: String,
    /// Why the version before was corrected.
    pub reason: Option<String>,
    /// Lines that the correction changed.
    pub changes: usize,
    /// The forms it draws on, with their versions.
    pub forms: Vec<(String, String)>,
    /// True for the one that holds now.
    pub current: bool,
    /// Address of its files without their endings.
    pub href: String,
}

/// An interim report that was sent.
#[derive(Clone, Debug, Serialize)]
pub struct InterimRow {
    /// Its name.
    pub name: String,
    /// When it was sent.
    pub sent: String,
    /// The version of the form that was answered.
    pub form_version: String,
    /// SHA-256 of its JSON.
    pub sha256: String,
    /// Where it stands.
    pub href: String,
}

/// The coach's page of a closing report.
#[derive(Clone, Debug, Serialize)]
pub struct SentReportView {
    /// The frame.
    pub frame: StaffFrame,
    /// Address of the case.
    pub case: String,
    /// How far it has come.
    pub stage: DraftState,
    /// What was just done.
    pub done: Option<&'static str>,
    /// Why it is being corrected.
    pub correcting: Option<String>,
    /// What the officer asks to be completed.
    pub question: Option<String>,
    /// When the draft was saved last.
    pub saved: Option<String>,
    /// The versions, the newest one first.
    pub versions: Vec<VersionRow>,
    /// That an interim report was agreed on and is not sent.
    pub interim_due: Option<String>,
    /// Interim reports.
    pub interims: Vec<InterimRow>,
    /// The report as it would be sent now.
    pub preview: Option<ReportView>,
}

/// The page on which a correction begins.
#[derive(Clone, Debug, Serialize)]
pub struct CorrectView {
    /// The frame.
    pub frame: StaffFrame,
    /// Address of the report.
    pub report: String,
    /// Address of this page.
    pub here: String,
    /// How long a reason may be.
    pub hint: String,
    /// What the officer asks to be completed.
    pub question: Option<String>,
    /// Heading over what is wrong.
    pub errors_title: Option<&'static str>,
    /// What is wrong with the reason.
    pub error: Option<String>,
    /// As it was typed.
    pub reason: String,
}
