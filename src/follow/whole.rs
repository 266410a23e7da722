//! Whether a file is complete: who follows a folder meets files that are still being written.
//!
//! A file tells by itself in most cases: gzip ends with a sum, JSON with its last bracket, a log of lines with a line.
//! Of what does not tell, only time can: it has stayed as it is for a while. Nothing is decided here about records.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::ingest::inflate::Limits;
use crate::json;

/// The largest file that is looked into as a whole, in bytes; of a larger one only time tells.
const LOOKED_INTO: u64 = 64 << 20;
/// The longest first line that is looked at, and how much is read at once, in bytes.
const LINE: u64 = 1 << 20;

/// What a file tells of itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whole {
    /// Nothing is missing.
    Yes,
    /// It ends in the middle.
    No,
    /// Lines of JSON, each complete up to this byte; more may be appended.
    Lines(u64),
    /// It does not tell.
    Unknown,
}

/// Looks into a file of that size. One that `rests` is not written any more: that takes the place of a long look.
///
/// # Errors
/// It cannot be read.
pub fn whole(path: &Path, size: u64, rests: bool) -> io::Result<Whole> {
    let file = File::open(path)?;
    let head = piece(&file, 0, LINE)?;
    let first = head.iter().copied().find(|byte| !byte.is_ascii_whitespace());
    match (head.as_slice(), first) {
        ([] | [0x1f], _) | (_, None) => Ok(Whole::No),
        (_, Some(b'{')) if is_line(&head, size) => Ok(Whole::Lines(lines(&file, size)?)),
        ([0x1f, 0x8b, ..], _) | (_, Some(b'{' | b'[')) if rests => Ok(Whole::Yes),
        ([0x1f, 0x8b, ..], _) => gzip(file, size),
        (_, Some(b'{' | b'[')) => values(&file, size),
        _ => Ok(Whole::Unknown),
    }
}

/// At most `most` bytes from `at`.
pub(super) fn piece(mut file: &File, at: u64, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(at))?;
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn gzip(mut file: File, size: u64) -> io::Result<Whole> {
    if size > LOOKED_INTO {
        return Ok(Whole::Unknown);
    }
    file.seek(SeekFrom::Start(0))?;
    // What it inflates to is counted and not kept; more than a file may hold is for the reader to refuse.
    let most = size.saturating_mul(Limits::default().ratio).max(Limits::FREE);
    match io::copy(&mut MultiGzDecoder::new(io::BufReader::new(file)).take(most), &mut io::sink()) {
        Ok(inflated) if inflated == most => Ok(Whole::Unknown),
        Ok(_) => Ok(Whole::Yes),
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Ok(Whole::No),
        Err(_) => Ok(Whole::Unknown),
    }
}

/// Whether the text begins with a line that is one JSON value.
fn is_line(head: &[u8], size: u64) -> bool {
    let end = head.iter().position(|byte| *byte == b'\n');
    let line = match end {
        Some(end) => head.get(..end).unwrap_or_default(),
        None if head.len() as u64 == size => head,
        None => return false,
    };
    is_value(line)
}

/// Whether a text is one JSON value and white space.
fn is_value(text: &[u8]) -> bool {
    let from = json::skip_space(text, 0);
    from < text.len()
        && json::skip_value(text, from).is_some_and(|end| json::skip_space(text, end) >= text.len())
}

/// Until which byte a log of lines is complete.
///
/// # Errors
/// It cannot be read.
pub(super) fn lines(file: &File, size: u64) -> io::Result<u64> {
    let behind = last_line(file, size)?;
    if size - behind > LOOKED_INTO {
        return Ok(behind);
    }
    let last = piece(file, behind, size - behind)?;
    // The last line need not have its end of line yet, if it is complete without.
    let is_whole = is_value(&last) && last.trim_ascii_end().ends_with(b"}");
    Ok(if is_whole { behind + last.len() as u64 } else { behind })
}

/// Where the last line begins.
fn last_line(file: &File, size: u64) -> io::Result<u64> {
    let mut end = size;
    while end > 0 {
        let from = end.saturating_sub(LINE);
        let tail = piece(file, from, end - from)?;
        if let Some(at) = tail.iter().rposition(|byte| *byte == b'\n') {
            return Ok(from + at as u64 + 1);
        }
        end = from;
    }
    Ok(0)
}

/// Whether all values of a JSON text end.
fn values(file: &File, size: u64) -> io::Result<Whole> {
    if size > LOOKED_INTO {
        return Ok(Whole::Unknown);
    }
    let text = piece(file, 0, size)?;
    let mut at = json::skip_space(&text, 0);
    while at < text.len() {
        match json::skip_value(&text, at) {
            Some(end) if end > at => at = json::skip_space(&text, end),
            Some(_) => return Ok(Whole::Unknown),
            None => return Ok(Whole::No),
        }
    }
    Ok(Whole::Yes)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn told(bytes: &[u8]) -> Whole {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        whole(file.path(), bytes.len() as u64, false).unwrap()
    }

    fn gzipped(text: &[u8]) -> Vec<u8> {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(text).unwrap();
        gz.finish().unwrap()
    }

    #[test]
    fn a_file_tells_whether_it_is_complete() {
        let pretty = "{\n \"Records\": [\n  {\"a\": \"}\"}\n ]\n}\n";
        for (text, wanted) in [
            ("", Whole::No),
            (" \n", Whole::No),
            ("{\"a\":1}\n{\"b\":", Whole::Lines(8)),
            ("{\"a\":1}\n{\"b\":2}", Whole::Lines(15)),
            ("{\"a\":1}\n{\"b\":2}\n", Whole::Lines(16)),
            ("{\"Records\":[{\"a\":1}]}", Whole::Lines(21)),
            ("{\"Records\":[{\"a\":1}", Whole::No),
            ("[{\"a\":1}]", Whole::Yes),
            ("[{\"a\":1},", Whole::No),
            (pretty, Whole::Yes),
            (&pretty[..pretty.len() - 3], Whole::No),
            ("{\n\"a\":1}\n{\n\"a\":", Whole::No),
            ("a,b\n1,2\n", Whole::Unknown),
            ("Jan 10 host app: {", Whole::Unknown),
        ] {
            assert_eq!(told(text.as_bytes()), wanted, "{text}");
        }
    }

    #[test]
    fn a_long_last_line_begins_where_it_begins() {
        let value = |end: &str| format!("{{\"a\":1}}\n{{\"b\":\"{}{end}", "x".repeat(3 << 20));
        for (end, wanted) in [("", 8), ("\"}", (3 << 20) + 16), ("\"}\n", (3 << 20) + 17)] {
            assert_eq!(told(value(end).as_bytes()), Whole::Lines(wanted));
        }
    }

    #[test]
    fn what_rests_is_not_looked_through() {
        let all = gzipped(b"{\"Records\":[]}");
        for text in [&all[..all.len() - 1], b"[{},", b"{\n\"a\":"] {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(text).unwrap();
            let told = |rests| whole(file.path(), text.len() as u64, rests).unwrap();
            assert_eq!((told(false), told(true)), (Whole::No, Whole::Yes));
        }
    }

    #[test]
    fn what_inflates_without_end_is_left_to_the_reader() {
        let zeros = vec![0u8; 1 << 20];
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        (0..300).for_each(|_| gz.write_all(&zeros).unwrap());
        assert_eq!(told(&gz.finish().unwrap()), Whole::Unknown);
    }

    #[test]
    fn gzip_is_complete_with_its_sum() {
        let all = gzipped(b"{\"Records\":[]}");
        assert_eq!(told(&all), Whole::Yes);
        for end in 1..all.len() {
            assert_eq!(told(&all[..end]), Whole::No, "{end}");
        }
        let two = [all.clone(), all.clone()].concat();
        assert_eq!((told(&two), told(&two[..all.len() + 5])), (Whole::Yes, Whole::No));
        let mut broken = all;
        let last = broken.len() - 1;
        broken[last] ^= 1;
        assert_eq!(told(&broken), Whole::Unknown, "it does not get better by waiting");
    }
}
