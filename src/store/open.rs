//! Opening the database: a file of this machine, or a PostgreSQL server.

use super::{Engine, Store, StoreError, attempting, migrations, writer};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers};
use sqlx::{AnyConnection, ConnectOptions, Connection, Row};
use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

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
const POSTGRES: [&str; 4] = [
    "SET synchronous_commit = on",
    "SET default_transaction_isolation = 'read committed'",
    "SET statement_timeout = '15s'",
    "SET idle_in_transaction_session_timeout = '30s'",
];
/// Who may read a database file: its owner.
const OWNER_ONLY: u32 = 0o600;
/// File systems whose locks cannot be trusted between machines.
const NETWORK: [&str; 14] = [
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "ceph",
    "lustre",
    "afs",
    "fuse.sshfs",
    "fuse.glusterfs",
    "fuse.s3fs",
    "fuse.rclone",
    "fuse.ceph",
];
/// Longest time until a connection is ready.
const CONNECT_WITHIN: Duration = Duration::from_secs(12);
/// Longest time that a reader waits for its turn.
const READER_WITHIN: Duration = Duration::from_secs(10);
/// Longest time that a reader who was interrupted may need to be of use again; then it is replaced. Without
/// that, sessions that hang would keep their places for ever.
const READY_WITHIN: Duration = Duration::from_secs(5);

/// Where the data are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file on this machine.
    File(PathBuf),
    /// A PostgreSQL server, `postgres://user@host/name`; secrets come from the environment.
    Server(String),
}

impl Database {
    /// Reads what stands behind `database:`: an address of a server, or a file below `folder`. A server that is
    /// neither on this machine nor told how to be spoken to is spoken to in secret only, and must prove its name.
    ///
    /// # Errors
    /// When it looks like an address and is none of a PostgreSQL. The text may hold a password and is not told.
    pub fn named(text: &str, folder: &Path) -> Result<Self, StoreError> {
        let text = text.trim();
        let Some((scheme, rest)) = text.split_once("://") else { return Ok(Self::File(folder.join(text))) };
        if !["postgres", "postgresql"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return Err(StoreError::UnknownServer);
        }
        let mut address = format!("postgres://{rest}");
        let (place, settings) = rest.split_once('?').unwrap_or((rest, ""));
        let host = place.split('/').next().unwrap_or_default().rsplit('@').next().unwrap_or_default();
        let near = ["localhost", "127.0.0.1", "[::1]"].iter().any(|h| host == *h || host.starts_with(&format!("{h}:")));
        let socket = settings.split('&').any(|s| s.starts_with("host=/") || s.starts_with("host=%2F"));
        if !near && !socket && !settings.contains("sslmode=") {
            address.push_str(if settings.is_empty() { "?" } else { "&" });
            address.push_str("sslmode=verify-full");
        }
        Ok(Self::Server(address))
    }

    /// Where it is, in words that may be shown: without a password.
    #[must_use]
    pub fn shown(&self) -> String {
        let address = match self {
            Self::File(path) => return path.display().to_string(),
            Self::Server(address) => address,
        };
        let (scheme, rest) = address.split_once("://").unwrap_or(("postgres", address));
        let (place, settings) = rest.split_once('?').unwrap_or((rest, ""));
        let (server, name) = place.split_at(place.find('/').unwrap_or(place.len()));
        let server = match server.rsplit_once('@') {
            Some((user, host)) => format!("{}@{host}", user.split(':').next().unwrap_or_default()),
            None => server.to_owned(),
        };
        let plain =
            |key: &str| !key.contains("pass") && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b == b'_');
        let settings: Vec<&str> =
            settings.split('&').filter(|s| s.split_once('=').is_some_and(|(k, _)| plain(k))).collect();
        let settings = if settings.is_empty() { String::new() } else { format!("?{}", settings.join("&")) };
        format!("{scheme}://{server}{name}{settings}")
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
        let options = self.options("rwc")?;
        let connected = tokio::time::timeout(CONNECT_WITHIN, async {
            let mut connection = AnyConnection::connect_with(&options).await?;
            self.prepare(&mut connection).await?;
            Ok(connection)
        });
        connected.await.unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut))
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
            Database::File(path) => {
                refuse_network(path)?;
                Some(lock_beside(path, "migrating").await?)
            }
            // The migrator takes an advisory lock of the server.
            Database::Server(_) => None,
        };
        if let Database::File(path) = database {
            Self::refuse_moved(path)?;
            make_private(path)?;
        }
        let mut connection = database.connect().await.map_err(attempting("be opened"))?;
        if engine == Engine::Sqlite {
            check_version(&mut connection).await?;
        }
        if engine == Engine::Postgres {
            // A step of the schema, or the turn of another server, may take long.
            let patient = sqlx::raw_sql("SET statement_timeout = 0").execute(&mut connection).await;
            patient.map_err(attempting("be opened"))?;
        }
        migrations::migrator(engine).run(&mut connection).await?;
        database.prepare(&mut connection).await.map_err(attempting("be opened"))?;
        drop(one_at_a_time);
        let of_readers = database.clone();
        let readers = AnyPoolOptions::new().max_connections(READERS).acquire_timeout(READER_WITHIN);
        let readers = readers.after_connect(move |connection, _| {
            let database = of_readers.clone();
            Box::pin(async move { database.prepare(connection).await })
        });
        let readers = readers.after_release(|connection, _| {
            Box::pin(async move {
                let ready = tokio::time::timeout(READY_WITHIN, connection.ping()).await;
                ready.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map(|()| true)
            })
        });
        let readers = match engine {
            // What all connections to a file share in this process can be written as long as one of them stays that was
            // opened when the disk could be written: a read-only disk needs no restart when it is well again.
            Engine::Sqlite => readers.idle_timeout(None).max_lifetime(None),
            Engine::Postgres => readers,
        };
        // Not `ro`: a reader that comes first must be able to make the files beside the database.
        let readers = readers.connect_lazy_with(database.options("rw").map_err(attempting("be opened"))?);
        let (sender, receiver) = tokio::sync::mpsc::channel(QUEUE);
        tokio::spawn(writer::run(connection, database.clone(), receiver));
        Ok(Self { engine, readers, writer: sender, waits: std::sync::Arc::default() })
    }

    /// The file by which a database file is known to have been moved to a PostgreSQL.
    #[must_use]
    pub fn moved_marker(path: &Path) -> PathBuf {
        let mut name = path.as_os_str().to_owned();
        name.push(".moved");
        PathBuf::from(name)
    }

    /// Refuses a file whose rows are elsewhere now.
    pub(super) fn refuse_moved(path: &Path) -> Result<(), StoreError> {
        let marker = Self::moved_marker(path);
        if marker.exists() {
            let (path, marker) = (path.display().to_string(), marker.display().to_string());
            return Err(StoreError::Elsewhere { path, marker });
        }
        Ok(())
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
        }
        refuse_network(path)?;
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

/// Makes a missing database file, which nobody but its owner may read; its logs take after it.
fn make_private(path: &Path) -> Result<(), StoreError> {
    match File::options().create_new(true).write(true).mode(OWNER_ONLY).open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(StoreError::File { path: path.display().to_string(), source: error })
        }
        _ => Ok(()),
    }
}

fn refuse_network(path: &Path) -> Result<(), StoreError> {
    let known = path.ancestors().skip(1).find(|folder| folder.is_dir());
    match known.and_then(network_file_system) {
        Some(kind) => Err(StoreError::Network { path: path.display().to_string(), kind }),
        None => Ok(()),
    }
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
        assert_eq!(named("data/a b.sqlite").unwrap(), Database::File("/srv/palaute/data/a b.sqlite".into()));
        for (text, address) in [
            ("postgresql://u@localhost/p", "postgres://u@localhost/p"),
            (" POSTGRES://u:x@127.0.0.1:5433/p", "postgres://u:x@127.0.0.1:5433/p"),
            ("postgres://u@db/p?host=/run/pg", "postgres://u@db/p?host=/run/pg"),
            ("postgres://u:x@db.example/p", "postgres://u:x@db.example/p?sslmode=verify-full"),
            ("postgres://db/p?user=u", "postgres://db/p?user=u&sslmode=verify-full"),
            ("postgres://db/p?sslmode=require", "postgres://db/p?sslmode=require"),
        ] {
            assert_eq!(named(text).unwrap(), Database::Server(address.to_owned()));
        }
        for wrong in ["\"postgres://u:hunter2@db/p\"", "mysql://u:hunter2@db/p", "://"] {
            let refused = named(wrong).unwrap_err().to_string();
            assert!(refused.contains("postgres://") && !refused.contains("hunter2"), "{refused}");
        }
        assert_eq!(escaped(Path::new("/a b/ä?.sqlite")), "/a%20b/%C3%A4%3F.sqlite");
    }

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (address, shown) in [
            ("postgres://u:hunter2@localhost/p", "postgres://u@localhost/p"),
            ("postgres://u:hun@ter2@db.example:5433/p", "postgres://u@db.example:5433/p?sslmode=verify-full"),
            ("postgres://u@localhost/p?host=/run/pg", "postgres://u@localhost/p?host=/run/pg"),
            ("postgres://u@localhost", "postgres://u@localhost"),
            ("postgres://localhost/p?password=hunter2&user=u", "postgres://localhost/p?user=u"),
            ("postgres://localhost/p?pass%77ord=hunter2", "postgres://localhost/p"),
        ] {
            assert_eq!(Database::named(address, Path::new("/srv")).unwrap().shown(), shown);
        }
    }

    #[test]
    fn a_folder_on_a_network_file_system_is_known_by_its_nearest_mount() {
        let mounts = "/dev/sda / ext4 rw 0 0\nbox:/x /srv nfs4 rw 0 0\n/dev/sdb /srv/disk\\040two xfs rw 0 0\n";
        assert_eq!(mounted(mounts, Path::new("/srv/palaute")), Some("nfs4".to_owned()));
        assert_eq!(mounted(mounts, Path::new("/srv/disk two/palaute")), None);
        assert_eq!(mounted(mounts, Path::new("/home")), None);
    }
}
