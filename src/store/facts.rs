//! Facts, their codebooks and the stored cube.

use super::cases::to_json;
use super::{Store, StoreError, attempting, writer};
use crate::cube::{Codebook, Cube, Fact};
use crate::text::Fingerprint;
use sqlx::{Any, AnyConnection, Executor, Row};

impl Store {
    /// The facts after `watermark` in order, each with its sequence number and codebook.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn facts_since(&self, watermark: i64) -> Result<Vec<(i64, Fact, Codebook)>, StoreError> {
        read_since(self.readers(), watermark).await
    }

    /// The cube as it was last saved; empty before the first time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cube(&self) -> Result<Cube, StoreError> {
        read_cube(self.readers()).await
    }

    /// Saves the cube with its watermark.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save_cube(&self, cube: Cube) -> Result<(), StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::SaveCube(Box::new(cube), reply)).await
    }
}

pub(super) async fn read_since<'e>(
    executor: impl Executor<'e, Database = Any>,
    watermark: i64,
) -> Result<Vec<(i64, Fact, Codebook)>, StoreError> {
    let rows = sqlx::query(
        "SELECT sequence, sign, codebook, codes, book FROM facts
         JOIN codebooks ON codebooks.fingerprint = facts.codebook WHERE sequence > $1 ORDER BY sequence",
    )
    .bind(watermark)
    .fetch_all(executor)
    .await
    .map_err(attempting("read the facts"))?;
    let read = |row: &sqlx::any::AnyRow| -> Result<(i64, Fact, Codebook), serde_json::Error> {
        let fact = Fact {
            sign: if row.get::<i64, _>("sign") < 0 { -1 } else { 1 },
            codebook: Fingerprint::from_stored(row.get("codebook")),
            codes: serde_json::from_str(&row.get::<String, _>("codes"))?,
        };
        Ok((row.get("sequence"), fact, serde_json::from_str(&row.get::<String, _>("book"))?))
    };
    rows.iter().map(|row| read(row).map_err(|source| StoreError::Unreadable { what: "fact", source })).collect()
}

pub(super) async fn read_cube<'e>(executor: impl Executor<'e, Database = Any>) -> Result<Cube, StoreError> {
    let row = sqlx::query("SELECT cube FROM cube").fetch_optional(executor).await;
    match row.map_err(attempting("read the cube"))? {
        None => Ok(Cube::default()),
        Some(row) => serde_json::from_str(&row.get::<String, _>("cube"))
            .map_err(|source| StoreError::Unreadable { what: "cube", source }),
    }
}

/// Makes `fact` the one that counts for `subject`: the former is taken away by its reversal.
pub(super) async fn replace(
    connection: &mut AnyConnection,
    subject: &str,
    fact: &Fact,
    book: &Codebook,
) -> Result<(), StoreError> {
    let last = sqlx::query("SELECT codebook, codes FROM facts WHERE subject = $1 ORDER BY sequence DESC LIMIT 1")
        .bind(subject)
        .fetch_optional(&mut *connection)
        .await
        .map_err(attempting("read a fact"))?;
    if let Some(row) = last {
        let (codebook, codes): (String, String) = (row.get("codebook"), row.get("codes"));
        if codebook == fact.codebook.as_str() && codes == to_json("fact", &fact.codes)? {
            return Ok(());
        }
        insert(connection, subject, -1, &codebook, &codes).await?;
    }
    sqlx::query("INSERT INTO codebooks (fingerprint, book) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(fact.codebook.as_str())
        .bind(to_json("codebook", book)?)
        .execute(&mut *connection)
        .await
        .map_err(attempting("keep a codebook"))?;
    insert(connection, subject, fact.sign, fact.codebook.as_str(), &to_json("fact", &fact.codes)?).await
}

async fn insert(
    connection: &mut AnyConnection,
    subject: &str,
    sign: i8,
    codebook: &str,
    codes: &str,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO facts (subject, sign, codebook, codes) VALUES ($1, $2, $3, $4)")
        .bind(subject)
        .bind(i64::from(sign))
        .bind(codebook)
        .bind(codes)
        .execute(connection)
        .await
        .map_err(attempting("record a fact"))?;
    Ok(())
}

pub(super) async fn save_cube(connection: &mut AnyConnection, cube: &Cube) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO cube (one, cube) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET cube = excluded.cube")
        .bind(to_json("cube", cube)?)
        .execute(connection)
        .await
        .map_err(attempting("save the cube"))?;
    Ok(())
}
