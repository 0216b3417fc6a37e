//! What `statistics.yaml` can say.

use super::Areas;
use super::dimensions::OUTCOME;
use crate::instance::Instance;
use crate::text::{Messages, Text};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_yaml::Spanned;
use std::collections::BTreeMap;

/// Which cases a table counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Population {
    /// Cases whose coaching has started, by the day of the start.
    Started,
    /// Cases whose coaching has ended, by the day of the end.
    Closed,
}

/// Which days a table covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// The days of one cohort: no person is in two of them.
    #[default]
    Cohort,
    /// Everything so far, again in each release.
    Cumulative,
    /// The last twelve months, again in each release.
    Rolling,
}

/// What a table tells of its people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// How many.
    #[default]
    Count,
    /// Months from becoming a client to the coaching: people, mean, shortest, longest.
    MonthsBefore,
    /// Months from becoming a client to the end: people, mean.
    MonthsTotal,
    /// Work trials and people with one.
    WorkTrials,
    /// Coaching hours: people, sum, mean.
    Hours,
}

/// How long a cohort is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// A calendar month.
    Month,
    /// A quarter.
    Quarter,
    /// January to June, July to December.
    #[default]
    HalfYear,
    /// A calendar year.
    Year,
}

/// How time is cut. A cohort with fewer people than the threshold is merged into the next.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cohorts {
    /// Last days of the first cohorts, where they follow no calendar, such as the end of a pilot.
    #[serde(default)]
    #[schemars(with = "Vec<Date>")]
    pub ends: Vec<Spanned<Date>>,
    /// How long the cohorts after them are.
    #[serde(default)]
    pub every: Every,
}

/// A table of cases.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TableSpec {
    /// Its id, also its address: a-z, 0-9 and -.
    #[schemars(with = "String")]
    pub id: Spanned<String>,
    /// What it is about; the tables that the program knows have their titles.
    #[serde(default)]
    pub title: Option<Text>,
    /// How its figures are to be understood.
    #[serde(default)]
    pub definition: Option<Text>,
    /// Where its figures come from, if not from where those of palaute.yaml do.
    #[serde(default)]
    pub source: Option<Text>,
    /// Whom it counts.
    pub population: Population,
    /// Which days it covers.
    #[serde(default)]
    #[schemars(with = "Window")]
    pub window: Option<Spanned<Window>>,
    /// What it is broken down by, at most two: dimensions of palaute.yaml, or `municipality`, `employment_area`, `region`.
    /// Without any it tells of everybody.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub by: Vec<Spanned<String>>,
    /// What it tells.
    #[serde(default)]
    pub measure: Measure,
    /// False only where a small count tells nothing about a person; else what its dimensions say.
    #[serde(default)]
    #[schemars(with = "Option<bool>")]
    pub sensitive: Option<Spanned<bool>>,
    /// Its turn among those of as many dimensions, 1 first; the order of the file unless told.
    #[serde(default)]
    pub priority: Option<u32>,
}

/// Tables of the answers to a form: one for each question with statistics.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswersSpec {
    /// The form.
    #[schemars(with = "String")]
    pub form: Spanned<String>,
    /// Questions that are left out.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub without: Vec<Spanned<String>>,
}

/// A share of those who answered a question, ways out such as "I don't know" not counted.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerShare {
    /// The form.
    #[schemars(with = "String")]
    pub form: Spanned<String>,
    /// The question.
    #[schemars(with = "String")]
    pub question: Spanned<String>,
    /// The answers that count.
    #[schemars(with = "Vec<String>")]
    pub codes: Vec<Spanned<String>>,
    /// True when whoever a condition spared the question is among those of whom it is a share, such as people out of
    /// work who are not asked about their work.
    #[serde(default)]
    pub of_all: bool,
    /// True to tell also what it would be if all who did not answer were out, and in.
    #[serde(default)]
    pub bounds: bool,
}

/// A question with grades.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GradeOf {
    /// The form.
    #[schemars(with = "String")]
    pub form: Spanned<String>,
    /// The question.
    #[schemars(with = "String")]
    pub question: Spanned<String>,
}

/// An indicator: exactly one of `cases`, `answers`, `grade`, `response`, `measure`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IndicatorSpec {
    /// Its id, such as `job_entry`.
    #[schemars(with = "String")]
    pub id: Spanned<String>,
    /// What it is called; those of the program have their titles.
    #[serde(default)]
    pub title: Option<Text>,
    /// How it is to be understood.
    #[serde(default)]
    pub definition: Option<Text>,
    /// Where its figures come from, if not from where those of palaute.yaml do.
    #[serde(default)]
    pub source: Option<Text>,
    /// Closed cases with these codes of these dimensions, of all closed cases.
    #[serde(default)]
    #[schemars(with = "Option<BTreeMap<String, Vec<String>>>")]
    pub cases: Option<BTreeMap<String, Vec<Spanned<String>>>>,
    /// A share of answers.
    #[serde(default)]
    pub answers: Option<AnswerShare>,
    /// Grades: mean, share of the two best.
    #[serde(default)]
    pub grade: Option<GradeOf>,
    /// The party whose answered of invited it tells.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub response: Option<Spanned<String>>,
    /// What the program measures by itself: `time_to_placement`, `hours_per_case`, `work_trials`,
    /// `self_assessment_change`.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub measure: Option<Spanned<String>>,
}

/// The fair comparison of providers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComparisonSpec {
    /// The outcomes that are looked for.
    #[schemars(with = "Vec<String>")]
    pub outcomes: Vec<Spanned<String>>,
    /// The dimensions that make the strata, at most four; the unemployment of the client's area is added where it is known.
    #[schemars(with = "Vec<String>")]
    pub strata: Vec<Spanned<String>>,
    /// Where its figures come from, if not from where those of palaute.yaml do.
    #[serde(default)]
    pub source: Option<Text>,
}

/// `statistics.yaml`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Statistics {
    /// How time is cut.
    #[serde(default)]
    pub cohorts: Cohorts,
    /// Tables of cases, the most important first.
    #[schemars(with = "Vec<TableSpec>")]
    pub tables: Vec<Spanned<TableSpec>>,
    /// Forms whose answers are published.
    #[serde(default)]
    pub answers: Vec<AnswersSpec>,
    /// Indicators.
    #[serde(default)]
    #[schemars(with = "Vec<IndicatorSpec>")]
    pub indicators: Vec<Spanned<IndicatorSpec>>,
    /// Combinations of codes that cannot be, each a map of dimensions to a code: nobody learns anything from their zeros.
    #[serde(default)]
    #[schemars(with = "Vec<BTreeMap<String, String>>")]
    pub structural_zeros: Vec<Spanned<BTreeMap<String, String>>>,
    /// The fair comparison; none without it.
    #[serde(default)]
    pub comparison: Option<ComparisonSpec>,
    /// The areas; they stand in `areas.yaml`.
    #[serde(skip)]
    #[schemars(skip)]
    pub areas: Option<Areas>,
}

impl TableSpec {
    /// What it is about.
    #[must_use]
    pub fn title(&self) -> Text {
        self.title.clone().unwrap_or_else(|| Messages::text(&format!("table.{}.title", self.key())))
    }

    /// How its figures are to be understood.
    #[must_use]
    pub fn definition(&self) -> Text {
        self.definition.clone().unwrap_or_else(|| Messages::text(&format!("table.{}.definition", self.key())))
    }

    fn key(&self) -> String {
        self.id.value.replace('-', "_")
    }

    /// The ids of what it is broken down by.
    pub fn dimensions(&self) -> impl Iterator<Item = &str> {
        self.by.iter().map(|d| d.value.as_str())
    }

    /// Which days it covers: those of one cohort unless told.
    #[must_use]
    pub fn window(&self) -> Window {
        self.window.as_ref().map(|w| w.value).unwrap_or_default()
    }

    /// True when a small count of it could tell something about a person: always if one of its dimensions is sensitive,
    /// if it tells outcomes or where people live, or if it measures something.
    #[must_use]
    pub fn is_sensitive(&self, instance: &Instance) -> bool {
        self.sensitive.as_ref().is_some_and(|s| s.value)
            || self.measure != Measure::Count
            || self.dimensions().any(|id| id == OUTCOME || instance.dimension(id).is_none_or(|d| d.sensitive))
    }
}

impl IndicatorSpec {
    /// What it is called.
    #[must_use]
    pub fn title(&self) -> Text {
        self.title.clone().unwrap_or_else(|| Messages::text(&format!("indicator.{}.title", self.id.value)))
    }

    /// How it is to be understood.
    #[must_use]
    pub fn definition(&self) -> Text {
        self.definition.clone().unwrap_or_else(|| Messages::text(&format!("indicator.{}.definition", self.id.value)))
    }
}

impl Cohorts {
    /// True when the day can be the last of a cohort.
    #[must_use]
    pub fn is_end(&self, day: Date) -> bool {
        self.ends.iter().any(|end| end.value == day)
            || (self.ends.last().is_none_or(|last| last.value < day) && self.every.ends_on(day))
    }
}

impl Every {
    /// True when the day is the last of such a period.
    #[must_use]
    pub fn ends_on(self, day: Date) -> bool {
        let months: i8 = match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::HalfYear => 6,
            Self::Year => 12,
        };
        day == day.last_of_month() && day.month() % months == 0
    }
}
