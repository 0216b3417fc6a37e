//! What is filled in before anybody has answered: from the case, and from what was answered before.

use super::{Answer, Answers, RawAnswers, items};
use crate::form::{Circumstances, Form, Kind, Known, Prefill, Question};
use crate::text::finnish_date;

/// The fields of a form with what is known beforehand: choices made in the form, what stands on the case, and
/// the newest answers to earlier forms on the same case, each with the form as it was answered. What a question
/// cannot be answered with is left out, and what was promised to fewer readers.
#[must_use]
pub fn prefilled(form: &Form, circumstances: &Circumstances, earlier: &[(&Form, &Answers)]) -> RawAnswers {
    let mut raw: RawAnswers = form.defaults().map(|(id, code)| (id.to_owned(), vec![code.to_owned()])).collect();
    for question in form.questions().filter(|q| q.on_web()) {
        match &question.prefill {
            Some(Prefill::Case(field)) => {
                let values = circumstances.get(field).and_then(|known| from_case(question, known));
                raw.extend(values.map(|values| (question.id.clone(), values)));
            }
            Some(Prefill::Form { form, question: source }) => {
                let found = earlier.iter().rev().find(|(earlier, _)| earlier.id() == form);
                let promised =
                    |asked: &Form| asked.question(source).is_some_and(|s| question.visibility.is_within(s.visibility));
                let answers = found.filter(|(asked, _)| promised(asked)).map(|(_, answers)| *answers);
                if let Some(answer) = answers.and_then(|a| a.get(source)).and_then(|a| fitting(question, a)) {
                    items::write(&mut raw, &question.id, &answer);
                }
            }
            None => {}
        }
    }
    raw
}

fn from_case(question: &Question, known: &Known) -> Option<Vec<String>> {
    let value = match known {
        Known::Code { code, .. } => question.offered().any(|c| c.code == *code).then(|| code.clone()),
        Known::Number(figure) => matches!(question.kind, Kind::Number { .. }).then(|| figure.plain().replace('.', ",")),
        Known::Day(day) => (question.kind == Kind::Date).then(|| finnish_date(*day)),
        Known::Words(text) => matches!(question.kind, Kind::Text(_)).then(|| text.fi.clone()),
    };
    value.map(|v| vec![v])
}

/// The part of an answer that the question can be answered with.
fn fitting(question: &Question, answer: &Answer) -> Option<Answer> {
    let offered = |code: &String| question.offered().any(|c| c.code == *code);
    match (answer, &question.kind) {
        (Answer::One(code), Kind::Many) => offered(code).then(|| Answer::Many([code.clone()].into())),
        (Answer::One(code), _) => offered(code).then(|| answer.clone()),
        (Answer::Many(codes), Kind::Many) => {
            let kept: std::collections::BTreeSet<String> = codes.iter().filter(|c| offered(c)).cloned().collect();
            (!kept.is_empty()).then_some(Answer::Many(kept))
        }
        (Answer::Text(_), Kind::Text(_) | Kind::Email | Kind::Phone)
        | (Answer::Number(_), Kind::Number { .. })
        | (Answer::Date(_), Kind::Date)
        | (Answer::Month(_), Kind::Month) => Some(answer.clone()),
        (Answer::Items(found), Kind::Group { max, .. }) => {
            let of_item = |item: &Answers| -> Answers {
                let one = |q: &Question| {
                    let Some(Prefill::Form { question: source, .. }) = &q.prefill else { return None };
                    Some((q.id.clone(), fitting(q, item.get(source)?)?))
                };
                question.questions.iter().filter_map(one).collect()
            };
            let items: Vec<Answers> = found.iter().map(of_item).filter(|i| !i.is_empty()).take(*max).collect();
            (!items.is_empty()).then_some(Answer::Items(items))
        }
        _ => None,
    }
}
