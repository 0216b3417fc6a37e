//! `GET /form/<id>-<version>.css`: the stylesheet that hides what a form does not ask. It holds nothing of anybody.

use super::error::Failure;
use super::language::Asked;
use crate::render::{conditions_css, conditions_path};
use axum::extract::{Path, State as Shared};
use axum::http::header;
use axum::response::IntoResponse;

pub(super) async fn show(
    Asked(asked): Asked,
    Shared(state): Shared<super::State>,
    Path(file): Path<String>,
) -> Result<impl IntoResponse + use<>, Failure> {
    let path = format!("/form/{file}");
    let form = state.desk.forms.iter().find(|f| conditions_path(f) == path).ok_or_else(|| Failure::no_page(&asked))?;
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=600")];
    Ok((headers, conditions_css(form)))
}
