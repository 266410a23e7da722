//! What the runs of members come to that a worker's scanner remembers: the numbers of their values, and a hash of their text.
//!
//! Most records have nothing but such runs in their columns. What a value means is nobody's business here.

use std::hash::{BuildHasher as _, Hasher as _};

use foldhash::fast::{FoldHasher, RandomState};

use crate::ingest::scan::{Found, Key, Note, Run};
use crate::ingest::seen::Marks;
use crate::store::Column;

/// How many columns a run fills at most.
pub(super) const WIDTH: usize = 3;

/// The columns that a run fills, and with which of its members.
#[inline]
pub(super) const fn columns_of(run: Run) -> &'static [(Column, Key)] {
    match run {
        Run::Who => &[(Column::Identity, Key::UserIdentity)],
        Run::What => &[
            (Column::Source, Key::EventSource),
            (Column::Event, Key::EventName),
            (Column::Region, Key::AwsRegion),
        ],
        Run::Whence => &[(Column::Ip, Key::SourceIpAddress), (Column::Agent, Key::UserAgent)],
        Run::Account => &[
            (Column::Type, Key::EventType),
            (Column::Account, Key::RecipientAccountId),
            (Column::Category, Key::EventCategory),
        ],
        Run::Tls => &[(Column::Tls, Key::TlsDetails)],
    }
}

/// A bit for each key that fills a column with a run.
#[inline]
pub(super) const fn keys_of(run: Run) -> u64 {
    let columns = columns_of(run);
    let (mut keys, mut n) = (0, 0);
    while n < columns.len() {
        keys |= 1 << (columns[n].1 as u64);
        n += 1;
    }
    keys
}

/// The numbers of the values of a run, what else is known of them, and a hash of its text.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Numbers {
    pub(super) ids: [u32; WIDTH],
    pub(super) marks: Marks,
    pub(super) hash: u64,
}

impl Numbers {
    /// What a note says, if anything.
    #[inline]
    pub(super) fn of(note: Note) -> Option<Self> {
        let [a, b, c, low, high, marks] = note;
        let hash = u64::from(low) | u64::from(high) << 32;
        let known = || Self { ids: [a, b, c], marks: Marks::of(marks as u8), hash };
        (marks & WRITTEN != 0).then(known)
    }

    /// As a note.
    pub(super) fn note(self) -> Note {
        let [a, b, c] = self.ids;
        [a, b, c, self.hash as u32, (self.hash >> 32) as u32, WRITTEN | u32::from(self.marks.bits())]
    }
}

/// Set in notes that say something.
const WRITTEN: u32 = 1 << 31;

/// The hash of a whole record, which all workers agree on, as they agree on where its runs stand.
pub(super) struct Content<'r> {
    text: &'r [u8],
    /// How much of the text is in the hash.
    done: usize,
    hasher: FoldHasher<'static>,
}

impl<'r> Content<'r> {
    pub(super) fn of(text: &'r [u8], hasher: &RandomState) -> Self {
        Self { text, done: 0, hasher: hasher.build_hasher() }
    }

    /// Adds a run whose hash is known, and what stands before it.
    #[inline(always)]
    pub(super) fn run(&mut self, run: &Found, hash: u64) {
        // A run in another place than that which it has in most records is nothing but text.
        if run.start >= self.done {
            match run.start - self.done {
                // Between two runs a single byte is a comma.
                1 if self.done > 0 => self.hasher.write_u64(1),
                _ => self.upto(run.start),
            }
            self.hasher.write_u64(hash);
            self.done = run.end;
        }
    }

    /// The hash, when all runs were added.
    #[inline(always)]
    pub(super) fn hash(mut self) -> u64 {
        self.upto(self.text.len());
        self.hasher.finish()
    }

    /// Adds the text up to a place.
    #[inline(always)]
    fn upto(&mut self, end: usize) {
        match self.text.get(self.done..end).unwrap_or_default() {
            [] => {}
            // No length before it, as a slice would have: whoever writes knows where each piece ends.
            text => self.hasher.write(text),
        }
    }
}
