//! A posted form: its nonce and its fields, repeated names kept.

use super::State;
use super::error::Failure;
use crate::submission::RawAnswers;
use axum::extract::{Form, FromRequest, Request};
use axum::http::StatusCode;
use axum::response::IntoResponse;

/// Most fields of one post; the largest form has a fraction of it.
const MAX_FIELDS: usize = 1000;
/// Length of a nonce in hexadecimal digits.
const NONCE_LENGTH: usize = 32;

/// What was posted.
#[derive(Debug)]
pub(super) struct SentForm {
    pub(super) nonce: String,
    pub(super) answers: RawAnswers,
}

impl FromRequest<State> for SentForm {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &State) -> Result<Self, Failure> {
        let form = Form::<Vec<(String, String)>>::from_request(request, state).await;
        let Form(fields) = form.map_err(|rejection| match rejection.into_response().status() {
            StatusCode::PAYLOAD_TOO_LARGE => Failure::too_large(state),
            _ => Failure::unreadable(state),
        })?;
        if fields.len() > MAX_FIELDS {
            return Err(Failure::too_large(state));
        }
        let mut answers = RawAnswers::new();
        for (name, value) in fields {
            answers.entry(name).or_default().push(value);
        }
        let nonce = answers.remove("nonce").and_then(|mut values| values.pop()).unwrap_or_default();
        let is_nonce = nonce.len() == NONCE_LENGTH && nonce.bytes().all(|b| b.is_ascii_hexdigit());
        if is_nonce { Ok(Self { nonce, answers }) } else { Err(Failure::unreadable(state)) }
    }
}
