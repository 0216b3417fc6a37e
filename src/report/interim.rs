//! The interim report: what the coach tells while the coaching goes on, section by section in the order of the closing
//! report's, as the form asked it. It is frozen as it was sent.

use super::FormUsed;
use super::feedback::words;
use crate::case::{CaseFile, CaseNumber};
use crate::form::{Form, Visibility};
use crate::instance::Instance;
use crate::submission::{Answers, not_asked};
use crate::text::{Fingerprint, Language};
use jiff::Timestamp;
use serde::Serialize;

/// The form of interim reports.
pub const INTERIM: &str = "interim-report";

/// A question of an interim report with its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InterimLine {
    /// Id of the question.
    pub id: String,
    /// What was asked.
    pub question: String,
    /// In words; `null` where it was not answered.
    pub answer: Option<String>,
}

/// A section of an interim report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InterimSection {
    /// Its title.
    pub title: String,
    /// What was asked in it.
    pub lines: Vec<InterimLine>,
}

/// An interim report as it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InterimReport {
    /// Its name, `2025-000123-i1`.
    pub name: String,
    /// The case.
    pub case: CaseNumber,
    /// The language of the labels.
    pub language: Language,
    /// Receives it.
    pub office: String,
    /// Writes it.
    pub provider: String,
    /// The coach, as a role or code.
    pub coach: String,
    /// Said on every page, for example that the data are synthetic.
    pub notice: Option<String>,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// The form that was answered.
    pub form: FormUsed,
    /// What it tells.
    pub sections: Vec<InterimSection>,
}

impl InterimReport {
    /// The `n`th interim report of a case, from what was answered to its form at that instant.
    #[must_use]
    pub fn of(
        case: &CaseFile,
        n: usize,
        (form, answers): (&Form, &Answers),
        instance: &Instance,
        language: Language,
        sent_at: Timestamp,
    ) -> Self {
        let opening = case.opening();
        let line = |q: &crate::form::Question| InterimLine {
            id: q.id.clone(),
            question: q.text.in_language(language).to_owned(),
            answer: answers.get(&q.id).map(|a| words(q, a, language)),
        };
        let told = |q: &&crate::form::Question| {
            q.asks() && Visibility::Report.is_within(q.visibility) && !not_asked(answers, &q.id)
        };
        let section = |page: &crate::form::FormPage| InterimSection {
            title: page.title.in_language(language).to_owned(),
            lines: page.questions.iter().filter(told).map(line).collect(),
        };
        Self {
            name: format!("{}-i{n}", case.number()),
            case: case.number(),
            language,
            office: super::sections::organisation(&instance.office, &opening.office, language),
            provider: instance.provider_name(&opening.provider, language).to_owned(),
            coach: opening.coach.clone(),
            notice: instance.notice.as_ref().map(|n| n.in_language(language).to_owned()),
            sent_at,
            form: FormUsed { id: form.id().to_owned(), version: form.version().as_str().to_owned() },
            sections: form.pages().iter().map(section).filter(|s| !s.lines.is_empty()).collect(),
        }
    }

    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// SHA-256 of it as JSON, in hexadecimal digits.
    #[must_use]
    pub fn sha256(&self) -> String {
        Fingerprint::of(self.to_json()).as_str().to_owned()
    }
}
