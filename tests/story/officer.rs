//! An officer receives a report: asks, accepts, tells what it was worth, and sees nobody else's.

use crate::http::{Answer, FORM, encode, exchange, get, post, request};
use crate::instance::{Instance, NOW};
use palaute::store::Role;
use std::net::SocketAddr;

const SHEET: &str = include_str!("../../demo/veto-plus-ledger.csv");

pub(crate) fn pilot() -> Instance {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    instance
}

/// Somebody who has signed in; before the server has the file.
pub(crate) fn signed_in(instance: &Instance, role: Role, name: &str) -> String {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(crate::staff::signed_in(&instance.database(), role, name, NOW.parse().unwrap()))
}

pub(crate) fn desk_get(server: SocketAddr, cookie: &str, path: &str) -> Answer {
    exchange(server, &request(server, "GET", path.as_bytes(), &[("Cookie", cookie)], b"")).unwrap()
}

pub(crate) fn desk_post(server: SocketAddr, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let headers = [FORM, ("Cookie", cookie)];
    exchange(server, &request(server, "POST", path.as_bytes(), &headers, encode(fields).as_bytes())).unwrap()
}

pub(crate) fn link(instance: &Instance, case: &str, form: &str) -> String {
    let printed = instance.must(&["invite", case, "--form", form]);
    printed.lines().next().unwrap().split("/f/").nth(1).map(|t| format!("/f/{t}")).unwrap()
}

pub(crate) fn answer(server: SocketAddr, path: &str, answers: &[(&str, &str)]) -> Answer {
    let page = get(server, &format!("{path}/answer?lang=fi")).unwrap();
    let nonce = page.body.split("name=\"nonce\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    post(server, &format!("{path}/send?lang=fi"), &[&[("nonce", nonce.as_str())], answers].concat()).unwrap()
}

pub(crate) const CLOSING: [(&str, &str); 9] = [
    ("r_goals.1.r_goal_type", "step_by_step"),
    ("r_outcome", "job"),
    ("r_hours", "12,5"),
    ("r_meetings", "4"),
    ("r_successes", "Sai kahvilatyön."),
    ("r_next.1.r_next_action", "Hae ammattitutkintoa"),
    ("r_next.1.r_next_who", "client"),
    ("r_next.1.r_next_by", "30.1.2026"),
    ("r_follow_up_consent", "yes"),
];

#[test]
fn an_officer_asks_accepts_and_tells_what_the_report_was_worth() {
    let instance = pilot();
    let officer = signed_in(&instance, Role::Officer, "Asiantuntija A");
    let coach = signed_in(&instance, Role::Coach, "Valmentaja 2");
    let report = link(&instance, "V-001", "closing-report");
    let running = instance.serve();
    let server = running.address;
    let empty = desk_get(server, &officer, "/desk/reports?lang=fi");
    assert!(empty.status == 200 && empty.body.contains("Uusia raportteja ei ole"), "{}", empty.body);
    let sent = answer(server, &report, &CLOSING);
    assert!(sent.receipt().is_some(), "{}", sent.body);

    let list = desk_get(server, &officer, "/desk/reports?lang=fi").body;
    assert!(list.contains("/desk/reports/2025-000001\"") && list.contains("V-001") && !list.contains("2025-000002"));
    assert!(list.contains("Viimeistään 31.12.2025"), "the annex is open: {list}");
    for (query, found) in [("q=v-001", true), ("q=sein%C3%A4joki", true), ("q=v%25001", false), ("outcome=job", true)] {
        let list = desk_get(server, &officer, &format!("/desk/reports?tab=all&{query}")).body;
        assert_eq!(list.contains("/desk/reports/2025-000001\""), found, "{query}");
    }
    let sheet = desk_get(server, &officer, "/desk/reports.xlsx?tab=all");
    assert!(sheet.status == 200 && sheet.body.starts_with("PK"), "{}", sheet.status);

    let at = "/desk/reports/2025-000001";
    let page = desk_get(server, &officer, at).body;
    assert!(page.contains("Sai kahvilatyön.") && page.contains("viimeistään 31.12.2025"), "{page}");
    for (file, begins) in [("v1.pdf", "%PDF-"), ("v1.json", "{"), ("v1.html", "<!doctype")] {
        let got = desk_get(server, &officer, &format!("{at}/file/{file}"));
        assert!(got.status == 200 && got.body.starts_with(begins), "{file}");
        assert!(got.header("content-disposition").starts_with("attachment"), "{file}");
    }
    for file in ["v2.pdf", "v1-annex.pdf", "v1.exe", "v.pdf", "..%2Fv1.pdf", "v1"] {
        assert_eq!(desk_get(server, &officer, &format!("{at}/file/{file}")).status, 404, "{file}");
    }

    let wrong =
        desk_post(server, &officer, &format!("{at}/ask"), &[("version", "1"), ("question", "Onko 010190-999X?")]);
    assert!(wrong.status == 422 && wrong.body.contains("Onko 010190-999X?") && wrong.body.contains("henkilötunnus"));
    let question = "Milloin työ alkoi <b>?";
    let asked = desk_post(server, &officer, &format!("{at}/ask"), &[("version", "1"), ("question", question)]);
    assert_eq!((asked.status, asked.header("location")), (303, "/desk/reports/2025-000001?done=asked"));
    let waiting = desk_get(server, &officer, "/desk/reports?tab=waiting").body;
    assert!(waiting.contains("/desk/reports/2025-000001\""));
    let page = desk_get(server, &officer, at).body;
    assert!(page.contains("Milloin työ alkoi &lt;b&gt;?") && !page.contains("alkoi <b>"));

    let outdated = desk_post(server, &officer, &format!("{at}/accept"), &[("version", "2")]);
    assert!(outdated.status == 409 && outdated.body.contains("version 1"), "{}", outdated.body);
    let accepted = desk_post(server, &officer, &format!("{at}/accept"), &[("version", "1")]);
    assert_eq!(accepted.status, 303);
    let page = desk_get(server, &officer, &format!("{at}?done=accepted")).body;
    assert!(page.contains("Raportti on hyväksytty.") && page.contains(&format!("{at}/feedback")), "{page}");
    let feedback = desk_post(server, &officer, &format!("{at}/feedback"), &[]);
    assert_eq!(feedback.status, 303);
    let form = feedback.header("location").to_owned();
    assert_eq!(desk_get(server, &officer, &form).status, 200);
    assert_eq!(get(server, &form).unwrap().status, 303, "the link is the officer's own");

    assert_eq!(desk_get(server, &coach, at).status, 404);
    assert_eq!(desk_get(server, &officer, "/desk/reports/2025-000099").status, 404);
    assert_eq!(desk_post(server, &officer, "/desk/reports/2025-000002/accept", &[("version", "1")]).status, 404);
}
