//! `GET /f/<token>`: what is asked and who sees what, before the first question; and what is unfinished.

use super::State;
use super::error::Failure;
use super::journey;
use super::language::Asked;
use super::visit::Visit;
use crate::desk::DRAFT_DAYS;
use crate::render::{ExplanationView, Unfinished};
use crate::text::told_date;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use jiff::{Timestamp, ToSpan};

pub(super) async fn show(Asked(state): Asked, Path(token): Path<String>) -> Result<Response, Failure> {
    let visit = state.visit(&token).await?;
    let day = |at: Timestamp| told_date(at.to_zoned(state.desk.instance.zone()).date(), visit.language);
    let until = day(visit.invitation.expires_at);
    let view = ExplanationView::new(state.frame(&visit), &visit.told, &until, visit.language);
    let view = view.drafts(DRAFT_DAYS, visit.invitation.shared, visit.language);
    let view = match unfinished(&state, &visit).await? {
        None => view,
        Some((nonce, page, saved_at)) => {
            let kept = saved_at.checked_add((24 * DRAFT_DAYS).hours()).unwrap_or(saved_at);
            let until = day(kept.min(visit.invitation.expires_at));
            let draft = Unfinished { nonce: &nonce, page, until: &until, shared: visit.invitation.shared };
            view.unfinished(draft, visit.language)
        }
    };
    Ok(state.page(StatusCode::OK, "form/explanation.html", &view))
}

/// The draft with an answer of the respondent's own: its nonce, the page to go on with, when it was saved.
async fn unfinished(state: &State, visit: &Visit<'_>) -> Result<Option<(String, Option<usize>, Timestamp)>, Failure> {
    let Some(draft) = state.draft(visit).await? else { return Ok(None) };
    let known = state.known(visit).await?;
    let (keying, told) = (visit.keying(), &visit.circumstances);
    let own = journey::own(visit.form, &draft.answers, &known);
    let page = journey::unfinished(visit.form, keying, &draft.answers, &own, told);
    Ok((!own.is_empty()).then_some((draft.nonce, page, draft.saved_at)))
}

/// A restored tab asks by GET for a page that only a post makes: it begins again.
pub(super) async fn start_again(Asked(state): Asked, Path(token): Path<String>) -> Redirect {
    let is_token = token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let language = state.language.code();
    Redirect::to(&if is_token { format!("/f/{token}?lang={language}") } else { "/f/".to_owned() })
}
