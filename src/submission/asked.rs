//! Which questions a page shows: those that are asked, and those that hang on answers of the same page.

use super::{Answers, found_in};
use crate::form::{Circumstances, Condition, Form, FormPage, Found, Question, Subject};
use std::collections::{BTreeMap, BTreeSet};

/// Whether a question is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// It hangs on an answer that stands on the same page; the server decides when it is sent.
    Depends,
}

/// Whether the questions of the `shown` pages are asked, by id, given the answers on the pages before;
/// questions of a group that hang on their item depend.
#[must_use]
pub fn asking(
    form: &Form,
    shown: std::ops::Range<usize>,
    answers: &Answers,
    circumstances: &Circumstances,
) -> BTreeMap<String, Asking> {
    let mut open: BTreeSet<&str> = BTreeSet::new();
    let mut asked = BTreeMap::new();
    for page in form.pages().get(shown).unwrap_or_default() {
        for question in &page.questions {
            let decided = decide(page, question, &open, answers, circumstances);
            if decided != Asking::No {
                open.insert(&question.id);
            }
            asked.insert(question.id.clone(), decided);
            for inner in &question.questions {
                let own = of_item(inner, question, &open, answers, circumstances);
                asked.insert(inner.id.clone(), own);
            }
        }
    }
    asked
}

fn decide(
    page: &FormPage,
    question: &Question,
    open: &BTreeSet<&str>,
    answers: &Answers,
    circumstances: &Circumstances,
) -> Asking {
    if !question.on_web() {
        return Asking::No;
    }
    let of = |condition: Option<&Condition>| value(condition, &|id| open.contains(id), answers, circumstances);
    match (of(page.ask_if.as_ref()), of(question.ask_if.as_ref())) {
        (Some(false), _) | (_, Some(false)) => Asking::No,
        (Some(true), Some(true)) => Asking::Yes,
        _ => Asking::Depends,
    }
}

fn of_item(
    inner: &Question,
    group: &Question,
    open: &BTreeSet<&str>,
    answers: &Answers,
    circumstances: &Circumstances,
) -> Asking {
    let of_same_item = |id: &str| group.questions.iter().any(|q| q.id == id);
    let undecided = |id: &str| open.contains(id) || of_same_item(id);
    match value(inner.ask_if.as_ref(), &undecided, answers, circumstances) {
        _ if !inner.on_web() => Asking::No,
        Some(false) => Asking::No,
        Some(true) => Asking::Yes,
        None => Asking::Depends,
    }
}

fn value(
    condition: Option<&Condition>,
    undecided: &dyn Fn(&str) -> bool,
    answers: &Answers,
    circumstances: &Circumstances,
) -> Option<bool> {
    let look = |subject: &Subject| match subject {
        Subject::Question(id) if undecided(id) => Found::Undecided,
        Subject::Question(id) => found_in(answers.get(id)),
        Subject::Case(name) => circumstances.get(name).map_or(Found::Nothing, Found::from),
    };
    condition.map_or(Some(true), |c| c.value(&look))
}

/// The first page from `from` on that has anything to show, given the answers before it.
#[must_use]
pub fn next_page(form: &Form, from: usize, answers: &Answers, circumstances: &Circumstances) -> Option<usize> {
    (from..form.pages().len()).find(|n| has_questions(form, *n, answers, circumstances))
}

/// The last page before `before` that has anything to show.
#[must_use]
pub fn previous_page(form: &Form, before: usize, answers: &Answers, circumstances: &Circumstances) -> Option<usize> {
    (0..before.min(form.pages().len())).rev().find(|n| has_questions(form, *n, answers, circumstances))
}

fn has_questions(form: &Form, page: usize, answers: &Answers, circumstances: &Circumstances) -> bool {
    let asked = asking(form, page..page + 1, answers, circumstances);
    form.pages()[page].questions.iter().any(|q| asked.get(&q.id).is_some_and(|a| *a != Asking::No))
}

/// The page on which the question behind a field stands.
#[must_use]
pub fn page_of(form: &Form, field: &str) -> Option<usize> {
    let root = field.split('.').next().unwrap_or_default();
    form.pages().iter().position(|p| p.questions.iter().any(|q| q.id == root))
}
