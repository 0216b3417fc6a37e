//! A question with everything that asking, reading and counting it needs.

use super::raw::{QuestionType, RawQuestion, Visibility};
use super::scale;
use crate::instance::Instance;
use crate::text::Text;
use serde::{Deserialize, Serialize};

/// One way to answer a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Code in answers and tables.
    pub code: String,
    /// What the respondent reads.
    pub label: Text,
    /// True when it stands outside the scale, such as "I can't say".
    pub apart: bool,
}

/// How a question is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// A number from `min` to `max` with at most so many decimals.
    Number {
        /// Smallest, in whole units.
        min: i64,
        /// Largest, in whole units.
        max: i64,
        /// Decimals allowed.
        decimals: u8,
    },
    /// A day.
    Date,
    /// Questions answered once for each item, at least `min` and at most `max` items.
    Group {
        /// Items that are always shown.
        min: usize,
        /// Most items.
        max: usize,
    },
}

/// A checked question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// What a number counts, such as hours.
    pub unit: Option<Text>,
    /// What one item of a group is called.
    pub item: Option<Text>,
    /// What the button says that adds an item.
    pub add: Option<Text>,
    /// The questions of a group.
    pub questions: Vec<Question>,
}

/// Largest number unless a question says otherwise.
pub(super) const LARGEST_NUMBER: i64 = 1_000_000;

/// Types whose answers fall into categories that can be counted.
pub(super) fn counts(kind: &Kind) -> bool {
    matches!(kind, Kind::One | Kind::Many | Kind::Agreement(_) | Kind::Grade | Kind::YesNo)
}

/// Longest free text unless a question says otherwise.
pub(super) const DEFAULT_TEXT_LENGTH: usize = 500;

impl Question {
    /// `raw` has passed the lints; what its form says for all questions is given in `form`.
    pub(super) fn from_raw(raw: RawQuestion, form: (Visibility, bool), instance: Option<&Instance>) -> Self {
        let (form_visibility, form_counted) = form;
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
            QuestionType::Number => {
                let (min, max) = (raw.min.map_or(0, |m| m.value), raw.max.map_or(LARGEST_NUMBER, |m| m.value));
                (Kind::Number { min, max, decimals: raw.decimals.map_or(0, |d| d.value) }, Vec::new())
            }
            QuestionType::Date => (Kind::Date, Vec::new()),
            QuestionType::Group => {
                let (min, max) = (raw.min_items.map_or(1, |m| m.value), raw.max_items.map_or(5, |m| m.value));
                (Kind::Group { min, max }, Vec::new())
            }
        };
        choices.extend(own);
        let list = raw.choices_from.as_ref().zip(instance).and_then(|(name, i)| i.dimension(&name.value));
        choices.extend(list.into_iter().flat_map(|d| &d.categories).map(|c| Choice {
            code: c.code.clone(),
            label: c.label.clone(),
            apart: false,
        }));
        let scaled = matches!(kind, Kind::One | Kind::Agreement(_) | Kind::Grade);
        if scaled && raw.dont_know.is_none_or(|d| d.value) {
            choices.push(scale::dont_know());
        }
        Self {
            id: raw.id.value,
            statistics: raw.statistics.unwrap_or(form_counted && counts(&kind)),
            kind,
            text: raw.text.value,
            hint: raw.hint,
            required: raw.required,
            visibility: raw.visibility.unwrap_or(form_visibility),
            choices,
            default: raw.default.map(|d| d.value),
            unit: raw.unit,
            item: raw.item,
            add: raw.add,
            questions: raw
                .questions
                .into_iter()
                .map(|q| Self::from_raw(q, (form_visibility, false), instance))
                .collect(),
        }
    }

    /// The name of a question of this group on its `n`th item, counted from 1.
    #[must_use]
    pub fn field(&self, n: usize, question: &str) -> String {
        format!("{}.{n}.{question}", self.id)
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
