//! Which language a request is answered in.

use super::State;
use crate::text::Language;
use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use std::convert::Infallible;

/// What handlers share, speaking the language that was asked for.
#[derive(Clone, Debug)]
pub(super) struct Asked(pub(super) State);

impl FromRequestParts<State> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Infallible> {
        Ok(Self(state.clone().speaking(parts)))
    }
}

impl State {
    /// The same in the language of the request: what its address says, else the first language of the
    /// reader's browser that the instance has, else the instance's own.
    pub(super) fn speaking(self, parts: &Parts) -> Self {
        let known = |code: &str| {
            let asked = Language::from_code(code);
            let instance = &self.desk.instance;
            instance.languages.value.iter().chain(&instance.client_languages).copied().find(|l| Some(*l) == asked)
        };
        let named = parts.uri.query().into_iter().flat_map(|q| q.split('&'));
        let named = named.filter_map(|pair| pair.strip_prefix("lang=")).find_map(known);
        let accepted = || {
            let header = parts.headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
            header.split(',').filter_map(|part| part.split(';').next()).find_map(known)
        };
        let language = named.or_else(accepted).unwrap_or(self.language);
        Self { language, ..self }
    }
}
