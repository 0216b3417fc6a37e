//! Categories that cases have and the instance declares no longer.

use super::counters::{Cube, NONE_OF_THEM, UNASKED};
use super::fact::NON_ANSWERS;
use super::rows::rows;
use crate::instance::Instance;
use crate::instance::PROVIDER;
use std::collections::BTreeSet;

/// The dimensions that an instance may declare for cases.
const DIMENSIONS: [&str; 11] = [
    "gender",
    "origin",
    "age_group",
    "outcome",
    PROVIDER,
    "profile",
    "phase",
    "service_line",
    "unemployment",
    "goal",
    "goal_reached",
];

/// Categories that counted cases have but the instance no longer declares: (dimension, code). While
/// there are any, tables would lack people.
#[must_use]
pub fn unknown_categories(cube: &Cube, instance: &Instance) -> Vec<(&'static str, String)> {
    let mut unknown: BTreeSet<(&'static str, String)> = BTreeSet::new();
    for row in rows(cube) {
        for id in DIMENSIONS {
            let Some(dimension) = instance.dimension(id) else { continue };
            let codes = row.get(id).into_iter().flat_map(|codes| codes.split('+')).filter(|code| !code.is_empty());
            for code in codes.filter(|code| ![UNASKED, NONE_OF_THEM].contains(code) && !NON_ANSWERS.contains(code)) {
                if dimension.category(code).is_none() {
                    unknown.insert((id, code.to_owned()));
                }
            }
        }
    }
    unknown.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_that_was_taken_from_the_settings_is_named_and_ways_out_are_none() {
        let instance = Instance::read("palaute.yaml", include_str!("../../demo/palaute.yaml")).unwrap();
        let known = r#"{"case": {"goal=dont_know|origin=native|outcome=job|profile=immigrant+long_absent": 3}}"#;
        let gone = r#"{"case": {"goal=-|outcome=prison|profile=immigrant+tall": 3, "phase=+|outcome=prison": 1}}"#;
        let found = |counters: &str| {
            let cube = format!(r#"{{"watermark":1,"version":4,"counters":{counters}}}"#);
            unknown_categories(&serde_json::from_str(&cube).unwrap(), &instance)
        };
        assert_eq!(found(known), []);
        assert_eq!(found(gone), [("outcome", "prison".to_owned()), ("profile", "tall".to_owned())]);
    }
}
