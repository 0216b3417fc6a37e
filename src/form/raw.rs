//! A form as it stands in YAML, before it is understood. Its JSON Schema is drawn from these types.

use super::{Condition, NonAnswer, Subject, Test};
use crate::text::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_yaml::Spanned;

/// Who answers a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
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
    /// Client and coach; the officer what a report carries.
    Coach,
    /// Nobody: the answer is only counted.
    Statistics,
}

/// Somebody who may come to know a single answer, or several together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reader {
    Client,
    Coach,
    Officer,
    OfficerOfSeveral,
    Provider,
}

impl Visibility {
    fn readers(self) -> &'static [Reader] {
        use Reader::{Client, Coach, Officer, OfficerOfSeveral, Provider};
        match self {
            Self::Officer => &[Officer, OfficerOfSeveral],
            Self::Together => &[OfficerOfSeveral],
            Self::Provider => &[Provider],
            Self::Report => &[Client, Coach, Officer, OfficerOfSeveral],
            Self::Coach => &[Client, Coach],
            Self::Statistics => &[],
        }
    }

    /// True when everybody who reads answers of this visibility may read those of `other`, so that one may tell
    /// of the other.
    #[must_use]
    pub fn is_within(self, other: Self) -> bool {
        self.readers().iter().all(|reader| other.readers().contains(reader))
    }
}

/// When in a coaching a form is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Occasion {
    /// When it opens.
    Opening,
    /// While it goes on.
    During,
    /// When it has ended. What others than the coach are asked then is feedback.
    #[default]
    Closing,
    /// Months after it has ended.
    FollowUp,
    /// When the client reads the closing report, before it is sent.
    Reading,
}

/// Whether answers are taken in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Collect {
    /// They are stored.
    #[default]
    Store,
    /// The form is only printed; no answer to it can be made.
    Never,
}

/// How a form stands on screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Screen {
    /// One page after the other.
    Pages,
    /// Everything on one screen.
    One,
}

/// The type of a question as YAML writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
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
    /// A step of a scale with labelled ends.
    Scale,
    /// Free words.
    Text,
    /// Yes or no.
    YesNo,
    /// A number.
    Number,
    /// A day.
    Date,
    /// A month.
    Month,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// Questions that are answered once for each of several items.
    Group,
    /// No question: a text in Markdown.
    Information,
    /// A box that is ticked.
    Consent,
    /// A line to sign on paper.
    Signature,
}

/// A form of Palaute.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Form")]
pub(super) struct RawForm {
    /// The name of the file without .yaml: a-z, 0-9 and hyphens.
    #[schemars(with = "String")]
    pub(super) id: Spanned<String>,
    /// Who answers.
    #[serde(default)]
    #[schemars(with = "Option<Party>")]
    pub(super) party: Option<Spanned<Party>>,
    /// When it is asked; closing unless told.
    #[serde(default)]
    pub(super) occasion: Occasion,
    /// Whether answers are stored; a form that never is can only be printed.
    #[serde(default)]
    #[schemars(with = "Collect")]
    pub(super) collect: Option<Spanned<Collect>>,
    /// One page after the other, or everything on one screen.
    #[serde(default)]
    pub(super) screen: Option<Screen>,
    /// The heading.
    #[schemars(with = "Text")]
    pub(super) title: Spanned<Text>,
    /// The sentence under the heading.
    #[schemars(with = "Text")]
    pub(super) lead: Spanned<Text>,
    /// Who asks and what for.
    #[schemars(with = "Text")]
    pub(super) why: Spanned<Text>,
    /// What happens after sending, step by step.
    #[serde(default)]
    #[schemars(with = "Vec<Text>")]
    pub(super) after: Vec<Spanned<Text>>,
    /// Minutes that answering takes.
    pub(super) minutes: u32,
    /// Who reads single answers; the officer unless told.
    #[serde(default)]
    pub(super) visibility: Visibility,
    /// Whether choices are counted for publication.
    #[serde(default = "counted")]
    pub(super) statistics: bool,
    /// The yes-no question that lets the coach read the answers.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(super) coach_reads_if: Option<Spanned<String>>,
    /// The form whose questions this one asks again.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(super) pair_of: Option<Spanned<String>>,
    /// Whether the mean change from this form to the one that asks it again may be published. Of a pair, the first says it.
    #[serde(default)]
    pub(super) counts_change: bool,
    /// The pages in order.
    #[serde(default)]
    pub(super) pages: Vec<RawPage>,
}

/// A page of a form.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Page")]
pub(super) struct RawPage {
    /// The heading.
    #[schemars(with = "Text")]
    pub(super) title: Spanned<Text>,
    /// What is common to its questions.
    #[serde(default)]
    pub(super) hint: Option<Text>,
    /// When the page is asked.
    #[serde(default)]
    #[schemars(with = "Option<RawCondition>")]
    pub(super) ask_if: Option<Spanned<RawCondition>>,
    /// The questions in order.
    pub(super) questions: Vec<RawQuestion>,
}

/// A question.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Question")]
pub(super) struct RawQuestion {
    /// A letter, then a-z, 0-9 and _; unique among the forms of a party.
    #[schemars(with = "String")]
    pub(super) id: Spanned<String>,
    /// How it is answered.
    #[serde(rename = "type")]
    #[schemars(with = "QuestionType")]
    pub(super) kind: Spanned<QuestionType>,
    /// What is asked.
    #[schemars(with = "Text")]
    pub(super) text: Spanned<Text>,
    /// Help under the question.
    #[serde(default)]
    pub(super) hint: Option<Text>,
    /// The form cannot be sent without an answer.
    #[serde(default)]
    pub(super) required: bool,
    /// Who reads single answers, where it differs from the form.
    #[serde(default)]
    pub(super) visibility: Option<Visibility>,
    /// Whether it is counted, where it differs from the form.
    #[serde(default)]
    pub(super) statistics: Option<bool>,
    /// The indicator of indicators.yaml that it measures.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(super) indicator: Option<Spanned<String>>,
    /// True for health data: asked only where the installation says so.
    #[serde(default)]
    pub(super) health: bool,
    /// True when it is asked no longer; earlier answers are still counted.
    #[serde(default)]
    pub(super) retired: bool,
    /// When it is asked.
    #[serde(default)]
    #[schemars(with = "Option<RawCondition>")]
    pub(super) ask_if: Option<Spanned<RawCondition>>,
    /// What is filled in beforehand.
    #[serde(default)]
    #[schemars(with = "Option<RawPrefill>")]
    pub(super) prefill: Option<Spanned<RawPrefill>>,
    /// The choices of one and many; more ways to answer an agreement.
    #[serde(default)]
    #[schemars(with = "Vec<RawChoice>")]
    pub(super) choices: Vec<Spanned<RawChoice>>,
    /// A dimension of palaute.yaml whose categories are the choices.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(super) choices_from: Option<Spanned<String>>,
    /// Fewest choices of many.
    #[serde(default)]
    #[schemars(with = "Option<usize>")]
    pub(super) min_choices: Option<Spanned<usize>>,
    /// Most choices of many.
    #[serde(default)]
    #[schemars(with = "Option<usize>")]
    pub(super) max_choices: Option<Spanned<usize>>,
    /// Steps of an agreement, 3 or 5.
    #[serde(default)]
    #[schemars(with = "Option<u8>")]
    pub(super) steps: Option<Spanned<u8>>,
    /// Lowest step of a scale.
    #[serde(default)]
    #[schemars(with = "Option<i64>")]
    pub(super) from: Option<Spanned<i64>>,
    /// Highest step of a scale.
    #[serde(default)]
    #[schemars(with = "Option<i64>")]
    pub(super) to: Option<Spanned<i64>>,
    /// What the lowest step of a scale means.
    #[serde(default)]
    pub(super) low: Option<Text>,
    /// What the highest step of a scale means.
    #[serde(default)]
    pub(super) high: Option<Text>,
    /// Offers "I can't say"; one, agreement, grade and scale do unless false.
    #[serde(default)]
    #[schemars(with = "Option<bool>")]
    pub(super) dont_know: Option<Spanned<bool>>,
    /// Offers "does not concern me".
    #[serde(default)]
    #[schemars(with = "Option<bool>")]
    pub(super) not_applicable: Option<Spanned<bool>>,
    /// Offers "I would rather not say".
    #[serde(default)]
    #[schemars(with = "Option<bool>")]
    pub(super) rather_not_say: Option<Spanned<bool>>,
    /// Most characters of a text.
    #[serde(default)]
    #[schemars(with = "Option<usize>")]
    pub(super) max_length: Option<Spanned<usize>>,
    /// True for a text of one line.
    #[serde(default)]
    #[schemars(with = "Option<bool>")]
    pub(super) short: Option<Spanned<bool>>,
    /// The choice of a yes-no question made beforehand.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(super) default: Option<Spanned<String>>,
    /// Smallest number.
    #[serde(default)]
    #[schemars(with = "Option<i64>")]
    pub(super) min: Option<Spanned<i64>>,
    /// Largest number.
    #[serde(default)]
    #[schemars(with = "Option<i64>")]
    pub(super) max: Option<Spanned<i64>>,
    /// Decimals of a number, 0 to 2.
    #[serde(default)]
    #[schemars(with = "Option<u8>")]
    pub(super) decimals: Option<Spanned<u8>>,
    /// What a number counts.
    #[serde(default)]
    pub(super) unit: Option<Text>,
    /// Earliest day or month: 2025-01-31, today, coaching_started + 30 days.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(super) not_before: Option<Spanned<String>>,
    /// Latest day or month.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(super) not_after: Option<Spanned<String>>,
    /// What one item of a group is called.
    #[serde(default)]
    pub(super) item: Option<Text>,
    /// The button that adds an item.
    #[serde(default)]
    pub(super) add: Option<Text>,
    /// Items that are always shown.
    #[serde(default)]
    #[schemars(with = "Option<usize>")]
    pub(super) min_items: Option<Spanned<usize>>,
    /// Most items.
    #[serde(default)]
    #[schemars(with = "Option<usize>")]
    pub(super) max_items: Option<Spanned<usize>>,
    /// The questions of a group.
    #[serde(default)]
    pub(super) questions: Vec<RawQuestion>,
}

fn counted() -> bool {
    true
}

/// A way to answer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Choice")]
pub(super) struct RawChoice {
    /// The code that is stored and counted: a-z, 0-9 and _.
    pub(super) code: String,
    /// What the respondent reads.
    pub(super) label: Text,
    /// Set apart from the others; in many it excludes them.
    #[serde(default)]
    pub(super) apart: bool,
    /// Says that choosing it is no answer, and why.
    #[serde(default)]
    pub(super) non_answer: Option<NonAnswer>,
    /// Offered no longer.
    #[serde(default)]
    pub(super) retired: bool,
}

/// What is filled in beforehand: a field of the case, or the answer to a question of another form.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Prefill")]
pub(super) struct RawPrefill {
    /// A field of the case.
    #[serde(default)]
    pub(super) case: Option<String>,
    /// A form that was answered earlier on the same case.
    #[serde(default)]
    pub(super) form: Option<String>,
    /// The question of that form.
    #[serde(default)]
    pub(super) question: Option<String>,
}

/// A condition: one of all, any and not, or a question or case field with one test.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Condition")]
pub(super) struct RawCondition {
    /// All of these hold.
    #[serde(default)]
    pub(super) all: Option<Vec<RawCondition>>,
    /// One of these holds.
    #[serde(default)]
    pub(super) any: Option<Vec<RawCondition>>,
    /// This does not hold.
    #[serde(default)]
    pub(super) not: Option<Box<RawCondition>>,
    /// An earlier question.
    #[serde(default)]
    pub(super) question: Option<String>,
    /// A field of the case.
    #[serde(default)]
    pub(super) case: Option<String>,
    /// This code was chosen.
    #[serde(default)]
    pub(super) is: Option<String>,
    /// One of these codes was chosen.
    #[serde(default, rename = "in")]
    pub(super) one_of: Option<Vec<String>>,
    /// The number is at least this.
    #[serde(default)]
    pub(super) at_least: Option<i64>,
    /// There is an answer, or there is none.
    #[serde(default)]
    pub(super) answered: Option<bool>,
}

impl RawCondition {
    /// What it says; none when it says nothing or several things at once.
    pub(super) fn read(&self) -> Option<Condition> {
        let subject = match (&self.question, &self.case) {
            (Some(id), None) => Some(Subject::Question(id.clone())),
            (None, Some(field)) => Some(Subject::Case(field.clone())),
            (None, None) => None,
            (Some(_), Some(_)) => return None,
        };
        let mut tests = Vec::new();
        tests.extend(self.is.clone().map(Test::Is));
        tests.extend(self.one_of.clone().map(Test::In));
        tests.extend(self.at_least.map(Test::AtLeast));
        tests.extend(self.answered.map(Test::Answered));
        let of_all = |parts: &Vec<Self>| {
            (!parts.is_empty()).then(|| parts.iter().map(Self::read).collect::<Option<Vec<_>>>())?
        };
        match (&self.all, &self.any, &self.not, subject, tests.as_slice()) {
            (Some(parts), None, None, None, []) => of_all(parts).map(Condition::All),
            (None, Some(parts), None, None, []) => of_all(parts).map(Condition::Any),
            (None, None, Some(part), None, []) => part.read().map(|c| Condition::Not(Box::new(c))),
            (None, None, None, Some(subject), [test]) => Some(Condition::Of(subject, test.clone())),
            _ => None,
        }
    }
}
