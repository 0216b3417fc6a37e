//! From what went wrong to a page with its status code. The only place that knows the codes of failures.

use super::State;
use crate::desk::Closed;
use crate::form::Form;
use crate::render::{ClosedView, FormFrame};
use crate::text::Language;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use jiff::SignedDuration;

/// A page that says what is wrong and what to do.
#[derive(Debug)]
pub(super) struct Failure {
    status: StatusCode,
    html: String,
    /// After how many seconds it is worth trying again.
    retry_after: Option<i64>,
    /// Where to sign in first.
    location: Option<String>,
}

impl Failure {
    pub(super) fn nowhere(state: &State) -> Self {
        Self::new(state, StatusCode::NOT_FOUND, "not_found")
    }

    pub(super) fn no_page(state: &State) -> Self {
        Self::new(state, StatusCode::NOT_FOUND, "no_page")
    }

    /// The page of a form that cannot be answered by this link, in a language of the form.
    pub(super) fn closed(state: &State, why: Closed, form: &Form, language: Language) -> Self {
        let (status, key) = match why {
            Closed::Revoked => (StatusCode::GONE, "revoked"),
            Closed::Expired => (StatusCode::GONE, "expired"),
            Closed::Answered => (StatusCode::CONFLICT, "answered"),
            Closed::Full => (StatusCode::CONFLICT, "full"),
            Closed::NotEnded => (StatusCode::CONFLICT, "not_ended"),
            Closed::Sent => (StatusCode::CONFLICT, "report_sent"),
        };
        Self::of(state, status, key, &form.languages(&state.desk.instance), language)
    }

    /// A closing report that was sent; its link still leads the coach to whom else to ask.
    pub(super) fn reported(state: &State, href: String, form: &Form, language: Language) -> Self {
        let known = form.languages(&state.desk.instance);
        let view = Self::view(state, "answered", &known, language).inviting(href);
        Self::filled(state, StatusCode::CONFLICT, &view)
    }

    pub(super) fn too_many_tries(state: &State, wait: SignedDuration) -> Self {
        let failure = Self::new(state, StatusCode::TOO_MANY_REQUESTS, "too_many_tries");
        // A part of a second is waited for, too.
        Self { retry_after: Some(wait.as_secs() + 1), ..failure }
    }

    /// To the sign-in, and from there to that path.
    pub(super) fn sign_in(to: &str) -> Self {
        Self::elsewhere(format!("/desk/sign-in?to={to}"))
    }

    /// To another page.
    pub(super) fn elsewhere(location: String) -> Self {
        Self { status: StatusCode::SEE_OTHER, html: String::new(), retry_after: None, location: Some(location) }
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
        let instance = &state.desk.instance;
        let known: Vec<Language> = instance.languages.value.iter().chain(&instance.client_languages).copied().collect();
        Self::of(state, status, key, &known, state.language)
    }

    fn of(state: &State, status: StatusCode, key: &str, known: &[Language], language: Language) -> Self {
        Self::filled(state, status, &Self::view(state, key, known, language))
    }

    fn view(state: &State, key: &str, known: &[Language], language: Language) -> ClosedView {
        let frame = FormFrame::in_languages(&state.desk.instance, "", String::new(), known, language);
        ClosedView::new(frame.links(state.site_links(language)), key, language)
    }

    fn filled(state: &State, status: StatusCode, view: &ClosedView) -> Self {
        let html = state.desk.renderer.fill("form/closed.html", view).unwrap_or_else(|error| {
            tracing::error!(%error, "the page of a failure failed");
            "<!doctype html><title>503</title><p>503".to_owned()
        });
        Self { status, html, retry_after: None, location: None }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = (self.status, Html(self.html)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(Ok(location)) = self.location.map(HeaderValue::try_from) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}
