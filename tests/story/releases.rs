//! Release after release: cohorts that do not overlap, figures that stay, dry runs, what was published elsewhere, files
//! that were tampered with, and the audit of what was built.

use crate::http::{get, post};
use crate::instance::{DAY_AFTER, Instance, expect_success, open_data_in};
use palaute::release::{Ledger, LedgerEntry};
use palaute::text::Text;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Output;

const SHEET: &str = include_str!("../../demo/veto-plus-ledger.csv");
/// After the half-year that follows the pilot.
const SUMMER: &str = "2026-07-01T09:00:00+03:00";
/// After the next one.
const WINTER: &str = "2027-01-02T09:00:00+02:00";

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The pilot's cases and as many invented ones like them, which start from December 2025 to January 2026. Of those whose
/// coaching ends, the first `in_spring` end in May 2026, the others in August, where `all` is told.
fn with_next_year(in_spring: usize, all: bool) -> String {
    let mut ended = 0;
    let again = SHEET.lines().skip(1).zip(2..).map(|(line, day)| {
        let mut cells: Vec<String> = line.split(';').map(str::to_owned).collect();
        cells[0] = cells[0].replacen('V', "B", 1);
        cells[6] = format!("{}.9.2025", 1 + day % 9);
        cells[7] = format!("{day}.{}", if day % 2 == 0 { "12.2025" } else { "1.2026" });
        if !cells[8].is_empty() {
            ended += 1;
            let month = if ended <= in_spring { 5 } else { 8 };
            cells[8] = format!("{day}.{month}.2026");
            // One return fewer than in the pilot, and one job more.
            if ended == 6 {
                "työ".clone_into(&mut cells[9]);
            }
            if ended > in_spring && !all {
                cells[8].clear();
                cells[9].clear();
            }
        }
        cells.join(";") + "\n"
    });
    let again: String = again.collect();
    format!("{}\n{again}", SHEET.trim_end())
}

/// The pilot, released and built at the end of its first cohort.
fn released() -> Instance {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    instance.must(&["release"]);
    instance.must(&["build"]);
    instance
}

fn figure<'f>(figures: &'f BTreeMap<String, String>, address: &str) -> &'f str {
    figures.get(address).map_or_else(|| panic!("no figure {address}"), String::as_str)
}

fn cohort_of(instance: &Instance, table: &str) -> (Option<String>, String) {
    let file = instance.path().join("public/data").join(format!("{table}.json"));
    let data: serde_json::Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let day = |at: &str| data["extension"]["cohort"][at].as_str().map(str::to_owned);
    (day("from"), day("until").unwrap())
}

/// Every figure of every table that has a cohort, as `release.json` keeps it.
fn of_cohorts(instance: &Instance, release: &str) -> BTreeMap<String, serde_json::Value> {
    let file = instance.path().join("releases").join(release).join("release.json");
    let release: serde_json::Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let tables = ["tables", "earlier"].iter().flat_map(|room| release[room].as_array().cloned().unwrap_or_default());
    let of_cohort = tables.filter(|t| t["cohort"].is_object());
    of_cohort.map(|t| (format!("{} {}", t["id"], t["cohort"]), t["cells"].clone())).collect()
}

/// The bytes of everything that the releases left.
fn releases(instance: &Instance) -> BTreeMap<String, Vec<u8>> {
    crate::files_below(&instance.path().join("releases"))
}

#[test]
fn a_second_release_shows_the_new_cohort_in_front_and_the_first_among_the_earlier_periods_as_it_was() {
    let instance = released();
    let (before, first) = (instance.open_data(), of_cohorts(&instance, "2025-11-30.1"));
    assert!(!crate::page_figures(&instance.path().join("public")).keys().any(|address| address.contains('@')));
    instance.must_at(SUMMER, &["import", &instance.sheet("b.csv", &with_next_year(17, true))]);
    let said = instance.must_at(SUMMER, &["release", "--as-of", "2026-06-30"]);
    assert!(said.starts_with("Released 2026-06-30.1 as of 2026-06-30: "), "{said}");
    assert!(instance.must(&["build"]).contains("release 2026-06-30.1") && said.contains("of them withheld."));

    let after = instance.open_data();
    assert_eq!(cohort_of(&instance, "outcomes"), (Some("2025-12-01".to_owned()), "2026-06-30".to_owned()));
    for (code, pilots, new) in [("job", "5", "6"), ("returned_to_authority", "4", "3"), ("total", "17", "17")] {
        let address = format!("outcomes {code}");
        assert_eq!((figure(&before, &address), figure(&after, &address)), (pilots, new), "{address}");
    }
    assert_eq!(figure(&after, "clients-by-gender total"), "44", "no secret, so counted for everybody so far");
    // Every figure of the pilot's cohorts stands in its own folder and on the page of earlier periods.
    let earlier = open_data_in(&instance.path().join("public/data/2025-11-30"));
    let pages = crate::page_figures(&instance.path().join("public"));
    for id in ["outcomes", "outcomes-by-gender", "clients-by-origin", "months-total", "goals"] {
        let own = |figures: &BTreeMap<String, String>| {
            let of_table = figures.iter().filter(|(address, _)| address.split(' ').next() == Some(id));
            of_table.map(|(a, v)| (a.clone(), v.clone())).collect::<BTreeMap<_, _>>()
        };
        assert_eq!(own(&earlier), own(&before), "{id}");
        for (address, value) in own(&before) {
            let on_page = address.replacen(id, &format!("{id}@2025-11-30"), 1);
            assert_eq!(pages.get(&on_page), Some(&crate::finnish(&value)), "{on_page}");
        }
    }
    let second = of_cohorts(&instance, "2026-06-30.1");
    assert!(first.iter().all(|(table, cells)| second.get(table) == Some(cells)), "nothing was counted again");
    assert!(second.len() > first.len());
    assert!(instance.must(&["verify"]).contains("Everything agrees."));
}

#[test]
fn a_period_with_fewer_exits_than_the_threshold_goes_into_the_next() {
    let instance = released();
    instance.must_at(SUMMER, &["import", &instance.sheet("b.csv", &with_next_year(2, false))]);
    instance.must_at(SUMMER, &["release", "--as-of", "2026-06-30"]);
    instance.must(&["build"]);
    assert_eq!(cohort_of(&instance, "outcomes"), (None, "2025-11-30".to_owned()), "two have ended, three are needed");
    assert_eq!(figure(&instance.open_data(), "outcomes job"), "5");
    instance.must_at(WINTER, &["import", &instance.sheet("c.csv", &with_next_year(2, true))]);
    instance.must_at(WINTER, &["release", "--as-of", "2026-12-31"]);
    instance.must(&["build"]);
    assert_eq!(cohort_of(&instance, "outcomes"), (Some("2025-12-01".to_owned()), "2026-12-31".to_owned()));
    let (now, then) = (instance.open_data(), open_data_in(&instance.path().join("public/data/2025-11-30")));
    assert_eq!((figure(&now, "outcomes total"), figure(&now, "outcomes job")), ("17", "6"));
    assert_eq!((figure(&then, "outcomes total"), figure(&then, "outcomes job")), ("17", "5"));
}

#[test]
fn when_the_last_open_coachings_end_and_nobody_starts_the_next_release_is_made_and_built() {
    let instance = released();
    let before = instance.open_data();
    let ends = [
        ("V-018", "20.1.2026;työ"),
        ("V-019", "18.2.2026;koulutus"),
        ("V-020", "3.3.2026;paluu työvoimaviranomaiselle"),
        ("V-021", "28.4.2026;työ"),
        ("V-022", "20.5.2026;koulutus"),
    ];
    let row = |line: &str| {
        let end = ends.iter().find(|(number, _)| line.starts_with(number));
        end.map_or_else(|| line.to_owned(), |(_, end)| line.replacen(";;;;", &format!(";{end};;"), 1)) + "\n"
    };
    let sheet: String = SHEET.lines().map(row).collect();
    instance.must_at(SUMMER, &["import", &instance.sheet("b.csv", &sheet)]);
    instance.must_at(SUMMER, &["release", "--as-of", "2026-06-30"]);
    instance.must(&["build"]);
    assert_eq!(cohort_of(&instance, "outcomes"), (Some("2025-12-01".into()), "2026-06-30".into()));
    let now = instance.open_data();
    assert_eq!(figure(&now, "outcomes total"), "5");
    let of_start = before.iter().filter(|(address, _)| address.starts_with("clients-by-"));
    assert!(of_start.clone().count() > 5);
    for (address, was) in of_start {
        assert_eq!(figure(&now, address), was, "{address}: nobody has started");
    }
}

#[test]
fn an_erasure_between_two_releases_changes_no_published_figure_of_a_released_cohort() {
    let instance = released();
    let (before, first) = (instance.open_data(), of_cohorts(&instance, "2025-11-30.1"));
    // One whose coaching has ended and one whose coaching goes on.
    for case in ["V-001", "V-022"] {
        instance.must(&["erase", case, "--yes"]);
    }
    instance.must(&["release"]);
    instance.must(&["build"]);
    assert_eq!(of_cohorts(&instance, "2025-11-30.2"), first);
    let after = instance.open_data();
    let changed: BTreeSet<&str> = before
        .iter()
        .filter(|(address, value)| after[*address] != **value)
        .filter_map(|(address, _)| address.split(' ').next())
        .collect();
    assert_eq!(changed, BTreeSet::from(["clients-by-gender", "coaching-started"]), "what is no secret is counted anew");
    assert_eq!(figure(&after, "clients-by-gender total"), "20", "the facts are gone");
    assert!(instance.must(&["verify"]).contains("Everything agrees."));
}

/// Answers the client's form of that case.
fn answer(instance: &Instance, now: &str, case: &str) {
    let printed = instance.must_at(now, &["invite", case]);
    let link = printed.lines().next().unwrap().split("/f/").nth(1).unwrap().to_owned();
    let server = instance.serve_at(now);
    let nonce = crate::nonce(&get(server.address, &format!("/f/{link}/answer")).unwrap());
    let fields = [("nonce", nonce.as_str()), ("c_overall", "4"), ("c_trust", "yes")];
    assert!(post(server.address, &format!("/f/{link}/send"), &fields).unwrap().receipt().is_some());
}

#[test]
fn dry_runs_of_a_day_and_of_days_on_end_differ_by_whole_batches_of_answers_and_write_nothing() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let day = |n: u32| format!("2025-12-{n:02}T09:00:00+02:00");
    let answered = |told: &str| {
        let from = told.split("\nNew cohort of client-feedback: ").nth(1);
        from.map(|rest| rest.split(".\n").next().unwrap().to_owned())
    };
    let mut seen = Vec::new();
    for n in 1..=5 {
        let look = || instance.must_at(&day(n), &["release", "--dry-run"]);
        let morning = look();
        assert!(morning.contains("Nothing was written."), "{morning}");
        answer(&instance, &day(n), &format!("V-{n:03}"));
        assert_eq!(look(), morning, "the answer of this day is in none of its dry runs");
        seen.push(answered(&morning));
    }
    // One answer a day and three make a batch: none until the fourth day, and the next three are not there yet.
    let batch = Some("the beginning to 2025-12-03".to_owned());
    assert_eq!(seen, [None, None, None, batch.clone(), batch]);
    assert!(!instance.path().join("releases").exists());
}

#[test]
fn figures_published_elsewhere_stand_first_in_the_ledger_with_their_source() {
    let instance = Instance::pilot();
    instance.knows_the_pilots_report();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    instance.must(&["release"]);
    let ledger = fs::read_to_string(instance.path().join("releases/ledger.jsonl")).unwrap();
    let lines: Vec<serde_json::Value> = ledger.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let elsewhere = lines.iter().take_while(|line| line["source"].is_object()).count();
    assert!(elsewhere > 5 && lines[elsewhere..].iter().all(|line| line["source"].is_null()), "{elsewhere}");
    let report = "Report of the job coaching pilot, as of 30 November 2025";
    assert!(lines[..elsewhere].iter().all(|l| l["source"]["en"] == report && l["release"] == "2025-11-30"));
    assert!(lines[elsewhere..].iter().all(|l| l["release"] == "2025-11-30.1"));
    let job = serde_json::json!(["job"]);
    let is_job = |line: &&serde_json::Value| {
        line["table"] == "outcomes" && line["reading"]["count"]["only"]["outcome"] == job && line["low"] == 5
    };
    assert!(lines[..elsewhere].iter().any(|line| is_job(&line)));
    // They stay where they are, and are added once.
    instance.must_at(DAY_AFTER, &["release"]);
    let later = fs::read_to_string(instance.path().join("releases/ledger.jsonl")).unwrap();
    assert!(later.starts_with(&ledger) && later.matches("Report of the job").count() == elsewhere, "append-only");
}

#[test]
fn a_figure_published_elsewhere_that_does_not_fit_is_named_and_can_be_marked_as_different() {
    let instance = Instance::pilot();
    instance.knows_the_pilots_report();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let file = instance.path().join("published.yaml");
    let right = fs::read_to_string(&file).unwrap();
    let all = "cell: { outcome: total }, value: 17 }";
    assert!(right.contains(all));
    fs::write(&file, right.replacen(all, &all.replace("17", "18"), 1)).unwrap();
    instance.must(&["check"]);
    for command in [&["release", "--dry-run"][..], &["release"]] {
        let refused = instance.run(command);
        assert!(!refused.status.success(), "{command:?}");
        let named = "outcomes until 2025-11-30, total: 18 was published (Report of the job coaching pilot, as of 30 November 2025), 17 is counted";
        assert!(told(&refused).contains(named) && told(&refused).contains("differs"), "{}", told(&refused));
    }
    let why = "value: 18, differs: { fi: Laskettu toisin., sv: Räknat annorlunda., en: Counted in another way. } }";
    fs::write(&file, right.replacen(all, &all.replace("value: 17 }", why), 1)).unwrap();
    assert!(instance.must(&["check"]).contains("1 of them differ"));
    assert!(instance.must(&["release", "--dry-run"]).contains("not reckoned with"));
    instance.must(&["release"]);
    instance.must(&["build"]);
    let methods = page_with(&instance.path().join("public/en"), "id=\"korjaukset\"");
    assert!(fs::read_to_string(methods).unwrap().contains("Counted in another way."));
    instance.must_at(DAY_AFTER, &["release"]);
    instance.must_at(DAY_AFTER, &["build"]);
}

#[test]
fn a_ledger_line_a_witness_or_a_release_that_was_tampered_with_is_refused_by_release_build_and_verify() {
    let instance = released();
    let whole = releases(&instance);
    let change = |file: &str, from: &str, to: &str| {
        let path = instance.path().join("releases").join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    };
    let ledger = String::from_utf8(whole["ledger.jsonl"].clone()).unwrap();
    let second = ledger.lines().nth(1).unwrap();
    for (file, from, to, message) in [
        ("ledger.jsonl", "\"low\":", "\"low\":1", "line 1 of the ledger was changed"),
        (
            "ledger.jsonl",
            &format!("{second}\n"),
            "",
            "line 2 of the ledger was changed, or a line before it is missing",
        ),
        ("2025-11-30.1/witness.json", "\"n\":17", "\"n\":18", "is not the file that was made with the release"),
        ("2025-11-30.1/release.json", "\"scaled\": 17", "\"scaled\": 18", "was changed after it was written"),
    ] {
        change(file, from, to);
        for command in [&["release"][..], &["build"], &["verify"]] {
            let refused = instance.run(command);
            assert!(!refused.status.success(), "{command:?} takes {file}: {}", told(&refused));
            assert!(told(&refused).contains(message), "{command:?} {file}: {}", told(&refused));
        }
        fs::write(instance.path().join("releases").join(file), &whole[file]).unwrap();
    }
    assert_eq!(releases(&instance), whole, "nothing was written meanwhile");
    assert!(instance.must(&["verify"]).contains("Everything agrees."));
    instance.must(&["build"]);
}

/// What the commands that reckon with earlier releases say when they refuse.
fn refused(instance: &Instance, messages: &[&str]) {
    for command in [&["release"][..], &["release", "--dry-run"], &["build"], &["verify"]] {
        let output = instance.at(DAY_AFTER).args(command).output().unwrap();
        assert!(!output.status.success(), "{command:?} goes on: {}", told(&output));
        for message in messages {
            assert!(told(&output).contains(message), "{command:?}: {message}: {}", told(&output));
        }
    }
}

#[test]
fn a_ledger_that_is_shorter_longer_in_another_order_or_gone_is_refused_whatever_its_chain_says() {
    let instance = released();
    let file = instance.path().join("releases/ledger.jsonl");
    for _ in ["2025-11-30.1", "2025-11-30.2"] {
        let text = fs::read_to_string(&file).unwrap();
        let whole = Ledger::from_lines(&text).unwrap();
        let entries = whole.entries().to_vec();
        let written = |entries: Vec<LedgerEntry>| {
            let mut ledger = Ledger::default();
            ledger.add(entries);
            fs::write(&file, ledger.to_lines()).unwrap();
        };
        let lines = entries.len();
        assert!(lines > 50, "{lines}");
        for kept in [lines - 1, lines / 2, 0] {
            written(entries[..kept].to_vec());
            refused(&instance, &[" missing", "ledger.jsonl: ", "bring the file back from a backup"]);
        }
        fs::remove_file(&file).unwrap();
        refused(&instance, &["the ledger is missing although there is the release 2025-11-30.1"]);
        let mut others = entries.clone();
        others.swap(lines - 2, lines - 1);
        written(others);
        refused(&instance, &["ledger"]);
        let last = entries.last().unwrap().clone();
        let more = [
            LedgerEntry { low: last.low + 1, high: last.high + 1, ..last.clone() },
            LedgerEntry { release: "2025-11-29".to_owned(), source: Some(Text::finnish("Keksitty")), ..last },
        ];
        for more in more {
            written(entries.iter().cloned().chain([more]).collect());
            refused(&instance, &[&format!("line {} of the ledger is of the release", lines + 1)]);
        }
        fs::write(&file, text).unwrap();
        assert!(instance.must(&["verify"]).contains("Everything agrees."));
        instance.must_at(DAY_AFTER, &["release"]);
    }
    instance.must_at(DAY_AFTER, &["build"]);
}

#[test]
fn a_release_whose_folder_proof_or_bytes_are_gone_stops_the_next_release_and_tells_the_way_out() {
    let instance = released();
    let (own, aside) = (instance.path().join("releases/2025-11-30.1"), instance.path().join("aside"));
    fs::rename(&own, &aside).unwrap();
    for ledger in [true, false] {
        for command in [&["release"][..], &["verify"]] {
            let output = instance.at(DAY_AFTER).args(command).output().unwrap();
            assert!(!output.status.success() && !own.exists(), "{command:?} goes on: {}", told(&output));
        }
        if ledger {
            refused_by(&instance, "release", "line 1 of the ledger is of the release 2025-11-30.1, which is not in");
            fs::rename(instance.path().join("releases/ledger.jsonl"), aside.join("ledger")).unwrap();
        }
    }
    refused_by(&instance, "release", "release 2025-11-30.1: it was made, and ");
    refused_by(&instance, "release", "Bring releases/ back from a copy, with its ledger");
    fs::rename(aside.join("ledger"), instance.path().join("releases/ledger.jsonl")).unwrap();
    fs::rename(&aside, &own).unwrap();

    let witness = own.join("witness.json");
    let proof = fs::read(&witness).unwrap();
    fs::remove_file(&witness).unwrap();
    refused(&instance, &["witness.json is missing; bring it back"]);
    fs::write(&witness, proof).unwrap();

    // Another release of the same name whose own fingerprint is right.
    let other = released_without_the_last();
    let bytes = fs::read(own.join("release.json")).unwrap();
    let same = ["release.json", "witness.json"].map(|file| fs::read(own.join(file)).unwrap());
    let ledger = fs::read(instance.path().join("releases/ledger.jsonl")).unwrap();
    for file in ["release.json", "witness.json"] {
        fs::copy(other.path().join("releases/2025-11-30.1").join(file), own.join(file)).unwrap();
    }
    fs::copy(other.path().join("releases/ledger.jsonl"), instance.path().join("releases/ledger.jsonl")).unwrap();
    assert_ne!(fs::read(own.join("release.json")).unwrap(), bytes);
    refused_by(&instance, "release", "release.json is not the file that was made");
    for (file, bytes) in ["release.json", "witness.json"].into_iter().zip(same) {
        fs::write(own.join(file), bytes).unwrap();
    }
    fs::write(instance.path().join("releases/ledger.jsonl"), ledger).unwrap();
    assert!(instance.must(&["verify"]).contains("Everything agrees."));
    instance.must_at(DAY_AFTER, &["release"]);
}

fn refused_by(instance: &Instance, command: &str, message: &str) {
    let output = instance.at(DAY_AFTER).arg(command).output().unwrap();
    assert!(!output.status.success() && told(&output).contains(message), "{command}: {}", told(&output));
}

/// A release of the pilot without its last client.
fn released_without_the_last() -> Instance {
    let instance = Instance::pilot();
    let fewer = SHEET.trim_end().rsplit_once('\n').unwrap().0;
    instance.must(&["import", &instance.sheet("a.csv", fewer)]);
    instance.must(&["release"]);
    instance
}

#[test]
fn a_machine_that_stops_between_a_release_and_its_ledger_leaves_a_ledger_that_fits() {
    let instance = released();
    let folder = instance.path().join("releases");
    let first = fs::read(folder.join("ledger.jsonl")).unwrap();
    instance.must_at(SUMMER, &["import", &instance.sheet("b.csv", &with_next_year(17, true))]);
    instance.must_at(SUMMER, &["release", "--as-of", "2026-06-30"]);
    let second = fs::read(folder.join("ledger.jsonl")).unwrap();
    assert!(second.len() > first.len());
    fs::write(folder.join("ledger.jsonl"), first).unwrap();
    assert!(told(&instance.run(&["verify"])).contains("are missing from the ledger"));
    fs::write(folder.join("ledger.draft"), &second).unwrap();
    assert!(instance.must(&["verify"]).contains("Everything agrees."));
    instance.must(&["build"]);
    instance.must_at(WINTER, &["release", "--as-of", "2026-06-30"]);
    assert!(fs::read(folder.join("ledger.jsonl")).unwrap().starts_with(&second));
    assert!(!folder.join("ledger.draft").exists());
}

#[test]
fn the_audit_passes_what_was_built_and_names_the_file_in_which_a_withheld_number_stands() {
    let instance = released();
    let site = instance.path().join("public");
    let audit = |more: &[&str]| instance.run(&[&["audit", site.to_str().unwrap()], more].concat());
    let passed = expect_success(&audit(&[]));
    assert!(passed.contains("figures are shown") && passed.contains("adding and subtracting (row space)"), "{passed}");
    // Nobody takes what was not looked at for what was found to hold.
    let not_attacked = |out: &str| out.split_once("Not attacked:").unwrap().1.to_owned();
    assert!(not_attacked(&passed).contains("--witnesses") && not_attacked(&passed).contains("--ledger"), "{passed}");
    assert!(expect_success(&audit(&["--json"])).contains("\"not_attacked\""));
    let file = |path: &str| instance.path().join("releases").join(path).display().to_string();
    let (witnesses, ledger) = (file("2025-11-30.1/witness.json"), file("ledger.jsonl"));
    let proved = expect_success(&audit(&["--witnesses", &witnesses, "--ledger", &ledger]));
    assert!(proved.contains("witnesses reproduce every published number"), "{proved}");
    assert!(!not_attacked(&proved).contains("--") && not_attacked(&proved).contains("database"), "{proved}");
    let alone = audit(&["--ledger", &ledger]);
    assert!(!alone.status.success() && told(&alone).contains("--witnesses"), "{}", told(&alone));

    // A number where the sign stood.
    let withheld = figure(&instance.open_data(), "outcomes-by-gender woman job").to_owned();
    assert_eq!(withheld, "...");
    let page = page_with(&site.join("fi"), "data-cell=\"outcomes-by-gender woman job\"");
    let text = fs::read_to_string(&page).unwrap();
    let (before, cell) = text.split_once("data-cell=\"outcomes-by-gender woman job\"").unwrap();
    let inside = cell.find("...").unwrap();
    fs::write(
        &page,
        format!("{before}data-cell=\"outcomes-by-gender woman job\"{}3{}", &cell[..inside], &cell[inside + 3..]),
    )
    .unwrap();
    let refused = audit(&[]);
    assert_eq!(refused.status.code(), Some(1));
    let name = format!("fi/{}", page.file_name().unwrap().to_string_lossy());
    assert!(
        told(&refused).contains(&name) && told(&refused).contains("do not publish this site"),
        "{}",
        told(&refused)
    );
}

/// The page of a folder that holds the text.
fn page_with(folder: &Path, text: &str) -> std::path::PathBuf {
    let pages = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    pages.into_iter().find(|p| p.is_file() && fs::read_to_string(p).unwrap().contains(text)).unwrap()
}
