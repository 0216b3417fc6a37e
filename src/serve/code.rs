//! `GET /f` and `POST /f`: the short code of a paper form is typed in. Whether there is such a code is told by the page
//! that it leads to.

use super::State;
use super::error::Failure;
use super::language::Asked;
use crate::desk::typed_code;
use crate::render::{CodeView, FormFrame};
use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

/// The name of the field.
const FIELD: &str = "code";
/// The most of a wrong code that is shown again, characters.
const SHOWN: usize = 40;

pub(super) async fn ask(Asked(state): Asked) -> Response {
    page(&state, StatusCode::OK, None)
}

pub(super) async fn go(
    Asked(state): Asked,
    posted: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Failure> {
    let Form(fields) = posted.map_err(|_| Failure::unreadable(&state))?;
    let typed = fields.into_iter().find(|(name, _)| name == FIELD).map(|(_, value)| value).unwrap_or_default();
    Ok(match typed_code(&typed) {
        Some(code) => Redirect::to(&format!("/f/{code}?lang={}", state.language.code())).into_response(),
        None => page(&state, StatusCode::UNPROCESSABLE_ENTITY, Some(&typed)),
    })
}

fn page(state: &State, status: StatusCode, wrong: Option<&str>) -> Response {
    let instance = &state.desk.instance;
    let known: Vec<_> = instance.languages.value.iter().chain(&instance.client_languages).copied().collect();
    let title = crate::text::Messages::of(state.language).get("form.code_title");
    let frame = FormFrame::in_languages(instance, title, "/f".to_owned(), &known, state.language);
    let frame = frame.links(state.site_links(state.language));
    let wrong: Option<String> = wrong.map(|typed| typed.trim().chars().take(SHOWN).collect());
    state.page(status, "form/code.html", &CodeView::new(frame, wrong.as_deref(), state.language))
}
