//! The endpoint: forms at `/f/<token>`, and the built site beside them.
//!
//! Enters: HTTP requests. Leaves: pages, receipts. Refuses: other sites' posts, large or slow
//! requests, links that are unknown, expired or answered. Logs no path, because a path is a token.

mod answer;
mod check;
mod conditions;
mod error;
mod explanation;
mod headers;
mod journey;
mod language;
mod listen;
mod preview;
mod send;
mod sent_form;
mod visit;

pub use listen::{ServeError, bind, serve};
pub use preview::{Draft, preview};

use crate::desk::Desk;
use crate::form::{Form, Kind, Question};
use crate::render::{Link, STYLE};
use crate::text::{Language, Messages};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{StatusCode, Uri, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use error::Failure;
use language::Asked;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tower_http::services::ServeDir;
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};

/// Largest request body without its texts, bytes.
const MAX_BODY: usize = 64 * 1024;
/// Bytes that a character of a text may take on the way: four of UTF-8, each written as `%xx`.
const BYTES_A_CHARACTER: usize = 12;
/// Longest time for a whole answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// Longest silence while a body is being sent.
const BODY_WITHIN: Duration = Duration::from_secs(10);

/// What handlers share.
#[derive(Clone, Debug)]
struct State {
    desk: Arc<Desk>,
    language: Language,
    /// Folder of the site beside the forms; it may come later.
    site: Arc<PathBuf>,
}

/// The service for a desk, with the site in that folder beside the forms.
///
/// # Errors
/// When the base address of the instance cannot be an origin.
pub fn router(desk: Arc<Desk>, site: PathBuf) -> Result<Router, ServeError> {
    let language = desk.instance.language();
    let state = State { site: Arc::new(site.clone()), language, desk };
    let cross_site = headers::cross_site_check(&state)?;
    let https = state.desk.instance.base_url.value.starts_with("https://");
    let forms = Router::new()
        .route("/f/{token}", get(explanation::show))
        .route("/f/{token}/answer", get(answer::show))
        .route("/f/{token}/check", post(check::show).get(explanation::start_again))
        .route("/f/{token}/change", post(answer::change).get(explanation::start_again))
        .route("/f/{token}/send", post(send::receive).get(explanation::start_again))
        .layer(DefaultBodyLimit::max(MAX_BODY + longest_texts(&state.desk.forms)));
    let fixed = Router::new()
        .route("/palaute.css", get(|| async { ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE) }))
        .route("/form/{file}", get(conditions::show))
        .route("/healthz", get(|| async { "ok\n" }));
    let missing = get(|Asked(state): Asked, uri: Uri| async move {
        if uri.path().starts_with("/f/") { Failure::nowhere(&state) } else { Failure::no_page(&state) }
    });
    let missing = missing.with_state::<()>(state.clone());
    let router = forms
        .merge(fixed)
        .fallback_service(ServeDir::new(site).not_found_service(missing))
        .with_state(state)
        .layer(cross_site)
        .layer(RequestBodyTimeoutLayer::new(BODY_WITHIN))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER_WITHIN));
    // Outermost, so that refusals and timeouts carry the headers, too.
    Ok(headers::secured(router, https))
}

/// What the texts of the most talkative form may take, bytes.
fn longest_texts(forms: &[Form]) -> usize {
    fn length(q: &Question) -> usize {
        match q.kind {
            Kind::Text(limit) => limit * BYTES_A_CHARACTER,
            Kind::Group { max, .. } => max * q.questions.iter().map(length).sum::<usize>(),
            _ => 0,
        }
    }
    forms.iter().map(|f| f.questions().map(length).sum()).max().unwrap_or(0)
}

impl State {
    /// The privacy notice and the accessibility statement, where the site has them.
    fn site_links(&self, reader: Language) -> Vec<Link> {
        // The site speaks fewer languages than clients' forms.
        let spoken = &self.desk.instance.languages.value;
        let language = if spoken.contains(&reader) { reader } else { self.desk.instance.language() };
        let m = Messages::of(language);
        let link = |page: &&str| {
            let file = format!("{}/{}.html", language.code(), m.get(&format!("page.{page}.slug")));
            let text = Messages::of(reader).get(&format!("page.{page}.nav")).to_owned();
            self.site.join(&file).is_file().then(|| Link { href: format!("/{file}"), text, current: false })
        };
        ["privacy", "accessibility"].iter().filter_map(link).collect()
    }

    /// A page, or the one that says that it failed.
    fn page(&self, status: StatusCode, template: &str, view: &impl serde::Serialize) -> axum::response::Response {
        match self.desk.renderer.fill(template, view) {
            Ok(html) => (status, axum::response::Html(html)).into_response(),
            Err(error) => Failure::unavailable(self, &error).into_response(),
        }
    }
}
