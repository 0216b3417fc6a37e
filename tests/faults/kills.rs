//! kill -9 in the midst of writing, again and again.

use crate::attacked::{House, sent};
use crate::figures::{Figures, dose, progress};
use crate::load::{Account, CLIENTS, links_for};
use crate::losses::assert_whole;
use palaute::text::Fingerprint;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const FAULT: &str = "kill -9 under load";
/// Rounds that one house goes through.
const A_HOUSE: usize = 50;

#[test]
fn no_acknowledged_submission_is_lost_when_the_server_is_killed_under_load() {
    let rounds = dose(20, 1000);
    let (mut total, mut wrong, mut slowest) = (Figures::default(), Vec::new(), Duration::ZERO);
    for first in (0..rounds).step_by(A_HOUSE) {
        let (figures, complaints, ready) = killed_in(first..rounds.min(first + A_HOUSE));
        total.add(figures);
        wrong.extend(complaints);
        slowest = slowest.max(ready);
        progress(FAULT, total.runs, rounds);
    }
    total.tell(FAULT, &[total.control(), format!("ready again within {} ms", slowest.as_millis())]);
    assert_eq!(wrong, [""; 0]);
    assert!(slowest < Duration::from_secs(5), "a killed server was ready again only after {slowest:?}");
    assert!(total.lost_on_arrival > 0, "no server died in the midst of writing");
}

fn killed_in(rounds: Range<usize>) -> (Figures, Vec<String>, Duration) {
    let house = House::with_links(links_for(rounds.clone()));
    let account = Account::of(&house);
    let mut slowest = Duration::ZERO;
    for round in rounds.clone() {
        let server = house.serve();
        slowest = slowest.max(server.ready_after);
        account.until_killed(&server, round);
    }
    let stored = house.stored();
    let (wrong, figures) = account.audit(rounds.len(), &stored);
    if !wrong.is_empty() {
        return (figures, wrong, slowest);
    }
    assert_eq!(house.ask::<String>("PRAGMA integrity_check"), "ok");
    assert_whole(&house, stored.len());

    // A retry after the crash, by those who have a receipt and by those who never got an answer.
    let server = house.serve();
    slowest = slowest.max(server.ready_after);
    let by_content: BTreeMap<&Fingerprint, &String> = stored.iter().map(|(r, c)| (c, r)).collect();
    let again = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                while let Some(page) = account.attempts().get(again.fetch_add(1, Ordering::SeqCst)) {
                    let receipt = sent(page, &server).receipt().expect("a retry gets its receipt");
                    assert!(by_content.get(&page.content).is_none_or(|before| **before == receipt), "another receipt");
                }
            });
        }
    });
    drop(server);
    assert_eq!(account.audit(rounds.len(), &house.stored()).0, [""; 0]);
    assert_whole(&house, account.attempts().len());
    (figures, wrong, slowest)
}
