//! `GET /f/<token>/answer` and `POST /f/<token>/change`: the questions.

use super::error::Failure;
use super::language::Asked;
use super::sent_form::SentForm;
use crate::render::Filled;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

/// The form with a fresh nonce and what is known already.
pub(super) async fn show(Asked(state): Asked, Path(token): Path<String>) -> Result<Response, Failure> {
    let (invitation, form) = state.open(&token).await?;
    let known = state.known(&invitation, form).await?;
    let filled = Filled { given: &known, known: &known, mistakes: &[], removed: None };
    state.questions(StatusCode::OK, &token, (&invitation, form), &state.desk.fresh_id(), filled).await
}

/// The form with what was given, to be changed: in another language, with an item more or fewer.
pub(super) async fn change(
    Asked(state): Asked,
    Path(token): Path<String>,
    sent: SentForm,
) -> Result<Response, Failure> {
    let (invitation, form) = state.open(&token).await?;
    let (given, removed) = sent.edited(form);
    let known = state.known(&invitation, form).await?;
    let filled = Filled { given: &given, known: &known, mistakes: &[], removed: removed.as_ref() };
    state.questions(StatusCode::OK, &token, (&invitation, form), &sent.nonce, filled).await
}
