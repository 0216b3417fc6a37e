//! Role, route, foreign id: every route of staff, as the server lists them itself, is for its roles alone and shows nobody
//! another's case.

use crate::attacked::{House, NOW, Server, block};
use crate::http::Answer;
use crate::routes::{ask, filled};
use crate::staff::signed_in;
use palaute::serve::{Who, routes, who_may};
use palaute::store::Role;

/// Somebody at a desk: the role, and the cookie of a session.
struct Person {
    role: Role,
    cookie: String,
}

/// The cases of a house: one that is everybody's own, one that is another coach's and another officer's, and one that
/// was erased.
struct Cases {
    own: String,
    foreign: String,
    erased: String,
}

fn house() -> (House, Cases, Vec<Person>) {
    let house = House::with_links(1);
    let headings = include_str!("../../demo/veto-plus-ledger.csv").lines().next().expect("headings");
    let row = "nainen;kantasuomalainen;30-39;7.4.2024;18.11.2024;14.5.2025;työ;;1;18,0;5;ei";
    let sheet = format!("{headings}\nV-1;Valmentaja 1;;{row}\nV-2;Valmentaja 2;;{row}\nV-3;Valmentaja 1;;{row}\n");
    let file = house.root.path().join("cases.csv");
    std::fs::write(&file, sheet).expect("the sheet is written");
    house.must(&["import", &file.display().to_string()]);
    let cases = block(async {
        let desk = house.desk().await;
        let own = desk.find_case("V-1").await.expect("V-1");
        let foreign = desk.find_case("V-2").await.expect("V-2");
        let erased = desk.find_case("V-3").await.expect("V-3");
        let other = palaute::desk::Newcomer { address: "x@example.invalid", name: "Toinen", role: Role::Officer };
        let (other, _) = desk.add_staff(&other).await.expect("an officer");
        desk.name_officer(&[foreign], Some(&other)).await.expect("V-2 is the other officer's");
        desk.store.close().await;
        Cases { own: own.to_string(), foreign: foreign.to_string(), erased: erased.to_string() }
    });
    house.must(&["erase", "V-3", "--yes"]);
    let now = NOW.parse().expect("an instant");
    let people = Role::ALL.map(|role| {
        let name = if role == Role::Coach { "Valmentaja 1" } else { "Joku" };
        Person { role, cookie: block(signed_in(&house.data, role, name, now)) }
    });
    (house, cases, people.into())
}

/// The routes of staff with their roles.
fn of_staff() -> Vec<(&'static str, &'static str, &'static [Role])> {
    let found = routes().filter_map(|(method, path)| match who_may(method, path) {
        Some(Who::Staff(roles)) => Some((method, path, roles)),
        Some(Who::Anyone) => None,
        None => panic!("{method} {path} is listed and nobody's"),
    });
    found.collect()
}

fn as_person(server: &Server, method: &str, target: &str, person: &Person) -> Answer {
    let headers = [("Cookie", person.cookie.as_str()), ("Sec-Fetch-Site", "same-origin")];
    ask(server, method, target, &[], &headers)
}

#[test]
fn every_route_below_desk_is_for_staff_but_for_the_sign_in_itself() {
    for (method, path) in routes().filter(|(_, path)| path.starts_with("/desk")) {
        let open = path == "/desk/sign-in" || path.starts_with("/desk/sign-in/");
        assert_eq!(who_may(method, path) == Some(Who::Anyone), open, "{method} {path}");
    }
    assert!(of_staff().iter().all(|(_, path, roles)| path.starts_with("/desk") && !roles.is_empty()));
}

#[test]
fn a_route_of_staff_is_not_there_for_any_other_role_and_leads_to_the_sign_in_for_nobody() {
    let (house, cases, people) = house();
    let server = house.serve();
    let nothing = as_person(&server, "GET", "/desk/there-is-no-such-page", &people[0]);
    assert_eq!(nothing.status, 404);
    let mut tried = 0;
    for (method, path, roles) in of_staff() {
        let target = filled(path, &[("case", &cases.own)]);
        for person in people.iter().filter(|person| !roles.contains(&person.role)) {
            let answer = as_person(&server, method, &target, person);
            assert_eq!(answer.status, 404, "{method} {path} as {}", person.role.code());
            assert_eq!(answer.body, nothing.body, "{method} {path} as {} tells something", person.role.code());
            tried += 1;
        }
        for cookie in ["", "palaute-session=", &format!("palaute-session={}", "ab".repeat(32))] {
            let headers = if cookie.is_empty() { Vec::new() } else { vec![("Cookie", cookie)] };
            let answer = ask(&server, method, &target, &[], &headers);
            let told = (answer.status, answer.header("location").to_owned());
            let expected =
                if method == "GET" { (303, format!("/desk/sign-in?to={target}")) } else { (401, String::new()) };
            assert_eq!(told, expected, "{method} {path} with `{cookie}`");
            assert!(!answer.body.contains(&cases.own), "{method} {path}");
            tried += 1;
        }
    }
    assert!(tried >= 20, "{tried}");
}

#[test]
fn a_case_that_is_anothers_erased_unknown_or_malformed_is_the_same_nothing_at_every_route() {
    let (house, cases, people) = house();
    let server = house.serve();
    let before = house.ask::<i64>("SELECT count(*) FROM case_events");
    for (method, path, roles) in of_staff().into_iter().filter(|(_, path, _)| path.contains("{case}")) {
        for person in people.iter().filter(|person| roles.contains(&person.role)) {
            let mut bodies = Vec::new();
            for case in [cases.foreign.as_str(), &cases.erased, "2025-999999", "abc", "2025-1", "V-1", "%00"] {
                let answer = as_person(&server, method, &filled(path, &[("case", case)]), person);
                assert_eq!(answer.status, 404, "{method} {path} with {case} as {}", person.role.code());
                bodies.push(answer.body);
            }
            bodies.dedup();
            assert_eq!(bodies.len(), 1, "{method} {path} as {} tells which", person.role.code());
        }
    }
    assert_eq!(house.ask::<i64>("SELECT count(*) FROM case_events"), before, "nothing has happened to any case");
    // What is one's own is there, so that the test would notice if nothing were.
    for (path, role) in [("/desk/cases/{case}", Role::Coach), ("/desk/reports/{case}", Role::Officer)] {
        if who_may("GET", path).is_some() {
            let person = people.iter().find(|p| p.role == role).expect("one of each role");
            let answer = as_person(&server, "GET", &filled(path, &[("case", &cases.own)]), person);
            // An officer sees a case once there is something to read.
            assert_eq!(answer.status, if role == Role::Officer { 404 } else { 200 }, "{path}");
        }
    }
}

#[test]
fn what_belongs_to_another_case_or_is_nowhere_is_nothing_at_ones_own_case_either() {
    let (house, cases, people) = house();
    let foreign = block(async {
        let desk = house.desk().await;
        let number = cases.foreign.parse().expect("a number");
        let added = desk.add_contact(number, palaute::form::Party::Client, "other@example.invalid", None).await;
        added.expect("a contact of the other case");
        let contacts = desk.store.contacts_of(number).await.expect("its contacts");
        desk.store.close().await;
        contacts[0].id.clone()
    });
    let server = house.serve();
    let file = format!("{}-v1.html", cases.foreign);
    let own = [
        ("case", cases.own.as_str()),
        ("contact", &foreign),
        ("note", "99"),
        ("form", "no-such-form"),
        ("file", &file),
    ];
    let of_a_part =
        of_staff().into_iter().filter(|(_, path, _)| path.contains("{case}") && path.matches('{').count() > 1);
    let mut tried = 0;
    for (method, path, roles) in of_a_part {
        for person in people.iter().filter(|person| roles.contains(&person.role)) {
            let answer = as_person(&server, method, &filled(path, &own), person);
            assert_eq!(answer.status, 404, "{method} {path} as {}: {}", person.role.code(), answer.body);
            tried += 1;
        }
    }
    assert!(tried >= 5, "{tried}");
    assert_eq!(house.ask::<i64>("SELECT count(*) FROM contacts"), 1, "the other case's contact is still there");
}

#[test]
fn the_pages_of_a_role_open_for_it() {
    let (house, _, people) = house();
    let server = house.serve();
    for (method, path, roles) in of_staff().into_iter().filter(|(m, path, _)| *m == "GET" && !path.contains('{')) {
        for person in people.iter().filter(|person| roles.contains(&person.role)) {
            let answer = as_person(&server, method, path, person);
            assert!([200, 303].contains(&answer.status), "{path} as {}: {}", person.role.code(), answer.status);
            assert!(!answer.header("location").starts_with("/desk/sign-in"), "{path}");
        }
    }
}
