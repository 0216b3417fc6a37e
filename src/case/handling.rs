//! How far a case and its closing report have come between coach and officer.

use super::CaseFile;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// How far a case has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The coaching goes on.
    Ongoing,
    /// It has ended; the closing report is to be written.
    Ended,
    /// The closing report was sent.
    Reported,
    /// The officer asks for more.
    CompletionAsked,
    /// The officer has accepted the report.
    Accepted,
}

impl Stage {
    /// Every stage in order.
    pub const ALL: [Self; 5] = [Self::Ongoing, Self::Ended, Self::Reported, Self::CompletionAsked, Self::Accepted];

    /// Its code in the store and in the catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Ongoing => "ongoing",
            Self::Ended => "ended",
            Self::Reported => "reported",
            Self::CompletionAsked => "completion_asked",
            Self::Accepted => "accepted",
        }
    }

    /// The stage of that code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }
}

/// A problem that the coach told the officer of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The day.
    pub on: Date,
    /// What it is.
    pub problem: String,
    /// True once the officer has seen it.
    pub seen: bool,
}

/// What coach and officer have done about the closing report since it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handling {
    /// The version that the office has, once what the coach sent last is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<u32>,
    /// The version that was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<u32>,
    /// What the officer asks to be completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// Why the coach corrects the report, while that is not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correcting: Option<String>,
    /// Why the report that was sent last was corrected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrected: Option<String>,
    /// The last problem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

impl Handling {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// A report was sent: what was asked and begun before is done.
    pub(super) fn report_sent(&mut self) {
        self.corrected = self.correcting.take();
        self.sent = None;
        self.accepted = None;
        self.question = None;
    }
}

impl CaseFile {
    /// How far the case has come.
    #[must_use]
    pub fn stage(&self) -> Stage {
        let handling = self.handling();
        match (self.ending(), self.reported()) {
            (None, _) => Stage::Ongoing,
            (Some(_), false) => Stage::Ended,
            _ if handling.question.is_some() => Stage::CompletionAsked,
            _ if handling.accepted.is_some() => Stage::Accepted,
            _ => Stage::Reported,
        }
    }
}
