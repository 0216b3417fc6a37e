//! `/desk/sign-in` and below: somebody types an address, and opens the link of the mail in the same browser, or types its
//! code there. A scanner that opens or posts the link lets nobody in, for it has no cookie.

use super::gate::{cookie_text, set_cookie, set_session};
use super::{Signed, session_cookie};
use crate::desk::{SIGN_IN_WITHIN, sign_in_code};
use crate::render::{AskedView, EnterView, EntryView, SignInView, StaffFrame};
use crate::serve::error::Failure;
use crate::serve::language::Asked;
use crate::serve::{Route, State, Who};
use crate::store::Role;
use crate::text::{Messages, is_email};
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, RawQuery};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use jiff::SignedDuration;

pub(super) const ROUTES: &[Route] = &[
    Route::open("GET", "/desk/sign-in", || get(ask)),
    Route::open("POST", "/desk/sign-in", || post(asked)),
    Route::open("GET", "/desk/sign-in/asked", || get(wait)),
    Route::open("POST", "/desk/sign-in/asked", || post(typed)),
    Route::open("GET", "/desk/sign-in/{code}", || get(opened)),
    Route::open("POST", "/desk/sign-in/{code}", || post(pressed)),
    Route::new("POST", "/desk/sign-out", Who::Staff(&Role::ALL), || post(sign_out)),
];

/// Name of the cookie of a browser that asks, and where it is shown. Its value is 256 random bits, and behind them the path
/// to which the sign-in leads, which stands nowhere else: it may be the address of a form.
const ASKING: (&str, &str) = ("palaute-asking", "/desk/sign-in");
/// Length of the random part in hexadecimal digits.
const LENGTH: usize = 64;
/// Longest path to which a sign-in leads.
const LONGEST_PATH: usize = 200;
/// The most of what was typed that is shown again, characters.
const SHOWN: usize = 254;

type Posted = Result<Form<Vec<(String, String)>>, FormRejection>;

/// A path of ours to which a sign-in may lead; of another site there is none.
fn own_path(path: &str) -> Option<&str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/-_.".contains(&b);
    let ours = path == "/desk" || ["/desk/", "/f/"].iter().any(|of| path.starts_with(of));
    let sign_in = path.starts_with(ASKING.1) || path.starts_with("/desk/sign-out");
    (ours && !sign_in && path.len() <= LONGEST_PATH && path.bytes().all(plain) && !path.contains("..")).then_some(path)
}

/// What the browser shows while it asks: the random part, and where it leads.
fn asking(headers: &HeaderMap) -> Option<(String, String)> {
    let text = cookie_text(headers, ASKING.0)?;
    let (random, path) = text.split_at_checked(LENGTH)?;
    let hexadecimal = random.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    hexadecimal.then(|| (random.to_owned(), own_path(path).unwrap_or("/desk").to_owned()))
}

fn field(fields: Vec<(String, String)>, name: &str) -> String {
    fields.into_iter().find(|(n, _)| n == name).map(|(_, value)| value).unwrap_or_default()
}

impl State {
    fn sign_in_frame(&self, key: &str, here: &str) -> StaffFrame {
        let title = Messages::of(self.language).get(key).to_owned();
        StaffFrame::new(&self.desk.instance, title, here, self.language).links(self.site_links(self.language))
    }

    async fn is_signed_in(&self) -> Result<bool, Failure> {
        let Some(value) = &self.session else { return Ok(false) };
        let session = self.desk.session(value, None).await;
        Ok(session.map_err(|error| Failure::unavailable(self, &error))?.is_some())
    }

    fn ask_page(&self, to: &str, wrong: Option<&str>) -> Response {
        let here = if to.is_empty() { "/desk/sign-in".to_owned() } else { format!("/desk/sign-in?to={to}") };
        let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        let view = SignInView::new(self.sign_in_frame("sign_in.title", &here), to, wrong, self.language);
        self.page(status, "staff/sign-in.html", &view)
    }

    fn asked_page(&self, wrong: Option<&str>) -> Response {
        let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        let frame = self.sign_in_frame("sign_in.asked_title", "/desk/sign-in/asked");
        let view = AskedView::new(frame, SIGN_IN_WITHIN.as_mins(), wrong, self.language);
        self.page(status, "staff/sign-in-asked.html", &view)
    }

    fn entry_page(&self, status: StatusCode, entry: &EntryView) -> Response {
        let (key, here) = match entry {
            EntryView::Button(code) => ("sign_in.enter_title", format!("/desk/sign-in/{code}")),
            EntryView::Elsewhere(code) => ("sign_in.elsewhere_title", format!("/desk/sign-in/{code}")),
            EntryView::Over => ("sign_in.over_title", "/desk/sign-in".to_owned()),
            EntryView::TooMany => ("sign_in.too_many", "/desk/sign-in".to_owned()),
        };
        let view = EnterView::new(self.sign_in_frame(key, &here), entry, self.language);
        self.page(status, "staff/enter.html", &view)
    }

    fn too_many(&self, wait: SignedDuration) -> Response {
        let mut response = self.entry_page(StatusCode::TOO_MANY_REQUESTS, &EntryView::TooMany);
        // A part of a second is waited for, too.
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
        response
    }

    /// Lets the browser in if its cookie and the code belong together; none if they do not. Only codes of browsers that ask are
    /// looked up, and of a network only so many that are wrong.
    async fn let_in(&self, headers: &HeaderMap, code: &str) -> Result<Option<Response>, Failure> {
        // What cannot be a code is a slip of the hand and no try.
        let (Some((random, to)), Some(code)) = (asking(headers), sign_in_code(code)) else { return Ok(None) };
        let unavailable = |error| Failure::unavailable(self, &error);
        let now = self.desk.now();
        let looking = self.asks.tries.begin(self.network, &code, now);
        let looking = match looking {
            Ok(looking) => looking,
            Err(wait) => return Ok(Some(self.too_many(wait))),
        };
        let before = session_cookie(headers);
        let entered = self.desk.enter(&random, &code, before.as_deref(), self.language).await.map_err(unavailable)?;
        let Some((staff, session)) = entered else {
            looking.failed(now);
            return Ok(None);
        };
        self.asks.let_in(&staff.address, self.network, now);
        let response = set_cookie(&self.desk, ASKING, "", 0, Redirect::to(&to).into_response());
        Ok(Some(set_session(&self.desk, &session, response)))
    }
}

/// `GET /desk/sign-in`: asks for the address.
async fn ask(Asked(state): Asked, query: RawQuery) -> Result<Response, Failure> {
    let state = state.of_staff();
    let to = query.0.as_deref().into_iter().flat_map(|q| q.split('&')).find_map(|pair| pair.strip_prefix("to="));
    let to = to.map(|to| to.replace("%2F", "/").replace("%2f", "/"));
    let to = to.as_deref().and_then(own_path).unwrap_or_default();
    if state.is_signed_in().await? {
        return Ok(Redirect::to(if to.is_empty() { "/desk" } else { to }).into_response());
    }
    Ok(state.ask_page(to, None))
}

/// `POST /desk/sign-in`: the same answer whoever has the address, or nobody.
async fn asked(Asked(state): Asked, headers: HeaderMap, posted: Posted) -> Result<Response, Failure> {
    let state = state.of_staff();
    let Form(fields) = posted.map_err(|_| Failure::unreadable(&state))?;
    let to = field(fields.clone(), "to");
    let to = own_path(&to).unwrap_or_default();
    let address = field(fields, "address").trim().to_lowercase();
    if !is_email(&address) {
        let shown: String = address.chars().take(SHOWN).collect();
        return Ok(state.ask_page(to, Some(&shown)));
    }
    let now = state.desk.now();
    if let Err(wait) = state.asks.of_network(state.network, now) {
        return Ok(state.too_many(wait));
    }
    let mails = state.asks.of_address(&address, state.network, now);
    let before = asking(&headers).map(|(random, _)| random);
    let value = state.desk.ask_sign_in(&address, before.as_deref(), state.language, mails).await;
    let value = value.map_err(|error| Failure::unavailable(&state, &error))?;
    let response = Redirect::to(&format!("/desk/sign-in/asked?lang={}", state.language.code())).into_response();
    Ok(set_cookie(&state.desk, ASKING, &format!("{value}{to}"), SIGN_IN_WITHIN.as_secs(), response))
}

/// `GET /desk/sign-in/asked`: look into your mail, or type its code.
async fn wait(Asked(state): Asked, headers: HeaderMap) -> Response {
    let state = state.of_staff();
    match asking(&headers) {
        Some(_) => state.asked_page(None),
        None => Redirect::to(&format!("/desk/sign-in?lang={}", state.language.code())).into_response(),
    }
}

/// `POST /desk/sign-in/asked`: the code as it was typed.
async fn typed(Asked(state): Asked, headers: HeaderMap, posted: Posted) -> Result<Response, Failure> {
    let state = state.of_staff();
    let Form(fields) = posted.map_err(|_| Failure::unreadable(&state))?;
    let typed = field(fields, "code");
    if let Some(response) = state.let_in(&headers, &typed).await? {
        return Ok(response);
    }
    let is_asking = match asking(&headers) {
        None => false,
        Some((random, _)) => {
            state.desk.is_asking(&random).await.map_err(|error| Failure::unavailable(&state, &error))?
        }
    };
    let shown: String = typed.trim().chars().filter(|c| !c.is_control()).take(SHOWN).collect();
    Ok(if is_asking { state.asked_page(Some(&shown)) } else { state.entry_page(StatusCode::GONE, &EntryView::Over) })
}

/// `GET /desk/sign-in/{code}`: changes nothing.
async fn opened(Asked(state): Asked, Path(code): Path<String>, headers: HeaderMap) -> Result<Response, Failure> {
    let state = state.of_staff();
    if asking(&headers).is_none() && state.is_signed_in().await? {
        return Ok(Redirect::to("/desk").into_response());
    }
    let shown: String = code.to_ascii_uppercase();
    Ok(match (sign_in_code(&code), asking(&headers)) {
        (None, _) => state.entry_page(StatusCode::NOT_FOUND, &EntryView::Over),
        (Some(_), Some(_)) => state.entry_page(StatusCode::OK, &EntryView::Button(shown)),
        (Some(_), None) => state.entry_page(StatusCode::OK, &EntryView::Elsewhere(shown)),
    })
}

/// `POST /desk/sign-in/{code}`: the button.
async fn pressed(Asked(state): Asked, Path(code): Path<String>, headers: HeaderMap) -> Result<Response, Failure> {
    let state = state.of_staff();
    if let Some(response) = state.let_in(&headers, &code).await? {
        return Ok(response);
    }
    Ok(match (sign_in_code(&code), asking(&headers)) {
        (Some(_), None) => state.entry_page(StatusCode::OK, &EntryView::Elsewhere(code.to_ascii_uppercase())),
        _ => state.entry_page(StatusCode::GONE, &EntryView::Over),
    })
}

/// `POST /desk/sign-out`.
async fn sign_out(signed: Signed) -> Result<Response, Failure> {
    let Signed { state, session, .. } = signed;
    state.desk.sign_out(&session).await.map_err(|error| Failure::unavailable(&state, &error))?;
    let response = Redirect::to(&format!("/desk/sign-in?lang={}", state.language.code())).into_response();
    Ok(set_session(&state.desk, "", response))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_leads_to_paths_of_ours_only() {
        for good in ["/desk", "/desk/cases", "/desk/reports/2025-000123", "/f/0123abcd/answer"] {
            assert_eq!(own_path(good), Some(good));
        }
        for bad in [
            "",
            "/",
            "//evil.example",
            "https://evil.example/desk/",
            "/f",
            "/fi/index.html",
            "/desk/../x",
            "/desk/x?y",
            "/desk/\\evil",
            "/desk/sign-in/x",
            "/desk/sign-out",
            "/desk/a;b",
            "/desk/a\r\nb",
        ] {
            assert_eq!(own_path(bad), None, "{bad}");
        }
        assert_eq!(own_path(&format!("/desk/{}", "a".repeat(200))), None);
    }

    #[test]
    fn only_a_cookie_that_we_could_have_set_is_one_of_a_browser_that_asks() {
        let random = "0123456789abcdef".repeat(4);
        let of = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, HeaderValue::from_str(&format!("a=b; palaute-asking={value}")).unwrap());
            asking(&headers)
        };
        assert_eq!(of(&random), Some((random.clone(), "/desk".to_owned())));
        assert_eq!(of(&format!("{random}/desk/cases")), Some((random.clone(), "/desk/cases".to_owned())));
        assert_eq!(of(&format!("{random}//evil.example")), Some((random.clone(), "/desk".to_owned())));
        for bad in ["", "x", &random[1..], &random.to_uppercase()] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }
}
