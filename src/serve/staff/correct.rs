//! `/desk/cases/{case}/correct`: a sent report is opened again, for a reason, or left as it is.

use super::Signed;
use super::sent_report::{case_of, fill};
use crate::case::CaseFile;
use crate::desk::{REASON_LENGTH, ReasonFault, correction_reason};
use crate::render::CorrectView;
use crate::serve::error::Failure;
use crate::serve::{Route, Who};
use crate::store::Role;
use crate::text::Messages;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

const COACH: Who = Who::Staff(&[Role::Coach]);

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/desk/cases/{case}/correct", COACH, || get(ask)),
    Route::new("POST", "/desk/cases/{case}/correct", COACH, || post(begin)),
    Route::new("POST", "/desk/cases/{case}/correct/cancel", COACH, || post(cancel)),
];

async fn ask(signed: Signed, Path(number): Path<String>) -> Result<Response, Failure> {
    let case = case_of(&signed, &number).await?;
    if !can_begin(&case) {
        return Ok(to_report(&case, ""));
    }
    Ok(page(&signed, &case, StatusCode::OK, "", None))
}

async fn begin(
    signed: Signed,
    Path(number): Path<String>,
    posted: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Failure> {
    let case = case_of(&signed, &number).await?;
    let state = &signed.state;
    let Form(fields) = posted.map_err(|_| Failure::unreadable(state))?;
    let Some(form) = state.desk.instance.report_form.as_ref().map(|f| f.value.clone()) else {
        return Err(Failure::no_page(state));
    };
    if case.handling().correcting.is_some() {
        return fill(&signed, &case, &form).await;
    }
    if !can_begin(&case) {
        return Ok(to_report(&case, ""));
    }
    let typed = fields.iter().find(|(name, _)| name == "reason").map_or("", |(_, value)| value.as_str());
    let reason = match correction_reason(typed) {
        Ok(reason) => reason,
        Err(fault) => {
            // An identity code is not shown again either.
            let typed = if fault == ReasonFault::IdentityCode { "" } else { typed };
            return Ok(page(&signed, &case, StatusCode::UNPROCESSABLE_ENTITY, typed, Some(fault)));
        }
    };
    match state.desk.begin_correction(&case, reason).await {
        Ok(_) => fill(&signed, &case, &form).await,
        Err(crate::desk::InviteError::Store(error)) => Err(Failure::unavailable(state, &error)),
        Err(_) => Ok(to_report(&case, "")),
    }
}

async fn cancel(signed: Signed, Path(number): Path<String>) -> Result<Response, Failure> {
    let case = case_of(&signed, &number).await?;
    let dropped = signed.state.desk.drop_correction(&case).await;
    let dropped = dropped.map_err(|error| Failure::unavailable(&signed.state, &error))?;
    Ok(to_report(&case, if dropped { "?done=dropped" } else { "" }))
}

fn can_begin(case: &CaseFile) -> bool {
    case.reported() && case.ending().is_some() && case.handling().correcting.is_none()
}

fn to_report(case: &CaseFile, query: &str) -> Response {
    Redirect::to(&format!("/desk/cases/{}/report{query}", case.number())).into_response()
}

fn page(signed: &Signed, case: &CaseFile, status: StatusCode, typed: &str, fault: Option<ReasonFault>) -> Response {
    let m = Messages::of(signed.state.language);
    let most = REASON_LENGTH.to_string();
    let error = fault.map(|fault| match fault {
        ReasonFault::Missing => m.get("sent_report.wrong_reason").to_owned(),
        ReasonFault::TooLong { length } => {
            m.fill("mistake.too_long", &[("length", &length.to_string()), ("limit", &most)])
        }
        ReasonFault::IdentityCode => m.get("mistake.identity_code").to_owned(),
    });
    let title = m.fill("sent_report.correct_title", &[("case", &case.number().to_string())]);
    let here = format!("/desk/cases/{}/correct", case.number());
    let view = CorrectView {
        frame: signed.frame(title, &here),
        report: format!("/desk/cases/{}/report", case.number()),
        here,
        hint: m.fill("sent_report.reason_hint", &[("n", &most)]),
        question: case.handling().question.clone(),
        errors_title: error.as_ref().map(|_| m.get("form.errors_title_one")),
        reason: typed.to_owned(),
        error,
    };
    signed.state.page(status, "staff/correct.html", &view)
}
