//! What of a coach's closing report should be looked at again before it is sent. A doubt refuses
//! nothing: life may be stranger than these rules.

use super::UNCHANGED;
use crate::case::CaseFile;
use crate::submission::{Answer, Answers};
use jiff::civil::Date;

/// Outcomes that come with a contract of employment or a business.
const WORK: [&str; 3] = ["job", "subsidised_job", "entrepreneur"];
/// The phases, by the first part of their questions' ids.
const PHASES: [&str; 4] = ["direct", "find", "stabilise", "path"];

/// Answers that do not seem to fit each other, the case or the calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// A goal was agreed before the person was a client.
    GoalTooEarly {
        /// The goal, counted from 1.
        n: usize,
    },
    /// A goal was agreed after the coaching ended, or in the future.
    GoalTooLate {
        /// The goal, counted from 1.
        n: usize,
    },
    /// A goal changed to itself.
    GoalUnchanged {
        /// The goal, counted from 1.
        n: usize,
    },
    /// A reason for a change, and no change; or the other way round.
    GoalHalfChanged {
        /// The goal, counted from 1.
        n: usize,
    },
    /// Work at once was reached in full, and the outcome is no work.
    WorkReachedWithoutWork {
        /// The goal, counted from 1.
        n: usize,
    },
    /// Employment began, and the outcome is no work.
    ContractWithoutWork,
    /// The outcome is work, and no employment began.
    WorkWithoutContract,
    /// The outcome began before the person was a client, or is still to come.
    OutcomeDay,
    /// There was no such phase, and yet it had methods.
    MethodsOfNoPhase {
        /// The phase: `direct`, `find`, `stabilise`, `path`.
        phase: &'static str,
    },
    /// The hours are others than the case has recorded.
    OtherHours {
        /// What is recorded, in tenths of an hour.
        recorded_tenths: i64,
    },
    /// Hours of coaching, and no meeting.
    NoMeetings,
    /// A reason for more hours than agreed, which there were not.
    ReasonWithoutNeed,
    /// An agreed action is due in the past.
    ActionPast {
        /// The action, counted from 1.
        n: usize,
    },
    /// The client agrees to a follow-up, and its day is open.
    FollowUpWithoutDay,
    /// A day for a follow-up that the client does not agree to.
    FollowUpWithoutConsent,
    /// The follow-up is due in the past.
    FollowUpPast,
}

/// What seems odd in a report on `case` that is sent `today`, in the order of the form.
#[must_use]
pub fn doubts(case: &CaseFile, answers: &Answers, hour_cap: u32, today: Date) -> Vec<Doubt> {
    let mut found = Vec::new();
    let works = one(answers, "r_outcome").is_some_and(|o| WORK.contains(&o));
    let since = case.opening().client_since;
    let ended = case.ending().map_or(today, |e| e.on);
    for (n, goal) in (1..).zip(items(answers, "r_goals")) {
        let set_on = date(goal, "r_goal_set_on");
        let changed = one(goal, "r_goal_changed_to").filter(|code| *code != UNCHANGED);
        let judged = changed.or(one(goal, "r_goal_type"));
        found.extend(set_on.filter(|d| *d < since).map(|_| Doubt::GoalTooEarly { n }));
        found.extend(set_on.filter(|d| *d > ended.min(today)).map(|_| Doubt::GoalTooLate { n }));
        if changed.is_some() && changed == one(goal, "r_goal_type") {
            found.push(Doubt::GoalUnchanged { n });
        } else if changed.is_some() != goal.contains_key("r_goal_why") {
            found.push(Doubt::GoalHalfChanged { n });
        }
        if judged == Some("open_market_now") && one(goal, "r_goal_reached") == Some("fully") && !works {
            found.push(Doubt::WorkReachedWithoutWork { n });
        }
    }
    match one(answers, "r_contract") {
        Some("no_contract") if works => found.push(Doubt::WorkWithoutContract),
        Some("no_contract" | "dont_know") | None => {}
        Some(_) if !works => found.push(Doubt::ContractWithoutWork),
        Some(_) => {}
    }
    found.extend(date(answers, "r_outcome_on").filter(|d| *d < since || *d > today).map(|_| Doubt::OutcomeDay));
    let hours = tenths(answers, "r_hours");
    let recorded = case.work().hours_tenths.filter(|known| hours.is_some_and(|h| h != *known));
    found.extend(recorded.map(|recorded_tenths| Doubt::OtherHours { recorded_tenths }));
    if hours.is_some_and(|h| h > 0) && tenths(answers, "r_meetings") == Some(0) {
        found.push(Doubt::NoMeetings);
    }
    let within = hours.is_some_and(|h| h <= i64::from(hour_cap) * 10);
    found.extend((within && answers.contains_key("r_over_cap_reason")).then_some(Doubt::ReasonWithoutNeed));
    for phase in PHASES {
        let methods = answers.get(&format!("r_{phase}_methods"));
        let some = matches!(methods, Some(Answer::Many(codes)) if codes.iter().any(|c| c != "none"));
        if some && one(answers, &format!("r_{phase}_amount")) == Some("none") {
            found.push(Doubt::MethodsOfNoPhase { phase });
        }
    }
    for (n, action) in (1..).zip(items(answers, "r_next")) {
        found.extend(date(action, "r_next_by").filter(|d| *d < today).map(|_| Doubt::ActionPast { n }));
    }
    if one(answers, "r_follow_up_consent") == Some("yes") && !answers.contains_key("r_follow_up_on") {
        found.push(Doubt::FollowUpWithoutDay);
    }
    if let Some(on) = date(answers, "r_follow_up_on") {
        if one(answers, "r_follow_up_consent") == Some("no") {
            found.push(Doubt::FollowUpWithoutConsent);
        }
        found.extend((on < today).then_some(Doubt::FollowUpPast));
    }
    found
}

fn one<'a>(answers: &'a Answers, id: &str) -> Option<&'a str> {
    if let Some(Answer::One(code)) = answers.get(id) { Some(code) } else { None }
}

fn date(answers: &Answers, id: &str) -> Option<Date> {
    if let Some(Answer::Date(date)) = answers.get(id) { Some(*date) } else { None }
}

/// A number in tenths.
fn tenths(answers: &Answers, id: &str) -> Option<i64> {
    match answers.get(id) {
        Some(Answer::Number(figure)) if figure.decimals == 0 => Some(figure.scaled * 10),
        Some(Answer::Number(figure)) => Some(figure.scaled),
        _ => None,
    }
}

fn items<'a>(answers: &'a Answers, id: &str) -> &'a [Answers] {
    if let Some(Answer::Items(items)) = answers.get(id) { items } else { &[] }
}
