//! `GET /desk/reports/<case>`: a report with all that an officer may see of its case, and its files.

use super::Signed;
use crate::case::{CaseFile, Stage};
use crate::desk::ReceivedReport;
use crate::form::Visibility;
use crate::render::{FilledPart, ReportPage, ReportPageView, ReportView, TypedQuestion, VersionView, answered_parts};
use crate::report::AnnexState;
use crate::serve::error::Failure;
use crate::store::{SentVersion, StoredSubmission};
use crate::text::{Messages, told_date, told_instant};
use axum::extract::{Path, RawQuery};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Kinds of files.
const KINDS: [&str; 3] = ["pdf", "html", "json"];

pub(super) async fn show(
    signed: Signed,
    Path(case): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let case = signed.received(&case).await?;
    let done = query.as_deref().and_then(|q| q.split('&').find_map(|pair| pair.strip_prefix("done=")));
    let done = match done {
        Some("accepted") => Some("officer.done_accepted"),
        Some("asked") => Some("officer.done_asked"),
        Some("seen") => Some("officer.done_seen"),
        _ => None,
    };
    let typed = TypedQuestion { text: String::new(), error: None };
    signed.report_page(&case, done, typed).await
}

pub(super) async fn file(signed: Signed, Path((case, file)): Path<(String, String)>) -> Result<Response, Failure> {
    let (state, case) = (&signed.state, signed.received(&case).await?);
    let found = state.desk.received_file(&case, &file).await.map_err(|error| Failure::unavailable(state, &error))?;
    let bytes = found.ok_or_else(|| Failure::no_page(state))?;
    let kind = match file.rsplit('.').next() {
        Some("pdf") => "application/pdf",
        Some("json") => "application/json",
        _ => "text/html; charset=utf-8",
    };
    // The file of a name that was found holds nothing that a header could not.
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}-{file}\"", case.number())),
    ];
    Ok((headers, bytes).into_response())
}

/// Where a report stands, as the catalogue calls it.
pub(super) fn state(case: &CaseFile, sent: bool) -> &'static str {
    match case.stage() {
        _ if !sent => "none",
        Stage::CompletionAsked => "waiting",
        Stage::Accepted => "accepted",
        _ => "new",
    }
}

/// The number of a case, with the sheet's.
pub(super) fn name(case: &CaseFile) -> String {
    let own = case.imported_number().map_or_else(String::new, |own| format!(" ({own})"));
    format!("{}{own}", case.number())
}

impl Signed {
    /// The page of a case.
    pub(super) async fn report_page(
        &self,
        case: &CaseFile,
        done: Option<&'static str>,
        typed: TypedQuestion,
    ) -> Result<Response, Failure> {
        let received = self.state.desk.received_report(case).await;
        let received = received.map_err(|error| Failure::unavailable(&self.state, &error))?;
        let m = Messages::of(self.state.language);
        let status = if typed.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        let page = self.shown(case, &received, done.map(|key| m.get(key)), typed);
        let frame = self.frame(page.title.clone(), &page.base);
        Ok(self.state.page(status, "staff/report.html", &ReportPageView::new(frame, page)))
    }

    fn shown(
        &self,
        case: &CaseFile,
        received: &ReceivedReport,
        done: Option<&'static str>,
        typed: TypedQuestion,
    ) -> ReportPage {
        let language = self.state.language;
        let (m, handling) = (Messages::of(language), case.handling());
        let day = |d| told_date(d, language);
        let state = state(case, !received.versions.is_empty());
        let base = format!("/desk/reports/{}", case.number());
        let problem = handling.problem.as_ref();
        ReportPage {
            title: m.fill("officer.page_title", &[("case", &name(case))]),
            about: self.about(case),
            done,
            problem: problem.map(|p| (p.problem.clone(), m.fill("officer.problem_on", &[("date", &day(p.on))]))),
            unseen: problem.is_some_and(|p| !p.seen),
            state,
            told: m.get(&format!("officer.told_{state}")).to_owned(),
            version: received.versions.last().map_or(0, |v| v.version),
            question: handling.question.clone(),
            correcting: handling.correcting.is_some(),
            typed,
            may_feed_back: !received.feedback_given,
            annex: received.annex.map(|annex| match annex {
                AnnexState::Open { closes_on } => m.fill("officer.annex_opens", &[("date", &day(closes_on))]),
                AnnexState::Closed { on } => m.fill("officer.annex_opened", &[("date", &day(on))]),
            }),
            report: received.report.as_ref().map(ReportView::of),
            versions: received.versions.iter().rev().map(|v| self.version(v, received, &base)).collect(),
            interims: received.interims.iter().enumerate().rev().map(|(n, s)| self.interim(case, s, n + 1)).collect(),
            opening: received.opening.as_ref().map(|s| self.filled(s, "officer.opening")),
            base,
        }
    }

    fn about(&self, case: &CaseFile) -> String {
        let (language, opening) = (self.state.language, case.opening());
        let m = Messages::of(language);
        let provider = self.state.desk.instance.provider_name(&opening.provider, language);
        let start = told_date(opening.coaching_started, language);
        let places = [("provider", provider), ("coach", opening.coach.as_str()), ("start", &start)];
        match case.ending() {
            None => m.fill("officer.about", &places),
            Some(ending) => {
                let end = told_date(ending.on, language);
                m.fill("officer.about_ended", &[&places[..], &[("end", end.as_str())]].concat())
            }
        }
    }

    fn version(&self, sent: &SentVersion, received: &ReceivedReport, base: &str) -> VersionView {
        let (language, zone) = (self.state.language, self.state.desk.instance.zone());
        let m = Messages::of(language);
        let file = |key: &str, suffix: &str, kind: &str| {
            let href = format!("{base}/file/v{}{suffix}.{kind}", sent.version);
            (href, m.fill(key, &[("kind", &kind.to_uppercase())]))
        };
        let mut files: Vec<(String, String)> = KINDS.iter().map(|kind| file("officer.file", "", kind)).collect();
        if received.with_annex.contains(&sent.version) {
            files.extend(KINDS.iter().map(|kind| file("officer.file_annex", "-annex", kind)));
        }
        let at = told_instant(sent.sent_at, &zone, language);
        let told = m.fill("officer.version_told", &[("version", &sent.version.to_string()), ("at", &at)]);
        VersionView { told, sha256: sent.sha256.clone(), files }
    }

    /// The nth interim report.
    fn interim(&self, case: &CaseFile, submission: &StoredSubmission, n: usize) -> FilledPart {
        let m = Messages::of(self.state.language);
        let file = |kind: &str| {
            let name = m.fill("officer.file_interim", &[("kind", &kind.to_uppercase())]);
            (format!("/desk/reports/{}/file/interim-{n}.{kind}", case.number()), name)
        };
        let filled = self.filled(submission, "officer.interim");
        let title = format!("{} ({}-i{n})", filled.title, case.number());
        FilledPart { title, files: ["html", "json"].map(file).to_vec(), ..filled }
    }

    /// What was filled in, as far as its form promised it to the officer.
    fn filled(&self, submission: &StoredSubmission, title: &str) -> FilledPart {
        let language = self.state.language;
        let on = submission.received_at.to_zoned(self.state.desk.instance.zone()).date();
        let promised = |q: &crate::form::Question| q.visibility == Visibility::Report;
        FilledPart {
            title: Messages::of(language).fill(title, &[("date", &told_date(on, language))]),
            files: Vec::new(),
            parts: answered_parts(&submission.form, &submission.answers, promised, language),
        }
    }
}
