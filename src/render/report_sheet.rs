//! The list of reports as a spreadsheet.

use super::staff::ReportRowView;
use crate::text::Messages;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

/// The list could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the list of reports could not be written as a spreadsheet")]
pub struct ReportSheetError(#[from] XlsxError);

/// The rows of a list as a workbook with one sheet. Every cell is text, so that nothing in it is reckoned.
///
/// # Errors
/// When a workbook cannot be written.
pub fn report_sheet(rows: &[ReportRowView], m: Messages) -> Result<Vec<u8>, ReportSheetError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let heading = Format::new().set_bold();
    let keys = ["case", "coach", "ended", "outcome", "hours", "sent", "state", "annex", "notes"];
    for (column, key) in (0_u16..).zip(keys) {
        sheet.write_string_with_format(0, column, m.get(&format!("officer.{key}")), &heading)?;
        sheet.set_column_width(column, 20)?;
    }
    let quoted = Format::new().set_quote_prefix();
    for (row, told) in (1_u32..).zip(rows) {
        let notes = told.notes.join("; ");
        let cells = [
            &told.case,
            &told.coach,
            &told.ended,
            &told.outcome,
            &told.hours,
            &told.sent,
            &told.told,
            &told.annex,
            &notes,
        ];
        for (column, cell) in (0_u16..).zip(cells) {
            // Whoever edits a cell that begins like a formula keeps it as text.
            if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
                sheet.write_string_with_format(row, column, cell.as_str(), &quoted)?;
            } else {
                sheet.write_string(row, column, cell.as_str())?;
            }
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(workbook.save_to_buffer()?)
}
