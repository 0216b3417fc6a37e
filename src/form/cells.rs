//! Every text of a form in YAML, each under the name that files of translations give it.

use super::raw::{RawForm, RawQuestion};
use crate::text::{Position, Text};

/// What a text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// What introduces the form.
    Introduction,
    /// A question, or help with it.
    Question,
    /// Headings, choices, units, buttons.
    Label,
}

/// One text.
pub(super) struct Cell<'a> {
    pub(super) name: String,
    pub(super) at: Position,
    pub(super) text: &'a Text,
    pub(super) part: Part,
    /// The question it belongs to, and whether that is counted.
    pub(super) question: Option<(&'a RawQuestion, bool)>,
}

/// All texts in the order of the form.
pub(super) fn cells(raw: &RawForm) -> Vec<Cell<'_>> {
    let mut all = Vec::new();
    let mut add = |name: String, at, text, part| all.push(Cell { name, at, text, part, question: None });
    add("title".to_owned(), Position::of(&raw.title), &raw.title.value, Part::Label);
    add("lead".to_owned(), Position::of(&raw.lead), &raw.lead.value, Part::Introduction);
    add("why".to_owned(), Position::of(&raw.why), &raw.why.value, Part::Introduction);
    for (i, step) in raw.after.iter().enumerate() {
        add(format!("after.{}", i + 1), Position::of(step), &step.value, Part::Label);
    }
    for (i, page) in raw.pages.iter().enumerate() {
        let (name, at) = (format!("page.{}", i + 1), Position::of(&page.title));
        if let Some(hint) = &page.hint {
            all.push(Cell { name: format!("{name}.hint"), at, text: hint, part: Part::Question, question: None });
        }
        all.push(Cell { name, at, text: &page.title.value, part: Part::Label, question: None });
        for q in &page.questions {
            let counted = super::promise::countable(q.kind.value) && q.statistics.unwrap_or(raw.statistics);
            question(&mut all, q, counted);
            for inner in &q.questions {
                question(&mut all, inner, false);
            }
        }
    }
    all
}

fn question<'a>(all: &mut Vec<Cell<'a>>, q: &'a RawQuestion, counted: bool) {
    let (id, at) = (&q.id.value, Position::of(&q.text));
    let mut add = |name: String, at, text, part| {
        all.push(Cell { name, at, text, part, question: Some((q, counted)) });
    };
    add(id.clone(), at, &q.text.value, Part::Question);
    if let Some(hint) = &q.hint {
        add(format!("{id}.hint"), at, hint, Part::Question);
    }
    for choice in &q.choices {
        add(format!("{id}.{}", choice.value.code), Position::of(choice), &choice.value.label, Part::Label);
    }
    let others = [("low", &q.low), ("high", &q.high), ("unit", &q.unit), ("item", &q.item), ("add", &q.add)];
    for (name, text) in others {
        if let Some(text) = text {
            add(format!("{id}.{name}"), Position::of(&q.id), text, Part::Label);
        }
    }
}
