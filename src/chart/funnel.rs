//! A funnel: observed / expected of each provider above the number expected, between its own exact limits.

use super::{coordinate, percent};
use crate::text::{Figure, Language};
use serde::Serialize;

/// What is known of one point.
#[derive(Clone, Debug, PartialEq)]
pub struct FunnelInput {
    /// Its short name in the chart.
    pub name: String,
    /// The number expected.
    pub expected: f64,
    /// Observed / expected.
    pub ratio: f64,
    /// Low and high of what is expected in 95 of a hundred, as shares of the number expected.
    pub range_95: [f64; 2],
    /// The same in 99.8 of a hundred.
    pub range_998: [f64; 2],
}

/// A point with its limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FunnelPoint {
    /// Along the plot, per cent.
    pub x: String,
    /// From the top, pixels; of the limits: low, then high.
    pub y: String,
    /// See `y`.
    pub range_95: [String; 2],
    /// See `y`.
    pub range_998: [String; 2],
    /// Its name, where it stands and how far beside the point, pixels.
    pub name: String,
    /// Height of the name, pixels.
    pub name_y: String,
    /// `end` where the name stands before the point.
    pub anchor: &'static str,
    /// Shift of the name along the plot, pixels.
    pub dx: i32,
}

/// Points between their limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Funnel {
    /// Height of the plot, pixels.
    pub height: u32,
    /// Height of the line where as many were observed as expected, pixels.
    pub one: String,
    /// Corners of the areas between the limits of all points, in a box of 100 by 100.
    pub area_95: String,
    /// See `area_95`.
    pub area_998: String,
    /// The points, the fewest expected first.
    pub points: Vec<FunnelPoint>,
    /// Places and texts of the numbers expected.
    pub across: Vec<(String, String)>,
    /// Heights in pixels and texts of observed / expected.
    pub up: Vec<(String, String)>,
}

/// Steps of the axis of numbers expected; the first that gives at most [`MARKS`] marks is taken.
const STEPS: [u32; 9] = [1, 2, 5, 10, 20, 50, 100, 200, 500];
/// Marks of an axis that a phone has room for.
const MARKS: f64 = 6.0;
/// Points nearer than this share of the plot would have their names on each other.
const NEAR: f64 = 0.06;

impl Funnel {
    /// Lays out the points; both axes begin at nought.
    #[must_use]
    pub fn new(inputs: &[FunnelInput], height: u32, language: Language) -> Self {
        let mut inputs: Vec<&FunnelInput> = inputs.iter().collect();
        inputs.sort_by(|a, b| a.expected.total_cmp(&b.expected).then_with(|| a.name.cmp(&b.name)));
        let largest = inputs.iter().map(|i| i.expected).fold(1.0, f64::max) * 1.1;
        let step = STEPS.into_iter().find(|s| largest / f64::from(*s) <= MARKS).unwrap_or(1000);
        let marks = whole_up(largest / f64::from(step));
        let right = f64::from(step * marks);
        let most = inputs.iter().flat_map(|i| [i.ratio, i.range_998[1]]).fold(1.0, f64::max) * 1.05;
        // Half steps as long as they are few.
        let tenths = if most <= 3.0 { 5 } else { 10 * whole_up(most / MARKS) };
        let levels = whole_up(most * 10.0 / f64::from(tenths));
        let top = f64::from(tenths * levels) / 10.0;
        let down = |ratio: f64| 1.0 - ratio / top;
        let pixels = |ratio: f64| coordinate(down(ratio) * f64::from(height));
        let area = |range: fn(&FunnelInput) -> [f64; 2]| {
            let corner = |i: &FunnelInput, end: usize| {
                let x = i.expected / right * 100.0;
                format!("{},{}", coordinate(x), coordinate(down(range(i)[end]) * 100.0))
            };
            let there = inputs.iter().map(|i| corner(i, 1));
            there.chain(inputs.iter().rev().map(|i| corner(i, 0))).collect::<Vec<_>>().join(" ")
        };
        let points = inputs.iter().enumerate().map(|(at, i)| {
            let near = at.checked_sub(1).and_then(|before| inputs.get(before)).is_some_and(|before| {
                (i.expected - before.expected) / right < NEAR && (i.ratio - before.ratio).abs() / top < NEAR
            });
            FunnelPoint {
                x: percent(i.expected / right),
                y: pixels(i.ratio),
                range_95: i.range_95.map(pixels),
                range_998: i.range_998.map(pixels),
                name: i.name.clone(),
                name_y: coordinate(down(i.ratio) * f64::from(height) + 7.0),
                anchor: if near { "end" } else { "" },
                dx: if near { -14 } else { 14 },
            }
        });
        let points = points.collect();
        let across = (0..=marks).map(|k| (percent(f64::from(k * step) / right), (k * step).to_string()));
        let up = (0..=levels)
            .map(|k| (pixels(f64::from(k * tenths) / 10.0), Figure::tenths(i64::from(k * tenths)).told(language)));
        Self {
            height,
            one: pixels(1.0),
            area_95: area(|i| i.range_95),
            area_998: area(|i| i.range_998),
            points,
            across: across.collect(),
            up: up.collect(),
        }
    }
}

/// The next whole number, at least one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few marks of an axis, never negative")]
fn whole_up(x: f64) -> u32 {
    x.ceil().max(1.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(name: &str, expected: f64, ratio: f64) -> FunnelInput {
        FunnelInput { name: name.to_owned(), expected, ratio, range_95: [0.8, 1.2], range_998: [0.7, 1.3] }
    }

    #[test]
    fn points_stand_above_the_number_expected_between_their_limits() {
        let funnel = Funnel::new(&[input("B", 36.0, 1.5), input("A", 18.0, 0.5)], 300, Language::Fi);
        let names: Vec<_> = funnel.points.iter().map(|p| (p.name.as_str(), p.x.as_str(), p.y.as_str())).collect();
        assert_eq!(names, [("A", "45%", "225"), ("B", "90%", "75")]);
        assert_eq!((funnel.one.as_str(), funnel.up.len(), funnel.across.len()), ("150", 5, 5));
        assert_eq!(funnel.points[0].range_95, ["180", "120"]);
        assert_eq!(funnel.area_95, "45,40 90,40 90,60 45,60");
    }

    #[test]
    fn names_of_points_on_each_other_part() {
        let funnel =
            Funnel::new(&[input("A", 30.0, 1.0), input("B", 30.5, 1.01), input("C", 30.6, 1.4)], 300, Language::Fi);
        assert_eq!(funnel.points.iter().map(|p| p.anchor).collect::<Vec<_>>(), ["", "end", ""]);
    }

    #[test]
    fn no_point_or_one_far_away_keeps_all_within_the_plot() {
        assert!(Funnel::new(&[], 300, Language::Fi).points.is_empty());
        let far = Funnel::new(&[input("A", 900.0, 7.4)], 300, Language::Fi);
        assert!(far.points[0].y.parse::<f64>().is_ok_and(|y| y > 0.0) && far.up.len() < 9, "{far:?}");
    }
}
