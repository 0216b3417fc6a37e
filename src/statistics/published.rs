//! Figures that were published elsewhere before: `published.yaml`.

use super::dimensions::Dimensions;
use super::{Measure, Statistics, TableSpec};
use crate::instance::Instance;
use crate::text::{Code, Diagnostic, Diagnostics, Figure, Position, SourceText, Text, did_you_mean, read_shaped};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_yaml::Spanned;
use std::collections::{BTreeMap, BTreeSet};

/// Code of everybody in a dimension, and the axis of measures.
const TOTAL: &str = "total";
const STATISTIC: &str = "statistic";

/// A figure that somebody can have read.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishedFigure {
    /// The table of `statistics.yaml` that would hold it.
    #[schemars(with = "String")]
    pub table: Spanned<String>,
    /// Last day of the cohort that it counts.
    #[schemars(with = "Date")]
    pub cohort: Spanned<Date>,
    /// Its cell: a code, or `total`, for each dimension of the table, and `statistic` where something is measured.
    #[schemars(with = "BTreeMap<String, String>")]
    pub cell: BTreeMap<String, Spanned<String>>,
    /// The figure; a mean with at most one decimal.
    #[schemars(with = "f64")]
    pub value: Spanned<f64>,
    /// Why it differs from ours, where it was counted from other data: it is told to readers and not reckoned with.
    #[serde(default)]
    #[schemars(with = "Option<Text>")]
    pub differs: Option<Spanned<Text>>,
}

impl PublishedFigure {
    /// The code of a dimension or of `statistic`; everybody where it is not named.
    #[must_use]
    pub fn code(&self, id: &str) -> &str {
        self.cell.get(id).map_or(TOTAL, |code| code.value.as_str())
    }

    /// True when it counts something; means and extremes have a decimal.
    #[must_use]
    pub fn is_count(&self) -> bool {
        !["mean", "min", "max"].contains(&self.code(STATISTIC))
    }

    /// The figure, as exact as a table holds it.
    #[must_use]
    pub fn figure(&self) -> Figure {
        #[expect(clippy::cast_possible_truncation, reason = "reading holds that it is small and whole")]
        let whole = |number: f64| number.round() as i64;
        if self.is_count() {
            Figure::count(whole(self.value.value))
        } else {
            Figure::tenths(whole(self.value.value * 10.0))
        }
    }
}

/// What was published in one place.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishedReport {
    /// What it is called.
    #[schemars(with = "Text")]
    pub source: Spanned<Text>,
    /// The day on which it was published.
    pub published_on: Date,
    /// Its figures that can be subtracted from ours.
    pub figures: Vec<PublishedFigure>,
}

/// `published.yaml`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Published {
    /// What was published where.
    pub reports: Vec<PublishedReport>,
}

impl Published {
    /// Reads and checks `published.yaml`.
    ///
    /// # Errors
    /// Every mistake found, with its place and remedy.
    pub fn read(file: &str, source: &str, statistics: &Statistics, instance: &Instance) -> Result<Self, Diagnostics> {
        let published: Self = read_shaped(file, source)?;
        let dimensions = Dimensions { instance, areas: statistics.areas.as_ref() };
        let mut check = Check { text: SourceText::new(file, source), dimensions, statistics, found: Vec::new() };
        for report in &published.reports {
            let reasons = report.figures.iter().filter_map(|figure| figure.differs.as_ref());
            let texts = std::iter::once((&report.source, "the source is not named in"));
            for (text, what) in texts.chain(reasons.map(|reason| (reason, "why the figure differs is not told in"))) {
                for language in instance.languages.value.iter().filter(|l| !text.value.has(**l)) {
                    let problem = format!("{what} {}", language.english_name());
                    let remedy = format!("write it after {}:", language.code());
                    check.tell(Code::StatisticsText, Position::of(text), problem, remedy);
                }
            }
        }
        let mut seen = BTreeSet::new();
        for (_, figure) in published.figures() {
            check.figure(figure, &mut seen);
        }
        if check.found.is_empty() {
            return Ok(published);
        }
        check.found.sort_by_key(|d| d.at);
        Err(Diagnostics(check.found))
    }

    /// Each figure with the report that it stands in.
    pub fn figures(&self) -> impl Iterator<Item = (&PublishedReport, &PublishedFigure)> {
        self.reports.iter().flat_map(|report| report.figures.iter().map(move |figure| (report, figure)))
    }
}

/// The JSON Schema (draft 2020-12) of `published.yaml`.
#[must_use]
pub fn published_schema() -> serde_json::Value {
    crate::form::drawn::<Published>("published.schema.json", "Figures published elsewhere")
}

/// Codes of what a table measures.
fn statistics_of(measure: Measure) -> &'static [&'static str] {
    match measure {
        Measure::Count => &[],
        Measure::MonthsBefore => &["n", "mean", "min", "max"],
        Measure::MonthsTotal => &["n", "mean"],
        Measure::WorkTrials => &["n", "trials", "people"],
        Measure::Hours => &["n", "sum", "mean"],
    }
}

struct Check<'a> {
    text: SourceText<'a>,
    dimensions: Dimensions<'a>,
    statistics: &'a Statistics,
    found: Vec<Diagnostic>,
}

impl<'a> Check<'a> {
    fn tell(&mut self, code: Code, at: Position, problem: String, remedy: impl Into<String>) {
        self.found.push(self.text.tell(code, at, problem, remedy));
    }

    fn figure(
        &mut self,
        figure: &'a PublishedFigure,
        seen: &mut BTreeSet<(&'a str, Date, BTreeMap<&'a str, &'a str>)>,
    ) {
        let (id, at) = (figure.table.value.as_str(), Position::of(&figure.table));
        let cohorts = &self.statistics.cohorts;
        if !cohorts.is_end(figure.cohort.value) {
            let problem = format!("no cohort ends on {}", figure.cohort.value);
            let remedy = "write the last day of a cohort, or name the day in cohorts.ends of statistics.yaml";
            self.tell(Code::PublishedCohort, Position::of(&figure.cohort), problem, remedy);
        }
        let tables = &self.statistics.tables;
        let Some(table) = tables.iter().map(|t| &t.value).find(|t| t.id.value == id) else {
            let remedy = did_you_mean(id, tables.iter().map(|t| t.value.id.value.as_str()));
            self.tell(Code::PublishedTable, at, format!("statistics.yaml has no table `{id}`"), remedy);
            return;
        };
        self.cell(figure, table);
        // A dimension that is not named is its total.
        let cell = figure.cell.iter().map(|(k, v)| (k.as_str(), v.value.as_str())).filter(|(_, code)| *code != TOTAL);
        if !seen.insert((id, figure.cohort.value, cell.collect())) {
            self.tell(Code::PublishedCell, at, format!("a cell of `{id}` is given twice"), "give each figure once");
        }
        let value = figure.value.value;
        let step = if figure.is_count() { 1.0 } else { 10.0 };
        if !(0.0..1e9).contains(&value) || ((value * step).round() - value * step).abs() > 1e-6 {
            let remedy = "write a count without decimals, a mean with one";
            self.tell(Code::PublishedValue, Position::of(&figure.value), format!("{value} is no such figure"), remedy);
        }
    }

    fn cell(&mut self, figure: &PublishedFigure, table: &TableSpec) {
        let measured = statistics_of(table.measure);
        let axes: Vec<&str> = table.dimensions().chain((!measured.is_empty()).then_some(STATISTIC)).collect();
        for (id, code) in &figure.cell {
            let at = Position::of(code);
            if !axes.contains(&id.as_str()) {
                let problem = format!("`{}` is not broken down by `{id}`", table.id.value);
                self.tell(Code::PublishedCell, at, problem, did_you_mean(id, axes.iter().copied()));
                continue;
            }
            let mut known =
                if id == STATISTIC { measured.to_vec() } else { self.dimensions.codes(id).unwrap_or_default() };
            if id != STATISTIC {
                known.push(TOTAL);
            }
            if !known.contains(&code.value.as_str()) {
                let problem = format!("`{id}` has no code `{}`", code.value);
                self.tell(Code::PublishedCell, at, problem, did_you_mean(&code.value, known));
            }
        }
        if !measured.is_empty() && !figure.cell.contains_key(STATISTIC) {
            let problem = format!("the cell does not say which figure of `{}` it is", table.id.value);
            let remedy = format!("add statistic: with one of {}", measured.join(", "));
            self.tell(Code::PublishedCell, Position::of(&figure.table), problem, remedy);
        }
    }
}
