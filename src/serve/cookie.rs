//! The one cookie: at a shared link it tells whose draft it is. It names nobody and is set nowhere else.

use super::State;
use crate::desk::DRAFT_DAYS;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

/// Its name.
const NAME: &str = "palaute-draft";
/// Length of its value in hexadecimal digits: 256 bits.
const LENGTH: usize = 64;

/// The value that a browser shows, if it is one of ours.
pub(super) fn shown(headers: &HeaderMap) -> Option<String> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut values = pairs.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let is_ours = |value: &str| value.len() == LENGTH && value.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    values.find(|(name, value)| *name == NAME && is_ours(value)).map(|(_, value)| value.to_owned())
}

/// The answer with a cookie for the browser to keep, at this link alone; an empty value takes it away.
pub(super) fn set(state: &State, token: &str, value: &str, mut response: Response) -> Response {
    let seconds = if value.is_empty() { 0 } else { DRAFT_DAYS * 24 * 60 * 60 };
    let secure = if state.desk.instance.base_url.value.starts_with("https://") { "; Secure" } else { "" };
    let cookie = format!("{NAME}={value}; Path=/f/{token}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_value_that_we_could_have_set_is_taken() {
        let good = "0123456789abcdef".repeat(4);
        let value = |line: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, HeaderValue::from_str(line).unwrap());
            shown(&headers)
        };
        assert_eq!(value(&format!("a=b; palaute-draft={good}; c=d")), Some(good.clone()));
        for line in [
            "palaute-draft=".to_owned(),
            format!("palaute-draft={}", good.to_uppercase()),
            format!("palaute-draft={good}0"),
            format!("other={good}"),
            format!("xpalaute-draft={good}"),
        ] {
            assert_eq!(value(&line), None, "{line}");
        }
    }
}
