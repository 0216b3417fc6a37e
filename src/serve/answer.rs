//! `GET /f/<token>/answer` and `POST /f/<token>/change`: the questions.

use super::error::Failure;
use super::journey::{self, Step};
use super::language::Asked;
use super::sent_form::SentForm;
use super::visit::Page;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

/// The first page with a fresh nonce and what is known already.
pub(super) async fn show(Asked(state): Asked, Path(token): Path<String>) -> Result<Response, Failure> {
    let visit = state.visit(&token).await?;
    let known = state.known(&visit).await?;
    let first = journey::first(visit.form, visit.keying(), &known, &visit.circumstances);
    let nonce = state.desk.fresh_id();
    let page = Page { status: StatusCode::OK, nonce: &nonce, given: &known, removed: None, then_check: false };
    state.questions(&token, &visit, &Step::Questions(first, Vec::new()), page).await
}

/// The page with what was given, to be changed: another page, in another language, with an item more or fewer.
pub(super) async fn change(
    Asked(state): Asked,
    Path(token): Path<String>,
    sent: SentForm,
) -> Result<Response, Failure> {
    let visit = state.visit(&token).await?;
    let (given, removed) = sent.edited(visit.form);
    let step = Step::Questions(journey::wanted(visit.form, visit.keying(), &sent), Vec::new());
    let page = Page {
        status: StatusCode::OK,
        nonce: &sent.nonce,
        given: &given,
        removed: removed.as_ref(),
        then_check: sent.then_check,
    };
    state.questions(&token, &visit, &step, page).await
}
