//! Spans over JSON text: where a value ends, what an object holds, what a string says.
//!
//! CloudTrail is read without building a tree. These functions find the bytes
//! of a value and leave them where they are; text is decoded only when somebody
//! asks. They are lenient on purpose: a record with a fault inside one of its
//! values is still a record. Whether text is *valid* JSON is `serde_json`'s
//! business; for valid text the two agree, which the tests check.
//!
//! Nothing here recurses, so depth cannot overflow the stack.

mod block;

use std::borrow::Cow;

use block::STRIDE;

/// The index of the quote that closes the string whose content starts at `at`.
#[inline]
pub fn string_end(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let rest = text.get(at..)?;
        let stop = match rest.first_chunk::<STRIDE>() {
            Some(chunk) => match block::stops(chunk) {
                0 => {
                    at += STRIDE;
                    continue;
                }
                stops => at + stops.trailing_zeros() as usize,
            },
            None => at + stop_near_end(text, rest)?,
        };
        if text[stop] == b'"' {
            return Some(stop);
        }
        at = stop + 2;
    }
}

/// The first quote or backslash in the `rest` of a text, which is shorter than a stride: the last stride of the text
/// holds it, if the text has as many bytes.
#[inline]
fn stop_near_end(text: &[u8], rest: &[u8]) -> Option<usize> {
    let Some(chunk) = text.last_chunk::<STRIDE>() else {
        return rest.iter().position(|&b| b == b'"' || b == b'\\');
    };
    let stops = u64::from(block::stops(chunk)) >> (STRIDE - rest.len());
    (stops != 0).then_some(stops.trailing_zeros() as usize)
}

/// The text of a value that cannot be taken for anything else: a list, an object or a number that is written in a text
/// reads as that text does.
pub fn plainly_text(raw: &[u8]) -> Option<Cow<'_, str>> {
    if raw.first() != Some(&b'"') {
        return None;
    }
    let text = unquote(raw).0;
    (!may_be_no_text(&text)).then_some(text)
}

/// Whether a text may be what a list, an object or a number reads as.
pub fn may_be_no_text(text: &str) -> bool {
    // Numbers begin so, and the words for what is infinite or none.
    let begins_so = || text.starts_with(|c: char| c.is_ascii_digit() || "+-.iInN".contains(c));
    let is_number =
        || begins_so() && text.bytes().any(|b| !b.is_ascii_digit()) && text.parse::<f64>().is_ok();
    let is_json =
        || text.starts_with(['[', '{']) && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    is_json() || is_number()
}

/// The index of the first byte from `at` on that is no JSON white space.
#[inline(always)]
pub fn skip_space(text: &[u8], at: usize) -> usize {
    // Compact text, which is nearly all there is, has none.
    match text.get(at) {
        Some(&b) if b > b' ' => at,
        _ => skip_more_space(text, at),
    }
}

fn skip_more_space(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = text.get(at) {
        at += 1;
    }
    at
}

/// The index behind the value that starts at `at`; `None` when the text ends before it does.
///
/// Brackets are counted, not matched. A scalar ends before `,`, `}`, `]` or white space.
#[inline(always)]
pub fn skip_value(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at)? {
        b'"' => Some(string_end(text, at + 1)? + 1),
        b'{' | b'[' => block::skip(text, at),
        _ => Some(skip_scalar(text, at)),
    }
}

fn skip_scalar(text: &[u8], at: usize) -> usize {
    let rest = &text[at..];
    if let Some(b"null," | b"true,") = rest.first_chunk() {
        return at + 4;
    }
    let end = |b: &u8| matches!(b, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t' | b':' | b'"');
    at + rest.iter().position(end).unwrap_or(rest.len())
}

/// One member of an object: the raw key between its quotes, and the raw value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Member<'a> {
    /// The key as written, escapes and all, without its quotes.
    pub key: &'a [u8],
    /// The value as written.
    pub value: &'a [u8],
}

/// Walks the members of an object; ends at the closing brace or at the first fault.
#[derive(Clone, Debug)]
pub struct Members<'a> {
    text: &'a [u8],
    at: usize,
}

/// The members of the object that starts at the beginning of `value` (nothing when it is no object).
pub fn members(value: &[u8]) -> Members<'_> {
    let at = skip_space(value, 0);
    let open = value.get(at) == Some(&b'{');
    Members { text: value, at: if open { at + 1 } else { value.len() } }
}

impl<'a> Iterator for Members<'a> {
    type Item = Member<'a>;

    fn next(&mut self) -> Option<Member<'a>> {
        let text = self.text;
        // Compact text, which is nearly all there is, has nothing between what counts.
        let from = match text.get(self.at..)?.first_chunk() {
            Some(b",\"") => self.at + 2,
            _ => key_start(text, self.at)?,
        };
        let key_end = string_end(text, from)?;
        let start = match text.get(key_end + 1..)?.first_chunk() {
            Some([b':', first]) if *first > b' ' => key_end + 2,
            _ => value_start(text, key_end + 1)?,
        };
        let end = skip_value(text, start)?;
        self.at = end;
        Some(Member { key: &text[from..key_end], value: &text[start..end] })
    }
}

/// Where the next key begins, behind its quote.
fn key_start(text: &[u8], at: usize) -> Option<usize> {
    let mut at = skip_space(text, at);
    if text.get(at) == Some(&b',') {
        at = skip_space(text, at + 1);
    }
    (text.get(at) == Some(&b'"')).then_some(at + 1)
}

/// Where a value begins, behind its colon.
fn value_start(text: &[u8], at: usize) -> Option<usize> {
    let colon = skip_space(text, at);
    (text.get(colon) == Some(&b':')).then(|| skip_space(text, colon + 1))
}

/// Walks the elements of an array; ends at the closing bracket or at the first fault.
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    text: &'a [u8],
    at: usize,
}

/// The elements of the array that starts at the beginning of `value` (nothing when it is none).
pub fn elements(value: &[u8]) -> Elements<'_> {
    let at = skip_space(value, 0);
    let open = value.get(at) == Some(&b'[');
    Elements { text: value, at: if open { at + 1 } else { value.len() } }
}

impl<'a> Iterator for Elements<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let mut at = skip_space(self.text, self.at);
        if self.text.get(at) == Some(&b',') {
            at = skip_space(self.text, at + 1);
        }
        if matches!(self.text.get(at), None | Some(b']' | b',' | b':' | b'}')) {
            return None;
        }
        let end = skip_value(self.text, at)?;
        self.at = end;
        Some(&self.text[at..end])
    }
}

/// The value of the last member of `object` with this key; keys are compared as written.
pub fn member<'a>(object: &'a [u8], key: &str) -> Option<&'a [u8]> {
    members(object).filter(|m| m.key == key.as_bytes()).last().map(|m| m.value)
}

/// The value below `path`, a key for each step.
pub fn at_path<'a>(value: &'a [u8], path: &[&str]) -> Option<&'a [u8]> {
    path.iter().try_fold(value, |v, key| member(v, key))
}

/// Whether the value is missing in effect: `null`.
pub fn is_null(value: &[u8]) -> bool {
    value == b"null"
}

/// The text of a scalar: a string decoded, a number or word as written; `None` for `null`, objects and lists.
pub fn scalar(value: &[u8]) -> Option<Cow<'_, str>> {
    match value.first()? {
        b'{' | b'[' => None,
        b'"' => Some(unquote(value).0),
        _ if is_null(value) => None,
        _ => Some(String::from_utf8_lossy(value)),
    }
}

/// The text of any value: as [`scalar`], and objects and lists as written; `None` for `null`.
pub fn display(value: &[u8]) -> Option<Cow<'_, str>> {
    match value.first()? {
        b'{' | b'[' => Some(String::from_utf8_lossy(value)),
        _ => scalar(value),
    }
}

/// The content of a string value with its quotes, decoded; whether anything in it had to be replaced.
pub fn unquote(value: &[u8]) -> (Cow<'_, str>, bool) {
    let inner = value.strip_prefix(b"\"").unwrap_or(value);
    decode(inner.strip_suffix(b"\"").unwrap_or(inner))
}

/// Decodes the content of a string (without quotes).
///
/// Bytes that are no UTF-8, lone surrogates and unknown escapes become U+FFFD or stay as
/// they are, and the flag says so: nothing is lost silently.
pub fn decode(raw: &[u8]) -> (Cow<'_, str>, bool) {
    if memchr::memchr(b'\\', raw).is_none() {
        return lossy(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut lossy = false;
    let mut rest = raw;
    while let Some(slash) = memchr::memchr(b'\\', rest) {
        lossy |= push_lossy(&mut out, &rest[..slash]);
        let (used, faulty) = push_escape(&mut out, &rest[slash..]);
        lossy |= faulty;
        rest = &rest[slash + used..];
    }
    lossy |= push_lossy(&mut out, rest);
    (Cow::Owned(out), lossy)
}

/// Bytes as text, with U+FFFD for what is no UTF-8; whether there was any such thing.
pub fn lossy(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), false),
        Err(_) => (String::from_utf8_lossy(bytes), true),
    }
}

fn push_lossy(out: &mut String, bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    out.push_str(&text);
    matches!(text, Cow::Owned(_))
}

/// Appends what the escape at the start of `rest` means; how many bytes it took, and whether it was faulty.
fn push_escape(out: &mut String, rest: &[u8]) -> (usize, bool) {
    let simple = match rest.get(1) {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(&b @ (b'"' | b'\\' | b'/')) => char::from(b),
        Some(b'u') => return push_unicode(out, rest),
        _ => {
            out.push('\\');
            return (1, true);
        }
    };
    out.push(simple);
    (2, false)
}

fn push_unicode(out: &mut String, rest: &[u8]) -> (usize, bool) {
    let Some(first) = hex4(rest) else {
        out.push('\\');
        return (1, true);
    };
    if let Some(c) = char::from_u32(first) {
        out.push(c);
        return (6, false);
    }
    let low = rest.get(6..).and_then(hex4).filter(|low| (0xdc00..0xe000).contains(low));
    if let (0xd800..0xdc00, Some(low)) = (first, low)
        && let Some(c) = char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (low - 0xdc00))
    {
        out.push(c);
        return (12, false);
    }
    out.push(char::REPLACEMENT_CHARACTER);
    (6, true)
}

/// The value of `\uXXXX` at the start of `rest`.
fn hex4(rest: &[u8]) -> Option<u32> {
    let digits = rest.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |v, &b| Some(v << 4 | char::from(b).to_digit(16)?))
}

#[cfg(test)]
mod tests;
