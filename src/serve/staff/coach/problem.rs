//! `/desk/cases/{case}/problem`: tells the officer of a problem in a few words.

use super::details::{line, status};
use super::posted::{LONG, Posted, Sent};
use super::{done, page_of};
use crate::case::CaseFile;
use crate::render::{DeskField, DeskFormView};
use crate::serve::error::Failure;
use crate::serve::staff::Signed;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};

pub(super) async fn show(signed: Signed, Path(number): Path<String>) -> Result<Response, Failure> {
    let case = signed.own_case(&number).await?;
    signed.problem_page(&case, &Posted::proposed(signed.messages(), &[]))
}

pub(super) async fn tell(signed: Signed, Path(number): Path<String>, sent: Sent) -> Result<Response, Failure> {
    let case = signed.own_case(&number).await?;
    let desk = &signed.state.desk;
    let mut posted = Posted::of(&signed.state, sent)?;
    let problem = posted.words("problem", LONG);
    if problem.is_none() {
        posted.wrong("problem", "coach_open.wrong_empty");
    }
    if let (Some(problem), true) = (problem, posted.mistakes.is_empty()) {
        let told = desk.note_problem(&case, desk.today(), problem).await;
        told.map_err(|error| Failure::unavailable(&signed.state, &error))?;
        return Ok(done(&case, "problem").into_response());
    }
    signed.problem_page(&case, &posted)
}

impl Signed {
    fn problem_page(&self, case: &CaseFile, posted: &Posted) -> Result<Response, Failure> {
        let m = self.messages();
        let here = format!("{}/problem", page_of(case));
        let title = m.get("coach_open.problem_title").to_owned();
        let hint = Some(m.get("coach_open.problem_hint").to_owned());
        let field = DeskField { kind: "area", hint, ..line("problem", posted, m) };
        let view = DeskFormView::new(
            self.frame(title.clone(), &here),
            self.crumbs(Some(case)),
            (title, Some(m.get("coach_open.problem_lead").to_owned())),
            (here, m.get("coach_open.problem_send").to_owned()),
            (vec![field], &posted.mistakes),
            m,
        );
        Ok(self.state.page(status(posted), "staff/desk-form.html", &view))
    }
}
