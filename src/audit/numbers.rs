//! Numbers that may stand in the words about a figure.

use super::table::ReadTable;
use std::collections::{BTreeMap, BTreeSet};

/// Sums above this are not looked for.
const MOST_SUM: usize = 5_000;

/// Most sums of a table's figures that shares may be of.
const MOST_WHOLES: usize = 400;

/// Both ends of the scale, which the words about a mean name.
const GRADES: [&str; 2] = ["1", "5"];

/// What a reader can account for, as digits with a decimal point.
pub(super) struct Accounted {
    shown: BTreeSet<String>,
    sums: BTreeSet<usize>,
    per_cent: BTreeSet<i64>,
    /// Numbers that the files say in words, such as ages and the threshold.
    words: BTreeSet<String>,
    /// Parts of their dates and of everything else: only a date may be put together from them.
    parts: BTreeSet<String>,
    /// What the files say, word for word.
    texts: BTreeSet<String>,
}

impl Accounted {
    /// Everything that these tables show or say, and what follows from what they show.
    pub(super) fn new(tables: &[&ReadTable]) -> Self {
        let mut all = Self {
            shown: BTreeSet::new(),
            sums: BTreeSet::new(),
            per_cent: BTreeSet::new(),
            words: BTreeSet::new(),
            parts: BTreeSet::new(),
            texts: BTreeSet::new(),
        };
        for (at, table) in tables.iter().enumerate() {
            all.take_words(table);
            if tables[..at].iter().any(|t| t.cells == table.cells) {
                // The same figures in another language.
                continue;
            }
            let counts = |total: bool| -> Vec<usize> {
                let parts = table.cells.iter().filter(|(a, _)| a.iter().any(|c| c == "total") == total);
                parts.filter_map(|(_, v)| v.as_ref()?.parse().ok()).collect()
            };
            let mut sums = BTreeSet::from([0]);
            for n in counts(false) {
                let more: Vec<usize> = sums.iter().map(|s| s + n).filter(|s| *s <= MOST_SUM).collect();
                sums.extend(more);
            }
            // Of everybody, of one category, or of those who gave one of several answers.
            let several = sums.iter().copied().take(MOST_WHOLES);
            let wholes: BTreeSet<usize> = counts(true).into_iter().chain(counts(false)).chain(several).collect();
            for whole in wholes.into_iter().filter(|n| *n > 0) {
                for part in &sums {
                    all.per_cent.extend(i64::try_from((200 * part + whole) / (2 * whole)));
                }
            }
            all.sums.extend(sums);
        }
        if tables.iter().all(|t| t.is_open()) {
            let shown = all.shown.clone();
            all.take_differences(shown.iter());
        }
        all
    }

    /// What these tables show or say as it is, and shares rounded. Sums are none of it, of which many tables have nearly any
    /// number: a page names the figures that it adds up.
    pub(super) fn alone(tables: &BTreeMap<String, ReadTable>) -> Self {
        let mut all = Self {
            shown: BTreeSet::new(),
            sums: BTreeSet::new(),
            per_cent: BTreeSet::new(),
            words: BTreeSet::new(),
            parts: BTreeSet::new(),
            texts: BTreeSet::new(),
        };
        tables.values().for_each(|table| all.take_words(table));
        // Files in other languages have the same figures.
        for table in tables.iter().filter(|(id, _)| !id.contains('.')).map(|(_, table)| table) {
            let shown: BTreeSet<&String> = table.cells.values().flatten().collect();
            let shown: Vec<f64> = shown.into_iter().filter_map(|v| v.parse().ok()).collect();
            for whole in shown.iter().filter(|whole| **whole > 0.0) {
                all.per_cent.extend(shown.iter().map(|part| (100.0 * part / whole).round() as i64));
            }
            all.per_cent.extend(shown.iter().map(|share| share.round() as i64));
        }
        all.take_differences(tables.values().filter(|t| t.is_open()).flat_map(|t| t.cells.values().flatten()));
        all
    }

    /// Open figures are compared with each other, such as a number with its target.
    fn take_differences<'a>(&mut self, shown: impl Iterator<Item = &'a String>) {
        let counts: BTreeSet<usize> = shown.filter_map(|v| v.parse().ok()).collect();
        self.sums.extend(counts.iter().flat_map(|a| counts.iter().map(|b| a.abs_diff(*b))));
    }

    fn take_words(&mut self, table: &ReadTable) {
        self.shown.extend(table.cells.values().flatten().cloned());
        if table.order.iter().flatten().any(|code| code == "mean") {
            self.words.extend(GRADES.map(str::to_owned));
        }
        let texts = || table.words.iter().chain(table.order.iter().flatten());
        self.parts.extend(texts().flat_map(|w| digits(w)));
        let alone = texts().filter(|w| !is_date(w)).flat_map(|w| told(w)).map(|(number, ..)| number);
        self.words.extend(alone.filter(|n| n.bytes().all(|b| b.is_ascii_digit())));
        self.texts.extend(table.words.iter().cloned());
        // The last days of cohorts, and the first days of those after them.
        let codes = table.attributes.values().flat_map(|attributes| attributes.values().flatten());
        let days: Vec<jiff::civil::Date> = codes.filter_map(|code| code.parse().ok()).collect();
        let after = days.iter().filter_map(|day| day.tomorrow().ok());
        self.parts.extend(days.iter().copied().chain(after).flat_map(|day| digits(&day.to_string())));
    }

    /// Numbers of a text that nothing shown accounts for, nor this sum of shown figures.
    pub(super) fn strange(&self, text: &str, decimal: char, sum: Option<i64>) -> Vec<String> {
        let mut strange = Vec::new();
        for (number, after) in told(text) {
            let plain = number.replace('\u{a0}', "").replace(decimal, ".");
            let known = |n: &str| {
                self.shown.contains(n)
                    || self.words.contains(n)
                    || n.parse().is_ok_and(|n| n > 0 && self.sums.contains(&n))
                    || sum.is_some_and(|sum| n == sum.to_string())
                    || (after == After::PerCent && n.parse().is_ok_and(|n| self.per_cent.contains(&n)))
            };
            let parts = digits(&number);
            let dated =
                (parts.len() > 1 || after == After::Month) && parts.iter().all(|part| self.parts.contains(part));
            let year = number.len() == 4 && self.parts.contains(&number);
            if !known(&plain) && !dated && !year {
                strange.push(number);
            }
        }
        strange
    }

    /// True for a text that the files say word for word, or one without numbers.
    pub(super) fn says(&self, text: &str) -> bool {
        digits(text).is_empty() || self.texts.contains(text)
    }

    /// True for a number that a table shows.
    pub(super) fn shows(&self, number: &str, decimal: char) -> bool {
        let plain = number.replace('\u{a0}', "").replace('\u{2212}', "-").replace(decimal, ".");
        self.shown.contains(&plain) || (number == "-" && self.shown.contains("0"))
    }
}

/// Groups of digits, leading zeros left out.
pub(super) fn digits(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty());
    parts.map(|p| p.trim_start_matches('0')).map(|p| if p.is_empty() { "0" } else { p }.to_owned()).collect()
}

/// A day, or a moment, as data write it.
fn is_date(text: &str) -> bool {
    text.get(..10).is_some_and(|day| day.parse::<jiff::civil::Date>().is_ok())
}

/// What follows a number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    PerCent,
    Month,
    Else,
}

/// Months of English dates, which stand behind the day; the others are written in digits.
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

/// Months as Swedish dates write them.
const SWEDISH: [&str; 12] = [
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
];

/// `30 November 2025` as `30 11 2025`: a month behind its day is a number in each language.
pub(super) fn with_months_in_digits(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find([' ', '\u{a0}']) {
        let space = rest[at..].chars().next().map_or(1, char::len_utf8);
        let (before, after) = (&rest[..at], &rest[at + space..]);
        out.push_str(before);
        out.push(' ');
        rest = after;
        let is_day = before.ends_with(|c: char| c.is_ascii_digit());
        let ends = |name: &str| !after[name.len()..].starts_with(char::is_alphabetic);
        let month = |names: &[&str; 12]| {
            names.iter().position(|name| after.starts_with(name) && ends(name)).map(|m| (m, names[m].len()))
        };
        if let Some((month, length)) = is_day.then(|| month(&MONTHS).or_else(|| month(&SWEDISH))).flatten() {
            out.push_str(&(month + 1).to_string());
            rest = &after[length..];
        }
    }
    out + rest
}

/// Numbers as they are written: digits with points, commas, colons and no-break spaces inside; and what follows.
fn told(text: &str) -> Vec<(String, After)> {
    let mut found: Vec<(String, After)> = Vec::new();
    let signs: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < signs.len() {
        if !signs[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let begin = at;
        let digit = |i: usize| signs.get(i).is_some_and(char::is_ascii_digit);
        while digit(at) || (matches!(signs.get(at), Some('.' | ',' | ':' | '\u{a0}')) && digit(at + 1)) {
            at += 1;
        }
        let after: String = signs[at..].iter().take(12).collect();
        let word = after.trim_start_matches([' ', '\u{a0}']);
        let after = if word.starts_with('%') || after.starts_with(" pe") {
            After::PerCent
        } else if MONTHS.iter().any(|m| word.starts_with(m)) {
            After::Month
        } else {
            After::Else
        };
        found.push((signs[begin..at].iter().collect(), after));
    }
    found
}
