//! A cumulative count over time against a target.

use super::{coordinate, percent};
use serde::Serialize;

/// A marked point with its figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LinePoint {
    /// Along the plot, per cent.
    pub x: String,
    /// From the top, pixels.
    pub y: String,
    /// The figure; empty where it would crowd.
    pub text: String,
    /// Class of the figure: `mid`, `end` or none.
    pub anchor: &'static str,
    /// Shift of the figure along the plot, pixels.
    pub dx: i32,
    /// Its height from the top, pixels.
    pub text_y: String,
}

/// A mark on the time axis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tick {
    /// Along the plot, per cent.
    pub x: String,
    /// Month and year.
    pub text: String,
    /// True when a phone has no room for it.
    pub wide_only: bool,
}

/// A curve of counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Height of the plot, pixels.
    pub height: u32,
    /// Points of the curve in a box of 100 by 100.
    pub points: String,
    /// The marked points.
    pub marks: Vec<LinePoint>,
    /// Height of the target line and its text.
    pub target: Option<(String, String, String)>,
    /// The time axis.
    pub ticks: Vec<Tick>,
}

/// One measurement: its day number, the count, the figure as text, the month as text.
pub type LineInput = (i64, i64, String, String);

/// Points nearer than this share of the plot share their labels' room.
const NEAR: f64 = 0.12;
/// With more points than this only every third is labelled.
const MANY: usize = 9;

impl Line {
    /// Lays out the measurements, ordered by day.
    #[must_use]
    pub fn new(measured: &[LineInput], target: Option<(i64, String)>, height: u32) -> Self {
        let (first, last) = (measured.first().map_or(0, |m| m.0), measured.last().map_or(1, |m| m.0));
        let span = float((last - first).max(1));
        let largest = measured.iter().map(|m| m.1).chain(target.iter().map(|t| t.0)).max().unwrap_or(1).max(1);
        let top = float(largest) * 1.09;
        let x = |day: i64| float(day - first) / span;
        let down = |n: i64| 1.0 - float(n) / top;
        let pixels = |n: i64| down(n) * f64::from(height);
        let points =
            measured.iter().map(|m| format!("{},{}", coordinate(x(m.0) * 100.0), coordinate(down(m.1) * 100.0)));
        let near = |a: Option<&LineInput>, b: &LineInput| a.is_some_and(|a| (x(a.0) - x(b.0)).abs() < NEAR);
        let end = measured.len().saturating_sub(1);
        let many = measured.len() > MANY;
        let marks = measured.iter().enumerate().map(|(i, m)| {
            let before = i.checked_sub(1).and_then(|j| measured.get(j));
            let (anchor, dx, dy) = match i {
                _ if i == end => ("", 12, 7.0),
                0 => ("mid", 0, -14.0),
                _ if many => ("end", -10, -8.0),
                _ if near(before, m) => ("", 12, 20.0),
                _ if near(measured.get(i + 1), m) => ("end", -10, -8.0),
                _ => ("mid", 0, -14.0),
            };
            let labelled = !many || i == end || (i % 3 == 0 && !near(measured.get(end), m));
            LinePoint {
                x: percent(x(m.0)),
                y: coordinate(pixels(m.1)),
                text: if labelled { m.2.clone() } else { String::new() },
                anchor,
                dx,
                text_y: coordinate(pixels(m.1) + dy),
            }
        });
        let marks = marks.collect();
        let target = target.map(|(n, text)| (coordinate(pixels(n)), coordinate(pixels(n) - 10.0), text));
        Self { height, points: points.collect::<Vec<_>>().join(" "), marks, target, ticks: ticks(measured, &x) }
    }
}

/// At most six marks, never nearer than [`NEAR`]; the first, last and middle ones stay on a phone.
fn ticks(measured: &[LineInput], x: &impl Fn(i64) -> f64) -> Vec<Tick> {
    let mut kept: Vec<&LineInput> = Vec::new();
    for m in measured {
        let crowded = kept.last().is_some_and(|k| x(m.0) - x(k.0) < NEAR * 1.3);
        let too_near_end = measured.last().is_some_and(|l| l.0 != m.0 && x(l.0) - x(m.0) < NEAR * 1.3);
        if !crowded && !too_near_end {
            kept.push(m);
        }
    }
    let (last, middle) = (kept.len().saturating_sub(1), kept.len() / 2);
    let tick = |(i, m): (usize, &&LineInput)| Tick {
        x: percent(x(m.0)),
        text: m.3.clone(),
        wide_only: i != 0 && i != last && i != middle,
    };
    kept.iter().enumerate().map(tick).collect()
}

#[expect(clippy::cast_precision_loss, reason = "chart geometry needs no more than 53 bits")]
fn float(n: i64) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(points: &[(i64, i64)]) -> Vec<LineInput> {
        points.iter().map(|(d, n)| (*d, *n, n.to_string(), format!("m{d}"))).collect()
    }

    #[test]
    fn the_curve_spans_the_plot_and_rises_with_the_count() {
        let line = Line::new(&measured(&[(0, 0), (50, 5), (100, 10)]), None, 109);
        assert_eq!(line.points, "0,100 50,54.13 100,8.26");
        assert_eq!(line.marks[2].y, "9");
        assert_eq!(line.ticks.len(), 3);
    }

    #[test]
    fn labels_of_near_points_part_and_the_target_has_its_line() {
        let line = Line::new(&measured(&[(0, 1), (60, 12), (65, 17), (100, 22)]), Some((18, "Tavoite 18".into())), 300);
        assert_eq!((line.marks[1].anchor, line.marks[2].dx), ("end", 12));
        assert_eq!(line.target.as_ref().map(|t| t.2.as_str()), Some("Tavoite 18"));
        assert!(line.ticks.len() < 4, "{:?}", line.ticks);
    }

    #[test]
    fn one_or_no_measurement_does_not_divide_by_zero() {
        assert_eq!(Line::new(&measured(&[(5, 3)]), None, 100).marks.len(), 1);
        assert!(Line::new(&[], None, 100).points.is_empty());
    }
}
