//! Lines of text around JSON: what stands before a record, and what holds none.
//!
//! An export of CloudWatch Logs writes a time before each record, syslog a whole
//! header. And some things that are given to load hold no record at all, or in a
//! form that cannot be read; [`unreadable`] names them and says what to do.

mod unreadable;

pub use unreadable::unreadable;

/// The longest prefix that is looked for, in bytes.
const MAX_PREFIX: usize = 512;

/// How many bytes stand before the JSON object on the line that begins here.
///
/// `None` when the line begins with JSON, holds no object, or what stands before it
/// is not like the beginning of a log line.
pub fn prefix_len(text: &[u8]) -> Option<usize> {
    let window = text.get(..MAX_PREFIX).unwrap_or(text);
    let line = window.split(|b| *b == b'\n').next().unwrap_or_default();
    if matches!(line.first(), None | Some(b'{' | b'"')) {
        return None;
    }
    let at = memchr::memchr_iter(b'{', line).find(|at| opens_object(&text[*at..]))?;
    (begins_like_log(line) || is_unmistakable(&text[at..])).then_some(at)
}

fn opens_object(rest: &[u8]) -> bool {
    rest.get(1..).is_some_and(|rest| matches!(rest.trim_ascii_start().first(), Some(b'"')))
}

/// Whether any prefix will do before such an object.
fn is_unmistakable(object: &[u8]) -> bool {
    object.starts_with(b"{\"eventVersion\"") || object.starts_with(b"{\"Records\"")
}

/// A date, an epoch, a priority of syslog, the name of a month or of a day.
fn begins_like_log(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"[").unwrap_or(line);
    if let Some(rest) = line.strip_prefix(b"<") {
        let digits = digits(rest);
        return (1..=3).contains(&digits) && rest.get(digits) == Some(&b'>');
    }
    const NAMES: &[&[u8]] = &[
        b"Jan ", b"Feb ", b"Mar ", b"Apr ", b"May ", b"Jun ", b"Jul ", b"Aug ", b"Sep ", b"Oct ", b"Nov ",
        b"Dec ", b"Mon ", b"Tue ", b"Wed ", b"Thu ", b"Fri ", b"Sat ", b"Sun ", b"Mon, ", b"Tue, ", b"Wed, ",
        b"Thu, ", b"Fri, ", b"Sat, ", b"Sun, ",
    ];
    match digits(line) {
        0 => NAMES.iter().any(|name| line.starts_with(name)),
        4 => matches!(line.get(4), Some(b'-' | b'/')) || is_framed(line),
        // Epoch seconds to nanoseconds, also with a fraction.
        9..=19 => true,
        2 => line.get(2) == Some(&b'/') || is_framed(line),
        _ => is_framed(line),
    }
}

/// Syslog over TCP: the length of the message, then the message.
fn is_framed(line: &[u8]) -> bool {
    line.get(digits(line)..).is_some_and(|rest| rest.starts_with(b" <"))
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|b| b.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn prefixes_of_log_lines_are_measured() {
        for (prefix, known) in [
            ("2026-01-10T10:43:02.123Z ", true),
            ("2026-01-10T10:43:02.123Z\t", true),
            ("2026-01-10 10:43:02,123 INFO ", true),
            ("2026-01-10T10:43:02.123000+00:00 111122223333_CloudTrail_us-east-1 ", true),
            ("[2026-01-10T10:43:02Z] ", true),
            ("<134>1 2026-01-10T10:43:02Z host app - - - ", true),
            ("<134>1 2026-01-10T10:43:02Z host app - ID47 [a@32473 k=\"v\"] ", true),
            ("<14>Jan 10 10:43:02 host cloudtrail: ", true),
            ("211 <14>1 2026-01-10T10:43:02Z host app - - - ", true),
            ("Jan 10 10:43:02 host cloudtrail[77]: ", true),
            ("1768041521000 ", true),
            ("1768041521.123 ", true),
            ("2026-01-10T10:43:02Z stdout F ", true),
            ("policy: ", false),
            ("12 ", false),
            ("", false),
        ] {
            let line = format!("{prefix}{{\"a\":1}}\n");
            assert_eq!(prefix_len(line.as_bytes()), known.then_some(prefix.len()), "{line}");
        }
        assert_eq!(prefix_len(b"anything at all: {\"eventVersion\":\"1.11\"}"), Some(17));
        assert_eq!(prefix_len(b"2026-01-10T10:43:02Z no object\n{\"a\":1}"), None);
        assert_eq!(prefix_len(b"2026-01-10T10:43:02Z {not json}"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(text: Vec<u8>) {
            if let Some(len) = prefix_len(&text) {
                prop_assert_eq!(text[len], b'{');
            }
        }
    }
}
