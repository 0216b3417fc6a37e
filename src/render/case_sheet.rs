//! A list of cases as a spreadsheet under the headings and in the words of the instance, so that `palaute import` reads
//! it back.

use crate::case::CaseFile;
use crate::instance::Instance;
use crate::text::Language;
use jiff::civil::Date;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

/// The list could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the spreadsheet could not be written")]
pub struct SheetError(#[from] XlsxError);

/// What stands in a cell.
enum Cell {
    Empty,
    Text(String),
    Day(Date),
    Number(f64),
}

/// The cases as a workbook with one sheet.
///
/// # Errors
/// When a workbook cannot be written.
pub fn case_sheet(cases: &[CaseFile], instance: &Instance) -> Result<Vec<u8>, SheetError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let (heading, day) = (Format::new().set_bold(), Format::new().set_num_format("d.m.yyyy"));
    // A cell that begins so is text; the sign in front says so to whoever edits it.
    let quoted = Format::new().set_quote_prefix();
    for (column, title) in (0_u16..).zip(headings(instance)) {
        sheet.write_string_with_format(0, column, title, &heading)?;
        sheet.set_column_width(column, 18)?;
    }
    for (row, case) in (1_u32..).zip(cases) {
        for (column, cell) in (0_u16..).zip(cells(case, instance)) {
            write(sheet, (row, column), cell, &day, &quoted)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(workbook.save_to_buffer()?)
}

fn write(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: Cell,
    day: &Format,
    quoted: &Format,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Number(n) => {
            sheet.write_number(row, column, n)?;
        }
        Cell::Day(date) => {
            let (year, month, of_month) =
                (date.year().unsigned_abs(), date.month().unsigned_abs(), date.day().unsigned_abs());
            sheet.write_datetime_with_format(row, column, ExcelDateTime::from_ymd(year, month, of_month)?, day)?;
        }
        Cell::Text(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => {
            sheet.write_string_with_format(row, column, text, quoted)?;
        }
        Cell::Text(text) => {
            sheet.write_string(row, column, text)?;
        }
    }
    Ok(())
}

fn headings(instance: &Instance) -> Vec<&str> {
    let c = &instance.ledger.columns;
    let mut all = vec![
        c.number.as_str(),
        &c.coach,
        &c.municipality,
        &c.gender,
        &c.origin,
        &c.age_group,
        &c.client_since,
        &c.coaching_started,
        &c.ended_on,
        &c.outcome,
        &c.field,
        &c.work_trials,
        &c.hours,
        &c.meetings,
        &c.pay_subsidy,
    ];
    all.extend(c.provider.as_deref());
    all.extend(c.language.as_deref());
    all
}

fn cells(case: &CaseFile, instance: &Instance) -> Vec<Cell> {
    let (opening, work, ending) = (case.opening(), case.work(), case.ending());
    let text = |text: Option<&str>| text.map_or(Cell::Empty, |t| Cell::Text(t.to_owned()));
    let word = |field: &str, code: Option<&str>| text(code.map(|code| sheet_word(instance, field, code)));
    let count = |n: Option<u32>| n.map_or(Cell::Empty, |n| Cell::Number(f64::from(n)));
    let number = case.imported_number().map_or_else(|| case.number().to_string(), str::to_owned);
    let subsidy = ending.and_then(|e| e.pay_subsidy).map(|granted| if granted { "yes" } else { "no" });
    let mut all = vec![
        Cell::Text(number),
        text(Some(&opening.coach)),
        text(opening.municipality.as_deref()),
        word("gender", opening.gender.as_deref()),
        word("origin", opening.origin.as_deref()),
        word("age_group", opening.age_group.as_deref()),
        Cell::Day(opening.client_since),
        Cell::Day(opening.coaching_started),
        ending.map_or(Cell::Empty, |e| Cell::Day(e.on)),
        word("outcome", ending.map(|e| e.outcome.as_str())),
        text(ending.and_then(|e| e.field.as_deref())),
        count(work.work_trials),
        work.hours_tenths.map_or(Cell::Empty, |tenths| Cell::Number(crate::text::Figure::tenths(tenths).approx())),
        count(work.meetings),
        word("pay_subsidy", subsidy),
    ];
    if instance.ledger.columns.provider.is_some() {
        all.push(word("provider", Some(&opening.provider)));
    }
    if instance.ledger.columns.language.is_some() {
        all.push(text(opening.language.map(Language::finnish_name)));
    }
    all
}

/// The sheet's word for a code; the code itself where the sheet has none.
fn sheet_word<'a>(instance: &'a Instance, field: &str, code: &'a str) -> &'a str {
    let words = instance.ledger.words.get(field);
    words.into_iter().flatten().find(|(_, c)| *c == code).map_or(code, |(word, _)| word.as_str())
}
