//! What a client reads behind the personal link: the closing report, and afterwards what was agreed.

use super::form::FormFrame;
use super::report::ReportView;
use crate::form::Question;
use crate::report::{Plan, ReportFile};
use crate::text::{Language, Messages, told_date};
use jiff::civil::Date;
use serde::Serialize;

/// The closing report, or that there is none yet.
#[derive(Clone, Debug, Serialize)]
pub struct ReadingView {
    frame: FormFrame,
    title: &'static str,
    /// `nothing`, `draft` or `sent`.
    state: &'static str,
    told: String,
    report: Option<ReportView>,
    /// True while the client can say something about it.
    open: bool,
}

impl ReadingView {
    /// The page; `sent_on` is the day on which the report was sent, `open` tells whether the form can be answered.
    #[must_use]
    pub fn new(
        frame: FormFrame,
        report: Option<&ReportFile>,
        sent_on: Option<Date>,
        open: bool,
        language: Language,
    ) -> Self {
        let m = Messages::of(language);
        let (state, told) = match (report, sent_on) {
            (None, _) => ("nothing", m.get("reading.nothing").to_owned()),
            (Some(_), None) => ("draft", m.get("reading.draft").to_owned()),
            (Some(_), Some(on)) => ("sent", m.fill("reading.sent", &[("date", &told_date(on, language))])),
        };
        Self { frame, title: m.get("reading.title"), state, told, report: report.map(ReportView::of), open }
    }
}

#[derive(Clone, Debug, Serialize)]
struct Step {
    action: String,
    who: Option<String>,
    by: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Change {
    statement: String,
    start: String,
    end: String,
    told: &'static str,
}

/// A statement that was assessed twice.
#[derive(Clone, Copy, Debug)]
pub struct Assessed<'a> {
    /// The statement.
    pub question: &'a Question,
    /// Code of the answer at the start.
    pub start: &'a str,
    /// Code of the answer at the end.
    pub end: &'a str,
    /// How many steps of agreement lie between.
    pub steps: i8,
}

/// What was agreed, or that it will be told here.
#[derive(Clone, Debug, Serialize)]
pub struct AgreedView {
    frame: FormFrame,
    title: &'static str,
    /// Said before the report was sent.
    not_yet: Option<&'static str>,
    /// The language in which the coach wrote the steps.
    written_in: &'static str,
    steps: Vec<Step>,
    changes: Vec<Change>,
    follow_up: Option<String>,
}

impl AgreedView {
    /// The page before the report was sent.
    #[must_use]
    pub fn not_yet(frame: FormFrame, language: Language) -> Self {
        let m = Messages::of(language);
        Self {
            frame,
            title: m.get("reading.agreed_title"),
            not_yet: Some(m.get("reading.not_yet")),
            written_in: language.code(),
            steps: Vec::new(),
            changes: Vec::new(),
            follow_up: None,
        }
    }

    /// The page with the plan of a report that was written in that language.
    #[must_use]
    pub fn new(
        frame: FormFrame,
        plan: &Plan,
        written_in: Language,
        assessed: &[Assessed<'_>],
        language: Language,
    ) -> Self {
        let m = Messages::of(language);
        let day = |d: Date| told_date(d, language);
        let step = |n: &crate::report::NextAction| Step {
            action: n.action.clone(),
            // What the report calls the client is the reader.
            who: n.who.as_ref().map(|w| match w.code.as_str() {
                code @ ("client" | "officer" | "coach" | "employer" | "other") => {
                    m.get(&format!("reading.who_{code}")).to_owned()
                }
                _ => w.label.clone(),
            }),
            by: n.by.map(|d| m.fill("reading.by", &[("date", &day(d))])),
        };
        let label =
            |q: &Question, code: &str| q.choice(code).map_or(code, |c| c.label.in_language(language)).to_owned();
        let change = |a: &Assessed<'_>| Change {
            statement: a.question.text.in_language(language).to_owned(),
            start: label(a.question, a.start),
            end: label(a.question, a.end),
            told: m.get(match a.steps {
                0 => "reading.same",
                1.. => "reading.more",
                _ => "reading.less",
            }),
        };
        let follow_up = match (plan.follow_up_consent, plan.follow_up_on) {
            (Some(true), Some(on)) => Some(m.fill("reading.follow_up_on", &[("date", &day(on))])),
            (Some(true), None) => Some(m.get("reading.follow_up").to_owned()),
            (Some(false), _) => Some(m.get("reading.no_follow_up").to_owned()),
            (None, _) => None,
        };
        Self {
            frame,
            title: m.get("reading.agreed_title"),
            not_yet: None,
            written_in: written_in.code(),
            steps: plan.next.iter().flatten().map(step).collect(),
            changes: assessed.iter().map(change).collect(),
            follow_up,
        }
    }
}
