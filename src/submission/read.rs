//! Field values to answers, one question at a time.

use super::items::item_count;
use super::{Answer, Answers, Fault, Mistake, RawAnswers, found_in};
use crate::form::{Circumstances, Condition, Found, Kind, Question, Subject};
use crate::text::{contains_hetu, is_email, parse_date, parse_figure, parse_month};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Digits of a telephone number, fewest and most (ITU-T E.164 has at most 15).
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 5..=15;

/// Reads one sent form; remembers which fields it has seen and what was wrong.
pub(super) struct Reading<'a> {
    raw: &'a RawAnswers,
    circumstances: &'a Circumstances,
    seen: BTreeSet<String>,
    mistakes: Vec<Mistake>,
    /// Fields with an answer to what is not asked.
    pub(super) dropped: Vec<String>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(raw: &'a RawAnswers, circumstances: &'a Circumstances) -> Self {
        Self { raw, circumstances, seen: BTreeSet::new(), mistakes: Vec::new(), dropped: Vec::new() }
    }

    /// True when a condition holds for the answers so far, those of an item first.
    pub(super) fn holds(&self, condition: Option<&Condition>, item: &Answers, answers: &Answers) -> bool {
        let look = |subject: &Subject| match subject {
            Subject::Question(id) => found_in(item.get(id).or_else(|| answers.get(id))),
            Subject::Case(name) => self.circumstances.get(name).map_or(Found::Nothing, Found::from),
        };
        condition.is_none_or(|c| c.holds(&look))
    }

    /// Passes over a question that is not asked; what was answered to it all the same is dropped.
    pub(super) fn pass_over(&mut self, field: &str) {
        let prefix = format!("{field}.");
        let under = |name: &&String| **name == field || name.starts_with(&prefix);
        let names: Vec<String> = self.raw.keys().filter(under).cloned().collect();
        let filled = |name: &&String| {
            // The number of items says nothing itself.
            let count = **name == field && names.len() > 1;
            !count && self.raw.get(*name).is_some_and(|values| values.iter().any(|v| !v.trim().is_empty()))
        };
        if names.iter().any(|name| filled(&name)) {
            self.dropped.push(field.to_owned());
        }
        self.seen.extend(names);
    }

    /// The answer to a question in the field of that name.
    pub(super) fn answer(&mut self, question: &Question, field: &str) -> Option<Answer> {
        self.seen.insert(field.to_owned());
        let values = self.raw.get(field).map_or(&[][..], Vec::as_slice);
        match read(question, values, self.circumstances) {
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
    pub(super) fn items(&mut self, group: &Question, (min, max): (usize, usize), answers: &Answers) -> Option<Answer> {
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
                if !question.on_web() || !self.holds(question.ask_if.as_ref(), &item, answers) {
                    self.pass_over(field);
                    continue;
                }
                item.extend(self.answer(question, field).map(|a| (question.id.clone(), a)));
            }
            if !item.is_empty() {
                items.push(item);
            }
        }
        (!items.is_empty()).then_some(Answer::Items(items))
    }

    /// What was wrong in the order of the questions, then the fields that the form does not have.
    pub(super) fn finish(mut self) -> (Vec<Mistake>, Vec<String>) {
        let unknown: Vec<&String> = self.raw.keys().filter(|name| !self.seen.contains(*name)).collect();
        for name in unknown {
            self.mistakes.push(Mistake { question: name.clone(), fault: Fault::UnknownQuestion });
        }
        (self.mistakes, self.dropped)
    }

    fn tell(&mut self, field: &str, fault: Fault) {
        self.mistakes.push(Mistake { question: field.to_owned(), fault });
    }
}

/// True when the text holds something of the shape of an identity code, whatever figures it is written in.
#[must_use]
pub fn holds_identity_code(text: &str) -> bool {
    contains_hetu(&european(text))
}

/// A text as it is known by its letters and figures: Arabic, Persian and full-width ones as European ones, without marks
/// that nobody sees. So numbers, days and identity codes are known for what they are.
fn european(text: &str) -> String {
    let digit = |c: char, zero: char| char::from_digit(u32::from(c) - u32::from(zero), 10).unwrap_or(c);
    let known = |c: char| match c {
        '٠'..='٩' => Some(digit(c, '٠')),
        '۰'..='۹' => Some(digit(c, '۰')),
        '٫' => Some(','),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => None,
        other => Some(other),
    };
    text.chars().filter_map(known).collect()
}

/// Marks that turn the order of letters round for whoever reads the text; those that join letters stay.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn read(question: &Question, values: &[String], circumstances: &Circumstances) -> Result<Option<Answer>, Fault> {
    match question.kind {
        Kind::Text(limit) => match values {
            [] => Ok(None),
            [text] => read_text(text, limit),
            _ => Err(Fault::OneOnly),
        },
        Kind::Information | Kind::Signature => Ok(None),
        Kind::Number { .. } | Kind::Date | Kind::Month | Kind::Email | Kind::Phone | Kind::Group { .. } => match values
        {
            [] => Ok(None),
            [text] if text.trim().is_empty() => Ok(None),
            [text] if holds_identity_code(text) => Err(Fault::IdentityCode),
            [text] => read_line(question, &european(text), circumstances).map(Some),
            _ => Err(Fault::OneOnly),
        },
        _ => read_choices(question, values),
    }
}

fn read_line(question: &Question, text: &str, circumstances: &Circumstances) -> Result<Answer, Fault> {
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
        Kind::Month => {
            let month = parse_month(text).ok_or(Fault::NotAMonth)?;
            let (earliest, latest) = question.days(circumstances);
            // A month is in time when one of its days is.
            within(month, earliest.map(Date::first_of_month), latest).map(Answer::Month)
        }
        Kind::Email => read_address(text).ok_or(Fault::NotAnAddress),
        Kind::Phone => read_phone(text).ok_or(Fault::NotAPhone),
        _ => {
            let date = parse_date(text).ok_or(Fault::NotADate)?;
            let (earliest, latest) = question.days(circumstances);
            within(date, earliest, latest).map(Answer::Date)
        }
    }
}

fn within(day: Date, earliest: Option<Date>, latest: Option<Date>) -> Result<Date, Fault> {
    match (earliest, latest) {
        (Some(earliest), _) if day < earliest => Err(Fault::TooEarly { earliest }),
        (_, Some(latest)) if day > latest => Err(Fault::TooLate { latest }),
        _ => Ok(day),
    }
}

/// An address that mail could go to.
fn read_address(text: &str) -> Option<Answer> {
    let text = text.trim();
    is_email(text).then(|| Answer::Text(text.to_owned()))
}

/// A telephone number: digits, perhaps a plus before and signs between.
fn read_phone(text: &str) -> Option<Answer> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let rest = text.strip_prefix('+').unwrap_or(&text);
    let good = PHONE_DIGITS.contains(&digits) && rest.chars().all(|c| c.is_ascii_digit() || " -()".contains(c));
    good.then_some(Answer::Text(text))
}

fn read_choices(question: &Question, values: &[String]) -> Result<Option<Answer>, Fault> {
    let given: Vec<&str> = values.iter().map(|v| v.trim()).filter(|v| !v.is_empty()).collect();
    if given.iter().any(|code| holds_identity_code(code)) {
        return Err(Fault::IdentityCode);
    }
    if given.iter().any(|code| question.choice(code).is_none()) {
        return Err(Fault::UnknownChoice);
    }
    if question.kind == Kind::Many {
        let codes: BTreeSet<String> = given.iter().map(|&c| c.to_owned()).collect();
        let exclusive = codes.iter().any(|c| question.choice(c).is_some_and(|choice| choice.apart));
        let (least, most) = question.choose.unwrap_or((0, usize::MAX));
        return match codes.len() {
            0 => Ok(None),
            n if n < least && !exclusive => Err(Fault::TooFewChoices { least }),
            n if n > most => Err(Fault::TooManyChoices { most }),
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
    let kept: String = unified.chars().filter(|c| *c == '\n' || !(c.is_control() || turns(*c))).collect();
    let kept = kept.trim();
    let length = kept.chars().count();
    // Told first: a shorter text would only bring it up a second time.
    if holds_identity_code(kept) {
        return Err(Fault::IdentityCode);
    }
    if length > limit {
        return Err(Fault::TooLong { length, limit });
    }
    Ok((!kept.is_empty()).then(|| Answer::Text(kept.to_owned())))
}
