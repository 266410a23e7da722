//! Bursts: events that follow each other in a list and are alike but for their time.
//!
//! A list of six hundred denied calls to the same API says one thing, so it takes one row.
//! Nothing is hidden: the row says how many it stands for.

use std::ops::Range;

use crate::store::{Column, Row, Table};

/// Whether two events are alike: who, what, from where, how it ended, and the risk.
pub fn alike(a: &Row<'_>, b: &Row<'_>) -> bool {
    let same = |c: Column| a.id_of(c) == b.id_of(c);
    a.risk() == b.risk()
        && a.flags() == b.flags()
        && [Column::Event, Column::Source, Column::Ip, Column::Error, Column::Region].into_iter().all(same)
        && a.identity().actor == b.identity().actor
}

/// The bursts of `rows`, in their order, as stretches of places in it; a row without its like is a burst of one.
pub fn bursts(table: &Table, rows: &[u32]) -> Vec<Range<usize>> {
    let mut bursts: Vec<Range<usize>> = Vec::new();
    let mut first: Option<Row<'_>> = None;
    for (place, &number) in rows.iter().enumerate() {
        let row = table.row(number);
        match (&first, &row, bursts.last_mut()) {
            (Some(first), Some(row), Some(burst)) if alike(first, row) => burst.end = place + 1,
            _ => {
                bursts.push(place..place + 1);
                first = row;
            }
        }
    }
    bursts
}
