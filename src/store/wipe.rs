//! Writes over the places where erased rows stood: the file and its log, the tables and indexes.

use super::{Database, Engine, Store, StoreError, attempting};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};
use std::time::Duration;

/// Every table that holds something of a person, with its indexes.
const TABLES: [&str; 14] = [
    "VACUUM FULL cases",
    "VACUUM FULL case_events",
    "VACUUM FULL invitations",
    "VACUUM FULL links",
    "VACUUM FULL submissions",
    "VACUUM FULL drafts",
    "VACUUM FULL reports",
    "VACUUM FULL annexes",
    "VACUUM FULL outbox",
    "VACUUM FULL contacts",
    "VACUUM FULL facts",
    "VACUUM FULL cube",
    "VACUUM FULL erasures",
    "VACUUM FULL codebooks",
];
/// How often those who still read what was erased are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What PostgreSQL says of a table that somebody holds (SQLSTATE).
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// How far the places were written over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wiped {
    /// False where the log of a PostgreSQL may hold what was erased: the user may not cut it off, or the server keeps
    /// pieces of it for reuse, for an archive or for others that copy it.
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

    /// Writes over every place where an erased row stood. Servers go on; they wait while it lasts. `within` is the
    /// longest wait for those who read meanwhile.
    ///
    /// # Errors
    /// When the database fails, or somebody reads on and on.
    pub async fn wipe(database: &Database, within: Duration) -> Result<Wiped, StoreError> {
        let mut connection = database.connect().await.map_err(attempting("be opened"))?;
        let wiped = match database.engine() {
            Engine::Sqlite => wipe_file(&mut connection, within).await,
            Engine::Postgres => wipe_tables(&mut connection, within).await,
        };
        // What went wrong before says more than how the connection ended.
        let closed = connection.close().await.map_err(attempting("be closed"));
        let wiped = wiped?;
        closed.map(|()| wiped)
    }
}

/// The file is written anew, and its write-ahead log, which may hold what stood there, is cut to nothing.
async fn wipe_file(connection: &mut AnyConnection, within: Duration) -> Result<Wiped, StoreError> {
    let told = attempting("write over erased places");
    let patience = format!("PRAGMA busy_timeout = {}", within.as_millis());
    sqlx::raw_sql(AssertSqlSafe(patience)).execute(&mut *connection).await.map_err(attempting("be opened"))?;
    let places = unwiped(connection).await?;
    let done = async {
        sqlx::raw_sql("VACUUM").execute(&mut *connection).await?;
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut *connection).await
    };
    let busy: i64 = done.await.map_err(told)?.get(0);
    if busy != 0 {
        return Err(StoreError::InReading);
    }
    note(connection, &places).await?;
    Ok(Wiped { log: true })
}

/// Every table is written anew once nobody sees the rows that were there before.
async fn wipe_tables(connection: &mut AnyConnection, within: Duration) -> Result<Wiped, StoreError> {
    let told = || attempting("write over erased places");
    // A table that somebody holds is not waited for without end: everybody else would wait behind.
    let patience = "SET statement_timeout = 0; SET lock_timeout = '5s'";
    sqlx::raw_sql(patience).execute(&mut *connection).await.map_err(told())?;
    let places = unwiped(connection).await?;
    let erased = sqlx::query("SELECT CAST(pg_current_xact_id() AS TEXT) AS id").fetch_one(&mut *connection).await;
    let erased: String = erased.map_err(told())?.get("id");
    let gone = tokio::time::timeout(within, async {
        while seen(&mut *connection, &erased).await? {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok::<(), sqlx::Error>(())
    });
    gone.await.map_err(|_| StoreError::InReading)?.map_err(told())?;
    for table in TABLES {
        sqlx::raw_sql(table).execute(&mut *connection).await.map_err(|error| {
            let held = error.as_database_error().is_some_and(|e| e.code().as_deref() == Some(LOCK_NOT_AVAILABLE));
            if held { StoreError::InReading } else { told()(error) }
        })?;
    }
    // Allowed to few; where it is not, the server cuts its log off in its own time.
    let mut log = true;
    for statement in ["SELECT CAST(pg_switch_wal() AS TEXT)", "CHECKPOINT"] {
        log &= sqlx::raw_sql(statement).execute(&mut *connection).await.is_ok();
    }
    let kept = sqlx::query(
        "SELECT CASE WHEN current_setting('wal_recycle') = 'on' OR current_setting('archive_mode') <> 'off'
           OR current_setting('wal_keep_size') <> '0' OR EXISTS (SELECT 1 FROM pg_replication_slots)
           OR EXISTS (SELECT 1 FROM pg_stat_replication) THEN 1 ELSE 0 END AS kept",
    );
    let kept: i32 = kept.fetch_one(&mut *connection).await.map_err(told())?.get("kept");
    note(connection, &places).await?;
    Ok(Wiped { log: log && kept == 0 })
}

/// The erasures whose places have not been written over, by their marks.
async fn unwiped(connection: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    let rows = sqlx::query("SELECT DISTINCT mark FROM erasures WHERE wiped = 0").fetch_all(connection).await;
    Ok(rows.map_err(attempting("read the erasures"))?.iter().map(|row| row.get("mark")).collect())
}

async fn note(connection: &mut AnyConnection, places: &[String]) -> Result<(), StoreError> {
    for mark in places {
        let noted = sqlx::query("UPDATE erasures SET wiped = 1 WHERE mark = $1").bind(mark);
        noted.execute(&mut *connection).await.map_err(attempting("note what was written over"))?;
    }
    Ok(())
}

/// Whether somebody may still see rows that were removed before the transaction of that number: then they would
/// be written into the new table, too. Transactions in other databases of the server count.
async fn seen(connection: &mut AnyConnection, erased: &str) -> Result<bool, sqlx::Error> {
    let row = sqlx::query(
        "SELECT CASE WHEN pg_snapshot_xmin(pg_current_snapshot()) <= CAST(CAST($1 AS TEXT) AS XID8) OR EXISTS (
           SELECT 1 FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND (datname = current_database() OR datname IS NULL)
           AND age(backend_xmin) > age(CAST(CAST(CAST($1 AS TEXT) AS XID8) AS XID))
         ) THEN 1 ELSE 0 END AS seen",
    )
    .bind(erased)
    .fetch_one(connection)
    .await?;
    Ok(row.get::<i32, _>("seen") == 1)
}
