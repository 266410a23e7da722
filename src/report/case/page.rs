//! All of one thing in a case.

use std::io::{self, Write};

use serde::Serialize;

use super::{findings, notes, said, write_history};
use crate::case::model::{Entry, Finding, Incident, Indicator, Note};
use crate::case::{Contents, State, Subject};
use crate::report::table::{Style, sign};
use crate::text::{count, visible};

/// All of one thing.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Page<'c> {
    /// What it is about.
    subject: String,
    /// The finding.
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<&'c Finding>,
    /// The incident.
    #[serde(skip_serializing_if = "Option::is_none")]
    incident: Option<&'c Incident>,
    /// The indicator.
    #[serde(skip_serializing_if = "Option::is_none")]
    indicator: Option<&'c Indicator>,
    /// The findings of the incident, or those that cover the event.
    findings: Vec<&'c Finding>,
    /// Its tags.
    tags: Vec<&'c str>,
    /// Its notes.
    notes: Vec<&'c Note>,
    /// What was done with it, the newest first.
    history: Vec<Entry>,
}

impl<'c> Page<'c> {
    /// All of one thing; `None` when it is not in the case.
    pub fn new(contents: &'c Contents, subject: &'c Subject, history: Vec<Entry>) -> Option<Self> {
        let mut page = Self {
            subject: subject.to_string(),
            finding: None,
            incident: None,
            indicator: None,
            findings: Vec::new(),
            tags: contents.tags_on(subject).collect(),
            notes: contents.notes_on(subject).collect(),
            history,
        };
        match subject {
            Subject::Case => {}
            Subject::Finding(id) => page.finding = Some(contents.finding(*id)?),
            Subject::Incident(id) => {
                let incident = contents.incident(*id)?;
                page.findings = incident.findings.iter().filter_map(|id| contents.finding(*id)).collect();
                page.incident = Some(incident);
            }
            Subject::Indicator(id) => {
                page.indicator = Some(contents.indicators.iter().find(|i| i.id == *id)?);
            }
            Subject::Event(id) => {
                page.findings = contents.findings.iter().filter(|f| f.events.contains(id)).collect();
                let known = contents.marks.iter().any(|mark| mark.event == *id);
                if page.findings.is_empty() && page.tags.is_empty() && page.notes.is_empty() && !known {
                    return None;
                }
            }
        }
        Some(page)
    }
}

/// Writes all of one thing for people.
///
/// # Errors
/// Those of the writer.
pub fn write_page(out: &mut dyn Write, page: &Page<'_>, most: usize, style: Style) -> io::Result<()> {
    writeln!(out, "{}", style.bold(&visible(&page.subject)))?;
    let mut fact = |name: &str, value: &str| {
        if value.is_empty() { Ok(()) } else { writeln!(out, "  {name:<12}{}", visible(value)) }
    };
    if let Some(f) = page.finding {
        fact("what", &f.title)?;
        fact("risk", &format!("{} {} {}", f.score, sign(f.level), f.level.name()))?;
        fact("state", &state(f.state, &f.resolution))?;
        fact("from", &said(f.first))?;
        fact("to", &said(f.last))?;
        fact("actor", &f.actor)?;
        fact("account", &f.account)?;
        fact("region", &f.region)?;
        fact("source", &f.address)?;
        fact("techniques", &f.techniques.join(", "))?;
        fact("rules", &f.rules.join(", "))?;
        fact("reasons", &f.reasons.join("; "))?;
        fact("events", &count(f.events.len() as u64))?;
        f.events.iter().take(most).try_for_each(|event| fact("", event))?;
    }
    if let Some(i) = page.incident {
        fact("what", &i.title)?;
        fact("level", &format!("{} {}", sign(i.level), i.level.name()))?;
        fact("state", &state(i.state, &i.resolution))?;
        fact("opened", &format!("{} by {}", said(i.opened), i.opened_by))?;
    }
    if let Some(i) = page.indicator {
        fact(i.kind.name(), &i.value)?;
        fact("seen", &format!("{} to {}", said(i.first), said(i.last)))?;
        fact("from", &i.source)?;
        fact("note", &i.note)?;
    }
    fact("tags", &page.tags.join(", "))?;
    if !page.findings.is_empty() {
        writeln!(out)?;
        let all: Vec<Finding> = page.findings.iter().map(|f| (*f).clone()).collect();
        findings(out, &all, most, style)?;
    }
    if !page.notes.is_empty() {
        writeln!(out)?;
        let all: Vec<Note> = page.notes.iter().map(|n| (*n).clone()).collect();
        notes(out, &all, most, style)?;
    }
    writeln!(out)?;
    let shown = page.history.get(..most.min(page.history.len())).unwrap_or_default();
    write_history(out, shown, style)
}

fn state(state: State, resolution: &str) -> String {
    if resolution.is_empty() { state.name().to_owned() } else { format!("{}: {resolution}", state.name()) }
}
