//! Sets of pairs of dictionary numbers: who was met with what.

use std::hash::BuildHasher as _;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

/// A set of pairs of small numbers: bits where they are few, a hash table where they are not.
pub enum PairSet {
    /// A bit for each pair.
    Bits {
        /// The bits, row by row.
        words: Vec<u64>,
        /// How many bits a row has.
        width: usize,
    },
    /// The pairs themselves.
    Table(HashTable<u64>),
}

/// The most bits of a table, 16 MiB.
const MOST_BITS: usize = 1 << 27;

impl PairSet {
    /// A set of pairs below these bounds.
    pub fn new(firsts: usize, seconds: usize) -> Self {
        match firsts.checked_mul(seconds) {
            Some(bits) if bits <= MOST_BITS => {
                Self::Bits { words: vec![0; bits.div_ceil(64)], width: seconds }
            }
            _ => Self::Table(HashTable::new()),
        }
    }

    /// Adds a pair; whether it was new.
    #[inline(always)]
    pub fn insert(&mut self, first: u32, second: u32) -> bool {
        match self {
            Self::Bits { words, width } => {
                let bit = first as usize * *width + second as usize;
                let Some(word) = words.get_mut(bit / 64) else { return false };
                let was = *word >> (bit % 64) & 1;
                *word |= 1 << (bit % 64);
                was == 0
            }
            Self::Table(table) => {
                let pair = u64::from(first) << 32 | u64::from(second);
                let hasher = FixedState::default();
                let hash = hasher.hash_one(pair);
                if table.find(hash, |p| *p == pair).is_some() {
                    return false;
                }
                table.insert_unique(hash, pair, |p| hasher.hash_one(p));
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_pair_set_agree() {
        let (mut bits, mut table) = (PairSet::new(10, 10), PairSet::Table(HashTable::new()));
        for (a, b) in [(1, 2), (2, 1), (1, 2), (9, 9), (0, 0), (9, 9)] {
            assert_eq!(bits.insert(a, b), table.insert(a, b), "{a} {b}");
        }
    }
}
