//! A question with everything that asking, reading and counting it needs.

use super::raw::{QuestionType, RawPrefill, RawQuestion, Visibility};
use super::{Circumstances, Condition, DayLimit, promise, scale};
use crate::instance::Instance;
use crate::text::Text;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why there is no answer, said by the respondent. Statistics keep it apart from no answer at all and
/// from a question that was not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NonAnswer {
    /// The respondent cannot say.
    DontKnow,
    /// The question does not concern the respondent.
    NotApplicable,
    /// The respondent does not want to say.
    RatherNotSay,
}

impl NonAnswer {
    /// The one that a shared code says.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        match code {
            "dont_know" => Some(Self::DontKnow),
            "not_applicable" => Some(Self::NotApplicable),
            "rather_not_say" => Some(Self::RatherNotSay),
            _ => None,
        }
    }
}

/// What is filled in beforehand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Prefill {
    /// A field of the case.
    Case(String),
    /// The answer to a question of a form that was answered earlier on the same case.
    Form {
        /// The form.
        form: String,
        /// The question.
        question: String,
    },
}

/// One way to answer a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Code in answers and tables.
    pub code: String,
    /// What the respondent reads.
    pub label: Text,
    /// True when it stands outside the scale, such as "I can't say".
    pub apart: bool,
    /// Set when choosing it is no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub non_answer: Option<NonAnswer>,
    /// True when it is offered no longer; earlier answers keep it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub retired: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_false(b: &bool) -> bool {
    !b
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
    /// A step of a scale; its choices are the steps, named by their numbers.
    Scale {
        /// The lowest.
        from: i64,
        /// The highest.
        to: i64,
    },
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
    /// A month, kept as its first day.
    Month,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// No question: a text in Markdown between the questions.
    Information,
    /// A box that is ticked.
    Consent,
    /// A line to sign on paper; the web does not show it.
    Signature,
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
    /// When it is asked; always unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask_if: Option<Condition>,
    /// The indicator that it measures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indicator: Option<String>,
    /// True for health data.
    #[serde(default, skip_serializing_if = "is_false")]
    pub health: bool,
    /// True when it is asked no longer; earlier answers are still counted and shown.
    #[serde(default, skip_serializing_if = "is_false")]
    pub retired: bool,
    /// What is filled in beforehand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefill: Option<Prefill>,
    /// Fewest and most choices of a `many`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choose: Option<(usize, usize)>,
    /// True for words of one line.
    #[serde(default, skip_serializing_if = "is_false")]
    pub short: bool,
    /// Earliest day or month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<DayLimit>,
    /// Latest day or month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<DayLimit>,
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

/// Longest free text unless a question says otherwise.
pub(super) const DEFAULT_TEXT_LENGTH: usize = 500;

impl Question {
    /// `raw` has passed the lints; what its form says for all questions is given in `form`.
    pub(super) fn from_raw(raw: RawQuestion, form: (Visibility, bool), instance: Option<&Instance>) -> Self {
        let (form_visibility, form_counted) = form;
        let countable = promise::countable(raw.kind.value);
        let own = raw.choices.into_iter().map(|c| Choice {
            apart: c.value.apart || c.value.non_answer.is_some(),
            label: c.value.label,
            // The shared codes say it themselves, also where a choice is only set apart.
            non_answer: c.value.non_answer.or_else(|| NonAnswer::of_code(&c.value.code).filter(|_| c.value.apart)),
            code: c.value.code,
            retired: c.value.retired,
        });
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
            QuestionType::Scale => {
                let (from, to) = (raw.from.map_or(0, |n| n.value), raw.to.map_or(10, |n| n.value));
                (Kind::Scale { from, to }, scale::steps(from, to, raw.low.as_ref(), raw.high.as_ref()))
            }
            QuestionType::Date => (Kind::Date, Vec::new()),
            QuestionType::Month => (Kind::Month, Vec::new()),
            QuestionType::Email => (Kind::Email, Vec::new()),
            QuestionType::Phone => (Kind::Phone, Vec::new()),
            QuestionType::Information => (Kind::Information, Vec::new()),
            QuestionType::Consent => (Kind::Consent, scale::given()),
            QuestionType::Signature => (Kind::Signature, Vec::new()),
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
            non_answer: None,
            retired: false,
        }));
        let scaled = matches!(kind, Kind::One | Kind::Agreement(_) | Kind::Grade | Kind::Scale { .. });
        let ways_out = [
            (NonAnswer::NotApplicable, raw.not_applicable.is_some_and(|n| n.value)),
            (NonAnswer::DontKnow, raw.dont_know.map_or(scaled, |d| d.value)),
            (NonAnswer::RatherNotSay, raw.rather_not_say.is_some_and(|n| n.value)),
        ];
        choices.extend(ways_out.into_iter().filter(|(_, offered)| *offered).map(|(way, _)| scale::non_answer(way)));
        let limit = |text: Option<serde_yaml::Spanned<String>>| text.and_then(|t| DayLimit::read(&t.value));
        let least = raw.min_choices.as_ref().map(|n| n.value);
        let most = raw.max_choices.as_ref().map(|n| n.value);
        let choose = (least.is_some() || most.is_some()).then(|| (least.unwrap_or(0), most.unwrap_or(choices.len())));
        Self {
            id: raw.id.value,
            statistics: raw.statistics.unwrap_or(form_counted && countable),
            kind,
            text: raw.text.value,
            hint: raw.hint,
            required: raw.required,
            visibility: raw.visibility.unwrap_or(form_visibility),
            choices,
            default: raw.default.map(|d| d.value),
            ask_if: raw.ask_if.and_then(|c| c.value.read()),
            indicator: raw.indicator.map(|i| i.value),
            health: raw.health,
            retired: raw.retired,
            prefill: raw.prefill.and_then(|p| match p.value {
                RawPrefill { case: Some(field), form: None, question: None } => Some(Prefill::Case(field)),
                RawPrefill { case: None, form: Some(form), question: Some(question) } => {
                    Some(Prefill::Form { form, question })
                }
                _ => None,
            }),
            choose,
            short: raw.short.is_some_and(|s| s.value),
            not_before: limit(raw.not_before),
            not_after: limit(raw.not_after),
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

    /// True when the web asks it or shows it: it is not retired and no line to sign on paper.
    #[must_use]
    pub fn on_web(&self) -> bool {
        !self.retired && self.kind != Kind::Signature
    }

    /// True when it can be answered at all.
    #[must_use]
    pub fn asks(&self) -> bool {
        !matches!(self.kind, Kind::Information | Kind::Signature)
    }

    /// The choices that are offered now.
    pub fn offered(&self) -> impl Iterator<Item = &Choice> {
        self.choices.iter().filter(|c| !c.retired)
    }

    /// The earliest and the latest day that may be answered, where they are known.
    #[must_use]
    pub fn days(&self, circumstances: &Circumstances) -> (Option<Date>, Option<Date>) {
        let on = |limit: Option<&DayLimit>| limit.and_then(|l| l.on(circumstances));
        (on(self.not_before.as_ref()), on(self.not_after.as_ref()))
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
