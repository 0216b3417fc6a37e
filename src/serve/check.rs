//! `POST /f/<token>/check`: every mistake at once, or the answers to be checked. Nothing is stored.

use super::error::Failure;
use super::language::Asked;
use super::sent_form::SentForm;
use crate::desk::ReceiveError;
use crate::render::{CheckView, QuestionsView};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

pub(super) async fn show(Asked(state): Asked, Path(token): Path<String>, sent: SentForm) -> Result<Response, Failure> {
    let (invitation, form) = state.open(&token).await?;
    let frame = state.frame(form, &token, state.about(&invitation).await?);
    match state.desk.check(&invitation, form, &sent.answers).await {
        Ok(submission) => {
            let view = CheckView::new(frame, form, &sent.nonce, &submission, state.language);
            Ok(state.page(StatusCode::OK, "form/check.html", &view))
        }
        Err(ReceiveError::Mistakes(mistakes)) => {
            let view = QuestionsView::new(frame, form, &sent.nonce, &sent.answers, &mistakes, state.language);
            Ok(state.page(StatusCode::UNPROCESSABLE_ENTITY, "form/questions.html", &view))
        }
        Err(ReceiveError::Store(error)) => Err(Failure::unavailable(&state, &error)),
    }
}
