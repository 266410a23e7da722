//! The parts of a report as tables for spreadsheets: `findings.csv`, `timeline.csv`, `indicators.csv`.
//!
//! Values are as the log has them, not defanged; a cell cannot become a formula unless the style is raw.

use std::io::{self, Write};

use crate::event::time::Time;
use crate::report::csv::{Style, Writer};
use crate::report::event_line::time_text;
use crate::report::model::{Finding, Indicator, Moment};

fn whole(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn time(time: Time) -> String {
    time_text(time).unwrap_or_default()
}

/// Writes a row for each finding.
///
/// # Errors
/// Those of the writer.
pub fn write_findings(out: &mut dyn Write, findings: &[Finding], style: Style) -> io::Result<()> {
    let mut csv = Writer::new(out, style);
    csv.row(&[
        "number",
        "level",
        "title",
        "rule",
        "actor",
        "account",
        "what",
        "techniques",
        "first",
        "last",
        "events",
        "done",
        "denied",
        "risk",
        "addresses",
        "targets",
        "why",
        "eventID",
        "eventIDs",
    ])?;
    for f in findings {
        csv.number(f.number)?;
        let techniques: Vec<&str> = f.techniques.iter().map(|t| t.id.as_str()).collect();
        let rule = f.rule.as_deref().unwrap_or_default();
        for text in [f.level.name(), &f.title, rule, &f.actor, &f.account, &f.what, &techniques.join(" ")] {
            csv.text(text)?;
        }
        csv.text(&time(f.first))?;
        csv.text(&time(f.last))?;
        for n in [f.events, f.done, f.denied, u64::from(f.event.risk)] {
            csv.number(whole(n))?;
        }
        for list in [&f.addresses, &f.targets, &f.why] {
            csv.text(&list.join("; "))?;
        }
        csv.text(&f.event.id)?;
        csv.text(&f.ids.join(" "))?;
        csv.end()?;
    }
    Ok(())
}

/// Writes a row for each line of the timeline.
///
/// # Errors
/// Those of the writer.
pub fn write_timeline(out: &mut dyn Write, lines: &[Moment], style: Style) -> io::Result<()> {
    let mut csv = Writer::new(out, style);
    csv.row(&[
        "first",
        "last",
        "times",
        "level",
        "risk",
        "actor",
        "account",
        "address",
        "service",
        "action",
        "target",
        "outcome",
        "techniques",
        "eventID",
    ])?;
    for m in lines {
        csv.text(&time(m.first))?;
        csv.text(&time(m.last))?;
        csv.number(whole(m.times))?;
        csv.text(m.level.name())?;
        csv.number(m.risk)?;
        for text in [&m.actor, &m.account, &m.address, &m.service, &m.action, &m.target] {
            csv.text(text)?;
        }
        csv.text(m.outcome)?;
        csv.text(&m.techniques.join(" "))?;
        csv.text(&m.id)?;
        csv.end()?;
    }
    Ok(())
}

/// Writes a row for each indicator.
///
/// # Errors
/// Those of the writer.
pub fn write_indicators(out: &mut dyn Write, indicators: &[Indicator], style: Style) -> io::Result<()> {
    let mut csv = Writer::new(out, style);
    csv.row(&["kind", "value", "first", "last", "events", "in_findings", "finding"])?;
    for i in indicators {
        csv.text(i.kind.name())?;
        csv.text(&i.value)?;
        csv.text(&time(i.first))?;
        csv.text(&time(i.last))?;
        for n in [i.events, i.in_findings, u64::from(i.finding)] {
            csv.number(whole(n))?;
        }
        csv.end()?;
    }
    Ok(())
}
