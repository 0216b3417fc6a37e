//! `POST /f/<token>/check`: every mistake at once, or the answers to be checked. Nothing is stored.

use super::error::Failure;
use super::language::Asked;
use super::sent_form::SentForm;
use crate::render::{CheckView, QuestionsView};
use crate::submission::Submission;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

pub(super) async fn show(Asked(state): Asked, Path(token): Path<String>, sent: SentForm) -> Result<Response, Failure> {
    let (_, form) = state.open(&token).await?;
    let frame = state.frame(form, &token);
    match Submission::parse(&sent.answers, form) {
        Ok(submission) => {
            let view = CheckView::new(frame, form, &sent.nonce, &submission, state.language);
            Ok(state.page(StatusCode::OK, "form/check.html", &view))
        }
        Err(mistakes) => {
            let view = QuestionsView::new(frame, form, &sent.nonce, &sent.answers, &mistakes, state.language);
            Ok(state.page(StatusCode::UNPROCESSABLE_ENTITY, "form/questions.html", &view))
        }
    }
}
