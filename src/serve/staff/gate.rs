//! Who has signed in, and whether he or she may use a route.

use crate::desk::{Desk, IDLE};
use crate::render::{SignedOutView, StaffFrame};
use crate::serve::State;
use crate::serve::error::Failure;
use crate::store::{Role, Staff};
use crate::text::{Language, Messages};
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Name of the cookie of a session.
const NAME: &str = "palaute-session";
/// Length of its value in hexadecimal digits: 256 bits.
const LENGTH: usize = 64;

/// Who has signed in; behind the gate there is always somebody.
#[derive(Clone, Debug)]
pub(in crate::serve) struct Signed {
    /// What handlers share, in the language of the reader.
    pub(in crate::serve) state: State,
    pub(in crate::serve) staff: Staff,
    /// Value of the session's cookie.
    pub(in crate::serve) session: String,
}

/// What the gate leaves beside the request.
#[derive(Clone, Debug)]
struct Passed {
    staff: Staff,
    session: String,
    language: Option<Language>,
}

impl FromRequestParts<State> for Signed {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Failure> {
        let mut state = state.clone().asked_by(parts).of_staff();
        let Some(Passed { staff, session, language }) = parts.extensions.get::<Passed>().cloned() else {
            return Err(Failure::no_page(&state));
        };
        state.language = language.unwrap_or(state.language);
        Ok(Self { state, staff, session })
    }
}

impl State {
    /// The same in a language of staff's pages.
    pub(in crate::serve) fn of_staff(mut self) -> Self {
        let known = &self.desk.instance.languages.value;
        self.language =
            self.wanted.iter().copied().find(|l| known.contains(l)).unwrap_or_else(|| self.desk.instance.language());
        self
    }
}

/// What the first cookie of that name holds.
pub(super) fn cookie_text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(n, _)| *n == name).map(|(_, value)| value)
}

/// The value of the cookie of a session that a browser shows.
pub(in crate::serve) fn session_cookie(headers: &HeaderMap) -> Option<String> {
    let ours = |value: &&str| value.len() == LENGTH && value.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    cookie_text(headers, NAME).filter(ours).map(str::to_owned)
}

/// The answer with a cookie for that path; an empty value takes it away.
pub(super) fn set_cookie(
    desk: &Desk,
    (name, path): (&str, &str),
    value: &str,
    seconds: i64,
    mut response: Response,
) -> Response {
    let secure = if desk.instance.base_url.value.starts_with("https://") { "; Secure" } else { "" };
    let seconds = if value.is_empty() { 0 } else { seconds };
    let cookie = format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// The answer with the cookie of a session; it goes with the browser, or is taken away by an empty value.
pub(super) fn set_session(desk: &Desk, value: &str, response: Response) -> Response {
    // The server forgets a session that is idle; the browser need not keep it much longer. Forms that are filled in at a
    // desk stand under `/f`, so the cookie is shown there, too.
    set_cookie(desk, (NAME, "/"), value, 24 * IDLE.as_secs(), response)
}

/// Lets those pass who have signed in and have one of the roles. Others learn nothing of what is there.
pub(in crate::serve) async fn gate(state: State, roles: &'static [Role], request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let state = state.asked_by(&parts).of_staff();
    let chosen = parts.uri.query().into_iter().flat_map(|q| q.split('&')).find_map(|p| p.strip_prefix("lang="));
    // Another site's link shows the page in a language, and chooses none for later.
    let from_elsewhere =
        parts.headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site" || site == "same-site");
    let chosen = chosen.and_then(Language::from_code).filter(|_| !from_elsewhere);
    let session = match session_cookie(&parts.headers) {
        None => None,
        Some(value) => match state.desk.session(&value, chosen).await {
            Ok(session) => session.map(|s| (value, s)),
            Err(error) => return Failure::unavailable(&state, &error).into_response(),
        },
    };
    let Some((value, session)) = session else {
        return if parts.method == Method::GET {
            let to = parts.uri.path();
            Failure::sign_in(to).into_response()
        } else {
            signed_out(&state)
        };
    };
    if !roles.contains(&session.staff.role) {
        return Failure::no_page(&state).into_response();
    }
    let language = session.language.filter(|l| state.desk.instance.languages.value.contains(l));
    parts.extensions.insert(Passed { staff: session.staff, session: value, language });
    next.run(Request::from_parts(parts, body)).await
}

/// What was typed into a page whose session has ended is not taken.
fn signed_out(state: &State) -> Response {
    let title = Messages::of(state.language).get("staff.signed_out").to_owned();
    let frame = StaffFrame::new(&state.desk.instance, title, "/desk", state.language);
    state.page(StatusCode::UNAUTHORIZED, "staff/signed-out.html", &SignedOutView::new(frame))
}
