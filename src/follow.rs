//! Following: sources that grow are looked at again and again, and what has come is added to what is there.
//!
//! A [`Follower`] holds the sources and the load that goes on. It reads no clock: [`Follower::step`] is told what
//! time it is, so that a day of following takes seconds in a test. [`Run`] is the loop around it, for a thread of
//! its own: it waits until the system tells of a change or until it is time, and hands on what has come.
//!
//! What is remembered besides the events is bounded: by the files that are there, by the objects of two days, by the
//! events of one overlap. A source that fails is tried again, later each time, and the others go on meanwhile.
//!
//! It must not judge what comes, and not tell anybody but the caller.

pub mod control;
pub mod folder;
mod run;
mod turned;
pub mod wake;
pub mod whole;

use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use self::folder::Folder;
pub use self::run::{News, Run};
use crate::cloud;
use crate::event::time::Time;
use crate::investigation::Investigation;
use crate::investigation::growing::{Growing, Grown};
use crate::source::{Listed, Listing, Missing};
use crate::text::plural;

/// How often files of this machine are looked at, in milliseconds, beside what the system tells.
const EVERY_MS: i64 = 5_000;
/// How soon a file that was not complete, and a look that goes on, is looked at again, in milliseconds.
const SOON_MS: i64 = 1_000;
/// How often a source in AWS is asked, in milliseconds.
const EVERY_IN_AWS_MS: i64 = 60_000;
/// How long a source in AWS may say nothing before the others go on without it; at the first load it may for ever, as
/// what is there at first is one thing.
const SILENCE: Duration = Duration::from_secs(5);
/// How much of a look at such a source waits to be taken.
const AHEAD: usize = 16;
/// The longest pause after faults, in milliseconds.
const LONGEST_MS: i64 = 15 * 60_000;

/// A source that is followed.
pub enum Feed {
    /// Files, folders and patterns of this machine.
    Folder(Folder),
    /// Something in AWS.
    Cloud(Box<cloud::Follow>),
    /// What does not grow: it is read once.
    Once(Option<Listing>),
}

impl std::fmt::Debug for Feed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Folder(_) => "Folder",
            Self::Cloud(_) => "Cloud",
            Self::Once(_) => "Once",
        })
    }
}

impl Feed {
    fn look(&mut self, now: i64) -> Listing {
        match self {
            Self::Folder(folder) => folder.look(now),
            Self::Cloud(cloud) => cloud.look(Time::from_millis(now)),
            Self::Once(listing) => listing.take().unwrap_or_else(|| Box::new(std::iter::empty())),
        }
    }

    /// The time until the next look, in milliseconds.
    fn pause(&self, every: Option<i64>) -> i64 {
        match self {
            Self::Folder(folder) => {
                let every = every.unwrap_or(EVERY_MS);
                if folder.waiting() > 0 { every.min(SOON_MS) } else { every }
            }
            Self::Cloud(_) => every.unwrap_or(EVERY_IN_AWS_MS),
            Self::Once(_) => i64::MAX / 2,
        }
    }

    /// Whether the last look was worth while, in spite of faults. A look at this machine costs little.
    fn worked(&self) -> bool {
        match self {
            Self::Folder(_) | Self::Once(_) => true,
            Self::Cloud(cloud) => cloud.worked(),
        }
    }

    /// How many things are remembered so that nothing is taken twice.
    fn remembered(&self) -> usize {
        match self {
            Self::Folder(folder) => folder.remembered(),
            Self::Cloud(cloud) => cloud.remembered(),
            Self::Once(_) => 0,
        }
    }
}

/// A feed, and when it is its turn.
#[derive(Debug)]
struct Turn {
    feed: Feed,
    due: i64,
    /// How often in a row nothing of it could be had.
    failed: u32,
    faults: Arc<Mutex<Faults>>,
    /// A look that goes on.
    under_way: Arc<Mutex<Option<Receiver<Listed>>>>,
}

/// What could not be had at the last look.
#[derive(Default, Debug)]
struct Faults {
    first: Option<Missing>,
    count: usize,
}

impl Turn {
    /// What has come; at `first` everything that is there. A look that says nothing for so long goes on meanwhile, and
    /// what it finds comes at a later turn.
    fn look(&mut self, now: i64, first: bool, silence: Duration) -> Listing {
        let waits = matches!(self.feed, Feed::Cloud(_)) && !first;
        let going_on = self.is_under_way();
        if !going_on {
            *self.faults() = Faults::default();
        }
        if !waits {
            return self.feed.look(now);
        }
        if !going_on {
            *self.under_way.lock().unwrap_or_else(PoisonError::into_inner) = elsewhere(self.feed.look(now));
        }
        let silence = if going_on { Duration::ZERO } else { silence };
        let under_way = self.under_way.clone();
        Box::new(std::iter::from_fn(move || {
            let mut under_way = under_way.lock().unwrap_or_else(PoisonError::into_inner);
            match under_way.as_ref()?.recv_timeout(silence) {
                Ok(listed) => Some(listed),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => {
                    *under_way = None;
                    None
                }
            }
        }))
    }

    fn is_under_way(&self) -> bool {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lists in a thread of its own.
fn elsewhere(listing: Listing) -> Option<Receiver<Listed>> {
    let (send, found) = sync_channel(AHEAD);
    let list = move || listing.into_iter().try_for_each(|listed| send.send(listed).ok());
    let thread = std::thread::Builder::new().name("look".to_owned()).spawn(list);
    thread.ok().map(|_| found)
}

/// Follows sources.
#[derive(Debug)]
pub struct Follower {
    turns: Vec<Turn>,
    silence: Duration,
    growing: Growing,
    every: Option<i64>,
}

impl Follower {
    /// Follows these; `every` is the time between two looks in milliseconds, where it is not the usual one.
    pub fn new(feeds: Vec<Feed>, growing: Growing, every: Option<i64>) -> Self {
        let turn = |feed| Turn { feed, due: 0, failed: 0, faults: Arc::default(), under_way: Arc::default() };
        let mut turns: Vec<Turn> = feeds.into_iter().map(turn).collect();
        // Nobody waits for the network who need not.
        turns.sort_by_key(|turn| matches!(turn.feed, Feed::Cloud(_)));
        Self { turns, silence: SILENCE, growing, every }
    }

    /// Loads what is there. What cannot be had is a reject, as in any load.
    pub fn begin(&mut self, now: i64, update: &(dyn Fn(Investigation) + Sync)) -> Investigation {
        let listing = self.listing(now, true);
        let inv = self.growing.begin(listing, update);
        self.looked(now);
        inv
    }

    /// Takes what has come to those whose turn it is. `None`: nothing.
    pub fn step(&mut self, now: i64) -> Option<Grown> {
        let listing = self.listing(now, false);
        let grown = self.growing.go_on(listing);
        self.looked(now);
        grown
    }

    /// When it is the next one's turn.
    pub fn due(&self) -> i64 {
        self.turns.iter().map(|turn| turn.due).min().unwrap_or(i64::MAX)
    }

    /// Has files of this machine looked at with the next step.
    pub fn hurry(&mut self) {
        for turn in &mut self.turns {
            if matches!(turn.feed, Feed::Folder(_)) {
                turn.due = i64::MIN;
            }
        }
    }

    /// What keeps a source from being followed, in words to show: the first fault, and how many more there are. Hostile.
    pub fn trouble(&self) -> Option<String> {
        let count: usize = self.turns.iter().map(|turn| turn.faults().count).sum();
        let first = self.turns.iter().find_map(|turn| turn.faults().first.clone())?;
        let more = match count.saturating_sub(1) as u64 {
            0 => String::new(),
            more => format!("; and {}", plural(more, "more fault")),
        };
        Some(format!("{}: {}{more}", first.name, first.reason))
    }

    /// How many things are remembered so that nothing is taken twice.
    pub fn remembered(&self) -> usize {
        self.turns.iter().map(|turn| turn.feed.remembered()).sum()
    }

    /// What has come to those whose turn it is. Faults are kept; at first they are listed as well.
    fn listing(&mut self, now: i64, first: bool) -> Listing {
        let mut parts: Vec<Listing> = Vec::new();
        for turn in self.turns.iter_mut().filter(|turn| turn.due <= now || first) {
            turn.due = i64::MIN;
            let listing = turn.look(now, first, self.silence);
            let faults = turn.faults.clone();
            parts.push(Box::new(listing.filter(move |listed| {
                let Err(missing) = listed else { return true };
                let mut faults = faults.lock().unwrap_or_else(PoisonError::into_inner);
                faults.first.get_or_insert_with(|| missing.clone());
                faults.count += 1;
                first
            })));
        }
        Box::new(parts.into_iter().flatten())
    }

    /// Says when those who had their turn have it again: later each time where nothing could be had.
    fn looked(&mut self, now: i64) {
        for turn in self.turns.iter_mut().filter(|turn| turn.due == i64::MIN) {
            if turn.is_under_way() {
                turn.due = now.saturating_add(SOON_MS);
                continue;
            }
            let failed = turn.faults().count > 0 && !turn.feed.worked();
            turn.failed = if failed { turn.failed.saturating_add(1) } else { 0 };
            let pause = turn.feed.pause(self.every);
            let longer = pause.saturating_mul(1 << turn.failed.min(10)).min(LONGEST_MS.max(pause));
            turn.due = now.saturating_add(longer);
        }
    }
}

#[cfg(test)]
mod tests;
