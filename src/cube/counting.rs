//! What counting goes by: the cases as they are known, how time is cut, and the blocks.

use super::attributes::{Attributes, ENDED, STARTED};
use super::blocks::{Blocks, codes_of, cohort_attribute};
use super::cohorts::{Cut, of_cases};
use super::counters::Cube;
use super::fact::{ENDED_ON, STARTED_ON};
use super::people::{Cohort, Whose};
use super::rows::{CaseRow, rows};
use super::table::Cell;
use crate::instance::Instance;
use crate::statistics::{ComparisonSpec, Population, Statistics};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// The cases of a release and what may be told of them.
pub(super) struct Counting<'a> {
    pub(super) instance: &'a Instance,
    pub(super) statistics: &'a Statistics,
    pub(super) rows: Vec<CaseRow<'a>>,
    pub(super) attributes: Attributes<'a>,
    pub(super) blocks: Blocks,
    pub(super) started: Cut,
    pub(super) ended: Cut,
    pub(super) as_of: Date,
}

impl<'a> Counting<'a> {
    pub(super) fn new(
        cube: &'a Cube,
        instance: &'a Instance,
        statistics: &'a Statistics,
        as_of: Date,
        released: &[Cohort],
    ) -> Self {
        let rows = rows(cube);
        let k = i64::from(instance.policy.value.threshold);
        let cut = |of: &str, column: &str| {
            let mut days: BTreeMap<i64, i64> = BTreeMap::new();
            for row in &rows {
                if let Some(day) = row.number(column) {
                    *days.entry(day).or_default() += row.n;
                }
            }
            of_cases(of, &days, &statistics.cohorts, k, as_of, released)
        };
        let (started, ended) = (cut(STARTED, STARTED_ON), cut(ENDED, ENDED_ON));
        let attributes = Attributes::new(instance, statistics, &rows, (&started, &ended));
        let uses = uses(instance, statistics, &attributes);
        let zeros: Vec<BTreeMap<String, String>> =
            statistics.structural_zeros.iter().flat_map(|zero| attributes.impossible(&zero.value)).collect();
        let blocks = Blocks::new(&uses, &rows, &attributes, &zeros);
        Self { instance, statistics, rows, attributes, blocks, started, ended, as_of }
    }

    /// The cohorts of a population.
    pub(super) fn cut(&self, population: Population) -> &Cut {
        match population {
            Population::Started => &self.started,
            Population::Closed => &self.ended,
        }
    }

    /// The people of these cohorts with the codes picked, in the block that tells `near` and the picks together.
    pub(super) fn whose<'p>(
        &self,
        population: Population,
        cohorts: &[Cohort],
        near: &[String],
        picks: impl IntoIterator<Item = &'p (String, BTreeSet<String>)>,
    ) -> Whose {
        let mut only: BTreeMap<String, BTreeSet<String>> = picks.into_iter().cloned().collect();
        let picked: Vec<&str> = only.keys().map(String::as_str).collect();
        let all: Vec<&str> = near.iter().map(String::as_str).chain(picked.iter().copied()).collect();
        let block = self.blocks.telling(&all).or_else(|| self.blocks.telling(&picked)).map(|p| p.id.clone());
        only.insert(cohort_attribute(population).to_owned(), codes_of(cohorts));
        Whose { block: block.unwrap_or_default(), only }
    }

    /// How many people these are, as a cell.
    pub(super) fn cell(&self, whose: &Whose) -> Cell {
        self.blocks.cell(whose)
    }

    /// The cases of these people.
    pub(super) fn rows_of(&self, whose: &Whose) -> impl Iterator<Item = &CaseRow<'a>> {
        let whose = whose.clone();
        self.rows.iter().filter(move |row| {
            whose
                .only
                .iter()
                .all(|(id, codes)| self.attributes.code_of(id, row).is_some_and(|code| codes.contains(code)))
        })
    }
}

/// The structural zeros that rule nothing out: no figures tell their codes of the same people.
#[must_use]
pub fn idle_zeros<'a>(instance: &Instance, statistics: &'a Statistics) -> Vec<&'a BTreeMap<String, String>> {
    let nobody = Cube::default();
    let counting = Counting::new(&nobody, instance, statistics, Date::MIN, &[]);
    let held = |zero: &BTreeMap<String, String>| {
        let parts = counting.attributes.impossible(zero);
        counting.blocks.people.iter().any(|people| parts.iter().any(|part| people.structural_zeros.contains(part)))
    };
    statistics.structural_zeros.iter().map(|zero| &zero.value).filter(|zero| !held(zero)).collect()
}

/// What figures tell together.
fn uses(instance: &Instance, statistics: &Statistics, attributes: &Attributes) -> Vec<BTreeSet<String>> {
    use super::attributes::HOURS;
    use super::fact::WORK_TRIALS;
    use crate::instance::PROVIDER;
    use crate::statistics::Measure;
    let mut uses: Vec<BTreeSet<String>> = Vec::new();
    for table in statistics.tables.iter().map(|t| &t.value).filter(|t| t.is_sensitive(instance)) {
        let by: Vec<Vec<String>> = table.dimensions().map(|id| attributes.of_dimension(id)).collect();
        let measured = match table.measure {
            Measure::WorkTrials => Some(WORK_TRIALS.to_owned()),
            Measure::Hours => Some(HOURS.to_owned()),
            Measure::Count | Measure::MonthsBefore | Measure::MonthsTotal => None,
        };
        match by.as_slice() {
            [several] if several.len() != 1 => {
                uses.extend(several.iter().map(|id| std::iter::once(id.clone()).chain(measured.clone()).collect()));
            }
            _ => uses.push(by.into_iter().flatten().chain(measured).collect()),
        }
    }
    for indicator in statistics.indicators.iter().map(|i| &i.value) {
        if let Some(cases) = &indicator.cases {
            uses.push(cases.keys().flat_map(|id| attributes.of_dimension(id)).collect());
        }
        match indicator.measure.as_ref().map(|m| m.value.as_str()) {
            Some("work_trials") => uses.push(BTreeSet::from([WORK_TRIALS.to_owned()])),
            Some("hours_per_case") => uses.push(BTreeSet::from([HOURS.to_owned()])),
            _ => {}
        }
    }
    if let Some(ComparisonSpec { .. }) = &statistics.comparison {
        uses.push(BTreeSet::from([PROVIDER.to_owned(), "outcome".to_owned()]));
    }
    uses
}
