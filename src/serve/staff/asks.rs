//! How often somebody asks to be let in: by address, known or not, and by network. Forgotten when the server stops.

use crate::serve::network::Network;
use crate::serve::tries::Tries;
use crate::text::Fingerprint;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Mails to an address at once; afterwards one an hour.
const OF_ADDRESS: Quota = Quota { at_once: 3, every: SignedDuration::from_hours(1) };
/// Askings of a network at once; afterwards ten an hour. Whoever is let in gives the asking back, so that an office behind
/// one address is not kept out.
const OF_NETWORK: Quota = Quota { at_once: 20, every: SignedDuration::from_mins(6) };
/// Addresses and networks that are remembered; of more, those that asked longest ago are forgotten.
const REMEMBERED: usize = 20_000;

/// So many at once, then one every so often.
struct Quota {
    at_once: i32,
    every: SignedDuration,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Asker {
    Network(Network),
    Address(Fingerprint),
    /// An address from a network where it was let in: what others ask elsewhere in its name is no harm to it.
    LetIn(Fingerprint, Network),
}

/// What was asked of late.
#[derive(Debug, Default)]
pub(in crate::serve) struct Asks {
    /// When everything that an asker has used up will have come back.
    full: Mutex<HashMap<Asker, Timestamp>>,
    /// Codes that let nobody in.
    pub(super) tries: Arc<Tries>,
}

impl Asks {
    /// Counts an asking of a network.
    ///
    /// # Errors
    /// How long it has to wait.
    pub(super) fn of_network(&self, network: Network, now: Timestamp) -> Result<(), SignedDuration> {
        self.take(Asker::Network(network), &OF_NETWORK, now)
    }

    /// Counts an asking for an address; false when it gets no more mails for now.
    pub(super) fn of_address(&self, address: &str, network: Network, now: Timestamp) -> bool {
        let address = Fingerprint::of(address);
        let known = Asker::LetIn(address.clone(), network);
        let is_known = self.full.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&known);
        self.take(if is_known { known } else { Asker::Address(address) }, &OF_ADDRESS, now).is_ok()
    }

    /// Somebody was let in: the asking was in earnest and counts no more.
    pub(super) fn let_in(&self, address: &str, network: Network, now: Timestamp) {
        let address = Fingerprint::of(address);
        let mut full = self.full.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut full);
        full.insert(Asker::LetIn(address.clone(), network), now);
        for (asker, quota) in [(Asker::Network(network), &OF_NETWORK), (Asker::Address(address), &OF_ADDRESS)] {
            if let Some(at) = full.get_mut(&asker) {
                *at = at.saturating_sub(quota.every).unwrap_or(*at);
            }
        }
    }

    fn take(&self, asker: Asker, quota: &Quota, now: Timestamp) -> Result<(), SignedDuration> {
        let mut full = self.full.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut full);
        let most = quota.every * quota.at_once;
        let used = full.get(&asker).map_or(SignedDuration::ZERO, |at| at.duration_since(now));
        // What the clock says is of much later was of before it was set back.
        let used = if used.is_negative() || used > most { SignedDuration::ZERO } else { used };
        let after = used + quota.every;
        if after > most {
            return Err(after - most);
        }
        full.insert(asker, now.saturating_add(after).unwrap_or(now));
        Ok(())
    }
}

fn make_room(full: &mut HashMap<Asker, Timestamp>) {
    if full.len() >= REMEMBERED {
        let mut times: Vec<Timestamp> = full.values().copied().collect();
        times.sort_unstable();
        let middle = times[times.len() / 2];
        full.retain(|_, at| *at > middle);
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
    fn an_address_gets_three_mails_and_then_one_an_hour_from_wherever_it_is_asked_for() {
        let asks = Asks::default();
        let got = |network, at| asks.of_address("a@example.invalid", network, minute(at));
        assert!(got(HERE, 0) && got(THERE, 0) && got(HERE, 0));
        assert!(!got(THERE, 0) && !got(HERE, 59), "the fourth");
        assert!(got(HERE, 60) && !got(HERE, 61), "one an hour");
        assert!(asks.of_address("b@example.invalid", HERE, minute(0)), "another address");
    }

    #[test]
    fn a_network_asks_twenty_times_and_then_ten_times_an_hour_but_not_for_those_who_are_let_in() {
        let asks = Asks::default();
        for n in 0..20 {
            assert_eq!(asks.of_network(HERE, minute(0)), Ok(()), "{n}");
        }
        assert_eq!(asks.of_network(HERE, minute(0)), Err(SignedDuration::from_mins(6)));
        assert_eq!(asks.of_network(THERE, minute(0)), Ok(()));
        assert_eq!(asks.of_network(HERE, minute(6)), Ok(()));
        asks.let_in("a@example.invalid", HERE, minute(6));
        assert_eq!(asks.of_network(HERE, minute(6)), Ok(()));
        assert!(asks.of_network(HERE, minute(6)).is_err());
    }

    #[test]
    fn who_was_let_in_here_is_not_kept_out_by_what_others_ask_elsewhere_in_the_same_name() {
        let asks = Asks::default();
        asks.let_in("a@example.invalid", HERE, minute(0));
        while asks.of_address("a@example.invalid", THERE, minute(1)) {}
        assert!(asks.of_address("a@example.invalid", HERE, minute(1)));
    }

    #[test]
    fn a_clock_that_was_set_back_keeps_nobody_out_and_no_more_is_remembered_than_there_is_room_for() {
        let asks = Asks::default();
        while asks.of_address("a@example.invalid", HERE, minute(1_000_000)) {}
        assert!(asks.of_address("a@example.invalid", HERE, minute(0)));
        for n in 0..u32::try_from(REMEMBERED).unwrap() + 100 {
            asks.of_network(Network::V4(Ipv4Addr::from(n)), minute(i64::from(n / 100))).unwrap();
        }
        assert!(asks.full.lock().unwrap().len() <= REMEMBERED);
    }
}
