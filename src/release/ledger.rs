//! Every figure ever published, one after the other, each with the fingerprint of the one before.
//!
//! A chain shows that a line was changed or taken out, not that the last ones are gone: for that the releases, each of which
//! keeps the fingerprint of the ledger before it and its own figures, are compared with the lines ([`Ledger::refuse_gaps`]).

use super::{Release, published_by};
use crate::cube::{Cohort, Reading};
use crate::text::{Fingerprint, Text};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

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
    /// There is no ledger beside releases that wrote one.
    #[error(
        "the ledger is missing although there is the release {0}, which wrote into it; bring the file back from a backup"
    )]
    Missing(String),
    /// The line after which a release stands is not there.
    #[error(
        "the ledger is not the one in which the release {release} was written: of its {lines} lines none has the fingerprint {head} that the release followed, so lines are missing or it is another; bring the file back from a backup"
    )]
    Shortened {
        /// The release.
        release: String,
        /// How many lines there are.
        lines: usize,
        /// What the release followed.
        head: String,
    },
    /// A figure that a release shows is not where it should be.
    #[error(
        "{missing} figure(s) of the release {release}, first of the table {table}, are missing from the ledger or do not stand where they were written; bring the file back from a backup"
    )]
    Lacking {
        /// The release.
        release: String,
        /// The first table with such a figure.
        table: String,
        /// How many figures.
        missing: usize,
    },
    /// A line is of no release that there is.
    #[error(
        "line {line} of the ledger is of the release {release}, which is not in releases/ or does not show that figure; bring the folder of that release and the ledger back from the same backup"
    )]
    Unknown {
        /// The line, from 1.
        line: usize,
        /// The release that it names.
        release: String,
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
        let mut there: BTreeSet<String> = self.entries.iter().map(key).collect();
        self.entries.extend(entries.into_iter().filter(|entry| there.insert(key(entry))));
    }

    /// The file's text: one JSON object a line.
    #[must_use]
    pub fn to_lines(&self) -> String {
        self.lines().iter().map(|line| serde_json::to_string(line).unwrap_or_default() + "\n").collect()
    }

    fn lines(&self) -> Vec<Line> {
        let mut previous = Fingerprint::of(b"");
        let chained_on = |entry: &LedgerEntry| {
            let entry = serde_json::to_value(entry).unwrap_or_default();
            let hash = chained(&previous, &entry);
            let line = Line { entry, previous: previous.clone(), hash: hash.clone() };
            previous = hash;
            line
        };
        self.entries.iter().map(chained_on).collect()
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
        self.lines().pop().map_or_else(|| Fingerprint::of(b""), |line| line.hash)
    }

    /// Compares the lines with the releases that wrote them: each release follows the line that it names, its figures come
    /// next and nobody else's do.
    ///
    /// # Errors
    /// When lines are missing, stand elsewhere or belong to no release.
    pub fn refuse_gaps(&self, releases: &[Release]) -> Result<(), BrokenLedger> {
        let heads: BTreeMap<String, usize> =
            (1..).zip(self.lines()).map(|(at, line)| (line.hash.as_str().to_owned(), at)).collect();
        let nothing = Fingerprint::of(b"");
        let mut first_told: BTreeMap<String, Vec<LedgerEntry>> = BTreeMap::new();
        for entry in published_by(releases) {
            first_told.entry(entry.release.clone()).or_default().push(entry);
        }
        let (mut known, mut end) = (BTreeSet::new(), 0);
        for release in releases {
            let id = release.id().to_string();
            let follows = release.ledger().map(|head| {
                let at = if *head == nothing { Some(0) } else { heads.get(head.as_str()).copied() };
                let head = head.as_str().chars().take(12).collect();
                at.ok_or_else(|| BrokenLedger::Shortened { release: id.clone(), lines: self.entries.len(), head })
            });
            let begin = follows.transpose()?;
            let from_there = (0..).zip(&self.entries).skip(begin.unwrap_or(0));
            let is_own = |e: &&LedgerEntry| e.release == id && e.source.is_none();
            let own: Vec<(usize, String)> = match begin {
                Some(_) => from_there.take_while(|(_, e)| is_own(e)).map(|(at, e)| (at, key(e))).collect(),
                None => from_there.filter(|(_, e)| is_own(e)).map(|(at, e)| (at, key(e))).collect(),
            };
            let shown: BTreeSet<String> = published_by(std::slice::from_ref(release)).iter().map(key).collect();
            if let Some((at, _)) = own.iter().find(|(_, key)| !shown.contains(key)) {
                return Err(BrokenLedger::Unknown { line: at + 1, release: id });
            }
            let first = first_told.remove(&id).unwrap_or_default();
            let lacking = lacking(release, &first, own.iter().map(|(at, _)| &self.entries[*at]));
            if let Some(entry) = lacking.first() {
                let (table, missing) = (entry.table.clone(), lacking.len());
                return Err(BrokenLedger::Lacking { release: id, table, missing });
            }
            end = end.max(begin.unwrap_or(0) + own.len());
            known.extend(own.into_iter().map(|(at, _)| at));
        }
        let is_strange = |(at, e): &(usize, &LedgerEntry)| !known.contains(at) && (*at >= end || e.source.is_none());
        let strange = (0..).zip(&self.entries).find(is_strange);
        strange.map_or(Ok(()), |(at, e)| Err(BrokenLedger::Unknown { line: at + 1, release: e.release.clone() }))
    }
}

/// Figures without a line. Lines stand in the order of the tables as they were declared, which those in front keep, and
/// those of an earlier cohort. A table that was told before as it is may have its lines again.
fn lacking<'a>(
    release: &Release,
    figures: &'a [LedgerEntry],
    lines: impl Iterator<Item = &'a LedgerEntry>,
) -> Vec<&'a LedgerEntry> {
    let in_front: BTreeSet<_> = release.tables().iter().map(|t| (&t.id, t.cohort.as_ref())).collect();
    let row = |entry: &'a LedgerEntry| {
        let cohort = entry.cohort.as_ref();
        (!in_front.contains(&(&entry.table, cohort))).then_some(cohort)
    };
    let mut left: BTreeMap<_, VecDeque<&LedgerEntry>> = BTreeMap::new();
    lines.for_each(|line| left.entry(row(line)).or_default().push_back(line));
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    for figure in figures.iter().filter(|figure| seen.insert(key(figure))) {
        let lines = left.entry(row(figure)).or_default();
        match lines.iter().position(|line| *line == figure) {
            Some(at) => drop(lines.drain(..=at)),
            None => found.push(figure),
        }
    }
    found
}

/// By which an entry is known.
fn key(entry: &LedgerEntry) -> String {
    serde_json::to_string(entry).unwrap_or_default()
}
