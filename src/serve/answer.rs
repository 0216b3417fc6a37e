//! `GET /f/<token>/answer` and `POST /f/<token>/change`: the questions.

use super::cookie;
use super::error::Failure;
use super::journey::{self, Step};
use super::language::Asked;
use super::sent_form::SentForm;
use super::visit::Page;
use crate::store::Part;
use crate::submission::Submission;
use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

/// A page as it is known: from the draft, else with what was known beforehand and a fresh nonce. Changes nothing.
pub(super) async fn show(
    Asked(state): Asked,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let visit = state.visit(&token).await?;
    let query = query.unwrap_or_default();
    let asked = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let (form, keying) = (visit.form, visit.keying());
    let (nonce, given, page, saved) = match state.draft(&visit).await? {
        Some(draft) => {
            let page = asked("page").and_then(|n| n.parse().ok());
            (draft.nonce, draft.answers, page, Some(draft.saved_at))
        }
        None => (state.desk.fresh_id(), state.known(&visit).await?, None, None),
    };
    let at = journey::at(form, keying, page, &given, &visit.circumstances);
    let then_check = page.is_some() && asked("then") == Some("check");
    let page = Page { status: StatusCode::OK, nonce: &nonce, given: &given, removed: None, then_check, saved };
    let response = state.questions(&visit, &Step::Questions(at, Vec::new()), page).await?;
    // A browser at a shared link is given what its draft will belong to.
    let owner = visit.invitation.shared && visit.key.is_none();
    Ok(if owner { cookie::set(&state, &token, &state.desk.fresh_cookie(), response) } else { response })
}

/// The page with what was given, to be changed: another page, in another language, with an item more or fewer.
pub(super) async fn change(
    Asked(state): Asked,
    Path(token): Path<String>,
    sent: SentForm,
) -> Result<Response, Failure> {
    let visit = state.visit(&token).await?;
    let (edited, removed) = sent.edited(visit.form);
    let at = journey::wanted(visit.form, visit.keying(), &sent);
    let mut part = journey::part(visit.form, visit.keying(), &sent);
    if part == Part::Questions(Vec::new())
        && let Some(draft) = state.draft(&visit).await?
    {
        // The answers to be checked have told what fell away: asked again, it is empty.
        part = Part::Questions(Submission::understood(&draft.answers, visit.form, &visit.circumstances).dropped);
    }
    let kept = state.keep(&visit, &sent.nonce, &edited, &part).await?;
    // The offer to bring back what was removed stands on this page alone.
    if kept.whole && removed.is_none() {
        // On one screen the reader goes on with the part that the button leads to.
        let part = sent.to.filter(|_| at.is_none()).map_or_else(String::new, |n| format!("#osa-{n}"));
        return Ok(Redirect::to(&format!("{}{part}", visit.questions(at, sent.then_check))).into_response());
    }
    let page = Page {
        status: StatusCode::OK,
        nonce: &kept.nonce,
        given: &kept.given,
        removed: removed.as_ref(),
        then_check: sent.then_check,
        saved: kept.saved,
    };
    state.questions(&visit, &Step::Questions(at, Vec::new()), page).await
}
