//! What is known of a case while a form is shown or read: conditions, texts, limits of days and answers
//! filled in beforehand draw on it.

use super::Party;
use crate::text::{Figure, Language, Messages, Text, told_date};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Something known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// A code of a list, with what it is called.
    Code {
        /// The code.
        code: String,
        /// Its label.
        label: Text,
    },
    /// A number.
    Number(Figure),
    /// A day.
    Day(Date),
    /// Words.
    Words(Text),
}

/// What can be done with a field of the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldUse {
    /// Tested by its code, told by its label.
    Code,
    /// Tested with `at_least`, told as a number.
    Number,
    /// A limit of days, told as a day.
    Day,
    /// Only told.
    Words,
}

/// A field of the case as forms know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What can be done with it.
    pub usage: FieldUse,
    /// True when employers and colleagues may learn it from a form.
    pub public: bool,
    /// True when texts may name it.
    pub in_texts: bool,
}

const fn field(name: &'static str, usage: FieldUse, public: bool, in_texts: bool) -> Field {
    Field { name, usage, public, in_texts }
}

/// Every field of the case that forms may use.
pub const FIELDS: [Field; 18] = [
    field("outcome", FieldUse::Code, false, true),
    field("language", FieldUse::Code, false, false),
    field("age_group", FieldUse::Code, false, false),
    field("municipality", FieldUse::Words, false, false),
    field("subsidies", FieldUse::Code, false, false),
    field("hours", FieldUse::Number, false, true),
    field("meetings", FieldUse::Number, false, true),
    field("work_trials", FieldUse::Number, false, true),
    field("talks", FieldUse::Words, false, false),
    field("direct_amount", FieldUse::Code, false, false),
    field("find_amount", FieldUse::Code, false, false),
    field("stabilise_amount", FieldUse::Code, false, false),
    field("path_amount", FieldUse::Code, false, false),
    field("coach", FieldUse::Words, false, true),
    field("client_since", FieldUse::Day, false, true),
    field("coaching_started", FieldUse::Day, true, true),
    field("coaching_ended", FieldUse::Day, true, true),
    field("today", FieldUse::Day, true, false),
];

/// What is known of one case on one day. An empty one knows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Circumstances(BTreeMap<&'static str, Known>);

impl Circumstances {
    /// Those of a case of which only the day is known.
    #[must_use]
    pub fn on(today: Date) -> Self {
        Self::default().with("today", Some(Known::Day(today)))
    }

    /// The same, knowing a field; what no form may use is left out.
    #[must_use]
    pub fn with(mut self, name: &str, known: Option<Known>) -> Self {
        if let (Some(field), Some(known)) = (FIELDS.iter().find(|f| f.name == name), known) {
            self.0.insert(field.name, known);
        }
        self
    }

    /// What is known under that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Known> {
        self.0.get(name)
    }

    /// The day known under that name.
    #[must_use]
    pub fn day(&self, name: &str) -> Option<Date> {
        if let Some(Known::Day(day)) = self.get(name) { Some(*day) } else { None }
    }

    /// A text with the fields of the case in it told; what is not known is said to be so.
    #[must_use]
    pub fn told(&self, text: &Text) -> Text {
        if Language::OF_FORMS.iter().all(|l| !text.own(*l).is_some_and(|words| words.contains('{'))) {
            return text.clone();
        }
        text.map(|language, words| {
            FIELDS.iter().filter(|f| f.in_texts).fold(words.to_owned(), |words, field| {
                let place = format!("{{{}}}", field.name);
                if words.contains(&place) { words.replace(&place, &self.word(field.name, language)) } else { words }
            })
        })
    }

    fn word(&self, name: &str, language: Language) -> String {
        match self.get(name) {
            Some(Known::Code { label, .. } | Known::Words(label)) => label.in_language(language).to_owned(),
            Some(Known::Number(figure)) => figure.told(language),
            Some(Known::Day(day)) => told_date(*day, language),
            None => Messages::of(language).get("form.unknown").to_owned(),
        }
    }
}

/// True when a form of that party may use the field.
pub(super) fn may_use(party: Party, field: &Field) -> bool {
    field.public || !matches!(party, Party::Employer | Party::Community)
}
