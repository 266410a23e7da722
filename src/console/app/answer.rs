//! What a page asks of the events, and what comes back: rows in order, bursts folded, counts over time.
//!
//! A request is data and so is its answer, so that somebody else can work on it while keys
//! are pressed. An answer keeps the snapshot that it was made from: its
//! row numbers mean nothing in another one.

use std::sync::Arc;

use crate::console::app::overlay::frequency::{Counted, Order};
use crate::event::field::{Field, FieldRef};
use crate::event::time::Time;
use crate::investigation::Investigation;
use crate::query::Expr;
use crate::query::group::{self, Group};
use crate::query::order::{Sort, sorted_in_bursts};
use crate::query::plan::{Node, plan};
use crate::query::run::{self, Reading, Selection};
use crate::query::series::Series;
use crate::score::burst;
use crate::text::count;

/// What a page asks.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which request it is; an answer to an older one is dropped.
    pub generation: u64,
    /// The events.
    pub inv: Arc<Investigation>,
    /// Which of them.
    pub expr: Expr,
    /// In which part of time; the counts over time go beyond it.
    pub window: Option<Expr>,
    /// In which order.
    pub sort: Sort,
    /// The ids of the first events of bursts that are open.
    pub open_bursts: Vec<String>,
    /// The id of the event that the cursor is on.
    pub anchor: Option<String>,
    /// Over how many stretches of time events are counted, at most.
    pub stretches: usize,
    /// How many rows are wanted at most; `None`: all.
    pub limit: Option<usize>,
    /// What shows how far reading records is, and stops it.
    pub reading: Arc<Reading>,
}

/// One line of the list, in eight bytes: there can be ten million of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Line {
    /// The number of the row in the table of the answer.
    pub row: u32,
    /// For how many rows it stands, and in the lowest bits what it is of a burst.
    of_burst: u32,
}

/// How many bits say what a line is of a burst.
const PART_BITS: u32 = 2;

impl Line {
    /// The line of a row that stands for `times` rows, itself among them.
    pub fn new(row: u32, times: u32, part: Part) -> Self {
        Self { row, of_burst: times.min(u32::MAX >> PART_BITS) << PART_BITS | part as u32 }
    }

    /// For how many rows it stands, itself among them.
    pub fn times(self) -> u32 {
        self.of_burst >> PART_BITS
    }

    /// How often it stands for, as the list says it; empty for a single one.
    pub fn repeats(self) -> String {
        match self.part() {
            Part::Single => String::new(),
            Part::Closed => format!("×{}", count(u64::from(self.times()))),
            Part::Head => format!("▾{}", count(u64::from(self.times()))),
            Part::Member => "│".to_owned(),
        }
    }

    /// What it is of a burst.
    pub fn part(self) -> Part {
        match self.of_burst & ((1 << PART_BITS) - 1) {
            part if part == Part::Closed as u32 => Part::Closed,
            part if part == Part::Head as u32 => Part::Head,
            part if part == Part::Member as u32 => Part::Member,
            _ => Part::Single,
        }
    }
}

/// What a line is of a burst.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// An event that has no like beside it.
    Single,
    /// A burst that is closed.
    Closed,
    /// The first event of a burst that is open.
    Head,
    /// Another event of a burst that is open.
    Member,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Which request it answers.
    pub generation: u64,
    /// The events that it speaks of.
    pub inv: Arc<Investigation>,
    /// The lines of the list.
    pub lines: Vec<Line>,
    /// How many events match, in all.
    pub matched: usize,
    /// The same events as a set, for tables of their values.
    pub selection: Arc<Selection>,
    /// Counts over time, of all that match in any part of time.
    pub series: Series,
    /// The line of the request's anchor.
    pub at: Option<usize>,
    /// Whether everything that matches is known and in its place.
    pub complete: bool,
    /// How many records could not be read, so that it is not known whether they match.
    pub unreadable: u64,
}

impl Answer {
    /// An answer of nothing.
    pub fn none(inv: Arc<Investigation>) -> Self {
        Self {
            generation: 0,
            selection: Arc::new(Selection::all(&inv.table)),
            lines: Vec::new(),
            matched: 0,
            series: Series::default(),
            at: None,
            complete: true,
            unreadable: 0,
            inv,
        }
    }
}

/// Above this many rows the first ones are shown before all are in order.
const FIRST_OF: usize = 200_000;

/// How many rows are put in order first.
const FIRST: usize = 2_000;

/// Answers a request. `publish` gets better and better answers, the last one complete.
pub fn answer(request: &Request, publish: &mut dyn FnMut(Answer)) {
    let inv = &*request.inv;
    let node = plan(&request.expr, inv);
    let found = run::columns(&node, &inv.table);
    if found.maybe.is_empty() {
        in_stages(request, &found.yes, publish);
        return;
    }
    // What the columns know is there at once; the records take their time.
    publish(Answer { complete: false, ..put_together(request, &found.yes, Some(FIRST)) });
    let selection = run::decide_all(&node, inv, found, &request.reading);
    // When the reading was stopped this is what was found until then.
    in_stages(request, &selection, publish);
}

fn in_stages(request: &Request, selection: &Selection, publish: &mut dyn FnMut(Answer)) {
    if request.limit.is_none() && selection.count() > FIRST_OF {
        publish(Answer { complete: false, ..put_together(request, selection, Some(FIRST)) });
    }
    publish(put_together(request, selection, request.limit));
}

fn put_together(request: &Request, selection: &Selection, limit: Option<usize>) -> Answer {
    let inv = &request.inv;
    let (from, to) = widened(span(inv, selection));
    let series = Series::new(&inv.table, selection, from, to, request.stretches);
    let selection = match &request.window {
        Some(window) => run::narrow(&plan(window, inv), &inv.table, selection),
        None => selection.clone(),
    };
    let rows = sorted_in_bursts(&inv.table, &selection, request.sort, limit);
    let lines = lines(inv, &rows, &request.open_bursts);
    let anchor = request.anchor.as_deref().and_then(|id| inv.table.find_id(id));
    Answer {
        generation: request.generation,
        at: anchor.and_then(|row| line_of(&rows, &lines, row)),
        matched: selection.count(),
        selection: Arc::new(selection),
        inv: inv.clone(),
        lines,
        series,
        complete: true,
        unreadable: request.reading.unreadable(),
    }
}

/// The lines for some rows.
fn lines(inv: &Investigation, rows: &[u32], open: &[String]) -> Vec<Line> {
    let open: Vec<u32> = open.iter().filter_map(|id| inv.table.find_id(id)).collect();
    let mut lines = Vec::with_capacity(rows.len().min(1 << 16));
    for burst in burst::bursts(&inv.table, rows) {
        let Some((&first, others)) = rows.get(burst).and_then(<[u32]>::split_first) else { continue };
        let times = others.len() as u32 + 1;
        let is_open = times > 1 && (open.contains(&first) || others.iter().any(|row| open.contains(row)));
        let part = match (times, is_open) {
            (1, _) => Part::Single,
            (_, true) => Part::Head,
            (_, false) => Part::Closed,
        };
        lines.push(Line::new(first, times, part));
        if is_open {
            lines.extend(others.iter().map(|&row| Line::new(row, 1, Part::Member)));
        }
    }
    // They stay for as long as they are shown: half of the room may be empty.
    lines.shrink_to_fit();
    lines
}

/// The line that shows a row, or the burst that it is in.
fn line_of(rows: &[u32], lines: &[Line], row: u32) -> Option<usize> {
    if let Some(line) = lines.iter().position(|line| line.row == row) {
        return Some(line);
    }
    let mut place = rows.iter().position(|&r| r == row)?;
    lines.iter().position(|line| {
        let covers = if line.part() == Part::Closed { line.times() as usize } else { 1 };
        let inside = place < covers;
        place = place.saturating_sub(covers);
        inside
    })
}

/// A stretch of time that is long enough to look at: what happened at one moment is a moment of a minute.
fn widened((from, to): (Time, Time)) -> (Time, Time) {
    const LEAST: i64 = 60_000;
    match (from.millis(), to.millis()) {
        (Some(a), Some(b)) if b - a < LEAST => {
            let more = (LEAST - (b - a)) / 2;
            (from.plus_millis(-more), to.plus_millis(more))
        }
        _ => (from, to),
    }
}

/// The first and last known time of some rows.
fn span(inv: &Investigation, selection: &Selection) -> (Time, Time) {
    let mut span: Option<(i64, i64)> = None;
    for ((_, segment), bits) in inv.table.segments().zip(selection.segments()) {
        let times = segment.times();
        let known = |row: &usize| times.get(*row).is_some_and(|t| t != Time::UNKNOWN.raw());
        // The times of a segment are in order: the first and the last known one are its span.
        let (Some(first), Some(last)) = (bits.iter().find(known), bits.iter().last().filter(known)) else {
            continue;
        };
        let (Some(first), Some(last)) = (times.get(first), times.get(last)) else { continue };
        span = Some(span.map_or((first, last), |(a, b)| (a.min(first), b.max(last))));
    }
    span.map_or((Time::UNKNOWN, Time::UNKNOWN), |(a, b)| (Time::from_raw(a), Time::from_raw(b)))
}

/// How often each value of a field occurs.
#[derive(Clone, Debug)]
pub struct GroupRequest {
    /// The events.
    pub inv: Arc<Investigation>,
    /// Which of them.
    pub selection: Arc<Selection>,
    /// The field.
    pub field: FieldRef,
    /// What shows how far reading records is, and stops it.
    pub reading: Arc<Reading>,
}

impl GroupRequest {
    /// Counts.
    pub fn answer(&self) -> Vec<Group> {
        group::group(&self.inv, &self.selection, &self.field, &self.reading)
    }
}

/// So many values of a field are offered at most: each letter that is typed looks at all of them.
const OFFERED: usize = 20_000;

/// The most frequent values of a field among all events.
pub fn values(inv: &Investigation, field: Field) -> Vec<Group> {
    let selection = Selection::all(&inv.table);
    let mut groups = group::group(inv, &selection, &FieldRef::Column(field), &Reading::default());
    groups.truncate(OFFERED);
    groups
}

/// What fills a table of values.
#[derive(Clone, Debug)]
pub struct CountRequest {
    /// Which request it is.
    pub generation: u64,
    /// What is to be put in order.
    pub from: Source,
    /// In which order.
    pub order: Order,
    /// Whether it is turned round.
    pub reversed: bool,
    /// The value that the cursor is on.
    pub anchor: Option<String>,
}

/// Where the values come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// They are counted.
    Events(GroupRequest),
    /// They were counted before.
    Counted(Arc<Counted>),
}

impl CountRequest {
    /// The values in their order, and the row of the anchor.
    pub fn answer(&self) -> (Counted, Option<usize>) {
        let counted = match &self.from {
            Source::Events(request) => Counted::new(request.answer(), self.order, self.reversed),
            Source::Counted(counted) => counted.arranged(self.order, self.reversed),
        };
        let at = self.anchor.as_ref().and_then(|anchor| counted.find(anchor));
        (counted, at)
    }
}

/// Whether asking for such events reads records, which takes its time.
pub fn reads_records(expr: &Expr, inv: &Investigation) -> bool {
    let node: Node = plan(expr, inv);
    node.needs_raw()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_it_was_told() {
        assert_eq!(size_of::<Line>(), 8);
        for part in [Part::Single, Part::Closed, Part::Head, Part::Member] {
            for times in [1, 2, 10_000_000, u32::MAX >> PART_BITS] {
                let line = Line::new(7, times, part);
                assert_eq!((line.row, line.times(), line.part()), (7, times, part));
            }
        }
        assert_eq!(Line::new(7, u32::MAX, Part::Closed).times(), u32::MAX >> PART_BITS, "and never less");
    }
}
