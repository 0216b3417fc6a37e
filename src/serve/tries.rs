//! How often a network has tried short codes that lead nowhere. Codes are short enough to be typed from paper, so nobody
//! may try many; the long tokens of mails need no such limit.

use super::network::Network;
use jiff::{SignedDuration, Timestamp};
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

/// Codes that lead nowhere within [`WITHIN`] before further ones are not looked up.
const MOST: usize = 10;
/// How long a failure counts.
const WITHIN: SignedDuration = SignedDuration::from_mins(15);
/// Networks that are remembered; of more, the one that has been quiet for longest is forgotten.
const NETWORKS: usize = 10_000;

/// The failures of late, by network. They are forgotten when the server stops.
#[derive(Debug, Default)]
pub(super) struct Tries {
    failed: Mutex<HashMap<Network, VecDeque<Timestamp>>>,
}

impl Tries {
    /// Counts a look-up as failed, before it is known: of many at once none slips through.
    ///
    /// # Errors
    /// How long no more is looked up, when there were too many.
    pub(super) fn begin(&self, network: Network, now: Timestamp) -> Result<(), SignedDuration> {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if !failed.contains_key(&network) && failed.len() >= NETWORKS {
            forget(&mut failed, now);
        }
        let own = failed.entry(network).or_default();
        own.retain(|at| counts(*at, now));
        match own.front() {
            Some(first) if own.len() >= MOST => Err(WITHIN - now.duration_since(*first)),
            _ => {
                own.push_back(now);
                Ok(())
            }
        }
    }

    /// Takes back that a look-up failed, for it did not.
    pub(super) fn found(&self, network: Network, begun: Timestamp) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = failed.get_mut(&network) {
            if let Some(at) = own.iter().position(|at| *at == begun) {
                own.remove(at);
            }
            if own.is_empty() {
                failed.remove(&network);
            }
        }
    }
}

/// What the clock says is of later counts no more: it was set back.
fn counts(at: Timestamp, now: Timestamp) -> bool {
    let passed = now.duration_since(at);
    !passed.is_negative() && passed < WITHIN
}

/// Makes room for one more network.
fn forget(failed: &mut HashMap<Network, VecDeque<Timestamp>>, now: Timestamp) {
    failed.retain(|_, own| own.back().is_some_and(|at| counts(*at, now)));
    if failed.len() >= NETWORKS
        && let Some(quiet) = failed.iter().min_by_key(|(_, own)| own.back().copied()).map(|(network, _)| *network)
    {
        failed.remove(&quiet);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const HERE: Network = Network::V4(Ipv4Addr::new(192, 0, 2, 1));
    const THERE: Network = Network::V4(Ipv4Addr::new(192, 0, 2, 2));

    fn minute(n: i64) -> Timestamp {
        Timestamp::from_second(1_764_572_400 + 60 * n).unwrap()
    }

    #[test]
    fn the_eleventh_failure_waits_until_the_first_is_a_quarter_of_an_hour_old_and_others_do_not() {
        let tries = Tries::default();
        for n in 0..10 {
            assert_eq!(tries.begin(HERE, minute(n)), Ok(()), "{n}");
        }
        assert_eq!(tries.begin(HERE, minute(10)), Err(SignedDuration::from_mins(5)));
        assert_eq!(tries.begin(THERE, minute(10)), Ok(()));
        assert_eq!(tries.begin(HERE, minute(15)), Ok(()), "the first has passed");
        assert!(tries.begin(HERE, minute(15)).is_err(), "the second has not");
    }

    #[test]
    fn what_was_found_is_no_failure() {
        let tries = Tries::default();
        for n in 0..100 {
            assert_eq!(tries.begin(HERE, minute(0)), Ok(()), "{n}");
            tries.found(HERE, minute(0));
        }
        assert!(tries.failed.lock().unwrap().is_empty());
    }

    #[test]
    fn a_clock_that_was_set_back_keeps_nobody_out() {
        let tries = Tries::default();
        for _ in 0..10 {
            tries.begin(HERE, minute(1_000_000)).unwrap();
        }
        assert_eq!(tries.begin(HERE, minute(0)), Ok(()));
    }

    #[test]
    fn no_more_networks_are_remembered_than_there_is_room_for() {
        let tries = Tries::default();
        for n in 0..u32::try_from(NETWORKS).unwrap() + 50 {
            tries.begin(Network::V4(Ipv4Addr::from(n)), minute(i64::from(n / 5000))).unwrap();
        }
        let failed = tries.failed.lock().unwrap();
        assert_eq!(failed.len(), NETWORKS);
        let quiet = (0..60).filter(|n| !failed.contains_key(&Network::V4(Ipv4Addr::from(*n)))).count();
        assert!(
            quiet <= 60 && failed.contains_key(&Network::V4(Ipv4Addr::from(10_000))),
            "the quiet are forgotten first"
        );
    }
}
