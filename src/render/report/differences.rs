//! What two versions of a report say otherwise, line by line, as readers see it.

use super::sections::Sections;
use super::{Block, Section, Words};
use crate::report::{ClosingReport, Difference};
use crate::text::Messages;

/// A line as it is compared.
struct Line {
    section: String,
    line: String,
    value: String,
}

/// What the six sections of a report say otherwise than those of an earlier version, in the language of the later.
#[must_use]
pub fn differences(before: &ClosingReport, after: &ClosingReport) -> Vec<Difference> {
    let m = Messages::of(after.language);
    let (old, new) = (lines(before, m), lines(after, m));
    let find = |lines: &'_ [Line], wanted: &Line| {
        lines.iter().find(|l| l.section == wanted.section && l.line == wanted.line).map(|l| l.value.clone())
    };
    let difference = |l: &Line, before: Option<String>, after: Option<String>| Difference {
        section: l.section.clone(),
        line: l.line.clone(),
        before,
        after,
    };
    let changed = new.iter().filter_map(|l| {
        let earlier = find(&old, l);
        (earlier.as_ref() != Some(&l.value)).then(|| difference(l, earlier, Some(l.value.clone())))
    });
    let gone = old.iter().filter(|l| find(&new, l).is_none()).map(|l| difference(l, Some(l.value.clone()), None));
    let mut all: Vec<Difference> = changed.chain(gone).collect();
    let place = |d: &Difference| new.iter().position(|l| l.section == d.section);
    all.sort_by_key(place);
    all
}

fn lines(report: &ClosingReport, m: Messages) -> Vec<Line> {
    let sections = Sections { report, m }.all();
    sections.iter().flat_map(|s| s.blocks.iter().flat_map(|b| of_block(s, b))).collect()
}

fn of_block(section: &Section, block: &Block) -> Vec<Line> {
    let line = |line: String, value: String| Line { section: section.title.clone(), line, value };
    let said = |words: &Words| words.lines.join("\n");
    match block {
        Block::Facts { rows, .. } => rows.iter().map(|r| line(r.label().to_owned(), said(r.value()))).collect(),
        Block::Table { caption, rows, .. } => (1..)
            .zip(rows)
            .map(|(n, cells): (usize, _)| {
                let cells: Vec<String> = cells.iter().map(said).collect();
                line(format!("{caption} {n}"), cells.join("; "))
            })
            .collect(),
        // The bar says what the line of hours says.
        Block::Strip { .. } | Block::Meter { .. } | Block::Quotes { .. } | Block::Lead { .. } | Block::Note { .. } => {
            Vec::new()
        }
    }
}
