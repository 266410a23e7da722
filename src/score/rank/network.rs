//! Networks that the whole log had not seen before.
//!
//! Whoever comes with stolen credentials mostly comes from where nobody of the house ever came from. What is new for an
//! actor says less, as people travel and change phones: what counts is new for everybody, for a day.

use std::net::IpAddr;

use hashbrown::HashMap;
use ipnet::IpNet;

use crate::event::address::{is_private, parse_ip};
use crate::event::time::DAY_MS;
use crate::store::Column;
use crate::store::dicts::DictSet;
use crate::store::pairs::PairSet;

/// Whoever comes from as many networks or more is a fleet, for which new ones say nothing.
const FLEET: u8 = 12;

/// Which networks were met, since when, and by whom.
pub(super) struct Networks {
    /// The network of each address, as a dense number; 0 for what is no public address.
    of_addresses: Vec<u32>,
    /// When each was met first.
    first: Vec<i64>,
    by_actor: PairSet,
    /// How many each actor came from, up to [`FLEET`].
    counts: Vec<u8>,
    /// The first time of the log.
    start: Option<i64>,
}

impl Networks {
    /// `own` are the networks of one's own organization: nobody comes from outside by them.
    pub(super) fn new(dicts: &DictSet, actors: usize, own: &[IpNet]) -> Self {
        let mut known: HashMap<u64, u32> = HashMap::new();
        let mut number = |text: &str| {
            let is_own = |ip: &IpAddr| own.iter().any(|own| own.contains(ip));
            let network = network(parse_ip(text).filter(|ip| !is_own(ip))?)?;
            let next = known.len() as u32 + 1;
            Some(*known.entry(network).or_insert(next))
        };
        let addresses = dicts.column(Column::Ip);
        let of_addresses = addresses.iter().map(|(_, text)| number(text).unwrap_or(0)).collect();
        let count = known.len() + 1;
        Self {
            of_addresses,
            first: vec![i64::MAX; count],
            by_actor: PairSet::new(actors, count),
            counts: vec![0; actors],
            start: None,
        }
    }

    /// Takes in that an actor came from an address, the first time for this actor or not. The time is known, and no
    /// earlier than that of the event before.
    #[inline]
    pub(super) fn is_new(&mut self, actor: u32, address: u32, is_first: bool, time: i64) -> bool {
        let start = *self.start.get_or_insert(time);
        let network = self.of_addresses.get(address as usize).copied().unwrap_or(0);
        let (Some(first), Some(count)) =
            (self.first.get_mut(network as usize), self.counts.get_mut(actor as usize))
        else {
            return false;
        };
        *first = time.min(*first);
        if is_first && network != 0 && *count < FLEET && self.by_actor.insert(actor, network) {
            *count += 1;
        }
        let has_history = first.saturating_sub(start) >= DAY_MS;
        network != 0 && has_history && time.saturating_sub(*first) < DAY_MS && *count < FLEET
    }
}

/// The network of a public address: 16 bits of an IPv4 address, 32 of an IPv6 one.
fn network(ip: IpAddr) -> Option<u64> {
    match ip {
        _ if is_private(ip) => None,
        IpAddr::V4(ip) => Some(u64::from(ip.to_bits() >> 16)),
        IpAddr::V6(ip) => Some(1 << 32 | (ip.to_bits() >> 96) as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_share_networks() {
        let network = |text| network(parse_ip(text)?);
        assert_eq!(network("203.0.113.7"), network("203.0.9.9"));
        assert_eq!(network("203.0.113.7"), network("::ffff:203.0.113.8"));
        assert_eq!(network("2001:db8::1"), network("2001:db8:ffff::2"));
        assert_ne!(network("2001:db8::1"), network("2001:db9::1"));
        assert_eq!(network("10.0.0.1").or_else(|| network("s3.amazonaws.com")), None);
    }
}
