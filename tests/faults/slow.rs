//! Clients that never come to the end of their request: others are answered as if they were not there.

use crate::attacked::{House, Server};
use crate::figures::{Figures, dose};
use crate::http::{connect, get};
use crate::steady::pages;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Visits of others: the questions are looked at, and the answers sent.
const VISITS: usize = 100;
/// Longest time for ninety-nine of a hundred answers to others.
const P99: Duration = Duration::from_secs(1);
const A_BYTE_EVERY: Duration = Duration::from_millis(200);
/// Open files that the sockets of a full run need, and some.
const FILES: usize = 6000;

#[test]
fn slow_clients_by_the_thousand_keep_nobody_waiting() {
    let slow = dose(400, 2000);
    let house = House::with_links(VISITS);
    let server = house.serve();
    if slow > 400 {
        allow_files(std::process::id());
        allow_files(server.child.lock().expect("nobody panicked with it").id());
    }
    let (held, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let pages = pages(&house);
    let (mut times, mut receipts) = (Vec::new(), Vec::new());
    std::thread::scope(|scope| {
        scope.spawn(|| hold(server.address, slow, &held, &over));
        let began = Instant::now();
        while held.load(Ordering::SeqCst) < slow {
            assert!(began.elapsed() < Duration::from_secs(60), "only {} slow clients", held.load(Ordering::SeqCst));
            std::thread::sleep(Duration::from_millis(20));
        }
        for page in &pages {
            let began = Instant::now();
            let asked = get(server.address, &format!("{}/answer", page.target)).map(|a| a.status);
            times.push(began.elapsed());
            let began = Instant::now();
            let receipt = page.send(server.address).and_then(|a| a.receipt());
            times.push(began.elapsed());
            assert_eq!(asked, Some(200));
            receipts.push(receipt.expect("a receipt"));
        }
        over.store(true, Ordering::SeqCst);
    });
    assert!(server.healthy());
    tell(&house, &server, slow, &mut times, receipts.len());
}

fn tell(house: &House, server: &Server, slow: usize, times: &mut [Duration], acknowledged: usize) {
    times.sort_unstable();
    let p99 = times[times.len() * 99 / 100];
    server.kill();
    let stored = house.stored().len();
    let figures = Figures {
        runs: slow,
        attempted: VISITS,
        acknowledged,
        stored,
        lost: acknowledged.abs_diff(stored),
        ..Figures::default()
    };
    let worst = times.last().copied().unwrap_or_default();
    figures.tell("slow clients", &[format!("others' p99 {} ms, worst {} ms", p99.as_millis(), worst.as_millis())]);
    assert_eq!(stored, VISITS);
    assert!(p99 < P99, "others wait {p99:?}");
}

/// Keeps that many connections open, each a byte at a time; one that the server cuts off is opened again.
fn hold(server: SocketAddr, slow: usize, held: &AtomicUsize, over: &AtomicBool) {
    let open = || -> Option<TcpStream> {
        let mut stream = connect(server).ok()?;
        stream.write_all(b"POST /f/x/send HTTP/1.1\r\nHost: slow\r\nX-Slow: ").ok()?;
        stream.set_nonblocking(true).ok()?;
        Some(stream)
    };
    let mut all: Vec<Option<TcpStream>> = (0..slow).map(|_| open()).collect();
    while !over.load(Ordering::SeqCst) {
        held.store(all.iter().flatten().count(), Ordering::SeqCst);
        for place in &mut all {
            let gone = place.as_mut().is_none_or(|s| s.read(&mut [0]).is_ok() || s.write_all(b"x").is_err());
            if gone {
                *place = open();
            }
        }
        std::thread::sleep(A_BYTE_EVERY);
    }
}

/// Lets a process have as many open files as it needs.
fn allow_files(id: u32) {
    let set = Command::new("prlimit").arg(format!("--pid={id}")).arg(format!("--nofile={FILES}:")).status();
    assert!(set.is_ok_and(|s| s.success()), "the machine allows too few open files: raise `ulimit -n` to {FILES}");
}
