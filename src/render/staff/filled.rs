//! A form on a case: what was filled in, and the ways to have it filled in.

use super::StaffFrame;
use super::field::{FieldChoice, FieldMistake, MistakeLink, summary};
use crate::render::check::AnsweredPart;
use crate::render::page::Link;
use crate::text::Messages;
use serde::Serialize;

/// What was filled in.
#[derive(Clone, Debug, Serialize)]
pub struct FilledView {
    /// The frame.
    pub frame: StaffFrame,
    /// The way to the page.
    pub crumbs: Vec<Link>,
    /// Title of the form.
    pub title: String,
    /// When and by whom.
    pub told: String,
    /// Questions and answers.
    pub parts: Vec<AnsweredPart>,
    /// Where it is filled in again, if it can be.
    pub again: Option<String>,
    /// True when the client may have a copy.
    pub copied: bool,
}

/// An address that is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct KnownAddress {
    /// Id of the contact.
    pub id: String,
    /// The address.
    pub address: String,
}

/// The ways to have a form filled in by a client or an employer.
#[derive(Clone, Debug, Serialize)]
pub struct FormWayView {
    frame: StaffFrame,
    crumbs: Vec<Link>,
    title: String,
    lead: String,
    action: String,
    errors_title: Option<String>,
    errors: Vec<MistakeLink>,
    error: Option<String>,
    address: String,
    languages: Vec<FieldChoice>,
    /// True when it is only printed.
    paper: bool,
    /// A link that was just made, and until when it is open.
    link: Option<(String, String)>,
    done: Option<&'static str>,
    /// The day on which it was filled in last.
    filled: Option<String>,
    read_href: String,
}

impl FormWayView {
    /// The page.
    #[must_use]
    pub fn new(
        frame: StaffFrame,
        crumbs: Vec<Link>,
        (title, lead): (String, String),
        (action, read_href): (String, String),
        mistakes: &[FieldMistake],
        m: Messages,
    ) -> Self {
        let (errors_title, errors) = summary(mistakes, m);
        let error = mistakes.first().map(|w| w.text.clone());
        Self {
            frame,
            crumbs,
            title,
            lead,
            action,
            errors_title,
            errors,
            error,
            address: String::new(),
            languages: Vec::new(),
            paper: false,
            link: None,
            done: None,
            filled: None,
            read_href,
        }
    }

    /// The same with an address and languages to send to.
    #[must_use]
    pub fn mail(self, address: String, languages: Vec<FieldChoice>) -> Self {
        Self { address, languages, ..self }
    }

    /// The same for a form that is only printed.
    #[must_use]
    pub fn paper(self, paper: bool) -> Self {
        Self { paper, ..self }
    }

    /// The same with a link that was just made.
    #[must_use]
    pub fn link(self, link: Option<(String, String)>) -> Self {
        Self { link, ..self }
    }

    /// The same telling what was just done, and when the form was filled in.
    #[must_use]
    pub fn told(self, done: Option<&'static str>, filled: Option<String>) -> Self {
        Self { done, filled, ..self }
    }
}
