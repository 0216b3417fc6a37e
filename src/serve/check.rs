//! `POST /f/<token>/check` goes on from a page: to the next one, to every mistake of this one, or to the answers to be
//! checked, which `GET /f/<token>/check` shows. Only the draft is stored.

use super::State;
use super::error::Failure;
use super::explanation::start_again;
use super::journey::{self, Step};
use super::language::Asked;
use super::sent_form::SentForm;
use super::visit::{Page, Visit};
use crate::desk::ReceiveError;
use crate::render::CheckView;
use crate::submission::{Mistake, RawAnswers};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

pub(super) async fn go_on(
    Asked(state): Asked,
    Path(token): Path<String>,
    mut sent: SentForm,
) -> Result<Response, Failure> {
    let visit = state.visit(&token).await?;
    let (form, keying) = (visit.form, visit.keying());
    let kept = state.keep(&visit, &sent.nonce, &sent.answers, &journey::part(form, keying, &sent)).await?;
    (sent.nonce, sent.answers) = (kept.nonce, kept.given);
    let mut step = journey::go_on(form, keying, &sent, &visit.circumstances);
    if step == Step::Check {
        match page(&state, &visit, &sent.nonce, &sent.answers).await? {
            Ok(_) if kept.whole => return Ok(Redirect::to(&visit.address("check", &[])).into_response()),
            Ok(page) => return Ok(page),
            Err(mistakes) => step = journey::to_mend(form, keying, mistakes),
        }
    }
    if let (Step::Questions(at, mistakes), true) = (&step, kept.whole)
        && mistakes.is_empty()
    {
        return Ok(Redirect::to(&visit.questions(*at, sent.then_check)).into_response());
    }
    mend(&state, &visit, &step, &sent.nonce, &sent.answers, sent.then_check).await
}

/// The answers of the draft, to be checked; without one there is nothing to check.
pub(super) async fn show(Asked(state): Asked, Path(token): Path<String>) -> Result<Response, Failure> {
    let visit = state.visit(&token).await?;
    let Some(draft) = state.draft(&visit).await? else {
        return Ok(start_again(Asked(state.clone()), Path(token)).await.into_response());
    };
    match page(&state, &visit, &draft.nonce, &draft.answers).await? {
        Ok(page) => Ok(page),
        Err(mistakes) => {
            let step = journey::to_mend(visit.form, visit.keying(), mistakes);
            mend(&state, &visit, &step, &draft.nonce, &draft.answers, true).await
        }
    }
}

/// The answers to be checked, with all of them in hidden fields: what is sent is what was shown. Else what is wrong.
async fn page(
    state: &State,
    visit: &Visit<'_>,
    nonce: &str,
    answers: &RawAnswers,
) -> Result<Result<Response, Vec<Mistake>>, Failure> {
    match state.desk.check(&visit.invitation, visit.form, answers).await {
        Ok((submission, doubts)) => {
            let paged = journey::is_paged(visit.form, visit.keying());
            // What was only filled in beforehand is nobody's answer, and is not missed.
            let known = state.known(visit).await?;
            let own = |field: &&String| answers.get(*field) != known.get(*field);
            let dropped: Vec<String> = submission.dropped().iter().filter(own).cloned().collect();
            let shown = (paged, dropped.as_slice());
            let frame = state.frame(visit);
            let view = CheckView::new(frame, &visit.told, nonce, &submission, &doubts, shown, visit.language);
            Ok(Ok(state.page(StatusCode::OK, "form/check.html", &view)))
        }
        Err(ReceiveError::Mistakes(mistakes)) => Ok(Err(mistakes)),
        Err(ReceiveError::Store(error)) => Err(Failure::unavailable(state, &error)),
    }
}

async fn mend(
    state: &State,
    visit: &Visit<'_>,
    step: &Step,
    nonce: &str,
    given: &RawAnswers,
    then_check: bool,
) -> Result<Response, Failure> {
    let wrong = matches!(step, Step::Questions(_, mistakes) if !mistakes.is_empty());
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    state.questions(visit, step, Page { status, nonce, given, removed: None, then_check, saved: None }).await
}
