//! Adds up the witnesses that a publisher keeps: each must reproduce every published number.

use super::Finding;
use super::reading::{Reads, Whose};
use super::system::{Named, told};
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
    blocks: Vec<Block>,
}

#[derive(Debug, Deserialize)]
struct Block {
    id: String,
    attributes: Vec<Attribute>,
    /// Places of codes.
    kinds: Vec<Vec<usize>>,
    pairs: Vec<Pair>,
    #[serde(default)]
    lost: Vec<Whose>,
}

#[derive(Debug, Deserialize)]
struct Attribute {
    id: String,
    codes: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Pair {
    whose: Whose,
    low: Vec<(usize, i64)>,
    high: Vec<(usize, i64)>,
}

/// A line of the ledger.
#[derive(Debug, Deserialize)]
struct Line {
    table: String,
    block: String,
    reading: Reads,
    low: i64,
    high: i64,
}

impl Kept {
    /// Reads the file; nothing when there is none.
    pub(super) fn read(text: Option<&str>) -> Result<Self, String> {
        let told = |e: serde_json::Error| format!("the witnesses cannot be read: {e}");
        text.map_or_else(|| Ok(Self::default()), |text| serde_json::from_str(text).map_err(told))
    }

    /// What was open before this release.
    pub(super) fn lost(&self) -> Vec<Whose> {
        self.blocks.iter().flat_map(|b| b.lost.iter().cloned()).collect()
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

    /// How many numbers were added up, and what does not fit.
    pub(super) fn findings(&self, tables: &BTreeMap<String, ReadTable>, ledger: Option<&str>) -> (usize, Vec<Finding>) {
        let mut findings = Vec::new();
        let mut told_of = |path: &str, problem: String| findings.push(Finding { path: path.to_owned(), problem });
        let (lines, broken) = lines(ledger.unwrap_or_default());
        broken.into_iter().for_each(|problem| told_of("ledger.jsonl", problem));
        let releases: BTreeSet<&String> = tables.values().filter_map(|t| t.release.as_ref()).collect();
        for release in releases.into_iter().filter(|r| **r != self.release) {
            told_of("witness.json", format!("it proves {}, and the site is of {release}", self.release));
        }
        let blocks = told(tables);
        // Each figure once: how many pairs there are would tell how many sets are sensitive.
        let mut tried = lines.len();
        for block in &self.blocks {
            let figures = blocks.get(&block.id).map_or(&[][..], Vec::as_slice);
            tried += figures.iter().filter(|f| f.shown.is_some()).count();
            for pair in &block.pairs {
                let [low, high] = [&pair.low, &pair.high].map(|people| block.sum(people, &pair.whose));
                if high - low < self.threshold || high < self.threshold {
                    told_of(
                        "witness.json",
                        format!("a pair of {} gives {low} and {high}, which is too near", block.id),
                    );
                }
                for people in [&pair.low, &pair.high] {
                    if people.iter().any(|(kind, n)| *n < 0 || *kind >= block.kinds.len()) {
                        told_of("witness.json", format!("a population of {} has what cannot be", block.id));
                        continue;
                    }
                    for figure in figures {
                        let Some(shown) = figure.shown else { continue };
                        if block.value(people, figure.reads, shown.unit).is_some_and(|v| v != shown.scaled) {
                            told_of(&figure.path, format!("a witness does not reproduce {}", figure.place));
                        }
                    }
                    for line in lines.iter().filter(|l| block.tells(l)) {
                        let value = block.value(people, &line.reading, 10);
                        let count = matches!(line.reading, Reads::Count(_));
                        let value = if count { block.value(people, &line.reading, 1) } else { value };
                        if !value.is_none_or(|v| v >= line.low && v <= line.high) {
                            told_of("ledger.jsonl", format!("a witness does not reproduce a figure of {}", line.table));
                        }
                    }
                }
            }
        }
        findings.dedup();
        (tried, findings)
    }
}

impl Block {
    /// True when a line of the ledger is about people of this block: of cases every block that has its attributes.
    fn tells(&self, line: &Line) -> bool {
        let of_cases = |id: &str| id.starts_with("cases.");
        let has = |id: &String| self.attributes.iter().any(|a| a.id == *id);
        let known = || line.reading.named().iter().all(|w| w.only.keys().all(has));
        line.block == self.id || (of_cases(&line.block) && of_cases(&self.id) && known())
    }

    fn sum(&self, people: &[(usize, i64)], whose: &Whose) -> i64 {
        let holds = |kind: &[usize]| {
            self.attributes.iter().zip(kind).all(|(attribute, place)| {
                attribute.codes.get(*place).is_some_and(|code| whose.holds(&attribute.id, code))
            })
        };
        people.iter().filter(|(kind, _)| self.kinds.get(*kind).is_some_and(|k| holds(k))).map(|(_, n)| n).sum()
    }

    /// The number as it would be printed with so many parts of one.
    fn value(&self, people: &[(usize, i64)], reads: &Reads, unit: i64) -> Option<i64> {
        let rounded = |above: i64, below: i64| (below > 0).then(|| (2 * above + below).div_euclid(2 * below));
        match reads {
            Reads::Plain | Reads::Measured(_) => None,
            Reads::Count(whose) => Some(self.sum(people, whose) * unit),
            // A share or mean of nobody is none: -1 is no printed number.
            Reads::Share { part, whole } => {
                Some(rounded(100 * unit * self.sum(people, part), self.sum(people, whole)).unwrap_or(-1))
            }
            Reads::Grades(grades) => {
                let n: i64 = grades.iter().map(|(_, w)| self.sum(people, w)).sum();
                let sum: i64 = grades.iter().map(|(g, w)| g * self.sum(people, w)).sum();
                Some(rounded(unit * sum, n).unwrap_or(-1))
            }
        }
    }
}

/// The lines of the ledger, and those that cannot be read or do not follow from the one before.
fn lines(text: &str) -> (Vec<Line>, Vec<String>) {
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
        kept.findings(&BTreeMap::new(), Some(ledger)).1.into_iter().map(|f| f.problem).collect()
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
        assert_eq!(kept.findings(&table("r"), None).1, []);
        assert_eq!(kept.findings(&table("s"), None).1[0].problem, "it proves r, and the site is of s");
    }
}
