//! How usual an event is for its actor, as eight numbers.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::anomaly::features::Preset;
use crate::anomaly::features::counts::PairCounts;
use crate::anomaly::forest::Matrix;
use crate::event::outcome::Outcome;
use crate::event::time::Time;
use crate::profile::Background;
use crate::profile::lookup::Lookup;
use crate::store::flags::RecordKind;
use crate::store::ints::Ints;
use crate::store::pairs::PairSet;
use crate::store::segment::Segment;
use crate::store::{Aside, Column, Table};

/// How finely halvings and doublings are told apart: some 9 %, which nothing should hang on.
const STEP: f32 = 1.0 / 8.0;

/// How often each actor does what, and when.
pub(super) struct Behavior<'a> {
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
    identity: &'a Ints,
    event: &'a Ints,
    source: &'a Ints,
    ip: &'a Ints,
    agent: &'a Ints,
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
        let time = self.segment.times().get(slot).map_or(Time::UNKNOWN, Time::from_raw);
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
    pub(super) fn new(table: &Table, background: &'a Background, stop: &AtomicBool) -> Option<Self> {
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

    pub(super) fn matrix(
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
        Some((rows, Matrix::new(values, Preset::Behavior.features().len()).told_in(STEP)))
    }

    #[inline]
    fn features(&self, act: Act, bytes: u64, breadth: u32) -> [f32; 8] {
        let total = self.totals.get(act.actor as usize).copied().unwrap_or(1);
        let rare = |count: u32| (total.max(1) as f32 / count.max(1) as f32).log2().max(0.0);
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
