//! The machine's clock jumps while the server runs: libfaketime sets it, the server is not told.

use crate::attacked::{House, Server};
use crate::figures::Figures;
use crate::http::{get, post};
use crate::load::{Account, Fate};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

const LIBRARY: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
/// When the links were made, in universal time.
const BEGIN: &str = "2025-12-01 07:00:00";
const HOUR_ON: &str = "2025-12-01 08:00:00";
const HOUR_BACK: &str = "2025-12-01 06:00:00";
const DECADE_ON: &str = "2035-12-01 07:00:00";
const DECADE_BACK: &str = "2015-12-01 07:00:00";

/// What the machine's clock shows to one server.
struct Clock {
    file: PathBuf,
}

impl Clock {
    fn new(house: &House, at: &str) -> Self {
        let clock = Self { file: house.root.path().join("clock") };
        clock.set(at);
        clock
    }

    /// From now on the clock runs from there.
    fn set(&self, at: &str) {
        let new = self.file.with_extension("new");
        fs::write(&new, format!("@{at}\n")).expect("room");
        // Whoever looks in the meantime sees the old time or the new.
        fs::rename(new, &self.file).expect("the clock is set");
    }

    fn serve(&self, house: &House) -> Server {
        assert!(Path::new(LIBRARY).is_file(), "{LIBRARY} of Debian's libfaketime");
        let one = OsStr::new("1");
        let environment = [
            ("LD_PRELOAD", OsStr::new(LIBRARY)),
            ("FAKETIME_TIMESTAMP_FILE", self.file.as_os_str()),
            ("FAKETIME_NO_CACHE", one),
            // What is waited for is measured by a clock that nobody sets.
            ("FAKETIME_DONT_FAKE_MONOTONIC", one),
            ("DONT_FAKE_MONOTONIC", one),
            ("NO_FAKE_STAT", one),
            ("TZ", OsStr::new("UTC")),
        ];
        Server::start_with(house, None, "warn", Path::new(env!("CARGO_BIN_EXE_palaute")), &environment)
    }
}

fn status(server: &Server, target: &str) -> u16 {
    get(server.address, target).expect("an answer").status
}

#[test]
fn a_clock_that_jumps_loses_nothing_and_the_server_goes_on() {
    let house = House::with_links(8);
    let account = Account::of(&house);
    let clock = Clock::new(&house, BEGIN);
    let server = clock.serve(&house);
    let send = |server: &Server| account.send(account.take(), server, || {});
    let first = send(&server);
    assert!(matches!(first, Fate::Receipt(_)), "{first:?}");
    for at in [HOUR_ON, HOUR_BACK, DECADE_BACK, BEGIN] {
        clock.set(at);
        let answer = send(&server);
        assert!(matches!(answer, Fate::Receipt(_)), "{at}: {answer:?}");
    }
    clock.set(DECADE_ON);
    let expired = send(&server);
    assert!(matches!(expired, Fate::Refused(410)), "{expired:?}");
    assert!(matches!(account.send(0, &server, || {}), Fate::Receipt(_)), "what was stored keeps its receipt");
    clock.set(HOUR_ON);
    assert!(server.healthy());
    assert!(matches!(account.send(0, &server, || {}), Fate::Receipt(_)), "what was stored keeps its receipt");
    drop(server);

    // The right time again, and a new server.
    let server = clock.serve(&house);
    let answer = send(&server);
    assert!(matches!(answer, Fate::Receipt(_)), "{answer:?}");
    drop(server);
    let (wrong, figures) = account.audit(6, &house.stored());
    figures.tell("clock +-1 h, +-10 y", &[]);
    assert_eq!(wrong, [""; 0]);
    house.must(&["verify"]);
    assert!(!house.log().contains("panicked"), "{}", house.log());
}

#[test]
fn a_link_that_has_expired_stays_expired_when_the_clock_jumps_back() {
    let house = House::with_links(1);
    let account = Account::of(&house);
    let clock = Clock::new(&house, BEGIN);
    let server = clock.serve(&house);
    let page = &account.pages[0];
    assert_eq!(status(&server, &page.target), 200);
    clock.set(DECADE_ON);
    assert_eq!(status(&server, &page.target), 410);
    let mut runs = 0;
    for at in [HOUR_ON, BEGIN, HOUR_BACK, DECADE_BACK] {
        clock.set(at);
        for path in ["", "/answer"] {
            assert_eq!(status(&server, &format!("{}{path}", page.target)), 410, "{at}: {path}");
        }
        for verb in ["check", "change", "send"] {
            let answer = post(server.address, &format!("{}/{verb}", page.target), &page.fields()).expect("an answer");
            assert_eq!(answer.status, 410, "{at}: {verb}");
        }
        runs += 1;
    }
    let stored = house.stored();
    Figures { runs, attempted: runs, stored: stored.len(), ..Figures::default() }.tell("clock back, expired link", &[]);
    assert_eq!(stored, []);
}
