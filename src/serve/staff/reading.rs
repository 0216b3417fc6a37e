//! `POST /desk/cases/<case>/reading`: the coach asks the client to read the closing report before it is sent.

use super::Signed;
use crate::desk::{ReadState, ToRead};
use crate::form::Party;
use crate::render::ToReadView;
use crate::serve::error::Failure;
use crate::serve::{Route, Who};
use crate::store::Role;
use crate::text::{Messages, told_date};
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, RawQuery};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

const COACH: Who = Who::Staff(&[Role::Coach]);

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/desk/cases/{case}/reading", COACH, || get(show)),
    Route::new("POST", "/desk/cases/{case}/reading", COACH, || post(ask)),
];

/// How far the client's reading has come, and the ways to ask for it.
async fn show(signed: Signed, Path(case): Path<String>, query: RawQuery) -> Result<Response, Failure> {
    let state = &signed.state;
    let case = state.desk.case_for(&signed.staff, &case).await.map_err(|error| Failure::unavailable(state, &error))?;
    let case = case.ok_or_else(|| Failure::no_page(state))?;
    let m = Messages::of(state.language);
    let read = state.desk.read_state(&case).await.map_err(|error| Failure::unavailable(state, &error))?;
    let contacts = state.desk.store.contacts_of(case.number()).await;
    let contacts = contacts.map_err(|error| Failure::unavailable(state, &error))?;
    let mailed = contacts.iter().any(|c| c.party == Party::Client);
    let day = |on| told_date(on, state.language);
    let (told, ways) = match read {
        _ if case.ending().is_none() => (m.get("reading.nothing_yet").to_owned(), false),
        _ if case.reported() => (m.get("coach_case.ask_sent").to_owned(), false),
        ReadState::NotAsked => (m.get("coach_case.ask_not_asked").to_owned(), true),
        ReadState::Asked { until } => (m.fill("coach_case.ask_asked", &[("date", &day(until))]), true),
        ReadState::Read(on) => (m.fill("coach_case.ask_read", &[("date", &day(on))]), false),
    };
    let done = query.0.as_deref().is_some_and(|q| q.split('&').any(|p| p == "done=mailed"));
    let back = format!("/desk/cases/{}", case.number());
    let frame = signed.frame(m.get("reading.ask_title"), &format!("{back}/reading"));
    let view = ToReadView::new(frame, None, told, back, m.get("reading.to_case"));
    let again = matches!(read, ReadState::Asked { .. });
    let view = view.ways(ways.then_some((mailed, again))).done(done.then(|| m.get("coach_case.ask_mailed")));
    Ok(state.page(StatusCode::OK, "staff/to-read.html", &view))
}

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
        ToRead::Mailed => return Ok(Redirect::to(&format!("{back}/reading?done=mailed")).into_response()),
        ToRead::Link(link) => {
            let until = link.expires_at.to_zoned(state.desk.instance.zone()).date();
            let text = m.fill("reading.link_text", &[("date", &told_date(until, state.language))]);
            (Some(link.address), text)
        }
        ToRead::Read => (None, m.get("reading.already").to_owned()),
        ToRead::Nothing => (None, m.get("reading.nothing_yet").to_owned()),
    };
    let frame = signed.frame(m.get("reading.ask_title"), &format!("{back}/reading"));
    let view = ToReadView::new(frame, link, text, back, m.get("reading.to_case"));
    Ok(state.page(StatusCode::OK, "staff/to-read.html", &view))
}
