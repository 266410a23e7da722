//! Which events are written, and for how many others each of them stands.

use std::collections::BTreeSet;

use crate::event::time::Time;
use crate::investigation::Investigation;
use crate::score::burst;
use crate::store::{Column, Row};
use crate::text::plural;

/// Events in the order in which they are written, one by one or as bursts.
#[derive(Clone, Debug)]
pub struct Shown {
    rows: Vec<u32>,
    bursts: Option<Vec<std::ops::Range<usize>>>,
}

/// One line: an event, and for how many it stands.
#[derive(Clone, Copy, Debug)]
pub struct ShownLine<'a> {
    /// The event; of a burst the riskiest.
    pub row: Row<'a>,
    /// The rows of the whole burst, this one first; `None` where events are written one by one.
    pub burst: Option<&'a [u32]>,
}

impl Shown {
    /// Every event by itself.
    pub fn singly(rows: Vec<u32>) -> Self {
        Self { rows, bursts: None }
    }

    /// Bursts; the rows of each must stand beside each other.
    pub fn in_bursts(inv: &Investigation, rows: Vec<u32>) -> Self {
        Self { bursts: Some(burst::bursts(&inv.table, &rows)), rows }
    }

    /// At most so many lines.
    #[must_use]
    pub fn at_most(mut self, lines: usize) -> Self {
        match &mut self.bursts {
            Some(bursts) => bursts.truncate(lines),
            None => self.rows.truncate(lines),
        }
        self
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.bursts.as_ref().map_or(self.rows.len(), Vec::len)
    }

    /// How many lines stand for more than one event, where what a session repeats is one line.
    pub fn folded(&self) -> usize {
        self.bursts.iter().flatten().filter(|burst| burst.len() > 1).count()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether events are written as bursts.
    pub fn is_in_bursts(&self) -> bool {
        self.bursts.is_some()
    }

    /// The lines, in order.
    pub fn lines<'a>(&'a self, inv: &'a Investigation) -> impl Iterator<Item = ShownLine<'a>> {
        (0..self.len()).filter_map(move |n| {
            let members = match &self.bursts {
                Some(bursts) => self.rows.get(bursts.get(n)?.clone())?,
                None => self.rows.get(n..=n)?,
            };
            let row = inv.table.row(*members.first()?)?;
            Some(ShownLine { row, burst: self.bursts.as_ref().map(|_| members) })
        })
    }
}

impl ShownLine<'_> {
    /// How many events it stands for.
    pub fn times(&self) -> usize {
        self.burst.map_or(1, <[u32]>::len)
    }

    /// What the other events that it stands for have beside the values of its row: `2 other targets`.
    pub fn others(&self, inv: &Investigation) -> Vec<String> {
        const TOLD: [(Column, &str); 4] = [
            (Column::Target, "other target"),
            (Column::Ip, "other address"),
            (Column::Region, "other region"),
            (Column::Account, "other account"),
        ];
        let rows = || self.burst.unwrap_or_default().iter().filter_map(|&row| inv.table.row(row));
        let told = TOLD.iter().filter_map(|&(column, word)| {
            let own = [0, self.row.id_of(column)];
            let others: BTreeSet<u32> =
                rows().map(|row| row.id_of(column)).filter(|id| !own.contains(id)).collect();
            (!others.is_empty()).then(|| plural(others.len() as u64, word))
        });
        told.collect()
    }

    /// The first and the last time of the events that it stands for.
    pub fn span(&self, inv: &Investigation) -> (Time, Time) {
        let one = self.row.time();
        let rows = self.burst.unwrap_or_default().iter();
        let times =
            || rows.clone().filter_map(|n| inv.table.row(*n)).map(|row| row.time()).filter(|t| t.is_known());
        (times().min().unwrap_or(one), times().max().unwrap_or(one))
    }
}
