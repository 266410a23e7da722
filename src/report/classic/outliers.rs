//! `anomalies.csv` and `event_anomalies.csv`: users and actions with far more events than others.

use std::io::{self, Write};

use crate::anomaly::outlier::Outliers;
use crate::report::csv::{Style, Writer};

/// Writes a row for each name that stands out, most events first; `name` is the title of the first column.
///
/// # Errors
/// Those of the writer.
pub fn write(out: &mut dyn Write, found: &Outliers, name: &str, style: Style) -> io::Result<()> {
    let mut csv = Writer::new(out, style);
    csv.row(&[name, "count", "zscore"])?;
    for row in &found.rows {
        csv.text(&row.name)?;
        csv.number(i64::try_from(row.count).unwrap_or(i64::MAX))?;
        csv.real(row.zscore)?;
        csv.end()?;
    }
    Ok(())
}

/// What is said beside an empty file that is empty for want of names; `None` where there were enough.
pub fn note(found: &Outliers, file: &str, name: &str) -> Option<String> {
    let names = if found.compared == 0 { "no".to_owned() } else { format!("only {}", found.compared) };
    found
        .too_few()
        .then(|| format!("{file} has no rows: there is {names} {name}, and nothing to compare with"))
}
