//! The endpoint: forms at `/f/<token>`, and the built site beside them.
//!
//! Enters: HTTP requests. Leaves: pages, receipts. Refuses: other sites' posts, large or slow
//! requests, links that are unknown, expired or answered. Logs no path, because a path is a token.

mod answer;
mod check;
mod code;
mod conditions;
mod cookie;
mod error;
mod explanation;
mod headers;
mod inviting;
mod journey;
mod language;
mod listen;
mod network;
mod preview;
mod restart;
mod send;
mod sent_form;
mod tries;
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
use axum::routing::{MethodRouter, get, post};
use error::Failure;
use language::Asked;
use network::Network;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tower_http::services::ServeDir;
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};
use tries::Tries;

/// Largest request body without its texts, bytes.
const MAX_BODY: usize = 64 * 1024;
/// Bytes that a character of a text may take on the way: four of UTF-8, each written as `%xx`.
const BYTES_A_CHARACTER: usize = 12;
/// Longest time for a whole answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// Longest silence while a body is being sent.
const BODY_WITHIN: Duration = Duration::from_secs(10);

/// What handlers share; of a request also who asks.
#[derive(Clone, Debug)]
struct State {
    desk: Arc<Desk>,
    language: Language,
    /// The languages that were asked for, the dearest first.
    wanted: Vec<Language>,
    /// Folder of the site beside the forms; it may come later.
    site: Arc<PathBuf>,
    /// The most that the body of a request may hold, and so a draft.
    at_most: usize,
    tries: Arc<Tries>,
    network: Network,
    cookie: Option<String>,
}

/// Makes what answers at a route.
type Answering = fn() -> MethodRouter<State>;

/// Every route: method, path and what answers. The router is made of this list, and nothing else answers but the files
/// of the site.
const ROUTES: [(&str, &str, Answering); 17] = [
    ("GET", "/f", || get(code::ask)),
    ("POST", "/f", || post(code::go)),
    ("GET", "/f/{token}", || get(explanation::show)),
    ("GET", "/f/{token}/answer", || get(answer::show)),
    ("GET", "/f/{token}/check", || get(check::show)),
    ("POST", "/f/{token}/check", || post(check::go_on)),
    ("GET", "/f/{token}/change", || get(explanation::start_again)),
    ("POST", "/f/{token}/change", || post(answer::change)),
    ("GET", "/f/{token}/invite", || get(inviting::show)),
    ("POST", "/f/{token}/invite", || post(inviting::add)),
    ("GET", "/f/{token}/send", || get(explanation::start_again)),
    ("POST", "/f/{token}/send", || post(send::receive)),
    ("GET", "/f/{token}/restart", || get(explanation::start_again)),
    ("POST", "/f/{token}/restart", || post(restart::restart)),
    ("GET", "/form/{file}", || get(conditions::show)),
    ("GET", "/palaute.css", || get(style)),
    ("GET", "/healthz", || get(async || "ok\n")),
];

/// Method and path of every route.
pub fn routes() -> impl Iterator<Item = (&'static str, &'static str)> {
    ROUTES.iter().map(|(method, path, _)| (*method, *path))
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}

/// The service for a desk, with the site in that folder beside the forms.
///
/// # Errors
/// When the base address of the instance cannot be an origin.
pub fn router(desk: Arc<Desk>, site: PathBuf) -> Result<Router, ServeError> {
    let state = State {
        language: desk.instance.language(),
        wanted: Vec::new(),
        site: Arc::new(site.clone()),
        at_most: MAX_BODY + longest_texts(&desk.forms),
        tries: Arc::default(),
        network: Network::Unknown,
        cookie: None,
        desk,
    };
    let cross_site = headers::cross_site_check(&state)?;
    let https = state.desk.instance.base_url.value.starts_with("https://");
    let listed = ROUTES.iter().fold(Router::new(), |router, (_, path, answering)| router.route(path, answering()));
    let missing = get(|Asked(state): Asked, uri: Uri| async move {
        if uri.path().starts_with("/f/") { Failure::nowhere(&state) } else { Failure::no_page(&state) }
    });
    let missing = missing.with_state::<()>(state.clone());
    let router = listed
        .layer(DefaultBodyLimit::max(state.at_most))
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
