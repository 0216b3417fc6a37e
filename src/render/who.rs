//! Who sees what, said before the first question and on paper, drawn from the form itself so that neither can say
//! otherwise.

use crate::form::{Form, Kind, Party, Question, Visibility};
use crate::text::Messages;
use serde::Serialize;
use std::collections::BTreeMap;

/// A party and what it sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Who {
    pub(super) who: String,
    pub(super) sees: String,
    /// The questions it concerns, when it is not all of them.
    pub(super) questions: Vec<String>,
}

/// Everybody with what he or she sees, and what nobody does.
pub(super) fn who_sees(form: &Form, m: Messages) -> Vec<Who> {
    let hidden: Vec<String> = form
        .questions()
        .filter(|q| q.asks() && q.on_web() && q.visibility == Visibility::Statistics)
        .map(|q| q.text.in_language(m.language()).to_owned())
        .collect();
    let line = |key: &str| Who {
        who: m.get(&format!("who.{key}")).to_owned(),
        sees: m.get(&format!("who.{key}_sees")).to_owned(),
        questions: Vec::new(),
    };
    let mut who: Vec<Who> = readers(form, !hidden.is_empty()).into_iter().map(line).collect();
    if !hidden.is_empty() {
        who.push(Who { questions: hidden, ..line("nobody") });
    }
    who.extend(differing(form, m));
    let report = form.is_closing_report();
    let counted = form.questions().any(|q| q.statistics);
    who.push(line(match (report, counted) {
        (true, _) => "report_public",
        (false, true) => "public",
        (false, false) if form.counts_change() => "change_public",
        (false, false) => "nothing_public",
    }));
    let writes = |q: &Question| matches!(q.kind, Kind::Text(_));
    if form.questions().any(writes) && !report {
        let together = form.questions().any(|q| writes(q) && q.visibility == Visibility::Together);
        who.push(line(if together { "own_words_together" } else { "own_words" }));
    }
    who
}

/// Said to those who may decline: a report is the coach's duty.
pub(super) fn voluntary(form: &Form, m: Messages) -> Option<&'static str> {
    match form.party() {
        Party::Coach => None,
        Party::Client => Some(m.get("form.voluntary_text")),
        _ => Some(m.get("form.voluntary_others")),
    }
}

/// The heading above who sees what.
pub(super) fn who_title(form: &Form, m: Messages) -> &'static str {
    m.get(if form.is_closing_report() { "form.who_title_report" } else { "form.who_title" })
}

/// The visibility of most questions: the form's rule.
fn common(form: &Form) -> Option<Visibility> {
    form.questions().filter(|q| q.asks()).map(|q| q.visibility).find(|v| *v != Visibility::Statistics)
}

/// Questions that others read than the rest, by who reads them.
fn differing(form: &Form, m: Messages) -> Vec<Who> {
    let mut by: BTreeMap<Visibility, Vec<String>> = BTreeMap::new();
    for q in form.questions().filter(|q| q.asks() && q.on_web() && q.visibility != Visibility::Statistics) {
        if Some(q.visibility) != common(form) {
            by.entry(q.visibility).or_default().push(q.text.in_language(m.language()).to_owned());
        }
    }
    let who = |(visibility, questions)| {
        let key = match visibility {
            Visibility::Officer | Visibility::Statistics => "only_officer",
            Visibility::Together => "only_together",
            Visibility::Provider => "only_provider",
            Visibility::Report => "only_report",
            Visibility::Coach => "only_coach",
        };
        Who { who: m.get("who.only").to_owned(), sees: m.get(&format!("who.{key}")).to_owned(), questions }
    };
    by.into_iter().map(who).collect()
}

/// Who reads single answers, as keys under `who` of the catalogue.
fn readers(form: &Form, some_hidden: bool) -> Vec<&'static str> {
    let common = common(form);
    let coach = form.coach_reads_if().is_some();
    match (common, form.party()) {
        (Some(Visibility::Together), _) => vec!["together_officer", "together_coach"],
        (Some(Visibility::Provider), _) => vec!["provider"],
        (Some(Visibility::Report), _) if form.is_closing_report() => {
            vec!["report_client", "report_officer"]
        }
        (Some(Visibility::Report), Party::Client) => vec!["shared_coach", "shared_officer"],
        (Some(Visibility::Report), Party::Coach) => vec!["shared_client", "shared_officer"],
        (Some(Visibility::Report), _) => vec!["shared_client", "shared_coach", "shared_officer"],
        (Some(Visibility::Coach), Party::Client) => vec!["shared_coach", "unshared_officer"],
        (Some(Visibility::Coach), Party::Coach) => vec!["shared_client", "unshared_officer"],
        (Some(Visibility::Coach), _) => vec!["shared_client", "shared_coach", "unshared_officer"],
        (None | Some(Visibility::Statistics), _) => Vec::new(),
        (Some(Visibility::Officer), Party::Client) => {
            let officer = if some_hidden { "officer_except" } else { "officer" };
            vec![officer, if coach { "coach_if_allowed" } else { "coach" }]
        }
        (Some(Visibility::Officer), _) => {
            let officer = if some_hidden { "case_officer_except" } else { "case_officer" };
            vec![officer, if coach { "case_coach_if_allowed" } else { "case_coach" }]
        }
    }
}
