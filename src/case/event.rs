//! What can happen to a case.

use crate::form::Party;
use crate::text::Language;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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

impl Work {
    /// With what a note adds.
    pub(super) fn with(&self, note: &Note) -> Self {
        let add = |so_far: Option<u32>, one: bool| if one { Some(so_far.unwrap_or(0) + 1) } else { so_far };
        Self {
            hours_tenths: if note.hours_tenths > 0 {
                Some(self.hours_tenths.unwrap_or(0) + note.hours_tenths)
            } else {
                self.hours_tenths
            },
            meetings: add(self.meetings, note.kind.is_meeting()),
            work_trials: add(self.work_trials, note.kind == NoteKind::Trial),
        }
    }

    /// Without what a note had added.
    pub(super) fn without(&self, note: &Note) -> Self {
        let take = |so_far: Option<u32>, one: bool| so_far.map(|n| n.saturating_sub(u32::from(one)));
        Self {
            hours_tenths: self.hours_tenths.map(|h| (h - note.hours_tenths).max(0)),
            meetings: take(self.meetings, note.kind.is_meeting()),
            work_trials: take(self.work_trials, note.kind == NoteKind::Trial),
        }
    }
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

/// What was done for a case on a day, as its coach notes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The day.
    pub on: Date,
    /// What it was.
    pub kind: NoteKind,
    /// Coaching hours in tenths.
    pub hours_tenths: i64,
    /// Phase of the coaching by its code, where it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// In a few words; of talks their findings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What a coach notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// A meeting with the client.
    Meeting,
    /// Work for the client without a meeting, such as calls to employers.
    Work,
    /// A work trial begins.
    Trial,
    /// A feedback talk.
    FeedbackTalk,
    /// A talk of client, coach and officer or employer.
    ThreePartyTalk,
}

impl NoteKind {
    /// Every kind, the most common first.
    pub const ALL: [Self; 5] = [Self::Meeting, Self::Work, Self::Trial, Self::FeedbackTalk, Self::ThreePartyTalk];

    /// Its code in data and in the catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Meeting => "meeting",
            Self::Work => "work",
            Self::Trial => "trial",
            Self::FeedbackTalk => "feedback_talk",
            Self::ThreePartyTalk => "three_party_talk",
        }
    }

    /// True when client and coach meet.
    #[must_use]
    pub fn is_meeting(self) -> bool {
        matches!(self, Self::Meeting | Self::FeedbackTalk | Self::ThreePartyTalk)
    }

    /// True when its text tells findings for the closing report.
    #[must_use]
    pub fn is_talk(self) -> bool {
        matches!(self, Self::FeedbackTalk | Self::ThreePartyTalk)
    }
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
    /// The day on which the job, education or other outcome began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome_on: Option<Date>,
    /// Codes by dimension, as far as the report asks for them: none where none applies, [`LEFT_OPEN`] where it was left open.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub described: BTreeMap<String, BTreeSet<String>>,
}

/// Stands in [`Settled::described`] for a question that the coach was asked and left open.
pub const LEFT_OPEN: &str = "no_answer";

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
    /// The officer who receives the reports was named, or nobody in particular any more.
    OfficerNamed {
        /// Id of the staff.
        officer: Option<String>,
    },
    /// The coach noted what was done; hours, meetings and trials are added to those so far.
    Noted {
        /// What.
        note: Note,
    },
    /// A note was a mistake and is taken away again.
    NoteRemoved {
        /// Which, counted from 1 in the order of noting.
        note: u32,
    },
    /// The coach corrects a report that was sent.
    CorrectionBegun {
        /// Why.
        reason: String,
    },
    /// The coach corrects nothing after all.
    CorrectionDropped,
    /// A version of the closing report was written and sent to the office.
    ReportSent {
        /// The version.
        version: u32,
    },
    /// The officer accepted a version of the report.
    Accepted {
        /// The version.
        version: u32,
    },
    /// The officer asked the coach to complete a version of the report.
    CompletionAsked {
        /// The version.
        version: u32,
        /// What is missing.
        question: String,
    },
    /// The coach told the officer of a problem.
    ProblemNoted {
        /// The day.
        on: Date,
        /// What it is.
        problem: String,
    },
    /// The officer has seen the problem.
    ProblemSeen,
    /// The client told the coach that colleagues may be asked.
    ConsentNoted {
        /// The day.
        on: Date,
    },
}
