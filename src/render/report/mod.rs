//! The closing report as people read it. One view fills the HTML template and the Typst template, so
//! that both say the same; every number and day is worded here once, in the report's language.

mod annex;
mod block;
mod differences;
mod interim;
mod sections;
mod system;

pub use self::differences::differences;
pub use self::interim::interim_report_html;

use self::annex::{annex, responses};
use self::block::{Block, Cell, Fact, Words};
use self::sections::Sections;
use super::{RenderError, Renderer, STYLE};
use crate::report::{Edition, ReportFile, Source};
use crate::text::{Language, Messages, told_date};
use jiff::civil::Date;
use serde::Serialize;

/// A part of a report under its own heading.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Section {
    /// 1 to 6; none for what the system adds.
    pub(super) number: Option<usize>,
    /// Of its heading.
    pub(super) level: u8,
    pub(super) title: String,
    pub(super) blocks: Vec<Block>,
}

/// Everything that a report shows, in words and in its order.
#[derive(Clone, Debug, Serialize)]
pub struct ReportView {
    lang: &'static str,
    name: String,
    title: &'static str,
    /// Whom this edition is for.
    edition: &'static str,
    /// Said under the title when the coach has not filled in the form.
    source: Option<&'static str>,
    /// Said there of a version that corrects another.
    correction: Option<String>,
    /// Title of the document: heading, edition and name.
    document: String,
    author: String,
    /// Said on every page.
    confidential: &'static str,
    notice: Option<String>,
    meta: Vec<Fact>,
    summary_title: &'static str,
    summary: Vec<Cell>,
    sections: Vec<Section>,
    /// What the system adds.
    system: Vec<Section>,
    feedback: Option<Section>,
    annex: Option<Vec<Section>>,
    end: Vec<String>,
    /// Said below a PDF in which a character is written as its code.
    substituted: &'static str,
    #[serde(skip)]
    written_on: Date,
    #[serde(skip)]
    language: Language,
}

impl ReportView {
    /// The view of a report, with the annex in the officer's edition.
    #[must_use]
    pub fn of(file: &ReportFile) -> Self {
        let report = &file.report;
        let m = Messages::of(report.language);
        let sections = Sections { report, m };
        let day = |d: Date| told_date(d, report.language);
        let case = match &report.imported_number {
            Some(number) => format!("{} ({number})", report.case),
            None => report.case.to_string(),
        };
        let fact = |key: &str, value: &str| Fact::told(m.get(key), value);
        let edition = m.get(match file.edition {
            Edition::Coach => "report.edition_coach",
            Edition::Officer => "report.edition_officer",
        });
        let mut end = vec![m.get("report.end").to_owned()];
        if let Some(annex) = &file.annex {
            end.push(m.fill("report.annex_end", &[("date", &day(annex.closed_on))]));
        }
        if let Some(sent) = &file.sent {
            let form = |f: &crate::report::FormUsed| format!("{} {}", f.id, f.version.get(..12).unwrap_or_default());
            let forms: Vec<String> = sent.forms.iter().map(form).collect();
            end.push(m.fill("report.forms_used", &[("forms", &forms.join(", "))]));
            end.push(m.fill("report.sha256", &[("sha256", &file.sha256())]));
        }
        Self {
            lang: report.language.code(),
            name: file.name.clone(),
            title: m.get("report.title"),
            edition,
            source: (report.source == Source::Sheet).then(|| m.get("report.from_sheet")),
            correction: file
                .sent
                .as_ref()
                .and_then(|s| s.reason.as_ref())
                .map(|r| m.fill("report.corrected", &[("reason", r)])),
            document: format!("{} – {edition} – {}", m.get("report.title"), file.name),
            author: report.provider.clone(),
            confidential: m.get("report.confidential"),
            notice: report.notice.clone(),
            meta: vec![
                fact("report.number", &file.name),
                fact("report.written_on", &day(file.written_on)),
                fact("report.case", &case),
                fact("report.office", &report.office),
                fact("report.author", &format!("{}, {}", report.provider, report.coach)),
            ],
            summary_title: m.get("report.summary"),
            summary: sections.summary(),
            sections: sections.all(),
            system: system::sections(report, file.sent.as_ref(), m),
            feedback: file.annex.is_none().then(|| responses(report, m)),
            annex: file.annex.as_ref().map(|a| annex(a, m)),
            end,
            substituted: m.get("report.substituted"),
            written_on: file.written_on,
            language: report.language,
        }
    }

    /// The same of a report that is not sent yet.
    #[must_use]
    pub fn as_draft(self) -> Self {
        let edition = Messages::of(self.language).get("report.edition_draft");
        Self { edition, ..self }
    }

    /// The day that the document bears.
    #[must_use]
    pub fn written_on(&self) -> Date {
        self.written_on
    }
}

#[derive(Serialize)]
struct Page<'a> {
    style: &'static str,
    report: &'a ReportView,
}

/// The report as one HTML file with its style inside, so that it can be kept and opened anywhere.
///
/// # Errors
/// When a template of the instance names something the report does not have.
pub fn closing_report_html(renderer: &Renderer, report: &ReportView) -> Result<String, RenderError> {
    renderer.fill("report/closing.html", &Page { style: STYLE, report })
}
