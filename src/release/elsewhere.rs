//! Figures that were published elsewhere before: entries of the ledger, and those that cannot be.

use super::ledger::LedgerEntry;
use super::solve::whose_of;
use super::{Controlled, Note, PublishedTable, Refusal};
use crate::cube::{Axis, Class, Cohort, Counted, Reading};
use crate::statistics::{Published, PublishedFigure};
use crate::text::{Language, Text, told_date};

/// What `published.yaml` gives a release.
#[derive(Clone, Debug, Default)]
pub struct Elsewhere {
    /// The figures that are reckoned with.
    pub entries: Vec<LedgerEntry>,
    /// For readers: figures that were counted from other data.
    pub notes: Vec<Note>,
    /// Figures whose cohort is not counted yet.
    pub waiting: Vec<String>,
    /// Figures that were counted from other data.
    pub different: Vec<String>,
}

impl Elsewhere {
    /// What of it is not reckoned with, for those who publish.
    #[must_use]
    pub fn told(&self) -> String {
        let listed = |title: &str, figures: &[String]| {
            let lines: String = figures.iter().map(|figure| format!("  {figure}\n")).collect();
            if figures.is_empty() { String::new() } else { format!("\n{title}\n{lines}") }
        };
        let waiting = "Figures of published.yaml that are not used yet, for no cohort until that day is counted:";
        let different = "Figures of published.yaml that are not reckoned with, for they differ (`differs`):";
        listed(waiting, &self.waiting) + &listed(different, &self.different)
    }
}

impl Controlled {
    /// The same with notes for readers that are not there yet.
    #[must_use]
    pub fn noting(mut self, notes: &[Note]) -> Self {
        for note in notes {
            if !self.release.notes.contains(note) {
                self.release.notes.push(note.clone());
            }
        }
        self.release.fingerprint = self.release.own_fingerprint();
        self
    }
}

/// A table that is counted or was released.
struct Known<'a> {
    id: &'a str,
    title: &'a Text,
    class: Class,
    cohort: Option<&'a Cohort>,
    axes: &'a [Axis],
    reads: &'a [Reading],
}

/// Everything that `published.yaml` names, by the tables that are new or were released before.
///
/// # Errors
/// When a figure names a cell that its table has not, or a day inside a cohort: nothing tells who of the cohort it counts.
pub fn published_elsewhere(
    published: &Published,
    counted: &Counted,
    released: &[PublishedTable],
) -> Result<Elsewhere, Refusal> {
    let new = counted.tables.iter().map(|t| Known {
        id: &t.id,
        title: &t.title,
        class: t.class,
        cohort: t.cohort.as_ref(),
        axes: &t.axes,
        reads: &t.reads,
    });
    let old = released.iter().map(|t| Known {
        id: &t.id,
        title: &t.title,
        class: t.class,
        cohort: t.cohort.as_ref(),
        axes: &t.axes,
        reads: &t.reads,
    });
    // A table that is not sensitive has nothing to protect.
    let tables: Vec<Known<'_>> = new.chain(old).filter(|t| t.class != Class::Open).collect();
    let mut found = Elsewhere::default();
    for (report, figure) in published.figures() {
        let (id, day) = (figure.table.value.as_str(), figure.cohort.value);
        let of_id = || tables.iter().filter(|t| t.id == id);
        let Some(any) = of_id().next() else { continue };
        if let Some(why) = &figure.differs {
            let told = |language| {
                let [source, title, why] =
                    [&report.source.value, any.title, &why.value].map(|text| text.in_language(language));
                format!("{source}: {title}. {why}")
            };
            let text = Text::of(|language| why.value.own(language).map(|_| told(language)));
            found.notes.push(Note { on: report.published_on, cohort: day, text });
            found.different.push(named(figure));
            continue;
        }
        let Some(table) = of_id().find(|t| t.cohort.is_some_and(|c| c.until == day)) else {
            let inside = |c: &&Cohort| c.from.is_none_or(|from| from <= day) && day < c.until;
            if let Some(merged) = of_id().filter_map(|t| t.cohort).find(inside) {
                return Err(Refusal::InsideCohort {
                    figure: named(figure),
                    day,
                    until: told_date(merged.until, Language::En),
                });
            }
            found.waiting.push(named(figure));
            continue;
        };
        let reading = place(figure, table.axes).and_then(|at| table.reads.get(at));
        let reading = reading
            .ok_or_else(|| Refusal::UnknownFigure { table: id.to_owned(), cohort: told_date(day, Language::En) })?;
        let value = figure.figure().scaled;
        let says_people = matches!(reading, Reading::Count(_) | Reading::Grades(_));
        found.entries.extend(says_people.then(|| LedgerEntry {
            release: report.published_on.to_string(),
            table: id.to_owned(),
            cohort: table.cohort.cloned(),
            block: whose_of(reading).first().map_or_else(String::new, |w| w.block.clone()),
            reading: reading.clone(),
            low: value,
            high: value,
            source: Some(report.source.value.clone()),
        }));
    }
    Ok(found)
}

/// A figure by its table, cohort and cell.
fn named(figure: &PublishedFigure) -> String {
    let cell: Vec<String> = figure.cell.iter().map(|(id, code)| format!("{id}: {}", code.value)).collect();
    let (table, until) = (&figure.table.value, told_date(figure.cohort.value, Language::En));
    format!("{table} until {until}, {{ {} }}, {}", cell.join(", "), figure.figure().plain())
}

fn place(figure: &PublishedFigure, axes: &[Axis]) -> Option<usize> {
    axes.iter().try_fold(0, |at, axis| {
        let code = figure.code(&axis.id);
        Some(at * axis.categories.len() + axis.categories.iter().position(|c| c.code == code)?)
    })
}
