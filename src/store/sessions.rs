//! Who has signed in. Only the SHA-256 of a session's id is kept.

use super::{Staff, Store, StoreError, attempting, staff, writer};
use crate::text::{Fingerprint, Language};
use jiff::Timestamp;
use sqlx::{AnyConnection, Row};

/// A session that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose.
    pub staff: Staff,
    /// In which language the pages are read, where it was chosen.
    pub language: Option<Language>,
    /// When it was used last, as far as that was written down.
    pub used_at: Timestamp,
    /// When it ends, however much it is used.
    pub ends_at: Timestamp,
}

/// A session to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSession {
    /// SHA-256 of its id.
    pub id_hash: Fingerprint,
    /// Id of its staff.
    pub staff: String,
    /// When.
    pub opened_at: Timestamp,
    /// When it ends, however much it is used.
    pub ends_at: Timestamp,
    /// SHA-256 of the id that the browser had before; that session ends.
    pub replaces: Option<Fingerprint>,
}

/// What happens to a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionChange {
    /// It is used.
    Used {
        /// When.
        at: Timestamp,
        /// The language that was chosen with it, if one was.
        language: Option<Language>,
    },
    /// It is closed.
    Closed,
}

impl Store {
    /// The session under that hash, unless its staff was removed. Whether it is still open is for the desk to say.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session(&self, id_hash: &Fingerprint) -> Result<Option<Session>, StoreError> {
        let row = sqlx::query(
            "SELECT t.id, t.address, t.name, t.role, s.language, s.used_at, s.ends_at
             FROM sessions s JOIN staff t ON t.id = s.staff WHERE s.id_hash = $1 AND t.removed_at IS NULL",
        )
        .bind(id_hash.as_str().to_owned())
        .fetch_optional(self.readers());
        let row = self.read("read a session", row).await?;
        Ok(row.and_then(|row| {
            Some(Session {
                staff: staff::read(&row)?,
                language: staff::language(&row),
                used_at: row.get::<String, _>("used_at").parse().ok()?,
                ends_at: row.get::<String, _>("ends_at").parse().ok()?,
            })
        }))
    }

    /// Opens a session.
    ///
    /// # Errors
    /// When the database fails, or there is no such staff.
    pub async fn open_session(&self, new: NewSession) -> Result<(), StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::OpenSession(Box::new(new), reply)).await
    }

    /// Writes down what happened to a session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn change_session(&self, id_hash: Fingerprint, change: SessionChange) -> Result<(), StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::ChangeSession(id_hash, change, reply)).await
    }
}

pub(super) async fn open(connection: &mut AnyConnection, new: &NewSession) -> Result<(), StoreError> {
    if let Some(former) = &new.replaces {
        change(connection, former, &SessionChange::Closed).await?;
    }
    sqlx::query("INSERT INTO sessions (id_hash, staff, opened_at, used_at, ends_at) VALUES ($1, $2, $3, $3, $4)")
        .bind(new.id_hash.as_str())
        .bind(&new.staff)
        .bind(new.opened_at.to_string())
        .bind(new.ends_at.to_string())
        .execute(connection)
        .await
        .map_err(attempting("open a session"))?;
    Ok(())
}

pub(super) async fn change(
    connection: &mut AnyConnection,
    id_hash: &Fingerprint,
    change: &SessionChange,
) -> Result<(), StoreError> {
    let query = match change {
        SessionChange::Used { at, language } => {
            sqlx::query("UPDATE sessions SET used_at = $2, language = coalesce($3, language) WHERE id_hash = $1")
                .bind(id_hash.as_str())
                .bind(at.to_string())
                .bind(language.map(Language::code))
        }
        SessionChange::Closed => sqlx::query("DELETE FROM sessions WHERE id_hash = $1").bind(id_hash.as_str()),
    };
    query.execute(&mut *connection).await.map_err(attempting("change a session"))?;
    if let SessionChange::Used { language: Some(language), .. } = change {
        // Mails are written in it, also when the session has ended.
        sqlx::query("UPDATE staff SET language = $2 WHERE id = (SELECT staff FROM sessions WHERE id_hash = $1)")
            .bind(id_hash.as_str())
            .bind(language.code())
            .execute(connection)
            .await
            .map_err(attempting("change a session"))?;
    }
    Ok(())
}
