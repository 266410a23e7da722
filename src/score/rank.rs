//! The order of events: their points, and what depends on the other events.
//!
//! A context is worked out for each event once all are there and in order of time:
//! in which respects it is the first of its actor, how rare its kind is, whether it
//! comes from a network that nobody had come from, whether it is done every day,
//! whether a denied call went through after all. It orders events and stands beside
//! the score; it never changes the score.

mod context;
mod denied;
mod habit;
mod network;
mod rarity;

use std::sync::Arc;

use hashbrown::HashMap;
use ipnet::IpNet;

pub use self::context::Context;
pub(crate) use self::context::PECULIAR;
use self::context::{AFTER_DENIAL, HABIT, NEW_NETWORK, RARITY_SHIFT, RULE_SHIFT};
use self::denied::Denied;
use self::habit::Habits;
use self::network::Networks;
use self::rarity::{Kinds, rarities};
use crate::event::agent;
use crate::event::outcome::Outcome;
use crate::event::time::Time;
use crate::score::Level;
use crate::store::dicts::DictSet;
use crate::store::flags::{Access, Flags, RecordKind};
use crate::store::ints::each_row;
use crate::store::pairs::PairSet;
use crate::store::segment::Segment;
use crate::store::table::service_of;
use crate::store::{Column, Row};

/// The rank of an event: a higher number comes first, equal numbers go by time.
///
/// First the level; within a level what comes from a new network, then the level of the best rule, then the points. A
/// habit counts for twenty points less.
pub fn key(risk: u8, context: Context, flags: Flags) -> u32 {
    let weight = weight(risk, context);
    let write = u32::from(flags.access() == Access::Write);
    (Level::of(weight) as u32) << 28
        | u32::from(context.new_network()) << 27
        | u32::from(context.rule()) << 24
        | u32::from(weight) << 16
        | u32::from(context.after_denial()) << 12
        | context.first_seen().count_ones() << 9
        | u32::from(context.rarity()) << 5
        | write << 4
}

/// How many points lower a habit ranks.
const HABITUAL: u8 = 20;

/// The points by which an event ranks.
///
/// An event that a rule on several events hit goes where its level begins, though it has no points for that: what
/// depends on other events must not change a score. A habit goes down.
fn weight(risk: u8, context: Context) -> u8 {
    let weight = risk.max(floor(context));
    if context.habit() { weight.saturating_sub(HABITUAL) } else { weight }
}

/// The points at which events begin of the level of the best rule that an event stands for.
fn floor(context: Context) -> u8 {
    context.level().map_or(0, Level::floor)
}

/// The points at which events begin of the level of the best rule that a row stands for; 0 for none.
pub(crate) fn floor_of(row: &Row<'_>) -> u8 {
    floor(Context::from_bits(row.context()))
}

/// The rank of a row.
pub fn key_of(row: &Row<'_>) -> u32 {
    key(row.risk(), Context::from_bits(row.context()), row.flags())
}

/// The level at which an event stands in the order, see [`key`].
pub fn place_of(row: &Row<'_>) -> Level {
    Level::of(weight(row.risk(), Context::from_bits(row.context())))
}

/// The level of an event: that of its points, or of the best rule that it stands for. A habit is no less than it is: it only
/// stands lower.
pub fn level_of(row: &Row<'_>) -> Level {
    Level::of(row.risk().max(floor_of(row)))
}

/// How long an actor has to be known before something can be new for it.
///
/// An actor's first hour is its baseline: everything is new then, and says nothing.
const BASELINE_MS: i64 = 3_600_000;

/// The place of the address among what can be new for an actor.
const ADDRESS: usize = 2;

/// Regions do not count for services that have one for all of them.
pub(crate) const GLOBAL_SERVICES: [&str; 9] =
    ["iam", "sts", "signin", "organizations", "cloudfront", "route53", "support", "account", "billing"];

/// The levels of rules, from 1 for the lowest.
#[derive(Clone, Copy, Debug)]
pub struct RuleLevels<'l> {
    /// By the number of a set of rules; 0 for none.
    pub of_sets: &'l [u16],
    /// Of single rows that stand for what rules found in several events, in order of row.
    pub of_rows: &'l [(u32, u16)],
}

/// Works out the contexts of all events. The segments must be in order of time.
/// `own_networks` are those of one's own organization, which are new to nobody.
pub fn contexts(
    segments: &mut [Arc<Segment>],
    dicts: &DictSet,
    levels: RuleLevels<'_>,
    own_networks: &[IpNet],
) {
    let mut ranker = Ranker::new(segments, dicts, levels, own_networks);
    for segment in segments {
        let contexts = ranker.segment(segment);
        ranker.start = ranker.start.saturating_add(segment.len() as u32);
        Arc::make_mut(segment).set_contexts(contexts);
    }
}

struct Ranker<'l> {
    levels: RuleLevels<'l>,
    /// The number of the first row of the segment.
    start: u32,
    /// The actor of each identity, as a dense number.
    actors: Vec<u32>,
    /// The sessions of each identity: by key, and for the console.
    sessions: Vec<(u32, u32)>,
    agents: Vec<u32>,
    global: Vec<bool>,
    rarity: Kinds,
    since: Vec<i64>,
    seen: [PairSet; 5],
    denied: Denied,
    networks: Networks,
    habits: Habits,
}

impl<'l> Ranker<'l> {
    fn new(
        segments: &[Arc<Segment>],
        dicts: &DictSet,
        levels: RuleLevels<'l>,
        own_networks: &[IpNet],
    ) -> Self {
        let rows: Vec<_> = (0..dicts.identity_count()).map(|id| dicts.identity(id)).collect();
        let (actors, actor_count) = dense(rows.iter().map(|r| r.actor));
        let families: HashMap<&str, u32> = HashMap::new();
        let agents = families_of(dicts, families);
        let source = dicts.column(Column::Source);
        let sizes = [Column::Event, Column::Source, Column::Ip, Column::Region, Column::Agent];
        Self {
            levels,
            start: 0,
            since: vec![i64::MAX; actor_count],
            sessions: rows.iter().map(|r| (r.session, r.console_session)).collect(),
            agents,
            global: source.iter().map(|(_, s)| GLOBAL_SERVICES.contains(&service_of(s))).collect(),
            rarity: rarities(segments),
            seen: sizes.map(|c| PairSet::new(actor_count, dicts.column(c).len() as usize)),
            denied: Denied::default(),
            networks: Networks::new(dicts, actor_count, own_networks),
            habits: Habits::default(),
            actors,
        }
    }

    fn segment(&mut self, segment: &Segment) -> Vec<u16> {
        let [event, source, ip, region, agent, identity] =
            [Column::Event, Column::Source, Column::Ip, Column::Region, Column::Agent, Column::Identity]
                .map(|c| segment.column(c));
        let (hits, flags) = (segment.hit_column(), segment.flag_column());
        let columns = [event, source, ip, region, agent, identity, hits, flags];
        let mut contexts = Vec::with_capacity(segment.len());
        each_row(columns, segment.len(), |row, [event, source, ip, region, agent, who, hits, flags]| {
            let flags = Flags::from_bits(flags);
            if flags.kind() == RecordKind::Aggregated {
                contexts.push(0);
                return;
            }
            let values = [event, source, ip, region, self.family(agent)];
            let time = segment.times().get(row).unwrap_or_default();
            let mut bits = self.first_seen(who, values, time);
            bits |= (*self.rarity.of(event, source) as u16) << RARITY_SHIFT;
            bits |= self.level(row, hits) << RULE_SHIFT;
            if self.went_through(who, (event, source), flags) {
                bits |= AFTER_DENIAL;
            }
            let risk = segment.risks().get(row).copied().unwrap_or(0);
            if self.is_habit(who, (event, source), flags.outcome(), time, risk, Context::from_bits(bits)) {
                bits |= HABIT;
            }
            contexts.push(bits);
        });
        contexts
    }

    /// The level of the best rule of a row of the segment.
    fn level(&mut self, row: usize, set: u32) -> u16 {
        let number = self.start.saturating_add(row as u32);
        let mut level = self.levels.of_sets.get(set as usize).copied().unwrap_or(0);
        while let Some((&(lifted, by), rest)) = self.levels.of_rows.split_first() {
            if lifted > number {
                break;
            }
            if lifted == number {
                level = level.max(by);
            }
            self.levels.of_rows = rest;
        }
        level
    }

    /// Whether the actor does this day after day. Asked for what would stand high; what a rule of a high level points
    /// at, or came from a new network, stays there. A day on which it came from a new network makes no habit.
    fn is_habit(
        &mut self,
        who: u32,
        (event, source): (u32, u32),
        outcome: Outcome,
        time: i64,
        risk: u8,
        context: Context,
    ) -> bool {
        let stands_low = weight(risk, context) < Level::Medium.floor();
        if stands_low || context.new_network() || time == Time::UNKNOWN.raw() {
            return false;
        }
        let Some(&actor) = self.actors.get(who as usize) else { return false };
        let is_one = self.habits.is_one((actor, event, source, outcome), time);
        is_one && context.level() < Some(Level::High)
    }

    fn family(&self, agent: u32) -> u32 {
        self.agents.get(agent as usize).copied().unwrap_or(0)
    }

    fn first_seen(&mut self, who: u32, values: [u32; 5], time: i64) -> u16 {
        let Some(&actor) = self.actors.get(who as usize) else { return 0 };
        let Some(since) = self.since.get_mut(actor as usize) else { return 0 };
        let known = time != Time::UNKNOWN.raw();
        if known && *since == i64::MAX {
            *since = time;
        }
        let has_baseline = known && time.saturating_sub(*since) >= BASELINE_MS;
        let mut bits = 0;
        for (n, (seen, value)) in self.seen.iter_mut().zip(values).enumerate() {
            let is_new = seen.insert(actor, value);
            let counts =
                value != 0 && !(n == 3 && self.global.get(values[1] as usize).copied().unwrap_or(false));
            if is_new && has_baseline && counts {
                bits |= 1 << n;
            }
            if n == ADDRESS && known && self.networks.is_new(actor, value, is_new, time) {
                bits |= NEW_NETWORK;
            }
        }
        bits
    }

    /// Whether this is done now after it was denied before, by the same session.
    fn went_through(&mut self, who: u32, (event, source): (u32, u32), flags: Flags) -> bool {
        let outcome = flags.outcome();
        if outcome != Outcome::Denied && outcome != Outcome::Success {
            return false;
        }
        let sessions = self.sessions.get(who as usize).copied().unwrap_or_default();
        let session = if flags.has(Flags::CONSOLE) { sessions.1 } else { sessions.0 };
        if outcome == Outcome::Denied {
            if session != 0 {
                self.denied.insert((session, event, source));
            }
            return false;
        }
        self.denied.remove((session, event, source))
    }
}

/// Gives each distinct number a dense one; also how many there are.
fn dense(numbers: impl Iterator<Item = u32>) -> (Vec<u32>, usize) {
    let mut known: HashMap<u32, u32> = HashMap::new();
    let out = numbers
        .map(|n| {
            let next = known.len() as u32;
            *known.entry(n).or_insert(next)
        })
        .collect();
    (out, known.len())
}

/// For each user agent the number of an agent of the same family.
fn families_of<'a>(dicts: &'a DictSet, mut families: HashMap<&'a str, u32>) -> Vec<u32> {
    dicts
        .column(Column::Agent)
        .iter()
        .map(|(id, text)| *families.entry(agent::family(text)).or_insert(id))
        .collect()
}

#[cfg(test)]
mod tests;
