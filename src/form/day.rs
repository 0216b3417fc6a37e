//! Limits of days: a day of the calendar, or one of the case with a distance to it.

use super::Circumstances;
use super::circumstances::{FIELDS, FieldUse};
use crate::text::parse_date;
use jiff::civil::Date;
use jiff::{Span, ToSpan};
use serde::{Deserialize, Serialize};

/// Where a limit is counted from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum From {
    Day(Date),
    Field(String),
}

/// A limit such as `2025-01-31`, `today` or `coaching_ended + 6 months`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayLimit {
    from: From,
    #[serde(default, skip_serializing_if = "is_zero")]
    months: i32,
    #[serde(default, skip_serializing_if = "is_zero")]
    days: i32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(n: &i32) -> bool {
    *n == 0
}

/// Longest distance in days or months; more is a mistake of typing.
const FARTHEST: i32 = 1200;

impl DayLimit {
    /// Reads a limit; none when it is not one.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        if let Some(day) = parse_date(text) {
            return Some(Self { from: From::Day(day), months: 0, days: 0 });
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        let (name, distance) = words.split_first()?;
        if !FIELDS.iter().any(|f| f.usage == FieldUse::Day && f.name == *name) {
            return None;
        }
        let from = From::Field((*name).to_owned());
        let (sign, number, unit) = match distance {
            [] => return Some(Self { from, months: 0, days: 0 }),
            [sign, number, unit] => (*sign, number.parse::<i32>().ok().filter(|n| (0..=FARTHEST).contains(n))?, *unit),
            _ => return None,
        };
        let distance = match sign {
            "+" => number,
            "-" => -number,
            _ => return None,
        };
        match unit {
            "months" | "month" => Some(Self { from, months: distance, days: 0 }),
            "days" | "day" => Some(Self { from, months: 0, days: distance }),
            _ => None,
        }
    }

    /// The field of the case it is counted from, if it is.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        if let From::Field(name) = &self.from { Some(name) } else { None }
    }

    /// The distance from it, in months and in days.
    #[must_use]
    pub fn distance(&self) -> (i32, i32) {
        (self.months, self.days)
    }

    /// The day, where what it is counted from is known.
    #[must_use]
    pub fn on(&self, circumstances: &Circumstances) -> Option<Date> {
        let from = match &self.from {
            From::Day(day) => *day,
            From::Field(name) => circumstances.day(name)?,
        };
        let distance: Span = self.months.months().days(self.days);
        from.checked_add(distance).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Known;
    use jiff::civil::date;

    #[test]
    fn a_limit_is_a_day_or_a_distance_from_a_day_of_the_case() {
        let known = Circumstances::on(date(2025, 3, 31)).with("coaching_ended", Some(Known::Day(date(2024, 8, 31))));
        let on = |text: &str| DayLimit::read(text).and_then(|limit| limit.on(&known));
        assert_eq!(on("2025-01-31"), Some(date(2025, 1, 31)));
        assert_eq!(on("today - 30 days"), Some(date(2025, 3, 1)));
        assert_eq!(on("coaching_ended + 6 months"), Some(date(2025, 2, 28)));
        assert_eq!(on("coaching_started"), None, "not known, so no limit");
        for bad in ["", "tomorrow", "today +1 days", "today + x days", "today + 1 weeks", "hours", "today + 9999 days"]
        {
            assert_eq!(DayLimit::read(bad), None, "{bad}");
        }
    }
}
