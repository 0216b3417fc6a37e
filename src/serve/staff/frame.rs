//! The frame of staff's pages: who has signed in and where he or she can go.

use super::Signed;
use crate::render::{Link, StaffFrame};
use crate::store::Role;
use crate::text::Messages;
use axum::response::{IntoResponse, Redirect, Response};

/// The pages of each role: address and key of the text.
fn pages(role: Role) -> &'static [(&'static str, &'static str)] {
    match role {
        Role::Coach => &[("/desk/cases", "staff.nav_cases")],
        Role::Officer => &[("/desk/reports", "staff.nav_reports")],
        Role::Manager => &[
            ("/desk/overview", "staff.nav_overview"),
            ("/desk/import", "staff.nav_import"),
            ("/desk/figures", "staff.nav_figures"),
        ],
        Role::Publisher => &[("/desk/releases", "staff.nav_releases")],
        Role::Admin => &[
            ("/desk/staff", "staff.nav_staff"),
            ("/desk/overview", "staff.nav_overview"),
            ("/desk/import", "staff.nav_import"),
            ("/desk/figures", "staff.nav_figures"),
            ("/desk/releases", "staff.nav_releases"),
        ],
    }
}

/// The first page of a role.
pub(super) fn first_page(role: Role) -> &'static str {
    pages(role).first().map_or("/desk/sign-in", |(href, _)| href)
}

impl Signed {
    /// The interface's texts in the reader's language.
    pub(super) fn messages(&self) -> Messages {
        Messages::of(self.state.language)
    }

    /// To a form that is filled in at the desk, in the language of the desk.
    pub(super) fn to_form(&self, path: &str) -> Response {
        Redirect::to(&format!("{path}?lang={}", self.state.language.code())).into_response()
    }

    /// The frame of a page at the address `here`.
    pub(in crate::serve) fn frame(&self, title: impl Into<String>, here: &str) -> StaffFrame {
        let (state, m) = (&self.state, Messages::of(self.state.language));
        let link = |(href, key): &(&'static str, &'static str)| Link {
            href: (*href).to_owned(),
            text: m.get(key).to_owned(),
            current: here.starts_with(href),
        };
        let nav = pages(self.staff.role).iter().map(link).collect();
        let frame = StaffFrame::new(&state.desk.instance, title.into(), here, state.language);
        frame.signed_in(self.staff.name.clone(), nav).links(state.site_links(state.language))
    }
}
