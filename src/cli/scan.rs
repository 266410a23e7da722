//! `trailhound scan`: the riskiest events, with the reasons.

use crate::cli::args::{Format, ScanArgs};
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::notify::Ready;
use crate::cli::{author, follow, load, output};
use crate::config;
use crate::investigation::Investigation;
use crate::query::order::{self, Sort};
use crate::query::run::{self, Reading, Selection};
use crate::query::{Query, parse, plan};
use crate::report::shown::Shown;
use crate::report::summary::Summary;
use crate::report::{csv, document, event_line, table};
use crate::score::Level;
use crate::score::rollup::{Unit, rollup};
use crate::text::plural;

/// How many events a table shows unless told.
const TABLE_ROWS: usize = 40;
/// How many actors a table shows.
const TABLE_ACTORS: usize = 8;

pub(crate) fn run(args: &ScanArgs) -> Outcome {
    let query = checked(args.query.as_deref().unwrap_or_default())?;
    let fail_on = args.fail_on.as_deref().map(risk_of).transpose()?;
    let flags = config::Flags { min_risk: args.min_risk.clone(), ..args.print.settings.flags() };
    let settings = load::sound_settings(&flags)?;
    let min_risk = if args.all { 0 } else { settings.min_risk };
    if args.follow.follow {
        return follow::scan(args, &query, min_risk, &settings);
    }
    let ready = args.notify.then(|| Ready::new(&settings)).transpose()?;
    let inv = load::everything(&args.sources, &settings, args.print.quiet)?;
    let wanted = select(inv, &query)?;
    let found = fail_on.is_some_and(|least| !at_least(inv, &wanted, least).is_empty());
    if args.summary {
        let counts = if query.is_all() { Summary::new(inv) } else { Summary::of(inv, &wanted) };
        output::to_stdout(|out| {
            serde_json::to_writer_pretty(&mut *out, &counts)?;
            out.write_all(b"\n")
        })?;
        let unreadable = load::tell_rejects(inv, args.print.quiet, args.print.show_rejects);
        return Ok(if found { Exit::Found } else { unreadable });
    }
    let above = at_least(inv, &wanted, min_risk);
    let fold = args.collapse || args.print.format == Format::Table;
    let usual = if args.print.format == Format::Table { TABLE_ROWS } else { usize::MAX };
    let most = output::most(args.print.top, usual);
    let shown = if fold {
        Shown::in_bursts(inv, order::sorted_in_bursts(&inv.table, &above, Sort::default(), None))
    } else {
        Shown::singly(order::sorted(&inv.table, &above, Sort::default(), Some(most)))
    };
    let shown = if args.print.format == Format::Table { shown } else { shown.at_most(most) };
    print(args, inv, &query, &wanted, (min_risk, above.count()), &shown, most)?;
    let unreadable = load::tell_rejects(inv, args.print.quiet, args.print.show_rejects);
    let told = ready.map_or(Ok(Exit::Done), |ready| ready.tell(inv, &wanted, args.print.quiet))?;
    Ok(match (told, found) {
        // What nobody was told matters more than what was found.
        (Exit::NotWritten, _) => told,
        (_, true) => Exit::Found,
        (_, false) => unreadable,
    })
}

fn print(
    args: &ScanArgs,
    inv: &Investigation,
    query: &Query,
    wanted: &Selection,
    (min_risk, found): (u8, usize),
    shown: &Shown,
    most: usize,
) -> Result<(), Failure> {
    output::to_stdout(|out| match args.print.format {
        Format::Jsonl => event_line::write(out, inv, shown),
        Format::Csv => csv::write_events(out, inv, shown, output::csv_style(&args.print)),
        Format::Json => {
            let meta = document::Metadata {
                generated_at: author::now().to_string(),
                total_critical_events: found,
                analyzer_version: env!("CARGO_PKG_VERSION"),
                analyzer: "trailhound",
                scoring: &inv.judgment.scoring.name,
                query: query.text(),
                min_risk,
                total_events: inv.event_count(),
            };
            document::write_events(out, inv, shown, &meta)
        }
        Format::Table => {
            let style = output::table_style();
            table::write_head(out, inv, style)?;
            if inv.event_count() == 0 {
                return writeln!(out, "No event was read.");
            }
            let actors = rollup(inv, wanted, Unit::Actor);
            let first = actors.len().min(TABLE_ACTORS);
            writeln!(out)?;
            table::write_actors(out, &actors[..first], style)?;
            writeln!(out)?;
            if shown.is_empty() {
                return writeln!(out, "No event has a risk of {min_risk} or more; see all with --all.");
            }
            if let Some(folded) = table::folded(shown) {
                let events: usize = shown.lines(inv).map(|line| line.times()).sum();
                writeln!(out, "{} {folded}", plural(events as u64, "event"))?;
            }
            table::write_events(out, inv, shown, most, style)
        }
    })?;
    Ok(())
}

/// A query from the command line; a fault in it is shown with its place.
pub(crate) fn checked(text: &str) -> Result<Query, Failure> {
    parse(text).map_err(|e| Failure::Use(format!("the query cannot be read:\n{}", e.render(text))))
}

/// Runs a query over everything that is loaded, raw records included.
pub(crate) fn select(inv: &Investigation, query: &Query) -> Result<Selection, Failure> {
    if query.is_all() {
        return Ok(Selection::all(&inv.table));
    }
    let node = plan::plan(query.expr(), inv);
    let reading = Reading::default();
    let selection = run::decide_all(&node, inv, run::columns(&node, &inv.table), &reading);
    if reading.unreadable() > 0 {
        let n = reading.unreadable();
        return Err(Failure::Use(format!(
            "{n} raw records could not be read again, so the query cannot be answered: their files have changed or are gone"
        )));
    }
    Ok(selection)
}

/// The rows of a selection with at least this risk.
pub(super) fn at_least(inv: &Investigation, selection: &Selection, risk: u8) -> Selection {
    if risk == 0 {
        return selection.clone();
    }
    run::narrow(&plan::Node::Risk(risk, u8::MAX), &inv.table, selection)
}

/// A risk as a number or a word.
fn risk_of(text: &str) -> Result<u8, Failure> {
    let by_name = Level::ALL.into_iter().find(|l| l.name().eq_ignore_ascii_case(text)).map(Level::floor);
    by_name.or_else(|| text.parse().ok().filter(|n| *n <= 100)).ok_or_else(|| {
        Failure::Use(format!(
            "--fail-on {text}: this is no risk; it is a number from 0 to 100, or low, medium, high, critical"
        ))
    })
}
