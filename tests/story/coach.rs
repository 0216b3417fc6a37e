//! A coach at the desk: the list, opening a case, noting, ending it, and forms on it, through the compiled program.

use crate::http::{Answer, FORM, connect, encode, exchange, read_to_close, request};
use crate::instance::{Instance, NOW, Server};
use crate::staff::signed_in;
use palaute::ledger::{check_rows, read_sheet};
use palaute::store::Role;
use std::io::Write;
use std::net::SocketAddr;

const SHEET: &str = include_str!("../../demo/veto-plus-ledger.csv");

/// A browser that shows the cookie of a session.
struct Coach {
    server: SocketAddr,
    cookie: String,
}

impl Coach {
    fn ask(&self, method: &str, target: &str, fields: &[(&str, &str)]) -> Answer {
        let headers = [FORM, ("Cookie", self.cookie.as_str())];
        let body = encode(fields);
        exchange(self.server, &request(self.server, method, target.as_bytes(), &headers, body.as_bytes())).unwrap()
    }

    fn get(&self, target: &str) -> Answer {
        self.ask("GET", target, &[])
    }

    /// An answer as its bytes.
    fn bytes(&self, method: &str, target: &str) -> Vec<u8> {
        let headers = [FORM, ("Cookie", self.cookie.as_str())];
        let mut stream = connect(self.server).unwrap();
        stream.write_all(&request(self.server, method, target.as_bytes(), &headers, b"")).unwrap();
        let bytes = read_to_close(&mut stream);
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        bytes[end + 4..].to_vec()
    }

    /// Posts and follows the redirect.
    fn post(&self, target: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.ask("POST", target, fields);
        if answer.status == 303 { self.get(answer.header("location")) } else { answer }
    }
}

/// The pilot's cases with one server, and a coach who has signed in.
fn desk() -> (Instance, Server, Coach) {
    let instance = Instance::pilot();
    let sheet = instance.sheet("sheet.csv", SHEET);
    instance.must(&["import", &sheet]);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let cookie = runtime.block_on(signed_in(&instance.database(), Role::Coach, "Valmentaja 1", NOW.parse().unwrap()));
    let server = instance.serve();
    let coach = Coach { server: server.address, cookie };
    (instance, server, coach)
}

fn numbers(page: &str) -> Vec<&str> {
    let cells = page.split("<th role=\"rowheader\" scope=\"row\"><a href=\"").skip(1);
    cells.map(|cell| cell.split('>').nth(1).unwrap().split('<').next().unwrap()).collect()
}

/// The path of the case that has that number in the sheet.
fn path(coach: &Coach, number: &str) -> String {
    let page = coach.get(&format!("/desk/cases?q={number}")).body;
    assert_eq!(numbers(&page), [number]);
    let href = page.split("scope=\"row\"><a href=\"").nth(1).unwrap();
    href.split('"').next().unwrap().to_owned()
}

#[test]
fn a_coach_finds_sorts_and_exports_own_cases_and_sees_none_of_another_coach() {
    let (instance, _server, coach) = desk();
    let own: Vec<String> = SHEET
        .lines()
        .skip(1)
        .map(|l| l.split(';').collect::<Vec<_>>())
        .filter(|cells| cells[1] == "Valmentaja 1")
        .map(|cells| cells[0].to_owned())
        .collect();
    let page = coach.get("/desk/cases?sort=number");
    assert_eq!(page.status, 200, "{}", page.body);
    assert_eq!(numbers(&page.body), own);
    assert!(page.body.contains("aria-sort=\"ascending\""));
    let turned = coach.get("/desk/cases?sort=number&dir=desc").body;
    assert_eq!(numbers(&turned), own.iter().rev().map(String::as_str).collect::<Vec<_>>());
    assert!(coach.get("/desk/cases?q=%25").body.contains("Mikään asiakas ei sovi"), "a sign of LIKE is a letter");
    let waiting = coach.get("/desk/cases?tab=waiting").body;
    assert_eq!(numbers(&waiting).len(), own.len(), "no start and no report was written yet");

    let other = SHEET.lines().find(|l| l.contains(";Valmentaja 2;")).unwrap().split(';').next().unwrap();
    assert!(numbers(&coach.get(&format!("/desk/cases?q={other}")).body).is_empty());
    for number in 1..=22 {
        let case = coach.get(&format!("/desk/cases/2025-{number:06}")).status;
        let expected = if own.contains(&format!("V-{number:03}")) { 200 } else { 404 };
        assert_eq!(case, expected, "{number}");
    }

    let sheet = coach.bytes("GET", "/desk/cases.xlsx?sort=number");
    let file = instance.path().join("own.xlsx");
    std::fs::write(&file, &sheet).unwrap();
    let settings = std::fs::read_to_string(instance.path().join("palaute.yaml")).unwrap();
    let settings = palaute::instance::Instance::read("palaute.yaml", &settings).unwrap();
    let (rows, faults, _) = check_rows(&read_sheet(&file).unwrap(), &settings, jiff::civil::date(2025, 12, 1));
    assert_eq!((rows.len(), faults), (own.len(), Vec::new()));
    let told = instance.must(&["import", file.to_str().unwrap()]);
    assert!(told.contains(&format!("Opened 0, updated 0, unchanged {}.", own.len())), "{told}");
}

#[test]
fn a_case_is_opened_noted_on_and_ended_and_what_was_typed_amiss_stays() {
    let (instance, _server, coach) = desk();
    let opened = [
        ("number", "V-100"),
        ("client_since", "1.9.2025"),
        ("coaching_started", "15.9.2025"),
        ("municipality", "Åbo"),
        ("gender", "woman"),
        ("origin", "native"),
        ("email", "asiakas@example.invalid"),
    ];
    let with = |field: &'static str, value: &'static str| -> Vec<(&str, &str)> {
        opened.iter().map(|(n, v)| if *n == field { (*n, value) } else { (*n, *v) }).collect()
    };
    for (field, value, told) in [
        ("number", "V-001", "jo asiakkuus"),
        ("number", "2025-000099", "järjestelmän omalta"),
        ("client_since", "31.2.2025", "4.11.2025"),
        ("coaching_started", "1.8.2025", "ennen asiakkuutta"),
        ("coaching_started", "1.1.2031", "ei ole vielä tullut"),
        ("municipality", "010190-999X", "henkilötunnus"),
        ("email", "nobody", "sähköpostiosoite"),
    ] {
        let refused = coach.post("/desk/cases/new", &with(field, value));
        assert_eq!(refused.status, 422, "{field} {value}");
        assert!(refused.body.contains(told) && refused.body.contains("class=\"errors\""), "{}", refused.body);
        assert!(refused.body.contains("value=\"15.9.2025\"") || field == "coaching_started");
        assert!(refused.body.contains(&format!("href=\"#{field}\"")), "the summary leads to the field");
    }
    let form = coach.post("/desk/cases/new", &opened);
    assert!(form.status == 200 && form.body.contains("Valmennuksen aloitus"), "{}", form.body);
    let case = path(&coach, "V-100");
    assert!(coach.get("/desk/cases?q=%C3%85BO").body.contains("V-100"), "search knows no case");

    let page = coach.get(&case).body;
    assert!(page.contains("Kirjaa aloitus ja tavoitteet") && page.contains("Osoite on tallessa"), "{page}");
    let note = [
        ("kind", "three_party_talk"),
        ("on", "1.12.2025"),
        ("hours", "1,5"),
        ("phase", "find"),
        ("text", "Sovittiin."),
    ];
    let noted = coach.post(&format!("{case}/note"), &note);
    assert!(noted.body.contains("Kirjaus on tallennettu") && noted.body.contains("Kumoa kirjaus"), "{}", noted.body);
    assert!(noted.body.contains("16,5 tuntia") && noted.body.contains("Kolmikantakeskustelu on kirjattu"));
    let wrong = [("kind", "meeting"), ("on", "1.12.2025"), ("hours", "kaksi"), ("text", "hetu 010190-999X")];
    let refused = coach.post(&format!("{case}/note"), &wrong);
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("value=\"kaksi\"") && refused.body.contains("Poista henkilötunnus"));
    let undone = coach.post(&format!("{case}/note/1/remove"), &[]).body;
    assert!(undone.contains("Kirjaus on poistettu") && undone.contains("18,0 tuntia"), "{undone}");
    let again = coach.post(&format!("{case}/note/1/remove"), &[]);
    assert_eq!(again.status, 200, "twice is once");

    let early = coach.post(&format!("{case}/end"), &[("on", "1.9.2025"), ("outcome", "job")]);
    assert!(early.status == 422 && early.body.contains("ennen kuin se alkoi"));
    let ended = coach.post(&format!("{case}/end"), &[("on", "1.12.2025"), ("outcome", "job"), ("field", "ravintola")]);
    assert!(ended.body.contains("Täytä loppuraportti") && ended.body.contains("Päättynyt: työ"), "{}", ended.body);
    instance.must(&["mail", "send"]);
    let mails: Vec<_> = std::fs::read_dir(instance.path().join("mail")).unwrap().flatten().collect();
    assert!(mails.iter().any(|m| std::fs::read_to_string(m.path()).unwrap().contains("To: asiakas@example.invalid")));
    let report = coach.post(&format!("{case}/form/closing-report"), &[]);
    assert!(report.status == 200 && report.body.contains("Loppuraportti"), "{}", report.body);

    let reopened = coach.post(&format!("{case}/reopen"), &[]).body;
    assert!(reopened.contains("Valmennus jatkuu"), "{reopened}");
    let changed = coach.post(
        &format!("{case}/details"),
        &[("client_since", "2.9.2025"), ("coaching_started", "15.9.2025"), ("municipality", "Turku")],
    );
    assert!(changed.body.contains("Tiedot on tallennettu") && changed.body.contains("Turku"), "{}", changed.body);
    let told = coach.post(&format!("{case}/problem"), &[("problem", "Tapaamisiin ei ole tultu.")]).body;
    assert!(told.contains("Ilmoitit ongelmasta"), "{told}");
    assert!(coach.post(&format!("{case}/problem"), &[]).status == 422);
    instance.must(&["verify"]);
}

#[test]
fn forms_of_others_are_sent_shown_and_printed_and_addresses_are_taken_back() {
    let (_instance, _server, coach) = desk();
    let last = SHEET.lines().rfind(|l| l.contains(";Valmentaja 1;")).unwrap().split(';').next().unwrap();
    let case = path(&coach, last);
    let plan = format!("{case}/form/job-search-plan");
    let refused = coach.post(&plan, &[("do", "mail"), ("address", "nobody")]);
    assert!(refused.status == 422 && refused.body.contains("value=\"nobody\""), "{}", refused.body);
    let mailed = coach.post(&plan, &[("do", "mail"), ("address", "a@example.invalid")]);
    assert!(mailed.body.contains("Linkki lähtee"), "{}", mailed.body);
    assert!(coach.get(&plan).body.contains("value=\"a@example.invalid\""), "the address is kept");
    let shown = coach.post(&plan, &[("do", "link")]).body;
    let link = shown.split("/f/").nth(1).unwrap().split(['<', '"']).next().unwrap();
    assert_eq!(link.len(), 64);
    let paper = coach.bytes("POST", &format!("{plan}/print"));
    assert!(paper.windows(5).any(|w| w == b"%PDF-"));
    for feedback in ["client-feedback", "community-feedback", "purchaser-feedback", "nothing"] {
        assert_eq!(coach.get(&format!("{case}/form/{feedback}")).status, 404, "{feedback}");
        assert_eq!(coach.get(&format!("{case}/filled/{feedback}")).status, 404, "{feedback}");
    }
    let page = coach.get(&format!("{case}/invite")).body;
    let remove = page.split("/contact/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    assert!(page.contains("a@example.invalid"));
    let removed = coach.post(&format!("{case}/contact/{remove}/remove"), &[]).body;
    assert!(removed.contains("Osoite on poistettu") && !removed.contains("a@example.invalid"), "{removed}");
    let added = coach.post(
        &format!("{case}/invite"),
        &[("do", "contact"), ("party", "employer"), ("address", "b@example.invalid"), ("lang", "fi")],
    );
    assert!(added.body.contains("Osoite on tallennettu") && added.body.contains("b@example.invalid"), "{}", added.body);
    let colleague = [("do", "contact"), ("party", "community"), ("address", "c@example.invalid"), ("lang", "fi")];
    let asked = coach.post(&format!("{case}/invite"), &colleague);
    assert!(asked.status == 422 && asked.body.contains("value=\"c@example.invalid\""), "{}", asked.body);
    let confirmed = coach.post(&format!("{case}/invite"), &[&colleague[..], &[("consent", "yes")]].concat());
    assert_eq!(confirmed.status, 200, "{}", confirmed.body);
    let again = [("do", "contact"), ("party", "community"), ("address", "d@example.invalid"), ("lang", "fi")];
    let again = coach.post(&format!("{case}/invite"), &again);
    assert!(again.status == 200 && again.body.contains("d@example.invalid"), "consent is kept: {}", again.body);
}

#[test]
fn a_form_that_was_opened_at_a_desk_closes_with_the_case_and_the_client_s_own_address_stays_the_client_s() {
    let (instance, _server, coach) = desk();
    let (ongoing, ended) = (path(&coach, "V-018"), path(&coach, "V-015"));
    // The coach may not answer for others, nor take the client's invitation once it was mailed.
    let staff = signed_address(&instance);
    let contact = |address: &str| {
        [("do", "contact"), ("party", "client"), ("address", address), ("lang", "fi")]
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
    };
    let add = |case: &str, address: &str| {
        let fields = contact(address);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        coach.post(&format!("{case}/invite"), &fields)
    };
    let refused = add(&ended, &staff);
    assert!(refused.status == 422 && refused.body.contains("Osoite kuuluu henkilöstölle"), "{}", refused.body);
    assert_eq!(add(&ended, "client@example.invalid").status, 200);
    let page = coach.get(&format!("{ended}/invite")).body;
    assert!(page.contains("client@example.invalid") && !page.contains("/contact/"), "nobody takes it away: {page}");
    assert_eq!(add(&ended, "coach.at.home@example.invalid").status, 422);
    // Before the end a slip can be mended.
    assert_eq!(add(&ongoing, "slip@example.invalid").status, 200);
    assert_eq!(add(&ongoing, "right@example.invalid").status, 200);
    let page = coach.get(&format!("{ongoing}/invite")).body;
    assert!(page.contains("right@example.invalid") && !page.contains("slip@example.invalid"), "{page}");

    // What was agreed at the start is filled in, and mended later.
    let opened = coach.ask("POST", &format!("{ongoing}/form/case-opening"), &[]);
    let form = opened.header("location").split('?').next().unwrap().to_owned();
    let page = coach.get(&format!("{form}/answer"));
    let nonce = page.body.split("name=\"nonce\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let sent = coach.ask("POST", &format!("{form}/send"), &[("nonce", &nonce), ("o_hours", "12")]);
    assert!(sent.receipt().is_some(), "{}", sent.body);
    let read = coach.get(&format!("{ongoing}/filled/case-opening")).body;
    assert!(read.contains("12 h") && read.contains("Muuta tietoja") && !read.contains("kuntoutus"), "{read}");
    let again = coach.ask("POST", &format!("{ongoing}/form/case-opening"), &[("again", "yes")]);
    let form = again.header("location").split('?').next().unwrap().to_owned();
    let page = coach.get(&format!("{form}/answer"));
    assert!(page.status == 200 && page.body.contains("value=\"12\""), "it begins as it was sent: {}", page.body);

    // The case goes to another coach: the form that was open is closed with it.
    let moved = SHEET.replace("V-018;Valmentaja 1;", "V-018;Valmentaja 2;");
    assert_ne!(moved, SHEET);
    instance.must(&["import", &instance.sheet("moved.csv", &moved)]);
    assert_eq!(coach.get(&ongoing).status, 404);
    assert_eq!(coach.get(&format!("{form}/answer")).status, 404);
    assert_eq!(coach.ask("POST", &format!("{form}/send"), &[("nonce", &nonce), ("o_hours", "13")]).status, 404);
}

/// The address of an officer who is added.
fn signed_address(instance: &Instance) -> String {
    let address = "officer@example.invalid";
    instance.must(&["staff", "add", address, "--role", "officer", "--name", "Asiantuntija"]);
    address.to_owned()
}
