//! Adds up the witnesses that a publisher keeps: each must reproduce every published number.

use super::Finding;
use super::reading::{Reads, Whose};
use super::system::{Named, Told, told};
use super::table::ReadTable;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// The file of witnesses.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Kept {
    #[serde(default)]
    release: String,
    #[serde(default)]
    threshold: i64,
    #[serde(default)]
    pub(super) blocks: Vec<Block>,
}

/// The witnesses of a block.
#[derive(Debug, Deserialize)]
pub(super) struct Block {
    id: String,
    pub(super) attributes: Vec<Attribute>,
    /// Places of codes.
    kinds: Vec<Vec<usize>>,
    pairs: Vec<Pair>,
    /// What they call told before.
    #[serde(default)]
    pub(super) lost: Vec<Whose>,
}

/// An attribute of a block.
#[derive(Debug, Deserialize)]
pub(super) struct Attribute {
    pub(super) id: String,
    pub(super) codes: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Pair {
    whose: Whose,
    low: Vec<(usize, i64)>,
    high: Vec<(usize, i64)>,
}

/// A line of the ledger.
#[derive(Debug, Deserialize)]
pub(super) struct Line {
    table: String,
    block: String,
    pub(super) reading: Reads,
    pub(super) low: i64,
    pub(super) high: i64,
    #[serde(default)]
    source: Option<Value>,
}

impl Line {
    /// True when it was published elsewhere.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.source.is_some()
    }
}

impl Kept {
    /// Reads the file; nothing when there is none.
    pub(super) fn read(text: Option<&str>) -> Result<Self, String> {
        let told = |e: serde_json::Error| format!("the witnesses cannot be read: {e}");
        text.map_or_else(|| Ok(Self::default()), |text| serde_json::from_str(text).map_err(told))
    }

    /// The kinds of a block with the code of each attribute, and the populations of its pairs.
    pub(super) fn named(&self, block: &str) -> (Vec<BTreeMap<&str, &str>>, Vec<&Named>) {
        let Some(block) = self.blocks.iter().find(|b| b.id == block) else { return (Vec::new(), Vec::new()) };
        let kinds = block.kinds.iter().map(|kind| {
            let codes = block.attributes.iter().zip(kind);
            codes.filter_map(|(a, place)| Some((a.id.as_str(), a.codes.get(*place)?.as_str()))).collect()
        });
        (kinds.collect(), block.pairs.iter().flat_map(|p| [&p.low, &p.high]).collect())
    }

    /// How many numbers were added up, how many of the ledger no block tells, and what does not fit. The threshold is the one
    /// that readers are told.
    pub(super) fn findings(
        &self,
        tables: &BTreeMap<String, ReadTable>,
        lines: Option<&[Line]>,
    ) -> (usize, usize, Vec<Finding>) {
        let mut findings = Vec::new();
        let mut told_of = |path: &str, problem: String| findings.push(Finding { path: path.to_owned(), problem });
        let releases: BTreeSet<&String> = tables.values().filter_map(|t| t.release.as_ref()).collect();
        for release in releases.into_iter().filter(|r| **r != self.release) {
            told_of("witness.json", format!("it proves {}, and the site is of {release}", self.release));
        }
        let k = threshold(tables).unwrap_or(self.threshold);
        if k != self.threshold {
            told_of(
                "witness.json",
                format!("it proves for a threshold of {}, and readers are told {k}", self.threshold),
            );
        }
        let blocks = told(tables);
        if let Some(lines) = lines {
            let known: BTreeSet<(&Reads, i64)> = lines.iter().map(|line| (&line.reading, line.low)).collect();
            for figure in blocks.values().flatten().filter(|f| matches!(f.reads, Reads::Count(_) | Reads::Grades(_))) {
                let unit = if matches!(figure.reads, Reads::Grades(_)) { 10 } else { 1 };
                if figure.shown.is_some_and(|s| !known.contains(&(figure.reads, s.scaled * unit / s.unit))) {
                    told_of("ledger.jsonl", format!("lacks {}, which {} shows", figure.place, figure.path));
                }
            }
        }
        let lines = lines.unwrap_or_default();
        let unmatched =
            lines.iter().filter(|l| l.reading.named().is_empty() || self.blocks.iter().all(|b| !b.tells(l))).count();
        // Each figure once: how many pairs there are would tell how many sets are sensitive.
        let mut tried = lines.len() - unmatched;
        for block in &self.blocks {
            let figures = blocks.get(&block.id).map_or(&[][..], Vec::as_slice);
            tried += figures.iter().filter(|f| f.shown.is_some()).count();
            let own: Vec<&Line> = lines.iter().filter(|l| block.tells(l)).collect();
            block.add_up(k, figures, &own, &mut told_of);
        }
        findings.dedup();
        (tried, unmatched, findings)
    }
}

/// The greatest threshold that a table names.
pub(super) fn threshold(tables: &BTreeMap<String, ReadTable>) -> Option<i64> {
    tables.values().map(|t| t.threshold).max()
}

impl Block {
    /// Adds up every pair, and every population once, however many pairs it is in.
    fn add_up(&self, k: i64, figures: &[Told<'_>], lines: &[&Line], told_of: &mut impl FnMut(&str, String)) {
        let mut sets: BTreeMap<&Whose, Vec<bool>> = BTreeMap::new();
        let named = figures.iter().map(|f| f.reads).chain(lines.iter().map(|l| &l.reading)).flat_map(Reads::named);
        for whose in named.chain(self.pairs.iter().map(|p| &p.whose)) {
            sets.entry(whose).or_insert_with(|| self.kinds.iter().map(|kind| self.holds(kind, whose)).collect());
        }
        let sum = |people: &Named, whose: &Whose| -> i64 {
            let inside = sets.get(whose);
            let is_in = |kind: &usize| inside.is_some_and(|set| set.get(*kind).copied().unwrap_or(false));
            people.iter().filter(|(kind, _)| is_in(kind)).map(|(_, n)| n).sum()
        };
        let mut seen: BTreeSet<&Named> = BTreeSet::new();
        for pair in &self.pairs {
            let [low, high] = [&pair.low, &pair.high].map(|people| sum(people, &pair.whose));
            if high - low < k || high < k {
                told_of("witness.json", format!("a pair of {} gives {low} and {high}, which is too near", self.id));
            }
            for people in [&pair.low, &pair.high].into_iter().filter(|people| seen.insert(people)) {
                if people.iter().any(|(kind, n)| *n < 0 || *kind >= self.kinds.len()) {
                    told_of("witness.json", format!("a population of {} has what cannot be", self.id));
                    continue;
                }
                let mut sums: BTreeMap<&Whose, i64> = BTreeMap::new();
                let mut sum = |whose| *sums.entry(whose).or_insert_with(|| sum(people, whose));
                for figure in figures {
                    let Some(shown) = figure.shown else { continue };
                    if value(figure.reads, shown.unit, &mut sum).is_some_and(|v| v != shown.scaled) {
                        told_of(&figure.path, format!("a witness does not reproduce {}", figure.place));
                    }
                }
                for line in lines {
                    let unit = if matches!(line.reading, Reads::Count(_)) { 1 } else { 10 };
                    if !value(&line.reading, unit, &mut sum).is_none_or(|v| v >= line.low && v <= line.high) {
                        told_of("ledger.jsonl", format!("a witness does not reproduce a figure of {}", line.table));
                    }
                }
            }
        }
    }

    /// True when a line of the ledger is about people of this block: of cases every block that has its attributes.
    pub(super) fn tells(&self, line: &Line) -> bool {
        let of_cases = |id: &str| id.starts_with("cases.");
        let has = |id: &String| self.attributes.iter().any(|a| a.id == *id);
        let known = || line.reading.named().iter().all(|w| w.only.keys().all(has));
        line.block == self.id || (of_cases(&line.block) && of_cases(&self.id) && known())
    }

    fn holds(&self, kind: &[usize], whose: &Whose) -> bool {
        self.attributes
            .iter()
            .zip(kind)
            .all(|(attribute, place)| attribute.codes.get(*place).is_some_and(|code| whose.holds(&attribute.id, code)))
    }
}

/// The number as it would be printed with so many parts of one.
fn value<'a>(reads: &'a Reads, unit: i64, sum: &mut impl FnMut(&'a Whose) -> i64) -> Option<i64> {
    let rounded = |above: i64, below: i64| (below > 0).then(|| (2 * above + below).div_euclid(2 * below));
    match reads {
        Reads::Plain | Reads::Measured(_) => None,
        Reads::Count(whose) => Some(sum(whose) * unit),
        // A share or mean of nobody is none: -1 is no printed number.
        Reads::Share { part, whole } => Some(rounded(100 * unit * sum(part), sum(whole)).unwrap_or(-1)),
        Reads::Grades(grades) => {
            let n: i64 = grades.iter().map(|(_, w)| sum(w)).sum();
            let all: i64 = grades.iter().map(|(g, w)| g * sum(w)).sum();
            Some(rounded(unit * all, n).unwrap_or(-1))
        }
    }
}

/// The lines of the ledger, and those that cannot be read or do not follow from the one before.
pub(super) fn lines(text: &str) -> (Vec<Line>, Vec<String>) {
    let (mut lines, mut broken) = (Vec::<Line>::new(), Vec::new());
    let mut last = sha256("");
    for (number, text) in (1..).zip(text.lines().filter(|l| !l.trim().is_empty())) {
        let read = serde_json::from_str::<Value>(text).and_then(|value| {
            let line = Line::deserialize(&value)?;
            Ok((value, line))
        });
        match read {
            Ok((mut value, line)) => {
                let mut own = |key: &str| match value.as_object_mut().and_then(|map| map.shift_remove(key)) {
                    Some(Value::String(digits)) => digits,
                    _ => String::new(),
                };
                let (previous, hash) = (own("previous"), own("hash"));
                if previous != last {
                    broken.push(format!("line {number} does not follow from the one before"));
                } else if sha256(&format!("{previous}\n{value}")) != hash {
                    broken.push(format!("line {number} was changed"));
                }
                last = hash;
                lines.push(line);
            }
            Err(error) => broken.push(format!("line {number} cannot be read: {error}")),
        }
    }
    (lines, broken)
}

/// As 64 hexadecimal digits.
fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEPT: &str = r#"{"release":"r","threshold":3,"blocks":[{"id":"b","attributes":[{"id":"o","codes":["x","y"]}],
        "kinds":[[0],[1]],"pairs":[{"whose":{"block":"b","only":{"o":["x"]}},"low":[[1,5]],"high":[[0,5]]}]}]}"#;

    /// A ledger of one line after another, each a number of everybody.
    fn ledger(numbers: &[i64]) -> String {
        let (mut out, mut previous) = (String::new(), sha256(""));
        for n in numbers {
            let entry = format!(
                r#"{{"table":"t","block":"b","reading":{{"count":{{"block":"b","only":{{}}}}}},"low":{n},"high":{n}}}"#
            );
            let hash = sha256(&format!("{previous}\n{entry}"));
            out.push_str(entry.trim_end_matches('}'));
            out.push_str(&format!(r#","previous":"{previous}","hash":"{hash}"}}"#));
            out.push('\n');
            previous = hash;
        }
        out
    }

    fn problems(ledger: &str) -> Vec<String> {
        let kept = Kept::read(Some(KEPT)).unwrap();
        let (lines, broken) = lines(ledger);
        let found = kept.findings(&BTreeMap::new(), Some(&lines)).2.into_iter().map(|f| f.problem);
        broken.into_iter().chain(found).collect()
    }

    #[test]
    fn a_pair_that_does_not_add_up_to_a_line_of_the_ledger_is_found() {
        assert_eq!(problems(&ledger(&[5, 5])), Vec::<String>::new());
        assert_eq!(problems(&ledger(&[5, 6])), ["a witness does not reproduce a figure of t"]);
    }

    #[test]
    fn a_line_of_the_ledger_that_was_changed_or_taken_away_is_found() {
        let whole = ledger(&[5, 5, 5]);
        let changed = whole.replacen("\"table\":\"t\"", "\"table\":\"u\"", 1);
        assert_eq!(problems(&changed), ["line 1 was changed"]);
        let shorter: String = whole.lines().skip(1).map(|l| format!("{l}\n")).collect();
        assert_eq!(problems(&shorter), ["line 1 does not follow from the one before"]);
    }

    #[test]
    fn witnesses_of_another_release_are_found() {
        let table = |release: &str| {
            let data = format!(
                r#"{{"id":["a"],"dimension":{{"a":{{"category":{{"index":["x"]}}}}}},"value":[7],
                "extension":{{"class":"open","threshold":3,"mean_threshold":5,"release":"{release}"}}}}"#
            );
            BTreeMap::from([("t".to_owned(), super::super::table::read_json_stat(data.as_bytes()).unwrap())])
        };
        let kept = Kept::read(Some(KEPT)).unwrap();
        assert_eq!(kept.findings(&table("r"), None).2, []);
        assert_eq!(kept.findings(&table("s"), None).2[0].problem, "it proves r, and the site is of s");
    }
}
