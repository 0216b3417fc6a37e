//! One bar of a hundred per cent, cut into shares.

use super::percent;
use crate::text::{Language, divide_rounded, told_percent};
use serde::Serialize;

/// One share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Segment {
    /// Colour class, `l5` (agrees) to `l1` (disagrees).
    pub class: String,
    /// Class of its text.
    pub text_class: String,
    /// Where it begins.
    pub x: String,
    /// Its length.
    pub width: String,
    /// Middle, for the text.
    pub middle: String,
    /// Per cent as text; empty where there is no room.
    pub text: String,
}

/// A row of shares; none when withheld.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stack {
    /// What was asked.
    pub label: String,
    /// How many the shares are of, or the sign.
    pub n: String,
    /// The shares; empty when withheld.
    pub segments: Vec<Segment>,
    /// Share of the first class as text, or the sign.
    pub share: String,
}

/// A segment shorter than this has no room for its text.
const ROOM: f64 = 0.07;

impl Stack {
    /// A row for counts in the order agree to disagree; `steps` are the colour numbers 5 to 1.
    #[must_use]
    pub fn new(label: String, counts: Option<&[i64]>, steps: &[u8], language: Language) -> Self {
        let total: i64 = counts.map_or(0, |c| c.iter().sum());
        let Some(counts) = counts else {
            return Self { label, n: "...".to_owned(), segments: Vec::new(), share: "...".to_owned() };
        };
        if total == 0 {
            return Self { label, n: "0".to_owned(), segments: Vec::new(), share: "-".to_owned() };
        }
        let mut before = 0;
        let mut segments = Vec::new();
        for (count, step) in counts.iter().zip(steps) {
            let share = ratio(*count, total);
            if *count > 0 {
                segments.push(Segment {
                    class: format!("l{step}"),
                    text_class: format!("x{step}"),
                    x: percent(ratio(before, total)),
                    width: percent(share),
                    middle: percent(ratio(before, total) + share / 2.0),
                    text: if share >= ROOM { format!("{:.0}", share * 100.0) } else { String::new() },
                });
            }
            before += count;
        }
        let first = divide_rounded(i128::from(counts[0]) * 100, i128::from(total));
        Self { label, n: total.to_string(), segments, share: told_percent(first, language) }
    }
}

#[expect(clippy::cast_precision_loss, reason = "chart geometry needs no more than 53 bits")]
fn ratio(part: i64, whole: i64) -> f64 {
    part as f64 / whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_follow_each_other_and_small_ones_have_no_text() {
        let row = Stack::new("q".into(), Some(&[60, 35, 5]), &[5, 3, 1], Language::Fi);
        let told: Vec<(&str, &str, &str)> =
            row.segments.iter().map(|s| (s.x.as_str(), s.width.as_str(), s.text.as_str())).collect();
        assert_eq!(told, [("0%", "60%", "60"), ("60%", "35%", "35"), ("95%", "5%", "")]);
        assert_eq!((row.n.as_str(), row.share.as_str()), ("100", "60\u{a0}%"));
    }

    #[test]
    fn a_withheld_row_shows_the_sign_and_a_row_of_nobody_its_zero() {
        let row = |counts| Stack::new("q".into(), counts, &[5], Language::En);
        let (hidden, nobody) = (row(None), row(Some(&[0, 0])));
        assert_eq!((hidden.n.as_str(), hidden.share.as_str()), ("...", "..."));
        assert_eq!((nobody.n.as_str(), nobody.share.as_str()), ("0", "-"));
    }
}
