//! Activity over time: of all events of the page, and of each actor by itself.

use std::collections::BTreeMap;

use super::actors_of;
use crate::anomaly::found::{Burst, Bursts};
use crate::anomaly::series::{self, Activity as Judged};
use crate::console::app::board::chart::{Activity, Point, between, stretch};
use crate::console::app::board::request::BoardRequest;
use crate::console::app::board::{Body, Cell, Head, Item, Lead, Note, Panel, Table, exact};
use crate::console::app::page::Scope;
use crate::event::field::Field;
use crate::event::time::Time;
use crate::investigation::Investigation;
use crate::query::Expr;
use crate::store::flags::RecordKind;
use crate::text::{count, plural};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// The lengths of a stretch of time that can be chosen, in milliseconds.
pub const STEPS: [i64; 8] =
    [MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 24 * HOUR];

/// With a stretch of so many in all time an hour is short enough.
const ENOUGH: i64 = 24;

/// The activity of the page, and how long its stretches are; `None` when nobody waits any more.
pub(super) fn panel(request: &BoardRequest, step: Option<i64>) -> Option<(Panel, i64)> {
    let table = &request.inv().table;
    let mut times: Vec<i64> = Vec::with_capacity(request.selection.count());
    let rows = request.selection.rows(table).filter_map(|row| table.row(row));
    times.extend(
        rows.filter(|row| row.kind() != RecordKind::Aggregated).filter_map(|row| row.time().millis()),
    );
    if request.is_stopped() {
        return None;
    }
    let step = step.unwrap_or_else(|| fitting(&times));
    let mut counts: BTreeMap<i64, u64> = BTreeMap::new();
    for time in times {
        *counts.entry(time.div_euclid(step)).or_default() += 1;
    }
    let counts: Vec<(Time, u64)> =
        counts.into_iter().map(|(at, n)| (Time::from_millis(at.saturating_mul(step)), n)).collect();
    let judged = Judged::of(0, &counts);
    let odd = judged.anomalies().count();
    let limit = match judged.limit {
        Some(limit) => {
            format!("usual {:.0} · z > {} from {:.0} on", judged.usual, series::THRESHOLD, limit.ceil())
        }
        None => format!("too few to have a usual: {} stretches are needed", series::LEAST_BUCKETS),
    };
    let title = format!("Activity by {} · {limit} · {} above", stretch(step), count(odd as u64));
    let activity = Activity {
        points: judged
            .points
            .iter()
            .map(|p| Point { start: p.start, count: p.count, score: p.score })
            .collect(),
        step_ms: step,
        usual: judged.usual,
        limit: judged.limit,
        threshold: series::THRESHOLD,
    };
    let panel = Panel::new("activity", title, Body::Activity(activity)).or("No event here has a time.");
    Some((panel, step))
}

/// An hour, or the longest shorter stretch of which there are enough.
fn fitting(times: &[i64]) -> i64 {
    let (first, last) = (times.iter().min().copied().unwrap_or(0), times.iter().max().copied().unwrap_or(0));
    let span = last.saturating_sub(first);
    let fits = |step: &&i64| **step <= HOUR && span / **step >= ENOUGH;
    STEPS.iter().rev().find(fits).copied().unwrap_or(MINUTE)
}

/// Stretches in which an actor did far more than it usually does.
pub(super) fn bursts(request: &BoardRequest, bursts: &Bursts) -> Panel {
    let heads = vec![
        Head::new("z"),
        Head::new("time"),
        Head::text("actor", 12, 36),
        Head::new("events"),
        Head::new("usual").spare(1),
        Head::text("calls", 12, 60).spare(2),
    ];
    let dicts = request.inv().table.dicts();
    let here = actors_of(request);
    let here: std::collections::HashSet<(&str, &str)> =
        here.into_iter().map(|actor| dicts.actor(actor)).collect();
    let rows = bursts.rows.iter().filter(|b| here.contains(&(b.actor.as_str(), b.account.as_str())));
    let items: Vec<Item> = rows.map(|burst| item(request.inv(), burst, bursts.bucket_ms)).collect();
    let title = format!(
        "More than usual · {} of {}; of {} nothing can be said",
        count(items.len() as u64),
        plural(bursts.actors as u64, "actor"),
        count(bursts.silent as u64)
    );
    let empty = format!(
        "None; an actor needs {} stretches of {} with events to have a usual; > takes shorter ones.",
        series::LEAST_BUCKETS,
        stretch(bursts.bucket_ms)
    );
    Panel::new("bursts", title, Body::Table(Table::new(heads, items))).or(empty)
}

fn item(inv: &Investigation, burst: &Burst, step: i64) -> Item {
    let calls: Vec<String> = burst.calls.iter().map(|c| format!("{} ×{}", c.event, count(c.count))).collect();
    let calls = calls.join(", ");
    let cells = vec![
        Cell::Number(burst.score, 1),
        Cell::Time(burst.start),
        Cell::Text(burst.actor.clone()),
        Cell::Count(burst.events),
        Cell::Number(burst.usual, 0),
        Cell::Text(calls.clone()),
    ];
    let from = burst.start.millis().unwrap_or_default();
    let expr = Expr::And(vec![exact::actor(inv, &burst.actor), between(from, from.saturating_add(step))]);
    let label = format!("{} {} from {}", burst.actor, stretch(step), burst.start);
    let said = format!(
        "{} in {}, where {:.0} are usual and {:.0} would still be; z {:.1}",
        plural(burst.events, "event"),
        stretch(step),
        burst.usual,
        burst.limit,
        burst.score
    );
    Item::new(format!("{} {}", burst.actor, burst.start), cells)
        .about(Field::Actor, burst.actor.clone())
        .to(Lead::Within(Box::new(Scope { label, expr })))
        .noting(vec![Note::new("activity", said), Note::new("mostly", calls)])
}
