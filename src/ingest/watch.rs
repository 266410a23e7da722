//! Who looks at each record while its bytes are at hand.
//!
//! What stands deep in a record is in no column, and reading it again later costs a hundred times as much. So
//! others may look in passing; what they find is a number that goes into the column of hits. Ingest does not know
//! what it means.

use crate::ingest::scan::Spans;
use crate::store::Column;
use crate::store::segment::EventRow;

/// One worker's look at records.
pub trait Watch {
    /// Takes note of a record with values that were not there before; it need not be an event.
    fn meet(&mut self, spans: &Spans<'_>, row: &EventRow);

    /// What was found in a record that became `row`; 0 for nothing. It may be put off until many are gathered.
    fn record(&mut self, spans: &Spans<'_>, row: &EventRow) -> u32;

    /// Finds what was put off, by the columns of the rows that were gathered since; `found` has an entry for each row,
    /// with what [`Watch::record`] said of those that it has looked at.
    fn gathered(&mut self, columns: &[&[u32]; Column::COUNT], found: &mut [u32]);
}

/// Gives each worker a watch of its own.
pub trait Watcher: Send + Sync + std::fmt::Debug {
    /// A watch.
    fn watch(&self) -> Box<dyn Watch>;
}
