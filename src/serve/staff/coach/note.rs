//! `POST /desk/cases/{case}/note`: what was done, in one short form; and taken away again.

use super::case::Told;
use super::done;
use super::posted::{LONG, Posted, Sent};
use crate::case::{Note, NoteKind};
use crate::desk::ChangeError;
use crate::render::NoteTyped;
use crate::serve::error::Failure;
use crate::serve::staff::Signed;
use axum::extract::Path;
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
        noted.map_err(|error| Failure::unavailable(&signed.state, &error))?;
        return Ok(done(&case, "note").into_response());
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

pub(super) async fn remove(signed: Signed, Path((number, note)): Path<(String, String)>) -> Result<Response, Failure> {
    let case = signed.own_case(&number).await?;
    let note = note.parse().map_err(|_| Failure::no_page(&signed.state))?;
    match signed.state.desk.remove_note(&case, note).await {
        // Taken away twice is taken away.
        Ok(_) | Err(ChangeError::Unfit(_)) => Ok(done(&case, "removed").into_response()),
        Err(error) => Err(Failure::unavailable(&signed.state, &error)),
    }
}
