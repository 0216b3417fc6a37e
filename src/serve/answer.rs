//! `GET /f/<token>/answer` and `POST /f/<token>/change`: the questions.

use super::State;
use super::error::Failure;
use super::sent_form::SentForm;
use crate::render::QuestionsView;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::Response;

/// The empty form with a fresh nonce.
pub(super) async fn show(Shared(state): Shared<State>, Path(token): Path<String>) -> Result<Response, Failure> {
    let (_, form) = state.open(&token).await?;
    let nonce = state.desk.fresh_id();
    let view = QuestionsView::new(state.frame(form, &token), form, &nonce, None, &[], state.language);
    Ok(state.page(StatusCode::OK, "form/questions.html", &view))
}

/// The form with what was given, to be changed.
pub(super) async fn show_again(
    Shared(state): Shared<State>,
    Path(token): Path<String>,
    sent: SentForm,
) -> Result<Response, Failure> {
    let (_, form) = state.open(&token).await?;
    let view =
        QuestionsView::new(state.frame(form, &token), form, &sent.nonce, Some(&sent.answers), &[], state.language);
    Ok(state.page(StatusCode::OK, "form/questions.html", &view))
}
