//! The interim report as people read it.

use super::{Block, Fact, Section, Words};
use crate::render::{RenderError, Renderer, STYLE};
use crate::report::{InterimLine, InterimReport, InterimSection};
use crate::text::Messages;
use serde::Serialize;

#[derive(Serialize)]
struct Page<'a> {
    style: &'static str,
    lang: &'static str,
    title: &'static str,
    document: String,
    confidential: &'static str,
    notice: Option<&'a str>,
    meta: Vec<Fact>,
    sections: Vec<Section>,
    end: Vec<String>,
}

/// An interim report as one HTML file with its style inside; `sent_at` as readers are told it.
///
/// # Errors
/// When a template of the instance names something the report does not have.
pub fn interim_report_html(renderer: &Renderer, report: &InterimReport, sent_at: &str) -> Result<String, RenderError> {
    let m = Messages::of(report.language);
    let title = m.get("report.interim_title");
    let fact = |key: &str, value: &str| Fact::told(m.get(key), value);
    let form = format!("{} {}", report.form.id, report.form.version.get(..12).unwrap_or_default());
    let page = Page {
        style: STYLE,
        lang: report.language.code(),
        title,
        document: format!("{title} – {}", report.name),
        confidential: m.get("report.confidential"),
        notice: report.notice.as_deref(),
        meta: vec![
            fact("report.number", &report.name),
            fact("report.sent_at", sent_at),
            fact("report.case", &report.case.to_string()),
            fact("report.office", &report.office),
            fact("report.author", &format!("{}, {}", report.provider, report.coach)),
        ],
        sections: (1..).zip(&report.sections).map(|(n, s)| section(n, s, m)).collect(),
        end: vec![
            m.fill("report.forms_used", &[("forms", &form)]),
            m.fill("report.interim_sha256", &[("sha256", &report.sha256())]),
        ],
    };
    renderer.fill("report/interim.html", &page)
}

fn section(number: usize, section: &InterimSection, m: Messages) -> Section {
    let fact = |l: &InterimLine| {
        let answer = l.answer.as_ref().map_or_else(|| Words::quiet(m.get("report.not_recorded")), |a| Words::new(a));
        Fact::new(&l.question, answer)
    };
    let rows = section.lines.iter().map(fact).collect();
    let blocks = vec![Block::Facts { rows, short: false }];
    Section { number: Some(number), level: 2, title: section.title.clone(), blocks }
}
