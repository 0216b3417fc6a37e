//! A mean with its shortest and longest value, on one axis of months.

use super::percent;
use crate::text::{Figure, Language};
use serde::Serialize;

/// One group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RangeRow {
    /// The group.
    pub label: String,
    /// How many people, or the sign.
    pub n: String,
    /// Position and text of the mean; none when withheld.
    pub mean: Option<(String, String)>,
    /// Of the shortest.
    pub min: Option<(String, String)>,
    /// Of the longest.
    pub max: Option<(String, String)>,
    /// Alternates shape and colour: 1 circle, 2 diamond.
    pub series: usize,
}

/// Groups on one axis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Range {
    /// From top to bottom.
    pub rows: Vec<RangeRow>,
    /// Positions and texts of the axis.
    pub ticks: Vec<(String, String)>,
}

/// The figures of one group: label, n, mean, shortest, longest.
pub type RangeInput = (String, Option<Figure>, Option<Figure>, Option<Figure>, Option<Figure>);

impl Range {
    /// Lays out groups; the axis ends at the next multiple of three months.
    #[must_use]
    pub fn new(groups: &[RangeInput], language: Language) -> Self {
        let values = groups.iter().flat_map(|(_, _, mean, min, max)| [mean, min, max]).flatten();
        let longest = values.map(|f| f.approx()).fold(0.0, f64::max);
        let step = if longest <= 24.0 { 3 } else { 12 };
        let mut top = step;
        while f64::from(top) < longest {
            top += step;
        }
        // A value at the very end would put its label outside the plot.
        if f64::from(top) - longest < 0.5 {
            top += step;
        }
        let place = |f: &Figure| (percent(f.approx() / f64::from(top)), f.told(language));
        let rows = groups.iter().enumerate().map(|(i, (label, n, mean, min, max))| RangeRow {
            label: label.clone(),
            n: n.map_or_else(|| "...".to_owned(), |f| f.told(language)),
            mean: mean.as_ref().map(place),
            min: min.as_ref().map(place),
            max: max.as_ref().map(place),
            series: i % 2 + 1,
        });
        let rows = rows.collect();
        let ticks = (0..=top / step).map(|i| (percent(f64::from(i * step) / f64::from(top)), (i * step).to_string()));
        Self { rows, ticks: ticks.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pilots_durations_stand_on_an_axis_of_twelve_months() {
        let f = |t| Some(Figure::tenths(t));
        let range = Range::new(
            &[("a".into(), Some(Figure::count(12)), f(52), f(15), f(100)), ("b".into(), None, f(23), None, None)],
            Language::Fi,
        );
        assert_eq!(range.ticks.last().map(|t| t.1.as_str()), Some("12"));
        assert_eq!(range.rows[0].mean, Some(("43.33%".into(), "5,2".into())));
        assert_eq!((range.rows[1].n.as_str(), &range.rows[1].min, range.rows[1].series), ("...", &None, 2));
    }
}
