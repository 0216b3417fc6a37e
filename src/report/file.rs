//! The report as a file in JSON: its name and day, the coach's part, and in the officer's edition the annex.

use super::{ClosingReport, FeedbackAnnex, SCHEMA_ID, SCHEMA_VERSION, Sent};
use crate::case::CaseNumber;
use crate::text::Fingerprint;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Name of a version of a report: `2025-000123-v1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportName {
    /// The case.
    pub case: CaseNumber,
    /// Counted from 1.
    pub version: u32,
}

impl std::fmt::Display for ReportName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-v{}", self.case, self.version)
    }
}

/// Whom a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Edition {
    /// For the coach: no answer of any party is in it.
    Coach,
    /// For the officer of the case, with the feedback annex.
    Officer,
}

/// The closing report of one client's job coaching: the coach's six sections and, in the officer's
/// edition, the feedback annex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ReportFile {
    /// The schema that this file follows.
    pub schema: String,
    /// Version of the schema; it grows when a reader has to change.
    pub schema_version: u32,
    /// Name of this version of the report: the case's number and the version.
    #[schemars(regex(pattern = r"^\d{4}-\d{6}-v\d+$"))]
    pub name: String,
    /// Whom this file is for.
    pub edition: Edition,
    /// The day it was written.
    pub written_on: Date,
    /// How it was sent; absent from a version that was only drawn from the sheet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Sent>,
    /// The coach's part.
    #[serde(flatten)]
    pub report: ClosingReport,
    /// The feedback of the parties, for the officer only; absent from the coach's edition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annex: Option<FeedbackAnnex>,
}

impl ReportFile {
    /// The coach's edition.
    #[must_use]
    pub fn new(report: ClosingReport, name: &ReportName, written_on: Date) -> Self {
        let (schema, name) = (SCHEMA_ID.to_owned(), name.to_string());
        Self {
            schema,
            schema_version: SCHEMA_VERSION,
            name,
            edition: Edition::Coach,
            written_on,
            sent: None,
            report,
            annex: None,
        }
    }

    /// The officer's edition of the same version.
    #[must_use]
    pub fn with_annex(self, annex: FeedbackAnnex) -> Self {
        Self { edition: Edition::Officer, annex: Some(annex), ..self }
    }

    /// As JSON: codes and labels, `null` where nothing was recorded.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// SHA-256 of the coach's edition of this version as JSON, in hexadecimal digits: whoever has the file can take it again.
    #[must_use]
    pub fn sha256(&self) -> String {
        let coachs = Self { edition: Edition::Coach, annex: None, ..self.clone() };
        Fingerprint::of(coachs.to_json()).as_str().to_owned()
    }

    /// Reads a report that was written earlier.
    ///
    /// # Errors
    /// When the text is no report of this version of the schema.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}
