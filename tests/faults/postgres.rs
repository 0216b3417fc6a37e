//! PostgreSQL restarts, loses its sessions, hangs or is killed while clients send.

use crate::attacked::{House, NOW, Page, Server, eventually, sent};
use crate::cluster::{Cluster, signal};
use crate::figures::dose;
use crate::http::get;
use crate::losses::complaints;
use crate::steady::{BOUND, CLIENTS, Load, pages, stores_again};
use palaute::store::Database;
use sqlx::{AnyConnection, Connection};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

const NAME: &str = "palaute";

/// A cluster with a house that has that many links.
fn house(links: usize) -> (Cluster, House) {
    let cluster = Cluster::start(&[]);
    let house = House::on(links, Some(cluster.create(NAME)));
    (cluster, house)
}

#[test]
fn no_acknowledged_submission_is_lost_when_postgresql_restarts_under_load() {
    let runs = dose(6, 100);
    let (cluster, house) = house(runs * 90);
    let (server, pages) = (house.serve(), pages(&house));
    let load = Load::new(&pages);
    load.run(&[server.address], || {
        for run in 0..runs {
            load.goes_on(3 + run * 5 % 17);
            cluster.restart(["immediate", "fast"][run % 2]);
        }
        load.goes_on(CLIENTS);
    });
    let early = load.judge("PostgreSQL restarted", runs, &house, server.address);
    assert!(early > 0, "no request was under way at any restart");
}

#[test]
fn no_acknowledged_submission_is_lost_when_sessions_of_postgresql_are_killed_under_load() {
    let runs = dose(10, 100);
    let (cluster, house) = house(runs * 60);
    let (server, pages) = (house.serve(), pages(&house));
    let load = Load::new(&pages);
    load.run(&[server.address], || {
        for run in 0..runs {
            load.goes_on(3 + run * 5 % 17);
            if run % 3 == 2 {
                // PostgreSQL takes this for damage, ends every session and recovers as after a crash.
                let sessions = cluster.sessions("datname = 'palaute'");
                signal("KILL", &sessions[run % sessions.len().max(1)..][..1]);
            } else {
                cluster.execute(
                    "postgres",
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'palaute'",
                );
            }
        }
        load.goes_on(CLIENTS);
    });
    let early = load.judge("PostgreSQL's sessions killed", runs, &house, server.address);
    assert!(early > 0, "no request was under way in any killed session");
}

/// One request to read and one to send are refused in time.
fn both_are_refused(server: SocketAddr, page: &Page) {
    let began = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let answer = get(server, &format!("{}/answer", page.target)).expect("reading is answered");
            assert_eq!((answer.status, answer.body.contains("<form")), (503, false));
        });
        scope.spawn(|| {
            let answer = page.send(server).expect("sending is answered");
            assert_eq!((answer.status, answer.receipt()), (503, None));
        });
    });
    assert!(began.elapsed() < BOUND, "they waited {:?}", began.elapsed());
}

#[test]
fn everybody_is_answered_while_postgresql_hangs_and_the_server_stores_again_without_a_restart() {
    // Both do little but wait.
    std::thread::scope(|scope| {
        scope.spawn(all_of_it_hangs_for_a_while);
        scope.spawn(sessions_hang_for_ever_while_new_ones_are_good);
    });
}

fn all_of_it_hangs_for_a_while() {
    let (short, long) = (dose(3, 100), dose(2, 10));
    let (cluster, house) = house((short + long) * 50);
    let server = house.serve();
    let pages = pages(&house);
    let (probe, pages) = pages.split_last().expect("pages");
    let load = Load::new(pages);
    load.run(&[server.address], || {
        for run in 0..short {
            load.goes_on(3 + run * 5 % 17);
            cluster.hang();
            std::thread::sleep(Duration::from_millis(500 + 50 * (run as u64 % 10)));
            cluster.go_on();
        }
        load.goes_on(CLIENTS);
        // Long hangs, one right after the other: everybody who waits is told.
        for _ in 0..long {
            let before = load.refused();
            cluster.hang();
            both_are_refused(server.address, probe);
            eventually("a refusal for each client", || (load.refused() >= before + CLIENTS / 2).then_some(()));
            cluster.go_on();
        }
        load.goes_on(CLIENTS);
    });
    stores_again(&load.attempted()[0], server.address);
    load.judge("PostgreSQL hanging", short + long, &house, server.address);
}

fn sessions_hang_for_ever_while_new_ones_are_good() {
    let (cluster, house) = house(40);
    let (server, pages) = (house.serve(), pages(&house));
    let receipt = |n: usize| sent(&pages[n], &server).receipt().map(|r| (r, pages[n].content.clone()));
    let mut acknowledged = vec![receipt(0).expect("a receipt")];
    let Database::Server(address) = &house.data else { panic!("a server") };
    // It may be looking at the outbox.
    let mut stopped = eventually("the one that writes, at rest", || {
        let writers = cluster.sessions("datname = 'palaute' AND state = 'idle' AND query = 'COMMIT'");
        (writers.len() == 1).then_some(writers)
    });
    signal("STOP", &stopped);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    std::thread::scope(|scope| {
        scope.spawn(|| assert_eq!(sent(&pages[5], &server).status, 503));
        // Four readers wait for a lock, and are stopped as they wait.
        let lock = runtime.block_on(async {
            let mut holder = AnyConnection::connect(address).await.expect("a session");
            let lock = sqlx::raw_sql("BEGIN; LOCK TABLE links, cases IN ACCESS EXCLUSIVE MODE");
            lock.execute(&mut holder).await.expect("the lock");
            holder
        });
        for page in &pages[1..5] {
            scope.spawn(|| {
                let answer = get(server.address, &format!("{}/answer", page.target)).expect("reading is answered");
                assert_eq!(answer.status, 503);
            });
        }
        // So does a command beside the server.
        scope.spawn(|| {
            let began = Instant::now();
            let out = house.root.path().join("out").display().to_string();
            let output = house.run(&["report", "K-0001", "--out", &out]);
            let told = String::from_utf8_lossy(&output.stderr);
            assert!(!output.status.success() && told.contains("the database could not read the cases"), "{told}");
            assert!(began.elapsed() < 2 * BOUND, "it waited {:?}", began.elapsed());
        });
        stopped.extend(eventually("five waiting readers", || {
            let waiting = cluster.sessions("datname = 'palaute' AND wait_event_type = 'Lock'");
            (waiting.len() == 5).then_some(waiting)
        }));
        signal("STOP", &stopped);
        runtime.block_on(lock.close()).expect("the lock is given back");
    });
    eventually("an answer from new sessions", || {
        (get(server.address, &format!("{}/answer", pages[1].target))?.status == 200).then_some(())
    });
    acknowledged.extend((1..40).map(|n| receipt(n).expect("a receipt from new sessions")));
    signal("CONT", &stopped);
    let attempted = pages.iter().map(|p| &p.content).collect();
    let lost = complaints(&attempted, &acknowledged, &house.stored());
    eprintln!(
        "fault | PostgreSQL's sessions hanging for ever | 1 runs | {} attempted | {} acknowledged | {} stored | {} lost",
        pages.len(),
        acknowledged.len(),
        house.stored().len(),
        lost.len()
    );
    assert_eq!(lost, [""; 0]);
}

/// Stops the process that writes PostgreSQL's log for everybody, while it does nothing: stopped at work it would keep a lock
/// that every commit needs.
fn stop_log_writer(cluster: &Cluster) {
    const ALL: &str = "backend_type = 'walwriter'";
    const IDLE: &str = "backend_type = 'walwriter' AND wait_event_type = 'Activity'";
    eventually("an idle writer of the log", || {
        if cluster.sessions(IDLE).is_empty() {
            return None;
        }
        signal("STOP", &cluster.sessions(ALL));
        if cluster.sessions(IDLE).is_empty() {
            signal("CONT", &cluster.sessions(ALL));
            return None;
        }
        Some(())
    });
}

/// Kills everything of PostgreSQL right after a receipt, that many times, while nobody writes its log unless a
/// session does so itself; how many were acknowledged, and what is wrong afterwards.
fn killed_outright(runs: usize, program: Option<&[u8]>) -> (usize, Vec<String>) {
    const A_RUN: usize = 6;
    let cluster = Cluster::start(&["wal_writer_delay = 10s", "wal_writer_flush_after = 1GB"]);
    let mut house = House::on(runs * A_RUN, Some(cluster.create(NAME)));
    if let Some(bytes) = program {
        use std::os::unix::fs::PermissionsExt;
        house.program = house.root.path().join("palaute");
        std::fs::write(&house.program, bytes).expect("the changed program");
        std::fs::set_permissions(&house.program, PermissionsExt::from_mode(0o755)).expect("it may be run");
    }
    let pages = pages(&house);
    let mut acknowledged = Vec::new();
    for run in pages.chunks(A_RUN) {
        cluster.execute(NAME, "CHECKPOINT");
        let server = Server::start(&house, NOW, "off");
        stop_log_writer(&cluster);
        for page in run {
            acknowledged.push((sent(page, &server).receipt().expect("a receipt"), page.content.clone()));
        }
        cluster.crash();
    }
    let attempted = pages.iter().map(|p| &p.content).collect();
    let lost = complaints(&attempted, &acknowledged, &house.stored());
    (acknowledged.len(), lost)
}

#[test]
fn a_receipt_means_a_durable_commit_although_postgresql_is_set_not_to_wait_for_the_disk() {
    let runs = dose(3, 100);
    let (acknowledged, lost) = killed_outright(runs, None);
    let program = std::fs::read(env!("CARGO_BIN_EXE_palaute")).expect("the program");
    let changed = replaced(program, b"SET synchronous_commit = on", b"SET synchronous_commit =off");
    let (careless, gone) = killed_outright(3, Some(&changed));
    eprintln!(
        "fault | PostgreSQL killed outright | {runs} runs | {acknowledged} acknowledged | {} lost | \
         control: {} of {careless} lost without synchronous_commit = on",
        lost.len(),
        gone.len()
    );
    assert_eq!(lost, [""; 0]);
    assert!(!gone.is_empty(), "a server that does not wait for the disk must be found out");
}

/// The bytes with that part replaced by another of the same length.
fn replaced(mut bytes: Vec<u8>, old: &[u8], new: &[u8]) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    // The optimizer may have put it into several places.
    let places: Vec<usize> = (0..=bytes.len() - old.len()).filter(|at| bytes[*at..].starts_with(old)).collect();
    assert!(!places.is_empty(), "the program sets it");
    for at in places {
        bytes[at..][..new.len()].copy_from_slice(new);
    }
    bytes
}
