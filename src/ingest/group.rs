//! Values of columns that stand side by side in records and come together again and again, looked up as one.
//!
//! Service, name and region follow each other in nearly every record, and so do type, account and category: one comparison
//! of what a few records before had there tells three numbers. What a value means is nobody's business here.

use crate::ingest::scan::{Key, Spans};
use crate::ingest::seen::{Marks, same};
use crate::store::Column;

/// How many columns a group has.
pub(super) const WIDTH: usize = 3;

/// The groups: their columns, with the keys that fill them, in the order in which they stand.
pub(super) const GROUPS: [[(Column, Key); WIDTH]; 2] = [
    [(Column::Source, Key::EventSource), (Column::Event, Key::EventName), (Column::Region, Key::AwsRegion)],
    [
        (Column::Type, Key::EventType),
        (Column::Account, Key::RecipientAccountId),
        (Column::Category, Key::EventCategory),
    ],
];

/// How many bytes may stand between two values of a group: a key, and a key that is true or false before it. No id fits.
const MOST_BETWEEN: u32 = 48;

/// How many groups are remembered; a power of two.
const REMEMBERED: usize = 1024;

/// Above so many bytes a worker starts anew.
const MOST_BYTES: usize = 1 << 20;

/// What a worker remembers of one group.
#[derive(Debug)]
pub(super) struct Group {
    entries: Vec<Entry>,
    bytes: Vec<u8>,
}

/// A text with three values in it that was met; an empty one is none.
#[derive(Clone, Copy, Default, Debug)]
struct Entry {
    start: u32,
    len: u32,
    numbers: Numbers,
}

/// The numbers of the values of a group, and what else is known of them.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Numbers {
    pub(super) ids: [u32; WIDTH],
    pub(super) marks: Marks,
}

/// The bytes of a record from the first value of a group to the last, and where they are remembered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Together<'r> {
    text: &'r [u8],
    slot: usize,
}

impl<'r> Together<'r> {
    /// Those of a record; `None` where the values do not follow each other.
    #[inline]
    pub(super) fn of(spans: &Spans<'r>, group: &[(Column, Key); WIDTH]) -> Option<Self> {
        let [first, middle, last] = group.map(|(_, key)| spans.place(key));
        let follows = |a: (u32, u32), b: (u32, u32)| b.0.wrapping_sub(a.1) <= MOST_BETWEEN;
        let all = group.iter().all(|(_, key)| spans.has(*key));
        if !(all && follows(first, middle) && follows(middle, last)) {
            return None;
        }
        let text = spans.text.get(first.0 as usize..last.1 as usize)?;
        let word = |from: u32| spans.text.get(from as usize..)?.first_chunk().map(|w| u64::from_le_bytes(*w));
        let ends =
            [word(first.0)?, word(middle.0)?, word(middle.1.checked_sub(8)?)?, word(last.1.checked_sub(8)?)?];
        let mixed = ends.iter().fold(text.len() as u64, |all, word| {
            (all.rotate_left(21) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        });
        Some(Self { text, slot: (mixed >> 54) as usize })
    }
}

impl Default for Group {
    fn default() -> Self {
        Self { entries: vec![Entry::default(); REMEMBERED], bytes: Vec::new() }
    }
}

impl Group {
    /// What is remembered of the same bytes.
    #[inline]
    pub(super) fn get(&self, together: Together<'_>) -> Option<Numbers> {
        let entry = self.entries.get(together.slot)?;
        let known = self.bytes.get(entry.start as usize..(entry.start + entry.len) as usize)?;
        (entry.len != 0 && same(known, together.text)).then_some(entry.numbers)
    }

    /// Remembers what these bytes come to.
    #[cold]
    pub(super) fn put(&mut self, together: Together<'_>, numbers: Numbers) {
        if self.bytes.len() + together.text.len() > MOST_BYTES {
            self.bytes.clear();
            self.entries.fill(Entry::default());
        }
        let (start, len) = (self.bytes.len() as u32, together.text.len() as u32);
        if together.text.len() <= MOST_BYTES
            && let Some(entry) = self.entries.get_mut(together.slot)
        {
            self.bytes.extend_from_slice(together.text);
            *entry = Entry { start, len, numbers };
        }
    }
}
