//! From one page of a form to the next: the server alone decides what is asked.

use super::sent_form::SentForm;
use crate::form::{Circumstances, Form, Kind, Screen};
use crate::store::Part;
use crate::submission::{Mistake, RawAnswers, Submission, Understood, next_page, page_of, previous_page};
use std::collections::BTreeSet;

/// Where a respondent stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Before the questions of a page, counted from 0, or of all of them; with what is wrong there.
    Questions(Option<usize>, Vec<Mistake>),
    /// Before the answers, to be checked.
    Check,
}

/// True when a form is asked page by page; whoever keys in paper has it on one screen.
pub(super) fn is_paged(form: &Form, keying: bool) -> bool {
    form.screen() == Screen::Pages && !keying
}

/// The page to be shown: the one that is asked for, counted from 1, else the first; the next with anything to ask, else
/// the one before.
pub(super) fn at(
    form: &Form,
    keying: bool,
    page: Option<usize>,
    given: &RawAnswers,
    circumstances: &Circumstances,
) -> Option<usize> {
    let answers = Submission::understood(given, form, circumstances).answers;
    let from = page.unwrap_or(1).saturating_sub(1).min(form.pages().len().saturating_sub(1));
    let next = || next_page(form, from, &answers, circumstances);
    let found = || next().or_else(|| previous_page(form, from, &answers, circumstances)).unwrap_or(0);
    is_paged(form, keying).then(found)
}

/// What of a draft a posted page replaces: its own questions. The answers to be checked replace nothing, so that what was
/// changed elsewhere meanwhile stays; whoever sends everything at once replaces everything.
pub(super) fn part(form: &Form, keying: bool, sent: &SentForm) -> Part {
    match sent.page.filter(|_| is_paged(form, keying)) {
        Some(page) => {
            let page = form.pages().get(page.saturating_sub(1)).or(form.pages().last());
            Part::Questions(page.into_iter().flat_map(|p| p.questions.iter().map(|q| q.id.clone())).collect())
        }
        None if is_paged(form, keying) && sent.then_check => Part::Questions(Vec::new()),
        None => Part::All,
    }
}

/// The fields in which something stands that was not there before anybody wrote anything.
pub(super) fn own(form: &Form, given: &RawAnswers, known: &RawAnswers) -> BTreeSet<String> {
    let is_own = |(field, values): &(&String, &Vec<String>)| {
        let counts_items = form.asked(field).is_some_and(|q| matches!(q.kind, Kind::Group { .. }));
        !counts_items && known.get(*field) != Some(values) && values.iter().any(|value| !value.trim().is_empty())
    };
    given.iter().filter(is_own).map(|(field, _)| field.clone()).collect()
}

/// The page to go on with: the first that is asked and has no answer of the respondent's own, else the last.
pub(super) fn unfinished(
    form: &Form,
    keying: bool,
    given: &RawAnswers,
    own: &BTreeSet<String>,
    circumstances: &Circumstances,
) -> Option<usize> {
    let answers = Submission::understood(given, form, circumstances).answers;
    let asked = (0..form.pages().len()).filter(|n| next_page(form, *n, &answers, circumstances) == Some(*n));
    let asked: Vec<usize> = asked.collect();
    let empty = |n: &usize| own.iter().all(|field| page_of(form, field) != Some(*n));
    let found = || asked.iter().copied().find(empty).or(asked.last().copied()).unwrap_or(0);
    is_paged(form, keying).then(found)
}

/// The page that was asked for, within the form.
pub(super) fn wanted(form: &Form, keying: bool, sent: &SentForm) -> Option<usize> {
    let last = form.pages().len().saturating_sub(1);
    is_paged(form, keying).then(|| sent.to.or(sent.page).unwrap_or(1).saturating_sub(1).min(last))
}

/// Where the button that goes on leads: to what is wrong on this page, to the next page that asks anything, or to the
/// answers to be checked.
pub(super) fn go_on(form: &Form, keying: bool, sent: &SentForm, circumstances: &Circumstances) -> Step {
    let (Some(page), true) = (sent.page, is_paged(form, keying)) else { return Step::Check };
    let page = page.saturating_sub(1).min(form.pages().len().saturating_sub(1));
    let understood = Submission::understood(&sent.answers, form, circumstances);
    // What no page asks for is told where the reader is.
    let here = |m: &Mistake| page_of(form, &m.question).is_none_or(|p| p == page);
    let mistakes: Vec<Mistake> = understood.mistakes.iter().filter(|m| here(m)).cloned().collect();
    if !mistakes.is_empty() {
        return Step::Questions(Some(page), mistakes);
    }
    if sent.then_check {
        // Back to the check page, but for a page that is asked only now and has nothing yet.
        let new = |n: &usize| is_new(form, *n, &understood);
        return match (page + 1..form.pages().len()).find(new) {
            Some(n) => Step::Questions(Some(n), Vec::new()),
            None => Step::Check,
        };
    }
    match next_page(form, page + 1, &understood.answers, circumstances) {
        Some(next) => Step::Questions(Some(next), Vec::new()),
        None => Step::Check,
    }
}

/// True when a page stands under a condition that holds, and none of its questions has an answer.
fn is_new(form: &Form, page: usize, understood: &Understood) -> bool {
    let page = &form.pages()[page];
    let mut asked = page.questions.iter().filter(|q| q.asks() && !understood.not_asked.contains(&q.id)).peekable();
    page.ask_if.is_some() && asked.peek().is_some() && asked.all(|q| !understood.answers.contains_key(&q.id))
}

/// The page on which the first mistake stands, with the mistakes of that page; all of them on one screen.
pub(super) fn to_mend(form: &Form, keying: bool, mistakes: Vec<Mistake>) -> Step {
    if !is_paged(form, keying) {
        return Step::Questions(None, mistakes);
    }
    let page = mistakes.iter().find_map(|m| page_of(form, &m.question)).unwrap_or(0);
    let here = |m: &Mistake| page_of(form, &m.question).is_none_or(|p| p == page);
    Step::Questions(Some(page), mistakes.into_iter().filter(here).collect())
}
