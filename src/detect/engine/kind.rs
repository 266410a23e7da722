//! Kinds of events: which classes their values belong to, side by side in a few words.

use super::classes::{Class, ODD, Slot};
use crate::ingest::scan::{Key, Spans};
use crate::store::Column;

/// The values that have classes, with the bits that their classes have in a [`Kind`]: those of columns, and those
/// that are hardly ever anything but true or false. Name and source come first: they choose the rules.
pub(super) const SLOTS: [(Slot, u32); WIDTH] = [
    (Slot::Column(Column::Event, Key::EventName), 16),
    (Slot::Column(Column::Source, Key::EventSource), 16),
    (Slot::Column(Column::Identity, Key::UserIdentity), 16),
    (Slot::Column(Column::Agent, Key::UserAgent), 16),
    (Slot::Column(Column::Ip, Key::SourceIpAddress), 16),
    (Slot::Column(Column::Error, Key::ErrorCode), 8),
    (Slot::Column(Column::Region, Key::AwsRegion), 8),
    (Slot::Column(Column::Account, Key::RecipientAccountId), 8),
    (Slot::Column(Column::Type, Key::EventType), 8),
    (Slot::Column(Column::Category, Key::EventCategory), 8),
    (Slot::Word(0), 8),
    (Slot::Word(1), 8),
    (Slot::Word(2), 8),
];

/// How many slots there are.
pub(super) const WIDTH: usize = 13;

/// The slot of the name.
pub(super) const NAME: usize = 0;

/// How many of them choose the rules.
pub(super) const NAMED: usize = 2;

/// Where the class of each slot stands behind name and source: in which word, and from which bit.
const PLACES: [(usize, u32); WIDTH] = {
    let mut places = [(0, 0); WIDTH];
    let (mut word, mut bit, mut slot) = (0, 0, NAMED);
    while slot < WIDTH {
        let bits = SLOTS[slot].1;
        if bit + bits > u64::BITS {
            (word, bit) = (word + 1, 0);
        }
        places[slot] = (word, bit);
        bit += bits;
        slot += 1;
    }
    places
};

/// The classes of all slots but name and source; 0 where nobody looks.
pub(super) type Others = [u64; 2];

/// The classes of the values of an event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub(super) named: [Class; NAMED],
    pub(super) others: Others,
}

impl Kind {
    pub(super) fn class(&self, slot: usize) -> Class {
        match (self.named.get(slot), SLOTS.get(slot), PLACES.get(slot)) {
            (Some(class), ..) => *class,
            (None, Some((_, bits)), Some((word, bit))) => {
                let word = self.others.get(*word).copied().unwrap_or_default();
                (word >> bit) as Class & (Class::MAX >> (Class::BITS - bits))
            }
            _ => ODD,
        }
    }
}

/// Where the class of a slot stands among the others: in which word, and from which bit.
pub(super) fn place(slot: usize) -> (usize, u32) {
    PLACES.get(slot).copied().unwrap_or_default()
}

/// The bits of some slots among the others.
pub(super) fn mask(slots: &[usize]) -> Others {
    let mut mask = Others::default();
    for slot in slots {
        let ((word, bit), Some((_, bits))) = (place(*slot), SLOTS.get(*slot)) else { continue };
        if let Some(word) = mask.get_mut(word) {
            *word |= (u64::MAX >> (u64::BITS - bits)) << bit;
        }
    }
    mask
}

/// The keys whose values are words.
pub(super) const WORDS: [Key; 3] = [Key::ReadOnly, Key::ManagementEvent, Key::SessionFromConsole];

/// How words are written, by their numbers.
pub(super) const WRITTEN: [&[u8]; 4] = [b"", b"true", b"false", b"\"true\""];

/// The bits that the number of a word takes.
const WORD_BITS: u32 = 2;

/// The bits that the numbers of all words take.
pub(super) const ALL_WORDS: u32 = WORD_BITS * WORDS.len() as u32;

/// The numbers of an event's words, side by side; `None` where one is none that is known.
#[inline]
pub(super) fn words(spans: &Spans<'_>) -> Option<u32> {
    let mut words = 0;
    for (n, key) in (0u32..).zip(WORDS) {
        words |= written(spans.get(key))? << (n * WORD_BITS);
    }
    Some(words)
}

/// The number of a word as it is [`WRITTEN`].
#[inline]
fn written(raw: &[u8]) -> Option<u32> {
    // Nearly every event has three: a search of the list takes five times as long.
    match raw {
        b"" => Some(0),
        b"true" => Some(1),
        b"false" => Some(2),
        b"\"true\"" => Some(3),
        _ => None,
    }
}

/// The number of one word among those of an event.
#[inline]
pub(super) fn word(words: u32, n: u32) -> u32 {
    words >> (n * WORD_BITS) & ((1 << WORD_BITS) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_the_numbers_of_how_they_are_written() {
        for (number, raw) in (0..).zip(WRITTEN) {
            assert_eq!(written(raw), Some(number), "{raw:?}");
        }
        for other in [&b"null"[..], b"True", b"\"false\"", b"truefalse", b"1"] {
            assert_eq!(written(other), None, "{other:?}");
        }
    }

    #[test]
    fn no_slot_stands_in_the_way_of_another() {
        let all: Vec<usize> = (NAMED..WIDTH).collect();
        for slot in &all {
            let rest: Vec<usize> = all.iter().copied().filter(|other| other != slot).collect();
            let (own, others) = (mask(&[*slot]), mask(&rest));
            assert!(own.iter().zip(others).all(|(own, others)| own & others == 0), "{slot}");
            let (kind, bits) = (Kind { named: [0; NAMED], others: own }, SLOTS[*slot].1);
            assert_eq!(u32::from(kind.class(*slot)), (1 << bits) - 1, "{slot}");
            assert!(rest.iter().all(|other| kind.class(*other) == 0), "{slot}");
        }
    }
}
