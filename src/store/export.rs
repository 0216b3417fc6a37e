//! Everything that is kept about a case, for those who have a right to a copy.

use super::{Contact, Invitation, Store, StoreError, attempting};
use crate::case::{CaseEvent, CaseFile, CaseNumber};
use crate::form::{Form, Party};
use crate::submission::Answers;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

/// What is kept about a case.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The case as it stands.
    pub file: CaseFile,
    /// Its events from the first.
    pub events: Vec<KeptEvent>,
    /// Who was invited.
    pub invitations: Vec<Invitation>,
    /// Who answered what, in the order in which it arrived.
    pub submissions: Vec<KeptSubmission>,
    /// Closing reports; the officer's editions follow the coach's of their version.
    pub reports: Vec<KeptReport>,
    /// Mails, oldest first.
    pub mails: Vec<KeptMail>,
    /// Where the parties are reached.
    pub contacts: Vec<Contact>,
    /// What was typed and not sent.
    pub drafts: Vec<KeptDraft>,
    /// What the audit log says about the case, its invitations and its answers.
    pub notes: Vec<KeptNote>,
}

/// An event with its instant.
#[derive(Clone, Debug)]
pub struct KeptEvent {
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// What happened.
    pub event: CaseEvent,
}

/// A submission with the form that was answered.
#[derive(Clone, Debug)]
pub struct KeptSubmission {
    /// Who answered.
    pub party: Party,
    /// Its receipt.
    pub receipt: String,
    /// When it arrived, RFC 3339 in UTC.
    pub received_at: String,
    /// How it came in: `web` or `paper`.
    pub channel: String,
    /// The form as it was then.
    pub form: Form,
    /// The answers.
    pub answers: Answers,
}

/// A closing report as it was written.
#[derive(Clone, Debug)]
pub struct KeptReport {
    /// Counted from 1.
    pub version: i64,
    /// True for the officer's edition, which holds answers of others than the client.
    pub officers: bool,
    /// The day on which it was written, or on which its annex closed.
    pub on: String,
    /// Its JSON.
    pub json: serde_json::Value,
}

/// A mail of the outbox.
#[derive(Clone, Debug)]
pub struct KeptMail {
    /// Who is invited by it.
    pub party: Party,
    /// When it was queued, RFC 3339 in UTC.
    pub queued_at: String,
    /// What became of it.
    pub state: String,
    /// Where it goes; removed once it is delivered.
    pub address: Option<String>,
}

/// What somebody has typed and not sent.
#[derive(Clone, Debug)]
pub struct KeptDraft {
    /// Who.
    pub party: Party,
    /// When, RFC 3339 in UTC.
    pub saved_at: String,
    /// As typed.
    pub answers: serde_json::Value,
}

/// An entry of the audit log; events of the case, which stand in its history, are left out.
#[derive(Clone, Debug)]
pub struct KeptNote {
    /// Whom it concerns; the client where it concerns the case.
    pub party: Party,
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// What was done.
    pub verb: String,
}

impl Store {
    /// Everything that is kept about a case; none where there is no such case.
    ///
    /// # Errors
    /// When the database fails, or something kept cannot be read.
    pub async fn kept(&self, case: CaseNumber) -> Result<Option<Kept>, StoreError> {
        let Some(file) = self.case(case).await? else { return Ok(None) };
        let invitations = self.invitations_of(case).await?;
        let contacts = self.contacts_of(case).await?;
        let mut connection = self.readers().acquire().await.map_err(attempting("read a case"))?;
        let events = rows(&mut connection, EVENTS, case, event).await?;
        let submissions = rows(&mut connection, SUBMISSIONS, case, submission).await?;
        let reports = rows(&mut connection, REPORTS, case, report).await?;
        let mails = rows(&mut connection, MAILS, case, mail).await?;
        let drafts = rows(&mut connection, DRAFTS, case, draft).await?;
        let notes = rows(&mut connection, NOTES, case, note).await?;
        Ok(Some(Kept { file, events, invitations, submissions, reports, mails, contacts, drafts, notes }))
    }
}

const EVENTS: &str = "SELECT at, event FROM case_events WHERE case_number = $1 ORDER BY sequence";
const SUBMISSIONS: &str = "SELECT i.party, s.receipt, s.received_at, s.channel, f.form, s.answers
    FROM invitations i JOIN submissions s ON s.invitation = i.id JOIN forms f ON f.version = s.version
    WHERE i.case_number = $1 ORDER BY s.received_at, s.id";
const REPORTS: &str = "SELECT version, 0 AS officers, written_on AS day, json FROM reports WHERE case_number = $1
    UNION ALL SELECT version, 1 AS officers, closed_on AS day, json FROM annexes WHERE case_number = $1
    ORDER BY version, officers";
const MAILS: &str = "SELECT i.party, o.queued_at, o.state, o.address
    FROM outbox o JOIN invitations i ON i.id = o.invitation WHERE i.case_number = $1 ORDER BY o.queued_at, o.id";
const NOTES: &str = "SELECT a.sequence, a.at, a.verb, i.party FROM audit_log a JOIN invitations i ON i.id = a.subject
    WHERE i.case_number = $1
    UNION ALL SELECT a.sequence, a.at, a.verb, i.party FROM audit_log a JOIN submissions s ON s.id = a.subject
      JOIN invitations i ON i.id = s.invitation WHERE i.case_number = $1
    UNION ALL SELECT a.sequence, a.at, a.verb, 'client' AS party FROM audit_log a
      WHERE a.subject = $1 AND a.verb <> 'event'
    ORDER BY 1";
const DRAFTS: &str = "SELECT i.party, d.saved_at, d.answers FROM drafts d JOIN invitations i ON i.id = d.invitation
    WHERE i.case_number = $1 ORDER BY d.saved_at, d.owner_hash";

async fn rows<T>(
    connection: &mut AnyConnection,
    query: &'static str,
    case: CaseNumber,
    read: fn(&AnyRow) -> Result<T, serde_json::Error>,
) -> Result<Vec<T>, StoreError> {
    let rows = sqlx::query(query).bind(case.to_string()).fetch_all(connection).await;
    let rows = rows.map_err(attempting("read a case"))?;
    let read = |row| read(row).map_err(|source| StoreError::Unreadable { what: "case", source });
    rows.iter().map(read).collect()
}

fn party(row: &AnyRow) -> Result<Party, serde_json::Error> {
    serde_json::from_value(serde_json::Value::String(row.get("party")))
}

fn event(row: &AnyRow) -> Result<KeptEvent, serde_json::Error> {
    Ok(KeptEvent { at: row.get("at"), event: serde_json::from_str(row.get("event"))? })
}

fn submission(row: &AnyRow) -> Result<KeptSubmission, serde_json::Error> {
    Ok(KeptSubmission {
        party: party(row)?,
        receipt: row.get("receipt"),
        received_at: row.get("received_at"),
        channel: row.get("channel"),
        form: Form::from_stored(row.get("form"))?,
        answers: serde_json::from_str(row.get("answers"))?,
    })
}

fn report(row: &AnyRow) -> Result<KeptReport, serde_json::Error> {
    Ok(KeptReport {
        version: row.get("version"),
        officers: row.get::<i64, _>("officers") == 1,
        on: row.get("day"),
        json: serde_json::from_str(row.get("json"))?,
    })
}

fn mail(row: &AnyRow) -> Result<KeptMail, serde_json::Error> {
    Ok(KeptMail {
        party: party(row)?,
        queued_at: row.get("queued_at"),
        state: row.get("state"),
        address: row.get("address"),
    })
}

fn note(row: &AnyRow) -> Result<KeptNote, serde_json::Error> {
    Ok(KeptNote { party: party(row)?, at: row.get("at"), verb: row.get("verb") })
}

fn draft(row: &AnyRow) -> Result<KeptDraft, serde_json::Error> {
    let answers = serde_json::from_str(row.get("answers"))?;
    Ok(KeptDraft { party: party(row)?, saved_at: row.get("saved_at"), answers })
}
