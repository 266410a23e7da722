//! The first answer to "whom do I look at": actors rolled up from their events.

use std::collections::{BTreeSet, HashMap};

use crate::detect::attack::Attack;
use crate::event::outcome::Outcome;
use crate::event::time::Time;
use crate::investigation::Investigation;
use crate::query::run::Selection;
use crate::store::flags::{Access, Flags};

/// What one actor did.
#[derive(Clone, PartialEq, Debug)]
pub struct ActorLine {
    /// The actor's name. Hostile.
    pub actor: String,
    /// The account it belongs to.
    pub account: String,
    /// `userIdentity.type`.
    pub kind: String,
    /// 0-100, see [`actors`].
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
}

#[derive(Default)]
struct Tally {
    kind: u32,
    events: u64,
    writes: u64,
    denied: u64,
    first: Option<Time>,
    last: Option<Time>,
    /// The highest risk by event and outcome, so that a flood of one call counts once.
    best: HashMap<(u32, Outcome), u8, foldhash::fast::FixedState>,
    /// A row for each kind of event, to look its techniques up by.
    kinds: HashMap<u32, u32, foldhash::fast::FixedState>,
}

/// The actors of the selected events, the riskiest first.
///
/// An actor's score is the noisy-or of the highest risks of its distinct (event, outcome)
/// pairs, each taken as a chance of half the cube of risk/100: many different risky acts add up, many
/// repetitions of one do not.
pub fn actors(inv: &Investigation, selection: &Selection) -> Vec<ActorLine> {
    let mut tallies: HashMap<u32, Tally, foldhash::fast::FixedState> = HashMap::default();
    for row in selection.rows(&inv.table).filter_map(|n| inv.table.row(n)) {
        let identity = row.identity();
        let tally = tallies
            .entry(identity.actor)
            .or_insert_with(|| Tally { kind: identity.kind, ..Tally::default() });
        tally.events += 1;
        tally.writes += u64::from(row.flags().access() == Access::Write);
        tally.denied += u64::from(row.outcome() == Outcome::Denied);
        if row.time().is_known() {
            tally.first = Some(tally.first.map_or(row.time(), |t| t.min(row.time())));
            tally.last = Some(tally.last.map_or(row.time(), |t| t.max(row.time())));
        }
        let event = row.id_of(crate::store::Column::Event);
        let best = tally.best.entry((event, row.outcome())).or_default();
        *best = (*best).max(row.risk());
        tally.kinds.entry(event).or_insert(row.number());
    }
    let mut lines: Vec<ActorLine> =
        tallies.into_iter().map(|(actor, tally)| line(inv, actor, &tally)).collect();
    lines.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then_with(|| b.denied.cmp(&a.denied))
            .then_with(|| (&a.actor, &a.account).cmp(&(&b.actor, &b.account)))
    });
    lines
}

fn line(inv: &Investigation, actor: u32, tally: &Tally) -> ActorLine {
    let dicts = inv.table.dicts();
    let (name, account) = dicts.actor(actor);
    let calm: f64 = tally.best.values().map(|&risk| 1.0 - 0.5 * (f64::from(risk) / 100.0).powi(3)).product();
    ActorLine {
        actor: name.to_owned(),
        account: account.to_owned(),
        kind: dicts.word(tally.kind).to_owned(),
        score: (1.0 - calm) * 100.0,
        events: tally.events,
        writes: tally.writes,
        denied: tally.denied,
        span: (tally.first.unwrap_or(Time::UNKNOWN), tally.last.unwrap_or(Time::UNKNOWN)),
        tactics: tactics(inv, tally.kinds.values().copied()),
    }
}

/// The tactics of some events, in the order of an attack.
fn tactics(inv: &Investigation, rows: impl Iterator<Item = u32>) -> Vec<String> {
    let attack: &Attack = &inv.judgment.attack;
    let mut found = BTreeSet::new();
    for row in rows.filter_map(|n| inv.table.row(n)) {
        // A technique can serve several tactics; the first is what it is mostly used for.
        for id in inv.techniques(&row) {
            found.extend(attack.technique(id).and_then(|t| t.tactics.first()));
        }
    }
    let order = attack.tactics.iter().filter(|t| found.contains(&t.name));
    order.map(|t| t.title.clone()).collect()
}

/// Flags that deserve a word beside an event.
pub fn marks(flags: Flags) -> Vec<&'static str> {
    let words = [
        (Flags::CONFLICT, "conflict"),
        (Flags::DUPLICATE, "met more than once"),
        (Flags::RECONSTRUCTED, "reconstructed"),
        (Flags::DAMAGED_TEXT, "damaged text"),
    ];
    words.into_iter().filter(|(flag, _)| flags.has(*flag)).map(|(_, word)| word).collect()
}
