//! The way through a text of JSON values: which bytes are the next object.
//!
//! One walk reads what a file can look like: one pretty document, a value a line,
//! values back to back with or without commas, lists, and the big lists inside of
//! `{"Records":[...]}` and its like, whose elements are handed out one by one so
//! that a whole file never counts as one value. What each object is, is decided
//! by whoever takes it, per object and not per file.
//!
//! After a fault the walk looks for the next thing that begins like a record. A
//! text may come in pieces; a value is handed out once it is there as a whole.

use memchr::memmem;

use crate::ingest::scan::Fault;
use crate::json::{skip_space, skip_value, string_end};

/// Lists under these keys are walked into instead of being handed out whole.
const LISTS: [&[u8]; 6] = [b"Records", b"Events", b"events", b"logEvents", b"results", b"QueryResultRows"];

/// What takes the values that the walk finds. Offsets count from the beginning of the text.
pub trait Take {
    /// An object begins at `at` of `text`; tells where it ends.
    ///
    /// # Errors
    /// When it does not end, or is no object after all.
    fn object(&mut self, text: &[u8], at: usize, offset: u64) -> Result<usize, Fault>;

    /// A complete value that is no object.
    fn value(&mut self, value: &[u8], offset: u64);

    /// How many bytes before the next value are a prefix, like a log's time stamp; `None` when it is none.
    fn prefix(&mut self, text: &[u8]) -> Option<usize>;

    /// Something that cannot be read; `sample` is its beginning.
    fn reject(&mut self, offset: u64, reason: &str, sample: &[u8]);
}

/// Walks a text that may come in pieces.
#[derive(Clone, Default, Debug)]
pub struct Framer {
    /// Inside of an object whose lists are walked.
    in_object: bool,
    /// Inside of a list.
    in_list: bool,
    /// Looking for the next record after a fault, without anything to show for it yet.
    lost: bool,
    /// Was lost once: what closes around here may have been opened before that.
    recovered: bool,
}

/// What one step came to.
enum Step {
    /// Go on at this place.
    At(usize),
    /// The value that begins at this place needs more text.
    More(usize),
}

/// How much unfinished text a value may have before it is given up, in bytes.
pub const VALUE_CAP: usize = 64 << 20;

impl Framer {
    /// Walks `text`, whose first byte stands at `base`; `last` says that no more comes.
    /// Returns how many bytes are dealt with; the rest must be given again, with more behind it.
    pub fn feed<T: Take>(&mut self, text: &[u8], base: u64, last: bool, take: &mut T) -> usize {
        let mut at = 0;
        if self.lost {
            match resync(text, 0) {
                Some(found) => at = found,
                // A pattern may stand across the border of two pieces.
                None => return if last { text.len() } else { text.len().saturating_sub(RESYNC_REACH) },
            }
            self.lost = false;
        }
        let mut feed = Feed { framer: self, text, base, last, take };
        loop {
            at = feed.skip_filling(at);
            let Some(&byte) = text.get(at) else { break };
            match feed.step(at, byte) {
                Step::At(next) => at = next,
                Step::More(from) => return from,
            }
            if feed.framer.lost {
                return if last { text.len() } else { at };
            }
        }
        if last && (self.in_list || self.in_object) {
            let reason = "the text ends before the list of records does; the records before it are kept";
            take.reject(base + text.len() as u64, reason, &[]);
        }
        text.len()
    }
}

/// One call of [`Framer::feed`].
struct Feed<'a, T> {
    framer: &'a mut Framer,
    text: &'a [u8],
    base: u64,
    last: bool,
    take: &'a mut T,
}

impl<T: Take> Feed<'_, T> {
    /// Passes white space, commas and the record separators of RFC 7464.
    fn skip_filling(&self, mut at: usize) -> usize {
        while let Some(b' ' | b'\n' | b'\r' | b'\t' | b',' | 0x1e) = self.text.get(at) {
            at += 1;
        }
        at
    }

    fn step(&mut self, at: usize, byte: u8) -> Step {
        if self.framer.in_list {
            return self.element(at, byte);
        }
        if self.framer.in_object {
            return self.member(at, byte);
        }
        match byte {
            b'{' => match self.list_below(at) {
                Some(Below::List(inside)) => {
                    (self.framer.in_object, self.framer.in_list) = (true, true);
                    Step::At(inside)
                }
                Some(Below::Unknown) if !self.last => Step::More(at),
                _ => self.object(at),
            },
            b'[' => match begins_row(&self.text[at..]) {
                Some(true) => self.value(at),
                None if !self.last => Step::More(at),
                _ => {
                    self.framer.in_list = true;
                    Step::At(at + 1)
                }
            },
            b'"' => self.value(at),
            // What closes the list in which the way was lost.
            b']' | b'}' if self.framer.recovered => Step::At(at + 1),
            _ => self.loose(at),
        }
    }

    /// Something at the top that begins no value: a prefix, or rubbish.
    fn loose(&mut self, at: usize) -> Step {
        let rest = &self.text[at..];
        if !self.last && rest.len() < PREFIX_REACH && memchr::memchr(b'\n', rest).is_none() {
            return Step::More(at);
        }
        match self.take.prefix(rest) {
            Some(skip) if skip > 0 => Step::At(at + skip),
            _ => self.fault(at, "this is no JSON"),
        }
    }

    /// An element of the list that is being walked.
    fn element(&mut self, at: usize, byte: u8) -> Step {
        match byte {
            b'{' => self.object(at),
            b']' => {
                self.framer.in_list = false;
                Step::At(at + 1)
            }
            b'}' | b':' => self.fault(at, "a list of records goes on with something that is no value"),
            _ => self.value(at),
        }
    }

    /// A member of the object whose list has been walked.
    fn member(&mut self, at: usize, byte: u8) -> Step {
        if byte == b'}' {
            self.framer.in_object = false;
            return Step::At(at + 1);
        }
        match self.list_at_key(at) {
            Some(Below::List(inside)) => {
                self.framer.in_list = true;
                return Step::At(inside);
            }
            Some(Below::Unknown) if !self.last => return Step::More(at),
            Some(Below::Other(value)) => match skip_value(self.text, value) {
                Some(end) if end > value && (end < self.text.len() || self.last) => return Step::At(end),
                Some(end) if end == value => {}
                _ if !self.last && self.text.len() - at < VALUE_CAP => return Step::More(at),
                _ => {}
            },
            _ => {}
        }
        self.framer.in_object = false;
        self.fault(at, "an object goes on with something that is no member")
    }

    fn object(&mut self, at: usize) -> Step {
        match self.take.object(self.text, at, self.base + at as u64) {
            Ok(end) => Step::At(end),
            Err(Fault::Unfinished) if !self.last && self.text.len() - at < VALUE_CAP => Step::More(at),
            Err(Fault::Unfinished) if self.last => self.fault(at, "a record begins here and does not end"),
            Err(Fault::Unfinished) => self.fault(at, "a value begins here and does not end within 64 MiB"),
            Err(Fault::Malformed(place)) => {
                let reason = format!("this object is broken {} bytes further on", place - at);
                self.fault(at, &reason)
            }
        }
    }

    fn value(&mut self, at: usize) -> Step {
        match skip_value(self.text, at) {
            // A word or number at the end of a piece may go on in the next one.
            Some(end) if end > at && (self.last || end < self.text.len()) => {
                self.take.value(&self.text[at..end], self.base + at as u64);
                Step::At(end)
            }
            Some(end) if end == at => self.fault(at, "this is no JSON"),
            _ if !self.last && self.text.len() - at < VALUE_CAP => Step::More(at),
            _ => self.fault(at, "a value begins here and does not end"),
        }
    }

    /// Reports what stands at `at` and goes on where the next record seems to begin.
    fn fault(&mut self, at: usize, reason: &str) -> Step {
        let sample = &self.text[at..self.text.len().min(at + 200)];
        self.take.reject(self.base + at as u64, reason, sample);
        match resync(self.text, at + 1) {
            Some(next) => Step::At(next),
            None => {
                (self.framer.lost, self.framer.recovered) = (true, true);
                (self.framer.in_list, self.framer.in_object) = (false, false);
                Step::At(self.text.len().saturating_sub(RESYNC_REACH).max(at + 1))
            }
        }
    }

    /// Whether the object at `at` begins with a list to be walked.
    fn list_below(&self, at: usize) -> Option<Below> {
        self.list_at_key(skip_space(self.text, at + 1))
    }

    /// What the member whose key begins at `at` holds; `None` when no key stands there.
    fn list_at_key(&self, at: usize) -> Option<Below> {
        match self.text.get(at) {
            None => return Some(Below::Unknown),
            Some(b'"') => {}
            Some(_) => return None,
        }
        let Some(end) = string_end(self.text, at + 1) else { return Some(Below::Unknown) };
        let colon = skip_space(self.text, end + 1);
        let value = skip_space(self.text, colon + 1);
        match (self.text.get(colon), self.text.get(value)) {
            (Some(b':'), Some(b'[')) if LISTS.contains(&&self.text[at + 1..end]) => {
                Some(Below::List(value + 1))
            }
            (Some(b':'), Some(_)) => Some(Below::Other(value)),
            (Some(b':') | None, None) => Some(Below::Unknown),
            _ => None,
        }
    }
}

/// What stands under a key.
enum Below {
    /// A list to be walked, whose inside begins here.
    List(usize),
    /// Another value, which begins here.
    Other(usize),
    /// The text ends before one can tell.
    Unknown,
}

/// Whether a list is a row of Logs Insights, whose elements are the cells of one record: `jq -c '.results[]'`
/// writes one a line. `None` when the text ends before one can tell.
fn begins_row(list: &[u8]) -> Option<bool> {
    const FIRST: &[u8] = b"\"field\"";
    let brace = skip_space(list, 1);
    if *list.get(brace)? != b'{' {
        return Some(false);
    }
    let rest = list.get(skip_space(list, brace + 1)..)?;
    match rest.len() < FIRST.len() {
        true if FIRST.starts_with(rest) => None,
        _ => Some(rest.starts_with(FIRST)),
    }
}

/// How long a prefix before a value may be, in bytes.
const PREFIX_REACH: usize = 4096;

/// How many bytes the pattern that [`resync`] looks for may take.
const RESYNC_REACH: usize = 256;

/// Keys that records and their wrappers begin with.
const FIRST_KEYS: [&[u8]; 9] = [
    b"eventVersion",
    b"userIdentity",
    b"eventTime",
    b"Records",
    b"Events",
    b"EventId",
    b"version",
    b"eventID",
    b"awsRegion",
];

/// Where the next thing begins that looks like a record, at or after `from`.
///
/// That is an object at the beginning of a line, directly behind another one, or one whose
/// first key is a record's.
fn resync(text: &[u8], from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    memchr::memchr_iter(b'{', rest).map(|i| from + i).find(|&at| begins_record(text, at))
}

fn begins_record(text: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|i| text.get(i));
    let next = text.get(at + 1);
    if matches!(before, Some(b'\n' | b'}')) && matches!(next, Some(b'"' | b'\n' | b'\r' | b' ' | b'}')) {
        return true;
    }
    let key = skip_space(text, at + 1);
    text.get(key) == Some(&b'"')
        && text.get(key + 1..).is_some_and(|rest| {
            FIRST_KEYS.iter().any(|k| rest.starts_with(k) && rest.get(k.len()) == Some(&b'"'))
        })
}

/// Whether a text holds anything that looks like a record at all.
pub fn mentions_records(text: &[u8]) -> bool {
    [&b"eventName"[..], b"eventname", b"CloudTrailEvent"]
        .iter()
        .any(|word| memmem::find(text, word).is_some())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ingest::scan::Scanner;

    #[derive(Default, PartialEq, Debug)]
    struct Found {
        values: Vec<(u64, String)>,
        rejects: Vec<(u64, String)>,
        scanner: ScannerBox,
    }

    #[derive(Default, Debug)]
    struct ScannerBox(Scanner);

    impl PartialEq for ScannerBox {
        fn eq(&self, _: &Self) -> bool {
            true
        }
    }

    impl Take for Found {
        fn object(&mut self, text: &[u8], at: usize, offset: u64) -> Result<usize, Fault> {
            let (spans, end) = self.scanner.0.scan(text, at)?;
            self.values.push((offset, String::from_utf8_lossy(spans.text).into_owned()));
            Ok(end)
        }

        fn value(&mut self, value: &[u8], offset: u64) {
            self.values.push((offset, String::from_utf8_lossy(value).into_owned()));
        }

        fn prefix(&mut self, text: &[u8]) -> Option<usize> {
            text.starts_with(b"2026").then(|| memchr::memchr(b'{', text)).flatten()
        }

        fn reject(&mut self, offset: u64, reason: &str, _: &[u8]) {
            self.rejects.push((offset, reason.to_owned()));
        }
    }

    fn walk(text: &str) -> Found {
        let mut found = Found::default();
        assert_eq!(Framer::default().feed(text.as_bytes(), 0, true, &mut found), text.len());
        found
    }

    /// The same text in pieces of `size` bytes.
    fn walk_in_pieces(text: &[u8], size: usize) -> Found {
        let (mut found, mut framer) = (Found::default(), Framer::default());
        let (mut start, mut end) = (0, 0);
        while end < text.len() {
            end = (end + size).min(text.len());
            start += framer.feed(&text[start..end], start as u64, end == text.len(), &mut found);
        }
        found
    }

    fn values(text: &str) -> Vec<String> {
        let found = walk(text);
        assert_eq!(found.rejects, [], "{text}");
        for (offset, value) in &found.values {
            assert!(text[*offset as usize..].starts_with(value.as_str()), "{text}: {offset}");
        }
        found.values.into_iter().map(|v| v.1).collect()
    }

    #[test]
    fn every_arrangement_gives_the_same_objects() {
        let (a, b) = (r#"{"a":1}"#, r#"{"b":[2]}"#);
        for text in [
            format!("{a}{b}"),
            format!("{a}\n{b}\n"),
            format!("{a},\r\n{b}"),
            format!("[{a},{b}]"),
            format!("\n [ {a} , {b} ]\n"),
            format!(r#"{{"Records":[{a},{b}]}}"#),
            format!(r#"{{"Records":[{a}]}}{{"Records":[{b}]}}"#),
            format!("{{\n  \"Records\" : [\n {a},\n {b}\n ]\n}}\n"),
            format!(r#"{{"Events":[{a},{b}],"NextToken":"t{{"}}"#),
            format!(r#"{{"Events":[{a}],"Records":[{b}],"n":1}}"#),
            format!("2026-01-10T10:00:00Z {a}\n2026-01-10T10:00:01Z {b}\n"),
            format!("\u{1e}{a}\n\u{1e}{b}\n"),
        ] {
            assert_eq!(values(&text), [a, b], "{text}");
            for size in [1, 3, 7] {
                assert_eq!(walk_in_pieces(text.as_bytes(), size), walk(&text), "{text} by {size}");
            }
        }
        assert_eq!(values(""), [""; 0]);
        assert_eq!(values(r#"{"Records":[]}"#), [""; 0]);
        assert_eq!(values(r#"["x", null, 5, ["y"]]"#), [r#""x""#, "null", "5", r#"["y"]"#]);
        let row = r#"[ {"field":"@message","value":"m"},{"field":"@ptr","value":"p"}]"#;
        assert_eq!(values(&format!("{row}\n{row}")), [row, row], "the cells of a row belong together");
        for size in [1, 3, 7] {
            assert_eq!(walk_in_pieces(row.as_bytes(), size), walk(row), "by {size}");
        }
        assert_eq!(values(r#"{"Records":{}}"#), [r#"{"Records":{}}"#], "no list: the taker judges it");
    }

    #[test]
    fn a_broken_record_costs_only_itself() {
        let good = r#"{"eventVersion":"1","n":1}"#;
        for (text, kept) in [
            (format!("{good}\n{{\"eventVersion\":\"1\", broken }}\n{good}"), 2),
            (format!("{good}\nrubbish\n{good}"), 2),
            (format!(r#"{{"Records":[{good},{{"eventVersion":"1","a":"x"y"}},{good}]}}"#), 2),
            (
                format!(
                    r#"{{"Records":[{good},{{"eventVersion":"1","a":{{"b":"c,"d":1}}}},{good},{good}]}}"#
                ),
                3,
            ),
            (format!("{good}{{\"eventVersion\":{good}"), 2),
        ] {
            let found = walk(&text);
            assert_eq!(found.values.len(), kept, "{text}\n{found:?}");
            assert!(!found.rejects.is_empty(), "{text}");
        }
    }

    #[test]
    fn a_text_that_is_cut_off_says_so() {
        let found = walk(r#"{"Records":[{"a":1},{"b":"#);
        assert_eq!((found.values.len(), found.rejects.len()), (1, 1));
        assert_eq!(found.rejects[0], (20, "a record begins here and does not end".to_owned()));
        let found = walk(r#"{"Records":[{"a":1}"#);
        assert!(found.rejects[0].1.contains("ends before the list"));
    }

    #[test]
    fn the_place_of_a_reject_is_exact() {
        let found = walk("{\"a\":1}\n??? what\n{\"b\":2}");
        assert_eq!(found.rejects, [(8, "this is no JSON".to_owned())]);
    }

    proptest! {
        #[test]
        fn pieces_and_whole_agree(texts in prop::collection::vec(prop::sample::select(vec![
            r#"{"eventVersion":"1","x":{"y":["z"]}}"#, "{\"Records\":[{\"a\":1},", "]}", "\n", ",", "[", "\"s\"", "{", "}", "rubbish", "2026 {\"a\":2}", "\\",
        ]), 0..12), size in 1usize..40) {
            let text = texts.concat();
            let (whole, pieces) = (walk(&text), walk_in_pieces(text.as_bytes(), size));
            prop_assert_eq!(whole.values.len() + whole.rejects.len() > 0, pieces.values.len() + pieces.rejects.len() > 0);
        }

        #[test]
        fn no_text_makes_it_panic_or_hang(text in "[\\[\\]{}:,\"\\\\a1\n ]{0,60}", size in 1usize..20) {
            walk(&text);
            walk_in_pieces(text.as_bytes(), size);
        }
    }
}
