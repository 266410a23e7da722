//! What is measured in a window: events, different values, rules, sums, means, ranks.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::exact::Exact;
use super::rank::Ranks;
use super::window::{Judging, Measure, slide};
use super::{Hit, Match, ValueRef};
use crate::detect::sigma::condition::Condition;
use crate::detect::sigma::correlation::{Bounds, Correlation, Kind};

/// The matches in a group, for every kind whose windows are measured.
pub(super) fn matches(correlation: &Correlation, group: &[Hit], room: &mut Room, matches: &mut Vec<Match>) {
    let bounds = &correlation.bounds;
    let lowest = !bounds.0.is_empty() && bounds.only_upper();
    let judging = |grows| Judging { span: correlation.span, grows, lowest };
    match &correlation.kind {
        Kind::EventCount => {
            let judging = judging(bounds.only_lower());
            slide(group, judging, &mut Events { count: 0, bounds }, matches);
        }
        Kind::ValueCount => {
            let judging = judging(bounds.only_lower());
            slide(group, judging, &mut Values { room, different: 0, bounds }, matches);
            room.clear(group);
        }
        Kind::Temporal { condition, grows } => {
            slide(group, judging(*grows), &mut Rules::new(condition), matches);
        }
        Kind::ValueSum | Kind::ValueAvg => {
            let mean = correlation.kind == Kind::ValueAvg;
            let mut sum = Sum { sum: Exact::default(), count: 0, mean, bounds };
            slide(group, judging(false), &mut sum, matches);
        }
        Kind::ValuePercentile(percent) => {
            let ranks = Ranks::new(group.iter().filter_map(number));
            slide(group, judging(false), &mut Percentile { ranks, percent: *percent, bounds }, matches);
        }
        // Its steps have an order, which no measure of a window knows.
        Kind::TemporalOrdered(_) => {}
    }
}

fn number(hit: &Hit) -> Option<f64> {
    match hit.value {
        Some(ValueRef::Number(number)) => Some(number),
        _ => None,
    }
}

/// A count as a number to compare; exact below 2^53.
#[expect(clippy::cast_precision_loss, reason = "there are at most 2^32 rows")]
fn counted(count: usize) -> f64 {
    count as f64
}

struct Events<'b> {
    count: usize,
    bounds: &'b Bounds,
}

impl Measure for Events<'_> {
    fn add(&mut self, _: &Hit) {
        self.count += 1;
    }

    fn remove(&mut self, _: &Hit) {
        self.count = self.count.saturating_sub(1);
    }

    fn satisfies(&mut self) -> Option<f64> {
        Some(counted(self.count)).filter(|count| self.bounds.hold(*count))
    }
}

/// Counts of different values, used for one group after the other.
#[derive(Default)]
pub(super) struct Room {
    /// By the number of a value.
    ids: Vec<u32>,
    /// By the bits of a number, with one zero.
    numbers: HashMap<u64, u32, foldhash::fast::FixedState>,
}

impl Room {
    fn count(&mut self, hit: &Hit) -> Option<&mut u32> {
        match hit.value? {
            ValueRef::Id(id) => {
                let at = id as usize;
                if self.ids.len() <= at {
                    self.ids.resize(at + 1, 0);
                }
                self.ids.get_mut(at)
            }
            ValueRef::Number(number) => Some(self.numbers.entry((number + 0.0).to_bits()).or_default()),
        }
    }

    fn clear(&mut self, group: &[Hit]) {
        self.numbers.clear();
        for hit in group {
            if let Some(count) = self.count(hit) {
                *count = 0;
            }
        }
    }
}

struct Values<'r> {
    room: &'r mut Room,
    different: usize,
    bounds: &'r Bounds,
}

impl Measure for Values<'_> {
    fn add(&mut self, hit: &Hit) {
        if let Some(count) = self.room.count(hit) {
            *count += 1;
            self.different += usize::from(*count == 1);
        }
    }

    fn remove(&mut self, hit: &Hit) {
        if let Some(count) = self.room.count(hit) {
            *count = count.saturating_sub(1);
            self.different -= usize::from(*count == 0);
        }
    }

    fn satisfies(&mut self) -> Option<f64> {
        Some(counted(self.different)).filter(|count| self.bounds.hold(*count))
    }
}

/// Which rules have hits in the window.
struct Rules<'c> {
    condition: &'c Condition,
    counts: Vec<u32>,
    different: usize,
    /// Whether the condition holds, as long as the rules with hits stay the same.
    holds: Option<bool>,
}

impl<'c> Rules<'c> {
    fn new(condition: &'c Condition) -> Self {
        Self { condition, counts: Vec::new(), different: 0, holds: None }
    }
}

impl Measure for Rules<'_> {
    fn add(&mut self, hit: &Hit) {
        let rule = usize::from(hit.rule);
        if self.counts.len() <= rule {
            self.counts.resize(rule + 1, 0);
        }
        if let Some(count) = self.counts.get_mut(rule) {
            *count += 1;
            if *count == 1 {
                self.different += 1;
                self.holds = None;
            }
        }
    }

    fn remove(&mut self, hit: &Hit) {
        if let Some(count) = self.counts.get_mut(usize::from(hit.rule)) {
            *count -= 1;
            if *count == 0 {
                self.different -= 1;
                self.holds = None;
            }
        }
    }

    fn satisfies(&mut self) -> Option<f64> {
        let counts = &self.counts;
        let there = |n: usize| counts.get(n).is_some_and(|count| *count > 0);
        let holds = *self.holds.get_or_insert_with(|| self.condition.holds(&mut { there }));
        holds.then(|| counted(self.different))
    }
}

/// The sum of the values, exact: what has left the window leaves no trace, and no rounding decides.
struct Sum<'b> {
    sum: Exact,
    count: u32,
    mean: bool,
    bounds: &'b Bounds,
}

impl Measure for Sum<'_> {
    fn add(&mut self, hit: &Hit) {
        self.sum.add(number(hit).unwrap_or_default(), 1);
        self.count += 1;
    }

    fn remove(&mut self, hit: &Hit) {
        self.sum.add(number(hit).unwrap_or_default(), -1);
        self.count -= 1;
    }

    fn satisfies(&mut self) -> Option<f64> {
        // A mean is held against a limit without division: the sum against so many times the limit.
        let times = if self.mean { i64::from(self.count) } else { 1 };
        let holds = self.bounds.hold_by(|limit| self.sum.compared(limit, times));
        holds.then(|| {
            let sum = self.sum.rounded();
            if self.mean { sum / f64::from(self.count) } else { sum }
        })
    }
}

struct Percentile<'b> {
    ranks: Ranks,
    percent: f64,
    bounds: &'b Bounds,
}

impl Measure for Percentile<'_> {
    fn add(&mut self, hit: &Hit) {
        if let Some(number) = number(hit) {
            self.ranks.add(number);
        }
    }

    fn remove(&mut self, hit: &Hit) {
        if let Some(number) = number(hit) {
            self.ranks.remove(number);
        }
    }

    fn satisfies(&mut self) -> Option<f64> {
        let value = self.ranks.percentile(self.percent)?;
        let compared = |limit: f64| value.partial_cmp(&limit).unwrap_or(Ordering::Equal);
        self.bounds.hold_by(compared).then_some(value)
    }
}
