//! The desk of an officer: the reports that were received, one of them, and what becomes of it.

mod handling;
mod list;
mod page;

use super::Signed;
use crate::case::CaseFile;
use crate::serve::error::Failure;
use crate::serve::{Route, Who};
use crate::store::Role;
use axum::routing::{get, post};

const OFFICER: Who = Who::Staff(&[Role::Officer]);

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/desk/reports", OFFICER, || get(list::show)),
    Route::new("GET", "/desk/reports.xlsx", OFFICER, || get(list::sheet)),
    Route::new("GET", "/desk/reports/{case}", OFFICER, || get(page::show)),
    Route::new("GET", "/desk/reports/{case}/file/{file}", OFFICER, || get(page::file)),
    Route::new("POST", "/desk/reports/{case}/accept", OFFICER, || post(handling::accept)),
    Route::new("POST", "/desk/reports/{case}/ask", OFFICER, || post(handling::ask)),
    Route::new("POST", "/desk/reports/{case}/seen", OFFICER, || post(handling::seen)),
    Route::new("POST", "/desk/reports/{case}/feedback", OFFICER, || post(handling::feedback)),
];

impl Signed {
    /// The case of that number, if the officer may see it.
    async fn received(&self, number: &str) -> Result<CaseFile, Failure> {
        let found = self.state.desk.case_for(&self.staff, number).await;
        let found = found.map_err(|error| Failure::unavailable(&self.state, &error))?;
        let case = found.ok_or_else(|| Failure::no_page(&self.state))?;
        let received = self.state.desk.has_received(&case).await;
        let received = received.map_err(|error| Failure::unavailable(&self.state, &error))?;
        if received { Ok(case) } else { Err(Failure::no_page(&self.state)) }
    }
}

/// The value of a field; nothing where there is none.
fn field<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    fields.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
}
