//! A question with everything that asking, reading and counting it needs.

use super::raw::{QuestionType, RawQuestion, Visibility};
use super::scale;
use crate::text::Text;
use serde::Serialize;

/// One way to answer a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// Code in answers and tables.
    pub code: String,
    /// What the respondent reads.
    pub label: Text,
    /// True when it stands outside the scale, such as "I can't say".
    pub apart: bool,
}

/// How a question is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// One of the choices.
    One,
    /// Any number of the choices.
    Many,
    /// Agreement in that many steps, 3 or 5.
    Agreement(u8),
    /// A grade from 1 to 5.
    Grade,
    /// Free words of at most that many characters.
    Text(usize),
    /// Yes or no.
    YesNo,
}

/// A checked question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Question {
    /// Its id, unique in the form, in answers and tables.
    pub id: String,
    /// How it is answered.
    pub kind: Kind,
    /// What is asked.
    pub text: Text,
    /// Help under the question.
    pub hint: Option<Text>,
    /// True when the form cannot be sent without an answer.
    pub required: bool,
    /// Who sees single answers.
    pub visibility: Visibility,
    /// True when answers are counted for publication.
    pub statistics: bool,
    /// The choices in order; none for text.
    pub choices: Vec<Choice>,
    /// The choice made beforehand.
    pub default: Option<String>,
}

/// Longest free text unless a question says otherwise.
const DEFAULT_TEXT_LENGTH: usize = 500;

impl Question {
    pub(super) fn from_raw(raw: RawQuestion, form_visibility: Visibility) -> Self {
        let own =
            raw.choices.into_iter().map(|c| Choice { code: c.value.code, label: c.value.label, apart: c.value.apart });
        let (kind, mut choices) = match raw.kind.value {
            QuestionType::One => (Kind::One, Vec::new()),
            QuestionType::Many => (Kind::Many, Vec::new()),
            QuestionType::Agreement => {
                let steps = raw.steps.map_or(5, |s| s.value);
                (Kind::Agreement(steps), scale::agreement(steps))
            }
            QuestionType::Grade => (Kind::Grade, scale::grade()),
            QuestionType::Text => (Kind::Text(raw.max_length.map_or(DEFAULT_TEXT_LENGTH, |m| m.value)), Vec::new()),
            QuestionType::YesNo => (Kind::YesNo, scale::yes_no()),
        };
        choices.extend(own);
        let scaled = matches!(kind, Kind::One | Kind::Agreement(_) | Kind::Grade);
        if scaled && raw.dont_know.is_none_or(|d| d.value) {
            choices.push(scale::dont_know());
        }
        Self {
            id: raw.id.value,
            statistics: raw.statistics.unwrap_or(!matches!(kind, Kind::Text(_))),
            kind,
            text: raw.text.value,
            hint: raw.hint,
            required: raw.required,
            visibility: raw.visibility.unwrap_or(form_visibility),
            choices,
            default: raw.default.map(|d| d.value),
        }
    }

    /// The choice of that code.
    #[must_use]
    pub fn choice(&self, code: &str) -> Option<&Choice> {
        self.choices.iter().find(|c| c.code == code)
    }

    /// The place of a code among the choices, which facts store.
    #[must_use]
    pub fn place(&self, code: &str) -> Option<i64> {
        self.choices.iter().position(|c| c.code == code).and_then(|i| i64::try_from(i).ok())
    }
}
