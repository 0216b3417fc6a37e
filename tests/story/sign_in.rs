//! Staff are added, sign in by a mailed link, are told that there is something to read, and leave.

use crate::http::Visitor;
use crate::instance::Instance;
use crate::staff::signed_in;
use palaute::store::{NewNotice, NoticeKind, Role, Staff, Store};
use std::fs;

/// The texts of the mails to an address, unfolded.
fn mails(instance: &Instance, to: &str) -> Vec<String> {
    let files = fs::read_dir(instance.path().join("mail")).into_iter().flatten().flatten();
    let texts = files.filter_map(|f| fs::read_to_string(f.path()).ok());
    let texts = texts.map(|text| text.replace("=\r\n", "").replace("=\n", ""));
    texts.filter(|text| text.contains(&format!("To: {to}"))).collect()
}

fn refused(instance: &Instance, arguments: &[&str]) -> String {
    let output = instance.run(arguments);
    assert!(!output.status.success(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn add(instance: &Instance, address: &str, role: &str, name: &str) -> String {
    instance.must(&["staff", "add", address, "--role", role, "--name", name])
}

#[test]
fn the_command_adds_lists_and_removes_staff_and_tells_what_becomes_of_their_cases() {
    let instance = Instance::pilot();
    assert!(instance.must(&["staff", "list"]).contains("palaute staff add ADDRESS --role admin"));
    let sheet = instance.sheet("a.csv", crate::SHEET);
    instance.must(&["import", &sheet]);
    assert!(add(&instance, "V@example.invalid", "coach", "Valmentaja 1").contains("7 case(s) carry this name"));
    let told = add(&instance, "w@example.invalid", "coach", "Valmentja 2");
    assert!(told.contains("No case carries this name") && told.contains("Valmentaja 2 (8)"), "{told}");
    add(&instance, "o@example.invalid", "officer", "Asiantuntija");
    let list = instance.must(&["staff", "list"]);
    assert_eq!(list.lines().count(), 3, "{list}");
    assert!(list.contains("v@example.invalid") && list.contains("officer"), "{list}");
    for (arguments, why) in [
        (["v@example.invalid", "officer", "X"], "in use: Valmentaja 1 (coach)"),
        (["x@example.invalid", "boss", "X"], "there is no role `boss`: coach, manager, officer, publisher, admin"),
        (["x@example.invalid", "coach", "Valmentaja 1"], "another coach is called Valmentaja 1"),
        (["x", "coach", "X"], "`x` is no address"),
        (["x@example.invalid", "coach", "010190-999X"], "without an identity code"),
    ] {
        let [address, role, name] = arguments;
        let told = refused(&instance, &["staff", "add", address, "--role", role, "--name", name]);
        assert!(told.contains(why), "{told}");
    }
    assert!(refused(&instance, &["staff", "remove", "x@example.invalid"]).contains("nobody of the staff"));
    let told = instance.must(&["staff", "remove", "V@example.invalid"]);
    assert!(told.contains("7 case(s) keep the name Valmentaja 1"), "{told}");
    assert!(add(&instance, "next@example.invalid", "coach", "Valmentaja 1").contains("7 case(s)"));
    instance.must(&["verify"]);
}

#[test]
fn a_mail_to_staff_says_nothing_of_the_case_leads_there_and_is_written_in_the_language_read_last() {
    let instance = Instance::pilot();
    instance.must(&["import", &instance.sheet("a.csv", crate::SHEET)]);
    add(&instance, "o@example.invalid", "officer", "Asiantuntija");
    let now = crate::instance::NOW.parse().unwrap();
    let queue = |id: &str, kind, to: &str| {
        run(async {
            let store = Store::open(&instance.database()).await.unwrap();
            let staff: Staff = store.staff_at(to).await.unwrap().unwrap();
            let case = store.cases().await.unwrap()[0].number();
            let notice = NewNotice { id: id.repeat(32), kind, staff, case: Some(case), sign_in: None };
            store.queue_notices(vec![notice], now).await.unwrap();
            store.close().await;
            case.to_string()
        })
    };
    let case = queue("a", NoticeKind::Report, "o@example.invalid");
    let list = instance.must(&["mail", "list"]);
    assert!(list.contains("report") && list.contains(&case) && list.contains("o@example.invalid"), "{list}");
    assert!(instance.must(&["mail", "send"]).contains("1 delivered"));
    let mail = mails(&instance, "o@example.invalid").remove(0);
    assert!(mail.contains(&format!("/desk/reports/{case}")), "{mail}");
    for told in ["V-001", "Valmentaja", "raportti", "asiakas"] {
        assert!(!mail.contains(told), "{told}: {mail}");
    }
    // Whoever reads in Swedish gets the next mail in Swedish.
    let cookie = run(signed_in(&instance.database(), Role::Coach, "Valmentaja 1", now));
    let server = instance.serve();
    let headers = [("Cookie", cookie.as_str())];
    let asked = crate::http::request(server.address, "GET", b"/desk?lang=sv", &headers, b"");
    assert_eq!(crate::http::exchange(server.address, &asked).unwrap().status, 303);
    drop(server);
    let address = instance.must(&["staff", "list"]);
    let address = address.lines().find(|l| l.starts_with("coach")).unwrap().split_whitespace().last().unwrap();
    queue("b", NoticeKind::Completion, address);
    instance.must(&["mail", "send"]);
    let mail = mails(&instance, address).remove(0);
    assert!(mail.contains("Content-Language: sv") && mail.contains(&format!("/desk/cases/{case}")), "{mail}");
    instance.must(&["verify"]);
}

#[test]
fn an_admin_signs_in_adds_an_officer_who_signs_in_and_is_removed() {
    let instance = Instance::pilot();
    add(&instance, "a@example.invalid", "admin", "Pääkäyttäjä");
    let server = instance.serve();
    let sign_in = |visitor: &mut Visitor, address: &str| {
        visitor.post("/desk/sign-in?lang=fi", &[("address", address)]);
        for _ in 0..50 {
            let code = mails(&instance, address).pop().and_then(|text| {
                let code = text.split("/desk/sign-in/").nth(1)?.split_whitespace().next()?.to_owned();
                (code.len() == 29).then_some(code)
            });
            if let Some(code) = code {
                visitor.post("/desk/sign-in/asked", &[("code", &code)]);
                return;
            }
            // The server delivers it at once; who is quicker does not matter.
            instance.must(&["mail", "send"]);
        }
        panic!("no mail came");
    };
    let mut admin = Visitor::new(server.address);
    sign_in(&mut admin, "a@example.invalid");
    let page = admin.get("/desk/staff");
    assert!(page.status == 200 && page.body.contains("Pääkäyttäjä"), "{}", page.body);
    let wrong = admin.post("/desk/staff", &[("role", "officer"), ("name", "Asiantuntija 1"), ("address", "o")]);
    assert!(wrong.status == 422 && wrong.body.contains("value=\"Asiantuntija 1\""), "{}", wrong.body);
    assert!(wrong.body.contains("href=\"#address\""), "{}", wrong.body);
    let added =
        admin.post("/desk/staff", &[("role", "officer"), ("name", "Asiantuntija 1"), ("address", "o@example.invalid")]);
    assert!(added.status == 200 && added.body.contains("o@example.invalid"), "{}", added.body);
    let mut officer = Visitor::new(server.address);
    sign_in(&mut officer, "o@example.invalid");
    assert_eq!(officer.get("/desk").header("location"), "/desk/reports");
    assert_eq!(officer.get("/desk/staff").status, 404);
    let remove = added.body.split("href=\"/desk/staff/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let target = format!("/desk/staff/{remove}");
    assert!(admin.get(&target).body.contains("o@example.invalid"));
    assert!(!admin.post(&target, &[]).body.contains("o@example.invalid"));
    assert_eq!(officer.get("/desk").header("location"), "/desk/sign-in?to=/desk", "the session has ended");
}
