//! Every route of the server, as it lists them itself: none takes another site's post, none opens by a link that is closed
//! or another's, and short codes cannot be tried out.

use crate::attacked::{CANARY, House, LATER, Page, Server, form, nonce, sent};
use crate::http::{Answer, FORM, Visitor, encode, exchange, get, post, request};
use palaute::serve::routes;

/// The routes under a link: method and what follows the token.
fn of_links() -> Vec<(&'static str, &'static str)> {
    let found: Vec<_> = routes().filter_map(|(m, path)| Some((m, path.strip_prefix("/f/{token}")?))).collect();
    assert!(found.len() >= 10, "{found:?}");
    found
}

/// Asks for a route; posts carry `fields`.
pub(crate) fn ask(
    server: &Server,
    method: &str,
    target: &str,
    fields: &[(&str, &str)],
    headers: &[(&str, &str)],
) -> Answer {
    let headers = [&[FORM][..], headers].concat();
    let body = if method == "GET" { String::new() } else { encode(fields) };
    let bytes = request(server.address, method, target.as_bytes(), &headers, body.as_bytes());
    exchange(server.address, &bytes).unwrap_or_else(|| panic!("{method} {target}: no answer"))
}

/// A path with a value in the place of each parameter. One that this does not know makes a test fail: say here what stands for
/// it, so that no route goes untried.
pub(crate) fn filled(path: &str, own: &[(&str, &str)]) -> String {
    const ANY: [(&str, &str); 10] = [
        ("token", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        ("code", "ABCD-EFGH-JKMN-PQRS-TUVW-XYZ2"),
        ("case", "2025-000001"),
        ("file", "x.css"),
        ("staff", "0123456789abcdef0123456789abcdef"),
        ("note", "1"),
        ("contact", "0123456789abcdef0123456789abcdef"),
        ("form", "case-opening"),
        ("id", "0123456789abcdef0123456789abcdef"),
        ("version", "1"),
    ];
    let value = |name: &str| own.iter().chain(&ANY).find(|(n, _)| *n == name).map(|(_, value)| *value);
    let part = |part: &str| match part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
        Some(name) => value(name).unwrap_or_else(|| panic!("{path}: what stands for {{{name}}}?")).to_owned(),
        None => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// The path of a link that a command makes.
fn invite(house: &House, arguments: &[&str]) -> String {
    let output = house.run(&[&["invite"], arguments].concat());
    let printed = String::from_utf8(output.stdout).expect("text");
    let link = printed.lines().next().and_then(|line| line.split("/f/").nth(1));
    let link = link.unwrap_or_else(|| panic!("{printed} {}", String::from_utf8_lossy(&output.stderr)));
    format!("/f/{}", link.split('?').next().unwrap_or_default())
}

/// GET on what only a post does leads to the explanation, without looking whether there is one.
fn only_leads_on(method: &str, rest: &str) -> bool {
    method == "GET" && ["/change", "/send", "/restart"].contains(&rest)
}

/// The status by which a route answers where the form itself answers by `form`: the page on which others are invited
/// does not exist for anybody but the coach.
fn expected(method: &str, rest: &str, form: u16) -> u16 {
    match rest {
        // For the coach, and for the client who reads a report.
        "/invite" | "/report" | "/agreed" => 404,
        _ if only_leads_on(method, rest) => 303,
        _ => form,
    }
}

#[test]
fn every_route_answers_by_the_methods_that_are_listed_and_by_no_other() {
    let house = House::with_links(1);
    let server = house.serve();
    let all: Vec<_> = routes().collect();
    for (_, path) in &all {
        let target = filled(path, &[("token", &house.tokens[0])]);
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let answer = ask(&server, method, &target, &[("nonce", &nonce())], &[("Sec-Fetch-Site", "same-origin")]);
            let listed = all.contains(&(method, path));
            assert_eq!(answer.status == 405, !listed, "{method} {path}: {}", answer.status);
        }
    }
}

#[test]
fn no_route_takes_a_post_of_another_site() {
    let house = House::with_links(1);
    let server = house.serve();
    let page = Page::new(&form(), &house.tokens[0], 1);
    let attacks: [&[(&str, &str)]; 5] = [
        &[("Sec-Fetch-Site", "cross-site")],
        &[("Sec-Fetch-Site", "same-site")],
        &[("Origin", "https://evil.example")],
        &[("Origin", "null")],
        &[("Origin", "http://palaute.test.evil.example"), ("Host", "palaute.test")],
    ];
    let mut tried = 0;
    for (method, path) in routes().filter(|(method, _)| *method != "GET") {
        for attack in attacks {
            let answer = ask(&server, method, &filled(path, &[("token", &house.tokens[0])]), &page.fields(), attack);
            assert_eq!(answer.status, 403, "{method} {path} {attack:?}");
            assert!(answer.receipt().is_none() && !answer.body.contains(CANARY), "{method} {path} {attack:?}");
            tried += 1;
        }
    }
    assert!(tried >= 25, "{tried}");
    assert_eq!(house.stored(), []);
    assert_eq!(house.ask::<i64>("SELECT count(*) FROM drafts"), 0);
}

#[test]
fn no_route_opens_by_a_link_that_is_unknown_answered_taken_back_or_too_late() {
    let house = House::with_links(4);
    let server = house.serve();
    let form = form();
    let pages: Vec<Page> = house.tokens.iter().zip(1..).map(|(token, n)| Page::new(&form, token, n)).collect();
    // Everybody has a draft, but the first has sent it.
    for page in &pages {
        let kept = post(server.address, &format!("{}/check", page.target), &page.fields()).expect("an answer");
        assert!(kept.status == 200 && kept.body.contains(CANARY), "{}", kept.body);
    }
    assert_eq!(house.ask::<i64>("SELECT count(*) FROM drafts"), 4);
    assert!(sent(&pages[0], &server).receipt().is_some());
    house.must(&["revoke", &house.cases[1], "--form", "client-feedback"]);
    let unknown = format!("/f/{}", "0123456789abcdef".repeat(4));
    let malformed = "/f/0123456789abcdef".to_owned();
    let other = Page::new(&form, &house.tokens[0], 7);
    let mut looked = 0;
    let mut refused = |server: &Server, link: &str, status: u16| {
        for (method, rest) in of_links() {
            let target = format!("{link}{rest}");
            let answer = ask(server, method, &target, &other.fields(), &[]);
            assert_eq!(answer.status, expected(method, rest, status), "{method} {target}");
            assert!(!answer.body.contains(CANARY) && answer.receipt().is_none(), "{method} {target}");
            assert!(!answer.body.contains("id=\"answers\""), "{method} {target} shows a form");
            looked += 1;
        }
    };
    for (link, status) in [(&pages[0].target, 409), (&pages[1].target, 410), (&unknown, 404), (&malformed, 404)] {
        refused(&server, link, status);
    }
    drop(server);
    let later = Server::start(&house, LATER, "warn");
    for page in &pages[2..] {
        refused(&later, &page.target, 410);
    }
    // Answered is told before too late.
    refused(&later, &pages[0].target, 409);
    assert_eq!(house.stored().len(), 1, "nothing was stored by any of {looked} requests");
}

#[test]
fn a_forwarded_link_shows_only_its_own_form_and_no_answers_once_they_are_sent() {
    let house = House::with_links(1);
    let case = house.cases[0].as_str();
    let links = [
        ("c_", format!("/f/{}", house.tokens[0])),
        ("e_", invite(&house, &[case, "--form", "employer-feedback"])),
        ("w_", invite(&house, &[case, "--form", "community-feedback"])),
    ];
    let server = house.serve();
    let fields = |own: &str| -> Vec<(String, String)> {
        vec![("nonce".to_owned(), nonce()), (format!("{own}open"), format!("{CANARY} {own}"))]
    };
    let shows_only = |answer: &Answer, own: &str, what: &str| {
        for (other, _) in links.iter().filter(|(other, _)| *other != own) {
            assert!(!answer.body.contains(&format!("name=\"{other}")), "{what} shows a question of {other}");
            assert!(!answer.body.contains(&format!("{CANARY} {other}")), "{what} shows an answer of {other}");
        }
    };
    // Everybody has begun; then everybody follows each link through every route.
    for (own, link) in &links {
        let given = fields(own);
        let given: Vec<(&str, &str)> = given.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let kept = post(server.address, &format!("{link}/check"), &given).expect("an answer");
        assert!(kept.body.contains(&format!("{CANARY} {own}")), "{}", kept.body);
    }
    for (own, link) in &links {
        for (method, rest) in of_links().into_iter().filter(|(m, rest)| *m == "GET" && !only_leads_on(m, rest)) {
            let answer = ask(&server, method, &format!("{link}{rest}"), &[], &[]);
            assert_eq!(answer.status, expected(method, rest, 200), "{own} {rest}");
            shows_only(&answer, own, rest);
        }
        // What another party's form asks is no answer to this one.
        for (other, _) in links.iter().filter(|(other, _)| other != own) {
            let given = fields(other);
            let given: Vec<(&str, &str)> = given.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            for verb in ["check", "send"] {
                let answer = post(server.address, &format!("{link}/{verb}"), &given).expect("an answer");
                assert_eq!((answer.status, answer.receipt()), (422, None), "{own} {verb} of {other}");
            }
        }
    }
    for (own, link) in &links {
        let given = fields(own);
        let given: Vec<(&str, &str)> = given.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert!(post(server.address, &format!("{link}/send"), &given).expect("an answer").receipt().is_some(), "{own}");
    }
    for (own, link) in &links {
        for (method, rest) in of_links().into_iter().filter(|(m, rest)| !only_leads_on(m, rest)) {
            let answer = ask(&server, method, &format!("{link}{rest}"), &[("nonce", &nonce())], &[]);
            let told = (answer.status, answer.body.contains(CANARY));
            assert_eq!(told, (expected(method, rest, 409), false), "{own} {method} {rest}");
        }
    }
    assert_eq!(house.stored().len(), 3);
}

#[test]
fn a_draft_at_a_shared_link_is_shown_by_its_cookie_alone() {
    let house = House::with_links(1);
    let shared = invite(&house, &[&house.cases[0], "--form", "community-feedback", "--shared", "3"]);
    let server = house.serve();
    let mut owner = Visitor::new(server.address);
    owner.get(&format!("{shared}/answer"));
    let cookie = owner.cookie("palaute-draft").expect("a cookie").to_owned();
    let kept = owner.post(&format!("{shared}/check"), &[("nonce", &nonce()), ("w_open", CANARY)]);
    assert!(kept.body.contains(CANARY), "{}", kept.body);
    let mut turned = cookie.clone().into_bytes();
    turned.reverse();
    let turned = String::from_utf8(turned).expect("digits");
    let own = format!("palaute-draft={cookie}");
    for cookie in ["", &format!("palaute-draft={turned}"), "palaute-draft=", &format!("other={cookie}")] {
        for (method, rest) in of_links() {
            let headers = if cookie.is_empty() { Vec::new() } else { vec![("Cookie", cookie)] };
            let answer = ask(&server, method, &format!("{shared}{rest}"), &[("nonce", &nonce())], &headers);
            assert!(!answer.body.contains(CANARY), "{method} {rest} with `{cookie}`");
            if answer.receipt().is_some() {
                assert_eq!(rest, "/send");
            }
        }
        // The three places are not used up by those who look.
        house.must(&["invite", &house.cases[0], "--form", "community-feedback", "--shared", "9"]);
    }
    let seen = ask(&server, "GET", &format!("{shared}/check"), &[], &[("Cookie", &own)]);
    assert!(seen.body.contains(CANARY), "{} {}", seen.status, seen.body);
    let flags = get(server.address, &format!("{shared}/answer")).expect("an answer").header("set-cookie").to_owned();
    for flag in ["HttpOnly", "SameSite=Lax", "; Path=/f/", "Max-Age=2592000"] {
        assert!(flags.contains(flag), "{flags}");
    }
}

/// Short codes that nobody was given.
fn wrong_code(n: usize) -> String {
    let letters = b"ABCDEFGHJKMNPQRSTUVWXYZ";
    format!("/f/2222-2222-22{}{}", char::from(letters[n % 23]), char::from(letters[n / 23 % 23]))
}

#[test]
fn ten_wrong_codes_close_the_door_for_every_code_of_that_network_and_no_header_opens_it() {
    let house = House::with_links(1);
    let shared = || invite(&house, &[&house.cases[0], "--form", "community-feedback", "--shared", "3"]);
    let (opened, code) = (shared(), shared());
    let server = house.serve();
    let status = |target: &str| get(server.address, target).expect("an answer").status;
    // What is no code, and what is found, is no try.
    for _ in 0..15 {
        assert_eq!((status(&opened), status("/f/ABCD"), status("/f/ABCD-EFGH-JKM0")), (200, 404, 404));
    }
    for n in 0..10 {
        let rest = ["", "/answer", "/check"][n % 3];
        assert_eq!(status(&format!("{}{rest}", wrong_code(n))), 404, "{n}");
    }
    let closed = get(server.address, &wrong_code(10)).expect("an answer");
    assert_eq!(closed.status, 429);
    let wait: u64 = closed.header("retry-after").parse().expect("seconds");
    assert!((1..=901).contains(&wait), "{wait}");
    for (method, rest) in of_links().into_iter().filter(|(m, rest)| !only_leads_on(m, rest)) {
        for headers in [
            &[][..],
            &[("X-Forwarded-For", "198.51.100.7")],
            &[("X-Forwarded-For", "127.0.0.1, 198.51.100.8"), ("Forwarded", "for=198.51.100.8")],
            &[("X-Real-IP", "198.51.100.9")],
        ] {
            let right = ask(&server, method, &format!("{code}{rest}"), &[("nonce", &nonce())], headers);
            assert_eq!(
                right.status, 429,
                "{method} {rest} {headers:?}: also the right code, so that nothing is learned"
            );
        }
    }
    assert_eq!(status(&format!("/f/{}", house.tokens[0])), 200, "a link from a mail works all the time");
    assert_eq!(status("/f"), 200);
    assert_eq!(status(&format!("{opened}/answer")), 200, "whoever was answering goes on");
    let typed = post(server.address, "/f", &[("code", &code[3..].to_lowercase().replace('-', " "))]);
    assert_eq!(typed.map(|a| a.status), Some(429), "typed in, it is the same code");
    assert_eq!(house.stored(), []);
}

#[test]
fn behind_a_trusted_proxy_each_client_is_counted_apart_whatever_it_writes_into_the_header() {
    let house = House::with_links(1);
    let code = invite(&house, &[&house.cases[0], "--form", "community-feedback", "--shared", "3"]);
    let file = house.dir().join("palaute.yaml");
    let settings = std::fs::read_to_string(&file).expect("the settings");
    std::fs::write(&file, settings + "\ntrusted_proxies: [127.0.0.1, \"10.0.0.2\"]\n").expect("the settings");
    let server = house.serve();
    let status = |target: &str, client: &str| ask(&server, "GET", target, &[], &[("X-Forwarded-For", client)]).status;
    for n in 0..10 {
        // The left part is the client's own invention, another each time.
        let told = format!("203.0.113.{n}, 198.51.100.7, 10.0.0.2");
        assert_eq!(status(&wrong_code(n), &told), 404, "{n}");
    }
    for told in ["198.51.100.7", "203.0.113.99, 198.51.100.7", "198.51.100.8, 198.51.100.7, 10.0.0.2"] {
        assert_eq!(status(&code, told), 429, "{told}");
    }
    assert_eq!(status(&code, "198.51.100.8"), 200, "another client");
    assert_eq!(status(&code, "198.51.100.7, 198.51.100.8"), 200, "another client, whoever it says it is");
    // Of the version 6 a household has many addresses, and its neighbour others.
    for n in 0..10 {
        assert_eq!(status(&wrong_code(n), &format!("2001:db8:1:2::{n}")), 404, "{n}");
    }
    assert_eq!((status(&code, "2001:db8:1:2:ffff::1"), status(&code, "2001:db8:1:3::1")), (429, 200));
}

#[test]
fn of_a_hundred_tries_at_once_few_are_looked_up() {
    let house = House::with_links(0);
    let server = house.serve();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let tries = (0..100).map(|n| scope.spawn(move || wrong_code(n)));
        let targets: Vec<String> = tries.map(|t| t.join().expect("a code")).collect();
        let asked: Vec<_> = targets
            .into_iter()
            .map(|target| {
                let at = server.address;
                scope.spawn(move || get(at, &target).expect("an answer").status)
            })
            .collect();
        asked.into_iter().map(|a| a.join().expect("a status")).collect()
    });
    let of = |status: u16| statuses.iter().filter(|s| **s == status).count();
    // Ten failures, and those that were under way when the tenth was known.
    assert!((10..40).contains(&of(404)) && of(404) + of(429) == 100, "{statuses:?}");
    assert_eq!(get(server.address, &wrong_code(100)).map(|a| a.status), Some(429), "and no more");
}

#[test]
fn a_code_is_typed_in_as_people_copy_it_and_what_cannot_be_one_is_told() {
    let house = House::with_links(1);
    let code = invite(&house, &[&house.cases[0], "--form", "community-feedback", "--shared", "3"]);
    let server = house.serve();
    let page = get(server.address, "/f?lang=sv").expect("an answer");
    assert!(page.status == 200 && page.body.contains("<html lang=\"sv\"") && page.body.contains("name=\"code\""));
    assert_eq!(page.header("cache-control"), "no-store");
    let plain = code[3..].replace('-', "");
    for typed in [plain.to_lowercase(), format!(" {} {} {} ", &plain[..4], &plain[4..8], &plain[8..]), plain.clone()] {
        let fields = [("code", typed.as_str())];
        let bytes = request(server.address, "POST", b"/f?lang=sv", &[FORM], encode(&fields).as_bytes());
        let answer = exchange(server.address, &bytes).expect("an answer");
        assert_eq!((answer.status, answer.header("location")), (303, format!("{code}?lang=sv").as_str()), "{typed}");
    }
    for typed in ["", "ABCD", "ABCD-EFGH-JKM0", "<script>alert(1)</script>", &"A".repeat(10_000)] {
        let answer = post(server.address, "/f?lang=fi", &[("code", typed)]).expect("an answer");
        assert_eq!(answer.status, 422, "{typed}");
        assert!(answer.body.contains("<title>Virhe: ") && answer.body.contains("href=\"#code\""), "{}", answer.body);
        assert!(!answer.body.contains("<script") && answer.body.len() < 10_000, "{typed}");
    }
    assert!(
        get(server.address, "/f/nothing").expect("an answer").body.contains("href=\"/f?lang="),
        "told where to type"
    );
}
