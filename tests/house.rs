//! Holds the house: which room may see which, and what stays in its room.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from the ground up, floor by floor. A room may use rooms of lower floors and those named
/// before it on its own floor.
const FLOORS: [&[&str]; 5] = [
    &[
        "text",
        "instance",
        "form",
        "submission",
        "case",
        "report",
        "statistics",
        "comparison",
        "cube",
        "release",
        "audit",
        "content",
    ],
    &["chart", "render", "site"],
    &["store", "mail", "ledger"],
    &["desk"],
    &["serve", "cli"],
];

/// What a room must not see although the order would allow it. The site is a pure function of a
/// release and content; `cube` lends it the words for axes only.
const FORBIDDEN: [(&str, &[&str]); 5] = [
    ("site", &["store", "submission", "case", "report", "ledger", "mail", "form"]),
    ("audit", &["release", "cube", "instance", "form", "submission", "case", "report"]),
    ("store", &["mail", "render", "site"]),
    ("mail", &["store", "submission", "case", "report"]),
    ("ledger", &["store", "mail", "release", "site"]),
];

/// Crates that live in certain rooms only.
const CRATES: [(&str, &[&str]); 18] = [
    ("microlp", &["release", "audit"]),
    ("sqlx", &["store"]),
    ("axum", &["serve"]),
    ("lettre", &["mail"]),
    ("tera", &["render"]),
    ("pulldown_cmark", &["content"]),
    ("calamine", &["ledger"]),
    ("clap", &["cli"]),
    ("serde_yaml", &["text", "instance", "form", "statistics"]),
    ("rust_xlsxwriter", &["render"]),
    ("schemars", &["report", "text", "form", "instance", "statistics"]),
    ("typst", &["render"]),
    ("typst_layout", &["render"]),
    ("typst_pdf", &["render"]),
    ("comemo", &["render"]),
    ("notosans", &["render"]),
    ("qrcode", &["render"]),
    ("fontdb", &["cli"]),
];

/// Names that say nothing of what is inside.
const EMPTY_NAMES: [&str; 9] = ["utils", "util", "common", "helpers", "helper", "types", "models", "misc", "shared"];

/// What would make a value depend on the machine.
const IMPURE: [&str; 9] = [
    "std::fs",
    "std::env",
    "std::net",
    "tokio::",
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
    "getrandom",
    "async fn",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Every source file of a room with its code: no comments, no files of tests, and nothing from `#[cfg(test)]` on.
fn rooms() -> BTreeMap<String, Vec<(String, String)>> {
    let (src, mut files) = (root().join("src"), Vec::new());
    sources(&src, &mut files);
    files.sort();
    let mut rooms: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for file in files {
        let relative = file.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
        let Some((room, _)) = relative.split_once('/') else { continue };
        if relative.ends_with("/tests.rs") || relative.contains("/tests/") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let code: Vec<&str> = text
            .lines()
            .take_while(|l| !l.trim_start().starts_with("#[cfg(test)]"))
            .filter(|l| !l.trim_start().starts_with("//"))
            .collect();
        rooms.entry(room.to_owned()).or_default().push((relative, code.join("\n")));
    }
    rooms
}

fn order() -> Vec<&'static str> {
    FLOORS.iter().flat_map(|f| f.iter().copied()).collect()
}

/// The rooms that a file names after `crate::`, also inside `crate::{...}`.
fn used(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for part in code.split("crate::").skip(1) {
        let names: Vec<&str> = match part.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or("").split(',').collect(),
            None => vec![part],
        };
        for name in names {
            found.insert(name.trim().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect());
        }
    }
    found
}

/// Faults of every file, as `check` tells them.
fn faults(check: impl Fn(&str, &str, &str) -> Vec<String>) -> Vec<String> {
    let all = rooms();
    let files = all.iter().flat_map(|(room, files)| files.iter().map(move |(file, code)| (room, file, code)));
    files.flat_map(|(room, file, code)| check(room, file, code)).collect()
}

#[test]
fn every_room_stands_on_a_floor_and_every_floor_is_furnished() {
    let present: BTreeSet<String> = rooms().into_keys().collect();
    let planned: BTreeSet<String> = order().into_iter().map(str::to_owned).collect();
    assert_eq!(present, planned);
}

#[test]
fn rooms_use_lower_rooms_only() {
    let place = |room: &str| order().iter().position(|r| *r == room);
    let wrong = faults(|room, file, code| {
        let upward = |other: &String| place(other).is_none_or(|at| Some(at) > place(room));
        used(code).iter().filter(|other| upward(other)).map(|other| format!("{file} uses {other}")).collect()
    });
    assert!(wrong.is_empty(), "imports go down only: {wrong:#?}");
}

#[test]
fn certain_rooms_do_not_see_certain_others() {
    let wrong = faults(|room, file, code| {
        let forbidden = FORBIDDEN.iter().find(|(r, _)| *r == room).map_or(&[][..], |(_, f)| f);
        used(code).iter().filter(|u| forbidden.contains(&u.as_str())).map(|u| format!("{file} uses {u}")).collect()
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_two_gates_are_types_that_nothing_outside_their_room_can_make() {
    for (file, name) in [("src/submission/mod.rs", "Submission"), ("src/release/mod.rs", "Release")] {
        let text = fs::read_to_string(root().join(file)).unwrap();
        let (before, rest) = text.split_once(&format!("pub struct {name} {{")).unwrap();
        let fields = rest.split("\n}").next().unwrap();
        assert!(!fields.contains("pub "), "{name} must keep its fields to itself");
        let derives = before.rsplit("#[derive(").next().unwrap();
        assert!(!derives.contains("Default"), "{name} must not come from nothing");
        let reads = derives.contains("Deserialize");
        // A release is read back from its file, which checks its fingerprint; a submission never is.
        assert!(name == "Release" || !reads, "a submission is parsed against its form, never read from bytes");
    }
}

#[test]
fn each_library_stays_in_its_room() {
    let wrong = faults(|room, file, code| {
        let strangers = CRATES.iter().filter(|(krate, homes)| {
            let named = code
                .match_indices(&format!("{krate}::"))
                .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'));
            named && !homes.contains(&room)
        });
        strangers.map(|(krate, _)| format!("{file} uses {krate}")).collect()
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_two_lower_floors_are_pure() {
    let wrong = faults(|room, file, code| {
        let pure = FLOORS[..2].iter().any(|floor| floor.contains(&room));
        IMPURE.iter().filter(|i| pure && code.contains(*i)).map(|i| format!("{file} uses {i}")).collect()
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn sql_is_written_in_the_store_only() {
    let wrong = faults(|room, file, code| {
        let sql = ["SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM"];
        sql.iter().filter(|s| room != "store" && code.contains(*s)).map(|s| format!("{file} holds {s}")).collect()
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn names_say_what_is_inside() {
    let wrong = faults(|_, file, _| {
        let empty = |part: &str| EMPTY_NAMES.contains(&part.trim_end_matches(".rs"));
        file.split('/').filter(|p| empty(p)).map(|p| format!("{file}: `{p}` says nothing")).collect()
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_room_says_what_enters_leaves_and_is_refused() {
    for room in order() {
        let text = fs::read_to_string(root().join(format!("src/{room}/mod.rs"))).unwrap();
        let intro = text.lines().take_while(|l| l.starts_with("//!")).collect::<Vec<_>>().join("\n");
        for word in ["Enters:", "Leaves:", "Refuses"] {
            assert!(intro.contains(word), "{room} does not say: {word}");
        }
    }
}

#[test]
fn no_source_file_is_a_hall() {
    let wrong = faults(|_, file, code| {
        let lines = code.lines().count();
        if lines > 400 { vec![format!("{file} has {lines} lines of code: is it two rooms?")] } else { Vec::new() }
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_message_that_code_and_templates_name_is_in_the_catalogue() {
    let catalogue = fs::read_to_string(root().join("src/text/messages/fi.yaml")).unwrap();
    let tree: serde_json::Value = serde_yaml::from_str(&catalogue).unwrap();
    let known =
        |key: &str| key.split('.').try_fold(&tree, |at, part| at.get(part)).is_some_and(serde_json::Value::is_string);
    let mut missing: BTreeSet<String> = faults(|_, file, code| {
        let calls = ["m.get(\"", "m.fill(\"", "0.get(\"", "0.fill(", "Messages::text(\""];
        let keys = calls.iter().flat_map(|call| code.split(*call).skip(1)).filter_map(|rest| rest.split('"').next());
        let keys =
            keys.filter(|k| k.contains('.') && k.chars().all(|c| c.is_ascii_lowercase() || "._0123456789".contains(c)));
        keys.filter(|k| !known(k)).map(|k| format!("{file}: {k}")).collect()
    })
    .into_iter()
    .collect();
    for folder in ["form", "site", "report", "mail", "staff"] {
        for entry in fs::read_dir(root().join("templates").join(folder)).unwrap() {
            let text = fs::read_to_string(entry.unwrap().path()).unwrap();
            for part in text.split("{{").skip(1) {
                let name = part.split(['}', '|', ' ']).find(|p| !p.is_empty()).unwrap_or("");
                // A page of staff may call its own section `t`.
                let own = name.strip_prefix("t.").filter(|_| folder != "staff");
                let key = name.strip_prefix("frame.t.").or(own);
                missing.extend(key.filter(|k| !known(k)).map(|k| format!("{folder}: {k}")));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}
