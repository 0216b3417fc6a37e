//! `POST /f/<token>/check`: every mistake at once, or the answers to be checked. Nothing is stored.

use super::error::Failure;
use super::language::Asked;
use super::sent_form::SentForm;
use crate::desk::ReceiveError;
use crate::render::{CheckView, Filled};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

pub(super) async fn show(Asked(state): Asked, Path(token): Path<String>, sent: SentForm) -> Result<Response, Failure> {
    let (invitation, form) = state.open(&token).await?;
    match state.desk.check(&invitation, form, &sent.answers).await {
        Ok((submission, doubts)) => {
            let frame = state.frame(form, &token, state.about(&invitation).await?);
            let view = CheckView::new(frame, form, &sent.nonce, &submission, &doubts, state.language);
            Ok(state.page(StatusCode::OK, "form/check.html", &view))
        }
        Err(ReceiveError::Mistakes(mistakes)) => {
            let known = state.known(&invitation, form).await?;
            let filled = Filled { given: &sent.answers, known: &known, mistakes: &mistakes, removed: None };
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            state.questions(status, &token, (&invitation, form), &sent.nonce, filled).await
        }
        Err(ReceiveError::Store(error)) => Err(Failure::unavailable(&state, &error)),
    }
}
