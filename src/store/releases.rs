//! The releases that were made, by which a release file that is missing or another can be told.

use super::{Store, StoreError, attempting, audit_log, writer};
use crate::text::Fingerprint;
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::{AnyConnection, Row};

/// A release that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRelease {
    /// Its id, such as `2025-11-30.1`.
    pub id: String,
    /// Of its file.
    pub fingerprint: Fingerprint,
    /// The day at whose end its figures hold.
    pub as_of: Date,
    /// When it was made.
    pub made_at: Timestamp,
}

impl Store {
    /// Remembers a release.
    ///
    /// # Errors
    /// When one of that id is known, or the database fails.
    pub async fn know_release(&self, release: KnownRelease) -> Result<(), StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::KnowRelease(Box::new(release), reply)).await
    }

    /// The releases that were made: fingerprints by id, in the order of their ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn known_releases(&self) -> Result<Vec<(String, Fingerprint)>, StoreError> {
        let rows = sqlx::query("SELECT id, fingerprint FROM releases_known ORDER BY id").fetch_all(self.readers());
        let rows = self.read("read the known releases", rows).await?;
        Ok(rows.iter().map(|r| (r.get("id"), Fingerprint::from_stored(r.get("fingerprint")))).collect())
    }
}

pub(super) async fn know(connection: &mut AnyConnection, release: &KnownRelease) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO releases_known (id, fingerprint, as_of, made_at) VALUES ($1, $2, $3, $4)")
        .bind(&release.id)
        .bind(release.fingerprint.as_str())
        .bind(release.as_of.to_string())
        .bind(release.made_at.to_string())
        .execute(&mut *connection)
        .await
        .map_err(attempting("remember a release"))?;
    audit_log::note(connection, release.made_at, "release", &release.id, &release.fingerprint).await
}
