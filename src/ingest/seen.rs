//! The raw values that one worker has met in a column, with their numbers.
//!
//! They stand in front of a shared dictionary, so that a value is decoded, and a lock taken, once per distinct value
//! and worker and not once per event. What a value means is nobody's business here.

use std::borrow::Cow;
use std::hash::BuildHasher as _;

use hashbrown::HashTable;

use crate::json;
use crate::store::Column;
use crate::store::dict::{LONGEST, may_be_cut};
use crate::store::dicts::{Dicts, TEXT_MARK};

/// Whether two spans are equal. Most are short, and a call to compare them costs more than comparing.
#[inline(always)]
pub(super) fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let ends = |s: &[u8]| Some((u64::from_le_bytes(*s.first_chunk()?), u64::from_le_bytes(*s.last_chunk()?)));
    let wide_ends =
        |s: &[u8]| Some((u128::from_le_bytes(*s.first_chunk()?), u128::from_le_bytes(*s.last_chunk()?)));
    match a.len() {
        8..=16 => ends(a) == ends(b),
        17..=32 => wide_ends(a) == wide_ends(b),
        _ => a == b,
    }
}

/// How many bytes of spans a worker remembers per column before it starts anew.
const REMEMBERED: usize = 8 << 20;

/// Above so many bytes, room is made for all at once: growing by doubling would write them anew time and again.
const FEW: usize = 256 << 10;

/// The number of a raw value, and what else is known of it.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Met {
    pub(super) id: u32,
    pub(super) marks: Marks,
}

/// What is known of a value beside its number.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Marks(u8);

impl Marks {
    /// Text of it was damaged.
    pub(super) const DAMAGED: Self = Self(1);
    /// What is written otherwise may have the same number: a number, and the text that says it.
    pub(super) const ODD: Self = Self(1 << 1);
    /// This worker has not met it before, or has forgotten it.
    pub(super) const NEW: Self = Self(1 << 2);

    pub(super) fn of(bits: u8) -> Self {
        Self(bits)
    }

    pub(super) fn bits(self) -> u8 {
        self.0
    }

    pub(super) fn has(self, mark: Self) -> bool {
        self.0 & mark.0 != 0
    }

    pub(super) fn without(self, mark: Self) -> Self {
        Self(self.0 & !mark.0)
    }

    pub(super) fn with_if(self, condition: bool, mark: Self) -> Self {
        if condition { Self(self.0 | mark.0) } else { self }
    }
}

impl std::ops::BitOr for Marks {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl std::ops::BitOrAssign for Marks {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// Whether what is written otherwise may have the number of this value in its column.
pub(crate) fn is_odd(column: Column, raw: &[u8]) -> bool {
    match column {
        Column::Identity => raw.first() != Some(&b'{'),
        // What is taken from within a value is nothing by itself.
        Column::Target | Column::Tls => false,
        // What is cut has the number of all that begins so.
        _ => json::plainly_text(raw).is_none_or(|text| may_be_cut(&text)),
    }
}

/// How the text of a raw value is read, and whether anything in it had to be replaced.
pub(super) type Reader = fn(&[u8]) -> (Cow<'_, str>, bool);

/// The text of a value: of a string what it says, of anything else as it is written.
fn plain_text(raw: &[u8]) -> (Cow<'_, str>, bool) {
    match raw.first() {
        Some(b'"') => json::unquote(raw),
        _ => json::lossy(raw),
    }
}

/// The raw spans that this worker has met in a column, with their numbers.
#[derive(Debug)]
pub(super) struct Seen {
    table: HashTable<Entry>,
    bytes: Vec<u8>,
    /// What was met lately, by its mark: most values are among few, and a mark costs less than a hash.
    lately: [Entry; LATELY],
}

/// Which identities this worker has met. They are long, and what most events have of them is found with their runs: those that
/// are left are looked up in the dictionary, and no worker keeps them as well.
#[derive(Default, Debug)]
pub(super) struct Identities {
    /// A bit for each number.
    met: Vec<u64>,
}

impl Identities {
    /// Whether a raw identity is one that the dictionary has as it is written, if it has it.
    pub(super) fn can_have(raw: &[u8]) -> bool {
        raw.first() == Some(&b'{') && raw.len() < UNCUT
    }

    /// The number of a raw identity, and what else is known of it.
    pub(super) fn id(&mut self, dicts: &Dicts, raw: &[u8]) -> Met {
        let (id, marks) = match dicts.find_identity(raw) {
            Some(id) => (id, Marks::default()),
            None => {
                let (text, is_damaged) = json::lossy(raw);
                let id = dicts.learn_identity(&text);
                (id, Marks::default().with_if(is_damaged, Marks::DAMAGED))
            }
        };
        Met { id, marks: marks.with_if(self.meet(id), Marks::NEW) }
    }

    /// Whether this is the first time.
    fn meet(&mut self, id: u32) -> bool {
        let (word, bit) = (id as usize / 64, 1 << (id % 64));
        if self.met.len() <= word {
            self.met.resize(word + 1, 0);
        }
        let is_new = self.met[word] & bit == 0;
        self.met[word] |= bit;
        is_new
    }
}

/// Texts below so many bytes are never cut, even if each of their bytes takes three when it is replaced.
const UNCUT: usize = LONGEST / 4;

/// How many values are found by their mark; a power of two.
const LATELY: usize = 512;

/// Where a value stands among those that were met lately: by its ends and its length.
#[inline(always)]
fn mark(raw: &[u8]) -> usize {
    let ends = match (raw.first_chunk(), raw.last_chunk()) {
        (Some(first), Some(last)) => {
            u64::from_le_bytes(*first).rotate_left(23).wrapping_add(u64::from_le_bytes(*last))
        }
        _ => raw.first().copied().map_or(0, u64::from),
    };
    (ends.wrapping_add(raw.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 55) as usize
}

impl Default for Seen {
    fn default() -> Self {
        let none = Entry::default();
        Self { table: HashTable::new(), bytes: Vec::new(), lately: [none; LATELY] }
    }
}

/// A raw value that was met; an empty one is none.
#[derive(Clone, Copy, Default, Debug)]
struct Entry {
    hash: u64,
    start: u32,
    len: u32,
    id: u32,
    marks: Marks,
}

impl Seen {
    fn text(&self, entry: &Entry) -> &[u8] {
        self.bytes.get(entry.start as usize..(entry.start + entry.len) as usize).unwrap_or_default()
    }

    /// The number of a raw value, and what else is known of it.
    #[inline]
    pub(super) fn id(&mut self, dicts: &Dicts, column: Column, raw: &[u8]) -> Met {
        self.id_as(dicts, column, raw, plain_text)
    }

    /// As [`Seen::id`], for a value whose text is what `read` makes of it.
    #[inline]
    pub(super) fn id_as(&mut self, dicts: &Dicts, column: Column, raw: &[u8], read: Reader) -> Met {
        let mark = mark(raw) % LATELY;
        let met = self.lately[mark];
        if met.len != 0 && same(self.text(&met), raw) {
            return Met { id: met.id, marks: met.marks };
        }
        let hash = dicts.hasher().hash_one(raw);
        let found = self.table.find(hash, |e| e.hash == hash && same(self.text(e), raw)).copied();
        let is_new = found.is_none();
        let entry = found.unwrap_or_else(|| self.learn(dicts, column, raw, hash, read));
        self.lately[mark] = entry;
        Met { id: entry.id, marks: entry.marks.with_if(is_new, Marks::NEW) }
    }

    #[cold]
    fn learn(&mut self, dicts: &Dicts, column: Column, raw: &[u8], hash: u64, read: Reader) -> Entry {
        let (mut text, is_damaged) = read(raw);
        if column == Column::Identity && raw.first() == Some(&b'"') {
            text.to_mut().insert(0, TEXT_MARK);
        }
        let id = dicts.intern(column, &text);
        // What is cut is odd in every column.
        let is_cut = may_be_cut(&text);
        let marks = Marks::default()
            .with_if(is_damaged || is_cut, Marks::DAMAGED)
            .with_if(is_odd(column, raw) || is_cut, Marks::ODD);
        if self.bytes.len() + raw.len() > REMEMBERED {
            self.table.clear();
            self.bytes.clear();
            self.lately = [Entry::default(); LATELY];
        }
        if self.bytes.len() > FEW && self.bytes.capacity() < REMEMBERED {
            self.bytes.reserve_exact(REMEMBERED - self.bytes.len());
        }
        if raw.len() > REMEMBERED {
            return Entry { id, marks, ..Entry::default() };
        }
        let entry = Entry { hash, start: self.bytes.len() as u32, len: raw.len() as u32, id, marks };
        self.bytes.extend_from_slice(raw);
        self.table.insert_unique(hash, entry, |e| e.hash);
        entry
    }
}
