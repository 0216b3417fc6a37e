//! Opening the database file.

use super::writer;
use super::{SqliteStore, Store, StoreError, attempting, migrations};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Row};
use std::fs::File;
use std::path::Path;
use std::time::Duration;

/// How long a writer waits for another process, such as an import beside a running server.
const BUSY: Duration = Duration::from_secs(10);
/// Readers at once.
const READERS: u32 = 4;
/// Jobs that may wait for the writer; more are told to come back.
const QUEUE: usize = 4096;
/// The first SQLite without the write-ahead-log reset fault.
const NEEDED_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// Held by the one server of a database file; freed by the operating system when the process ends.
#[derive(Debug)]
pub struct ServerLock {
    _file: File,
}

impl Store {
    /// Opens the SQLite file at `path`, made if missing, and brings its schema up to date.
    ///
    /// # Errors
    /// When the file cannot be used, or the SQLite in this binary is known to lose data.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent() {
            let told = |source| StoreError::File { path: folder.display().to_string(), source };
            std::fs::create_dir_all(folder).map_err(told)?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            .pragma("secure_delete", "ON")
            .disable_statement_logging();
        let mut connection =
            sqlx::SqliteConnection::connect_with(&options).await.map_err(attempting("open the file"))?;
        check_version(&mut connection).await?;
        migrations::migrator().run(&mut connection).await?;
        let readers =
            SqlitePoolOptions::new().max_connections(READERS).connect_lazy_with(options.clone().read_only(true));
        let (sender, receiver) = tokio::sync::mpsc::channel(QUEUE);
        tokio::spawn(writer::run(connection, options, receiver));
        Ok(Self::Sqlite(SqliteStore { readers, writer: sender }))
    }

    /// Takes the database file for one server.
    ///
    /// # Errors
    /// When another server has it.
    pub fn lock_for_server(path: &Path) -> Result<ServerLock, StoreError> {
        let lock = path.with_extension("server-lock");
        let told = |source| StoreError::File { path: lock.display().to_string(), source };
        if let Some(folder) = lock.parent() {
            std::fs::create_dir_all(folder).map_err(told)?;
        }
        let file = File::create(&lock).map_err(told)?;
        match file.try_lock() {
            Ok(()) => Ok(ServerLock { _file: file }),
            Err(_) => Err(StoreError::InUse { path: path.display().to_string() }),
        }
    }

    /// Waits until everything queued before is on disk and stops the writer.
    pub async fn close(self) {
        writer::finish(self.writer()).await;
        self.readers().close().await;
    }
}

async fn check_version(connection: &mut sqlx::SqliteConnection) -> Result<(), StoreError> {
    let row = sqlx::query("SELECT sqlite_version() AS v").fetch_one(connection).await;
    let found: String = row.map_err(attempting("tell its version"))?.get("v");
    let mut parts = found.split('.').map(|p| p.parse::<u32>().unwrap_or(0));
    let version = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if version >= NEEDED_SQLITE { Ok(()) } else { Err(StoreError::OldSqlite { found }) }
}
