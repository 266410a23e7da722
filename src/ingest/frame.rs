//! The way through a text of JSON values: which bytes are the next object.
//!
//! One walk reads what a file can look like: one pretty document, a value a line,
//! values back to back with or without commas, lists, and the big lists inside of
//! `{"Records":[...]}` and its like, whose elements are handed out one by one so
//! that a whole file never counts as one value. What each object is, is decided
//! by whoever takes it, per object and not per file.
//!
//! After a fault the walk looks for the next thing that begins like a record. A
//! text may come in pieces; a value is handed out once it is there as a whole.

use memchr::memmem;

use crate::ingest::scan::Fault;
use crate::json::{skip_space, skip_value, string_end};

/// Lists under these keys are walked into instead of being handed out whole.
const LISTS: [&[u8]; 6] = [b"Records", b"Events", b"events", b"logEvents", b"results", b"QueryResultRows"];

/// What takes the values that the walk finds. Offsets count from the beginning of the text.
pub trait Take {
    /// An object begins at `at` of `text`; tells where it ends.
    ///
    /// # Errors
    /// When it does not end, or is no object after all.
    fn object(&mut self, text: &[u8], at: usize, offset: u64) -> Result<usize, Fault>;

    /// A complete value that is no object.
    fn value(&mut self, value: &[u8], offset: u64);

    /// How many bytes before the next value are a prefix, like a log's time stamp; `None` when it is none.
    fn prefix(&mut self, text: &[u8]) -> Option<usize>;

    /// Something that cannot be read; `sample` is its beginning.
    fn reject(&mut self, offset: u64, reason: &str, sample: &[u8]);
}

/// Walks a text that may come in pieces.
#[derive(Clone, Default, Debug)]
pub struct Framer {
    /// Inside of an object whose lists are walked.
    in_object: bool,
    /// Inside of a list.
    in_list: bool,
    /// Looking for the next record after a fault, without anything to show for it yet.
    lost: bool,
    /// Was lost once: what closes around here may have been opened before that.
    recovered: bool,
}

/// What one step came to.
enum Step {
    /// Go on at this place.
    At(usize),
    /// The value that begins at this place needs more text.
    More(usize),
}

/// How much unfinished text a value may have before it is given up, in bytes.
pub const VALUE_CAP: usize = 64 << 20;

impl Framer {
    /// Walks `text`, whose first byte stands at `base`; `last` says that no more comes.
    /// Returns how many bytes are dealt with; the rest must be given again, with more behind it.
    pub fn feed<T: Take>(&mut self, text: &[u8], base: u64, last: bool, take: &mut T) -> usize {
        let mut at = 0;
        if self.lost {
            match resync(text, 0) {
                Some(found) => at = found,
                // A pattern may stand across the border of two pieces.
                None => return if last { text.len() } else { text.len().saturating_sub(RESYNC_REACH) },
            }
            self.lost = false;
        }
        let mut feed = Feed { framer: self, text, base, last, take };
        loop {
            at = feed.skip_filling(at);
            let Some(&byte) = text.get(at) else { break };
            match feed.step(at, byte) {
                Step::At(next) => at = next,
                Step::More(from) => return from,
            }
            if feed.framer.lost {
                return if last { text.len() } else { at };
            }
        }
        if last && (self.in_list || self.in_object) {
            let reason = "the text ends before the list of records does; the records before it are kept";
            take.reject(base + text.len() as u64, reason, &[]);
        }
        text.len()
    }
}

/// One call of [`Framer::feed`].
struct Feed<'a, T> {
    framer: &'a mut Framer,
    text: &'a [u8],
    base: u64,
    last: bool,
    take: &'a mut T,
}

impl<T: Take> Feed<'_, T> {
    /// Passes white space, commas and the record separators of RFC 7464.
    fn skip_filling(&self, mut at: usize) -> usize {
        while let Some(b' ' | b'\n' | b'\r' | b'\t' | b',' | 0x1e) = self.text.get(at) {
            at += 1;
        }
        at
    }

    fn step(&mut self, at: usize, byte: u8) -> Step {
        if self.framer.in_list {
            return self.element(at, byte);
        }
        if self.framer.in_object {
            return self.member(at, byte);
        }
        match byte {
            b'{' => match self.list_below(at) {
                Some(Below::List(inside)) => {
                    (self.framer.in_object, self.framer.in_list) = (true, true);
                    Step::At(inside)
                }
                Some(Below::Unknown) if !self.last => Step::More(at),
                _ => self.object(at),
            },
            b'[' => match begins_row(&self.text[at..]) {
                Some(true) => self.value(at),
                None if !self.last => Step::More(at),
                _ => {
                    self.framer.in_list = true;
                    Step::At(at + 1)
                }
            },
            b'"' => self.value(at),
            // What closes the list in which the way was lost.
            b']' | b'}' if self.framer.recovered => Step::At(at + 1),
            _ => self.loose(at),
        }
    }

    /// Something at the top that begins no value: a prefix, or rubbish.
    fn loose(&mut self, at: usize) -> Step {
        let rest = &self.text[at..];
        if !self.last && rest.len() < PREFIX_REACH && memchr::memchr(b'\n', rest).is_none() {
            return Step::More(at);
        }
        match self.take.prefix(rest) {
            Some(skip) if skip > 0 => Step::At(at + skip),
            _ => self.fault(at, "this is no JSON"),
        }
    }

    /// An element of the list that is being walked.
    fn element(&mut self, at: usize, byte: u8) -> Step {
        match byte {
            b'{' => self.object(at),
            b']' => {
                self.framer.in_list = false;
                Step::At(at + 1)
            }
            b'}' | b':' => self.fault(at, "a list of records goes on with something that is no value"),
            _ => self.value(at),
        }
    }

    /// A member of the object whose list has been walked.
    fn member(&mut self, at: usize, byte: u8) -> Step {
        if byte == b'}' {
            self.framer.in_object = false;
            return Step::At(at + 1);
        }
        match self.list_at_key(at) {
            Some(Below::List(inside)) => {
                self.framer.in_list = true;
                return Step::At(inside);
            }
            Some(Below::Unknown) if !self.last => return Step::More(at),
            Some(Below::Other(value)) => match skip_value(self.text, value) {
                Some(end) if end > value && (end < self.text.len() || self.last) => return Step::At(end),
                Some(end) if end == value => {}
                _ if !self.last && self.text.len() - at < VALUE_CAP => return Step::More(at),
                _ => {}
            },
            _ => {}
        }
        self.framer.in_object = false;
        self.fault(at, "an object goes on with something that is no member")
    }

    fn object(&mut self, at: usize) -> Step {
        match self.take.object(self.text, at, self.base + at as u64) {
            Ok(end) => Step::At(end),
            Err(Fault::Unfinished) if !self.last && self.text.len() - at < VALUE_CAP => Step::More(at),
            Err(Fault::Unfinished) if self.last => self.fault(at, "a record begins here and does not end"),
            Err(Fault::Unfinished) => self.fault(at, "a value begins here and does not end within 64 MiB"),
            Err(Fault::Malformed(place)) => {
                let reason = format!("this object is broken {} bytes further on", place - at);
                self.fault(at, &reason)
            }
        }
    }

    fn value(&mut self, at: usize) -> Step {
        match skip_value(self.text, at) {
            // A word or number at the end of a piece may go on in the next one.
            Some(end) if end > at && (self.last || end < self.text.len()) => {
                self.take.value(&self.text[at..end], self.base + at as u64);
                Step::At(end)
            }
            Some(end) if end == at => self.fault(at, "this is no JSON"),
            _ if !self.last && self.text.len() - at < VALUE_CAP => Step::More(at),
            _ => self.fault(at, "a value begins here and does not end"),
        }
    }

    /// Reports what stands at `at` and goes on where the next record seems to begin.
    fn fault(&mut self, at: usize, reason: &str) -> Step {
        let sample = &self.text[at..self.text.len().min(at + 200)];
        self.take.reject(self.base + at as u64, reason, sample);
        match resync(self.text, at + 1) {
            Some(next) => Step::At(next),
            None => {
                (self.framer.lost, self.framer.recovered) = (true, true);
                (self.framer.in_list, self.framer.in_object) = (false, false);
                Step::At(self.text.len().saturating_sub(RESYNC_REACH).max(at + 1))
            }
        }
    }

    /// Whether the object at `at` begins with a list to be walked.
    fn list_below(&self, at: usize) -> Option<Below> {
        self.list_at_key(skip_space(self.text, at + 1))
    }

    /// What the member whose key begins at `at` holds; `None` when no key stands there.
    fn list_at_key(&self, at: usize) -> Option<Below> {
        match self.text.get(at) {
            None => return Some(Below::Unknown),
            Some(b'"') => {}
            Some(_) => return None,
        }
        let Some(end) = string_end(self.text, at + 1) else { return Some(Below::Unknown) };
        let colon = skip_space(self.text, end + 1);
        let value = skip_space(self.text, colon + 1);
        match (self.text.get(colon), self.text.get(value)) {
            (Some(b':'), Some(b'[')) if LISTS.contains(&&self.text[at + 1..end]) => {
                Some(Below::List(value + 1))
            }
            (Some(b':'), Some(_)) => Some(Below::Other(value)),
            (Some(b':') | None, None) => Some(Below::Unknown),
            _ => None,
        }
    }
}

/// What stands under a key.
enum Below {
    /// A list to be walked, whose inside begins here.
    List(usize),
    /// Another value, which begins here.
    Other(usize),
    /// The text ends before one can tell.
    Unknown,
}

/// Whether a list is a row of Logs Insights, whose elements are the cells of one record: `jq -c '.results[]'`
/// writes one a line. `None` when the text ends before one can tell.
fn begins_row(list: &[u8]) -> Option<bool> {
    const FIRST: &[u8] = b"\"field\"";
    let brace = skip_space(list, 1);
    if *list.get(brace)? != b'{' {
        return Some(false);
    }
    let rest = list.get(skip_space(list, brace + 1)..)?;
    match rest.len() < FIRST.len() {
        true if FIRST.starts_with(rest) => None,
        _ => Some(rest.starts_with(FIRST)),
    }
}

/// How long a prefix before a value may be, in bytes.
const PREFIX_REACH: usize = 4096;

/// How many bytes the pattern that [`resync`] looks for may take.
const RESYNC_REACH: usize = 256;

/// Keys that records and their wrappers begin with.
const FIRST_KEYS: [&[u8]; 9] = [
    b"eventVersion",
    b"userIdentity",
    b"eventTime",
    b"Records",
    b"Events",
    b"EventId",
    b"version",
    b"eventID",
    b"awsRegion",
];

/// Where the next thing begins that looks like a record, at or after `from`.
///
/// That is an object at the beginning of a line, directly behind another one, or one whose
/// first key is a record's.
fn resync(text: &[u8], from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    memchr::memchr_iter(b'{', rest).map(|i| from + i).find(|&at| begins_record(text, at))
}

fn begins_record(text: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|i| text.get(i));
    let next = text.get(at + 1);
    if matches!(before, Some(b'\n' | b'}')) && matches!(next, Some(b'"' | b'\n' | b'\r' | b' ' | b'}')) {
        return true;
    }
    let key = skip_space(text, at + 1);
    text.get(key) == Some(&b'"')
        && text.get(key + 1..).is_some_and(|rest| {
            FIRST_KEYS.iter().any(|k| rest.starts_with(k) && rest.get(k.len()) == Some(&b'"'))
        })
}

/// Whether a text holds anything that looks like a record at all.
pub fn mentions_records(text: &[u8]) -> bool {
    [&b"eventName"[..], b"eventname", b"CloudTrailEvent"]
        .iter()
        .any(|word| memmem::find(text, word).is_some())
}

#[cfg(test)]
mod tests;
