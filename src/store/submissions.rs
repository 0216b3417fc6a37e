//! Submissions: stored once, with their receipt.

use super::cases::{self, to_json};
use super::{
    CaseChange, Channel, Invitation, InvitationId, NewNotice, Store, StoreError, attempting, audit_log, drafts, facts,
    notices, pairs, writer,
};
use crate::case::{CaseEvent, CaseNumber};
use crate::cube::{Codebook, Fact};
use crate::form::{Form, Party};
use crate::report::SELF_ASSESSMENTS;
use crate::submission::{Answers, Submission};
use crate::text::Fingerprint;
use jiff::Timestamp;
use sqlx::{AnyConnection, Row};

/// A submission to be stored, with everything its transaction holds.
#[derive(Clone, Debug)]
pub struct NewSubmission {
    /// Its id.
    pub id: String,
    /// The invitation behind the link at which it came in.
    pub invitation: InvitationId,
    /// The group of places of which it takes a free one, when the link is shared; else it answers the invitation.
    pub gate: Option<String>,
    /// Who owns the draft that it was; behind a personal link every draft goes.
    pub draft_owner: Option<Fingerprint>,
    /// The case it is about.
    pub case: CaseNumber,
    /// Who answers.
    pub party: Party,
    /// Fingerprint of the form page's nonce: the same page sent twice is one submission.
    pub nonce: Fingerprint,
    /// The answers.
    pub submission: Submission,
    /// The form they answer as JSON, so that they can be read when it has changed.
    pub form: String,
    /// What a closing report settles on the case.
    pub settles: Option<CaseChange>,
    /// Mails to staff that tell of it.
    pub notices: Vec<NewNotice>,
    /// What is counted.
    pub fact: Fact,
    /// Explains the fact.
    pub codebook: Codebook,
    /// The receipt it will have if it is new.
    pub receipt: String,
    /// When it arrived.
    pub received_at: Timestamp,
    /// Random; hides the answers behind their entry in the audit log.
    pub blind: String,
    /// True when the invitation stands among the responses.
    pub counted: bool,
    /// How the answers came in.
    pub channel: Channel,
}

/// A stored submission with the form that was answered.
#[derive(Clone, Debug)]
pub struct StoredSubmission {
    /// Who answered.
    pub party: Party,
    /// The form as it was then.
    pub form: Form,
    /// The answers.
    pub answers: Answers,
    /// When they arrived.
    pub received_at: Timestamp,
}

/// Proof that a submission is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Eight unambiguous characters.
    pub code: String,
    /// When it was stored.
    pub stored_at: Timestamp,
}

/// What was answered, to know the same page when it is sent again.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The answers.
    pub answers: Answers,
    /// Their receipt.
    pub receipt: Receipt,
}

/// What became of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// Stored, now or when the same was sent before.
    Stored(Receipt),
    /// The invitation was answered otherwise before; nothing changed.
    AlreadyAnswered,
    /// Every place behind the shared link is taken; nothing changed.
    Full,
}

impl Store {
    /// Stores a submission; returns after the commit.
    ///
    /// # Errors
    /// When it could not be stored: then there is no receipt.
    pub async fn receive(&self, new: NewSubmission) -> Result<Received, StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::Receive(Box::new(new), reply)).await
    }

    /// The submissions about a case in the order in which they arrived.
    ///
    /// # Errors
    /// When the database fails, or what it holds is no form or no answers.
    pub async fn submissions_of(&self, case: CaseNumber) -> Result<Vec<StoredSubmission>, StoreError> {
        let rows = sqlx::query(
            "SELECT i.party, f.form, s.answers, s.received_at FROM invitations i
             JOIN submissions s ON s.invitation = i.id LEFT JOIN forms f ON f.version = s.version
             WHERE i.case_number = $1 ORDER BY s.received_at, s.id",
        )
        .bind(case.to_string())
        .fetch_all(self.readers());
        let rows = self.read("read the submissions of a case", rows).await?;
        let read = |row: &sqlx::any::AnyRow| -> Result<StoredSubmission, serde_json::Error> {
            Ok(StoredSubmission {
                party: serde_json::from_value(serde_json::Value::String(row.get("party")))?,
                form: Form::from_stored(&row.get::<Option<String>, _>("form").unwrap_or_default())?,
                answers: serde_json::from_str(&row.get::<String, _>("answers"))?,
                received_at: row.get::<String, _>("received_at").parse().unwrap_or_default(),
            })
        };
        rows.iter()
            .map(|row| read(row).map_err(|source| StoreError::Unreadable { what: "submission", source }))
            .collect()
    }

    /// What a page of that nonce answered: the invitation itself, or a place behind its shared link.
    ///
    /// # Errors
    /// When the database fails, or what it holds are no answers.
    pub async fn answered(&self, invitation: &Invitation, nonce: &Fingerprint) -> Result<Option<Answered>, StoreError> {
        let row = sqlx::query(
            "SELECT s.answers, s.receipt, s.received_at FROM submissions s JOIN invitations i ON i.id = s.invitation
             WHERE (i.id = $1 OR i.gate = $2) AND s.nonce_hash = $3 ORDER BY i.id LIMIT 1",
        )
        .bind(&invitation.id)
        .bind(invitation.gate.as_ref().filter(|_| invitation.shared))
        .bind(nonce.as_str())
        .fetch_optional(self.readers());
        let Some(row) = self.read("find a submission", row).await? else { return Ok(None) };
        let answers = serde_json::from_str(&row.get::<String, _>("answers"))
            .map_err(|source| StoreError::Unreadable { what: "submission", source })?;
        let stored_at = row.get::<String, _>("received_at").parse().unwrap_or_default();
        Ok(Some(Answered { answers, receipt: Receipt { code: row.get("receipt"), stored_at } }))
    }

    /// Of every form that was answered, the version that was answered last.
    ///
    /// # Errors
    /// When the database fails, or what it holds is no form.
    pub async fn forms_in_use(&self) -> Result<Vec<Form>, StoreError> {
        let rows = sqlx::query(
            "SELECT u.id, f.form FROM (SELECT form AS id, version, max(received_at) AS last FROM submissions
             GROUP BY form, version) u JOIN forms f ON f.version = u.version ORDER BY u.id, u.last, u.version",
        );
        let rows = self.read("read the forms in use", rows.fetch_all(self.readers())).await?;
        let mut newest: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
        newest.extend(rows.iter().map(|r| (r.get("id"), r.get("form"))));
        let read = |json: &String| Form::from_stored(json);
        let unreadable = |source| StoreError::Unreadable { what: "form", source };
        newest.values().map(read).collect::<Result<_, _>>().map_err(unreadable)
    }

    /// How many submissions came in by each channel, by its code.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn channels(&self) -> Result<Vec<(String, i64)>, StoreError> {
        let rows = sqlx::query("SELECT channel, count(*) AS n FROM submissions GROUP BY channel ORDER BY channel");
        let rows = self.read("count the channels", rows.fetch_all(self.readers())).await?;
        Ok(rows.iter().map(|r| (r.get("channel"), r.get("n"))).collect())
    }

    /// The receipts of all stored submissions with the fingerprints of their answers.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn receipts(&self) -> Result<Vec<(String, Fingerprint)>, StoreError> {
        let rows = sqlx::query("SELECT receipt, content FROM submissions ORDER BY receipt").fetch_all(self.readers());
        let rows = self.read("read the receipts", rows).await?;
        Ok(rows.iter().map(|r| (r.get("receipt"), Fingerprint::from_stored(r.get("content")))).collect())
    }
}

pub(super) async fn receive(connection: &mut AnyConnection, new: &NewSubmission) -> Result<Received, StoreError> {
    let answers = to_json("submission", &new.submission.to_stored())?;
    let content = Fingerprint::of(format!("{}\n{answers}", new.submission.version().as_str()));
    let invitation = match &new.gate {
        None => new.invitation.clone(),
        Some(gate) => match place(connection, gate, &new.nonce).await? {
            Some(place) => place,
            None => return Ok(Received::Full),
        },
    };
    let inserted = sqlx::query(
        "INSERT INTO submissions
           (id, invitation, nonce_hash, content, receipt, form, version, received_at, answers, blind, channel)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM invitations WHERE id = $2 AND revoked_at IS NULL
         ON CONFLICT (invitation) DO NOTHING",
    )
    .bind(&new.id)
    .bind(&invitation)
    .bind(new.nonce.as_str())
    .bind(content.as_str())
    .bind(&new.receipt)
    .bind(new.submission.form())
    .bind(new.submission.version().as_str())
    .bind(new.received_at.to_string())
    .bind(&answers)
    .bind(&new.blind)
    .bind(new.channel.code())
    .execute(&mut *connection)
    .await
    .map_err(attempting("store a submission"))?;
    if inserted.rows_affected() == 0 {
        return earlier(connection, new, &invitation, &content).await;
    }
    sqlx::query("INSERT INTO forms (version, form) VALUES ($1, $2) ON CONFLICT (version) DO NOTHING")
        .bind(new.submission.version().as_str())
        .bind(&new.form)
        .execute(&mut *connection)
        .await
        .map_err(attempting("keep a form"))?;
    let event = if new.counted {
        CaseEvent::Answered { party: new.party }
    } else {
        CaseEvent::Filled { party: new.party, form: new.submission.form().to_owned() }
    };
    cases::append(connection, new.case, &[event], new.received_at).await?;
    if let Some(settles) = &new.settles {
        let year = new.received_at.to_zoned(jiff::tz::TimeZone::UTC).year();
        cases::change(connection, std::slice::from_ref(settles), year, new.received_at).await?;
    }
    facts::replace(connection, &new.id, &new.fact, &new.codebook).await?;
    if SELF_ASSESSMENTS.contains(&new.submission.form()) {
        pairs::count(connection, new.case).await?;
    }
    notices::queue(connection, &new.notices, new.received_at).await?;
    drafts::sent(connection, &new.invitation, new.draft_owner.as_ref()).await?;
    let commitment = audit_log::commitment(&new.blind, content.as_str());
    audit_log::note(connection, new.received_at, "submission", &new.id, &commitment).await?;
    Ok(Received::Stored(Receipt { code: new.receipt.clone(), stored_at: new.received_at }))
}

/// The place behind a shared link that a page takes: the one that it took before, else the first free one.
async fn place(
    connection: &mut AnyConnection,
    gate: &str,
    nonce: &Fingerprint,
) -> Result<Option<InvitationId>, StoreError> {
    for query in [
        "SELECT p.id FROM invitations p JOIN submissions s ON s.invitation = p.id
         WHERE p.gate = $1 AND s.nonce_hash = $2 ORDER BY p.id LIMIT 1",
        "SELECT p.id FROM invitations p WHERE p.gate = $1 AND p.revoked_at IS NULL AND $2 <> ''
           AND NOT EXISTS (SELECT 1 FROM submissions s WHERE s.invitation = p.id) ORDER BY p.id LIMIT 1",
    ] {
        let row = sqlx::query(query).bind(gate).bind(nonce.as_str()).fetch_optional(&mut *connection).await;
        if let Some(row) = row.map_err(attempting("find a place"))? {
            return Ok(Some(row.get("id")));
        }
    }
    Ok(None)
}

/// The same page with the same answers gets its receipt again; anything else was answered before.
async fn earlier(
    connection: &mut AnyConnection,
    new: &NewSubmission,
    invitation: &str,
    content: &Fingerprint,
) -> Result<Received, StoreError> {
    let row = sqlx::query("SELECT nonce_hash, content, receipt, received_at FROM submissions WHERE invitation = $1")
        .bind(invitation)
        .fetch_optional(connection)
        .await
        .map_err(attempting("find an earlier submission"))?;
    // The invitation was taken back while the page was on its way, as when its answers were erased.
    let Some(row) = row else { return Ok(Received::AlreadyAnswered) };
    let same =
        row.get::<String, _>("nonce_hash") == new.nonce.as_str() && row.get::<String, _>("content") == content.as_str();
    let stored_at = row.get::<String, _>("received_at").parse().unwrap_or(new.received_at);
    Ok(if same { Received::Stored(Receipt { code: row.get("receipt"), stored_at }) } else { Received::AlreadyAnswered })
}
