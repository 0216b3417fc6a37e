//! `/desk/cases/{case}/report`: the coach's closing report as it stands, its versions as they were sent, and their files.

use super::Signed;
use crate::case::CaseFile;
use crate::desk::ReportError;
use crate::render::{DraftState, InterimRow, ReportView, SentReportView, VersionRow};
use crate::report::{ReportFile, ReportName};
use crate::serve::error::Failure;
use crate::serve::{Route, Who};
use crate::store::{Role, StoredReport};
use crate::text::{Messages, policy_hash, told_date, told_instant};
use axum::extract::{Path, RawQuery};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};

const COACH: Who = Who::Staff(&[Role::Coach]);

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/desk/cases/{case}/report", COACH, || get(show)),
    Route::new("GET", "/desk/cases/{case}/report/{file}", COACH, || get(file)),
    Route::new("POST", "/desk/cases/{case}/report/interim", COACH, || post(interim)),
    Route::new("POST", "/desk/cases/{case}/send-report", COACH, || post(write)),
];

/// What may stand in `?done=`.
const DONE: [&str; 1] = ["dropped"];

/// The case as the coach may see it; the same answer for another's and for none.
pub(super) async fn case_of(signed: &Signed, number: &str) -> Result<CaseFile, Failure> {
    let state = &signed.state;
    let case = state.desk.case_for(&signed.staff, number).await;
    case.map_err(|error| Failure::unavailable(state, &error))?.ok_or_else(|| Failure::no_page(state))
}

async fn show(signed: Signed, Path(number): Path<String>, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let case = case_of(&signed, &number).await?;
    let (state, m) = (&signed.state, Messages::of(signed.state.language));
    let failed = |error: ReportError| Failure::unavailable(state, &error);
    let at = |instant| told_instant(instant, &state.desk.instance.zone(), state.language);
    let here = format!("/desk/cases/{}/report", case.number());
    let versions = state.desk.store.report_versions(case.number()).await;
    let versions = versions.map_err(|error| Failure::unavailable(state, &error))?;
    let last_sent = versions.iter().rfind(|v| v.sent_at.is_some()).map(|v| v.version);
    let next = versions.last().map_or(1, |v| v.version + 1);
    let row = |v: &StoredReport| {
        let sent = ReportFile::from_json(&v.json).ok().and_then(|file| file.sent);
        VersionRow {
            name: format!("{}-v{}", case.number(), v.version),
            sent: v.sent_at.map(at),
            written: told_date(v.written_on, state.language),
            sha256: v.sha256.clone(),
            reason: sent.as_ref().and_then(|s| s.reason.clone()),
            changes: sent.as_ref().map_or(0, |s| s.changes.len()),
            forms: sent.map(|s| s.forms.into_iter().map(|f| (f.id, f.version)).collect()).unwrap_or_default(),
            current: last_sent == Some(v.version),
            href: format!("{here}/{}-v{}", case.number(), v.version),
        }
    };
    let rows = versions.iter().rev().map(row).collect();
    let interims = state.desk.interim_reports(&case).await.map_err(failed)?;
    let interim_row = |i: &crate::desk::InterimEdition| InterimRow {
        href: format!("{here}/{}.html", i.name),
        name: i.name.clone(),
        sent: at(i.sent_at),
        form_version: i.form_version.clone(),
        sha256: i.sha256.clone(),
    };
    let agreed = state.desk.interim_agreed(&case).await.map_err(|error| Failure::unavailable(state, &error))?;
    let writable = case.ending().is_some() && (!case.reported() || case.handling().correcting.is_some());
    let preview = if writable { state.desk.report_preview(&case).await.map_err(failed)? } else { None };
    let preview = preview.map(|report| {
        let name = ReportName { case: case.number(), version: next };
        ReportView::of(&ReportFile::new(report, &name, state.desk.today())).as_draft()
    });
    let saved = match state.desk.report_draft_saved(&case).await {
        Ok(saved) => saved.map(at),
        Err(error) => return Err(Failure::unavailable(state, &error)),
    };
    let done = query.unwrap_or_default();
    let done = done.split('&').find_map(|p| p.strip_prefix("done=")).filter(|d| DONE.contains(d));
    let stage = match (case.ending().is_some(), case.reported(), case.handling().correcting.is_some()) {
        (false, ..) => DraftState::Ongoing,
        (_, false, _) => DraftState::ToWrite,
        (_, _, true) => DraftState::Correcting,
        _ => DraftState::Sent,
    };
    let title = m.fill("sent_report.title", &[("case", &case.number().to_string())]);
    let view = SentReportView {
        frame: signed.frame(title, &here),
        case: format!("/desk/cases/{}", case.number()),
        stage,
        done: done.map(|d| m.get(&format!("sent_report.done_{d}"))),
        correcting: case.handling().correcting.clone(),
        question: case.handling().question.clone(),
        saved: saved.map(|at| m.fill("sent_report.saved", &[("at", &at)])),
        versions: rows,
        interim_due: agreed.filter(|_| interims.is_empty() && case.ending().is_none()).map(|on| match on {
            Some(on) => m.fill("sent_report.interim_on", &[("date", &told_date(on, state.language))]),
            None => m.get("sent_report.interim_agreed").to_owned(),
        }),
        interims: interims.iter().map(interim_row).collect(),
        preview,
    };
    Ok(state.page(StatusCode::OK, "staff/sent-report.html", &view))
}

/// Opens a form on the case at this desk.
pub(super) async fn fill(signed: &Signed, case: &CaseFile, form: &str) -> Result<Response, Failure> {
    match signed.state.desk.fill(&signed.staff, case, form).await {
        Ok(path) => Ok(signed.to_form(&format!("{path}/answer"))),
        Err(crate::desk::InviteError::Store(error)) => Err(Failure::unavailable(&signed.state, &error)),
        // Sent meanwhile, or not time yet: the page says so.
        Err(_) => Ok(Redirect::to(&format!("/desk/cases/{}/report", case.number())).into_response()),
    }
}

async fn write(signed: Signed, Path(number): Path<String>) -> Result<Response, Failure> {
    let case = case_of(&signed, &number).await?;
    let form = signed.state.desk.instance.report_form.as_ref().map(|f| f.value.clone());
    fill(&signed, &case, &form.ok_or_else(|| Failure::no_page(&signed.state))?).await
}

async fn interim(signed: Signed, Path(number): Path<String>) -> Result<Response, Failure> {
    let case = case_of(&signed, &number).await?;
    fill(&signed, &case, crate::report::INTERIM).await
}

async fn file(signed: Signed, Path((number, file)): Path<(String, String)>) -> Result<Response, Failure> {
    let case = case_of(&signed, &number).await?;
    let state = &signed.state;
    let missing = || Failure::no_page(state);
    let (name, kind) = file.rsplit_once('.').ok_or_else(missing)?;
    let rest = name.strip_prefix(&format!("{}-", case.number())).ok_or_else(missing)?;
    if rest.starts_with('i') {
        let all = state.desk.interim_reports(&case).await.map_err(|error| Failure::unavailable(state, &error))?;
        let found = all.into_iter().find(|i| i.name == name).ok_or_else(missing)?;
        return match kind {
            "html" => Ok(standalone(found.html)),
            "json" => Ok(download(&file, "application/json", found.json.into_bytes())),
            _ => Err(missing()),
        };
    }
    let versions = state.desk.store.report_versions(case.number()).await;
    let versions = versions.map_err(|error| Failure::unavailable(state, &error))?;
    let found = versions.into_iter().find(|v| format!("v{}", v.version) == rest).ok_or_else(missing)?;
    match kind {
        "html" => Ok(standalone(found.html)),
        "json" => Ok(download(&file, "application/json", found.json.into_bytes())),
        "pdf" => Ok(download(&file, "application/pdf", found.pdf)),
        _ => Err(missing()),
    }
}

/// A file under its own name. The name is made of digits, a letter and a known ending.
fn download(name: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    let mut response = ([(header::CONTENT_TYPE, kind)], bytes).into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("inline; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// A report that carries its style inside: that one style is allowed by its hash, and nothing else.
pub(super) fn standalone(html: String) -> Response {
    let style = html.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>")).map_or("", |(s, _)| s);
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
        policy_hash(style)
    );
    let mut response = Html(html).into_response();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
