//! Facts, their codebooks and the stored cube.

use super::cases::to_json;
use super::{Store, StoreError, attempting, writer};
use crate::cube::{Codebook, Cube, Fact};
use crate::text::Fingerprint;
use sqlx::{Any, AnyConnection, Executor, Row};

/// What a release counts, all of one moment.
#[derive(Clone, Debug)]
pub struct ToCount {
    /// The cube as it was last saved; empty before the first time and after an erasure.
    pub cube: Cube,
    /// The facts after its watermark in order, each with its sequence number and codebook.
    pub facts: Vec<(i64, Fact, Codebook)>,
    /// The erasures made so far: a cube is saved only while there are no more.
    pub erasures: i64,
}

impl Store {
    /// Reads what a release counts.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn to_count(&self) -> Result<ToCount, StoreError> {
        let mut transaction = self.one_moment().await?;
        let stored = read_cube(&mut *transaction).await?;
        let cube = if stored.is_current() { stored } else { Cube::default() };
        let facts = read_since(&mut *transaction, cube.watermark).await?;
        let erasures = erasures(&mut transaction).await?;
        transaction.rollback().await.map_err(attempting("be read as a whole"))?;
        Ok(ToCount { cube, facts, erasures })
    }

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

    /// Saves the cube with its watermark; false, and nothing is saved, when something was erased since it was counted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn save_cube(&self, cube: Cube, erasures: i64) -> Result<bool, StoreError> {
        writer::submit(self.writer(), |reply| writer::Job::SaveCube(Box::new(cube), erasures, reply)).await
    }
}

/// How many erasures there are: whoever reads something and stores what comes of it compares the number.
pub(super) async fn erasures(connection: &mut AnyConnection) -> Result<i64, StoreError> {
    let row = sqlx::query("SELECT count(*) AS n FROM erasures").fetch_one(connection).await;
    Ok(row.map_err(attempting("read the erasures"))?.get("n"))
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
    if let Some((codebook, codes)) = counted(connection, subject).await? {
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

/// Takes what counts for `subject` away by its reversal.
pub(super) async fn take_back(connection: &mut AnyConnection, subject: &str) -> Result<(), StoreError> {
    match counted(connection, subject).await? {
        Some((codebook, codes)) => insert(connection, subject, -1, &codebook, &codes).await,
        None => Ok(()),
    }
}

/// Codebook and codes of the fact that counts for `subject`; none where it was taken back.
pub(super) async fn counted(
    connection: &mut AnyConnection,
    subject: &str,
) -> Result<Option<(String, String)>, StoreError> {
    let last = sqlx::query("SELECT sign, codebook, codes FROM facts WHERE subject = $1 ORDER BY sequence DESC LIMIT 1")
        .bind(subject)
        .fetch_optional(connection)
        .await
        .map_err(attempting("read a fact"))?;
    let counts = last.filter(|row| row.get::<i64, _>("sign") > 0);
    Ok(counts.map(|row| (row.get("codebook"), row.get("codes"))))
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

pub(super) async fn save_cube(connection: &mut AnyConnection, cube: &Cube, known: i64) -> Result<bool, StoreError> {
    if erasures(connection).await? != known {
        return Ok(false);
    }
    sqlx::query("INSERT INTO cube (one, cube) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET cube = excluded.cube")
        .bind(to_json("cube", cube)?)
        .execute(connection)
        .await
        .map_err(attempting("save the cube"))?;
    Ok(true)
}
