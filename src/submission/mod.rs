//! Reading what a respondent sent.
//!
//! Enters: raw field values and the [`Form`] they answer. Leaves: a [`Submission`], which exists only
//! if every answer fits its question. Refuses: unknown fields and choices, too long texts, missing
//! required answers and identity codes, all told at once.

use crate::form::{Form, Kind, Question};
use crate::text::{Fingerprint, contains_hetu};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Field values as they came, each name with all its values in order.
pub type RawAnswers = BTreeMap<String, Vec<String>>;

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// The code of the one choice.
    One(String),
    /// The codes of the choices.
    Many(BTreeSet<String>),
    /// Free words.
    Text(String),
}

/// Answers that fit their form. There is no other way to make one than [`Submission::parse`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Submission {
    form: String,
    version: Fingerprint,
    answers: BTreeMap<String, Answer>,
}

/// What is wrong with one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A required question has no answer.
    Missing,
    /// The value is none of the choices.
    UnknownChoice,
    /// More than one value where one is asked.
    OneOnly,
    /// "None of these" was chosen together with something else.
    NoneWithOthers,
    /// More characters than allowed.
    TooLong {
        /// Characters written.
        length: usize,
        /// Characters allowed.
        limit: usize,
    },
    /// Something of the shape of a personal identity code.
    IdentityCode,
    /// The form has no such question.
    UnknownQuestion,
}

/// A fault and the question it concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Id of the question, or the unknown field's name.
    pub question: String,
    /// What is wrong.
    pub fault: Fault,
}

impl Submission {
    /// Reads raw answers against `form`. Empty values are no answer; line ends are unified and other
    /// control characters dropped from texts.
    ///
    /// # Errors
    /// Every mistake, in the order of the questions.
    pub fn parse(raw: &RawAnswers, form: &Form) -> Result<Self, Vec<Mistake>> {
        let (mut answers, mut mistakes) = (BTreeMap::new(), Vec::new());
        for question in form.questions() {
            let values = raw.get(&question.id).map_or(&[][..], Vec::as_slice);
            match read(question, values) {
                Ok(Some(answer)) => {
                    answers.insert(question.id.clone(), answer);
                }
                Ok(None) if question.required => mistakes.push(mistake(&question.id, Fault::Missing)),
                Ok(None) => {}
                Err(fault) => mistakes.push(mistake(&question.id, fault)),
            }
        }
        let unknown = raw.keys().filter(|name| form.question(name).is_none());
        mistakes.extend(unknown.map(|name| mistake(name, Fault::UnknownQuestion)));
        if mistakes.is_empty() {
            Ok(Self { form: form.id().to_owned(), version: form.version().clone(), answers })
        } else {
            Err(mistakes)
        }
    }

    /// Id of the form.
    #[must_use]
    pub fn form(&self) -> &str {
        &self.form
    }

    /// The version of the form that was answered.
    #[must_use]
    pub fn version(&self) -> &Fingerprint {
        &self.version
    }

    /// The answer to a question, if there is one.
    #[must_use]
    pub fn answer(&self, question: &str) -> Option<&Answer> {
        self.answers.get(question)
    }

    /// All answers by question id.
    #[must_use]
    pub fn answers(&self) -> &BTreeMap<String, Answer> {
        &self.answers
    }
}

fn mistake(question: &str, fault: Fault) -> Mistake {
    Mistake { question: question.to_owned(), fault }
}

fn read(question: &Question, values: &[String]) -> Result<Option<Answer>, Fault> {
    if let Kind::Text(limit) = question.kind {
        return match values {
            [] => Ok(None),
            [text] => read_text(text, limit),
            _ => Err(Fault::OneOnly),
        };
    }
    let given: Vec<&str> = values.iter().map(|v| v.trim()).filter(|v| !v.is_empty()).collect();
    if given.iter().any(|code| contains_hetu(code)) {
        return Err(Fault::IdentityCode);
    }
    if given.iter().any(|code| question.choice(code).is_none()) {
        return Err(Fault::UnknownChoice);
    }
    if question.kind == Kind::Many {
        let codes: BTreeSet<String> = given.iter().map(|&c| c.to_owned()).collect();
        let exclusive = codes.iter().any(|c| question.choice(c).is_some_and(|choice| choice.apart));
        return match codes.len() {
            0 => Ok(None),
            1 => Ok(Some(Answer::Many(codes))),
            _ if exclusive => Err(Fault::NoneWithOthers),
            _ => Ok(Some(Answer::Many(codes))),
        };
    }
    match given.as_slice() {
        [] => Ok(None),
        [code] => Ok(Some(Answer::One((*code).to_owned()))),
        _ => Err(Fault::OneOnly),
    }
}

fn read_text(text: &str, limit: usize) -> Result<Option<Answer>, Fault> {
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = unified.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    let kept = kept.trim();
    let length = kept.chars().count();
    if length > limit {
        return Err(Fault::TooLong { length, limit });
    }
    if contains_hetu(kept) {
        return Err(Fault::IdentityCode);
    }
    Ok((!kept.is_empty()).then(|| Answer::Text(kept.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Form {
        Form::read("forms/client-feedback.yaml", include_str!("../../forms/client-feedback.yaml")).unwrap()
    }

    fn raw(pairs: &[(&str, &str)]) -> RawAnswers {
        let mut out = RawAnswers::new();
        for (name, value) in pairs {
            out.entry((*name).to_owned()).or_default().push((*value).to_owned());
        }
        out
    }

    #[test]
    fn every_mistake_is_told_at_once_in_the_order_of_the_questions() {
        let sent = raw(&[
            ("c_open", "Tunnukseni on 010190-999X"),
            ("c_trust", "maybe"),
            ("c_phases", "none"),
            ("c_phases", "find"),
            ("c_overall", "4"),
            ("c_overall", "5"),
            ("extra", "1"),
        ]);
        let mistakes = Submission::parse(&sent, &form()).unwrap_err();
        let told: Vec<(&str, &Fault)> = mistakes.iter().map(|m| (m.question.as_str(), &m.fault)).collect();
        assert_eq!(
            told,
            [
                ("c_trust", &Fault::UnknownChoice),
                ("c_phases", &Fault::NoneWithOthers),
                ("c_overall", &Fault::OneOnly),
                ("c_open", &Fault::IdentityCode),
                ("extra", &Fault::UnknownQuestion),
            ]
        );
    }

    #[test]
    fn an_empty_form_is_a_valid_answer_because_everything_is_optional() {
        assert!(Submission::parse(&RawAnswers::new(), &form()).unwrap().answers().is_empty());
    }

    #[test]
    fn texts_are_counted_in_characters_after_line_ends_are_unified() {
        let fits = format!("{}\r\n{}", "ä".repeat(250), "ö".repeat(249));
        let submission = Submission::parse(&raw(&[("c_open", &fits)]), &form()).unwrap();
        assert!(matches!(submission.answer("c_open"), Some(Answer::Text(t)) if t.chars().count() == 500));
        let long = Submission::parse(&raw(&[("c_open", &"x".repeat(501))]), &form()).unwrap_err();
        assert_eq!(long[0].fault, Fault::TooLong { length: 501, limit: 500 });
    }

    #[test]
    fn control_characters_are_dropped_and_emoji_kept() {
        let submission = Submission::parse(&raw(&[("c_open", "hyvä\u{0}\u{7} 👍")]), &form()).unwrap();
        assert_eq!(submission.answer("c_open"), Some(&Answer::Text("hyvä 👍".to_owned())));
    }
}
