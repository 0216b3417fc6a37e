//! Follow-up sheets: spreadsheets of cases.
//!
//! Enters: an `.xlsx` or `.csv` file, or the bytes of one, and the instance's map of headings and words. Leaves: checked
//! [`LedgerRow`]s and, for every bad cell, a [`RowFault`] with sheet, row, column, value and remedy.
//! Refuses: files that unpack to too much, missing headings, identity codes.

mod columns;
mod read;
mod row;

pub use columns::{cells_of, headings};
pub use read::{LedgerError, Sheet, read_sheet, read_sheet_bytes};
pub use row::{LedgerRow, RowFault, RowWarning, check_rows};
