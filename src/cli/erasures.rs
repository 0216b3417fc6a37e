//! The list of erasures: a file of the instance's folder that survives a restore of the database.

use super::folder::io_at;
use crate::desk::AT_ONCE;
use crate::store::{Erasure, Store};
use jiff::Timestamp;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

/// One erasure a line, as JSON.
const FILE: &str = "erasures.jsonl";
/// It tells which case was erased, and a number of a sheet can be guessed from it: it is the owner's alone.
const OWNER_ONLY: u32 = 0o600;

pub(super) struct ErasureList {
    path: PathBuf,
}

impl ErasureList {
    pub(super) fn of(dir: &Path) -> Self {
        Self { path: dir.join(FILE) }
    }

    pub(super) fn exists(&self) -> bool {
        self.path.exists()
    }

    /// Held while the list is written; freed when dropped.
    fn lock(&self) -> io::Result<File> {
        let path = self.path.with_extension("lock");
        let file = File::options().create(true).truncate(false).write(true).mode(OWNER_ONLY).open(path)?;
        self.give_away(&file);
        file.lock()?;
        Ok(file)
    }

    /// What an administrator makes here is its user's who owns the instance, or the server could not read it.
    fn give_away(&self, file: &File) {
        let owner = std::fs::metadata(&self.path).or_else(|_| std::fs::metadata(self.folder()));
        if let Ok(owner) = owner {
            // Only an administrator may, and only for him it matters.
            let _ = fchown(file, Some(owner.uid()), Some(owner.gid()));
        }
    }

    fn folder(&self) -> &Path {
        self.path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    /// The erasures in it. It is replaced as a whole, so that it can be read at any time.
    pub(super) fn read(&self) -> Result<Vec<Erasure>, Box<dyn std::error::Error>> {
        let text = match std::fs::read_to_string(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            read => read.map_err(io_at(&self.path))?,
        };
        let told = |n: usize, error: serde_json::Error| {
            format!(
                "{}:{n}: this line is no erasure ({error}); put the file back from its newest copy, or take the line out if you know what it was",
                self.path.display()
            )
        };
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        Ok(lines.map(|(n, l)| serde_json::from_str(l).map_err(|e| told(n + 1, e))).collect::<Result<_, _>>()?)
    }

    /// Adds erasures; they are on disk when this returns.
    pub(super) fn add(&self, erasures: &[Erasure]) -> io::Result<()> {
        let _lock = self.lock()?;
        self.append(erasures)
    }

    /// Whole or not at all: a list that is cut off would bring people back.
    fn append(&self, erasures: &[Erasure]) -> io::Result<()> {
        let mut text = match std::fs::read_to_string(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            read => read?,
        };
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        for erasure in erasures {
            text.push_str(&serde_json::to_string(erasure)?);
            text.push('\n');
        }
        let draft = self.path.with_extension("draft");
        let mut file = File::options().create(true).truncate(true).write(true).mode(OWNER_ONLY).open(&draft)?;
        self.give_away(&file);
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&draft, &self.path)?;
        File::open(self.folder())?.sync_all()
    }

    /// Adds what the store knows and the list does not, such as what was erased from another machine; gives what the
    /// list knows and the store does not, which is older than the list then.
    pub(super) async fn learn(&self, store: &Store) -> Result<Vec<Erasure>, Box<dyn std::error::Error>> {
        let stored = store.erasures().await?;
        let known = store.erased_marks().await?;
        let missing = |listed: &[Erasure]| -> Vec<Erasure> {
            let same = |a: &Erasure, b: &Erasure| a.subject == b.subject && a.mark == b.mark;
            stored.iter().filter(|e| !listed.iter().any(|o| same(o, e))).cloned().collect()
        };
        if !missing(&self.read()?).is_empty() {
            let _lock = self.lock().map_err(io_at(&self.path.with_extension("lock")))?;
            let elsewhere = missing(&self.read()?);
            self.append(&elsewhere).map_err(io_at(&self.path))?;
        }
        let listed = self.read()?;
        Ok(listed.into_iter().filter(|e| !known.contains(&(e.subject.clone(), e.mark.clone()))).collect())
    }

    /// Makes list and store agree: what the store does not know is erased again. How many that were.
    pub(super) async fn agree(&self, store: &Store, now: Timestamp) -> Result<usize, Box<dyn std::error::Error>> {
        let again = self.learn(store).await?;
        if again.is_empty() {
            return Ok(0);
        }
        let mut erased = 0;
        for some in again.chunks(AT_ONCE) {
            let taken = store.erase(some.to_vec(), now).await?;
            erased += taken.cases + taken.submissions;
        }
        Ok(erased)
    }
}
