//! What belongs to a person is copied for that person, and erased for good: from every table, the log, the index,
//! and again after an older copy was restored.

use crate::http::{get, post};
use crate::instance::{Instance, expect_success};
use palaute::store::{Database, ErasureReason, Known, Store, StoredAnnex};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

const SHEET: &str = include_str!("../../demo/veto-plus-ledger.csv");
/// After every annex has closed.
const LATER: &str = "2026-02-01T09:00:00+02:00";

fn told(output: &std::process::Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Answers a form of a case; the receipt.
fn answer(instance: &Instance, server: SocketAddr, case: &str, form: &str, given: &[(&str, &str)]) -> String {
    let printed = instance.must(&["invite", case, "--form", form]);
    let link = printed.lines().next().unwrap().split("/f/").nth(1).unwrap().to_owned();
    let link = link.split('?').next().unwrap();
    let nonce = crate::nonce(&get(server, &format!("/f/{link}/answer")).unwrap());
    let fields: Vec<(&str, &str)> = std::iter::once(("nonce", nonce.as_str())).chain(given.iter().copied()).collect();
    let sent = post(server, &format!("/f/{link}/send"), &fields).unwrap();
    sent.receipt().unwrap_or_else(|| panic!("{form} of {case}: {} {}", sent.status, sent.body))
}

/// Every file in which the database keeps bytes.
fn files(instance: &Instance) -> Vec<PathBuf> {
    let below = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
        entries.filter(|p| p.is_file()).collect()
    };
    match (instance.database(), instance.data_folder()) {
        (Database::File(path), _) => below(path.parent().unwrap()),
        (_, Some((server, oid))) => {
            let mut files = below(&server.join("base").join(oid));
            files.extend(below(&server.join("pg_wal")));
            files.extend(below(&server.join("pg_stat")));
            files
        }
        (_, None) => panic!("the server's files are not known"),
    }
}

/// Names of the files that hold the text. A log that is cut off meanwhile holds nothing.
fn holding(instance: &Instance, text: &str) -> Vec<PathBuf> {
    let holds =
        |path: &PathBuf| fs::read(path).is_ok_and(|bytes| bytes.windows(text.len()).any(|w| w == text.as_bytes()));
    files(instance).into_iter().filter(holds).collect()
}

#[test]
fn no_byte_of_an_erased_answer_or_case_is_left_in_database_log_outbox_or_index() {
    let instance = Instance::pilot();
    // Words that no other test writes: on PostgreSQL the log is everybody's.
    let word = |name: &str| format!("{name}kanarialintu{}", std::process::id());
    let [client, employer, coach, field, address] = ["asiakas", "tyonantaja", "valmentaja", "ala", "osoite"].map(word);
    let sheet = SHEET.replacen(";Valmentaja 2;", &format!(";{field};"), 1);
    instance.must(&["import", &instance.sheet("a.csv", &sheet)]);
    let server = instance.serve();
    let mail = format!("{address}@example.invalid");
    instance.must(&["invite", "V-001", "--mail", &mail]);
    let long = |word: &str| format!("{word} ").repeat(12);
    // Others answer around it, so that rows stand between rows.
    for n in 2..=9 {
        answer(&instance, server.address, &format!("V-{n:03}"), "client-feedback", &[("c_open", "Kiitos kaikesta.")]);
        if n == 5 {
            answer(
                &instance,
                server.address,
                "V-001",
                "client-feedback",
                &[("c_open", &long(&client)), ("c_overall", "4")],
            );
        }
    }
    let given = [("e_need", long(&employer)), ("e_overall", "5".to_owned())];
    let given: Vec<(&str, &str)> = given.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let receipt = answer(&instance, server.address, "V-001", "employer-feedback", &given);
    let report = [
        ("r_outcome", "job"),
        ("r_hours", "12,5"),
        ("r_meetings", "4"),
        ("r_successes", coach.as_str()),
        ("r_goals.1.r_goal_type", "step_by_step"),
        ("r_next.1.r_next_action", "Haku"),
    ];
    answer(&instance, server.address, "V-001", "closing-report", &report);
    let out = instance.path().join("reports").display().to_string();
    expect_success(&instance.at(LATER).args(["report", "V-001", "--out", &out]).output().unwrap());
    instance.must(&["release"]);
    for word in [&client, &employer, &coach, &field, &mail] {
        assert!(!holding(&instance, word).is_empty(), "{word} is found nowhere before it is erased");
    }
    instance.analyze();

    let asked = instance.must(&["erase", "--receipt", &receipt]);
    assert!(asked.contains("Nothing was erased") && asked.contains("--yes"), "{asked}");
    assert!(!holding(&instance, &employer).is_empty(), "nothing is erased unasked");
    instance.must(&["erase", "--receipt", &receipt, "--yes"]);
    assert_eq!(holding(&instance, &employer), [""; 0].map(PathBuf::from), "the employer's answer");
    assert!(!holding(&instance, &client).is_empty(), "the client's answer stays");
    let verified = instance.must(&["verify"]);
    assert!(verified.contains("22 cases, 10 submissions") && verified.contains("Everything agrees."), "{verified}");

    instance.must(&["erase", "V-001", "--yes"]);
    for word in [&client, &employer, &coach, &field, &mail] {
        assert_eq!(holding(&instance, word), [""; 0].map(PathBuf::from), "{word}");
    }
    assert_eq!(instance.sampled("kanarialintu"), 0, "the planner's samples");
    // The server has gone on, with what is left.
    answer(&instance, server.address, "V-010", "client-feedback", &[("c_overall", "4")]);
    let verified = instance.must(&["verify"]);
    assert!(verified.contains("21 cases, 9 submissions") && verified.contains("Everything agrees."), "{verified}");
}

#[test]
fn an_erased_case_is_not_counted_not_imported_again_and_its_number_is_given_to_nobody() {
    let instance = Instance::pilot();
    let sheet = instance.sheet("a.csv", SHEET);
    instance.must(&["import", &sheet]);
    instance.must(&["release"]);
    instance.must(&["build"]);
    let before = instance.open_data();
    assert_eq!((before["clients-by-gender total"].as_str(), before["clients-by-origin total"].as_str()), ("22", "22"));
    let asked = instance.must(&["erase", "2025-000022"]);
    assert!(asked.contains("1 case(s)") && asked.contains("Nothing was erased"), "{asked}");
    let erased = instance.must(&["erase", "2025-000022", "--yes"]);
    assert!(erased.contains("Erased case 2025-000022") && erased.contains("Backups"), "{erased}");
    for again in ["2025-000022", "V-022"] {
        let failed = told(&instance.run(&["erase", again, "--yes"]));
        assert!(failed.contains("case 2025-000022 was erased on 2025-12-01"), "{failed}");
    }
    let again = told(&instance.run(&["import", &sheet]));
    assert!(
        again.contains("Opened 0") && again.contains("erased, and were left out") && again.contains("V-022"),
        "{again}"
    );
    instance.must(&["import", &instance.sheet("b.csv", &SHEET.replace("\nV-", "\nB-"))]);
    let held = instance.must(&["export", "B-001"]);
    assert!(held.contains("\"number\": \"2025-000023\""), "the number of the erased case stays free: {held}");
    instance.must(&["release"]);
    instance.must(&["build"]);
    let after = instance.open_data();
    assert_eq!(after["clients-by-gender total"], "43", "the facts of the erased case are gone");
    assert_eq!(after["clients-by-origin total"], "22", "readers have the figures of released cohorts, so they stay");
    assert!(instance.must(&["verify"]).contains("Everything agrees."));
}

#[test]
fn a_restored_copy_loses_again_what_was_erased_after_it_was_made() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let receipt = {
        let server = instance.serve();
        answer(&instance, server.address, "V-002", "client-feedback", &[("c_open", "Poistakaa tämä.")])
    };
    let copy = instance.path().join("copy");
    instance.copy_database(&copy);
    instance.must(&["erase", "V-001", "--yes"]);
    instance.must(&["erase", "--receipt", &receipt, "--yes"]);
    // Afterwards another case is opened, whose number the copy does not know.
    instance.must(&["import", &instance.sheet("b.csv", &SHEET.replace("\nV-", "\nB-"))]);
    let restored = instance.restore_database(&copy);
    assert!(restored.contains("2 case(s) and answer(s) of erasures.jsonl were erased again"), "{restored}");
    let verified = instance.must(&["verify"]);
    assert!(verified.contains("21 cases, 0 submissions") && verified.contains("Everything agrees."), "{verified}");
    assert!(told(&instance.run(&["export", "V-001"])).contains("was erased on 2025-12-01"));
    assert!(told(&instance.run(&["export", "--receipt", &receipt])).contains("no answer with the receipt"));

    // A list without its last line end is read whole; a damaged one is told.
    let list = instance.path().join("erasures.jsonl");
    let whole = fs::read_to_string(&list).unwrap();
    assert_eq!(whole.lines().count(), 2);
    fs::write(&list, whole.trim_end()).unwrap();
    assert!(instance.restore_database(&copy).contains("2 case(s) and answer(s)"), "also the last line");
    fs::write(&list, format!("{whole}{{\"kind\":\"ca")).unwrap();
    let failed = told(&instance.run(&["verify"]));
    assert!(failed.contains("erasures.jsonl:3") && failed.contains("from its newest copy"), "{failed}");
    // A lost list is written again from the database.
    fs::remove_file(&list).unwrap();
    instance.must(&["verify"]);
    assert_eq!(fs::read_to_string(&list).unwrap().lines().count(), 2);
}

#[test]
fn a_purge_keeps_the_figures_and_neither_a_jumped_clock_nor_a_surprising_number_erases_anything() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let unset = instance.must(&["purge"]);
    assert!(unset.contains("retention_days") && unset.contains("every case is kept"), "{unset}");
    let settings = instance.path().join("palaute.yaml");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, format!("{text}\nretention_days: 30\n")).unwrap();
    assert!(told(&instance.run(&["check"])).contains("365 to 18250"), "too short a time is told");
    fs::write(&settings, format!("{text}\nretention_days: 365\n")).unwrap();
    assert!(instance.must(&["purge"]).contains("Nothing is due"), "the first coaching ended within the year");

    instance.must(&["release"]);
    instance.must(&["build"]);
    let before = instance.open_data();
    let at = |now: &str, arguments: &[&str]| instance.at(now).args(arguments).output().unwrap();
    let ten_years = "2035-12-01T09:00:00+02:00";
    let jumped = told(&at(ten_years, &["purge"]));
    assert!(jumped.contains("17 case(s)") && jumped.contains("Nothing was erased"), "{jumped}");
    let jumped = at(ten_years, &["purge", "--at-most", "17"]);
    assert!(!jumped.status.success() && told(&jumped).contains("--trust-clock"), "{}", told(&jumped));
    // What was noted by a clock that had jumped does not vouch for it.
    expect_success(&at(ten_years, &["invite", "V-001"]));
    let jumped = at(ten_years, &["purge", "--at-most", "17"]);
    assert!(!jumped.status.success() && told(&jumped).contains("nothing was noted between"), "{}", told(&jumped));
    let many = at(ten_years, &["purge", "--at-most", "16", "--trust-clock"]);
    assert!(!many.status.success() && told(&many).contains("more than the 16"), "{}", told(&many));
    assert!(instance.must(&["verify"]).contains("22 cases"));

    let purged = at(ten_years, &["purge", "--at-most", "17", "--trust-clock"]);
    assert!(purged.status.success() && told(&purged).contains("17 case(s)"), "{}", told(&purged));
    let verified = instance.must(&["verify"]);
    assert!(verified.contains("5 cases") && verified.contains("Everything agrees."), "{verified}");
    instance.must(&["release"]);
    instance.must(&["build"]);
    assert_eq!(instance.open_data(), before, "every figure is as it was");
    instance.change("UPDATE facts SET codes = codes WHERE subject = ''");
    let nothing_more = told(&at(ten_years, &["purge", "--at-most", "17", "--trust-clock"]));
    assert!(nothing_more.contains("Nothing is due"), "{nothing_more}");
}

#[test]
fn a_person_gets_a_copy_of_the_own_data_and_of_nobody_elses() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let server = instance.serve();
    let answered = |form, given: &[(&str, &str)]| answer(&instance, server.address, "V-001", form, given);
    answered("client-feedback", &[("c_open", "Omat sanani."), ("c_overall", "4")]);
    let receipt = answered("employer-feedback", &[("e_need", "Työnantajan sanat.")]);
    let clients = instance.must(&["export", "V-001"]);
    for held in ["Omat sanani.", "Valmentaja 2", "\"receipt\"", "\"audit_log\"", "\"answer\": null"] {
        assert!(clients.contains(held), "{held} is missing: {clients}");
    }
    assert!(!clients.contains("Työnantajan sanat."), "what the employer said is not the client's");
    let everyones = instance.must(&["export", "V-001", "--everyone"]);
    assert!(everyones.contains("Työnantajan sanat.") && everyones.contains("in confidence"));
    let dashed = format!("{}-{}", &receipt[..4], receipt[4..].to_lowercase());
    let employers = instance.must(&["export", "--receipt", &dashed]);
    assert!(employers.contains("Työnantajan sanat.") && !employers.contains("Omat sanani."), "{employers}");
    assert!(!employers.contains("Valmentaja 2"), "nor the case: {employers}");

    let out = instance.path().join("copy.json").display().to_string();
    instance.must(&["export", "V-001", "--out", &out]);
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!instance.run(&["export", "V-001", "--out", &out]).status.success(), "nothing is written over");

    let unknown = told(&instance.run(&["erase", "--receipt", "AAAA-2222", "--yes"]));
    assert!(unknown.contains("no answer with the receipt AAAA-2222"), "{unknown}");
    let report = [("r_outcome", "job"), ("r_goals.1.r_goal_type", "step_by_step"), ("r_next.1.r_next_action", "Haku")];
    let report = [report.as_slice(), &[("r_hours", "1"), ("r_meetings", "1"), ("r_successes", "a")]].concat();
    let coachs = answered("closing-report", &report);
    let refused = told(&instance.run(&["erase", "--receipt", &coachs, "--yes"]));
    assert!(refused.contains("belongs to case 2025-000001"), "{refused}");
}

#[test]
fn what_was_read_before_an_erasure_is_not_stored_after_it() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let now = crate::instance::NOW.parse().unwrap();
    runtime.block_on(async {
        let store = Store::open(&instance.database()).await.unwrap();
        let counted = store.to_count().await.unwrap();
        let known = Known { at: now, erasures: store.erasure_count().await.unwrap() };
        let case = "2025-000001".parse().unwrap();
        let erasure = store.erasure_of_case(case, ErasureReason::Asked, now).await.unwrap().unwrap();
        assert_eq!(store.erase(vec![erasure], now).await.unwrap().cases, 1);
        assert!(!store.save_cube(counted.cube, counted.erasures).await.unwrap(), "a cube that counts what is gone");
        let empty = || String::new();
        let annex = StoredAnnex {
            version: 1,
            closed_on: jiff::civil::date(2025, 12, 1),
            json: empty(),
            html: empty(),
            pdf: Vec::new(),
        };
        assert!(!store.save_annex(annex, "2025-000002".parse().unwrap(), Vec::new(), known).await.unwrap(), "an annex");
        store.close().await;
    });
}

#[test]
fn erasures_at_once_are_all_made_and_all_listed() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    std::thread::scope(|scope| {
        for n in 1..=6 {
            let instance = &instance;
            scope.spawn(move || instance.must(&["erase", &format!("V-{n:03}"), "--yes"]));
        }
    });
    assert_eq!(fs::read_to_string(instance.path().join("erasures.jsonl")).unwrap().lines().count(), 6);
    let verified = instance.must(&["verify"]);
    assert!(verified.contains("16 cases") && verified.contains("6 cases and answers were erased"), "{verified}");
}

#[test]
fn a_number_that_is_ours_of_one_case_and_the_sheets_of_another_erases_and_exports_neither() {
    let instance = Instance::pilot();
    let sheet = SHEET.replacen("\nV-003;", "\n2025-000020;", 1);
    instance.must(&["import", &instance.sheet("a.csv", &sheet)]);
    for command in [vec!["erase", "2025-000020", "--yes"], vec!["export", "2025-000020"]] {
        let refused = instance.run(&command);
        assert!(!refused.status.success() && told(&refused).contains("of case 2025-000003"), "{}", told(&refused));
    }
    instance.must(&["erase", "V-020", "--yes"]);
    let refused = instance.run(&["erase", "2025-000020", "--yes"]);
    assert!(!refused.status.success(), "nor once the first is gone: {}", told(&refused));
    assert!(instance.must(&["verify"]).contains("21 cases"));
}

#[test]
fn a_lost_database_is_not_made_anew_in_silence() {
    let instance = Instance::pilot();
    let Database::File(path) = instance.database() else {
        let missing = instance.run_elsewhere(&["verify"], "nowhere");
        assert!(!missing.status.success() && told(&missing).contains("does not exist"), "{}", told(&missing));
        return;
    };
    let nothing = instance.run(&["verify"]);
    assert!(!nothing.status.success() && told(&nothing).contains("there is no database"), "{}", told(&nothing));
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    instance.must(&["release"]);
    fs::rename(&path, path.with_extension("elsewhere")).unwrap();
    for command in [vec!["verify"], vec!["export", "V-001"], vec!["serve", "--port", "0"]] {
        let lost = instance.run(&command);
        assert!(!lost.status.success() && told(&lost).contains("says that there was one"), "{}", told(&lost));
    }
    assert!(!path.exists());
}

#[test]
fn a_server_does_not_start_by_a_clock_far_behind_what_was_noted_before() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let back = "2015-12-01T09:00:00+02:00";
    let refused = instance.at(back).args(["serve", "--port", "0"]).output().unwrap();
    assert!(!refused.status.success(), "{}", told(&refused));
    assert!(told(&refused).contains("either the clock is wrong now") && told(&refused).contains("--trust-clock"));
}

#[test]
fn a_purge_that_finds_nothing_leaves_the_figures_alone() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let settings = instance.path().join("palaute.yaml");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, format!("{text}\nretention_days: 365\n")).unwrap();
    let late = ["--at-most", "17", "--trust-clock"];
    let purge = instance.at("2035-12-01T09:00:00+02:00").arg("purge").args(late).output().unwrap();
    assert!(expect_success(&purge).contains("17 case(s)"));
    instance.must(&["release"]);
    instance.must(&["build"]);
    let before = instance.open_data();
    let list = instance.path().join("erasures.jsonl");
    let known = fs::read_to_string(&list).unwrap();
    let unknown =
        known.lines().next().unwrap().replace("2025-000001", "2024-000001").replace("\"mark\":\"", "\"mark\":\"0");
    fs::write(&list, format!("{known}{unknown}\n")).unwrap();
    assert!(instance.must(&["verify"]).contains("Everything agrees."));
    instance.must(&["release"]);
    instance.must(&["build"]);
    assert_eq!(instance.open_data(), before);
}

#[test]
fn a_file_that_is_moved_while_somebody_waits_for_it_takes_nothing_more_and_a_copy_is_not_erased_by_its_list() {
    let instance = Instance::on_file();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let file = instance.path().join("data/palaute.sqlite");
    let copy = instance.path().join("copy.sqlite");
    instance.must(&["backup", &copy.display().to_string()]);
    let erase =
        instance.at(crate::instance::NOW).env("PALAUTE_DATABASE", &copy).args(["erase", "V-001", "--yes"]).output();
    let erase = erase.unwrap();
    assert!(!erase.status.success() && told(&erase).contains("a folder of its own"), "{}", told(&erase));

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let now = crate::instance::NOW.parse().unwrap();
    runtime.block_on(async {
        let store = Store::open(&Database::File(file.clone())).await.unwrap();
        let erasure = store.erasure_of_case("2025-000001".parse().unwrap(), ErasureReason::Asked, now).await.unwrap();
        fs::write(Store::moved_marker(&file), "moved to somewhere\n").unwrap();
        let refused = store.erase(vec![erasure.unwrap()], now).await.unwrap_err();
        let cause = std::error::Error::source(&refused).map(ToString::to_string).unwrap_or_default();
        assert!(cause.contains("was moved to a PostgreSQL"), "{cause}");
        store.close().await;
    });
    fs::remove_file(Store::moved_marker(&file)).unwrap();
    assert!(instance.must(&["verify"]).contains("22 cases"));
}
