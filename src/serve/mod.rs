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
mod once;
mod preview;
mod reading;
mod restart;
mod send;
mod sent_form;
mod staff;
mod tries;
mod visit;

pub use listen::{ServeError, bind, serve};
pub use preview::{Draft, preview};

use crate::desk::{Desk, Publishing};
use crate::form::{Form, Kind, Question};
use crate::render::{Link, STYLE};
use crate::store::Role;
use crate::text::{Language, Messages};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{StatusCode, Uri, header};
use axum::middleware::from_fn;
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, get, post};
use error::Failure;
use language::Asked;
use network::Network;
use once::Once;
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
    once: Arc<Once>,
    asks: Arc<staff::Asks>,
    network: Network,
    cookie: Option<String>,
    /// Value of the cookie of a session at a desk: a form that is filled in there opens only for whoever has signed in.
    session: Option<String>,
    /// True for a post that only saves a draft: what was typed is kept although the session has ended.
    saves: bool,
    /// How releases are read and written.
    publishing: Publishing,
}

/// Makes what answers at a route.
type Answering = fn() -> MethodRouter<State>;

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Anybody; of a link its token decides.
    Anyone,
    /// Staff who have signed in and have one of these roles.
    Staff(&'static [Role]),
}

/// A route.
#[derive(Clone, Copy)]
struct Route {
    method: &'static str,
    path: &'static str,
    who: Who,
    answering: Answering,
}

impl Route {
    const fn new(method: &'static str, path: &'static str, who: Who, answering: Answering) -> Self {
        Self { method, path, who, answering }
    }

    /// One for anybody.
    const fn open(method: &'static str, path: &'static str, answering: Answering) -> Self {
        Self::new(method, path, Who::Anyone, answering)
    }
}

/// The routes of links and of files; those of staff stand with their desks.
const ROUTES: &[Route] = &[
    Route::open("GET", "/f", || get(code::ask)),
    Route::open("POST", "/f", || post(code::go)),
    Route::open("GET", "/f/{token}", || get(explanation::show)),
    Route::open("GET", "/f/{token}/answer", || get(answer::show)),
    Route::open("GET", "/f/{token}/check", || get(check::show)),
    Route::open("POST", "/f/{token}/check", || post(check::go_on)),
    Route::open("GET", "/f/{token}/change", || get(explanation::start_again)),
    Route::open("POST", "/f/{token}/change", || post(answer::change)),
    Route::open("GET", "/f/{token}/invite", || get(inviting::show)),
    Route::open("POST", "/f/{token}/invite", || post(inviting::add)),
    Route::open("GET", "/f/{token}/report", || get(reading::report)),
    Route::open("GET", "/f/{token}/agreed", || get(reading::agreed)),
    Route::open("GET", "/f/{token}/send", || get(explanation::start_again)),
    Route::open("POST", "/f/{token}/send", || post(send::receive)),
    Route::open("GET", "/f/{token}/restart", || get(explanation::start_again)),
    Route::open("POST", "/f/{token}/restart", || post(restart::restart)),
    Route::open("GET", "/form/{file}", || get(conditions::show)),
    Route::open("GET", "/palaute.css", || get(style)),
    Route::open("GET", "/healthz", || get(async || "ok\n")),
];

/// Every route. The router is made of these, and nothing else answers but the files of the site.
fn every_route() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().chain(staff::ROUTES.into_iter().flatten())
}

/// Method and path of every route.
pub fn routes() -> impl Iterator<Item = (&'static str, &'static str)> {
    every_route().map(|route| (route.method, route.path))
}

/// Who may use the route of that method and path; none where there is no such route.
#[must_use]
pub fn who_may(method: &str, path: &str) -> Option<Who> {
    every_route().find(|route| (route.method, route.path) == (method, path)).map(|route| route.who)
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}

/// The service for a desk, with the site in that folder beside the forms.
///
/// # Errors
/// When the base address of the instance cannot be an origin.
pub fn router(desk: Arc<Desk>, site: PathBuf, publishing: Publishing) -> Result<Router, ServeError> {
    let state = State {
        language: desk.instance.language(),
        wanted: Vec::new(),
        site: Arc::new(site.clone()),
        at_most: MAX_BODY + longest_texts(&desk.forms),
        tries: Arc::default(),
        once: Arc::default(),
        asks: Arc::default(),
        network: Network::Unknown,
        cookie: None,
        session: None,
        saves: false,
        publishing,
        desk,
    };
    let cross_site = headers::cross_site_check(&state)?;
    let https = state.desk.instance.base_url.value.starts_with("https://");
    let listed = every_route().fold(Router::new(), |router, route| {
        let answers = match route.who {
            Who::Anyone => (route.answering)(),
            Who::Staff(roles) => {
                let state = state.clone();
                (route.answering)()
                    .route_layer(from_fn(move |request, next| staff::gate(state.clone(), roles, request, next)))
            }
        };
        router.route(route.path, answers)
    });
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
