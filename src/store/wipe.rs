//! Writes over the places where erased rows stood: the file and its log, the tables and indexes.

use super::{Database, Engine, Store, StoreError, attempting};
use sqlx::{AnyConnection, Connection, Row};
use std::time::Duration;

/// Every table that holds something of a person, with its indexes.
const TABLES: [&str; 13] = [
    "VACUUM FULL cases",
    "VACUUM FULL case_events",
    "VACUUM FULL invitations",
    "VACUUM FULL links",
    "VACUUM FULL submissions",
    "VACUUM FULL drafts",
    "VACUUM FULL reports",
    "VACUUM FULL annexes",
    "VACUUM FULL outbox",
    "VACUUM FULL facts",
    "VACUUM FULL cube",
    "VACUUM FULL erasures",
    "VACUUM FULL codebooks",
];
/// Longest wait for those who still read what was erased, and how often they are looked at.
const READERS_WITHIN: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How far the places were written over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wiped {
    /// False where the log of a PostgreSQL could not be cut off, because the user may not: it holds what was
    /// erased until the server reuses it.
    pub log: bool,
}

impl Store {
    /// True while places of erased rows have not been written over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn wants_wiping(&self) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT count(*) AS n FROM erasures WHERE wiped = 0").fetch_one(self.readers());
        Ok(self.read("read the erasures", row).await?.get::<i64, _>("n") > 0)
    }

    /// Writes over every place where an erased row stood. Servers go on; they wait while it lasts.
    ///
    /// # Errors
    /// When the database fails, or somebody reads on and on.
    pub async fn wipe(database: &Database) -> Result<Wiped, StoreError> {
        let mut connection = database.connect().await.map_err(attempting("be opened"))?;
        let wiped = match database.engine() {
            Engine::Sqlite => wipe_file(&mut connection).await,
            Engine::Postgres => wipe_tables(&mut connection).await,
        };
        // What went wrong before says more than how the connection ended.
        let closed = connection.close().await.map_err(attempting("be closed"));
        let wiped = wiped?;
        closed.map(|()| wiped)
    }
}

/// The file is written anew, and its write-ahead log, which may hold what stood there, is cut to nothing.
async fn wipe_file(connection: &mut AnyConnection) -> Result<Wiped, StoreError> {
    let told = attempting("write over erased places");
    let done = async {
        sqlx::raw_sql("VACUUM").execute(&mut *connection).await?;
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut *connection).await
    };
    let busy: i64 = done.await.map_err(told)?.get(0);
    if busy != 0 {
        return Err(StoreError::InReading);
    }
    note(connection).await?;
    Ok(Wiped { log: true })
}

/// Every table is written anew once nobody sees the rows that were there before.
async fn wipe_tables(connection: &mut AnyConnection) -> Result<Wiped, StoreError> {
    let told = || attempting("write over erased places");
    sqlx::raw_sql("SET statement_timeout = 0").execute(&mut *connection).await.map_err(told())?;
    let erased = sqlx::query("SELECT CAST(pg_current_xact_id() AS TEXT) AS id").fetch_one(&mut *connection).await;
    let erased: String = erased.map_err(told())?.get("id");
    let gone = tokio::time::timeout(READERS_WITHIN, async {
        while seen(&mut *connection, &erased).await? {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok::<(), sqlx::Error>(())
    });
    gone.await.map_err(|_| StoreError::InReading)?.map_err(told())?;
    for table in TABLES {
        sqlx::raw_sql(table).execute(&mut *connection).await.map_err(told())?;
    }
    // Allowed to few; where it is not, the server cuts its log off in its own time.
    let mut log = true;
    for statement in ["SELECT CAST(pg_switch_wal() AS TEXT)", "CHECKPOINT"] {
        log &= sqlx::raw_sql(statement).execute(&mut *connection).await.is_ok();
    }
    note(connection).await?;
    Ok(Wiped { log })
}

async fn note(connection: &mut AnyConnection) -> Result<(), StoreError> {
    let noted = sqlx::raw_sql("UPDATE erasures SET wiped = 1 WHERE wiped = 0").execute(connection).await;
    noted.map(drop).map_err(attempting("note what was written over"))
}

/// Whether somebody may still see rows that were removed before the transaction of that number: then they would
/// be written into the new table, too. Transactions in other databases of the server count.
async fn seen(connection: &mut AnyConnection, erased: &str) -> Result<bool, sqlx::Error> {
    let row = sqlx::query(
        "SELECT CASE WHEN pg_snapshot_xmin(pg_current_snapshot()) <= CAST(CAST($1 AS TEXT) AS XID8) OR EXISTS (
           SELECT 1 FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()
           AND age(backend_xmin) > age(CAST(CAST(CAST($1 AS TEXT) AS XID8) AS XID))
         ) THEN 1 ELSE 0 END AS seen",
    )
    .bind(erased)
    .fetch_one(connection)
    .await?;
    Ok(row.get::<i32, _>("seen") == 1)
}
