//! What the system adds from the client: how the self-assessment changed from start to closing, whether the client has
//! read the report, and what he or she remarks on it.

use super::Coded;
use crate::form::{Form, Question, Visibility};
use crate::submission::{Answer, Answers};
use crate::text::Language;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The paired forms of self-assessment.
pub const SELF_ASSESSMENTS: [&str; 2] = ["self-assessment-start", "self-assessment-closing"];
/// The form with which the client reads the report, and its questions.
pub const READING: &str = "report-reading";
const READ: &str = "v_read";
const REMARK: &str = "v_remark";

/// One statement of the self-assessment that the client answered at the start and at the closing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// Id of the question.
    pub id: String,
    /// The statement.
    pub statement: String,
    /// At the start.
    pub start: Coded,
    /// At the closing.
    pub closing: Coded,
}

/// What the client remarks on the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Remark {
    /// The day.
    pub on: Date,
    /// In the client's words.
    pub text: String,
}

/// Statement by statement what was answered in both forms and may be read by the officer, in the order of the closing
/// form; none where there is no pair.
#[must_use]
pub fn self_assessment(
    start: Option<(&Form, &Answers)>,
    closing: Option<(&Form, &Answers)>,
    language: Language,
) -> Option<Vec<Change>> {
    let ((first, before), (last, after)) = (start?, closing?);
    let readable = |q: &Question| Visibility::Report.is_within(q.visibility);
    let change = |q: &Question| {
        let asked = first.question(&q.id).filter(|a| readable(a) && readable(q))?;
        Some(Change {
            id: q.id.clone(),
            statement: q.text.in_language(language).to_owned(),
            start: chosen(asked, before.get(&q.id)?, language)?,
            closing: chosen(q, after.get(&q.id)?, language)?,
        })
    };
    let changes: Vec<Change> = last.questions().filter_map(change).collect();
    (!changes.is_empty()).then_some(changes)
}

/// Whether the client says that he or she has read the report, and what is remarked on it, of that day.
#[must_use]
pub fn reading(answers: &Answers, on: Date) -> (Option<Date>, Option<Remark>) {
    let read = matches!(answers.get(READ), Some(Answer::One(code)) if code == "yes");
    let remark = match answers.get(REMARK) {
        Some(Answer::Text(text)) => Some(Remark { on, text: text.clone() }),
        _ => None,
    };
    (read.then_some(on), remark)
}

/// What was chosen on a scale; who cannot say has told nothing that could have changed.
fn chosen(question: &Question, answer: &Answer, language: Language) -> Option<Coded> {
    let Answer::One(code) = answer else { return None };
    let choice = question.choice(code).filter(|c| !c.apart)?;
    Some(Coded { code: code.clone(), label: choice.label.in_language(language).to_owned() })
}
