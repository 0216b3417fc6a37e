//! The form model: what is asked, in which words, and who sees the answers.
//!
//! Enters: the text of a `forms/<id>.yaml`. Leaves: a [`Form`] that every other room can trust, with
//! the fingerprint of its content as its version. Refuses: unknown keys, questions without Finnish
//! text, double ids, settings that a question's type does not have.

mod lint;
mod promise;
mod question;
mod raw;
mod scale;

pub use question::{Choice, Kind, Question};
pub use raw::{Party, QuestionType, Visibility};

use crate::instance::Instance;
use crate::text::{Diagnostics, Fingerprint, Text, read_yaml};
use serde::{Deserialize, Serialize};

/// A checked form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    #[serde(skip, default = "no_version")]
    version: Fingerprint,
}

fn no_version() -> Fingerprint {
    Fingerprint::of(b"")
}

/// Questions that belong together, under one heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormPage {
    /// Heading.
    pub title: Text,
    /// What is common to the questions, such as how to choose.
    pub hint: Option<Text>,
    /// The questions in order.
    pub questions: Vec<Question>,
}

impl Form {
    /// Reads a form; `file` names it in diagnostics. The instance tells in which languages every text
    /// must be and lends its lists to `choices_from` and its cap to `{hour_cap}` in a text; without one only Finnish is asked for.
    ///
    /// # Errors
    /// Every mistake found, with its place and remedy.
    pub fn read(file: &str, source: &str, instance: Option<&Instance>) -> Result<Self, Diagnostics> {
        let cap = instance.map_or(String::new(), |i| i.hour_cap.to_string());
        let source = &source.replace("{hour_cap}", &cap);
        let raw: raw::RawForm = read_yaml(file, source)?;
        let mistakes = lint::mistakes(&raw, file, source, instance);
        if !mistakes.is_empty() {
            return Err(Diagnostics(mistakes));
        }
        let of_all = (raw.visibility, raw.statistics);
        let pages = raw.pages.into_iter().map(|page| FormPage {
            title: page.title.value,
            hint: page.hint,
            questions: page.questions.into_iter().map(|q| Question::from_raw(q, of_all, instance)).collect(),
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
            version: no_version(),
        };
        form.version = form.own_version();
        Ok(form)
    }

    /// The form that was kept as JSON when it was answered.
    ///
    /// # Errors
    /// When the JSON is no form.
    pub fn from_stored(json: &str) -> Result<Self, serde_json::Error> {
        let mut form: Self = serde_json::from_str(json)?;
        form.version = form.own_version();
        Ok(form)
    }

    /// The version is what the form says, not how its file is laid out.
    fn own_version(&self) -> Fingerprint {
        Fingerprint::of(serde_json::to_vec(self).unwrap_or_default())
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

    /// The question of that id; questions of a group are found by it, too.
    #[must_use]
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions().flat_map(|q| std::iter::once(q).chain(&q.questions)).find(|q| q.id == id)
    }

    /// The question behind the name of a field: an id, or `group.n.id` for an item of a group.
    #[must_use]
    pub fn asked(&self, field: &str) -> Option<&Question> {
        let parts: Vec<&str> = field.split('.').collect();
        match parts.as_slice() {
            [id] => self.questions().find(|q| q.id == *id),
            [group, n, id] if n.parse::<usize>().is_ok_and(|n| n > 0) => {
                self.questions().find(|q| q.id == *group)?.questions.iter().find(|q| q.id == *id)
            }
            _ => None,
        }
    }

    /// Where the question behind the name of a field stands in the form, items by their number; an unknown
    /// field stands last.
    #[must_use]
    pub fn place(&self, field: &str) -> (usize, usize, usize) {
        let mut parts = field.split('.');
        let root = parts.next().unwrap_or_default();
        let Some((at, question)) = self.questions().enumerate().find(|(_, q)| q.id == root) else {
            return (usize::MAX, 0, 0);
        };
        let item = parts.next().and_then(|n| n.parse().ok()).unwrap_or(0);
        let inner = parts.next().and_then(|id| question.questions.iter().position(|q| q.id == id));
        (at, item, inner.unwrap_or(0))
    }

    /// What is chosen before anybody has answered: code by question id.
    pub fn defaults(&self) -> impl Iterator<Item = (&str, &str)> {
        self.questions().filter_map(|q| Some((q.id.as_str(), q.default.as_deref()?)))
    }

    /// The fingerprint of everything the form says; a submission keeps it.
    #[must_use]
    pub fn version(&self) -> &Fingerprint {
        &self.version
    }
}

#[cfg(test)]
mod tests;
