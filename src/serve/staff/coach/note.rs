//! `POST /desk/cases/{case}/note`: what was done, in one short form; and taken away again.

use super::case::Told;
use super::posted::{LONG, Posted, Sent};
use super::{done, page_of};
use crate::case::{CaseFile, CaseRefusal, Note, NoteKind};
use crate::desk::ChangeError;
use crate::render::{DeskFormView, NoteTyped};
use crate::serve::error::Failure;
use crate::serve::staff::Signed;
use crate::text::{Figure, told_date};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// The phases that a note can name, as the closing report knows them.
const PHASES: [&str; 4] = ["direct", "find", "stabilise", "path"];

pub(super) async fn add(signed: Signed, Path(number): Path<String>, sent: Sent) -> Result<Response, Failure> {
    let case = signed.own_case(&number).await?;
    let desk = &signed.state.desk;
    let mut posted = Posted::of(&signed.state, sent)?;
    let kind = posted.text("kind");
    let kind = NoteKind::ALL.into_iter().find(|k| k.code() == kind);
    if kind.is_none() {
        posted.wrong("kind", "coach_open.wrong_choice");
    }
    let on = posted.day("on", desk.today());
    if on.is_some_and(|on| on < case.opening().client_since) {
        posted.wrong("on", "coach_case.wrong_before");
    }
    let hours_tenths = posted.hours("hours");
    let phase = posted.one_of("phase", PHASES);
    let text = posted.words("text", LONG);
    if let (Some(kind), Some(on), true) = (kind, on, posted.mistakes.is_empty()) {
        let noted = desk.note(&case, Note { on, kind, hours_tenths, phase, text }).await;
        return match noted {
            Ok(_) => Ok(done(&case, "note").into_response()),
            Err(ChangeError::Unfit(CaseRefusal::NotedAlready)) => Ok(done(&case, "noted_already").into_response()),
            Err(error) => Err(Failure::unavailable(&signed.state, &error)),
        };
    }
    let typed = NoteTyped {
        kind: posted.text("kind"),
        on: posted.text("on"),
        hours: posted.text("hours"),
        phase: posted.text("phase"),
        text: posted.text("text"),
    };
    signed.case_page(&case, Told { typed, mistakes: posted.mistakes, ..Told::default() }).await
}

/// The number of a note that was made once.
fn number_of(signed: &Signed, case: &CaseFile, note: &str) -> Result<u32, Failure> {
    let number = note.parse().ok().filter(|n| (1..=case.noted()).contains(n));
    number.ok_or_else(|| Failure::no_page(&signed.state))
}

pub(super) async fn ask_remove(
    signed: Signed,
    Path((number, note)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let case = signed.own_case(&number).await?;
    let number = number_of(&signed, &case, &note)?;
    let Some(kept) = case.notes().get(&number) else { return Ok(done(&case, "removed").into_response()) };
    let m = signed.messages();
    let here = format!("{}/note/{number}/remove", page_of(&case));
    let title = m.get("coach_case.note_remove_title").to_owned();
    let (day, hours) = (told_date(kept.on, m.language()), Figure::tenths(kept.hours_tenths).told(m.language()));
    let kind = m.get(&format!("coach_case.kind_{}", kept.kind.code()));
    let lead = m.fill("coach_case.note_remove_lead", &[("date", &day), ("kind", kind), ("hours", &hours)]);
    let view = DeskFormView::new(
        signed.frame(title.clone(), &here),
        signed.crumbs(Some(&case)),
        (title, Some(lead)),
        (here, m.get("coach_case.note_remove").to_owned()),
        (Vec::new(), &[]),
        m,
    );
    Ok(signed.state.page(StatusCode::OK, "staff/desk-form.html", &view))
}

pub(super) async fn remove(signed: Signed, Path((number, note)): Path<(String, String)>) -> Result<Response, Failure> {
    let case = signed.own_case(&number).await?;
    let note = number_of(&signed, &case, &note)?;
    match signed.state.desk.remove_note(&case, note).await {
        // Taken away twice is taken away.
        Ok(_) | Err(ChangeError::Unfit(_)) => Ok(done(&case, "removed").into_response()),
        Err(error) => Err(Failure::unavailable(&signed.state, &error)),
    }
}
