//! The only place that reads the machine's clock and its source of randomness.

use super::terminal::warn;
use crate::desk::{Clock, Entropy};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Instant;

/// Seconds by which a clock may go back without a word.
const FAR_BACK: i64 = 60;

/// The machine's clock in whole seconds, or always `fixed`.
pub(super) fn clock(fixed: Option<Timestamp>) -> Clock {
    match fixed {
        Some(at) => Arc::new(move || at),
        None => Arc::new(machine_now),
    }
}

/// A clock that stood at `start` when it was made and has run since.
pub(super) fn running_from(start: Timestamp) -> Clock {
    let began = Instant::now();
    Arc::new(move || {
        let seconds = i64::try_from(began.elapsed().as_secs()).unwrap_or(0);
        start.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(start)
    })
}

/// A clock that stands still instead of going back, so that what has expired stays so: behind `clock`, and not
/// before `last`.
pub(super) fn never_back(clock: Clock, last: Option<Timestamp>) -> Clock {
    let latest = AtomicI64::new(last.map_or(i64::MIN, Timestamp::as_second));
    let told = AtomicBool::new(false);
    Arc::new(move || {
        let now = clock();
        let seen = latest.fetch_max(now.as_second(), Ordering::SeqCst);
        if seen <= now.as_second() {
            return now;
        }
        if seen - now.as_second() > FAR_BACK && !told.swap(true, Ordering::SeqCst) {
            tracing::error!(%now, "the clock went far back; until it is restarted the server keeps to the later time");
        }
        Timestamp::from_second(seen).unwrap_or(now)
    })
}

#[expect(clippy::disallowed_methods, reason = "time enters here and is a parameter everywhere else")]
fn machine_now() -> Timestamp {
    Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_default()
}

/// The operating system's randomness. Without it no link would be secret, so its absence ends the program.
pub(super) fn entropy() -> Entropy {
    Arc::new(|bytes| {
        if let Err(error) = getrandom::fill(bytes) {
            warn(format_args!("the operating system gives no randomness: {error}"));
            std::process::exit(70);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn a_clock_that_goes_back_stands_still_until_it_has_caught_up() {
        let hand = Arc::new(Mutex::new(1000_i64));
        let shown = Arc::clone(&hand);
        let clock: Clock = Arc::new(move || Timestamp::from_second(*shown.lock().unwrap()).unwrap());
        let steady = never_back(Arc::clone(&clock), None);
        let at = |second: i64, steady: &Clock| {
            *hand.lock().unwrap() = second;
            steady().as_second()
        };
        let read = [1000, 4600, 1000, 4599, 4601].map(|second| at(second, &steady));
        assert_eq!(read, [1000, 4600, 4600, 4600, 4601]);
        let after_a_restart = never_back(clock, Some(Timestamp::from_second(9000).unwrap()));
        assert_eq!(at(4601, &after_a_restart), 9000, "what was noted before has passed");
    }
}
