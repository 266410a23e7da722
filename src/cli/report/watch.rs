//! `--watch`: everything again whenever a log is added or changed.
//!
//! The system says when something happens below the sources; where it cannot, they are looked at every few seconds.
//! What counts is not that message but whether the files are others than those of the last run, and stay so for a
//! moment: a log that is still being written is waited for.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use notify::{Config, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

use super::{Job, is_local, places};
use crate::cli::exit::{Failure, Outcome};
use crate::source::Stamp;

/// How long the files have to stay as they are before they are read.
const SETTLE: Duration = Duration::from_millis(700);
/// How often the sources are looked at where the system does not say.
const POLL: Duration = Duration::from_secs(5);

/// How many messages are waited out.
const MOST: usize = 200;

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
    let (tell, told) = channel();
    let handler = move |_: notify::Result<notify::Event>| {
        let _ = tell.send(());
    };
    // The watcher lives as long as this does.
    let _watcher = watcher(handler, &places)?;
    let mut seen = settled(job, &told);
    job.once()?;
    loop {
        // A message may be lost, so now and then the files are looked at without one.
        if told.recv_timeout(POLL) == Err(RecvTimeoutError::Disconnected) {
            return Err(Failure::Use("--watch: the watcher ended".to_owned()));
        }
        if look(job) == seen {
            continue;
        }
        seen = settled(job, &told);
        job.once()?;
    }
}

/// A watcher of the system's kind, else one that looks by itself.
fn watcher(
    handler: impl FnMut(notify::Result<notify::Event>) + Send + Clone + 'static,
    places: &[std::path::PathBuf],
) -> Result<Box<dyn Watcher>, Failure> {
    let all = |watcher: &mut dyn Watcher| {
        places.iter().try_for_each(|place| watcher.watch(place, RecursiveMode::Recursive))
    };
    if let Ok(mut watcher) = RecommendedWatcher::new(handler.clone(), Config::default())
        && all(&mut watcher).is_ok()
    {
        return Ok(Box::new(watcher));
    }
    let fault = |e: notify::Error| Failure::Use(format!("--watch: {e}"));
    let mut watcher = PollWatcher::new(handler, Config::default().with_poll_interval(POLL)).map_err(fault)?;
    all(&mut watcher).map_err(fault)?;
    Ok(Box::new(watcher))
}

/// The files as they stand now.
fn look(job: &Job<'_>) -> Look {
    let local: Vec<String> = job.args.sources.iter().filter(|source| is_local(source)).cloned().collect();
    let objects = job.listing(&local, &Arc::default()).into_iter().flatten().flatten();
    objects.map(|object| (object.name, object.place.stamp().ok())).collect()
}

/// The files once they have stayed as they are for a moment.
fn settled(job: &Job<'_>, told: &Receiver<()>) -> Look {
    let mut before = look(job);
    loop {
        // A file that never rests, as one that is appended to, is read as it stands after a while.
        let restless = (0..MOST).all(|_| told.recv_timeout(SETTLE).is_ok());
        let now = look(job);
        if now == before || restless {
            return now;
        }
        before = now;
    }
}
