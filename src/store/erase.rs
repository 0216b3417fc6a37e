//! Erasing what belongs to a person: a case with everything about it, or one submission.
//!
//! What is left tells that something was erased, never what: the audit log's entries, whose blinds went with
//! the rows, and a row of `erasures`. Figures of releases that were made stay; the next one counts anew.

use super::{Store, StoreError, attempting, audit_log, cases, pairs, places, writer};
use crate::case::{CaseEvent, CaseNumber};
use crate::form::Party;
use crate::text::Fingerprint;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, Row};
use std::collections::BTreeSet;

/// What belongs to the invitations of a case `$1`.
macro_rules! of_invitations {
    ($table:literal) => {
        concat!("DELETE FROM ", $table, " WHERE invitation IN (SELECT id FROM invitations WHERE case_number = $1)")
    };
}

/// The facts of a case `$1`, of its invitations and of its submissions: one statement each, for the sake of the index.
macro_rules! facts_of_case {
    ($verb:literal) => {
        [
            concat!($verb, " WHERE subject = $1"),
            concat!($verb, " WHERE subject IN (SELECT id FROM invitations WHERE case_number = $1)"),
            concat!(
                $verb,
                " WHERE subject IN (SELECT s.id FROM submissions s JOIN invitations i ON i.id = s.invitation
                                    WHERE i.case_number = $1)"
            ),
            concat!($verb, " WHERE subject = CAST($1 AS TEXT) || '/change'"),
        ]
    };
}

/// What is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ErasureKind {
    /// A case with its events, invitations, answers, reports and mails.
    Case,
    /// The answers of one submission.
    Submission,
}

/// Why it is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ErasureReason {
    /// The person asked, or it should never have been there: the next release does not count it.
    Asked,
    /// It was kept as long as it may be: it stays counted, apart from everything that names it.
    Age,
}

/// One erasure. Kept also outside the database, so that it can be made again when an old copy is restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erasure {
    /// What.
    pub kind: ErasureKind,
    /// The number of the case or the id of the submission.
    pub subject: String,
    /// Of this very thing: another case that gets the same number after a restore has another.
    pub mark: Fingerprint,
    /// Of the number in the sheet that a case came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<Fingerprint>,
    /// Why.
    pub reason: ErasureReason,
    /// When.
    pub at: Timestamp,
}

impl Erasure {
    /// True when it erased the case that came from this number in a sheet.
    #[must_use]
    pub fn is_of_imported(&self, number: &str) -> bool {
        self.imported.as_ref() == Some(&imported_mark(&self.mark, number))
    }
}

/// How much was erased.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Cases.
    pub cases: usize,
    /// Submissions, those of the cases included.
    pub submissions: usize,
    /// Versions of closing reports.
    pub reports: usize,
    /// Mails of the outbox, delivered or not.
    pub mails: usize,
}

impl Erased {
    /// Counts more.
    pub fn add(&mut self, more: &Self) {
        self.cases += more.cases;
        self.submissions += more.submissions;
        self.reports += more.reports;
        self.mails += more.mails;
    }
}

/// A submission that somebody names by its receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedSubmission {
    /// Its id.
    pub id: String,
    /// The case it is about.
    pub case: CaseNumber,
    /// Who answered.
    pub party: Party,
    /// Which form.
    pub form: String,
}

impl Store {
    /// The erasure of a case; none where there is no such case.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn erasure_of_case(
        &self,
        number: CaseNumber,
        reason: ErasureReason,
        at: Timestamp,
    ) -> Result<Option<Erasure>, StoreError> {
        let mut connection = self.readers().acquire().await.map_err(attempting("read a case"))?;
        let Some((mark, imported)) = mark_of_case(&mut connection, &number.to_string()).await? else {
            return Ok(None);
        };
        let imported = imported.map(|number| imported_mark(&mark, &number));
        Ok(Some(Erasure { kind: ErasureKind::Case, subject: number.to_string(), mark, imported, reason, at }))
    }

    /// The submission with that receipt; none where there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn submission_by_receipt(&self, receipt: &str) -> Result<Option<NamedSubmission>, StoreError> {
        let row = sqlx::query(
            "SELECT s.id, i.case_number, i.party, i.form FROM submissions s JOIN invitations i ON i.id = s.invitation
             WHERE s.receipt = $1",
        )
        .bind(receipt)
        .fetch_optional(self.readers());
        let row = self.read("find a submission", row).await?;
        Ok(row.and_then(|row| {
            Some(NamedSubmission {
                id: row.get("id"),
                case: row.get::<String, _>("case_number").parse().ok()?,
                party: serde_json::from_value(serde_json::Value::String(row.get("party"))).ok()?,
                form: row.get("form"),
            })
        }))
    }

    /// How much an erasure of that case would take.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn holdings(&self, case: CaseNumber) -> Result<Erased, StoreError> {
        let mut connection = self.readers().acquire().await.map_err(attempting("read a case"))?;
        holdings(&mut connection, &case.to_string()).await
    }

    /// Erases, all or nothing; what is not there is remembered as erased. The places where it stood are written
    /// over by [`Store::wipe`].
    ///
    /// # Errors
    /// When the database fails: then nothing was erased.
    pub async fn erase(&self, erasures: Vec<Erasure>, at: Timestamp) -> Result<Erased, StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::Erase(erasures, at, reply)).await
    }

    /// Subject and mark of everything that was erased, parts of cases included.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn erased_marks(&self) -> Result<BTreeSet<(String, Fingerprint)>, StoreError> {
        let rows = sqlx::query("SELECT subject, mark FROM erasures").fetch_all(self.readers());
        let rows = self.read("read the erasures", rows).await?;
        Ok(rows.iter().map(|r| (r.get("subject"), Fingerprint::from_stored(r.get("mark")))).collect())
    }

    /// Every erasure that was made, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn erasures(&self) -> Result<Vec<Erasure>, StoreError> {
        let rows = sqlx::query(
            "SELECT kind, subject, mark, imported, reason, at FROM erasures WHERE kind <> 'part' ORDER BY at, subject",
        )
        .fetch_all(self.readers());
        let rows = self.read("read the erasures", rows).await?;
        let read = |row: &sqlx::any::AnyRow| -> Result<Erasure, serde_json::Error> {
            let word = |column: &str| serde_json::Value::String(row.get(column));
            Ok(Erasure {
                kind: serde_json::from_value(word("kind"))?,
                subject: row.get("subject"),
                mark: Fingerprint::from_stored(row.get("mark")),
                imported: row.get::<Option<String>, _>("imported").map(Fingerprint::from_stored),
                reason: serde_json::from_value(word("reason"))?,
                at: serde_json::from_value(word("at"))?,
            })
        };
        rows.iter().map(|row| read(row).map_err(|source| StoreError::Unreadable { what: "erasure", source })).collect()
    }
}

/// The mark of a submission, whose id is random already.
#[must_use]
pub fn submission_mark(id: &str) -> Fingerprint {
    Fingerprint::of(format!("submission\n{id}"))
}

fn imported_mark(mark: &Fingerprint, number: &str) -> Fingerprint {
    Fingerprint::of(format!("{}\n{number}", mark.as_str()))
}

/// The mark of a case and its number in the sheet. A case from before there were blinds is known by its first event.
pub(super) async fn mark_of_case(
    connection: &mut AnyConnection,
    number: &str,
) -> Result<Option<(Fingerprint, Option<String>)>, StoreError> {
    let row = sqlx::query(
        "SELECT c.blind, c.imported_number, e.event FROM cases c
         JOIN case_events e ON e.case_number = c.number AND e.sequence = 1 WHERE c.number = $1",
    )
    .bind(number)
    .fetch_optional(connection)
    .await
    .map_err(attempting("read a case"))?;
    Ok(row.map(|row| {
        let (blind, event): (String, String) = (row.get("blind"), row.get("event"));
        let own = if blind.is_empty() { event } else { blind };
        (Fingerprint::of(format!("case\n{number}\n{own}")), row.get("imported_number"))
    }))
}

async fn holdings(connection: &mut AnyConnection, case: &str) -> Result<Erased, StoreError> {
    let row = sqlx::query(
        "SELECT (SELECT count(*) FROM cases WHERE number = $1) AS cases,
                (SELECT count(*) FROM reports WHERE case_number = $1) AS reports,
                (SELECT count(*) FROM submissions s JOIN invitations i ON i.id = s.invitation
                 WHERE i.case_number = $1) AS submissions,
                (SELECT count(*) FROM outbox o JOIN invitations i ON i.id = o.invitation
                 WHERE i.case_number = $1) AS mails",
    )
    .bind(case)
    .fetch_one(connection)
    .await
    .map_err(attempting("read a case"))?;
    let count = |column: &str| usize::try_from(row.get::<i64, _>(column)).unwrap_or(0);
    Ok(Erased {
        cases: count("cases"),
        submissions: count("submissions"),
        reports: count("reports"),
        mails: count("mails"),
    })
}

pub(super) async fn erase(
    connection: &mut AnyConnection,
    erasures: &[Erasure],
    at: Timestamp,
) -> Result<Erased, StoreError> {
    let (mut erased, mut aged) = (Erased::default(), false);
    for erasure in erasures {
        let before = erased.cases;
        if remember(connection, erasure, &erasure.subject, word(erasure.kind), at).await? {
            match erasure.kind {
                ErasureKind::Case => erase_case(connection, erasure, at, &mut erased).await?,
                ErasureKind::Submission => erase_submission(connection, erasure, at, &mut erased).await?,
            }
        }
        aged |= erasure.reason == ErasureReason::Age && erased.cases > before;
    }
    if erased.submissions > 0 || erased.cases > 0 {
        // The next release counts the facts that are left from the first.
        run(connection, "DELETE FROM cube", "").await?;
    }
    if aged {
        shuffle(connection).await?;
    }
    Ok(erased)
}

fn word(kind: ErasureKind) -> &'static str {
    match kind {
        ErasureKind::Case => "case",
        ErasureKind::Submission => "submission",
    }
}

/// Notes an erasure in its table and in the audit log; false when it is known.
async fn remember(
    connection: &mut AnyConnection,
    erasure: &Erasure,
    subject: &str,
    kind: &'static str,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let reason = match erasure.reason {
        ErasureReason::Asked => "asked",
        ErasureReason::Age => "age",
    };
    let noted = sqlx::query(
        "INSERT INTO erasures (subject, mark, kind, imported, reason, at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT DO NOTHING",
    )
    .bind(subject)
    .bind(erasure.mark.as_str())
    .bind(kind)
    .bind(erasure.imported.as_ref().filter(|_| kind == "case").map(Fingerprint::as_str))
    .bind(reason)
    .bind(erasure.at.to_string())
    .execute(&mut *connection)
    .await
    .map_err(attempting("note an erasure"))?;
    if noted.rows_affected() == 0 {
        return Ok(false);
    }
    audit_log::note(connection, at, audit_log::ERASE, subject, &erasure.mark).await?;
    Ok(true)
}

async fn erase_case(
    connection: &mut AnyConnection,
    erasure: &Erasure,
    at: Timestamp,
    erased: &mut Erased,
) -> Result<(), StoreError> {
    let number = erasure.subject.as_str();
    // In a restored database the number may be free, or be another case's.
    match mark_of_case(connection, number).await? {
        Some((mark, _)) if mark == erasure.mark => {}
        _ => return Ok(()),
    }
    erased.add(&holdings(connection, number).await?);
    let submissions = sqlx::query(
        "SELECT s.id FROM submissions s JOIN invitations i ON i.id = s.invitation WHERE i.case_number = $1 ORDER BY s.id",
    )
    .bind(number)
    .fetch_all(&mut *connection)
    .await
    .map_err(attempting("read the submissions of a case"))?;
    for submission in submissions {
        let id: String = submission.get("id");
        let part = Erasure { mark: submission_mark(&id), imported: None, ..erasure.clone() };
        remember(connection, &part, &id, "part", at).await?;
    }
    let facts = match erasure.reason {
        ErasureReason::Asked => facts_of_case!("DELETE FROM facts"),
        ErasureReason::Age => facts_of_case!("UPDATE facts SET subject = ''"),
    };
    for statement in facts {
        run(connection, statement, number).await?;
    }
    for table in [of_invitations!("outbox"), of_invitations!("links"), of_invitations!("drafts")] {
        run(connection, table, number).await?;
    }
    run(connection, "DELETE FROM outbox WHERE case_number = $1", number).await?;
    run(connection, of_invitations!("submissions"), number).await?;
    run(connection, "DELETE FROM invitations WHERE case_number = $1", number).await?;
    run(connection, "DELETE FROM contacts WHERE case_number = $1", number).await?;
    run(connection, "DELETE FROM annexes WHERE case_number = $1", number).await?;
    run(connection, "DELETE FROM reports WHERE case_number = $1", number).await?;
    run(connection, "DELETE FROM case_events WHERE case_number = $1", number).await?;
    run(connection, "DELETE FROM cases WHERE number = $1", number).await
}

/// Of a submission its answers go, and the officer's editions that told them; that there was an invitation stays.
async fn erase_submission(
    connection: &mut AnyConnection,
    erasure: &Erasure,
    at: Timestamp,
    erased: &mut Erased,
) -> Result<(), StoreError> {
    let id = erasure.subject.as_str();
    let row = sqlx::query(
        "SELECT s.invitation, i.case_number, i.party, i.counted FROM submissions s JOIN invitations i ON i.id = s.invitation
         WHERE s.id = $1",
    )
    .bind(id)
    .fetch_optional(&mut *connection)
    .await
    .map_err(attempting("find a submission"))?;
    let Some(row) = row else { return Ok(()) };
    let (invitation, case): (String, String) = (row.get("invitation"), row.get("case_number"));
    let unreadable = |source| StoreError::Unreadable { what: "invitation", source };
    let party: Party = serde_json::from_value(serde_json::Value::String(row.get("party"))).map_err(unreadable)?;
    let number: CaseNumber = serde_json::from_value(serde_json::Value::String(case.clone())).map_err(unreadable)?;
    run(connection, "DELETE FROM facts WHERE subject = $1", id).await?;
    // Who takes an answer back is counted neither as invited nor as having answered.
    run(connection, "DELETE FROM facts WHERE subject = $1", &invitation).await?;
    run(connection, "DELETE FROM submissions WHERE id = $1", id).await?;
    run(connection, "DELETE FROM facts WHERE subject = CAST($1 AS TEXT) || '/change'", &case).await?;
    pairs::count(connection, number).await?;
    places::hand_on(connection, &invitation).await?;
    run(connection, "DELETE FROM drafts WHERE invitation = $1", &invitation).await?;
    run(connection, "DELETE FROM links WHERE invitation = $1", &invitation).await?;
    run(connection, "DELETE FROM outbox WHERE invitation = $1", &invitation).await?;
    run(connection, "DELETE FROM contacts WHERE id = (SELECT contact FROM invitations WHERE id = $1)", &invitation)
        .await?;
    run(connection, "DELETE FROM annexes WHERE case_number = $1", &case).await?;
    sqlx::query("UPDATE invitations SET revoked_at = $2 WHERE id = $1")
        .bind(&invitation)
        .bind(at.to_string())
        .execute(&mut *connection)
        .await
        .map_err(attempting("take an invitation back"))?;
    if row.get::<i64, _>("counted") == 1 {
        cases::append(connection, number, &[CaseEvent::Withdrawn { party }], at).await?;
    }
    erased.add(&Erased { submissions: 1, ..Erased::default() });
    Ok(())
}

/// Facts that belong to nobody any more are written anew in the order of their codes: neither their place nor their
/// number tells when they were counted, nor which belonged together.
async fn shuffle(connection: &mut AnyConnection) -> Result<(), StoreError> {
    let last = sqlx::query("SELECT coalesce(max(sequence), 0) AS last FROM facts").fetch_one(&mut *connection).await;
    let last: i64 = last.map_err(attempting("read the facts"))?.get("last");
    run(
        connection,
        "INSERT INTO facts (subject, sign, codebook, codes)
         SELECT '', sign, codebook, codes FROM facts WHERE subject = '' ORDER BY codebook, codes, sign",
        "",
    )
    .await?;
    sqlx::query("DELETE FROM facts WHERE subject = '' AND sequence <= $1")
        .bind(last)
        .execute(connection)
        .await
        .map_err(attempting("erase"))?;
    Ok(())
}

/// Runs a statement with its one parameter, if it has one.
async fn run(connection: &mut AnyConnection, statement: &'static str, subject: &str) -> Result<(), StoreError> {
    let query = sqlx::query(statement);
    let query = if statement.contains("$1") { query.bind(subject.to_owned()) } else { query };
    query.execute(connection).await.map_err(attempting("erase"))?;
    Ok(())
}
