//! `GET /f/<token>/answer` and `POST /f/<token>/change`: the questions.

use super::error::Failure;
use super::language::Asked;
use super::sent_form::SentForm;
use crate::render::QuestionsView;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

/// The form with a fresh nonce and what is known already.
pub(super) async fn show(Asked(state): Asked, Path(token): Path<String>) -> Result<Response, Failure> {
    let (invitation, form) = state.open(&token).await?;
    let known = state.desk.known_answers(&invitation, form).await;
    let known = known.map_err(|error| Failure::unavailable(&state, &error))?;
    let nonce = state.desk.fresh_id();
    let frame = state.frame(form, &token, state.about(&invitation).await?);
    let view = QuestionsView::new(frame, form, &nonce, &known, &[], state.language);
    Ok(state.page(StatusCode::OK, "form/questions.html", &view))
}

/// The form with what was given, to be changed: in another language, with an item more or fewer.
pub(super) async fn change(
    Asked(state): Asked,
    Path(token): Path<String>,
    sent: SentForm,
) -> Result<Response, Failure> {
    let (invitation, form) = state.open(&token).await?;
    let given = sent.edited(form);
    let frame = state.frame(form, &token, state.about(&invitation).await?);
    let view = QuestionsView::new(frame, form, &sent.nonce, &given, &[], state.language);
    Ok(state.page(StatusCode::OK, "form/questions.html", &view))
}
