//! A copy of a database file, and the way back from it.

use super::{Database, Store, StoreError, Verified, attempting};
use sqlx::Connection;
use std::fs::{File, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What every SQLite file begins with (<https://sqlite.org/fileformat.html>).
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Nobody but the owner reads a copy of people's answers.
const OWNER_ONLY: u32 = 0o600;

/// What a restore did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What the restored database holds, compared with itself.
    pub verified: Verified,
    /// Where the database that stood there before is kept.
    pub kept: Option<PathBuf>,
}

impl Store {
    /// Writes a copy of the database to a new file `to`, as it stood at one moment, while servers go on
    /// writing; then compares the copy with itself. It is on disk when this returns.
    ///
    /// # Errors
    /// When there is a file already, the disk is full, the copy does not agree with itself, or the database is a
    /// PostgreSQL, which has tools of its own for this.
    pub async fn backup(database: &Database, to: &Path) -> Result<Verified, StoreError> {
        let Database::File(path) = database else { return Err(StoreError::OtherTools { tool: "pg_dump" }) };
        let at = |path: &Path| {
            let path = path.display().to_string();
            move |source| StoreError::File { path, source }
        };
        File::open(path).map_err(at(path))?;
        if to.exists() {
            return Err(StoreError::Exists { path: to.display().to_string() });
        }
        let part = beside(to, "part");
        // What an interrupted backup left.
        remove(&part).map_err(at(&part))?;
        File::create_new(&part)
            .and_then(|f| f.set_permissions(Permissions::from_mode(OWNER_ONLY)))
            .map_err(at(&part))?;
        sqlx::any::install_default_drivers();
        let mut connection = database.connect().await.map_err(attempting("be opened"))?;
        let copied = sqlx::query("VACUUM INTO $1").bind(part.display().to_string()).execute(&mut connection).await;
        let copied = copied.map_err(attempting("be copied"));
        let closed = connection.close().await.map_err(attempting("be closed"));
        let verified = match copied.and(closed) {
            Ok(()) => compared(&part).await,
            Err(error) => Err(error),
        };
        match verified {
            Ok(verified) => {
                settle(&part, to).map_err(at(to))?;
                Ok(verified)
            }
            Err(error) => {
                remove(&part).map_err(at(&part))?;
                Err(error)
            }
        }
    }

    /// Puts the copy `from` in the place of the database, which no server may be using. The database that stood
    /// there is kept beside it. Nothing changes before the copy is found to agree with itself.
    ///
    /// # Errors
    /// When a server runs, `from` is no good copy, or there is a database and `replace` is not asked for.
    pub async fn restore(database: &Database, from: &Path, replace: bool) -> Result<Restored, StoreError> {
        let Database::File(path) = database else { return Err(StoreError::OtherTools { tool: "pg_restore" }) };
        let at = |path: &Path| {
            let path = path.display().to_string();
            move |source| StoreError::File { path, source }
        };
        Self::refuse_moved(path)?;
        let mut head = [0; MAGIC.len()];
        let read = File::open(from).map_err(at(from))?.read_exact(&mut head);
        if read.is_err() || head != *MAGIC {
            return Err(StoreError::NoDatabase { path: from.display().to_string() });
        }
        let _lock = Self::lock_for_server(database)?;
        if path.exists() && !replace {
            return Err(StoreError::Exists { path: path.display().to_string() });
        }
        let part = beside(path, "restoring");
        remove(&part).map_err(at(&part))?;
        // A file whose server was killed has its last commits in its log; a backup has none.
        for ending in ["", "-wal"] {
            let piece = with_ending(from, ending);
            if piece.exists() {
                std::fs::copy(&piece, with_ending(&part, ending)).map_err(at(&part))?;
            }
        }
        File::open(&part).and_then(|f| f.set_permissions(Permissions::from_mode(OWNER_ONLY))).map_err(at(&part))?;
        let verified = match compared(&part).await {
            Ok(verified) => verified,
            Err(error) => {
                remove(&part).map_err(at(&part))?;
                return Err(error);
            }
        };
        let kept = path.exists().then(|| free_name(path));
        if let Some(kept) = &kept {
            // The write-ahead log belongs to the file and goes with it.
            for ending in ["", "-wal", "-shm"] {
                let old = with_ending(path, ending);
                if old.exists() {
                    std::fs::rename(&old, with_ending(kept, ending)).map_err(at(&old))?;
                }
            }
        }
        settle(&part, path).map_err(at(path))?;
        Ok(Restored { verified, kept })
    }
}

/// Opens a copy, brings its schema up to date and compares it with itself; closing it empties its log.
async fn compared(path: &Path) -> Result<Verified, StoreError> {
    let store = Store::open(&Database::File(path.to_owned())).await?;
    let verified = store.verify().await;
    store.close().await;
    remove(&path.with_extension("migrating"))
        .map_err(|source| StoreError::File { path: path.display().to_string(), source })?;
    let verified = verified?;
    match verified.complaints.first() {
        None => Ok(verified),
        Some(first) => Err(StoreError::Damaged { path: path.display().to_string(), complaint: first.to_string() }),
    }
}

/// Moves a finished file to its name, and both to the disk.
fn settle(part: &Path, to: &Path) -> io::Result<()> {
    File::open(part)?.sync_all()?;
    std::fs::rename(part, to)?;
    let folder = to.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// Removes a database file with its log; nothing where there is none.
fn remove(path: &Path) -> io::Result<()> {
    for ending in ["", "-wal", "-shm"] {
        match std::fs::remove_file(with_ending(path, ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// A name for the database that stood there; what an earlier restore kept stays.
fn free_name(path: &Path) -> PathBuf {
    let mut name = beside(path, "before-restore");
    let mut n = 2;
    while name.exists() {
        name = beside(path, &format!("before-restore-{n}"));
        n += 1;
    }
    name
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    with_ending(path, &format!(".{ending}"))
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
