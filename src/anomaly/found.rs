//! Everything that is out of the ordinary in a snapshot, with the reasons: what the commands and the console show.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use foldhash::fast::FixedState;
use serde::Serialize;

use crate::anomaly::features::{Cause, Isolation, Preset};
use crate::anomaly::forest::Growth;
use crate::anomaly::outlier::{self, Outliers};
use crate::anomaly::series::{self, Activity};
use crate::event::time::Time;
use crate::investigation::Investigation;
use crate::profile::Background;
use crate::profile::describe::EventRef;
use crate::profile::first_seen::Owner;
use crate::profile::resource;
use crate::store::flags::RecordKind;
use crate::store::{Column, Table};

/// What is looked for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Wanted {
    /// Which numbers stand for an event in the forest.
    pub preset: Preset,
    /// How the forest is grown.
    pub forest: Growth,
    /// The width of a bucket of time, in milliseconds.
    pub bucket: i64,
    /// How many anomalies of each kind are told.
    pub most: usize,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { preset: Preset::Behavior, forest: Growth::default(), bucket: series::HOUR_MS, most: 100 }
    }
}

/// What was found.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    /// Users with far more events than others.
    pub actors: Outliers,
    /// Actions with far more events than others.
    pub actions: Outliers,
    /// Actors that did far more than they usually do.
    pub activity: Bursts,
    /// Events that are unlike the others.
    pub events: Unlike,
}

/// Stretches of time in which actors did far more than they usually do.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bursts {
    /// The width of a bucket, in milliseconds.
    pub bucket_ms: i64,
    /// From which score on a bucket counts.
    pub threshold: f64,
    /// How many actors there are.
    pub actors: usize,
    /// Of how many nothing can be said: they have fewer than [`series::LEAST_BUCKETS`] buckets with events.
    pub silent: usize,
    /// How many were found.
    pub found: usize,
    /// The highest scores first.
    pub rows: Vec<Burst>,
}

/// A bucket with far more events than usual.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Burst {
    /// The actor. Hostile.
    pub actor: String,
    /// The account it belongs to.
    pub account: String,
    /// When the bucket begins.
    #[serde(serialize_with = "resource::time")]
    pub start: Time,
    /// How many events it has.
    pub events: u64,
    /// How many the actor's buckets usually have.
    pub usual: f64,
    /// How many would still be ordinary.
    pub limit: f64,
    /// How far above the usual that is, see [`series`].
    pub score: f64,
    /// The most frequent calls of the bucket: what made it one.
    pub calls: Vec<Calls>,
}

/// How often a call was made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Calls {
    /// `eventName`. Hostile.
    pub event: String,
    /// How often.
    pub count: u64,
}

/// Events that are unlike the others.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unlike {
    /// Which numbers stood for an event.
    pub preset: Preset,
    /// Which part of the events is taken to be out of the ordinary.
    pub contamination: f64,
    /// What the random numbers began with.
    pub seed: u64,
    /// How many trees the forest has.
    pub trees: usize,
    /// How many events were scored.
    pub events: usize,
    /// The score above which an event is out of the ordinary.
    pub threshold: f32,
    /// How many were found.
    pub found: usize,
    /// The highest scores first.
    pub rows: Vec<Odd>,
}

/// An event that is unlike the others.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Odd {
    /// The event.
    #[serde(flatten)]
    pub event: EventRef,
    /// Who did it. Hostile.
    pub actor: String,
    /// The source address. Hostile.
    pub address: String,
    /// 0-1, the higher the less ordinary.
    pub score: f32,
    /// What sets it apart, the strongest first.
    pub causes: Vec<Cause>,
}

/// How many calls of a burst are named.
const CALLS: usize = 3;

impl Found {
    /// Looks for everything; `None` when `stop` was set meanwhile.
    pub fn new(
        inv: &Investigation,
        background: &Background,
        wanted: Wanted,
        stop: &AtomicBool,
    ) -> Option<Self> {
        let isolation = Isolation::new(&inv.table, background, wanted.preset, wanted.forest, stop)?;
        Some(Self {
            actors: outlier::actors(&inv.table, stop)?,
            actions: outlier::actions(&inv.table, stop)?,
            activity: Bursts::new(&inv.table, background, wanted, stop)?,
            events: Unlike::new(inv, &isolation, wanted),
        })
    }
}

impl Unlike {
    /// The events that a forest found.
    pub fn new(inv: &Investigation, isolation: &Isolation, wanted: Wanted) -> Self {
        let odd = |(row, score): (u32, f32)| {
            let at = inv.table.row(row)?;
            let (actor, address) = (at.actor().to_owned(), at.text(Column::Ip).to_owned());
            Some(Odd { event: EventRef::new(&at), actor, address, score, causes: isolation.causes(row) })
        };
        let all = isolation.anomalies(usize::MAX);
        Self {
            preset: wanted.preset,
            contamination: wanted.forest.contamination,
            seed: wanted.forest.seed,
            trees: wanted.forest.trees,
            events: isolation.len(),
            threshold: isolation.threshold(),
            found: all.len(),
            rows: all.into_iter().take(wanted.most).filter_map(odd).collect(),
        }
    }
}

impl Bursts {
    /// The bursts of all actors; `None` when `stop` was set meanwhile.
    pub fn new(table: &Table, background: &Background, wanted: Wanted, stop: &AtomicBool) -> Option<Self> {
        let first_seen = &background.first_seen;
        let all = series::activities(table, first_seen, wanted.bucket, stop)?;
        let mut rows: Vec<(u32, Burst)> = all.iter().flat_map(|a| bursts_of(table, background, a)).collect();
        rows.sort_by(|(_, a), (_, b)| {
            b.score.total_cmp(&a.score).then_with(|| (a.start, &a.actor).cmp(&(b.start, &b.actor)))
        });
        let found = rows.len();
        rows.truncate(wanted.most);
        name_calls(table, background, wanted.bucket, &mut rows, stop)?;
        Some(Self {
            bucket_ms: wanted.bucket,
            threshold: series::THRESHOLD,
            actors: all.len(),
            silent: all.iter().filter(|a| a.limit.is_none()).count(),
            found,
            rows: rows.into_iter().map(|(_, burst)| burst).collect(),
        })
    }
}

fn bursts_of<'a>(
    table: &'a Table,
    background: &'a Background,
    activity: &'a Activity,
) -> impl Iterator<Item = (u32, Burst)> + 'a {
    let (actor, account) = background.first_seen.lookup().actor(table.dicts(), activity.actor);
    activity.anomalies().map(move |point| {
        let burst = Burst {
            actor: actor.to_owned(),
            account: account.to_owned(),
            start: point.start,
            events: point.count,
            usual: activity.usual,
            limit: activity.limit.unwrap_or_default(),
            score: point.score,
            calls: Vec::new(),
        };
        (activity.actor, burst)
    })
}

/// Counts the calls of each burst, in one walk over the events.
fn name_calls(
    table: &Table,
    background: &Background,
    width: i64,
    bursts: &mut [(u32, Burst)],
    stop: &AtomicBool,
) -> Option<()> {
    let (first_seen, width) = (&background.first_seen, width.max(series::LEAST_WIDTH_MS));
    let bucket = |time: i64| time.div_euclid(width);
    let places: HashMap<(u32, i64), usize, FixedState> =
        bursts.iter().enumerate().map(|(n, (actor, b))| ((*actor, bucket(b.start.raw())), n)).collect();
    let mut counts: Vec<HashMap<u32, u64, FixedState>> = vec![HashMap::default(); bursts.len()];
    for (_, segment) in table.segments() {
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        let (identity, event) = (segment.column(Column::Identity), segment.column(Column::Event));
        for (slot, time) in segment.times().iter().enumerate() {
            let Owner::Actor(actor) = first_seen.actor_of(identity.id(slot)) else { continue };
            if let Some(calls) = places.get(&(actor, bucket(time))).and_then(|&n| counts.get_mut(n))
                && segment.flags(slot).kind() != RecordKind::Aggregated
            {
                *calls.entry(first_seen.lookup().events.of(event.id(slot))).or_default() += 1;
            }
        }
    }
    for ((_, burst), calls) in bursts.iter_mut().zip(counts) {
        let name = |id| first_seen.lookup().events.value(id).cloned().unwrap_or_default();
        burst.calls = calls.into_iter().map(|(id, count)| Calls { event: name(id), count }).collect();
        burst.calls.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.event.cmp(&b.event)));
        burst.calls.truncate(CALLS);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::profile::sample::{investigation, record, user};

    #[test]
    fn bursts_name_the_calls_that_made_them() {
        let ann = user("ann", "AKIAANN");
        let mut records = Vec::new();
        for hour in 0..9 {
            for n in 0..2 + hour % 3 {
                records.push(record(&format!("{hour:02}:0{n}:00"), "s3:ListBuckets", &ann, json!({})));
            }
        }
        for n in 0..60 {
            let call = if n % 3 == 0 { "s3:GetObject" } else { "iam:GetUser" };
            records.push(record(&format!("12:{n:02}:00"), call, &ann, json!({})));
        }
        records.push(record("12:00:00", "s3:ListBuckets", &user("bob", "AKIABOB"), json!({})));
        let inv = investigation(&records);
        let go = AtomicBool::new(false);
        let background = Background::new(&inv.table, &go).unwrap();
        let found = Found::new(&inv, &background, Wanted::default(), &go).unwrap();
        let [burst] = &found.activity.rows[..] else { panic!("{:?}", found.activity) };
        assert_eq!((burst.actor.as_str(), burst.events, burst.start.hour()), ("ann", 60, Some(12)));
        let calls: Vec<(&str, u64)> = burst.calls.iter().map(|c| (c.event.as_str(), c.count)).collect();
        assert_eq!(calls, [("GetUser", 40), ("GetObject", 20)]);
        assert!((burst.usual - 3.0).abs() < 1e-9 && burst.limit < 60.0);
        assert_eq!((found.activity.actors, found.activity.silent, found.activity.found), (2, 1, 1));
        assert!(
            found.events.rows.len() <= found.events.found && found.events.events == inv.table.len() as usize
        );
        assert!(found.events.rows.iter().all(|odd| !odd.causes.is_empty()), "{:?}", found.events.rows);
        assert_eq!(Found::new(&inv, &background, Wanted::default(), &AtomicBool::new(true)), None);
    }
}
