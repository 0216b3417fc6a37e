//! Attacks on the sign-in of staff: scanners, replays, other browsers, planted cookies, enumeration, mail bombs, a stolen
//! database.

use crate::attacked::{House, NOW, Server, assert_absent, eventually};
use crate::http::{Answer, FORM, Visitor, connect, encode, exchange, get, read_to_close, request};
use palaute::text::Fingerprint;
use std::collections::BTreeSet;
use std::io::Write;

const ADDRESS: &str = "valmentaja@example.invalid";
const NOBODY: &str = "nobody.here@example.invalid";
const SESSION: &str = "palaute-session";
const ASKING: &str = "palaute-asking";

fn house() -> House {
    let house = House::with_links(0);
    house.must(&["staff", "add", ADDRESS, "--role", "coach", "--name", "Valmentaja 1"]);
    house.must(&["staff", "add", "other@example.invalid", "--role", "manager", "--name", "Esihenkilö"]);
    house
}

/// Receivers and secrets of the sign-in mails in the folder.
fn mailed(house: &House) -> BTreeSet<(String, String)> {
    let files = std::fs::read_dir(house.dir().join("mail")).into_iter().flatten().filter_map(Result::ok);
    let texts = files.filter_map(|f| std::fs::read_to_string(f.path()).ok());
    let read = |text: String| {
        let to = text.lines().find_map(|l| l.strip_prefix("To: "))?.trim().to_owned();
        let unfolded = text.replace("=\r\n", "").replace("=\n", "");
        let code = unfolded.split("/desk/sign-in/").nth(1)?.split_whitespace().next()?;
        (code.len() == 29).then(|| (to, code.to_owned()))
    };
    texts.filter_map(read).collect()
}

/// Asks for a sign-in and waits for its mail.
fn ask(house: &House, visitor: &mut Visitor) -> String {
    let before = mailed(house);
    let page = visitor.post("/desk/sign-in?lang=fi", &[("address", ADDRESS)]);
    assert!(page.status == 200 && page.body.contains("name=\"code\""), "{}", page.body);
    let new = eventually("the mail", || mailed(house).difference(&before).next().cloned());
    assert_eq!(new.0, ADDRESS);
    new.1
}

fn sign_in(house: &House, visitor: &mut Visitor) -> String {
    let code = ask(house, visitor);
    visitor.post(&format!("/desk/sign-in/{code}"), &[]);
    visitor.cookie(SESSION).expect("a session").to_owned()
}

fn with_cookies(server: &Server, method: &str, target: &str, cookies: &str, fields: &[(&str, &str)]) -> Answer {
    let headers = [FORM, ("Cookie", cookies)];
    let body = if method == "GET" { String::new() } else { encode(fields) };
    let bytes = request(server.address, method, target.as_bytes(), &headers, body.as_bytes());
    exchange(server.address, &bytes).expect("an answer")
}

/// True when the session opens the desk.
fn opens(server: &Server, session: &str) -> bool {
    let answer = with_cookies(server, "GET", "/desk", &format!("{SESSION}={session}"), &[]);
    assert_eq!(answer.status, 303);
    !answer.header("location").starts_with("/desk/sign-in")
}

#[test]
fn a_scanner_that_opens_and_posts_the_link_a_hundred_times_gets_no_session_and_takes_none_away() {
    let house = house();
    let server = house.serve();
    let mut visitor = Visitor::new(server.address);
    let code = ask(&house, &mut visitor);
    let link = format!("/desk/sign-in/{code}");
    for n in 0..100 {
        for method in ["GET", "POST"] {
            let cookies = ["", "palaute-asking=", "palaute-asking=x; palaute-session=y"][n % 3];
            let answer = with_cookies(&server, method, &link, cookies, &[("code", &code)]);
            assert_eq!((answer.status, answer.header("set-cookie")), (200, ""), "{method} {n}");
        }
    }
    assert_eq!(house.ask::<i64>("SELECT count(*) FROM sessions"), 0);
    let page = visitor.get(&link);
    assert!(page.status == 200 && page.body.contains(&format!("action=\"/desk/sign-in/{code}")), "{}", page.body);
    assert_eq!(house.ask::<i64>("SELECT count(*) FROM sessions"), 0, "opening changes nothing");
    visitor.post(&link, &[]);
    assert!(opens(&server, visitor.cookie(SESSION).expect("a session")));
    assert_eq!(visitor.cookie(ASKING), None, "it is over");
    assert_eq!(visitor.get("/desk/sign-in").header("location"), "/desk");
}

#[test]
fn a_code_of_another_browser_of_before_or_of_nobody_lets_nobody_in() {
    let house = house();
    let server = house.serve();
    let (mut one, mut two) = (Visitor::new(server.address), Visitor::new(server.address));
    let (first, second) = (ask(&house, &mut one), ask(&house, &mut two));
    // Each asked for the same person; still each mail is for its own browser.
    for (visitor, code) in [(&mut one, &second), (&mut two, &first)] {
        let answer = visitor.post(&format!("/desk/sign-in/{code}"), &[]);
        assert_eq!((answer.status, visitor.cookie(SESSION)), (410, None));
        let answer = visitor.post("/desk/sign-in/asked", &[("code", code)]);
        assert_eq!((answer.status, visitor.cookie(SESSION)), (422, None), "typed in");
        assert!(answer.body.contains("href=\"#code\"") && answer.body.contains(code.as_str()), "{}", answer.body);
    }
    one.post("/desk/sign-in/asked", &[("code", &format!(" {} ", first.to_lowercase().replace('-', " ")))]);
    let session = one.cookie(SESSION).expect("typed in, it lets in").to_owned();
    assert!(opens(&server, &session));
    let mut again = Visitor::new(server.address);
    assert_eq!(again.post(&format!("/desk/sign-in/{first}"), &[]).status, 200, "told where it is good");
    assert_eq!(again.cookie(SESSION), None, "replayed");
    // Ten wrong codes, and of this network no more are looked at for a while.
    let wrong = |n: usize| format!("ABCD-EFGH-JKMN-PQRS-TUVW-XY{}{}", char::from(b'A' + (n % 8) as u8), n % 8 + 2);
    let statuses: Vec<u16> = (0..12).map(|n| two.post("/desk/sign-in/asked", &[("code", &wrong(n))]).status).collect();
    assert!(statuses.contains(&422) && statuses.ends_with(&[429, 429]), "{statuses:?}");
}

#[test]
fn a_planted_session_is_never_taken_on_and_the_old_one_ends_with_the_next_sign_in_and_with_the_sign_out() {
    let house = house();
    let server = house.serve();
    let planted = "cd".repeat(32);
    let mut visitor = Visitor::new(server.address);
    let code = ask(&house, &mut visitor);
    let cookies = format!("{SESSION}={planted}; {ASKING}={}", visitor.cookie(ASKING).expect("a cookie"));
    let answer = with_cookies(&server, "POST", &format!("/desk/sign-in/{code}"), &cookies, &[]);
    assert_eq!(answer.status, 303);
    assert!(!opens(&server, &planted));
    // A cookie of asking that somebody planted is not taken on, either.
    let cookies = format!("{ASKING}={planted}");
    let answer = with_cookies(&server, "POST", "/desk/sign-in", &cookies, &[("address", ADDRESS)]);
    let set = answer.header("set-cookie");
    assert!(set.starts_with("palaute-asking=") && !set.contains(&planted), "{set}");
    for flag in ["HttpOnly", "SameSite=Lax", "; Path=/desk/sign-in", "Max-Age=600"] {
        assert!(set.contains(flag), "{set}");
    }

    let house = self::house();
    let server = house.serve();
    let mut visitor = Visitor::new(server.address);
    let first = sign_in(&house, &mut visitor);
    let before = mailed(&house);
    let asked = with_cookies(&server, "POST", "/desk/sign-in", "", &[("address", ADDRESS)]);
    let asking = asked.header("set-cookie").split(';').next().expect("a cookie").to_owned();
    let code = eventually("the mail", || mailed(&house).difference(&before).next().cloned()).1;
    let cookies = format!("{SESSION}={first}; {asking}");
    let answer = with_cookies(&server, "POST", &format!("/desk/sign-in/{code}"), &cookies, &[]);
    assert_eq!(answer.status, 303);
    assert!(!opens(&server, &first), "the same browser has a new one");
    let mut visitor = Visitor::new(server.address);
    let last = sign_in(&house, &mut visitor);
    assert!(opens(&server, &last));
    drop(server);
    let later = Server::start(&house, "2025-12-01T09:31:00+02:00", "warn");
    assert!(!opens(&later, &last), "half an hour of rest");
}

#[test]
fn signing_out_ends_the_session_and_the_sign_in_leads_to_where_somebody_wanted_to_go_but_nowhere_else() {
    let house = house();
    let server = house.serve();
    let mut visitor = Visitor::new(server.address);
    let before = mailed(&house);
    visitor.post("/desk/sign-in", &[("address", ADDRESS), ("to", "/desk/cases/2025-000123")]);
    let code = eventually("the mail", || mailed(&house).difference(&before).next().cloned()).1;
    let cookies = format!("{ASKING}={}", visitor.cookie(ASKING).expect("a cookie"));
    let answer = with_cookies(&server, "POST", &format!("/desk/sign-in/{code}"), &cookies, &[]);
    assert_eq!((answer.status, answer.header("location")), (303, "/desk/cases/2025-000123"));
    let set = answer.header("set-cookie");
    assert!(set.contains("Max-Age=0") || set.starts_with(SESSION), "{set}");
    for to in ["//evil.example", "https://evil.example", "/\\evil.example", "/desk/../x", "/desk/sign-in/x"] {
        let asked = with_cookies(&server, "POST", "/desk/sign-in", "", &[("address", NOBODY), ("to", to)]);
        let value = asked.header("set-cookie").split(';').next().unwrap_or_default().len();
        assert_eq!((asked.status, value), (303, "palaute-asking=".len() + 64), "{to}");
        let page = get(server.address, &format!("/desk/sign-in?to={to}")).expect("an answer");
        assert!(page.status == 200 && !page.body.contains("evil"), "{to}");
    }
    let session = sign_in(&house, &mut Visitor::new(server.address));
    let answer = with_cookies(&server, "POST", "/desk/sign-out", &format!("{SESSION}={session}"), &[]);
    assert_eq!((answer.status, opens(&server, &session)), (303, false));
}

/// Everything that comes back, but for random values and the date.
fn bytes(server: &Server, target: &str, cookie: &str, fields: &[(&str, &str)]) -> String {
    let mut stream = connect(server.address).expect("a connection");
    let headers = [FORM, ("Cookie", cookie)];
    let method = if fields.is_empty() { "GET" } else { "POST" };
    let body = if fields.is_empty() { String::new() } else { encode(fields) };
    let asked = request(server.address, method, target.as_bytes(), &headers, body.as_bytes());
    stream.write_all(&asked).expect("it is sent");
    let text = String::from_utf8(read_to_close(&mut stream)).expect("text");
    let line = |line: &str| match line.split_once("palaute-asking=") {
        Some((before, rest)) => format!("{before}{}", rest.chars().skip(64).collect::<String>()),
        None => line.to_owned(),
    };
    text.lines().filter(|l| !l.to_ascii_lowercase().starts_with("date:")).map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn whether_an_address_is_known_is_told_by_no_byte_of_any_answer_and_only_the_known_one_gets_a_mail() {
    let house = house();
    let server = house.serve();
    let mut answers = Vec::new();
    for address in [ADDRESS, NOBODY] {
        let mut of_address = Vec::new();
        // Beyond the quota, too.
        for _ in 0..5 {
            let first = bytes(&server, "/desk/sign-in?lang=sv", "", &[("address", address), ("to", "/desk/cases")]);
            assert!(first.starts_with("HTTP/1.1 303"), "{first}");
            of_address.push(first);
        }
        let asked = with_cookies(&server, "POST", "/desk/sign-in", "", &[("address", address)]);
        let cookie = asked.header("set-cookie").split(';').next().expect("a cookie").to_owned();
        let wrong = [("code", "ABCD-EFGH-JKMN-PQRS-TUVW-XYZ2")];
        for fields in [&[][..], &wrong] {
            of_address.push(bytes(&server, "/desk/sign-in/asked?lang=sv", &cookie, fields));
            of_address.push(bytes(&server, "/desk/sign-in/ABCD-EFGH-JKMN-PQRS-TUVW-XYZ2", &cookie, fields));
        }
        answers.push(of_address);
    }
    for (n, (known, unknown)) in answers[0].iter().zip(&answers[1]).enumerate() {
        assert_eq!(known, unknown, "answer {n}");
    }
    eventually("the mails", || (mailed(&house).len() == 3).then_some(()));
    assert!(mailed(&house).iter().all(|(to, _)| to == ADDRESS));
    let no_address = with_cookies(&server, "POST", "/desk/sign-in", "", &[("address", "<script>")]);
    assert!(no_address.status == 422 && no_address.body.contains("&lt;script&gt;"), "{}", no_address.body);
}

#[test]
fn a_mail_bomb_ends_after_three_mails_whatever_the_header_says_and_a_network_after_twenty_askings() {
    let house = house();
    let server = house.serve();
    let statuses: Vec<u16> = (0..40)
        .map(|n| {
            let told = format!("198.51.100.{n}");
            let headers = [FORM, ("X-Forwarded-For", told.as_str()), ("Forwarded", "for=203.0.113.9")];
            let body = encode(&[("address", if n % 2 == 0 { ADDRESS } else { "VALMENTAJA@example.invalid" })]);
            let bytes = request(server.address, "POST", b"/desk/sign-in", &headers, body.as_bytes());
            exchange(server.address, &bytes).expect("an answer").status
        })
        .collect();
    assert!(statuses[..20].iter().all(|s| *s == 303) && statuses[20..].iter().all(|s| *s == 429), "{statuses:?}");
    eventually("the mails", || (mailed(&house).len() == 3).then_some(()));
    assert_eq!(house.ask::<i64>("SELECT count(*) FROM outbox"), 3, "no more are queued");
    drop(server);

    // From many networks at once it is the address that is spared.
    let house = self::house();
    let file = house.dir().join("palaute.yaml");
    let settings = std::fs::read_to_string(&file).expect("the settings");
    std::fs::write(&file, settings + "\ntrusted_proxies: [127.0.0.1]\n").expect("the settings");
    let server = house.serve();
    for n in 0..40 {
        let told = format!("198.51.100.{n}");
        let headers = [FORM, ("X-Forwarded-For", told.as_str())];
        let bytes =
            request(server.address, "POST", b"/desk/sign-in", &headers, encode(&[("address", ADDRESS)]).as_bytes());
        assert_eq!(exchange(server.address, &bytes).map(|a| a.status), Some(303), "{n}");
    }
    assert_eq!(house.ask::<i64>("SELECT count(*) FROM outbox"), 3);
}

#[test]
fn no_session_no_code_and_no_cookie_stands_in_the_database_or_in_the_log() {
    let house = house();
    let server = Server::start(&house, NOW, "trace");
    let mut visitor = Visitor::new(server.address);
    let code = ask(&house, &mut visitor);
    let asking = visitor.cookie(ASKING).expect("a cookie").to_owned();
    let waiting = house.database_bytes();
    visitor.get(&format!("/desk/sign-in/{code}"));
    visitor.post("/desk/sign-in/asked", &[("code", "ABCD-EFGH-JKMN-PQRS-TUVW-XYZ2")]);
    visitor.post(&format!("/desk/sign-in/{code}"), &[]);
    let session = visitor.cookie(SESSION).expect("a session").to_owned();
    assert!(opens(&server, &session));
    let plain = code.replace('-', "");
    let secrets = [code.as_str(), &plain, &asking, &session];
    let after = house.database_bytes();
    assert_absent("the database", &after, &secrets);
    assert_absent("the database while the mail waits", &waiting, &secrets[..3]);
    let holds = |bytes: &[u8], text: &str| {
        let hash = Fingerprint::of(text);
        bytes.windows(64).any(|w| w == hash.as_str().as_bytes())
    };
    assert!(holds(&waiting, &plain) && holds(&waiting, &asking) && holds(&after, &session), "the search would find it");
    server.kill();
    let hidden = [&secrets[..], &[ADDRESS]].concat();
    assert_absent("the log", house.log().as_bytes(), &hidden);
}
