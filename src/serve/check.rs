//! `POST /f/<token>/check`: the next page, every mistake of this one, or the answers to be checked. Nothing is stored.

use super::error::Failure;
use super::journey::{self, Step};
use super::language::Asked;
use super::sent_form::SentForm;
use super::visit::Page;
use crate::desk::ReceiveError;
use crate::render::CheckView;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

pub(super) async fn show(Asked(state): Asked, Path(token): Path<String>, sent: SentForm) -> Result<Response, Failure> {
    let visit = state.visit(&token).await?;
    let keying = visit.keying();
    let mut step = journey::go_on(visit.form, keying, &sent, &visit.circumstances);
    if step == Step::Check {
        match state.desk.check(&visit.invitation, visit.form, &sent.answers).await {
            Ok((submission, doubts)) => {
                let frame = state.frame(&visit, &token);
                let paged = journey::is_paged(visit.form, keying);
                // What was only filled in beforehand is nobody's answer, and is not missed.
                let known = state.known(&visit).await?;
                let own = |field: &&String| sent.answers.get(*field) != known.get(*field);
                let dropped: Vec<String> = submission.dropped().iter().filter(own).cloned().collect();
                let shown = (paged, dropped.as_slice());
                let view = CheckView::new(frame, &visit.told, &sent.nonce, &submission, &doubts, shown, visit.language);
                return Ok(state.page(StatusCode::OK, "form/check.html", &view));
            }
            Err(ReceiveError::Mistakes(mistakes)) => step = journey::to_mend(visit.form, keying, mistakes),
            Err(ReceiveError::Store(error)) => return Err(Failure::unavailable(&state, &error)),
        }
    }
    let wrong = matches!(&step, Step::Questions(_, mistakes) if !mistakes.is_empty());
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Page { status, nonce: &sent.nonce, given: &sent.answers, removed: None, then_check: sent.then_check };
    state.questions(&token, &visit, &step, page).await
}
