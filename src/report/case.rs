//! What is in a case, for people and as a document.

mod page;
mod seen;

use std::io::{self, Write};
use std::path::Path;

use crate::case::gather::OfRule;
use crate::case::model::{Entry, Finding, Incident, Indicator, Note};
use crate::case::{Contents, State};
use crate::event::time::Time;
use crate::report::table::{Style, sign, write_more, write_rows as rows};
use crate::text::{clip, count, plural, visible};

pub use page::{Page, write_page};
pub use seen::{Seen, write_seen};

/// A kind of thing in a case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Part {
    Findings,
    Incidents,
    Notes,
    Tags,
    Marks,
    Indicators,
    Hunts,
    Sent,
}

/// Writes all of a case: counts, then what is open first.
///
/// # Errors
/// Those of the writer.
pub fn write_all(
    out: &mut dyn Write,
    path: &Path,
    contents: &Contents,
    most: usize,
    style: Style,
) -> io::Result<()> {
    let path = visible(&path.display().to_string()).into_owned();
    writeln!(out, "{}", style.bold(&clip(&format!("case {path}"), style.width)))?;
    let counts = [
        (contents.findings.len(), "finding"),
        (contents.incidents.len(), "incident"),
        (contents.notes.len(), "note"),
        (contents.marks.len(), "mark"),
        (contents.indicators.len(), "indicator"),
        (contents.hunts.len(), "hunt"),
    ];
    let counts = counts.map(|(n, one)| plural(n as u64, one)).join(", ");
    writeln!(out, "{counts}, {} sent out", count(contents.sent.len() as u64))?;
    let in_state = |state: &State| {
        let (findings, incidents) = contents.in_state(*state);
        let both = [(findings, "finding"), (incidents, "incident")];
        let said: Vec<String> =
            both.iter().filter(|c| c.0 > 0).map(|(n, one)| plural(*n as u64, one)).collect();
        (!said.is_empty()).then(|| format!("{}: {}", state.name(), said.join(", ")))
    };
    let states: Vec<String> = State::ALL.iter().filter_map(in_state).collect();
    if !states.is_empty() {
        writeln!(out, "{}", states.join("; "))?;
    }
    for part in WHOLE {
        if !is_empty(contents, part) {
            writeln!(out)?;
            write_list(out, contents, part, most, style)?;
        }
    }
    Ok(())
}

/// The parts of a case, what is worked on first.
const WHOLE: [Part; 8] = [
    Part::Incidents,
    Part::Findings,
    Part::Notes,
    Part::Tags,
    Part::Marks,
    Part::Indicators,
    Part::Hunts,
    Part::Sent,
];

fn is_empty(contents: &Contents, part: Part) -> bool {
    match part {
        Part::Findings => contents.findings.is_empty(),
        Part::Incidents => contents.incidents.is_empty(),
        Part::Notes => contents.notes.is_empty(),
        Part::Tags => contents.tags.is_empty(),
        Part::Marks => contents.marks.is_empty(),
        Part::Indicators => contents.indicators.is_empty(),
        Part::Hunts => contents.hunts.is_empty(),
        Part::Sent => contents.sent.is_empty(),
    }
}

/// Writes one kind of thing, at most `most` of them.
///
/// # Errors
/// Those of the writer.
pub fn write_list(
    out: &mut dyn Write,
    contents: &Contents,
    part: Part,
    most: usize,
    style: Style,
) -> io::Result<()> {
    match part {
        Part::Findings => findings(out, &contents.findings, most, style),
        Part::Incidents => incidents(out, &contents.incidents, most, style),
        Part::Notes => notes(out, &contents.notes, most, style),
        Part::Indicators => indicators(out, &contents.indicators, most, style),
        Part::Tags => {
            let cells = contents.tags.iter().map(|t| [t.subject.to_string(), t.name.clone()]);
            rows(out, ["tag on", "tag"], cells, [60, 60], most, style)
        }
        Part::Marks => {
            let cells = contents.marks.iter().map(|m| [m.event.clone(), said(m.marked), m.marked_by.clone()]);
            rows(out, ["marked event", "when (UTC)", "by"], cells, [0, 0, 40], most, style)
        }
        Part::Hunts => {
            let cells = contents.hunts.iter().map(|h| [h.name.clone(), h.query.clone(), h.saved_by.clone()]);
            rows(out, ["hunt", "query", "by"], cells, [40, 100, 40], most, style)
        }
        Part::Sent => {
            let cells = contents.sent.iter().map(|s| {
                [
                    said(s.at),
                    s.what.clone(),
                    s.target.clone(),
                    s.subject.to_string(),
                    s.sha256.clone(),
                    s.by.clone(),
                ]
            });
            let head = ["sent (UTC)", "as", "to", "what", "sha256", "by"];
            rows(out, head, cells, [0, 0, 60, 40, 64, 40], most, style)
        }
    }
}

fn findings(out: &mut dyn Write, findings: &[Finding], most: usize, style: Style) -> io::Result<()> {
    let cells = findings.iter().map(|f| {
        [
            f.id.to_string(),
            format!("{:>3} {}", f.score, sign(f.level)),
            f.state.name().to_owned(),
            said(f.first),
            f.title.clone(),
            count(f.events.len() as u64),
            f.actor.clone(),
            f.address.clone(),
            f.region.clone(),
        ]
    });
    let head = ["finding", "risk", "state", "first (UTC)", "what", "events", "actor", "source", "region"];
    rows(out, head, cells, [0, 0, 0, 0, 60, 0, 36, 39, 14], most, style)
}

fn incidents(out: &mut dyn Write, incidents: &[Incident], most: usize, style: Style) -> io::Result<()> {
    let cells = incidents.iter().map(|i| {
        [
            i.id.to_string(),
            format!("{} {}", sign(i.level), i.level.name()),
            i.state.name().to_owned(),
            i.title.clone(),
            count(i.findings.len() as u64),
            said(i.opened),
            i.opened_by.clone(),
            i.resolution.clone(),
        ]
    });
    let head = ["incident", "level", "state", "what", "findings", "opened (UTC)", "by", "resolution"];
    rows(out, head, cells, [0, 0, 0, 60, 0, 0, 30, 40], most, style)
}

/// Notes keep their lines: each begins below its head.
fn notes(out: &mut dyn Write, notes: &[Note], most: usize, style: Style) -> io::Result<()> {
    for note in notes.iter().take(most) {
        let head = format!("note {} on {}", note.id, note.subject);
        let by = format!("{} {}", said(note.written), note.written_by);
        writeln!(out, "{}  {}", style.bold(&visible(&head)), style.dim(&visible(&by)))?;
        for text in note.text.lines() {
            writeln!(out, "  {}", visible(text))?;
        }
    }
    write_more(out, notes.len().saturating_sub(most), style)
}

fn indicators(out: &mut dyn Write, indicators: &[Indicator], most: usize, style: Style) -> io::Result<()> {
    let cells = indicators.iter().map(|i| {
        [
            i.id.to_string(),
            i.kind.name().to_owned(),
            i.value.clone(),
            if i.private { "private" } else { "" }.to_owned(),
            said(i.first),
            said(i.last),
            i.source.clone(),
            i.note.clone(),
        ]
    });
    let head = ["indicator", "kind", "value", "", "first (UTC)", "last (UTC)", "from", "note"];
    rows(out, head, cells, [0, 0, 70, 0, 0, 0, 30, 40], most, style)
}

/// A time, or nothing.
fn said(time: Time) -> String {
    if time.is_known() { time.to_string() } else { String::new() }
}

/// Writes what was done, the newest first.
///
/// # Errors
/// Those of the writer.
pub fn write_history(out: &mut dyn Write, entries: &[Entry], style: Style) -> io::Result<()> {
    let cells = entries.iter().map(|e| {
        let undone = e.undone_by.map(|by| format!(" (taken back by {by})")).unwrap_or_default();
        [e.seq.to_string(), said(e.at), e.who.clone(), e.what.clone(), format!("{}{undone}", e.text)]
    });
    rows(out, ["#", "when (UTC)", "who", "what", ""], cells, [0, 0, 40, 0, 120], usize::MAX, style)
}

/// Writes what rules brought into a case.
///
/// # Errors
/// Those of the writer.
pub fn write_gathered(
    out: &mut dyn Write,
    of_rules: &[OfRule],
    incidents: &[i64],
    style: Style,
) -> io::Result<()> {
    let cells = of_rules.iter().zip(incidents).map(|(of, incident)| {
        let events: usize = of.findings.iter().map(|f| f.finding.events.len()).sum();
        [
            incident.to_string(),
            format!("{} {}", sign(of.level), of.level.name()),
            of.title.clone(),
            count(of.findings.len() as u64),
            count(events as u64),
        ]
    });
    rows(
        out,
        ["incident", "level", "rule", "findings", "events"],
        cells,
        [0, 0, 100, 0, 0],
        usize::MAX,
        style,
    )
}
