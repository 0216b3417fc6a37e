//! Fields of the forms at a desk, with what was typed and what is wrong with it.

use super::StaffFrame;
use crate::render::page::Link;
use crate::text::Messages;
use serde::Serialize;

/// One choice of a field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FieldChoice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// True when it is chosen.
    pub chosen: bool,
}

/// A field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DeskField {
    /// Its name, also its id on the page.
    pub id: &'static str,
    /// `line`, `area`, `select` or `radio`.
    pub kind: &'static str,
    /// What is asked.
    pub label: String,
    /// How to answer.
    pub hint: Option<String>,
    /// What stands in it.
    pub value: String,
    /// Which keys a telephone offers.
    pub keyboard: &'static str,
    /// What stands after it.
    pub unit: Option<&'static str>,
    /// True when it may stay empty.
    pub optional: bool,
    /// What can be chosen.
    pub choices: Vec<FieldChoice>,
    /// What is wrong.
    pub error: Option<String>,
}

/// Something that was typed and cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldMistake {
    /// The field.
    pub field: &'static str,
    /// What is wrong, in words.
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct MistakeLink {
    href: String,
    text: String,
}

/// The heading above what is wrong, and the way to each.
pub(super) fn summary(mistakes: &[FieldMistake], m: Messages) -> (Option<String>, Vec<MistakeLink>) {
    let title = match mistakes.len() {
        0 => None,
        1 => Some(m.get("form.errors_title_one").to_owned()),
        n => Some(m.fill("form.errors_title_many", &[("n", &n.to_string())])),
    };
    let link = |w: &FieldMistake| MistakeLink { href: format!("#{}", w.field), text: w.text.clone() };
    (title, mistakes.iter().map(link).collect())
}

impl DeskField {
    /// The same with what is wrong with it.
    #[must_use]
    pub fn told(self, mistakes: &[FieldMistake]) -> Self {
        let error = mistakes.iter().find(|w| w.field == self.id).map(|w| w.text.clone());
        Self { error, ..self }
    }
}

/// A page with one form.
#[derive(Clone, Debug, Serialize)]
pub struct DeskFormView {
    frame: StaffFrame,
    crumbs: Vec<Link>,
    title: String,
    lead: Option<String>,
    errors_title: Option<String>,
    errors: Vec<MistakeLink>,
    fields: Vec<DeskField>,
    /// Where it is sent.
    action: String,
    submit: String,
    /// Where one goes without sending it.
    back: Link,
    /// Said above the button.
    note: Option<String>,
    /// The name of the page, where it may be sent once only.
    once: Option<String>,
}

impl DeskFormView {
    /// The page; `crumbs` lead to it, the last of them is where one goes back to.
    #[must_use]
    pub fn new(
        frame: StaffFrame,
        crumbs: Vec<Link>,
        (title, lead): (String, Option<String>),
        (action, submit): (String, String),
        (fields, mistakes): (Vec<DeskField>, &[FieldMistake]),
        m: Messages,
    ) -> Self {
        let (errors_title, errors) = summary(mistakes, m);
        let back = crumbs.last().cloned().map_or_else(String::new, |l| l.href);
        let back = Link { href: back, text: m.get("coach_open.back").to_owned(), current: false };
        let fields = fields.into_iter().map(|f| f.told(mistakes)).collect();
        Self { frame, crumbs, title, lead, errors_title, errors, fields, action, submit, back, note: None, once: None }
    }

    /// The same with a name of its own, so that it is sent once.
    #[must_use]
    pub fn once(self, name: String) -> Self {
        Self { once: Some(name), ..self }
    }

    /// The same with something said above the button.
    #[must_use]
    pub fn note(self, note: String) -> Self {
        Self { note: Some(note), ..self }
    }
}
