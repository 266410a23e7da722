//! The counts of a load: what there is, what was folded, what could not be read.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use crate::event::time::Time;
use crate::investigation::Investigation;
use crate::query::run::Selection;
use crate::report::event_line::time_text;
use crate::store::flags::RecordKind;

/// Only counts.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
pub struct Summary {
    /// Files read.
    pub files: u64,
    /// CloudTrail records found, repeated ones included.
    pub records: u64,
    /// Events: each once, conflicting ones each.
    pub events: u64,
    /// Records folded into another one.
    pub duplicates: u64,
    /// Events that share their id with one of other content.
    pub conflicts: u64,
    /// Digest files, which are evidence and no events.
    pub digests: u64,
    /// Things that could not be read.
    pub rejected: u64,
    /// Different actors.
    pub actors: u64,
    /// The time of the first event.
    pub first: Option<String>,
    /// The time of the last event.
    pub last: Option<String>,
    /// Bytes read, compressed as they were.
    pub bytes: u64,
    /// Bytes of text they inflated to.
    pub inflated_bytes: u64,
    /// What was met that is no event and no fault.
    pub notes: BTreeMap<String, u64>,
    /// By the id of a rule on what is new: of how many events it could not tell, as nothing was known yet to compare them
    /// with.
    pub no_baseline: BTreeMap<String, u64>,
}

impl Summary {
    /// The counts of an investigation.
    pub fn new(inv: &Investigation) -> Self {
        let counts = inv.status.counts();
        let (first, last) = inv.span();
        Self {
            files: counts.logs(),
            records: counts.records,
            events: inv.event_count(),
            duplicates: inv.duplicates,
            conflicts: inv.conflicts,
            digests: counts.digests,
            rejected: counts.rejected,
            actors: inv.actor_count() as u64,
            first: time_text(first),
            last: time_text(last),
            bytes: counts.read,
            inflated_bytes: counts.inflated,
            notes: inv.status.notes(),
            no_baseline: no_baseline(inv),
        }
    }

    /// As [`Summary::new`], with the counts of what happened (events, actors, first and last) those of the selected
    /// events alone. What was read stays what it is: no query chooses among files.
    pub fn of(inv: &Investigation, selection: &Selection) -> Self {
        let rows = || selection.rows(&inv.table).filter_map(|n| inv.table.row(n));
        let times = || rows().map(|row| row.time()).filter(|time| time.is_known());
        let text = |time: Option<Time>| time.and_then(time_text);
        Self {
            events: rows().filter(|row| row.kind() != RecordKind::Aggregated).count() as u64,
            actors: rows().map(|row| row.identity().actor).collect::<HashSet<_>>().len() as u64,
            first: text(times().min()),
            last: text(times().max()),
            ..Self::new(inv)
        }
    }
}

fn no_baseline(inv: &Investigation) -> BTreeMap<String, u64> {
    let infos = inv.judgment.rules.infos();
    let named = inv.compared.no_baseline.iter().map(|(rule, events)| (infos.get(*rule as usize), *events));
    named.filter_map(|(rule, events)| Some((rule?.id.clone(), events as u64))).collect()
}
