//! What the screen needs from elsewhere, and what has come of it.

use std::collections::HashMap;
use std::sync::Arc;

use super::counting::Counts;
use crate::case::Subject;
use crate::console::app::action::Step;
use crate::console::app::answer::{Answer, Request};
use crate::console::app::casework::{Known, Sighting};
use crate::console::app::detail::{Detail, Record};
use crate::console::app::model::Model;
use crate::console::app::msg::Effect;
use crate::console::app::overlay::Overlay;
use crate::console::app::scroll;
use crate::event::field::Field;
use crate::investigation::Investigation;
use crate::query::Expr;
use crate::query::group::Group;
use crate::query::order::Sort;
use crate::query::run::Reading;

/// While a load runs no more rows than this are put in order.
const WHILE_LOADING: usize = 2_000;

/// What was asked for last.
#[derive(Default, Debug)]
pub struct Asked {
    generation: u64,
    rows: Option<Wanted>,
    anchor: Option<String>,
    waiting: bool,
    reading: Option<Arc<Reading>>,
    detail: Option<(String, u64)>,
    pub(super) counts: Counts,
    values: HashMap<Field, u32>,
    sights: Option<(Arc<Investigation>, Arc<Known>)>,
}

/// What decides which rows are shown.
#[derive(Clone, Debug)]
struct Wanted {
    inv: Arc<Investigation>,
    expr: Expr,
    window: Option<Expr>,
    sort: Sort,
    open_bursts: Vec<String>,
    stretches: usize,
}

impl Wanted {
    fn asks_the_same(&self, other: &Self) -> bool {
        self.expr == other.expr
            && self.window == other.window
            && self.sort == other.sort
            && self.open_bursts == other.open_bursts
            && self.stretches == other.stretches
    }
}

impl Asked {
    pub(crate) fn is_waiting(&self) -> bool {
        self.waiting
    }

    /// Has the rows asked for again, whatever was asked last.
    pub(super) fn forget_rows(&mut self) {
        self.rows = None;
    }

    /// The reading of records that is under way.
    pub(crate) fn reading(&self) -> Option<&Arc<Reading>> {
        self.reading.as_ref().filter(|_| self.waiting)
    }

    /// The counting of values that is under way.
    pub(crate) fn counting(&self) -> Option<&Arc<Reading>> {
        self.counts.reading()
    }
}

impl Model {
    pub(super) fn settle(&mut self, effects: &mut Vec<Effect>) {
        self.want_judged(effects);
        self.stand_again();
        self.want_sights(effects);
        self.want_rows(effects);
        self.want_detail(effects);
        self.tell_tags();
        self.want_counted(effects);
        self.want_values(effects);
        self.want_board(effects);
        self.want_trial(effects);
        self.keep_in_view();
        self.keep_board_in_view();
    }

    fn wanted(&self) -> Wanted {
        let page = self.page();
        let layout = self.layout();
        let width = layout.timeline.map_or(0, |area| usize::from(area.inside().width));
        Wanted {
            inv: self.inv.clone(),
            expr: self.expr(),
            window: page.window_expr(),
            sort: page.sort,
            open_bursts: page.open_bursts.clone(),
            // Where the detail hides the timeline, its counts are kept as they are.
            stretches: if width > 0 { width } else { self.asked.rows.as_ref().map_or(60, |r| r.stretches) },
        }
    }

    fn want_rows(&mut self, effects: &mut Vec<Effect>) {
        let wanted = self.wanted();
        if let Some(asked) = &self.asked.rows {
            let same_events = Arc::ptr_eq(&asked.inv, &wanted.inv);
            // New events alone do not interrupt: the answer that is under way is shown first.
            let grows = !wanted.inv.complete || self.live.is_some();
            let patient = !same_events && self.asked.waiting && grows;
            if asked.asks_the_same(&wanted) && (same_events || patient) {
                return;
            }
        }
        if let Some(reading) = self.asked.reading.take() {
            reading.stop();
        }
        let reading = Arc::new(Reading::default());
        self.asked.generation += 1;
        self.asked.waiting = true;
        self.asked.reading = Some(reading.clone());
        self.asked.anchor = self.page().cursor.id.clone().or_else(|| self.returning.clone());
        effects.push(Effect::Ask(Box::new(Request {
            generation: self.asked.generation,
            inv: wanted.inv.clone(),
            expr: wanted.expr.clone(),
            window: wanted.window.clone(),
            sort: wanted.sort,
            open_bursts: wanted.open_bursts.clone(),
            anchor: self.asked.anchor.clone(),
            stretches: wanted.stretches,
            limit: (!wanted.inv.complete).then_some(WHILE_LOADING),
            reading,
        })));
        self.asked.rows = Some(wanted);
    }

    pub(super) fn answered(&mut self, answer: Answer) {
        if answer.generation != self.asked.generation {
            return;
        }
        self.asked.waiting = !answer.complete;
        let cursor = self.page().cursor.clone();
        let at = match &cursor.id {
            None if self.returning.is_some() => self.found_again(&answer),
            None => Some(0),
            id if *id == self.asked.anchor => answer.at,
            // The cursor has moved since the question was put.
            Some(id) => self.moved_to(id, &answer),
        };
        self.answer = answer;
        let offset = cursor.line.saturating_sub(cursor.top);
        match at {
            Some(line) => {
                let cursor = &mut self.history.page_mut().cursor;
                cursor.line = line;
                cursor.top = line.saturating_sub(offset);
            }
            None if self.answer.complete || cursor.line < self.answer.lines.len() => {
                let last = self.answer.lines.len().saturating_sub(1);
                self.history.page_mut().cursor.line = cursor.line.min(last);
                self.name_cursor();
            }
            // The event may be among the rows that are still to come.
            None => {}
        }
    }

    /// The line of the event that the cursor has moved to.
    fn moved_to(&self, id: &str, answer: &Answer) -> Option<usize> {
        let here = self.listed().filter(|row| row.id() == id)?;
        let row = match Arc::ptr_eq(&self.answer.inv, &answer.inv) {
            true => here.number(),
            false => answer.inv.table.find_id_at(id, here.time())?,
        };
        answer.lines.iter().position(|line| line.row == row)
    }

    /// The line of the event to which somebody returns; the first while it is not there yet.
    fn found_again(&mut self, answer: &Answer) -> Option<usize> {
        let at = answer.at.filter(|_| self.asked.anchor == self.returning);
        if at.is_some() {
            self.history.page_mut().cursor.id = self.returning.take();
        } else if answer.complete && answer.inv.complete {
            self.returning = None;
        }
        at.or(Some(0))
    }

    /// Notes the event that the cursor is on, so that it stays on it.
    pub(super) fn name_cursor(&mut self) {
        let id = self.listed().map(|row| row.id());
        self.history.page_mut().cursor.id = id;
        self.returning = None;
    }

    fn keep_in_view(&mut self) {
        let layout = self.layout();
        let (len, rows) = (self.answer.lines.len(), layout.list_rows());
        let cursor = &mut self.history.page_mut().cursor;
        if layout.list.is_some() {
            cursor.top = scroll::top(cursor.top, cursor.line.min(len.saturating_sub(1)), len, rows);
        }
        let rows = layout.detail_rows();
        if let Some(detail) = &mut self.detail {
            let len = detail.lines().len();
            detail.cursor = detail.cursor.min(len.saturating_sub(1));
            detail.top = scroll::top(detail.top, detail.cursor, len, rows);
        }
        let rows = frequency_rows(self.size.1);
        if let Some(Overlay::Frequency(table)) = self.overlays.last_mut() {
            let len = table.len();
            table.cursor = table.cursor.min(len.saturating_sub(1));
            table.top = scroll::top(table.top, table.cursor, len, rows);
        }
    }

    fn want_detail(&mut self, effects: &mut Vec<Effect>) {
        let Some(row) = self.listed() else {
            self.detail = None;
            self.asked.detail = None;
            return;
        };
        let id = row.id();
        let generation = self.answer.generation;
        match &self.asked.detail {
            Some((asked, of)) if *asked == id && *of == generation => return,
            _ => {}
        }
        let mut detail = Detail::new(&self.answer.inv, &row);
        let number = row.number();
        match self.detail.take() {
            // The same event in a newer snapshot: only what is known of it may have changed.
            Some(old) if old.id == id => {
                detail.record = old.record;
                (detail.cursor, detail.top) = (old.cursor, old.top);
            }
            _ => {}
        }
        let inv = &self.answer.inv;
        if let Some(row) = inv.table.row(number) {
            detail.explain(inv, &row);
        }
        detail.tell_change(inv);
        detail.tell_addendum(inv);
        if matches!(detail.record, Record::Coming) {
            effects.push(Effect::Read(id.clone(), self.answer.inv.clone(), number));
        }
        self.detail = Some(detail);
        self.asked.detail = Some((id, generation));
    }

    /// Shows the tags that the case has on the event of the detail.
    fn tell_tags(&mut self) {
        let (Some(detail), Some(case)) = (&mut self.detail, &self.case) else { return };
        let subject = Subject::Event(detail.id.clone());
        let tags: Vec<&str> = case.contents.tags_on(&subject).collect();
        detail.tell_tags(&tags.join(", "));
    }

    pub(super) fn record_came(&mut self, id: &str, record: Result<Vec<u8>, String>) {
        let pattern = self.search.pattern();
        let number = self.listed().filter(|row| row.id() == id).map(|row| row.number());
        if let Some(detail) = self.detail.as_mut().filter(|detail| detail.id == id) {
            let inv = &self.answer.inv;
            detail.put_record(record, &self.folds, inv);
            if let Some(row) = number.and_then(|row| inv.table.row(row)) {
                detail.explain(inv, &row);
            }
            detail.tell_addendum(inv);
            if let Some(pattern) = pattern {
                for at in detail.matches(&pattern) {
                    detail.reveal(at);
                }
            }
        }
    }

    /// Holds the indicators of the case against what is loaded, when either is another one.
    fn want_sights(&mut self, effects: &mut Vec<Effect>) {
        let Some(known) = self.case.clone().filter(|known| !known.contents.indicators.is_empty()) else {
            (self.asked.sights, self.sights) = (None, None);
            return;
        };
        let is_same = |(inv, of): &(Arc<Investigation>, Arc<Known>)| {
            Arc::ptr_eq(inv, &self.inv) && of.contents.indicators == known.contents.indicators
        };
        if !self.inv.complete || self.asked.sights.as_ref().is_some_and(is_same) {
            return;
        }
        let inv = self.inv.clone();
        self.asked.sights = Some((inv.clone(), known.clone()));
        effects.push(Effect::Sight(Sighting { inv, known }));
    }

    fn want_values(&mut self, effects: &mut Vec<Effect>) {
        let Some(Overlay::Prompt(prompt)) = self.overlays.last() else { return };
        // An id is its own only value, and counting a million of them helps nobody.
        let Some(field) = prompt.wanted.filter(|field| *field != Field::Id) else { return };
        let rows = self.inv.table.len();
        if self.asked.values.insert(field, rows) != Some(rows) {
            effects.push(Effect::Values(field, self.inv.clone()));
        }
    }

    pub(super) fn values_came(&mut self, field: Field, groups: Vec<Group>) {
        self.values.insert(field, Arc::new(groups));
        self.read_prompt();
        if matches!(self.overlays.last(), Some(Overlay::Prompt(prompt)) if prompt.eager) {
            self.complete(Step::Next);
        }
    }
}

/// How many rows of a table of values are seen on a screen of that height.
pub(crate) fn frequency_rows(height: u16) -> usize {
    usize::from(height.saturating_sub(8)).max(1)
}
