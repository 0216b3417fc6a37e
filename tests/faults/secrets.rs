//! What must stand in no log, no database and no mail.

use crate::attacked::{CANARY, House, NOW, Page, Server, assert_absent, eventually, form, sent};
use crate::http::{FORM, exchange, get, post, request};
use palaute::text::Fingerprint;
use sqlx::Connection;

#[test]
fn no_token_no_answer_and_no_address_stands_in_the_log_or_in_the_database() {
    let house = House::with_links(3);
    house.must(&["invite", &house.cases[2], "--mail", "client@example.invalid"]);
    let server = Server::start(&house, NOW, "trace");
    let at = server.address;
    let page = Page::new(&form(), &house.tokens[0], 1);
    let open = &page.target;
    let wrong = [("nonce", page.nonce.as_str()), ("c_trust", CANARY), ("c_open", CANARY)];
    let referer = format!("http://{at}{open}/answer");
    let mut answers = vec![
        get(at, open),
        get(at, &format!("{open}/answer")),
        get(at, &format!("{open}/nothing")),
        get(at, &format!("{open}%ff")),
        get(at, &format!("/f/{}", house.tokens[0].to_uppercase())),
        post(at, &format!("{open}/check"), &wrong),
        post(at, &format!("{open}/change"), &wrong),
        post(at, &format!("{open}/send"), &wrong),
        post(at, &format!("{open}/send"), &wrong[1..]),
        post(at, &format!("{open}/check"), &page.fields()),
        post(at, open, &page.fields()),
        page.send(at),
        page.send(at),
        Page::new(&form(), &house.tokens[0], 2).send(at),
        get(at, &format!("{open}?{CANARY}")),
    ];
    let headers =
        [FORM, ("Referer", referer.as_str()), ("Origin", "https://evil.example"), ("Cookie", &house.tokens[1])];
    answers.push(exchange(at, &request(at, "POST", open.as_bytes(), &headers, page.encoded().as_bytes())));
    let large = format!("{}&x={}", page.encoded(), "y".repeat(1 << 17));
    answers.push(exchange(at, &request(at, "POST", format!("{open}/send").as_bytes(), &[FORM], large.as_bytes())));
    assert!(answers.iter().flatten().any(|a| a.receipt().is_some()));
    assert!(answers.iter().flatten().filter(|a| a.status >= 400).count() > 8);

    // The mail goes out with a link that opens the form, and its address is forgotten.
    let folder = house.dir().join("mail");
    let mail = eventually("a mail", || {
        let file = std::fs::read_dir(&folder)
            .ok()?
            .filter_map(Result::ok)
            .find(|f| f.path().extension().is_some_and(|e| e == "eml"))?;
        let text = std::fs::read_to_string(file.path()).ok()?;
        linked_token(&text).map(|token| (text, token))
    });
    let (text, mailed) = mail;
    assert!(text.contains("client@example.invalid") && !text.contains("kanarialintu"), "{text}");
    assert_eq!(get(at, &format!("/f/{mailed}")).map(|a| a.status), Some(200));
    eventually("the mail to be settled", || {
        let sql = "SELECT count(*) FROM outbox WHERE state = 'delivered' AND address IS NULL";
        (house.ask::<i64>(sql) == 1).then_some(())
    });

    let bytes = house.database_bytes();
    let secrets = [house.tokens[0].as_str(), &house.tokens[1], &house.tokens[2], &mailed];
    assert_absent("the database", &bytes, &secrets);
    for token in secrets {
        let hash = Fingerprint::of(token);
        let hash = hash.as_str().as_bytes();
        assert!(bytes.windows(hash.len()).any(|w| w == hash), "the search would find what is there");
    }
    server.kill();
    let log = house.log();
    let told: Vec<String> = server.told.lock().expect("nobody panicked with it").iter().collect();
    let hidden = [&secrets[..], &[CANARY, "client@example.invalid"]].concat();
    assert_absent("the log", log.as_bytes(), &hidden);
    assert_absent("the output", told.join("\n").as_bytes(), &hidden);
}

/// The token of the link in a mail, whichever way the mail's text is encoded.
fn linked_token(mail: &str) -> Option<String> {
    let unfolded = mail.replace("=\r\n", "").replace("=\n", "");
    let token: String = unfolded.split("/f/").nth(1)?.chars().take_while(char::is_ascii_hexdigit).collect();
    (token.len() == 64).then_some(token)
}

#[test]
fn what_cannot_be_stored_or_mailed_is_told_without_secrets_and_succeeds_when_the_database_is_free() {
    let house = House::with_links(2);
    // A file where the folder of mails should be.
    std::fs::write(house.dir().join("mail"), "").expect("a file");
    house.must(&["invite", &house.cases[1], "--mail", "client@example.invalid"]);
    let server = Server::start(&house, NOW, "trace");
    let page = Page::new(&form(), &house.tokens[0], 1);
    eventually("a failed delivery", || house.log().contains("a mail was not delivered").then_some(()));
    let waiting = "SELECT count(*) FROM outbox WHERE state = 'waiting' AND tries = 1";
    eventually("the next try to be planned", || (house.ask::<i64>(waiting) == 1).then_some(()));
    // Somebody holds the database for longer than the server waits for it.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut holder = runtime.block_on(house.connection());
    runtime.block_on(sqlx::query("BEGIN IMMEDIATE").execute(&mut holder)).expect("the lock is taken");
    let refused = sent(&page, &server);
    assert_eq!((refused.status, refused.receipt()), (503, None));
    assert!(!refused.body.contains(CANARY));
    assert_eq!(get(server.address, &page.target).map(|a| a.status), Some(200), "reading goes on");
    runtime.block_on(sqlx::query("ROLLBACK").execute(&mut holder)).expect("the lock is given back");
    runtime.block_on(holder.close()).expect("the connection closes");
    let receipt = sent(&page, &server).receipt().expect("a receipt without a restart");
    assert_eq!(house.stored(), [(receipt, page.content.clone())]);
    let log = house.log();
    assert!(log.contains("ERROR"), "the failure is told: {log}");
    assert_absent("the log", log.as_bytes(), &[&house.tokens[0], CANARY, "client@example.invalid"]);
}
