//! Forms as their authors preview them: every page on an invented case. There is no store behind it, so nothing typed
//! can be kept; the receipt is a sample.

use super::headers;
use super::journey::{self, Step};
use super::sent_form::SentForm;
use crate::case::CaseFile;
use crate::desk::DRAFT_DAYS;
use crate::form::{Circumstances, Collect, Form};
use crate::instance::Instance;
use crate::render::{
    About, CheckView, ExplanationView, Filled, FormFrame, PreviewView, QuestionsView, ReceiptView, Renderer, STYLE,
    Shown, conditions_css, conditions_path,
};
use crate::submission::{RawAnswers, Submission, prefilled};
use crate::text::{Language, told_date};
use axum::Router;
use axum::extract::{Form as Posted, Path, RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use jiff::civil::Date;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tower_http::set_header::SetResponseHeaderLayer;

/// Longest time that a question for changes waits; then it is asked again.
const CHANGES_WITHIN: Duration = Duration::from_secs(20);
/// Runs the one script that reloads; the forms themselves have none.
const SCRIPT: &str = include_str!("../../templates/preview.js");
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// The receipt that nobody gets.
const SAMPLE_RECEIPT: &str = "2345-ABCD";

/// The forms as their files stand.
#[derive(Debug)]
pub struct Draft {
    /// Grows with every change.
    pub number: u64,
    /// The settings.
    pub instance: Instance,
    /// Forms without a mistake.
    pub forms: Vec<Form>,
    /// What is to be told of the files.
    pub told: Vec<String>,
    /// The templates.
    pub renderer: Renderer,
    /// Invented cases, with what each is.
    pub samples: Vec<(&'static str, CaseFile)>,
    /// The day of the preview.
    pub today: Date,
}

type Drafts = watch::Receiver<Arc<Draft>>;

/// The service that shows each draft as it comes.
pub fn preview(drafts: Drafts) -> Router {
    let policy = HeaderValue::from_static(POLICY);
    let router = Router::new()
        .route("/", get(index))
        .route("/f/{form}/{sample}", get(explanation))
        .route("/f/{form}/{sample}/answer", get(answer))
        .route("/f/{form}/{sample}/change", post(change).get(start_again))
        .route("/f/{form}/{sample}/check", post(check).get(start_again))
        .route("/f/{form}/{sample}/send", post(send).get(start_again))
        .route("/form/{file}", get(conditions))
        .route("/palaute.css", get(|| async { ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE) }))
        .route("/preview.js", get(|| async { ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT) }))
        .route("/changes", get(changes))
        .with_state(drafts);
    headers::secured(router, false).layer(SetResponseHeaderLayer::overriding(header::CONTENT_SECURITY_POLICY, policy))
}

/// A form on a sample.
struct Sight<'a> {
    draft: &'a Draft,
    form: &'a Form,
    told: Form,
    case: &'a CaseFile,
    circumstances: Circumstances,
    language: Language,
    base: String,
}

impl<'a> Sight<'a> {
    fn of(draft: &'a Draft, (form, sample): &(String, usize), query: Option<&str>) -> Option<Self> {
        let found = draft.forms.iter().find(|f| f.id() == form && f.collect() == Collect::Store)?;
        let (_, case) = draft.samples.get(*sample)?;
        let circumstances = case.circumstances(&draft.instance, draft.today);
        let known = found.languages(&draft.instance);
        let asked = query.unwrap_or_default().split('&').find_map(|p| p.strip_prefix("lang="));
        let language = asked.and_then(Language::from_code).filter(|l| known.contains(l));
        Some(Self {
            draft,
            form: found,
            told: found.for_case(&circumstances),
            case,
            circumstances,
            language: language.unwrap_or_else(|| draft.instance.language()),
            base: format!("/f/{form}/{sample}"),
        })
    }

    fn frame(&self) -> FormFrame {
        let known = self.form.languages(&self.draft.instance);
        let title = self.told.title().in_language(self.language);
        let frame = FormFrame::in_languages(&self.draft.instance, title, self.base.clone(), &known, self.language);
        frame.about(About::of(self.case, self.form.party(), &self.draft.instance, self.language))
    }

    fn questions(&self, step: &Step, sent: &SentForm, given: &RawAnswers) -> Response {
        let known = prefilled(self.form, &self.circumstances, &[]);
        let (page, mistakes) = match step {
            Step::Questions(page, mistakes) => (*page, mistakes.as_slice()),
            Step::Check => (None, &[][..]),
        };
        let (_, removed) = sent.edited(self.form);
        let filled = Filled { given, known: &known, mistakes, removed: removed.as_ref() };
        let shown = Shown { page, circumstances: &self.circumstances, then_check: sent.then_check, keying: false };
        let view = QuestionsView::new(self.frame(), &self.told, &sent.nonce, filled, shown, self.language);
        let status = if mistakes.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        self.page(status, "form/questions.html", &view)
    }

    fn page(&self, status: StatusCode, template: &str, view: &impl serde::Serialize) -> Response {
        let again = format!("{}?lang={}", self.base, self.language.code());
        shown(self.draft, status, template, view, &again)
    }
}

/// A page with the bar that says what it is.
fn shown(draft: &Draft, status: StatusCode, template: &str, view: &impl serde::Serialize, again: &str) -> Response {
    match draft.renderer.fill(template, view) {
        Ok(html) => {
            let bar = format!(
                "<aside class=\"preview-bar\" aria-label=\"Preview\" lang=\"en\" dir=\"ltr\" id=\"preview-state\" data-seen=\"{}\" data-again=\"{again}\" data-gone=\"The preview was stopped.\">Preview: nothing is stored. <a href=\"/\">All forms</a></aside>",
                draft.number
            );
            // Before the page itself, after the way past it; a template of one's own may have no header.
            let place = if html.contains("<header>") { "<header>" } else { "</body>" };
            let html = html.replacen(place, &format!("{bar}\n{place}"), 1);
            let html = html.replace("</body>", "<script src=\"/preview.js\"></script></body>");
            (status, Html(html)).into_response()
        }
        Err(error) => {
            let causes = std::error::Error::source(&error).map_or_else(String::new, |s| format!(": {s}"));
            (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}{causes}\n")).into_response()
        }
    }
}

/// Back to all forms, where it is told why this one is not there.
fn nowhere() -> Response {
    Redirect::to("/").into_response()
}

async fn index(State(drafts): State<Drafts>) -> Response {
    let draft = drafts.borrow().clone();
    let frame = FormFrame::in_languages(&draft.instance, "Preview of the forms", "/".to_owned(), &[], Language::En);
    let samples: Vec<&'static str> = draft.samples.iter().map(|(name, _)| *name).collect();
    let view = PreviewView::new(frame, &draft.forms, &samples, &draft.told, draft.instance.language());
    shown(&draft, StatusCode::OK, "form/preview.html", &view, "/")
}

async fn explanation(
    State(drafts): State<Drafts>,
    Path(at): Path<(String, usize)>,
    RawQuery(query): RawQuery,
) -> Response {
    let draft = drafts.borrow().clone();
    let Some(sight) = Sight::of(&draft, &at, query.as_deref()) else { return nowhere() };
    let until = told_date(draft.today, sight.language);
    let view = ExplanationView::new(sight.frame(), &sight.told, &until, sight.language);
    let view = view.drafts(DRAFT_DAYS, false, sight.language);
    sight.page(StatusCode::OK, "form/explanation.html", &view)
}

async fn answer(State(drafts): State<Drafts>, Path(at): Path<(String, usize)>, RawQuery(query): RawQuery) -> Response {
    let draft = drafts.borrow().clone();
    let Some(sight) = Sight::of(&draft, &at, query.as_deref()) else { return nowhere() };
    let known = prefilled(sight.form, &sight.circumstances, &[]);
    let first = journey::at(sight.form, false, None, &known, &sight.circumstances);
    sight.questions(&Step::Questions(first, Vec::new()), &SentForm::default(), &known)
}

async fn change(
    State(drafts): State<Drafts>,
    Path(at): Path<(String, usize)>,
    RawQuery(query): RawQuery,
    Posted(fields): Posted<Vec<(String, String)>>,
) -> Response {
    let draft = drafts.borrow().clone();
    let Some(sight) = Sight::of(&draft, &at, query.as_deref()) else { return nowhere() };
    let sent = SentForm::of(fields);
    let (given, _) = sent.edited(sight.form);
    sight.questions(&Step::Questions(journey::wanted(sight.form, false, &sent), Vec::new()), &sent, &given)
}

async fn check(
    State(drafts): State<Drafts>,
    Path(at): Path<(String, usize)>,
    RawQuery(query): RawQuery,
    Posted(fields): Posted<Vec<(String, String)>>,
) -> Response {
    let draft = drafts.borrow().clone();
    let Some(sight) = Sight::of(&draft, &at, query.as_deref()) else { return nowhere() };
    let sent = SentForm::of(fields);
    let mut step = journey::go_on(sight.form, false, &sent, &sight.circumstances);
    if step == Step::Check {
        match Submission::parse(&sent.answers, sight.form, &sight.circumstances) {
            Ok(submission) => {
                let paged = journey::is_paged(sight.form, false);
                let view = CheckView::new(
                    sight.frame(),
                    &sight.told,
                    &sent.nonce,
                    &submission,
                    &[],
                    (paged, submission.dropped()),
                    sight.language,
                );
                return sight.page(StatusCode::OK, "form/check.html", &view);
            }
            Err(mistakes) => step = journey::to_mend(sight.form, false, mistakes),
        }
    }
    sight.questions(&step, &sent, &sent.answers)
}

async fn send(State(drafts): State<Drafts>, Path(at): Path<(String, usize)>, RawQuery(query): RawQuery) -> Response {
    let draft = drafts.borrow().clone();
    let Some(sight) = Sight::of(&draft, &at, query.as_deref()) else { return nowhere() };
    let stored = "–".to_owned();
    let view = ReceiptView::new(sight.frame(), &sight.told, SAMPLE_RECEIPT, stored, None, sight.language);
    sight.page(StatusCode::OK, "form/receipt.html", &view)
}

async fn start_again(Path((form, sample)): Path<(String, usize)>, RawQuery(query): RawQuery) -> Redirect {
    let known = query.filter(|q| q.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'=')).unwrap_or_default();
    let is_id = form.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    Redirect::to(&if is_id { format!("/f/{form}/{sample}?{known}") } else { "/".to_owned() })
}

async fn conditions(State(drafts): State<Drafts>, Path(file): Path<String>) -> Response {
    let draft = drafts.borrow().clone();
    let path = format!("/form/{file}");
    match draft.forms.iter().find(|f| conditions_path(f) == path) {
        Some(form) => ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], conditions_css(form)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The number of the newest draft, as soon as it is not the one that was seen.
async fn changes(State(mut drafts): State<Drafts>, RawQuery(query): RawQuery) -> String {
    let seen: Option<u64> = query.as_deref().and_then(|q| q.strip_prefix("seen=")).and_then(|n| n.parse().ok());
    let newer = drafts.wait_for(|draft| Some(draft.number) != seen);
    // When nothing changes in time, the same number says so.
    let _ = tokio::time::timeout(CHANGES_WITHIN, newer).await;
    let number = drafts.borrow().number;
    number.to_string()
}
