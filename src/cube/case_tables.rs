//! The declared tables of cases.

use super::attributes::{Pick, UNKNOWN, YES};
use super::counting::Counting;
use super::fact::{DAYS_BEFORE, DAYS_TOTAL, ENDED_ON, HOURS_TENTHS, STARTED_ON, WORK_TRIALS, day_number};
use super::people::{Cohort, Reading, Whose};
use super::rows::CaseRow;
use super::table::{Axis, AxisCategory, Basis, Cell, Class, MEAN, Role, TOTAL, Table};
use crate::case::{mean_months_tenths, months_tenths};
use crate::statistics::{Measure, Population, TableSpec, Window};
use crate::text::{Figure, Messages, divide_rounded};
use jiff::ToSpan;
use std::collections::BTreeSet;

/// The turn of the first table with so many dimensions.
const TURNS_OF_A_KIND: u32 = 1000;

/// Every declared table, for each new cohort one.
pub(super) fn tables(counting: &Counting) -> Vec<Table> {
    let mut tables = Vec::new();
    for (at, spec) in (0_u32..).zip(counting.statistics.tables.iter().map(|t| &t.value)) {
        let turn = spec.priority.unwrap_or(at + 1);
        let priority = u32::try_from(spec.by.len()).unwrap_or(2) * TURNS_OF_A_KIND + turn;
        if !spec.is_sensitive(counting.instance) {
            tables.push(Table { priority, ..open(counting, spec) });
            continue;
        }
        let cut = counting.cut(spec.population);
        let cohorts: Vec<Option<&Cohort>> = if cut.all.is_empty() {
            // Nobody is in a cohort yet, and the table is there all the same.
            vec![None]
        } else {
            cut.fresh().iter().map(Some).collect()
        };
        tables.extend(cohorts.into_iter().map(|c| Table { priority, ..of_cohort(counting, spec, c) }));
    }
    tables
}

/// One direction of a table with what each category stands for; the total stands for everybody.
struct Side {
    axis: Axis,
    picks: Vec<Pick>,
}

fn side(counting: &Counting, dimension: &str, measure: Measure) -> Side {
    let attributes = &counting.attributes;
    let (mut categories, mut picks) = (Vec::new(), Vec::new());
    for (code, label, pick) in attributes.categories(dimension) {
        // Of people of whom it is not known nothing is measured; they stand in the total.
        if measure != Measure::Count && code == UNKNOWN {
            continue;
        }
        categories.push(AxisCategory { code, label });
        picks.push(pick);
    }
    categories.push(AxisCategory { code: TOTAL.to_owned(), label: Messages::text("table.total") });
    picks.push(None);
    let label = attributes.label(dimension);
    Side { axis: Axis { id: dimension.to_owned(), label, role: Role::Classification, categories }, picks }
}

/// What a measure tells beside how many people there are.
fn statistics_of(measure: Measure) -> &'static [&'static str] {
    match measure {
        Measure::Count => &[],
        Measure::MonthsBefore => &["n", MEAN, "min", "max"],
        Measure::MonthsTotal => &["n", MEAN],
        Measure::WorkTrials => &["n", "trials", "people"],
        Measure::Hours => &["n", "sum", MEAN],
    }
}

/// Measures side by side.
pub(super) fn statistic_axis(codes: &[&str]) -> Axis {
    let own = ["sum", "count", "count_low", "count_high", "of", "percent", "low", "high", "value", "observed"];
    let label = |code: &str| {
        let room = if own.contains(&code) { "cube" } else { "table" };
        Messages::text(&format!("{room}.{code}"))
    };
    let category = |code: &&str| AxisCategory { code: (*code).to_owned(), label: label(code) };
    Axis {
        id: "statistic".to_owned(),
        label: Messages::text("table.statistic"),
        role: Role::Metric,
        categories: codes.iter().map(category).collect(),
    }
}

fn bare(counting: &Counting, spec: &TableSpec, axes: Vec<Axis>) -> Table {
    Table {
        id: spec.id.value.clone(),
        title: spec.title(),
        definition: spec.definition(),
        axes,
        cells: Vec::new(),
        hangs_on: Vec::new(),
        class: if spec.measure == Measure::Count { Class::Counts } else { Class::Groups },
        as_of: counting.as_of,
        source: spec.source.clone().unwrap_or_else(|| counting.instance.source.clone()),
        responses: Vec::new(),
        reads: Vec::new(),
        cohort: None,
        priority: 0,
    }
}

/// The sides of a table; everybody alone where it is broken down by nothing.
fn sides(counting: &Counting, spec: &TableSpec) -> Vec<Side> {
    let mut sides: Vec<Side> = spec.dimensions().map(|id| side(counting, id, spec.measure)).collect();
    if sides.is_empty() {
        let category = AxisCategory { code: TOTAL.to_owned(), label: Messages::text("table.total") };
        let axis = Axis {
            id: "group".to_owned(),
            label: Messages::text("cube.group"),
            role: Role::Classification,
            categories: vec![category],
        };
        sides.push(Side { axis, picks: vec![None] });
    }
    sides
}

/// The picks of every cell, the last side running fastest.
fn combined(sides: &[Side]) -> Vec<Vec<&(String, BTreeSet<String>)>> {
    let mut cells: Vec<Vec<&(String, BTreeSet<String>)>> = vec![Vec::new()];
    for side in sides {
        let mut longer = Vec::with_capacity(cells.len() * side.picks.len());
        for picks in &cells {
            longer.extend(side.picks.iter().map(|pick| picks.iter().copied().chain(pick).collect::<Vec<_>>()));
        }
        cells = longer;
    }
    cells
}

fn of_cohort(counting: &Counting, spec: &TableSpec, cohort: Option<&Cohort>) -> Table {
    let sides = sides(counting, spec);
    let mut near: Vec<String> = spec.dimensions().flat_map(|id| counting.attributes.of_dimension(id)).collect();
    if sides.len() == 1 {
        // Of several codes each has a block of its own; the total stands in the first.
        near.truncate(1);
    }
    let cohorts: Vec<Cohort> = cohort.into_iter().cloned().collect();
    let (mut cells, mut reads) = (Vec::new(), Vec::new());
    for picks in combined(&sides) {
        let whose = |extra: Option<&(String, BTreeSet<String>)>| {
            counting.whose(spec.population, &cohorts, &near, picks.iter().copied().chain(extra))
        };
        for (cell, reading) in figures(counting, spec.measure, &whose) {
            cells.push(cell);
            // Nobody is in no cohort, and that tells of nobody.
            reads.push(if cohort.is_some() { reading } else { Reading::Plain });
        }
    }
    let mut axes: Vec<Axis> = sides.into_iter().map(|s| s.axis).collect();
    if spec.measure != Measure::Count {
        axes.push(statistic_axis(statistics_of(spec.measure)));
    }
    let as_of = cohort.map_or(counting.as_of, |c| c.until);
    Table { cells, reads, cohort: cohort.cloned(), as_of, ..bare(counting, spec, axes) }
}

/// So many have each value.
fn values<'r>(rows: impl Iterator<Item = &'r CaseRow<'r>>, column: &str) -> Vec<(i64, i64)> {
    rows.filter_map(|row| Some((row.number(column)?, row.n))).collect()
}

pub(super) fn people_of(values: &[(i64, i64)]) -> i64 {
    values.iter().map(|(_, n)| n).sum()
}

pub(super) fn sum_of(values: &[(i64, i64)]) -> i64 {
    values.iter().map(|(value, n)| value * n).sum()
}

/// A sum with what tells whether one or two people make most of it.
pub(super) fn amount(values: &[(i64, i64)]) -> Basis {
    let mut largest = [0, 0];
    for (value, n) in values {
        for _ in 0..(*n).clamp(0, 2) {
            let smaller = (*value).min(largest[0]);
            largest = [(*value).max(largest[0]), largest[1].max(smaller)];
        }
    }
    Basis::Amount { people: people_of(values), sum: sum_of(values), largest }
}

type Extra<'e> = Option<&'e (String, BTreeSet<String>)>;

/// The figures of one group.
fn figures(counting: &Counting, measure: Measure, whose: &dyn Fn(Extra) -> Whose) -> Vec<(Cell, Reading)> {
    let counted = |whose: Whose| (counting.cell(&whose), Reading::Count(whose));
    let duration = |tenths: i64, people: i64, whose: &Whose| {
        (Cell { figure: Figure::tenths(tenths), basis: Basis::Duration(people) }, Reading::Measured(whose.clone()))
    };
    let everybody = whose(None);
    let of = |column: &str, whose: &Whose| values(counting.rows_of(whose), column);
    match measure {
        Measure::Count => vec![counted(everybody)],
        Measure::MonthsBefore => {
            let days = of(DAYS_BEFORE, &everybody);
            let people = people_of(&days);
            let (min, max) = (days.iter().map(|(d, _)| *d).min(), days.iter().map(|(d, _)| *d).max());
            vec![
                counted(everybody.clone()),
                duration(mean_months_tenths(sum_of(&days), people), people, &everybody),
                duration(months_tenths(min.unwrap_or(0)), people, &everybody),
                duration(months_tenths(max.unwrap_or(0)), people, &everybody),
            ]
        }
        Measure::MonthsTotal => {
            let days = of(DAYS_TOTAL, &everybody);
            let people = people_of(&days);
            vec![counted(everybody.clone()), duration(mean_months_tenths(sum_of(&days), people), people, &everybody)]
        }
        Measure::WorkTrials => {
            let with_one = whose(Some(&(WORK_TRIALS.to_owned(), BTreeSet::from([YES.to_owned()]))));
            let trials = of(WORK_TRIALS, &with_one);
            let basis = Basis::Sum(people_of(&trials));
            let sum = (Cell { figure: Figure::count(sum_of(&trials)), basis }, Reading::Measured(with_one.clone()));
            vec![counted(everybody), sum, counted(with_one)]
        }
        Measure::Hours => {
            let known = whose(Some(&(super::attributes::HOURS.to_owned(), BTreeSet::from([YES.to_owned()]))));
            let hours = of(HOURS_TENTHS, &known);
            let (basis, sum, people) = (amount(&hours), sum_of(&hours), people_of(&hours));
            let mean = divide_rounded(i128::from(sum), i128::from(people.max(1)));
            let measured = |tenths| (Cell { figure: Figure::tenths(tenths), basis }, Reading::Measured(known.clone()));
            vec![counted(known.clone()), measured(sum), measured(mean)]
        }
    }
}

/// A table that tells nothing about a person: counted as of the day.
fn open(counting: &Counting, spec: &TableSpec) -> Table {
    let column = match spec.population {
        Population::Started => STARTED_ON,
        Population::Closed => ENDED_ON,
    };
    let last = day_number(counting.as_of);
    let first = match spec.window() {
        Window::Rolling => counting.as_of.checked_sub(12.months()).map_or(i64::MIN, |day| day_number(day) + 1),
        Window::Cohort | Window::Cumulative => i64::MIN,
    };
    let in_time = |row: &&CaseRow| row.number(column).is_some_and(|day| (first..=last).contains(&day));
    let rows: Vec<&CaseRow> = counting.rows.iter().filter(in_time).collect();
    let sides = sides(counting, spec);
    let cells = combined(&sides).into_iter().map(|picks| {
        let is = |row: &&&CaseRow| {
            let code = |id: &str| counting.attributes.code_of(id, row);
            picks.iter().all(|(id, codes)| code(id).is_some_and(|code| codes.contains(code)))
        };
        let n = rows.iter().filter(is).map(|row| row.n).sum();
        Cell { figure: Figure::count(n), basis: Basis::Count }
    });
    let cells = cells.collect();
    let axes = sides.into_iter().map(|s| s.axis).collect();
    Table { cells, class: Class::Open, ..bare(counting, spec, axes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_largest_of_a_sum_are_those_of_two_people() {
        let of = |values: &[(i64, i64)]| match amount(values) {
            Basis::Amount { people, sum, largest } => (people, sum, largest),
            _ => unreachable!(),
        };
        assert_eq!(of(&[(20, 1), (90, 1), (40, 1)]), (3, 150, [90, 40]));
        assert_eq!(of(&[(20, 3), (90, 2), (40, 1)]), (6, 280, [90, 90]), "two of the same amount are two people");
        assert_eq!(of(&[(70, 1)]), (1, 70, [70, 0]));
        assert_eq!(of(&[]), (0, 0, [0, 0]));
    }
}
