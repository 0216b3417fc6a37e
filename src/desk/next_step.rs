//! What a coach does next on a case: one thing at a time.

use crate::case::{CaseFile, Stage};
use crate::form::Party;
use crate::instance::Instance;

/// The next thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// The officer asks for more.
    Complete,
    /// A correction was begun and is not sent.
    Correct,
    /// The coaching has ended: the closing report is to be written.
    Report,
    /// The start talk and its goals are not written down.
    Start,
    /// The hours are used up.
    End,
    /// The coaching goes on.
    Note,
    /// Nobody but the client was asked how it went.
    Invite,
    /// The officer has the report.
    AwaitOfficer,
    /// The officer has accepted it.
    Done,
}

impl NextStep {
    /// Its code in the catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Correct => "correct",
            Self::Report => "report",
            Self::Start => "start",
            Self::End => "end",
            Self::Note => "note",
            Self::Invite => "invite",
            Self::AwaitOfficer => "await_officer",
            Self::Done => "done",
        }
    }

    /// What comes next; `opened` when the opening form was filled in, or there is none.
    #[must_use]
    pub fn of(case: &CaseFile, opened: bool, instance: &Instance) -> Self {
        let handling = case.handling();
        let used_up = case.work().hours_tenths.is_some_and(|h| h >= i64::from(instance.hour_cap) * 10);
        let others = [Party::Employer, Party::Community];
        let asked = others.iter().any(|p| case.parties().contains_key(p));
        match case.stage() {
            _ if handling.correcting.is_some() => Self::Correct,
            Stage::CompletionAsked => Self::Complete,
            Stage::Ended => Self::Report,
            Stage::Ongoing if !opened => Self::Start,
            Stage::Ongoing if used_up => Self::End,
            Stage::Ongoing => Self::Note,
            Stage::Reported | Stage::Accepted if !asked => Self::Invite,
            Stage::Reported => Self::AwaitOfficer,
            Stage::Accepted => Self::Done,
        }
    }
}
