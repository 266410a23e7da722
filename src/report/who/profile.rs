//! A profile as a page for people.

use std::io::{self, Write};

use serde::Serialize;

use crate::event::time::Time;
use crate::profile::describe::{EventRef, New, Profile, Seen};
use crate::profile::first_seen::{Baseline, Dimension, History};
use crate::report::table::{Style, sign};
use crate::report::who::{write_part, write_signs};
use crate::score::Level;
use crate::text::{count, plural, visible};

/// A profile, with the part of the log that was taken for normal.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ProfilePage {
    /// Which part that is, in words.
    pub baseline: String,
    /// The profile.
    #[serde(flatten)]
    pub profile: Profile,
}

/// A baseline in words.
pub fn baseline_words(baseline: Baseline) -> String {
    match baseline {
        Baseline::Span(ms) => {
            let length = crate::profile::theft::stretch(Time::from_millis(0), Time::from_millis(ms));
            format!("the first {length} of each actor")
        }
        Baseline::Before(time) => format!("everything before {time}"),
    }
}

/// How many of everything are shown unless told.
pub const ROWS: usize = 10;

/// Writes a page; of each part at most `most` rows.
///
/// # Errors
/// Those of the writer.
pub fn write_table(out: &mut dyn Write, page: &ProfilePage, most: usize, style: Style) -> io::Result<()> {
    let p = &page.profile;
    write_head(out, page, style)?;
    for (title, seen) in [
        ("actors", &p.actors),
        ("accounts", &p.accounts),
        ("services", &p.services),
        ("calls", &p.calls),
        ("outcomes", &p.outcomes),
        ("regions", &p.regions),
        ("programs", &p.agents),
        ("addresses", &p.addresses),
    ] {
        // One actor or account is the subject itself.
        if seen.len() > 1 || !matches!(title, "actors" | "accounts") {
            write_seen(out, title, seen, most, style)?;
        }
    }
    write_keys(out, p, most, style)?;
    write_hours(out, &p.hours, style)?;
    write_new(out, page, most, style)?;
    write_tactics(out, p, style)?;
    write_events(out, "riskiest events (UTC)", &p.riskiest, most, style)?;
    write_events(out, "latest events (UTC)", &p.latest, most, style)?;
    write_things(out, p, most, style)?;
    write_signs(out, &p.signs, most, style)?;
    write_sessions(out, p, most, style)
}

fn write_head(out: &mut dyn Write, page: &ProfilePage, style: Style) -> io::Result<()> {
    let p = &page.profile;
    writeln!(out, "{}", style.bold(&format!("{} {}", p.kind.name(), visible(&p.name))))?;
    let text = format!(
        "  {}, {}, {} denied, {} risky; {} in, {} out",
        plural(p.events, "event"),
        plural(p.writes, "write"),
        count(p.denied),
        count(p.risky),
        plural(p.bytes_in, "byte"),
        plural(p.bytes_out, "byte"),
    );
    let risk = style.paint(&format!("risk {}", p.risk), Level::of(p.risk));
    writeln!(out, "{text}  {risk}")?;
    writeln!(out, "  {} to {}", p.first, p.last)
}

fn write_seen(out: &mut dyn Write, title: &str, seen: &[Seen], most: usize, style: Style) -> io::Result<()> {
    let rows: Vec<[String; 7]> = seen.iter().map(seen_cells).collect();
    let head = [title, "events", "share", "writes", "denied", "first (UTC)", "last (UTC)"];
    write_part(out, head, &rows, [60, 0, 0, 0, 0, 0, 0], most, style)
}

fn seen_cells(s: &Seen) -> [String; 7] {
    [
        s.name.clone(),
        count(s.events),
        format!("{:>5.1} %", s.share * 100.0),
        count(s.writes),
        count(s.denied),
        s.first.to_string(),
        s.last.to_string(),
    ]
}

fn write_keys(out: &mut dyn Write, p: &Profile, most: usize, style: Style) -> io::Result<()> {
    let cells = |k: &crate::profile::describe::KeyUse| -> [String; 6] {
        let account = match (&k.account, k.mismatch) {
            (Some(account), true) => format!("{account} (the events name another)"),
            (Some(account), false) => account.clone(),
            (None, _) => "not in the id".to_owned(),
        };
        let s = &k.seen;
        [s.name.clone(), account, count(s.events), count(s.denied), s.first.to_string(), s.last.to_string()]
    };
    let rows: Vec<[String; 6]> = p.keys.iter().map(cells).collect();
    let head = ["keys", "account", "events", "denied", "first (UTC)", "last (UTC)"];
    write_part(out, head, &rows, [44, 44, 0, 0, 0, 0], most, style)
}

/// Shades from nothing to most.
const SHADES: [char; 5] = ['·', '░', '▒', '▓', '█'];

/// Writes the events by weekday and hour as shades.
fn write_hours(out: &mut dyn Write, hours: &[[u32; 24]; 7], style: Style) -> io::Result<()> {
    let peak = hours.iter().flatten().copied().max().unwrap_or(0);
    if peak == 0 {
        return Ok(());
    }
    writeln!(
        out,
        "\n{}",
        style.bold(&format!("hours (UTC; {} is {})", SHADES[4], plural(peak.into(), "event")))
    )?;
    writeln!(out, "  {}", style.dim("     0     3     6     9     12    15    18    21"))?;
    for (day, row) in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].into_iter().zip(hours) {
        let cells: String = row.iter().map(|&n| format!("{} ", shade(n, peak))).collect();
        writeln!(out, "  {day}  {}", cells.trim_end())?;
    }
    Ok(())
}

/// The shade of a count: nothing has its own, and whatever there is can be seen.
fn shade(n: u32, peak: u32) -> char {
    let step = (f64::from(n) / f64::from(peak.max(1)) * 4.0).ceil() as usize;
    SHADES.get(step).copied().unwrap_or('█')
}

fn write_new(out: &mut dyn Write, page: &ProfilePage, most: usize, style: Style) -> io::Result<()> {
    let p = &page.profile;
    if p.history != History::Known {
        let title = style.bold("new");
        return writeln!(out, "\n{title}\n  {}: normal would be {}", p.history.words(), page.baseline);
    }
    if p.new.is_empty() {
        let title = style.bold("new");
        return writeln!(out, "\n{title}\n  nothing; normal is {}", page.baseline);
    }
    let mut rows: Vec<[String; 6]> = Vec::new();
    let mut hidden = 0;
    for dimension in TELLING {
        let of: Vec<&New> = p.new.iter().filter(|n| n.dimension == dimension).collect();
        let room = if most == usize::MAX { most } else { most.div_ceil(2) };
        hidden += of.len().saturating_sub(room);
        rows.extend(of.into_iter().take(room).map(new_cells));
    }
    let head = ["new (UTC)", "what", "value", "for", "", "event"];
    write_part(out, head, &rows, [0, 0, 60, 32, 0, 32], usize::MAX, style)?;
    let more = if hidden > 0 { format!("; {hidden} more, see all with --top 0") } else { String::new() };
    writeln!(out, "  {}", style.dim(&format!("normal is {}{more}", page.baseline)))
}

/// What is new, in the order in which it tells most: where somebody comes from and by what before what they touch.
const TELLING: [Dimension; 8] = [
    Dimension::Network,
    Dimension::Address,
    Dimension::Agent,
    Dimension::Region,
    Dimension::Role,
    Dimension::Service,
    Dimension::Event,
    Dimension::Resource,
];

fn new_cells(n: &New) -> [String; 6] {
    let account = if n.for_account { "and for the account" } else { "" };
    [
        n.event.time.to_string(),
        n.dimension.name().to_owned(),
        n.value.clone(),
        n.actor.clone(),
        account.to_owned(),
        n.event.event.clone(),
    ]
}

fn write_tactics(out: &mut dyn Write, p: &Profile, style: Style) -> io::Result<()> {
    let rows: Vec<[String; 4]> = p
        .tactics
        .iter()
        .map(|t| [t.title.clone(), count(t.events), count(t.done), t.first.to_string()])
        .collect();
    write_part(
        out,
        ["tactics", "events", "not denied", "first (UTC)"],
        &rows,
        [40, 0, 0, 0],
        usize::MAX,
        style,
    )
}

fn write_events(
    out: &mut dyn Write,
    title: &str,
    events: &[EventRef],
    most: usize,
    style: Style,
) -> io::Result<()> {
    let cells = |e: &EventRef| -> [String; 6] {
        [
            e.time.to_string(),
            format!("{:>3} {}", e.risk, sign(Level::of(e.risk))),
            e.event.clone(),
            e.service.clone(),
            e.outcome.to_owned(),
            e.id.clone(),
        ]
    };
    let rows: Vec<[String; 6]> = events.iter().map(cells).collect();
    write_part(
        out,
        [title, "risk", "event", "service", "outcome", "id"],
        &rows,
        [0, 0, 40, 24, 0, 40],
        most,
        style,
    )
}

fn write_things(out: &mut dyn Write, p: &Profile, most: usize, style: Style) -> io::Result<()> {
    let touched: Vec<[String; 7]> = p
        .resources
        .iter()
        .map(|t| {
            let times = [t.reads, t.writes, t.denied].map(count);
            let [reads, writes, denied] = times;
            [
                t.name.clone(),
                t.service.clone(),
                reads,
                writes,
                denied,
                t.first.to_string(),
                t.last.to_string(),
            ]
        })
        .collect();
    let head = ["resources", "service", "reads", "writes", "denied", "first (UTC)", "last (UTC)"];
    write_part(out, head, &touched, [70, 20, 0, 0, 0, 0, 0], most, style)?;
    // What may still be there asks for something to be done.
    let (there, gone): (Vec<_>, Vec<_>) = p.made.iter().partition(|m| m.still_there);
    let made: Vec<[String; 4]> = there
        .into_iter()
        .chain(gone)
        .map(|m| {
            let still = if m.still_there { "may still be there" } else { "gone" };
            [m.kind.to_owned(), m.name.clone(), m.time.to_string(), still.to_owned()]
        })
        .collect();
    write_part(out, ["made", "name", "when (UTC)", "now"], &made, [24, 70, 0, 0], most, style)?;
    let unmade: Vec<[String; 3]> =
        p.unmade.iter().map(|u| [u.kind.to_owned(), u.name.clone(), u.time.to_string()]).collect();
    write_part(out, ["unmade", "name", "when (UTC)"], &unmade, [24, 70, 0], most, style)
}

fn write_sessions(out: &mut dyn Write, p: &Profile, most: usize, style: Style) -> io::Result<()> {
    let cells = |s: &crate::profile::describe::SessionRef| -> [String; 4] {
        let handed =
            if s.handed_on > 0 { format!("handed on {}", count(s.handed_on)) } else { String::new() };
        [s.id.clone(), count(s.events), s.origin.name.clone(), handed]
    };
    let rows: Vec<[String; 4]> = p.sessions.iter().map(cells).collect();
    write_part(out, ["sessions", "events", "behind it", ""], &rows, [70, 0, 44, 0], most, style)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_there_is_can_be_seen_as_a_shade() {
        for (n, peak, expected) in
            [(0, 100, '·'), (1, 100, '░'), (26, 100, '▒'), (75, 100, '▓'), (100, 100, '█'), (5, 0, '█')]
        {
            assert_eq!(shade(n, peak), expected, "{n} of {peak}");
        }
    }

    #[test]
    fn a_baseline_is_told_in_words() {
        assert_eq!(baseline_words(Baseline::Span(86_400_000)), "the first 1 d of each actor");
        let time = Time::from_civil(2026, 1, 10, 0, 0, 0);
        assert_eq!(baseline_words(Baseline::Before(time)), "everything before 2026-01-10T00:00:00Z");
    }
}
