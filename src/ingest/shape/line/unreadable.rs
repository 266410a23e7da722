//! Names what cannot be read, and the way out.

use std::borrow::Cow;

use super::prefix_len;
use crate::event::account;
use crate::ingest::shape::csv::Layout;
use crate::ingest::shape::reason::quoted;
use crate::text::{clip, visible};

/// First bytes of files that are something else.
const MAGIC: &[(&[u8], &str)] = &[
    (b"PAR1", "a Parquet file; export the table as JSON or CSV and load that"),
    (b"ORC", "an ORC file; export the table as JSON or CSV and load that"),
    (b"Obj\x01", "an Avro file; convert it to JSON (`avro-tools tojson`) and load that"),
    (b"%PDF", "a PDF document, which holds no events"),
    (b"SQLite format 3", "a SQLite database; export its table as JSON or CSV and load that"),
    (b"ElfFile\0", "a Windows event log (EVTX), not CloudTrail"),
    (b"\xfd7zXZ\0", "compressed with xz; run `xz -d` on it and load the result"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; unpack it and load the result"),
    (b"\x04\x22\x4d\x18", "compressed with lz4; run `lz4 -d` on it and load the result"),
    (b"Rar!", "a RAR archive; unpack it and load the result"),
    (b"\x89PNG", "an image, which holds no events"),
    (b"\xff\xd8\xff", "an image, which holds no events"),
    (b"\x7fELF", "a program, which holds no events"),
    (b"MZ", "a program, which holds no events"),
    (b"\xd0\xcf\x11\xe0", "an old Office document; save the sheet as CSV and load that"),
    (b"-----BEGIN PGP", "encrypted with PGP; decrypt it and load the result"),
    (b"H4sI", "gzip inside of base64; run `base64 -d` on it and load the result"),
    (b"CEF:", "CEF text, which keeps no CloudTrail record; export the raw events instead"),
    (b"LEEF:", "LEEF text, which keeps no CloudTrail record; export the raw events instead"),
    (b"version account-id interface-id", "VPC flow logs, not CloudTrail"),
    (b"usage: aws", "the help of a failed aws command, not its output; run the command again"),
    (b"<Error>", "an error that S3 answered instead of the file; download it again"),
];

/// Why the text that begins with `first` cannot be read, and what to do; `None` when nothing speaks against it.
///
/// To be asked about what begins neither like JSON nor like compressed bytes.
pub fn unreadable(first: &[u8]) -> Option<String> {
    let text = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first).trim_ascii_start();
    if let Some((_, words)) =
        MAGIC.iter().find(|(magic, _)| first.starts_with(magic) || text.starts_with(magic))
    {
        return Some((*words).to_owned());
    }
    if is_pickle(first) {
        return Some("a Python pickle; write it with `json.dump` and load that".to_owned());
    }
    if text.is_empty() || matches!(text.first(), Some(b'{' | b'[' | b'"')) {
        return None;
    }
    if is_binary(first) {
        return Some("binary data of a kind that is not known".to_owned());
    }
    let named = cli(text).or_else(|| markup(text));
    if named.is_none() && (has_prefixed_line(text) || Layout::sniff(first).is_some()) {
        return None;
    }
    Some(named.map_or_else(|| plain_text(text), Cow::into_owned))
}

fn is_pickle(first: &[u8]) -> bool {
    matches!(first, [0x80, 2..=5, ..])
}

fn is_binary(first: &[u8]) -> bool {
    let head = first.get(..1024).unwrap_or(first);
    let odd =
        head.iter().filter(|b| b.is_ascii_control() && !matches!(b, b'\t' | b'\n' | b'\r' | 0x1b)).count();
    odd > head.len() / 16
}

fn has_prefixed_line(text: &[u8]) -> bool {
    text.split(|b| *b == b'\n').take(5).any(|line| prefix_len(line).is_some() || line.starts_with(b"{"))
}

/// Output of the aws command line in a form without structure.
fn cli(text: &[u8]) -> Option<Cow<'static, str>> {
    let head = String::from_utf8_lossy(text.get(..4096).unwrap_or(text));
    if let Some(at) = head.get(..200.min(head.len())).and_then(|h| h.find("An error occurred (")) {
        let line = head.get(at..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        return Some(
            format!("the message of an aws command that failed: {}", clip(&visible(line), 120)).into(),
        );
    }
    const TEXT_ROWS: &[&str] = &["EVENTS\t", "RECORDS\t", "RESOURCES\t", "QUERYRESULTROWS\t", "RESULTS\t"];
    if TEXT_ROWS.iter().any(|row| head.starts_with(row)) {
        return Some("this is `--output text`; run the command again with `--output json`".into());
    }
    if head.starts_with("---") && head.lines().nth(1).is_some_and(|line| line.starts_with('|')) {
        return Some("this is `--output table`; run the command again with `--output json`".into());
    }
    None
}

fn markup(text: &[u8]) -> Option<Cow<'static, str>> {
    if let [b'<', b'!' | b'?' | b'a'..=b'z' | b'A'..=b'Z', ..] = text {
        return Some("XML or HTML, not JSON; was a login page saved in place of the file?".into());
    }
    let head = String::from_utf8_lossy(text.get(..4096).unwrap_or(text));
    let lines: Vec<&str> =
        head.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).take(4).collect();
    let is_yaml = lines.first().is_some_and(|first| *first == "---" || first.starts_with("%YAML"))
        || (lines.len() > 1 && lines.iter().take(2).all(|line| is_yaml_line(line)));
    is_yaml.then(|| "YAML; convert it (`yq -o json`), or run the aws command with `--output json`".into())
}

/// `key:`, `key: value` or `- item`.
fn is_yaml_line(line: &str) -> bool {
    let line = line.trim_start();
    let line = line.strip_prefix("- ").unwrap_or(line);
    let key = line.split(':').next().unwrap_or_default().trim_matches(['"', '\'']);
    let rest = line.split_once(':').map(|(_, rest)| rest);
    !key.is_empty()
        && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

fn plain_text(text: &[u8]) -> String {
    let mut lines = text.split(|b| *b == b'\n');
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    if is_flow_log(first) {
        return "VPC flow logs, not CloudTrail".to_owned();
    }
    let count = |line: &[u8], mark| line.iter().filter(|b| **b == mark).count();
    let is_table = [b',', b'\t', b';', b'|'].into_iter().any(|mark| {
        let here = count(first, mark);
        here > 0 && count(second, mark) >= here
    });
    if is_table {
        return format!(
            "a table whose header names no column of CloudTrail: {}; wanted are eventName, eventTime, ..., or the record \
             in `_raw`, `@message` or `CloudTrailEvent`",
            quoted(first)
        );
    }
    format!("text that is neither JSON nor a table with columns of CloudTrail: {}", quoted(first))
}

/// `2 111122223333 eni-…`
fn is_flow_log(line: &[u8]) -> bool {
    let mut words = line.split(|b| *b == b' ');
    let version = words.next().is_some_and(|word| word.len() == 1 && word[0].is_ascii_digit());
    let account = words.next().is_some_and(account::is_id);
    version && account && words.next().is_some_and(|word| word.starts_with(b"eni-"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_cannot_be_read_is_named_with_the_way_out() {
        for (text, words) in [
            (&b"PAR1\x15\x04"[..], "Parquet"),
            (b"%PDF-1.7", "PDF"),
            (b"\x80\x04\x95\x10", "pickle"),
            (b"\0\x01\x02\x03\x04", "binary"),
            (b"H4sIAAAAAAAAA", "base64 -d"),
            (b"<?xml version=\"1.0\"?><Events/>", "XML or HTML"),
            (b"<!DOCTYPE html><html>", "login page"),
            (b"<Error><Code>AccessDenied</Code></Error>", "S3 answered"),
            (b"EVENTS\tAKIAEXAMPLE\t{\"eventVersion\":\"1.11\"}\t4c3b", "--output json"),
            (b"-----------------\n|  LookupEvents  |\n+---+", "--output table"),
            (
                b"\nAn error occurred (AccessDeniedException) when calling the LookupEvents operation: no\n",
                "AccessDeniedException",
            ),
            (b"Events:\n- AccessKeyId: AKIAEXAMPLE\n  EventId: 4c3b\n", "YAML"),
            (b"---\nRuleID: x\n", "YAML"),
            (b"name,age\nbob,7\n", "names no column of CloudTrail: `name,age`"),
            (b"2 111122223333 eni-0a1b 203.0.113.7 10.0.0.1 443\n", "VPC flow logs"),
            (b"hello world\n", "neither JSON nor a table"),
        ] {
            let reason = unreadable(text).unwrap_or_default();
            assert!(reason.contains(words), "{:?} gave {reason:?}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn what_can_be_read_is_left_alone() {
        for text in [
            "",
            " \n",
            "{\"Records\":[]}",
            "\u{feff}[1]",
            "2026-01-10T10:43:02.123Z {\"eventVersion\":\"1.11\"}\n",
            "eventtime,eventname,eventsource\n2026-01-10T10:38:41Z,StopLogging,cloudtrail.amazonaws.com\n",
            "+----+\n| eventTime | eventName |\n+----+\n",
            "_raw\n\"{\"\"eventVersion\"\":\"\"1.11\"\"}\"\n",
        ] {
            assert_eq!(unreadable(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(text: Vec<u8>) {
            let _ = unreadable(&text);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[-|+,:<>a\\n\\t \u{e9}{}\"]{0,60}") {
            let _ = unreadable(text.as_bytes());
        }
    }
}
