//! What the system adds to the coach's part: the client's self-assessment, what the client remarks, and what a correction
//! changed.

use super::block::{Column, Width};
use super::{Block, Fact, Section, Words};
use crate::report::{AssessedChange, ClosingReport, Remark, Sent};
use crate::text::{Messages, told_date};
use jiff::civil::Date;

/// The sections that there is something for.
pub(super) fn sections(report: &ClosingReport, sent: Option<&Sent>, m: Messages) -> Vec<Section> {
    let assessed = report.self_assessment.as_deref().map(|changes| assessment(changes, m));
    let read = client(report.read_on, report.remark.as_ref(), m);
    let corrected = sent.filter(|s| s.reason.is_some()).map(|s| correction(s, m));
    assessed.into_iter().chain(read).chain(corrected).collect()
}

fn section(title: &str, blocks: Vec<Block>, m: Messages) -> Section {
    Section { number: None, level: 2, title: m.get(title).to_owned(), blocks }
}

fn assessment(changes: &[AssessedChange], m: Messages) -> Section {
    let columns = vec![
        Column::new(m.get("report.statement"), Width::Widest),
        Column::new(m.get("report.at_start"), Width::Wide),
        Column::new(m.get("report.at_closing"), Width::Wide),
    ];
    let row = |c: &AssessedChange| [&c.statement, &c.start.label, &c.closing.label].map(|t| Words::new(t)).to_vec();
    let (caption, rows) = (m.get("report.self_assessment").to_owned(), changes.iter().map(row).collect());
    section("report.self_assessment", vec![Block::Table { caption, columns, rows, listed: false }], m)
}

/// None where the client was not asked, or has told nothing.
fn client(read_on: Option<Date>, remark: Option<&Remark>, m: Messages) -> Option<Section> {
    let day = |d: Date| told_date(d, m.language());
    let read = read_on.map(|on| Fact::told(m.get("report.read"), &m.fill("report.read_on", &[("date", &day(on))])));
    let remark = remark.map(|r| Fact::told(m.get("report.remark"), &format!("{} ({})", r.text, day(r.on))));
    let rows: Vec<Fact> = read.into_iter().chain(remark).collect();
    (!rows.is_empty()).then(|| section("report.of_client", vec![Block::Facts { rows, short: false }], m))
}

fn correction(sent: &Sent, m: Messages) -> Section {
    let reason = sent.reason.as_deref().unwrap_or_default();
    let mut blocks = vec![Block::Facts { rows: vec![Fact::told(m.get("report.reason"), reason)], short: false }];
    let nothing = || Words::quiet("–");
    let row = |d: &crate::report::Difference| {
        let said = |value: Option<&String>| value.map_or_else(nothing, |v| Words::new(v));
        vec![Words::new(&format!("{}: {}", d.section, d.line)), said(d.before.as_ref()), said(d.after.as_ref())]
    };
    if sent.changes.is_empty() {
        blocks.push(Block::Note { text: m.get("report.no_changes").to_owned() });
    } else {
        let columns = vec![
            Column::new(m.get("report.changed_line"), Width::Wide),
            Column::new(m.get("report.before"), Width::Wide),
            Column::new(m.get("report.after"), Width::Wide),
        ];
        let (caption, rows) = (m.get("report.changes").to_owned(), sent.changes.iter().map(row).collect());
        blocks.push(Block::Table { caption, columns, rows, listed: false });
    }
    section("report.changes", blocks, m)
}
