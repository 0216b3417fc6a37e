//! What YAML's shape cannot say about the tables of `statistics.yaml`.

use super::dimensions::{AREAS, Dimensions, GOAL_REACHED, OUTCOME, carried, carries};
use super::{Areas, Measure, Population, Statistics, TableSpec, Window};
use crate::instance::Instance;
use crate::text::{Code, Diagnostic, Language, Position, SourceText, Text, did_you_mean};
use serde_yaml::Spanned;
use std::collections::BTreeSet;

/// Tables that are made without being declared.
const BUILT_IN: [&str; 6] =
    ["coaching-started", "targets", "responses", "indicators", "comparison", "comparison-counts"];
/// Beginnings of the ids of tables of answers and of indicators.
const TAKEN: [&str; 6] = ["client-", "employer-", "community-", "purchaser-", "coach-", "indicator-"];
/// Most dimensions of a table, and most strata of the comparison.
const MOST_DIMENSIONS: usize = 2;
const MOST_STRATA: usize = 4;

pub(super) fn mistakes(
    statistics: &Statistics,
    (file, source): (&str, &str),
    instance: &Instance,
    areas: Option<&Areas>,
) -> Vec<Diagnostic> {
    let dimensions = Dimensions { instance, areas };
    let mut check = Check { text: SourceText::new(file, source), dimensions, found: Vec::new() };
    check.cohorts(statistics);
    let mut ids = BTreeSet::new();
    for table in &statistics.tables {
        check.id(&table.value, &mut ids);
        check.cut(&table.value);
        check.days(&table.value);
    }
    check.zeros(statistics);
    check.comparison(statistics);
    check.found
}

/// What both halves of the checks look with.
pub(super) struct Check<'a> {
    pub(super) text: SourceText<'a>,
    pub(super) dimensions: Dimensions<'a>,
    pub(super) found: Vec<Diagnostic>,
}

impl Check<'_> {
    pub(super) fn tell(&mut self, code: Code, at: Position, problem: impl Into<String>, remedy: impl Into<String>) {
        self.found.push(self.text.tell(code, at, problem, remedy));
    }

    /// A title or definition must be there in each language of the instance.
    pub(super) fn words(&mut self, what: &str, at: Position, text: &Text) {
        let wanted: Vec<Language> = self.dimensions.instance.languages.value.clone();
        for language in wanted.into_iter().filter(|l| !text.has(*l)) {
            let problem = format!("{what} is missing in {}", language.english_name());
            let remedy = format!("write it after {}:, or use an id that the program has words for", language.code());
            self.tell(Code::StatisticsText, at, problem, remedy);
        }
    }

    /// False, and told, where there is no such dimension.
    fn is_there(&mut self, id: &str, at: Position) -> bool {
        if self.dimensions.codes(id).is_some() {
            return true;
        }
        if AREAS.contains(&id) {
            let problem = format!("nobody's `{id}` is known: there is no areas.yaml");
            self.tell(Code::Unlinkable, at, problem, "write areas.yaml, or take the dimension out");
        } else {
            let remedy = did_you_mean(id, self.dimensions.ids());
            self.tell(Code::DimensionUnknown, at, format!("there is no dimension `{id}`"), remedy);
        }
        false
    }

    /// A dimension that the facts of these cases carry, with categories that somebody can be in.
    fn linked(&mut self, population: Population, id: &str, at: Position) {
        let known = self.dimensions.codes(id).unwrap_or_default();
        if !carries(population, id) {
            let whose = match population {
                Population::Started => "cases that have only started",
                Population::Closed => "closed cases",
            };
            let there: Vec<&str> = carried(population).filter(|id| self.dimensions.codes(id).is_some()).collect();
            let problem = format!("{whose} carry no `{id}`: every figure would stand under not known");
            self.tell(Code::Unlinkable, at, problem, format!("use one of: {}", there.join(", ")));
        } else if known.is_empty() {
            let problem = format!("`{id}` has no entries in areas.yaml, so nobody can be counted in one");
            self.tell(Code::Unlinkable, at, problem, "fill in areas.yaml, or take the dimension out");
        }
    }

    /// A code of a dimension.
    pub(super) fn code(&mut self, id: &str, code: &str, at: Position) {
        let Some(codes) = self.dimensions.codes(id) else {
            self.is_there(id, at);
            return;
        };
        if !codes.contains(&code) {
            let remedy = did_you_mean(code, codes);
            self.tell(Code::DimensionCode, at, format!("`{id}` has no code `{code}`"), remedy);
        }
    }

    fn cohorts(&mut self, statistics: &Statistics) {
        let ends = &statistics.cohorts.ends;
        for (before, end) in ends.iter().zip(ends.iter().skip(1)).filter(|(a, b)| a.value >= b.value) {
            let problem = format!("the cohort that ends on {} does not come after {}", end.value, before.value);
            self.tell(Code::CohortEnds, Position::of(end), problem, "list each day once, the earliest first");
        }
    }

    fn id<'s>(&mut self, table: &'s TableSpec, ids: &mut BTreeSet<&'s str>) {
        let (id, at) = (table.id.value.as_str(), Position::of(&table.id));
        let is_id = id.starts_with(|c: char| c.is_ascii_lowercase())
            && !id.ends_with('-')
            && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !is_id {
            let remedy = "begin with a letter and use a-z, 0-9 and -: it is a part of addresses";
            self.tell(Code::TableId, at, format!("`{id}` cannot be the id of a table"), remedy);
        } else if BUILT_IN.contains(&id) || TAKEN.iter().any(|taken| id.starts_with(taken)) {
            let remedy =
                "choose another: the program makes a table of this name by itself, or tables of answers begin so";
            self.tell(Code::TableId, at, format!("the id `{id}` is taken"), remedy);
        } else if !ids.insert(id) {
            self.tell(Code::TableId, at, format!("two tables have the id `{id}`"), "give each an id of its own");
        }
        self.words(&format!("the title of `{id}`"), at, &table.title());
        self.words(&format!("the definition of `{id}`"), at, &table.definition());
        if let Some(source) = &table.source {
            self.words(&format!("the source of `{id}`"), at, source);
        }
    }

    fn cut(&mut self, table: &TableSpec) {
        let mut seen = BTreeSet::new();
        for by in &table.by {
            let (id, at) = (by.value.as_str(), Position::of(by));
            if !self.is_there(id, at) {
                continue;
            }
            self.linked(table.population, id, at);
            if !seen.insert(id) {
                let problem = format!("`{id}` is crossed with itself");
                self.tell(Code::TooFine, at, problem, "name it once");
            }
            if self.dimensions.overlaps(id) && table.by.len() > 1 {
                let problem =
                    format!("`{id}` is crossed with another dimension, but a person may have several of its codes");
                self.tell(Code::Overlapping, at, problem, "break the table down by it alone: profiles overlap");
            }
        }
        if seen.iter().filter(|id| AREAS.contains(id)).count() > 1
            && let Some(second) = table.by.iter().rev().find(|by| AREAS.contains(&by.value.as_str()))
        {
            let problem = format!("`{}` and the other area are one thing in two sizes", second.value);
            self.tell(Code::TooFine, Position::of(second), problem, "name one of them: the larger protects more");
        }
        // Whatever is measured makes a third axis by itself.
        let most = if table.measure == Measure::Count { MOST_DIMENSIONS } else { MOST_DIMENSIONS - 1 };
        if let Some(extra) = table.by.get(most) {
            let problem = format!("`{}` is broken down by {} dimensions", table.id.value, table.by.len());
            let remedy = if most == MOST_DIMENSIONS {
                "use at most two: with three almost every cell is one person"
            } else {
                "use at most one where something is measured: each row needs five people"
            };
            self.tell(Code::TooFine, Position::of(extra), problem, remedy);
        }
        let of_the_end = [Measure::MonthsTotal, Measure::WorkTrials, Measure::Hours].contains(&table.measure);
        if of_the_end && table.population == Population::Started {
            let problem = format!("`{}` measures what is known only when a case is closed", table.id.value);
            self.tell(Code::MeasureUnknown, Position::of(&table.id), problem, "write population: closed");
        }
    }

    /// Windows that overlap from one release to the next tell by subtraction who came and went.
    fn days(&mut self, table: &TableSpec) {
        let as_declared = TableSpec { sensitive: None, ..table.clone() };
        let derived = as_declared.is_sensitive(self.dimensions.instance);
        let why = table.dimensions().find(|id| {
            let declared = self.dimensions.instance.dimension(id).is_none_or(|d| d.sensitive);
            *id == OUTCOME || declared
        });
        let why = why.map_or_else(|| "what it measures is sensitive".to_owned(), |id| format!("`{id}` is sensitive"));
        if let Some(own) = table.sensitive.as_ref().filter(|s| !s.value && derived) {
            let problem = format!("`{}` is called not sensitive, but {why}", table.id.value);
            let remedy = "remove the line; only a dimension that palaute.yaml itself calls not sensitive can be, never outcomes, areas or measures";
            self.tell(Code::NotSensitive, Position::of(own), problem, remedy);
        }
        let Some(window) = table.window.as_ref().filter(|w| w.value != Window::Cohort) else { return };
        let name = if window.value == Window::Rolling { "rolling" } else { "cumulative" };
        let told_open = table.sensitive.as_ref().is_some_and(|s| !s.value);
        if table.is_sensitive(self.dimensions.instance) {
            let why = if derived { why } else { "it is called so".to_owned() };
            let problem = format!("`{}` is sensitive ({why}) and its window is {name}", table.id.value);
            let remedy =
                "remove `window`: who came between two releases could be had by subtraction; cohorts do not overlap";
            self.tell(Code::WindowOfSensitive, Position::of(window), problem, remedy);
        } else if !told_open {
            let problem = format!(
                "the window of `{}` is {name}, and nothing says that its figures may be subtracted",
                table.id.value
            );
            let remedy =
                "add `sensitive: false` if a small count of it tells nothing about anybody, or remove `window`";
            self.tell(Code::WindowOfSensitive, Position::of(window), problem, remedy);
        }
    }

    fn zeros(&mut self, statistics: &Statistics) {
        for zero in &statistics.structural_zeros {
            let at = Position::of(zero);
            for (id, code) in &zero.value {
                let place = self.text.seek(at, id).unwrap_or(at);
                self.code(id, code, place);
            }
            if zero.value.len() < 2 {
                let problem = "a structural zero names fewer than two dimensions";
                let remedy = "name the codes that exclude each other, such as { age_group: under_20, unemployment: over_24_months }";
                self.tell(Code::StructuralZero, at, problem, remedy);
            }
        }
    }

    fn comparison(&mut self, statistics: &Statistics) {
        let Some(comparison) = &statistics.comparison else { return };
        if let Some(source) = &comparison.source {
            self.words("the source of the comparison", Position::START, source);
        }
        for code in &comparison.outcomes {
            self.code(OUTCOME, &code.value, Position::of(code));
        }
        if comparison.outcomes.is_empty() || comparison.strata.is_empty() {
            let at = Position::START;
            let at = self.text.seek(at, "comparison:").unwrap_or(at);
            let remedy = "name at least one outcome that is looked for and one dimension, or take the comparison out";
            self.tell(Code::Strata, at, "the comparison has no outcomes or no strata", remedy);
        }
        let mut seen = BTreeSet::new();
        for (place, stratum) in comparison.strata.iter().enumerate() {
            self.stratum(stratum, place, seen.insert(stratum.value.as_str()));
        }
    }

    fn stratum(&mut self, stratum: &Spanned<String>, place: usize, is_new: bool) {
        let (id, at) = (stratum.value.as_str(), Position::of(stratum));
        if !self.is_there(id, at) {
            return;
        }
        self.linked(Population::Closed, id, at);
        let (problem, remedy) = if place == MOST_STRATA {
            (
                format!("`{id}` is the fifth stratum"),
                "use at most four: finer strata fit the few cases, not the clients",
            )
        } else if !is_new {
            (format!("`{id}` is named twice"), "name each dimension once")
        } else if [OUTCOME, GOAL_REACHED].contains(&id) {
            (format!("`{id}` is what became of a client"), "compare by what clients started from")
        } else if AREAS.contains(&id) {
            (format!("`{id}` is too fine to compare by"), "take it out: the unemployment of the area is used by itself")
        } else if self.dimensions.overlaps(id) {
            (format!("a person may have several codes of `{id}`"), "use a dimension of which everybody has one code")
        } else {
            return;
        };
        self.tell(Code::Strata, at, problem, remedy);
    }
}
