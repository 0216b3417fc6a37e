//! Reports with their versions, kept as they were written.

use super::{NewNotice, Store, StoreError, attempting, audit_log, cases, facts, notices, writer};
use crate::case::{CaseEvent, CaseNumber};
use crate::text::Fingerprint;
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

/// A version with everything that is kept of it.
macro_rules! report {
    () => {
        "SELECT version, content, written_on, json, html, pdf, sent_at, sha256 FROM reports "
    };
}

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
    /// When it was sent to the office; none of one that was only drawn from the sheet.
    pub sent_at: Option<Timestamp>,
    /// SHA-256 of its JSON.
    pub sha256: String,
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
        let row = sqlx::query(concat!(report!(), "WHERE case_number = $1 ORDER BY version DESC LIMIT 1"));
        let row = row.bind(case.to_string()).fetch_optional(self.readers());
        Ok(self.read("read a report", row).await?.as_ref().and_then(read))
    }

    /// The last version that was sent to the office.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn last_sent_report(&self, case: CaseNumber) -> Result<Option<StoredReport>, StoreError> {
        let row = sqlx::query(concat!(
            report!(),
            "WHERE case_number = $1 AND sent_at IS NOT NULL ORDER BY version DESC LIMIT 1"
        ));
        let row = row.bind(case.to_string()).fetch_optional(self.readers());
        Ok(self.read("read a report", row).await?.as_ref().and_then(read))
    }

    /// Every version of a case's closing report, the first one first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn report_versions(&self, case: CaseNumber) -> Result<Vec<StoredReport>, StoreError> {
        let rows = sqlx::query(concat!(report!(), "WHERE case_number = $1 ORDER BY version"));
        let rows = rows.bind(case.to_string()).fetch_all(self.readers());
        Ok(self.read("read the versions of a report", rows).await?.iter().filter_map(read).collect())
    }

    /// The cases whose coach has sent the report form later than a version was sent to the office.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unsent_reports(&self, form: &str) -> Result<Vec<CaseNumber>, StoreError> {
        let rows = sqlx::query(
            "SELECT i.case_number FROM submissions s JOIN invitations i ON i.id = s.invitation
             JOIN cases c ON c.number = i.case_number
             WHERE s.form = $1 AND c.ended_on IS NOT NULL AND NOT EXISTS
               (SELECT 1 FROM reports r WHERE r.case_number = i.case_number AND r.sent_at >= s.received_at)
             GROUP BY i.case_number ORDER BY i.case_number",
        );
        let rows = self.read("find reports to be sent", rows.bind(form).fetch_all(self.readers())).await?;
        Ok(rows.iter().filter_map(|r| r.get::<String, _>("case_number").parse().ok()).collect())
    }

    /// The cases whose last version was sent and has no edition with the annex yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reports_without_annex(&self) -> Result<Vec<CaseNumber>, StoreError> {
        let rows = sqlx::query(
            "SELECT r.case_number FROM reports r WHERE r.sent_at IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM reports l WHERE l.case_number = r.case_number AND l.version > r.version)
               AND NOT EXISTS (SELECT 1 FROM annexes a WHERE a.case_number = r.case_number AND a.version = r.version)
             ORDER BY r.case_number",
        );
        let rows = self.read("find reports without an annex", rows.fetch_all(self.readers())).await?;
        Ok(rows.iter().filter_map(|r| r.get::<String, _>("case_number").parse().ok()).collect())
    }

    /// The day on which the first version of a case's closing report was sent, or written where none was sent.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn first_reported_on(&self, case: CaseNumber) -> Result<Option<Date>, StoreError> {
        let row = sqlx::query(
            "SELECT coalesce(min(CASE WHEN sent_at IS NULL THEN NULL ELSE written_on END), min(written_on)) AS first
             FROM reports WHERE case_number = $1",
        )
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

    /// Keeps the officer's edition of a version and queues the mails about it; false, and nothing is kept, when something was erased since the
    /// answers in it were read.
    ///
    /// # Errors
    /// When there is one already, or the database fails.
    pub async fn save_annex(
        &self,
        annex: StoredAnnex,
        case: CaseNumber,
        notices: Vec<NewNotice>,
        known: Known,
    ) -> Result<bool, StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::SaveAnnex(Box::new(annex), case, notices, known, reply))
            .await
    }

    /// Keeps a version of a case's closing report and queues the mails about it, all or nothing; false, and nothing is
    /// kept, when somebody else was quicker with that version.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save_report(
        &self,
        report: StoredReport,
        case: CaseNumber,
        notices: Vec<NewNotice>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::SaveReport(Box::new(report), case, notices, at, reply)).await
    }
}

pub(super) fn read(row: &AnyRow) -> Option<StoredReport> {
    Some(StoredReport {
        version: u32::try_from(row.get::<i64, _>("version")).ok()?,
        content: Fingerprint::from_stored(row.get("content")),
        written_on: row.get::<String, _>("written_on").parse().ok()?,
        json: row.get("json"),
        html: row.get("html"),
        pdf: row.get("pdf"),
        sent_at: row.get::<Option<String>, _>("sent_at").and_then(|at| at.parse().ok()),
        sha256: row.get("sha256"),
    })
}

/// What the audit log commits to of a version; of one without a hash, from before there were any, its content alone.
pub(super) fn committed(content: &str, sha256: &str) -> String {
    if sha256.is_empty() { content.to_owned() } else { format!("{content}\n{sha256}") }
}

pub(super) async fn save(
    connection: &mut AnyConnection,
    report: &StoredReport,
    case: CaseNumber,
    told: &[NewNotice],
    at: Timestamp,
) -> Result<bool, StoreError> {
    let kept = sqlx::query(
        "INSERT INTO reports (case_number, version, content, written_on, json, html, pdf, sent_at, sha256)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (case_number, version) DO NOTHING",
    )
    .bind(case.to_string())
    .bind(i64::from(report.version))
    .bind(report.content.as_str())
    .bind(report.written_on.to_string())
    .bind(&report.json)
    .bind(&report.html)
    .bind(&report.pdf)
    .bind(report.sent_at.map(|at| at.to_string()))
    .bind(&report.sha256)
    .execute(&mut *connection)
    .await
    .map_err(attempting("keep a report"))?;
    if kept.rows_affected() == 0 {
        return Ok(false);
    }
    notices::queue(connection, told, at).await?;
    if report.sent_at.is_some() {
        cases::append(connection, case, &[CaseEvent::ReportSent { version: report.version }], at).await?;
    }
    let blind = cases::blind(connection, case).await?;
    let commitment = audit_log::commitment(&blind, &committed(report.content.as_str(), &report.sha256));
    audit_log::note(connection, at, "report", &case.to_string(), &commitment).await?;
    Ok(true)
}

pub(super) async fn save_annex(
    connection: &mut AnyConnection,
    annex: &StoredAnnex,
    case: CaseNumber,
    told: &[NewNotice],
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
    notices::queue(connection, told, known.at).await?;
    let blind = cases::blind(connection, case).await?;
    let commitment = audit_log::commitment(&blind, &annex.json);
    audit_log::note(connection, known.at, "annex", &case.to_string(), &commitment).await?;
    Ok(true)
}
