//! The view of anomalies: what is out of the ordinary, and what made it so.
//!
//! Activity over time is that of the events of the page, held against its own usual; the forest has learned from all events,
//! and of what it found the part that is on the page is shown. Every point leads to its events.

mod activity;
mod firsts;
mod odd;

use crate::anomaly::features::Preset;
use crate::anomaly::found::{Bursts, Wanted};
use crate::console::app::board::request::BoardRequest;
use crate::console::app::board::{Board, Panel, Size};
use crate::profile::first_seen::Baseline;
use crate::query::run::Selection;
use crate::store::Table;

/// The lengths of a stretch of time that can be chosen, in milliseconds.
pub use activity::STEPS;

/// The board; `None` when nobody waits any more.
pub(super) fn board(
    request: &BoardRequest,
    preset: Preset,
    baseline: Baseline,
    step: Option<i64>,
) -> Option<Board> {
    let inv = request.inv();
    if request.selection.is_empty() {
        let said = "What is out of the ordinary stands here once there are events";
        return Some(Board::saying(inv, request.said_of_nothing(said)));
    }
    let background = request.knowledge.background(&request.stop)?;
    let isolation = request.knowledge.isolation(preset, &request.stop)?;
    let activity = activity::panel(request, step)?;
    let wanted = Wanted { bucket: activity.1, ..Wanted::default() };
    let bursts = Bursts::new(&inv.table, &background, wanted, &request.stop)?;
    let members = Members::new(&inv.table, &request.selection);
    let panels: Vec<Panel> = vec![
        activity.0.at(Size::Lines(12), [0, 0]),
        odd::list(request, &isolation, &members).at(Size::Fill(10), [1, 1]),
        odd::scatter(&isolation, &members).at(Size::Fill(12), [0, 0]),
        firsts::panel(request, &background, &members, baseline).at(Size::Fill(8), [1, 2]),
        activity::bursts(request, &bursts).at(Size::Rows(6), [0, 2]),
        odd::outliers(request)?.at(Size::Rows(5), [1, 2]),
    ];
    Some(Board { inv: inv.clone(), panels, said: String::new(), notes: 5 })
}

/// Which rows are on the page.
struct Members<'a> {
    selection: &'a Selection,
    /// Where each segment begins.
    starts: Vec<u32>,
}

impl<'a> Members<'a> {
    fn new(table: &Table, selection: &'a Selection) -> Self {
        Self { selection, starts: table.segments().map(|(start, _)| start).collect() }
    }

    fn has(&self, row: u32) -> bool {
        let segment = self.starts.partition_point(|&start| start <= row).checked_sub(1);
        let bits = segment.and_then(|at| Some((self.starts.get(at)?, self.selection.segments().get(at)?)));
        bits.is_some_and(|(start, bits)| bits.contains((row - start) as usize))
    }
}

/// The actors of the events of the page, by the number of their word.
fn actors_of(request: &BoardRequest) -> std::collections::HashSet<u32> {
    let table = &request.inv().table;
    let rows = request.selection.rows(table).filter_map(|row| table.row(row));
    rows.map(|row| row.identity().actor).collect()
}
