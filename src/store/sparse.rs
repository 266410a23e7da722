//! A column of whole numbers that few rows have: only those rows take room.

use crate::store::ints::Ints;

/// What few events have besides their columns.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(usize)]
pub enum Aside {
    /// The credentials that the answer handed out: a number into the dictionary of grants.
    Grant,
    /// A hash of `sharedEventID`, the same in both accounts that saw one act.
    Shared,
    /// `additionalEventData.bytesTransferredIn`.
    BytesIn,
    /// `additionalEventData.bytesTransferredOut`.
    BytesOut,
}

impl Aside {
    /// How many there are.
    pub const COUNT: usize = 4;
}

/// Numbers by row; a row without one counts as 0.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Sparse {
    /// The rows that have a number, ascending.
    rows: Vec<u32>,
    values: Ints,
}

impl Sparse {
    /// Keeps what is not 0, of rows in ascending order with their numbers.
    pub fn new(pairs: impl Iterator<Item = (u32, u64)>) -> Self {
        let (mut rows, mut values) = (Vec::new(), Vec::new());
        for (row, value) in pairs.filter(|pair| pair.1 != 0) {
            rows.push(row);
            values.push(value);
        }
        rows.shrink_to_fit();
        Self { rows, values: Ints::pack(&values) }
    }

    /// The number of that row; 0 where there is none.
    pub fn get(&self, row: usize) -> u64 {
        let wanted = u32::try_from(row).unwrap_or(u32::MAX);
        self.rows.binary_search(&wanted).map_or(0, |at| self.values.get(at))
    }

    /// As [`Sparse::get`], for who asks for rows mostly in order: `hint` is kept from one call to the next.
    #[inline]
    pub(crate) fn get_near(&self, row: usize, hint: &mut u32) -> u64 {
        let wanted = u32::try_from(row).unwrap_or(u32::MAX);
        let at = *hint as usize;
        let next = self.rows.get(at).copied();
        if next != Some(wanted) {
            // Most rows that have none are asked for between the last one that was found and the next.
            let is_behind =
                at.checked_sub(1).is_none_or(|last| self.rows.get(last).is_some_and(|&row| row < wanted));
            if is_behind && next.is_none_or(|next| wanted < next) {
                return 0;
            }
            match self.rows.binary_search(&wanted) {
                Ok(at) => *hint = at as u32,
                Err(_) => return 0,
            }
        }
        *hint += 1;
        self.values.get(*hint as usize - 1)
    }

    /// The rows that have a number, with it.
    pub fn iter(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        self.rows.iter().enumerate().map(|(at, &row)| (row as usize, self.values.get(at)))
    }

    /// Whether no row has a number.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The memory it takes, in bytes.
    pub fn heap_bytes(&self) -> usize {
        self.rows.capacity() * 4 + self.values.heap_bytes()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_packed_comes_back(all in prop::collection::vec(prop_oneof![3 => Just(0u64), 1 => any::<u64>()], 0..200)) {
            let sparse = Sparse::new((0u32..).zip(all.iter().copied()));
            prop_assert_eq!(sparse.is_empty(), all.iter().all(|&v| v == 0));
            for (row, &value) in all.iter().enumerate() {
                prop_assert_eq!(sparse.get(row), value);
            }
            let mut hint = 0;
            for row in (0..all.len()).chain((0..all.len()).rev()) {
                prop_assert_eq!(sparse.get_near(row, &mut hint), all[row]);
            }
            prop_assert_eq!(sparse.get(all.len() + 5), 0);
            prop_assert_eq!(sparse.iter().count(), all.iter().filter(|&&v| v != 0).count());
        }
    }
}
