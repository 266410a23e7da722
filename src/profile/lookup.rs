//! What follows from one dictionary value, worked out once per value: the tables behind every pass over
//! the columns.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;

use crate::event::address::{AddressKind, parse_ip};
use crate::event::agent;
use crate::score::scorer::plain_name;
use crate::store::dicts::DictSet;
use crate::store::table::service_of;
use crate::store::{Column, Table};

/// A number for each distinct value, in the order in which they were met.
#[derive(Clone, Debug)]
pub struct Dense<T> {
    /// The dense number of each dictionary number.
    numbers: Vec<u32>,
    /// The values, by their dense number.
    values: Vec<T>,
}

impl<T: Clone + Eq + Hash> Dense<T> {
    /// Numbers the values of all dictionary numbers.
    pub(crate) fn new(all: impl Iterator<Item = T>) -> Self {
        let mut known: HashMap<T, u32, foldhash::fast::FixedState> = HashMap::default();
        let mut values = Vec::new();
        let numbers = all
            .map(|value| {
                *known.entry(value).or_insert_with_key(|value| {
                    values.push(value.clone());
                    values.len() as u32 - 1
                })
            })
            .collect();
        Self { numbers, values }
    }

    /// The dense number of a dictionary number.
    #[inline]
    pub fn of(&self, id: u32) -> u32 {
        self.numbers.get(id as usize).copied().unwrap_or(0)
    }

    /// The value of a dense number.
    pub fn value(&self, number: u32) -> Option<&T> {
        self.values.get(number as usize)
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// The tables of one snapshot.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// By identity: the actor, as a number of the dictionary of words.
    pub actors: Dense<u32>,
    /// By identity: the account of the caller, as a number of the dictionary of words.
    pub callers: Dense<u32>,
    /// By identity: the role behind it, as a number of the dictionary of words.
    pub roles: Dense<u32>,
    /// By source: the service without its domain.
    pub services: Dense<String>,
    /// By event: the name without the version some services put behind it.
    pub events: Dense<String>,
    /// By agent: the family.
    pub agents: Dense<String>,
    /// By address: the network, see [`network_of`].
    pub networks: Dense<String>,
    /// By address: what kind of place it is.
    pub places: Vec<AddressKind>,
}

impl Lookup {
    /// The tables of a snapshot.
    pub fn new(table: &Table) -> Self {
        let dicts = table.dicts();
        let identities = || (0..dicts.identity_count()).map(|id| dicts.identity(id));
        let texts = |column: Column| dicts.column(column).iter().map(|(_, text)| text);
        Self {
            actors: Dense::new(identities().map(|i| i.actor)),
            callers: Dense::new(identities().map(|i| i.account)),
            roles: Dense::new(identities().map(|i| i.role)),
            services: Dense::new(texts(Column::Source).map(|s| service_of(s).to_owned())),
            events: Dense::new(texts(Column::Event).map(|e| plain_name(e).to_owned())),
            agents: Dense::new(texts(Column::Agent).map(|a| agent::family(a).to_owned())),
            networks: Dense::new(texts(Column::Ip).map(network_of)),
            places: texts(Column::Ip).map(AddressKind::of).collect(),
        }
    }

    /// What kind of place an address is.
    #[inline]
    pub fn place(&self, ip: u32) -> AddressKind {
        self.places.get(ip as usize).copied().unwrap_or(AddressKind::Absent)
    }

    /// The name of the actor of that dense number, and the account it belongs to.
    pub fn actor<'a>(&self, dicts: &'a DictSet, number: u32) -> (&'a str, &'a str) {
        self.actors.value(number).map_or(("", ""), |&word| dicts.actor(word))
    }
}

/// The network around an address: its /24, or its /48 where it is an IPv6 address; what is no address stays as it is.
pub fn network_of(text: &str) -> String {
    match parse_ip(text) {
        Some(IpAddr::V4(v4)) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        Some(IpAddr::V6(v6)) => {
            let [a, b, c, ..] = v6.segments();
            format!("{}/48", std::net::Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_cut_by_family() {
        for (text, network) in [
            ("203.0.113.77", "203.0.113.0/24"),
            ("2001:db8:20:100::10", "2001:db8:20::/48"),
            ("::ffff:203.0.113.7", "203.0.113.0/24"),
            ("iam.amazonaws.com", "iam.amazonaws.com"),
            ("", ""),
        ] {
            assert_eq!(network_of(text), network);
        }
    }

    #[test]
    fn equal_values_share_a_number() {
        let dense = Dense::new(["a", "b", "a", "c"].into_iter());
        assert_eq!([0, 1, 2, 3].map(|id| dense.of(id)), [0, 1, 0, 2]);
        assert_eq!((dense.value(1), dense.len(), dense.of(99)), (Some(&"b"), 3, 0));
    }
}
