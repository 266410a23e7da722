//! The order of events: their points, and what depends on the other events.
//!
//! A context is worked out for each event once all are there and in order of time:
//! in which respects it is the first of its actor, how rare its kind is, whether it
//! comes from a network that nobody had come from, whether it is done every day,
//! whether a denied call went through after all. It orders events and stands beside
//! the score; it never changes the score.

mod denied;
mod habit;
mod network;

use std::hash::BuildHasher as _;
use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashTable};

use self::denied::Denied;
use self::habit::Habits;
use self::network::Networks;
use crate::event::agent;
use crate::event::outcome::Outcome;
use crate::event::time::Time;
use crate::score::Level;
use crate::store::dicts::DictSet;
use crate::store::flags::{Access, Flags, RecordKind};
use crate::store::ints::each_row;
use crate::store::segment::Segment;
use crate::store::table::service_of;
use crate::store::{Column, Row};

/// What is known of an event by comparing it with the others.
///
/// Bits 0-4: the first of its actor in [`crate::event::field::FIRST_SEEN`]; bits 5-8:
/// rarity, 15 for a kind of event that happened once; bit 9: went through after a denial; bits 10-12: the level of
/// the best rule that it hit, 0 for none and 1 for the lowest; bit 13: from a new network; bit 14: a habit of its
/// actor.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Context(u16);

const FIRST_BITS: u16 = 0b1_1111;
const RARITY_SHIFT: u32 = 5;
const RULE_SHIFT: u32 = 10;
/// The bit of [`Context::after_denial`].
const AFTER_DENIAL: u16 = 1 << 9;
/// The bit of [`Context::new_network`].
const NEW_NETWORK: u16 = 1 << 13;
/// The bit of [`Context::habit`].
const HABIT: u16 = 1 << 14;

/// What a context says beside firsts and rarity, as the query language calls it, with its bit.
pub(crate) const PECULIAR: [(&str, u16); 3] =
    [("after-denial", AFTER_DENIAL), ("new-network", NEW_NETWORK), ("habit", HABIT)];

/// How many points lower a habit ranks.
const HABITUAL: u8 = 20;

impl Context {
    /// From a column.
    pub const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    /// For a column.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// In which respects it is the first of its actor: a bit for each of [`crate::event::field::FIRST_SEEN`].
    pub const fn first_seen(self) -> u16 {
        self.0 & FIRST_BITS
    }

    /// 15 for a kind of event that happened once, one less for each doubling.
    pub const fn rarity(self) -> u16 {
        self.0 >> RARITY_SHIFT & 15
    }

    /// The level of the best rule that it hit: 0 for none, 1 for the lowest level, 5 for the highest.
    const fn rule(self) -> u16 {
        self.0 >> RULE_SHIFT & 7
    }

    /// The level of the best rule that it hit.
    pub fn level(self) -> Option<Level> {
        Level::ALL.get(usize::from(self.rule().checked_sub(1)?)).copied()
    }

    /// Whether it was done after the same was denied in the same session.
    pub const fn after_denial(self) -> bool {
        self.0 & AFTER_DENIAL != 0
    }

    /// Whether it came from a network that was new to the whole log, or had been met for less than a day.
    pub const fn new_network(self) -> bool {
        self.0 & NEW_NETWORK != 0
    }

    /// Whether its actor had done the same with the same outcome on two days before, and not from a new network.
    pub const fn habit(self) -> bool {
        self.0 & HABIT != 0
    }
}

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

/// The level at which an event ranks, see [`key`].
pub fn level_of(row: &Row<'_>) -> Level {
    Level::of(weight(row.risk(), Context::from_bits(row.context())))
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
pub fn contexts(segments: &mut [Arc<Segment>], dicts: &DictSet, levels: RuleLevels<'_>) {
    let mut ranker = Ranker::new(segments, dicts, levels);
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
    fn new(segments: &[Arc<Segment>], dicts: &DictSet, levels: RuleLevels<'l>) -> Self {
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
            networks: Networks::new(dicts, actor_count),
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
            if self.went_through(who, event, flags) {
                bits |= AFTER_DENIAL;
            }
            let risk = segment.risks().get(row).copied().unwrap_or(0);
            if self.is_habit(who, event, flags.outcome(), time, risk, Context(bits)) {
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
    /// at, or came from a new network, stays there.
    fn is_habit(
        &mut self,
        who: u32,
        event: u32,
        outcome: Outcome,
        time: i64,
        risk: u8,
        context: Context,
    ) -> bool {
        if weight(risk, context) < Level::Medium.floor() || time == Time::UNKNOWN.raw() {
            return false;
        }
        let Some(&actor) = self.actors.get(who as usize) else { return false };
        let is_one = self.habits.is_one((actor, event, outcome), time);
        is_one && !context.new_network() && context.level() < Some(Level::High)
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
    fn went_through(&mut self, who: u32, event: u32, flags: Flags) -> bool {
        let outcome = flags.outcome();
        if outcome != Outcome::Denied && outcome != Outcome::Success {
            return false;
        }
        let sessions = self.sessions.get(who as usize).copied().unwrap_or_default();
        let session = if flags.has(Flags::CONSOLE) { sessions.1 } else { sessions.0 };
        if outcome == Outcome::Denied {
            if session != 0 {
                self.denied.insert((session, event));
            }
            return false;
        }
        self.denied.remove((session, event))
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

/// How rare each kind of event is: 15 for once, one less for each doubling.
fn rarities(segments: &[Arc<Segment>]) -> Kinds {
    let mut counts = Kinds::default();
    for segment in segments {
        let (event, source) = (segment.column(Column::Event), segment.column(Column::Source));
        each_row([event, source], segment.len(), |_, [event, source]| *counts.of(event, source) += 1);
    }
    for count in counts.first.iter_mut().map(|(_, n)| n).chain(counts.rest.values_mut()) {
        *count = 15u32.saturating_sub((*count).max(1).ilog2());
    }
    counts
}

/// A number for each kind of event: for each name and source. Hardly any name has more than one source.
#[derive(Default)]
struct Kinds {
    /// By name: the first source that it was met with.
    first: Vec<(u32, u32)>,
    rest: HashMap<(u32, u32), u32, FixedState>,
}

impl Kinds {
    #[inline]
    fn of(&mut self, event: u32, source: u32) -> &mut u32 {
        const NONE: u32 = u32::MAX;
        let at = event as usize;
        if self.first.len() <= at {
            self.first.resize(at + 1, (NONE, 0));
        }
        match self.first.get_mut(at) {
            Some(slot) if slot.0 == source || slot.0 == NONE => {
                slot.0 = source;
                &mut slot.1
            }
            _ => self.rest.entry((event, source)).or_default(),
        }
    }
}

/// A set of pairs of small numbers: bits where they are few, a hash table where they are not.
pub(crate) enum PairSet {
    /// A bit for each pair.
    Bits {
        /// The bits, row by row.
        words: Vec<u64>,
        /// How many bits a row has.
        width: usize,
    },
    /// The pairs themselves.
    Table(HashTable<u64>),
}

/// The most bits of a table, 16 MiB.
const MOST_BITS: usize = 1 << 27;

impl PairSet {
    /// A set of pairs below these bounds.
    pub(crate) fn new(firsts: usize, seconds: usize) -> Self {
        match firsts.checked_mul(seconds) {
            Some(bits) if bits <= MOST_BITS => {
                Self::Bits { words: vec![0; bits.div_ceil(64)], width: seconds }
            }
            _ => Self::Table(HashTable::new()),
        }
    }

    /// Adds a pair; whether it was new.
    #[inline(always)]
    pub(crate) fn insert(&mut self, first: u32, second: u32) -> bool {
        match self {
            Self::Bits { words, width } => {
                let bit = first as usize * *width + second as usize;
                let Some(word) = words.get_mut(bit / 64) else { return false };
                let was = *word >> (bit % 64) & 1;
                *word |= 1 << (bit % 64);
                was == 0
            }
            Self::Table(table) => {
                let pair = u64::from(first) << 32 | u64::from(second);
                let hasher = FixedState::default();
                let hash = hasher.hash_one(pair);
                if table.find(hash, |p| *p == pair).is_some() {
                    return false;
                }
                table.insert_unique(hash, pair, |p| hasher.hash_one(p));
                true
            }
        }
    }
}

#[cfg(test)]
mod tests;
