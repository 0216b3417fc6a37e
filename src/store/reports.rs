//! Reports with their versions, kept as they were written.

use super::{Store, StoreError, attempting, audit_log, writer};
use crate::case::CaseNumber;
use crate::text::Fingerprint;
use jiff::civil::Date;
use sqlx::{Row, SqliteConnection};

/// A version of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredReport {
    /// Counted from 1.
    pub version: u32,
    /// Fingerprint of the coach's part.
    pub content: Fingerprint,
    /// The day it was written.
    pub written_on: Date,
    /// As JSON.
    pub json: String,
    /// As HTML.
    pub html: String,
}

impl Store {
    /// The last version of a case's closing report.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn last_report(&self, case: CaseNumber) -> Result<Option<StoredReport>, StoreError> {
        let row = sqlx::query(
            "SELECT version, content, written_on, json, html FROM reports
             WHERE case_number = $1 ORDER BY version DESC LIMIT 1",
        )
        .bind(case.to_string())
        .fetch_optional(self.readers())
        .await
        .map_err(attempting("read a report"))?;
        Ok(row.and_then(|row| {
            Some(StoredReport {
                version: row.get("version"),
                content: Fingerprint::from_stored(row.get("content")),
                written_on: row.get::<String, _>("written_on").parse().ok()?,
                json: row.get("json"),
                html: row.get("html"),
            })
        }))
    }

    /// Keeps a version of a case's closing report.
    ///
    /// # Errors
    /// When the version exists already, or the database fails.
    pub async fn save_report(&self, report: StoredReport, case: CaseNumber) -> Result<(), StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::SaveReport(Box::new(report), case, reply)).await
    }
}

pub(super) async fn save(
    connection: &mut SqliteConnection,
    report: &StoredReport,
    case: CaseNumber,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO reports (case_number, version, content, written_on, json, html) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(case.to_string())
    .bind(report.version)
    .bind(report.content.as_str())
    .bind(report.written_on.to_string())
    .bind(&report.json)
    .bind(&report.html)
    .execute(&mut *connection)
    .await
    .map_err(attempting("keep a report"))?;
    let at = report.written_on.to_zoned(jiff::tz::TimeZone::UTC).map(|z| z.timestamp()).unwrap_or_default();
    audit_log::note(connection, at, "report", &case.to_string(), &report.content).await
}
