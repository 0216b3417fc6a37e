//! `/desk/cases/{case}/end`: the coaching ends, which invites everybody who is asked then; `…/reopen`: it goes on after all.

use super::details::{line, status};
use super::posted::{Posted, SHORT, Sent};
use super::{done, page_of};
use crate::case::{CaseFile, Ending};
use crate::desk::ChangeError;
use crate::render::{DeskField, DeskFormView, FieldChoice};
use crate::serve::error::Failure;
use crate::serve::staff::Signed;
use crate::text::finnish_date;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

pub(super) async fn show(signed: Signed, Path(number): Path<String>) -> Result<Response, Failure> {
    let case = signed.endable(&number).await?;
    let today = finnish_date(signed.state.desk.today());
    let proposed = match case.ending() {
        None => [("on", today), ("outcome", String::new()), ("field", String::new())],
        Some(e) => {
            [("on", finnish_date(e.on)), ("outcome", e.outcome.clone()), ("field", e.field.clone().unwrap_or_default())]
        }
    };
    signed.end_page(&case, &Posted::proposed(signed.messages(), &proposed))
}

pub(super) async fn end(signed: Signed, Path(number): Path<String>, sent: Sent) -> Result<Response, Failure> {
    let case = signed.endable(&number).await?;
    let desk = &signed.state.desk;
    let mut posted = Posted::of(&signed.state, sent)?;
    let on = posted.day("on", desk.today());
    if on.is_some_and(|on| on < case.opening().coaching_started) {
        posted.wrong("on", "coach_open.wrong_end");
    }
    let known = desk.instance.dimension("outcome");
    let known = known.into_iter().flat_map(|d| d.categories.iter().map(|c| c.code.as_str()));
    let outcome = posted.one_of("outcome", known);
    if outcome.is_none() {
        posted.wrong("outcome", "coach_open.wrong_outcome");
    }
    let field = posted.words("field", SHORT);
    if let (Some(on), Some(outcome), true) = (on, outcome, posted.mistakes.is_empty()) {
        let pay_subsidy = case.ending().and_then(|e| e.pay_subsidy);
        match desk.end_case(&case, Ending { on, outcome, field, pay_subsidy }).await {
            Ok(_) => return Ok(done(&case, "ended").into_response()),
            Err(ChangeError::Unfit(_)) => posted.wrong("on", "coach_open.wrong_end"),
            Err(error) => return Err(Failure::unavailable(&signed.state, &error)),
        }
    }
    signed.end_page(&case, &posted)
}

/// Whoever takes an end back is told first what follows.
pub(super) async fn ask_reopen(signed: Signed, Path(number): Path<String>) -> Result<Response, Failure> {
    let case = signed.endable(&number).await?;
    let m = signed.messages();
    let here = format!("{}/reopen", page_of(&case));
    let title = m.get("coach_open.reopen_title").to_owned();
    let view = DeskFormView::new(
        signed.frame(title.clone(), &here),
        signed.crumbs(Some(&case)),
        (title, Some(m.get("coach_open.reopen_lead").to_owned())),
        (here, m.get("coach_open.reopen").to_owned()),
        (Vec::new(), &[]),
        m,
    );
    Ok(signed.state.page(StatusCode::OK, "staff/desk-form.html", &view))
}

pub(super) async fn reopen(signed: Signed, Path(number): Path<String>) -> Result<Response, Failure> {
    let case = signed.endable(&number).await?;
    match signed.state.desk.reopen_case(&case).await {
        // Reopened twice is open.
        Ok(_) | Err(ChangeError::Unfit(_)) => Ok(done(&case, "reopened").into_response()),
        Err(error) => Err(Failure::unavailable(&signed.state, &error)),
    }
}

impl Signed {
    /// A case of the coach whose closing report was not sent: after that its end is corrected there.
    async fn endable(&self, number: &str) -> Result<CaseFile, Failure> {
        let case = self.own_case(number).await?;
        if case.reported() { Err(Failure::no_page(&self.state)) } else { Ok(case) }
    }

    fn end_page(&self, case: &CaseFile, posted: &Posted) -> Result<Response, Failure> {
        let (m, instance) = (self.messages(), &self.state.desk.instance);
        let here = format!("{}/end", page_of(case));
        let key = if case.ending().is_some() { "coach_open.end_change" } else { "coach_open.end_title" };
        let title = m.get(key).to_owned();
        let chosen = posted.text("outcome");
        let of = |c: &crate::instance::Category| FieldChoice {
            value: c.code.clone(),
            label: c.label.in_language(m.language()).to_owned(),
            chosen: c.code == chosen,
        };
        let known = instance.dimension("outcome");
        let choices = known.into_iter().flat_map(|d| d.categories.iter().map(of)).collect();
        let fields = vec![
            DeskField {
                label: m.get("coach_open.field_end_on").to_owned(),
                hint: Some(m.get("coach_open.day_hint").to_owned()),
                ..line("on", posted, m)
            },
            DeskField { kind: "radio", choices, ..line("outcome", posted, m) },
            DeskField {
                hint: Some(m.get("coach_open.field_hint").to_owned()),
                optional: true,
                ..line("field", posted, m)
            },
        ];
        let view = DeskFormView::new(
            self.frame(title.clone(), &here),
            self.crumbs(Some(case)),
            (title, Some(m.get("coach_open.end_lead").to_owned())),
            (here, m.get(if case.ending().is_some() { "coach_open.save" } else { "coach_open.end" }).to_owned()),
            (fields, &posted.mistakes),
            m,
        );
        Ok(self.state.page(status(posted), "staff/desk-form.html", &view))
    }
}
