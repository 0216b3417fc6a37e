//! Steps that fewer and fewer people reach, one group below the other on a common scale.

use super::percent;
use crate::text::{Figure, Language, divide_rounded, told_percent};
use serde::Serialize;

/// One step of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FlowStep {
    /// What the step is.
    pub label: String,
    /// The figure in the reader's form, or the sign for withheld.
    pub value: String,
    /// Length, none when withheld.
    pub width: Option<String>,
    /// True for the last step, which carries the takeaway.
    pub lead: bool,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FlowRow {
    /// The group.
    pub label: String,
    /// The last step as a share of the one before; none unless both are shown.
    pub rate: Option<String>,
    /// Its steps in order.
    pub steps: Vec<FlowStep>,
}

/// Groups on one scale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Flow {
    /// From top to bottom.
    pub rows: Vec<FlowRow>,
}

/// A group with the name and the figure of each step.
pub type FlowInput = (String, Vec<(String, Option<Figure>)>);

/// The longest bar leaves room for its figure.
const LONGEST: f64 = 0.86;

impl Flow {
    /// Lays out groups.
    #[must_use]
    pub fn new(groups: &[FlowInput], language: Language) -> Self {
        let figures = groups.iter().flat_map(|(_, steps)| steps).filter_map(|(_, f)| *f);
        let largest = figures.map(Figure::approx).fold(0.0, f64::max);
        let rows = groups.iter().map(|(label, steps)| {
            let last = steps.len().saturating_sub(1);
            let step = |(i, (label, figure)): (usize, &(String, Option<Figure>))| FlowStep {
                label: label.clone(),
                value: figure.map_or_else(|| "...".to_owned(), |f| f.told(language)),
                width: figure.map(|f| percent(if largest > 0.0 { f.approx() / largest * LONGEST } else { 0.0 })),
                lead: i == last,
            };
            let shown = |at: usize| steps.get(at).and_then(|(_, f)| *f);
            let rate = last.checked_sub(1).and_then(|before| response_rate(shown(before)?, shown(last)?));
            FlowRow {
                label: label.clone(),
                rate: rate.map(|r| told_percent(r, language)),
                steps: steps.iter().enumerate().map(step).collect(),
            }
        });
        Self { rows: rows.collect() }
    }
}

/// Those who answered as a share of the invited, per cent; none when nobody was invited.
#[must_use]
pub fn response_rate(invited: Figure, answered: Figure) -> Option<i64> {
    (invited.scaled > 0).then(|| divide_rounded(i128::from(answered.scaled) * 100, i128::from(invited.scaled)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str, figures: [Option<i64>; 3]) -> FlowInput {
        (name.to_owned(), figures.map(|f| ("s".to_owned(), f.map(Figure::count))).into())
    }

    #[test]
    fn steps_share_a_scale_and_a_rate_needs_both_of_its_figures() {
        let flow = Flow::new(
            &[
                group("a", [Some(20), Some(17), Some(14)]),
                group("b", [Some(20), Some(10), None]),
                group("c", [Some(20), Some(0), Some(0)]),
            ],
            Language::Fi,
        );
        let widths: Vec<Option<&str>> = flow.rows[0].steps.iter().map(|s| s.width.as_deref()).collect();
        assert_eq!(widths, [Some("86%"), Some("73.1%"), Some("60.2%")]);
        let rates: Vec<Option<&str>> = flow.rows.iter().map(|r| r.rate.as_deref()).collect();
        assert_eq!(rates, [Some("82\u{a0}%"), None, None]);
        assert_eq!((flow.rows[1].steps[2].value.as_str(), &flow.rows[1].steps[2].width), ("...", &None));
        assert!(flow.rows[0].steps[2].lead && !flow.rows[0].steps[1].lead);
    }
}
