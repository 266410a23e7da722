//! Rules one behind the other: whether some choice of events makes the steps of a sequence in their order.
//!
//! For each step the latest beginning of a chain that leads up to it is kept. It is all that has to be known: a chain
//! that begins later is shorter, and what can follow upon one chain can follow upon any other that has come as
//! far. So a chain within the span is found whenever there is one, in one pass.
//!
//! Events of one millisecond are in no order (whole seconds are all that most logs have), but an event is
//! one step only. Among them, steps are given to events as in a matching of two sides: grown step by step, and
//! shortened at its beginning where it cannot grow.

use std::collections::{HashMap, VecDeque};

use super::{Hit, Match};
use crate::detect::sigma::correlation::Sequence;

/// The matches in a group. Chains that touch are one match, with all events of the steps' rules between its ends.
pub(super) fn matches(sequences: &[Sequence], span: i64, group: &[Hit], matches: &mut Vec<Match>) {
    let mut stretches = Vec::new();
    let mut wanted = 0;
    for sequence in sequences {
        find(sequence, span, group, &mut stretches);
        // Joined each time, or many alternatives would fill the memory.
        stretches = joined(stretches);
        wanted |= sequence.steps.iter().fold(0, |all, step| all | bit(usize::from(*step)));
    }
    matches.extend(stretches.iter().filter_map(|stretch| told(group, stretch, wanted)));
}

/// The bit of a rule or step; none beyond 64, which a correlation cannot have.
pub(crate) fn bit(n: usize) -> u64 {
    u32::try_from(n).ok().and_then(|n| 1_u64.checked_shl(n)).unwrap_or(0)
}

/// A time, in milliseconds, in which chains touch one another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Stretch {
    first: i64,
    last: i64,
    /// When the first chain was complete.
    held: i64,
}

impl Stretch {
    /// Takes one in that does not begin before it; whether they touch.
    fn take(&mut self, other: Self) -> bool {
        let touches = other.first <= self.last;
        if touches {
            self.last = self.last.max(other.last);
            self.held = self.held.min(other.held);
        }
        touches
    }
}

fn joined(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.sort_unstable();
    stretches.dedup_by(|next, before| before.take(*next));
    stretches
}

fn told(group: &[Hit], stretch: &Stretch, wanted: u64) -> Option<Match> {
    let start = group.partition_point(|hit| hit.time_ms < stretch.first);
    let end = group.partition_point(|hit| hit.time_ms <= stretch.last);
    let part = group.get(start..end)?.iter().filter(|hit| wanted & bit(usize::from(hit.rule)) != 0);
    let mut rows = Vec::new();
    let (mut held, mut seen) = (None, 0_u64);
    for hit in part {
        seen |= bit(usize::from(hit.rule));
        // One event can be several hits, which stand side by side.
        if rows.last() != Some(&hit.row) {
            rows.push(hit.row);
        }
        if held.is_none() && hit.time_ms >= stretch.held {
            held = rows.len().checked_sub(1);
        }
    }
    Some(Match {
        group: group.first()?.group,
        rows,
        held: held.unwrap_or_default(),
        first_ms: stretch.first,
        last_ms: stretch.last,
        value: f64::from(seen.count_ones()),
    })
}

/// Adds every time at which a chain is complete, from the first event that could begin it.
///
/// Where a chain is found, any earlier event of its first step begins one as well, as long as it lies within the span:
/// it can stand for the one that was found. Events of an only step are one match within the span in the same way.
fn find(sequence: &Sequence, span: i64, group: &[Hit], stretches: &mut Vec<Stretch>) {
    let mut chains = Chains::new(&sequence.steps);
    let known = stretches.len();
    let mut beginnings: VecDeque<i64> = VecDeque::new();
    for tie in group.chunk_by(|a, b| a.time_ms == b.time_ms) {
        if tie.iter().any(|hit| sequence.without & bit(usize::from(hit.rule)) != 0) {
            chains.latest.fill(None);
            beginnings.clear();
            continue;
        }
        let Some(time) = tie.first().map(|hit| hit.time_ms) else { continue };
        if tie.iter().any(|hit| sequence.steps.first() == Some(&hit.rule)) {
            beginnings.push_back(time);
        }
        while beginnings.front().is_some_and(|start| time.saturating_sub(*start) > span) {
            beginnings.pop_front();
        }
        if let Some(latest) = chains.advance(time, tie)
            && time.saturating_sub(latest) <= span
            && let Some(start) = beginnings.front()
        {
            let stretch = Stretch { first: *start, last: time, held: time };
            // Of one sequence, what is found later begins no earlier.
            if !stretches.get_mut(known..).and_then(<[_]>::last_mut).is_some_and(|last| last.take(stretch)) {
                stretches.push(stretch);
            }
        }
    }
}

/// How far chains have come.
struct Chains<'s> {
    steps: &'s [u16],
    /// For each step, when the latest chain began that leads up to it. Never later than that of the step before.
    latest: Vec<Option<i64>>,
}

impl<'s> Chains<'s> {
    fn new(steps: &'s [u16]) -> Self {
        Self { steps, latest: vec![None; steps.len()] }
    }

    /// Takes the hits of one time; when a chain is complete with them, its latest beginning.
    fn advance(&mut self, time: i64, tie: &[Hit]) -> Option<i64> {
        let hit_by = |rule: u16| {
            let steps = self.steps.iter().enumerate().filter(move |(_, step)| **step == rule);
            steps.fold(0, |all, (k, _)| all | bit(k))
        };
        let taken = tie.iter().fold(0, |all, hit| all | hit_by(hit.rule));
        if taken == 0 {
            return None;
        }
        let one_event = tie.iter().all(|hit| tie.first().is_some_and(|first| first.row == hit.row));
        if one_event || taken.count_ones() == 1 {
            self.advance_by_one(time, taken);
        } else {
            self.advance_by_many(time, tie);
        }
        let last = self.steps.len().checked_sub(1)?;
        self.latest.last().copied().flatten().filter(|_| taken & bit(last) != 0)
    }

    /// A single step of those in `taken`: from behind, so that none is made twice.
    fn advance_by_one(&mut self, time: i64, taken: u64) {
        for k in (0..self.steps.len()).rev().filter(|k| taken & bit(*k) != 0) {
            let before = match k.checked_sub(1) {
                None => Some(time),
                Some(before) => self.latest.get(before).copied().flatten(),
            };
            if let Some(place) = self.latest.get_mut(k) {
                *place = before;
            }
        }
    }

    /// Several steps at one time, each with an event of its own.
    fn advance_by_many(&mut self, time: i64, tie: &[Hit]) {
        let events = self.events(tie);
        let before = self.latest.clone();
        let mut given = Given::new(&events);
        let mut from = 0;
        for (k, place) in self.latest.iter_mut().enumerate() {
            if events.get(k).is_none_or(Vec::is_empty) {
                given.clear();
                from = k + 1;
                continue;
            }
            // The chain that begins earliest in the steps begins latest in time, so it is the first to be tried.
            while !given.give(k) && from < k {
                given.take_back(from);
                from += 1;
            }
            *place = match from.checked_sub(1) {
                None => Some(time),
                Some(last) => before.get(last).copied().flatten(),
            };
        }
    }

    /// The events that could be each step. As many as there are steps are enough: one is always left over.
    fn events(&self, tie: &[Hit]) -> Vec<Vec<u32>> {
        let mut events = vec![Vec::new(); self.steps.len()];
        for hit in tie {
            for (step, rows) in self.steps.iter().zip(&mut events) {
                if *step == hit.rule && rows.len() < self.steps.len() && rows.last() != Some(&hit.row) {
                    rows.push(hit.row);
                }
            }
        }
        events
    }
}

/// Steps with an event of their own each.
struct Given<'e> {
    events: &'e [Vec<u32>],
    /// The step of an event.
    step_of: HashMap<u32, usize>,
    /// The event of a step.
    event_of: HashMap<usize, u32>,
}

impl<'e> Given<'e> {
    fn new(events: &'e [Vec<u32>]) -> Self {
        Self { events, step_of: HashMap::new(), event_of: HashMap::new() }
    }

    fn clear(&mut self) {
        self.step_of.clear();
        self.event_of.clear();
    }

    fn take_back(&mut self, step: usize) {
        if let Some(event) = self.event_of.remove(&step) {
            self.step_of.remove(&event);
        }
    }

    /// Gives the step an event, moving others to other events where that frees one; whether it could.
    fn give(&mut self, step: usize) -> bool {
        let mut open = VecDeque::from([step]);
        let mut wanted_by: HashMap<u32, usize> = HashMap::new();
        while let Some(wanting) = open.pop_front() {
            for event in self.events.get(wanting).into_iter().flatten() {
                if wanted_by.contains_key(event) {
                    continue;
                }
                wanted_by.insert(*event, wanting);
                match self.step_of.get(event) {
                    Some(owner) => open.push_back(*owner),
                    None => {
                        self.shift(*event, step, &wanted_by);
                        return true;
                    }
                }
            }
        }
        false
    }

    /// From a free event back to the step that began the search, each step takes the event that it wanted.
    fn shift(&mut self, free: u32, step: usize, wanted_by: &HashMap<u32, usize>) {
        let mut event = free;
        while let Some(wanting) = wanted_by.get(&event).copied() {
            let left = self.event_of.insert(wanting, event);
            self.step_of.insert(event, wanting);
            match left {
                Some(left) if wanting != step => event = left,
                _ => break,
            }
        }
    }
}
