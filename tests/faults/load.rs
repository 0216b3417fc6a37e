//! Clients that send pages to a server that may fail, and the account of what became of each page.

use crate::attacked::{House, Page, SOON, Server, form};
use crate::figures::Figures;
use crate::http::{Answer, FORM, connect, read_to_close, request};
use crate::losses::complaints;
use palaute::text::Fingerprint;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Clients that send at once.
pub(crate) const CLIENTS: usize = 6;

/// What came of sending a page.
#[derive(Debug)]
pub(crate) enum Fate {
    Receipt(String),
    /// An answer without a receipt.
    Refused(u16),
    /// It went out whole, and no whole answer came back.
    Unanswered,
    /// It did not go out whole.
    Unsent,
}

/// The pages of a house, and what became of those that were sent.
pub(crate) struct Account {
    pub(crate) pages: Vec<Page>,
    next: AtomicUsize,
    receipts: Mutex<BTreeMap<usize, String>>,
    without: Mutex<BTreeSet<usize>>,
}

impl Account {
    /// A page for every link.
    pub(crate) fn of(house: &House) -> Self {
        let form = form();
        let pages = house.tokens.iter().enumerate().map(|(n, token)| Page::new(&form, token, n)).collect();
        Self { pages, next: AtomicUsize::new(0), receipts: Mutex::default(), without: Mutex::default() }
    }

    /// Takes a page that nobody has sent.
    pub(crate) fn take(&self) -> usize {
        let at = self.next.fetch_add(1, Ordering::SeqCst);
        assert!(at < self.pages.len(), "the house has too few links for this load");
        at
    }

    /// Sends a page, again or for the first time; `gone` runs when it has gone out whole.
    pub(crate) fn send(&self, at: usize, server: &Server, gone: impl FnOnce()) -> Fate {
        let page = &self.pages[at];
        let target = format!("{}/send", page.target);
        let bytes = request(server.address, "POST", target.as_bytes(), &[FORM], page.encoded().as_bytes());
        let Ok(mut stream) = connect(server.address) else { return Fate::Unsent };
        if stream.write_all(&bytes).is_err() {
            return Fate::Unsent;
        }
        gone();
        let fate = match Answer::parse(&read_to_close(&mut stream)) {
            None => Fate::Unanswered,
            Some(answer) => match answer.receipt() {
                Some(receipt) => Fate::Receipt(receipt),
                // The page of the receipt was cut off.
                None if answer.status == 200 => Fate::Unanswered,
                None => Fate::Refused(answer.status),
            },
        };
        match &fate {
            Fate::Receipt(receipt) => {
                let before = self.receipts.lock().expect("no client panicked").insert(at, receipt.clone());
                assert!(before.is_none_or(|before| before == *receipt), "another receipt for the same page");
                self.without.lock().expect("no client panicked").remove(&at);
            }
            _ => drop(self.without.lock().expect("no client panicked").insert(at)),
        }
        fate
    }

    /// Has clients send until one of them kills the server: in even rounds as soon as it holds a certain receipt, in
    /// odd ones a moment after a certain page has gone out, so that the server dies in the midst of a group.
    pub(crate) fn until_killed(&self, server: &Server, round: usize) {
        let (sent, answered, dead) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
        let decisive = kill_after(round);
        let kill = || {
            server.kill();
            dead.store(true, Ordering::SeqCst);
        };
        let gone = || {
            if sent.fetch_add(1, Ordering::SeqCst) + 1 == decisive && round % 2 == 1 {
                std::thread::sleep(a_moment(round));
                kill();
            }
        };
        let receipt = || {
            if answered.fetch_add(1, Ordering::SeqCst) + 1 == decisive && round.is_multiple_of(2) {
                kill();
            }
        };
        self.load(server, &dead, gone, receipt);
        assert!(dead.load(Ordering::SeqCst), "round {round}: the server died before it was killed");
    }

    /// Has clients send until something has begun, and kills the server a moment later.
    pub(crate) fn until_killed_after(&self, server: &Server, round: usize, begun: impl Fn() -> bool + Sync) {
        let (dead, started) = (AtomicBool::new(false), Instant::now());
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !begun() && started.elapsed() < SOON {
                    std::thread::sleep(Duration::from_micros(100));
                }
                std::thread::sleep(a_moment(round));
                server.kill();
                dead.store(true, Ordering::SeqCst);
            });
            self.load(server, &dead, || {}, || {});
        });
        assert!(begun(), "round {round}: what was waited for did not begin");
    }

    /// Has clients send until the server is dead.
    fn load(&self, server: &Server, dead: &AtomicBool, gone: impl Fn() + Sync, receipt: impl Fn() + Sync) {
        let client = || {
            while !dead.load(Ordering::SeqCst) {
                match self.send(self.take(), server, &gone) {
                    Fate::Receipt(_) => receipt(),
                    Fate::Refused(status) => panic!("status {status} under load"),
                    Fate::Unanswered | Fate::Unsent => break,
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..CLIENTS {
                scope.spawn(client);
            }
        });
    }

    /// The pages that were sent.
    pub(crate) fn attempts(&self) -> &[Page] {
        &self.pages[..self.next.load(Ordering::SeqCst)]
    }

    /// What clients hold receipts for.
    pub(crate) fn acknowledged(&self) -> Vec<(String, Fingerprint)> {
        let receipts = self.receipts.lock().expect("no client panicked");
        receipts.iter().map(|(at, receipt)| (receipt.clone(), self.pages[*at].content.clone())).collect()
    }

    /// What clients would hold receipts for if the server had acknowledged every page on arrival: those without a
    /// receipt, too.
    fn acknowledged_on_arrival(&self, stored: &[(String, Fingerprint)]) -> Vec<(String, Fingerprint)> {
        let receipt_of: BTreeMap<&Fingerprint, &String> = stored.iter().map(|(r, c)| (c, r)).collect();
        let mut pretended = self.acknowledged();
        for at in self.without.lock().expect("no client panicked").iter() {
            let content = &self.pages[*at].content;
            let receipt = receipt_of.get(content).map_or_else(|| format!("page {at}"), |r| (*r).clone());
            pretended.push((receipt, content.clone()));
        }
        pretended
    }

    /// What is wrong with what is stored, and the figures.
    pub(crate) fn audit(&self, runs: usize, stored: &[(String, Fingerprint)]) -> (Vec<String>, Figures) {
        let attempted: BTreeSet<&Fingerprint> = self.attempts().iter().map(|p| &p.content).collect();
        let acknowledged = self.acknowledged();
        let wrong = complaints(&attempted, &acknowledged, stored);
        let on_arrival = complaints(&attempted, &self.acknowledged_on_arrival(stored), stored);
        let figures = Figures {
            runs,
            attempted: attempted.len(),
            acknowledged: acknowledged.len(),
            stored: stored.len(),
            lost: wrong.len(),
            lost_on_arrival: on_arrival.len(),
        };
        (wrong, figures)
    }
}

/// The receipt or page after which the server is killed in a round: 3 to 25, spread.
fn kill_after(round: usize) -> usize {
    3 + round * 5 % 23
}

/// Up to four milliseconds, spread over the rounds.
fn a_moment(round: usize) -> Duration {
    Duration::from_micros(round as u64 * 379 % 4000)
}

/// Links that so many rounds of [`Account::until_killed`] need.
pub(crate) fn links_for(rounds: std::ops::Range<usize>) -> usize {
    rounds.map(|round| kill_after(round) + 2 * CLIENTS).sum()
}
