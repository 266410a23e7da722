//! What form a text has, told from its beginning: JSON values, a table, or nothing that can be read.

use crate::ingest::frame::mentions_records;
use crate::ingest::shape::{csv, line};

/// How many bytes of a text its form is told by.
pub const HEAD: usize = 64 << 10;

/// The form of a text.
#[derive(Debug)]
pub enum Form {
    /// JSON values, one after the other, maybe with prefixes.
    Json,
    /// A table with a header.
    Csv(csv::Layout),
    /// No log at all: a read-me, a script, a picture.
    NoLog,
    /// Something that should be a log and cannot be read; why, and the way out.
    Unreadable(String),
}

/// Whether a file is called as logs are: then it should be one, also where nobody named it.
pub fn is_called_a_log(name: &str) -> bool {
    const ENDINGS: [&str; 3] = [".json", ".jsonl", ".ndjson"];
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase();
    let bare = [".gz", ".zst", ".zstd"].iter().find_map(|packed| name.strip_suffix(packed)).unwrap_or(&name);
    // What other systems keep beside a file begins with a point: `._a.json`.
    let is_named = ENDINGS.iter().any(|ending| bare.ends_with(ending)) || name.contains("_cloudtrail_");
    is_named && !name.starts_with('.')
}

/// Tells the form of a text. `stray` says that nobody named the file and that it is not called a log: then it may be none.
pub fn of(text: &[u8], stray: bool) -> Form {
    let head = &text[..text.len().min(HEAD)];
    let start = head.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(head.len());
    let rest = &head[start..];
    match rest.first() {
        // What a crash leaves of a file that was being written; nobody would name a read-me so.
        Some(0) if rest.iter().all(|b| *b == 0) => Form::Unreadable(
            "the file holds nothing but zero bytes; it was not written to its end".to_owned(),
        ),
        None if text.len() > HEAD => Form::Json,
        None if stray => Form::NoLog,
        None => Form::Unreadable("the file holds nothing but white space".to_owned()),
        Some(b'{' | b'[') => Form::Json,
        Some(_) => match csv::Layout::sniff(head) {
            Some(layout) => Form::Csv(layout),
            None if rest.first() == Some(&b'"') || line::prefix_len(rest).is_some() => Form::Json,
            None if stray && !mentions_records(head) => Form::NoLog,
            None => advice(rest).map_or(Form::Json, Form::Unreadable),
        },
    }
}

/// What to do about a text that is no JSON, where its beginning tells what it is.
pub fn advice(text: &[u8]) -> Option<String> {
    line::unreadable(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_are_known_by_how_they_are_called() {
        for name in
            ["a.json", "in/A.JSON.GZ", "b.jsonl.zst", "c\\d.ndjson", "1_CloudTrail_x_y", "z.zip!/a.json"]
        {
            assert!(is_called_a_log(name), "{name}");
        }
        for name in
            ["LICENSE", "json", "logs.json/read.me", "a.gz", "b.txt", "my_cloudtrail_/c.png", "m/._a.json"]
        {
            assert!(!is_called_a_log(name), "{name}");
        }
    }
}
