//! When the feedback annex closes. It closes by days, never with an answer, so that the moment of
//! closing does not tell who answered when.

use super::Response;
use jiff::ToSpan;
use jiff::civil::Date;

/// Days for which the annex waits for those who have not answered.
pub const ANNEX_DAYS: i32 = 30;
/// Answers of the workplace community below which nobody sees any of them.
pub const COMMUNITY_NEEDED: u32 = 3;

/// Whether the annex still waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnnexState {
    /// It waits, at the latest until the start of this day.
    Open {
        /// The day.
        closes_on: Date,
    },
    /// It closed at the start of this day; answers of this day or later are not in it.
    Closed {
        /// The day.
        on: Date,
    },
}

/// Where the annex stands `today`: it closes on the day after the last invited party answered, when all
/// have, and otherwise 30 days after the first report; never before the report.
#[must_use]
pub fn annex_state(responses: &[Response], reported_on: Date, last_answer_on: Option<Date>, today: Date) -> AnnexState {
    let latest = reported_on.saturating_add(ANNEX_DAYS.days());
    let invited = responses.iter().any(|r| r.invited > 0);
    let complete = invited && responses.iter().all(|r| r.answered >= r.invited);
    let closes_on = match last_answer_on.filter(|_| complete) {
        Some(last) => last.saturating_add(1.day()).clamp(reported_on, latest),
        None => latest,
    };
    if today >= closes_on { AnnexState::Closed { on: closes_on } } else { AnnexState::Open { closes_on } }
}
