//! Boards: asking for them, moving on them, and going where their rows lead.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::console::app::action::{Axis, Brush, Length, Motion, Step, View};
use crate::console::app::board::request::{BoardRequest, Key, Knowledge, Wanted};
use crate::console::app::board::shown::Shown;
use crate::console::app::board::{Board, Body, flow};
use crate::console::app::model::{Model, Now, ToastTone};
use crate::console::app::msg::Effect;
use crate::console::app::scroll::{around, moved};
use crate::report::who::profile::baseline_words;
use crate::score::rollup::Unit;

/// While a load runs, a board is made anew at most so often, in milliseconds, and not before so many times of what the
/// last one took.
const EVERY_MS: u64 = 1_000;
const REST: u64 = 3;

/// How many boards of one snapshot are kept for whoever comes back.
const KEPT: usize = 8;

/// So many moves of the cursor are kept until there is a board.
const MOVES: usize = 1_000;

/// What was asked for last, and what was made.
#[derive(Default, Debug)]
pub struct Boarding {
    generation: u64,
    asked: Option<Key>,
    waiting: bool,
    /// Whether another one is wanted once it is time.
    owed: bool,
    stop: Arc<AtomicBool>,
    asked_at: Now,
    /// When the next one may be asked for while a load runs.
    due: Now,
    made: Vec<(Key, Arc<Board>)>,
    /// Where the cursor was moved before there was a board to move it on, and in which view.
    moves: Option<(View, Vec<Motion>)>,
}

impl Boarding {
    pub(crate) fn is_waiting(&self) -> bool {
        self.waiting
    }

    pub(crate) fn is_owed(&self) -> bool {
        self.owed
    }

    /// Stops what is under way.
    pub(crate) fn stop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.waiting = false;
    }

    fn known(&self, key: &Key) -> Option<Arc<Board>> {
        self.made.iter().find(|(known, _)| known.is(key)).map(|(_, board)| board.clone())
    }

    fn keep(&mut self, key: Key, board: Arc<Board>) {
        self.made.retain(|(known, _)| Arc::ptr_eq(&known.inv, &key.inv) && !known.is(&key));
        if self.made.len() >= KEPT {
            self.made.remove(0);
        }
        self.made.push((key, board));
    }
}

/// Whether a board can stand there until the other one comes: it shows the same, of other events.
fn stands_for(shown: &Wanted, wanted: &Wanted) -> bool {
    match (shown, wanted) {
        (Wanted::Actors(a), Wanted::Actors(b)) => a == b,
        (Wanted::Profile(a, _), Wanted::Profile(b, _)) => a == b,
        (Wanted::Anomalies(..), Wanted::Anomalies(..))
        | (Wanted::Rules(_), Wanted::Rules(_))
        | (Wanted::Case(..), Wanted::Case(..))
        | (Wanted::Sources(_), Wanted::Sources(_)) => true,
        _ => false,
    }
}

impl Model {
    /// Asks for the board of the view, where it is not there.
    pub(super) fn want_board(&mut self, effects: &mut Vec<Effect>) {
        let wanted = match self.page().view {
            View::Sources => Some(Wanted::Sources(self.ask_sources())),
            View::Rules => Some(Wanted::Rules(self.labels.clone())),
            View::Case => Some(Wanted::Case(self.case.clone(), self.sights.clone())),
            _ => self.lens.wanted(self.page()),
        };
        let Some(wanted) = wanted else {
            self.boarding.stop();
            (self.boarding.asked, self.boarding.owed) = (None, false);
            (self.shown, self.boarding.moves) = (None, None);
            return;
        };
        let key = Key { wanted, of: (self.expr(), self.page().window_expr()), inv: self.inv.clone() };
        if self.shown.as_ref().is_some_and(|shown| !stands_for(&shown.key.wanted, &key.wanted)) {
            self.shown = None;
        }
        if let Some(board) = self.boarding.known(&key) {
            if !self.shown.as_ref().is_some_and(|shown| shown.key.is(&key)) {
                self.boarding.stop();
                self.boarding.asked = Some(key.clone());
                self.show(key, board);
            }
            return;
        }
        // The rows come first: a board is made of those that are on the page.
        if self.asked.is_waiting() || !self.answer.complete {
            return;
        }
        self.ask_board(Key { inv: self.answer.inv.clone(), ..key }, effects);
    }

    fn ask_board(&mut self, key: Key, effects: &mut Vec<Effect>) {
        let boarding = &mut self.boarding;
        if let Some(asked) = &boarding.asked
            && asked.asks_the_same(&key)
        {
            let grows = !key.inv.complete || self.live.is_some();
            let early = grows && (boarding.waiting || self.now < boarding.due);
            let is_same = Arc::ptr_eq(&asked.inv, &key.inv);
            boarding.owed = early && !is_same;
            if is_same || early {
                return;
            }
        }
        boarding.stop();
        boarding.owed = false;
        boarding.stop = Arc::default();
        boarding.generation += 1;
        boarding.waiting = true;
        boarding.asked_at = self.now;
        boarding.asked = Some(key.clone());
        let knowledge = match self.knowledge.take().filter(|known| known.is_of(&key.inv)) {
            Some(known) => known,
            None => Arc::new(Knowledge::new(key.inv.clone())),
        };
        self.knowledge = Some(knowledge.clone());
        effects.push(Effect::Board(Box::new(BoardRequest {
            generation: self.boarding.generation,
            key,
            selection: self.answer.selection.clone(),
            knowledge,
            stop: self.boarding.stop.clone(),
        })));
    }

    pub(super) fn board_came(&mut self, generation: u64, board: Arc<Board>) {
        if generation != self.boarding.generation || !self.boarding.waiting {
            return;
        }
        let took = self.now.0.saturating_sub(self.boarding.asked_at.0);
        self.boarding.waiting = false;
        self.boarding.due = Now(self.now.0.saturating_add(EVERY_MS.max(took.saturating_mul(REST))));
        if let Some(key) = self.boarding.asked.clone() {
            self.boarding.keep(key.clone(), board.clone());
            self.show(key, board);
        }
    }

    /// Shows a board; each cursor stays on its row.
    fn show(&mut self, key: Key, board: Arc<Board>) {
        let mut shown = Shown::new(key, board);
        let desk = &mut self.history.page_mut().desk;
        shown.arrange(desk);
        for (at, panel) in shown.board.panels.iter().enumerate() {
            let spot = desk.spot_mut(panel.spot);
            let line = spot.id.as_deref().and_then(|id| shown.line_of(at, id));
            if let Some(line) = line {
                let offset = spot.line.saturating_sub(spot.top);
                (spot.line, spot.top) = (line, line.saturating_sub(offset));
            }
        }
        self.shown = Some(shown);
        self.resume();
        self.move_as_typed();
    }

    /// Moves the cursor as it was asked to before the board was there.
    fn move_as_typed(&mut self) {
        let Some((view, moves)) = self.boarding.moves.take() else { return };
        if view == self.page().view {
            moves.into_iter().for_each(|motion| self.move_on_board(motion));
        }
    }

    /// Keeps a move of the cursor until there is a board.
    fn move_later(&mut self, motion: Motion) {
        let view = self.page().view;
        let moves = self.boarding.moves.get_or_insert_with(|| (view, Vec::new()));
        if moves.0 != view {
            *moves = (view, Vec::new());
        }
        if moves.1.len() < MOVES {
            moves.1.push(motion);
        }
    }

    /// Puts the cursor where somebody left it, once that row is there.
    fn resume(&mut self) {
        let Some((name, id)) = self.resuming.take() else { return };
        let Some(shown) = &self.shown else { return };
        let found = shown.board.find(&name);
        let line = found.zip(id.as_deref()).and_then(|(at, id)| shown.line_of(at, id));
        match (found, line) {
            (Some(at), Some(line)) => return self.put_on_board(at, line),
            (Some(at), None) => {
                if let Some(panel) = shown.panel(at) {
                    self.history.page_mut().desk.panel = panel.name;
                }
            }
            (None, _) => {}
        }
        if !self.inv.complete {
            self.resuming = Some((name, id));
        }
    }

    /// Keeps the panel with the keys, and the cursor in each, on the screen.
    pub(super) fn keep_board_in_view(&mut self) {
        let (body, Some(shown)) = (self.layout().body, &mut self.shown) else { return };
        let desk = &mut self.history.page_mut().desk;
        shown.arrange(desk);
        let focus = shown.focus(desk);
        let (area, _) = shown.split(body, desk);
        let mut tops = desk.tops;
        let places = flow::flow(area, &shown.board, focus, &mut tops);
        desk.tops = tops;
        for (at, area) in places {
            let (Some(panel), line) = (shown.panel(at), shown.line(at, desk)) else { continue };
            // Points have no top: it is that of the list which shares their cursor.
            if panel.table().is_some() {
                let spot = desk.spot_mut(panel.spot);
                spot.top = flow::top(panel, area, spot.top, line);
            }
        }
    }

    /// Moves the cursor of the panel that has the keys.
    pub(super) fn move_on_board(&mut self, motion: Motion) {
        let Some(shown) = &self.shown else { return self.move_later(motion) };
        let desk = &self.page().desk;
        let at = shown.focus(desk);
        let Some(panel) = shown.panel(at) else { return };
        let line = shown.line(at, desk);
        let (len, spot) = (panel.len(), panel.spot);
        let seen =
            self.places().iter().find(|(n, _)| *n == at).map_or(1, |(_, area)| flow::rows(panel, *area));
        let sideways = match motion {
            Motion::Left => -1,
            Motion::Right => 1,
            _ => 0,
        };
        let to = match &panel.body {
            Body::Table(_) if sideways != 0 => {
                let seen = self.columns_on_board(at);
                let now = self.column_on_board(at, &seen);
                let to = match sideways {
                    1 => seen.iter().find(|column| **column > now),
                    _ => seen.iter().rfind(|column| **column < now),
                };
                self.history.page_mut().desk.spot_mut(spot).column = Some(to.copied().unwrap_or(now));
                return;
            }
            Body::Heat(_) => on_map(line, motion),
            Body::Hours(hours) => hours.moved(line, motion),
            _ if sideways != 0 => line.saturating_add_signed(sideways).min(len.saturating_sub(1)),
            _ => moved(line, motion, len, seen),
        };
        self.put_on_board(at, to);
    }

    /// Puts the cursor of a panel on a line, and the keys into that panel.
    pub(super) fn put_on_board(&mut self, at: usize, line: usize) {
        let Some(shown) = &self.shown else { return };
        let Some(panel) = shown.panel(at) else { return };
        let (name, spot, id) = (panel.name, panel.spot, shown.id_of(at, line));
        let desk = &mut self.history.page_mut().desk;
        desk.panel = name;
        let spot = desk.spot_mut(spot);
        (spot.moved, spot.line, spot.id) = (true, line, id);
    }

    /// Keeps the cursor on the row that it is on, wherever that goes, as if it had been moved there.
    pub(super) fn hold_board_cursor(&mut self) {
        let Some(shown) = &self.shown else { return };
        let desk = &self.page().desk;
        let at = shown.focus(desk);
        self.put_on_board(at, shown.line(at, desk));
    }

    /// Gives the keys to another panel.
    pub(super) fn other_panel(&mut self, step: Step) {
        let Some(shown) = &self.shown else { return };
        let by = if step == Step::Next { 1 } else { -1 };
        let to = around(shown.focus(&self.page().desk), by, shown.board.panels.len());
        if let Some(name) = shown.panel(to).map(|panel| panel.name) {
            self.history.page_mut().desk.panel = name;
        }
    }

    pub(super) fn change_baseline(&mut self, length: Length) {
        let text = match self.lens.change_baseline(length) {
            true => format!("normal is {}", baseline_words(self.lens.baseline())),
            false => format!("normal is {} already", baseline_words(self.lens.baseline())),
        };
        self.say(ToastTone::Done, text);
    }

    pub(super) fn change_axis(&mut self, axis: Axis) {
        self.lens.change_axis(axis);
    }

    pub(super) fn change_features(&mut self) {
        self.lens.change_features();
        let names: Vec<&str> = self.lens.preset.features().iter().map(|feature| feature.name()).collect();
        self.say(ToastTone::Done, format!("events are compared by {}", names.join(", ")));
    }

    pub(super) fn change_sessions(&mut self) {
        self.lens.unit = if self.lens.unit == Unit::Actor { Unit::Session } else { Unit::Actor };
    }

    /// Takes a shorter or longer stretch of time for the activity.
    pub(super) fn change_step(&mut self, brush: Brush) {
        let panels = self.shown.as_ref().map(|shown| &shown.board.panels);
        let step = panels.into_iter().flatten().find_map(|panel| match &panel.body {
            Body::Activity(activity) => Some(activity.step_ms),
            _ => None,
        });
        if let Some(step) = step {
            self.lens.change_step(brush, step);
        }
    }
}

/// On a map of weekdays and hours.
fn on_map(at: usize, motion: Motion) -> usize {
    let (day, hour) = (at / 24, at % 24);
    match motion {
        Motion::Up => day.saturating_sub(1) * 24 + hour,
        Motion::Down => (day + 1).min(6) * 24 + hour,
        Motion::Left => day * 24 + hour.saturating_sub(1),
        Motion::Right => day * 24 + (hour + 1).min(23),
        Motion::HalfPageUp | Motion::PageUp => hour,
        Motion::HalfPageDown | Motion::PageDown => 6 * 24 + hour,
        Motion::Top => 0,
        Motion::Bottom => 7 * 24 - 1,
    }
}
