//! A published table as rows of a page, every cell with its address.

use super::open_data::WITHHELD;
use crate::cube::Role;
use crate::release::PublishedTable;
use crate::text::{Figure, Language, Messages};
use serde::Serialize;

/// The sign of what a table does not have.
const ABSENT: &str = ".";

#[derive(Clone, Debug, Serialize)]
pub(super) struct TableCell {
    /// Table and category codes, so that tests and the audit find the figure again.
    address: String,
    text: String,
}

impl TableCell {
    /// A figure, or the sign where it is withheld.
    pub(super) fn new(address: String, figure: Option<Figure>, language: Language) -> Self {
        Self { address, text: figure.map_or_else(|| WITHHELD.to_owned(), |f| f.told(language)) }
    }

    /// Where a table has no such figure.
    pub(super) fn absent() -> Self {
        Self { address: String::new(), text: ABSENT.to_owned() }
    }
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct TableRow {
    label: String,
    total: bool,
    cells: Vec<TableCell>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct TableView {
    id: String,
    caption: String,
    /// Heading of the rows, then of each column.
    head: Vec<String>,
    rows: Vec<TableRow>,
    withheld: bool,
    /// True when every figure is withheld.
    secret: bool,
}

impl TableView {
    /// True when every figure is withheld.
    pub(super) fn is_secret(&self) -> bool {
        self.secret
    }

    pub(super) fn new(table: &PublishedTable, language: Language) -> Self {
        let m = Messages::of(language);
        let rows_axis = &table.axes[0];
        let columns = table.axes.get(1);
        let mut head = vec![rows_axis.label.in_language(language).to_owned()];
        match columns {
            Some(axis) => head.extend(axis.categories.iter().map(|c| c.label.in_language(language).to_owned())),
            None if rows_axis.role == Role::Metric => head.push(m.get("site.indicator_value").to_owned()),
            None => head.push(m.get("table.people_unit").to_owned()),
        }
        let width = columns.map_or(1, |axis| axis.categories.len());
        let rows = rows_axis.categories.iter().zip(table.cells.chunks(width)).map(|(category, cells)| TableRow {
            label: category.label.in_language(language).to_owned(),
            total: category.code == "total",
            cells: cells
                .iter()
                .enumerate()
                .map(|(i, cell)| {
                    let column = columns.map_or(String::new(), |axis| format!(" {}", axis.categories[i].code));
                    TableCell::new(format!("{} {}{column}", table.id, category.code), *cell, language)
                })
                .collect(),
        });
        Self {
            id: table.id.clone(),
            caption: table.title.in_language(language).to_owned(),
            head,
            rows: rows.collect(),
            withheld: table.has_withheld(),
            secret: table.cells.iter().all(Option::is_none),
        }
    }
}
