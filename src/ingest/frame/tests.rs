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
        (format!(r#"{{"Records":[{good},{{"eventVersion":"1","a":{{"b":"c,"d":1}}}},{good},{good}]}}"#), 3),
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
