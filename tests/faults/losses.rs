//! What was acknowledged is there: what a loss is, the same page sent often, a file-size limit, two servers.

use crate::attacked::{CANARY, House, NOW, Page, SOON, Server, form, nonce, sent};
use crate::figures::{Figures, dose, progress};
use crate::http::{Answer, get, post};
use crate::load::Account;
use palaute::text::Fingerprint;
use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};
use std::sync::Barrier;
use std::time::{Duration, Instant};

/// What is wrong with the store, given what was tried and what clients hold receipts for.
pub(crate) fn complaints(
    attempted: &BTreeSet<&Fingerprint>,
    acknowledged: &[(String, Fingerprint)],
    stored: &[(String, Fingerprint)],
) -> Vec<String> {
    let by_receipt: BTreeMap<&str, &Fingerprint> = stored.iter().map(|(r, c)| (r.as_str(), c)).collect();
    let mut found = Vec::new();
    for (receipt, content) in acknowledged {
        match by_receipt.get(receipt.as_str()) {
            None => found.push(format!("{receipt} was acknowledged and is lost")),
            Some(kept) if *kept != content => found.push(format!("{receipt} holds other answers than were sent")),
            Some(_) => {}
        }
    }
    let mut seen = BTreeSet::new();
    for (receipt, content) in stored {
        if !attempted.contains(content) {
            found.push(format!("{receipt} is stored but was never sent"));
        }
        if !seen.insert(content) {
            found.push(format!("{receipt} is stored twice"));
        }
    }
    found
}

/// Everything that belongs to a submission is there exactly once.
pub(crate) fn assert_whole(house: &House, submissions: usize) {
    let n = i64::try_from(submissions).expect("a small number");
    let count = |sql: &'static str| house.ask::<i64>(sql);
    assert_eq!(count("SELECT count(*) FROM submissions"), n);
    assert_eq!(count("SELECT count(DISTINCT invitation) FROM submissions"), n);
    assert_eq!(count("SELECT count(*) FROM facts WHERE subject IN (SELECT id FROM submissions)"), n);
    assert_eq!(count("SELECT count(*) FROM audit_log WHERE verb = 'submission'"), n);
    assert_eq!(count("SELECT count(*) FROM case_events WHERE event LIKE '%nswered%'"), n);
}

#[test]
fn the_check_for_losses_reports_a_lost_a_changed_a_doubled_and_an_unsent_submission() {
    let [one, two, three] = ["one", "two", "three"].map(Fingerprint::of);
    let receipt = |code: &str, content: &Fingerprint| (code.to_owned(), content.clone());
    let attempted = BTreeSet::from([&one, &two]);
    let stored = [receipt("AAAA2222", &one)];
    assert_eq!(complaints(&attempted, &[receipt("AAAA2222", &one)], &stored), [""; 0]);
    // A receipt that no server ever gave.
    let pretended = [receipt("AAAA2222", &one), receipt("BBBB3333", &two)];
    assert_eq!(complaints(&attempted, &pretended, &stored), ["BBBB3333 was acknowledged and is lost"]);
    let changed = complaints(&attempted, &[receipt("AAAA2222", &two)], &stored);
    assert_eq!(changed, ["AAAA2222 holds other answers than were sent"]);
    let extra = [receipt("AAAA2222", &one), receipt("CCCC4444", &one), receipt("DDDD5555", &three)];
    let told = complaints(&attempted, &[], &extra);
    assert_eq!(told, ["CCCC4444 is stored twice", "DDDD5555 is stored but was never sent"]);
}

/// Sends all pages at the same moment, each from a thread of its own.
fn at_once(pages: &[Page], server: &Server) -> Vec<Answer> {
    let start = Barrier::new(pages.len());
    std::thread::scope(|scope| {
        let one = |page| {
            start.wait();
            sent(page, server)
        };
        let sending: Vec<_> = pages.iter().map(|page| scope.spawn(move || one(page))).collect();
        sending.into_iter().map(|s| s.join().expect("it was answered")).collect()
    })
}

#[test]
fn the_same_page_sent_a_hundred_times_at_once_is_one_row_and_one_receipt() {
    let fault = "the same page 100 times at once";
    let ids = dose(3, 1000);
    let house = House::with_links(ids);
    let server = house.serve();
    let account = Account::of(&house);
    let mut receipts = Vec::new();
    for (n, page) in account.pages.iter().enumerate() {
        let answers = at_once(&vec![page.clone(); 100], &server);
        let given: BTreeSet<String> = answers.iter().filter_map(Answer::receipt).collect();
        assert!(answers.iter().all(|a| a.status == 200 && a.receipt().is_some()));
        assert_eq!(given.len(), 1, "{given:?}");
        receipts.extend(given.into_iter().map(|receipt| (receipt, page.content.clone())));
        progress(fault, n + 1, ids);
    }
    let (mut stored, acknowledged) = (house.stored(), receipts.len());
    Figures { runs: ids, attempted: 100 * ids, acknowledged, stored: stored.len(), ..Figures::default() }
        .tell(fault, &[]);
    stored.sort();
    receipts.sort();
    assert_eq!(stored, receipts);
    assert_whole(&house, ids);
}

#[test]
fn of_different_pages_sent_at_once_to_one_link_the_first_stays_and_the_others_get_409() {
    let house = House::with_links(1);
    let server = house.serve();
    let pages: Vec<Page> = (0..40).map(|n| Page::new(&form(), &house.tokens[0], n)).collect();
    let answers = at_once(&pages, &server);
    let won: Vec<(String, Fingerprint)> =
        answers.iter().zip(&pages).filter_map(|(a, p)| Some((a.receipt()?, p.content.clone()))).collect();
    assert_eq!(won.len(), 1);
    assert_eq!(answers.iter().filter(|a| a.status == 409).count(), 39);
    assert_eq!(house.stored(), won);
    assert_whole(&house, 1);
}

#[test]
fn an_answered_link_refuses_other_answers_with_409_and_shows_nothing_that_was_answered() {
    let house = House::with_links(1);
    let server = house.serve();
    let first = Page::new(&form(), &house.tokens[0], 1);
    let receipt = sent(&first, &server).receipt().expect("a receipt");
    let mut other_answers = Page::new(&form(), &house.tokens[0], 2);
    let other_nonce = Page { nonce: nonce(), ..first.clone() };
    assert_eq!(sent(&other_answers, &server).status, 409);
    other_answers.nonce.clone_from(&first.nonce);
    assert_eq!(sent(&other_answers, &server).status, 409, "the nonce alone is not the page");
    assert_eq!(sent(&other_nonce, &server).status, 409);
    assert_eq!(house.stored(), [(receipt.clone(), first.content.clone())]);

    let mut closed = vec![get(server.address, &first.target), get(server.address, &format!("{}/answer", first.target))];
    // What is posted here holds no answer, so nothing that was answered can come back by echo.
    for verb in ["check", "change", "send"] {
        closed.push(post(server.address, &format!("{}/{verb}", first.target), &[("nonce", &first.nonce)]));
    }
    for answer in closed.into_iter().map(|a| a.expect("an answer")) {
        assert_eq!(answer.status, 409);
        assert!(!answer.body.contains(CANARY) && !answer.body.contains(&receipt), "{}", answer.body);
        assert!(!answer.body.contains("checked") && !answer.body.contains("<form"), "{}", answer.body);
    }
    assert_eq!(sent(&first, &server).receipt(), Some(receipt), "the same page still gets its receipt");
}

#[test]
fn a_full_disk_gives_no_receipt_and_the_server_stores_again_once_there_is_room() {
    let house = House::with_links(12);
    let form = form();
    let pages: Vec<Page> = house.tokens.iter().enumerate().map(|(n, t)| Page::new(&form, t, n)).collect();
    let server = house.serve();
    let mut acknowledged = Vec::new();
    for page in &pages[..4] {
        acknowledged.push((sent(page, &server).receipt().expect("room"), page.content.clone()));
    }
    let log = house.dir().join("data/palaute.sqlite-wal");
    let full = std::fs::metadata(log).expect("the write-ahead log").len();
    for round in 0..3 {
        server.limit_files(Some(full));
        for page in &pages[4..] {
            let refused = sent(page, &server);
            if let Some(receipt) = refused.receipt() {
                // An earlier round stored it.
                assert!(acknowledged.contains(&(receipt, page.content.clone())), "a receipt on a full disk");
            } else {
                assert_eq!(refused.status, 503, "round {round}");
            }
        }
        server.limit_files(None);
        let page = &pages[4 + round];
        let receipt = sent(page, &server).receipt().expect("a receipt without a restart");
        acknowledged.push((receipt, page.content.clone()));
        server.limit_files(Some(full));
    }
    server.limit_files(None);
    for page in &pages[7..] {
        acknowledged.push((sent(page, &server).receipt().expect("room"), page.content.clone()));
    }
    let attempted = pages.iter().map(|p| &p.content).collect();
    assert_eq!(complaints(&attempted, &acknowledged, &house.stored()), [] as [&str; 0]);
}

#[test]
fn a_second_server_on_the_same_database_is_refused_until_the_first_is_gone() {
    let house = House::with_links(1);
    let first = house.serve();
    let mut command = Command::new(env!("CARGO_BIN_EXE_palaute"));
    command.arg("--instance").arg(house.dir()).args(["--now", NOW, "serve", "--port", "0"]);
    let mut second =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    let began = Instant::now();
    while second.try_wait().expect("its state").is_none() {
        if began.elapsed() > SOON {
            second.kill().expect("it stops");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = second.wait_with_output().expect("its output");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "it goes on until it is killed, or ends otherwise: {told}");
    assert!(told.contains("another Palaute server uses") && told.contains("stop it first"), "{told}");
    assert!(first.healthy(), "the first goes on");
    first.kill();
    assert!(house.serve().healthy(), "the lock went with the process");
}
