//! `trailhound actors`: whom to look at first.

use serde::Serialize;

use crate::cli::args::{ActorsArgs, ListFormat};
use crate::cli::exit::Outcome;
use crate::cli::{load, output, scan};
use crate::report::event_line::{FactorLine, time_text};
use crate::report::table;
use crate::score::rollup::{Rollup, Unit, rollup};

/// How many lines a table shows unless told.
const TABLE_ROWS: usize = 40;

/// An actor or session as JSON.
#[derive(Serialize)]
struct Line<'a> {
    actor: &'a str,
    account: &'a str,
    kind: &'a str,
    score: f64,
    tactics: &'a [String],
    events: u64,
    writes: u64,
    denied: u64,
    first: Option<String>,
    last: Option<String>,
    why: Vec<FactorLine>,
}

impl<'a> From<&'a Rollup> for Line<'a> {
    fn from(line: &'a Rollup) -> Self {
        Self {
            actor: &line.name,
            account: &line.account,
            kind: &line.kind,
            score: (line.score * 10.0).round() / 10.0,
            tactics: &line.tactics,
            events: line.events,
            writes: line.writes,
            denied: line.denied,
            first: time_text(line.span.0),
            last: time_text(line.span.1),
            why: line.why.iter().cloned().map(FactorLine::from).collect(),
        }
    }
}

pub(crate) fn run(args: &ActorsArgs) -> Outcome {
    let query = scan::checked(args.query.as_deref().unwrap_or_default())?;
    let settings = load::sound_settings(&args.input.settings.flags())?;
    let inv = load::everything(&args.input.sources, &settings, args.input.quiet)?;
    let selection = scan::select(inv, &query)?;
    let unit = if args.sessions { Unit::Session } else { Unit::Actor };
    let lines = rollup(inv, &selection, unit);
    let usual = if args.format == ListFormat::Table { TABLE_ROWS } else { usize::MAX };
    let shown = lines.get(..output::most(args.top, usual).min(lines.len())).unwrap_or_default();
    output::to_stdout(|out| match args.format {
        ListFormat::Json => {
            let lines: Vec<Line<'_>> = shown.iter().map(Line::from).collect();
            serde_json::to_writer_pretty(&mut *out, &lines)?;
            out.write_all(b"\n")
        }
        ListFormat::Table => table::write_actors(out, shown, output::table_style()),
    })?;
    Ok(load::tell_rejects(inv, args.input.quiet, args.input.show_rejects))
}
