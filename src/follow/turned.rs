//! Logs that are turned over: the lines that came after the last look, before the log got another name.
//!
//! Logs that grow are kept open, so that the rest of one can still be read when its name has come to mean another file, or
//! none. Whoever writes may do so for a while yet, so that it is looked at until it has rested. The rest is copied
//! into a file without a name. Only so many are kept open; nothing is decided here about records.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::folder::PATIENCE_MS;
use super::whole;
use crate::source::spool::{self, Slice};
use crate::source::{Object, Place, part};

/// How many logs are kept open.
const KEPT: usize = 64;
/// How many bytes are copied at once.
const CHUNK: u64 = 1 << 20;

/// The logs that are kept open.
#[derive(Default, Debug)]
pub(super) struct Turned {
    /// Those that have their name, the one that grew last at the end.
    open: VecDeque<Log>,
    /// Those that lost it.
    lost: Vec<Log>,
    /// Where what is left of those is copied to, and how long that is.
    copied: Option<(Arc<File>, u64)>,
    /// How many lost their name so far.
    count: usize,
}

#[derive(Debug)]
struct Log {
    /// A hash of the name.
    key: u64,
    name: String,
    file: File,
    /// Until which byte it was read, and by what it is known until there.
    at: u64,
    print: u64,
    /// How long it was when it was looked at last, and since when it is, in milliseconds.
    size: u64,
    since: i64,
}

impl Log {
    fn is_known(&self) -> bool {
        part::print(&self.file, self.at).ok() == Some(self.print)
    }
}

impl Turned {
    /// Keeps a log open that was read until byte `at`. One that did not grow so far is kept if there is room.
    pub(super) fn keep(&mut self, key: u64, name: &str, path: &Path, (at, print): (u64, u64), grew: bool) {
        let before = self.open.iter().position(|log| log.key == key);
        let before = before.and_then(|place| self.open.remove(place));
        if before.is_none() && !grew && self.open.len() >= KEPT {
            return;
        }
        let before = before.map(|log| Log { at, print, ..log }).filter(Log::is_known);
        let open = |file| Log { key, name: name.to_owned(), file, at, print, size: at, since: 0 };
        let log = before.or_else(|| File::open(path).ok().map(open).filter(Log::is_known));
        self.open.extend(log);
        if self.open.len() > KEPT {
            self.open.pop_front();
        }
    }

    /// These names mean other files now, or none.
    pub(super) fn lose(&mut self, now: i64, is_lost: impl Fn(u64) -> bool) {
        let (lost, open) = std::mem::take(&mut self.open).into_iter().partition(|log| is_lost(log.key));
        self.open = open;
        let lost: VecDeque<Log> = lost;
        // One that was written anew in its place is no longer what was read.
        for log in lost.into_iter().filter(Log::is_known) {
            self.count += 1;
            // By its own name, as the other one now is another file.
            let name = format!("{} (turned over, {})", log.name, self.count);
            self.lost.push(Log { since: now, name, ..log });
        }
    }

    /// What has come in those that lost their name.
    pub(super) fn rest(&mut self, now: i64) -> Vec<Object> {
        let mut found = Vec::new();
        let copied = &mut self.copied;
        self.lost.retain_mut(|log| match log.rest(now, copied) {
            Ok((object, rests)) => {
                found.extend(object);
                !rests
            }
            // There is no room to copy it; or it cannot be read any more, which ends as well.
            Err(_) => now.saturating_sub(log.since) < PATIENCE_MS,
        });
        found
    }
}

impl Log {
    /// The lines that were not read yet, and whether it is at rest: then a last one that is cut counts as well.
    fn rest(
        &mut self,
        now: i64,
        copied: &mut Option<(Arc<File>, u64)>,
    ) -> io::Result<(Option<Object>, bool)> {
        let size = self.file.metadata()?.len();
        if size != self.size {
            (self.size, self.since) = (size, now);
        }
        let rests = now.saturating_sub(self.since) >= PATIENCE_MS;
        let until = if rests { size } else { whole::lines(&self.file, size)? };
        if until <= self.at {
            return Ok((None, rests));
        }
        let slice = self.copy(until, copied)?;
        self.at = until;
        Ok((
            Some(Object { name: self.name.clone(), place: Place::Remote(Arc::new(slice)), found: true }),
            rests,
        ))
    }

    fn copy(&self, until: u64, copied: &mut Option<(Arc<File>, u64)>) -> io::Result<Slice> {
        let (file, end) = match copied {
            Some(copied) => copied,
            none => none.insert((Arc::new(tempfile::tempfile()?), 0)),
        };
        let (begin, mut from) = (*end, self.at);
        while from < until {
            let bytes = whole::piece(&self.file, from, CHUNK.min(until - from))?;
            if bytes.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            spool::write_at(file, &bytes, begin + (from - self.at))?;
            from += bytes.len() as u64;
        }
        *end = begin + (until - self.at);
        Ok(Slice::new(file.clone(), begin, until - self.at).from_byte(self.at))
    }
}
