//! Which indicators were seen in logs.

use std::io::{self, Write};

use serde::Serialize;

use super::said;
use crate::case::matching::{Matches, Sight};
use crate::case::model::Indicator;
use crate::event::time::{Time, or_null};
use crate::report::table::{Style, write_rows as rows};
use crate::text::{count, plural};

/// Which indicators were seen in logs.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen<'c> {
    /// How many were looked for.
    looked_for: usize,
    /// In how many events any of them was seen.
    events: usize,
    /// Those that were seen, the most frequent first.
    seen: Vec<SeenRow<'c>>,
}

/// How one indicator was seen.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SeenRow<'c> {
    id: i64,
    kind: &'static str,
    value: &'c str,
    private: bool,
    events: u64,
    #[serde(serialize_with = "or_null")]
    first: Time,
    #[serde(serialize_with = "or_null")]
    last: Time,
    source: &'c str,
    note: &'c str,
}

impl<'c> Seen<'c> {
    /// What of the indicators was seen; `found` is what came of looking for them in this order.
    pub fn new(indicators: &'c [Indicator], found: &Matches) -> Self {
        let row = |(i, sight): (&'c Indicator, &Sight)| SeenRow {
            id: i.id,
            kind: i.kind.name(),
            value: &i.value,
            private: i.private,
            events: sight.events,
            first: sight.first,
            last: sight.last,
            source: &i.source,
            note: &i.note,
        };
        let mut seen: Vec<SeenRow<'c>> =
            indicators.iter().zip(&found.seen).filter(|(_, sight)| sight.events > 0).map(row).collect();
        seen.sort_by_key(|row| (std::cmp::Reverse(row.events), row.id));
        Self { looked_for: indicators.len(), events: found.rows.count(), seen }
    }
}

/// Writes which indicators were seen.
///
/// # Errors
/// Those of the writer.
pub fn write_seen(out: &mut dyn Write, seen: &Seen<'_>, most: usize, style: Style) -> io::Result<()> {
    let (looked, found) = (plural(seen.looked_for as u64, "indicator"), count(seen.seen.len() as u64));
    writeln!(out, "{looked} looked for, {found} seen, in {}", plural(seen.events as u64, "event"))?;
    if seen.seen.is_empty() {
        return Ok(());
    }
    let cells = seen.seen.iter().map(|s| {
        [
            s.kind.to_owned(),
            s.value.to_owned(),
            if s.private { "private" } else { "" }.to_owned(),
            count(s.events),
            said(s.first),
            said(s.last),
            s.source.to_owned(),
            s.note.to_owned(),
        ]
    });
    let head = ["kind", "value", "", "events", "first (UTC)", "last (UTC)", "from", "note"];
    rows(out, head, cells, [0, 70, 0, 0, 0, 0, 30, 40], most, style)
}
