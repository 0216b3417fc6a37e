//! `GET /f/<token>`: what is asked and who sees what, before the first question.

use super::error::Failure;
use super::language::Asked;
use crate::render::ExplanationView;
use crate::text::told_date;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Redirect, Response};

pub(super) async fn show(Asked(state): Asked, Path(token): Path<String>) -> Result<Response, Failure> {
    let visit = state.visit(&token).await?;
    let until = told_date(visit.invitation.expires_at.to_zoned(state.desk.instance.zone()).date(), visit.language);
    let view = ExplanationView::new(state.frame(&visit, &token), &visit.told, &until, visit.language);
    Ok(state.page(StatusCode::OK, "form/explanation.html", &view))
}

/// A restored tab asks by GET for a page that only a post makes: it begins again.
pub(super) async fn start_again(Asked(state): Asked, Path(token): Path<String>) -> Redirect {
    let is_token = token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let language = state.language.code();
    Redirect::to(&if is_token { format!("/f/{token}?lang={language}") } else { "/f/".to_owned() })
}
