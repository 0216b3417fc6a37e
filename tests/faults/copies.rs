//! Copies of the database that are taken while it is written, and put in the place of another.

use crate::attacked::{House, eventually};
use crate::figures::{Figures, dose, progress};
use crate::load::{Account, Fate};
use crate::losses::complaints;
use palaute::text::Fingerprint;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

const FAULT: &str = "backup under load, restored";
/// Clients that send while a copy is taken.
const CLIENTS: usize = 3;
/// Most pages that they send around one copy.
const A_RUN: usize = 150;
/// Receipts that they hold before it is begun.
const BEFORE: usize = 5;
/// Runs that one house goes through.
const A_HOUSE: usize = 10;

#[test]
fn a_backup_under_load_holds_all_that_was_acknowledged_before_and_nothing_that_was_not_sent() {
    let runs = dose(3, 50);
    let mut total = Figures::default();
    for first in (0..runs).step_by(A_HOUSE) {
        total.add(copied(first..runs.min(first + A_HOUSE)));
        progress(FAULT, total.runs, runs);
    }
    let control = format!("control: {} acknowledged later are not in the copies", total.lost_on_arrival);
    total.tell(FAULT, &[control]);
    assert!(total.lost_on_arrival > 0, "nothing was written while the copies were taken");
}

/// Of these figures `lost_on_arrival` counts those that were acknowledged too late for a copy.
fn copied(runs: Range<usize>) -> Figures {
    let house = House::with_links(runs.len() * A_RUN);
    let place = House::with_links(1);
    let account = Account::of(&house);
    let server = house.serve();
    let mut figures = Figures::default();
    for run in runs {
        let file = house.root.path().join(format!("copy-{run}")).display().to_string();
        let (done, sent, answered) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
        let client = || {
            while !done.load(Ordering::SeqCst) && sent.fetch_add(1, Ordering::SeqCst) < A_RUN - 1 {
                let fate = account.send(account.take(), &server, || {});
                assert!(matches!(fate, Fate::Receipt(_)), "run {run}: {fate:?}");
                answered.fetch_add(1, Ordering::SeqCst);
            }
        };
        let before = std::thread::scope(|scope| {
            for _ in 0..CLIENTS {
                scope.spawn(client);
            }
            eventually("some have a receipt", || (answered.load(Ordering::SeqCst) >= BEFORE).then_some(()));
            let before = account.acknowledged();
            house.must(&["backup", &file]);
            done.store(true, Ordering::SeqCst);
            before
        });
        let late = account.send(account.take(), &server, || {});
        assert!(matches!(late, Fate::Receipt(_)), "{late:?}");

        place.must(&["restore", &file, "--replace"]);
        place.must(&["verify"]);
        let copy = place.stored();
        let attempted: BTreeSet<&Fingerprint> = account.attempts().iter().map(|p| &p.content).collect();
        assert_eq!(complaints(&attempted, &before, &copy), [""; 0], "run {run}");
        let stored: BTreeSet<(String, Fingerprint)> = house.stored().into_iter().collect();
        assert!(copy.iter().all(|submission| stored.contains(submission)), "run {run}: the copy holds something else");
        figures.lost_on_arrival += complaints(&attempted, &account.acknowledged(), &copy).len();
        figures.runs += 1;
    }
    let (wrong, all) = account.audit(0, &house.stored());
    assert_eq!(wrong, [""; 0]);
    Figures { runs: figures.runs, lost_on_arrival: figures.lost_on_arrival, ..all }
}
