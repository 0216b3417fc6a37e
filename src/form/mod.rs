//! The form model: what is asked, in which words, and who sees the answers.
//!
//! Enters: the text of a `forms/<id>.yaml`. Leaves: a [`Form`] that every other room can trust, with
//! the fingerprint of its content as its version. Refuses: unknown keys, questions without Finnish
//! text, double ids, settings that a question's type does not have.

mod lint;
mod question;
mod raw;
mod scale;

pub use question::{Choice, Kind, Question};
pub use raw::{Party, QuestionType, Visibility};

use crate::text::{Diagnostics, Fingerprint, Text, read_yaml};
use serde::Serialize;

/// A checked form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Form {
    id: String,
    party: Party,
    title: Text,
    lead: Text,
    why: Text,
    after: Vec<Text>,
    minutes: u32,
    coach_reads_if: Option<String>,
    pages: Vec<FormPage>,
    #[serde(skip)]
    version: Fingerprint,
}

/// Questions that belong together, under one heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FormPage {
    /// Heading.
    pub title: Text,
    /// What is common to the questions, such as how to choose.
    pub hint: Option<Text>,
    /// The questions in order.
    pub questions: Vec<Question>,
}

impl Form {
    /// Reads a form; `file` names it in diagnostics.
    ///
    /// # Errors
    /// Every mistake found, with its place and remedy.
    pub fn read(file: &str, source: &str) -> Result<Self, Diagnostics> {
        let raw: raw::RawForm = read_yaml(file, source)?;
        let mistakes = lint::mistakes(&raw, file, source);
        if !mistakes.is_empty() {
            return Err(Diagnostics(mistakes));
        }
        let pages = raw.pages.into_iter().map(|page| FormPage {
            title: page.title.value,
            hint: page.hint,
            questions: page.questions.into_iter().map(|q| Question::from_raw(q, raw.visibility)).collect(),
        });
        let mut form = Self {
            id: raw.id.value,
            party: raw.party,
            title: raw.title.value,
            lead: raw.lead,
            why: raw.why,
            after: raw.after,
            minutes: raw.minutes,
            coach_reads_if: raw.coach_reads_if.map(|c| c.value),
            pages: pages.collect(),
            version: Fingerprint::of(b""),
        };
        // The version is what the form says, not how its file is laid out.
        form.version = Fingerprint::of(serde_json::to_vec(&form).unwrap_or_default());
        Ok(form)
    }

    /// The form's id, the name of its file.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Who answers it.
    #[must_use]
    pub fn party(&self) -> Party {
        self.party
    }

    /// Its heading.
    #[must_use]
    pub fn title(&self) -> &Text {
        &self.title
    }

    /// The sentence under the heading.
    #[must_use]
    pub fn lead(&self) -> &Text {
        &self.lead
    }

    /// Who asks and what for.
    #[must_use]
    pub fn why(&self) -> &Text {
        &self.why
    }

    /// What happens after sending, step by step.
    #[must_use]
    pub fn after(&self) -> &[Text] {
        &self.after
    }

    /// Minutes that answering takes.
    #[must_use]
    pub fn minutes(&self) -> u32 {
        self.minutes
    }

    /// The yes-no question that lets the coach read single answers.
    #[must_use]
    pub fn coach_reads_if(&self) -> Option<&str> {
        self.coach_reads_if.as_deref()
    }

    /// The groups of questions.
    #[must_use]
    pub fn pages(&self) -> &[FormPage] {
        &self.pages
    }

    /// All questions in order.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.pages.iter().flat_map(|p| &p.questions)
    }

    /// The question of that id.
    #[must_use]
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions().find(|q| q.id == id)
    }

    /// The fingerprint of everything the form says; a submission keeps it.
    #[must_use]
    pub fn version(&self) -> &Fingerprint {
        &self.version
    }
}

#[cfg(test)]
mod tests;
