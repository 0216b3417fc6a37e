//! The main job from the follow-up sheet to the public page, told through the compiled program.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "story/asking.rs"]
mod asking;
#[path = "story/backups.rs"]
mod backups;
#[path = "story/coach.rs"]
mod coach;
#[path = "story/demo.rs"]
mod demo;
#[path = "story/drafts.rs"]
mod drafts;
#[path = "story/erasing.rs"]
mod erasing;
#[path = "story/every_form.rs"]
mod every_form;
#[path = "support/http.rs"]
mod http;
#[path = "support/instance.rs"]
mod instance;
#[path = "story/inviting.rs"]
mod inviting;
#[path = "story/manager.rs"]
mod manager;
#[path = "story/officer.rs"]
mod officer;
#[path = "story/preview.rs"]
mod preview;
#[path = "story/publisher.rs"]
mod publisher;
#[path = "story/reading.rs"]
mod reading;
#[path = "story/releases.rs"]
mod releases;
#[path = "story/reports.rs"]
mod reports;
#[path = "story/requirements.rs"]
mod requirements;
#[path = "story/sign_in.rs"]
mod sign_in;
#[path = "support/staff.rs"]
mod staff;
#[path = "story/tabulation.rs"]
mod tabulation;
#[path = "story/transfer.rs"]
mod transfer;
#[path = "story/two_servers.rs"]
mod two_servers;

use instance::{DAY_AFTER, Instance, expect_success, program, repository};
use palaute::case::CaseFile;
use palaute::cube::Cube;
use palaute::store::Store;
use scraper::{Html, Selector};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

const SHEET: &str = include_str!("../demo/veto-plus-ledger.csv");

/// The figures of the pilot, by their address in the open data. Its report told the means of months in total and the sums
/// of trials by background as well: how many people they are of cannot be told without telling of one of them, so a
/// release withholds them together with that number.
const PILOT: &[(&str, &str)] = &[
    ("clients-by-gender woman", "13"),
    ("clients-by-gender man", "9"),
    ("clients-by-gender total", "22"),
    ("clients-by-origin native", "12"),
    ("clients-by-origin immigrant", "10"),
    ("clients-by-origin total", "22"),
    ("outcomes job", "5"),
    ("outcomes education", "5"),
    ("outcomes longer_work_trial", "3"),
    ("outcomes returned_to_authority", "4"),
    ("outcomes total", "17"),
    ("coaching-started 2024-11-30", "2"),
    ("coaching-started 2024-12-31", "5"),
    ("coaching-started 2025-02-28", "10"),
    ("coaching-started 2025-05-31", "12"),
    ("coaching-started 2025-06-30", "17"),
    ("coaching-started 2025-09-30", "19"),
    ("coaching-started 2025-11-30", "22"),
    ("targets period", "18"),
    ("targets project", "30"),
    ("targets all_clients", "300"),
    ("months-before-coaching native n", "12"),
    ("months-before-coaching native mean", "5.2"),
    ("months-before-coaching native min", "1.5"),
    ("months-before-coaching native max", "10.0"),
    ("months-before-coaching immigrant n", "10"),
    ("months-before-coaching immigrant mean", "2.3"),
    ("months-before-coaching immigrant min", "0.2"),
    ("months-before-coaching immigrant max", "6.0"),
    ("months-total native n", "..."),
    ("months-total native mean", "..."),
    ("months-total immigrant n", "..."),
    ("months-total immigrant mean", "..."),
    ("months-total total n", "17"),
    ("months-total total mean", "9.3"),
    ("work-trials native n", "..."),
    ("work-trials native trials", "..."),
    ("work-trials native people", "6"),
    ("work-trials immigrant n", "..."),
    ("work-trials immigrant trials", "..."),
    ("work-trials immigrant people", "6"),
    ("work-trials total n", "17"),
];

/// The figures of every data table of every Finnish page.
fn page_figures(site: &Path) -> BTreeMap<String, String> {
    let cells = Selector::parse("td[data-cell]").unwrap();
    let text = |e: scraper::ElementRef<'_>| e.text().collect::<String>().trim().to_owned();
    let mut figures = BTreeMap::new();
    for entry in fs::read_dir(site.join("fi")).unwrap() {
        let html = Html::parse_document(&fs::read_to_string(entry.unwrap().path()).unwrap());
        figures.extend(html.select(&cells).map(|e| (e.value().attr("data-cell").unwrap().to_owned(), text(e))));
    }
    figures
}

/// How a figure of the open data is written on a Finnish page.
fn finnish(plain: &str) -> String {
    if plain == "0" { "-".to_owned() } else { plain.replace('.', if plain == "..." { "." } else { "," }) }
}

fn link_for(instance: &Instance, case: &str) -> String {
    let printed = instance.must(&["invite", case]);
    printed.lines().next().unwrap().split("/f/").nth(1).unwrap().to_owned()
}

fn nonce(page: &http::Answer) -> String {
    page.body.split("name=\"nonce\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[test]
fn the_pilot_goes_from_sheet_to_pages_with_answers_over_http() {
    let instance = Instance::pilot();
    instance.knows_the_pilots_report();
    let sheet = repository("demo/veto-plus-ledger.xlsx").display().to_string();
    let imported = instance.must(&["import", &sheet]);
    assert!(imported.contains("Opened 22, updated 0, unchanged 0."), "{imported}");
    assert!(imported.contains("Invited 17 client(s)"), "{imported}");
    let again = instance.must(&["import", &sheet]);
    assert!(again.contains("Opened 0, updated 0, unchanged 22."), "{again}");
    assert!(!again.contains("Invited"), "{again}");

    let tokens: Vec<String> = (1..=7).map(|n| link_for(&instance, &format!("2025-{n:06}"))).collect();
    {
        let server = instance.serve();
        for (i, token) in tokens.iter().enumerate() {
            let form = format!("/f/{token}");
            assert_eq!(http::get(server.address, &form).unwrap().status, 200);
            let nonce = nonce(&http::get(server.address, &format!("{form}/answer")).unwrap());
            let (grade, trust) = if i < 4 { ("4", "yes") } else { ("5", "partly") };
            let fields = [
                ("nonce", nonce.as_str()),
                ("c_overall", grade),
                ("c_trust", trust),
                ("c_open", "Kävi hyvin & nopeasti"),
            ];
            let checked = http::post(server.address, &format!("{form}/check"), &fields).unwrap();
            assert_eq!(checked.status, 200);
            assert!(checked.body.contains("Kävi hyvin &amp; nopeasti"), "{}", checked.body);
            let sent = http::post(server.address, &format!("{form}/send"), &fields).unwrap();
            assert_eq!(sent.receipt().map(|r| r.len()), Some(8), "{}", sent.body);
        }
    }

    let reports = instance.path().join("reports");
    instance.must(&["report", "--all", "--out", &reports.display().to_string()]);
    let released = instance.must_at(DAY_AFTER, &["release"]);
    assert!(released.contains("Released 2025-11-30.1 as of 2025-11-30: 64 tables,"), "{released}");
    assert!(instance.must(&["build"]).contains("The audit found nothing."));

    let data = instance.open_data();
    let pages = page_figures(&instance.path().join("public"));
    for (address, value) in PILOT {
        assert_eq!(data.get(*address).map(String::as_str), Some(*value), "open data: {address}");
        assert_eq!(pages.get(*address), Some(&finnish(value)), "page: {address}");
    }
    // Seven answers make a batch: questions without a small group are shown. All seven gave one of the two best grades,
    // which is told of nobody, so all grades are withheld and the mean with them.
    let expected = [
        ("client-c-overall 4", "..."),
        ("client-c-overall 5", "..."),
        ("client-c-overall total", "7"),
        ("client-c-overall mean", "..."),
        ("client-c-trust yes", "4"),
        ("client-c-trust partly", "3"),
        ("client-c-trust no_answer", "0"),
        ("client-c-next no_answer", "7"),
        // Ten of the invited did not answer. Of a party without a batch nothing is told, not even that nobody was asked.
        ("responses client closed", "17"),
        ("responses client invited", "17"),
        ("responses client answered", "7"),
        ("responses employer closed", "17"),
        ("responses employer invited", "..."),
    ];
    assert_eq!(expected.map(|(address, _)| (address, data[address].as_str())), expected);
    for (address, value) in expected {
        assert_eq!(pages.get(address), Some(&finnish(value)), "page: {address}");
    }
    assert_eq!(data.len(), pages.len(), "every figure of the open data stands on a page");

    six_sections_stand_in_every_report(&reports);
    the_history_and_the_facts_agree_with_what_is_stored(&instance);
}

fn six_sections_stand_in_every_report(reports: &Path) {
    let files: Vec<_> = fs::read_dir(reports).unwrap().map(|e| e.unwrap().path()).collect();
    let html: Vec<_> = files.iter().filter(|f| f.extension().is_some_and(|e| e == "html")).collect();
    assert_eq!((html.len(), files.len()), (17, 51));
    for file in html {
        let page = Html::parse_document(&fs::read_to_string(file).unwrap());
        let numbers: Vec<String> =
            page.select(&Selector::parse(".r-sec > h2 > b").unwrap()).map(|e| e.text().collect()).collect();
        assert_eq!(numbers, ["1", "2", "3", "4", "5", "6"]);
        let text: String = page.root_element().text().collect();
        assert!(text.contains("ei kirjattu") && text.contains("Malli."), "{}", file.display());
        assert!(!text.contains("Kävi hyvin"), "an answer stands in a report");
    }
    let first: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(reports.join("2025-000001-v1.json")).unwrap()).unwrap();
    assert_eq!(first["coaching"]["hours"], "21.0");
    assert_eq!(first["goals"], serde_json::Value::Null);
}

fn the_history_and_the_facts_agree_with_what_is_stored(instance: &Instance) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&instance.database()).await.unwrap();
        for case in store.cases().await.unwrap() {
            let folded = CaseFile::fold(case.number(), &store.events(case.number()).await.unwrap()).unwrap();
            assert_eq!(folded, case, "the events fold to the stored row");
        }
        let mut recount = Cube::default();
        for (sequence, fact, book) in store.facts_since(0).await.unwrap() {
            recount.fold(sequence, &fact, &book);
        }
        assert_eq!(recount, store.cube().await.unwrap(), "a full recount gives the stored cube");
        store.close().await;
    });
}

/// The addresses whose figures differ when one place of the sheet is another: after a second release of the same instance,
/// and between two instances that release for the first time.
fn changed_by(from: &str, to: &str) -> [BTreeSet<String>; 2] {
    assert_eq!(SHEET.matches(from).count(), 1, "{from} names one place of the sheet");
    let (instance, fresh) = (Instance::pilot(), Instance::pilot());
    let released = |instance: &Instance, name: &str, text: &str| {
        instance.must(&["import", &instance.sheet(name, text)]);
        instance.must(&["release"]);
        instance.must(&["build"]);
        instance.open_data()
    };
    let before = released(&instance, "a.csv", SHEET);
    let second = released(&instance, "b.csv", &SHEET.replace(from, to));
    let first = released(&fresh, "b.csv", &SHEET.replace(from, to));
    the_history_and_the_facts_agree_with_what_is_stored(&instance);
    [second, first].map(|after| {
        assert_eq!(before.len(), after.len());
        before.iter().filter(|(address, value)| after[*address] != **value).map(|(a, _)| a.clone()).collect()
    })
}

fn set(addresses: &[&str]) -> BTreeSet<String> {
    addresses.iter().map(|a| (*a).to_owned()).collect()
}

#[test]
fn another_outcome_changes_what_tells_of_the_two_outcomes_and_after_the_release_nothing() {
    let [second, first] = changed_by("20.1.2025;15.6.2025;paluu työvoimaviranomaiselle", "20.1.2025;15.6.2025;työ");
    assert_eq!(second, set(&[]), "the cohort was released");
    assert_eq!(
        first,
        set(&[
            "comparison provider observed",
            "comparison-counts provider observed",
            "outcomes job",
            "outcomes returned_to_authority",
            "outcomes-by-gender total job",
            "outcomes-by-gender total returned_to_authority",
            "indicators job_entry count",
            "indicators job_entry percent",
            "indicators ended_by_return count",
            "indicators ended_by_return percent",
        ])
    );
}

#[test]
fn an_ongoing_client_of_another_gender_changes_two_counts_and_nothing_else() {
    // Gender is not sensitive: it is counted anew for everybody so far.
    let [second, first] = changed_by("V-018;Valmentaja 1;Soini;mies", "V-018;Valmentaja 1;Soini;nainen");
    assert_eq!(second, set(&["clients-by-gender woman", "clients-by-gender man"]));
    assert_eq!(first, second);
}

#[test]
fn an_earlier_start_changes_the_curve_and_the_waiting_times_and_after_the_release_the_curve_alone() {
    // V-022 starts on 29 August instead of 10 November 2025: three days after becoming a client.
    let [second, first] = changed_by("26.8.2025;10.11.2025", "26.8.2025;29.8.2025");
    assert_eq!(second, set(&["coaching-started 2025-09-30"]));
    assert_eq!(
        first,
        set(&[
            "coaching-started 2025-09-30",
            "months-before-coaching immigrant mean",
            "months-before-coaching immigrant min",
            "months-before-coaching total mean",
            "months-before-coaching total min",
        ])
    );
}

#[test]
fn a_small_group_and_what_would_give_it_away_are_withheld_and_no_page_draws_them() {
    let instance = Instance::pilot();
    // One of the three longer trials becomes a job: 6, 5, 2 and 4.
    let altered = SHEET.replacen("pidempi työkokeilu", "työ", 1);
    instance.must(&["import", &instance.sheet("a.csv", &altered)]);
    instance.must(&["release"]);
    instance.must(&["build"]);
    let data = instance.open_data();
    for (code, told) in [
        ("job", "6"),
        ("education", "5"),
        ("longer_work_trial", "..."),
        ("returned_to_authority", "..."),
        ("total", "17"),
    ] {
        assert_eq!(data[&format!("outcomes {code}")], told, "{code}");
    }
    let release = fs::read_to_string(instance.path().join("releases/2025-11-30.1/release.json")).unwrap();
    let release: serde_json::Value = serde_json::from_str(&release).unwrap();
    let withheld = release["withheld"].as_array().unwrap().iter().find(|w| w["table"] == "outcomes").unwrap();
    assert_eq!(withheld["reason"], "protected", "one reason for both: which of them is small would itself tell");
    assert_eq!(withheld["cells"].as_array().unwrap().len(), 2);
    let front = fs::read_to_string(instance.path().join("public/fi/index.html")).unwrap();
    assert!(!front.contains("class=\"squares"), "squares would tell the counts");
}

/// Every file below a folder with its bytes.
fn files_below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().display().to_string(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn a_report_is_in_the_language_of_its_case_and_a_sheet_without_the_column_leaves_it() {
    let instance = Instance::pilot();
    let settings = instance.path().join("palaute.yaml");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, text.replacen("# language: Kieli", "language: Kieli", 1)).unwrap();
    let in_swedish: String = SHEET
        .lines()
        .enumerate()
        .map(|(at, line)| {
            format!(
                "{line};{}\n",
                if at == 0 {
                    "Kieli"
                } else if at == 1 {
                    "ruotsi"
                } else {
                    ""
                }
            )
        })
        .collect();
    instance.must(&["import", &instance.sheet("a.csv", &in_swedish)]);
    instance.must(&["import", &instance.sheet("b.csv", SHEET)]);
    let out = instance.path().join("reports");
    instance.must(&["report", "--all", "--out", &out.display().to_string()]);
    let html = |case: &str| fs::read_to_string(out.join(format!("{case}-v1.html"))).unwrap();
    assert!(html("2025-000001").contains("<html lang=\"sv\">") && html("2025-000001").contains("Slutrapport"));
    assert!(html("2025-000002").contains("<html lang=\"fi\">"));
    let wrong = in_swedish.replacen(";ruotsi", ";norja", 1);
    let refused = instance.run(&["import", &instance.sheet("c.csv", &wrong)]);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("column Kieli: \"norja\"") && told.contains("suomi, ruotsi, englanti"), "{told}");
}

#[test]
fn nothing_of_a_sheet_is_taken_while_a_row_is_wrong_unless_partly_is_asked_for() {
    let instance = Instance::pilot();
    let sheet = instance.sheet("wrong.csv", &SHEET.replacen(";nainen;", ";naisa;", 1));
    let refused = instance.run(&["import", &sheet]);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success());
    assert!(told.contains("sheet wrong.csv, row 2, column Sukupuoli: \"naisa\""), "{told}");
    assert!(told.contains("remedy: write one of: mies, nainen"), "{told}");
    let partly = instance.must(&["import", "--partial", &sheet]);
    assert!(partly.contains("Opened 21, updated 0, unchanged 0."), "{partly}");
    let whole = instance.must(&["import", &instance.sheet("right.csv", SHEET)]);
    assert!(whole.contains("Opened 1, updated 0, unchanged 21."), "{whole}");
}

#[test]
fn check_tells_file_line_column_and_remedy_and_finds_nothing_wrong_in_the_repository() {
    expect_success(&program().arg("check").arg(repository(".")).output().unwrap());
    let instance = Instance::pilot();
    let form = instance.path().join("forms/client-feedback.yaml");
    let text = fs::read_to_string(&form).unwrap();
    fs::write(&form, text.replacen("type: grade", "type: star", 1)).unwrap();
    let told = String::from_utf8_lossy(&instance.run(&["check"]).stderr).into_owned();
    let line = text.lines().position(|l| l.contains("type: grade")).unwrap() + 1;
    assert!(told.contains(&format!("forms/client-feedback.yaml:{line}:15: Y006 `type` cannot be `star`")), "{told}");
    assert!(told.contains("type: star") && told.contains("remedy: use one of: one, many, agreement"), "{told}");
}

#[test]
fn an_expired_invitation_is_opened_again_and_its_old_links_stay_dead() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let old = link_for(&instance, "V-001");
    let june = "2026-06-01T09:00:00+03:00";
    let later = |arguments: &[&str]| expect_success(&instance.at(june).args(arguments).output().unwrap());
    let printed = later(&["invite", "2025-000001"]);
    let new = printed.lines().next().unwrap().split("/f/").nth(1).unwrap();
    assert!(printed.contains("Open until 30.8.2026"), "{printed}");
    let server = instance.serve_at(june);
    assert_eq!(http::get(server.address, &format!("/f/{old}")).unwrap().status, 404);
    assert_eq!(http::get(server.address, &format!("/f/{new}")).unwrap().status, 200);
    assert_eq!(http::get(server.address, &format!("/f/{new}/send")).unwrap().status, 303);
}

#[test]
fn a_release_is_refused_while_cases_have_a_category_that_was_renamed_or_a_day_goes_on() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let refused = instance.run(&["release", "--as-of", "2025-12-01"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("2025-12-01 is not over yet"));
    let settings = instance.path().join("palaute.yaml");
    let renamed =
        fs::read_to_string(&settings).unwrap().replace("code: man,", "code: male,").replace("mies: man", "mies: male");
    fs::write(&settings, renamed).unwrap();
    instance.must(&["check"]);
    let refused = instance.run(&["release"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("the category `man` of `gender`"), "{refused:?}");
    assert!(!instance.path().join("releases").exists());
}
