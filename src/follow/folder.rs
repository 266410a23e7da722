//! Files and folders that grow: which of their files are new, complete, or longer than when they were taken.
//!
//! A file is taken once it is complete (see [`super::whole`]). One that is rewritten is taken again as a whole, and the
//! engine folds what it knows; of one that is appended to only the new lines are taken. What is remembered of each file is a few
//! numbers, and only of files that are still there, so that it grows with the folder and not with time.

use std::collections::HashMap;
use std::fs::File;
use std::hash::BuildHasher as _;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;

use super::turned::Turned;
use super::whole::{Whole, whole};
use crate::source::part::{self, Part};
use crate::source::{Listing, Missing, Object, Place, Stamp, local};

/// How long an incomplete file has to stay as it is before it is taken nevertheless, in milliseconds: then nobody
/// writes it any more, and what can be read of it counts.
pub(super) const PATIENCE_MS: i64 = 60_000;
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
    turned: Turned,
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
struct State {
    /// As it is, everything of it was taken; else it may not be complete yet.
    done: bool,
    /// Of a log of lines until which byte they were taken, and by what the file is known again.
    lines: Option<(u64, u64)>,
}

/// It was taken as a whole.
const TAKEN: State = State { done: true, lines: None };

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
        let sources = self.sources.clone();
        let mut walked = true;
        let mut all = local::list_growing(&sources);
        let mut rest: Option<std::vec::IntoIter<Object>> = None;
        Box::new(std::iter::from_fn(move || {
            loop {
                if let Some(rest) = &mut rest {
                    return rest.next().map(Ok);
                }
                match all.next() {
                    Some(Ok(object)) => {
                        if let Some(object) = lock(&taken).offer(object, look, now) {
                            return Some(Ok(object));
                        }
                    }
                    Some(Err(missing)) if has_left(&missing, &sources) => {}
                    Some(Err(missing)) => {
                        walked = false;
                        return Some(Err(missing));
                    }
                    None => rest = Some(lock(&taken).end(look, now, walked).into_iter()),
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

/// Whether something is no fault because it only went away while its folder was walked.
fn has_left(missing: &Missing, sources: &[String]) -> bool {
    !sources.contains(&missing.name)
        && Path::new(&missing.name)
            .symlink_metadata()
            .is_err_and(|e| e.kind() == std::io::ErrorKind::NotFound)
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
        let before = self.files.get(&key).copied();
        let same = before.filter(|entry| entry.stamp == stamp);
        if let Some(entry) = same.filter(|entry| entry.state.done) {
            self.files.insert(key, Entry { look, ..entry });
            return None;
        }
        let (path, name) = (path.clone(), object.name.clone());
        let since = same.map_or(now, |entry| entry.since);
        let read = before.and_then(|entry| entry.state.lines);
        let still = read.filter(|&(end, print)| {
            File::open(&path).and_then(|file| part::print(&file, end)).ok() == Some(print)
        });
        if read.is_some() && still.is_none() {
            self.turned.lose(now, |lost| lost == key);
        }
        let (state, taken) = judge(object, &path, stamp, still, now.saturating_sub(since));
        if let Some(lines) = state.lines {
            self.turned.keep(key, &name, &path, lines, read.is_some());
        }
        self.waiting += usize::from(!state.done);
        self.files.insert(key, Entry { stamp, state, since, look });
        taken
    }

    /// All was listed: what was not is forgotten, unless a part could not be looked into, where it may still be.
    fn end(&mut self, look: u64, now: i64, walked: bool) -> Vec<Object> {
        if walked {
            self.files.retain(|_, entry| entry.look == look);
            let files = &self.files;
            self.turned.lose(now, |key| !files.contains_key(&key));
        }
        self.turned.rest(now)
    }
}

/// How a file stands now, and what of it is to be read.
fn judge(
    object: Object,
    path: &Path,
    stamp: Stamp,
    read: Option<(u64, u64)>,
    rested: i64,
) -> (State, Option<Object>) {
    let size = stamp.size.unwrap_or(0);
    let age = stamp.modified.and_then(|at| at.elapsed().ok()).unwrap_or_default().as_millis();
    let is_older = |than: i64| age >= than.unsigned_abs().into();
    match whole(path, size, is_older(PATIENCE_MS)) {
        Ok(Whole::Lines(until)) => {
            let rests = rested >= PATIENCE_MS;
            lines(object, path, (until, size), read, rests)
                .unwrap_or((State { done: false, lines: read }, None))
        }
        Ok(Whole::Yes) => (TAKEN, Some(object)),
        Ok(Whole::Unknown) if is_older(SETTLE_MS) || rested >= SETTLE_MS => (TAKEN, Some(object)),
        Ok(Whole::No) if size > 0 && rested >= PATIENCE_MS => (TAKEN, Some(object)),
        // Whoever may not read it is told so by the reader.
        Err(_) if rested >= SETTLE_MS => (TAKEN, Some(object)),
        _ => (State { done: false, lines: read }, None),
    }
}

/// The lines of a log that were not read yet: until the last complete one, and of one that `rests` until its end. A line that
/// was cut is read again when somebody writes on.
fn lines(
    object: Object,
    path: &Path,
    (until, size): (u64, u64),
    read: Option<(u64, u64)>,
    rests: bool,
) -> std::io::Result<(State, Option<Object>)> {
    let done = rests || until == size;
    let (from, end) = (read.map_or(0, |(end, _)| end.min(until)), if done { size } else { until });
    let print = part::print(&File::open(path)?, until)?;
    let state = State { done, lines: Some((until, print)) };
    if end <= from {
        return Ok((state, None));
    }
    let part = Part::new(path, from, end)?;
    Ok((state, Some(Object { place: Place::Remote(Arc::new(part)), ..object })))
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
    fn lines_that_came_before_a_log_was_turned_over_are_taken() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.jsonl");
        let mut folder = Folder::new(vec![dir.path().display().to_string()]);
        let mut log = fs::OpenOptions::new().create(true).append(true).open(&path).unwrap();
        let (a, b, c, d) = ("{\"a\":1}\n", "{\"b\":1}\n", "{\"c\":1}\n", "{\"d\":1}\n");
        log.write_all(a.as_bytes()).unwrap();
        assert_eq!(took(&mut folder, 0), [format!("log.jsonl: {a}")]);
        log.write_all(b.as_bytes()).unwrap();
        fs::rename(&path, dir.path().join("log.jsonl.1")).unwrap();
        fs::write(&path, c).unwrap();
        assert_eq!(
            took(&mut folder, 1),
            [format!("log.jsonl: {c}"), format!("log.jsonl (turned over, 1): {b}")]
        );
        // Whoever writes has not heard of it yet.
        log.write_all(&d.as_bytes()[..4]).unwrap();
        assert_eq!(took(&mut folder, 2), Vec::<String>::new());
        log.write_all(&d.as_bytes()[4..]).unwrap();
        assert_eq!(took(&mut folder, 3), [format!("log.jsonl (turned over, 1): {d}")]);
        // Another time there is no new log yet, and the last line is never finished.
        fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"e\"").unwrap();
        fs::remove_file(&path).unwrap();
        assert_eq!(took(&mut folder, 4), Vec::<String>::new());
        assert_eq!(took(&mut folder, 4 + PATIENCE_MS), ["log.jsonl (turned over, 2): {\"e\""]);
        assert_eq!(took(&mut folder, 5 + 2 * PATIENCE_MS), Vec::<String>::new());
        fs::write(&path, a).unwrap();
        assert_eq!(took(&mut folder, 6 + 2 * PATIENCE_MS), [format!("log.jsonl: {a}")]);
        // What is written anew in its place has no rest.
        fs::write(&path, format!("{b}{b}")).unwrap();
        assert_eq!(took(&mut folder, 7 + 2 * PATIENCE_MS), [format!("log.jsonl: {b}{b}")]);
    }

    #[test]
    fn a_last_line_that_stays_cut_is_taken_after_a_while_and_again_when_it_is_finished() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.jsonl");
        let mut folder = Folder::new(vec![path.display().to_string()]);
        fs::write(&path, "{\"a\":1}\n{\"b\"").unwrap();
        assert_eq!(took(&mut folder, 0), ["log.jsonl: {\"a\":1}\n"]);
        assert_eq!((took(&mut folder, 1).len(), folder.waiting()), (0, 1));
        assert_eq!(took(&mut folder, PATIENCE_MS), ["log.jsonl: {\"b\""]);
        assert_eq!((took(&mut folder, PATIENCE_MS + 1).len(), folder.waiting()), (0, 0));
        fs::write(&path, "{\"a\":1}\n{\"b\":2}\n").unwrap();
        assert_eq!(took(&mut folder, PATIENCE_MS + 2), ["log.jsonl: {\"b\":2}\n"], "from its beginning");
    }

    #[test]
    fn a_fault_is_told_at_each_look_until_it_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.json");
        let mut folder = Folder::new(vec![path.display().to_string()]);
        for now in 0..3 {
            assert!(folder.look(now).next().unwrap().is_err(), "{now}");
        }
        fs::write(&path, "[{}]").unwrap();
        assert_eq!(took(&mut folder, 3), ["log.json: [{}]"]);
        assert!(folder.look(4).next().is_none());
        fs::remove_file(&path).unwrap();
        assert!(folder.look(5).next().unwrap().is_err(), "it began later");
    }
}
