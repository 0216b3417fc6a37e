//! `palaute demo`: what it leaves, that it leaves the same bytes everywhere, and what it refuses. It always keeps its data in
//! a file of its own, so these stories are the same whatever database the others run on.

use crate::files_below;
use crate::instance::{expect_success, open_data, program};
use std::collections::BTreeSet;
use std::fs;

#[test]
fn another_zone_language_and_thread_count_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let environments: [&[(&str, &str)]; 2] = [
        &[("TZ", "Europe/Helsinki"), ("LANG", "fi_FI.UTF-8")],
        &[("TZ", "Pacific/Auckland"), ("LANG", "ar_EG.UTF-8"), ("LC_ALL", "C"), ("TOKIO_WORKER_THREADS", "1")],
    ];
    let runs: Vec<_> = (0..)
        .zip(environments)
        .map(|(i, environment)| {
            let dir = folder.path().join(format!("run{i}"));
            let mut command = program();
            command.args(["demo", "--once", "--cases", "40", "--dir"]).arg(&dir).envs(environment.iter().copied());
            expect_success(&command.output().unwrap());
            (files_below(&dir.join("public")), files_below(&dir.join("releases")))
        })
        .collect();
    let released: Vec<&str> = runs[0].1.keys().map(String::as_str).collect();
    let own = ["release.json", "report.txt", "witness.json"].map(|file| format!("2025-11-30.1/{file}"));
    assert_eq!(released, [&own[0], &own[1], &own[2], "ledger.jsonl"]);
    assert!(runs[0].0.len() > 45);
    assert!(runs[0] == runs[1], "the same inputs must give the same bytes");
}

#[test]
fn a_site_is_built_from_release_and_content_where_there_is_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, bare) = (folder.path().join("whole"), folder.path().join("bare"));
    expect_success(&program().args(["demo", "--once", "--dir"]).arg(&whole).output().unwrap());
    for (path, bytes) in files_below(&whole) {
        let kept = ["releases", "content", "forms", "palaute.yaml", "indicators.yaml", "statistics.yaml", "areas.yaml"];
        if kept.iter().any(|kept| path.starts_with(kept)) {
            fs::create_dir_all(bare.join(&path).parent().unwrap()).unwrap();
            fs::write(bare.join(&path), bytes).unwrap();
        }
    }
    expect_success(&program().arg("--instance").arg(&bare).arg("build").output().unwrap());
    assert!(files_below(&whole.join("public")) == files_below(&bare.join("public")));
    assert!(!bare.join("data").exists());
}

#[test]
fn the_demo_keeps_its_promises_of_files_and_a_larger_one_fills_every_feedback_table() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("demo");
    expect_success(&program().args(["demo", "--once", "--dir"]).arg(&dir).output().unwrap());
    assert!(dir.join("public/fi/index.html").is_file() && dir.join("releases/2025-11-30.1/release.json").is_file());
    let reports = files_below(&dir.join("reports"));
    for (ending, expected) in [("-v1.html", 17), ("-v1.json", 17), ("-v1.pdf", 17)] {
        assert_eq!(reports.keys().filter(|f| f.ends_with(ending)).count(), expected, "{ending}");
    }
    assert!(reports.keys().any(|f| f.ends_with("-annex.pdf")), "the annex of a case about which everybody answered");
    for (path, bytes) in files_below(&dir) {
        if path.ends_with(".html") {
            let label = match path.strip_prefix("public/").and_then(|p| p.split_once('/')) {
                Some(("sv", _)) => "Exempel.",
                Some(("en", _)) => "Example.",
                _ => "Malli.",
            };
            assert!(String::from_utf8_lossy(&bytes).contains(label), "{path} lacks the label");
        }
    }
    expect_success(&program().args(["demo", "--once", "--cases", "120", "--dir"]).arg(&dir).output().unwrap());
    let data = open_data(&dir.join("public"));
    // Those who are followed up have not answered yet: their tables are there, and no figure in them is.
    let (feedback, follow_up): (Vec<_>, Vec<_>) = data
        .iter()
        .filter(|(address, _)| address.starts_with("client-"))
        .partition(|(a, _)| a.starts_with("client-c-"));
    assert!(follow_up.len() > 30 && follow_up.iter().all(|(_, value)| *value == "..."), "{follow_up:?}");
    assert!(feedback.len() > 60, "{}", feedback.len());
    let is_shown = |address: &&String, value: &&String| *value != "..." && !address.ends_with(" total");
    let table = |address: &str| address.split(' ').next().unwrap_or_default().to_owned();
    let all: BTreeSet<String> = feedback.iter().map(|(address, _)| table(address)).collect();
    let filled: BTreeSet<String> = feedback
        .iter()
        .filter(|(address, value)| is_shown(address, value))
        .map(|(address, _)| table(address))
        .collect();
    assert_eq!(filled, all, "a table of which nothing but the total is shown");
}

#[test]
fn a_demo_that_is_being_served_is_not_made_again_under_its_server() {
    let folder = tempfile::tempdir().unwrap();
    let demo = |arguments: &[&str]| {
        let mut command = program();
        command.args(["demo", "--dir"]).arg(folder.path().join("d")).args(arguments);
        command
    };
    let mut first = demo(&["--port", "0"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(first.stdout.take().unwrap()));
    assert!(lines.any(|line| line.unwrap().contains("Answer as a client")), "the demo serves");
    let second = demo(&["--once"]).output().unwrap();
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(!second.status.success() && String::from_utf8_lossy(&second.stderr).contains("another Palaute server"));
    assert!(folder.path().join("d/public/fi/index.html").is_file(), "nothing was removed");
}

#[test]
fn folders_that_hold_something_else_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine.txt"), "x").unwrap();
    for command in [vec!["demo", "--once", "--dir"], vec!["init"]] {
        let refused = program().args(&command).arg(folder.path()).output().unwrap();
        assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("is not empty"));
    }
    assert_eq!(files_below(folder.path()).len(), 1);
}
