//! Events as rows of numbers for the forest.
//!
//! Two presets: [`Preset::Bytes`], the two columns of transferred bytes that other analyzers use, and
//! [`Preset::Behavior`], how usual an event is for its actor. Rarity is told in halvings: 0 for what an
//! actor always does, 10 for one event in a thousand.

mod counts;

use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use counts::PairCounts;

use crate::anomaly::forest::{Forest, Matrix, Scores, Settings};
use crate::event::outcome::Outcome;
use crate::event::time::Time;
use crate::profile::Background;
use crate::profile::lookup::Lookup;
use crate::score::rank::PairSet;
use crate::store::flags::RecordKind;
use crate::store::segment::Segment;
use crate::store::{Aside, Column, Table};

/// Which numbers stand for an event.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// Bytes in and bytes out.
    Bytes,
    /// How usual the event is for its actor.
    Behavior,
}

impl Preset {
    /// The features, in the order of the columns.
    pub const fn features(self) -> &'static [Feature] {
        match self {
            Self::Bytes => &[Feature::BytesIn, Feature::BytesOut],
            Self::Behavior => &[
                Feature::Event,
                Feature::Service,
                Feature::Address,
                Feature::Agent,
                Feature::Hour,
                Feature::Outcome,
                Feature::Bytes,
                Feature::Breadth,
            ],
        }
    }
}

/// One number of an event.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feature {
    /// Bytes that came in.
    BytesIn,
    /// Bytes that went out.
    BytesOut,
    /// How rare the event is for its actor.
    Event,
    /// How rare the service is for its actor.
    Service,
    /// How rare the network of the address is for its actor.
    Address,
    /// How rare the family of the agent is for its actor.
    Agent,
    /// How rare the hour of the day, with its neighbors, is for its actor.
    Hour,
    /// 0 done, 1 failed, 2 denied.
    Outcome,
    /// Bytes in both directions, as a power of two.
    Bytes,
    /// How many different events the session has, as a power of two.
    Breadth,
}

impl Feature {
    /// What it is, in a few words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BytesIn => "bytes in",
            Self::BytesOut => "bytes out",
            Self::Event => "event rare for the actor",
            Self::Service => "service rare for the actor",
            Self::Address => "network rare for the actor",
            Self::Agent => "agent rare for the actor",
            Self::Hour => "hour rare for the actor",
            Self::Outcome => "outcome",
            Self::Bytes => "transferred bytes",
            Self::Breadth => "breadth of the session",
        }
    }

    /// A value of the feature in words.
    pub fn words(self, value: f32) -> String {
        match self {
            Self::BytesIn | Self::BytesOut => format!("{value:.0} bytes"),
            Self::Bytes => format!("{:.0} bytes", value.exp2() - 1.0),
            Self::Breadth => format!("{:.0} different events", value.exp2() - 1.0),
            Self::Outcome if value >= 2.0 => "denied".to_owned(),
            Self::Outcome if value > 0.0 => "failed".to_owned(),
            Self::Outcome => "done".to_owned(),
            _ => {
                let percent = 100.0 * (-value).exp2();
                format!("{percent:.*} % of the actor's events", if percent < 1.0 { 2 } else { 0 })
            }
        }
    }
}

/// Why an event is an anomaly.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Cause {
    /// The feature.
    pub feature: Feature,
    /// Its part, 0-1.
    pub share: f64,
    /// Its value.
    pub value: f32,
    /// The value in words.
    pub words: String,
}

/// The events of a table, scored.
#[derive(Clone, Debug)]
pub struct Isolation {
    /// Which numbers stood for an event.
    pub preset: Preset,
    /// The rows of the table, by the rows of the matrix.
    rows: Vec<u32>,
    matrix: Matrix,
    forest: Forest,
    scores: Scores,
}

impl Isolation {
    /// Scores all events; `None` when `stop` was set meanwhile.
    pub fn new(
        table: &Table,
        background: &Background,
        preset: Preset,
        settings: Settings,
        stop: &AtomicBool,
    ) -> Option<Self> {
        let (rows, matrix) = match preset {
            Preset::Bytes => bytes(table, stop)?,
            Preset::Behavior => Behavior::new(table, background, stop)?.matrix(table, background, stop)?,
        };
        let forest = Forest::grow(&matrix, settings);
        let scores = forest.score(&matrix, settings.contamination, stop)?;
        Some(Self { preset, rows, matrix, forest, scores })
    }

    /// The events that are out of the ordinary with their scores, the most unusual first, at most `most`.
    pub fn anomalies(&self, most: usize) -> Vec<(u32, f32)> {
        let rows = self.scores.anomalies(most).into_iter();
        rows.filter_map(|at| Some((*self.rows.get(at)?, *self.scores.scores.get(at)?))).collect()
    }

    /// The score of an event, 0-1; `None` for what was not scored.
    pub fn score(&self, row: u32) -> Option<f32> {
        self.scores.scores.get(self.place(row)?).copied()
    }

    /// Whether an event is out of the ordinary.
    pub fn is_anomaly(&self, row: u32) -> bool {
        self.place(row).is_some_and(|at| self.scores.is_anomaly(at))
    }

    /// The score above which an event is out of the ordinary.
    pub fn threshold(&self) -> f32 {
        self.scores.threshold
    }

    /// How many events were scored.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there were none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The numbers of an event, in the order of the preset's features; none for what was not scored.
    pub fn values(&self, row: u32) -> &[f32] {
        self.place(row).map_or(&[], |at| self.matrix.row(at))
    }

    /// What sets an event apart, the strongest first.
    pub fn causes(&self, row: u32) -> Vec<Cause> {
        let values = self.values(row);
        let shares = if values.is_empty() { Vec::new() } else { self.forest.explain(&self.matrix, values) };
        let cause = |share: crate::anomaly::forest::Share| {
            let feature = *self.preset.features().get(share.feature)?;
            let value = *values.get(share.feature)?;
            Some(Cause { feature, share: share.share, value, words: feature.words(value) })
        };
        shares.into_iter().filter_map(cause).collect()
    }

    fn place(&self, row: u32) -> Option<usize> {
        self.rows.binary_search(&row).ok()
    }
}

/// The transferred bytes of each event.
fn bytes(table: &Table, stop: &AtomicBool) -> Option<(Vec<u32>, Matrix)> {
    let (mut rows, mut values) = (Vec::new(), Vec::new());
    for (start, segment) in table.segments() {
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        let from = values.len();
        let mut places = vec![u32::MAX; segment.len()];
        for (slot, place) in places.iter_mut().enumerate() {
            if segment.flags(slot).kind() != RecordKind::Aggregated {
                *place = ((values.len() - from) / 2) as u32;
                rows.push(start + slot as u32);
                values.extend([0.0, 0.0]);
            }
        }
        for (aside, column) in [(Aside::BytesIn, 0), (Aside::BytesOut, 1)] {
            for (slot, number) in segment.aside(aside).iter() {
                let place = places.get(slot).map(|&place| from + place as usize * 2 + column);
                if let Some(value) = place.and_then(|place| values.get_mut(place)) {
                    *value = number as f32;
                }
            }
        }
    }
    Some((rows, Matrix::new(values, 2)))
}

/// How often each actor does what, and when.
struct Behavior<'a> {
    lookup: &'a Lookup,
    totals: Vec<u32>,
    events: PairCounts,
    services: PairCounts,
    networks: PairCounts,
    agents: PairCounts,
    hours: PairCounts,
    /// How many different events each session has.
    breadth: Vec<u32>,
}

/// The columns that behavior is read from.
struct Read<'a> {
    identity: &'a crate::store::ints::Ints,
    event: &'a crate::store::ints::Ints,
    source: &'a crate::store::ints::Ints,
    ip: &'a crate::store::ints::Ints,
    agent: &'a crate::store::ints::Ints,
    segment: &'a Segment,
}

/// What of an event counts, as dense numbers.
#[derive(Clone, Copy)]
struct Act {
    actor: u32,
    event: u32,
    service: u32,
    network: u32,
    agent: u32,
    hour: u32,
    outcome: Outcome,
}

impl<'a> Read<'a> {
    fn new(segment: &'a Segment) -> Self {
        Self {
            identity: segment.column(Column::Identity),
            event: segment.column(Column::Event),
            source: segment.column(Column::Source),
            ip: segment.column(Column::Ip),
            agent: segment.column(Column::Agent),
            segment,
        }
    }

    /// What counts of the event in a slot; `None` for what is no event.
    #[inline]
    fn act(&self, lookup: &Lookup, slot: usize) -> Option<Act> {
        let flags = self.segment.flags(slot);
        if flags.kind() == RecordKind::Aggregated {
            return None;
        }
        let time = self.segment.times().get(slot).map_or(Time::UNKNOWN, |&t| Time::from_raw(t));
        Some(Act {
            actor: lookup.actors.of(self.identity.id(slot)),
            event: lookup.events.of(self.event.id(slot)),
            service: lookup.services.of(self.source.id(slot)),
            network: lookup.networks.of(self.ip.id(slot)),
            agent: lookup.agents.of(self.agent.id(slot)),
            // The 25th hour is that of events without a time.
            hour: time.hour().map_or(24, u32::from),
            outcome: flags.outcome(),
        })
    }
}

impl<'a> Behavior<'a> {
    fn new(table: &Table, background: &'a Background, stop: &AtomicBool) -> Option<Self> {
        let lookup = background.first_seen.lookup();
        let actors = lookup.actors.len();
        let sessions = &background.sessions;
        let mut distinct = PairSet::new(sessions.len(), lookup.events.len());
        let mut behavior = Self {
            totals: vec![0; actors],
            events: PairCounts::new(actors, lookup.events.len()),
            services: PairCounts::new(actors, lookup.services.len()),
            networks: PairCounts::new(actors, lookup.networks.len()),
            agents: PairCounts::new(actors, lookup.agents.len()),
            hours: PairCounts::new(actors, 25),
            breadth: vec![0; sessions.len()],
            lookup,
        };
        for (start, segment) in table.segments() {
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            let read = Read::new(segment);
            for slot in 0..segment.len() {
                let Some(act) = read.act(lookup, slot) else { continue };
                if let Some(total) = behavior.totals.get_mut(act.actor as usize) {
                    *total += 1;
                }
                behavior.events.add(act.actor, act.event);
                behavior.services.add(act.actor, act.service);
                behavior.networks.add(act.actor, act.network);
                behavior.agents.add(act.actor, act.agent);
                behavior.hours.add(act.actor, act.hour);
                if let Some(session) = sessions.of_row(start + slot as u32)
                    && distinct.insert(session, act.event)
                    && let Some(breadth) = behavior.breadth.get_mut(session as usize)
                {
                    *breadth += 1;
                }
            }
        }
        Some(behavior)
    }

    fn matrix(
        &self,
        table: &Table,
        background: &Background,
        stop: &AtomicBool,
    ) -> Option<(Vec<u32>, Matrix)> {
        let mut rows = Vec::with_capacity(table.len() as usize);
        let mut values = Vec::with_capacity(table.len() as usize * Preset::Behavior.features().len());
        for (start, segment) in table.segments() {
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            let read = Read::new(segment);
            let (mut inward, mut outward) = (0, 0);
            for slot in 0..segment.len() {
                let Some(act) = read.act(self.lookup, slot) else { continue };
                let row = start + slot as u32;
                let bytes = segment
                    .aside(Aside::BytesIn)
                    .get_near(slot, &mut inward)
                    .saturating_add(segment.aside(Aside::BytesOut).get_near(slot, &mut outward));
                let session = background.sessions.of_row(row);
                let breadth = session.and_then(|s| self.breadth.get(s as usize)).copied().unwrap_or(1);
                rows.push(row);
                values.extend(self.features(act, bytes, breadth));
            }
        }
        Some((rows, Matrix::new(values, Preset::Behavior.features().len())))
    }

    #[inline]
    fn features(&self, act: Act, bytes: u64, breadth: u32) -> [f32; 8] {
        let total = self.totals.get(act.actor as usize).copied().unwrap_or(1);
        let rare = |count: u32| (f64::from(total.max(1)) / f64::from(count.max(1))).log2().max(0.0) as f32;
        let of = |counts: &PairCounts, value: u32| rare(counts.get(act.actor, value));
        let hour = match act.hour {
            24 => 0.0,
            // Work does not stop on the hour.
            hour => {
                let around = [(hour + 23) % 24, hour, (hour + 1) % 24];
                rare(around.iter().map(|&h| self.hours.get(act.actor, h)).sum())
            }
        };
        let outcome = match act.outcome {
            Outcome::Success => 0.0,
            Outcome::Denied => 2.0,
            _ => 1.0,
        };
        [
            of(&self.events, act.event),
            of(&self.services, act.service),
            of(&self.networks, act.network),
            of(&self.agents, act.agent),
            hour,
            outcome,
            (bytes as f32).ln_1p() / std::f32::consts::LN_2,
            (breadth as f32).ln_1p() / std::f32::consts::LN_2,
        ]
    }
}

#[cfg(test)]
mod tests;
