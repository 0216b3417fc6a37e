//! The figures of the results page.

use super::sentences;
use super::table::TableView;
use crate::chart::{Bars, Line, Range, Stack};
use crate::cube::TOTAL;
use crate::release::{PublishedTable, Release};
use crate::text::{Figure as Number, Language, Messages, finnish_month};
use jiff::civil::Date;
use serde::Serialize;

/// A chart with everything that makes its number trustworthy.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Figure {
    pub(super) anchor: String,
    pub(super) number: usize,
    pub(super) title: String,
    pub(super) subtitle: String,
    pub(super) description: String,
    pub(super) chart: Chart,
    pub(super) tables: Vec<TableView>,
    /// Short name for the list of contents.
    pub(super) short: String,
    pub(super) withheld: bool,
    pub(super) source: String,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Chart {
    pub(super) bars: Option<Bars>,
    pub(super) range: Option<Range>,
    pub(super) line: Option<Line>,
    pub(super) stacks: Vec<Stack>,
    /// Colour class and name of each share.
    pub(super) legend: Vec<(String, String)>,
}

/// Height of the curve, pixels.
const CURVE_HEIGHT: u32 = 300;

/// What each figure of the results page is about, in order.
const RESULTS: [&str; 7] = [
    "outcomes",
    "months-before-coaching",
    "months-total",
    "coaching-started",
    "clients-by-gender",
    "clients-by-origin",
    "work-trials",
];

pub(super) fn results(release: &Release, language: Language) -> Vec<Figure> {
    let present = RESULTS.iter().filter_map(|id| release.table(id));
    (1..).zip(present).map(|(number, table)| figure(release, table, number, language)).collect()
}

fn figure(release: &Release, table: &PublishedTable, number: usize, language: Language) -> Figure {
    let m = Messages::of(language);
    let neutral = || table.title.in_language(language).to_owned();
    let (title, description, chart) = match table.id.as_str() {
        "outcomes" => (
            sentences::outcomes_title(table, language),
            sentences::outcomes_text(table, language),
            outcome_bars(table, language),
        ),
        "months-before-coaching" => (
            sentences::waiting_title(table, language),
            sentences::durations_text(table, language),
            range(table, language),
        ),
        "months-total" => (
            sentences::staying_title(table, language).unwrap_or_else(neutral),
            sentences::durations_text(table, language),
            range(table, language),
        ),
        "coaching-started" => (
            sentences::progress_title(release, language),
            sentences::progress_text(release, language),
            curve(release, table, language),
        ),
        "work-trials" => (neutral(), sentences::trials_text(table, language), trials(table, language)),
        _ => (neutral(), counts_text(table, language), bars(table, language)),
    };
    let mut tables = vec![TableView::new(table, language)];
    if table.id == "coaching-started" {
        tables.extend(release.table("targets").map(|t| TableView::new(t, language)));
    }
    Figure {
        anchor: table.id.clone(),
        number,
        subtitle: if title == neutral() { short_subtitle(table, m) } else { subtitle(table, m) },
        title,
        description,
        chart,
        tables,
        short: neutral(),
        withheld: table.has_withheld(),
        source: table.source.in_language(language).to_owned(),
    }
}

/// What is counted, until when and how many people: the reader meets n before the figures.
pub(super) fn subtitle(table: &PublishedTable, m: Messages) -> String {
    let key = if table.axes[0].id == "date" { "site.subtitle_no_n" } else { "site.subtitle" };
    fill_subtitle(table, m, key)
}

/// The same under a title that already says what is counted.
pub(super) fn short_subtitle(table: &PublishedTable, m: Messages) -> String {
    fill_subtitle(table, m, "site.subtitle_short")
}

fn fill_subtitle(table: &PublishedTable, m: Messages, key: &str) -> String {
    let n = table.figure(&[TOTAL]).or_else(|| table.figure(&[TOTAL, "n"]));
    let n = n.map_or_else(|| "...".to_owned(), Number::finnish);
    let date = crate::text::finnish_date(table.as_of);
    m.fill(key, &[("title", table.title.in_language(m.language())), ("date", &date), ("n", &n)])
}

fn outcome_bars(table: &PublishedTable, language: Language) -> Chart {
    let lead = |code: &str| sentences::ONWARD.contains(&code);
    let mut rows = rows_of(table, language, &lead);
    // Largest first; withheld ones stay in their declared order, so their place tells nothing.
    rows.sort_by_key(|(_, f, _)| f.map_or(i64::MAX, |f| -f.scaled));
    Chart { bars: Some(Bars::new(&rows)), ..Chart::default() }
}

/// One row for each category but the totals: label, figure, takeaway or not.
fn rows_of(
    table: &PublishedTable,
    language: Language,
    lead: &dyn Fn(&str) -> bool,
) -> Vec<(String, Option<Number>, bool)> {
    let categories = table.axes[0].categories.iter().filter(|c| c.code != TOTAL && c.code != "mean");
    categories.map(|c| (c.label.in_language(language).to_owned(), table.figure(&[&c.code]), lead(&c.code))).collect()
}

pub(super) fn bars(table: &PublishedTable, language: Language) -> Chart {
    Chart { bars: Some(Bars::new(&rows_of(table, language, &|_| true))), ..Chart::default() }
}

/// The groups, or everybody where the groups are withheld.
fn shown_groups(table: &PublishedTable, code: &str) -> Vec<usize> {
    let groups = &table.axes[0].categories;
    let visible = |i: &usize| table.figure(&[&groups[*i].code, code]).is_some();
    let parts: Vec<usize> = (0..groups.len()).filter(|i| groups[*i].code != TOTAL).collect();
    if parts.iter().any(visible) { parts } else { (0..groups.len()).collect() }
}

fn range(table: &PublishedTable, language: Language) -> Chart {
    let groups = &table.axes[0].categories;
    let rows = shown_groups(table, "mean").into_iter().map(|i| {
        let get = |code: &str| table.figure(&[&groups[i].code, code]);
        (groups[i].label.in_language(language).to_owned(), get("n"), get("mean"), get("min"), get("max"))
    });
    Chart { range: Some(Range::new(&rows.collect::<Vec<_>>())), ..Chart::default() }
}

fn trials(table: &PublishedTable, language: Language) -> Chart {
    let groups = &table.axes[0].categories;
    let rows = shown_groups(table, "trials").into_iter();
    let rows = rows
        .map(|i| (groups[i].label.in_language(language).to_owned(), table.figure(&[&groups[i].code, "trials"]), true));
    Chart { bars: Some(Bars::new(&rows.collect::<Vec<_>>())), ..Chart::default() }
}

pub(super) fn curve(release: &Release, table: &PublishedTable, language: Language) -> Chart {
    let measured = table.axes[0].categories.iter().filter_map(|c| {
        let (date, figure) = (c.code.parse::<Date>().ok()?, table.figure(&[&c.code])?);
        let day = i64::from((date - Date::constant(1970, 1, 1)).get_days());
        Some((day, figure.scaled, figure.finnish(), finnish_month(date)))
    });
    let target = release
        .table("targets")
        .and_then(|t| t.figure(&["period"]))
        .map(|f| (f.scaled, Messages::of(language).fill("site.target_line", &[("n", &f.finnish())])));
    Chart { line: Some(Line::new(&measured.collect::<Vec<_>>(), target, CURVE_HEIGHT)), ..Chart::default() }
}

fn counts_text(table: &PublishedTable, language: Language) -> String {
    let m = Messages::of(language);
    let shown = rows_of(table, language, &|_| true)
        .into_iter()
        .filter_map(|(label, f, _)| Some(format!("{} {}", label.to_lowercase(), f?.finnish())));
    let shown: Vec<String> = shown.collect();
    if shown.is_empty() {
        m.get("finding.withheld").to_owned()
    } else {
        sentences::capital(&format!("{}.", shown.join(", ")))
    }
}

/// The outcomes for the front page: squares where they can be counted at a glance, bars elsewhere.
pub(super) fn outcomes(release: &Release, language: Language) -> Option<Chart> {
    release.table("outcomes").map(|table| outcome_bars(table, language))
}
