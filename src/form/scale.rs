//! The answer scales that all forms share, so that results can be compared.

use super::{Choice, NonAnswer};
use crate::text::{Messages, Text};

const THREE: [&str; 3] = ["yes", "partly", "no"];
const FIVE: [&str; 5] = ["fully_agree", "rather_agree", "neither", "rather_disagree", "fully_disagree"];
const GRADES: [&str; 5] = ["1", "2", "3", "4", "5"];

fn choices(codes: &[&str], prefix: &str) -> Vec<Choice> {
    codes.iter().map(|code| Choice::shared(code, &format!("scale.{prefix}{code}"), false)).collect()
}

/// Agreement in three steps (yes, partly, no) or five.
pub(super) fn agreement(steps: u8) -> Vec<Choice> {
    if steps == 3 { choices(&THREE, "") } else { choices(&FIVE, "") }
}

/// True for codes of the agreement scales and of the classes that five steps fold to.
pub(super) fn is_agreement_code(code: &str) -> bool {
    THREE.contains(&code) || FIVE.contains(&code) || ["agree", "disagree"].contains(&code)
}

/// Grades 1 to 5, the ends labelled.
pub(super) fn grade() -> Vec<Choice> {
    choices(&GRADES, "grade_")
}

/// Yes and no.
pub(super) fn yes_no() -> Vec<Choice> {
    choices(&["yes", "no"], "")
}

/// The steps of a scale by their numbers, the ends labelled.
pub(super) fn steps(from: i64, to: i64, low: Option<&Text>, high: Option<&Text>) -> Vec<Choice> {
    (from..=to)
        .map(|n| {
            let end = if n == from {
                low
            } else if n == to {
                high
            } else {
                None
            };
            let label = end
                .map_or_else(|| Text::of(|_| Some(n.to_string())), |end| end.map(|_, words| format!("{n} – {words}")));
            Choice { code: n.to_string(), label, apart: false, non_answer: None, retired: false }
        })
        .collect()
}

/// The box of a consent.
pub(super) fn given() -> Vec<Choice> {
    choices(&["given"], "consent_")
}

/// A way out in the shared words, set apart from the scale.
pub(super) fn non_answer(way: NonAnswer) -> Choice {
    let code = match way {
        NonAnswer::DontKnow => "dont_know",
        NonAnswer::NotApplicable => "not_applicable",
        NonAnswer::RatherNotSay => "rather_not_say",
    };
    Choice { non_answer: Some(way), ..Choice::shared(code, &format!("scale.{code}"), true) }
}

impl Choice {
    fn shared(code: &str, key: &str, apart: bool) -> Self {
        Self { code: code.to_owned(), label: Messages::text(key), apart, non_answer: None, retired: false }
    }
}
