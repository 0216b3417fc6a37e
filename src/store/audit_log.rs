//! Who did what, chained so that a removed or changed entry shows.

use super::{StoreError, attempting};
use crate::text::Fingerprint;
use jiff::Timestamp;
use sqlx::{AnyConnection, Row};

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

/// The link of an entry: a fingerprint of it and of the link before.
pub(super) fn link(before: &str, at: &str, verb: &str, subject: &str, commitment: &str) -> Fingerprint {
    Fingerprint::of(format!("{before}\n{at}\n{verb}\n{subject}\n{commitment}"))
}
