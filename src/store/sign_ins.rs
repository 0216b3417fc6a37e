//! Who asks to be let in. Of the browser's cookie and of the mailed secret only the SHA-256 is kept.

use super::sessions::{self, NewSession, SessionChange};
use super::{NewNotice, Staff, Store, StoreError, attempting, notices, staff, writer};
use crate::text::{Fingerprint, Language};
use jiff::Timestamp;
use sqlx::{AnyConnection, Row};

/// Somebody asks to be let in. Of an address that is nobody's there is the same without a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSignIn {
    /// Its id.
    pub id: String,
    /// SHA-256 of the browser's cookie.
    pub asking_hash: Fingerprint,
    /// When.
    pub asked_at: Timestamp,
    /// Until when it can be used.
    pub ends_at: Timestamp,
    /// In which language it was asked.
    pub language: Language,
    /// The mail that carries the secret, to whom it lets in.
    pub mail: Option<NewNotice>,
}

/// Somebody shows a secret and the cookie of the browser that asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entering {
    /// SHA-256 of the browser's cookie.
    pub asking_hash: Fingerprint,
    /// SHA-256 of the secret.
    pub secret_hash: Fingerprint,
    /// SHA-256 of the session that would be opened.
    pub session_hash: Fingerprint,
    /// When.
    pub at: Timestamp,
    /// When the session would end.
    pub ends_at: Timestamp,
    /// In which language its pages are read.
    pub language: Language,
    /// SHA-256 of the session that the browser had before.
    pub replaces: Option<Fingerprint>,
}

impl Store {
    /// Keeps that somebody asked, with the mail.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ask_sign_in(&self, new: NewSignIn) -> Result<(), StoreError> {
        let mails = new.mail.is_some();
        writer::submit(self.writer(), |reply| writer::Job::AskSignIn(Box::new(new), reply)).await?;
        if mails {
            self.waits.notify_one();
        }
        Ok(())
    }

    /// Waits until a mail was queued here for which somebody waits at the screen.
    pub async fn mail_is_waited_for(&self) {
        self.waits.notified().await;
    }

    /// Gives a sign-in the secret that is about to be mailed, in place of an earlier one; false when it has ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn seal_sign_in(&self, id: &str, secret_hash: Fingerprint, at: Timestamp) -> Result<bool, StoreError> {
        let id = id.to_owned();
        writer::submit(self.writer(), |reply| writer::Job::SealSignIn { id, secret_hash, at, reply }).await
    }

    /// True while a browser of that cookie waits to be let in, known or not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_asking(&self, asking_hash: &Fingerprint, at: Timestamp) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT count(*) AS n FROM sign_ins WHERE asking_hash = $1 AND ends_at > $2")
            .bind(asking_hash.as_str().to_owned())
            .bind(at.to_string())
            .fetch_one(self.readers());
        Ok(self.read("read a sign-in", row).await?.get::<i64, _>("n") > 0)
    }

    /// Opens a session where cookie and secret belong together; everything that this browser asked for is over with it.
    /// Who was let in; nobody when they do not belong together, it has ended or the staff was removed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn enter(&self, entering: Entering) -> Result<Option<Staff>, StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::Enter(Box::new(entering), reply)).await
    }

    /// Removes sessions that have ended or were not used since, and sign-ins that have ended. How many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tidy_sessions(&self, since: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::TidySessions { since, now, reply }).await
    }
}

pub(super) async fn ask(connection: &mut AnyConnection, new: &NewSignIn) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO sign_ins (id, asking_hash, staff, asked_at, ends_at, language) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&new.id)
    .bind(new.asking_hash.as_str())
    .bind(new.mail.as_ref().map(|mail| mail.staff.id.as_str()))
    .bind(new.asked_at.to_string())
    .bind(new.ends_at.to_string())
    .bind(new.language.code())
    .execute(&mut *connection)
    .await
    .map_err(attempting("keep a sign-in"))?;
    notices::queue(connection, new.mail.as_slice(), new.asked_at).await
}

pub(super) async fn seal(
    connection: &mut AnyConnection,
    id: &str,
    secret_hash: &Fingerprint,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE sign_ins SET secret_hash = $2 WHERE id = $1 AND ends_at > $3 AND staff IS NOT NULL")
        .bind(id)
        .bind(secret_hash.as_str())
        .bind(at.to_string())
        .execute(connection)
        .await
        .map_err(attempting("seal a sign-in"))?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn enter(connection: &mut AnyConnection, entering: &Entering) -> Result<Option<Staff>, StoreError> {
    let row = sqlx::query(
        "SELECT t.id, t.address, t.name, t.role FROM sign_ins s JOIN staff t ON t.id = s.staff
         WHERE s.asking_hash = $1 AND s.secret_hash = $2 AND s.ends_at > $3 AND t.removed_at IS NULL",
    )
    .bind(entering.asking_hash.as_str())
    .bind(entering.secret_hash.as_str())
    .bind(entering.at.to_string())
    .fetch_optional(&mut *connection)
    .await
    .map_err(attempting("open a session"))?;
    let Some(let_in) = row.as_ref().and_then(staff::read) else { return Ok(None) };
    sqlx::query("DELETE FROM sign_ins WHERE asking_hash = $1")
        .bind(entering.asking_hash.as_str())
        .execute(&mut *connection)
        .await
        .map_err(attempting("open a session"))?;
    let new = NewSession {
        id_hash: entering.session_hash.clone(),
        staff: let_in.id.clone(),
        opened_at: entering.at,
        ends_at: entering.ends_at,
        replaces: entering.replaces.clone(),
    };
    sessions::open(&mut *connection, &new).await?;
    let used = SessionChange::Used { at: entering.at, language: Some(entering.language) };
    sessions::change(connection, &new.id_hash, &used).await?;
    Ok(Some(let_in))
}

pub(super) async fn tidy(connection: &mut AnyConnection, since: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
    let old = [
        ("DELETE FROM sessions WHERE used_at <= $1", since),
        ("DELETE FROM sessions WHERE ends_at <= $1", now),
        ("DELETE FROM sign_ins WHERE ends_at <= $1", now),
    ];
    let mut removed = 0;
    for (statement, at) in old {
        let done = sqlx::query(statement).bind(at.to_string()).execute(&mut *connection).await;
        removed += done.map_err(attempting("remove old sessions"))?.rows_affected();
    }
    Ok(removed)
}
