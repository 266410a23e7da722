//! The promises of speed, measured on a million made-up events: `cargo bench --bench engine`.
//!
//! Everything is measured in one run, so that numbers can be compared: first what `gzip -dc` needs for
//! the same files, then the load, then what is done with what was loaded. Processor time is that of
//! all threads, user and system. The events are made once and kept in the target folder.
#![expect(clippy::expect_used, reason = "a benchmark that cannot go on has failed")]

#[path = "common/mod.rs"]
mod common;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::{EVENTS, Whose, data, files, processor_time, report};
use trailhound::console::app::answer::{Request, answer};
use trailhound::ingest::worker::Options;
use trailhound::investigation::{Investigation, Judgment, load};
use trailhound::query::order::Sort;
use trailhound::query::plan::plan;
use trailhound::query::run::{self, Reading};
use trailhound::query::{Expr, parse};
use trailhound::source::local;
use trailhound::store::Table;

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How often gzip and the load take turns.
const TURNS: usize = 3;

/// How many copies of the events make up the ten million rows.
const COPIES: usize = 10;

/// A way to load.
struct Load {
    what: &'static str,
    rules: bool,
    /// 0 for all processors.
    threads: usize,
}

/// With one worker, as gzip is one, and with one on each processor, which share the cache. The last one is kept.
const LOADS: [Load; 4] = [
    Load { what: "one worker", rules: false, threads: 1 },
    Load { what: "one worker with our rules", rules: true, threads: 1 },
    Load { what: "load", rules: false, threads: 0 },
    Load { what: "load with our rules", rules: true, threads: 0 },
];

fn main() {
    let data = data();
    let files = files(&data);
    let bytes: u64 = files.iter().map(|f| std::fs::metadata(f).map_or(0, |m| m.len())).sum();
    println!("{EVENTS} events in {} files, {} MB compressed", files.len(), bytes / 1_000_000);
    let mut ratios = [const { Vec::new() }; LOADS.len()];
    let mut inv = None;
    for turn in 1..=TURNS {
        let gzip = gzip(&files);
        print!("turn {turn}: gzip -dc {gzip:.2?}");
        for (load, ratios) in LOADS.iter().zip(&mut ratios) {
            // What is not needed any more gives its memory to what comes.
            drop(inv.take());
            let judgment = match load.rules {
                true => Judgment::shipped(),
                false => Judgment { rules: Arc::default(), ..Judgment::shipped() },
            };
            let before = processor_time(Whose::Mine);
            inv = Some(loaded(&data, &judgment, load.threads));
            let ours = processor_time(Whose::Mine) - before;
            ratios.push(ours.as_secs_f64() / gzip.as_secs_f64());
            print!(", {} {ours:.2?}", load.what);
        }
        println!();
    }
    for (load, ratios) in LOADS.iter().zip(&mut ratios) {
        ratios.sort_by(f64::total_cmp);
        let what = format!("{} / gzip -dc, processor time", load.what);
        report(&what, &format!("{:.3}", ratios[TURNS / 2]), if load.rules { "0.45" } else { "0.35" });
    }
    let Some((inv, first_rows)) = inv else { return };
    report("first rows on the screen after", &format!("{first_rows:.0?}"), "1 s");
    let rows = u64::from(inv.table.len()).max(1);
    let resident = inv.table.column_bytes() as f64 / rows as f64;
    report("bytes an event, dictionaries apart", &format!("{resident:.1}"), "70");
    records(&inv);
    filter(&inv);
}

/// The processor time that gzip needs to inflate the files.
fn gzip(files: &[PathBuf]) -> Duration {
    let before = processor_time(Whose::Children);
    let status = Command::new("gzip").arg("-dc").args(files).stdout(Stdio::null()).status();
    assert!(status.expect("gzip is installed").success());
    processor_time(Whose::Children) - before
}

/// The events, loaded and scored, and when the first of them could be shown.
fn loaded(dir: &Path, judgment: &Judgment, threads: usize) -> (Investigation, Duration) {
    let begun = Instant::now();
    let first = Mutex::new(None);
    let update = |inv: Investigation| {
        let mut first = first.lock().expect("no thread panics");
        if first.is_none() {
            answer(&request(Arc::new(inv)), &mut |answer| assert!(!answer.lines.is_empty()));
            *first = Some(begun.elapsed());
        }
    };
    let sources = [dir.display().to_string()];
    let options = Options { threads, ..Options::default() };
    let inv = load(local::list(&sources), options, judgment.clone(), Arc::default(), &update);
    assert_eq!(u64::from(inv.table.len()), EVENTS);
    let first = first.into_inner().expect("no thread panics");
    (inv, first.unwrap_or_else(|| begun.elapsed()))
}

/// What the console asks when it opens.
fn request(inv: Arc<Investigation>) -> Request {
    Request {
        generation: 1,
        inv,
        expr: Expr::All,
        window: None,
        sort: Sort::default(),
        open_bursts: Vec::new(),
        anchor: None,
        stretches: 120,
        limit: Some(2_000),
        reading: Arc::new(Reading::default()),
    }
}

/// How long the raw record of an event takes, at the median of a thousand all over the files.
fn records(inv: &Investigation) {
    let mut times: Vec<Duration> = (0..1000u64)
        .filter_map(|n| {
            let row = inv.table.row((n * 7_919_993 % EVENTS) as u32)?;
            let begun = Instant::now();
            inv.raw(&row).ok()?;
            Some(begun.elapsed())
        })
        .collect();
    times.sort_unstable();
    report("one raw record, median", &format!("{:.2?}", times[times.len() / 2]), "5 ms");
}

/// A filter on three fields over ten million rows, on one thread.
fn filter(inv: &Investigation) {
    // Copies with memory of their own, so that no row is found in the cache of another.
    let copies = (0..COPIES).flat_map(|_| inv.table.segments().map(|(_, s)| Arc::new((**s).clone())));
    let table = Table::new(copies.collect(), inv.table.dicts().clone(), false);
    let query = parse("service:iam outcome:denied risk>=45").expect("it is a query");
    let node = plan(query.expr(), inv);
    let mut times: Vec<Duration> = Vec::new();
    let mut found = 0;
    for _ in 0..15 {
        let begun = Instant::now();
        found = run::columns(&node, &table).yes.count();
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let what = format!("3 fields over {} million rows", table.len() / 1_000_000);
    report(&what, &format!("{:.2?}", times[times.len() / 2]), "16 ms");
    println!("  ({found} rows found)");
}
