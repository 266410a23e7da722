//! Sets: of rows ([`Bits`]) and of dictionary numbers ([`IdSet`]).

/// A set of rows of one segment, a bit a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    /// No rows of `len`.
    pub fn none(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)], len }
    }

    /// All rows of `len`.
    pub fn all(len: usize) -> Self {
        let mut bits = Self { words: vec![u64::MAX; len.div_ceil(64)], len };
        bits.trim();
        bits
    }

    /// The rows `from..to` of `len`.
    pub fn range(len: usize, from: usize, to: usize) -> Self {
        let mut bits = Self::none(len);
        let to = to.min(len);
        for (i, word) in bits.words.iter_mut().enumerate() {
            let low = from.saturating_sub(i * 64).min(64);
            let high = to.saturating_sub(i * 64).min(64);
            if low < high {
                *word = (u64::MAX >> (64 - (high - low))) << low;
            }
        }
        bits
    }

    /// Clears the bits beyond the last row.
    fn trim(&mut self) {
        if !self.len.is_multiple_of(64)
            && let Some(last) = self.words.last_mut()
        {
            *last &= (1 << (self.len % 64)) - 1;
        }
    }

    /// How many rows the segment has, in the set or not.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no row is in the set.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&w| w == 0)
    }

    /// How many rows are in the set.
    pub fn count(&self) -> usize {
        self.words.iter().map(|w| w.count_ones() as usize).sum()
    }

    /// Whether that row is in the set.
    pub fn contains(&self, row: usize) -> bool {
        self.words.get(row / 64).is_some_and(|w| w >> (row % 64) & 1 == 1)
    }

    /// Puts a row into the set; rows beyond the end are ignored.
    pub fn insert(&mut self, row: usize) {
        if row < self.len
            && let Some(word) = self.words.get_mut(row / 64)
        {
            *word |= 1 << (row % 64);
        }
    }

    /// Takes every row out.
    pub fn clear(&mut self) {
        self.words.fill(0);
    }

    /// Keeps the rows that are in `other` too.
    pub fn and(&mut self, other: &Self) {
        for (a, b) in self.words.iter_mut().zip(&other.words) {
            *a &= b;
        }
    }

    /// Adds the rows of `other`.
    pub fn or(&mut self, other: &Self) {
        for (a, b) in self.words.iter_mut().zip(&other.words) {
            *a |= b;
        }
    }

    /// Takes out the rows of `other`.
    pub fn and_not(&mut self, other: &Self) {
        for (a, b) in self.words.iter_mut().zip(&other.words) {
            *a &= !b;
        }
    }

    /// The rows in the set, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(i, &word)| Ones(word).map(move |bit| i * 64 + bit))
    }

    /// Keeps the rows that `test` keeps; it is given up to 64 values at a time, and only
    /// where some row of theirs is still in the set.
    #[inline]
    pub(crate) fn retain_chunks<T>(&mut self, values: &[T], test: impl Fn(&[T]) -> u64) {
        let mut chunks = values.chunks(64);
        for word in &mut self.words {
            let chunk = chunks.next().unwrap_or_default();
            if *word != 0 {
                *word &= test(chunk);
            }
        }
    }

    /// The memory it takes, in bytes.
    pub fn heap_bytes(&self) -> usize {
        self.words.capacity() * 8
    }
}

/// The positions of the ones in a word.
struct Ones(u64);

impl Iterator for Ones {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let bit = self.0.trailing_zeros() as usize;
        self.0 &= self.0 - 1;
        Some(bit)
    }
}

/// A set of dictionary numbers, as a table that answers in one look.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IdSet {
    table: Vec<bool>,
    count: usize,
    first: u32,
}

impl IdSet {
    /// The set of those numbers below `len` for which `test` holds.
    pub fn from_test(len: u32, test: impl FnMut(u32) -> bool) -> Self {
        Self::from_table((0..len).map(test).collect())
    }

    /// The set of the given numbers, of a dictionary with `len` of them.
    pub fn from_ids(len: u32, ids: impl Iterator<Item = u32>) -> Self {
        let mut table = vec![false; len as usize];
        for id in ids {
            if let Some(slot) = table.get_mut(id as usize) {
                *slot = true;
            }
        }
        Self::from_table(table)
    }

    fn from_table(table: Vec<bool>) -> Self {
        let count = table.iter().filter(|&&t| t).count();
        let first = table.iter().position(|&t| t).unwrap_or(0) as u32;
        Self { table, count, first }
    }

    /// Whether the number is in the set.
    #[inline]
    pub fn contains(&self, id: u32) -> bool {
        self.table.get(id as usize).copied().unwrap_or(false)
    }

    /// As [`IdSet::contains`], for numbers as wide as a column may hold.
    #[inline]
    pub fn contains_wide(&self, id: u64) -> bool {
        self.table.get(id as usize).copied().unwrap_or(false)
    }

    /// The number in it, when there is exactly one.
    pub fn single(&self) -> Option<u32> {
        (self.count == 1).then_some(self.first)
    }

    /// How many numbers are in it.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_edges_of_words_hold() {
        for len in [0, 1, 63, 64, 65, 128, 130] {
            assert_eq!(Bits::all(len).count(), len);
            assert_eq!(Bits::all(len).iter().count(), len);
            assert!(Bits::none(len).is_empty());
        }
        let mut bits = Bits::none(10);
        bits.insert(10);
        assert!(bits.is_empty(), "rows beyond the end are ignored");
    }

    proptest! {
        #[test]
        fn sets_behave_like_sets(len in 1usize..200, a: Vec<u8>, b: Vec<u8>, from in 0usize..220, to in 0usize..220) {
            let make = |rows: &[u8]| {
                let mut bits = Bits::none(len);
                rows.iter().for_each(|&r| bits.insert(r as usize));
                bits
            };
            let (x, y) = (make(&a), make(&b));
            let (mut and, mut or, mut not) = (x.clone(), x.clone(), x.clone());
            and.and(&y);
            or.or(&y);
            not.and_not(&y);
            for row in 0..len {
                prop_assert_eq!(and.contains(row), x.contains(row) && y.contains(row));
                prop_assert_eq!(or.contains(row), x.contains(row) || y.contains(row));
                prop_assert_eq!(not.contains(row), x.contains(row) && !y.contains(row));
                prop_assert_eq!(Bits::range(len, from, to).contains(row), from <= row && row < to);
            }
            prop_assert_eq!(or.iter().count(), or.count());
        }
    }
}
