//! What rules and statistics said, with the parameters of each method.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use serde::Serialize;

use super::Gather;
use super::findings::level_name;
use crate::anomaly::found::{Found, Wanted};
use crate::event::time::Time;
use crate::profile::resource;
use crate::score::Level;

/// How many anomalies of each kind are told.
const ANOMALIES: usize = 20;

/// A rule that hit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleHits {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Its level.
    #[serde(serialize_with = "level_name")]
    pub level: Level,
    /// How many events it hit.
    pub hits: u64,
    /// The first one.
    #[serde(serialize_with = "resource::time")]
    pub first: Time,
    /// The last one.
    #[serde(serialize_with = "resource::time")]
    pub last: Time,
}

/// Rules and statistics.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Detections {
    /// The rules that hit, the highest level first, then by hits.
    pub rules: Vec<RuleHits>,
    /// How many rules were in force.
    pub in_force: u64,
    /// What is out of the ordinary, with the parameters of each method.
    pub anomalies: Found,
}

impl Detections {
    pub(super) fn new(gather: &Gather<'_>) -> Option<Self> {
        let wanted = Wanted { most: ANOMALIES, ..Wanted::default() };
        let anomalies = Found::new(gather.inv, gather.background, wanted, gather.stop)?;
        let in_force = gather.inv.judgment.rules.infos().iter().filter(|rule| rule.tells()).count() as u64;
        Some(Self { rules: rules(gather), in_force, anomalies })
    }
}

fn rules(gather: &Gather<'_>) -> Vec<RuleHits> {
    let inv = gather.inv;
    // By set of rules first: most events are hit by none, the others by one of a few hundred sets.
    let mut sets: HashMap<u32, (u64, Option<Time>, Time), FixedState> = HashMap::default();
    for row in inv.table.rows().filter(|row| row.hits() != 0) {
        let set = sets.entry(row.hits()).or_default();
        set.0 += 1;
        if row.time().is_known() {
            set.1 = Some(set.1.map_or(row.time(), |first| first.min(row.time())));
        }
        set.2 = set.2.max(row.time());
    }
    let mut found: HashMap<&str, RuleHits> = HashMap::new();
    for (set, (hits, first, last)) in sets {
        let first = first.unwrap_or_default();
        for rule in inv.judgment.rules.shown(inv.hits.get(set)) {
            let new = || RuleHits {
                id: rule.id.clone(),
                title: rule.title.clone(),
                level: rule.level,
                hits: 0,
                first,
                last,
            };
            let of = found.entry(&rule.id).or_insert_with(new);
            of.hits += hits;
            of.first = of.first.min(first);
            of.last = of.last.max(last);
        }
    }
    let mut all: Vec<RuleHits> = found.into_values().collect();
    all.sort_by(|a, b| (b.level, b.hits, &a.id).cmp(&(a.level, a.hits, &b.id)));
    all
}
