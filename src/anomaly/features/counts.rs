//! How often each pair of small numbers was met: a table where they are few, a hash table where they are not.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// The most cells of a table, 64 MiB.
const MOST_CELLS: usize = 1 << 24;

/// Counts by pair.
pub(super) enum PairCounts {
    Cells { cells: Vec<u32>, width: usize },
    Table(HashMap<u64, u32, FixedState>),
}

impl PairCounts {
    /// Counts of pairs below these bounds.
    pub(super) fn new(firsts: usize, seconds: usize) -> Self {
        match firsts.checked_mul(seconds) {
            Some(cells) if cells <= MOST_CELLS => Self::Cells { cells: vec![0; cells], width: seconds },
            _ => Self::Table(HashMap::default()),
        }
    }

    /// Counts a pair.
    #[inline]
    pub(super) fn add(&mut self, first: u32, second: u32) {
        match self {
            Self::Cells { cells, width } => {
                if let Some(count) = cells.get_mut(first as usize * *width + second as usize) {
                    *count += 1;
                }
            }
            Self::Table(table) => *table.entry(u64::from(first) << 32 | u64::from(second)).or_default() += 1,
        }
    }

    /// How often a pair was met.
    #[inline]
    pub(super) fn get(&self, first: u32, second: u32) -> u32 {
        match self {
            Self::Cells { cells, width } => {
                cells.get(first as usize * width + second as usize).copied().unwrap_or(0)
            }
            Self::Table(table) => {
                table.get(&(u64::from(first) << 32 | u64::from(second))).copied().unwrap_or(0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_agree() {
        let (mut cells, mut table) = (PairCounts::new(10, 10), PairCounts::Table(HashMap::default()));
        for (a, b) in [(1, 2), (2, 1), (1, 2), (9, 9)] {
            cells.add(a, b);
            table.add(a, b);
        }
        for (a, b, count) in [(1, 2, 2), (2, 1, 1), (9, 9, 1), (0, 0, 0)] {
            assert_eq!((cells.get(a, b), table.get(a, b)), (count, count));
        }
    }
}
