//! From what went wrong to a page with its status code. The only place that knows the codes of failures.

use super::State;
use crate::render::{ClosedView, FormFrame};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

/// A page that says what is wrong and what to do.
#[derive(Debug)]
pub(super) struct Failure {
    status: StatusCode,
    html: String,
}

impl Failure {
    pub(super) fn nowhere(state: &State) -> Self {
        Self::new(state, StatusCode::NOT_FOUND, "not_found")
    }

    pub(super) fn no_page(state: &State) -> Self {
        Self::new(state, StatusCode::NOT_FOUND, "no_page")
    }

    pub(super) fn expired(state: &State) -> Self {
        Self::new(state, StatusCode::GONE, "expired")
    }

    pub(super) fn answered(state: &State) -> Self {
        Self::new(state, StatusCode::CONFLICT, "answered")
    }

    pub(super) fn not_ended(state: &State) -> Self {
        Self::new(state, StatusCode::CONFLICT, "not_ended")
    }

    pub(super) fn too_large(state: &State) -> Self {
        Self::new(state, StatusCode::PAYLOAD_TOO_LARGE, "too_large")
    }

    pub(super) fn unreadable(state: &State) -> Self {
        Self::new(state, StatusCode::BAD_REQUEST, "unreadable")
    }

    pub(super) fn cross_site(state: &State) -> Self {
        Self::new(state, StatusCode::FORBIDDEN, "cross_site")
    }

    /// The cause goes to the log, where it is told once; the reader learns that sending the same page again is safe.
    pub(super) fn unavailable(state: &State, error: &dyn std::error::Error) -> Self {
        let mut causes = vec![error.to_string()];
        let mut next = error.source();
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        tracing::error!(cause = causes.join(": "), "a request failed");
        Self::new(state, StatusCode::SERVICE_UNAVAILABLE, "unavailable")
    }

    fn new(state: &State, status: StatusCode, key: &str) -> Self {
        let frame = FormFrame::new(&state.desk.instance, "", String::new(), state.language);
        let view = ClosedView::new(frame, key, state.language);
        let html = state.desk.renderer.fill("form/closed.html", &view).unwrap_or_else(|error| {
            tracing::error!(%error, "the page of a failure failed");
            "<!doctype html><title>503</title><p>503".to_owned()
        });
        Self { status, html }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.status, Html(self.html)).into_response()
    }
}
