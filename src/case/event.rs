//! What can happen to a case.

use crate::form::Party;
use crate::text::Language;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What is known when a case opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// Code of the office that receives the reports.
    pub office: String,
    /// Code of the provider.
    pub provider: String,
    /// The coach, as a role or code.
    pub coach: String,
    /// The client's municipality.
    pub municipality: Option<String>,
    /// Category of `gender`.
    pub gender: Option<String>,
    /// Category of `origin`.
    pub origin: Option<String>,
    /// Category of `age_group`.
    pub age_group: Option<String>,
    /// Since when the person has been a client of the project.
    pub client_since: Date,
    /// When the coaching itself started.
    pub coaching_started: Date,
    /// The language of the case's reports; the instance's unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

/// How much coaching there has been.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Work {
    /// Coaching hours in tenths.
    pub hours_tenths: Option<i64>,
    /// Meetings.
    pub meetings: Option<u32>,
    /// Work trials.
    pub work_trials: Option<u32>,
}

/// How the coaching ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ending {
    /// The day.
    pub on: Date,
    /// Category of `outcome`.
    pub outcome: String,
    /// Field of the work or education, in free words.
    pub field: Option<String>,
    /// True when pay subsidy was granted.
    pub pay_subsidy: Option<bool>,
}

/// What the coach's closing report settles: a later sheet does not change it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settled {
    /// Coaching hours in tenths.
    pub hours_tenths: Option<i64>,
    /// Meetings.
    pub meetings: Option<u32>,
    /// Category of `outcome`.
    pub outcome: String,
    /// True when pay subsidy was granted.
    pub pay_subsidy: Option<bool>,
}

/// Something that happened to a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CaseEvent {
    /// The case was opened.
    Opened {
        /// The number in the sheet it came from.
        imported_number: Option<String>,
        /// What was known then.
        opening: Opening,
    },
    /// What was known at opening turned out otherwise.
    OpeningCorrected {
        /// As it is.
        opening: Opening,
    },
    /// Hours, meetings and trials so far.
    WorkRecorded {
        /// Totals, not additions.
        work: Work,
    },
    /// The coaching ended, or its ending was corrected.
    Ended {
        /// How.
        ending: Ending,
    },
    /// The coaching had not ended after all.
    Reopened,
    /// The coach sent the closing report.
    Reported {
        /// What it settles.
        settled: Settled,
    },
    /// A party was invited to a form.
    Invited {
        /// Who.
        party: Party,
        /// Which form.
        form: String,
    },
    /// A party answered.
    Answered {
        /// Who.
        party: Party,
    },
    /// A form that is no feedback, such as a plan, was put before somebody.
    Asked {
        /// Who.
        party: Party,
        /// Which form.
        form: String,
    },
    /// Such a form was filled in.
    Filled {
        /// By whom.
        party: Party,
        /// Which form.
        form: String,
    },
    /// An unanswered invitation of a party was taken back.
    Revoked {
        /// Whose.
        party: Party,
    },
    /// An answer of a party was erased.
    Withdrawn {
        /// Whose.
        party: Party,
    },
}
