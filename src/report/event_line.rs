//! An event as one line of JSON: trailhound's own form.

use std::io::{self, Write};

use serde::Serialize;

use crate::event::time::Time;
use crate::investigation::Investigation;
use crate::report::shown::{Shown, ShownLine};
use crate::score::{Factor, Level};
use crate::store::Column;
use crate::store::flags::{Flags, RecordKind};

/// An event with everything that is known of it but the raw record. Absent texts are `null`.
#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are those of the columns")]
pub struct EventLine<'a> {
    #[serde(rename = "eventID")]
    pub event_id: String,
    pub event_time: Option<String>,
    pub event_source: Option<&'a str>,
    pub event_name: Option<&'a str>,
    pub aws_region: Option<&'a str>,
    pub actor: &'a str,
    pub principal: &'a str,
    pub access_key_id: Option<&'a str>,
    #[serde(rename = "sourceIPAddress")]
    pub source_ip_address: Option<&'a str>,
    pub user_agent: Option<&'a str>,
    pub outcome: &'static str,
    pub error_code: Option<&'a str>,
    pub risk: u8,
    pub factors: Vec<FactorLine>,
    /// Ids of the rules that the event hit.
    pub rules: Vec<String>,
    /// The highest level of a rule that the event hit.
    pub level: Option<&'static str>,
    pub techniques: Vec<&'a str>,
    pub source: Place,
    pub account: Option<&'a str>,
    pub session: Option<&'a str>,
    pub target: Option<&'a str>,
    pub access: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<&'static str>,
    /// Where else the same event was met.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also_at: Vec<Place>,
    /// For how many events it stands, where bursts are folded.
    #[serde(flatten)]
    pub burst: Option<BurstLine>,
    /// Another record has the same id and other content.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub conflict: bool,
    /// Put together from a form that keeps no raw record.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub reconstructed: bool,
}

/// A burst: what one session did over and over.
#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub struct BurstLine {
    pub times: usize,
    pub first_time: Option<String>,
    pub last_time: Option<String>,
    /// The ids of all its events, the riskiest first.
    #[serde(rename = "eventIDs")]
    pub event_ids: Vec<String>,
}

impl BurstLine {
    fn of(inv: &Investigation, line: &ShownLine<'_>) -> Option<Self> {
        let (first, last) = line.span(inv);
        let ids = line.burst?.iter().filter_map(|n| inv.table.row(*n)).map(|row| row.id());
        Some(Self {
            times: line.times(),
            first_time: time_text(first),
            last_time: time_text(last),
            event_ids: ids.collect(),
        })
    }
}

/// A factor of the score.
#[derive(Serialize, Debug)]
#[expect(missing_docs, reason = "see `score::Factor`")]
pub struct FactorLine {
    pub points: i32,
    pub reason: String,
}

impl From<Factor> for FactorLine {
    fn from(factor: Factor) -> Self {
        Self { points: factor.points, reason: factor.reason }
    }
}

/// Where a raw record stands.
#[derive(Serialize, Debug)]
pub struct Place {
    /// The file; `archive.zip!/member` for a member of an archive.
    pub file: String,
    /// The byte offset in its inflated text.
    pub offset: u64,
}

/// `None` for the empty text.
pub(crate) fn some(text: &str) -> Option<&str> {
    Some(text).filter(|t| !t.is_empty())
}

/// The time as text, `None` when unknown.
pub(crate) fn time_text(time: Time) -> Option<String> {
    time.is_known().then(|| time.to_string())
}

impl<'a> EventLine<'a> {
    /// Everything known of an event.
    pub fn new(inv: &'a Investigation, line: &ShownLine<'a>) -> Self {
        let row = &line.row;
        let identity = row.identity();
        let place = |at: crate::store::segment::Locator| Place {
            file: inv.files.name(at.file),
            offset: inv.files.offset(at.file, at.offset),
        };
        Self {
            event_id: row.id(),
            event_time: time_text(row.time()),
            event_source: some(row.text(Column::Source)),
            event_name: some(row.event()),
            aws_region: some(row.text(Column::Region)),
            actor: row.actor(),
            principal: row.word(identity.principal),
            access_key_id: some(row.word(identity.access_key)),
            source_ip_address: some(row.text(Column::Ip)),
            user_agent: some(row.text(Column::Agent)),
            outcome: row.outcome().name(),
            error_code: some(row.text(Column::Error)),
            risk: row.risk(),
            factors: inv.factors(row).into_iter().map(FactorLine::from).collect(),
            rules: inv.rules_of(row).map(|rule| rule.id.clone()).collect(),
            level: inv.rules_of(row).map(|rule| rule.level).max().map(Level::name),
            techniques: inv.techniques(row),
            source: place(row.locator()),
            account: some(row.account()),
            session: some(row.session()),
            target: some(row.text(Column::Target)),
            access: if row.flags().has(Flags::WRITE) { "write" } else { "read" },
            record: (row.kind() != RecordKind::Event).then(|| row.kind().name()),
            also_at: inv.table.origins(row.number()).map(place).collect(),
            burst: BurstLine::of(inv, line),
            conflict: row.flags().has(Flags::CONFLICT),
            reconstructed: row.flags().has(Flags::RECONSTRUCTED),
        }
    }
}

/// Writes events as lines of JSON.
///
/// # Errors
/// Those of the writer.
pub fn write(out: &mut dyn Write, inv: &Investigation, shown: &Shown) -> io::Result<()> {
    for line in shown.lines(inv) {
        serde_json::to_writer(&mut *out, &EventLine::new(inv, &line))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
