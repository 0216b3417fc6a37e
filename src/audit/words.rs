//! What pages say beside their figures: numbers that tables show, no comments, no attributes that nobody reads.

use super::Finding;
use super::markup::{Piece, pieces, unseen};
use super::numbers::Accounted;
use super::pages::id_of;
use super::table::ReadTable;
use std::collections::BTreeMap;

/// Attributes that pages and drawings have. Any other could hold what nobody sees.
const ATTRIBUTES: [&str; 59] = [
    "alt",
    "aria-controls",
    "aria-current",
    "aria-describedby",
    "aria-expanded",
    "aria-hidden",
    "aria-label",
    "aria-labelledby",
    "charset",
    "class",
    "colspan",
    "content",
    "cx",
    "cy",
    "d",
    "data-cell",
    SUM,
    "download",
    "dx",
    "dy",
    "fill",
    "focusable",
    "font-family",
    "font-size",
    "font-weight",
    "height",
    "href",
    "hreflang",
    "id",
    "lang",
    "media",
    "name",
    "open",
    "overflow",
    "points",
    "preserveAspectRatio",
    "r",
    "rel",
    "role",
    "rowspan",
    "rx",
    "scope",
    "stroke",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-width",
    "style",
    "tabindex",
    "text-anchor",
    "title",
    "transform",
    "type",
    "vector-effect",
    "viewBox",
    "width",
    "x",
    "xml:lang",
    "xmlns",
];
/// Ends of lines, and what a drawing that travels alone has.
const OF_LINES: [&str; 9] =
    ["x1", "x2", "y", "y1", "y2", "opacity", "fill-opacity", "dominant-baseline", "stroke-opacity"];

/// Elements that hold what is not shown.
const UNSEEN: [&str; 9] = ["script", "style", "template", "noscript", "iframe", "object", "embed", "input", "metadata"];

/// Classes of what authors write, and of the days and the name of the release.
const PROSE: [&str; 4] = ["prose", "lead", "status", "release"];

/// Elements without an end.
const EMPTY: [&str; 5] = ["meta", "link", "br", "img", "hr"];

/// What is wrong with the words and the markup of every page and drawing.
pub(super) fn findings(files: &BTreeMap<String, Vec<u8>>, tables: &BTreeMap<String, ReadTable>) -> Vec<Finding> {
    let accounted = Accounted::alone(tables);
    let mut findings = Vec::new();
    for (path, bytes) in files.iter().filter(|(p, _)| p.ends_with(".html") || p.ends_with(".svg")) {
        let text = String::from_utf8_lossy(bytes);
        let found = pieces(&text);
        let mut problems: Vec<String> =
            unseen(&text).into_iter().map(|part| format!("holds `{part}`, which no reader sees")).collect();
        problems.extend(strange_markup(&found, &text));
        let named = found.iter().filter_map(|piece| piece.get(SUM));
        let lacking = named.filter(|named| added_up(named, tables).is_none());
        problems.extend(lacking.map(|named| format!("adds up `{named}`, and not all of it is a shown count")));
        if path.ends_with(".html") {
            let decimal = if path.starts_with("en/") { '.' } else { ',' };
            for (words, named) in beside_figures(&found) {
                let sum = named.and_then(|named| added_up(named, tables));
                let strange = accounted.strange(words, decimal, sum).into_iter();
                problems.extend(
                    strange.map(|n| format!("the words beside the figures say {n}, which no table shows: {words}")),
                );
            }
        }
        findings.extend(problems.into_iter().map(|problem| Finding { path: path.clone(), problem }));
    }
    findings
}

/// The name of a column beside a cell, for narrow screens; it is one of the page's column headings.
pub(super) const COLUMN: &str = "data-l";

/// Names the figures that the words of an element add up: addresses as of cells, after commas, `-` before what is taken away.
const SUM: &str = "data-sum";

/// The sum of the counts that are named; none where one of them is not shown.
fn added_up(named: &str, tables: &BTreeMap<String, ReadTable>) -> Option<i64> {
    let parts = named.split(", ").map(|part| {
        let (sign, address) = part.strip_prefix('-').map_or((1, part), |address| (-1, address));
        let (table, codes) = address.split_once(' ')?;
        let codes: Vec<&str> = codes.split(' ').collect();
        tables.get(&id_of(table))?.number(&codes).map(|n| sign * n)
    });
    parts.sum()
}

/// Elements and attributes that pages do not have.
fn strange_markup(found: &[Piece<'_>], text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for piece in found {
        let Piece::Open { name, attributes, .. } = piece else { continue };
        if UNSEEN.contains(name) {
            problems.push(format!("holds <{name}>, which no reader sees"));
        }
        for (key, value) in attributes {
            let names_a_column = *key == COLUMN && text.contains(&format!(">{value}</th>"));
            if !ATTRIBUTES.contains(key) && !OF_LINES.contains(key) && !names_a_column {
                problems.push(format!("has the attribute {key}=\"{value}\", which no page has"));
            }
        }
    }
    problems
}

/// The words of a page that stand in no figure, no drawing, no cell of a table and no prose, each with the figures that its
/// element adds up. Prose is the same in no release: its numbers are held against the other languages.
fn beside_figures<'a>(found: &'a [Piece<'_>]) -> Vec<(&'a str, Option<&'a str>)> {
    let mut inside: Vec<(&str, bool, Option<&str>)> = Vec::new();
    let mut words = Vec::new();
    for piece in found {
        match piece {
            Piece::Open { name, alone, .. } => {
                let class = |c: &str| piece.get("class").is_some_and(|all| all.split(' ').any(|one| one == c));
                let apart = ["figure", "svg", "table"].contains(name) || PROSE.iter().any(|c| class(c));
                if !alone && !EMPTY.contains(name) {
                    inside.push((name, apart, piece.get(SUM)));
                }
            }
            Piece::Close(name) => {
                if let Some(at) = inside.iter().rposition(|(open, ..)| open == name) {
                    inside.truncate(at);
                }
            }
            Piece::Text(text) => {
                if inside.iter().any(|(name, ..)| *name == "main") && inside.iter().all(|(_, apart, _)| !apart) {
                    words.push((text.as_str(), inside.iter().rev().find_map(|(.., sum)| *sum)));
                }
            }
        }
    }
    words
}
