//! A part of time as people ask for it: `last 2h`, `±15m`, `2026-01-09T22:00..2026-01-09T23:00`, `all`.
//!
//! There is no "now": `last 2h` are the two hours before the newest event, and `±15m` is around the event under
//! the cursor. Times are those of queries, in UTC.

use std::borrow::Cow;
use std::fmt;

use super::action::{Argument, Choice};
use crate::config::Reason;
use crate::event::time::Time;
use crate::query::{beginning, ending, length};

/// A part of time that is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Range {
    /// Everything.
    All,
    /// So many milliseconds before the newest event.
    Last(i64, String),
    /// So many milliseconds before and behind the event under the cursor.
    Around(i64, String),
    /// From one time until before another; an end that is missing is that of the log.
    Between(Option<Time>, Option<Time>, String),
}

/// What can be written.
const FORMS: &str =
    "write last 2h, ±15m (around the event), 2026-01-09, 2026-01-09T22:00..2026-01-09T23:00, or all";

/// What is offered where nothing was typed yet, with what it means.
pub const OFFERED: [(&str, &str); 8] = [
    ("last 15m", "before the newest event"),
    ("last 1h", "before the newest event"),
    ("last 1d", "before the newest event"),
    ("last 7d", "before the newest event"),
    ("±5m", "around the event under the cursor"),
    ("±1h", "around the event under the cursor"),
    ("±1d", "around the event under the cursor"),
    ("all", "everything"),
];

impl Range {
    /// Reads what was typed.
    ///
    /// # Errors
    /// It is none of the forms, or ends before it begins.
    pub fn parse(text: &str) -> Result<Self, Reason> {
        let text = text.trim();
        let no = || Reason::new(format!("{text} is no part of time; {FORMS}"));
        if text.eq_ignore_ascii_case("all") {
            return Ok(Self::All);
        }
        let owned = text.to_owned();
        if let Some(rest) = text.strip_prefix("last").or_else(|| text.strip_prefix('-')) {
            return length(rest.trim()).map(|ms| Self::Last(ms, owned)).ok_or_else(no);
        }
        if let Some(rest) = text.strip_prefix('±').or_else(|| text.strip_prefix("+-")) {
            return length(rest.trim()).map(|ms| Self::Around(ms, owned)).ok_or_else(no);
        }
        let (from, to) = text.split_once("..").unwrap_or((text, text));
        let (from, to) = (from.trim(), to.trim());
        let read = |text: &str, read: fn(&str) -> Option<Time>| match text {
            "" => Ok(None),
            text => read(text).map(Some).ok_or_else(no),
        };
        let (begins, ends) = (read(from, beginning)?, read(to, ending)?);
        match (begins, ends) {
            (None, None) => Err(no()),
            (Some(a), Some(b)) if b <= a => Err(Reason::new(format!("{text} ends before it begins"))),
            _ => Ok(Self::Between(begins, ends, owned)),
        }
    }

    /// The first and last millisecond that it means, ends included; `None`: everything.
    ///
    /// `span` are the first and last time of the log, `at` is that of the event under the cursor.
    ///
    /// # Errors
    /// No event has a time, or none is under the cursor where one is meant.
    pub fn resolve(&self, span: (Time, Time), at: Option<Time>) -> Result<Option<(Time, Time)>, Reason> {
        if !span.0.is_known() || !span.1.is_known() {
            return Err(Reason::new("no event here has a time"));
        }
        let window = match self {
            Self::All => return Ok(None),
            Self::Last(ms, _) => (span.1.plus_millis(-ms), span.1),
            Self::Around(ms, _) => {
                let at = at.filter(|at| at.is_known());
                let at = at.ok_or_else(|| Reason::new("there is no event under the cursor"))?;
                (at.plus_millis(-ms), at.plus_millis(*ms))
            }
            Self::Between(from, to, _) => {
                (from.unwrap_or(span.0), to.map_or(span.1, |to| to.plus_millis(-1)))
            }
        };
        Ok(Some(window))
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Last(_, text) | Self::Around(_, text) | Self::Between(_, _, text) => f.write_str(text),
        }
    }
}

impl Argument for Range {
    const KIND: &'static str = "part of time";

    fn read(text: Option<&str>) -> Result<Self, Reason> {
        Self::parse(text.unwrap_or_default())
    }

    fn write(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Owned(self.to_string()))
    }

    fn choices() -> Vec<Choice> {
        OFFERED.iter().map(|(name, about)| Choice { name, about }).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time(text: &str) -> Time {
        Time::parse(text.as_bytes())
    }

    #[test]
    fn every_form_is_read_and_means_what_it_says() {
        let span = (time("2026-01-01T00:00:00Z"), time("2026-01-10T12:00:00Z"));
        let at = time("2026-01-05T00:00:00Z");
        let words = |text: &str| {
            let window = Range::parse(text).and_then(|range| range.resolve(span, Some(at)));
            window.map(|window| window.map_or("all".to_owned(), |(a, b)| format!("{a} {b}")))
        };
        for (text, means) in [
            ("all", "all"),
            ("last 2h", "2026-01-10T10:00:00Z 2026-01-10T12:00:00Z"),
            ("-1d12h", "2026-01-09T00:00:00Z 2026-01-10T12:00:00Z"),
            ("±15m", "2026-01-04T23:45:00Z 2026-01-05T00:15:00Z"),
            ("+-1h", "2026-01-04T23:00:00Z 2026-01-05T01:00:00Z"),
            ("2026-01-09", "2026-01-09T00:00:00Z 2026-01-09T23:59:59.999Z"),
            ("2026-01-09T22:00..2026-01-09T23:00", "2026-01-09T22:00:00Z 2026-01-09T23:00:59.999Z"),
            ("..2026-01-02", "2026-01-01T00:00:00Z 2026-01-02T23:59:59.999Z"),
            ("2026-01-09..", "2026-01-09T00:00:00Z 2026-01-10T12:00:00Z"),
        ] {
            assert_eq!(words(text).as_deref(), Ok(means), "{text}");
        }
        for (text, said) in [
            ("", "is no part of time"),
            ("last", "is no part of time"),
            ("last week", "is no part of time"),
            ("..", "is no part of time"),
            ("2026-01-09..2026-01-08", "ends before it begins"),
        ] {
            assert!(words(text).unwrap_err().to_string().contains(said), "{text}");
        }
        assert!(Range::parse("±1m").unwrap().resolve(span, None).is_err());
        assert!(Range::parse("all").unwrap().resolve((Time::UNKNOWN, Time::UNKNOWN), None).is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_a_part_of_time_or_a_reason(text: String, at: i64) {
            if let Ok(range) = Range::parse(&text) {
                let span = (Time::from_millis(0), Time::from_millis(1));
                if let Ok(Some((a, b))) = range.resolve(span, Some(Time::from_millis(at))) {
                    let _ = (a, b);
                }
            }
        }
    }
}
