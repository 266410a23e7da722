//! First seen: an event whose values are new for whoever acts. Our own kind of rule.
//!
//! Sigma has no word for it, so this is an extension: beside an ordinary `detection`, which selects the events that are
//! considered, a rule has
//!
//! ```yaml
//! first_seen:
//!   key: [userIdentity.arn]      # for whom it is new
//!   dimension: [awsRegion]       # what is new; several fields together are one value
//!   within: 7d                   # new: not seen for so long before
//!   min_history: 24h             # how long the key has to be known; 24h where it is left out
//! ```
//!
//! A key of which too little is known cannot have anything new. Such events do not fire, and do not pass either: they
//! are told apart as those without a baseline. Nothing here sees an event: whoever holds the events gives
//! each key and each value a number.

use std::collections::HashMap;

use super::correlation::{known_keys, paths, timespan};
use super::rule::RuleError;
use super::yaml::Node;

/// What has to be new for whom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FirstSeen {
    /// The line of the section, from 1.
    pub line: usize,
    /// The fields that say for whom.
    pub key: Vec<Vec<String>>,
    /// The fields whose values together are new or not.
    pub dimension: Vec<Vec<String>>,
    /// For how long before it a value must not have been seen, in milliseconds.
    pub within: i64,
    /// How long a key has to be known before anything can be new for it, in milliseconds.
    pub min_history: i64,
}

/// An event that is considered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Considered {
    /// When, in milliseconds.
    pub time_ms: i64,
    /// Its row.
    pub row: u32,
    /// The number of its key.
    pub key: u64,
    /// The number of the values of its dimension.
    pub dimension: u64,
}

/// What came of the events that were considered.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outcome {
    /// The rows with something new, in the order of the events.
    pub fired: Vec<u32>,
    /// The rows of which it cannot be said whether they are new, as too little is known of their keys.
    pub no_baseline: Vec<u32>,
}

/// What the section can hold.
const KEYS: [&str; 4] = ["key", "dimension", "within", "min_history"];

/// How long a key has to be known where a rule does not say: a day, in milliseconds.
const MIN_HISTORY: i64 = 86_400_000;

impl FirstSeen {
    /// Reads the section `first_seen` of a document of the file `file`; `None` when it has none.
    ///
    /// # Errors
    /// It lacks something, or has something that it cannot have; with the line and the way out.
    pub fn read(file: &str, node: &Node) -> Option<Result<Self, RuleError>> {
        let section = node.get("first_seen")?;
        Some(read(section).map_err(|(line, reason)| RuleError { file: file.to_owned(), line, reason }))
    }

    /// Which of `events` bring something new. They are given in the order of their times; an event of the same
    /// millisecond that stands before another one was seen before it.
    ///
    /// `history_start` is when a key was first seen in any event, considered or not; `None` counts as no history.
    /// The time is linear, the memory that of the different pairs of key and value.
    pub fn run(&self, events: &[Considered], history_start: impl Fn(u64) -> Option<i64>) -> Outcome {
        let mut last: HashMap<(u64, u64), i64, foldhash::fast::RandomState> = HashMap::default();
        let mut outcome = Outcome::default();
        for event in events {
            let before = last.insert((event.key, event.dimension), event.time_ms);
            if before.is_some_and(|before| event.time_ms.saturating_sub(before) <= self.within) {
                continue;
            }
            let known = history_start(event.key).map_or(0, |start| event.time_ms.saturating_sub(start));
            if known >= self.min_history {
                outcome.fired.push(event.row);
            } else {
                outcome.no_baseline.push(event.row);
            }
        }
        outcome
    }
}

fn read(section: &Node) -> Result<FirstSeen, (usize, String)> {
    if section.entries().is_empty() {
        let reason = "first_seen needs key, dimension and within, such as \
                      `{key: [userIdentity.arn], dimension: [awsRegion], within: 7d}`";
        return Err((section.line, reason.to_owned()));
    }
    known_keys(section, &KEYS, "first_seen")?;
    let fields = |key: &str, what: &str| {
        let fields = section.get(key).map_or(Ok(Vec::new()), |node| paths(node, key))?;
        if fields.is_empty() {
            let line = section.get(key).map_or(section.line, |node| node.line);
            return Err((line, format!("first_seen needs `{key}`: the fields that say {what}")));
        }
        Ok(fields)
    };
    let length = |key: &str| {
        let node = section.get(key)?;
        let text = node.scalar().unwrap_or_default();
        Some(timespan(&text).map_err(|reason| (node.line, format!("{key}: {reason}"))))
    };
    let missing = || (section.line, "first_seen needs `within`, such as `within: 7d`".to_owned());
    Ok(FirstSeen {
        line: section.line,
        key: fields("key", "for whom something is new")?,
        dimension: fields("dimension", "what is new")?,
        within: length("within").ok_or_else(missing)??,
        min_history: length("min_history").unwrap_or(Ok(MIN_HISTORY))?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::yaml::documents;
    use super::*;

    fn section(text: &str) -> Result<FirstSeen, String> {
        let (documents, error) = documents(&format!("title: T\nfirst_seen: {text}\n"));
        assert_eq!(error, None, "{text}");
        FirstSeen::read("f.yml", &documents[0]).unwrap().map_err(|e| e.to_string())
    }

    #[test]
    fn the_section_is_read_with_one_field_or_several() {
        let read =
            section("{key: userIdentity.arn, dimension: [awsRegion, sourceIPAddress], within: 7d}").unwrap();
        assert_eq!(read.key, [["userIdentity".to_owned(), "arn".to_owned()]]);
        assert_eq!(read.dimension.len(), 2);
        assert_eq!((read.within, read.min_history), (604_800_000, 86_400_000));
        let read = section("{key: [a], dimension: [b], within: 1d, min_history: 2h}").unwrap();
        assert_eq!(read.min_history, 7_200_000);
        assert_eq!(FirstSeen::read("f.yml", &documents("title: T\n").0[0]), None);
    }

    #[test]
    fn faults_say_what_is_missing() {
        for (text, reason) in [
            ("x", "f.yml:2: first_seen needs key, dimension and within"),
            ("{dimension: [b], within: 1d}", "f.yml:2: first_seen needs `key`"),
            ("{key: [a], dimension: [], within: 1d}", "needs `dimension`"),
            ("{key: [a], dimension: [b]}", "needs `within`"),
            ("{key: [a], dimension: [b], within: 7}", "within: `7` has no unit"),
            ("{key: [a], dimensions: [b], within: 7d}", "did you mean `dimension`?"),
            ("{key: [a..b], dimension: [b], within: 7d}", "names of fields"),
        ] {
            let error = section(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    fn events(list: &[(i64, u64, u64)]) -> Vec<Considered> {
        let event = |(row, &(time_ms, key, dimension)): (usize, &(i64, u64, u64))| Considered {
            time_ms,
            row: u32::try_from(row).unwrap(),
            key,
            dimension,
        };
        list.iter().enumerate().map(event).collect()
    }

    const RULE: FirstSeen =
        FirstSeen { line: 1, key: Vec::new(), dimension: Vec::new(), within: 100, min_history: 50 };

    #[test]
    fn new_is_told_apart_from_known_and_from_not_yet_known() {
        let events =
            events(&[(0, 1, 7), (10, 1, 8), (50, 1, 9), (60, 1, 7), (160, 1, 7), (261, 1, 7), (261, 1, 7)]);
        let outcome = RULE.run(&events, |_| Some(0));
        // 7 and 8 come before the key is known for long enough; 7 is seen again after exactly 100, then after 101.
        assert_eq!(outcome, Outcome { fired: vec![2, 5], no_baseline: vec![0, 1] });
    }

    #[test]
    fn history_counts_from_any_event_of_the_key_and_keys_are_apart() {
        let events = events(&[(1_000, 1, 7), (1_000, 2, 7), (1_001, 3, 7)]);
        let starts = |key| match key {
            1 => Some(950),
            2 => Some(951),
            _ => None,
        };
        assert_eq!(RULE.run(&events, starts), Outcome { fired: vec![0], no_baseline: vec![1, 2] });
    }

    proptest! {
        #[test]
        fn it_agrees_with_a_search_of_everything_before(
            mut list in prop::collection::vec((0_i64..400, 0_u64..3, 0_u64..3), 0..40),
            start in -60_i64..60,
        ) {
            list.sort_unstable_by_key(|event| event.0);
            let outcome = RULE.run(&events(&list), |_| Some(start));
            let (mut fired, mut without) = (Vec::new(), Vec::new());
            for (row, (time, key, dimension)) in list.iter().enumerate() {
                let same = |e: &(i64, u64, u64)| e.1 == *key && e.2 == *dimension && time - e.0 <= RULE.within;
                if !list[..row].iter().any(same) {
                    let rows = if time - start >= RULE.min_history { &mut fired } else { &mut without };
                    rows.push(u32::try_from(row).unwrap());
                }
            }
            prop_assert_eq!(outcome, Outcome { fired, no_baseline: without });
        }
    }
}
