//! Snapshots of what is seen, and of what will take its place.
//!
//! Sources that are followed are followed as long as somebody takes their snapshots. So those of what is seen are taken until
//! the other load is complete: where that one is stopped, they just go on.

use std::sync::Arc;

use super::Snapshots;
use crate::ingest::status::Status;
use crate::investigation::Investigation;

/// Both; `None` where no more can come.
pub(super) struct Feeds {
    seen: Option<Snapshots>,
    next: Option<Snapshots>,
    /// How the next load is getting on; by it its snapshots are known.
    status: Option<Arc<Status>>,
}

impl Feeds {
    pub(super) fn new(seen: Snapshots) -> Self {
        Self { seen: Some(seen), next: None, status: None }
    }

    /// Takes snapshots of another load as well.
    pub(super) fn add(&mut self, status: Arc<Status>, snapshots: Snapshots) {
        (self.status, self.next) = (Some(status), Some(snapshots));
    }

    /// Waits until a snapshot comes, or until no more can come of a load.
    pub(super) async fn changed(&mut self) -> Option<Arc<Investigation>> {
        tokio::select! {
            biased;
            newest = newest(&mut self.next) => newest,
            newest = newest(&mut self.seen) => newest,
        }
    }

    /// Once nothing is being added any more, one of the two is let go of: by the status of what is seen.
    pub(super) fn settle(&mut self, adding: bool, seen: &Arc<Status>) {
        if adding {
            return;
        }
        let Some(status) = self.status.take() else { return };
        let next = self.next.take();
        if Arc::ptr_eq(&status, seen) {
            self.seen = next;
        }
    }
}

async fn newest(feed: &mut Option<Snapshots>) -> Option<Arc<Investigation>> {
    let Some(snapshots) = feed else { return std::future::pending().await };
    if snapshots.changed().await.is_err() {
        *feed = None;
        return None;
    }
    snapshots.borrow_and_update().clone()
}

#[cfg(test)]
mod tests {
    use tokio::sync::watch;

    use super::*;
    use crate::investigation::Judgment;

    type Sender = watch::Sender<Option<Arc<Investigation>>>;

    /// What is seen, and another load that has begun.
    fn both() -> (Feeds, Sender, Sender, Arc<Status>) {
        let (before, seen) = watch::channel(None);
        let (after, next) = watch::channel(None);
        let (mut feeds, status) = (Feeds::new(seen), Arc::new(Status::default()));
        feeds.add(status.clone(), next);
        feeds.settle(true, &Arc::default());
        (feeds, before, after, status)
    }

    #[test]
    fn what_is_seen_is_followed_until_the_other_load_has_taken_its_place() {
        let (mut feeds, before, after, status) = both();
        assert!(!before.is_closed() && !after.is_closed());
        feeds.settle(false, &status);
        assert!(before.is_closed() && !after.is_closed());
    }

    #[test]
    fn what_is_seen_is_followed_on_when_the_other_load_is_stopped() {
        let (mut feeds, before, after, status) = both();
        feeds.settle(false, &Arc::default());
        assert!(!before.is_closed() && after.is_closed());
        let inv = Arc::new(Investigation::begun(Judgment::shipped(), status));
        before.send_replace(Some(inv.clone()));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let came = runtime.block_on(feeds.changed());
        assert!(came.is_some_and(|came| Arc::ptr_eq(&came, &inv)));
    }
}
