//! The half page on top of a report, drawn from its sections.

use super::{Achievement, Background, Coaching, Coded, NextAction, Plan};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many goals there were and how many were reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GoalCounts {
    /// All goals.
    pub all: u32,
    /// Reached as a whole.
    pub fully: u32,
    /// Reached in part.
    pub partly: u32,
}

/// What an officer reads first; every value stands in a section, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// How the coaching ended.
    pub outcome: Coded,
    /// The first day of the coaching.
    pub from: Date,
    /// Its last day.
    pub to: Date,
    /// Hours with one decimal.
    pub hours: Option<String>,
    /// Hours allowed.
    pub hour_cap: u32,
    /// Meetings.
    pub meetings: Option<u32>,
    /// Goals reached.
    pub goals: Option<GoalCounts>,
    /// The agreed action that is due next, on the day of the report or later; an undated one comes last.
    /// `null` also when all are due earlier.
    pub next: Option<NextAction>,
    /// Whether the client may be asked again in six months.
    pub follow_up_consent: Option<bool>,
    /// When the follow-up is made.
    pub follow_up_on: Option<Date>,
}

impl Summary {
    pub(super) fn of(
        background: &Background,
        achievement: &Achievement,
        coaching: &Coaching,
        plan: &Plan,
        on: Date,
    ) -> Self {
        let reached = |code: &str, goals: &[super::GoalReached]| {
            count(goals.iter().filter(|g| g.reached.as_ref().is_some_and(|r| r.code == code)))
        };
        let next = plan.next.as_deref().unwrap_or_default().iter().filter(|n| n.by.is_none_or(|by| by >= on));
        Self {
            outcome: achievement.outcome.clone(),
            from: background.coaching_started,
            to: achievement.ended_on,
            hours: coaching.hours.clone(),
            hour_cap: coaching.hour_cap,
            meetings: coaching.meetings,
            // Where the coach has judged none, it is not told that none was reached.
            goals: achievement.goals.as_deref().filter(|g| g.iter().any(|g| g.reached.is_some())).map(|goals| {
                GoalCounts {
                    all: count(goals.iter()),
                    fully: reached("fully", goals),
                    partly: reached("partly", goals),
                }
            }),
            next: next.min_by_key(|n| (n.by.is_none(), n.by)).cloned(),
            follow_up_consent: plan.follow_up_consent,
            follow_up_on: plan.follow_up_on,
        }
    }
}

fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}
