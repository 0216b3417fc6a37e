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
