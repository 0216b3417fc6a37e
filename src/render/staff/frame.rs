//! What every page of staff shares.

use crate::instance::Instance;
use crate::render::page::{LanguageLink, Link};
use crate::text::{Language, Messages};
use serde::Serialize;
use serde_json::Value;

/// Frame of a page of staff.
#[derive(Clone, Debug, Serialize)]
pub struct StaffFrame {
    lang: &'static str,
    site_name: String,
    notice: Option<String>,
    contact: String,
    title: String,
    /// Who has signed in; nobody at the sign-in itself.
    name: Option<String>,
    nav: Vec<Link>,
    languages: Vec<LanguageLink>,
    links: Vec<Link>,
    t: &'static Value,
}

impl StaffFrame {
    /// The frame of the page of that title; `here` is its address, which with `?lang=` is the same page in another
    /// language.
    #[must_use]
    pub fn new(instance: &Instance, title: String, here: &str, language: Language) -> Self {
        let choice = |l: &Language| LanguageLink {
            lang: l.code(),
            href: format!("{here}{}lang={}", if here.contains('?') { '&' } else { '?' }, l.code()),
            text: l.own_name().to_owned(),
            current: *l == language,
        };
        let known = &instance.languages.value;
        Self {
            lang: language.code(),
            site_name: instance.name.value.in_language(language).to_owned(),
            notice: instance.notice.as_ref().map(|n| n.in_language(language).to_owned()),
            contact: instance.contact.in_language(language).to_owned(),
            title,
            name: None,
            nav: Vec::new(),
            languages: if known.len() > 1 { known.iter().map(choice).collect() } else { Vec::new() },
            links: Vec::new(),
            t: Messages::of(language).tree(),
        }
    }

    /// The same for somebody who has signed in, with the pages of his or her role.
    #[must_use]
    pub fn signed_in(self, name: String, nav: Vec<Link>) -> Self {
        Self { name: Some(name), nav, ..self }
    }

    /// The same with links in the footer.
    #[must_use]
    pub fn links(self, links: Vec<Link>) -> Self {
        Self { links, ..self }
    }
}

/// The page that says that a session has ended.
#[derive(Clone, Debug, Serialize)]
pub struct SignedOutView {
    frame: StaffFrame,
}

impl SignedOutView {
    /// The page.
    #[must_use]
    pub fn new(frame: StaffFrame) -> Self {
        Self { frame }
    }
}
