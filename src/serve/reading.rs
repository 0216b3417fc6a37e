//! `GET /f/<token>/report` and `/f/<token>/agreed`: behind the link at which a client tells what he or she says of the
//! closing report stands the report itself, and once it was sent what was agreed. Both stay until the invitation ends,
//! also when it was answered; the link shows nothing else.

use super::State;
use super::error::Failure;
use super::language::Asked;
use super::visit::Visit;
use crate::case::CaseFile;
use crate::desk::{Arrival, AssessedPair, Closed, Reading};
use crate::render::{AgreedView, Assessed, ReadingView};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

/// A client at the report.
struct Reader<'a> {
    visit: Visit<'a>,
    case: CaseFile,
    /// True while something can be said of the report.
    open: bool,
}

/// The report, or that there is none yet.
pub(super) async fn report(Asked(state): Asked, Path(token): Path<String>) -> Result<Response, Failure> {
    let Reader { visit, case, open } = state.reader(&token).await?;
    let reading = state.desk.reading(&case).await.map_err(|error| Failure::unavailable(&state, &error))?;
    let (report, sent_on) = match &reading {
        Reading::Nothing => (None, None),
        Reading::Draft(report) => (Some(report.as_ref()), None),
        Reading::Sent(report, sent) => {
            (Some(report.as_ref()), Some(sent.sent_at.to_zoned(state.desk.instance.zone()).date()))
        }
    };
    let view = ReadingView::new(state.frame(&visit), report, sent_on, open, visit.language);
    Ok(state.page(StatusCode::OK, "form/reading.html", &view))
}

/// What was agreed, or that it will stand here.
pub(super) async fn agreed(Asked(state): Asked, Path(token): Path<String>) -> Result<Response, Failure> {
    let Reader { visit, case, .. } = state.reader(&token).await?;
    let agreed = state.desk.agreed(&case).await.map_err(|error| Failure::unavailable(&state, &error))?;
    let (frame, language) = (state.frame(&visit), visit.language);
    let view = match &agreed {
        None => AgreedView::not_yet(frame, language),
        Some(agreed) => {
            let assessed: Vec<Assessed<'_>> = agreed.pairs.iter().map(assessed).collect();
            AgreedView::new(frame, agreed.plan(), agreed.report.report.language, &assessed, language)
        }
    };
    Ok(state.page(StatusCode::OK, "form/agreed.html", &view))
}

fn assessed(pair: &AssessedPair) -> Assessed<'_> {
    Assessed { question: &pair.question, start: &pair.start, end: &pair.end, steps: pair.steps }
}

impl State {
    /// The client whose link to the report this is.
    async fn reader(&self, token: &str) -> Result<Reader<'_>, Failure> {
        let (invitation, form, open) = match self.arrive(token).await? {
            Arrival::Open(invitation, form) => (invitation, form, true),
            Arrival::Closed(Closed::Answered | Closed::Sent, invitation, form) => (invitation, form, false),
            Arrival::Closed(why, invitation, form) if form.is_reading() => {
                let met = self.meet(token, invitation, form).await?;
                return Err(Failure::closed(self, why, form, met.language));
            }
            _ => return Err(Failure::nowhere(self)),
        };
        if !form.is_reading() {
            return Err(Failure::nowhere(self));
        }
        let expired = invitation.expires_at <= self.desk.now();
        let visit = self.meet(token, invitation, form).await?;
        if expired {
            return Err(Failure::closed(self, Closed::Expired, form, visit.language));
        }
        let Some(case) = visit.case.clone() else { return Err(Failure::nowhere(self)) };
        Ok(Reader { visit, case, open })
    }
}
