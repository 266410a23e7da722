//! Events as one JSON document, in the form that other analyzers write.

use std::io::{self, Write};

use serde::Serialize;

use crate::investigation::Investigation;
use crate::query::group::Group;
use crate::query::series::Series;
use crate::report::event_line::{EventLine, some, time_text};
use crate::report::shown::{Shown, ShownLine};
use crate::score::Level;
use crate::store::{Column, Row};

/// What stands at the head of a document.
#[derive(Serialize, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Metadata<'a> {
    pub generated_at: String,
    /// The events at or above `min_risk`, those that are not written as well.
    pub total_critical_events: usize,
    pub analyzer_version: &'a str,
    pub analyzer: &'a str,
    pub scoring: &'a str,
    pub query: &'a str,
    pub min_risk: u8,
    pub total_events: u64,
}

#[derive(Serialize)]
struct CriticalEvent<'a> {
    timestamp: Option<String>,
    event_name: Option<&'a str>,
    event_source: Option<&'a str>,
    user_arn: Option<&'a str>,
    user_type: Option<&'a str>,
    source_ip: Option<&'a str>,
    region: Option<&'a str>,
    risk_score: u8,
    error_code: Option<&'a str>,
    criticality_reasons: Vec<String>,
    resources: Vec<String>,
    #[serde(flatten)]
    line: EventLine<'a>,
}

/// Writes the events as one document.
///
/// # Errors
/// Those of the writer.
pub fn write_events(
    out: &mut dyn Write,
    inv: &Investigation,
    shown: &Shown,
    meta: &Metadata<'_>,
) -> io::Result<()> {
    out.write_all(b"{\n  \"metadata\": ")?;
    serde_json::to_writer(&mut *out, meta)?;
    out.write_all(b",\n  \"critical_events\": [")?;
    for (n, line) in shown.lines(inv).enumerate() {
        out.write_all(if n == 0 { b"\n    " } else { b",\n    " })?;
        serde_json::to_writer(&mut *out, &critical(inv, &line))?;
    }
    out.write_all(b"\n  ]\n}\n")
}

fn critical<'a>(inv: &'a Investigation, line: &ShownLine<'a>) -> CriticalEvent<'a> {
    let row = &line.row;
    let identity = row.identity();
    CriticalEvent {
        timestamp: time_text(row.time()),
        event_name: some(row.event()),
        event_source: some(row.text(Column::Source)),
        user_arn: some(row.word(identity.arn)),
        user_type: some(row.word(identity.kind)),
        source_ip: some(row.text(Column::Ip)),
        region: some(row.text(Column::Region)),
        risk_score: row.risk(),
        error_code: some(row.text(Column::Error)),
        criticality_reasons: inv.factors(row).into_iter().map(|f| f.reason).collect(),
        resources: resources(inv, row),
        line: EventLine::new(inv, line),
    }
}

/// The resources that an event names: `resources[]` of the raw record, else what it acted on.
pub fn resources(inv: &Investigation, row: &Row<'_>) -> Vec<String> {
    use crate::json::{elements, member, members, scalar};
    let raw = inv.raw(row).unwrap_or_default();
    let arn_of = |resource: &[u8]| {
        let arn = members(resource).find(|m| m.key.eq_ignore_ascii_case(b"arn") || m.key == b"ARNPrefix")?;
        Some(scalar(arn.value)?.into_owned())
    };
    let named: Vec<String> =
        member(&raw, "resources").map(|list| elements(list).filter_map(arn_of).collect()).unwrap_or_default();
    match (named.is_empty(), row.text(Column::Target)) {
        (true, "") => Vec::new(),
        (true, target) => vec![target.to_owned()],
        (false, _) => named,
    }
}

/// Writes events as one list, each with everything that is known of it but the raw record.
///
/// # Errors
/// Those of the writer.
pub fn write_list(out: &mut dyn Write, inv: &Investigation, shown: &Shown) -> io::Result<()> {
    out.write_all(b"[")?;
    for (n, line) in shown.lines(inv).enumerate() {
        out.write_all(if n == 0 { b"\n  " } else { b",\n  " })?;
        serde_json::to_writer(&mut *out, &EventLine::new(inv, &line))?;
    }
    out.write_all(if shown.is_empty() { b"]\n" } else { b"\n]\n" })
}

/// How entries of a list are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entries {
    /// As one list.
    List,
    /// Each on a line of its own.
    Lines,
}

impl Entries {
    fn write<T: Serialize>(self, out: &mut dyn Write, entries: &[T]) -> io::Result<()> {
        if self == Self::List {
            serde_json::to_writer_pretty(&mut *out, entries)?;
            return out.write_all(b"\n");
        }
        for entry in entries {
            serde_json::to_writer(&mut *out, entry)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}

/// Writes counts by value.
///
/// # Errors
/// Those of the writer.
pub fn write_groups(out: &mut dyn Write, field: &str, groups: &[Group], entries: Entries) -> io::Result<()> {
    #[derive(Serialize)]
    struct Line<'a> {
        field: &'a str,
        value: &'a str,
        events: u64,
        denied: u64,
        writes: u64,
        risk: u8,
        first: Option<String>,
        last: Option<String>,
    }
    let lines: Vec<Line<'_>> = groups
        .iter()
        .map(|g| Line {
            field,
            value: &g.value,
            events: g.events,
            denied: g.denied,
            writes: g.writes,
            risk: g.risk,
            first: time_text(g.first),
            last: time_text(g.last),
        })
        .collect();
    entries.write(out, &lines)
}

/// Writes a histogram as stretches of time.
///
/// # Errors
/// Those of the writer.
pub fn write_series(out: &mut dyn Write, series: &Series, entries: Entries) -> io::Result<()> {
    let lines: Vec<serde_json::Value> = (0..series.buckets.len())
        .map(|n| {
            let mut line = serde_json::Map::new();
            line.insert("from".to_owned(), series.start_of(n).to_string().into());
            line.insert("to".to_owned(), series.start_of(n + 1).to_string().into());
            line.insert("events".to_owned(), series.buckets[n].iter().sum::<u64>().into());
            for level in Level::ALL {
                line.insert(level.name().to_owned(), series.buckets[n][level as usize].into());
            }
            line.into()
        })
        .collect();
    entries.write(out, &lines)
}
