//! Whether a file is complete: who follows a folder meets files that are still being written.
//!
//! A file tells by itself in most cases: gzip ends with a sum, JSON with its last bracket, a log of lines with a line.
//! Of what does not tell, only time can: it has stayed as it is for a while. Nothing is decided here about records.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::json;

/// The largest file that is looked into as a whole, in bytes; of a larger one only time tells.
const LOOKED_INTO: u64 = 64 << 20;
/// The longest line that is looked at, in bytes.
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

/// Looks into a file of that size.
///
/// # Errors
/// It cannot be read.
pub fn whole(path: &Path, size: u64) -> io::Result<Whole> {
    let mut file = File::open(path)?;
    let head = piece(&mut file, 0, LINE)?;
    let first = head.iter().copied().find(|byte| !byte.is_ascii_whitespace());
    match (head.as_slice(), first) {
        ([] | [0x1f], _) | (_, None) => Ok(Whole::No),
        ([0x1f, 0x8b, ..], _) => gzip(file, size),
        (_, Some(b'{')) if is_line(&head, size) => lines(&mut file, size),
        (_, Some(b'{' | b'[')) => values(file, size),
        _ => Ok(Whole::Unknown),
    }
}

/// At most `most` bytes from `at`.
fn piece(file: &mut File, at: u64, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(at))?;
    file.by_ref().take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn gzip(mut file: File, size: u64) -> io::Result<Whole> {
    if size > LOOKED_INTO {
        return Ok(Whole::Unknown);
    }
    file.seek(SeekFrom::Start(0))?;
    // What it inflates to is counted and not kept; more than a file may hold is for the reader to refuse.
    let most = size.saturating_mul(1100);
    match io::copy(&mut MultiGzDecoder::new(io::BufReader::new(file)).take(most), &mut io::sink()) {
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

/// How far a log of lines is complete.
fn lines(file: &mut File, size: u64) -> io::Result<Whole> {
    let from = size.saturating_sub(LINE);
    let tail = piece(file, from, size - from)?;
    let behind = tail.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let last = tail.get(behind..).unwrap_or_default();
    // The last line need not have its end of line yet, if it is complete without.
    let end = if last.is_empty() || (is_value(last) && last.trim_ascii_end().ends_with(b"}")) {
        tail.len()
    } else {
        behind
    };
    Ok(Whole::Lines(from + end as u64))
}

/// Whether all values of a JSON text end.
fn values(mut file: File, size: u64) -> io::Result<Whole> {
    if size > LOOKED_INTO {
        return Ok(Whole::Unknown);
    }
    let text = piece(&mut file, 0, size)?;
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
        whole(file.path(), bytes.len() as u64).unwrap()
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
