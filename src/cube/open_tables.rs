//! The open tables that no file declares: how many coachings have started, and the targets.

use super::counters::Cube;
use super::fact::{STARTED_ON, day_number};
use super::rows::rows;
use super::table::{Axis, AxisCategory, Basis, Cell, Class, Role, Table};
use crate::instance::Instance;
use crate::text::{Figure, Language, Messages, Text, told_date};
use jiff::ToSpan;
use jiff::civil::Date;

/// Both of them, the targets where there are any.
pub(super) fn always_open(cube: &Cube, instance: &Instance, as_of: Date) -> Vec<Table> {
    let mut tables = vec![coaching_started(cube, instance, as_of)];
    if !instance.targets.is_empty() {
        tables.push(targets(instance, as_of));
    }
    tables
}

fn category(code: &str, label: Text) -> AxisCategory {
    AxisCategory { code: code.to_owned(), label }
}

/// What both have in common: their words from the catalogue, their day and their source.
fn table(id: &str, axis: Axis, cells: Vec<Cell>, instance: &Instance, as_of: Date) -> Table {
    let key = id.replace('-', "_");
    Table {
        id: id.to_owned(),
        title: Messages::text(&format!("table.{key}.title")),
        definition: Messages::text(&format!("table.{key}.definition")),
        axes: vec![axis],
        cells,
        class: Class::Open,
        as_of,
        source: instance.source.clone(),
        responses: Vec::new(),
        reads: Vec::new(),
        cohort: None,
        priority: 0,
        hangs_on: Vec::new(),
    }
}

fn coaching_started(cube: &Cube, instance: &Instance, as_of: Date) -> Table {
    let started: Vec<(i64, i64)> = rows(cube).iter().filter_map(|row| Some((row.number(STARTED_ON)?, row.n))).collect();
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
    table("coaching-started", axis, cells.collect(), instance, as_of)
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
    table("targets", axis, cells.collect(), instance, as_of)
}
