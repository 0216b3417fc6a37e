//! Horizontal bars from zero.

use super::percent;
use crate::text::{Figure, Language};
use serde::Serialize;

/// One bar with its label outside the SVG, so that it wraps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bar {
    /// What is counted.
    pub label: String,
    /// The figure in the reader's form, or the sign for withheld.
    pub value: String,
    /// Length, none when withheld.
    pub width: Option<String>,
    /// True for bars that carry the takeaway.
    pub lead: bool,
    /// Squares for counts that are drawn one by one.
    pub units: Vec<usize>,
}

/// Bars on one scale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bars {
    /// From top to bottom.
    pub rows: Vec<Bar>,
    /// Width of the squares of the largest group, so that all groups draw squares of one size.
    pub unit_span: usize,
    /// True when every count is small enough to be drawn one square a person.
    pub countable: bool,
}

/// The longest bar leaves room for its figure.
const LONGEST: f64 = 0.82;
/// Most squares of one group; more cannot be counted at a glance.
const MOST_UNITS: i64 = 12;

impl Bars {
    /// Bars for these figures; the last of each tells whether it carries the takeaway.
    #[must_use]
    pub fn new(figures: &[(String, Option<Figure>, bool)], language: Language) -> Self {
        let largest = figures.iter().filter_map(|(_, f, _)| f.map(Figure::approx)).fold(0.0, f64::max);
        let rows = figures.iter().map(|(label, figure, lead)| Bar {
            label: label.clone(),
            value: figure.map_or_else(|| "...".to_owned(), |f| f.told(language)),
            width: figure.map(|f| percent(if largest > 0.0 { f.approx() / largest * LONGEST } else { 0.0 })),
            lead: *lead,
            units: figure
                .and_then(|f| usize::try_from(f.scaled).ok())
                .map(|n| (0..n.min(99)).map(|i| i * 10).collect())
                .unwrap_or_default(),
        });
        let countable =
            figures.iter().all(|(_, f, _)| f.is_some_and(|f| f.decimals == 0 && (0..=MOST_UNITS).contains(&f.scaled)));
        let rows: Vec<Bar> = rows.collect();
        let unit_span = rows.iter().map(|r| r.units.len() * 10).max().unwrap_or(0).max(10);
        Self { rows, unit_span, countable }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_share_a_scale_and_withheld_ones_have_no_length() {
        let bars = Bars::new(
            &[
                ("a".into(), Some(Figure::count(5)), true),
                ("b".into(), Some(Figure::count(4)), false),
                ("c".into(), None, false),
            ],
            Language::Fi,
        );
        let widths: Vec<Option<&str>> = bars.rows.iter().map(|r| r.width.as_deref()).collect();
        assert_eq!(widths, [Some("82%"), Some("65.6%"), None]);
        assert_eq!(bars.rows[2].value, "...");
        assert!(!bars.countable);
    }

    #[test]
    fn all_zero_gives_bars_without_length_and_no_division_by_zero() {
        assert_eq!(
            Bars::new(&[("a".into(), Some(Figure::count(0)), false)], Language::Fi).rows[0].width.as_deref(),
            Some("0%")
        );
    }
}
