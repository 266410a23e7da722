//! The view of actors: whom to look at first.
//!
//! Actors or sessions by what they did taken together, of the events of the page. Nothing is decided
//! here: the score is [`crate::score::rollup`]'s.

use std::collections::{HashMap, HashSet};

use foldhash::fast::FixedState;

use crate::console::app::board::request::BoardRequest;
use crate::console::app::board::{Board, Body, Cell, Head, Item, Lead, Note, Panel, Size, Table, exact};
use crate::event::field::Field;
use crate::event::time::Time;
use crate::investigation::Investigation;
use crate::profile::subject::{Subject, SubjectKind};
use crate::query::run::Selection;
use crate::score::rollup::{Rollup, Unit, rollup};
use crate::text::{count, plural, width};

/// To so many columns a name may be cut down.
const LEAST_NAME: u16 = 24;

/// Of no more actors or sessions a row is made.
const MOST: usize = 20_000;

/// Over how many stretches of time activity is counted.
const STRETCHES: usize = 16;

/// How many reasons are told.
const NOTES: u16 = 5;

/// The board; `None` when nobody waits any more.
pub(super) fn board(request: &BoardRequest, unit: Unit) -> Option<Board> {
    let inv = request.inv();
    let lines = rollup(inv, &request.selection, unit);
    if request.is_stopped() {
        return None;
    }
    let sparks = sparks(inv, &request.selection, unit);
    let shared = if unit == Unit::Actor { exact::shared(inv) } else { HashSet::new() };
    let all = lines.len();
    let items = (1u64..)
        .zip(lines.iter().take(MOST))
        .map(|(rank, line)| {
            let is_shared = shared.contains(&line.name.to_lowercase());
            item(inv, unit, rank, line, sparks.get(&line.key), is_shared)
        })
        .collect();
    let (name, other) = match unit {
        Unit::Actor => ("actor", "session"),
        Unit::Session => ("session", "actor"),
    };
    let cut = if all > MOST { format!(", the first {} of them", count(MOST as u64)) } else { String::new() };
    let title = format!("{} by what they did, taken together{cut}", plural(all as u64, name));
    let empty = match request.selection.is_empty() {
        true => request.said_of_nothing("Whoever acted stands here once there are events"),
        false => format!("No event here belongs to a {name}; z goes to {other}s."),
    };
    // The rank is the order that they come in.
    let table = Table::new(heads(unit), items).beginning("score");
    let panel = Panel::new("actors", title, Body::Table(table)).or(empty);
    let panels = vec![panel.at(Size::Fill(6), [0, 0])];
    Some(Board { inv: inv.clone(), panels, said: String::new(), notes: NOTES })
}

fn heads(unit: Unit) -> Vec<Head> {
    let name = if unit == Unit::Actor { "actor" } else { "session" };
    vec![
        Head::new("rank").spare(8),
        Head::new("score"),
        Head::text(name, LEAST_NAME, 48),
        Head::text("kind", 11, 13).spare(7),
        Head::text("account", 12, 12).spare(9),
        Head::new("tactics"),
        Head::new("events"),
        Head::new("writes").spare(3),
        Head::new("denied").spare(2),
        Head::new("first").spare(6),
        Head::new("last").spare(4),
        Head::new("activity").spare(5),
    ]
}

fn item(
    inv: &Investigation,
    unit: Unit,
    rank: u64,
    line: &Rollup,
    spark: Option<&[u32; STRETCHES]>,
    is_shared: bool,
) -> Item {
    let risk = line.score.round().clamp(0.0, 100.0) as u8;
    let cells = vec![
        Cell::Count(rank),
        Cell::Risk(risk),
        Cell::Event(line.name.clone(), risk),
        Cell::Dim(line.kind.clone()),
        Cell::Dim(line.account.clone()),
        Cell::Marks(marks(inv, &line.tactics)),
        Cell::Count(line.events),
        Cell::Count(line.writes),
        Cell::Count(line.denied),
        Cell::Time(line.span.0),
        Cell::Time(line.span.1),
        Cell::Spark(spark.map(|counts| counts.to_vec()).unwrap_or_default()),
    ];
    let (kind, field) = match unit {
        Unit::Actor => (SubjectKind::Actor, Field::Actor),
        Unit::Session => (SubjectKind::Session, Field::Session),
    };
    let subject = Subject::new(kind, line.name.as_str());
    // A row is of one account, and leads to that of it alone.
    let lead = Lead::Profile(if is_shared { subject.within(line.account.as_str()) } else { subject });
    Item::new(format!("{} {}", line.account, line.name), cells)
        .about(field, line.name.as_str())
        .to(lead)
        .noting(notes(line, is_shared))
}

/// A letter for each tactic, in the order of an attack.
fn marks(inv: &Investigation, reached: &[String]) -> Vec<(String, bool)> {
    let mark = |title: &str| (title.to_owned(), reached.iter().any(|r| r == title));
    inv.judgment.attack.tactics.iter().map(|tactic| mark(&tactic.title)).collect()
}

/// Who it is where the row may not tell, the tactics by name, and what the score is made of.
fn notes(line: &Rollup, is_shared: bool) -> Vec<Note> {
    let account = if line.account.is_empty() { "no account" } else { line.account.as_str() };
    let is_cut = width(&line.name) > usize::from(LEAST_NAME);
    let who = (is_shared || is_cut).then(|| Note::new("who", format!("{} in {account}", line.name)));
    let tactics = if line.tactics.is_empty() { "none".to_owned() } else { line.tactics.join(", ") };
    let why = line.why.iter().map(|factor| Note::new(factor.points.to_string(), factor.reason.as_str()));
    who.into_iter().chain([Note::new("tactics", tactics)]).chain(why).take(usize::from(NOTES)).collect()
}

/// The events of each actor or session over the time of all of them.
fn sparks(
    inv: &Investigation,
    selection: &Selection,
    unit: Unit,
) -> HashMap<u32, [u32; STRETCHES], FixedState> {
    let mut found: HashMap<u32, [u32; STRETCHES], FixedState> = HashMap::default();
    let rows = || selection.rows(&inv.table).filter_map(|n| inv.table.row(n)).filter(|r| r.time().is_known());
    let span = rows().fold(None, |span: Option<(Time, Time)>, row| {
        let time = row.time();
        Some(span.map_or((time, time), |(first, last)| (first.min(time), last.max(time))))
    });
    let Some((Some(first), Some(last))) = span.map(|(a, b)| (a.millis(), b.millis())) else { return found };
    let step = (last.saturating_sub(first) / STRETCHES as i64).saturating_add(1);
    for row in rows() {
        let key = match unit {
            Unit::Actor => row.identity().actor,
            Unit::Session => row.session_id(),
        };
        let place = row.time().millis().map_or(0, |time| (time.saturating_sub(first) / step) as usize);
        if let Some(slot) = found.entry(key).or_default().get_mut(place) {
            *slot += 1;
        }
    }
    found
}
