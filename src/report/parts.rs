//! The six sections of the coach's part.

use super::Summary;
use super::schema::{case_number, language, party};
use crate::case::CaseNumber;
use crate::form::Party;
use crate::text::Language;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A category as a report tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Coded {
    /// Code in data, the same in every language.
    pub code: String,
    /// What readers see, in the report's language.
    pub label: String,
}

/// Section 1: background and starting point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Background {
    /// Client profiles; a client may have several.
    pub profiles: Option<Vec<Coded>>,
    /// Since when the person has been a client.
    pub client_since: Date,
    /// When the coaching started.
    pub coaching_started: Date,
    /// Municipality.
    pub municipality: Option<String>,
    /// Age group.
    pub age_group: Option<Coded>,
    /// How long the client had been unemployed when the coaching started.
    pub unemployment: Option<Coded>,
    /// Level of education.
    pub education: Option<Coded>,
    /// The starting point in the coach's words.
    pub text: Option<String>,
}

/// Section 2: one goal and how it changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Goal {
    /// Type of goal.
    pub kind: Coded,
    /// When it was set.
    pub set_on: Option<Date>,
    /// What it was changed to; `null` when it did not change, or nothing was recorded.
    pub changed_to: Option<Coded>,
    /// Whether it changed; `null` when that was not recorded.
    #[serde(default)]
    pub changed: Option<bool>,
    /// Why it was changed.
    pub why: Option<String>,
}

/// Section 3: how far one goal was reached, in the order of section 2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GoalReached {
    /// The goal as it stood in the end.
    pub goal: Coded,
    /// `fully`, `partly` or `not_reached`.
    pub reached: Option<Coded>,
}

/// Section 3: what was achieved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Achievement {
    /// Goal by goal.
    pub goals: Option<Vec<GoalReached>>,
    /// How the coaching ended.
    pub outcome: Coded,
    /// When the job, education or other outcome began.
    pub outcome_on: Option<Date>,
    /// The day on which the coaching ended.
    pub ended_on: Date,
    /// Field of work or education.
    pub field: Option<String>,
    /// Type of contract.
    pub contract: Option<Coded>,
    /// Subsidies that were used.
    pub subsidies: Option<Vec<Coded>>,
    /// Whether pay subsidy was granted.
    pub pay_subsidy: Option<bool>,
}

/// Section 4: how much there was of one phase, and by what methods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Phase {
    /// `direct`, `find`, `stabilise` or `path`.
    pub phase: Coded,
    /// `none`, `some` or `a_lot`.
    pub amount: Option<Coded>,
    /// What was done.
    pub methods: Vec<Coded>,
}

/// Section 4: the coaching.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Coaching {
    /// Hours with one decimal, as text so that no digit changes on the way.
    #[schemars(regex(pattern = r"^\d+(\.\d)?$"))]
    pub hours: Option<String>,
    /// Hours allowed.
    pub hour_cap: u32,
    /// True when the hours exceed the cap.
    pub over_cap: bool,
    /// Why.
    pub over_cap_reason: Option<String>,
    /// Meetings.
    pub meetings: Option<u32>,
    /// Work trials.
    pub work_trials: Option<u32>,
    /// The four phases in order.
    pub phases: Option<Vec<Phase>>,
}

/// Section 5: barriers, challenges and successes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Course {
    /// Barriers, never diagnoses.
    pub barriers: Option<Vec<Coded>>,
    /// What was difficult.
    pub challenges: Option<String>,
    /// What went well.
    pub successes: Option<String>,
    /// Findings of the feedback talks.
    pub feedback_talks: Option<String>,
}

/// Section 6: one agreed action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NextAction {
    /// What will be done.
    pub action: String,
    /// Who does it.
    pub who: Option<Coded>,
    /// By which day.
    pub by: Option<Date>,
}

/// Section 6: what was agreed for afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// Agreed actions.
    pub next: Option<Vec<NextAction>>,
    /// Whether the client may be asked again in six months.
    pub follow_up_consent: Option<bool>,
    /// When the follow-up is made.
    pub follow_up_on: Option<Date>,
}

/// Where a party's feedback stood when the report was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Response {
    /// Who.
    #[schemars(schema_with = "party")]
    pub party: Party,
    /// Invitations; 0 means not asked.
    pub invited: u32,
    /// Submissions.
    pub answered: u32,
}

/// Where the coach's part comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The coach filled in the closing form.
    Coach,
    /// The coach did not; the follow-up sheet is all there is.
    Sheet,
}

/// The coach's part of one case. `None` means that it was not recorded, which the report says aloud.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClosingReport {
    /// The case.
    #[schemars(schema_with = "case_number")]
    pub case: CaseNumber,
    /// The number in the sheet it came from.
    pub imported_number: Option<String>,
    /// The language of the labels.
    #[schemars(schema_with = "language")]
    pub language: Language,
    /// Receives the report.
    pub office: String,
    /// Writes it.
    pub provider: String,
    /// The coach, as a role or code.
    pub coach: String,
    /// Where the six sections come from.
    pub source: Source,
    /// Said on every page, for example that the data are synthetic.
    pub notice: Option<String>,
    /// What an officer reads first.
    pub summary: Summary,
    /// 1.
    pub background: Background,
    /// 2.
    pub goals: Option<Vec<Goal>>,
    /// 3.
    pub achievement: Achievement,
    /// 4.
    pub coaching: Coaching,
    /// 5.
    pub course: Course,
    /// 6.
    pub plan: Plan,
    /// By the system: the client's self-assessment at the start and at the closing, where both were answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_assessment: Option<Vec<super::AssessedChange>>,
    /// By the system: the day on which the client said that he or she has read the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_on: Option<Date>,
    /// By the system: what the client remarks on the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<super::Remark>,
    /// By the system: who was asked and who answered.
    pub responses: Vec<Response>,
}
