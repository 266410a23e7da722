//! Files and folders that grow: which of their files are new, complete, or longer than when they were taken.
//!
//! A file is taken once it is complete (see [`super::whole`]). One that is rewritten is taken again as a whole, and the
//! engine folds what it knows; of one that is appended to only the new lines are taken. What is remembered of each file is a few
//! numbers, and only of files that are still there, so that it grows with the folder and not with time.

use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;

use super::whole::{Whole, whole};
use crate::source::part::{self, Part};
use crate::source::{Listed, Listing, Object, Place, Stamp, local};

/// How long an incomplete file has to stay as it is before it is taken nevertheless, in milliseconds: then nobody
/// writes it any more, and what can be read of it counts.
const PATIENCE_MS: i64 = 60_000;
/// How long a file that does not tell whether it is complete has to stay as it is, in milliseconds.
const SETTLE_MS: i64 = 2_000;

/// The files of some sources of this machine.
#[derive(Debug)]
pub struct Folder {
    sources: Vec<String>,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Default, Debug)]
struct Taken {
    /// By a hash of the name.
    files: HashMap<u64, Entry>,
    hasher: RandomState,
    look: u64,
    waiting: usize,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    stamp: Stamp,
    state: State,
    /// When it was first seen as it is, in milliseconds.
    since: i64,
    /// The look at which it was there last.
    look: u64,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// It may not be complete yet.
    Waiting,
    Taken,
    /// Lines were taken until this byte; and by what the file is known again.
    Lines(u64, u64),
}

impl Folder {
    /// Follows files, folders and patterns.
    pub fn new(sources: Vec<String>) -> Self {
        Self { sources, taken: Arc::default() }
    }

    /// What has come since the last look; the first look finds everything. `now` is in milliseconds, on any clock.
    pub fn look(&mut self, now: i64) -> Listing {
        let taken = self.taken.clone();
        let look = {
            let mut taken = lock(&taken);
            taken.look += 1;
            taken.waiting = 0;
            taken.look
        };
        let mut walked = true;
        let mut all = local::list(&self.sources);
        Box::new(std::iter::from_fn(move || {
            loop {
                match all.next() {
                    Some(Ok(object)) => {
                        if let Some(object) = lock(&taken).offer(object, look, now) {
                            return Some(Ok(object));
                        }
                    }
                    Some(Err(missing)) => {
                        walked = false;
                        // A folder may be empty at first, and a fault that stays is said once.
                        if look == 1 && !Path::new(&missing.name).is_dir() {
                            return Some(Listed::Err(missing));
                        }
                    }
                    None => {
                        // What could not be looked into may still be there.
                        if walked {
                            lock(&taken).files.retain(|_, entry| entry.look == look);
                        }
                        return None;
                    }
                }
            }
        }))
    }

    /// How many files something is remembered of.
    pub fn remembered(&self) -> usize {
        lock(&self.taken).files.len()
    }

    /// How many files were not complete at the last look.
    pub fn waiting(&self) -> usize {
        lock(&self.taken).waiting
    }
}

fn lock(taken: &Mutex<Taken>) -> MutexGuard<'_, Taken> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Taken {
    /// What is to be read of a file, if anything.
    fn offer(&mut self, object: Object, look: u64, now: i64) -> Option<Object> {
        let Place::File(path) = &object.place else {
            // A pipe is read to its end, once.
            return (look == 1).then_some(object);
        };
        let stamp = object.place.stamp().ok()?;
        let key = self.hasher.hash_one(&object.name);
        let mut before = self.files.get(&key).copied();
        if let Some(entry) = before.as_mut().filter(|entry| entry.stamp == stamp) {
            entry.look = look;
            if !matches!(entry.state, State::Waiting) {
                self.files.insert(key, *entry);
                return None;
            }
        }
        let path = path.clone();
        let since = before.filter(|entry| entry.stamp == stamp).map_or(now, |entry| entry.since);
        let rested = now.saturating_sub(since);
        let (state, taken) = judge(object, &path, stamp, before.map(|entry| entry.state), rested);
        self.waiting += usize::from(matches!(state, State::Waiting));
        self.files.insert(key, Entry { stamp, state, since, look });
        taken
    }
}

/// How a file stands now, and what of it is to be read.
fn judge(
    object: Object,
    path: &Path,
    stamp: Stamp,
    before: Option<State>,
    rested: i64,
) -> (State, Option<Object>) {
    let size = stamp.size.unwrap_or(0);
    let is_old = stamp.modified.and_then(|at| at.elapsed().ok());
    let is_old = is_old.is_some_and(|age| age.as_millis() >= SETTLE_MS.unsigned_abs().into());
    match whole(path, size) {
        Ok(Whole::Lines(until)) => lines(object, path, until, before),
        Ok(Whole::Yes) => (State::Taken, Some(object)),
        Ok(Whole::Unknown) if is_old || rested >= SETTLE_MS => (State::Taken, Some(object)),
        Ok(Whole::No) if size > 0 && rested >= PATIENCE_MS => (State::Taken, Some(object)),
        // Whoever may not read it is told so by the reader.
        Err(_) if rested >= SETTLE_MS => (State::Taken, Some(object)),
        _ => (State::Waiting, None),
    }
}

/// The lines of a log that were not taken yet.
fn lines(object: Object, path: &Path, until: u64, before: Option<State>) -> (State, Option<Object>) {
    let same = |end: u64, print: u64| {
        std::fs::File::open(path).and_then(|mut file| part::print(&mut file, end)).ok() == Some(print)
    };
    let from = match before {
        Some(State::Lines(end, print)) if end <= until && same(end, print) => {
            if end == until {
                return (State::Lines(end, print), None);
            }
            end
        }
        _ => 0,
    };
    match Part::new(path, from, until) {
        Ok(part) => {
            let state = State::Lines(part.until(), part.print());
            (state, Some(Object { place: Place::Remote(Arc::new(part)), ..object }))
        }
        Err(_) => (State::Waiting, None),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Read as _, Write as _};

    use super::*;

    fn took(folder: &mut Folder, now: i64) -> Vec<String> {
        let mut found = Vec::new();
        for listed in folder.look(now) {
            let object = listed.unwrap();
            let mut text = String::new();
            object.place.open().unwrap().read_to_string(&mut text).unwrap();
            let name = Path::new(&object.name).file_name().unwrap().to_str().unwrap().to_owned();
            found.push(format!("{name}: {text}"));
        }
        found
    }

    #[test]
    fn each_file_is_taken_once_it_is_complete_and_again_when_it_has_changed() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let mut folder = Folder::new(vec![dir.path().display().to_string()]);
        assert_eq!(took(&mut folder, 0), Vec::<String>::new(), "an empty folder is no fault");
        fs::write(at("a.json"), "[{}]").unwrap();
        fs::write(at("b.json"), "[{},").unwrap();
        assert_eq!(took(&mut folder, 1), ["a.json: [{}]"]);
        assert_eq!((took(&mut folder, 2).len(), folder.waiting()), (0, 1));
        fs::write(at("b.json"), "[{},{}]").unwrap();
        assert_eq!(took(&mut folder, 3), ["b.json: [{},{}]"]);
        fs::write(at("part"), "[{}, {}]").unwrap();
        fs::rename(at("part"), at("c.json")).unwrap();
        fs::write(at("a.json"), "[{},{},{}]").unwrap();
        assert_eq!(took(&mut folder, 4), ["a.json: [{},{},{}]", "c.json: [{}, {}]"]);
        assert_eq!(took(&mut folder, 5), Vec::<String>::new());
        assert_eq!(folder.remembered(), 3);
        fs::remove_file(at("a.json")).unwrap();
        took(&mut folder, 6);
        assert_eq!(folder.remembered(), 2, "what is gone is forgotten");
    }

    #[test]
    fn of_a_log_that_grows_the_new_lines_are_taken() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.jsonl");
        let mut folder = Folder::new(vec![path.display().to_string()]);
        let append = |text: &str| {
            let mut file = fs::OpenOptions::new().create(true).append(true).open(&path).unwrap();
            file.write_all(text.as_bytes()).unwrap();
        };
        append("{\"a\":1}\n");
        assert_eq!(took(&mut folder, 0), ["log.jsonl: {\"a\":1}\n"]);
        append("{\"a\":2}\n{\"a\"");
        assert_eq!(took(&mut folder, 1), ["log.jsonl: {\"a\":2}\n"]);
        append(":3}\n");
        assert_eq!(took(&mut folder, 2), ["log.jsonl: {\"a\":3}\n"]);
        assert_eq!(took(&mut folder, 3), Vec::<String>::new());
        // As a log that is turned over: it begins anew.
        fs::write(&path, "{\"b\":1}\n").unwrap();
        assert_eq!(took(&mut folder, 4), ["log.jsonl: {\"b\":1}\n"]);
        fs::write(&path, "{\"c\":1}\n{\"c\":2}\n").unwrap();
        assert_eq!(took(&mut folder, 5), ["log.jsonl: {\"c\":1}\n{\"c\":2}\n"]);
    }

    #[test]
    fn what_does_not_tell_is_taken_when_it_rests_and_what_stays_cut_after_a_while() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.csv"), "x,y\n").unwrap();
        fs::write(dir.path().join("b.json"), "[{}").unwrap();
        let mut folder = Folder::new(vec![dir.path().display().to_string()]);
        assert_eq!(took(&mut folder, 0), Vec::<String>::new());
        assert_eq!(took(&mut folder, SETTLE_MS), ["a.csv: x,y\n"]);
        assert_eq!(took(&mut folder, PATIENCE_MS), ["b.json: [{}"]);
        assert_eq!(took(&mut folder, PATIENCE_MS + 1), Vec::<String>::new());
        fs::write(dir.path().join("b.json"), "[{},{}]").unwrap();
        assert_eq!(took(&mut folder, PATIENCE_MS + 2), ["b.json: [{},{}]"], "it was written on after all");
    }

    #[test]
    fn what_is_not_there_is_said_once() {
        let mut folder = Folder::new(vec!["/nowhere/at/all".to_owned()]);
        assert!(folder.look(0).next().unwrap().is_err());
        assert!(folder.look(1).next().is_none());
    }
}
