//! Sixty-four bytes at a time: which of them are quotes, backslashes and brackets.
//!
//! The one place where vector instructions are used, and with them `unsafe`. Nested values are
//! skipped with AVX2 where the processor has it, which is asked once; SSE2 is part of
//! every x86-64 processor. Other processors take the plain loop, which is also what
//! the tests compare with.

use std::ops::ControlFlow;

/// How many bytes a block has.
pub(super) const SIZE: usize = 64;

/// How many bytes of a string are looked at together: most strings of a record end among as many.
pub(super) const STRIDE: usize = 32;

/// A bit for each byte of a block, the first byte lowest.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
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
    /// Those behind the first bytes, fewer than a block has.
    #[inline(always)]
    fn behind(self, bytes: usize) -> Self {
        let Self { quotes, slashes, opens, closes } = self;
        Self {
            quotes: quotes >> bytes,
            slashes: slashes >> bytes,
            opens: opens >> bytes,
            closes: closes >> bytes,
        }
    }
}

/// The index behind the object or list that begins at `at`; `None` when the text ends before it does, or more brackets
/// close than were opened.
#[inline]
pub(super) fn skip(text: &[u8], at: usize) -> Option<usize> {
    #[cfg(target_arch = "x86_64")]
    {
        if wide::is_there() {
            #[expect(unsafe_code, reason = "only asked where the processor has it")]
            // SAFETY: the line above has asked the processor for all that the function needs.
            return unsafe { wide::skip(text, at) };
        }
        narrow(text, at)
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        skip_with(text, at, plain, inside_by_shifts)
    }
}

/// As [`skip`], with what every x86-64 processor has; few need it, and it must not take room beside what most do.
#[cfg(target_arch = "x86_64")]
#[cold]
#[inline(never)]
fn narrow(text: &[u8], at: usize) -> Option<usize> {
    skip_with(text, at, vector::block, inside_by_shifts)
}

/// Walks blocks with one way of marking them, and one of telling what is inside of quotes.
#[inline(always)]
fn skip_with(
    text: &[u8],
    mut at: usize,
    marks: impl Fn(&[u8; SIZE]) -> Marks,
    inside: impl Fn(u64) -> u64,
) -> Option<usize> {
    let mut carry = Carry::default();
    let mut depth = 0;
    while let Some(bytes) = text.get(at..).and_then(|rest| rest.first_chunk::<SIZE>()) {
        if let ControlFlow::Break(end) = pass(carry.outside(marks(bytes), &inside), &mut depth) {
            return end.map(|end| at + end);
        }
        at += SIZE;
    }
    let last = last_marks(text, text.get(at..)?, marks);
    match pass(carry.outside(last, &inside), &mut depth) {
        ControlFlow::Break(end) => end.map(|end| at + end),
        ControlFlow::Continue(()) => None,
    }
}

/// The marks of the `rest` of a text, which is shorter than a block: the last block of the text holds it, if the text has
/// as many bytes.
#[inline(always)]
fn last_marks(text: &[u8], rest: &[u8], marks: impl Fn(&[u8; SIZE]) -> Marks) -> Marks {
    match text.last_chunk::<SIZE>() {
        // A text has no rest where it ends with a whole block.
        _ if rest.is_empty() => Marks::default(),
        Some(block) => marks(block).behind(SIZE - rest.len()),
        None => {
            let mut block = [b' '; SIZE];
            if let Some(front) = block.get_mut(..rest.len()) {
                front.copy_from_slice(rest);
            }
            marks(&block)
        }
    }
}

/// Counts the brackets of a block: where the value ends behind, or that it never does, if this block tells.
#[inline(always)]
fn pass(marks: Marks, depth: &mut u32) -> ControlFlow<Option<usize>> {
    if marks.closes == 0 {
        *depth += marks.opens.count_ones();
        return ControlFlow::Continue(());
    }
    let (opens, closes) = (marks.opens.count_ones(), marks.closes.count_ones());
    // Only where as many brackets close as are open can the end be in this block.
    if closes >= *depth
        && let Some(end) = last_close(marks, *depth)
    {
        return ControlFlow::Break(Some(end + 1));
    }
    match (*depth + opens).checked_sub(closes) {
        Some(left) => {
            *depth = left;
            ControlFlow::Continue(())
        }
        None => ControlFlow::Break(None),
    }
}

/// Which byte of a block closes the last bracket, when `depth` are open before it.
#[inline(always)]
fn last_close(marks: Marks, depth: u32) -> Option<usize> {
    let mut closes = marks.closes;
    let mut closed = 0;
    while closes != 0 {
        let at = closes.trailing_zeros();
        let opened = (marks.opens & ((1 << at) - 1)).count_ones();
        closed += 1;
        if depth + opened <= closed {
            return Some(at as usize);
        }
        closes &= closes - 1;
    }
    None
}

/// For each byte the parity of the quotes up to it: set inside of strings.
#[inline(always)]
fn inside_by_shifts(quotes: u64) -> u64 {
    [1, 2, 4, 8, 16, 32].into_iter().fold(quotes, |inside, shift| inside ^ inside << shift)
}

/// The quotes and backslashes among some bytes: a bit for each, the first byte lowest.
#[inline(always)]
pub(super) fn stops(bytes: &[u8; STRIDE]) -> u32 {
    #[cfg(target_arch = "x86_64")]
    {
        vector::stops_of(bytes)
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        plain_stops(bytes)
    }
}

/// A block without vectors.
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

/// Some bytes of a string without vectors.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn plain_stops(bytes: &[u8; STRIDE]) -> u32 {
    bytes.iter().enumerate().fold(0, |word, (i, &b)| word | u32::from(b == b'"' || b == b'\\') << i)
}

/// Sixteen bytes at a time, on every x86-64 processor.
#[cfg(target_arch = "x86_64")]
mod vector {
    use std::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_movemask_epi8, _mm_or_si128, _mm_set1_epi8,
    };

    use super::{Marks, SIZE, STRIDE};

    #[inline(always)]
    pub(super) fn block(block: &[u8; SIZE]) -> Marks {
        #[expect(unsafe_code, reason = "the compiler does not count what every processor of the target has")]
        // SAFETY: SSE2 belongs to the x86-64 baseline, and that is all the function asks for.
        unsafe {
            marks(block)
        }
    }

    #[inline(always)]
    pub(super) fn stops_of(bytes: &[u8; STRIDE]) -> u32 {
        #[expect(unsafe_code, reason = "the compiler does not count what every processor of the target has")]
        // SAFETY: SSE2 belongs to the x86-64 baseline, and that is all the function asks for.
        unsafe {
            stops(bytes)
        }
    }

    /// Sixteen bytes as a vector. Put together from two words it takes the compiler three instructions, not one.
    #[inline]
    #[target_feature(enable = "sse2")]
    fn load(bytes: &[u8; 16]) -> __m128i {
        #[expect(unsafe_code, reason = "a load from a pointer")]
        // SAFETY: the pointer is that of sixteen bytes, and the load asks for no alignment.
        unsafe {
            _mm_loadu_si128(bytes.as_ptr().cast())
        }
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
    fn marks(block: &[u8; SIZE]) -> Marks {
        let mut marks = Marks { quotes: 0, slashes: 0, opens: 0, closes: 0 };
        for (n, bytes) in block.as_chunks::<16>().0.iter().enumerate() {
            let bytes = load(bytes);
            // With the bit 0x20 set a square bracket becomes a curly one; nothing else does.
            let folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
            let shift = 16 * n;
            marks.quotes |= u64::from(bits(equal(bytes, b'"'))) << shift;
            marks.slashes |= u64::from(bits(equal(bytes, b'\\'))) << shift;
            marks.opens |= u64::from(bits(equal(folded, b'{'))) << shift;
            marks.closes |= u64::from(bits(equal(folded, b'}'))) << shift;
        }
        marks
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn stops(bytes: &[u8; STRIDE]) -> u32 {
        let of_half = |half: &[u8; 16]| {
            let half = load(half);
            bits(_mm_or_si128(equal(half, b'"'), equal(half, b'\\')))
        };
        let (halves, _) = bytes.as_chunks::<16>();
        halves.iter().rev().fold(0, |word, half| word << 16 | of_half(half))
    }
}

/// Thirty-two bytes at a time, where the processor can.
#[cfg(target_arch = "x86_64")]
mod wide {
    use std::arch::x86_64::{
        __m256i, _mm_clmulepi64_si128, _mm_cvtsi128_si64, _mm_set_epi64x, _mm_set1_epi8, _mm256_cmpeq_epi8,
        _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8,
    };

    use std::sync::LazyLock;

    use super::{Marks, SIZE, skip_with};

    /// Whether this processor has what [`skip`] needs.
    static IS_THERE: LazyLock<bool> = LazyLock::new(|| {
        is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("pclmulqdq")
            && is_x86_feature_detected!("popcnt")
            && is_x86_feature_detected!("bmi1")
    });

    /// Whether this processor has what [`skip`] needs; asked once, as four questions for each value add up.
    #[inline]
    pub(super) fn is_there() -> bool {
        *IS_THERE
    }

    #[target_feature(enable = "avx2,pclmulqdq,popcnt,bmi1")]
    pub(super) fn skip(text: &[u8], at: usize) -> Option<usize> {
        skip_with(text, at, |block| marks(block), |quotes| inside(quotes))
    }

    /// The parity of the quotes up to each byte: a product without carries with all ones.
    #[inline]
    #[target_feature(enable = "avx2,pclmulqdq,popcnt,bmi1")]
    fn inside(quotes: u64) -> u64 {
        let product = _mm_clmulepi64_si128::<0>(_mm_set_epi64x(0, quotes as i64), _mm_set1_epi8(-1));
        _mm_cvtsi128_si64(product) as u64
    }

    /// Thirty-two bytes as a vector.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn load(bytes: &[u8; 32]) -> __m256i {
        #[expect(unsafe_code, reason = "a load from a pointer")]
        // SAFETY: the pointer is that of thirty-two bytes, and the load asks for no alignment.
        unsafe {
            _mm256_loadu_si256(bytes.as_ptr().cast())
        }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn bits(bytes: __m256i, wanted: u8) -> u64 {
        u64::from(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(wanted as i8))) as u32)
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) fn marks(block: &[u8; SIZE]) -> Marks {
        let mut marks = Marks { quotes: 0, slashes: 0, opens: 0, closes: 0 };
        for (n, bytes) in block.as_chunks::<32>().0.iter().enumerate() {
            let bytes = load(bytes);
            // With the bit 0x20 set a square bracket becomes a curly one; nothing else does.
            let folded = _mm256_or_si256(bytes, _mm256_set1_epi8(0x20));
            let shift = 32 * n;
            marks.quotes |= bits(bytes, b'"') << shift;
            marks.slashes |= bits(bytes, b'\\') << shift;
            marks.opens |= bits(folded, b'{') << shift;
            marks.closes |= bits(folded, b'}') << shift;
        }
        marks
    }
}

/// What is carried from block to block: whether a string is open, and whether its next byte is escaped.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
struct Carry {
    in_string: bool,
    escaped: bool,
}

impl Carry {
    /// Takes the marks inside of strings away; what is left of the brackets is structure.
    #[inline(always)]
    fn outside(&mut self, marks: Marks, inside: &impl Fn(u64) -> u64) -> Marks {
        let quotes = marks.quotes & !self.escapes(marks.slashes);
        let mut inside = inside(quotes);
        if self.in_string {
            inside = !inside;
        }
        self.in_string = inside >> 63 == 1;
        Marks { quotes, slashes: 0, opens: marks.opens & !inside, closes: marks.closes & !inside }
    }

    /// Which bytes are escaped by a backslash before them.
    #[inline(always)]
    fn escapes(&mut self, slashes: u64) -> u64 {
        if slashes == 0 {
            return u64::from(std::mem::take(&mut self.escaped));
        }
        let mut next = u64::from(std::mem::take(&mut self.escaped));
        let mut escaped = next;
        let mut left = slashes & !next;
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

    fn block() -> impl Strategy<Value = [u8; SIZE]> {
        let byte = prop_oneof![any::<u8>(), prop::sample::select(b"\"\\{}[]".to_vec())];
        prop::collection::vec(byte, SIZE).prop_map(|bytes| bytes.try_into().unwrap())
    }

    proptest! {
        #[test]
        #[cfg(target_arch = "x86_64")]
        fn vectors_agree_with_the_plain_loop(block in block()) {
            prop_assert_eq!(vector::block(&block), plain(&block));
            prop_assert_eq!(stops(block.first_chunk().unwrap()), plain_stops(block.first_chunk().unwrap()));
        }

        #[test]
        fn every_way_of_skipping_agrees(blocks in prop::collection::vec(block(), 1..5), tail in 0usize..SIZE) {
            let text = blocks.concat();
            let text = &text[..text.len() - tail];
            let expected = skip_with(text, 0, plain, inside_by_shifts);
            prop_assert_eq!(skip(text, 0), expected);
            #[cfg(target_arch = "x86_64")]
            prop_assert_eq!(skip_with(text, 0, vector::block, inside_by_shifts), expected);
        }

        #[test]
        fn strings_are_followed_across_blocks(text in prop::collection::vec(prop::sample::select(b"\"\\{}a".to_vec()), SIZE * 3)) {
            let (mut carry, mut in_string, mut escaped) = (Carry::default(), false, false);
            for block in text.as_chunks::<SIZE>().0 {
                let outside = carry.outside(plain(block), &inside_by_shifts);
                for (i, &b) in block.iter().enumerate() {
                    let is_quote = b == b'"' && !escaped;
                    prop_assert_eq!(outside.quotes >> i & 1 == 1, is_quote);
                    prop_assert_eq!(outside.opens >> i & 1 == 1, b == b'{' && !in_string);
                    in_string ^= is_quote;
                    escaped = b == b'\\' && !escaped;
                }
                prop_assert_eq!((carry.in_string, carry.escaped), (in_string, escaped));
            }
        }
    }
}
