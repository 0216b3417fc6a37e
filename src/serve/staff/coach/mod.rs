//! The desk of a coach: own cases, and what is done on them.

mod case;
mod details;
mod ending;
mod filled;
mod invite;
mod list;
mod note;
mod open;
mod posted;
mod problem;

use super::Signed;
use crate::case::CaseFile;
use crate::render::Link;
use crate::serve::error::Failure;
use crate::serve::{Route, Who};
use crate::store::Role;
use axum::response::Redirect;
use axum::routing::{get, post};

const COACH: Who = Who::Staff(&[Role::Coach]);

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/desk/cases", COACH, || get(list::show)),
    Route::new("GET", "/desk/cases.xlsx", COACH, || get(list::export)),
    Route::new("GET", "/desk/cases/new", COACH, || get(open::show)),
    Route::new("POST", "/desk/cases/new", COACH, || post(open::open)),
    Route::new("GET", "/desk/cases/{case}", COACH, || get(case::show)),
    Route::new("POST", "/desk/cases/{case}/note", COACH, || post(note::add)),
    Route::new("GET", "/desk/cases/{case}/note/{note}/remove", COACH, || get(note::ask_remove)),
    Route::new("POST", "/desk/cases/{case}/note/{note}/remove", COACH, || post(note::remove)),
    Route::new("GET", "/desk/cases/{case}/details", COACH, || get(details::show)),
    Route::new("POST", "/desk/cases/{case}/details", COACH, || post(details::change)),
    Route::new("GET", "/desk/cases/{case}/end", COACH, || get(ending::show)),
    Route::new("POST", "/desk/cases/{case}/end", COACH, || post(ending::end)),
    Route::new("GET", "/desk/cases/{case}/reopen", COACH, || get(ending::ask_reopen)),
    Route::new("POST", "/desk/cases/{case}/reopen", COACH, || post(ending::reopen)),
    Route::new("GET", "/desk/cases/{case}/problem", COACH, || get(problem::show)),
    Route::new("POST", "/desk/cases/{case}/problem", COACH, || post(problem::tell)),
    Route::new("GET", "/desk/cases/{case}/form/{form}", COACH, || get(filled::ways)),
    Route::new("POST", "/desk/cases/{case}/form/{form}", COACH, || post(filled::fill)),
    Route::new("POST", "/desk/cases/{case}/form/{form}/print", COACH, || post(filled::print)),
    Route::new("GET", "/desk/cases/{case}/filled/{form}", COACH, || get(filled::read)),
    Route::new("GET", "/desk/cases/{case}/invite", COACH, || get(invite::show)),
    Route::new("POST", "/desk/cases/{case}/invite", COACH, || post(invite::add)),
    Route::new("POST", "/desk/cases/{case}/contact/{contact}/remove", COACH, || post(invite::remove)),
];

impl Signed {
    /// A case of the coach; whether it is another's or there is none, nobody learns.
    async fn own_case(&self, number: &str) -> Result<CaseFile, Failure> {
        let found = self.state.desk.case_for(&self.staff, number).await;
        let found = found.map_err(|error| Failure::unavailable(&self.state, &error))?;
        found.ok_or_else(|| Failure::no_page(&self.state))
    }

    /// The way to a page of a case: the list and the case.
    fn crumbs(&self, case: Option<&CaseFile>) -> Vec<Link> {
        let list = Link {
            href: "/desk/cases".to_owned(),
            text: self.messages().get("staff.nav_cases").to_owned(),
            current: false,
        };
        let case = case.map(|c| Link { href: page_of(c), text: name(c), current: false });
        std::iter::once(list).chain(case).collect()
    }
}

/// The page of a case.
fn page_of(case: &CaseFile) -> String {
    format!("/desk/cases/{}", case.number())
}

/// The number by which a coach knows a case: that of the own sheet, where it has one.
fn name(case: &CaseFile) -> String {
    case.imported_number().map_or_else(|| case.number().to_string(), str::to_owned)
}

/// Back to the page of a case, which says what was done.
fn done(case: &CaseFile, what: &str) -> Redirect {
    Redirect::to(&format!("{}?done={what}", page_of(case)))
}

/// The value of a parameter of an address, decoded.
fn asked(query: &axum::extract::RawQuery, name: &str) -> String {
    let query = query.0.as_deref().unwrap_or_default();
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    decoded(value.unwrap_or_default())
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let pair = [rest.next(), rest.next()].map(|b| b.and_then(|b| char::from(b).to_digit(16)));
                let [Some(high), Some(low)] = pair else { return String::new() };
                bytes.push(u8::try_from(high * 16 + low).unwrap_or(b' '));
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}

/// A text as it stands in an address.
fn encoded(text: &str) -> String {
    let byte = |b: u8| match b {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(b).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_searched_for_comes_back_from_an_address_as_it_was_typed() {
        for text in ["Åbo & Malax", "50 %", "a+b=c", "=1", ""] {
            assert_eq!(decoded(&encoded(text)), text);
        }
        assert_eq!(decoded("a+b%2"), "", "half a sign is nothing");
    }
}
