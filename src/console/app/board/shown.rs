//! A board as it is shown: its rows in the order that was chosen.

use std::sync::Arc;

use super::request::Key;
use super::spot::{Desk, Order};
use super::{Board, Body, Item, Lead, Panel, flow};
use crate::console::app::layout::Area;

/// Boards that are lower than this have no room to spare.
const LOW: u16 = 26;

/// A board and the orders of its panels.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What it answers.
    pub key: Key,
    /// The board.
    pub board: Arc<Board>,
    /// The order of each panel, and the rows in it; without one they are as they came.
    orders: Vec<Option<(Order, Vec<u32>)>>,
}

impl Shown {
    /// A board, its rows as they came.
    pub fn new(key: Key, board: Arc<Board>) -> Self {
        let orders = vec![None; board.panels.len()];
        Self { key, board, orders }
    }

    /// Puts the rows into the orders that the desk asks for, where they are not.
    pub fn arrange(&mut self, desk: &Desk) {
        for (panel, known) in self.board.panels.iter().zip(&mut self.orders) {
            let wanted = panel.table().and_then(|_| desk.spot(panel.spot).order);
            if known.as_ref().map(|(order, _)| *order) != wanted {
                *known = wanted.map(|order| (order, sorted(panel, order)));
            }
        }
    }

    /// The panel that takes the keys: its place.
    pub fn focus(&self, desk: &Desk) -> usize {
        self.board.find(desk.panel).unwrap_or(0)
    }

    /// The room for the panels, and that for the notes below them: none on a low screen where the panel with the keys
    /// has no notes.
    pub fn split(&self, body: Area, desk: &Desk) -> (Area, Option<Area>) {
        let says = body.height >= LOW || self.panel(self.focus(desk)).is_some_and(Panel::has_notes);
        flow::split(body, if says { self.board.notes } else { 0 })
    }

    /// The panel of that place.
    pub fn panel(&self, at: usize) -> Option<&Panel> {
        self.board.panels.get(at)
    }

    /// The line of the cursor in a panel: where it was put, else where the panel begins.
    pub fn line(&self, panel: usize, desk: &Desk) -> usize {
        let Some(panel) = self.panel(panel) else { return 0 };
        let spot = desk.spot(panel.spot);
        if spot.moved { spot.line.min(panel.len().saturating_sub(1)) } else { panel.begin() }
    }

    /// By what the place at a line is known again in another board.
    pub fn id_of(&self, panel: usize, line: usize) -> Option<String> {
        match &self.panel(panel)?.body {
            Body::Activity(activity) => Some(activity.points.get(line)?.start.to_string()),
            Body::Hours(hours) => Some(hours.name(line)),
            _ => Some(self.item(panel, line)?.id.clone()),
        }
    }

    /// The row at a line of a panel. Of a panel without rows it is that of the panel whose cursor it shares.
    pub fn item(&self, panel: usize, line: usize) -> Option<&Item> {
        let at = self.rows_of(panel)?;
        let table = self.panel(at)?.table()?;
        table.items.get(self.place(at, line))
    }

    /// The place in the panel of what is shown at a line.
    pub fn place(&self, panel: usize, line: usize) -> usize {
        let order = self.rows_of(panel).and_then(|at| self.orders.get(at)?.as_ref());
        order.and_then(|(_, rows)| rows.get(line)).map_or(line, |row| *row as usize)
    }

    /// The panel that has the rows of this one.
    fn rows_of(&self, panel: usize) -> Option<usize> {
        let of = self.panel(panel)?;
        if of.table().is_some() {
            return Some(panel);
        }
        self.board.panels.iter().position(|other| other.spot == of.spot && other.table().is_some())
    }

    /// The line at which the row of that id is shown.
    pub fn line_of(&self, panel: usize, id: &str) -> Option<usize> {
        if let Body::Activity(activity) = &self.panel(panel)?.body {
            return activity.points.iter().position(|point| point.start.to_string() == id);
        }
        if let Body::Hours(hours) = &self.panel(panel)?.body {
            return hours.find(id);
        }
        let at = self.rows_of(panel)?;
        let items = &self.panel(at)?.table()?.items;
        let place = items.iter().position(|item| item.id == id)?;
        match self.orders.get(at)? {
            Some((_, rows)) => rows.iter().position(|row| *row as usize == place),
            None => Some(place),
        }
    }

    /// Where a line of a panel leads.
    pub fn lead(&self, panel: usize, line: usize) -> Lead {
        let scope = match self.panel(panel).map(|panel| &panel.body) {
            Some(Body::Heat(heat)) if heat.at(line) == 0 => None,
            Some(Body::Heat(heat)) => heat.scope(line),
            Some(Body::Activity(activity)) => activity.scope(line),
            // What is covered is told of everything, whatever the page shows of it.
            Some(Body::Hours(hours)) => {
                return hours.scope(line).map_or(Lead::Nothing, |scope| Lead::Instead(Box::new(scope)));
            }
            _ => return self.item(panel, line).map_or(Lead::Nothing, |item| item.lead.clone()),
        };
        scope.map_or(Lead::Nothing, |scope| Lead::Within(Box::new(scope)))
    }
}

/// The rows of a panel in an order; equal ones stay as they came.
fn sorted(panel: &Panel, order: Order) -> Vec<u32> {
    let items = panel.table().map_or(&[][..], |table| &table.items);
    let mut rows: Vec<u32> = (0u32..).take(items.len()).collect();
    let cell = |row: u32| items.get(row as usize).and_then(|item| item.cells.get(order.column));
    rows.sort_by(|&a, &b| {
        let ascending = match (cell(a), cell(b)) {
            (Some(a), Some(b)) => a.order(b),
            _ => std::cmp::Ordering::Equal,
        };
        if order.descending { ascending.reverse() } else { ascending }
    });
    rows
}
