//! What was typed into a form of the desk, and what is wrong with it.

use crate::render::FieldMistake;
use crate::serve::State;
use crate::serve::error::Failure;
use crate::submission::holds_identity_code;
use crate::text::{Messages, parse_date, parse_tenths};
use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use jiff::civil::Date;

/// Fields as they are posted.
pub(super) type Sent = Result<Form<Vec<(String, String)>>, FormRejection>;

/// Most characters of a text on several lines.
pub(super) const LONG: usize = 500;
/// Most characters of a text on one line.
pub(super) const SHORT: usize = 100;
/// Most hours of one note, in tenths: nobody works longer a day.
const MOST_HOURS: i64 = 240;

/// What was typed; what is wrong is gathered while it is read.
pub(super) struct Posted {
    fields: Vec<(String, String)>,
    pub(super) mistakes: Vec<FieldMistake>,
    m: Messages,
}

impl Posted {
    pub(super) fn of(state: &State, sent: Sent) -> Result<Self, Failure> {
        let Form(fields) = sent.map_err(|_| Failure::unreadable(state))?;
        Ok(Self { fields, mistakes: Vec::new(), m: Messages::of(state.language) })
    }

    /// Nothing was typed yet; these values are proposed.
    pub(super) fn proposed(m: Messages, fields: &[(&str, String)]) -> Self {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        Self { fields, mistakes: Vec::new(), m }
    }

    /// As typed, without control characters and outer spaces.
    pub(super) fn text(&self, name: &str) -> String {
        let value = self.fields.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value);
        let kept = value.replace("\r\n", "\n");
        kept.chars().filter(|c| !c.is_control() || *c == '\n').collect::<String>().trim().to_owned()
    }

    pub(super) fn wrong(&mut self, field: &'static str, key: &str) {
        let text = self.m.get(key).to_owned();
        self.mistakes.push(FieldMistake { field, text });
    }

    /// A text of at most so many characters; none where nothing was typed.
    pub(super) fn words(&mut self, field: &'static str, most: usize) -> Option<String> {
        let mut text = self.text(field);
        if most <= SHORT {
            // A field of one line.
            text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        }
        if holds_identity_code(&text) {
            self.wrong(field, "coach_open.wrong_hetu");
        } else if text.chars().count() > most {
            let text = self.m.fill("coach_open.wrong_long", &[("most", &most.to_string())]);
            self.mistakes.push(FieldMistake { field, text });
        }
        (!text.is_empty()).then_some(text)
    }

    /// A day that has come.
    pub(super) fn day(&mut self, field: &'static str, today: Date) -> Option<Date> {
        let day = parse_date(&self.text(field));
        match day {
            None => self.wrong(field, "coach_open.wrong_day"),
            Some(day) if day > today => self.wrong(field, "coach_open.wrong_future"),
            Some(_) => {}
        }
        day
    }

    /// Hours of a day in tenths; nothing is none.
    pub(super) fn hours(&mut self, field: &'static str) -> i64 {
        let text = self.text(field);
        let hours = if text.is_empty() { Some(0) } else { parse_tenths(&text) };
        if hours.is_none_or(|h| h > MOST_HOURS) {
            self.wrong(field, "coach_open.wrong_hours");
        }
        hours.unwrap_or(0)
    }

    /// One of these codes; none where nothing was chosen.
    pub(super) fn one_of<'a>(
        &mut self,
        field: &'static str,
        codes: impl IntoIterator<Item = &'a str>,
    ) -> Option<String> {
        let text = self.text(field);
        if text.is_empty() {
            return None;
        }
        if !codes.into_iter().any(|code| code == text) {
            self.wrong(field, "coach_open.wrong_choice");
        }
        Some(text)
    }
}
