//! Made-up CloudTrail, of any size, with labeled attacks in it.
//!
//! For trying trailhound out ([`demo`]), for measuring it ([`write()`]), and for
//! tests. An organization of accounts, people and systems goes about its work; in
//! between, attackers go about theirs, and a label says of each event which it is.
//!
//! The same plan gives the same bytes, on any machine and with any number of
//! threads: nothing in here asks the clock, the environment or the order of a hash
//! map. Everything is invented: accounts are patterns of digits, addresses come from
//! the ranges for documentation, no record was taken from anywhere.
//!
//! How it is made: `world` builds the organization from the seed; `timetable`
//! shares out the events; each `shard` of them is made on its own, since a session
//! follows from an actor and a time alone (`session`).

mod actor;
mod agents;
mod assume;
mod attack;
mod bytes;
mod cast;
mod catalog;
mod compose;
mod digest;
mod identity;
mod ids;
mod labels;
mod names;
mod record;
mod rhythm;
mod rng;
mod scope;
mod script;
mod session;
mod shard;
mod stock;
mod stories;
mod template;
mod timetable;
mod works;
mod world;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

pub use self::labels::{LABEL_HEADER, Label};

use self::shard::Manner;
use self::works::Works;
use self::world::Size;
use crate::event::time::Time;

/// With more events than this, only those of attacks have a line in `labels.tsv`.
pub const MOST_LABELS: u64 = 200_000;
/// The most events that a plan can have.
pub const MOST_EVENTS: u64 = 1_000_000_000;
/// The longest time that a plan can span, in days.
pub const MOST_DAYS: u32 = 3660;

/// What to make.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    /// How many events, exactly: up to [`MOST_EVENTS`].
    pub events: u64,
    /// What everything follows from.
    pub seed: u64,
    /// How many records a log file holds at most; nearly all hold nearly so many.
    pub records_per_file: usize,
    /// How many days the events span: 1 to [`MOST_DAYS`].
    pub days: u32,
    /// The instant behind the last event, cut to whole seconds.
    pub end: Time,
}

impl Default for Plan {
    /// Ten thousand events in the first full week of 2026.
    fn default() -> Self {
        let end = Time::from_civil(2026, 1, 12, 0, 0, 0);
        Self { events: 10_000, seed: 1, records_per_file: 600, days: 7, end }
    }
}

/// Why nothing, or not everything, was made.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    /// A value of the plan makes no sense.
    #[error("{field} is {value}: it must be {wanted}")]
    Plan {
        /// Which value.
        field: &'static str,
        /// What it is.
        value: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// There are logs in the folder already, which would be mixed with the new ones.
    #[error("{} is there already: choose an empty folder, or remove it first", path.display())]
    Exists {
        /// What is there.
        path: PathBuf,
    },
    /// A file or folder could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Io {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// What was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summary {
    /// How many events.
    pub events: u64,
    /// How many of them are part of an attack.
    pub attack_events: u64,
    /// How many attacks there are.
    pub attacks: u64,
    /// How many log files.
    pub files: u64,
    /// The bytes of the log files before compression.
    pub json_bytes: u64,
    /// The bytes of the log files.
    pub gzip_bytes: u64,
    /// How many accounts the organization has.
    pub accounts: usize,
    /// How many actors work there, attackers not counted.
    pub actors: usize,
    /// The file with the labels: columns as in [`LABEL_HEADER`]; what is not in it is benign.
    pub labels: PathBuf,
}

/// A built-in incident: log files and what is in them, all in memory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Incident {
    /// Paths as in a bucket, with the bytes of the files (gzip), in order of the paths.
    pub files: Vec<(String, Vec<u8>)>,
    /// A label for every event, in order of time.
    pub labels: Vec<Label>,
}

/// Writes the logs of a plan below `out_dir`, as a trail delivers them to a bucket, with `labels.tsv` beside them.
///
/// `progress` is called now and then, from any thread, with the number of events done so far.
/// A file is there whole or not at all.
///
/// # Errors
///
/// [`SynthError`]: a plan that makes no sense, logs that are there already, or a file that cannot be written.
pub fn write(plan: Plan, out_dir: &Path, progress: &(dyn Fn(u64) + Sync)) -> Result<Summary, SynthError> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    write_with(plan, out_dir, threads, progress)
}

fn write_with(
    plan: Plan,
    out_dir: &Path,
    threads: usize,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Summary, SynthError> {
    let works = Works::new(size_of(plan)?, manner_of(plan));
    let logs = out_dir.join("AWSLogs");
    if logs.exists() {
        return Err(SynthError::Exists { path: logs });
    }
    make_folder(out_dir)?;
    let done = works.run(threads, &|path, bytes| put(&out_dir.join(path), bytes), progress)?;
    for (path, bytes) in works.digests(&done) {
        put(&out_dir.join(path), &bytes)?;
    }
    let labels = out_dir.join("labels.tsv");
    put(&labels, labels::text(&done.labels).as_bytes())?;
    Ok(Summary {
        events: done.events,
        attack_events: works.table.attacks,
        attacks: works.table.scenarios,
        files: done.files,
        json_bytes: done.json_bytes,
        gzip_bytes: done.gzip_bytes,
        accounts: works.world.accounts.len(),
        actors: works.world.actors.len(),
        labels,
    })
}

/// The incident that `trailhound demo` shows: a week of three accounts, in which a key leaks.
pub fn demo() -> Incident {
    let plan = Plan { events: 15_000, seed: 20, records_per_file: 150, ..Plan::default() };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    in_memory(plan, threads).unwrap_or_else(|_| Incident { files: Vec::new(), labels: Vec::new() })
}

/// The logs of a plan in memory, with a label for every event.
fn in_memory(plan: Plan, threads: usize) -> Result<Incident, SynthError> {
    let works = Works::new(size_of(plan)?, Manner { label_all: true, level: 1, ..manner_of(plan) });
    let files = Mutex::new(Vec::new());
    let keep = |path: &str, bytes: &[u8]| -> Result<(), SynthError> {
        files
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .push((path.to_owned(), bytes.to_vec()));
        Ok(())
    };
    let done = works.run(threads, &keep, &|_| {})?;
    let mut files = files.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    files.sort();
    Ok(Incident { files, labels: done.labels })
}

fn manner_of(plan: Plan) -> Manner {
    Manner { per_file: plan.records_per_file.max(1), label_all: plan.events <= MOST_LABELS, level: 6 }
}

/// Checks a plan.
fn size_of(plan: Plan) -> Result<Size, SynthError> {
    let bad = |field, value: String, wanted| Err(SynthError::Plan { field, value, wanted });
    if plan.events > MOST_EVENTS {
        return bad("events", plan.events.to_string(), "1000000000 or fewer");
    }
    if plan.days == 0 || plan.days > MOST_DAYS {
        return bad("days", plan.days.to_string(), "1 to 3660");
    }
    if plan.records_per_file == 0 {
        return bad("records per file", "0".to_owned(), "1 or more");
    }
    let span = i64::from(plan.days) * 86_400;
    match plan.end.millis().map(|ms| ms.div_euclid(1000)) {
        Some(end) if end >= span => {
            let start = end - span;
            let gap = attack::gap(plan.events, start, end);
            Ok(Size { events: plan.events, seed: plan.seed, start, end, gap })
        }
        _ => bad("end", plan.end.to_string(), "a time after 1970, by the days that the events span"),
    }
}

fn make_folder(path: &Path) -> Result<(), SynthError> {
    fs::create_dir_all(path).map_err(|source| SynthError::Io { path: path.to_owned(), source })
}

/// Writes a file under another name first, so that it is never seen half done.
fn put(path: &Path, bytes: &[u8]) -> Result<(), SynthError> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let written = fs::write(&part, bytes).and_then(|()| fs::rename(&part, path));
    written.map_err(|source| {
        let _ = fs::remove_file(&part);
        SynthError::Io { path: path.to_owned(), source }
    })
}

#[cfg(test)]
mod tests;
