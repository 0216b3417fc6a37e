//! What an officer does about a report: accepts it, asks for completion, sees a problem, tells what it was worth.

use super::{Signed, field};
use crate::desk::{HandleError, InviteError, QuestionFault};
use crate::form::{Form as Asking, Party};
use crate::render::{NotDoneView, TypedQuestion};
use crate::serve::error::Failure;
use crate::text::Messages;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

type Posted = Result<Form<Vec<(String, String)>>, FormRejection>;

pub(super) async fn accept(signed: Signed, Path(case): Path<String>, posted: Posted) -> Result<Response, Failure> {
    let case = signed.received(&case).await?;
    let (version, _) = signed.typed(posted)?;
    match signed.state.desk.accept(&case, version).await {
        Ok(()) => Ok(back(&case, "accepted")),
        Err(error) => signed.not_done(&case, error, "").await,
    }
}

pub(super) async fn ask(signed: Signed, Path(case): Path<String>, posted: Posted) -> Result<Response, Failure> {
    let case = signed.received(&case).await?;
    let (version, question) = signed.typed(posted)?;
    match signed.state.desk.ask_completion(&case, version, &question).await {
        Ok(()) => Ok(back(&case, "asked")),
        Err(error) => signed.not_done(&case, error, &question).await,
    }
}

pub(super) async fn seen(signed: Signed, Path(case): Path<String>) -> Result<Response, Failure> {
    let case = signed.received(&case).await?;
    let seen = signed.state.desk.see_problem(&case).await;
    seen.map_err(|error| Failure::unavailable(&signed.state, &error))?;
    Ok(back(&case, "seen"))
}

/// Leads to the form of purchasers.
pub(super) async fn feedback(signed: Signed, Path(case): Path<String>) -> Result<Response, Failure> {
    let (state, case) = (&signed.state, signed.received(&case).await?);
    let form = state.desk.closing_form_of(Party::Purchaser).map_or("", Asking::id);
    match state.desk.fill(&signed.staff, &case, form).await {
        Ok(path) => Ok(signed.to_form(&path)),
        Err(InviteError::Store(error)) => Err(Failure::unavailable(state, &error)),
        Err(_) => {
            let m = Messages::of(state.language);
            let text = m.get("officer.no_feedback_text").to_owned();
            Ok(signed.told(&case, "officer.no_feedback", text, "officer.to_page"))
        }
    }
}

fn back(case: &crate::case::CaseFile, done: &str) -> Response {
    Redirect::to(&format!("/desk/reports/{}?done={done}", case.number())).into_response()
}

impl Signed {
    /// The version that was read, and what was typed.
    fn typed(&self, posted: Posted) -> Result<(u32, String), Failure> {
        let Form(fields) = posted.map_err(|_| Failure::unreadable(&self.state))?;
        let version = field(&fields, "version").parse().map_err(|_| Failure::unreadable(&self.state))?;
        Ok((version, field(&fields, "question").to_owned()))
    }

    async fn not_done(
        &self,
        case: &crate::case::CaseFile,
        error: HandleError,
        typed: &str,
    ) -> Result<Response, Failure> {
        let m = Messages::of(self.state.language);
        match error {
            HandleError::Store(error) => Err(Failure::unavailable(&self.state, &error)),
            HandleError::NotSent => {
                let text = m.get("officer.not_sent_text").to_owned();
                Ok(self.told(case, "officer.not_sent", text, "officer.to_page"))
            }
            HandleError::Outdated { last } => {
                let text = m.fill("officer.outdated_text", &[("version", &last.to_string())]);
                Ok(self.told(case, "officer.outdated", text, "officer.outdated_link"))
            }
            HandleError::Question(fault) => {
                let key = match fault {
                    QuestionFault::Empty => "officer.wrong_empty",
                    QuestionFault::TooLong => "officer.wrong_long",
                    QuestionFault::IdentityCode => "officer.wrong_hetu",
                };
                self.report_page(case, None, TypedQuestion { text: typed.to_owned(), error: Some(m.get(key)) }).await
            }
        }
    }

    /// The page that says why nothing was done.
    fn told(&self, case: &crate::case::CaseFile, title: &str, text: String, link: &str) -> Response {
        let m = Messages::of(self.state.language);
        let href = format!("/desk/reports/{}", case.number());
        let frame = self.frame(m.get(title), "/desk/reports");
        let view = NotDoneView::new(frame, m.get(title), text, href, m.get(link));
        self.state.page(StatusCode::CONFLICT, "staff/not-done.html", &view)
    }
}
