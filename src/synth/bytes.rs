//! Bytes of JSON and times, written into a buffer that is used again and again.

use std::io::Write as _;

use crate::event::time::Time;

/// Appends the inside of a JSON string: quotes, backslashes and control characters escaped.
pub(crate) fn escape(out: &mut Vec<u8>, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend([b'\\', byte]),
            0..=0x1f => {
                let _ = write!(out, "\\u{byte:04x}");
            }
            _ => out.push(byte),
        }
    }
}

/// Appends a number in decimal digits.
pub(crate) fn number(out: &mut Vec<u8>, mut n: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

fn two(out: &mut Vec<u8>, n: u8) {
    out.extend([b'0' + n / 10 % 10, b'0' + n % 10]);
}

/// The ways in which CloudTrail writes a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Clock {
    /// `2026-01-10T10:38:41Z`.
    Iso,
    /// `Jan 10, 2026, 10:38:41 AM`, as Java writes it.
    Java,
    /// `2026-01-10`.
    Day,
    /// `2026/01/10`, as in the names of folders.
    Folder,
    /// `20260110T1038Z`, as in the name of a log file.
    File,
    /// `20260110T103841Z`, as in the name of a digest file.
    Digest,
}

/// Appends a time given in seconds since 1970; nothing when it is out of the calendar.
pub(crate) fn time(out: &mut Vec<u8>, seconds: i64, clock: Clock) {
    let Some(c) = Time::from_millis(seconds.saturating_mul(1000)).civil() else { return };
    let year = u64::try_from(c.year).unwrap_or_default();
    if clock == Clock::Java {
        let (hour, half) =
            (if c.hour % 12 == 0 { 12 } else { c.hour % 12 }, if c.hour < 12 { "AM" } else { "PM" });
        let (month, day) = (c.month_name(), c.day);
        let _ = write!(out, "{month} {day}, {year}, {hour}:{:02}:{:02} {half}", c.minute, c.second);
        return;
    }
    let mark = match clock {
        Clock::Folder => "/",
        Clock::File | Clock::Digest => "",
        _ => "-",
    };
    number(out, year);
    for part in [c.month, c.day] {
        out.extend_from_slice(mark.as_bytes());
        two(out, part);
    }
    if matches!(clock, Clock::Day | Clock::Folder) {
        return;
    }
    out.push(b'T');
    two(out, c.hour);
    for (part, wanted) in [(c.minute, true), (c.second, clock != Clock::File)] {
        if wanted {
            if clock == Clock::Iso {
                out.push(b':');
            }
            two(out, part);
        }
    }
    out.push(b'Z');
}

/// The text of a time, as [`time`] appends it.
pub(crate) fn time_text(seconds: i64, clock: Clock) -> String {
    let mut out = Vec::new();
    time(&mut out, seconds, clock);
    String::from_utf8(out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_every_way() {
        for (clock, text) in [
            (Clock::Iso, "2026-01-10T13:08:01Z"),
            (Clock::Java, "Jan 10, 2026, 1:08:01 PM"),
            (Clock::Day, "2026-01-10"),
            (Clock::Folder, "2026/01/10"),
            (Clock::File, "20260110T1308Z"),
            (Clock::Digest, "20260110T130801Z"),
        ] {
            assert_eq!(time_text(1_768_050_481, clock), text);
        }
        assert_eq!(time_text(1_768_003_200, Clock::Java), "Jan 10, 2026, 12:00:00 AM");
        assert_eq!(time_text(i64::MAX, Clock::Iso), "");
    }

    #[test]
    fn strings_and_numbers_are_valid_json() {
        let mut out = b"\"".to_vec();
        escape(&mut out, "a\"b\\c\n\u{1b}é");
        out.push(b'"');
        assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), "a\"b\\c\n\u{1b}é");
        for n in [0, 7, 10, 12_345, u64::MAX] {
            let mut out = Vec::new();
            number(&mut out, n);
            assert_eq!(out, n.to_string().into_bytes());
        }
    }
}
