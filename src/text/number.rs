//! Exact decimal figures and how readers of each language write them.

use super::Language;
use serde::{Deserialize, Serialize};

/// A published number: `scaled / 10^decimals`, exact, so that the same figure has the same digits everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// The number times `10^decimals`.
    pub scaled: i64,
    /// Decimals shown, 0 or 1.
    pub decimals: u8,
}

impl Figure {
    /// A count.
    #[must_use]
    pub fn count(n: i64) -> Self {
        Self { scaled: n, decimals: 0 }
    }

    /// A number of tenths, shown with one decimal.
    #[must_use]
    pub fn tenths(tenths: i64) -> Self {
        Self { scaled: tenths, decimals: 1 }
    }

    /// With a decimal point, as open data writes it.
    #[must_use]
    pub fn plain(self) -> String {
        let sign = if self.scaled < 0 { "-" } else { "" };
        let (unit, n) = (10_u64.pow(u32::from(self.decimals)), self.scaled.unsigned_abs());
        if self.decimals == 0 {
            return format!("{sign}{n}");
        }
        format!("{sign}{}.{:0width$}", n / unit, n % unit, width = usize::from(self.decimals))
    }

    /// With a decimal comma, no-break spaces in thousands and a real minus sign; zero is `-` for
    /// counts, the Finnish statistical sign for "none".
    #[must_use]
    pub fn finnish(self) -> String {
        if self.scaled == 0 && self.decimals == 0 { "-".to_owned() } else { finnish_number(&self.plain()) }
    }

    /// As [`Figure::finnish`] in Finnish and Swedish; in English with a decimal point and the same signs.
    #[must_use]
    pub fn told(self, language: Language) -> String {
        if self.scaled == 0 && self.decimals == 0 { "-".to_owned() } else { told_number(&self.plain(), language) }
    }

    /// As a number for geometry only; never printed.
    #[must_use]
    pub fn approx(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "chart geometry needs no more than 53 bits")]
        let n = self.scaled as f64;
        n / 10_f64.powi(i32::from(self.decimals))
    }
}

/// Writes a plain decimal such as `-12345.6` as Finnish text: `−12 345,6` with no-break spaces.
#[must_use]
pub fn finnish_number(plain: &str) -> String {
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |rest| ("\u{2212}", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut out = sign.to_owned();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) && whole.len() > 4 {
            out.push('\u{a0}');
        }
        out.push(c);
    }
    if !fraction.is_empty() {
        out.push(',');
        out.push_str(fraction);
    }
    out
}

/// Writes a plain decimal for readers of a language: `12 345,6`, in English `12 345.6`, spaces no-break.
#[must_use]
pub fn told_number(plain: &str, language: Language) -> String {
    let finnish = finnish_number(plain);
    if language == Language::En { finnish.replace(',', ".") } else { finnish }
}

/// Writes a share of a hundred for readers of a language: `82 %`, in English `82%`.
#[must_use]
pub fn told_percent(per_cent: i64, language: Language) -> String {
    let number = told_number(&per_cent.to_string(), language);
    if language == Language::En { format!("{number}%") } else { format!("{number}\u{a0}%") }
}

/// Reads a number with at most `decimals` decimals, comma or point, spaces in thousands: `1 200,5`.
/// What could be meant otherwise is refused: `1.200` and `1 2`.
#[must_use]
pub fn parse_figure(text: &str, decimals: u8) -> Option<Figure> {
    let text = text.trim();
    let (negative, text) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = text.split_once([',', '.']).unwrap_or((text, "0"));
    let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let groups: Vec<&str> = whole.split([' ', '\u{a0}', '\u{2009}', '\u{202f}']).collect();
    let whole = groups.concat();
    if groups[1..].iter().any(|g| g.len() != 3) || !all_digits(&whole) || whole.len() > 9 {
        return None;
    }
    if !all_digits(fraction) || fraction.len() == 3 {
        return None;
    }
    let (fraction, width) = (fraction.trim_end_matches('0'), usize::from(decimals));
    if fraction.len() > width {
        return None;
    }
    let scaled: i64 = format!("{whole}{fraction:0<width$}").parse().ok()?;
    Some(Figure { scaled: if negative { -scaled } else { scaled }, decimals })
}

/// Reads a non-negative number with at most one decimal, comma or point, into tenths: `21,0` is 210.
#[must_use]
pub fn parse_tenths(text: &str) -> Option<i64> {
    parse_figure(text, 1).map(|f| f.scaled).filter(|t| *t >= 0)
}

/// `numerator / denominator`, rounded half away from zero; the denominator is positive.
#[must_use]
pub fn divide_rounded(numerator: i128, denominator: i128) -> i64 {
    let doubled = numerator * 2 + numerator.signum() * denominator;
    i64::try_from(doubled / (2 * denominator)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_the_finnish_way() {
        assert_eq!(finnish_number("5.2"), "5,2");
        assert_eq!(finnish_number("-16"), "\u{2212}16");
        assert_eq!(finnish_number("1234"), "1234");
        assert_eq!(finnish_number("1234567.8"), "1\u{a0}234\u{a0}567,8");
        assert_eq!(Figure::count(0).finnish(), "-");
        assert_eq!(Figure::tenths(52).told(Language::Sv), "5,2");
        assert_eq!(Figure::tenths(123_456).told(Language::En), "12\u{a0}345.6");
        assert_eq!(
            (told_percent(82, Language::Sv).as_str(), told_percent(82, Language::En).as_str()),
            ("82\u{a0}%", "82%")
        );
        assert_eq!(Figure::tenths(2).plain(), "0.2");
        assert_eq!(Figure::tenths(-5).plain(), "-0.5");
    }

    #[test]
    fn tenths_are_read_with_comma_or_point_and_nothing_finer() {
        assert_eq!(parse_tenths("21,0"), Some(210));
        assert_eq!(parse_tenths(" 17.5 "), Some(175));
        assert_eq!(parse_tenths("4"), Some(40));
        assert_eq!(parse_tenths("13,50"), Some(135));
        assert_eq!(parse_tenths("1 200"), Some(12_000));
        assert_eq!(parse_figure("-3", 0), Some(Figure::count(-3)));
        for bad in ["", "-1", "1 2", "1.000", "12 00", "1,25", "1,2,3", "kaksi", "1e3", ",5"] {
            assert_eq!(parse_tenths(bad), None, "{bad}");
        }
    }

    #[test]
    fn division_rounds_half_away_from_zero() {
        assert_eq!(divide_rounded(5, 2), 3);
        assert_eq!(divide_rounded(-5, 2), -3);
        assert_eq!(divide_rounded(7, 3), 2);
    }
}
