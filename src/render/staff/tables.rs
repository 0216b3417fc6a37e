//! Published tables on pages of staff: the figures, what is withheld, and why.

use crate::release::{PublishedTable, Reason, Release};
use crate::text::{Language, Messages};
use serde::Serialize;

/// How a withheld figure is written.
const WITHHELD: &str = "...";

#[derive(Clone, Debug, Serialize)]
struct Cell {
    address: String,
    text: String,
}

#[derive(Clone, Debug, Serialize)]
struct Row {
    label: String,
    total: bool,
    cells: Vec<Cell>,
}

/// A table.
#[derive(Clone, Debug, Serialize)]
pub struct ReleasedTable {
    id: String,
    caption: String,
    head: Vec<String>,
    rows: Vec<Row>,
    /// So many figures are withheld, and why.
    withheld: usize,
    reasons: Vec<&'static str>,
}

impl ReleasedTable {
    /// Every table of a release.
    #[must_use]
    pub fn all(release: &Release, language: Language) -> Vec<Self> {
        let mut all: Vec<Self> = release.tables().iter().map(|table| Self::new(table, release, language)).collect();
        // Two forms may ask the same: their tables are told apart by their ids.
        let captions: Vec<String> = all.iter().map(|t| t.caption.clone()).collect();
        for table in &mut all {
            if captions.iter().filter(|c| **c == table.caption).count() > 1 {
                table.caption = format!("{} ({})", table.caption, table.id);
            }
        }
        all
    }

    fn new(table: &PublishedTable, release: &Release, language: Language) -> Self {
        let m = Messages::of(language);
        let (rows_axis, columns) = (&table.axes[0], table.axes.get(1));
        let mut head = vec![rows_axis.label.in_language(language).to_owned()];
        match columns {
            Some(axis) => head.extend(axis.categories.iter().map(|c| c.label.in_language(language).to_owned())),
            None => head.push(m.get("table.people_unit").to_owned()),
        }
        let width = columns.map_or(1, |axis| axis.categories.len()).max(1);
        let rows = rows_axis.categories.iter().enumerate().map(|(at, category)| {
            let places = at * width..(at + 1) * width;
            let cell = |place: usize| Cell {
                address: format!("{} {}", table.id, table.codes_at(place).join(" ")),
                text: table
                    .cells
                    .get(place)
                    .copied()
                    .flatten()
                    .map_or_else(|| WITHHELD.to_owned(), |f| f.told(language)),
            };
            Row {
                label: category.label.in_language(language).to_owned(),
                total: category.code == "total",
                cells: places.map(cell).collect(),
            }
        });
        let withheld = release.withheld().iter().filter(|w| w.table == table.id);
        Self {
            id: table.id.clone(),
            caption: table.title.in_language(language).to_owned(),
            head,
            rows: rows.collect(),
            withheld: table.cells.iter().filter(|c| c.is_none()).count(),
            reasons: withheld.map(|w| m.get(reason(w.reason))).collect(),
        }
    }
}

fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Protected => "reason.protected",
        Reason::SmallGroup => "reason.small_group",
        Reason::MeanRule => "reason.mean_rule",
        Reason::GroupSizeNotPublished => "reason.group_size_not_published",
        Reason::WouldGiveGroupSizes => "reason.would_give_group_sizes",
        Reason::FewInvitations => "reason.few_invitations",
        Reason::FewResponses => "reason.few_responses",
    }
}
