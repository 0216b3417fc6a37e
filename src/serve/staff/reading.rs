//! `POST /desk/cases/<case>/reading`: the coach asks the client to read the closing report before it is sent.

use super::Signed;
use crate::desk::ToRead;
use crate::render::ToReadView;
use crate::serve::error::Failure;
use crate::serve::{Route, Who};
use crate::store::Role;
use crate::text::{Messages, told_date};
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;

pub(super) const ROUTES: &[Route] =
    &[Route::new("POST", "/desk/cases/{case}/reading", Who::Staff(&[Role::Coach]), || post(ask))];

/// Mails the client where an address is known, or shows the link; with `by=hand` always the link.
async fn ask(
    signed: Signed,
    Path(case): Path<String>,
    posted: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Failure> {
    let state = &signed.state;
    let Form(fields) = posted.map_err(|_| Failure::unreadable(state))?;
    let by_hand = fields.iter().any(|(name, value)| name == "by" && value == "hand");
    let case = state.desk.case_for(&signed.staff, &case).await.map_err(|error| Failure::unavailable(state, &error))?;
    let case = case.ok_or_else(|| Failure::no_page(state))?;
    let asked = state.desk.ask_to_read(&case, by_hand).await;
    let asked = asked.map_err(|error| Failure::unavailable(state, &error))?;
    let (m, back) = (Messages::of(state.language), format!("/desk/cases/{}", case.number()));
    let (link, text) = match asked {
        ToRead::Mailed => return Ok(Redirect::to(&format!("{back}?done=reading")).into_response()),
        ToRead::Link(link) => {
            let until = link.expires_at.to_zoned(state.desk.instance.zone()).date();
            let text = m.fill("reading.link_text", &[("date", &told_date(until, state.language))]);
            (Some(link.address), text)
        }
        ToRead::Read => (None, m.get("reading.already").to_owned()),
        ToRead::Nothing => (None, m.get("reading.nothing_yet").to_owned()),
    };
    let frame = signed.frame(m.get("reading.ask_title"), "/desk/cases");
    let view = ToReadView::new(frame, link, text, back, m.get("reading.to_case"));
    Ok(state.page(StatusCode::OK, "staff/to-read.html", &view))
}
