//! Tables as open data: CSV and JSON-stat 2.0 (<https://json-stat.org/full/>).

use crate::cube::{MEAN, Reading, Role, TOTAL, Whose};
use crate::release::{PublishedTable, Release};
use crate::text::{Figure, Language};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The sign of a withheld figure, one for every reason.
pub(super) const WITHHELD: &str = "...";

/// Measures of a table of durations that are months.
const MONTHS: [&str; 3] = ["mean", "min", "max"];

/// One line a cell: which figures and of what day, code and label of each dimension, whether the line is
/// a category, a total, a mean or a measure that adds up with nothing, then the value with a decimal point.
/// A file read apart from its page still says where it comes from.
pub(super) fn csv(table: &PublishedTable, release: &Release, language: Language) -> String {
    let mut out = "table,as_of,release,source,".to_owned();
    for axis in &table.axes {
        out.push_str(&format!("{0},{0}_label,", axis.id));
    }
    out.push_str("line,value\n");
    let source = quoted(table.source.in_language(language));
    let origin = format!("{},{},{},{source},", table.id, table.as_of, release.id());
    // Days of a cumulative count, statistics and targets stand beside each other, not below a total.
    let adds_up = table.axes.iter().all(|a| a.role == Role::Classification) && table.id != "targets";
    for (at, cell) in table.cells.iter().enumerate() {
        let codes = table.codes_at(at);
        out.push_str(&origin);
        for (axis, code) in table.axes.iter().zip(&codes) {
            let label =
                axis.categories.iter().find(|c| c.code == *code).map_or(*code, |c| c.label.in_language(language));
            out.push_str(&format!("{code},{},", quoted(label)));
        }
        out.push_str(if !adds_up {
            "measure,"
        } else if codes.contains(&TOTAL) {
            "total,"
        } else if codes.contains(&MEAN) {
            "mean,"
        } else {
            "category,"
        });
        out.push_str(&cell.map_or_else(|| WITHHELD.to_owned(), Figure::plain));
        out.push('\n');
    }
    out
}

/// A text as a field of CSV.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A dataset: values in row order, `null` with the status `...` where withheld.
pub(super) fn json_stat(table: &PublishedTable, release: &Release, language: Language) -> String {
    let mut dimension = Map::new();
    let mut role = Map::new();
    for axis in &table.axes {
        let index: Vec<&str> = axis.categories.iter().map(|c| c.code.as_str()).collect();
        let label: Map<String, Value> =
            axis.categories.iter().map(|c| (c.code.clone(), c.label.in_language(language).into())).collect();
        let mut value =
            json!({"label": axis.label.in_language(language), "category": {"index": index, "label": label}});
        if axis.role == Role::Metric && table.id.starts_with("months-") {
            let months = |code: &&&str| MONTHS.contains(*code);
            let unit = |code: &&str| ((*code).to_owned(), json!({"base": "months", "decimals": 1}));
            let units: Map<String, Value> = index.iter().filter(months).map(unit).collect();
            value["category"]["unit"] = Value::Object(units);
        }
        dimension.insert(axis.id.clone(), value);
        let name = match axis.role {
            Role::Time => "time",
            Role::Metric => "metric",
            Role::Classification => continue,
        };
        role.insert(name.to_owned(), json!([axis.id]));
    }
    let value: Vec<Value> = table
        .cells
        .iter()
        .map(|c| c.and_then(|f| serde_json::from_str(&f.plain()).ok()).unwrap_or(Value::Null))
        .collect();
    let withheld = table.cells.iter().enumerate().filter(|(_, c)| c.is_none());
    let status: Map<String, Value> = withheld.map(|(at, _)| (at.to_string(), WITHHELD.into())).collect();
    let ids: Vec<&str> = table.axes.iter().map(|a| a.id.as_str()).collect();
    let sizes: Vec<usize> = table.axes.iter().map(|a| a.categories.len()).collect();
    let mut dataset = json!({
        "version": "2.0",
        "class": "dataset",
        "label": table.title.in_language(language),
        "source": table.source.in_language(language),
        "updated": release.published_at().to_string(),
        "id": ids,
        "size": sizes,
        "dimension": dimension,
        "value": value,
        "status": status,
        "note": [table.definition.in_language(language)],
        "extension": {
            "release": release.id().to_string(),
            "as_of": table.as_of.to_string(),
            "class": table.class,
            "threshold": release.threshold(),
            "mean_threshold": release.mean_threshold(),
            "licence": release.licence(),
            "notice": release.notice().map(|n| n.in_language(language)),
        },
    });
    if !table.reads.is_empty() {
        dataset["extension"]["reads"] = json!(table.reads);
        dataset["extension"]["attributes"] = json!(attributes(table, release));
        dataset["extension"]["cohort"] = json!(table.cohort);
    }
    if !role.is_empty() {
        dataset["role"] = Value::Object(role);
    }
    let mut text = serde_json::to_string_pretty(&dataset).unwrap_or_default();
    text.push('\n');
    text
}

/// Blocks that the figures of a table name, each with its attributes and every code that they can have.
fn attributes(table: &PublishedTable, release: &Release) -> BTreeMap<String, BTreeMap<String, Vec<String>>> {
    let ids: BTreeSet<&String> = table.reads.iter().flat_map(named).map(|w| &w.block).collect();
    let codes = |id: &String| {
        let attributes = release.blocks().get(id).map_or(&[][..], Vec::as_slice);
        attributes.iter().map(|a| (a.id.clone(), a.codes.clone())).collect()
    };
    ids.into_iter().map(|id| (id.clone(), codes(id))).collect()
}

/// The people that a figure tells of.
pub(super) fn named(reading: &Reading) -> Vec<&Whose> {
    match reading {
        Reading::Plain => Vec::new(),
        Reading::Count(whose) | Reading::Measured(whose) => vec![whose],
        Reading::Share { part, whole } => vec![part, whole],
        Reading::Grades(grades) => grades.iter().map(|(_, whose)| whose).collect(),
    }
}
