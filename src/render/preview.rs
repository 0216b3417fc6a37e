//! The list of forms that their authors preview.

use super::form::FormFrame;
use super::page::Link;
use crate::form::{Collect, Form};
use crate::text::Language;
use serde::Serialize;

#[derive(Clone, Debug, Serialize)]
struct FormRow {
    id: String,
    title: String,
    party: &'static str,
    questions: usize,
    version: String,
    /// The form on each invented case; none for a form that is only printed.
    samples: Vec<Link>,
}

/// Every form with the cases to see it on, and what is wrong with the files.
#[derive(Clone, Debug, Serialize)]
pub struct PreviewView {
    frame: FormFrame,
    mistakes: Vec<String>,
    forms: Vec<FormRow>,
}

impl PreviewView {
    /// `samples` are called so, in the order of their addresses `/f/<form>/<n>`.
    #[must_use]
    pub fn new(frame: FormFrame, forms: &[Form], samples: &[&str], mistakes: &[String], language: Language) -> Self {
        let row = |form: &Form| {
            let stored = form.collect() == Collect::Store;
            let of_sample = |(n, name): (usize, &&str)| Link {
                href: format!("/f/{}/{n}?lang={}", form.id(), language.code()),
                text: (*name).to_owned(),
                current: false,
            };
            FormRow {
                id: form.id().to_owned(),
                title: form.title().in_language(language).to_owned(),
                party: form.party().code(),
                questions: form.questions().filter(|q| q.asks()).count(),
                version: form.version().as_str()[..12].to_owned(),
                samples: samples.iter().enumerate().filter(|_| stored).map(of_sample).collect(),
            }
        };
        Self { frame, mistakes: mistakes.to_vec(), forms: forms.iter().map(row).collect() }
    }
}
