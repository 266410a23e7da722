//! Which accounts and regions have events in which hours, where there are none, and who switched logging.
//!
//! An hour without events is only worth a word where there should have been some. What should have
//! been is taken from the log itself: an account's region has, at the same hour of other days, so
//! many events on average (of less than two days, over all of its other hours). The stretch itself is
//! no part of the average. A stretch of empty hours in which at least [`EXPECTED`] events should have been is a gap; nights and weekends of a quiet
//! region are none. A stretch that lasts to the end of the log is one as well, and open.
//!
//! What was never logged leaves no trace here: data events that are off, a region that never had a trail.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::RandomState;
use serde::Serialize;

use crate::event::outcome::Outcome;
use crate::event::time::{Time, or_null};
use crate::investigation::Investigation;
use crate::query::plan::Node;
use crate::query::run;
use crate::store::bits::IdSet;
use crate::store::table::service_of;
use crate::store::{Column, Row, Table};

/// An hour, in milliseconds.
const HOUR_MS: i64 = 3_600_000;
/// How many events should have been in a stretch of empty hours for it to be a gap.
pub const EXPECTED: f64 = 3.0;

/// What is there of one account in one region.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Lane {
    /// The account; empty where the record does not say.
    pub account: String,
    /// The region; empty where the record does not say.
    pub region: String,
    /// How many events there are, those without a readable time among them.
    pub events: u64,
    /// The hours that have events, in order, each with how many: the hour as a number since 1970.
    #[serde(serialize_with = "counted")]
    pub hours: Vec<(i64, u32)>,
    /// How many of its events have no readable time.
    pub without_time: u64,
}

/// Hours in which there should have been events.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// The beginning of the first empty hour.
    #[serde(serialize_with = "or_null")]
    pub from: Time,
    /// The end of the last empty hour.
    #[serde(serialize_with = "or_null")]
    pub to: Time,
    /// How many hours.
    pub hours: u64,
    /// How many events should have been there, by the other days.
    pub expected: f64,
    /// Whether it lasts to the end of the log.
    pub open: bool,
    /// How many of these hours have events of the same account in other regions.
    pub elsewhere: u64,
    /// How many of these hours have events of other accounts.
    pub in_other_accounts: u64,
}

/// What a call does to the logging.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Debug)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// There is more of it.
    On,
    /// There is none, or less.
    Off,
    /// Other events are logged, or elsewhere.
    Changed,
}

/// A call that switched logging, or tried to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Switch {
    /// When.
    #[serde(serialize_with = "or_null")]
    pub time: Time,
    /// `eventName`.
    pub event: String,
    /// What it does to the logging, where it went through.
    pub effect: Effect,
    /// Whether it went through.
    pub done: bool,
    /// Who called.
    pub actor: String,
    /// In which account.
    pub account: String,
    /// In which region.
    pub region: String,
    /// The trail or store, as the call names it.
    pub target: String,
    /// The id of the event.
    #[serde(rename = "eventID")]
    pub id: String,
}

/// What is there and what is not.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// The first hour with events, and the one behind the last, since 1970; equal where there are none.
    #[serde(rename = "span", serialize_with = "spanned")]
    pub hours: (i64, i64),
    /// The accounts and regions, by name.
    pub lanes: Vec<Lane>,
    /// The gaps, by account, region and time.
    pub gaps: Vec<Gap>,
    /// The calls that switched logging, in order of time.
    pub switches: Vec<Switch>,
}

/// The calls that switch logging. What is not in this list only looks.
const SWITCHES: [(&str, Effect); 19] = [
    ("StopLogging", Effect::Off),
    ("StartLogging", Effect::On),
    ("CreateTrail", Effect::On),
    ("DeleteTrail", Effect::Off),
    ("UpdateTrail", Effect::Changed),
    ("PutEventSelectors", Effect::Changed),
    ("PutInsightSelectors", Effect::Changed),
    ("CreateEventDataStore", Effect::On),
    ("UpdateEventDataStore", Effect::Changed),
    ("DeleteEventDataStore", Effect::Off),
    ("RestoreEventDataStore", Effect::On),
    ("StartEventDataStoreIngestion", Effect::On),
    ("StopEventDataStoreIngestion", Effect::Off),
    ("CreateChannel", Effect::On),
    ("UpdateChannel", Effect::Changed),
    ("DeleteChannel", Effect::Off),
    ("PutEventConfiguration", Effect::Changed),
    ("EnableFederation", Effect::Changed),
    ("DisableFederation", Effect::Changed),
];

impl Coverage {
    /// What is there of everything that is loaded.
    pub fn new(inv: &Investigation) -> Self {
        let lanes = lanes(&inv.table);
        let first = lanes.iter().filter_map(|lane| lane.hours.first()).map(|h| h.0).min();
        let end = lanes.iter().filter_map(|lane| lane.hours.last()).map(|h| h.0 + 1).max();
        let hours = first.zip(end).unwrap_or((0, 0));
        let gaps = gaps(&lanes, hours.1);
        Self { hours, lanes, gaps, switches: switches(inv) }
    }
}

/// The beginning of an hour.
pub fn start_of(hour: i64) -> Time {
    Time::from_millis(hour.saturating_mul(HOUR_MS))
}

/// Hours and counts as a document has them: `{"hour": "2026-03-02T09:00:00Z", "events": 12}`.
fn counted<S: serde::Serializer>(hours: &[(i64, u32)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(
        hours
            .iter()
            .map(|(hour, events)| serde_json::json!({"hour": start_of(*hour).to_string(), "events": events})),
    )
}

/// The hours of a log as a document has them: beginning and end.
fn spanned<S: serde::Serializer>(hours: &(i64, i64), to: S) -> Result<S::Ok, S::Error> {
    let time = |hour: i64| (hours.0 < hours.1).then(|| start_of(hour).to_string());
    to.collect_seq([time(hours.0), time(hours.1)])
}

/// A lane by the numbers of its account and region; the account of the caller stands in where the record names none.
type Key = (u32, u32, u32);

/// What is there, lane by lane.
fn lanes(table: &Table) -> Vec<Lane> {
    let mut numbers: HashMap<Key, usize, RandomState> = HashMap::default();
    let mut found: Vec<(Key, Lane)> = Vec::new();
    let mut last: Option<(Key, usize)> = None;
    for (_, segment) in table.segments() {
        let columns = [Column::Account, Column::Region, Column::Identity].map(|c| segment.column(c));
        let [accounts, regions, identities] = columns;
        for (row, time) in segment.times().iter().enumerate() {
            let account = accounts.id(row);
            let caller = if account == 0 { table.dicts().identity(identities.id(row)).account } else { 0 };
            let key = (account, regions.id(row), caller);
            let number = match last {
                Some((known, number)) if known == key => number,
                _ => *numbers.entry(key).or_insert_with(|| {
                    found.push((key, empty()));
                    found.len() - 1
                }),
            };
            last = Some((key, number));
            if let Some((_, lane)) = found.get_mut(number) {
                add(lane, time);
            }
        }
    }
    named(table, found)
}

fn empty() -> Lane {
    Lane { account: String::new(), region: String::new(), events: 0, hours: Vec::new(), without_time: 0 }
}

fn add(lane: &mut Lane, time: i64) {
    lane.events += 1;
    if time == Time::UNKNOWN.raw() {
        lane.without_time += 1;
        return;
    }
    let hour = time.div_euclid(HOUR_MS);
    match lane.hours.last_mut() {
        Some((last, events)) if *last == hour => *events = events.saturating_add(1),
        _ => lane.hours.push((hour, 1)),
    }
}

/// Gives the lanes their names, and makes one of those that have the same: numbers know more than names do.
fn named(table: &Table, found: Vec<(Key, Lane)>) -> Vec<Lane> {
    let dicts = table.dicts();
    let mut by_name: BTreeMap<(&str, &str), Lane> = BTreeMap::new();
    for ((account, region, caller), lane) in found {
        let account =
            if account == 0 { dicts.word(caller) } else { dicts.column(Column::Account).get(account) };
        let region = dicts.column(Column::Region).get(region);
        let known = by_name.entry((account, region)).or_insert_with(empty);
        known.events += lane.events;
        known.without_time += lane.without_time;
        known.hours.extend(lane.hours);
    }
    let name = |((account, region), mut lane): ((&str, &str), Lane)| {
        // While a load runs, rows are in order of time in parts only.
        lane.hours.sort_unstable_by_key(|hour| hour.0);
        lane.hours.dedup_by(|later, first| {
            let same = later.0 == first.0;
            first.1 = if same { first.1.saturating_add(later.1) } else { first.1 };
            same
        });
        Lane { account: account.to_owned(), region: region.to_owned(), ..lane }
    };
    by_name.into_iter().map(name).collect()
}

/// The gaps of all lanes; `end` is the hour behind the last one that has any event.
fn gaps(lanes: &[Lane], end: i64) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for lane in lanes {
        let usual = Usual::of(lane);
        let next = lane.hours.iter().skip(1).map(|h| (h.0, false)).chain(std::iter::once((end, true)));
        for ((last, _), (next, open)) in lane.hours.iter().zip(next) {
            let (from, to) = (last + 1, next);
            let expected = usual.between(from, to);
            if from < to && expected >= EXPECTED {
                gaps.push(gap(lanes, lane, (from, to), expected, open));
            }
        }
    }
    gaps
}

fn gap(lanes: &[Lane], lane: &Lane, (from, to): (i64, i64), expected: f64, open: bool) -> Gap {
    let active = |of: &dyn Fn(&Lane) -> bool| {
        let inside = |hours: &[(i64, u32)]| {
            let start = hours.partition_point(|h| h.0 < from);
            let end = hours.partition_point(|h| h.0 < to);
            hours.get(start..end).unwrap_or_default().iter().map(|h| h.0).collect::<Vec<i64>>()
        };
        let mut hours: Vec<i64> = lanes.iter().filter(|l| of(l)).flat_map(|l| inside(&l.hours)).collect();
        hours.sort_unstable();
        hours.dedup();
        hours.len() as u64
    };
    Gap {
        account: lane.account.clone(),
        region: lane.region.clone(),
        from: start_of(from),
        to: start_of(to),
        hours: (to - from) as u64,
        expected,
        open,
        elsewhere: active(&|l| l.account == lane.account && l.region != lane.region),
        in_other_accounts: active(&|l| l.account != lane.account),
    }
}

/// What a lane has, by the hour of the day.
struct Usual {
    by_hour: [f64; 24],
    /// Its first hour, and the one behind its last.
    span: (i64, i64),
}

impl Usual {
    fn of(lane: &Lane) -> Self {
        let first = lane.hours.first().map_or(0, |hour| hour.0);
        let end = lane.hours.last().map_or(0, |hour| hour.0 + 1);
        let mut by_hour = [0.0; 24];
        for (hour, count) in &lane.hours {
            if let Some(slot) = by_hour.get_mut(hour.rem_euclid(24) as usize) {
                *slot += f64::from(*count);
            }
        }
        Self { by_hour, span: (first, end) }
    }

    /// How many events should be between two hours without any, the end excluded, by the hours beside them: what is
    /// missing says nothing about what is usual.
    fn between(&self, from: i64, to: i64) -> f64 {
        let (first, end) = self.span;
        let inside = (from.max(first), to.min(end));
        let missing = (inside.1 - inside.0).max(0);
        let span = end - first;
        // Of less than two days an hour of the day says nothing about another day.
        if span / 24 < 2 {
            // Where more is missing than there is, what is there is a moment and no measure.
            let rest = if span - missing < missing { span } else { span - missing };
            return self.by_hour.iter().sum::<f64>() * (to - from).max(0) as f64 / rest.max(1) as f64;
        }
        let expected = |(hour, events): (i64, &f64)| {
            let others = days_with(hour, (first, end)) - days_with(hour, inside);
            if others > 0 { days_with(hour, (from, to)) as f64 * events / others as f64 } else { 0.0 }
        };
        (0..).zip(&self.by_hour).map(expected).sum()
    }
}

/// On how many days an hour of the day lies between two hours, the end excluded.
fn days_with(hour: i64, (from, to): (i64, i64)) -> i64 {
    ((to - 1 - hour).div_euclid(24) - (from - 1 - hour).div_euclid(24)).max(0)
}

/// The calls that switched logging, in order of time.
fn switches(inv: &Investigation) -> Vec<Switch> {
    let dicts = inv.table.dicts();
    let (events, sources) = (dicts.column(Column::Event), dicts.column(Column::Source));
    let named = IdSet::from_test(events.len(), |id| effect_of(events.get(id)).is_some());
    let ours = IdSet::from_test(sources.len(), |id| service_of(sources.get(id)) == "cloudtrail");
    let node = Node::And(vec![Node::Ids(Column::Event, named), Node::Ids(Column::Source, ours)]);
    let rows = run::columns(&node, &inv.table).yes;
    let mut switches: Vec<Switch> =
        rows.rows(&inv.table).filter_map(|row| inv.table.row(row)).filter_map(|row| switch(&row)).collect();
    switches.sort_by_key(|switch| switch.time);
    switches
}

fn effect_of(event: &str) -> Option<Effect> {
    // Names of services end in a date of their version here and there; those of CloudTrail do not.
    SWITCHES.iter().find(|(name, _)| *name == event).map(|(_, effect)| *effect)
}

fn switch(row: &Row<'_>) -> Option<Switch> {
    let text = |text: &str| text.to_owned();
    Some(Switch {
        time: row.time(),
        event: text(row.event()),
        effect: effect_of(row.event())?,
        done: row.outcome() == Outcome::Success,
        actor: text(row.actor()),
        account: text(row.account()),
        region: text(row.text(Column::Region)),
        target: text(row.text(Column::Target)),
        id: row.id(),
    })
}

#[cfg(test)]
mod tests;
