//! `GET /desk/cases/{case}`: everything about one case, with the one thing that comes next.

use super::{asked, page_of};
use crate::case::{CaseFile, NoteKind};
use crate::desk::{CaseDesk, FilledForm, NextStep, ReadState, TOLD_PARTIES, is_of_work};
use crate::form::{Collect, Form, Occasion, Party};
use crate::render::{CaseShown, CaseView, FieldMistake, Lane, NoteTyped, ShownForm, ShownNext};
use crate::serve::error::Failure;
use crate::serve::staff::Signed;
use crate::text::{Messages, finnish_date, told_date};
use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::response::Response;

/// What a page may be told to have been done, with the key of its words.
const DONE: [(&str, &str); 10] = [
    ("opened", "coach_case.done_opened"),
    ("note", "coach_case.done_note"),
    ("noted_already", "coach_case.done_noted_already"),
    ("removed", "coach_case.done_removed"),
    ("details", "coach_case.done_details"),
    ("ended", "coach_case.done_ended"),
    ("reopened", "coach_case.done_reopened"),
    ("problem", "coach_case.done_problem"),
    ("filled", "coach_case.done_filled"),
    ("contact", "coach_case.done_contact"),
];

/// What the page tells besides the case.
#[derive(Default)]
pub(super) struct Told {
    pub(super) done: Option<&'static str>,
    pub(super) typed: NoteTyped,
    pub(super) mistakes: Vec<FieldMistake>,
}

pub(super) async fn show(signed: Signed, Path(number): Path<String>, query: RawQuery) -> Result<Response, Failure> {
    let case = signed.own_case(&number).await?;
    let what = asked(&query, "done");
    let done = DONE.iter().find(|(code, _)| *code == what).map(|(_, key)| *key);
    signed.case_page(&case, Told { done, ..Told::default() }).await
}

impl Signed {
    /// The page of a case.
    pub(super) async fn case_page(&self, case: &CaseFile, told: Told) -> Result<Response, Failure> {
        let (desk, m) = (&self.state.desk, self.messages());
        let around = desk.case_desk(case).await.map_err(|error| Failure::unavailable(&self.state, &error))?;
        let opening = desk.opening_form().map(Form::id);
        let of_opening = around.filled.iter().rev().find(|f| Some(f.form.id()) == opening);
        let opened = opening.is_none() || of_opening.is_some();
        let typed = if told.mistakes.is_empty() {
            NoteTyped { on: finnish_date(desk.today()), ..NoteTyped::default() }
        } else {
            told.typed
        };
        let undo = case.notes().keys().next_back().copied().filter(|_| told.done == Some("coach_case.done_note"));
        let shown = CaseShown {
            case,
            next: self.next(case, opened),
            lanes: TOLD_PARTIES.map(|party| self.lane(party, &around)).to_vec(),
            forms: self.forms(&around),
            todo: self.todo(case, &around, of_opening),
            goals: of_opening.and_then(|f| f.goals(m.language())),
            officer: around.officer.as_ref().map(|o| o.name.clone()),
            done: told.done,
            undo,
            typed,
            mistakes: &told.mistakes,
        };
        let here = page_of(case);
        let view = CaseView::new(self.frame(super::name(case), &here), shown, &desk.instance, m);
        let status = if told.mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        Ok(self.state.page(status, "staff/case.html", &view))
    }

    fn next(&self, case: &CaseFile, opened: bool) -> ShownNext {
        let desk = &self.state.desk;
        let (step, base) = (NextStep::of(case, opened, &desk.instance), page_of(case));
        let form = |form: Option<&Form>| form.map(|f| format!("{base}/form/{}", f.id()));
        let handling = case.handling();
        let (href, posts) = match step {
            NextStep::Start => (form(desk.opening_form()), true),
            NextStep::Report => (form(desk.closing_form_of(Party::Coach)), true),
            NextStep::Complete => (Some(format!("{base}/correct")), false),
            NextStep::Correct | NextStep::AwaitOfficer | NextStep::Done => (Some(format!("{base}/report")), false),
            NextStep::End => (Some(format!("{base}/end")), false),
            NextStep::Note => (Some("#note".to_owned()), false),
            NextStep::Invite => (Some(format!("{base}/invite")), false),
        };
        let quote = match step {
            NextStep::Complete => handling.question.clone(),
            NextStep::Correct => handling.correcting.clone(),
            _ => None,
        };
        ShownNext { code: step.code(), href, posts, quote }
    }

    fn lane(&self, party: Party, around: &CaseDesk) -> Lane {
        let form = self.state.desk.closing_form_of(party).map_or("", Form::id);
        let reached = around.contacts.iter().any(|c| c.party == party);
        let lane = Lane { party: party.code(), reached, ..Lane::default() };
        let found = around.responses.iter().find(|r| r.party == party && r.form == form);
        found.map_or_else(
            || lane.clone(),
            |r| Lane {
                invited: r.invited,
                answered: r.answered,
                open_until: Some(r.open_until),
                expired: r.expired,
                reminded: r.reminded,
                mails: [r.mailed.waiting, r.mailed.delivered, r.mailed.dead],
                ..lane.clone()
            },
        )
    }

    fn forms(&self, around: &CaseDesk) -> Vec<ShownForm> {
        let m = self.messages();
        let shown = |form: &Form| ShownForm {
            id: form.id().to_owned(),
            title: form.title().in_language(m.language()).to_owned(),
            who: m.get(&format!("party.{}", form.party().code())).to_owned(),
            own: form.party() == Party::Coach,
            filled: last(around, form.id()).map(|f| told_date(f.on, m.language())),
            open: around.open.contains(form.id()),
            paper: form.collect() == Collect::Never,
        };
        let mut forms: Vec<&Form> = self.state.desk.forms.iter().filter(|f| is_of_work(f)).collect();
        forms.sort_by_key(|f| (f.party() != Party::Coach, f.occasion() != Occasion::Opening));
        forms.into_iter().map(shown).collect()
    }

    /// What stands between the case and its closing report.
    fn todo(
        &self,
        case: &CaseFile,
        around: &CaseDesk,
        opening: Option<&FilledForm>,
    ) -> Vec<(String, bool, Option<String>)> {
        let (desk, m, base) = (&self.state.desk, self.messages(), page_of(case));
        let mut todo = Vec::new();
        let mut add = |key: &str, done: bool, href: String| {
            let words = m.get(&format!("coach_case.todo_{key}_{}", if done { "done" } else { "missing" }));
            todo.push((words.to_owned(), done, (!done).then_some(href)));
        };
        if let Some(form) = desk.opening_form() {
            add("start", opening.is_some(), format!("{base}#form-{}", form.id()));
            let goals = opening.and_then(|f| f.goals(m.language())).is_some_and(|g| !g.is_empty());
            add("goals", goals, format!("{base}#form-{}", form.id()));
        }
        let mut pairs = desk.forms.iter().filter_map(|f| Some((f.pair_of()?, f.id())));
        if let Some((first, second)) = pairs.next() {
            add("assessment_start", last(around, first).is_some(), format!("{base}/form/{first}"));
            add("assessment_end", last(around, second).is_some(), format!("{base}/form/{second}"));
        }
        let agreement = desk.forms.iter().find(|f| is_of_work(f) && f.party() == Party::Employer);
        if let Some(form) = agreement {
            add("agreement", last(around, form.id()).is_some(), format!("{base}/form/{}", form.id()));
        }
        let noted = |kind: NoteKind| case.notes().values().any(|n| n.kind == kind);
        add("three_party", noted(NoteKind::ThreePartyTalk), format!("{base}#note"));
        add("feedback_talk", noted(NoteKind::FeedbackTalk), format!("{base}#note"));
        let interim =
            desk.forms.iter().find(|f| is_of_work(f) && f.party() == Party::Coach && f.occasion() == Occasion::During);
        if let Some(form) = interim.filter(|_| opening.is_some_and(FilledForm::agrees_interim)) {
            add("interim", last(around, form.id()).is_some(), format!("{base}#form-{}", form.id()));
        }
        if case.ending().is_some() && !case.reported() {
            add("reading", matches!(around.reading, ReadState::Read(_)), format!("{base}/reading"));
        }
        todo
    }
}

fn last<'a>(around: &'a CaseDesk, form: &str) -> Option<&'a FilledForm> {
    around.filled.iter().rev().find(|f| f.form.id() == form)
}

/// What a page of a form is called for whoever is told of it.
pub(super) fn title(form: &Form, m: Messages) -> String {
    form.title().in_language(m.language()).to_owned()
}
