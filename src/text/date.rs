//! Dates and instants the Finnish way.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// `4.11.2024`.
#[must_use]
pub fn finnish_date(date: Date) -> String {
    format!("{}.{}.{}", date.day(), date.month(), date.year())
}

/// `11/2024`.
#[must_use]
pub fn finnish_month(date: Date) -> String {
    format!("{}/{}", date.month(), date.year())
}

/// `20.11.2026 klo 9.00` in the instance's zone.
#[must_use]
pub fn finnish_instant(at: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned(zone.clone());
    format!("{} klo {}.{:02}", finnish_date(local.date()), local.hour(), local.minute())
}

/// Reads `4.11.2024`, `04.11.2024` or `2024-11-04`; years 1900 to 2200 only.
#[must_use]
pub fn parse_date(text: &str) -> Option<Date> {
    let text = text.trim();
    let parts: Vec<&str> = text.split(['.', '-']).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    let (year, month, day) = if text.contains('-') { (a, b, c) } else { (c, b, a) };
    if year.len() != 4 || month.len() > 2 || day.len() > 2 {
        return None;
    }
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    (1900..=2200).contains(&date.year()).then_some(date)
}

/// The time zone of that IANA name from the bundled data, so a machine without zone files gives the same dates.
#[must_use]
pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_and_written_in_finnish_form() {
        let d = Date::constant(2024, 11, 4);
        assert_eq!(parse_date("4.11.2024"), Some(d));
        assert_eq!(parse_date("04.11.2024"), Some(d));
        assert_eq!(parse_date("2024-11-04"), Some(d));
        assert_eq!(finnish_date(d), "4.11.2024");
        for bad in ["31.2.2025", "4.11.24", "4/11/2024", "", "1.1.1", "4.11.2024.", "0-0-0"] {
            assert_eq!(parse_date(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_instant_is_told_in_the_zone_of_the_instance() {
        let at: Timestamp = "2026-11-20T07:00:00Z".parse().unwrap();
        assert_eq!(finnish_instant(at, &zone("Europe/Helsinki").unwrap()), "20.11.2026 klo 9.00");
    }
}
