//! Dates and instants as readers of each language write them.

use super::Language;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// `4.11.2024`.
#[must_use]
pub fn finnish_date(date: Date) -> String {
    format!("{}.{}.{}", date.day(), date.month(), date.year())
}

/// Months in English; Finnish and Swedish as spoken in Finland write days in figures.
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `4.11.2024`; in English `4 November 2024`.
#[must_use]
pub fn told_date(date: Date, language: Language) -> String {
    match language {
        Language::Fi | Language::Sv | Language::Ar => finnish_date(date),
        Language::En => {
            let month = MONTHS[usize::try_from(date.month() - 1).unwrap_or(0) % MONTHS.len()];
            format!("{} {month} {}", date.day(), date.year())
        }
    }
}

/// `20.11.2026 klo 9.00`, `20.11.2026 kl. 9.00` or `20 November 2026 at 9:00` in the instance's zone.
#[must_use]
pub fn told_instant(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    let local = at.to_zoned(zone.clone());
    let (day, hour, minute) = (told_date(local.date(), language), local.hour(), local.minute());
    match language {
        Language::Fi => format!("{day} klo {hour}.{minute:02}"),
        Language::Sv => format!("{day} kl. {hour}.{minute:02}"),
        Language::En => format!("{day} at {hour}:{minute:02}"),
        Language::Ar => format!("{day} {hour}:{minute:02}"),
    }
}

/// `11/2024`.
#[must_use]
pub fn finnish_month(date: Date) -> String {
    format!("{}/{}", date.month(), date.year())
}

/// `11/2024`; in English `November 2024`.
#[must_use]
pub fn told_month(date: Date, language: Language) -> String {
    if language == Language::En {
        let month = MONTHS[usize::try_from(date.month() - 1).unwrap_or(0) % MONTHS.len()];
        return format!("{month} {}", date.year());
    }
    finnish_month(date)
}

/// Reads `11/2024`, `11.2024` or `2024-11` as the first day of that month; years 1900 to 2200 only.
#[must_use]
pub fn parse_month(text: &str) -> Option<Date> {
    let text = text.trim();
    let (a, b) = text.split_once(['/', '.', '-'])?;
    let (month, year) = if a.len() == 4 { (b, a) } else { (a, b) };
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if year.len() != 4 || month.len() > 2 || !digits(year) || !digits(month) {
        return None;
    }
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?;
    (1900..=2200).contains(&date.year()).then_some(date)
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
        let told = |language| told_instant(at, &zone("Europe/Helsinki").unwrap(), language);
        assert_eq!(told(Language::Fi), "20.11.2026 klo 9.00");
        assert_eq!(told(Language::Sv), "20.11.2026 kl. 9.00");
        assert_eq!(told(Language::En), "20 November 2026 at 9:00");
    }
}
