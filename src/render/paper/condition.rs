//! Conditions in words, because paper cannot hide a question.

use super::PaperContext;
use crate::form::{Condition, Form, Found, Subject, Test};
use crate::instance::Instance;
use crate::text::{Language, Messages};
use std::collections::BTreeMap;

/// Where a question stands on the paper.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Its number, such as `3` or `7 b`.
    pub(super) number: String,
    /// The part of the form that it stands in.
    pub(super) section: usize,
}

/// What turns conditions into sentences.
pub(super) struct Conditions<'a> {
    pub(super) form: &'a Form,
    pub(super) instance: &'a Instance,
    pub(super) context: &'a PaperContext<'a>,
    pub(super) places: &'a BTreeMap<String, Place>,
    pub(super) m: Messages,
}

/// What a condition means on this paper.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// It holds, so there is nothing to say.
    Always,
    /// It does not hold for the case, so what hangs on it is left out.
    Never,
    /// The respondent decides by these words.
    If(String),
}

impl Conditions<'_> {
    /// The reading of a condition on something in that section. What the case decides is decided; without a case
    /// and for answers it is said.
    pub(super) fn reading(&self, condition: Option<&Condition>, section: usize) -> Reading {
        let Some(condition) = condition else { return Reading::Always };
        match condition.value(&|s| self.look(s)) {
            Some(true) => Reading::Always,
            Some(false) => Reading::Never,
            None => Reading::If(self.clause(condition, true, section)),
        }
    }

    fn look(&self, subject: &Subject) -> Found {
        match subject {
            Subject::Case(name) if self.context.case.is_some() => {
                self.context.circumstances.get(name).map_or(Found::Nothing, Found::from)
            }
            _ => Found::Undecided,
        }
    }

    /// The clause after "if"; `wanted` is false inside a `not`.
    fn clause(&self, condition: &Condition, wanted: bool, section: usize) -> String {
        match condition {
            Condition::Not(part) => self.clause(part, !wanted, section),
            Condition::Of(subject, test) => self.test(subject, test, wanted, section),
            // Denied, all becomes any and the other way round.
            Condition::All(parts) => self.joined(parts, wanted, section, if wanted { "both" } else { "either" }),
            Condition::Any(parts) => self.joined(parts, wanted, section, if wanted { "either" } else { "both" }),
        }
    }

    fn joined(&self, parts: &[Condition], wanted: bool, section: usize, key: &str) -> String {
        let undecided: Vec<&Condition> = parts.iter().filter(|p| p.value(&|s| self.look(s)).is_none()).collect();
        let alone = undecided.len() == 1;
        let clause = |part: &&Condition| {
            let words = self.clause(part, wanted, section);
            // Brackets keep "and" and "or" apart.
            if alone || is_simple(part) { words } else { self.m.fill("paper.bracketed", &[("clause", &words)]) }
        };
        self.listed(undecided.iter().map(clause), key)
    }

    /// `a, b and c`.
    fn listed(&self, words: impl Iterator<Item = String>, key: &str) -> String {
        let mut words: Vec<String> = words.collect();
        let Some(last) = words.pop() else { return String::new() };
        if words.is_empty() {
            return last;
        }
        let first = words.join(self.m.get("paper.comma"));
        self.m.fill(&format!("paper.{key}"), &[("a", &first), ("b", &last)])
    }

    fn test(&self, subject: &Subject, test: &Test, wanted: bool, section: usize) -> String {
        let (who, whole, name) = match subject {
            Subject::Question(id) => ("question", self.question(id, section), id),
            Subject::Case(name) => ("case", self.m.get(&format!("paper.field.{name}")).to_owned(), name),
        };
        let (what, answer, yes) = match test {
            Test::Is(code) => ("is", self.answer(subject, code), wanted),
            Test::In(codes) => ("is", self.listed(codes.iter().map(|c| self.answer(subject, c)), "either"), wanted),
            Test::AtLeast(least) => ("at_least", least.to_string(), wanted),
            Test::Answered(answered) => ("answered", String::new(), wanted == *answered),
        };
        let not = if yes { "" } else { "_not" };
        let asked = if whole.is_empty() { name } else { &whole };
        self.m.fill(&format!("paper.{who}_{what}{not}"), &[("subject", asked), ("answers", &answer)])
    }

    /// The number of a question, with its words where it stands in another part.
    fn question(&self, id: &str, section: usize) -> String {
        let Some(place) = self.places.get(id) else { return String::new() };
        let text = self.form.question(id).filter(|_| place.section != section);
        match text {
            Some(q) => {
                let words = q.text.in_language(self.m.language());
                self.m.fill("paper.question_elsewhere", &[("number", &place.number), ("text", words)])
            }
            None => place.number.clone(),
        }
    }

    fn answer(&self, subject: &Subject, code: &str) -> String {
        let language = self.m.language();
        let label = match subject {
            Subject::Question(id) => self.form.question(id).and_then(|q| q.choice(code)).map(|c| &c.label),
            Subject::Case(name) => {
                self.instance.dimension(name).and_then(|d| d.category(code)).map(|category| &category.label)
            }
        };
        let named = || Language::from_code(code).filter(|_| *subject == Subject::Case("language".to_owned()));
        let words = match label {
            Some(label) => label.in_language(language),
            None => named().map_or(code, |named| named.own_name()),
        };
        self.m.fill("paper.quoted", &[("words", words)])
    }
}

fn is_simple(condition: &Condition) -> bool {
    match condition {
        Condition::Of(..) => true,
        Condition::Not(part) => is_simple(part),
        Condition::All(_) | Condition::Any(_) => false,
    }
}
