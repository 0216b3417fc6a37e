//! The desk of a manager: numbers without cases, a sheet with wrong rows mended, dead mails sent again.

use crate::http::{Answer, FORM, encode, exchange, request};
use crate::instance::{Instance, NOW, Server};
use crate::staff::signed_in;
use jiff::{SignedDuration, Timestamp};
use palaute::store::Role;
use scraper::{Html, Selector};
use std::sync::atomic::{AtomicI64, Ordering};

const SHEET: &str = include_str!("../../demo/veto-plus-ledger.csv");
const BOUNDARY: &str = "----palautestory";

/// Somebody who has signed in, at a server.
pub(crate) struct Desk<'s> {
    pub(crate) server: &'s Server,
    pub(crate) cookie: String,
}

impl<'s> Desk<'s> {
    pub(crate) fn of(instance: &Instance, server: &'s Server, role: Role) -> Self {
        // Sessions of the same person are told apart by when they were opened.
        static COUNT: AtomicI64 = AtomicI64::new(0);
        let now: Timestamp = NOW.parse().unwrap();
        let at = now - SignedDuration::from_millis(COUNT.fetch_add(1, Ordering::Relaxed));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let name = format!("Somebody {}", role.code());
        Self { server, cookie: runtime.block_on(signed_in(&instance.database(), role, &name, at)) }
    }

    fn ask(&self, method: &str, target: &str, kind: &str, body: &[u8]) -> Answer {
        let address = self.server.address;
        let headers = [("Cookie", self.cookie.as_str()), ("Content-Type", kind)];
        let headers = if method == "GET" { &headers[..1] } else { &headers[..] };
        exchange(address, &request(address, method, target.as_bytes(), headers, body)).unwrap()
    }

    pub(crate) fn get(&self, target: &str) -> Answer {
        self.ask("GET", target, "", b"")
    }

    /// Posts and follows where the answer leads.
    pub(crate) fn post(&self, target: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.ask("POST", target, FORM.1, encode(fields).as_bytes());
        if answer.status == 303 { self.get(answer.header("location")) } else { answer }
    }

    fn upload(&self, name: &str, what: &str, bytes: &[u8]) -> Answer {
        let mut body = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        let end = format!(
            "\r\n--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"do\"\r\n\r\n{what}\r\n--{BOUNDARY}--\r\n"
        );
        body.extend_from_slice(end.as_bytes());
        self.ask("POST", "/desk/import", &format!("multipart/form-data; boundary={BOUNDARY}"), &body)
    }
}

/// Every field of the page's form that leads there, as a browser would post it.
fn fields(page: &Answer, action: &str) -> Vec<(String, String)> {
    let html = Html::parse_document(&page.body);
    let inputs = Selector::parse(&format!("form[action=\"{action}\"] input:not([type=checkbox])")).unwrap();
    let value = |e: scraper::ElementRef<'_>, name: &str| e.value().attr(name).unwrap_or_default().to_owned();
    html.select(&inputs).map(|e| (value(e, "name"), value(e, "value"))).collect()
}

/// Posts the fields of the page with some of them typed anew.
fn mend(desk: &Desk<'_>, page: &Answer, typed: &[(&str, &str)]) -> Answer {
    let mut all = fields(page, "/desk/import/rows");
    for (name, value) in typed {
        all.iter_mut().find(|(n, _)| n == name).unwrap().1 = (*value).to_owned();
    }
    let all: Vec<(&str, &str)> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    desk.post("/desk/import/rows", &all)
}

#[test]
fn a_sheet_with_two_wrong_rows_is_taken_row_by_row_and_what_was_typed_is_kept() {
    let instance = Instance::pilot();
    let server = instance.serve();
    let manager = Desk::of(&instance, &server, Role::Manager);
    // Row 2 has a word that nobody knows, row 4 no number; row 3 looks like a formula.
    let sheet = SHEET.replacen(";nainen;", ";naisa;", 1).replacen("V-002;Valmentaja", "=V-002;Valmentaja", 1);
    let sheet = sheet.replacen("V-003", "", 1);
    let tried = manager.upload("a.csv", "try", sheet.as_bytes());
    assert_eq!(tried.status, 422);
    assert!(tried.body.contains("mitään ei tallennettu. Uusia asiakkuuksia olisi 20"), "{}", tried.body);

    let page = manager.upload("a.csv", "import", sheet.as_bytes());
    assert!(page.body.contains("Uusia asiakkuuksia 20, päivitettyjä 0, ennallaan 0."), "{}", page.body);
    assert!(page.body.contains("2 riviä jäi tuomatta"));
    assert!(page.body.contains("Kirjoita jokin näistä: mies, nainen."), "{}", page.body);
    assert_eq!(fields(&page, "/desk/import/rows").iter().filter(|(n, _)| n.ends_with(".number")).count(), 2);

    let all = fields(&page, "/desk/import/rows");
    let all: Vec<(&str, &str)> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let sheet = manager.post("/desk/import/rows.xlsx", &all);
    assert!(sheet.status == 200 && sheet.header("content-disposition").contains("rows.xlsx"), "{}", sheet.status);

    // One is mended; the other is mended wrongly and comes back as it was typed.
    let page = mend(&manager, &page, &[("2.gender", "nainen"), ("4.number", "  "), ("4.municipality", "Soini <9>")]);
    assert_eq!(page.status, 422);
    assert!(
        page.body.contains("Uusia asiakkuuksia 1,") && page.body.contains("Yksi rivi jäi tuomatta"),
        "{}",
        page.body
    );
    assert!(page.body.contains("value=\"Soini &lt;9&gt;\""), "{}", page.body);
    let page = mend(&manager, &page, &[("4.number", "V-003"), ("4.municipality", "Ilmajoki")]);
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Uusia asiakkuuksia 1,") && !page.body.contains("jäi tuomatta"), "{}", page.body);

    // A formula stays a text; the whole sheet again changes nothing.
    let whole = SHEET.replacen("V-002;Valmentaja", "=V-002;Valmentaja", 1);
    let again = manager.upload("b.csv", "import", whole.as_bytes());
    assert!(again.body.contains("Uusia asiakkuuksia 0, päivitettyjä 0, ennallaan 22."), "{}", again.body);
}

#[test]
fn what_is_no_sheet_is_told_and_the_workbook_of_a_spreadsheet_program_is_read() {
    let instance = Instance::pilot();
    let server = instance.serve();
    let manager = Desk::of(&instance, &server, Role::Manager);
    for (name, bytes, told) in [
        ("a.ods", b"x".as_slice(), "Tiedosto ei ole .xlsx eikä .csv"),
        ("a.xlsx", b"x", "Tiedostoa ei voitu lukea taulukkona"),
        ("a.csv", b"", "Taulukko on tyhjä"),
        ("a.csv", b"Asiakastunnus;\xc4\n", "ei ole UTF-8-muotoa"),
        ("", b"", "Valitse ensin tiedosto"),
        ("a.csv", b"a;b\n1;2\n", "Otsikko puuttuu: Asiakastunnus"),
    ] {
        let page = manager.upload(name, "import", bytes);
        assert_eq!(page.status, 422, "{name}");
        assert!(page.body.contains(told), "{name}: {}", page.body);
    }
    let large = manager.upload("a.csv", "import", &vec![b'x'; 9_000_000]);
    assert!(large.body.contains("Tiedosto on liian suuri"), "{}", large.status);
    let page = manager.upload("a.xlsx", "import", include_bytes!("../../demo/veto-plus-ledger.xlsx"));
    assert!(page.status == 200 && page.body.contains("Uusia asiakkuuksia 22"), "{}", page.body);
    assert!(page.body.contains("kutsui 17 asiakasta"), "{}", page.body);
}

#[test]
fn a_manager_sees_numbers_and_neither_cases_nor_clients() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    let server = instance.serve();
    let manager = Desk::of(&instance, &server, Role::Manager);
    for page in ["/desk/overview", "/desk/figures", "/desk/import"] {
        let answer = manager.get(page);
        assert_eq!(answer.status, 200, "{page}");
        for secret in ["2025-0000", "V-0", "Soini", "@"] {
            assert!(!answer.body.contains(secret), "{page} tells {secret}");
        }
    }
    let overview = manager.get("/desk/overview").body;
    assert!(overview.contains("22 asiakasta, tavoite 18") && overview.contains("0/17"), "{overview}");
    let figures = manager.get("/desk/figures").body;
    assert!(figures.contains("Esikatselu, ei julkaistu."), "{figures}");
    assert!(
        figures.contains("data-cell=\"outcomes total\">17<")
            && figures.contains("data-cell=\"outcomes-by-gender woman job\">...")
    );
    assert!(!instance.path().join("releases").exists());
    // Others have no way in, and a coach's cases are not a manager's.
    for (role, page, status) in [
        (Role::Coach, "/desk/overview", 404),
        (Role::Officer, "/desk/import", 404),
        (Role::Publisher, "/desk/overview", 404),
        (Role::Publisher, "/desk/figures", 200),
        (Role::Manager, "/desk/releases", 404),
        (Role::Admin, "/desk/releases", 200),
    ] {
        assert_eq!(Desk::of(&instance, &server, role).get(page).status, status, "{role:?} {page}");
    }
}

#[test]
fn a_dead_mail_is_listed_without_its_address_and_sent_again() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", SHEET)]);
    for (case, address) in
        [("2025-000001", "asiakas@kuollut.example.invalid"), ("2025-000002", "toinen@example.invalid")]
    {
        instance.must(&["invite", case, "--mail", address]);
    }
    instance.change("UPDATE outbox SET state = 'dead', tries = 8, trouble = 'RCPT 550'");
    let server = instance.serve();
    let manager = Desk::of(&instance, &server, Role::Manager);
    let page = manager.get("/desk/overview").body;
    assert!(page.contains("kuollut.example.invalid") && page.contains("RCPT 550"), "{page}");
    assert!(!page.contains("asiakas@") && !page.contains("2025-000001"));
    assert!(page.contains("Jäi lähettämättä: 2."));
    let id = page.split("/desk/mails/").nth(1).unwrap().split('/').next().unwrap();
    let done = manager.post(&format!("/desk/mails/{id}/resend"), &[]).body;
    assert!(done.contains("1 viestiä lähtee uudelleen") && done.contains("Jäi lähettämättä: 1."), "{done}");
    let again = manager.post(&format!("/desk/mails/{id}/resend"), &[]).body;
    assert!(again.contains("Viesti odottaa jo lähetystä"), "{again}");
    let done = manager.post("/desk/mails/resend-all", &[]).body;
    assert!(done.contains("1 viestiä lähtee uudelleen") && done.contains("Jäi lähettämättä: 0."), "{done}");
    assert_eq!(Desk::of(&instance, &server, Role::Publisher).post("/desk/mails/resend-all", &[]).status, 404);
}
