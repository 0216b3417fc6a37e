//! From which network a request comes.

use axum::http::HeaderMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The other end of a connection; `listen.rs` puts it beside every request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) IpAddr);

/// Those who share an address, or the part of one that is given to a household or an office.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Network {
    V4(Ipv4Addr),
    /// The first 64 bits; the rest is chosen by each machine itself.
    V6(u64),
    /// The connection does not tell.
    Unknown,
}

impl Network {
    /// The network of a request. `X-Forwarded-For` is believed only when a proxy that is trusted says it: then the
    /// client is the last address in it that is no such proxy itself.
    pub(super) fn of(peer: Option<Peer>, headers: &HeaderMap, trusted: &[IpAddr]) -> Self {
        let Some(Peer(peer)) = peer else { return Self::Unknown };
        let is_trusted = |address: IpAddr| trusted.iter().any(|t| t.to_canonical() == address.to_canonical());
        if !is_trusted(peer) {
            return Self::at(peer);
        }
        let told = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let told: Vec<&str> = told.flat_map(|value| value.split(',')).collect();
        let mut client = peer;
        for part in told.iter().rev() {
            // What is no address was not written by a proxy of ours.
            let Some(address) = address(part.trim()) else { break };
            client = address;
            if !is_trusted(address) {
                break;
            }
        }
        Self::at(client)
    }

    fn at(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address),
            IpAddr::V6(address) => Self::V6(u64::try_from(u128::from(address) >> 64).unwrap_or(0)),
        }
    }
}

/// An address, which some proxies write with its port.
fn address(text: &str) -> Option<IpAddr> {
    text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|a| a.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn network(peer: &str, told: &[&str], trusted: &[&str]) -> Network {
        let mut headers = HeaderMap::new();
        for value in told {
            headers.append("x-forwarded-for", HeaderValue::from_str(value).unwrap());
        }
        let trusted: Vec<IpAddr> = trusted.iter().map(|t| t.parse().unwrap()).collect();
        Network::of(Some(Peer(peer.parse().unwrap())), &headers, &trusted)
    }

    fn plain(address: &str) -> Network {
        Network::at(address.parse().unwrap())
    }

    #[test]
    fn only_a_trusted_proxy_tells_who_the_client_is_and_only_the_last_address_it_did_not_add_counts() {
        let proxy = &["10.0.0.1", "10.0.0.2"][..];
        for (peer, told, client) in [
            ("192.0.2.9", &["198.51.100.1"][..], "192.0.2.9"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["203.0.113.5, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["203.0.113.5", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("10.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("10.0.0.1", &["198.51.100.1, unknown"], "10.0.0.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
        ] {
            assert_eq!(network(peer, told, proxy), plain(client), "{peer} {told:?}");
        }
        assert_eq!(network("10.0.0.1", &["198.51.100.1"], &[]), plain("10.0.0.1"), "nobody is trusted unless named");
    }

    #[test]
    fn the_addresses_of_one_household_are_one_network() {
        assert_eq!(plain("2001:db8:1:2:3::4"), plain("2001:db8:1:2:ffff::1"));
        assert_ne!(plain("2001:db8:1:2::1"), plain("2001:db8:1:3::1"));
        assert_eq!(plain("::ffff:192.0.2.1"), plain("192.0.2.1"));
        assert_ne!(plain("192.0.2.1"), plain("192.0.2.2"));
    }
}
