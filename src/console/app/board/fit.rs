//! Which columns of a table there is room for, and which of them the cursor is in.

use super::spot::Order;
use super::{Cell, Item, Table, flow};
use crate::console::app::columns::{Times, wide};
use crate::console::app::layout::Area;
use crate::console::app::model::Model;
use crate::text::count;

/// How wide the bar of a share is.
pub const BAR: usize = 8;

/// A column that may be left out.
struct Column {
    at: usize,
    least: u16,
    spare: u8,
}

/// The columns of a table that there is room for: places among its headings. Those with the highest `spare` go first.
pub fn columns(table: &Table, items: &[&Item], order: Option<Order>, times: Times, room: u16) -> Vec<usize> {
    let column = |(at, head): (usize, &super::Head)| {
        let zone = if head.name == "time" { " ()".len() as u16 + times.zone } else { 0 };
        let mark = u16::from(order.is_some_and(|order| order.column == at));
        let cells = items.iter().filter_map(|item| item.cells.get(at));
        let wanted = cells.map(|cell| cell_width(cell, times)).max().unwrap_or(0);
        let width = wanted.min(head.most).max(wide(head.name) + zone + mark);
        Column { at, least: head.least.min(width), spare: head.spare }
    };
    let mut all: Vec<Column> = table.heads.iter().enumerate().map(column).collect();
    let needs = |all: &[Column]| {
        let gaps = 2 * (all.len() as u16).saturating_sub(1);
        all.iter().fold(gaps, |sum, column| sum.saturating_add(column.least))
    };
    while all.len() > 1 && needs(&all) > room {
        let most = all.iter().map(|column| column.spare).max().unwrap_or(0);
        let last = all.iter().rposition(|column| column.spare == most).unwrap_or(0);
        all.remove(last);
    }
    all.iter().map(|column| column.at).collect()
}

/// How many columns a cell takes.
fn cell_width(cell: &Cell, times: Times) -> u16 {
    match cell {
        Cell::Risk(_) => 5,
        Cell::Count(n) => wide(&count(*n)),
        Cell::Share(_) => BAR as u16 + 6,
        Cell::Time(time) if time.is_known() => times.cell,
        Cell::Time(_) => wide("unknown"),
        Cell::Spark(counts) => counts.len() as u16,
        Cell::Marks(marks) => marks.len() as u16,
        Cell::Tree(depth, mine, name) => {
            let indent = if *depth == 0 { 0 } else { 2 * (*depth as u16 - 1).min(12) + 2 };
            indent + 2 * u16::from(*mine) + wide(name)
        }
        cell => wide(&cell.plain()),
    }
}

impl Model {
    /// The columns of a panel that are seen: places among its headings.
    pub fn columns_on_board(&self, at: usize) -> Vec<usize> {
        let places = self.places();
        let area = places.iter().find(|(n, _)| *n == at).map(|(_, area)| *area);
        self.columns_within(at, area)
    }

    /// The same of a panel in its place; where it is not seen, all of them.
    pub fn columns_within(&self, at: usize, area: Option<Area>) -> Vec<usize> {
        let Some(panel) = self.shown.as_ref().and_then(|shown| shown.panel(at)) else { return Vec::new() };
        let (Some(table), Some(shown)) = (panel.table(), &self.shown) else { return Vec::new() };
        let Some(area) = area else { return (0..table.heads.len()).collect() };
        let spot = self.page().desk.spot(panel.spot);
        let lines = spot.top..panel.len().min(spot.top + flow::rows(panel, area));
        let items: Vec<&Item> = lines.filter_map(|line| shown.item(at, line)).collect();
        let times = Times::of(self.inv.span(), self.time_zone);
        columns(table, &items, spot.order, times, area.inside().width.saturating_sub(2))
    }

    /// The column of a panel that the cursor is in, among those that are seen.
    pub fn column_on_board(&self, at: usize, seen: &[usize]) -> usize {
        let Some(panel) = self.shown.as_ref().and_then(|shown| shown.panel(at)) else { return 0 };
        let begin = panel.table().map_or(0, |table| table.begin);
        let wanted = self.page().desk.spot(panel.spot).column.unwrap_or(begin);
        let next = seen.iter().find(|column| **column >= wanted);
        next.or(seen.last()).copied().unwrap_or(wanted)
    }
}
