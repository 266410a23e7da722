//! The view of sources: where events come from, what could not be read, which hours are covered and which are missing, and
//! who switched logging.
//!
//! It is of everything that is loaded, whatever the page is narrowed to: what is missing is missing everywhere.

mod covered;
mod origins;

pub use origins::size;

use std::sync::Arc;

use crate::console::app::board::request::BoardRequest;
use crate::console::app::board::{Board, Body, Cell, Head, Item, Lead, Note, Panel, Size, Table};
use crate::ingest::status::{REJECTS_KEPT, Reject};
use crate::text::count;

/// What decides how this view looks: what was opened, and how many columns the map may have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ask {
    /// The sources as they were given.
    pub sources: Arc<[String]>,
    /// How many columns the map may have.
    pub columns: u16,
}

/// The board; `None` when nobody waits any more.
pub(super) fn board(request: &BoardRequest, ask: &Ask) -> Option<Board> {
    let inv = request.inv();
    let rejects = inv.status.rejects();
    let origins = origins::panel(inv, &ask.sources, &rejects).at(Size::Rows(5), [0, 0]);
    let rejects = rejects_panel(inv.status.counts().rejected, &rejects).at(Size::Rows(6), [0, 0]);
    if request.is_stopped() {
        return None;
    }
    let covered = covered::panels(inv, ask.columns);
    let totals = origins::totals(inv).at(Size::Rows(1), [0, 0]);
    // What is missing comes before what was counted: a low screen shows the first three.
    let panels = [vec![origins, rejects], covered, vec![totals]].concat();
    Some(Board { inv: inv.clone(), panels, said: String::new(), notes: 4 })
}

/// What could not be read; each row leads to its bytes.
fn rejects_panel(all: u64, rejects: &[Reject]) -> Panel {
    let heads = vec![Head::text("file", 16, 60), Head::new("byte"), Head::text("reason", 20, 120)];
    let items: Vec<Item> = rejects.iter().map(reject).collect();
    let of = match items.len() as u64 {
        n if n < all => format!("the first {} of {}", count(REJECTS_KEPT as u64), count(all)),
        _ => count(all),
    };
    let title = format!("Could not be read · {of}");
    Panel::new("rejects", title, Body::Table(Table::new(heads, items))).or("Everything could be read.")
}

fn reject(reject: &Reject) -> Item {
    let offset = reject.offset.map_or_else(|| Cell::Dim("whole file".to_owned()), Cell::Count);
    let cells = vec![Cell::Text(reject.file.clone()), offset, Cell::Warn(reject.reason.clone())];
    let mut notes = vec![Note::new("file", reject.file.clone()), Note::new("reason", reject.reason.clone())];
    if !reject.sample.is_empty() {
        notes.push(Note::new("begins", reject.sample.clone()));
    }
    Item::new(format!("{} {:?} {}", reject.file, reject.offset, reject.reason), cells)
        .to(Lead::Bytes(Box::new(reject.clone())))
        .noting(notes)
}
