//! Another process holds the database file: for a moment, and for longer than the server waits.

use crate::attacked::{House, Server, block, eventually};
use crate::figures::{Figures, dose, progress};
use crate::load::{Account, CLIENTS, Fate};
use sqlx::Connection;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A lock that the server waits for: a good part of a second.
const SHORT: Duration = Duration::from_millis(300);
/// Longest time until somebody is told that his answer could not be stored.
const TOLD_WITHIN: Duration = Duration::from_secs(25);
/// How another process can hold a database in whose file only one writes.
const LOCKS: [&str; 2] = ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"];

/// Does something while another connection holds the database.
fn locked<T>(house: &House, how: &'static str, act: impl FnOnce() -> T) -> T {
    block(async {
        let mut connection = house.connection().await;
        sqlx::raw_sql(how).execute(&mut connection).await.expect("the lock");
        let done = act();
        sqlx::raw_sql("ROLLBACK").execute(&mut connection).await.expect("the end of the lock");
        connection.close().await.expect("the connection closes");
        done
    })
}

/// Sends a page by each client at once; what became of them, and how long the slowest took.
fn together(account: &Account, server: &Server, pages: &[usize]) -> (Vec<Fate>, Duration) {
    let began = Instant::now();
    let fates = std::thread::scope(|scope| {
        let sending: Vec<_> = pages.iter().map(|at| scope.spawn(|| account.send(*at, server, || {}))).collect();
        sending.into_iter().map(|s| s.join().expect("it was answered")).collect()
    });
    (fates, began.elapsed())
}

#[test]
fn a_database_that_is_locked_for_a_moment_costs_nobody_an_answer() {
    let fault = "database locked for 300 ms";
    let runs = dose(3, 20);
    let house = House::with_links(runs * CLIENTS);
    let account = Account::of(&house);
    let server = house.serve();
    for run in 0..runs {
        let gone = AtomicUsize::new(0);
        let count = || {
            gone.fetch_add(1, Ordering::SeqCst);
        };
        let fates: Vec<Fate> = std::thread::scope(|scope| {
            let sending = locked(&house, LOCKS[run % LOCKS.len()], || {
                let client = || account.send(account.take(), &server, count);
                let sending: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(client)).collect();
                eventually("every page has gone out", || (gone.load(Ordering::SeqCst) == CLIENTS).then_some(()));
                std::thread::sleep(SHORT);
                assert!(sending.iter().all(|s| !s.is_finished()), "run {run}: an answer while the database is locked");
                sending
            });
            sending.into_iter().map(|s| s.join().expect("it was answered")).collect()
        });
        assert!(fates.iter().all(|fate| matches!(fate, Fate::Receipt(_))), "run {run}: {fates:?}");
        progress(fault, run + 1, runs);
    }
    let (wrong, figures) = account.audit(runs, &house.stored());
    figures.tell(fault, &[]);
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn a_database_that_stays_locked_costs_503_in_bounded_time_and_nothing_else() {
    let fault = "database locked for long";
    let runs = dose(1, 4);
    let house = House::with_links(runs * CLIENTS);
    let account = Account::of(&house);
    let server = house.serve();
    let (mut slowest, mut total) = (Duration::ZERO, Figures::default());
    for run in 0..runs {
        let pages: Vec<usize> = (0..CLIENTS).map(|_| account.take()).collect();
        let (refused, took) = locked(&house, LOCKS[run % LOCKS.len()], || together(&account, &server, &pages));
        assert!(refused.iter().all(|fate| matches!(fate, Fate::Refused(503))), "run {run}: {refused:?}");
        slowest = slowest.max(took);
        let (wrong, figures) = account.audit(0, &house.stored());
        assert_eq!(wrong, [""; 0]);
        total.lost_on_arrival += figures.lost_on_arrival;
        let (stored, _) = together(&account, &server, &pages);
        assert!(stored.iter().all(|fate| matches!(fate, Fate::Receipt(_))), "run {run}: {stored:?}");
        progress(fault, run + 1, runs);
    }
    let (wrong, figures) = account.audit(runs, &house.stored());
    total.add(figures);
    total.tell(fault, &[total.control(), format!("503 within {} ms", slowest.as_millis())]);
    assert_eq!(wrong, [""; 0]);
    assert!(total.lost_on_arrival > 0);
    assert!(slowest < TOLD_WITHIN, "{slowest:?}");
}
