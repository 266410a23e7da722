//! The order of the rows of a panel.

use crate::console::app::board::spot::Order;
use crate::console::app::board::{Cell, Head};
use crate::console::app::model::{Model, ToastTone};

/// What is sorted.
struct Sorting {
    /// The cursor of the panel.
    spot: &'static str,
    /// The name of the column.
    name: &'static str,
    /// The column as it is looked at first.
    order: Order,
}

/// What a column of a panel may be called by those who know the list of events.
fn is_called(head: &Head, name: &str) -> bool {
    let other = match name {
        "risk" => "score",
        "ip" => "address",
        "technique" => "techniques",
        "tactic" => "tactics",
        name => name,
    };
    head.name.eq_ignore_ascii_case(name) || head.name.eq_ignore_ascii_case(other)
}

impl Model {
    /// Whether it is a panel that is sorted: no table of values lies over it.
    pub(super) fn sorts_board(&self) -> bool {
        self.page().view.has_board() && self.table().is_none()
    }

    /// Whether the panel has a column of that name.
    pub(super) fn has_column(&self, written: &str) -> bool {
        let name = written.strip_prefix('-').unwrap_or(written);
        self.heads_here().is_some_and(|(_, heads)| heads.iter().any(|head| is_called(head, name)))
    }

    /// Puts the rows of the panel into the order of the column of the cursor; where they are, back into the usual one.
    pub(super) fn sort_board(&mut self) {
        let Some(Sorting { spot, name, order }) = self.sorting() else { return };
        let spot = self.history.page_mut().desk.spot_mut(spot);
        let is_there = spot.order.is_some_and(|now| now.column == order.column);
        spot.order = if is_there { None } else { Some(order) };
        let text = if is_there { "in the usual order".to_owned() } else { format!("sorted by {name}") };
        self.follow_cursor();
        self.say(ToastTone::Done, text);
    }

    /// Puts the rows of the panel into the order of the column of that name; a - in front turns it round.
    pub(super) fn sort_board_by(&mut self, written: &str) {
        let (name, turned) = written.strip_prefix('-').map_or((written, false), |name| (name, true));
        let Some((at, heads)) = self.heads_here() else {
            return self.note("there is nothing to sort here");
        };
        let Some(column) = heads.iter().position(|head| is_called(head, name)) else {
            let names: Vec<&str> =
                heads.iter().map(|head| head.name).filter(|name| !name.is_empty()).collect();
            return self.note(format!("there is no column {name} here; there are {}", names.join(", ")));
        };
        let Some(Sorting { spot, name, order }) = self.sorting_by(at, column) else { return };
        let order = Order { descending: order.descending != turned, ..order };
        self.history.page_mut().desk.spot_mut(spot).order = Some(order);
        self.follow_cursor();
        let turned = if turned { ", the other way round" } else { "" };
        self.say(ToastTone::Done, format!("sorted by {name}{turned}"));
    }

    /// Turns the order around.
    pub(super) fn reverse_board(&mut self) {
        let Some(Sorting { spot, order, .. }) = self.sorting() else { return };
        let now = self.page().desk.spot(spot).order.unwrap_or(order);
        let turned = Order { descending: !now.descending, ..now };
        self.history.page_mut().desk.spot_mut(spot).order = Some(turned);
        self.follow_cursor();
        let name = self.heads_here().and_then(|(_, heads)| Some(heads.get(now.column)?.name));
        self.say(ToastTone::Done, format!("sorted by {}, turned round", name.unwrap_or_default()));
    }

    /// The panel that has the keys and its headings, where it has any.
    fn heads_here(&self) -> Option<(usize, Vec<Head>)> {
        let shown = self.shown.as_ref()?;
        let at = shown.focus(&self.page().desk);
        let table = shown.panel(at)?.table()?;
        (!table.heads.is_empty()).then(|| (at, table.heads.clone()))
    }

    /// What is sorted by the column of the cursor.
    fn sorting(&mut self) -> Option<Sorting> {
        let here =
            self.heads_here().map(|(at, _)| (at, self.column_on_board(at, &self.columns_on_board(at))));
        let sorting = here.and_then(|(at, column)| self.sorting_by(at, column));
        if sorting.is_none() {
            self.note("there is nothing to sort here");
        }
        sorting
    }

    fn sorting_by(&self, at: usize, column: usize) -> Option<Sorting> {
        let panel = self.shown.as_ref()?.panel(at)?;
        let table = panel.table()?;
        let name = table.heads.get(column)?.name;
        let falls = table.items.first().and_then(|item| item.cells.get(column)).is_some_and(Cell::falls);
        Some(Sorting { spot: panel.spot, name, order: Order { column, descending: falls } })
    }

    /// A new order is looked at from its top.
    fn follow_cursor(&mut self) {
        let Some(shown) = &self.shown else { return };
        let desk = &self.page().desk;
        let Some(spot) = shown.panel(shown.focus(desk)).map(|panel| panel.spot) else { return };
        let spot = self.history.page_mut().desk.spot_mut(spot);
        (spot.moved, spot.id, spot.line, spot.top) = (false, None, 0, 0);
    }
}
