//! Times read one after the other: most are of the day of the one before, whose date is not worked out again.

use super::{DAY_MS, Time};

/// Reads times, and remembers the day of the last one.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    /// What stands in front of the time of day: `2026-01-10T`.
    date: [u8; 11],
    /// When that day began, in milliseconds.
    midnight: i64,
}

impl Default for Reader {
    fn default() -> Self {
        Self { date: *b"1970-01-01T", midnight: 0 }
    }
}

impl Reader {
    /// As [`Time::parse`].
    #[inline]
    pub fn read(&mut self, text: &[u8]) -> Time {
        if let Some((date, rest)) = text.split_first_chunk()
            && *date == self.date
            && let Some(ms) = in_day(rest)
        {
            return Time::from_millis(self.midnight + ms);
        }
        self.read_anew(text)
    }

    #[cold]
    fn read_anew(&mut self, text: &[u8]) -> Time {
        let time = Time::parse(text);
        if let Some((date, rest)) = text.split_first_chunk()
            && let (Some(_), Some(ms)) = (in_day(rest), time.millis())
        {
            *self = Self { date: *date, midnight: ms - ms.rem_euclid(DAY_MS) };
        }
        time
    }
}

/// The milliseconds since midnight that `10:38:41Z` says; `None` for every other form.
fn in_day(text: &[u8]) -> Option<i64> {
    let &[h, hour, b':', m, minute, b':', s, second, b'Z'] = text else { return None };
    let two = |tens: u8, ones: u8, below: i64| {
        let digit = |byte: u8| byte.is_ascii_digit().then(|| i64::from(byte - b'0'));
        Some(digit(tens)? * 10 + digit(ones)?).filter(|number| *number < below)
    };
    Some(((two(h, hour, 24)? * 60 + two(m, minute, 60)?) * 60 + two(s, second, 60)?) * 1000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_day_that_is_remembered_says_nothing_of_other_forms() {
        let mut reader = Reader::default();
        for text in [
            "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x0010:38:41Z",
            "1970-01-01T10:38:41Z",
            "2026-01-10T10:38:41Z",
            "2026-01-10T23:59:59Z",
            "2026-01-10T23:59:60Z",
            "2026-01-10T24:00:00Z",
            "2026-01-10T1:38:41 Z",
            "2026-01-10T10:38:41+01:00",
            "2026-01-10T10:38:41.5Z",
            "2026-01-10 10:38:41Z",
            "  20260110T10:38:41Z",
            "  20260111T10:38:41Z",
            "2026-01-10T10:38:41Z",
            "1969-12-31T10:38:41Z",
            "1969-12-31T10:38:42Z",
            "2026-02-30T10:38:41Z",
            "2026-02-30T10:38:42Z",
        ] {
            assert_eq!(reader.read(text.as_bytes()), Time::parse(text.as_bytes()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whoever_reads_first_knows_no_more_than_others(date: [u8; 11], second in 0i64..86_400) {
            let clock = Time::from_millis(second * 1000).to_string();
            let text = [&date, &clock.as_bytes()[11..]].concat();
            prop_assert_eq!(Reader::default().read(&text), Time::parse(&text));
        }

        #[test]
        fn times_in_a_row_are_read_as_each_by_itself(
            times in prop::collection::vec((0i64..400, 0i64..86_400), 1..40),
            texts in prop::collection::vec("2026-01-1[0-2][T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9]Z?", 0..40),
        ) {
            let mut reader = Reader::default();
            let written = times.iter().map(|(day, second)| Time::from_millis(day / 20 * DAY_MS + second * 1000).to_string());
            for text in written.chain(texts) {
                prop_assert_eq!(reader.read(text.as_bytes()), Time::parse(text.as_bytes()), "{}", text);
            }
        }
    }
}
