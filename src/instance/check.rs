//! What YAML's shape cannot say about `palaute.yaml`.

use super::{Instance, policy::DEFAULT_THRESHOLD};
use crate::text::{Diagnostic, Language, Position, zone};
use std::collections::BTreeSet;

/// Dimensions that every case has; tables and the follow-up sheet rely on them.
const REQUIRED: [&str; 4] = ["gender", "origin", "age_group", "outcome"];

pub(super) fn mistakes(instance: &Instance, file: &str, source: &str) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut tell = |at: Position, problem: String, remedy: &str| {
        found.push(Diagnostic::new(file, source, at, problem, remedy));
    };
    if instance.languages.value.first() != Some(&Language::Fi) {
        let problem = "Finnish is missing or not first in `languages`".to_owned();
        tell(Position::of(&instance.languages), problem, "begin the list with fi: every text has Finnish");
    }
    if zone(&instance.time_zone.value).is_none() {
        let problem = format!("`{}` is no time zone", instance.time_zone.value);
        tell(Position::of(&instance.time_zone), problem, "use an IANA name such as Europe/Helsinki");
    }
    let url = &instance.base_url.value;
    if !(url.starts_with("https://") || url.starts_with("http://")) || url.ends_with('/') {
        let problem = format!("`{url}` cannot start a link");
        tell(Position::of(&instance.base_url), problem, "write https://host without a slash at the end");
    }
    let policy = &instance.policy;
    if policy.value.threshold < 2 {
        let problem = format!("a threshold of {} protects nobody", policy.value.threshold);
        tell(Position::of(policy), problem, "use 5, or at least 2 with a reason in threshold_reason");
    } else if policy.value.threshold < DEFAULT_THRESHOLD && policy.value.threshold_reason.is_none() {
        let problem =
            format!("the threshold {} is below {DEFAULT_THRESHOLD} and no reason is recorded", policy.value.threshold);
        tell(
            Position::of(policy),
            problem,
            "raise it, or say why in threshold_reason: readers see it on the methods page",
        );
    }
    let mut ids = BTreeSet::new();
    for dimension in &instance.dimensions {
        let at = Position::of(dimension);
        let d = &dimension.value;
        if !is_code(&d.id) || !ids.insert(d.id.as_str()) {
            tell(
                at,
                format!("the dimension id `{}` is used twice or is no code", d.id),
                "use each id once, in a-z, 0-9 and _",
            );
        }
        let mut codes = BTreeSet::new();
        for c in &d.categories {
            if !is_code(&c.code) || c.code == "total" || !codes.insert(c.code.as_str()) {
                let problem =
                    format!("the category code `{}` of `{}` is used twice, reserved or no code", c.code, d.id);
                tell(at, problem, "use each code once, in a-z, 0-9 and _; `total` is taken");
            }
        }
        if d.categories.is_empty() {
            tell(at, format!("`{}` has no categories", d.id), "list at least one category");
        }
    }
    for id in REQUIRED {
        if instance.dimension(id).is_none() {
            tell(
                Position::START,
                format!("the dimension `{id}` is missing"),
                "add it under dimensions; tables and import rely on it",
            );
        }
    }
    for (dimension, words) in &instance.ledger.words {
        for (word, code) in words {
            let known = match instance.dimension(dimension) {
                Some(d) => d.category(code).is_some(),
                None => dimension == "pay_subsidy" && (code == "yes" || code == "no"),
            };
            if !known {
                let problem = format!("the sheet's word `{word}` maps to `{code}`, which `{dimension}` does not have");
                tell(Position::START, problem, "map it to a code of that dimension");
            }
        }
    }
    found
}

fn is_code(code: &str) -> bool {
    !code.is_empty() && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
