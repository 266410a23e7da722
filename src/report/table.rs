//! Tables for people, on a terminal or in a file.
//!
//! Every text from a log goes through [`visible`], so that nothing in it acts on
//! the terminal, and is cut to the width of its column.

use std::io::{self, Write};

use crate::investigation::Investigation;
use crate::query::group::Group;
use crate::query::series::Series;
use crate::report::document::resources;
use crate::report::overview;
use crate::report::shown::{Shown, ShownLine};
use crate::score::rollup::Rollup;
use crate::score::{Level, rank};
use crate::store::Column;
use crate::text::{clip_middle, count, fit, plural, visible, width};

/// How a table is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// Whether colors may be used; the signs say the same without them.
    pub color: bool,
    /// How many columns there are.
    pub width: usize,
}

/// The sign of a level, so that color is never alone.
pub const fn sign(level: Level) -> &'static str {
    match level {
        Level::Critical => "▲",
        Level::High => "■",
        Level::Medium => "●",
        Level::Low => "·",
        Level::Info => " ",
    }
}

/// The ANSI color of a level.
const fn color(level: Level) -> &'static str {
    match level {
        Level::Critical => "\x1b[1;31m",
        Level::High => "\x1b[31m",
        Level::Medium => "\x1b[33m",
        Level::Low => "\x1b[36m",
        Level::Info => "\x1b[2m",
    }
}

const RESET: &str = "\x1b[0m";

impl Style {
    pub(crate) fn paint(self, text: &str, level: Level) -> String {
        if self.color { format!("{}{text}{RESET}", color(level)) } else { text.to_owned() }
    }

    pub(crate) fn dim(self, text: &str) -> String {
        if self.color { format!("\x1b[2m{text}{RESET}") } else { text.to_owned() }
    }

    pub(crate) fn bold(self, text: &str) -> String {
        if self.color { format!("\x1b[1m{text}{RESET}") } else { text.to_owned() }
    }
}

/// What a table of events says above them of lines that stand for several.
pub fn folded(all: &Shown) -> Option<String> {
    let lines = plural(all.len() as u64, "line");
    (all.folded() > 0).then(|| {
        format!(
            "in {lines}: what a session repeats is one line, ×N for N events; each has its own with --format csv or jsonl"
        )
    })
}

/// Writes events with their reasons; what stands for several is marked `×N`.
///
/// # Errors
/// Those of the writer.
pub fn write_events(
    out: &mut dyn Write,
    inv: &Investigation,
    all: &Shown,
    most: usize,
    style: Style,
) -> io::Result<()> {
    let cells = |fold: &ShownLine<'_>, rank: usize| -> [String; 10] {
        let row = &fold.row;
        let level = rank::place_of(row);
        let times = if fold.times() > 1 { format!("×{}", fold.times()) } else { String::new() };
        [
            rank.to_string(),
            format!("{:>3} {}", row.risk(), sign(level)),
            row.time().to_string(),
            row.event().to_owned(),
            times,
            row.service().to_owned(),
            row.actor().to_owned(),
            row.text(Column::Ip).to_owned(),
            row.text(Column::Region).to_owned(),
            row.text(Column::Error).to_owned(),
        ]
    };
    const HEAD: [&str; 10] =
        ["#", "risk", "time (UTC)", "event", "", "service", "actor", "source", "region", "error"];
    let shown: Vec<ShownLine<'_>> = all.lines(inv).take(most).collect();
    let lines: Vec<[String; 10]> = shown.iter().enumerate().map(|(n, f)| cells(f, n + 1)).collect();
    let widths = fit_widths(&HEAD, &lines, [0, 0, 0, 32, 0, 20, 36, 39, 14, 40], style.width);
    writeln!(out, "{}", style.bold(&line(&HEAD.map(str::to_owned), &widths)))?;
    for (fold, cells) in shown.iter().zip(&lines) {
        writeln!(out, "{}", style.paint(&line(cells, &widths), rank::place_of(&fold.row)))?;
        for detail in details(inv, fold) {
            let room = style.width.saturating_sub(DETAIL_INDENT.len()).max(20);
            writeln!(out, "{DETAIL_INDENT}{}", style.dim(&clip_middle(&detail, room)))?;
        }
    }
    if all.len() > shown.len() {
        let rest: usize = all.lines(inv).skip(most).map(|line| line.times()).sum();
        writeln!(
            out,
            "{}",
            style.dim(&format!("  and {} more; see all with --top 0", plural(rest as u64, "event")))
        )?;
    }
    Ok(())
}

const DETAIL_INDENT: &str = "        ";

/// The lines below an event: why it has its points, and what it touched.
fn details(inv: &Investigation, fold: &ShownLine<'_>) -> Vec<String> {
    let row = &fold.row;
    let mut lines = Vec::new();
    let factors: Vec<String> =
        inv.factors(row).iter().map(|f| visible(&f.to_string()).into_owned()).collect();
    let titles: Vec<String> = inv.techniques(row).iter().map(|id| inv.judgment.attack.title(id)).collect();
    if !factors.is_empty() {
        let attack = if titles.is_empty() { String::new() } else { format!("  [{}]", titles.join(", ")) };
        lines.push(format!("{}{attack}", factors.join("  ")));
    }
    let touched: Vec<String> = resources(inv, row).iter().map(|r| visible(r).into_owned()).collect();
    if !touched.is_empty() {
        lines.push(format!("on {}", touched.join(", ")));
    }
    let others = fold.others(inv);
    if !others.is_empty() {
        lines.push(format!("and {}", others.join(", ")));
    }
    let marks = overview::marks(row.flags());
    if !marks.is_empty() {
        lines.push(format!("note: {}", marks.join(", ")));
    }
    lines
}

/// The width of each column: what its cells need, at most its bound, cut further where the line is too long.
pub(crate) fn fit_widths<const N: usize>(
    head: &[&str; N],
    lines: &[[String; N]],
    bounds: [usize; N],
    room: usize,
) -> [usize; N] {
    let mut widths: [usize; N] = std::array::from_fn(|c| {
        let longest = lines.iter().map(|l| width(&visible(&l[c]))).max().unwrap_or(0).max(width(head[c]));
        if bounds[c] == 0 { longest } else { longest.min(bounds[c].max(width(head[c]))) }
    });
    // The widest of the columns that may be cut gives way first.
    while widths.iter().sum::<usize>() + 2 * (N - 1) > room {
        let widest = (0..N).filter(|&c| bounds[c] > 0 && widths[c] > 6).max_by_key(|&c| widths[c]);
        let Some(c) = widest else { break };
        widths[c] -= 1;
    }
    widths
}

/// The cells of a line, each cut or filled to its width.
pub(crate) fn line<const N: usize>(cells: &[String; N], widths: &[usize; N]) -> String {
    let texts: Vec<String> =
        cells.iter().zip(widths).map(|(cell, &w)| fit(&clip_middle(&visible(cell), w), w)).collect();
    texts.join("  ").trim_end().to_owned()
}

/// Writes rows of cells below their heads, at most `most` of them.
pub(crate) fn write_rows<const N: usize>(
    out: &mut dyn Write,
    head: [&str; N],
    cells: impl ExactSizeIterator<Item = [String; N]>,
    bounds: [usize; N],
    most: usize,
    style: Style,
) -> io::Result<()> {
    let rest = cells.len().saturating_sub(most);
    let shown: Vec<[String; N]> = cells.take(most).collect();
    let widths = fit_widths(&head, &shown, bounds, style.width);
    writeln!(out, "{}", style.bold(&line(&head.map(str::to_owned), &widths)))?;
    shown.iter().try_for_each(|cells| writeln!(out, "{}", line(cells, &widths)))?;
    write_more(out, rest, style)
}

/// Says how many rows are not shown.
pub(crate) fn write_more(out: &mut dyn Write, rest: usize, style: Style) -> io::Result<()> {
    if rest == 0 {
        return Ok(());
    }
    writeln!(out, "{}", style.dim(&format!("and {} more; see all with --top 0", count(rest as u64))))
}

/// Writes whom to look at first.
///
/// # Errors
/// Those of the writer.
pub fn write_actors(out: &mut dyn Write, actors: &[Rollup], style: Style) -> io::Result<()> {
    let cells = |a: &Rollup| -> [String; 8] {
        [
            format!("{:>3.0}", a.score),
            a.name.clone(),
            a.kind.clone(),
            a.account.clone(),
            count(a.events),
            count(a.writes),
            count(a.denied),
            a.tactics.join(", "),
        ]
    };
    const HEAD: [&str; 8] = ["score", "actor", "kind", "account", "events", "writes", "denied", "tactics"];
    let lines: Vec<[String; 8]> = actors.iter().map(cells).collect();
    let widths = fit_widths(&HEAD, &lines, [0, 44, 14, 0, 0, 0, 0, 90], style.width);
    writeln!(out, "{}", style.bold(&line(&HEAD.map(str::to_owned), &widths)))?;
    for (actor, cells) in actors.iter().zip(&lines) {
        let level = Level::of(actor.score.round().clamp(0.0, 100.0) as u8);
        writeln!(out, "{}", style.paint(&line(cells, &widths), level))?;
    }
    Ok(())
}

/// Writes counts by value, at most `most` of them; a share is of the `total` events that were grouped.
///
/// # Errors
/// Those of the writer.
pub fn write_groups(
    out: &mut dyn Write,
    field: &str,
    all: &[Group],
    total: u64,
    most: usize,
    style: Style,
) -> io::Result<()> {
    let groups = all.get(..most).unwrap_or(all);
    let share = |n: u64| if total == 0 { 0.0 } else { n as f64 * 100.0 / total as f64 };
    let cells = |g: &Group| -> [String; 8] {
        let value = if g.value.is_empty() { "(none)" } else { &g.value };
        [
            value.to_owned(),
            count(g.events),
            format!("{:>5.1} %", share(g.events)),
            count(g.denied),
            count(g.writes),
            g.risk.to_string(),
            g.first.to_string(),
            g.last.to_string(),
        ]
    };
    let head = [field, "events", "share", "denied", "writes", "risk", "first (UTC)", "last (UTC)"];
    let lines: Vec<[String; 8]> = groups.iter().map(cells).collect();
    let widths = fit_widths(&head, &lines, [60, 0, 0, 0, 0, 0, 0, 0], style.width);
    writeln!(out, "{}", style.bold(&line(&head.map(str::to_owned), &widths)))?;
    lines
        .iter()
        .zip(groups)
        .try_for_each(|(l, g)| writeln!(out, "{}", style.paint(&line(l, &widths), Level::of(g.risk))))?;
    write_more(out, all.len() - groups.len(), style)
}

/// Writes a histogram, a line for each stretch of time.
///
/// # Errors
/// Those of the writer.
pub fn write_series(out: &mut dyn Write, series: &Series, style: Style) -> io::Result<()> {
    let peak = series.peak().max(1);
    let room = style.width.saturating_sub(36).clamp(10, 100);
    for (n, bucket) in series.buckets.iter().enumerate() {
        let total: u64 = bucket.iter().sum();
        let worst = Level::ALL.into_iter().rev().find(|&l| bucket[l as usize] > 0).unwrap_or(Level::Info);
        let mut length = (total as f64 / peak as f64 * room as f64).round() as usize;
        if total > 0 {
            length = length.max(1);
        }
        let bar = style.paint(&"█".repeat(length), worst);
        writeln!(out, "{}  {:>9} {} {bar}", series.start_of(n), count(total), sign(worst))?;
    }
    Ok(())
}

/// Writes what was loaded in a line or two.
///
/// # Errors
/// Those of the writer.
pub fn write_head(out: &mut dyn Write, inv: &Investigation, style: Style) -> io::Result<()> {
    let counts = inv.status.counts();
    let (first, last) = inv.span();
    let when = if inv.event_count() == 0 { String::new() } else { format!("  {first} to {last}") };
    let what = format!(
        "{} of {} from {}",
        plural(inv.event_count(), "event"),
        plural(inv.actor_count() as u64, "actor"),
        plural(counts.logs(), "file")
    );
    writeln!(out, "{}{when}", style.bold(&what))?;
    let mut notes = Vec::new();
    if inv.duplicates > 0 {
        notes.push(format!("{} folded", plural(inv.duplicates, "repeated record")));
    }
    if inv.conflicts > 0 {
        notes.push(format!("{} share an id and differ: a sign of tampering", plural(inv.conflicts, "event")));
    }
    if counts.digests > 0 {
        notes.push(format!("{} left out", plural(counts.digests, "digest file")));
    }
    if counts.rejected > 0 {
        notes.push(format!("{} could not be read", plural(counts.rejected, "thing")));
    }
    let rules = inv.compared.no_baseline.len() as u64;
    if rules > 0 {
        let events: usize = inv.compared.no_baseline.iter().map(|(_, events)| events).sum();
        notes.push(format!(
            "{} on what is new had no baseline yet for {}",
            plural(rules, "rule"),
            plural(events as u64, "event")
        ));
    }
    if !notes.is_empty() {
        writeln!(out, "{}", style.dim(&notes.join(" · ")))?;
    }
    Ok(())
}
