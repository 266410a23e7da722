//! `--watch`: everything again whenever a log is added or changed.
//!
//! The system says when something happens below the sources; where it cannot, they are looked at every few seconds.
//! What counts is not that message but whether the files are others than those of the last run, and stay so for a
//! moment: a log that is still being written is waited for.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::{Job, is_local, places};
use crate::cli::exit::{Failure, Outcome};
use crate::follow::wake::{POLL, Waker};
use crate::source::Stamp;

/// How long the files have to stay as they are before they are read.
const SETTLE: Duration = Duration::from_millis(700);

/// The files as they stood.
type Look = BTreeMap<String, Option<Stamp>>;

/// Writes everything, and again after each change; ends only with the process.
pub(super) fn run(job: &Job<'_>) -> Outcome {
    let places = places(&job.args.sources);
    if places.is_empty() {
        return Err(Failure::Use(
            "--watch needs a file or folder as a source; pipes and sources in AWS cannot be watched"
                .to_owned(),
        ));
    }
    let waker = Waker::new(&places);
    let mut seen = settled(job, &waker);
    job.once()?;
    loop {
        // A message may be lost, so now and then the files are looked at without one.
        waker.wait(POLL);
        if look(job) == seen {
            continue;
        }
        seen = settled(job, &waker);
        job.once()?;
    }
}

/// The files as they stand now.
fn look(job: &Job<'_>) -> Look {
    let local: Vec<String> = job.args.sources.iter().filter(|source| is_local(source)).cloned().collect();
    let objects = job.listing(&local, &Arc::default()).into_iter().flatten().flatten();
    objects.map(|object| (object.name, object.place.stamp().ok())).collect()
}

/// The files once they have stayed as they are for a moment.
fn settled(job: &Job<'_>, waker: &Waker) -> Look {
    let mut before = look(job);
    loop {
        // A file that never rests, as one that is appended to, is read as it stands after a while.
        let rested = waker.rest(SETTLE);
        let now = look(job);
        if now == before || !rested {
            return now;
        }
        before = now;
    }
}
