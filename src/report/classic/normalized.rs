//! `parsed_logs.jsonl`: each event as five fields.

use std::io::{self, Write};

use serde::Serialize;

use crate::investigation::Investigation;
use crate::report::classic::Plain;
use crate::store::flags::RecordKind;

#[derive(Serialize)]
struct Line<'a> {
    #[serde(rename = "eventTime")]
    time: Option<String>,
    service: &'a str,
    action: &'a str,
    actor: &'a str,
    result: &'a str,
}

/// Writes a line of JSON for each event, in order of time.
///
/// # Errors
/// Those of the writer.
pub fn write(out: &mut dyn Write, inv: &Investigation) -> io::Result<()> {
    let mut plain = Plain::new(inv);
    for row in inv.table.rows().filter(|row| row.kind() != RecordKind::Aggregated) {
        let line = plain.line(&row);
        let (service, action, actor, result) = (&*line.service, line.action, line.actor, line.result);
        serde_json::to_writer(&mut *out, &Line { time: line.time, service, action, actor, result })?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
