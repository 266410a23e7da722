//! `alerts.csv`: every event with its risk by the table of sensitive calls.

use std::io::{self, Write};

use crate::investigation::Investigation;
use crate::report::classic::Plain;
use crate::report::csv::{Style, Writer};
use crate::store::flags::RecordKind;

/// The columns.
pub const COLUMNS: [&str; 7] = ["time", "actor", "service", "action", "result", "risk_score", "reason"];

/// Writes a row for every event, in order of time.
///
/// # Errors
/// Those of the writer.
pub fn write(out: &mut dyn Write, inv: &Investigation, style: Style) -> io::Result<()> {
    let mut csv = Writer::new(out, style);
    csv.row(&COLUMNS)?;
    let mut plain = Plain::new(inv);
    for row in inv.table.rows().filter(|row| row.kind() != RecordKind::Aggregated) {
        let line = plain.line(&row);
        let time = line.time.unwrap_or_default();
        for text in [&time, line.actor, &line.service, line.action, line.result] {
            csv.text(text)?;
        }
        csv.number(line.risk)?;
        csv.text(&line.reason)?;
        csv.end()?;
    }
    Ok(())
}
