//! A posted form: its nonce and its fields, repeated names kept.

use super::State;
use super::error::Failure;
use crate::form::Form as Asked;
use crate::render::Removed;
use crate::submission::{RawAnswers, add_item, remove_item, restore_item};
use axum::body::{Body, Bytes};
use axum::extract::{Form, FromRequest, Request};
use axum::http::StatusCode;
use axum::response::IntoResponse;

/// Most fields of one post; the largest form has a fraction of it.
const MAX_FIELDS: usize = 1000;
/// Length of a nonce in hexadecimal digits.
const NONCE_LENGTH: usize = 32;

/// What was posted.
#[derive(Debug, Default)]
pub(super) struct SentForm {
    pub(super) nonce: String,
    pub(super) answers: RawAnswers,
    /// The page it stands on, counted from 1.
    pub(super) page: Option<usize>,
    /// The page it leads to, counted from 1, where a button says so.
    pub(super) to: Option<usize>,
    /// True when it was called from the answers to be checked and goes back there.
    pub(super) then_check: bool,
    /// The group that is to have an item more.
    add: Option<String>,
    /// The item that is to go, `group.n`.
    remove: Option<String>,
    /// The item that is to come back, `group.n`.
    restore: Option<String>,
    /// What stood in the item that was removed last, by question id.
    removed: RawAnswers,
}

impl SentForm {
    /// The answers after the button that added, removed or brought back an item, and what was removed.
    pub(super) fn edited(&self, form: &Asked) -> (RawAnswers, Option<Removed>) {
        let mut answers = self.answers.clone();
        let mut removed = None;
        if let Some(group) = &self.add {
            add_item(&mut answers, form, group);
        }
        if let Some((group, n)) = place(self.remove.as_ref()) {
            let item = remove_item(&mut answers, form, group, n);
            removed = (!item.is_empty()).then(|| Removed { group: group.to_owned(), n, item });
        }
        if let Some((group, n)) = place(self.restore.as_ref()) {
            restore_item(&mut answers, form, group, n, &self.removed);
        }
        (answers, removed)
    }
}

/// The parts of `group.n`.
fn place(text: Option<&String>) -> Option<(&str, usize)> {
    let (group, n) = text?.split_once('.')?;
    Some((group, n.parse().ok()?))
}

impl FromRequest<State> for SentForm {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &State) -> Result<Self, Failure> {
        let (head, body) = request.into_parts();
        let state = &state.clone().asked_by(&head);
        let body = Bytes::from_request(Request::from_parts(head.clone(), body), state).await;
        let body = body.map_err(|rejection| refused(rejection, state))?;
        // The parser would replace what is no text and so store what nobody wrote.
        if !is_text(&body) {
            return Err(Failure::unreadable(state));
        }
        let form = Form::from_request(Request::from_parts(head, Body::from(body)), state).await;
        let Form::<Vec<(String, String)>>(fields) = form.map_err(|rejection| refused(rejection, state))?;
        if fields.len() > MAX_FIELDS {
            return Err(Failure::too_large(state));
        }
        let sent = Self::of(fields);
        let is_nonce = sent.nonce.len() == NONCE_LENGTH && sent.nonce.bytes().all(|b| b.is_ascii_hexdigit());
        if is_nonce { Ok(sent) } else { Err(Failure::unreadable(state)) }
    }
}

impl SentForm {
    /// Sorts the fields of a page into its own and the answers.
    pub(super) fn of(fields: Vec<(String, String)>) -> Self {
        let (mut answers, mut removed) = (RawAnswers::new(), RawAnswers::new());
        for (name, value) in fields {
            match name.strip_prefix(Removed::PREFIX) {
                Some(id) => removed.entry(id.to_owned()).or_default().push(value),
                None => answers.entry(name).or_default().push(value),
            }
        }
        let mut own = |name: &str| answers.remove(name).and_then(|mut values| values.pop());
        let (nonce, add, remove) = (own("nonce").unwrap_or_default(), own("add"), own("remove"));
        let restore = own("restore");
        let mut number = |name: &str| own(name).and_then(|n| n.parse::<usize>().ok());
        let (page, to) = (number("page"), number("to"));
        let then_check = own("then").is_some();
        Self { nonce, answers, page, to, then_check, add, remove, restore, removed }
    }
}

fn refused(rejection: impl IntoResponse, state: &State) -> Failure {
    match rejection.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::too_large(state),
        _ => Failure::unreadable(state),
    }
}

/// True when names and values are UTF-8 after their `%` escapes are undone.
fn is_text(body: &[u8]) -> bool {
    let digit = |at: usize| body.get(at).and_then(|b| char::from(*b).to_digit(16)).and_then(|d| u8::try_from(d).ok());
    let (mut plain, mut at) = (Vec::with_capacity(body.len()), 0);
    while let Some(byte) = body.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                plain.push(high * 16 + low);
                at += 3;
            }
            _ => {
                plain.push(*byte);
                at += 1;
            }
        }
    }
    std::str::from_utf8(&plain).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_utf8_is_text_however_it_is_escaped() {
        for text in ["", "a=b&c=%C3%A4%c3%B6", "a=\u{e4}", "a=100%&b=%zz&c=%4", "a=%F0%9F%91%8D"] {
            assert!(is_text(text.as_bytes()), "{text}");
        }
        // A character cannot go on behind the end of a field.
        for bytes in [&b"a=%ff"[..], b"a=\xff", b"a=%C3", b"a=%C3&b=%A4", b"a=%ED%A0%80", b"%C0%AE=1"] {
            assert!(!is_text(bytes), "{bytes:?}");
        }
    }
}
