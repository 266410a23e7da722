//! `results/anomaly_results.csv`, `.json` and the plot: an isolation forest over transferred bytes.

use std::io::{self, Write};

use serde::Serialize;

use crate::anomaly::features::Isolation;
use crate::investigation::Investigation;
use crate::report::classic::{Plain, PlainLine};
use crate::report::csv::{Style, Writer};
use crate::report::event_line::some;
use crate::report::paper::{Chart, Marks};
use crate::store::flags::RecordKind;
use crate::store::{Aside, Column, Row};

/// The columns.
pub const COLUMNS: [&str; 15] = [
    "eventTime",
    "eventName",
    "eventSource",
    "awsRegion",
    "sourceIPAddress",
    "userName",
    "errorCode",
    "additionalEventData.bytesTransferredIn",
    "additionalEventData.bytesTransferredOut",
    "anomaly_score",
    "anomaly",
    "tactic",
    "technique",
    "technique_id",
    "eventID",
];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    event_time: Option<String>,
    event_name: &'a str,
    event_source: Option<&'a str>,
    aws_region: Option<&'a str>,
    #[serde(rename = "sourceIPAddress")]
    source_ip: Option<&'a str>,
    user_name: &'a str,
    error_code: Option<&'a str>,
    #[serde(rename = "additionalEventData.bytesTransferredIn")]
    bytes_in: u64,
    #[serde(rename = "additionalEventData.bytesTransferredOut")]
    bytes_out: u64,
    #[serde(rename = "anomaly_score")]
    score: f64,
    anomaly: &'static str,
    tactic: Option<String>,
    technique: Option<String>,
    #[serde(rename = "technique_id")]
    technique_id: Option<String>,
    #[serde(rename = "eventID")]
    id: String,
}

fn line<'a>(inv: &'a Investigation, isolation: &Isolation, plain: PlainLine<'a>, row: &Row<'a>) -> Line<'a> {
    let attack = &inv.judgment.attack;
    let ids = inv.techniques(row);
    let joined = |texts: Vec<String>| (!texts.is_empty()).then(|| texts.join("; "));
    let techniques = ids.iter().filter_map(|id| Some(attack.technique(id)?.name.clone())).collect();
    let mut tactics: Vec<String> = Vec::new();
    for name in ids.iter().filter_map(|id| attack.technique(id)?.tactics.first()) {
        let title = attack.tactics.iter().find(|t| t.name == *name).map_or(name, |t| &t.title);
        if !tactics.contains(title) {
            tactics.push(title.clone());
        }
    }
    Line {
        event_time: plain.time,
        event_name: plain.action,
        event_source: some(row.text(Column::Source)),
        aws_region: some(row.text(Column::Region)),
        source_ip: some(row.text(Column::Ip)),
        user_name: plain.actor,
        error_code: some(row.text(Column::Error)),
        bytes_in: row.aside(Aside::BytesIn),
        bytes_out: row.aside(Aside::BytesOut),
        score: (f64::from(isolation.score(row.number()).unwrap_or(0.0)) * 1e6).round() / 1e6,
        anomaly: if isolation.is_anomaly(row.number()) { "Anomaly" } else { "Normal" },
        tactic: joined(tactics),
        technique: joined(techniques),
        technique_id: joined(ids.iter().map(|id| (*id).to_owned()).collect()),
        id: row.id(),
    }
}

fn lines<'a>(inv: &'a Investigation, isolation: &'a Isolation) -> impl Iterator<Item = Line<'a>> {
    let mut plain = Plain::new(inv);
    let events = inv.table.rows().filter(|row| row.kind() != RecordKind::Aggregated);
    events.map(move |row| line(inv, isolation, plain.line(&row), &row))
}

/// Writes a row for every event, in order of time.
///
/// # Errors
/// Those of the writer.
pub fn write_csv(
    out: &mut dyn Write,
    inv: &Investigation,
    isolation: &Isolation,
    style: Style,
) -> io::Result<()> {
    let mut csv = Writer::new(out, style);
    csv.row(&COLUMNS)?;
    let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    for line in lines(inv, isolation) {
        csv.text(line.event_time.as_deref().unwrap_or_default())?;
        csv.text(line.event_name)?;
        for text in
            [line.event_source, line.aws_region, line.source_ip, Some(line.user_name), line.error_code]
        {
            csv.text(text.unwrap_or_default())?;
        }
        csv.number(whole(line.bytes_in))?;
        csv.number(whole(line.bytes_out))?;
        csv.real(line.score)?;
        csv.text(line.anomaly)?;
        for text in [line.tactic, line.technique, line.technique_id] {
            csv.text(&text.unwrap_or_default())?;
        }
        csv.text(&line.id)?;
        csv.end()?;
    }
    Ok(())
}

/// Writes a line of JSON for every event, in order of time.
///
/// # Errors
/// Those of the writer.
pub fn write_json(out: &mut dyn Write, inv: &Investigation, isolation: &Isolation) -> io::Result<()> {
    for line in lines(inv, isolation) {
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// The events by bytes in and out, those out of the ordinary apart. Points at the same place are one.
pub fn plot(inv: &Investigation, isolation: &Isolation) -> Chart {
    let (mut normal, mut odd) = (Vec::new(), Vec::new());
    for row in inv.table.rows().filter(|row| row.kind() != RecordKind::Aggregated) {
        let point = (row.aside(Aside::BytesIn), row.aside(Aside::BytesOut));
        let of = if isolation.is_anomaly(row.number()) { &mut odd } else { &mut normal };
        if of.last() != Some(&point) {
            of.push(point);
        }
    }
    let points = |mut points: Vec<(u64, u64)>| -> Vec<(f64, f64)> {
        points.sort_unstable();
        points.dedup();
        points.into_iter().map(|(x, y)| (x as f64, y as f64)).collect()
    };
    Chart {
        title: "Events by transferred bytes".to_owned(),
        marks: Marks::Scatter {
            x: "bytesTransferredIn".to_owned(),
            y: "bytesTransferredOut".to_owned(),
            normal: points(normal),
            odd: points(odd),
        },
    }
}
