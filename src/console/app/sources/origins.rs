//! What each source brought, and what was made of all of it.

use std::collections::HashSet;

use crate::console::app::board::{Body, Cell, Head, Item, Lead, Note, Panel, Table};
use crate::console::app::page::Scope;
use crate::event::field::{Field, FieldRef};
use crate::ingest::status::Reject;
use crate::investigation::Investigation;
use crate::query::pattern::{Part, Pattern};
use crate::query::{Expr, Term, Test};
use crate::text::{count, plural};

/// What came from one source.
#[derive(Clone, Default, Debug)]
struct Origin {
    files: u64,
    bytes: u64,
    events: u64,
    rejects: u64,
}

/// The sources as they were given.
pub(super) fn panel(inv: &Investigation, sources: &[String], rejects: &[Reject]) -> Panel {
    let (mut origins, others) = origins(inv, sources, rejects);
    let mut items: Vec<Item> =
        sources.iter().zip(&origins).map(|(source, origin)| item(inv, source, origin)).collect();
    if others.files + others.rejects > 0 {
        items.push(Item::new("others", cells("(others)", &others)));
        origins.push(others);
    }
    let files: u64 = origins.iter().map(|origin| origin.files).sum();
    let title = format!("{} · {}", plural(sources.len() as u64, "source"), plural(files, "file"));
    let heads = vec![
        Head::text("source", 16, 80),
        Head::new("files"),
        Head::new("size").spare(1),
        Head::new("events"),
        Head::new("rejects"),
    ];
    Panel::new("sources", title, Body::Table(Table::new(heads, items)))
        .or("Nothing is opened yet; a adds a source.")
}

fn cells(name: &str, origin: &Origin) -> Vec<Cell> {
    let rejects = match origin.rejects {
        0 => Cell::Dim("0".to_owned()),
        n => Cell::Warn(count(n)),
    };
    vec![
        Cell::Text(name.to_owned()),
        Cell::Count(origin.files),
        Cell::Text(size(origin.bytes)),
        Cell::Count(origin.events),
        rejects,
    ]
}

fn item(inv: &Investigation, source: &str, origin: &Origin) -> Item {
    let item = Item::new(source, cells(source, origin));
    if origin.events == 0 || inv.files.is_empty() {
        return item;
    }
    let label = format!("source {source}");
    item.to(Lead::Instead(Box::new(Scope { label, expr: files_of(source) })))
}

/// The events from the files of a source.
fn files_of(source: &str) -> Expr {
    let term = |pattern: Pattern| {
        Expr::Term(Term { field: FieldRef::Column(Field::File), test: Test::Matches(pattern) })
    };
    let below = |prefix: String| term(Pattern::new([Part::Text(prefix), Part::Many]));
    if let Some(prefix) = scheme(source) {
        return below(prefix.to_owned());
    }
    if is_pattern(source) {
        return query_of(source).map_or(Expr::All, term);
    }
    Expr::Or(vec![term(Pattern::exact(source)), below(folder(source)), below(format!("{source}!"))])
}

/// The sources in AWS and the built-in incident: their names begin with the source itself.
fn scheme(source: &str) -> Option<&str> {
    (source.contains("://") || source.ends_with(':')).then_some(source)
}

fn is_pattern(source: &str) -> bool {
    source.contains(['*', '?', '['])
}

/// A pattern for files as one for names: it finds as much, or more.
fn query_of(source: &str) -> Option<Pattern> {
    let fixed = source.split(['*', '?', '[']).next()?;
    Some(Pattern::new([Part::Text(fixed.to_owned()), Part::Many]))
}

/// How names of files below a folder begin.
fn folder(source: &str) -> String {
    format!("{}/", source.trim_end_matches('/'))
}

/// Whether a file of that name came from a source.
fn is_from(name: &str, source: &str) -> bool {
    if let Some(prefix) = scheme(source) {
        return name.starts_with(prefix);
    }
    let fixed = source.split(['*', '?', '[']).next().unwrap_or_default();
    name == source
        || name.strip_prefix(source).is_some_and(|rest| rest.starts_with('!'))
        || name.starts_with(&folder(source))
        || (is_pattern(source) && name.starts_with(fixed))
}

/// What came from each source, and what from none of them by its name.
fn origins(inv: &Investigation, sources: &[String], rejects: &[Reject]) -> (Vec<Origin>, Origin) {
    // The last place is for what no source claims.
    let mut all = vec![Origin::default(); sources.len() + 1];
    let of = |name: &str| sources.iter().position(|source| is_from(name, source)).unwrap_or(sources.len());
    let mut seen: HashSet<String> = HashSet::new();
    let mut owners: Vec<usize> = Vec::new();
    for number in 0..inv.files.len() as u32 {
        let Some(file) = inv.files.get(number) else { continue };
        let owner = of(&file.name);
        owners.push(owner);
        // Members of an archive are in one file.
        let outer = if file.members.is_empty() { None } else { file.name.split_once("!/") };
        let outer = outer.map_or(file.name.as_str(), |(outer, _)| outer);
        if let Some(origin) = all.get_mut(owner).filter(|_| seen.insert(outer.to_owned())) {
            origin.files += 1;
            origin.bytes = origin.bytes.saturating_add(file.stamp.size.unwrap_or(0));
        }
    }
    for row in inv.table.rows() {
        let owner = owners.get(row.locator().file as usize);
        if let Some(origin) = owner.and_then(|owner| all.get_mut(*owner)) {
            origin.events += 1;
        }
    }
    for reject in rejects {
        if let Some(origin) = all.get_mut(of(&reject.file)) {
            origin.rejects += 1;
        }
    }
    let others = all.pop().unwrap_or_default();
    (all, others)
}

/// What was made of everything that was read.
pub(super) fn totals(inv: &Investigation) -> Panel {
    // While a load runs the counts go on; those of the snapshot belong to what is seen.
    let counts = if inv.complete { inv.status.counts() } else { inv.counts };
    let heads = vec![
        Head::new("read"),
        Head::new("inflated").spare(1),
        Head::new("records"),
        Head::new("events"),
        Head::new("duplicates"),
        Head::new("conflicts"),
        Head::new("digests").spare(2),
        Head::new("no logs").spare(3),
        Head::new("rejects"),
    ];
    let settled = |n: u64| if inv.complete { Cell::Count(n) } else { Cell::Dim("…".to_owned()) };
    let cells = vec![
        Cell::Text(size(counts.read)),
        Cell::Text(size(counts.inflated)),
        Cell::Count(counts.records),
        Cell::Count(u64::from(inv.table.len())),
        settled(inv.duplicates),
        settled(inv.conflicts),
        Cell::Count(counts.digests),
        Cell::Count(counts.passed),
        Cell::Count(counts.rejected),
    ];
    let passed = inv.status.notes();
    let passed: Vec<String> = passed.iter().map(|(what, n)| format!("{what} (×{})", count(*n))).collect();
    let mut notes = vec![Note::new(
        "files",
        format!(
            "{} of {} were dealt with; {} of them are digests, which are evidence and no events; nothing was verified by them",
            count(counts.done),
            count(counts.listed),
            count(counts.digests)
        ),
    )];
    if !passed.is_empty() {
        notes.push(Note::new("passed over", passed.join(", ")));
    }
    let item = Item::new("all", cells).noting(notes);
    Panel::new("totals", "What was made of them", Body::Table(Table::new(heads, vec![item])))
}

/// A number of bytes, rounded: `12.3 MB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1000.0;
    let mut unit = UNITS[0];
    for next in &UNITS[1..] {
        // What would be rounded up to a thousand is one of the next.
        if value < 999.95 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    format!("{value:.1} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_belongs_to_the_source_that_names_it() {
        for (name, source, is) in [
            ("./logs/a.json", "./logs", true),
            ("./logs/a.json", "./logs/", true),
            ("./logs2/a.json", "./logs", false),
            ("a.zip!/x/y.json", "a.zip", true),
            ("a.zip2", "a.zip", false),
            ("/a", "/", true),
            ("s3://b/AWSLogs/x.gz", "s3://b/AWSLogs", true),
            ("demo:AWSLogs/x", "demo:", true),
            ("logs/a/b.json", "logs/**/*.json", true),
            ("-", "-", true),
        ] {
            assert_eq!(is_from(name, source), is, "{name} {source}");
        }
    }

    #[test]
    fn sizes_are_rounded_to_their_unit() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (999_950, "1.0 MB"),
            (12_345_678, "12.3 MB"),
            (u64::MAX, "18446744.1 TB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }
}
