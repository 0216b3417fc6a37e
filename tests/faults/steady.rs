//! Clients that read and send page after page while something happens to what is below the servers, and what they
//! hold against the store afterwards.

use crate::attacked::{House, Page, SOON, eventually, form};
use crate::http::get;
use crate::losses::{assert_whole, complaints};
use palaute::text::Fingerprint;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

pub(crate) const CLIENTS: usize = 8;
/// Longest time for any answer.
pub(crate) const BOUND: Duration = Duration::from_secs(30);
/// A client reads the receipt, or waits before it tries the next page.
const AFTER_RECEIPT: Duration = Duration::from_millis(10);
const AFTER_REFUSAL: Duration = Duration::from_millis(100);

/// A different page of answers for each link of the house.
pub(crate) fn pages(house: &House) -> Vec<Page> {
    let form = form();
    house.tokens.iter().enumerate().map(|(n, token)| Page::new(&form, token, n)).collect()
}

/// Pages and what became of them.
pub(crate) struct Load<'a> {
    pages: &'a [Page],
    next: AtomicUsize,
    receipts: Mutex<Vec<(usize, String)>>,
    refused: AtomicUsize,
    slowest: Mutex<Duration>,
    over: AtomicBool,
}

/// Ends the clients however the conductor ends.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl<'a> Load<'a> {
    pub(crate) fn new(pages: &'a [Page]) -> Self {
        Self {
            pages,
            next: AtomicUsize::new(0),
            receipts: Mutex::default(),
            refused: AtomicUsize::new(0),
            slowest: Mutex::default(),
            over: AtomicBool::new(false),
        }
    }

    /// Clients send to these servers while `conduct` runs; a later call goes on with the next page.
    pub(crate) fn run<T>(&self, servers: &[SocketAddr], conduct: impl FnOnce() -> T) -> T {
        self.over.store(false, Ordering::SeqCst);
        std::thread::scope(|scope| {
            for n in 0..CLIENTS {
                let server = servers[n % servers.len()];
                scope.spawn(move || self.client(server));
            }
            let _over = Over(&self.over);
            conduct()
        })
    }

    /// Each page is sent once; every other one is looked at before.
    fn client(&self, server: SocketAddr) {
        while !self.over.load(Ordering::SeqCst) {
            let at = self.next.fetch_add(1, Ordering::SeqCst);
            let Some(page) = self.pages.get(at) else { break };
            if at.is_multiple_of(2) {
                let began = Instant::now();
                let answer = get(server, &format!("{}/answer", page.target)).expect("a page is answered");
                self.took(began);
                assert!([200, 503].contains(&answer.status), "status {} for a page of questions", answer.status);
            }
            let began = Instant::now();
            let answer = page.send(server).expect("an answer to what is sent");
            self.took(began);
            match (answer.status, answer.receipt()) {
                (200, Some(receipt)) => {
                    self.receipts.lock().expect("no client panicked").push((at, receipt));
                    std::thread::sleep(AFTER_RECEIPT);
                }
                (503, None) => {
                    self.refused.fetch_add(1, Ordering::SeqCst);
                    std::thread::sleep(AFTER_REFUSAL);
                }
                (status, receipt) => panic!("status {status} with receipt {receipt:?}"),
            }
        }
    }

    fn took(&self, began: Instant) {
        let took = began.elapsed();
        assert!(took < BOUND, "an answer took {took:?}");
        let mut slowest = self.slowest.lock().expect("no client panicked");
        *slowest = took.max(*slowest);
    }

    /// Waits for that many more receipts.
    pub(crate) fn goes_on(&self, receipts: usize) {
        let wanted = self.acknowledged().len() + receipts;
        eventually("the next receipt", || {
            assert!(self.next.load(Ordering::SeqCst) <= self.pages.len() + CLIENTS, "there are too few pages");
            (self.acknowledged().len() >= wanted).then_some(())
        });
    }

    /// Waits until every page was sent.
    pub(crate) fn ends(&self, within: Duration) {
        let began = Instant::now();
        while self.acknowledged().len() + self.refused() < self.pages.len() {
            assert!(began.elapsed() < within, "not every page was answered");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn refused(&self) -> usize {
        self.refused.load(Ordering::SeqCst)
    }

    /// The receipts that clients hold, with the fingerprints of what they sent.
    pub(crate) fn acknowledged(&self) -> Vec<(String, Fingerprint)> {
        let receipts = self.receipts.lock().expect("no client panicked");
        receipts.iter().map(|(at, receipt)| (receipt.clone(), self.pages[*at].content.clone())).collect()
    }

    /// What was sent, with or without a receipt.
    pub(crate) fn attempted(&self) -> &'a [Page] {
        &self.pages[..self.next.load(Ordering::SeqCst).min(self.pages.len())]
    }

    /// What would be wrong if a server had acknowledged everything on arrival, before its commit.
    pub(crate) fn lost_if_early(&self, stored: &[(String, Fingerprint)]) -> Vec<String> {
        let by_content: BTreeMap<&Fingerprint, &String> = stored.iter().map(|(r, c)| (c, r)).collect();
        let on_arrival = |(n, page): (usize, &Page)| {
            let receipt = by_content.get(&page.content).map_or_else(|| format!("page {n}"), |r| (*r).clone());
            (receipt, page.content.clone())
        };
        let on_arrival: Vec<_> = self.attempted().iter().enumerate().map(on_arrival).collect();
        complaints(&self.contents(), &on_arrival, stored)
    }

    pub(crate) fn contents(&self) -> BTreeSet<&'a Fingerprint> {
        self.attempted().iter().map(|p| &p.content).collect()
    }

    /// Compares what clients hold with what is stored, sends everything again to that server, compares once
    /// more; tells the figures, and how many would be lost if acknowledged on arrival.
    pub(crate) fn judge(&self, fault: &str, runs: usize, house: &House, server: SocketAddr) -> usize {
        let (acknowledged, stored) = (self.acknowledged(), house.stored());
        let lost = complaints(&self.contents(), &acknowledged, &stored);
        let early = self.lost_if_early(&stored).len();
        eprintln!(
            "fault | {fault} | {runs} runs | {} attempted | {} acknowledged | {} stored | {} lost | \
             control: {early} would be lost if acknowledged on arrival | slowest answer {:.1} s",
            self.attempted().len(),
            acknowledged.len(),
            stored.len(),
            lost.len(),
            self.slowest.lock().expect("no client panicked").as_secs_f64(),
        );
        assert_eq!(lost, [""; 0]);
        assert_whole(house, stored.len());
        house.must(&["verify"]);

        let by_content: BTreeMap<&Fingerprint, &String> = stored.iter().map(|(r, c)| (c, r)).collect();
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..CLIENTS {
                scope.spawn(|| {
                    while let Some(page) = self.attempted().get(next.fetch_add(1, Ordering::SeqCst)) {
                        let answer = page.send(server).expect("an answer");
                        let receipt = answer.receipt().unwrap_or_else(|| panic!("status {} again", answer.status));
                        let before = by_content.get(&page.content);
                        assert!(before.is_none_or(|before| **before == receipt), "another receipt than before");
                    }
                });
            }
        });
        assert_eq!(complaints(&self.contents(), &acknowledged, &house.stored()), [""; 0]);
        assert_whole(house, self.attempted().len());
        house.must(&["verify"]);
        early
    }
}

/// The server answers and stores again without a restart.
pub(crate) fn stores_again(page: &Page, server: SocketAddr) {
    let began = Instant::now();
    eventually("a receipt without a restart", || page.send(server)?.receipt());
    assert!(began.elapsed() < SOON, "it stored again only after {:?}", began.elapsed());
}
