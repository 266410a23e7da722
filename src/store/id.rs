//! Ids of events: UUIDs as numbers, read and written in the one form that CloudTrail has, and looked for.
//!
//! An id that is no UUID is a number of a dictionary, and a record without one has a hash; flags tell which.

use std::fmt;

use crate::store::dict::Values;
use crate::store::flags::Flags;
use crate::store::segment::Segment;

/// An id as columns hold it, for each kind of id that it can be.
#[derive(Clone, Copy, Debug)]
pub struct IdKey {
    uuid: Option<u128>,
    odd: Option<u128>,
    none: Option<u128>,
}

impl IdKey {
    /// That of an id as it is shown; `odd_ids` are those that are no UUIDs.
    pub(super) fn of(id: &str, odd_ids: &Values) -> Self {
        let hash = id.strip_prefix("no-id:").and_then(|hex| u128::from_str_radix(hex, 16).ok());
        Self {
            // Other tools write UUIDs in capitals.
            uuid: parse_uuid(id).or_else(|| parse_uuid(&id.to_ascii_lowercase())),
            odd: odd_ids.find(id).map(u128::from),
            none: hash.filter(|hash| id == IdText { id: *hash, none: true }.to_string()),
        }
    }

    /// Whether the row of a segment that holds `stored` has this id.
    pub(super) fn is(&self, segment: &Segment, slot: usize, stored: u128) -> bool {
        let stored = Some(stored);
        // Flags are looked at for hardly any row.
        if stored != self.uuid && stored != self.odd && stored != self.none {
            return false;
        }
        let flags = segment.flags(slot);
        stored
            == match (flags.has(Flags::ODD_ID), flags.has(Flags::NO_ID)) {
                (true, _) => self.odd,
                (_, true) => self.none,
                _ => self.uuid,
            }
    }
}

/// An id as text.
pub(super) struct IdText {
    pub(super) id: u128,
    /// Whether it is the hash of a record that has none.
    pub(super) none: bool,
}

impl fmt::Display for IdText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.none {
            return write!(f, "no-id:{:032x}", self.id);
        }
        let id = self.id;
        let part = |shift: u32, bits: u32| id >> shift & ((1 << bits) - 1);
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            part(96, 32),
            part(80, 16),
            part(64, 16),
            part(48, 16),
            part(0, 48)
        )
    }
}

/// An id that is no number of a dictionary, as text.
pub(crate) fn text_of(id: u128, flags: Flags) -> String {
    IdText { id, none: flags.has(Flags::NO_ID) }.to_string()
}

/// The UUID in `text`, in the one form that CloudTrail writes: lower case, with hyphens.
pub fn parse_uuid(text: &str) -> Option<u128> {
    uuid_in(text.as_bytes())
}

/// As [`parse_uuid`], for bytes that need not be text.
pub(crate) fn uuid_in(bytes: &[u8]) -> Option<u128> {
    let bytes: &[u8; 36] = bytes.try_into().ok()?;
    let hyphens = bytes[8] == b'-' && bytes[13] == b'-' && bytes[18] == b'-' && bytes[23] == b'-';
    // Four words of eight digits, with the hyphens left out.
    let words = [
        first_word(bytes, 0),
        first_word(bytes, 9) & LOW_HALF | first_word(bytes, 14) << 32,
        first_word(bytes, 19) & LOW_HALF | first_word(bytes, 24) << 32,
        first_word(bytes, 28),
    ];
    let sound = hyphens && words.iter().all(|&word| is_hexadecimal(word));
    sound.then(|| words.iter().fold(0, |id, &word| id << 32 | u128::from(of_hexadecimal(word))))
}

const LOW_HALF: u64 = u32::MAX as u64;

/// Eight bytes of a UUID, the first one lowest.
fn first_word(bytes: &[u8; 36], at: usize) -> u64 {
    bytes[at..].first_chunk().map_or(0, |word| u64::from_le_bytes(*word))
}

/// The same byte eight times.
const fn each(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The values of eight lower-case hexadecimal digits, and a bit in each byte for those that are letters.
fn digits(word: u64) -> (u64, u64) {
    let letters = word >> 6 & each(1);
    ((word & each(15)) + letters * 9, letters)
}

/// Whether eight bytes are lower-case hexadecimal digits: their values, written, are the bytes.
fn is_hexadecimal(word: u64) -> bool {
    let (values, letters) = digits(word);
    let above_nine = (values + each(6)) >> 4 & each(1);
    let written = values.wrapping_add(each(b'0')).wrapping_add(letters * u64::from(b'a' - b'0' - 10));
    written == word && above_nine == letters && values & each(16) == 0
}

/// The number that eight hexadecimal digits make.
fn of_hexadecimal(word: u64) -> u32 {
    let (values, _) = digits(word);
    let pairs = (values << 4 | values >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs << 8 | pairs >> 16) & 0x0000_ffff_0000_ffff;
    (fours << 16 | fours >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_written_as_they_were_read() {
        let text = "4c3b1a2f-0000-4abc-8def-0123456789ab";
        assert_eq!(IdText { id: parse_uuid(text).unwrap(), none: false }.to_string(), text);
        for odd in
            ["4C3B1A2F-0000-4abc-8def-0123456789ab", "4c3b", "", "4c3b1a2f00004abc8def0123456789ab1111"]
        {
            assert_eq!(parse_uuid(odd), None, "{odd}");
        }
    }

    proptest::proptest! {
        #[test]
        fn uuids_are_read_as_they_are_written(id: u128, at in 0usize..36, byte: u8) {
            let mut text = IdText { id, none: false }.to_string().into_bytes();
            proptest::prop_assert_eq!(uuid_in(&text), Some(id));
            text[at] = byte;
            let sound = match at {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
            };
            proptest::prop_assert_eq!(uuid_in(&text).is_some(), sound);
        }
    }
}
