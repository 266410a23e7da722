//! The tactics of ATT&CK, each with what was seen of it and what could not be seen.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use foldhash::fast::FixedState;
use serde::Serialize;

use super::{Gather, Scope};
use crate::event::outcome::Outcome;
use crate::event::time::Time;
use crate::profile::resource;
use crate::score::{Level, rank};
use crate::store::Column;
use crate::store::flags::RecordKind;

/// What can be said of a tactic.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Something at medium level or above serves it.
    Notable,
    /// Something serves it, nothing of it notable.
    Seen,
    /// Nothing of it was seen.
    NothingSeen,
    /// Nothing was seen, and the events that would show most of it are not in the log.
    PartlyVisible,
    /// CloudTrail does not record such acts.
    NotVisible,
}

impl State {
    /// What it says, in a few words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Notable => "notable",
            Self::Seen => "seen, nothing notable",
            Self::NothingSeen => "nothing seen",
            Self::PartlyVisible => "nothing seen; not visible without data events",
            Self::NotVisible => "not visible in CloudTrail",
        }
    }
}

/// A technique that was seen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TechniqueRow {
    /// `T1098.003`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How many events stand for it.
    pub events: u64,
    /// How many of them rank at medium level or above.
    pub notable: u64,
    /// How many were done.
    pub done: u64,
    /// The first event.
    #[serde(serialize_with = "resource::time")]
    pub first: Time,
    /// The last event.
    #[serde(serialize_with = "resource::time")]
    pub last: Time,
    /// The rules that said so.
    pub rules: Vec<String>,
}

/// A tactic.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TacticRow {
    /// `TA0003`.
    pub id: String,
    /// `persistence`.
    pub name: String,
    /// `Persistence`.
    pub title: String,
    /// What can be said of it.
    pub state: State,
    /// Its techniques, the most notable first.
    pub techniques: Vec<TechniqueRow>,
}

/// Tactics of which nearly all happens outside of AWS.
const OUTSIDE: [&str; 3] = ["reconnaissance", "resource-development", "command-and-control"];
/// Tactics that mostly show in data events.
const IN_DATA: [&str; 3] = ["collection", "exfiltration", "impact"];

#[derive(Default)]
struct Tally {
    events: u64,
    notable: u64,
    done: u64,
    first: Option<Time>,
    last: Time,
    rules: BTreeSet<String>,
}

/// All tactics, in the order of an attack. A technique stands under the first of its tactics.
pub(super) fn tactics(gather: &Gather<'_>, scope: &Scope) -> Vec<TacticRow> {
    let attack = &gather.inv.judgment.attack;
    let mut by_tactic: HashMap<&str, Vec<TechniqueRow>> = HashMap::new();
    for (id, tally) in tally(gather) {
        let Some(technique) = attack.technique(&id) else { continue };
        let Some(tactic) = technique.tactics.first() else { continue };
        by_tactic.entry(tactic).or_default().push(TechniqueRow {
            name: technique.name.clone(),
            id,
            events: tally.events,
            notable: tally.notable,
            done: tally.done,
            first: tally.first.unwrap_or_default(),
            last: tally.last,
            rules: tally.rules.into_iter().collect(),
        });
    }
    let row = |tactic: &crate::detect::attack::Tactic| {
        let mut techniques = by_tactic.remove(tactic.name.as_str()).unwrap_or_default();
        techniques.sort_by(|a, b| (b.notable, b.events, &a.id).cmp(&(a.notable, a.events, &b.id)));
        let state = match techniques.first() {
            Some(most) if most.notable > 0 => State::Notable,
            Some(_) => State::Seen,
            None if OUTSIDE.contains(&tactic.name.as_str()) => State::NotVisible,
            None if IN_DATA.contains(&tactic.name.as_str()) && !scope.has_data_events() => {
                State::PartlyVisible
            }
            None => State::NothingSeen,
        };
        let (id, name, title) = (tactic.id.clone(), tactic.name.clone(), tactic.title.clone());
        TacticRow { id, name, title, state, techniques }
    };
    attack.tactics.iter().map(row).collect()
}

fn tally(gather: &Gather<'_>) -> BTreeMap<String, Tally> {
    let inv = gather.inv;
    let mut found: BTreeMap<String, Tally> = BTreeMap::new();
    // What an event stands for follows from its name, its source and the rules that it hit.
    let mut known: HashMap<(u32, u32, u32), Vec<String>, FixedState> = HashMap::default();
    for row in inv.table.rows().filter(|row| row.kind() != RecordKind::Aggregated) {
        let key = (row.id_of(Column::Event), row.id_of(Column::Source), row.hits());
        let current = |id: &str| inv.judgment.attack.current(id).to_owned();
        let ids = known.entry(key).or_insert_with(|| inv.techniques(&row).into_iter().map(current).collect());
        for id in ids {
            let tally = found.entry(id.clone()).or_default();
            tally.events += 1;
            tally.notable += u64::from(rank::level_of(&row) >= Level::Medium);
            tally.done += u64::from(row.outcome() == Outcome::Success);
            if row.time().is_known() {
                tally.first = Some(tally.first.map_or(row.time(), |first| first.min(row.time())));
            }
            tally.last = tally.last.max(row.time());
            if row.hits() != 0 {
                let rules = inv.rules_of(&row).filter(|rule| rule.techniques.contains(id));
                tally.rules.extend(rules.map(|rule| rule.id.clone()));
            }
        }
    }
    found
}
