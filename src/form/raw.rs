//! A form as it stands in YAML, before it is understood.

use crate::text::Text;
use serde::{Deserialize, Serialize};
use serde_yaml::Spanned;

/// Who answers a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Party {
    /// The job seeker.
    Client,
    /// The employer.
    Employer,
    /// The workplace community.
    Community,
    /// The officer, on a received report.
    Purchaser,
    /// The coach.
    Coach,
}

impl Party {
    /// Code in data and in the catalogue's keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Employer => "employer",
            Self::Community => "community",
            Self::Purchaser => "purchaser",
            Self::Coach => "coach",
        }
    }
}

/// Who sees the single answers to a question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// The officer of the case, and the coach where the respondent allows it.
    #[default]
    Officer,
    /// Nobody as single answers: the officer sees them together once three have answered.
    Together,
    /// The provider, whose report was received.
    Provider,
    /// Client, coach and officer: the answer is written into the report.
    Report,
    /// Nobody: the answer is only counted.
    Statistics,
}

/// The type of a question as YAML writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QuestionType {
    /// One of the choices.
    One,
    /// Any number of the choices.
    Many,
    /// How far the respondent agrees, in three or five steps.
    Agreement,
    /// A grade from 1 to 5.
    Grade,
    /// Free words.
    Text,
    /// Yes or no.
    YesNo,
    /// A number.
    Number,
    /// A day.
    Date,
    /// Questions that are answered once for each of several items.
    Group,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawForm {
    pub(super) id: Spanned<String>,
    pub(super) party: Party,
    pub(super) title: Spanned<Text>,
    pub(super) lead: Text,
    pub(super) why: Text,
    #[serde(default)]
    pub(super) after: Vec<Text>,
    pub(super) minutes: u32,
    #[serde(default)]
    pub(super) visibility: Visibility,
    #[serde(default = "counted")]
    pub(super) statistics: bool,
    #[serde(default)]
    pub(super) coach_reads_if: Option<Spanned<String>>,
    pub(super) pages: Vec<RawPage>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPage {
    pub(super) title: Spanned<Text>,
    #[serde(default)]
    pub(super) hint: Option<Text>,
    pub(super) questions: Vec<RawQuestion>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawQuestion {
    pub(super) id: Spanned<String>,
    #[serde(rename = "type")]
    pub(super) kind: Spanned<QuestionType>,
    pub(super) text: Spanned<Text>,
    #[serde(default)]
    pub(super) hint: Option<Text>,
    #[serde(default)]
    pub(super) required: bool,
    #[serde(default)]
    pub(super) visibility: Option<Visibility>,
    #[serde(default)]
    pub(super) statistics: Option<bool>,
    #[serde(default)]
    pub(super) choices: Vec<Spanned<RawChoice>>,
    #[serde(default)]
    pub(super) steps: Option<Spanned<u8>>,
    #[serde(default)]
    pub(super) dont_know: Option<Spanned<bool>>,
    #[serde(default)]
    pub(super) max_length: Option<Spanned<usize>>,
    #[serde(default)]
    pub(super) default: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) choices_from: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) min: Option<Spanned<i64>>,
    #[serde(default)]
    pub(super) max: Option<Spanned<i64>>,
    #[serde(default)]
    pub(super) decimals: Option<Spanned<u8>>,
    #[serde(default)]
    pub(super) unit: Option<Text>,
    #[serde(default)]
    pub(super) item: Option<Text>,
    #[serde(default)]
    pub(super) add: Option<Text>,
    #[serde(default)]
    pub(super) min_items: Option<Spanned<usize>>,
    #[serde(default)]
    pub(super) max_items: Option<Spanned<usize>>,
    #[serde(default)]
    pub(super) questions: Vec<RawQuestion>,
}

fn counted() -> bool {
    true
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawChoice {
    pub(super) code: String,
    pub(super) label: Text,
    #[serde(default)]
    pub(super) apart: bool,
}
