//! The few shapes that every part of a report is made of.

use serde::Serialize;

/// Words as they are shown: their lines, and whether they run from right to left.
#[derive(Clone, Debug, Serialize)]
pub(in crate::render) struct Words {
    pub(in crate::render) lines: Vec<String>,
    pub(in crate::render) rtl: bool,
    /// False when it was not recorded, which is then said in a quieter voice.
    pub(in crate::render) recorded: bool,
}

impl Words {
    pub(super) fn new(text: &str) -> Self {
        Self { lines: text.lines().map(str::to_owned).collect(), rtl: runs_right_to_left(text), recorded: true }
    }

    pub(super) fn quiet(text: &str) -> Self {
        Self { recorded: false, ..Self::new(text) }
    }
}

/// A label with its value.
#[derive(Clone, Debug, Serialize)]
pub(in crate::render) struct Fact {
    label: String,
    value: Words,
}

impl Fact {
    pub(super) fn new(label: &str, value: Words) -> Self {
        Self { label: label.to_owned(), value }
    }

    pub(super) fn label(&self) -> &str {
        &self.label
    }

    pub(super) fn value(&self) -> &Words {
        &self.value
    }

    pub(super) fn told(label: &str, value: &str) -> Self {
        Self::new(label, Words::new(value))
    }
}

/// A figure or word that is read at a glance, under its label.
#[derive(Clone, Debug, Serialize)]
pub(in crate::render) struct Cell {
    pub(super) label: String,
    pub(super) value: Words,
    /// Smaller words below.
    pub(super) note: Option<Words>,
}

/// How wide a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::render) enum Width {
    /// As wide as its content; for days and figures.
    Narrow,
    /// A share of what is left.
    Wide,
    /// A larger share.
    Widest,
}

/// A column of a table.
#[derive(Clone, Debug, Serialize)]
pub(in crate::render) struct Column {
    title: String,
    width: Width,
}

impl Column {
    pub(super) fn new(title: &str, width: Width) -> Self {
        Self { title: title.to_owned(), width }
    }
}

/// A piece of a section.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(in crate::render) enum Block {
    /// Labels with values; short ones stand in two columns.
    Facts { rows: Vec<Fact>, short: bool },
    /// Cells side by side.
    Strip { cells: Vec<Cell> },
    /// Rows under columns; the first cell of a row names it. Questions with their answers are `listed`: paper
    /// shows them line by line.
    Table { caption: String, columns: Vec<Column>, rows: Vec<Vec<Words>>, listed: bool },
    /// Hours against their cap; in thousandths of the whole bar.
    Meter { alt: String, label: String, used: i64, cap: i64, over: bool },
    /// What people wrote.
    Quotes { title: String, items: Vec<Words> },
    /// A sentence that is read before what follows.
    Lead { text: String },
    /// A sentence in a quieter voice.
    Note { text: String },
}

/// By the first letter, as the Unicode bidirectional algorithm has it.
fn runs_right_to_left(text: &str) -> bool {
    let right = |c: char| matches!(u32::from(c), 0x0590..=0x08FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFE | 0x1_0800..=0x1_0FFF | 0x1_E800..=0x1_EFFF);
    text.chars().find(|c| c.is_alphabetic()).is_some_and(right)
}
