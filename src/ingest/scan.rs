//! The fast way through one record: where each top-level value stands, and nothing else.
//!
//! Records of one service repeat the order of their keys, and whole runs of members come again and again.
//! The scanner remembers which key followed which and checks that guess with one comparison of 32 bytes before
//! it reads the key at all; a run that it has met takes one comparison too. Values are skipped, not read.
//!
//! The scanner does not judge: a value may be anything, and whether the record is
//! a CloudTrail record is the caller's question. It must agree with `serde_json`
//! on everything that is valid JSON.

mod keys;
mod runs;

use std::cell::Cell;

use crate::json::{self, skip_space, skip_value, string_end};

pub use keys::{Key, known_keys};
pub use runs::{Found, Note, Run};

use keys::{COUNT, ROOM, TEXTS, WIDE, entry, len_at};
use runs::{FIRST_RUN, NONE, RUN_OF, Runs};

/// Why an object could not be walked to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The text ends first.
    Unfinished,
    /// What stands at this offset cannot stand there.
    Malformed(usize),
}

/// Where something begins and ends in an object, as the halves of one number: so both are moved at once.
#[derive(Clone, Copy, Default, Debug)]
struct Place(u64);

impl Place {
    #[inline(always)]
    fn new(start: usize, end: usize) -> Self {
        Self(start as u64 | (end as u64) << 32)
    }

    /// The same, where what it counts from begins so many bytes further on.
    #[inline(always)]
    fn moved(self, by: usize) -> Self {
        Self(self.0.wrapping_add(by as u64 * (1 << 32 | 1)))
    }

    #[inline(always)]
    fn range(self) -> std::ops::Range<usize> {
        self.0 as u32 as usize..(self.0 >> 32) as usize
    }
}

/// Objects are walked no further than this: places have 32 bits, and every cap is far below.
const LONGEST: usize = u32::MAX as usize;

/// Where the values of one object stand. It borrows from the scanner: look before the next object is scanned.
#[derive(Clone, Copy, Debug)]
pub struct Spans<'a> {
    /// The whole object.
    pub text: &'a [u8],
    /// Where each value stands in `text`, for the keys that are there.
    places: &'a [Place; ROOM],
    /// A bit for each key that is there.
    there: u64,
    /// Where the runs stand; nowhere when a key stands twice.
    runs: Option<&'a Runs>,
}

impl<'a> Spans<'a> {
    /// The raw value of a key; empty when the object has none.
    #[inline]
    pub fn get(&self, key: Key) -> &'a [u8] {
        if !self.has(key) {
            return &[];
        }
        self.text.get(self.places[entry(key as usize)].range()).unwrap_or_default()
    }

    /// Where a run of members stands; `None` when the object has no such run, or any key twice.
    #[inline]
    pub fn run(&self, run: Run) -> Option<&'a Found> {
        self.runs.filter(|_| self.has(run.first())).map(|runs| runs.found(run as u8))
    }

    /// What is kept with a run of this object; `None` when it is not remembered.
    #[inline]
    pub fn note(&self, run: &Found) -> Option<&'a Cell<Note>> {
        self.runs?.note(run)
    }

    /// Whether the object has any of these keys, of which each is a bit, outside of that run of it.
    #[inline]
    pub fn has_beside(&self, run: &Found, keys: u64) -> bool {
        self.there & keys & !run.keys() != 0
    }

    /// Whether the object has any of these keys, of which each is a bit.
    #[inline]
    pub fn has_any(&self, keys: u64) -> bool {
        self.there & keys != 0
    }

    /// The bytes of a run of this object.
    #[inline]
    pub fn bytes(&self, run: &Found) -> &'a [u8] {
        self.text.get(run.start..run.end).unwrap_or_default()
    }

    /// Whether the object has that key.
    #[inline]
    pub fn has(&self, key: Key) -> bool {
        self.there >> (key as u8) & 1 == 1
    }
}

/// Walks objects; it learns from each what to expect of the next.
///
/// What is kept with a run is kept by one reader: whoever reads with other dictionaries needs a scanner of its own.
#[derive(Debug)]
pub struct Scanner {
    /// The two keys that followed each key last, the latest first; what follows [`COUNT`] is the first key.
    follow: [[u8; 2]; ROOM],
    runs: Runs,
    /// Where the values of the last object stand.
    places: [Place; ROOM],
}

impl Default for Scanner {
    fn default() -> Self {
        let mut follow = [[0; 2]; ROOM];
        for (k, next) in follow.iter_mut().enumerate().take(COUNT - 1) {
            *next = [k as u8 + 1; 2];
        }
        Self { follow, runs: Runs::default(), places: [Place::default(); ROOM] }
    }
}

/// How far a walk over an object has come. Calls get it by value and give it back: so it stays in registers between them.
#[derive(Clone, Copy)]
struct Walk<'t> {
    text: &'t [u8],
    /// Where the object begins.
    object: usize,
    /// Where the next key stands; behind the object when it has ended.
    at: usize,
    /// The key before that.
    previous: usize,
    ended: bool,
    /// A bit for each key that was there, and for each that was there more than once.
    there: u64,
    twice: u64,
    behind: Behind,
}

/// The run that was remembered last, and where the walk stood before and after it.
#[derive(Clone, Copy)]
struct Behind {
    run: u8,
    start: usize,
    end: usize,
    previous: usize,
}

impl Walk<'_> {
    /// Takes note of keys.
    #[inline(always)]
    fn set(&mut self, keys: u64) {
        self.twice |= self.there & keys;
        self.there |= keys;
    }

    /// Goes on behind a value that ends at `end`.
    #[inline(always)]
    fn pass(&mut self, end: usize) -> Result<(), Fault> {
        // Nearly always a comma and the quote of the next key.
        if let Some([b',', b'"']) = self.text.get(end..).and_then(|rest| rest.first_chunk()) {
            self.at = end + 1;
            return Ok(());
        }
        let at = skip_space(self.text, end);
        match self.text.get(at) {
            Some(b',') => self.at = skip_space(self.text, at + 1),
            Some(b'}') => (self.at, self.ended) = (at + 1, true),
            Some(_) => return Err(Fault::Malformed(at)),
            None => return Err(Fault::Unfinished),
        }
        Ok(())
    }
}

impl Scanner {
    /// Walks the object whose opening brace stands at `at`; also tells where it ends.
    ///
    /// Of a key that stands twice the last value counts.
    ///
    /// # Errors
    /// When the object does not end, or is none.
    pub fn scan<'a>(&'a mut self, text: &'a [u8], at: usize) -> Result<(Spans<'a>, usize), Fault> {
        let text = text.get(..at.saturating_add(LONGEST)).unwrap_or(text);
        let behind = Behind { run: NONE, start: 0, end: 0, previous: COUNT };
        let first = skip_space(text, at + 1);
        let mut walk =
            Walk { text, object: at, at: first, previous: COUNT, ended: false, there: 0, twice: 0, behind };
        if text.get(first) == Some(&b'}') {
            (walk.at, walk.ended) = (first + 1, true);
        }
        while !walk.ended {
            self.step(&mut walk)?;
        }
        let Walk { at: end, there, twice, .. } = walk;
        let runs = (twice == 0).then_some(&self.runs);
        Ok((Spans { text: &text[at..end], places: &self.places, there, runs }, end))
    }

    /// One member, or a run of them.
    #[inline(always)]
    fn step(&mut self, walk: &mut Walk<'_>) -> Result<(), Fault> {
        let (key, value) = self.key(walk)?;
        if RUN_OF[entry(key)] != NONE && self.run(walk, key)? {
            return Ok(());
        }
        self.value(walk, key, value)?;
        Ok(())
    }

    /// The number of the next key ([`COUNT`] when unknown), and the place behind its colon.
    #[inline(always)]
    fn key(&mut self, walk: &Walk<'_>) -> Result<(usize, usize), Fault> {
        expect(walk.text, walk.at, b'"')?;
        let at = walk.at + 1;
        if let Some(rest) = walk.text[at..].first_chunk::<WIDE>() {
            let [guess, second] = self.follow[entry(walk.previous)];
            for guess in [guess, second] {
                if let Some(len) = len_at(rest, guess) {
                    return Ok((usize::from(guess), at + len));
                }
            }
        }
        self.read_key(walk.text, at, walk.previous)
    }

    /// Takes a value; where it stands.
    #[inline(always)]
    fn value(&mut self, walk: &mut Walk<'_>, key: usize, at: usize) -> Result<Place, Fault> {
        let start = skip_space(walk.text, at);
        let end = skip_value(walk.text, start).ok_or(Fault::Unfinished)?;
        if end == start {
            return Err(Fault::Malformed(start));
        }
        let place = Place::new(start - walk.object, end - walk.object);
        if key != COUNT {
            self.places[entry(key)] = place;
            walk.set(1 << entry(key));
            walk.previous = key;
        }
        walk.pass(end)?;
        Ok(place)
    }

    /// Takes the values of a run if it is one that is remembered.
    #[inline(always)]
    fn recall(&mut self, walk: &mut Walk<'_>, run: u8) -> Result<bool, Fault> {
        let (start, previous) = (walk.at, walk.previous);
        let Some(known) = self.runs.recall(run, walk.text, start, walk.object) else { return Ok(false) };
        for (key, place) in known.places() {
            self.places[entry(usize::from(key))] = place.moved(start - walk.object);
            walk.previous = usize::from(key);
        }
        let end = start + known.len();
        walk.set(self.runs.found(run).keys());
        walk.pass(end)?;
        walk.behind = Behind { run, start, end: walk.at, previous };
        Ok(true)
    }

    /// Takes a run, if one begins with this key, or goes on with it that was taken for a shorter one.
    #[inline(always)]
    fn run(&mut self, walk: &mut Walk<'_>, key: usize) -> Result<bool, Fault> {
        let run = RUN_OF[entry(key)];
        if FIRST_RUN[entry(key)] != NONE {
            if self.recall(walk, run)? {
                return Ok(true);
            }
        } else if walk.behind.end == walk.at && walk.behind.run == run {
            (walk.at, walk.previous) = (walk.behind.start, walk.behind.previous);
            walk.there &= !self.runs.found(run).keys();
        } else {
            return Ok(false);
        }
        *walk = self.learn(*walk, run)?;
        Ok(true)
    }

    /// Takes a run that is not remembered; where the walk is then.
    #[cold]
    fn learn<'t>(&mut self, mut walk: Walk<'t>, run: u8) -> Result<Walk<'t>, Fault> {
        self.runs.open(run, walk.text, walk.at);
        while !walk.ended {
            let (key, value) = self.key_apart(walk)?;
            if RUN_OF[entry(key)] != run {
                break;
            }
            let (behind, place) = self.value_apart(walk, key, value)?;
            self.runs.go_on(key, place, walk.object);
            walk = behind;
        }
        self.runs.close(run, walk.text, walk.object);
        Ok(walk)
    }

    /// As [`Scanner::key`], as a call: what is rare must not take room beside what is not.
    #[inline(never)]
    fn key_apart(&mut self, walk: Walk<'_>) -> Result<(usize, usize), Fault> {
        self.key(&walk)
    }

    /// As [`Scanner::value`], as a call.
    #[inline(never)]
    fn value_apart<'t>(
        &mut self,
        mut walk: Walk<'t>,
        key: usize,
        at: usize,
    ) -> Result<(Walk<'t>, Place), Fault> {
        let place = self.value(&mut walk, key, at)?;
        Ok((walk, place))
    }

    /// Reads the key that begins at `at`: its number ([`COUNT`] when unknown) and the place behind its colon.
    #[cold]
    fn read_key(&mut self, text: &[u8], at: usize, previous: usize) -> Result<(usize, usize), Fault> {
        let end = string_end(text, at).ok_or(Fault::Unfinished)?;
        let written = &text[at..end];
        let is_plain = memchr::memchr(b'\\', written).is_none();
        let key = match is_plain {
            true => TEXTS.iter().position(|k| k.as_bytes() == written),
            false => TEXTS.iter().position(|k| **k == json::decode(written).0),
        };
        let key = key.unwrap_or(COUNT);
        let follow = &mut self.follow[entry(previous)];
        if key < COUNT && is_plain && !follow.contains(&(key as u8)) {
            *follow = [key as u8, follow[0]];
        }
        let colon = skip_space(text, end + 1);
        expect(text, colon, b':')?;
        Ok((key, colon + 1))
    }
}

#[inline(always)]
fn expect(text: &[u8], at: usize, byte: u8) -> Result<(), Fault> {
    match text.get(at) {
        Some(&b) if b == byte => Ok(()),
        Some(_) => Err(Fault::Malformed(at)),
        None => Err(Fault::Unfinished),
    }
}

#[cfg(test)]
mod tests;
