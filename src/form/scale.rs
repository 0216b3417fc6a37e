//! The answer scales that all forms share, so that results can be compared.

use super::Choice;
use crate::text::Messages;

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

/// "I can't say", set apart from the scale.
pub(super) fn dont_know() -> Choice {
    Choice::shared("dont_know", "scale.dont_know", true)
}

impl Choice {
    fn shared(code: &str, key: &str, apart: bool) -> Self {
        Self { code: code.to_owned(), label: Messages::text(key), apart }
    }
}
