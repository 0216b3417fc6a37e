//! `/desk/cases/new`: a coach opens a case, and goes on with what was agreed at the start.

use super::details::{line, status};
use super::done;
use super::posted::{Posted, SHORT, Sent};
use crate::desk::{NewCase, OpenCaseError};
use crate::render::{DeskField, DeskFormView};
use crate::serve::error::Failure;
use crate::serve::staff::Signed;
use crate::store::Staff;
use crate::text::finnish_date;
use axum::response::{IntoResponse, Redirect, Response};

pub(super) async fn show(signed: Signed) -> Result<Response, Failure> {
    let today = finnish_date(signed.state.desk.today());
    let officers = signed.officers().await?;
    // Where there is one officer, it is most often hers.
    let officer = if let [only] = officers.as_slice() { only.id.clone() } else { String::new() };
    let proposed = [("client_since", today.clone()), ("coaching_started", today), ("officer", officer)];
    signed.new_page(&Posted::proposed(signed.messages(), &proposed), &officers)
}

pub(super) async fn open(signed: Signed, sent: Sent) -> Result<Response, Failure> {
    let desk = &signed.state.desk;
    let officers = signed.officers().await?;
    let mut posted = Posted::of(&signed.state, sent)?;
    let own_number = posted.words("number", SHORT);
    let email = posted.words("email", 254);
    let read = signed.read_details(&mut posted, &officers);
    if let (Some((opening, officer)), true) = (read, posted.mistakes.is_empty()) {
        if !signed.state.once.is_first(&posted.text("once")) {
            return Ok(Redirect::to("/desk/cases").into_response());
        }
        match desk.open_case(NewCase { own_number, opening, officer, email }).await {
            Ok(case) => {
                let Some(form) = desk.opening_form() else { return Ok(done(&case, "opened").into_response()) };
                let path = desk.fill(&signed.staff, &case, form.id()).await;
                let path = path.map_err(|error| Failure::unavailable(&signed.state, &error))?;
                return Ok(signed.to_form(&path));
            }
            Err(OpenCaseError::Taken(_)) => posted.wrong("number", "coach_open.wrong_taken"),
            Err(OpenCaseError::LooksLikeOurs) => posted.wrong("number", "coach_open.wrong_ours"),
            Err(OpenCaseError::Erased) => posted.wrong("number", "coach_open.wrong_erased"),
            Err(OpenCaseError::NoAddress) => posted.wrong("email", "inviting.wrong_address"),
            Err(OpenCaseError::Unfit(_)) => posted.wrong("coaching_started", "coach_open.wrong_order"),
            Err(OpenCaseError::Store(error)) => return Err(Failure::unavailable(&signed.state, &error)),
        }
    }
    signed.new_page(&posted, &officers)
}

impl Signed {
    fn new_page(&self, posted: &Posted, officers: &[Staff]) -> Result<Response, Failure> {
        let m = self.messages();
        let title = m.get("coach_open.title").to_owned();
        let number = DeskField {
            hint: Some(m.get("coach_open.number_hint").to_owned()),
            optional: true,
            ..line("number", posted, m)
        };
        let email = DeskField {
            hint: Some(m.get("coach_open.email_hint").to_owned()),
            optional: true,
            keyboard: "email",
            ..line("email", posted, m)
        };
        let mut fields = vec![number];
        fields.extend(self.detail_fields(posted, officers));
        fields.push(email);
        let view = DeskFormView::new(
            self.frame(title.clone(), "/desk/cases/new"),
            self.crumbs(None),
            (title, Some(m.get("coach_open.lead").to_owned())),
            ("/desk/cases/new".to_owned(), m.get("coach_open.open").to_owned()),
            (fields, &posted.mistakes),
            m,
        );
        let view = view.once(self.state.desk.fresh_id());
        Ok(self.state.page(status(posted), "staff/desk-form.html", &view.note(m.get("coach_open.no_names").to_owned())))
    }
}
