//! A figure that several tables tell is shown in all of them or withheld in all of them.

use super::*;
use crate::cube::{Reading, Whose};

/// People by what is known of them: blocks of the same cases are cut by different things and count the same people.
fn people(whose: &Whose) -> String {
    let block = whose.block.split_once('.').map_or(whose.block.as_str(), |(first, _)| first);
    let block = if block == "cases" { block } else { &whose.block };
    format!("{block} {:?}", whose.only)
}

/// What a figure tells, where two tables may tell the same.
fn told(reading: &Reading) -> Option<String> {
    match reading {
        Reading::Count(whose) => Some(people(whose)),
        Reading::Share { part, whole } => Some(format!("{} of {}", people(part), people(whole))),
        Reading::Plain | Reading::Measured(_) | Reading::Grades(_) => None,
    }
}

/// Figures that the files of a site tell more than once, and those of them that are not the same everywhere.
fn told_twice(site: &Site) -> (usize, Vec<String>) {
    let mut found: BTreeMap<String, Vec<(String, Value)>> = BTreeMap::new();
    for (path, bytes) in site.iter().filter(|(p, _)| p.starts_with("data/") && p.ends_with(".json")) {
        let data: Value = serde_json::from_slice(bytes).unwrap();
        let Some(reads) = data["extension"].get("reads") else { continue };
        let reads: Vec<Reading> = serde_json::from_value(reads.clone()).unwrap();
        for (reading, value) in reads.iter().zip(data["value"].as_array().unwrap()) {
            if let Some(key) = told(reading) {
                found.entry(key).or_default().push((path.clone(), value.clone()));
            }
        }
    }
    let twice = || found.iter().filter(|(_, places)| places.iter().any(|(path, _)| *path != places[0].0));
    let differs = twice().filter(|(_, places)| places.iter().any(|(_, value)| *value != places[0].1));
    (twice().count(), differs.map(|(key, places)| format!("{key}: {places:?}")).collect())
}

#[test]
fn no_figure_is_shown_in_one_place_and_withheld_in_another() {
    for people in [MANY, FEW, NOBODY] {
        let (site, _) = site(&people);
        let (twice, wrong) = told_twice(&site);
        assert!(twice > 10 && wrong.is_empty(), "{twice}: {wrong:#?}");
    }
}

#[test]
fn a_figure_withheld_in_one_file_only_is_found() {
    let (mut site, release) = site(&MANY);
    let id = "clients-by-origin";
    assert!(release.table(id).is_some());
    let path = format!("data/{id}.json");
    let mut data: Value = serde_json::from_slice(&site[&path]).unwrap();
    data["value"][0] = Value::Null;
    site.insert(path, data.to_string().into_bytes());
    assert!(!told_twice(&site).1.is_empty());
}

#[test]
fn the_audit_accepts_the_sums_that_the_front_page_names_whatever_else_is_counted() {
    let (instance, people) = (instance(), NOBODY);
    let forms = forms(&instance);
    let mut cube = cube(&people, &instance, &forms);
    let book = book(&instance);
    for row in (0..12).flat_map(|_| cases()) {
        cube.fold(1, &Fact { sign: 1, codebook: book.fingerprint(), codes: row }, &book);
    }
    // No indicator counts those who moved on together.
    let mut statistics = Statistics::usual(&instance, &forms);
    statistics.indicators.clear();
    statistics.cohorts = crate::text::read_yaml("statistics.yaml", "ends: [2025-11-30]").unwrap();
    let (site, release) = site_of(&cube, &statistics);
    let shown = |code: &str| release.table("outcomes").unwrap().figure(&[code]).unwrap().scaled;
    let onward = shown("job") + shown("education");
    let all: i64 = release.table("clients-by-gender").unwrap().figure(&["total"]).unwrap().scaled;
    let page = std::str::from_utf8(&site["en/index.html"]).unwrap();
    assert!(onward > 100 && page.contains(&format!(">{onward}</b>")), "{onward}: {page}");
    assert!(page.contains(&format!("{} still under way", all - shown("total"))), "{page}");
    assert_eq!(audit::attack(&site), []);
    // What the page does not name, or what is no count that is shown, may not be added up.
    let named = "outcomes job, outcomes education";
    for other in ["outcomes education", "outcomes job, outcomes job, outcomes education", "outcomes nobody"] {
        let mut bad = site.clone();
        bad.insert("en/index.html".to_owned(), page.replace(named, other).into_bytes());
        assert!(!audit::attack(&bad).is_empty(), "{other}");
    }
}
