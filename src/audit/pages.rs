//! The figures of pages against the open data.

use super::table::ReadTable;
use std::collections::BTreeMap;

/// The table of an address: `outcomes@2025-11-30` is `2025-11-30/outcomes` among the open data.
pub(super) fn id_of(address: &str) -> String {
    address.split_once('@').map_or_else(|| address.to_owned(), |(id, until)| format!("{until}/{id}"))
}

/// Figures of a page's data tables that differ from the open data: the cells carry their address in
/// `data-cell="table code code"`. English pages write a decimal point, the others a comma.
pub(super) fn disagreements(tables: &BTreeMap<String, ReadTable>, page: &str, html: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let (decimal, other) = if page.starts_with("en/") { ('.', ',') } else { (',', '.') };
    for cell in html.split("data-cell=\"").skip(1) {
        let Some((address, rest)) = cell.split_once('"') else { continue };
        let mut parts = address.split(' ');
        let id = parts.next().unwrap_or_default();
        let id = &id_of(id);
        let Some(table) = tables.get(id) else {
            problems.push(format!("shows a figure of {id}, which is not among the open data"));
            continue;
        };
        let codes: Vec<String> = parts.map(str::to_owned).collect();
        let shown = rest.split_once('>').and_then(|(_, r)| r.split_once('<')).map_or("", |(text, _)| text.trim());
        let plain = shown.replace('\u{a0}', "").replace('\u{2212}', "-");
        let same = match table.cells.get(&codes) {
            Some(None) => shown == "...",
            Some(Some(v)) => {
                (!plain.contains(other) && plain.replace(decimal, ".") == *v) || (shown == "-" && v == "0")
            }
            None => false,
        };
        if !same {
            problems.push(format!("shows `{shown}` at {address}, which is not what the open data says"));
        }
    }
    problems
}
