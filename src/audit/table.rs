//! Tables as a reader of the emitted files sees them.

use super::reading::{Attributes, Reads};
use serde_json::Value;
use std::collections::BTreeMap;

/// Figures by category codes; `None` is withheld.
pub(super) type Cells = BTreeMap<Vec<String>, Option<String>>;

/// A table read back from its open data.
pub(super) struct ReadTable {
    pub(super) cells: Cells,
    /// The addresses in the order of the file.
    pub(super) order: Vec<Vec<String>>,
    /// What each figure tells of people, in the order of the file; empty in releases that did not say.
    pub(super) reads: Vec<Reads>,
    /// The blocks that `reads` names.
    pub(super) attributes: Attributes,
    /// Everything else that the file says in words, where numbers may stand that are no figures.
    pub(super) words: Vec<String>,
    pub(super) class: String,
    pub(super) threshold: i64,
    /// The release that it is of, where the file says so.
    pub(super) release: Option<String>,
    mean_threshold: i64,
}

impl ReadTable {
    /// What an attacker could use of a table that does not say what its figures tell; the others are attacked as systems.
    pub(super) fn weaknesses(&self) -> Vec<String> {
        if !self.reads.is_empty() {
            return Vec::new();
        }
        match self.class.as_str() {
            "counts" => self.weak_counts(),
            "groups" => self.weak_groups(),
            "responses" => self.weak_responses(),
            "open" if self.cells.values().all(Option::is_some) => Vec::new(),
            "open" => vec!["an open table withholds a figure".to_owned()],
            other => vec![format!("the class `{other}` is unknown")],
        }
    }

    fn weak_counts(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let parts = || self.cells.iter().filter(|(codes, _)| codes[0] != "mean");
        let total = self.cells.get(&vec!["total".to_owned()]).cloned().flatten().and_then(|v| v.parse::<i64>().ok());
        let of =
            |code: &str| self.cells.get(&vec![code.to_owned()]).cloned().flatten().and_then(|v| v.parse::<i64>().ok());
        // Of those who were asked, a count leaves a rest, too.
        let asked = total.zip(of("not_asked")).map(|(total, unasked)| total - unasked);
        for (codes, value) in parts() {
            let Some(n) = value.as_ref().and_then(|v| v.parse::<i64>().ok()) else { continue };
            if n > 0 && n < self.threshold {
                problems.push(format!("a count of {n} is shown at {}", codes.join(" ")));
            }
            let rest = total.map_or(0, |t| t - n);
            if rest > 0 && rest < self.threshold {
                problems.push(format!("the total less {} gives {rest}", codes.join(" ")));
            }
            let rest = asked.filter(|_| codes[0] != "total" && codes[0] != "not_asked").map_or(0, |asked| asked - n);
            if rest > 0 && rest < self.threshold {
                problems.push(format!("those asked less {} give {rest}", codes.join(" ")));
            }
        }
        if let (Some(total), Some(mean)) = (total, self.cells.get(&vec!["mean".to_owned()]).cloned().flatten()) {
            problems.extend(self.weak_mean(asked.unwrap_or(total), &mean));
        }
        let hidden = parts().filter(|(codes, v)| codes[0] != "total" && v.is_none()).count();
        let shown = parts().filter(|(codes, v)| codes[0] != "total" && v.is_some()).count();
        if total.is_some() && hidden > 0 && shown > 0 {
            problems
                .push("some cells are withheld beside others and the total: subtract to narrow them down".to_owned());
        }
        problems
    }

    /// A mean with one decimal fits only some numbers of grades. When each of them leaves a small rest
    /// of the total, the mean tells how few gave no grade.
    fn weak_mean(&self, total: i64, mean: &str) -> Option<String> {
        let tenths: i64 = mean.replace('.', "").parse().ok()?;
        let fits = |n: i64| (n..=5 * n).any(|sum| (sum * 20 + n) / (2 * n) == tenths);
        let possible: Vec<i64> = (self.mean_threshold..=total).filter(|n| fits(*n)).collect();
        let small = |n: &i64| total - n > 0 && total - n < self.threshold;
        if possible.is_empty() {
            return Some(format!("the mean {mean} is of fewer than {} grades", self.mean_threshold));
        }
        let told = !possible.is_empty() && possible.iter().all(small);
        told.then(|| format!("the mean {mean} beside the total {total} tells how few gave no grade"))
    }

    /// True when nothing in it is withheld from anybody: plain counts, targets.
    pub(super) fn is_open(&self) -> bool {
        self.class == "open"
    }

    /// The number of everybody, where the table shows it.
    pub(super) fn total(&self) -> Option<&String> {
        self.cells.get(&vec!["total".to_owned()]).and_then(Option::as_ref)
    }

    /// Rows of closed cases, people invited and people who answered: none of them few.
    fn weak_responses(&self) -> Vec<String> {
        let counted = self.cells.iter().filter_map(|(codes, v)| Some((codes, v.as_ref()?.parse::<i64>().ok()?)));
        let few = counted.filter(|(_, n)| *n > 0 && *n < self.threshold);
        few.map(|(codes, n)| format!("a count of {n} is shown at {}", codes.join(" "))).collect()
    }

    /// The whole number at these codes, where it is shown.
    pub(super) fn number(&self, codes: &[&str]) -> Option<i64> {
        let codes: Vec<String> = codes.iter().map(|c| (*c).to_owned()).collect();
        self.cells.get(&codes)?.as_ref()?.parse().ok()
    }

    fn weak_groups(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (codes, value) in &self.cells {
            let Some(n) = value.as_ref().and_then(|v| v.parse::<i64>().ok()) else { continue };
            if codes[1] == "people" && n > 0 && n < self.threshold {
                problems.push(format!("a count of {n} is shown at {}", codes.join(" ")));
            }
            if codes[1] == "n" && n < self.mean_threshold {
                problems.push(format!("a mean of {n} people is shown at {}", codes[0]));
            }
        }
        let shown = |row_total: bool, code: &str| {
            self.cells.iter().any(|(codes, v)| (codes[0] == "total") == row_total && codes[1] == code && v.is_some())
        };
        if shown(true, "mean") && shown(false, "mean") && !shown(false, "n") {
            problems.push("the mean of all beside the means of groups gives the hidden sizes of the groups".to_owned());
        }
        problems
    }
}

pub(super) fn read_json_stat(bytes: &[u8]) -> Result<ReadTable, String> {
    let value: Value = serde_json::from_slice(bytes).map_err(|e| format!("no JSON: {e}"))?;
    let ids = value["id"].as_array().ok_or("no dimensions")?;
    let mut addresses: Vec<Vec<String>> = vec![Vec::new()];
    for id in ids {
        let index =
            value["dimension"][id.as_str().unwrap_or("")]["category"]["index"].as_array().ok_or("no categories")?;
        let mut longer = Vec::new();
        for address in &addresses {
            for code in index {
                let mut next = address.clone();
                next.push(code.as_str().ok_or("a code is no text")?.to_owned());
                longer.push(next);
            }
        }
        addresses = longer;
    }
    let values = value["value"].as_array().ok_or("no values")?;
    if values.len() != addresses.len() {
        return Err(format!("{} values for {} cells", values.len(), addresses.len()));
    }
    let mut cells = Cells::new();
    let order = addresses.clone();
    for (at, (address, v)) in addresses.into_iter().zip(values).enumerate() {
        let status = value["status"].get(at.to_string()).and_then(Value::as_str);
        let read = match (v, status) {
            (Value::Null, Some("...")) => None,
            (Value::Number(n), None) => Some(n.to_string()),
            _ => return Err(format!("the value and the status of {} do not fit", address.join(" "))),
        };
        cells.insert(address, read);
    }
    let number = |key: &str| value["extension"][key].as_i64().ok_or(format!("no {key}"));
    let extension = |key: &str| value["extension"].get(key).cloned().filter(|v| !v.is_null());
    let reads: Vec<Reads> = match extension("reads") {
        Some(reads) => serde_json::from_value(reads).map_err(|e| format!("`reads` cannot be read: {e}"))?,
        None => Vec::new(),
    };
    if !reads.is_empty() && reads.len() != order.len() {
        return Err(format!("{} entries of `reads` for {} cells", reads.len(), order.len()));
    }
    let attributes: Attributes = match extension("attributes") {
        Some(blocks) => serde_json::from_value(blocks).map_err(|e| format!("`attributes` cannot be read: {e}"))?,
        None => Attributes::new(),
    };
    for whose in reads.iter().flat_map(Reads::named) {
        let block = attributes.get(&whose.block).ok_or(format!("the block {} has no attributes", whose.block))?;
        for (attribute, codes) in &whose.only {
            let known = block.get(attribute).ok_or(format!("{} has no attribute {attribute}", whose.block))?;
            if let Some(code) = codes.iter().find(|c| !known.contains(c)) {
                return Err(format!("{attribute} of {} has no code {code}", whose.block));
            }
        }
    }
    let mut words = Vec::new();
    for key in ["label", "source", "updated", "note", "dimension", "extension"] {
        texts(&value[key], &mut words);
    }
    Ok(ReadTable {
        cells,
        order,
        reads,
        attributes,
        words,
        class: value["extension"]["class"].as_str().unwrap_or_default().to_owned(),
        threshold: number("threshold")?,
        release: value["extension"]["release"].as_str().map(str::to_owned),
        mean_threshold: number("mean_threshold")?,
    })
}

/// Every text inside a value.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|v| texts(v, found)),
        Value::Object(map) => map.iter().filter(|(key, _)| *key != "reads").for_each(|(_, v)| texts(v, found)),
        _ => {}
    }
}

/// Each dimension has a column of codes before one of labels, `x` before `x_label`; the value comes last.
pub(super) fn read_csv(bytes: &[u8]) -> Result<Cells, String> {
    let mut cells = Cells::new();
    let mut reader = csv::Reader::from_reader(bytes);
    let head = reader.headers().map_err(|e| format!("no CSV: {e}"))?.clone();
    let labelled = |at: &usize| head.get(at + 1) == Some(&format!("{}_label", &head[*at]));
    let axes: Vec<usize> = (0..head.len()).filter(labelled).collect();
    for record in reader.records() {
        let record = record.map_err(|e| format!("no CSV: {e}"))?;
        let fields: Vec<&str> = record.iter().collect();
        let value = fields.last().ok_or("an empty line")?;
        let address = axes.iter().filter_map(|at| fields.get(*at)).map(|k| (*k).to_owned()).collect();
        cells.insert(address, (*value != "...").then(|| (*value).to_owned()));
    }
    Ok(cells)
}
