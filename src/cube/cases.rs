//! The tables that count cases.

use super::counters::Cube;
use super::fact::{day_number, not_after};
use super::table::{Axis, AxisCategory, Basis, Cell, Class, MEAN, Role, TOTAL, Table};
use crate::case::{mean_months_tenths, months_tenths};
use crate::instance::Instance;
use crate::text::{Figure, Language, Messages, Text, told_date};
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::BTreeMap;

pub(super) fn tables(cube: &Cube, instance: &Instance, as_of: Date) -> Vec<Table> {
    let mut tables = vec![
        counts(cube, instance, "clients-by-gender", "case.gender", "gender", as_of),
        counts(cube, instance, "clients-by-origin", "case.origin", "origin", as_of),
        counts(cube, instance, "outcomes", "case.outcome", "outcome", as_of),
        coaching_started(cube, instance, as_of),
    ];
    if !instance.targets.is_empty() {
        tables.push(targets(instance, as_of));
    }
    tables.push(months_before(cube, instance, as_of));
    tables.push(months_total(cube, instance, as_of));
    tables.push(work_trials(cube, instance, as_of));
    tables
}

/// Categories that counted cases have but the instance no longer declares, with their dimension.
pub(super) fn unknown_categories(cube: &Cube, instance: &Instance) -> Vec<(&'static str, String)> {
    let mut unknown = Vec::new();
    for (counter, dimension) in [("case.gender", "gender"), ("case.origin", "origin"), ("case.outcome", "outcome")] {
        for (key, _) in cube.entries(counter) {
            let code = key.first().copied().unwrap_or_default();
            let known = code.is_empty() || instance.dimension(dimension).is_some_and(|d| d.category(code).is_some());
            if !known && !unknown.contains(&(dimension, code.to_owned())) {
                unknown.push((dimension, code.to_owned()));
            }
        }
    }
    unknown
}

pub(super) fn category(code: &str, label: Text) -> AxisCategory {
    AxisCategory { code: code.to_owned(), label }
}

/// What every table of cases has in common: its words from the catalogue, its day and its source.
pub(super) fn table(
    id: &str,
    axes: Vec<Axis>,
    cells: Vec<Cell>,
    class: Class,
    instance: &Instance,
    as_of: Date,
) -> Table {
    let key = id.replace('-', "_");
    Table {
        id: id.to_owned(),
        title: Messages::text(&format!("table.{key}.title")),
        definition: Messages::text(&format!("table.{key}.definition")),
        axes,
        cells,
        class,
        as_of,
        source: instance.source.clone(),
        responses: Vec::new(),
        hangs_on: Vec::new(),
    }
}

/// The categories of a dimension, then everybody. People whose category is missing are in the total
/// only: a row for them that came and went would tell that there are some.
fn dimension_axis(instance: &Instance, dimension: &str) -> Axis {
    let known = instance.dimension(dimension);
    let mut categories: Vec<AxisCategory> =
        known.iter().flat_map(|d| &d.categories).map(|c| category(&c.code, c.label.clone())).collect();
    categories.push(category(TOTAL, Messages::text("table.total")));
    let label = known.map_or_else(|| Text::finnish(dimension), |d| d.label.clone());
    Axis { id: dimension.to_owned(), label, role: Role::Classification, categories }
}

fn counts(cube: &Cube, instance: &Instance, id: &str, counter: &str, dimension: &str, as_of: Date) -> Table {
    let mut by_code: BTreeMap<&str, i64> = BTreeMap::new();
    for (key, n) in cube.entries(counter) {
        if let [code, day] = key.as_slice()
            && not_after(day, as_of)
        {
            *by_code.entry(*code).or_default() += n;
        }
    }
    let total: i64 = by_code.values().sum();
    let axis = dimension_axis(instance, dimension);
    let cells = axis.categories.iter().map(|c| {
        let n = match c.code.as_str() {
            TOTAL => total,
            code => by_code.get(code).copied().unwrap_or(0),
        };
        Cell { figure: Figure::count(n), basis: Basis::Count }
    });
    let sensitive = instance.dimension(dimension).is_none_or(|d| d.sensitive);
    let class = if sensitive { Class::Counts } else { Class::Open };
    let cells = cells.collect();
    table(id, vec![axis], cells, class, instance, as_of)
}

fn coaching_started(cube: &Cube, instance: &Instance, as_of: Date) -> Table {
    let started: Vec<(i64, i64)> =
        cube.entries("case.gender").filter_map(|(key, n)| Some((key.get(1)?.parse().ok()?, n))).collect();
    let dates = if instance.reporting_dates.is_empty() {
        month_ends(started.iter().map(|(day, _)| *day).min(), as_of)
    } else {
        instance.reporting_dates.iter().map(|d| d.value).filter(|d| *d <= as_of).collect()
    };
    let cells = dates.iter().map(|date| {
        let n = started.iter().filter(|(day, _)| *day <= day_number(*date)).map(|(_, n)| n).sum();
        Cell { figure: Figure::count(n), basis: Basis::Count }
    });
    let axis = Axis {
        id: "date".to_owned(),
        label: Messages::text("table.date"),
        role: Role::Time,
        categories: dates.iter().map(|d| category(&d.to_string(), told_day(*d))).collect(),
    };
    let cells = cells.collect();
    table("coaching-started", vec![axis], cells, Class::Open, instance, as_of)
}

/// A day as readers of each language write it.
fn told_day(day: Date) -> Text {
    Text::of(|language| Language::ALL.contains(&language).then(|| told_date(day, language)))
}

fn month_ends(first_day: Option<i64>, as_of: Date) -> Vec<Date> {
    let Some(first) = first_day.and_then(|d| Date::constant(1970, 1, 1).checked_add(d.days()).ok()) else {
        return Vec::new();
    };
    let mut ends = Vec::new();
    let mut end = first.last_of_month();
    while end <= as_of {
        ends.push(end);
        match end.tomorrow() {
            Ok(next) => end = next.last_of_month(),
            Err(_) => break,
        }
    }
    ends
}

fn targets(instance: &Instance, as_of: Date) -> Table {
    let axis = Axis {
        id: "target".to_owned(),
        label: Messages::text("table.target"),
        role: Role::Classification,
        categories: instance.targets.iter().map(|t| category(&t.value.code, t.value.label.clone())).collect(),
    };
    let cells = instance.targets.iter();
    let cells = cells.map(|t| Cell { figure: Figure::count(i64::from(t.value.value)), basis: Basis::Plain });
    let cells = cells.collect();
    table("targets", vec![axis], cells, Class::Open, instance, as_of)
}

/// For each group of origin, then for everybody, the value counted and how many people have it.
fn by_origin<'c>(cube: &'c Cube, instance: &Instance, counter: &str, as_of: Date) -> (Axis, Vec<Vec<(&'c str, i64)>>) {
    let entries: Vec<(&str, &str, i64)> = cube
        .entries(counter)
        .filter_map(|(key, n)| match key.as_slice() {
            [origin, day, value] if not_after(day, as_of) => Some((*origin, *value, n)),
            _ => None,
        })
        .collect();
    let axis = dimension_axis(instance, "origin");
    let rows = axis.categories.iter().map(|c| {
        let wanted = |origin: &str| match c.code.as_str() {
            TOTAL => true,
            code => origin == code,
        };
        entries.iter().filter(|(origin, ..)| wanted(origin)).map(|(_, value, n)| (*value, *n)).collect()
    });
    let rows = rows.collect();
    (axis, rows)
}

fn numbers(row: &[(&str, i64)]) -> Vec<(i64, i64)> {
    row.iter().filter_map(|(value, n)| Some((value.parse().ok()?, *n))).collect()
}

pub(super) fn statistic_axis(codes: &[&str]) -> Axis {
    Axis {
        id: "statistic".to_owned(),
        label: Messages::text("table.statistic"),
        role: Role::Metric,
        categories: codes.iter().map(|c| category(c, Messages::text(&format!("table.{c}")))).collect(),
    }
}

fn groups(id: &str, axis: Axis, statistics: &[&str], cells: Vec<Cell>, instance: &Instance, as_of: Date) -> Table {
    table(id, vec![axis, statistic_axis(statistics)], cells, Class::Groups, instance, as_of)
}

fn people_of(row: &[(i64, i64)]) -> i64 {
    row.iter().map(|(_, n)| n).sum()
}

fn sum_of(row: &[(i64, i64)]) -> i64 {
    row.iter().map(|(value, n)| value * n).sum()
}

fn duration(tenths: i64, people: i64) -> Cell {
    Cell { figure: Figure::tenths(tenths), basis: Basis::Duration(people) }
}

fn months_before(cube: &Cube, instance: &Instance, as_of: Date) -> Table {
    let (axis, rows) = by_origin(cube, instance, "case.days_before", as_of);
    let cells = rows.iter().flat_map(|row| {
        let row = numbers(row);
        let people = people_of(&row);
        let days = || row.iter().map(|(days, _)| *days);
        [
            Cell { figure: Figure::count(people), basis: Basis::Count },
            duration(mean_months_tenths(sum_of(&row), people), people),
            duration(months_tenths(days().min().unwrap_or(0)), people),
            duration(months_tenths(days().max().unwrap_or(0)), people),
        ]
    });
    let cells = cells.collect();
    groups("months-before-coaching", axis, &["n", MEAN, "min", "max"], cells, instance, as_of)
}

fn months_total(cube: &Cube, instance: &Instance, as_of: Date) -> Table {
    let (axis, rows) = by_origin(cube, instance, "case.days_total", as_of);
    let cells = rows.iter().flat_map(|row| {
        let row = numbers(row);
        let people = people_of(&row);
        [
            Cell { figure: Figure::count(people), basis: Basis::HiddenSize },
            duration(mean_months_tenths(sum_of(&row), people), people),
        ]
    });
    let cells = cells.collect();
    groups("months-total", axis, &["n", MEAN], cells, instance, as_of)
}

fn work_trials(cube: &Cube, instance: &Instance, as_of: Date) -> Table {
    let (axis, rows) = by_origin(cube, instance, "case.work_trials", as_of);
    let cells = rows.iter().flat_map(|row| {
        let size = row.iter().map(|(_, n)| n).sum();
        let row = numbers(row);
        let people = row.iter().filter(|(trials, _)| *trials > 0).map(|(_, n)| n).sum();
        [
            Cell { figure: Figure::count(size), basis: Basis::HiddenSize },
            Cell { figure: Figure::count(sum_of(&row)), basis: Basis::Sum(people) },
            Cell { figure: Figure::count(people), basis: Basis::Count },
        ]
    });
    let cells = cells.collect();
    groups("work-trials", axis, &["n", "trials", "people"], cells, instance, as_of)
}
