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
pub mod wake;
pub mod whole;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use self::control::Control;
use self::folder::Folder;
use self::wake::Waker;
use crate::cloud;
use crate::event::time::Time;
use crate::ingest::status::Status;
use crate::investigation::Investigation;
use crate::investigation::growing::{Growing, Grown};
use crate::source::{Listing, Missing};

/// How often files of this machine are looked at, in milliseconds, beside what the system tells.
const EVERY_MS: i64 = 5_000;
/// How soon a file that was not complete is looked at again, in milliseconds.
const SOON_MS: i64 = 1_000;
/// How often a source in AWS is asked, in milliseconds.
const EVERY_IN_AWS_MS: i64 = 60_000;
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
    /// How often in a row it failed.
    failed: u32,
    fault: Arc<Mutex<Option<Missing>>>,
}

/// Follows sources.
#[derive(Debug)]
pub struct Follower {
    turns: Vec<Turn>,
    growing: Growing,
    every: Option<i64>,
}

impl Follower {
    /// Follows these; `every` is the time between two looks in milliseconds, where it is not the usual one.
    pub fn new(feeds: Vec<Feed>, growing: Growing, every: Option<i64>) -> Self {
        let turn = |feed| Turn { feed, due: 0, failed: 0, fault: Arc::default() };
        Self { turns: feeds.into_iter().map(turn).collect(), growing, every }
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

    /// What keeps a source from being followed, in words to show. Hostile.
    pub fn trouble(&self) -> Option<String> {
        self.turns.iter().find_map(|turn| {
            let fault = turn.fault.lock().unwrap_or_else(PoisonError::into_inner);
            fault.as_ref().map(|missing| format!("{}: {}", missing.name, missing.reason))
        })
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
            let kept = turn.fault.clone();
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = None;
            let listing = turn.feed.look(now);
            parts.push(Box::new(listing.filter(move |listed| {
                let Err(missing) = listed else { return true };
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.get_or_insert_with(|| missing.clone());
                first
            })));
        }
        Box::new(parts.into_iter().flatten())
    }

    /// Says when those who had their turn have it again: after faults later each time.
    fn looked(&mut self, now: i64) {
        for turn in self.turns.iter_mut().filter(|turn| turn.due == i64::MIN) {
            let failed = turn.fault.lock().unwrap_or_else(PoisonError::into_inner).is_some();
            turn.failed = if failed { turn.failed.saturating_add(1) } else { 0 };
            let pause = turn.feed.pause(self.every);
            let longer = pause.saturating_mul(1 << turn.failed.min(10)).min(LONGEST_MS.max(pause));
            turn.due = now.saturating_add(longer);
        }
    }
}

/// What a [`Run`] tells.
#[derive(Debug)]
pub enum News {
    /// A snapshot of the first load, which is under way.
    Loading(Investigation),
    /// Everything that was there at first.
    Begun(Investigation),
    /// Something has come.
    Grown(Grown),
    /// Nothing has happened; whoever listens says whether it still does.
    Beat,
    /// A source fails, or all work again. Hostile.
    Trouble(Option<String>),
}

/// Follows until the status of its load is cancelled, or until nobody listens.
#[derive(Debug)]
pub struct Run {
    follower: Follower,
    waker: Waker,
    control: Control,
    status: Arc<Status>,
}

/// How long to wait for more of what has begun to come.
const QUIET: Duration = Duration::from_millis(150);
/// The longest wait, after which it is looked whether anybody listens.
const PATIENCE: Duration = Duration::from_millis(500);
/// Of so many parts of the time one at most is spent on putting things together.
const SHARE: u32 = 4;

impl Run {
    /// Gets ready; `places` are watched.
    pub fn new(follower: Follower, places: &[PathBuf], status: Arc<Status>) -> Self {
        let waker = Waker::new(places);
        let control = Control::new(waker.bell());
        Self { follower, waker, control, status }
    }

    /// What holds it.
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// Follows. `tell` says whether anybody still listens.
    pub fn run(mut self, tell: &(dyn Fn(News) -> bool + Sync)) {
        let update = |inv| {
            tell(News::Loading(inv));
        };
        let inv = self.follower.begin(now(), &update);
        if !tell(News::Begun(inv)) {
            return;
        }
        let mut said = None;
        while !self.status.is_cancelled() {
            let trouble = self.follower.trouble();
            if trouble != said {
                said.clone_from(&trouble);
                self.status.set_trouble(trouble.clone());
                if !tell(News::Trouble(trouble)) {
                    return;
                }
            }
            if !tell(News::Beat) {
                return;
            }
            if !self.wait() {
                continue;
            }
            let begun = Instant::now();
            if let Some(grown) = self.follower.step(now())
                && !tell(News::Grown(grown))
            {
                return;
            }
            self.pace(begun.elapsed());
        }
    }

    /// Waits; whether it is time for a step.
    fn wait(&mut self) -> bool {
        let left = u64::try_from(self.follower.due().saturating_sub(now())).unwrap_or(0);
        let woken = self.waker.wait(Duration::from_millis(left).min(PATIENCE));
        if self.control.is_paused() || self.status.is_cancelled() {
            return false;
        }
        if woken {
            self.waker.rest(QUIET);
            self.waker.clear();
            self.follower.hurry();
        }
        woken || self.follower.due() <= now()
    }

    /// Rests after work, in proportion, so that a flood of files does not take the machine.
    fn pace(&self, worked: Duration) {
        let until = Instant::now() + worked.saturating_mul(SHARE - 1).min(Duration::from_secs(30));
        while let Some(left) = until.checked_duration_since(Instant::now())
            && !self.status.is_cancelled()
        {
            std::thread::sleep(left.min(PATIENCE));
        }
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
