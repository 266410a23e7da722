//! What is read off the state: where the cursor is, what it stands on, what is still to come.

use std::sync::Arc;

use super::{Focus, Model};
use crate::console::app::action::View;
use crate::console::app::answer::Line;
use crate::console::app::board::{Item, Lead, flow};
use crate::console::app::keymap::Context;
use crate::console::app::layout::{Area, Layout};
use crate::console::app::overlay::Overlay;
use crate::console::app::overlay::frequency::Frequency;
use crate::console::app::overlay::prompt::Asking;
use crate::console::app::page::Page;
use crate::event::field::{Field, FieldRef};
use crate::investigation::Investigation;
use crate::query::group::value_of;
use crate::query::{Expr, Query};
use crate::store::Row;

impl Model {
    /// The page that is open.
    pub fn page(&self) -> &Page {
        self.history.page()
    }

    /// The parts of the screen.
    pub fn layout(&self) -> Layout {
        Layout::of(self.size, self.share, self.focus == Focus::Detail && self.page().view == View::Events)
    }

    /// Which keys work now.
    pub fn context(&self) -> Context {
        match self.overlays.last() {
            Some(overlay) => overlay.context(),
            None => self.page_context(),
        }
    }

    /// Which keys work on the page below the overlays.
    pub fn page_context(&self) -> Context {
        match (self.page().view, self.focus) {
            (View::Events, Focus::List) => Context::Events,
            (View::Events, Focus::Detail) => Context::Detail,
            (View::Actors, _) => Context::Actors,
            (View::Profile, _) => Context::Profile,
            (View::Anomalies, _) => Context::Anomalies,
            (View::Sources, _) => Context::Sources,
            (View::Rules, _) => Context::Rules,
            (View::Case, _) => Context::Case,
        }
    }

    /// The filter in force: the one being typed, else that of the page.
    pub fn filter(&self) -> &Query {
        let typed = self.overlays.iter().rev().find_map(|overlay| match overlay {
            Overlay::Prompt(prompt) if prompt.asking == Asking::Filter => Some(&prompt.query),
            _ => None,
        });
        typed.unwrap_or(&self.page().filter)
    }

    /// Which events the page shows, its part of time aside.
    pub fn expr(&self) -> Expr {
        self.page().scope_expr(self.filter())
    }

    /// The line under the cursor.
    pub fn line(&self) -> Option<&Line> {
        self.answer.lines.get(self.page().cursor.line)
    }

    /// The event under the cursor of the list, whatever view is open.
    pub fn listed(&self) -> Option<Row<'_>> {
        self.answer.inv.table.row(self.line()?.row)
    }

    /// The table of values that lies over the page: while it is open, nothing below it is under the cursor.
    pub fn table(&self) -> Option<&Frequency> {
        self.overlays.iter().rev().find_map(|overlay| match overlay {
            Overlay::Frequency(table) => Some(&**table),
            _ => None,
        })
    }

    /// The event under the cursor: that of the list, or that to which a row of a board leads.
    pub fn row(&self) -> Option<Row<'_>> {
        if self.table().is_some() {
            return None;
        }
        if !self.page().view.has_board() {
            return self.listed();
        }
        match self.item()?.lead {
            Lead::Event(row) => self.shown.as_ref()?.board.inv.table.row(row),
            _ => None,
        }
    }

    /// The events that [`Model::row`] is one of.
    pub fn row_inv(&self) -> &Arc<Investigation> {
        match &self.shown {
            Some(shown) if self.page().view.has_board() => &shown.board.inv,
            _ => &self.answer.inv,
        }
    }

    /// The row of the board under the cursor.
    pub fn item(&self) -> Option<&Item> {
        let shown = self.shown.as_ref().filter(|_| self.page().view.has_board() && self.table().is_none())?;
        let desk = &self.page().desk;
        let at = shown.focus(desk);
        shown.item(at, shown.line(at, desk))
    }

    /// The panels of the board that are seen, with their places.
    pub fn places(&self) -> Vec<(usize, Area)> {
        let Some(shown) = &self.shown else { return Vec::new() };
        let desk = &self.page().desk;
        let (area, _) = shown.split(self.layout().body, desk);
        flow::flow(area, &shown.board, shown.focus(desk), &mut desk.tops.clone())
    }

    /// The field and value under the cursor: a cell of the list, a line of the detail, or a row of a table of values.
    pub fn value(&self) -> Option<(FieldRef, String)> {
        if let Some(table) = self.table() {
            return table.value();
        }
        if self.focus == Focus::Detail {
            return self.detail.as_ref()?.value();
        }
        if self.page().view.has_board() {
            let (field, value) = self.item()?.value.clone()?;
            return Some((FieldRef::Column(field), value));
        }
        let row = self.row()?;
        let field = FieldRef::Column(self.page().field());
        let value = match self.page().field() {
            // A cell shows all of them; one can be kept.
            Field::FirstSeen | Field::Tactic | Field::Technique | Field::Rule | Field::Flag => {
                value_of(&self.answer.inv, &row, &field).split(' ').next().unwrap_or_default().to_owned()
            }
            _ => value_of(&self.answer.inv, &row, &field),
        };
        Some((field, value))
    }

    /// How many records were read so far to find what matches; `None` when none are being read.
    pub fn records_read(&self) -> Option<u64> {
        self.asked.reading().map(|reading| reading.done()).filter(|done| *done > 0)
    }

    /// How many records were read so far to count values; `None` when none are being read.
    pub fn records_counted(&self) -> Option<u64> {
        self.asked.counting().map(|reading| reading.done()).filter(|done| *done > 0)
    }

    /// Whether the board is not, or not yet, what the page asks for.
    pub fn is_stale(&self) -> bool {
        self.boarding.is_waiting() || self.asked.is_waiting()
    }

    /// Whether events are still being loaded.
    pub fn is_loading(&self) -> bool {
        !self.inv.complete
    }

    /// Whether a board is due later, of events that have come since the last one.
    pub fn owes_board(&self) -> bool {
        self.boarding.is_owed()
    }

    /// Whether an answer to what is shown is still to come.
    pub fn is_asking(&self) -> bool {
        self.asked.is_waiting()
            || !self.answer.complete
            || self.asked.counting().is_some()
            || self.boarding.is_waiting()
            || self.ruling.is_waiting()
    }
}
