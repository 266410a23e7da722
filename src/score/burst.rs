//! Bursts: what one session does over and over, without anything else between, takes one row of a list.
//!
//! A list of six hundred denied calls to the same API says one thing. Nothing is hidden: the row says how many
//! events it stands for, has the highest of their scores, and can be opened.

use std::ops::Range;
use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::event::outcome::Outcome;
use crate::store::dicts::DictSet;
use crate::store::flags::{Flags, RecordKind};
use crate::store::segment::Segment;
use crate::store::{Column, Row, Table};

/// What the events of a burst have in common beside their session.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Act {
    event: u32,
    source: u32,
    outcome: Outcome,
    target: u32,
}

/// Numbers the bursts of all events by their first row. The segments must be in order of time.
pub fn number(segments: &mut [Arc<Segment>], dicts: &DictSet) {
    let sessions: Vec<(u32, u32, u32)> = (0..dicts.identity_count())
        .map(|id| dicts.identity(id))
        .map(|row| (row.session, row.console_session, row.actor))
        .collect();
    let mut last: HashMap<u32, (Act, u32), FixedState> = HashMap::default();
    let mut start = 0u32;
    for segment in segments {
        let column = |c: Column| segment.column(c);
        let (event, source, target) = (column(Column::Event), column(Column::Source), column(Column::Target));
        let identity = column(Column::Identity);
        let mut numbers = Vec::with_capacity(segment.len());
        for row in 0..segment.len() {
            let number = start.saturating_add(row as u32);
            let flags = segment.flags(row);
            if flags.kind() == RecordKind::Aggregated {
                numbers.push(u64::from(number));
                continue;
            }
            let (by_key, console, actor) =
                sessions.get(identity.id(row) as usize).copied().unwrap_or_default();
            let session = if flags.has(Flags::CONSOLE) { console } else { by_key };
            let act = Act {
                event: event.id(row),
                source: source.id(row),
                outcome: flags.outcome(),
                target: target.id(row),
            };
            // Who has no session is taken by name.
            let slot = last.entry(if session == 0 { actor } else { session }).or_insert((act, number));
            if slot.0 != act {
                *slot = (act, number);
            }
            numbers.push(u64::from(slot.1));
        }
        start = start.saturating_add(segment.len() as u32);
        Arc::make_mut(segment).set_bursts(&numbers);
    }
}

/// Whether two events belong together in a list.
fn together(a: &Row<'_>, b: &Row<'_>) -> bool {
    match (a.burst(), b.burst()) {
        (Some(a), Some(b)) => a == b,
        _ => alike(a, b),
    }
}

/// Whether two events are alike, which stands for their burst while a load runs.
fn alike(a: &Row<'_>, b: &Row<'_>) -> bool {
    let same = |c: Column| a.id_of(c) == b.id_of(c);
    a.risk() == b.risk()
        && a.outcome() == b.outcome()
        && [Column::Event, Column::Source, Column::Target].into_iter().all(same)
        && a.session_id() == b.session_id()
}

/// The bursts of `rows`, in their order, as stretches of places in it; a row without its like is a burst of one.
pub fn bursts(table: &Table, rows: &[u32]) -> Vec<Range<usize>> {
    let mut bursts: Vec<Range<usize>> = Vec::new();
    let mut first: Option<Row<'_>> = None;
    for (place, &number) in rows.iter().enumerate() {
        let row = table.row(number);
        match (&first, &row, bursts.last_mut()) {
            (Some(first), Some(row), Some(burst)) if together(first, row) => burst.end = place + 1,
            _ => {
                bursts.push(place..place + 1);
                first = row;
            }
        }
    }
    bursts
}
