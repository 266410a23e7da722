//! Indicators held against everything that is loaded.
//!
//! Ten thousand indicators and a million events: a look into a table for each distinct value of a
//! dictionary, once, makes sets of numbers; those are conditions as a query has them, and the
//! columns answer as for any other query. How often each indicator was seen is counted on the rows
//! that matched, and on no others.
//!
//! | kind | held against |
//! |---|---|
//! | ip | the source address; a network holds every address in it |
//! | domain | a source address that is that host name, or one below it |
//! | access-key | the caller's key, and keys that answers handed out |
//! | arn | the ARN of the caller, of the role behind its session, of what was acted on |
//! | account | the account that was acted in, and the caller's |
//! | user-agent | the whole user agent |
//! | session | the session's name, and what `session:` calls it |
//! | bucket | what a call to S3 acted on |
//!
//! Case of letters matters in none of them. What only a raw record holds is not looked at.

use std::collections::HashMap;
use std::net::IpAddr;

use foldhash::fast::RandomState;
use ipnet::IpNet;

use super::model::Kind;
use crate::event::address::parse_ip;
use crate::event::field::{Field, FieldRef};
use crate::event::time::Time;
use crate::investigation::Investigation;
use crate::query::plan::Node;
use crate::query::run::{self, Selection};
use crate::query::{Query, QueryError};
use crate::store::bits::IdSet;
use crate::store::dicts::DictSet;
use crate::store::segment::Segment;
use crate::store::table::service_of;
use crate::store::{Aside, Column};

/// What of the indicators was seen.
#[derive(Clone, Debug)]
pub struct Matches {
    /// For each indicator, in the order in which they were given, how it was seen.
    pub seen: Vec<Sight>,
    /// All events in which some indicator was seen.
    pub rows: Selection,
}

/// How an indicator was seen.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Sight {
    /// In how many events.
    pub events: u64,
    /// In the first of them.
    pub first: Time,
    /// In the last of them.
    pub last: Time,
}

/// The query that finds the events of one indicator, for going deeper.
///
/// It asks for a little less than matching does: of an ARN the caller's only, of a key not where it was handed out.
///
/// # Errors
/// When the value cannot be one of its field.
pub fn query(kind: Kind, value: &str) -> Result<Query, QueryError> {
    let field = match kind {
        Kind::Ip if value.contains('/') => {
            return crate::query::parse(&format!("ip:{value}"));
        }
        Kind::Ip | Kind::Domain => Field::Ip,
        Kind::AccessKey => Field::Key,
        Kind::Arn => Field::Principal,
        Kind::UserAgent => Field::Agent,
        Kind::Account => Field::Account,
        Kind::Bucket => Field::Target,
        Kind::Session => Field::Session,
    };
    Query::all().keep(&FieldRef::Column(field), value)
}

/// Holds indicators, as kind and value, against everything that is loaded.
pub fn matches<'i>(inv: &Investigation, indicators: impl Iterator<Item = (Kind, &'i str)>) -> Matches {
    let wanted = Wanted::new(indicators);
    let dicts = inv.table.dicts();
    let held = Held::new(&wanted, dicts);
    let mut rows = Vec::new();
    let mut seen = vec![Sight::default(); wanted.count];
    let mut hit = Vec::new();
    let by_columns = run::columns(&held.node(dicts), &inv.table).yes;
    for ((_, segment), bits) in inv.table.segments().zip(by_columns.segments()) {
        let mut bits = bits.clone();
        let granted = segment.aside(Aside::Grant).iter().filter(|(_, grant)| held.grants.contains_key(grant));
        granted.for_each(|(row, _)| bits.insert(row));
        for row in bits.iter() {
            hit.clear();
            held.collect(segment, row, &mut hit);
            count(&mut seen, &mut hit, segment.times().get(row));
        }
        rows.push(bits);
    }
    Matches { seen, rows: Selection::of(rows) }
}

/// Adds an event to the sights of the indicators that it shows, to each once.
fn count(seen: &mut [Sight], hit: &mut Vec<u32>, time: Option<i64>) {
    hit.sort_unstable();
    hit.dedup();
    let time = time.map_or(Time::UNKNOWN, Time::from_raw);
    for &n in hit.iter() {
        let Some(sight) = seen.get_mut(n as usize) else { continue };
        sight.events += 1;
        if time.is_known() {
            sight.first = if sight.first.is_known() { sight.first.min(time) } else { time };
            sight.last = sight.last.max(time);
        }
    }
}

/// Indicators by kind and value, so that a value is looked up once.
struct Wanted {
    count: usize,
    /// For each kind the numbers of the indicators by value, in lower case.
    values: [HashMap<String, Vec<u32>, RandomState>; Kind::ALL.len()],
    /// For each kind which lengths its values have; the last bit stands for all that are longer.
    lengths: [u128; Kind::ALL.len()],
    addresses: HashMap<IpAddr, Vec<u32>, RandomState>,
    networks: HashMap<IpNet, Vec<u32>, RandomState>,
    /// The lengths of the prefixes of the networks.
    prefixes: Vec<u8>,
    /// What a value is written into in lower case.
    scratch: std::cell::RefCell<String>,
}

impl Wanted {
    fn new<'i>(indicators: impl Iterator<Item = (Kind, &'i str)>) -> Self {
        let mut wanted = Self {
            count: 0,
            values: Default::default(),
            lengths: Default::default(),
            addresses: HashMap::default(),
            networks: HashMap::default(),
            prefixes: Vec::new(),
            scratch: Default::default(),
        };
        for (kind, value) in indicators {
            wanted.add(kind, value.trim());
        }
        wanted.prefixes = wanted.networks.keys().map(IpNet::prefix_len).collect();
        wanted.prefixes.sort_unstable();
        wanted.prefixes.dedup();
        wanted
    }

    fn add(&mut self, kind: Kind, value: &str) {
        let number = self.count as u32;
        self.count += 1;
        if value.is_empty() {
            return;
        }
        match (kind, parse_ip(value), value.parse::<IpNet>()) {
            (Kind::Ip, Some(ip), _) => self.addresses.entry(ip).or_default().push(number),
            (Kind::Ip, None, Ok(net)) => self.networks.entry(net.trunc()).or_default().push(number),
            _ => {
                if let Some(lengths) = self.lengths.get_mut(kind as usize) {
                    *lengths |= length_bit(value);
                }
                if let Some(values) = self.values.get_mut(kind as usize) {
                    values.entry(value.to_ascii_lowercase()).or_default().push(number);
                }
            }
        }
    }

    fn has(&self, kind: Kind) -> bool {
        self.lengths.get(kind as usize).is_some_and(|lengths| *lengths != 0)
    }

    /// The indicators of that kind and value.
    fn get(&self, kind: Kind, value: &str) -> &[u32] {
        let lengths = self.lengths.get(kind as usize).copied().unwrap_or(0);
        if lengths & length_bit(value) == 0 || value.is_empty() {
            return &[];
        }
        let mut lower = self.scratch.borrow_mut();
        lower.clear();
        lower.push_str(value);
        lower.make_ascii_lowercase();
        self.values
            .get(kind as usize)
            .and_then(|of_kind| of_kind.get(lower.as_str()))
            .map_or(&[], Vec::as_slice)
    }

    /// The indicators that a source address shows.
    fn of_source(&self, text: &str) -> Vec<u32> {
        let mut hit = Vec::new();
        let Some(ip) = parse_ip(text) else {
            // A host is below each of the names that its own ends with.
            let mut name = text.trim_end_matches('.');
            while self.has(Kind::Domain) && !name.is_empty() {
                hit.extend_from_slice(self.get(Kind::Domain, name));
                name = name.split_once('.').map_or("", |(_, above)| above);
            }
            return hit;
        };
        hit.extend(self.addresses.get(&ip).into_iter().flatten());
        for &prefix in &self.prefixes {
            if let Ok(net) = IpNet::new(ip, prefix) {
                hit.extend(self.networks.get(&net.trunc()).into_iter().flatten());
            }
        }
        hit
    }
}

/// A bit for a length.
fn length_bit(value: &str) -> u128 {
    1 << value.len().min(127)
}

/// The indicators that the values of a column show, by the number of the value.
type Hits = HashMap<u32, Vec<u32>, RandomState>;

/// What of the indicators is in the dictionaries.
struct Held {
    /// Columns in which a value by itself says it.
    columns: Vec<(Column, Hits)>,
    /// Values of the target that say it in calls to S3.
    buckets: Hits,
    /// The sources that are S3.
    s3: IdSet,
    /// By the number of what was handed out.
    grants: HashMap<u64, Vec<u32>, RandomState>,
}

impl Held {
    fn new(wanted: &Wanted, dicts: &DictSet) -> Self {
        let of = |column: Column, kind: Kind| {
            let looked = wanted.has(kind).then(|| dicts.column(column).iter());
            by_value(looked.into_iter().flatten().map(|(id, text)| (id, wanted.get(kind, text).to_vec())))
        };
        let by_source =
            !wanted.addresses.is_empty() || !wanted.networks.is_empty() || wanted.has(Kind::Domain);
        let sources = by_source.then(|| dicts.column(Column::Ip).iter()).into_iter().flatten();
        let columns = vec![
            (Column::Ip, by_value(sources.map(|(id, text)| (id, wanted.of_source(text))))),
            (Column::Agent, of(Column::Agent, Kind::UserAgent)),
            (Column::Account, of(Column::Account, Kind::Account)),
            (Column::Target, of(Column::Target, Kind::Arn)),
            (Column::Identity, of_identities(wanted, dicts)),
        ];
        let services = dicts.column(Column::Source);
        Self {
            columns: columns.into_iter().filter(|(_, hits)| !hits.is_empty()).collect(),
            buckets: of(Column::Target, Kind::Bucket),
            s3: IdSet::from_test(services.len(), |id| service_of(services.get(id)) == "s3"),
            grants: of_grants(wanted, dicts),
        }
    }

    /// The condition that says all of it but what was handed out.
    fn node(&self, dicts: &DictSet) -> Node {
        let set = |column: Column, hits: &Hits| {
            Node::Ids(column, IdSet::from_ids(dicts.column(column).len(), hits.keys().copied()))
        };
        let mut any: Vec<Node> = self.columns.iter().map(|(column, hits)| set(*column, hits)).collect();
        if !self.buckets.is_empty() {
            let in_s3 = Node::Ids(Column::Source, self.s3.clone());
            any.push(Node::And(vec![in_s3, set(Column::Target, &self.buckets)]));
        }
        Node::Or(any)
    }

    /// The indicators that an event shows.
    fn collect(&self, segment: &Segment, row: usize, hit: &mut Vec<u32>) {
        for (column, hits) in &self.columns {
            hit.extend(hits.get(&segment.column(*column).id(row)).into_iter().flatten());
        }
        if !self.buckets.is_empty() && self.s3.contains(segment.column(Column::Source).id(row)) {
            hit.extend(self.buckets.get(&segment.column(Column::Target).id(row)).into_iter().flatten());
        }
        if !self.grants.is_empty() {
            hit.extend(self.grants.get(&segment.aside(Aside::Grant).get(row)).into_iter().flatten());
        }
    }
}

fn by_value(values: impl Iterator<Item = (u32, Vec<u32>)>) -> Hits {
    values.filter(|(id, hits)| *id != 0 && !hits.is_empty()).collect()
}

/// What each `userIdentity` shows: words are looked up once, however many identities have them.
fn of_identities(wanted: &Wanted, dicts: &DictSet) -> Hits {
    const KINDS: [Kind; 4] = [Kind::AccessKey, Kind::Arn, Kind::Account, Kind::Session];
    let words = dicts.words();
    let hits = KINDS.map(|kind| {
        let looked = wanted.has(kind).then(|| words.iter()).into_iter().flatten();
        by_value(looked.map(|(id, word)| (id, wanted.get(kind, word).to_vec())))
    });
    let [keys, arns, accounts, sessions] = &hits;
    if hits.iter().all(HashMap::is_empty) {
        return Hits::default();
    }
    let of_identity = |id: u32| {
        let who = dicts.identity(id);
        let asked = [
            (keys, who.access_key),
            (arns, who.arn),
            (arns, who.issuer_arn),
            (accounts, who.account),
            (sessions, who.session_name),
            (sessions, who.session),
            (sessions, who.console_session),
        ];
        let hit = asked.into_iter().filter(|(of, _)| !of.is_empty()).filter_map(|(of, word)| of.get(&word));
        (id, hit.flatten().copied().collect())
    };
    by_value((0..dicts.identity_count()).map(of_identity))
}

fn of_grants(wanted: &Wanted, dicts: &DictSet) -> HashMap<u64, Vec<u32>, RandomState> {
    let count = if wanted.has(Kind::AccessKey) { dicts.grant_count() } else { 0 };
    let of_grant = |id: u32| (u64::from(id), wanted.get(Kind::AccessKey, dicts.grant(id).key).to_vec());
    (1..count).map(of_grant).filter(|(_, hits)| !hits.is_empty()).collect()
}

#[cfg(test)]
mod tests;
