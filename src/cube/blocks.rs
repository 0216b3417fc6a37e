//! The blocks of cases: tables that share an attribute beyond the cohort are told of the same people.

use super::attributes::{Attributes, ENDED, STARTED};
use super::people::{Cohort, People, Whose};
use super::rows::CaseRow;
use super::table::{Basis, Cell};
use crate::statistics::Population;
use crate::text::Figure;
use std::collections::{BTreeMap, BTreeSet};

/// Every block of cases begins with it.
pub(super) const CASES: &str = "cases";

/// The blocks.
pub(super) struct Blocks {
    pub(super) people: Vec<People>,
}

impl Blocks {
    /// Blocks for figures that tell these attributes together, cohorts left out.
    pub(super) fn new(
        uses: &[BTreeSet<String>],
        rows: &[CaseRow],
        attributes: &Attributes,
        structural_zeros: &[BTreeMap<String, String>],
    ) -> Self {
        let mut groups: Vec<BTreeSet<String>> = Vec::new();
        for used in uses.iter().filter(|used| !used.is_empty()) {
            let mut joined = used.clone();
            groups.retain(|group| {
                let linked = group.iter().any(|id| used.contains(id));
                if linked {
                    joined.extend(group.iter().cloned());
                }
                !linked
            });
            groups.push(joined);
        }
        if groups.is_empty() && !uses.is_empty() {
            groups.push(BTreeSet::new());
        }
        groups.sort();
        let people = groups.iter().map(|group| people(group, rows, attributes, structural_zeros));
        Self { people: people.collect() }
    }

    /// The block that tells all these attributes together.
    pub(super) fn telling(&self, attributes: &[&str]) -> Option<&People> {
        let tells = |people: &&People| attributes.iter().all(|id| people.attributes.iter().any(|a| a.id == *id));
        self.people.iter().find(tells)
    }

    fn block(&self, id: &str) -> Option<&People> {
        self.people.iter().find(|people| people.id == id)
    }

    /// How many people these are.
    pub(super) fn cell(&self, whose: &Whose) -> Cell {
        let n = self.block(&whose.block).map_or(0, |people| people.count(whose));
        Cell { figure: Figure::count(n), basis: Basis::Count }
    }
}

/// The attribute of the cohorts of a population.
pub(super) fn cohort_attribute(population: Population) -> &'static str {
    match population {
        Population::Started => STARTED,
        Population::Closed => ENDED,
    }
}

/// The codes of cohorts.
pub(super) fn codes_of(cohorts: &[Cohort]) -> BTreeSet<String> {
    cohorts.iter().map(|c| c.until.to_string()).collect()
}

fn people(
    group: &BTreeSet<String>,
    rows: &[CaseRow],
    attributes: &Attributes,
    structural_zeros: &[BTreeMap<String, String>],
) -> People {
    let ids = group.iter().map(String::as_str).chain([STARTED, ENDED]);
    let known: Vec<_> = ids.filter_map(|id| attributes.get(id)).collect();
    let mut kinds: BTreeMap<Vec<usize>, i64> = BTreeMap::new();
    for row in rows {
        let kind = known.iter().map(|k| k.place(row)).collect();
        *kinds.entry(kind).or_default() += row.n;
    }
    let id = std::iter::once(CASES).chain(group.iter().map(String::as_str)).collect::<Vec<_>>().join(".");
    let told = |zero: &&BTreeMap<String, String>| zero.keys().all(|id| group.contains(id));
    let structural_zeros =
        structural_zeros.iter().filter(told).cloned().chain(attributes.ends_before_starts()).collect();
    People { id, attributes: known.iter().map(|k| k.attribute.clone()).collect(), kinds, structural_zeros }
}
