//! What somebody has typed and not sent: kept page by page until it is sent, or nobody comes back.

use super::cases::to_json;
use super::{Store, StoreError, attempting, writer};
use crate::case::CaseNumber;
use crate::submission::RawAnswers;
use crate::text::Fingerprint;
use jiff::Timestamp;
use sqlx::{AnyConnection, Row};

/// Drafts behind a shared link for each of its places: some begin and do not send.
const DRAFTS_A_PLACE: i64 = 4;

/// Where a draft is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftKey {
    /// The invitation behind the link at which it is written.
    pub invitation: String,
    /// Whose it is: a hash of what alone its owner has.
    pub owner: Fingerprint,
}

/// Something typed and not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Of the page that it will be sent from: the same draft sent twice is one submission.
    pub nonce: String,
    /// The version of the form that it was typed into.
    pub version: Fingerprint,
    /// As typed.
    pub answers: RawAnswers,
    /// When it was saved last.
    pub saved_at: Timestamp,
}

/// What of a draft is replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Everything.
    All,
    /// The fields of these questions, or these fields of items; of a draft that does not exist yet, everything.
    Questions(Vec<String>),
}

/// A page to be saved.
#[derive(Clone, Debug)]
pub struct NewDraft {
    /// Where it is kept.
    pub key: DraftKey,
    /// What is on the page; a draft that exists keeps its nonce.
    pub draft: Draft,
    /// What of an earlier draft it replaces.
    pub part: Part,
    /// The most that a draft may take on its way to and fro, bytes.
    pub at_most: usize,
}

/// What became of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is kept; this is the whole draft now.
    Kept(Draft),
    /// The draft would become larger than a form may be. Nothing changed.
    TooLarge,
    /// Behind this shared link more people are writing than could ever send. Nothing changed.
    Crowded,
    /// The invitation was answered or taken back meanwhile. Nothing changed.
    Closed,
}

/// A place behind the shared link of the invitation `i` that nobody has taken yet.
macro_rules! free_place {
    () => {
        "EXISTS (SELECT 1 FROM invitations p WHERE p.gate = i.gate AND p.revoked_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM submissions s WHERE s.invitation = p.id))"
    };
}

impl Store {
    /// A draft. Whether its invitation is still open is asked first.
    ///
    /// # Errors
    /// When the database fails, or what it holds is no draft.
    pub async fn draft(&self, key: &DraftKey) -> Result<Option<Draft>, StoreError> {
        let row = sqlx::query(SELECT).bind(&key.invitation).bind(key.owner.as_str()).fetch_optional(self.readers());
        self.read("read a draft", row).await?.as_ref().map(read).transpose()
    }

    /// The draft that was saved last at any open invitation of a case to a form, whoever writes it.
    ///
    /// # Errors
    /// When the database fails, or what it holds is no draft.
    pub async fn latest_draft(&self, case: CaseNumber, form: &str) -> Result<Option<Draft>, StoreError> {
        let row = sqlx::query(
            "SELECT d.nonce, d.version, d.answers, d.saved_at FROM drafts d JOIN invitations i ON i.id = d.invitation
             WHERE i.case_number = $1 AND i.form = $2 AND i.revoked_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM submissions s WHERE s.invitation = i.id)
             ORDER BY d.saved_at DESC LIMIT 1",
        );
        let row = row.bind(case.to_string()).bind(form).fetch_optional(self.readers());
        self.read("read a draft", row).await?.as_ref().map(read).transpose()
    }

    /// Saves a page.
    ///
    /// # Errors
    /// When the database fails: then nothing was saved.
    pub async fn save_draft(&self, new: NewDraft) -> Result<Saved, StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::SaveDraft(Box::new(new), reply)).await
    }

    /// Takes a draft away, if it is still the one of that nonce.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drop_draft(&self, key: DraftKey, nonce: &str) -> Result<(), StoreError> {
        let nonce = nonce.to_owned();
        writer::submit(self.writer(), |reply| writer::Job::DropDraft { key, nonce, reply }).await
    }

    /// Takes drafts away that were saved last before `since`, or whose invitation is closed; how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tidy_drafts(&self, since: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::TidyDrafts { since, now, reply }).await
    }
}

const SELECT: &str = "SELECT nonce, version, answers, saved_at FROM drafts WHERE invitation = $1 AND owner_hash = $2";

fn read(row: &sqlx::any::AnyRow) -> Result<Draft, StoreError> {
    let answers =
        serde_json::from_str(row.get("answers")).map_err(|source| StoreError::Unreadable { what: "draft", source })?;
    Ok(Draft {
        nonce: row.get("nonce"),
        version: Fingerprint::from_stored(row.get("version")),
        answers,
        saved_at: row.get::<String, _>("saved_at").parse().unwrap_or_default(),
    })
}

/// What a draft takes as the fields of a form, bytes.
fn size(answers: &RawAnswers) -> usize {
    let posted = |text: &str| text.bytes().map(|b| if b.is_ascii_alphanumeric() { 1 } else { 3 }).sum::<usize>();
    let field = |(name, values): (&String, &Vec<String>)| {
        values.iter().map(|value| posted(name) + posted(value) + 2).sum::<usize>()
    };
    answers.iter().map(field).sum()
}

pub(super) async fn save(connection: &mut AnyConnection, new: &NewDraft) -> Result<Saved, StoreError> {
    let (key, mut draft) = (&new.key, new.draft.clone());
    let open = sqlx::query(concat!(
        "SELECT 1 FROM invitations i WHERE i.id = $1 AND i.revoked_at IS NULL
         AND (NOT EXISTS (SELECT 1 FROM submissions s WHERE s.invitation = i.id) OR ",
        free_place!(),
        ")"
    ))
    .bind(&key.invitation)
    .fetch_optional(&mut *connection)
    .await
    .map_err(attempting("find an invitation"))?;
    if open.is_none() {
        return Ok(Saved::Closed);
    }
    let earlier = sqlx::query(SELECT).bind(&key.invitation).bind(key.owner.as_str()).fetch_optional(&mut *connection);
    let earlier = earlier.await.map_err(attempting("read a draft"))?;
    // What cannot be read any more is written anew.
    if let Some(earlier) = earlier.and_then(|row| read(&row).ok()) {
        draft.nonce = earlier.nonce;
        if let Part::Questions(asked) = &new.part {
            let here = |field: &str| asked.iter().any(|id| field == id || field.split('.').next() == Some(id));
            let mut answers = earlier.answers;
            answers.retain(|field, _| !here(field));
            answers.extend(draft.answers.into_iter().filter(|(field, _)| here(field)));
            draft.answers = answers;
        }
    } else if is_crowded(connection, &key.invitation).await? {
        return Ok(Saved::Crowded);
    }
    if size(&draft.answers) > new.at_most {
        return Ok(Saved::TooLarge);
    }
    sqlx::query(
        "INSERT INTO drafts (invitation, owner_hash, version, answers, saved_at, nonce) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (invitation, owner_hash) DO UPDATE SET version = excluded.version, answers = excluded.answers,
           saved_at = excluded.saved_at, nonce = excluded.nonce",
    )
    .bind(&key.invitation)
    .bind(key.owner.as_str())
    .bind(draft.version.as_str())
    .bind(to_json("draft", &draft.answers)?)
    .bind(draft.saved_at.to_string())
    .bind(&draft.nonce)
    .execute(connection)
    .await
    .map_err(attempting("save a draft"))?;
    Ok(Saved::Kept(draft))
}

/// True when behind a shared link there are so many drafts already that a new one would be nobody's.
async fn is_crowded(connection: &mut AnyConnection, invitation: &str) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "SELECT (SELECT count(*) FROM drafts d WHERE d.invitation = $1) AS drafts,
                (SELECT count(*) FROM invitations p WHERE p.gate = (SELECT i.gate FROM invitations i WHERE i.id = $1))
                  AS places,
                (SELECT count(*) FROM links l WHERE l.invitation = $1 AND l.shared = 1) AS shared",
    )
    .bind(invitation.to_owned())
    .fetch_one(connection)
    .await
    .map_err(attempting("count drafts"))?;
    let (drafts, places): (i64, i64) = (row.get("drafts"), row.get("places"));
    Ok(row.get::<i64, _>("shared") > 0 && drafts >= DRAFTS_A_PLACE * places)
}

pub(super) async fn remove(connection: &mut AnyConnection, key: &DraftKey, nonce: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM drafts WHERE invitation = $1 AND owner_hash = $2 AND nonce = $3")
        .bind(&key.invitation)
        .bind(key.owner.as_str())
        .bind(nonce)
        .execute(connection)
        .await
        .map_err(attempting("remove a draft"))?;
    Ok(())
}

/// What was sent is no draft any more. Behind a shared link others are still writing theirs.
pub(super) async fn sent(
    connection: &mut AnyConnection,
    invitation: &str,
    owner: Option<&Fingerprint>,
) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM drafts WHERE invitation = $1 AND (owner_hash = $2
           OR NOT EXISTS (SELECT 1 FROM links l WHERE l.invitation = $1 AND l.shared = 1))",
    )
    .bind(invitation.to_owned())
    .bind(owner.map_or_else(String::new, |o| o.as_str().to_owned()))
    .execute(connection)
    .await
    .map_err(attempting("remove a draft"))?;
    Ok(())
}

pub(super) async fn tidy(connection: &mut AnyConnection, since: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
    let removed = sqlx::query(concat!(
        "DELETE FROM drafts WHERE saved_at < $1 OR EXISTS (SELECT 1 FROM invitations i WHERE i.id = drafts.invitation
           AND (i.revoked_at IS NOT NULL OR i.expires_at <= $2
             OR (EXISTS (SELECT 1 FROM submissions s WHERE s.invitation = i.id) AND NOT ",
        free_place!(),
        ")))"
    ))
    .bind(since.to_string())
    .bind(now.to_string())
    .execute(connection)
    .await
    .map_err(attempting("remove old drafts"))?;
    Ok(removed.rows_affected())
}
