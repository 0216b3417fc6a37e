//! Field values to answers, one question at a time.

use super::items::item_count;
use super::{Answer, Answers, Fault, Mistake, RawAnswers};
use crate::form::{Kind, Question};
use crate::text::{contains_hetu, parse_date, parse_figure};
use std::collections::BTreeSet;

/// Reads one sent form; remembers which fields it has seen and what was wrong.
pub(super) struct Reading<'a> {
    raw: &'a RawAnswers,
    seen: BTreeSet<String>,
    mistakes: Vec<Mistake>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(raw: &'a RawAnswers) -> Self {
        Self { raw, seen: BTreeSet::new(), mistakes: Vec::new() }
    }

    /// The answer to a question in the field of that name.
    pub(super) fn answer(&mut self, question: &Question, field: &str) -> Option<Answer> {
        self.seen.insert(field.to_owned());
        let values = self.raw.get(field).map_or(&[][..], Vec::as_slice);
        match read(question, values) {
            Ok(None) if question.required => {
                self.tell(field, Fault::Missing);
                None
            }
            Ok(answer) => answer,
            Err(fault) => {
                self.tell(field, fault);
                None
            }
        }
    }

    /// The items of a group; those left empty beyond the first `min` are none.
    pub(super) fn items(&mut self, group: &Question, min: usize, max: usize) -> Option<Answer> {
        self.seen.insert(group.id.clone());
        let sent = item_count(self.raw, group);
        if sent > max {
            self.tell(&group.id, Fault::TooManyItems { max });
        }
        let mut items = Vec::new();
        for n in 1..=sent.min(max).max(min) {
            let fields: Vec<String> = group.questions.iter().map(|q| group.field(n, &q.id)).collect();
            let touched = fields
                .iter()
                .any(|f| self.raw.get(f).is_some_and(|values| values.iter().any(|v| !v.trim().is_empty())));
            if !touched && n > min {
                self.seen.extend(fields);
                continue;
            }
            let mut item = Answers::new();
            for (question, field) in group.questions.iter().zip(&fields) {
                item.extend(self.answer(question, field).map(|a| (question.id.clone(), a)));
            }
            if !item.is_empty() {
                items.push(item);
            }
        }
        (!items.is_empty()).then_some(Answer::Items(items))
    }

    /// What was wrong in the order of the questions, then the fields that the form does not have.
    pub(super) fn finish(mut self) -> Vec<Mistake> {
        let unknown: Vec<&String> = self.raw.keys().filter(|name| !self.seen.contains(*name)).collect();
        for name in unknown {
            self.mistakes.push(Mistake { question: name.clone(), fault: Fault::UnknownQuestion });
        }
        self.mistakes
    }

    fn tell(&mut self, field: &str, fault: Fault) {
        self.mistakes.push(Mistake { question: field.to_owned(), fault });
    }
}

fn read(question: &Question, values: &[String]) -> Result<Option<Answer>, Fault> {
    match question.kind {
        Kind::Text(limit) => match values {
            [] => Ok(None),
            [text] => read_text(text, limit),
            _ => Err(Fault::OneOnly),
        },
        Kind::Number { .. } | Kind::Date | Kind::Group { .. } => match values {
            [] => Ok(None),
            [text] if text.trim().is_empty() => Ok(None),
            [text] if contains_hetu(text) => Err(Fault::IdentityCode),
            [text] => read_line(question, text).map(Some),
            _ => Err(Fault::OneOnly),
        },
        _ => read_choices(question, values),
    }
}

fn read_line(question: &Question, text: &str) -> Result<Answer, Fault> {
    match question.kind {
        Kind::Number { min, max, decimals } => {
            // A unit written beside the number, such as h, says nothing new.
            let digits = text.trim_end_matches(char::is_alphabetic);
            let figure = parse_figure(digits, decimals).ok_or(Fault::NotANumber { decimals })?;
            let unit = 10_i64.pow(u32::from(decimals));
            if figure.scaled < min * unit || figure.scaled > max * unit {
                return Err(Fault::OutOfRange { min, max });
            }
            Ok(Answer::Number(figure))
        }
        _ => parse_date(text).map(Answer::Date).ok_or(Fault::NotADate),
    }
}

fn read_choices(question: &Question, values: &[String]) -> Result<Option<Answer>, Fault> {
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
    // Told first: a shorter text would only bring it up a second time.
    if contains_hetu(kept) {
        return Err(Fault::IdentityCode);
    }
    if length > limit {
        return Err(Fault::TooLong { length, limit });
    }
    Ok((!kept.is_empty()).then(|| Answer::Text(kept.to_owned())))
}
