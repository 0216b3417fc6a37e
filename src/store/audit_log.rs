//! Who did what, chained so that a removed or changed entry shows.

use super::{Store, StoreError, attempting};
use crate::text::Fingerprint;
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::{AnyConnection, Row};

/// The verb of an erasure: what it names may be missing.
pub(super) const ERASE: &str = "erase";

/// Adds an entry. `commitment` is a fingerprint of what was done, never the thing itself, so that
/// erasing a person's data leaves the chain whole.
pub(super) async fn note(
    connection: &mut AnyConnection,
    at: Timestamp,
    verb: &'static str,
    subject: &str,
    commitment: &Fingerprint,
) -> Result<(), StoreError> {
    let last = sqlx::query("SELECT chain FROM audit_log ORDER BY sequence DESC LIMIT 1")
        .fetch_optional(&mut *connection)
        .await
        .map_err(attempting("read the audit log"))?;
    let before = last.map_or_else(String::new, |row| row.get("chain"));
    let chain = link(&before, &at.to_string(), verb, subject, commitment.as_str());
    sqlx::query("INSERT INTO audit_log (at, verb, subject, chain, commitment) VALUES ($1, $2, $3, $4, $5)")
        .bind(at.to_string())
        .bind(verb)
        .bind(subject)
        .bind(chain.as_str())
        .bind(commitment.as_str())
        .execute(connection)
        .await
        .map_err(attempting("add to the audit log"))?;
    Ok(())
}

/// What an entry of the log commits to: the thing's text behind a blind that is kept beside the thing and
/// erased with it. Things from before there were blinds have an empty one and commit by their text alone.
pub(super) fn commitment(blind: &str, text: &str) -> Fingerprint {
    if blind.is_empty() { Fingerprint::of(text) } else { Fingerprint::of(format!("{blind}\n{text}")) }
}

/// Entries among which the latest instant is sought: those of one moment may stand in another order than their instants.
const LATEST: i64 = 1000;

impl Store {
    /// The latest instant that the audit log tells of; none while it is empty.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn last_noted_at(&self) -> Result<Option<Timestamp>, StoreError> {
        let row = sqlx::query(
            "SELECT max(at) AS last FROM (SELECT at FROM audit_log ORDER BY sequence DESC LIMIT $1) AS latest",
        )
        .bind(LATEST)
        .fetch_one(self.readers());
        let row = self.read("read the audit log", row).await?;
        Ok(row.get::<Option<String>, _>("last").and_then(|at| at.parse().ok()))
    }

    /// The days (UTC) from that instant on of which the audit log tells something, and the last one before, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn days_noted_since(&self, from: Timestamp) -> Result<Vec<Date>, StoreError> {
        let rows = sqlx::query(
            "SELECT max(substr(at, 1, 10)) AS day FROM audit_log WHERE at < $1
             UNION SELECT substr(at, 1, 10) AS day FROM audit_log WHERE at >= $1 ORDER BY day",
        )
        .bind(from.to_string())
        .fetch_all(self.readers());
        let rows = self.read("read the audit log", rows).await?;
        Ok(rows.iter().filter_map(|r| r.get::<Option<String>, _>("day")?.parse().ok()).collect())
    }
}

/// The link of an entry: a fingerprint of it and of the link before.
pub(super) fn link(before: &str, at: &str, verb: &str, subject: &str, commitment: &str) -> Fingerprint {
    Fingerprint::of(format!("{before}\n{at}\n{verb}\n{subject}\n{commitment}"))
}
