//! Every figure ever published, one after the other, each with the fingerprint of the one before.

use crate::cube::{Cohort, Reading};
use crate::text::{Fingerprint, Text};
use serde::{Deserialize, Serialize};

/// A published figure that says something about people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerEntry {
    /// The release, or the day of the publication elsewhere.
    pub release: String,
    /// The table.
    pub table: String,
    /// Whose days.
    pub cohort: Option<Cohort>,
    /// The block of people; empty for a figure that is of none.
    pub block: String,
    /// What it tells.
    pub reading: Reading,
    /// The figure: a number of people, of means the tenths.
    pub low: i64,
    /// The same, unless only a range was published.
    pub high: i64,
    /// Where it was published, when it was not here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Text>,
}

/// An entry with its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    entry: serde_json::Value,
    previous: Fingerprint,
    hash: Fingerprint,
}

/// What was published so far, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    entries: Vec<LedgerEntry>,
}

/// Why a file is no ledger.
#[derive(Debug, thiserror::Error)]
pub enum BrokenLedger {
    /// A line cannot be read.
    #[error("line {line} of the ledger cannot be read; bring the file back from a backup")]
    Shape {
        /// The line, from 1.
        line: usize,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// A line does not follow the one before.
    #[error("line {line} of the ledger was changed, or a line before it is missing; bring the file back from a backup")]
    Changed {
        /// The line, from 1.
        line: usize,
    },
}

fn chained(previous: &Fingerprint, entry: &serde_json::Value) -> Fingerprint {
    Fingerprint::of(format!("{}\n{entry}", previous.as_str()))
}

impl Ledger {
    /// The entries in order.
    #[must_use]
    pub fn entries(&self) -> &[LedgerEntry] {
        &self.entries
    }

    /// Adds what was published. What stands there already for the same figure of the same release is not added again.
    pub fn add(&mut self, entries: Vec<LedgerEntry>) {
        for entry in entries {
            if !self.entries.contains(&entry) {
                self.entries.push(entry);
            }
        }
    }

    /// The file's text: one JSON object a line.
    #[must_use]
    pub fn to_lines(&self) -> String {
        let (mut out, mut previous) = (String::new(), Fingerprint::of(b""));
        for entry in &self.entries {
            let entry = serde_json::to_value(entry).unwrap_or_default();
            let hash = chained(&previous, &entry);
            let line = Line { entry, previous, hash: hash.clone() };
            out.push_str(&serde_json::to_string(&line).unwrap_or_default());
            out.push('\n');
            previous = hash;
        }
        out
    }

    /// Reads the file back.
    ///
    /// # Errors
    /// When a line is none or the chain is broken.
    pub fn from_lines(text: &str) -> Result<Self, BrokenLedger> {
        let (mut ledger, mut last) = (Self::default(), Fingerprint::of(b""));
        for (line, text) in (1..).zip(text.lines()) {
            let shape = |source| BrokenLedger::Shape { line, source };
            let Line { entry, previous, hash } = serde_json::from_str(text).map_err(shape)?;
            if previous != last || chained(&previous, &entry) != hash {
                return Err(BrokenLedger::Changed { line });
            }
            ledger.entries.push(serde_json::from_value(entry).map_err(shape)?);
            last = hash;
        }
        Ok(ledger)
    }

    /// Fingerprint of the last line: whoever keeps it notices when a line is taken away.
    #[must_use]
    pub fn head(&self) -> Fingerprint {
        let last = self.to_lines().lines().last().and_then(|l| serde_json::from_str::<Line>(l).ok());
        last.map_or_else(|| Fingerprint::of(b""), |line| line.hash)
    }
}
