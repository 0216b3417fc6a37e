//! Whose days a figure counts, in words, and the tables of earlier periods beside each other.

use super::definitions::group_of;
use super::open_data::named;
use super::table::TableCell;
use crate::cube::{AxisCategory, Cohort, Reading, TOTAL};
use crate::release::{PublishedTable, Release};
use crate::text::{Language, Messages, told_date};
use jiff::civil::Date;
use serde::Serialize;

/// The days of a table as they stand in a sentence: until when, or from when until when.
pub(super) fn when(table: &PublishedTable, m: Messages) -> String {
    let told = |date| told_date(date, m.language());
    match &table.cohort {
        Some(Cohort { from: Some(from), until, .. }) => {
            m.fill("site.between", &[("from", &told(*from)), ("until", &told(*until))])
        }
        Some(cohort) => m.fill("site.until", &[("date", &told(cohort.until))]),
        None => m.fill("site.until", &[("date", &told(table.as_of))]),
    }
}

/// The same with what happened on those days, where it is cases that are counted by it.
pub(super) fn days(table: &PublishedTable, m: Messages) -> String {
    let when = when(table, m);
    let case = (super::pages::party_of(&table.id).is_none() && table.id != super::responses::TABLE).then_some(());
    match case.and(table.cohort.as_ref()).map(|c| c.of.as_str()) {
        Some("started") => m.fill("site.days_started", &[("when", &when)]),
        Some("ended") => m.fill("site.days_ended", &[("when", &when)]),
        _ => when,
    }
}

/// The days of the people whom a figure tells of, read from what it counts; none where it counts no cohorts.
pub(super) fn days_of(reading: &Reading, release: &Release, m: Messages) -> Option<String> {
    let whose = *named(reading).last()?;
    let kinds = [("ended", Some("site.days_ended")), ("started", Some("site.days_started")), ("received", None)];
    let (attribute, key, codes) = kinds.into_iter().find_map(|(id, key)| Some((id, key, whose.only.get(id)?)))?;
    let day = |code: &str| code.parse::<Date>().ok();
    let (first, last) = (codes.iter().filter_map(|c| day(c)).min()?, codes.iter().filter_map(|c| day(c)).max()?);
    let attributes = release.blocks().get(&whose.block).map_or(&[][..], Vec::as_slice);
    let all = attributes.iter().find(|a| a.id == attribute).map_or(&[][..], |a| &a.codes);
    let before = all.iter().filter_map(|c| day(c)).filter(|d| *d < first).max();
    let told = |date| told_date(date, m.language());
    let when = match before.and_then(|d| d.tomorrow().ok()) {
        Some(from) => m.fill("site.between", &[("from", &told(from)), ("until", &told(last))]),
        None => m.fill("site.until", &[("date", &told(last))]),
    };
    Some(key.map_or(when.clone(), |key| m.fill(key, &[("when", &when)])))
}

/// Where the files of an earlier table stand: its last day and its id.
pub(super) fn earlier_path(table: &PublishedTable) -> String {
    let until = table.cohort.as_ref().map_or(table.as_of, |c| c.until);
    format!("{until}/{}", table.id)
}

/// The page of earlier periods.
#[derive(Serialize)]
pub(super) struct Earlier {
    groups: Vec<Group>,
}

#[derive(Serialize)]
struct Group {
    anchor: String,
    title: String,
    tables: Vec<SideBySide>,
}

/// One table, a column for each period in the order of time.
#[derive(Serialize)]
struct SideBySide {
    id: String,
    title: String,
    definition: String,
    /// Heading of the rows, then the days of each column.
    head: Vec<String>,
    rows: Vec<Row>,
    files: Vec<File>,
    withheld: bool,
}

#[derive(Serialize)]
struct Row {
    label: String,
    total: bool,
    /// Cells in the order of time; none in the heading of a group.
    cells: Vec<TableCell>,
}

#[derive(Serialize)]
struct File {
    path: String,
    label: String,
    title: String,
}

/// Every table of which there is an earlier period, beside the period that its own page shows.
pub(super) fn earlier(release: &Release, m: Messages) -> Earlier {
    let mut ids: Vec<&str> = Vec::new();
    for table in release.earlier() {
        if !ids.contains(&table.id.as_str()) {
            ids.push(&table.id);
        }
    }
    let mut groups: Vec<Group> = Vec::new();
    for id in ids {
        let mut before: Vec<&PublishedTable> = release.earlier().iter().filter(|t| t.id == id).collect();
        before.sort_by_key(|t| t.cohort.as_ref().map_or(t.as_of, |c| c.until));
        let Some(newest) = release.table(id).or(before.last().copied()) else { continue };
        let (title, table) = (group_of(newest, m), side_by_side(&before, release.table(id), newest, m));
        match groups.iter_mut().find(|g| g.title == title) {
            Some(group) => group.tables.push(table),
            None => groups.push(Group { anchor: format!("group-{}", groups.len() + 1), title, tables: vec![table] }),
        }
    }
    Earlier { groups }
}

fn side_by_side(
    before: &[&PublishedTable],
    current: Option<&PublishedTable>,
    newest: &PublishedTable,
    m: Messages,
) -> SideBySide {
    let language = m.language();
    let addressed = before.iter().map(|t| {
        let until = t.cohort.as_ref().map_or(t.as_of, |c| c.until);
        (*t, format!("{}@{until}", t.id))
    });
    let columns: Vec<(&PublishedTable, String)> = addressed.chain(current.map(|t| (t, t.id.clone()))).collect();
    let label = |c: &AxisCategory| c.label.in_language(language).to_owned();
    let row = |c: &AxisCategory, codes: &[&str]| Row {
        label: label(c),
        total: c.code == TOTAL,
        cells: columns.iter().map(|(table, address)| cell(table, address, codes, language)).collect(),
    };
    let mut rows = Vec::new();
    for first in categories(&columns, 0) {
        if newest.axes.len() == 1 {
            rows.push(row(first, &[&first.code]));
            continue;
        }
        rows.push(Row { label: label(first), total: false, cells: Vec::new() });
        rows.extend(categories(&columns, 1).iter().map(|c| row(c, &[&first.code, &c.code])));
    }
    let title = newest.title.in_language(language).to_owned();
    let file = |table: &&PublishedTable| File {
        path: earlier_path(table),
        label: m.fill("site.earlier_files", &[("when", &when(table, m))]),
        title: format!("{title}, {}", when(table, m)),
    };
    let rows_name = newest.axes[0].label.in_language(language).to_owned();
    SideBySide {
        id: newest.id.clone(),
        definition: newest.definition.in_language(language).to_owned(),
        head: std::iter::once(rows_name).chain(columns.iter().map(|(t, _)| days_of_column(t, m))).collect(),
        rows,
        files: before.iter().map(file).collect(),
        withheld: columns.iter().any(|(t, _)| t.has_withheld()),
        title,
    }
}

fn days_of_column(table: &PublishedTable, m: Messages) -> String {
    super::sentences::capital(&days(table, m))
}

/// The categories that any of the tables has, as the newest orders them; what only older ones have stands above the
/// total.
fn categories<'t>(columns: &[(&'t PublishedTable, String)], axis: usize) -> Vec<&'t AxisCategory> {
    let mut found: Vec<&AxisCategory> = Vec::new();
    for category in columns.iter().rev().filter_map(|(t, _)| t.axes.get(axis)).flat_map(|a| &a.categories) {
        if found.iter().all(|c| c.code != category.code) {
            let newest_done = columns.last().and_then(|(t, _)| t.axes.get(axis)).map_or(0, |a| a.categories.len());
            let total = found.iter().position(|c| c.code == TOTAL).filter(|_| found.len() >= newest_done);
            found.insert(total.unwrap_or(found.len()), category);
        }
    }
    found
}

/// A figure of one period; a sign of its own where the period has no such category.
fn cell(table: &PublishedTable, address: &str, codes: &[&str], language: Language) -> TableCell {
    let has = |(axis, code): (&crate::cube::Axis, &&str)| axis.categories.iter().any(|c| c.code == **code);
    if table.axes.len() != codes.len() || !table.axes.iter().zip(codes).all(has) {
        return TableCell::absent();
    }
    TableCell::new(format!("{address} {}", codes.join(" ")), table.figure(codes), language)
}
