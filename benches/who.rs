//! What profiles, chains and anomalies cost on a million made-up events: `cargo bench --bench who`.
//!
//! Processor time of all threads, user and system, after the load. The events are those of `--bench engine`, which
//! makes them; `TRAILHOUND_BENCH_DATA` names another folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use trailhound::anomaly::features::{Isolation, Preset};
use trailhound::anomaly::forest::{Forest, Growth, Matrix};
use trailhound::anomaly::{outlier, series};
use trailhound::ingest::worker::Options;
use trailhound::investigation::{Investigation, Judgment, load};
use trailhound::profile::describe;
use trailhound::profile::first_seen::{Baseline, FirstSeen};
use trailhound::profile::session::Sessions;
use trailhound::profile::{Background, chain::Chains, summary};
use trailhound::source::local;

const DAY: Baseline = Baseline::Span(86_400_000);

fn main() {
    let inv = loaded();
    let go = AtomicBool::new(false);
    println!("{} events", inv.table.len());
    let sessions = timed("sessions", || Sessions::new(&inv.table, &go));
    let chains = timed("chains", || Chains::new(&inv.table, sessions.as_ref()?, &go));
    let first_seen = timed("first seen", || FirstSeen::new(&inv.table, &go));
    let (Some(sessions), Some(chains), Some(first_seen)) = (sessions, chains, first_seen) else { return };
    println!("  {} sessions, {} links, {} firsts", sessions.len(), chains.len(), first_seen.all().len());
    let background = Background { sessions, chains, first_seen };
    let news = timed("another baseline", || background.first_seen.news(DAY).count());
    println!("  {news} news");
    timed("user summary", || summary::user_summary(&inv.table, &go));
    timed("outliers", || (outlier::actors(&inv.table, &go), outlier::actions(&inv.table, &go)));
    timed("hours of all actors", || {
        series::activities(&inv.table, &background.first_seen, series::HOUR_MS, &go)
    });
    profiles(&inv, &background);
    for preset in [Preset::Bytes, Preset::Behavior] {
        let found = timed(&format!("forest, {preset:?}"), || {
            Isolation::new(&inv.table, &background, preset, Growth::default(), &go)
        });
        let Some(found) = found else { return };
        timed("  explaining 50 of them", || {
            found.anomalies(50).iter().map(|(row, _)| found.causes(*row).len()).sum::<usize>()
        });
    }
    plain_forest();
}

/// The profiles of the busiest actor and of the one with the most risk.
fn profiles(inv: &Investigation, background: &Background) {
    let go = AtomicBool::new(false);
    let mut rows: Vec<(u8, String)> = Vec::new();
    let mut counts: std::collections::HashMap<&str, u32> = Default::default();
    for row in inv.table.rows() {
        *counts.entry(row.actor()).or_default() += 1;
        if row.risk() >= 70 {
            rows.push((row.risk(), row.actor().to_owned()));
        }
    }
    let busiest = counts.iter().max_by_key(|c| c.1).map(|c| (*c.0).to_owned());
    for name in busiest.into_iter().chain(rows.into_iter().max().map(|r| r.1)) {
        let subject = format!("actor:{name}").parse();
        let Ok(subject) = subject;
        let profile = timed(&format!("profile of {name}"), || {
            describe::profile(inv, background, &subject, DAY, None, describe::Most::default(), &go)
        });
        println!(
            "  {} events, {} made",
            profile.as_ref().map_or(0, |p| p.events),
            profile.map_or(0, |p| p.made.len())
        );
    }
}

/// A million rows of eight features of which no two are equal.
fn plain_forest() {
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 24) as f32
    };
    let matrix = Matrix::new((0..8_000_000).map(|_| next() + next()).collect(), 8);
    let growth = Growth::default();
    let go = AtomicBool::new(false);
    timed(&format!("forest of {}, 1,000,000 different rows of 8", growth.trees), || {
        Forest::grow(&matrix, growth).score(&matrix, growth.contamination, &go).map(|s| s.threshold)
    });
}

fn timed<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let before = processor_time();
    let out = run();
    println!("{what:<50} {:>8.0} ms", (processor_time() - before).as_secs_f64() * 1000.0);
    out
}

fn loaded() -> Investigation {
    let data = std::env::var_os("TRAILHOUND_BENCH_DATA")
        .map_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("synth-1000000"), PathBuf::from);
    let listing = local::list(&[data.display().to_string()]);
    load(listing, Options::default(), Judgment::shipped(), Arc::default(), &|_| {})
}

/// Processor time so far, in ticks of 10 ms.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let field = |n: usize| behind.get(n - 3).and_then(|v| v.parse::<u64>().ok()).unwrap_or(0);
    Duration::from_millis((field(14) + field(15)) * 10)
}
