//! Opening the database: a file of this machine, or a PostgreSQL server.

use super::{Engine, Store, StoreError, attempting, migrations, writer};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers};
use sqlx::{AnyConnection, ConnectOptions, Connection, Row};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Readers at once.
const READERS: u32 = 4;
/// Jobs that may wait for the writer; more are told to come back.
const QUEUE: usize = 4096;
/// The first SQLite without the write-ahead-log reset fault.
const NEEDED_SQLITE: (u32, u32, u32) = (3, 51, 3);
/// How a connection to a file behaves: durable, checked, erasing what is deleted, and patient with
/// another process, such as an import beside a running server.
const SQLITE: [&str; 5] = [
    "PRAGMA busy_timeout = 10000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
];
/// How a session of a server behaves: durable whatever the server's own setting, and never waiting without end.
const POSTGRES: [&str; 3] =
    ["SET synchronous_commit = on", "SET statement_timeout = '15s'", "SET idle_in_transaction_session_timeout = '30s'"];
/// File systems whose locks cannot be trusted between machines.
const NETWORK: [&str; 8] = ["nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "ceph"];

/// Where the data are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file on this machine.
    File(PathBuf),
    /// A PostgreSQL server, `postgres://user@host/name`; secrets come from the environment.
    Server(String),
}

impl Database {
    /// Reads what stands behind `database:`: an address of a server, or a file below `folder`.
    #[must_use]
    pub fn named(text: &str, folder: &Path) -> Self {
        let server = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
        if server { Self::Server(text.to_owned()) } else { Self::File(folder.join(text)) }
    }

    pub(super) fn engine(&self) -> Engine {
        match self {
            Self::File(_) => Engine::Sqlite,
            Self::Server(_) => Engine::Postgres,
        }
    }

    fn options(&self, mode: &str) -> Result<AnyConnectOptions, sqlx::Error> {
        let address = match self {
            Self::File(path) => format!("sqlite://{}?mode={mode}", escaped(path)),
            Self::Server(address) => address.clone(),
        };
        // Statements carry hashes of tokens: none is logged.
        Ok(AnyConnectOptions::from_str(&address)?.disable_statement_logging())
    }

    /// A connection that writes.
    pub(super) async fn connect(&self) -> Result<AnyConnection, sqlx::Error> {
        let mut connection = AnyConnection::connect_with(&self.options("rwc")?).await?;
        self.prepare(&mut connection).await?;
        Ok(connection)
    }

    async fn prepare(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let statements: &[&'static str] = match self.engine() {
            Engine::Sqlite => &SQLITE,
            Engine::Postgres => &POSTGRES,
        };
        for statement in statements {
            sqlx::raw_sql(*statement).execute(&mut *connection).await?;
        }
        Ok(())
    }
}

/// A path as part of an address.
fn escaped(path: &Path) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'_' | b'-');
    let bytes = path.as_os_str().as_encoded_bytes().iter();
    bytes.map(|b| if plain(*b) { char::from(*b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// Held by the one server of a database file; freed by the operating system when the process ends.
#[derive(Debug)]
pub struct ServerLock {
    _file: File,
}

impl Store {
    /// Opens the database, made if it is a file and missing, and brings its schema up to date. Of several
    /// processes that do so at once one does, and the others wait.
    ///
    /// # Errors
    /// When it cannot be used or reached, or the SQLite in this binary is known to lose data.
    pub async fn open(database: &Database) -> Result<Self, StoreError> {
        install_default_drivers();
        let engine = database.engine();
        let one_at_a_time = match database {
            Database::File(path) => Some(lock_beside(path, "migrating").await?),
            // The migrator takes an advisory lock of the server.
            Database::Server(_) => None,
        };
        let mut connection = database.connect().await.map_err(attempting("be opened"))?;
        if engine == Engine::Sqlite {
            check_version(&mut connection).await?;
        }
        migrations::migrator(engine).run(&mut connection).await?;
        drop(one_at_a_time);
        let of_readers = database.clone();
        let readers = AnyPoolOptions::new().max_connections(READERS).after_connect(move |connection, _| {
            let database = of_readers.clone();
            Box::pin(async move { database.prepare(connection).await })
        });
        // Not `ro`: a reader that comes first must be able to make the files beside the database.
        let readers = readers.connect_lazy_with(database.options("rw").map_err(attempting("be opened"))?);
        let (sender, receiver) = tokio::sync::mpsc::channel(QUEUE);
        tokio::spawn(writer::run(connection, database.clone(), receiver));
        Ok(Self { engine, readers, writer: sender })
    }

    /// Takes a database file for one server; none for PostgreSQL, which several servers may share.
    ///
    /// # Errors
    /// When another server has the file, or it lies on a network file system, whose locks cannot be trusted.
    pub fn lock_for_server(database: &Database) -> Result<Option<ServerLock>, StoreError> {
        let Database::File(path) = database else { return Ok(None) };
        let lock = path.with_extension("server-lock");
        let told = |source| StoreError::File { path: lock.display().to_string(), source };
        if let Some(folder) = lock.parent() {
            std::fs::create_dir_all(folder).map_err(told)?;
            if let Some(kind) = network_file_system(folder) {
                return Err(StoreError::Network { path: path.display().to_string(), kind });
            }
        }
        let file = File::create(&lock).map_err(told)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(ServerLock { _file: file })),
            Err(_) => Err(StoreError::InUse { path: path.display().to_string() }),
        }
    }

    /// Waits until everything queued before is on disk and stops the writer.
    pub async fn close(self) {
        writer::finish(self.writer()).await;
        self.readers().close().await;
    }
}

/// Waits for a lock file beside the database, whose folder is made if missing.
async fn lock_beside(path: &Path, ending: &str) -> Result<File, StoreError> {
    let lock = path.with_extension(ending);
    let told = |path: &Path, source| StoreError::File { path: path.display().to_string(), source };
    if let Some(folder) = lock.parent() {
        std::fs::create_dir_all(folder).map_err(|source| told(folder, source))?;
    }
    let (taken, shown) = (lock.clone(), lock.clone());
    let locked = tokio::task::spawn_blocking(move || {
        let file = File::create(&taken)?;
        file.lock()?;
        Ok(file)
    });
    locked.await.map_err(|_| StoreError::Closed)?.map_err(|source| told(&shown, source))
}

/// The kind of network file system that a folder lies on, as the kernel names it; none on a disk of
/// this machine, or where the kernel does not tell.
fn network_file_system(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    mounted(&std::fs::read_to_string("/proc/self/mounts").ok()?, &folder)
}

fn mounted(mounts: &str, folder: &Path) -> Option<String> {
    let mounts = mounts.lines().filter_map(|line| {
        let mut parts = line.split_whitespace().skip(1);
        Some((parts.next()?.replace("\\040", " "), parts.next()?))
    });
    let longest = mounts.filter(|(at, _)| folder.starts_with(at)).max_by_key(|(at, _)| at.len());
    longest.filter(|(_, kind)| NETWORK.contains(kind)).map(|(_, kind)| kind.to_owned())
}

async fn check_version(connection: &mut AnyConnection) -> Result<(), StoreError> {
    let row = sqlx::query("SELECT sqlite_version() AS v").fetch_one(connection).await;
    let found: String = row.map_err(attempting("tell its version"))?.get("v");
    let mut parts = found.split('.').map(|p| p.parse::<u32>().unwrap_or(0));
    let version = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if version >= NEEDED_SQLITE { Ok(()) } else { Err(StoreError::OldSqlite { found }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_server_and_anything_else_a_file_below_the_folder() {
        let named = |text| Database::named(text, Path::new("/srv/palaute"));
        assert_eq!(named("data/a b.sqlite"), Database::File("/srv/palaute/data/a b.sqlite".into()));
        assert_eq!(named("postgresql://u@db/p"), Database::Server("postgresql://u@db/p".into()));
        assert_eq!(escaped(Path::new("/a b/ä?.sqlite")), "/a%20b/%C3%A4%3F.sqlite");
    }

    #[test]
    fn a_folder_on_a_network_file_system_is_known_by_its_nearest_mount() {
        let mounts = "/dev/sda / ext4 rw 0 0\nbox:/x /srv nfs4 rw 0 0\n/dev/sdb /srv/disk\\040two xfs rw 0 0\n";
        assert_eq!(mounted(mounts, Path::new("/srv/palaute")), Some("nfs4".to_owned()));
        assert_eq!(mounted(mounts, Path::new("/srv/disk two/palaute")), None);
        assert_eq!(mounted(mounts, Path::new("/home")), None);
    }
}
