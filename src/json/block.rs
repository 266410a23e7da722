//! Sixty-four bytes at a time: which of them are quotes, backslashes and brackets.
//!
//! The one place where vector instructions, and `unsafe`, are used. SSE2 is part of
//! every x86-64 processor, so nothing is detected at run time; other processors take
//! the plain loop, which is also what the tests compare with.

/// How many bytes a block has.
pub(super) const SIZE: usize = 64;

/// A bit for each byte of a block, the first byte lowest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Marks {
    /// `"`.
    pub(super) quotes: u64,
    /// `\`.
    pub(super) slashes: u64,
    /// `{` and `[`.
    pub(super) opens: u64,
    /// `}` and `]`.
    pub(super) closes: u64,
}

impl Marks {
    /// Marks a block.
    #[inline]
    pub(super) fn of(block: &[u8; SIZE]) -> Self {
        #[cfg(target_arch = "x86_64")]
        #[expect(unsafe_code, reason = "the compiler does not count what every processor of the target has")]
        // SAFETY: SSE2 belongs to the x86-64 baseline, and that is all the function asks for.
        unsafe {
            vector::marks(block)
        }
        #[cfg(not(target_arch = "x86_64"))]
        {
            plain(block)
        }
    }
}

/// The quotes and backslashes among sixteen bytes: a bit for each, the first byte lowest.
#[inline]
pub(super) fn stops(bytes: &[u8; 16]) -> u32 {
    #[cfg(target_arch = "x86_64")]
    #[expect(unsafe_code, reason = "the compiler does not count what every processor of the target has")]
    // SAFETY: SSE2 belongs to the x86-64 baseline, and that is all the function asks for.
    unsafe {
        vector::stops(bytes)
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        plain_stops(bytes)
    }
}

/// The same without vectors.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn plain(block: &[u8; SIZE]) -> Marks {
    let bits = |wanted: [u8; 2]| {
        block.iter().enumerate().fold(0, |word, (i, b)| word | u64::from(wanted.contains(b)) << i)
    };
    Marks {
        quotes: bits([b'"'; 2]),
        slashes: bits([b'\\'; 2]),
        opens: bits([b'{', b'[']),
        closes: bits([b'}', b']']),
    }
}

/// The same without vectors.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn plain_stops(bytes: &[u8; 16]) -> u32 {
    bytes.iter().enumerate().fold(0, |word, (i, &b)| word | u32::from(b == b'"' || b == b'\\') << i)
}

#[cfg(target_arch = "x86_64")]
mod vector {
    use std::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8,
    };

    use super::{Marks, SIZE};

    /// Sixteen bytes as a vector. The compiler makes one load of this.
    #[inline]
    #[target_feature(enable = "sse2")]
    fn load(bytes: &[u8; 16]) -> __m128i {
        let (low, high) = bytes.split_at(8);
        let word = |half: &[u8]| half.first_chunk::<8>().map_or(0, |h| i64::from_le_bytes(*h));
        _mm_set_epi64x(word(high), word(low))
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn equal(bytes: __m128i, wanted: u8) -> __m128i {
        _mm_cmpeq_epi8(bytes, _mm_set1_epi8(wanted as i8))
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn bits(vector: __m128i) -> u32 {
        _mm_movemask_epi8(vector) as u32
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    pub(super) fn marks(block: &[u8; SIZE]) -> Marks {
        let mut marks = Marks { quotes: 0, slashes: 0, opens: 0, closes: 0 };
        let mut shift = 0;
        while let Some(bytes) = block.get(shift..).and_then(|rest| rest.first_chunk::<16>()) {
            let bytes = load(bytes);
            // With the bit 0x20 set a square bracket becomes a curly one; nothing else does.
            let folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
            marks.quotes |= u64::from(bits(equal(bytes, b'"'))) << shift;
            marks.slashes |= u64::from(bits(equal(bytes, b'\\'))) << shift;
            marks.opens |= u64::from(bits(equal(folded, b'{'))) << shift;
            marks.closes |= u64::from(bits(equal(folded, b'}'))) << shift;
            shift += 16;
            if shift == SIZE {
                break;
            }
        }
        marks
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    pub(super) fn stops(bytes: &[u8; 16]) -> u32 {
        let bytes = load(bytes);
        bits(_mm_or_si128(equal(bytes, b'"'), equal(bytes, b'\\')))
    }
}

/// What is carried from block to block: whether a string is open, and whether its next byte is escaped.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Carry {
    in_string: bool,
    escaped: bool,
}

impl Carry {
    /// Whether a string is open behind the last block.
    pub(super) fn in_string(self) -> bool {
        self.in_string
    }

    /// Whether the next byte is escaped.
    pub(super) fn escaped(self) -> bool {
        self.escaped
    }

    /// Takes the marks inside of strings away; what is left of the brackets is structure.
    #[inline]
    pub(super) fn outside(&mut self, marks: Marks) -> Marks {
        let quotes = marks.quotes & !self.escapes(marks.slashes);
        // Each bit becomes the parity of the quotes up to it: set inside of strings.
        let mut inside = quotes;
        for shift in [1, 2, 4, 8, 16, 32] {
            inside ^= inside << shift;
        }
        if self.in_string {
            inside = !inside;
        }
        self.in_string = inside >> 63 == 1;
        Marks { quotes, slashes: 0, opens: marks.opens & !inside, closes: marks.closes & !inside }
    }

    /// Which bytes are escaped by a backslash before them.
    #[inline]
    fn escapes(&mut self, slashes: u64) -> u64 {
        if slashes == 0 {
            return u64::from(std::mem::take(&mut self.escaped));
        }
        let mut escaped = 0;
        let mut next = u64::from(self.escaped);
        let mut left = slashes & !next;
        escaped |= next;
        self.escaped = false;
        // One backslash after the other: they are rare in what this is used for.
        while left != 0 {
            let slash = left & left.wrapping_neg();
            next = slash << 1;
            self.escaped = next == 0;
            escaped |= next;
            left &= !(slash | next);
        }
        escaped
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn vectors_agree_with_the_plain_loop(block in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"\"\\{}[]".to_vec())], SIZE)) {
            let block: [u8; SIZE] = block.try_into().unwrap();
            prop_assert_eq!(Marks::of(&block), plain(&block));
            prop_assert_eq!(stops(block.first_chunk().unwrap()), plain_stops(block.first_chunk().unwrap()));
        }

        #[test]
        fn strings_are_followed_across_blocks(text in prop::collection::vec(prop::sample::select(b"\"\\{}a".to_vec()), SIZE * 3)) {
            let (mut carry, mut in_string, mut escaped) = (Carry::default(), false, false);
            for block in text.chunks(SIZE) {
                let block: &[u8; SIZE] = block.try_into().unwrap();
                let outside = carry.outside(Marks::of(block));
                for (i, &b) in block.iter().enumerate() {
                    let is_quote = b == b'"' && !escaped;
                    prop_assert_eq!(outside.quotes >> i & 1 == 1, is_quote);
                    prop_assert_eq!(outside.opens >> i & 1 == 1, b == b'{' && !in_string);
                    in_string ^= is_quote;
                    escaped = b == b'\\' && !escaped;
                }
                prop_assert_eq!((carry.in_string(), carry.escaped()), (in_string, escaped));
            }
        }
    }
}
