//! The loop around a [`Follower`], for a thread of its own: it knows the clock, and is woken by the system.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::Follower;
use super::control::Control;
use super::wake::Waker;
use crate::ingest::status::Status;
use crate::investigation::Investigation;
use crate::investigation::growing::Grown;

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
