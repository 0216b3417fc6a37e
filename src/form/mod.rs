//! The form model: what is asked, in which words, and who sees the answers.
//!
//! Enters: the text of a `forms/<id>.yaml`, of `indicators.yaml`. Leaves: a [`Form`] that every other room can
//! trust, with the fingerprint of its content as its version; warnings. Refuses: unknown keys, questions without Finnish
//! text, double ids, settings that a question's type does not have, conditions that cannot be read.

mod across;
mod asking;
mod cells;
mod circumstances;
mod condition;
mod day;
mod indicator;
mod lint;
mod own_keys;
mod places;
mod promise;
mod question;
mod raw;
mod reach;
mod scale;
mod schema;
mod set;
mod sheet;
mod texts;
mod translation;
mod versions;
mod wording;

pub use circumstances::{Circumstances, FIELDS, Field, FieldUse, Known};
pub use condition::{Condition, Found, Subject, Test};
pub use day::DayLimit;
pub use indicator::{Indicator, Indicators};
pub use question::{Choice, Kind, NonAnswer, Prefill, Question};
pub use raw::{Collect, Occasion, Party, QuestionType, Screen, Visibility};
pub(crate) use schema::drawn;
pub use schema::{indicators_schema, schema};
pub use set::{FormFile, FormSet};
pub use sheet::{TakenSheet, TranslatorSheet};
pub use versions::{Change, changes_of_meaning};

use crate::instance::Instance;
use crate::text::{Diagnostics, Fingerprint, Text};
use serde::{Deserialize, Serialize};

/// A checked form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    id: String,
    party: Party,
    #[serde(default)]
    occasion: Occasion,
    #[serde(default)]
    collect: Collect,
    #[serde(default)]
    screen: Option<Screen>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pair_of: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    counts_change: bool,
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
    /// When the page is asked; always unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask_if: Option<Condition>,
    /// The questions in order.
    pub questions: Vec<Question>,
}

impl Form {
    /// Reads a form that stands alone; `file` names it in diagnostics. The instance tells in which languages every text
    /// must be, lends its lists to `choices_from` and its names to texts; without one only Finnish is asked for.
    ///
    /// # Errors
    /// Every mistake found, with its place and remedy.
    pub fn read(file: &str, source: &str, instance: Option<&Instance>) -> Result<Self, Diagnostics> {
        let file = FormFile { file: file.to_owned(), source: source.to_owned(), translations: Vec::new() };
        let mut set = FormSet::read_among(&[file], instance, None, false);
        match set.forms.pop() {
            Some(form) => Ok(form),
            None => Err(Diagnostics(set.found)),
        }
    }

    /// `raw` has passed the lints; `pages` are its own or those of its pair.
    fn from_raw(raw: raw::RawForm, party: Party, pages: Vec<raw::RawPage>, instance: Option<&Instance>) -> Self {
        let of_all = (raw.visibility, raw.statistics);
        let question = |q| Question::from_raw(q, of_all, instance);
        let pages = pages.into_iter().map(|page| FormPage {
            title: page.title.value,
            hint: page.hint,
            ask_if: page.ask_if.and_then(|c| c.value.read()),
            questions: page.questions.into_iter().map(question).collect(),
        });
        let mut form = Self {
            id: raw.id.value,
            party,
            occasion: raw.occasion,
            collect: raw.collect.map(|c| c.value).unwrap_or_default(),
            screen: raw.screen,
            pair_of: raw.pair_of.map(|p| p.value),
            counts_change: raw.counts_change,
            title: raw.title.value,
            lead: raw.lead.value,
            why: raw.why.value,
            after: raw.after.into_iter().map(|step| step.value).collect(),
            minutes: raw.minutes,
            coach_reads_if: raw.coach_reads_if.map(|c| c.value),
            pages: pages.collect(),
            version: no_version(),
        };
        form.leave_out_health(instance);
        form.version = form.own_version();
        // Names of the instance are no part of what an authority's form says: its version is the same everywhere.
        instance.map_or_else(|| form.clone(), |i| form.map_texts(&|text| i.told(text)))
    }

    /// Health data is asked for only where the instance says so, or on paper that nobody keeps.
    fn leave_out_health(&mut self, instance: Option<&Instance>) {
        if self.collect == Collect::Never || instance.is_none_or(|i| i.health_questions) {
            return;
        }
        for q in self.pages.iter_mut().flat_map(|p| &mut p.questions) {
            q.retired |= q.health;
            for inner in &mut q.questions {
                inner.retired |= inner.health;
            }
        }
    }

    /// The form that was kept as JSON when it was answered.
    ///
    /// # Errors
    /// When the JSON is no form.
    pub fn from_stored(json: &str) -> Result<Self, serde_json::Error> {
        let mut form: Self = serde_json::from_str(json)?;
        let kept: Kept = serde_json::from_str(json)?;
        form.version = kept.version.unwrap_or_else(|| form.own_version());
        Ok(form)
    }

    /// The form as JSON to be kept with its answers.
    #[must_use]
    pub fn to_stored(&self) -> String {
        let mut json = serde_json::to_value(self).unwrap_or_default();
        json["version"] = self.version.as_str().into();
        json.to_string()
    }

    /// The version is what the form says, not how its file is laid out.
    fn own_version(&self) -> Fingerprint {
        Fingerprint::of(serde_json::to_vec(self).unwrap_or_default())
    }

    /// The fingerprint of what answers mean, whatever words ask for them: ids, types, codes, conditions,
    /// visibility and what is counted. Two versions of one meaning can be counted together.
    #[must_use]
    pub fn meaning(&self) -> Fingerprint {
        self.map_texts(&|_| Text::default()).own_version()
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

    /// When it is asked.
    #[must_use]
    pub fn occasion(&self) -> Occasion {
        self.occasion
    }

    /// True when what is answered is feedback on a coaching that has ended: it counts as a response and
    /// stands in the officer's annex.
    #[must_use]
    pub fn is_feedback(&self) -> bool {
        self.occasion == Occasion::Closing && self.party != Party::Coach
    }

    /// True for the coach's part of a closing report.
    #[must_use]
    pub fn is_closing_report(&self) -> bool {
        self.occasion == Occasion::Closing && self.party == Party::Coach
    }

    /// True when it is what the client says of the closing report, which stands behind the same link.
    #[must_use]
    pub fn is_reading(&self) -> bool {
        self.occasion == Occasion::Reading && self.party == Party::Client
    }

    /// Whether answers are taken in.
    #[must_use]
    pub fn collect(&self) -> Collect {
        self.collect
    }

    /// How it stands on screens: page by page unless a coach fills it in.
    #[must_use]
    pub fn screen(&self) -> Screen {
        self.screen.unwrap_or(if self.party == Party::Coach { Screen::One } else { Screen::Pages })
    }

    /// The form whose questions it asks again.
    #[must_use]
    pub fn pair_of(&self) -> Option<&str> {
        self.pair_of.as_deref()
    }

    /// True when respondents were told that the mean change between the two forms of the pair is published.
    #[must_use]
    pub fn counts_change(&self) -> bool {
        self.counts_change
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

    /// True when a condition of its own or of its page can keep the question from being asked.
    #[must_use]
    pub fn is_conditional(&self, id: &str) -> bool {
        let on_page = |p: &&FormPage| p.questions.iter().any(|q| q.id == id);
        self.pages.iter().find(on_page).is_some_and(|p| p.ask_if.is_some())
            || self.question(id).is_some_and(|q| q.ask_if.is_some())
    }

    /// Every question on whose answer it hangs whether this one is asked, also by way of others.
    #[must_use]
    pub fn hangs_on(&self, id: &str) -> std::collections::BTreeSet<String> {
        let mut found = std::collections::BTreeSet::new();
        let mut next = vec![id.to_owned()];
        while let Some(id) = next.pop() {
            let page = self.pages.iter().find(|p| p.questions.iter().any(|q| q.id == id));
            let own = self.question(&id).and_then(|q| q.ask_if.as_ref());
            for condition in page.and_then(|p| p.ask_if.as_ref()).into_iter().chain(own) {
                for (subject, _) in condition.tests() {
                    if let Subject::Question(other) = subject
                        && found.insert(other.clone())
                    {
                        next.push(other.clone());
                    }
                }
            }
        }
        found
    }

    /// What is chosen before anybody has answered: code by question id.
    pub fn defaults(&self) -> impl Iterator<Item = (&str, &str)> {
        self.questions().filter(|q| q.on_web()).filter_map(|q| Some((q.id.as_str(), q.default.as_deref()?)))
    }

    /// The fingerprint of everything the form says; a submission keeps it.
    #[must_use]
    pub fn version(&self) -> &Fingerprint {
        &self.version
    }
}

/// What is kept beside a stored form.
#[derive(Deserialize)]
struct Kept {
    version: Option<Fingerprint>,
}

#[cfg(test)]
mod tests;
