//! `trailhound query`: events, counts and histograms of what matches a query.

use std::ffi::OsString;

use crate::cli::args::{Format, QueryArgs};
use crate::cli::exit::{Failure, Outcome};
use crate::cli::scan::{checked, select};
use crate::cli::{load, output};
use crate::event::field::{Field, FieldRef, resolve};
use crate::investigation::Investigation;
use crate::query::group::group;
use crate::query::order::{self, Sort};
use crate::query::records::Reading;
use crate::query::run::Selection;
use crate::query::series::Series;
use crate::report::document::Entries;
use crate::report::shown::Shown;
use crate::report::{csv, document, event_line, table};
use crate::text::{count, plural};

/// How many rows a table shows unless told.
const TABLE_ROWS: usize = 40;
/// Into how many stretches of time a histogram is divided at most, in a table and elsewhere.
const TABLE_BUCKETS: usize = 48;
const BUCKETS: usize = 500;

/// What was typed, with `NOT` for the `-` before a field, quotes or parentheses behind `query`: a query that begins so would be taken for
/// an option.
pub(crate) fn told_from_options(typed: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut typed: Vec<OsString> = typed.collect();
    if typed.get(1).is_some_and(|command| command == "query") {
        for word in typed.iter_mut().skip(2).take_while(|word| *word != "--") {
            if let Some(rest) =
                word.to_str().and_then(|word| word.strip_prefix('-')).filter(|rest| negates(rest))
            {
                *word = format!("NOT {rest}").into();
            }
        }
    }
    typed
}

/// Whether this behind a `-` is a term of a query and no option.
fn negates(rest: &str) -> bool {
    let field = rest.split_once([':', '=', '!', '<', '>']).map(|(field, _)| field);
    rest.starts_with(['(', '"']) || field.is_some_and(|field| resolve(field).is_ok())
}

pub(crate) fn run(args: &QueryArgs) -> Outcome {
    // Options may stand between them, so how many there are is counted here.
    let Some((text, sources)) = args.words.split_last().filter(|(_, sources)| !sources.is_empty()) else {
        let way = "name a source, then a query, in quotes; \"\" is every event";
        return Err(Failure::Use(way.to_owned()));
    };
    let query = checked(text)?;
    let field = args.group_by.as_deref().map(field).transpose()?;
    let sort = args.sort.as_deref().map_or(Ok(Sort::by(Field::Time)), sort)?;
    let settings = load::sound_settings(&args.print.settings.flags())?;
    let inv = load::everything(sources, &settings, args.print.quiet)?;
    let wanted = select(inv, &query)?;
    match &field {
        Some(field) => print_groups(args, inv, &wanted, field)?,
        None if args.histogram => print_series(args, inv, &wanted)?,
        None => print_events(args, inv, &wanted, sort)?,
    }
    Ok(load::tell_rejects(inv, args.print.quiet, args.print.show_rejects))
}

fn print_events(
    args: &QueryArgs,
    inv: &Investigation,
    wanted: &Selection,
    sort: Sort,
) -> Result<(), Failure> {
    let table = args.print.format == Format::Table;
    let most = output::most(args.print.top, if table { TABLE_ROWS } else { usize::MAX });
    let shown = if table {
        Shown::in_bursts(inv, order::sorted_in_bursts(&inv.table, wanted, sort, None))
    } else {
        Shown::singly(order::sorted(&inv.table, wanted, sort, Some(most)))
    };
    output::to_stdout(|out| match args.print.format {
        Format::Jsonl => event_line::write(out, inv, &shown),
        Format::Json => document::write_list(out, inv, &shown),
        Format::Csv => csv::write_events(out, inv, &shown, output::csv_style(&args.print)),
        Format::Table => {
            let style = output::table_style();
            let of = plural(inv.event_count(), "event");
            let folded = table::folded(&shown).map_or_else(String::new, |folded| format!(" {folded}"));
            writeln!(out, "{} of {of}{folded}", plural(wanted.count() as u64, "row"))?;
            table::write_events(out, inv, &shown, most, style)
        }
    })?;
    Ok(())
}

fn print_groups(
    args: &QueryArgs,
    inv: &Investigation,
    wanted: &Selection,
    field: &FieldRef,
) -> Result<(), Failure> {
    let reading = Reading::default();
    let groups = group(inv, wanted, field, &reading);
    if reading.unreadable() > 0 {
        let n = count(reading.unreadable());
        eprintln!(
            "trailhound: {n} records could not be read again and count as having no value; their files have changed or are gone"
        );
    }
    let most = output::most(args.print.top, usize::MAX);
    let shown = groups.get(..most).unwrap_or(&groups);
    let name = crate::query::name(field);
    output::to_stdout(|out| match args.print.format {
        Format::Csv => csv::write_groups(out, &name, shown, output::csv_style(&args.print)),
        Format::Json => document::write_groups(out, &name, shown, Entries::List),
        Format::Jsonl => document::write_groups(out, &name, shown, Entries::Lines),
        Format::Table => {
            let events = wanted.count() as u64;
            table::write_groups(out, &name, &groups, events, most, output::table_style())
        }
    })?;
    Ok(())
}

fn print_series(args: &QueryArgs, inv: &Investigation, wanted: &Selection) -> Result<(), Failure> {
    let table = args.print.format == Format::Table;
    let most = output::most(args.print.top, if table { TABLE_BUCKETS } else { BUCKETS });
    let rows = wanted.rows(&inv.table).filter_map(|n| inv.table.row(n));
    let without = rows.filter(|row| !row.time().is_known()).count() as u64;
    if without > 0 && !args.print.quiet {
        let events = plural(without, "event");
        eprintln!(
            "trailhound: {events} without a readable time, in no stretch of time; see them with -g time"
        );
    }
    let series = Series::new(&inv.table, wanted, inv.table.oldest(), inv.table.newest(), most.min(1_000_000));
    output::to_stdout(|out| match args.print.format {
        Format::Csv => csv::write_series(out, &series, output::csv_style(&args.print)),
        Format::Json => document::write_series(out, &series, Entries::List),
        Format::Jsonl => document::write_series(out, &series, Entries::Lines),
        Format::Table => table::write_series(out, &series, output::table_style()),
    })?;
    Ok(())
}

fn field(name: &str) -> Result<FieldRef, Failure> {
    resolve(name).map_err(|near| {
        let hint = near.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
        Failure::Use(format!("--group-by {name}: there is no such field{hint}"))
    })
}

fn sort(text: &str) -> Result<Sort, Failure> {
    let (name, turned) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
    let known = || Sort::FIELDS.iter().map(|f| f.name());
    match resolve(name) {
        Ok(FieldRef::Column(field)) if Sort::FIELDS.contains(&field) => {
            let usual = Sort::by(field);
            Ok(Sort { descending: usual.descending != turned, ..usual })
        }
        _ => Err(Failure::Use(format!(
            "--sort {text}: rows can be sorted by {}{}",
            known().collect::<Vec<_>>().join(", "),
            crate::text::nearest(name, known()).map(|n| format!("; did you mean `{n}`?")).unwrap_or_default()
        ))),
    }
}
