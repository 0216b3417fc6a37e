//! How often a network has tried short codes that lead nowhere. Codes are short enough to be typed from paper, so nobody
//! may try many; the long tokens of mails need no such limit.

use super::network::Network;
use crate::text::Fingerprint;
use jiff::{SignedDuration, Timestamp};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// Codes that lead nowhere within [`WITHIN`] before further ones are not looked up.
const MOST: usize = 10;
/// How long a failure counts.
const WITHIN: SignedDuration = SignedDuration::from_mins(15);
/// Look-ups of one network at the same moment: a workplace that scans one code together stays below.
const AT_ONCE: usize = 30;
/// Codes that are remembered to have led somewhere, of each network.
const OPENED: usize = 32;
/// Networks that are remembered; of more, the one that has been quiet for longest is forgotten.
const NETWORKS: usize = 10_000;

/// The failures of late, by network, and what is being looked up. They are forgotten when the server stops.
#[derive(Debug, Default)]
pub(super) struct Tries {
    networks: Mutex<HashMap<Network, Own>>,
}

/// What one network has tried.
#[derive(Debug, Default)]
struct Own {
    failed: VecDeque<Timestamp>,
    under_way: usize,
    /// Codes that led somewhere, newest last, as hashes: whoever answers there goes on, whatever others try.
    opened: VecDeque<Fingerprint>,
}

/// A look-up that is under way. One that is given up counts for nothing: whoever asked has learned nothing.
#[derive(Debug)]
pub(super) struct Looking {
    tries: Arc<Tries>,
    network: Network,
    code: Fingerprint,
}

impl Tries {
    /// Begins a look-up.
    ///
    /// # Errors
    /// How long no more is looked up, when there were too many failures, or too many are under way.
    pub(super) fn begin(
        self: &Arc<Self>,
        network: Network,
        code: &str,
        now: Timestamp,
    ) -> Result<Looking, SignedDuration> {
        let code = Fingerprint::of(code);
        let mut networks = self.networks.lock().unwrap_or_else(PoisonError::into_inner);
        if !networks.contains_key(&network) && networks.len() >= NETWORKS {
            forget(&mut networks, now);
        }
        let own = networks.entry(network).or_default();
        own.failed.retain(|at| counts(*at, now));
        match own.failed.front() {
            // It tells nothing that is not known here.
            _ if own.opened.contains(&code) => own.under_way += 1,
            Some(first) if own.failed.len() >= MOST => return Err(WITHIN - now.duration_since(*first)),
            _ if own.under_way >= AT_ONCE => return Err(SignedDuration::from_secs(1)),
            _ => own.under_way += 1,
        }
        Ok(Looking { tries: Arc::clone(self), network, code })
    }

    fn with(&self, network: Network, change: impl FnOnce(&mut Own)) {
        let mut networks = self.networks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = networks.get_mut(&network) {
            change(own);
            if own.failed.is_empty() && own.under_way == 0 && own.opened.is_empty() {
                networks.remove(&network);
            }
        }
    }
}

impl Looking {
    /// There is such a code.
    pub(super) fn found(self) {
        self.tries.with(self.network, |own| {
            if !own.opened.contains(&self.code) {
                own.opened.push_back(self.code.clone());
            }
            while own.opened.len() > OPENED {
                own.opened.pop_front();
            }
        });
    }

    /// There was no such code.
    pub(super) fn failed(self, now: Timestamp) {
        self.tries.with(self.network, |own| own.failed.push_back(now));
    }
}

impl Drop for Looking {
    fn drop(&mut self) {
        self.tries.with(self.network, |own| own.under_way = own.under_way.saturating_sub(1));
    }
}

/// What the clock says is of later counts no more: it was set back.
fn counts(at: Timestamp, now: Timestamp) -> bool {
    let passed = now.duration_since(at);
    !passed.is_negative() && passed < WITHIN
}

/// Makes room for one more network.
fn forget(networks: &mut HashMap<Network, Own>, now: Timestamp) {
    networks.retain(|_, own| own.under_way > 0 || own.failed.back().is_some_and(|at| counts(*at, now)));
    // Those who only opened something have gone with them: they begin anew.
    if networks.len() >= NETWORKS
        && let Some(quiet) = networks.iter().min_by_key(|(_, own)| own.failed.back().copied()).map(|(n, _)| *n)
    {
        networks.remove(&quiet);
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

    /// Looks a code up that is not there.
    fn fail(tries: &Arc<Tries>, network: Network, at: Timestamp) -> Result<(), SignedDuration> {
        tries.begin(network, "x", at).map(|looking| looking.failed(at))
    }

    #[test]
    fn the_eleventh_failure_waits_until_the_first_is_a_quarter_of_an_hour_old_and_others_do_not() {
        let tries = Arc::new(Tries::default());
        for n in 0..10 {
            assert_eq!(fail(&tries, HERE, minute(n)), Ok(()), "{n}");
        }
        assert_eq!(fail(&tries, HERE, minute(10)), Err(SignedDuration::from_mins(5)));
        assert_eq!(fail(&tries, THERE, minute(10)), Ok(()));
        assert_eq!(fail(&tries, HERE, minute(15)), Ok(()), "the first has passed");
        assert!(fail(&tries, HERE, minute(15)).is_err(), "the second has not");
    }

    #[test]
    fn what_was_found_or_given_up_is_no_failure_and_many_may_look_at_once_but_not_without_end() {
        let tries = Arc::new(Tries::default());
        for n in 0..100 {
            assert!(tries.begin(HERE, "x", minute(0)).is_ok(), "{n}");
        }
        assert!(tries.networks.lock().unwrap().is_empty());
        let looking: Vec<Looking> = (0..AT_ONCE).map(|_| tries.begin(HERE, "x", minute(0)).unwrap()).collect();
        assert_eq!(tries.begin(HERE, "x", minute(0)).err(), Some(SignedDuration::from_secs(1)));
        drop(looking);
        assert!(tries.begin(HERE, "x", minute(0)).is_ok());
    }

    #[test]
    fn whoever_has_opened_a_code_goes_on_with_it_whatever_others_try_beside_them() {
        let tries = Arc::new(Tries::default());
        tries.begin(HERE, "mine", minute(0)).unwrap().found();
        for _ in 0..10 {
            fail(&tries, HERE, minute(1)).unwrap();
        }
        assert!(tries.begin(HERE, "mine", minute(1)).is_ok());
        assert!(tries.begin(HERE, "another", minute(1)).is_err(), "nothing new is looked up");
        assert!(tries.begin(THERE, "mine", minute(1)).is_ok());
    }

    #[test]
    fn a_clock_that_was_set_back_keeps_nobody_out() {
        let tries = Arc::new(Tries::default());
        for _ in 0..10 {
            fail(&tries, HERE, minute(1_000_000)).unwrap();
        }
        assert_eq!(fail(&tries, HERE, minute(0)), Ok(()));
    }

    #[test]
    fn no_more_networks_are_remembered_than_there_is_room_for_and_the_quiet_go_first() {
        let tries = Arc::new(Tries::default());
        for n in 0..u32::try_from(NETWORKS).unwrap() + 50 {
            fail(&tries, Network::V4(Ipv4Addr::from(n)), minute(i64::from(n / 5000))).unwrap();
        }
        let networks = tries.networks.lock().unwrap();
        assert_eq!(networks.len(), NETWORKS);
        let gone = |n: u32| !networks.contains_key(&Network::V4(Ipv4Addr::from(n)));
        assert_eq!((0..5000).filter(|n| gone(*n)).count(), 50, "of the quiet as many as were needed");
        assert_eq!((5000..10_050).filter(|n| gone(*n)).count(), 0);
    }
}
