//! The notable events in order of time, what one session repeats as one line.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use serde::Serialize;

use super::Gather;
use super::findings::{LEAST, level_name};
use crate::event::time::Time;
use crate::investigation::Investigation;
use crate::profile::resource;
use crate::query::run::Selection;
use crate::query::series::Series;
use crate::score::{Level, rank};
use crate::store::flags::RecordKind;
use crate::store::{Column, Row};

/// How many lines a report shows; all of them are in `timeline.csv`.
pub const SHOWN: usize = 200;
/// Into how many stretches the picture of activity is divided at most.
const BUCKETS: usize = 96;

/// A line of the timeline: an event, or a burst of them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Moment {
    /// The first event.
    #[serde(serialize_with = "resource::time")]
    pub first: Time,
    /// The last event.
    #[serde(serialize_with = "resource::time")]
    pub last: Time,
    /// For how many events it stands.
    pub times: u64,
    /// The level at which the riskiest ranks.
    #[serde(serialize_with = "level_name")]
    pub level: Level,
    /// The points of the riskiest.
    pub risk: u8,
    /// The actor. Hostile.
    pub actor: String,
    /// The account in which it happened.
    pub account: String,
    /// Where it came from. Hostile.
    pub address: String,
    /// The service.
    pub service: String,
    /// `eventName`. Hostile.
    pub action: String,
    /// What was acted on. Hostile.
    pub target: String,
    /// How it ended.
    pub outcome: &'static str,
    /// ATT&CK ids.
    pub techniques: Vec<String>,
    /// The id of the riskiest event.
    #[serde(rename = "eventID")]
    pub id: String,
}

/// The notable events.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Timeline {
    /// The lines that are shown, in order of time.
    pub lines: Vec<Moment>,
    /// How many there are.
    pub total: u64,
    /// All events over time.
    pub activity: Activity,
}

/// Counts over time by level, from info to critical.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    /// When the first stretch begins.
    #[serde(serialize_with = "resource::time")]
    pub from: Time,
    /// Seconds in a stretch.
    pub step_seconds: i64,
    /// For each stretch the counts by level.
    pub buckets: Vec<[u64; 5]>,
}

impl Timeline {
    /// Of more lines than are shown those of the highest levels stay, in order of time.
    pub(super) fn new(gather: &Gather<'_>) -> Self {
        let inv = gather.inv;
        let mut lines = moments(inv);
        let total = lines.len() as u64;
        if lines.len() > SHOWN {
            let mut order: Vec<usize> = (0..lines.len()).collect();
            order.sort_by_key(|&n| lines.get(n).map(|m| (std::cmp::Reverse((m.level, m.risk)), n)));
            order.truncate(SHOWN);
            order.sort_unstable();
            lines = order.into_iter().filter_map(|n| lines.get(n).cloned()).collect();
        }
        let (from, to) = inv.span();
        let series = Series::new(&inv.table, &Selection::all(&inv.table), from, to, BUCKETS);
        let activity =
            Activity { from: series.from, step_seconds: series.step_ms / 1000, buckets: series.buckets };
        Self { lines, total, activity }
    }
}

/// All lines, in order of time.
pub(super) fn moments(inv: &Investigation) -> Vec<Moment> {
    let mut places: HashMap<u32, usize, FixedState> = HashMap::default();
    let mut bursts: Vec<Burst> = Vec::new();
    for row in inv.table.rows().filter(|row| row.kind() != RecordKind::Aggregated) {
        let level = rank::level_of(&row);
        if level < LEAST {
            continue;
        }
        let place = *places.entry(row.burst().unwrap_or(row.number())).or_insert(bursts.len());
        match bursts.get_mut(place) {
            Some(burst) => burst.add(&row, level),
            None => bursts.push(Burst {
                best: (rank::key_of(&row), row.number()),
                level,
                times: 1,
                first: row.time(),
                last: row.time(),
            }),
        }
    }
    bursts.iter().filter_map(|burst| burst.moment(inv)).collect()
}

struct Burst {
    best: (u32, u32),
    level: Level,
    times: u64,
    first: Time,
    last: Time,
}

impl Burst {
    fn add(&mut self, row: &Row<'_>, level: Level) {
        let key = rank::key_of(row);
        if key > self.best.0 {
            self.best = (key, row.number());
        }
        self.level = self.level.max(level);
        self.times += 1;
        self.last = self.last.max(row.time());
    }

    fn moment(&self, inv: &Investigation) -> Option<Moment> {
        let row = inv.table.row(self.best.1)?;
        Some(Moment {
            first: self.first,
            last: self.last,
            times: self.times,
            level: self.level,
            risk: row.risk(),
            actor: row.actor().to_owned(),
            account: row.account().to_owned(),
            address: row.text(Column::Ip).to_owned(),
            service: row.service().to_owned(),
            action: row.event().to_owned(),
            target: row.text(Column::Target).to_owned(),
            outcome: row.outcome().name(),
            techniques: inv.techniques(&row).into_iter().map(str::to_owned).collect(),
            id: row.id(),
        })
    }
}
