//! `GET /f/<token>`: what is asked and who sees what, before the first question.

use super::State;
use super::error::Failure;
use crate::render::ExplanationView;
use crate::text::finnish_date;
use axum::extract::{Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{Redirect, Response};

pub(super) async fn show(Shared(state): Shared<State>, Path(token): Path<String>) -> Result<Response, Failure> {
    let (invitation, form) = state.open(&token).await?;
    let until = finnish_date(invitation.expires_at.to_zoned(state.desk.instance.zone()).date());
    let view = ExplanationView::new(state.frame(form, &token), form, &until, state.language);
    Ok(state.page(StatusCode::OK, "form/explanation.html", &view))
}

/// A restored tab asks by GET for a page that only a post makes: it begins again.
pub(super) async fn start_again(Path(token): Path<String>) -> Redirect {
    let is_token = token.bytes().all(|b| b.is_ascii_alphanumeric());
    Redirect::to(&if is_token { format!("/f/{token}") } else { "/f/".to_owned() })
}
