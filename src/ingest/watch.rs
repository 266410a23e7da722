//! Who looks at each record while its bytes are at hand.
//!
//! What stands deep in a record is in no column, and reading it again later costs a hundred times as much. So
//! others may look in passing; what they find is a number that goes into the column of hits. Ingest does not know
//! what it means.

use crate::ingest::scan::Spans;
use crate::store::segment::EventRow;

/// One worker's look at records.
pub trait Watch {
    /// What was found in a record that became `row`; 0 for nothing.
    fn record(&mut self, spans: &Spans<'_>, row: &EventRow) -> u32;
}

/// Gives each worker a watch of its own.
pub trait Watcher: Send + Sync + std::fmt::Debug {
    /// A watch.
    fn watch(&self) -> Box<dyn Watch>;
}
