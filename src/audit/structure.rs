//! What the shape of a site could tell: which pages, rows and files there are, their order, their dates.

use super::Finding;
use super::markup::pieces;
use super::pages::id_of;
use super::table::ReadTable;
use std::collections::{BTreeMap, BTreeSet};

/// What the shape of the files tells.
pub(super) fn findings(files: &BTreeMap<String, Vec<u8>>, tables: &BTreeMap<String, ReadTable>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut tell = |path: &str, problem: String| findings.push(Finding { path: path.to_owned(), problem });
    let mut on_pages: BTreeSet<String> = BTreeSet::new();
    let mut languages: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (path, bytes) in files.iter().filter(|(p, _)| p.ends_with(".html")) {
        let html = String::from_utf8_lossy(bytes);
        let language = path.split('/').next().filter(|l| l.len() == 2).unwrap_or_default();
        for part in html.split("<table").skip(1) {
            let part = format!("<table{}", part.split("</table>").next().unwrap_or_default());
            // A table of several periods holds the cells of several tables, each in its own order.
            let mut rows_of: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
            for address in pieces(&part).iter().filter_map(|p| p.get("data-cell").map(str::to_owned)) {
                let mut codes = address.split(' ').map(str::to_owned);
                let id = id_of(&codes.next().unwrap_or_default());
                rows_of.entry(id).or_default().push(codes.collect());
            }
            for (id, rows) in rows_of {
                let Some(table) = tables.get(&id) else { continue };
                // Names have an order of their own in each language, the one of the file in that language.
                let table = tables.get(&format!("{id}.{language}")).unwrap_or(table);
                if rows.iter().collect::<BTreeSet<_>>() != table.order.iter().collect::<BTreeSet<_>>() {
                    tell(path, format!("the table {id} has not the same rows as its open data"));
                } else if rows != table.order {
                    tell(path, format!("the rows of {id} do not stand in their declared order"));
                }
                on_pages.insert(id.clone());
                languages.entry(language).or_default().insert(id);
            }
        }
    }
    // A page that is there only when something is shown: every table is on a page of each language, or none is.
    let base = || tables.keys().filter(|id| !id.contains('.'));
    for (language, shown) in &languages {
        for id in base().filter(|id| !shown.contains(*id)) {
            let withheld = tables[id].cells.values().any(Option::is_none);
            if withheld || on_pages.contains(id) {
                tell(&format!("data/{id}.json"), format!("the table is on no page in `{language}`"));
            }
        }
    }
    let suffixes: BTreeSet<&str> = tables.keys().filter_map(|id| Some(id.split_once('.')?.1)).collect();
    for id in base() {
        for suffix in suffixes.iter().filter(|s| !tables.contains_key(&format!("{id}.{s}"))) {
            tell(&format!("data/{id}.json"), format!("the table has no file in `{suffix}`, as others have"));
        }
    }
    for (path, bytes) in files.iter().filter(|(p, _)| p.ends_with(".xml")) {
        let text = String::from_utf8_lossy(bytes);
        let dates: BTreeSet<&str> =
            text.split("<lastmod>").skip(1).filter_map(|part| part.split("</lastmod>").next()).collect();
        if dates.len() > 1 {
            tell(path, "the dates tell which pages changed".to_owned());
        }
    }
    findings
}

/// Marker values in any byte; digits around a marker make it another number.
pub(super) fn canaries(files: &BTreeMap<String, Vec<u8>>, canaries: &[String]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, bytes) in files {
        for canary in canaries.iter().filter(|c| !c.is_empty()) {
            let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
            let found = bytes.windows(canary.len()).enumerate().any(|(at, part)| {
                let number = canary.bytes().all(|b| b.is_ascii_digit());
                let inside = number && (digit(at.checked_sub(1)) || digit(Some(at + canary.len())));
                part == canary.as_bytes() && !inside
            });
            if found || path.contains(canary.as_str()) {
                findings.push(Finding { path: path.clone(), problem: format!("the marker {canary} is there") });
            }
        }
    }
    findings
}

/// Files in which two sites differ whose withheld figures alone differ: none may.
#[must_use]
pub fn differing(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>) -> Vec<Finding> {
    let paths: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let told = |path: &&String| {
        let problem = match (one.get(*path), other.get(*path)) {
            (Some(a), Some(b)) if a == b => return None,
            (Some(a), Some(b)) if a.len() != b.len() => "its size depends on what is withheld",
            (Some(_), Some(_)) => "its bytes depend on what is withheld",
            _ => "whether it exists depends on what is withheld",
        };
        Some(Finding { path: (*path).clone(), problem: problem.to_owned() })
    };
    paths.iter().filter_map(told).collect()
}
