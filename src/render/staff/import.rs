//! The import of a follow-up sheet: what was done, and the rejected rows to be mended.

use super::StaffFrame;
use crate::render::page::Link;
use crate::text::{Language, Messages};
use rust_xlsxwriter::{Workbook, XlsxError};
use serde::Serialize;

/// A cell of a rejected row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedCell {
    /// The field.
    pub field: &'static str,
    /// The heading of its column.
    pub heading: String,
    /// What stands there.
    pub value: String,
    /// Codes of what is wrong, each with what belongs to it.
    pub faults: Vec<(&'static str, String)>,
}

/// A rejected row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedRow {
    /// Its number in the sheet.
    pub row: usize,
    /// Its cells.
    pub cells: Vec<RejectedCell>,
    /// What is wrong with the row as a whole.
    pub faults: Vec<(&'static str, String)>,
    /// The number that it must not have, for another row of the sheet has it.
    pub not: Option<String>,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Nothing was stored: this is what would be done.
    pub tried: bool,
    /// Cases opened, changed, the same; clients invited.
    pub counts: [usize; 4],
    /// Numbers of rows of erased cases, of rows that a closing report overrules, of addresses that could not be kept.
    pub left: [Vec<String>; 3],
    /// Rows that are unusual and were taken: row and code of the fault with what belongs to it.
    pub warnings: Vec<(usize, &'static str, String)>,
}

/// Everything the page tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportTold {
    /// What was done.
    pub imported: Option<Imported>,
    /// Why the file is not read.
    pub problem: Option<String>,
    /// Headings that are missing or stand there twice: code and heading.
    pub headings: Vec<(&'static str, String)>,
    /// Rejected rows that are shown.
    pub rejected: Vec<RejectedRow>,
    /// So many more are not shown.
    pub more: usize,
}

#[derive(Clone, Debug, Serialize)]
struct CellView {
    id: String,
    name: String,
    heading: String,
    value: String,
    error: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct RowView {
    number: usize,
    heading: String,
    errors: Vec<String>,
    not: Option<String>,
    cells: Vec<CellView>,
}

/// The page.
#[derive(Clone, Debug, Serialize)]
pub struct ImportView {
    frame: StaffFrame,
    tried: bool,
    done: Option<String>,
    lines: Vec<String>,
    problem: Option<String>,
    headings: Vec<String>,
    errors_title: Option<String>,
    errors: Vec<Link>,
    rows: Vec<RowView>,
    more: Option<String>,
    expected: Vec<String>,
}

impl ImportView {
    /// The page; `expected` are the headings that a sheet needs.
    #[must_use]
    pub fn new(frame: StaffFrame, told: &ImportTold, expected: Vec<String>, language: Language) -> Self {
        let m = Messages::of(language);
        let rows: Vec<RowView> = told.rejected.iter().map(|row| row_view(row, m)).collect();
        let mut errors = Vec::new();
        for row in &rows {
            let link =
                |href: String, text: &str| Link { href, text: format!("{}: {text}", row.heading), current: false };
            errors.extend(row.errors.iter().map(|e| link(format!("#r{}", row.number), e)));
            let wrong = row.cells.iter().filter_map(|c| Some((c, c.error.as_ref()?)));
            errors.extend(wrong.map(|(c, e)| link(format!("#{}", c.id), &format!("{}. {e}", c.heading))));
        }
        let n = rows.len() + told.more;
        let errors_title = match n {
            0 => None,
            1 => Some(m.get("manager.rejected_one").to_owned()),
            _ => Some(m.fill("manager.rejected_many", &[("n", &n.to_string())])),
        };
        let imported = told.imported.as_ref();
        Self {
            frame,
            tried: imported.is_some_and(|i| i.tried),
            done: imported.map(|i| done(i, m)),
            lines: imported.map_or_else(Vec::new, |i| lines(i, m)),
            problem: told.problem.clone(),
            headings: told.headings.iter().map(|(code, name)| fault(code, name, m)).collect(),
            errors_title,
            errors,
            rows,
            more: (told.more > 0).then(|| m.fill("manager.rejected_more", &[("n", &told.more.to_string())])),
            expected,
        }
    }
}

fn done(i: &Imported, m: Messages) -> String {
    let [opened, updated, unchanged, _] = i.counts.map(|n| n.to_string());
    let key = if i.tried { "manager.import_tried" } else { "manager.import_done" };
    m.fill(key, &[("opened", &opened), ("updated", &updated), ("unchanged", &unchanged)])
}

fn lines(i: &Imported, m: Messages) -> Vec<String> {
    let mut lines = Vec::new();
    if i.counts[3] > 0 {
        lines.push(m.fill("manager.import_invited", &[("n", &i.counts[3].to_string())]));
    }
    for (numbers, key) in i.left.iter().zip(["manager.left_erased", "manager.left_kept", "manager.left_unreached"]) {
        if !numbers.is_empty() {
            lines.push(m.fill(key, &[("rows", &numbers.join(", "))]));
        }
    }
    for (row, code, detail) in &i.warnings {
        lines.push(format!("{}: {}", m.fill("manager.row", &[("n", &row.to_string())]), fault(code, detail, m)));
    }
    lines
}

fn row_view(row: &RejectedRow, m: Messages) -> RowView {
    let tell = |faults: &[(&'static str, String)]| faults.iter().map(|(c, d)| fault(c, d, m)).collect::<Vec<_>>();
    let cell = |c: &RejectedCell| {
        let errors = tell(&c.faults);
        CellView {
            id: format!("r{}-{}", row.row, c.field),
            name: format!("{}.{}", row.row, c.field),
            heading: c.heading.clone(),
            value: c.value.clone(),
            error: (!errors.is_empty()).then(|| errors.join(" ")),
        }
    };
    RowView {
        number: row.row,
        heading: m.fill("manager.row", &[("n", &row.row.to_string())]),
        errors: tell(&row.faults),
        not: row.not.clone(),
        cells: row.cells.iter().map(cell).collect(),
    }
}

/// Rows under their headings as a workbook. Every cell is a text, also what looks like a formula.
///
/// # Errors
/// When the workbook cannot be written.
pub fn rows_workbook(headings: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, heading) in (0..).zip(headings) {
        sheet.write_string(0, column, *heading)?;
    }
    for (row, cells) in (1..).zip(rows) {
        for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(row, column, cell)?;
        }
    }
    book.save_to_buffer()
}

/// What is wrong and what to do.
fn fault(code: &str, detail: &str, m: Messages) -> String {
    m.fill(&format!("manager.fault_{code}"), &[("x", detail)])
}
