//! The load: workers take objects from a listing until there are none.

use std::num::NonZero;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::ingest::files::FileInfo;
use crate::ingest::status::{Count, Reject};
use crate::ingest::worker::{Shared, Worker};
use crate::source::{Listed, Listing, Object, Stamp};
use crate::store::segment::Segment;

/// Reads everything that the listing yields, on one worker a core; returns when all is read or cancelled.
///
/// `publish` takes segments as they are finished, on the thread of the worker that finished
/// them: early and small ones first, so that something can be shown at once.
pub fn run(listing: Listing, shared: &Shared, publish: &(dyn Fn(Segment) + Sync)) {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let threads = if shared.options.threads == 0 { cores } else { shared.options.threads };
    let listing = Mutex::new(listing);
    let first = std::sync::atomic::AtomicBool::new(true);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| work(&listing, shared, publish, &first));
        }
    });
    shared.status.finish_listing();
}

/// How long rows may wait for their segment to fill.
const PATIENCE: Duration = Duration::from_millis(100);

fn work(
    listing: &Mutex<Listing>,
    shared: &Shared,
    publish: &(dyn Fn(Segment) + Sync),
    first: &std::sync::atomic::AtomicBool,
) {
    let mut worker = Worker::new(shared.clone(), publish);
    let mut last = std::time::Instant::now();
    while let Some((object, number)) = next(listing, shared) {
        worker.read(&object, number);
        // A file that grows is one, in however many parts it comes.
        if object.place.base() == 0 {
            shared.status.add(Count::Done, 1);
        }
        let hurry = first.swap(false, std::sync::atomic::Ordering::Relaxed);
        if worker.waiting() > 0 && (hurry || last.elapsed() > PATIENCE) {
            worker.flush();
            last = std::time::Instant::now();
        }
    }
    worker.flush();
}

/// The next object and its number. Numbers follow the listing, whoever reads what.
fn next(listing: &Mutex<Listing>, shared: &Shared) -> Option<(Object, u32)> {
    let mut listing = listing.lock().unwrap_or_else(PoisonError::into_inner);
    while !shared.status.is_cancelled() {
        let listed: Listed = listing.next()?;
        match listed {
            Ok(object) => {
                if object.place.base() == 0 {
                    shared.status.add(Count::Listed, 1);
                }
                let info = FileInfo {
                    name: object.name.clone(),
                    place: object.place.clone(),
                    stamp: Stamp::default(),
                    members: Vec::new(),
                };
                let number = shared.files.add(info);
                return Some((object, number));
            }
            Err(missing) => shared.status.reject(Reject {
                file: missing.name,
                number: None,
                offset: None,
                reason: missing.reason,
                sample: String::new(),
            }),
        }
    }
    None
}
