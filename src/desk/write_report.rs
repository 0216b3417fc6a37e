//! Writes the closing report of a case.

use super::Desk;
use crate::case::CaseNumber;
use crate::render::{RenderError, closing_report_html, closing_report_json};
use crate::report::{ClosingReport, NotEnded, ReportName, recorded};
use crate::store::{StoreError, StoredReport};

/// A report as files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenReport {
    /// Its name, `2025-000123-v1`.
    pub name: String,
    /// As HTML.
    pub html: String,
    /// As JSON.
    pub json: String,
    /// True when this is a new version.
    pub new: bool,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// There is no such case.
    #[error("there is no case {0}")]
    NoCase(CaseNumber),
    /// The coaching goes on.
    #[error(transparent)]
    NotEnded(#[from] NotEnded),
    /// A template failed.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Desk {
    /// The closing report of a case: the last version as it was written, or a new one when the case
    /// has changed since.
    ///
    /// # Errors
    /// See [`ReportError`].
    pub async fn write_report(&self, number: CaseNumber) -> Result<WrittenReport, ReportError> {
        let case = self.store.case(number).await?.ok_or(ReportError::NoCase(number))?;
        let language = self.instance.language();
        let report = ClosingReport::of(&case, &self.instance, language)?;
        let content = recorded(&case);
        let last = self.store.last_report(number).await?;
        let version = last.as_ref().map_or(1, |l| l.version + 1);
        if let Some(last) = last.filter(|l| l.content == content) {
            let name = ReportName { case: number, version: last.version }.to_string();
            return Ok(WrittenReport { name, html: last.html, json: last.json, new: false });
        }
        let name = ReportName { case: number, version };
        let written_on = self.now().to_zoned(self.instance.zone()).date();
        let html = closing_report_html(&self.renderer, &report, &name, written_on, language)?;
        let json = closing_report_json(&report, &name, written_on);
        let stored =
            StoredReport { version, content, written_on, json: json.clone(), html: html.clone(), pdf: Vec::new() };
        self.store.save_report(stored, number).await?;
        Ok(WrittenReport { name: name.to_string(), html, json, new: true })
    }
}
