//! Reports with their versions, kept as they were written.

use super::{Store, StoreError, attempting, audit_log, cases, facts, writer};
use crate::case::CaseNumber;
use crate::text::Fingerprint;
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::{AnyConnection, Row};

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
    /// As PDF.
    pub pdf: Vec<u8>,
}

/// The officer's edition of a version of a report, with the feedback annex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAnnex {
    /// The version of the report.
    pub version: u32,
    /// The day on which the annex closed.
    pub closed_on: Date,
    /// As JSON.
    pub json: String,
    /// As HTML.
    pub html: String,
    /// As PDF.
    pub pdf: Vec<u8>,
}

/// When an annex was made, and what was known then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The instant.
    pub at: Timestamp,
    /// The erasures made until its answers were read.
    pub erasures: i64,
}

impl Store {
    /// The last version of a case's closing report.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn last_report(&self, case: CaseNumber) -> Result<Option<StoredReport>, StoreError> {
        let row = sqlx::query(
            "SELECT version, content, written_on, json, html, pdf FROM reports
             WHERE case_number = $1 ORDER BY version DESC LIMIT 1",
        )
        .bind(case.to_string())
        .fetch_optional(self.readers());
        let row = self.read("read a report", row).await?;
        Ok(row.and_then(|row| {
            Some(StoredReport {
                version: u32::try_from(row.get::<i64, _>("version")).ok()?,
                content: Fingerprint::from_stored(row.get("content")),
                written_on: row.get::<String, _>("written_on").parse().ok()?,
                json: row.get("json"),
                html: row.get("html"),
                pdf: row.get("pdf"),
            })
        }))
    }

    /// The day on which the first version of a case's closing report was written.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn first_reported_on(&self, case: CaseNumber) -> Result<Option<Date>, StoreError> {
        let row = sqlx::query("SELECT min(written_on) AS first FROM reports WHERE case_number = $1")
            .bind(case.to_string())
            .fetch_one(self.readers());
        let row = self.read("read a report", row).await?;
        Ok(row.get::<Option<String>, _>("first").and_then(|d| d.parse().ok()))
    }

    /// The officer's edition of a version, if its annex has closed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn annex(&self, case: CaseNumber, version: u32) -> Result<Option<StoredAnnex>, StoreError> {
        let row = sqlx::query(
            "SELECT version, closed_on, json, html, pdf FROM annexes WHERE case_number = $1 AND version = $2",
        )
        .bind(case.to_string())
        .bind(i64::from(version))
        .fetch_optional(self.readers());
        let row = self.read("read an annex", row).await?;
        Ok(row.and_then(|row| {
            Some(StoredAnnex {
                version: u32::try_from(row.get::<i64, _>("version")).ok()?,
                closed_on: row.get::<String, _>("closed_on").parse().ok()?,
                json: row.get("json"),
                html: row.get("html"),
                pdf: row.get("pdf"),
            })
        }))
    }

    /// Keeps the officer's edition of a version; false, and nothing is kept, when something was erased since the
    /// answers in it were read.
    ///
    /// # Errors
    /// When there is one already, or the database fails.
    pub async fn save_annex(&self, annex: StoredAnnex, case: CaseNumber, known: Known) -> Result<bool, StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::SaveAnnex(Box::new(annex), case, known, reply)).await
    }

    /// Keeps a version of a case's closing report.
    ///
    /// # Errors
    /// When the version exists already, or the database fails.
    pub async fn save_report(&self, report: StoredReport, case: CaseNumber, at: Timestamp) -> Result<(), StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::SaveReport(Box::new(report), case, at, reply)).await
    }
}

pub(super) async fn save(
    connection: &mut AnyConnection,
    report: &StoredReport,
    case: CaseNumber,
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO reports (case_number, version, content, written_on, json, html, pdf)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(case.to_string())
    .bind(i64::from(report.version))
    .bind(report.content.as_str())
    .bind(report.written_on.to_string())
    .bind(&report.json)
    .bind(&report.html)
    .bind(&report.pdf)
    .execute(&mut *connection)
    .await
    .map_err(attempting("keep a report"))?;
    let blind = cases::blind(connection, case).await?;
    let commitment = audit_log::commitment(&blind, report.content.as_str());
    audit_log::note(connection, at, "report", &case.to_string(), &commitment).await
}

pub(super) async fn save_annex(
    connection: &mut AnyConnection,
    annex: &StoredAnnex,
    case: CaseNumber,
    known: Known,
) -> Result<bool, StoreError> {
    if facts::erasures(connection).await? != known.erasures {
        return Ok(false);
    }
    sqlx::query(
        "INSERT INTO annexes (case_number, version, closed_on, json, html, pdf) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(case.to_string())
    .bind(i64::from(annex.version))
    .bind(annex.closed_on.to_string())
    .bind(&annex.json)
    .bind(&annex.html)
    .bind(&annex.pdf)
    .execute(&mut *connection)
    .await
    .map_err(attempting("keep an annex"))?;
    let blind = cases::blind(connection, case).await?;
    let commitment = audit_log::commitment(&blind, &annex.json);
    audit_log::note(connection, known.at, "annex", &case.to_string(), &commitment).await?;
    Ok(true)
}
