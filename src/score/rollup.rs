//! Whom to look at first: actors and sessions, by what they did taken together.
//!
//! Different acts add up, repetitions of one do not: a flood of one denied call counts once, and so does a rule that many
//! kinds of calls make hit together. Reaching more tactics of an attack counts more than doing more of the same.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::detect::rules::best;
use crate::event::outcome::Outcome;
use crate::event::time::Time;
use crate::investigation::Investigation;
use crate::query::run::Selection;
use crate::score::scorer::plain_name;
use crate::score::{Factor, Level, rank};
use crate::store::flags::Access;
use crate::store::{Column, Row};

/// What events are rolled up by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// By actor: a name in an account.
    Actor,
    /// By session.
    Session,
}

/// What one actor did, or what was done in one session.
#[derive(Clone, PartialEq, Debug)]
pub struct Rollup {
    /// The number of the actor, or of the session, in the dictionary of words.
    pub key: u32,
    /// The actor's name, or the session. Hostile.
    pub name: String,
    /// The account that the actor belongs to. Hostile.
    pub account: String,
    /// `userIdentity.type`. Hostile.
    pub kind: String,
    /// 0-100, see [`rollup`].
    pub score: f64,
    /// How many events.
    pub events: u64,
    /// How many of them changed something, or tried to.
    pub writes: u64,
    /// How many were denied.
    pub denied: u64,
    /// The first and the last time.
    pub span: (Time, Time),
    /// The tactics of what was done, in the order of an attack.
    pub tactics: Vec<String>,
    /// What the score is mostly made of, as acts with the points of the riskiest event of each. Hostile.
    pub why: Vec<Factor>,
}

/// How many reasons are given.
const REASONS: usize = 5;

/// From this risk on an act counts for the breadth of tactics.
const TELLING: u8 = 30;

#[derive(Default)]
struct Tally {
    kind: u32,
    actor: u32,
    events: u64,
    writes: u64,
    denied: u64,
    first: Option<Time>,
    last: Option<Time>,
    /// The most telling row of each kind.
    best: HashMap<Kind, Act, FixedState>,
    /// A row for each kind of event with the rules that it hit, to look its techniques up by.
    kinds: HashMap<(u32, u32, u32), u32, FixedState>,
}

/// What counts once.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    /// What a rule of medium level or above points at, by the number of the best one.
    Told(u32),
    /// What none does, by the name of the event and its outcome.
    Untold(u32, Outcome),
}

/// An event, as one of the things that somebody did.
#[derive(Clone, Copy)]
struct Act {
    row: u32,
    /// Its points, or those at which events begin of the level of the rule on several events that it completed.
    points: u8,
    /// How likely it is part of an attack.
    chance: f64,
}

/// The best rule of medium level or above, by the number of what hit an event.
#[derive(Default)]
struct Best {
    of_hits: HashMap<u32, Option<u32>, FixedState>,
}

impl Best {
    fn of(&mut self, inv: &Investigation, row: &Row<'_>) -> Option<u32> {
        *self.of_hits.entry(row.hits()).or_insert_with(|| {
            let rules = &inv.judgment.rules;
            let told = |number: u32| rules.shown(&[number]).next().map(|rule| (!rule.compares, rule.level));
            let hit = inv.hits.get(row.hits()).iter().filter_map(|&number| Some((told(number)?, number)));
            // All events of a rule on several are one thing that was done: what a rule says of this one tells them apart.
            hit.filter(|((_, level), _)| *level >= Level::Medium)
                .max_by_key(|(told, number)| (*told, Reverse(*number)))
                .map(|(_, number)| number)
        })
    }
}

impl Act {
    fn of(inv: &Investigation, row: &Row<'_>, told: Option<u32>) -> Self {
        let points = told.map_or(row.risk(), |_| row.risk().max(rank::floor_of(row)));
        // Administrators do risky things all day: what a rule points at counts more.
        let weight = match told {
            Some(_) => 0.5,
            None if inv.judgment.rules.infos().is_empty() => 0.5,
            None => 0.1,
        };
        Self { row: row.number(), points, chance: weight * (f64::from(points) / 100.0).powi(3) }
    }
}

impl Tally {
    fn add(&mut self, row: &Row<'_>, act: Act, told: Option<u32>) {
        self.events += 1;
        self.writes += u64::from(row.flags().access() == Access::Write);
        self.denied += u64::from(row.outcome() == Outcome::Denied);
        if row.time().is_known() {
            self.first = Some(self.first.map_or(row.time(), |t| t.min(row.time())));
            self.last = Some(self.last.map_or(row.time(), |t| t.max(row.time())));
        }
        let event = row.id_of(Column::Event);
        let kind = told.map_or(Kind::Untold(event, row.outcome()), Kind::Told);
        let best = self.best.entry(kind).or_insert(act);
        if best.chance < act.chance {
            *best = act;
        }
        self.kinds.entry((event, row.id_of(Column::Source), row.hits())).or_insert(row.number());
    }
}

/// The actors or sessions of the selected events, the riskiest first.
///
/// The score is the noisy-or of chances: half the cube of risk/100 for the most telling event of each rule of medium
/// level or above, taken for the events of which it is the best, and a tenth of that cube for each (event, outcome) of
/// the others; what completes that of a rule on several events counts as much as its level begins with. Each tactic
/// beyond the first that something telling served adds a chance of 5 in 100.
pub fn rollup(inv: &Investigation, selection: &Selection, unit: Unit) -> Vec<Rollup> {
    let mut tallies: HashMap<u32, Tally, FixedState> = HashMap::default();
    let mut best = Best::default();
    for row in selection.rows(&inv.table).filter_map(|n| inv.table.row(n)) {
        let identity = row.identity();
        let key = match unit {
            Unit::Actor => identity.actor,
            Unit::Session if row.session_id() == 0 => continue,
            Unit::Session => row.session_id(),
        };
        let new = || Tally { kind: identity.kind, actor: identity.actor, ..Tally::default() };
        let told = best.of(inv, &row);
        tallies.entry(key).or_insert_with(new).add(&row, Act::of(inv, &row, told), told);
    }
    let mut lines: Vec<Rollup> = tallies.iter().map(|(key, tally)| line(inv, unit, *key, tally)).collect();
    lines.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then_with(|| b.denied.cmp(&a.denied))
            .then_with(|| (&a.name, &a.account).cmp(&(&b.name, &b.account)))
    });
    lines
}

fn line(inv: &Investigation, unit: Unit, key: u32, tally: &Tally) -> Rollup {
    let dicts = inv.table.dicts();
    let (name, account) = dicts.actor(tally.actor);
    let acts = tally.best.values().map(|act| 1.0 - act.chance);
    let telling = tactics(inv, tally, TELLING).len();
    let calm = product(acts.collect()) * 0.95f64.powi(telling.saturating_sub(1).min(14) as i32);
    Rollup {
        key,
        name: if unit == Unit::Actor { name.to_owned() } else { dicts.word(key).to_owned() },
        account: account.to_owned(),
        kind: dicts.word(tally.kind).to_owned(),
        score: (1.0 - calm) * 100.0,
        events: tally.events,
        writes: tally.writes,
        denied: tally.denied,
        span: (tally.first.unwrap_or(Time::UNKNOWN), tally.last.unwrap_or(Time::UNKNOWN)),
        tactics: tactics(inv, tally, 0),
        why: why(inv, tally),
    }
}

/// The product of some numbers, the same in whatever order they come: they come by numbers that threads hand out, and the
/// last bit would decide between actors that are equal.
fn product(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    numbers.into_iter().product()
}

/// The tactics of what was done with at least that risk, by their titles, in the order of an attack.
fn tactics(inv: &Investigation, tally: &Tally, least: u8) -> Vec<String> {
    let attack = &inv.judgment.attack;
    let mut found = BTreeSet::new();
    let rows = tally.kinds.values().copied().chain(tally.best.values().map(|act| act.row));
    for row in rows.filter_map(|n| inv.table.row(n)).filter(|row| row.risk() >= least) {
        // A technique can serve several tactics; the first is what it is mostly used for.
        for id in inv.techniques(&row) {
            found.extend(attack.technique(id).and_then(|t| t.tactics.first()));
        }
    }
    let order = attack.tactics.iter().filter(|t| found.contains(&t.name));
    order.map(|t| t.title.clone()).collect()
}

fn why(inv: &Investigation, tally: &Tally) -> Vec<Factor> {
    let mut acts: Vec<Act> = tally.best.values().copied().filter(|act| act.points > 0).collect();
    acts.sort_unstable_by(|a, b| b.chance.total_cmp(&a.chance).then(a.row.cmp(&b.row)));
    let reason = |act: Act| {
        let row = inv.table.row(act.row)?;
        let what = format!("{} ({})", plain_name(row.event()), row.outcome().name());
        let best = best(inv.rules_of(&row)).filter(|_| act.points > row.risk());
        let because = match best {
            Some(rule) => format!(": {}", rule.title),
            None => inv
                .factors(&row)
                .into_iter()
                // The first of several that weigh alike.
                .min_by_key(|factor| Reverse(factor.points))
                .map_or_else(String::new, |factor| format!(": {}", factor.reason)),
        };
        Some(Factor { points: i32::from(act.points), reason: format!("{what}{because}") })
    };
    acts.into_iter().take(REASONS).filter_map(reason).collect()
}

#[cfg(test)]
mod tests {
    use super::product;

    #[test]
    fn a_product_does_not_depend_on_the_order() {
        let numbers = vec![0.1, 0.7, 0.3];
        let backwards: Vec<f64> = numbers.iter().rev().copied().collect();
        let plainly = |numbers: &[f64]| numbers.iter().product::<f64>();
        assert_ne!(plainly(&numbers), plainly(&backwards), "these show it");
        assert_eq!(product(numbers), product(backwards));
    }
}
