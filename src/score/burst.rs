//! Bursts: what one session does over and over takes one row of a list.
//!
//! A list of six hundred denied calls to the same API says one thing. Nothing is hidden: the row says how many
//! events it stands for, has the highest of their scores, and can be opened.

use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::event::outcome::Outcome;
use crate::store::dicts::DictSet;
use crate::store::flags::{Flags, RecordKind};
use crate::store::ints::each_row;
use crate::store::segment::Segment;
use crate::store::{Column, Row, Table};

/// What the events of a burst have in common.
///
/// The hits are part of it: an act that a rule points at is not hidden among others of its name. What was acted on
/// does not part acts, or making and unmaking things in a row would fill the list.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Act {
    session: u32,
    event: u32,
    source: u32,
    outcome: Outcome,
    /// Whether the record adds to another one, which must not hide it.
    adds: bool,
    hits: u32,
}

impl Hash for Act {
    /// In two words: this is asked for each event.
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(u64::from(self.session) << 32 | u64::from(self.event));
        state.write_u64(
            u64::from(self.hits) << 32
                | u64::from(self.source.rotate_left(8)) ^ self.outcome as u64 ^ u64::from(self.adds) << 7,
        );
    }
}

/// How long an act may rest before it is another burst, in milliseconds. Tools repeat themselves between other
/// calls, so what stands between does not end a burst.
const REST_MS: i64 = 600_000;

/// The acts that have not rested for too long, each with the first row of its burst and the time of its last event.
#[derive(Default)]
struct Lately {
    /// What was done since `start`, and in the stretch before it, which was as long as a rest or longer: what is
    /// older has rested for too long.
    now: HashMap<Act, (u32, i64), FixedState>,
    before: HashMap<Act, (u32, i64), FixedState>,
    start: i64,
}

impl Lately {
    /// The burst that an act at some row belongs to; times must not go back.
    fn burst(&mut self, act: Act, row: u32, time: i64) -> u32 {
        if time.saturating_sub(self.start) > REST_MS {
            std::mem::swap(&mut self.now, &mut self.before);
            self.now.clear();
            self.start = time;
        }
        let before = &self.before;
        let burst = self.now.entry(act).or_insert_with(|| before.get(&act).copied().unwrap_or((row, time)));
        if time.saturating_sub(burst.1) > REST_MS {
            burst.0 = row;
        }
        burst.1 = time;
        burst.0
    }
}

/// Numbers the bursts of all events by their first row. The segments must be in order of time.
pub fn number(segments: &mut [Arc<Segment>], dicts: &DictSet) {
    let sessions: Vec<(u32, u32, u32)> = (0..dicts.identity_count())
        .map(|id| dicts.identity(id))
        .map(|row| (row.session, row.console_session, row.actor))
        .collect();
    let mut last = Lately::default();
    let mut start = 0u32;
    for segment in segments {
        let column = |c: Column| segment.column(c);
        let (event, source) = (column(Column::Event), column(Column::Source));
        let columns = [event, source, column(Column::Identity), segment.hit_column(), segment.flag_column()];
        let mut numbers: Vec<u32> = Vec::with_capacity(segment.len());
        each_row(columns, segment.len(), |row, [event, source, identity, hits, flags]| {
            let number = start.saturating_add(row as u32);
            let flags = Flags::from_bits(flags);
            if flags.kind() == RecordKind::Aggregated {
                numbers.push(number);
                return;
            }
            let (by_key, console, actor) = sessions.get(identity as usize).copied().unwrap_or_default();
            let session = if flags.has(Flags::CONSOLE) { console } else { by_key };
            let act = Act {
                // Who has no session is taken by name.
                session: if session == 0 { actor } else { session },
                event,
                source,
                outcome: flags.outcome(),
                adds: flags.has(Flags::ADDENDUM),
                hits,
            };
            let time = segment.times().get(row).unwrap_or(0);
            numbers.push(last.burst(act, number, time));
        });
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
        && a.hits() == b.hits()
        && a.flags().has(Flags::ADDENDUM) == b.flags().has(Flags::ADDENDUM)
        && [Column::Event, Column::Source].into_iter().all(same)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_forgotten_has_rested_for_too_long(steps in prop::collection::vec((0u32..4, 0..REST_MS + 2), 1..200)) {
            let mut lately = Lately::default();
            let mut all: HashMap<u32, (u32, i64)> = HashMap::default();
            let mut time = 0;
            for (row, (session, step)) in (0u32..).zip(steps) {
                time += if step % 3 == 0 { step } else { step % 1000 };
                let act = Act { session, event: 1, source: 1, outcome: Outcome::Success, adds: false, hits: 0 };
                let expected = match all.get(&session) {
                    Some((burst, last)) if time - last <= REST_MS => *burst,
                    _ => row,
                };
                all.insert(session, (expected, time));
                prop_assert_eq!(lately.burst(act, row, time), expected);
            }
        }
    }
}
