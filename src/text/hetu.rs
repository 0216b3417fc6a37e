//! Recognising the Finnish personal identity code (hetu), which no field may hold.

/// Century signs in use since 2023 (Act 230/2022 added the letters), and dashes that people type for `-`.
const SEPARATORS: &str = "+-YXWVUABCDEF\u{2010}\u{2011}\u{2012}\u{2013}\u{2212}";
/// Check characters: the remainder by 31, without letters that read like digits.
const CHECKS: &str = "0123456789ABCDEFHJKLMNPRSTUVWXY";

/// True when the text holds something of the shape of an identity code: a possible `ddmmyy`, a
/// century sign, three digits and a check character. A mistyped check character is refused too,
/// because the rest still tells who it is.
#[must_use]
pub fn contains_hetu(text: &str) -> bool {
    let mut chars: Vec<char> = Vec::new();
    // Places whose character touches the one before it in the text.
    let mut touching: Vec<bool> = Vec::new();
    let mut gap = true;
    for c in text.chars() {
        if c.is_whitespace() {
            gap = true;
        } else {
            for upper in c.to_uppercase() {
                chars.push(upper);
                touching.push(!gap);
                gap = false;
            }
        }
    }
    chars.windows(11).enumerate().any(|(at, w)| {
        let before = at.checked_sub(1).and_then(|i| chars.get(i)).filter(|_| touching[at]);
        is_hetu(w) && !before.is_some_and(char::is_ascii_digit)
    })
}

fn is_hetu(w: &[char]) -> bool {
    let digits =
        |range: std::ops::Range<usize>| w[range].iter().try_fold(0_u32, |n, c| c.to_digit(10).map(|d| n * 10 + d));
    let (Some(day), Some(month), Some(_), Some(_)) = (digits(0..2), digits(2..4), digits(4..6), digits(7..10)) else {
        return false;
    };
    (1..=31).contains(&day) && (1..=12).contains(&month) && SEPARATORS.contains(w[6]) && CHECKS.contains(w[10])
}

#[cfg(test)]
mod tests {
    use super::*;

    // Individual numbers 900-999 are never given to a person.
    #[test]
    fn every_century_sign_dash_case_and_spacing_is_seen() {
        for sign in SEPARATORS.chars() {
            assert!(contains_hetu(&format!("tunnus 010190{sign}999X.")), "{sign}");
        }
        assert!(contains_hetu("010190-999x"));
        assert!(contains_hetu("01 01 90 - 999 X"));
        assert!(contains_hetu("Vuonna 2024 010190-999X"));
        assert!(contains_hetu("hetu:131052a952w"));
    }

    #[test]
    fn phone_numbers_dates_and_codes_pass() {
        for fine in ["040-123 4567", "1.1.2025-31.12.2025", "320190-999X", "011390-999X", "V-001", "2025-000123", ""] {
            assert!(!contains_hetu(fine), "{fine}");
        }
    }
}
