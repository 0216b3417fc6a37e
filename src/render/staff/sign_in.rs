//! The pages of the sign-in.

use super::StaffFrame;
use crate::text::{Language, Messages};
use serde::Serialize;

/// The page that asks for the address.
#[derive(Clone, Debug, Serialize)]
pub struct SignInView {
    frame: StaffFrame,
    /// Where it leads afterwards.
    to: String,
    lang: &'static str,
    address: String,
    error: Option<&'static str>,
}

impl SignInView {
    /// The empty page, or the one that tells that `wrong` is no address.
    #[must_use]
    pub fn new(frame: StaffFrame, to: &str, wrong: Option<&str>, language: Language) -> Self {
        Self {
            frame,
            to: to.to_owned(),
            lang: language.code(),
            address: wrong.unwrap_or_default().to_owned(),
            error: wrong.map(|_| Messages::of(language).get("sign_in.wrong_address")),
        }
    }
}

/// The page that says that a mail is on its way if the address is known, and asks for its code.
#[derive(Clone, Debug, Serialize)]
pub struct AskedView {
    frame: StaffFrame,
    lang: &'static str,
    until: String,
    code: String,
    error: Option<&'static str>,
}

impl AskedView {
    /// The page; `minutes` tells how long the mail is good, `wrong` what was typed and lets nobody in.
    #[must_use]
    pub fn new(frame: StaffFrame, minutes: i64, wrong: Option<&str>, language: Language) -> Self {
        let m = Messages::of(language);
        Self {
            frame,
            lang: language.code(),
            until: m.fill("sign_in.asked_until", &[("minutes", &minutes.to_string())]),
            code: wrong.unwrap_or_default().to_owned(),
            error: wrong.map(|_| m.get("sign_in.wrong_code")),
        }
    }
}

/// What opening the link of a mail shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryView {
    /// A button, for scanners open links, too.
    Button(String),
    /// That another browser asked, and the code to be typed there.
    Elsewhere(String),
    /// That it is over.
    Over,
    /// That this network has asked too often.
    TooMany,
}

/// The page behind the link of a mail.
#[derive(Clone, Debug, Serialize)]
pub struct EnterView {
    frame: StaffFrame,
    lang: &'static str,
    /// Where the button posts to.
    action: Option<String>,
    code: Option<String>,
    lead: &'static str,
    again: bool,
}

impl EnterView {
    /// The page.
    #[must_use]
    pub fn new(frame: StaffFrame, entry: &EntryView, language: Language) -> Self {
        let (action, code) = match entry {
            EntryView::Button(code) => (Some(format!("/desk/sign-in/{code}")), None),
            EntryView::Elsewhere(code) => (None, Some(code.clone())),
            EntryView::Over | EntryView::TooMany => (None, None),
        };
        let lead = match entry {
            EntryView::Button(_) => "sign_in.enter_lead",
            EntryView::Elsewhere(_) => "sign_in.elsewhere_lead",
            EntryView::Over => "sign_in.over_lead",
            EntryView::TooMany => "sign_in.too_many_text",
        };
        let lead = Messages::of(language).get(lead);
        Self { frame, lang: language.code(), action, code, lead, again: *entry == EntryView::Over }
    }
}
