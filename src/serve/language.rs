//! Who asks: in which languages, from which network, with which cookie.

use super::State;
use super::cookie;
use super::network::{Network, Peer};
use super::staff::session_cookie;
use crate::case::CaseFile;
use crate::form::Form;
use crate::text::Language;
use axum::extract::FromRequestParts;
use axum::http::Method;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use std::convert::Infallible;

/// What handlers share, speaking the language that was asked for.
#[derive(Clone, Debug)]
pub(super) struct Asked(pub(super) State);

impl FromRequestParts<State> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Infallible> {
        Ok(Self(state.clone().asked_by(parts)))
    }
}

impl State {
    /// The same for a request. It is answered in the language that its address says, else in the first one of the
    /// reader's browser that there is.
    pub(super) fn asked_by(self, parts: &Parts) -> Self {
        let instance = &self.desk.instance;
        let known = |code: &str| {
            let asked = Language::from_code(code);
            instance.languages.value.iter().chain(&instance.client_languages).copied().find(|l| Some(*l) == asked)
        };
        let named = parts.uri.query().into_iter().flat_map(|q| q.split('&'));
        let named = named.filter_map(|pair| pair.strip_prefix("lang=")).find_map(known);
        let accepted = parts.headers.get(ACCEPT_LANGUAGE).and_then(|header| header.to_str().ok()).unwrap_or_default();
        let accepted = accepted.split(',').filter_map(|part| part.split(';').next()).filter_map(known);
        let wanted: Vec<Language> = named.into_iter().chain(accepted).collect();
        let language = wanted.first().copied().unwrap_or(self.language);
        let peer = parts.extensions.get::<Peer>().copied();
        let network = Network::of(peer, &parts.headers, &instance.trusted_proxies);
        let (path, session) = (parts.uri.path().to_owned(), session_cookie(&parts.headers));
        let saves = parts.method == Method::POST && (path.ends_with("/check") || path.ends_with("/change"));
        Self { language, wanted, network, cookie: cookie::shown(&parts.headers), session, saves, ..self }
    }

    /// The language of a form: what was asked for where the form has it, else the case's own, else the instance's.
    pub(super) fn language_of(&self, form: &Form, case: Option<&CaseFile>) -> Language {
        let has = form.languages(&self.desk.instance);
        let own = case.and_then(|c| c.opening().language);
        let mut wanted = self.wanted.iter().copied().chain(own);
        wanted.find(|l| has.contains(l)).unwrap_or_else(|| self.desk.instance.language())
    }
}
