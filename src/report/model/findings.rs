//! What was found: acts of one actor that a rule, or their points, put at medium level or above.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use serde::Serialize;

use super::Gather;
use crate::detect::own::Own;
use crate::detect::rules::{RuleInfo, best};
use crate::event::outcome::Outcome;
use crate::event::time::Time;
use crate::profile::change;
use crate::profile::describe::EventRef;
use crate::profile::resource;
use crate::query::run::Selection;
use crate::score::rollup::{Unit, rollup};
use crate::score::scorer::plain_name;
use crate::score::{Level, rank};
use crate::store::flags::RecordKind;
use crate::store::{Column, Row};

/// From which level on an act is a finding.
pub const LEAST: Level = Level::Medium;
/// How many ids, addresses and targets a finding names.
const IDS: usize = 20;
const NAMES: usize = 5;
/// Of how many findings the record of the riskiest event is read for a sentence.
const READ: usize = 500;

/// A technique of ATT&CK.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Technique {
    /// `T1098.003`.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Acts of one kind by one actor.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// From 1, the gravest first.
    pub number: u32,
    /// `medium`, `high` or `critical`.
    #[serde(serialize_with = "level_name")]
    pub level: Level,
    /// The title of the rule, else the call and how it ended. Hostile.
    pub title: String,
    /// The id of the rule; `None` where points alone made it a finding.
    pub rule: Option<String>,
    /// The actor. Hostile.
    pub actor: String,
    /// The account that the actor belongs to.
    pub account: String,
    /// What the riskiest event did, in a sentence. Hostile.
    pub what: String,
    /// Why the riskiest event has its points.
    pub why: Vec<String>,
    /// What it stands for.
    pub techniques: Vec<Technique>,
    /// The first event.
    #[serde(serialize_with = "resource::time")]
    pub first: Time,
    /// The last event.
    #[serde(serialize_with = "resource::time")]
    pub last: Time,
    /// How many events.
    pub events: u64,
    /// How many of them were done.
    pub done: u64,
    /// How many were denied.
    pub denied: u64,
    /// The addresses they came from, the first five. Hostile.
    pub addresses: Vec<String>,
    /// What was acted on, the first five. Hostile.
    pub targets: Vec<String>,
    /// The riskiest event.
    pub event: EventRef,
    /// The ids of the first events.
    #[serde(rename = "eventIDs")]
    pub ids: Vec<String>,
    /// Rows of all its events.
    #[serde(skip)]
    pub rows: Vec<u32>,
}

/// Writes a level as its name.
pub(super) fn level_name<S: serde::Serializer>(level: &Level, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(level.name())
}

/// What makes two events one finding: the rule, else the call and how it ended; and the actor.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    Rule(String, u32),
    Call(u32, u32, Outcome, u32),
}

struct Open<'a> {
    level: Level,
    rule: Option<&'a RuleInfo>,
    best: (u32, u32),
    rows: Vec<u32>,
}

/// All findings, the gravest first; `None` when the work was stopped meanwhile.
pub(super) fn findings(gather: &Gather<'_>) -> Option<Vec<Finding>> {
    let inv = gather.inv;
    let mut open: HashMap<Key, Open<'_>, FixedState> = HashMap::default();
    for row in inv.table.rows().filter(|row| row.kind() != RecordKind::Aggregated) {
        let level = rank::level_of(&row);
        if level < LEAST {
            continue;
        }
        let rule = best(inv.rules_of(&row)).filter(|rule| rule.level >= LEAST);
        let actor = row.identity().actor;
        let key = match rule {
            Some(rule) => Key::Rule(rule.id.clone(), actor),
            None => Key::Call(row.id_of(Column::Event), row.id_of(Column::Source), row.outcome(), actor),
        };
        let of =
            open.entry(key).or_insert_with(|| Open { level, rule, best: (0, row.number()), rows: vec![] });
        of.level = of.level.max(level);
        if rank::key_of(&row) > of.best.0 {
            of.best = (rank::key_of(&row), row.number());
        }
        of.rows.push(row.number());
    }
    if gather.stop.load(std::sync::atomic::Ordering::Relaxed) {
        return None;
    }
    Some(numbered(gather, open.into_values().collect()))
}

fn numbered(gather: &Gather<'_>, open: Vec<Open<'_>>) -> Vec<Finding> {
    let inv = gather.inv;
    let actors = rollup(inv, &Selection::all(&inv.table), Unit::Actor);
    let places: HashMap<(&str, &str), usize> =
        actors.iter().enumerate().map(|(n, a)| ((a.name.as_str(), a.account.as_str()), n)).collect();
    let mut sorted: Vec<(usize, Open<'_>)> = open
        .into_iter()
        .map(|o| {
            let actor = inv.table.row(o.best.1).map(|row| inv.table.dicts().actor(row.identity().actor));
            (actor.and_then(|a| places.get(&a).copied()).unwrap_or(usize::MAX), o)
        })
        .collect();
    // The gravest first, then by how much there is to say of the actor, then by rank and time.
    sorted.sort_by_key(|(place, o)| {
        let rule = o.rule.map(|rule| rule.id.clone());
        (std::cmp::Reverse(o.level), *place, std::cmp::Reverse(o.best.0), o.rows.first().copied(), rule)
    });
    let numbers = 1u32..;
    numbers.zip(sorted).filter_map(|(number, (_, o))| finding(gather, number, o)).collect()
}

fn finding(gather: &Gather<'_>, number: u32, open: Open<'_>) -> Option<Finding> {
    let inv = gather.inv;
    let best = inv.table.row(open.best.1)?;
    let (actor, account) = inv.table.dicts().actor(best.identity().actor);
    let mut found = Finding {
        number,
        level: open.level,
        title: open.rule.map_or_else(|| title_of(&best), |rule| rule.title.clone()),
        rule: open.rule.map(|rule| rule.id.clone()),
        actor: actor.to_owned(),
        account: account.to_owned(),
        what: sentence(gather, &best, number as usize <= READ),
        why: inv.factors(&best).into_iter().map(|f| format!("{} ({:+})", f.reason, f.points)).collect(),
        techniques: Vec::new(),
        first: best.time(),
        last: best.time(),
        events: open.rows.len() as u64,
        done: 0,
        denied: 0,
        addresses: Vec::new(),
        targets: Vec::new(),
        event: EventRef::new(&best),
        ids: open.rows.iter().take(IDS).filter_map(|&n| Some(inv.table.row(n)?.id())).collect(),
        rows: Vec::new(),
    };
    let mut ids: Vec<&str> = Vec::new();
    let rows: Vec<Row<'_>> = open.rows.iter().filter_map(|&n| inv.table.row(n)).collect();
    for row in &rows {
        found.done += u64::from(row.outcome() == Outcome::Success);
        found.denied += u64::from(row.outcome() == Outcome::Denied);
        found.first = found.first.min(row.time());
        found.last = found.last.max(row.time());
        add(&mut found.addresses, row.text(Column::Ip));
        add(&mut found.targets, row.text(Column::Target));
        ids.extend(inv.techniques(row).into_iter().filter(|id| !ids.contains(id)).collect::<Vec<_>>());
    }
    found.techniques = ids.into_iter().map(|id| technique(gather, id)).collect();
    found.rows = open.rows;
    Some(found)
}

pub(super) fn technique(gather: &Gather<'_>, id: &str) -> Technique {
    let attack = &gather.inv.judgment.attack;
    let name = attack.technique(id).map(|t| t.name.clone()).unwrap_or_default();
    Technique { id: attack.current(id).to_owned(), name }
}

fn add(list: &mut Vec<String>, text: &str) {
    if list.len() < NAMES && !text.is_empty() && !list.iter().any(|other| other == text) {
        list.push(text.to_owned());
    }
}

/// The call and how it ended.
fn title_of(row: &Row<'_>) -> String {
    format!("{} {} ({})", row.service(), plain_name(row.event()), row.outcome().name())
}

/// What an event did, from its record where it is read, else from its columns.
pub(super) fn sentence(gather: &Gather<'_>, row: &Row<'_>, read: bool) -> String {
    let known = read && change::is_known(row.service(), row.event());
    let decoded = known
        .then(|| gather.inv.raw(row).ok().and_then(|raw| change::decode(&raw, &Own::default())))
        .flatten();
    decoded.map_or_else(|| plain_sentence(row), |change| change.sentence)
}

fn plain_sentence(row: &Row<'_>) -> String {
    let on = match row.text(Column::Target) {
        "" => String::new(),
        target => format!(" on {target}"),
    };
    let call = format!("{} {}{on}", row.service(), plain_name(row.event()));
    match (row.outcome(), row.text(Column::Error)) {
        (Outcome::Success, _) => format!("called {call}"),
        (outcome, "") => format!("tried to call {call} ({})", outcome.name()),
        (outcome, error) => format!("tried to call {call} ({}: {error})", outcome.name()),
    }
}
