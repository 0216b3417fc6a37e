//! The only place that reads the machine's clock and its source of randomness.

use super::terminal::warn;
use crate::desk::{Clock, Entropy};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::time::Instant;

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
