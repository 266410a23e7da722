//! How much is under way on other threads: what a replay waits for before it presses the next key.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// A count of pieces of work that were given away and not yet done.
///
/// Whoever works tells what came of it before it counts the work as done: when nothing is under way, every answer
/// waits to be taken or was taken.
#[derive(Clone, Default, Debug)]
pub(super) struct Busy {
    shared: Arc<Shared>,
}

#[derive(Default, Debug)]
struct Shared {
    under_way: AtomicUsize,
    changed: Notify,
}

impl Busy {
    /// A piece of work is given away.
    pub(super) fn begin(&self) {
        self.shared.under_way.fetch_add(1, Ordering::SeqCst);
    }

    /// So many pieces are done, or have been dropped.
    pub(super) fn end(&self, pieces: usize) {
        self.shared.under_way.fetch_sub(pieces, Ordering::SeqCst);
        self.shared.changed.notify_one();
    }

    /// Whether nothing is under way.
    pub(super) fn is_idle(&self) -> bool {
        self.shared.under_way.load(Ordering::SeqCst) == 0
    }

    /// Waits until some work is done.
    pub(super) async fn changed(&self) {
        self.shared.changed.notified().await;
    }
}
