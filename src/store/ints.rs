//! A column of whole numbers that takes as little room as its largest number needs.

use crate::store::bits::{Bits, IdSet};

/// Numbers by row, in one of six widths.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ints {
    /// All rows have the same number.
    Const {
        /// That number.
        value: u64,
        /// How many rows there are.
        len: u32,
    },
    /// Up to 255.
    U8(Vec<u8>),
    /// Up to 65,535.
    U16(Vec<u16>),
    /// Up to 16,777,215, the lowest byte first.
    U24(Vec<[u8; 3]>),
    /// Up to 4,294,967,295.
    U32(Vec<u32>),
    /// Anything.
    U64(Vec<u64>),
}

/// A number in the width that it is kept in.
pub(crate) trait Width: Copy {
    /// The number.
    fn wide(self) -> u64;
}

macro_rules! widths {
    ($($width:ty),*) => {
        $(impl Width for $width {
            #[inline]
            fn wide(self) -> u64 {
                self.into()
            }
        })*
    };
}

widths!(u8, u16, u32, u64);

impl Width for [u8; 3] {
    #[inline]
    fn wide(self) -> u64 {
        u32::from_le_bytes([self[0], self[1], self[2], 0]).into()
    }
}

/// Runs the same code for each width, with `$values` bound to the slice.
macro_rules! by_width {
    ($ints:expr, $values:ident => $run:expr, const $value:ident, $len:ident => $constant:expr) => {
        match $ints {
            Ints::Const { value: $value, len: $len } => $constant,
            Ints::U8($values) => $run,
            Ints::U16($values) => $run,
            Ints::U24($values) => $run,
            Ints::U32($values) => $run,
            Ints::U64($values) => $run,
        }
    };
}

impl Ints {
    /// Packs numbers into the narrowest width that holds them all and that a processor knows.
    pub fn pack<T: Copy + Into<u64>>(values: &[T]) -> Self {
        Self::packed(values, false)
    }

    /// Packs numbers into as few bytes as hold them all. To walk three of them is slower than to walk four, so this is
    /// nothing for what every filter looks at.
    pub fn pack_tight<T: Copy + Into<u64>>(values: &[T]) -> Self {
        Self::packed(values, true)
    }

    fn packed<T: Copy + Into<u64>>(values: &[T], tight: bool) -> Self {
        let first = values.first().copied().map_or(0, T::into);
        // The bits that any number has, and those in which any differs from the first.
        let (mut all, mut differ) = (0, 0);
        for &v in values {
            let v: u64 = v.into();
            all |= v;
            differ |= v ^ first;
        }
        if differ == 0 {
            return Self::Const { value: first, len: values.len() as u32 };
        }
        match all {
            0..=0xff => Self::U8(values.iter().map(|&v| v.into() as u8).collect()),
            0x100..=0xffff => Self::U16(values.iter().map(|&v| v.into() as u16).collect()),
            0x1_0000..=0xff_ffff if tight => {
                let low = |v: u64| [v as u8, (v >> 8) as u8, (v >> 16) as u8];
                Self::U24(values.iter().map(|&v| low(v.into())).collect())
            }
            0x1_0000..=0xffff_ffff => Self::U32(values.iter().map(|&v| v.into() as u32).collect()),
            _ => Self::U64(values.iter().map(|&v| v.into()).collect()),
        }
    }

    /// Whether there may be numbers of more than 32 bits.
    pub(super) fn is_wide(&self) -> bool {
        match self {
            Self::Const { value, .. } => *value > u64::from(u32::MAX),
            Self::U64(_) => true,
            _ => false,
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        by_width!(self, v => v.len(), const _value, len => *len as usize)
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of that row; 0 beyond the end.
    #[inline]
    pub fn get(&self, row: usize) -> u64 {
        match self {
            Self::Const { value, len } => {
                if row < *len as usize {
                    *value
                } else {
                    0
                }
            }
            Self::U8(v) => at(v, row),
            Self::U16(v) => at(v, row),
            Self::U24(v) => at(v, row),
            Self::U32(v) => at(v, row),
            Self::U64(v) => at(v, row),
        }
    }

    /// The number of that row as a dictionary number.
    #[inline]
    pub fn id(&self, row: usize) -> u32 {
        self.get(row) as u32
    }

    /// Calls `visit` with each row and its number, in order.
    pub fn for_each(&self, mut visit: impl FnMut(usize, u64)) {
        by_width!(self,
            v => v.iter().enumerate().for_each(|(row, &n)| visit(row, n.wide())),
            const value, len => (0..*len as usize).for_each(|row| visit(row, *value)));
    }

    /// Writes the numbers from a row on to `out`, as dictionary numbers; what is beyond the end stays as it is.
    fn unpack(&self, from: usize, out: &mut [u32; TOGETHER]) {
        by_width!(self,
            v => out.iter_mut().zip(v.get(from..).unwrap_or_default()).for_each(|(out, n)| *out = n.wide() as u32),
            const value, _len => out.fill(*value as u32));
    }

    /// Appends all numbers to `out`, as dictionary numbers.
    pub(super) fn extend_ids(&self, out: &mut Vec<u32>) {
        by_width!(self,
            v => out.extend(v.iter().map(|&n| n.wide() as u32)),
            const value, len => out.extend(std::iter::repeat_n(*value as u32, *len as usize)));
    }

    /// Keeps in `bits` only the rows whose number is in `set`.
    pub fn retain(&self, set: &IdSet, bits: &mut Bits) {
        by_width!(self,
            v => match set.single() {
                Some(only) => bits.retain_chunks(v, |chunk| mask(chunk, |n| n.wide() == u64::from(only))),
                None => bits.retain_chunks(v, |chunk| mask(chunk, |n| set.contains_wide(n.wide()))),
            },
            const value, _len => if !set.contains_wide(*value) { bits.clear() });
    }

    /// Keeps in `bits` only the rows whose number passes `test`.
    pub fn retain_where(&self, bits: &mut Bits, test: impl Fn(u64) -> bool) {
        by_width!(self,
            v => bits.retain_chunks(v, |chunk| mask(chunk, |n| test(n.wide()))),
            const value, _len => if !test(*value) { bits.clear() });
    }

    /// The memory it takes, in bytes.
    pub fn heap_bytes(&self) -> usize {
        match self {
            Self::Const { .. } => 0,
            Self::U8(v) => v.capacity(),
            Self::U16(v) => v.capacity() * 2,
            Self::U24(v) => v.capacity() * 3,
            Self::U32(v) => v.capacity() * 4,
            Self::U64(v) => v.capacity() * 8,
        }
    }
}

/// How many rows are unpacked at once: what they take stays in the nearest cache.
const TOGETHER: usize = 256;

/// Calls `visit` with each row below `len` and its dictionary numbers in these columns. The columns are unpacked a stretch
/// at a time, which asks for the width of each once for all of it.
pub fn each_row<const N: usize>(columns: [&Ints; N], len: usize, mut visit: impl FnMut(usize, [u32; N])) {
    let mut values = [[0u32; TOGETHER]; N];
    for start in (0..len).step_by(TOGETHER) {
        let rows = TOGETHER.min(len - start);
        for (column, values) in columns.iter().zip(&mut values) {
            column.unpack(start, values);
        }
        for row in 0..rows {
            visit(start + row, std::array::from_fn(|n| values[n][row % TOGETHER]));
        }
    }
}

/// The number in that place; 0 beyond the end.
#[inline]
fn at<T: Width>(values: &[T], row: usize) -> u64 {
    values.get(row).map_or(0, |n| n.wide())
}

/// A bit for each of up to 64 values: whether it passes.
#[inline]
fn mask<T: Copy>(chunk: &[T], test: impl Fn(T) -> bool) -> u64 {
    let mut word = 0;
    for (i, &n) in chunk.iter().enumerate() {
        word |= u64::from(test(n)) << i;
    }
    word
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_narrowest_width_is_taken() {
        assert_eq!(Ints::pack::<u64>(&[]), Ints::Const { value: 0, len: 0 });
        assert_eq!(Ints::pack(&[7u64, 7, 7]), Ints::Const { value: 7, len: 3 });
        assert_eq!(Ints::pack(&[0u64, 255]), Ints::U8(vec![0, 255]));
        assert_eq!(Ints::pack(&[0u64, 256]), Ints::U16(vec![0, 256]));
        assert_eq!(Ints::pack(&[65_536u64, 0]), Ints::U32(vec![65_536, 0]));
        assert_eq!(Ints::pack_tight(&[65_536u64, 0]), Ints::U24(vec![[0, 0, 1], [0, 0, 0]]));
        assert_eq!(Ints::pack_tight(&[0xff_ffffu64, 0]), Ints::U24(vec![[255; 3], [0; 3]]));
        assert_eq!(Ints::pack_tight(&[0x100_0000u64, 0]), Ints::U32(vec![0x100_0000, 0]));
        assert_eq!(Ints::pack_tight(&[0u64, 256]), Ints::U16(vec![0, 256]));
        assert_eq!(Ints::pack(&[1u64 << 40, 0]), Ints::U64(vec![1 << 40, 0]));
        for beyond in [Ints::pack(&[1u64, 2]), Ints::pack(&[7u64, 7]), Ints::pack_tight(&[1u64 << 20, 2])] {
            assert_eq!(beyond.get(2), 0, "beyond the end");
        }
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_back(
            values in prop::collection::vec(any::<u64>(), 0..600), shift in 0u32..60, tight: bool,
        ) {
            let values: Vec<u64> = values.iter().map(|v| v >> shift).collect();
            let ints = if tight { Ints::pack_tight(&values) } else { Ints::pack(&values) };
            let ids: Vec<u32> = values.iter().map(|v| *v as u32).collect();
            let mut out = Vec::new();
            ints.extend_ids(&mut out);
            prop_assert_eq!(&out, &ids);
            let mut walked = Vec::new();
            each_row([&ints, &ints], ids.len(), |row, [one, other]| {
                assert_eq!((row, one), (walked.len(), other));
                walked.push(one);
            });
            prop_assert_eq!(&walked, &ids);
            let mut seen = Vec::new();
            ints.for_each(|row, n| { assert_eq!(ints.get(row), n); seen.push(n); });
            prop_assert_eq!(&seen, &values);
        }

        #[test]
        fn retaining_agrees_with_a_plain_loop(
            small in prop::collection::vec(0u64..300, 0..300),
            chosen in prop::collection::vec(0u32..300, 0..4),
            shift in 0u32..12,
            tight: bool,
        ) {
            let values: Vec<u64> = small.iter().map(|n| n << shift).collect();
            let wanted: Vec<u32> = chosen.iter().map(|n| n << shift).collect();
            let ints = if tight { Ints::pack_tight(&values) } else { Ints::pack(&values) };
            let set = IdSet::from_ids(300 << shift, wanted.iter().copied());
            let mut bits = Bits::all(values.len());
            ints.retain(&set, &mut bits);
            let expected: Vec<usize> = (0..values.len()).filter(|&i| wanted.contains(&(values[i] as u32))).collect();
            prop_assert_eq!(bits.iter().collect::<Vec<_>>(), expected);
        }
    }
}
