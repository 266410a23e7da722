//! Being told when something happens below folders: by the system where it can, else by looking now and then.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use notify::{Config, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

/// How often folders are looked at where the system does not say, in a build for users.
pub const POLL: Duration = Duration::from_secs(5);
/// How many messages are waited out.
const MOST: usize = 200;

/// Waits for something to happen.
pub struct Waker {
    told: Receiver<()>,
    bell: Sender<()>,
    /// It watches as long as it lives.
    watcher: Option<Box<dyn Watcher + Send>>,
}

impl std::fmt::Debug for Waker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Waker").field("watches", &self.watches()).finish_non_exhaustive()
    }
}

impl Waker {
    /// Watches these places; where neither the system nor a look by hand works, it wakes by time alone.
    pub fn new(places: &[PathBuf]) -> Self {
        let (bell, told) = channel();
        let watcher = if places.is_empty() { None } else { watcher(&bell, places) };
        Self { told, bell, watcher }
    }

    /// Whether anybody tells of changes.
    pub fn watches(&self) -> bool {
        self.watcher.is_some()
    }

    /// What wakes it by hand.
    pub fn bell(&self) -> Sender<()> {
        self.bell.clone()
    }

    /// Waits at most that long; whether something happened.
    pub fn wait(&self, most: Duration) -> bool {
        self.told.recv_timeout(most) != Err(RecvTimeoutError::Timeout)
    }

    /// Waits until nothing has happened for that long; not for ever, as something may always happen.
    pub fn rest(&self, quiet: Duration) -> bool {
        (0..MOST).any(|_| self.told.recv_timeout(quiet).is_err())
    }

    /// Takes what was told meanwhile.
    pub fn clear(&self) {
        while self.told.try_recv().is_ok() {}
    }
}

/// A watcher of the system's kind, else one that looks by itself.
fn watcher(bell: &Sender<()>, places: &[PathBuf]) -> Option<Box<dyn Watcher + Send>> {
    let handler = || {
        let bell = bell.clone();
        move |event: notify::Result<notify::Event>| {
            // That a file was read changes nothing, and this program reads.
            if !event.is_ok_and(|event| event.kind.is_access()) {
                let _ = bell.send(());
            }
        }
    };
    let all = |watcher: &mut dyn Watcher| {
        places.iter().try_for_each(|place| watcher.watch(place, RecursiveMode::Recursive))
    };
    if let Ok(mut watcher) = RecommendedWatcher::new(handler(), Config::default())
        && all(&mut watcher).is_ok()
    {
        return Some(Box::new(watcher));
    }
    let mut watcher = PollWatcher::new(handler(), Config::default().with_poll_interval(POLL)).ok()?;
    all(&mut watcher).ok()?;
    Some(Box::new(watcher))
}

/// Where to watch for a source: itself, or of a pattern the folder in which it begins.
pub fn place(source: &str) -> PathBuf {
    let path = Path::new(source);
    if path.exists() {
        return path.to_owned();
    }
    let stem = source.split(['*', '?', '[']).next().unwrap_or_default();
    let folder =
        if stem.ends_with('/') { Path::new(stem) } else { Path::new(stem).parent().unwrap_or(Path::new("")) };
    if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_watched_where_it_begins() {
        for (source, wanted) in [("logs/**/*.json.gz", "logs"), ("a*.json", "."), ("/tmp", "/tmp")] {
            assert_eq!(place(source), PathBuf::from(wanted), "{source}");
        }
    }

    #[test]
    fn a_new_file_wakes_and_so_does_the_bell() {
        let dir = tempfile::tempdir().unwrap();
        let waker = Waker::new(&[dir.path().to_owned()]);
        assert!(waker.watches());
        std::fs::write(dir.path().join("a"), "x").unwrap();
        assert!(waker.wait(Duration::from_secs(20)));
        waker.clear();
        waker.bell().send(()).unwrap();
        assert!(waker.wait(Duration::from_secs(20)));
        assert!(!Waker::new(&[]).wait(Duration::ZERO));
    }
}
