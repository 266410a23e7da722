//! What is in a case, for people and as a document.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use crate::case::gather::OfRule;
use crate::case::matching::Matches;
use crate::case::model::{Entry, Finding, Incident, Indicator, Note};
use crate::case::{Contents, State, Subject};
use crate::event::time::{Time, or_null};
use crate::report::table::{Style, sign, write_more, write_rows as rows};
use crate::text::{clip, count, plural, visible};

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
    for part in [Part::Incidents, Part::Findings, Part::Notes, Part::Indicators, Part::Hunts, Part::Sent] {
        if !is_empty(contents, part) {
            writeln!(out)?;
            write_list(out, contents, part, most, style)?;
        }
    }
    Ok(())
}

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
                page.indicator = Some(contents.indicators.iter().find(|i| i.id == *id)?)
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
        let row = |(i, sight): (&'c Indicator, &crate::case::matching::Sight)| SeenRow {
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
