//! The profile of a user, role, address, key or session: what is normal for it, what is not, what it left behind.
//!
//! One walk over the events of the subject counts everything; raw records are read only for what was made
//! (see [`crate::profile::resource`]).

mod tally;

use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use tally::Tallies;

use crate::event::time::Time;
use crate::investigation::Investigation;
use crate::profile::Background;
use crate::profile::chain::Origin;
use crate::profile::first_seen::{Baseline, Dimension, History, Owner};
use crate::profile::key;
use crate::profile::resource::{self, Made, Touched, Unmade};
use crate::profile::subject::{Subject, SubjectKind};
use crate::profile::theft::{self, Places, Sign};
use crate::score::rank;
use crate::store::{Column, Row};

/// How much of its lists a profile tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Most {
    /// How many of the riskiest and of the latest events.
    pub events: usize,
    /// How many sessions.
    pub sessions: usize,
}

impl Default for Most {
    fn default() -> Self {
        Self { events: 10, sessions: 100 }
    }
}

/// An event, as a profile names it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventRef {
    /// The row of the table.
    #[serde(skip)]
    pub row: u32,
    /// Its id.
    #[serde(rename = "eventID")]
    pub id: String,
    /// When.
    #[serde(serialize_with = "resource::time")]
    pub time: Time,
    /// `eventName`. Hostile.
    pub event: String,
    /// The service.
    pub service: String,
    /// How it ended.
    pub outcome: &'static str,
    /// Risk points.
    pub risk: u8,
}

impl EventRef {
    /// How a profile names an event.
    pub fn new(row: &Row<'_>) -> Self {
        Self {
            row: row.number(),
            id: row.id(),
            time: row.time(),
            event: row.event().to_owned(),
            service: row.service().to_owned(),
            outcome: row.outcome().name(),
            risk: row.risk(),
        }
    }
}

/// A value that was met, and how often.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// The value. Hostile.
    pub name: String,
    /// How many events.
    pub events: u64,
    /// Their share of all events of the subject, 0-1.
    pub share: f64,
    /// How many changed something, or tried to.
    pub writes: u64,
    /// How many were denied.
    pub denied: u64,
    /// The first time.
    #[serde(serialize_with = "resource::time")]
    pub first: Time,
    /// The last time.
    #[serde(serialize_with = "resource::time")]
    pub last: Time,
}

/// A key that was used.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyUse {
    /// The key and its use.
    #[serde(flatten)]
    pub seen: Seen,
    /// The account that the key's id names; `None` for ids of the old style.
    pub account: Option<String>,
    /// Whether the events name another account: one of the two was made up, or made anonymous.
    pub mismatch: bool,
}

/// A tactic of ATT&CK that was reached.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TacticReached {
    /// Its name: `persistence`.
    pub name: String,
    /// Its title: `Persistence`.
    pub title: String,
    /// How many events serve it.
    pub events: u64,
    /// How many of them were done and not denied.
    pub done: u64,
    /// The first time.
    #[serde(serialize_with = "resource::time")]
    pub first: Time,
}

/// Something that was new.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct New {
    /// In which respect.
    pub dimension: Dimension,
    /// The value. Hostile.
    pub value: String,
    /// For whom. Hostile.
    pub actor: String,
    /// Whether it was new for the account as well.
    pub for_account: bool,
    /// The event.
    pub event: EventRef,
}

/// A session of the subject.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionRef {
    /// Its number.
    #[serde(skip)]
    pub number: u32,
    /// Its name. Hostile.
    pub id: String,
    /// How many of its events are the subject's.
    pub events: u64,
    /// Who is behind it.
    pub origin: Origin,
    /// How many sessions it handed credentials to.
    pub handed_on: u64,
}

/// The profile of a subject.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// What the subject is.
    pub kind: SubjectKind,
    /// Its name, as it was asked for.
    pub name: String,
    /// How many events.
    pub events: u64,
    /// How many changed something, or tried to.
    pub writes: u64,
    /// How many were denied.
    pub denied: u64,
    /// How many have as many points as a critical event.
    pub risky: u64,
    /// The highest risk.
    pub risk: u8,
    /// Bytes that came in and went out with its data events.
    pub bytes_in: u64,
    /// See `bytes_in`.
    pub bytes_out: u64,
    /// The first event.
    #[serde(serialize_with = "resource::time")]
    pub first: Time,
    /// The last event.
    #[serde(serialize_with = "resource::time")]
    pub last: Time,
    /// How its events ended, most first.
    pub outcomes: Vec<Seen>,
    /// Who acted: several for an address, a role, a key.
    pub actors: Vec<Seen>,
    /// In which accounts.
    pub accounts: Vec<Seen>,
    /// Services, most events first, like everything below.
    pub services: Vec<Seen>,
    /// Events by name.
    pub calls: Vec<Seen>,
    /// Regions.
    pub regions: Vec<Seen>,
    /// User agents by family.
    pub agents: Vec<Seen>,
    /// Source addresses.
    pub addresses: Vec<Seen>,
    /// Keys.
    pub keys: Vec<KeyUse>,
    /// Events by weekday (Monday first) and hour, UTC.
    pub hours: [[u32; 24]; 7],
    /// Whether the subject was known long enough for anything to be new; `new` is empty otherwise.
    pub history: History,
    /// What was new.
    pub new: Vec<New>,
    /// Tactics, in the order of an attack.
    pub tactics: Vec<TacticReached>,
    /// The riskiest events, one for each kind of event and outcome.
    pub riskiest: Vec<EventRef>,
    /// The latest events.
    pub latest: Vec<EventRef>,
    /// What was acted on.
    pub resources: Vec<Touched>,
    /// What was made, and whether it is still there.
    pub made: Vec<Made>,
    /// What was unmade, whoever had made it.
    pub unmade: Vec<Unmade>,
    /// Signs that somebody else used the credentials.
    pub signs: Vec<Sign>,
    /// Sessions, the largest first.
    pub sessions: Vec<SessionRef>,
}

/// The profile of a subject; `places` knows where addresses lie, if anybody does. `None` when nothing has that name, or `stop` was set meanwhile.
pub fn profile(
    inv: &Investigation,
    background: &Background,
    subject: &Subject,
    baseline: Baseline,
    places: Option<&dyn Places>,
    most: Most,
    stop: &AtomicBool,
) -> Option<Profile> {
    let (kind, rows) = subject.rows(&inv.table, &background.sessions)?;
    let mut tallies = Tallies::new(inv, background);
    for chunk in rows.chunks(1 << 16) {
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        for row in chunk.iter().filter_map(|&n| inv.table.row(n)) {
            tallies.add(&row);
        }
    }
    let mut profile = tallies.finish(kind, &subject.name);
    let latest = rows.iter().rev().take(most.events);
    profile.latest = latest.filter_map(|&n| Some(EventRef::new(&inv.table.row(n)?))).collect();
    profile.riskiest = riskiest(inv, &rows, most.events);
    profile.signs = theft::signs(inv, background, &rows, places, stop)?;
    profile.sessions = sessions(inv, background, &rows, most.sessions);
    (profile.history, profile.new) = news(inv, background, &rows, baseline);
    profile.resources = resource::touched(&inv.table, &rows);
    profile.made = resource::made(inv, &rows, stop);
    profile.unmade = resource::unmade(inv, &rows, stop);
    (!stop.load(Ordering::Relaxed)).then_some(profile)
}

/// The riskiest events, of each kind and outcome one.
fn riskiest(inv: &Investigation, rows: &[u32], most: usize) -> Vec<EventRef> {
    let mut ranked: Vec<(u32, u32)> =
        rows.iter().filter_map(|&n| Some((rank::key_of(&inv.table.row(n)?), n))).collect();
    ranked.sort_unstable_by_key(|&(key, row)| (std::cmp::Reverse(key), row));
    let mut seen = std::collections::HashSet::new();
    let rows = ranked.into_iter().filter_map(|(_, n)| inv.table.row(n));
    rows.filter(|row| seen.insert((row.id_of(Column::Event), row.id_of(Column::Source), row.outcome())))
        .take(most)
        .map(|row| EventRef::new(&row))
        .collect()
}

fn sessions(inv: &Investigation, background: &Background, rows: &[u32], most: usize) -> Vec<SessionRef> {
    let Background { sessions, chains, .. } = background;
    let mut counts: std::collections::HashMap<u32, u64, foldhash::fast::FixedState> = Default::default();
    for session in rows.iter().filter_map(|&row| sessions.of_row(row)) {
        *counts.entry(session).or_default() += 1;
    }
    let mut counts: Vec<(u32, u64)> = counts.into_iter().collect();
    counts.sort_unstable_by_key(|&(session, events)| (std::cmp::Reverse(events), session));
    counts.truncate(most);
    counts
        .into_iter()
        .map(|(number, events)| SessionRef {
            number,
            id: sessions.id(inv.table.dicts(), number),
            events,
            origin: Origin::of(&inv.table, sessions, chains, number),
            handed_on: chains.children(number).count() as u64,
        })
        .collect()
}

/// What was new for a subject when another part of the log is taken for normal; see [`Profile::history`] and [`Profile::new`].
pub fn news_of(
    inv: &Investigation,
    background: &Background,
    subject: &Subject,
    baseline: Baseline,
) -> Option<(History, Vec<New>)> {
    let (_, rows) = subject.rows(&inv.table, &background.sessions)?;
    Some(news(inv, background, &rows, baseline))
}

/// What can be said of the past of the actors (of several, whatever can be said of one), and what was new in these events.
fn news(
    inv: &Investigation,
    background: &Background,
    rows: &[u32],
    baseline: Baseline,
) -> (History, Vec<New>) {
    let first_seen = &background.first_seen;
    let mut owners: Vec<Owner> = Vec::new();
    let mut identities = std::collections::HashSet::new();
    for row in rows.iter().filter_map(|&n| inv.table.row(n)) {
        let identity = row.id_of(Column::Identity);
        if identities.insert(identity) {
            owners.push(first_seen.actor_of(identity));
        }
    }
    let histories = owners.iter().map(|&owner| first_seen.history(owner, baseline));
    let history = histories.min().unwrap_or(History::NoBaselineYet);
    let mut found: Vec<New> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for first in first_seen.news(baseline) {
        let mine = rows.binary_search(&first.row).is_ok();
        let key = (first.row, first.dimension);
        match first.owner {
            Owner::Actor(_) if mine => {
                let Some(row) = inv.table.row(first.row) else { continue };
                places.insert(key, found.len());
                found.push(New {
                    dimension: first.dimension,
                    value: first_seen.text(inv.table.dicts(), first).to_owned(),
                    actor: row.actor().to_owned(),
                    for_account: false,
                    event: EventRef::new(&row),
                });
            }
            // The first of an account comes right behind that of its actor.
            Owner::Account(_) => {
                if let Some(new) = places.get(&key).and_then(|&place: &usize| found.get_mut(place)) {
                    new.for_account = true;
                }
            }
            Owner::Actor(_) => {}
        }
    }
    (history, found)
}

/// What a key's id says of its account, beside the account that the events name.
pub(crate) fn key_use(seen: Seen, account: &str) -> KeyUse {
    let decoded = key::account_of(&seen.name);
    let mismatch = !account.is_empty() && decoded.as_deref().is_some_and(|a| a != account);
    KeyUse { seen, account: decoded, mismatch }
}

#[cfg(test)]
mod tests;
