//! A disk that is full, read-only or broken for a while: 503 and no receipt, then business as before without a restart.

use crate::attacked::House;
use crate::disk::{Disk, Failing};
use crate::figures::{dose, progress};
use crate::load::{Account, Fate};
use crate::losses::assert_whole;
use std::path::Path;

/// Clients at once, each with one page while the disk fails.
const CLIENTS: usize = 6;
/// Of these, how many send their page again when the disk is well.
const AGAIN: usize = 3;

fn withstands(fault: &str, failing: Failing) {
    let runs = dose(4, 50);
    let house = House::with_links(1 + runs * (CLIENTS + 1));
    let (account, disk) = (Account::of(&house), Disk::that_fails(&house));
    let server = disk.serve(&house, Path::new(env!("CARGO_BIN_EXE_palaute")));
    let send = |at: usize| account.send(at, &server, || {});
    let together = |pages: &[usize]| -> Vec<Fate> {
        std::thread::scope(|scope| {
            let sending: Vec<_> = pages.iter().map(|at| scope.spawn(|| send(*at))).collect();
            sending.into_iter().map(|s| s.join().expect("it was answered")).collect()
        })
    };
    let first = account.take();
    assert!(matches!(send(first), Fate::Receipt(_)));
    for run in 0..runs {
        let pages: Vec<usize> = (0..CLIENTS).map(|_| account.take()).collect();
        let errors = disk.errors();
        disk.fail(Some(failing));
        // The second time on connections that were made while it failed.
        for _ in 0..2 {
            let refused = together(&pages);
            assert!(refused.iter().all(|fate| matches!(fate, Fate::Refused(503))), "run {run}: {refused:?}");
        }
        // What is stored already may get its receipt again, which `send` compares, or wait for better times.
        let again = send(first);
        assert!(matches!(again, Fate::Receipt(_) | Fate::Refused(503)), "run {run}: {again:?}");
        assert!(disk.errors() > errors, "run {run}: the disk did not fail");
        disk.fail(None);
        let new = account.take();
        let stored = together(&[&pages[..AGAIN], &[new, first]].concat());
        assert!(stored.iter().all(|fate| matches!(fate, Fate::Receipt(_))), "run {run}: {stored:?} {}", house.log());
        progress(fault, run + 1, runs);
    }
    let stored = house.stored();
    let (wrong, figures) = account.audit(runs, &stored);
    figures.tell(fault, &[figures.control(), format!("{} errors of the disk", disk.errors())]);
    assert_eq!(wrong, [""; 0]);
    assert!(figures.lost_on_arrival > 0);
    assert_eq!(house.ask::<String>("PRAGMA integrity_check"), "ok");
    assert_whole(&house, stored.len());
    drop(server);
    // The next server finds the same.
    drop(house.serve());
    assert_eq!(account.audit(runs, &house.stored()).0, [""; 0]);
}

#[test]
fn a_disk_without_room_costs_503_and_nothing_else() {
    withstands("disk full (ENOSPC)", Failing::Full);
}

#[test]
fn a_read_only_disk_costs_503_and_nothing_else() {
    withstands("disk read-only (EROFS)", Failing::ReadOnly);
}

#[test]
fn a_disk_that_cannot_be_written_costs_503_and_nothing_else() {
    withstands("disk cannot write (EIO)", Failing::Writes);
}

#[test]
fn a_disk_that_cannot_sync_costs_503_and_nothing_else() {
    withstands("disk cannot sync (EIO)", Failing::Syncs);
}
