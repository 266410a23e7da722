//! The piece of a pattern between two `*`, compared at an end or found anywhere.

use super::Part;

/// The piece; `at_start` and `find_end` give lengths in bytes of the value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Piece {
    /// Lower-case ASCII.
    Ascii(Needle),
    /// Folded characters; `None` is any one character.
    Chars(Vec<Option<char>>),
}

impl Piece {
    /// A piece of parts without `*`.
    pub(super) fn new(parts: &[Part]) -> Self {
        match parts {
            [] => Self::Ascii(Needle::new("")),
            [Part::Text(t)] if t.is_ascii() => Self::Ascii(Needle::new(t)),
            _ => Self::Chars(parts.iter().flat_map(folded).collect()),
        }
    }

    /// How many bytes of the beginning of `value` the piece takes; `None` when it does not fit.
    pub(super) fn at_start(&self, value: &str) -> Option<usize> {
        match self {
            Self::Ascii(needle) => {
                let len = needle.text.len();
                let here = value.as_bytes().get(..len)?;
                // Most values are told apart by one byte.
                if !same(here.first(), needle.text.first()) {
                    return None;
                }
                here.eq_ignore_ascii_case(&needle.text).then_some(len)
            }
            Self::Chars(chars) => take(chars.iter(), value.chars()),
        }
    }

    /// How many bytes of the end of `value` the piece takes; `None` when it does not fit.
    pub(super) fn at_end(&self, value: &str) -> Option<usize> {
        match self {
            Self::Ascii(needle) => {
                let len = needle.text.len();
                let here = value.as_bytes().get(value.len().checked_sub(len)?..)?;
                if !same(here.last(), needle.text.last()) {
                    return None;
                }
                here.eq_ignore_ascii_case(&needle.text).then_some(len)
            }
            Self::Chars(chars) => take(chars.iter().rev(), value.chars().rev()),
        }
    }

    /// Where the first occurrence in `value` ends.
    pub(super) fn find_end(&self, value: &str) -> Option<usize> {
        match self {
            Self::Ascii(needle) => Some(needle.find(value.as_bytes())? + needle.text.len()),
            Self::Chars(chars) => find_chars(chars, value),
        }
    }
}

/// Whether two bytes are the same, or none.
#[inline]
fn same(byte: Option<&u8>, lower: Option<&u8>) -> bool {
    byte.map(u8::to_ascii_lowercase).as_ref() == lower
}

/// Where the first occurrence of `pattern` ends.
fn find_chars(pattern: &[Option<char>], value: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        at += first_candidate(*pattern.first()?, value.as_bytes().get(at..)?)?;
        let rest = value.get(at..)?;
        if let Some(len) = take(pattern.iter(), rest.chars()) {
            return Some(at + len);
        }
        at += rest.chars().next()?.len_utf8();
    }
}

/// The next place at which a pattern that begins so may begin, found byte by byte.
fn first_candidate(first: Option<char>, rest: &[u8]) -> Option<usize> {
    match first {
        Some(c) if c.is_ascii() => {
            let lower = c as u8;
            memchr::memchr2(lower, lower.to_ascii_uppercase(), rest)
        }
        Some(_) => rest.iter().position(|b| !b.is_ascii()),
        None => Some(0),
    }
}

fn folded(part: &Part) -> Vec<Option<char>> {
    match part {
        Part::Text(t) => t.chars().map(|c| Some(fold(c))).collect(),
        Part::One | Part::Many => vec![None],
    }
}

/// The bytes that `pattern` takes from `chars`, when all of it fits.
fn take<'a>(
    pattern: impl Iterator<Item = &'a Option<char>>,
    chars: impl Iterator<Item = char>,
) -> Option<usize> {
    let mut chars = chars;
    let mut len = 0;
    for wanted in pattern {
        let c = chars.next()?;
        if wanted.is_some_and(|w| w != c && w != fold(c)) {
            return None;
        }
        len += c.len_utf8();
    }
    Some(len)
}

/// The lower case of a character where that is one character, and in ASCII only for ASCII.
pub(super) fn fold(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) if !one.is_ascii() => one,
        _ => c,
    }
}

/// Lower-case ASCII text to be found without regard to case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Needle {
    text: Box<[u8]>,
    /// The index of the byte that is probably rarest in CloudTrail.
    rare: usize,
    /// For each prefix the length of its longest proper border (Knuth, Morris, Pratt).
    borders: Box<[u32]>,
}

impl Needle {
    fn new(text: &str) -> Self {
        let text: Box<[u8]> = text.to_ascii_lowercase().into_bytes().into();
        let rare = (0..text.len()).max_by_key(|&i| text.get(i).map_or(0, |b| rarity(*b))).unwrap_or(0);
        let borders = borders(&text);
        Self { text, rare, borders }
    }

    /// Where the text first occurs.
    ///
    /// The rarest byte is looked for and its surroundings compared; when that fails too often
    /// to be worth it, every byte is read once instead.
    fn find(&self, hay: &[u8]) -> Option<usize> {
        let Some(&rare) = self.text.get(self.rare) else { return Some(0) };
        let mut budget = hay.len().saturating_mul(2).saturating_add(256);
        let mut at = self.rare;
        loop {
            at += memchr::memchr2(rare, rare.to_ascii_uppercase(), hay.get(at..)?)?;
            let start = at - self.rare;
            let here = hay.get(start..start.checked_add(self.text.len())?)?;
            if here.eq_ignore_ascii_case(&self.text) {
                return Some(start);
            }
            at += 1;
            match budget.checked_sub(self.text.len()) {
                Some(left) => budget = left,
                None => return Some(start + 1 + self.find_steadily(hay.get(start + 1..)?)?),
            }
        }
    }

    /// Where the text first occurs, found by reading each byte once.
    fn find_steadily(&self, hay: &[u8]) -> Option<usize> {
        let mut matched = 0;
        for (at, byte) in hay.iter().enumerate() {
            let byte = byte.to_ascii_lowercase();
            matched = extend(&self.text, &self.borders, matched, byte);
            if matched == self.text.len() {
                return Some(at + 1 - matched);
            }
        }
        None
    }
}

/// How much of `text` is matched after one more byte, when `matched` bytes of it were.
fn extend(text: &[u8], borders: &[u32], mut matched: usize, byte: u8) -> usize {
    while matched > 0 && text.get(matched) != Some(&byte) {
        matched = borders.get(matched - 1).map_or(0, |b| *b as usize);
    }
    matched + usize::from(text.get(matched) == Some(&byte))
}

fn borders(text: &[u8]) -> Box<[u32]> {
    let mut out: Vec<u32> = Vec::with_capacity(text.len());
    for (i, &byte) in text.iter().enumerate() {
        let border = match i.checked_sub(1).and_then(|last| out.get(last)) {
            Some(&last) => extend(text, &out, last as usize, byte),
            None => 0,
        };
        out.push(u32::try_from(border).unwrap_or(u32::MAX));
    }
    out.into()
}

/// How rare a lower-case byte is in JSON about AWS; only the order matters.
fn rarity(byte: u8) -> usize {
    const COMMON_FIRST: &[u8] = b"\"eatnsriocmudl:p,01-23456789gy.vkfhbw/xzjq";
    COMMON_FIRST.iter().position(|b| *b == byte).unwrap_or(COMMON_FIRST.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_finding_agree() {
        for hay in ["", "a", "xxABCABDyy", "aaaaaaaaab", "ababababac", "abcabcabd"] {
            for text in ["a", "abcabd", "aab", "ababac", "zz", "b"] {
                let needle = Needle::new(text);
                let expected = hay.to_ascii_lowercase().find(text);
                assert_eq!(needle.find(hay.as_bytes()), expected, "{text} in {hay}");
                assert_eq!(needle.find_steadily(hay.as_bytes()), expected, "{text} in {hay}");
            }
        }
    }

    #[test]
    fn too_many_false_starts_change_the_way_and_not_the_result() {
        let hay = format!("{}{}", "ab".repeat(4000), "aab".repeat(3));
        let needle = Needle::new(&format!("{}aab", "ab".repeat(100)));
        assert_eq!(needle.find(hay.as_bytes()), hay.find(&format!("{}aab", "ab".repeat(100))));
    }
}
