//! A closing report from the coach's desk to its frozen versions: written on one screen, sent, corrected, and never changed.

use crate::http::{Answer, FORM, encode, exchange, request};
use crate::instance::Instance;
use crate::nonce;
use crate::staff::signed_in;
use palaute::store::Role;
use std::net::SocketAddr;

const SHEET: &str = include_str!("../../demo/veto-plus-ledger.csv");
const REPORT: [(&str, &str); 8] = [
    ("r_outcome", "job"),
    ("r_hours", "12,5"),
    ("r_meetings", "4"),
    ("r_successes", "Haastattelut sujuivat."),
    ("r_goals", "1"),
    ("r_goals.1.r_goal_type", "step_by_step"),
    ("r_next", "1"),
    ("r_next.1.r_next_action", "Haku"),
];

/// Somebody who has signed in, or not any more.
struct Desk<'a> {
    server: SocketAddr,
    cookie: &'a str,
}

impl Desk<'_> {
    fn ask(&self, method: &str, target: &str, body: &str) -> Answer {
        let mut headers = vec![("Cookie", self.cookie)];
        if method == "POST" {
            headers.push(FORM);
        }
        exchange(self.server, &request(self.server, method, target.as_bytes(), &headers, body.as_bytes())).unwrap()
    }

    fn get(&self, target: &str) -> Answer {
        self.ask("GET", target, "")
    }

    fn post(&self, target: &str, fields: &[(&str, &str)]) -> Answer {
        self.ask("POST", target, &encode(fields))
    }

    /// Opens the form that a button of the report's page leads to; its address under `/f/` and its first page.
    fn opens(&self, target: &str, fields: &[(&str, &str)]) -> (String, Answer) {
        let answer = self.post(target, fields);
        assert_eq!(answer.status, 303, "{}", answer.body);
        let location = answer.header("location").to_owned();
        let path = location
            .split('?')
            .next()
            .and_then(|l| l.strip_suffix("/answer"))
            .unwrap_or_else(|| panic!("{location}"))
            .to_owned();
        let page = self.get(&location);
        (path, page)
    }

    fn sends(&self, path: &str, page: &Answer, given: &[(&str, &str)]) -> Answer {
        let nonce = nonce(page);
        let fields: Vec<(&str, &str)> =
            std::iter::once(("nonce", nonce.as_str())).chain(given.iter().copied()).collect();
        self.post(&format!("{path}/send"), &fields)
    }
}

fn signed(instance: &Instance, role: Role, name: &str) -> String {
    signed_at(instance, role, name, "2025-12-01T07:00:00Z")
}

fn signed_at(instance: &Instance, role: Role, name: &str, at: &str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(signed_in(&instance.database(), role, name, at.parse().unwrap()))
}

#[test]
fn a_report_is_written_on_one_screen_sent_frozen_and_corrected_and_every_version_can_be_read() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let coach = signed(&instance, Role::Coach, "Valmentaja 2");
    let _officer = signed(&instance, Role::Officer, "Asiantuntija");
    let other = signed(&instance, Role::Coach, "Joku muu");
    let server = instance.serve_at("2025-12-01T09:05:00+02:00");
    let desk = Desk { server: server.address, cookie: &coach };
    let case = "/desk/cases/2025-000001";
    let page = desk.get(&format!("{case}/report"));
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("Loppuraportti on lähettämättä") && page.body.contains("Luonnos – ei lähetetty"));

    // Saved part by part, without a script, and the coach goes on with the next part.
    let (path, form) = desk.opens(&format!("{case}/send-report"), &[]);
    assert_eq!(form.body.matches("Tallenna luonnos").count(), 6, "one button a part");
    assert!(form.body.contains("href=\"#osa-6\"") && form.body.contains("Tarkista ja lähetä"));
    let id = nonce(&form);
    let fields = |more: &[(&'static str, &'static str)]| {
        let mut all = vec![("nonce".to_owned(), id.clone())];
        all.extend(REPORT.iter().chain(more).map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        all
    };
    let typed = fields(&[("to", "3")]);
    let typed: Vec<(&str, &str)> = typed.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    // Also by the coach whose session has ended meanwhile, and by nobody else.
    let ended = signed_at(&instance, Role::Coach, "Valmentaja 2", "2025-12-01T05:00:00Z");
    let (gone, nobody) = (Desk { server: server.address, cookie: &ended }, Desk { server: server.address, cookie: "" });
    let refused = nobody.post(&format!("{path}/change"), &typed);
    assert!(refused.header("location").starts_with("/desk/sign-in"), "{}", refused.body);
    let saved = gone.post(&format!("{path}/change"), &typed);
    assert_eq!(saved.status, 303, "{}", saved.body);
    assert!(saved.header("location").ends_with("#osa-3"), "{}", saved.header("location"));
    assert_eq!(gone.get(&format!("{path}/answer")).header("location").split('?').next(), Some("/desk/sign-in"));
    let again = desk.get(&format!("{path}/answer"));
    assert!(again.body.contains("Haastattelut sujuivat.") && again.body.contains("Tallennettu 1.12.2025"));
    let preview = desk.get(&format!("{case}/report"));
    assert!(preview.body.contains("Haastattelut sujuivat.") && preview.body.contains("Luonnos on tallennettu"));

    let receipt = desk.sends(&path, &again, &REPORT);
    assert!(receipt.receipt().is_some(), "{}", receipt.body);
    assert!(receipt.body.contains(&format!("href=\"{case}\"")), "the way back to the desk");
    let page = desk.get(&format!("{case}/report"));
    assert!(page.body.contains("2025-000001-v1") && page.body.contains("Raportti on lähetetty"), "{}", page.body);
    let json = desk.get(&format!("{case}/report/2025-000001-v1.json"));
    let sha256 = palaute::text::Fingerprint::of(&json.body);
    assert!(page.body.contains(sha256.as_str()), "the hash on the page is that of the file");
    let html = desk.get(&format!("{case}/report/2025-000001-v1.html"));
    assert!(html.body.contains(sha256.as_str()) && html.body.contains("Haastattelut sujuivat."));
    assert!(html.header("content-security-policy").contains("style-src 'sha256-"));
    assert_eq!(desk.get(&format!("{case}/report/2025-000001-v1.pdf")).header("content-type"), "application/pdf");
    assert_eq!(desk.get(&format!("{case}/report/2025-000001-v2.json")).status, 404);
    // Another coach learns nothing.
    let stranger = Desk { server: server.address, cookie: &other };
    for target in ["report", "report/2025-000001-v1.pdf", "correct"] {
        assert_eq!(stranger.get(&format!("{case}/{target}")).status, 404, "{target}");
    }

    // A correction needs its reason.
    for (reason, told) in [("", "Kirjoita, miksi"), ("Tunnus 010190-999X", "Poista tekstistä henkilötunnus")] {
        let refused = desk.post(&format!("{case}/correct"), &[("reason", reason)]);
        assert_eq!((refused.status, refused.body.contains(told)), (422, true), "{}", refused.body);
        assert!(!refused.body.contains("010190-999X"));
    }
    // One that is given up leaves everything as it was.
    desk.opens(&format!("{case}/correct"), &[("reason", "Turhaan.")]);
    assert!(desk.get(&format!("{case}/report")).body.contains("Raportin korjaus on kesken"));
    let dropped = desk.post(&format!("{case}/correct/cancel"), &[]);
    assert!(dropped.header("location").ends_with("?done=dropped"), "{}", dropped.header("location"));
    assert!(desk.get(&format!("{case}/report")).body.contains("Raportti on lähetetty"));

    // The clock of a server stands still here; what is sent twice is not sent at the same instant.
    drop(server);
    let server = instance.serve_at("2025-12-01T09:20:00+02:00");
    let desk = Desk { server: server.address, cookie: &coach };
    let (path, form) = desk.opens(&format!("{case}/correct"), &[("reason", "Tunnit olivat väärin.")]);
    assert!(form.body.contains("Haastattelut sujuivat."), "it begins as it was sent");
    let corrected: Vec<(&str, &str)> =
        REPORT.iter().map(|(n, v)| if *n == "r_hours" { (*n, "13,5") } else { (*n, *v) }).collect();
    assert!(desk.sends(&path, &form, &corrected).receipt().is_some());
    let second: serde_json::Value =
        serde_json::from_str(&desk.get(&format!("{case}/report/2025-000001-v2.json")).body).unwrap();
    assert_eq!(second["sent"]["reason"], "Tunnit olivat väärin.");
    let changes = second["sent"]["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert!(changes[0]["before"].as_str().unwrap().starts_with("12,5"), "{changes:?}");
    assert!(changes[0]["after"].as_str().unwrap().starts_with("13,5"), "{changes:?}");
    assert_eq!(desk.get(&format!("{case}/report/2025-000001-v1.json")).body, json.body, "the first stays as it was");
    let verified = instance.must(&["verify"]);
    assert!(verified.contains("Everything agrees."), "{verified}");
    instance.change("UPDATE reports SET json = replace(json, 'Haku', 'Muu') WHERE version = 1");
    let verified = instance.run(&["verify"]);
    let told = format!("{}{}", String::from_utf8_lossy(&verified.stdout), String::from_utf8_lossy(&verified.stderr));
    assert!(told.contains("2025-000001: its closing reports are not those"), "{told}");
}

/// Answers a form of a client behind a link that a command makes; the receipt.
pub(crate) fn answered(
    instance: &Instance,
    server: SocketAddr,
    case: &str,
    form: &str,
    given: &[(&str, &str)],
) -> String {
    let printed = instance.must(&["invite", case, "--form", form]);
    let token = printed.lines().next().and_then(|l| l.split("/f/").nth(1)).and_then(|t| t.split('?').next()).unwrap();
    let (path, client) = (format!("/f/{token}"), Desk { server, cookie: "" });
    let receipt = client.sends(&path, &client.get(&format!("{path}/answer")), given);
    receipt.receipt().unwrap_or_else(|| panic!("{form}: {}", receipt.body))
}

#[test]
fn what_the_client_assessed_and_remarked_and_an_interim_report_reach_the_officer() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let (coach, officer) =
        (signed(&instance, Role::Coach, "Valmentaja 2"), signed(&instance, Role::Officer, "Asiantuntija"));
    let server = instance.serve_at("2025-12-01T09:05:00+02:00");
    let at = server.address;
    let (desk, office) = (Desk { server: at, cookie: &coach }, Desk { server: at, cookie: &officer });

    answered(
        &instance,
        at,
        "V-001",
        "self-assessment-start",
        &[("a_ready", "rather_disagree"), ("a_search", "rather_agree")],
    );
    answered(
        &instance,
        at,
        "V-001",
        "self-assessment-closing",
        &[("a_ready", "fully_agree"), ("a_people", "rather_agree")],
    );
    let read = answered(
        &instance,
        at,
        "V-001",
        "report-reading",
        &[("v_read", "yes"), ("v_remark", "Minusta tämä on oikein.")],
    );
    let (path, page) = desk.opens("/desk/cases/2025-000001/send-report", &[]);
    assert!(desk.sends(&path, &page, &REPORT).receipt().is_some());
    let file = "/desk/reports/2025-000001/file/v1";
    let json: serde_json::Value = serde_json::from_str(&office.get(&format!("{file}.json")).body).unwrap();
    let pairs = json["self_assessment"].as_array().unwrap_or_else(|| panic!("{json}"));
    assert_eq!(pairs.len(), 1, "only what was answered both times: {pairs:?}");
    assert_eq!((&pairs[0]["id"], &pairs[0]["start"]["code"]), (&"a_ready".into(), &"rather_disagree".into()));
    assert_eq!(json["remark"]["text"], "Minusta tämä on oikein.");
    let html = office.get(&format!("{file}.html")).body;
    assert!(html.contains("Minusta tämä on oikein.") && html.contains("Olen valmis aloittamaan työn"), "{html}");
    let shown = office.get("/desk/reports/2025-000001").body;
    assert!(shown.contains("Minusta tämä on oikein."), "{shown}");
    // What is frozen in a sent report goes with the case alone.
    let kept = instance.run(&["erase", "--receipt", &read, "--yes"]);
    let told = String::from_utf8_lossy(&kept.stderr).into_owned();
    assert!(!kept.status.success() && told.contains("stand in the closing report of case 2025-000001"), "{told}");

    // A coaching that goes on: an interim report.
    let list = office.get("/desk/reports?tab=all").body;
    assert!(!list.contains("V-019"), "there is nothing to read yet");
    let ongoing = instance.must(&["invitations", "V-019"]);
    assert!(!ongoing.contains("interim"), "{ongoing}");
    let case = "/desk/cases/2025-000019";
    let (path, page) = desk.opens(&format!("{case}/report/interim"), &[]);
    let given = [
        ("i_progress", "as_agreed"),
        ("i_situation", "Haastatteluja on kaksi."),
        ("i_hours", "8"),
        ("i_meetings", "3"),
    ];
    let receipt = desk.sends(&path, &page, &given);
    assert!(receipt.receipt().is_some(), "{}", receipt.body);
    let page = office.get("/desk/reports/2025-000019").body;
    assert!(page.contains("Haastatteluja on kaksi.") && page.contains("2025-000019-i1"), "{page}");
    let html = office.get("/desk/reports/2025-000019/file/interim-1.html");
    assert!(html.status == 200 && html.body.contains("Haastatteluja on kaksi."), "{}", html.body);
    assert!(office.get("/desk/reports?tab=all").body.contains("V-019"));
    instance.must(&["verify"]);
}
