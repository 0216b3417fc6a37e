//! The same page, table and drawing in each language says the same numbers as often, in its words and in its markup: whatever
//! was put into one of them alone is found, be it the number of a figure or any other.

use super::Finding;
use super::links::alternates;
use super::markup::{Piece, decoded, pieces};
use super::numbers::with_months_in_digits;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What is counted in a file: a number in words, or a tag with its attributes, their words left out.
type Counted = BTreeMap<String, usize>;

/// Attributes whose values are words or addresses, which differ from language to language in all but their numbers.
const WORDED: [&str; 9] =
    ["href", "hreflang", "lang", "aria-label", "title", "alt", "content", "aria-current", "data-cell"];

/// Attributes of drawings that depend on how many lines the names take.
const DOWN: [&str; 9] = ["y", "y1", "y2", "cy", "height", "viewBox", "points", "transform", "xml:lang"];

/// The language of a page, by its folder.
pub(super) fn of_page(path: &str) -> Option<&str> {
    path.split_once('/').map(|(folder, _)| folder).filter(|folder| folder.len() == 2)
}

/// What one language has and another lacks.
pub(super) fn findings(files: &BTreeMap<String, Vec<u8>>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut tell = |path: &str, problem: String| findings.push(Finding { path: path.to_owned(), problem });
    let pages: BTreeMap<&String, String> = files
        .iter()
        .filter(|(path, _)| path.ends_with(".html") && of_page(path).is_some())
        .map(|(path, bytes)| (path, String::from_utf8_lossy(bytes).into_owned()))
        .collect();
    let languages: BTreeSet<&str> = pages.keys().filter_map(|path| of_page(path)).collect();
    for (path, html) in &pages {
        let named = alternates(path, html);
        if !named.keys().map(String::as_str).eq(languages.iter().copied()) && languages.len() > 1 {
            tell(path, format!("the page is not in every language: {}", list(&languages)));
        }
        for other in named.values().filter(|other| *other != *path) {
            let Some(translated) = pages.get(other) else {
                tell(path, format!("the page {other}, which is the same in another language, is missing"));
                continue;
            };
            if !alternates(other, translated).values().any(|back| back == *path) {
                tell(path, format!("{other} does not name this page as the same in its language"));
            }
            compare(path, other, &of_markup(html), &of_markup(translated), &mut tell);
        }
    }
    for (path, bytes) in files.iter().filter(|(path, _)| path.starts_with("data/") && *path != super::RESULT) {
        let Some((base, ending)) = in_first_language(path) else { continue };
        let first = format!("{base}.{ending}");
        let Some(other) = files.get(&first) else {
            tell(path, format!("{first}, the same in the first language, is missing"));
            continue;
        };
        let [own, other] = [bytes, other].map(|bytes| {
            let text = String::from_utf8_lossy(bytes);
            match ending {
                "svg" => of_drawing(&text),
                "json" => of_data(&text),
                _ => numbers(&text),
            }
        });
        compare(path, &first, &own, &other, &mut tell);
        compare(&first, path, &other, &own, &mut tell);
    }
    findings
}

/// `data/outcomes.sv.csv` is `data/outcomes` with the ending `csv` in another language.
fn in_first_language(path: &str) -> Option<(&str, &str)> {
    let (rest, ending) = path.rsplit_once('.')?;
    let (base, language) = rest.rsplit_once('.')?;
    (language.len() == 2 && language.bytes().all(|b| b.is_ascii_lowercase())).then_some((base, ending))
}

/// Tells what the first has more of than the second.
fn compare(path: &str, other: &str, own: &Counted, others: &Counted, tell: &mut impl FnMut(&str, String)) {
    for (what, n) in own {
        if *n > others.get(what).copied().unwrap_or(0) {
            tell(
                path,
                format!("has {what}, which {other} has not, or not as often: every language has the same numbers"),
            );
        }
    }
}

/// Numbers of the words, numbers of the attributes that hold words, and every tag with its other attributes.
fn of_markup(text: &str) -> Counted {
    let mut counted = Counted::new();
    for piece in pieces(text) {
        match piece {
            Piece::Text(words) => add(&mut counted, numbers(&words)),
            Piece::Open { name, attributes, .. } => {
                let mut tag = format!("<{name}");
                for (key, value) in attributes {
                    if WORDED.contains(&key) || key == super::words::COLUMN {
                        add(&mut counted, numbers(&decoded(value)));
                        // Which language is the current one is told in another place of each page.
                        tag.push_str(if key == "aria-current" { "" } else { " " });
                        tag.push_str(if key == "aria-current" { "" } else { key });
                    } else {
                        tag.push_str(&format!(" {key}={value}"));
                    }
                }
                *counted.entry(tag + ">").or_default() += 1;
            }
            Piece::Close(_) => {}
        }
    }
    counted
}

/// A drawing that travels alone: longer names take more lines, so what only tells where lines stand is left out.
fn of_drawing(text: &str) -> Counted {
    let (mut counted, mut words) = (Counted::new(), Vec::new());
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => words.push(text),
            Piece::Open { name, attributes, .. } if !["text", "tspan"].contains(&name) => {
                // A key of colours stands behind the name before it.
                let moved = |key: &str| DOWN.contains(&key) || (key == "x" && name == "svg");
                let across = attributes.iter().filter(|(key, _)| !moved(key));
                let across: String = across.map(|(key, value)| format!(" {key}={value}")).collect();
                *counted.entry(format!("<{name}{across}>")).or_default() += 1;
            }
            _ => {}
        }
    }
    add(&mut counted, numbers(&words.join(" ")));
    counted
}

/// Open data as JSON: everything but where in the file the withheld figures are, which the order of names changes.
fn of_data(text: &str) -> Counted {
    fn walk(value: &Value, counted: &mut Counted) {
        match value {
            Value::String(text) => add(counted, numbers(text)),
            Value::Number(number) => add(counted, numbers(&number.to_string())),
            Value::Array(values) => values.iter().for_each(|v| walk(v, counted)),
            Value::Object(map) => {
                for (key, value) in map {
                    add(counted, if key == "status" { Counted::new() } else { numbers(key) });
                    match value {
                        Value::Object(places) if key == "status" => places.values().for_each(|v| walk(v, counted)),
                        value => walk(value, counted),
                    }
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }
    let mut counted = Counted::new();
    walk(&serde_json::from_str(text).unwrap_or_default(), &mut counted);
    counted
}

fn add(counted: &mut Counted, more: Counted) {
    for (what, n) in more {
        *counted.entry(what).or_default() += n;
    }
}

/// Groups of digits; a month's name beside its day is one.
fn numbers(text: &str) -> Counted {
    let mut counted = Counted::new();
    for number in super::numbers::digits(&with_months_in_digits(text)) {
        *counted.entry(format!("the number {number}")).or_default() += 1;
    }
    counted
}

fn list(languages: &BTreeSet<&str>) -> String {
    languages.iter().copied().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_day_is_the_same_numbers_in_every_language() {
        let days = ["30.11.2025 klo 9.00", "30 november 2025 kl. 9.00", "30 November 2025 at 9:00"];
        let [fi, sv, en] = days.map(numbers);
        assert_eq!(fi, sv);
        assert_eq!(sv, en);
        assert_ne!(fi, numbers("3.11.2025 klo 9.00"));
    }

    #[test]
    fn a_number_in_an_attribute_of_one_language_is_more_than_the_other_has() {
        let [with, without] = [r#"<p class="n4" lang="fi">"#, r#"<p class="n" lang="sv">"#].map(of_markup);
        let mut told = Vec::new();
        compare("fi/a.html", "sv/a.html", &with, &without, &mut |_, problem| told.push(problem));
        assert!(told.len() == 1 && told[0].contains("class=n4"), "{told:?}");
    }
}
