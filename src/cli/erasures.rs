//! The list of erasures: a file of the instance's folder that survives a restore of the database.

use super::folder::io_at;
use crate::store::{Erasure, Store};
use jiff::Timestamp;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// One erasure a line, as JSON. It names no person.
const FILE: &str = "erasures.jsonl";

pub(super) struct ErasureList {
    path: PathBuf,
}

impl ErasureList {
    pub(super) fn of(dir: &Path) -> Self {
        Self { path: dir.join(FILE) }
    }

    /// The erasures in it. A last line without an end was cut off while it was written, so nothing was erased by it.
    fn read(&self) -> Result<Vec<Erasure>, Box<dyn std::error::Error>> {
        let text = match std::fs::read_to_string(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            read => read.map_err(io_at(&self.path))?,
        };
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let told = |n: usize, error: serde_json::Error| {
            format!(
                "{}:{n}: this line is no erasure ({error}); put the file back from a backup, or take the line out if you know what it was",
                self.path.display()
            )
        };
        let lines = whole.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        Ok(lines.map(|(n, l)| serde_json::from_str(l).map_err(|e| told(n + 1, e))).collect::<Result<_, _>>()?)
    }

    /// Adds erasures; they are on disk when this returns.
    pub(super) fn add(&self, erasures: &[Erasure]) -> io::Result<()> {
        let mut text = match std::fs::read_to_string(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            read => read?,
        };
        text.truncate(text.rfind('\n').map_or(0, |end| end + 1));
        for erasure in erasures {
            text.push_str(&serde_json::to_string(erasure)?);
            text.push('\n');
        }
        // Whole or not at all: a list that is cut off would bring people back.
        let draft = self.path.with_extension("draft");
        let mut file = File::create(&draft)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&draft, &self.path)?;
        let folder = self.path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }

    /// Makes list and store agree: what the store does not know is erased again, because it is older than the
    /// list; what the list does not know was erased from another machine. How many were erased again.
    pub(super) async fn agree(&self, store: &Store, now: Timestamp) -> Result<usize, Box<dyn std::error::Error>> {
        let (listed, stored) = (self.read()?, store.erasures().await?);
        let same = |a: &Erasure, b: &Erasure| a.subject == b.subject && a.mark == b.mark;
        let unknown = |of: &[Erasure], among: &[Erasure]| -> Vec<Erasure> {
            of.iter().filter(|e| !among.iter().any(|o| same(o, e))).cloned().collect()
        };
        let again = unknown(&listed, &stored);
        let elsewhere = unknown(&stored, &listed);
        if !elsewhere.is_empty() {
            self.add(&elsewhere).map_err(io_at(&self.path))?;
        }
        let n = again.len();
        if n > 0 {
            store.erase(again, now).await?;
        }
        Ok(n)
    }
}
