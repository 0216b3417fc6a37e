//! What is asked, of whom and on what: conditions, paper, what was not asked, earlier versions of a form, and posts
//! that no page makes.

use crate::http::{Answer, get, post};
use crate::instance::{DAY_AFTER, Instance};
use palaute::store::Store;
use std::fs;
use std::net::SocketAddr;

const SHEET: &str = include_str!("../../demo/veto-plus-ledger.csv");

fn pilot() -> Instance {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    instance
}

fn link(instance: &Instance, arguments: &[&str]) -> String {
    let printed = instance.must(&[&["invite"], arguments].concat());
    printed.lines().next().unwrap().split("/f/").nth(1).map(|t| format!("/f/{t}")).unwrap()
}

fn nonce(server: SocketAddr, path: &str) -> String {
    let page = get(server, &format!("{path}/answer?lang=fi")).unwrap();
    page.body.split("name=\"nonce\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

fn send(server: SocketAddr, path: &str, answers: &[(&str, &str)]) -> Answer {
    let nonce = nonce(server, path);
    post(server, &format!("{path}/send?lang=fi"), &[&[("nonce", nonce.as_str())], answers].concat()).unwrap()
}

#[test]
fn an_answer_that_became_hidden_is_dropped_and_the_check_page_tells_it() {
    let instance = pilot();
    let server = instance.serve();
    let path = link(&instance, &["V-001", "--form", "follow-up-client"]);
    let nonce = nonce(server.address, &path);
    let fields = [("nonce", nonce.as_str()), ("f_working", "no"), ("f_same", "yes"), ("f_open", "Kiitos")];
    let checked = post(server.address, &format!("{path}/check?lang=fi"), &fields).unwrap();
    assert_eq!(checked.status, 200, "{}", checked.body);
    let told = checked.body.split("id=\"pois\"").nth(1).expect("what fell away is told");
    assert!(told.split("</section>").next().unwrap().contains("sama"), "{told}");
    assert!(!checked.body.contains("name=\"f_same\""), "and does not travel on");
    let stored = post(server.address, &format!("{path}/send?lang=fi"), &fields).unwrap();
    assert!(stored.receipt().is_some());
    drop(server);
    let copy = instance.must(&["export", "V-001"]);
    assert!(copy.contains("Kiitos"), "{copy}");
    instance.must(&["verify"]);
}

#[test]
fn paper_is_keyed_in_on_one_screen_and_marked_and_the_store_tells_it_apart() {
    let instance = pilot();
    let server = instance.serve();
    let path = link(&instance, &["V-001", "--paper"]);
    let page = get(server.address, &format!("{path}/answer?lang=fi")).unwrap().body;
    assert!(page.contains("paperilomaketta") && page.contains("class=\"opt-no\""), "{page}");
    assert!(page.contains("c_info_clear") && page.contains("c_open"), "everything stands on one screen");
    assert!(!page.contains("name=\"coach_may_read\" value=\"no\" checked"), "nothing is chosen beforehand");
    assert!(send(server.address, &path, &[("c_overall", "4"), ("c_open", "Paperilla")]).receipt().is_some());
    let on_the_web = link(&instance, &["V-002"]);
    assert!(send(server.address, &on_the_web, &[("c_overall", "5")]).receipt().is_some());
    drop(server);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let channels = runtime.block_on(async {
        let store = Store::open(&instance.database()).await.unwrap();
        let channels = store.channels().await.unwrap();
        store.close().await;
        channels
    });
    assert_eq!(channels, [("paper".to_owned(), 1), ("web".to_owned(), 1)]);
    let copy = instance.must(&["export", "V-001"]);
    assert!(copy.contains("\"channel\": \"paper\"") && copy.contains("Paperilla"), "{copy}");
    instance.must(&["verify"]);
}

#[test]
fn paper_of_a_workplace_is_keyed_in_by_its_code_and_a_print_is_one_colleague() {
    let instance = pilot();
    let pdf = instance.path().join("paper.pdf");
    let out = pdf.to_str().unwrap();
    let printed = instance.must(&["form", "print", "community-feedback", "--case", "V-001", "--out", out]);
    let code = printed.lines().find_map(|l| l.split("/f/").nth(1)).expect("the code is told").trim().to_owned();
    let refused = instance.run(&["invite", "V-001", "--form", "community-feedback", "--paper"]);
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("--code"));
    let wrong = instance.run(&["invite", "V-002", "--form", "community-feedback", "--paper", "--code", &code]);
    assert!(!wrong.status.success(), "the code is another case's");
    let server = instance.serve();
    let path = link(&instance, &["V-001", "--form", "community-feedback", "--paper", "--code", &code.to_lowercase()]);
    assert!(send(server.address, &path, &[("w_overall", "4")]).receipt().is_some());
    let page = get(server.address, &format!("/f/{code}")).unwrap();
    assert_eq!(page.status, 409, "the printed code is answered");
    drop(server);
    instance.must(&["release"]);
    instance.must(&["verify"]);
}

#[test]
fn a_report_that_settles_what_it_asked_about_gets_its_receipt_again() {
    let instance = pilot();
    let file = instance.path().join("forms/closing-report.yaml");
    let form = fs::read_to_string(&file).unwrap();
    let more = "      - { id: r_back, type: text, short: true, ask_if: { case: outcome, is: job }, text: { fi: Miksi?, sv: Varför?, en: Why? } }\n      - id: r_outcome_on";
    fs::write(&file, form.replacen("      - id: r_outcome_on", more, 1)).unwrap();
    let server = instance.serve();
    let path = link(&instance, &["V-001", "--form", "closing-report"]);
    let nonce = nonce(server.address, &path);
    let fields = [
        ("nonce", nonce.as_str()),
        ("r_goals.1.r_goal_type", "keep_job"),
        ("r_outcome", "education"),
        ("r_hours", "17"),
        ("r_meetings", "6"),
        ("r_back", "Kysyttiin, kun lopputulos oli vielä työ"),
        ("r_next.1.r_next_action", "Jatkaa opintoja"),
    ];
    let sent = || post(server.address, &format!("{path}/send?lang=fi"), &fields).unwrap();
    let first = sent();
    assert!(first.receipt().is_some(), "{}", first.body);
    assert_eq!(sent().receipt(), first.receipt(), "the report has changed the outcome, and the page is still the same");
}

#[test]
fn a_plan_can_be_answered_while_the_coaching_goes_on_and_is_no_response() {
    let instance = pilot();
    let server = instance.serve();
    let running = SHEET.lines().skip(1).find(|l| l.contains(";;;;")).and_then(|l| l.split(';').next()).unwrap();
    let closing = instance.run(&["invite", running, "--form", "client-feedback"]);
    assert!(!closing.status.success(), "its coaching goes on, so nobody asks how it ended");
    let path = link(&instance, &[running, "--form", "job-search-plan"]);
    assert!(send(server.address, &path, &[]).receipt().is_some());
    drop(server);
    instance.must_at(DAY_AFTER, &["release"]);
    instance.must(&["build"]);
    let report = fs::read_to_string(instance.path().join("releases/2025-11-30.1/report.txt")).unwrap();
    assert!(!report.contains("New cohort of client-feedback"), "a plan is no feedback: {report}");
    assert_eq!(instance.open_data()["responses client answered"], "...", "nor does a figure tell that nobody answered");
    instance.must(&["verify"]);
}

#[test]
fn answers_to_every_version_stay_readable_and_countable_and_what_an_earlier_one_did_not_ask_is_told_apart() {
    let instance = pilot();
    let file = instance.path().join("forms/client-feedback.yaml");
    let now = fs::read_to_string(&file).unwrap();
    // The translation is of the newest version; the earlier one has none.
    fs::remove_file(instance.path().join("forms/client-feedback.ar.yaml")).unwrap();
    let before = now.replacen("code: too_little", "code: far_too_little", 1);
    assert_ne!(before, now);
    // The first version lacks a question and has another code.
    let question = now.split("      - id: c_trust").nth(1).unwrap().split("      - id: ").next().unwrap();
    let before = before.replace(&format!("      - id: c_trust{question}"), "");
    fs::write(&file, &before).unwrap();
    let ended: Vec<&str> =
        SHEET.lines().skip(1).filter(|l| !l.contains(";;;;")).filter_map(|l| l.split(';').next()).collect();
    let answer = |numbers: &[&str], amount: &str| {
        let server = instance.serve();
        for number in numbers {
            let path = link(&instance, &[number]);
            assert!(send(server.address, &path, &[("c_amount", amount), ("c_overall", "4")]).receipt().is_some());
        }
    };
    answer(&ended[..5], "far_too_little");
    // Without the retired code nothing is served, released or found to be right: earlier answers could not be counted.
    fs::write(&file, &now).unwrap();
    for command in [&["check"][..], &["release"], &["serve", "--port", "0"]] {
        let refused = instance.run(command);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success(), "{command:?}");
        assert!(told.contains("F082") && told.contains("far_too_little") && told.contains("retired: true"), "{told}");
    }
    // The next version retires the code beside the new one, and asks one question more.
    let kept = "          - { code: far_too_little, retired: true, label: { fi: Aivan liian vähän, sv: Allt för lite, en: Far too little } }\n";
    let choice = now.split("          - { code: too_little").next().unwrap().len();
    let after = format!("{}{kept}{}", &now[..choice], &now[choice..]);
    fs::write(&file, &after).unwrap();
    answer(&ended[5..12], "too_little");
    instance.must(&["report", "--all", "--out", instance.path().join("reports").to_str().unwrap()]);
    instance.must_at(DAY_AFTER, &["release"]);
    instance.must(&["build"]);
    let data = instance.open_data();
    for (address, value) in [("client-c-amount far_too_little", "5"), ("client-c-amount too_little", "7")] {
        assert_eq!(data.get(address).map(String::as_str), Some(value), "both versions are counted");
    }
    for (address, value) in [("client-c-trust not_asked", "5"), ("client-c-trust total", "12")] {
        assert_eq!(data.get(address).map(String::as_str), Some(value), "five were not asked");
    }
    instance.must(&["verify"]);
    crate::the_history_and_the_facts_agree_with_what_is_stored(&instance);
}

#[test]
fn what_was_agreed_when_the_case_opened_stands_in_the_closing_report_and_nothing_is_typed_twice() {
    let instance = pilot();
    let server = instance.serve();
    let opening = link(&instance, &["V-001", "--form", "case-opening"]);
    let agreed = [
        ("o_profiles", "career_changer"),
        ("o_profiles", "long_absent"),
        ("o_goals.1.o_goal_type", "step_by_step"),
        ("o_goals.1.o_goal_text", "Keittiötyö"),
        ("o_goals.2.o_goal_type", "find_direction"),
        ("o_consent_follow_up", "yes"),
    ];
    let sent = send(server.address, &opening, &agreed);
    assert!(sent.receipt().is_some(), "{}", sent.body);
    let closing = link(&instance, &["V-001", "--form", "closing-report"]);
    let page = get(server.address, &format!("{closing}/answer?lang=fi")).unwrap().body;
    for chosen in [
        "name=\"r_profiles\" value=\"career_changer\" checked",
        "name=\"r_profiles\" value=\"long_absent\" checked",
        "name=\"r_goals.1.r_goal_type\" value=\"step_by_step\" checked",
        "name=\"r_goals.2.r_goal_type\" value=\"find_direction\" checked",
        "name=\"r_follow_up_consent\" value=\"yes\" checked",
    ] {
        assert!(page.contains(chosen), "{chosen}");
    }
    assert!(!page.contains("Keittiötyö"), "words that no question of the report asks for stay where they are");
}

/// A small generator, so that a failure can be repeated from its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len())]
    }
}

#[test]
fn random_posts_are_refused_or_answered_and_never_break_the_server() {
    let instance = pilot();
    let server = instance.serve();
    let forms = ["client-feedback", "follow-up-client", "case-opening", "motivation-letter", "coaching-agreement"];
    let paths = forms.map(|form| link(&instance, &["V-003", "--form", form]));
    let words = [
        "",
        "yes",
        "no",
        "dont_know",
        "-1",
        "99999999999999999999",
        "1e9",
        "NaN",
        "31.2.2025",
        "13/2025",
        "٣",
        "\u{0}",
        "\u{202e}",
        "<script>",
        "a@b",
        "+358",
        "010190-999X",
        "'; DROP TABLE cases; --",
        "{provider}",
        "\u{1F600}",
        "   ",
        "\r\n",
    ];
    let names = [
        "c_overall",
        "c_phases",
        "c_open",
        "f_working",
        "f_months",
        "o_goals",
        "o_goals.1.o_goal_type",
        "o_goals.99.x",
        "page",
        "to",
        "then",
        "add",
        "remove",
        "restore",
        "removed.x",
        "m_jobs",
        "m_jobs.0.m_job_from",
        "-not_asked",
        "nonce",
        "k_start",
        "x",
        "",
    ];
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for round in 0..400 {
        let path = &paths[dice.roll(paths.len())];
        let step = dice.one(&["check", "change", "send"]);
        let mut fields = vec![("nonce", "0123456789abcdef0123456789abcdef")];
        for _ in 0..dice.roll(12) {
            fields.push((dice.one(&names), dice.one(&words)));
        }
        // A random nonce would be refused before anything is read.
        fields.retain(|(name, value)| *name != "nonce" || value.len() == 32);
        let answer = post(server.address, &format!("{path}/{step}"), &fields)
            .unwrap_or_else(|| panic!("round {round}: no answer to {fields:?}"));
        assert!(answer.status < 500, "round {round}: {} for {step} {fields:?}", answer.status);
    }
    drop(server);
    instance.must(&["verify"]);
}
