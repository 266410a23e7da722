//! Indicators held against a million made-up events, and what a log covers: `cargo bench --bench case`.
//!
//! The events are those of `--bench engine`, which makes them; `TRAILHOUND_BENCH_DATA` names another folder.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use divan::Bencher;
use trailhound::case::matching::matches;
use trailhound::case::{Kind, gather};
use trailhound::evidence::coverage::Coverage;
use trailhound::ingest::worker::Options;
use trailhound::investigation::{Investigation, Judgment, load};
use trailhound::score::Level;
use trailhound::source::local;
use trailhound::store::Column;

fn main() {
    let inv = loaded();
    let dicts = inv.table.dicts();
    let values = Column::ALL.map(|c| dicts.column(c).len()).iter().sum::<u32>();
    println!("{} events, {values} values in columns, {} words", inv.table.len(), dicts.words().len());
    divan::main();
}

fn loaded() -> &'static Investigation {
    static LOADED: OnceLock<Investigation> = OnceLock::new();
    LOADED.get_or_init(|| {
        let named = std::env::var_os("TRAILHOUND_BENCH_DATA").map(PathBuf::from);
        let folder =
            named.unwrap_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("synth-1000000"));
        let listing = local::list(&[folder.display().to_string()]);
        load(listing, Options::default(), Judgment::shipped(), Arc::default(), &|_| {})
    })
}

/// So many indicators of all kinds, of which the first of each kind are in the log.
fn indicators(count: usize) -> Vec<(Kind, String)> {
    let dicts = loaded().table.dicts();
    let mut known: Vec<(Kind, String)> = Vec::new();
    for (kind, column) in
        [(Kind::Ip, Column::Ip), (Kind::UserAgent, Column::Agent), (Kind::Bucket, Column::Target)]
    {
        known.extend(dicts.column(column).iter().skip(1).take(20).map(|(_, text)| (kind, text.to_owned())));
    }
    let made = (0..count).map(|n| match n % 5 {
        0 => (Kind::Ip, format!("192.0.{}.{}", n / 250 % 250, n % 250)),
        1 => (Kind::AccessKey, format!("AKIA{n:016}")),
        2 => (Kind::Arn, format!("arn:aws:iam::111122223333:user/nobody-{n}")),
        3 => (Kind::Ip, format!("10.{}.{}.0/24", n / 250 % 250, n % 250)),
        _ => (Kind::Session, format!("session-{n}")),
    });
    known.into_iter().chain(made).take(count).collect()
}

#[divan::bench(args = [10, 1_000, 10_000], sample_count = 20)]
fn indicators_are_looked_for(bencher: Bencher<'_, '_>, count: usize) {
    let (inv, wanted) = (loaded(), indicators(count));
    bencher.bench(|| matches(inv, wanted.iter().map(|(kind, value)| (*kind, value.as_str()))).rows.count());
}

#[divan::bench(sample_count = 20)]
fn no_indicator_is_seen(bencher: Bencher<'_, '_>) {
    let (inv, wanted) = (loaded(), indicators(10_060));
    let wanted = wanted.get(60..).unwrap_or_default();
    bencher.bench(|| matches(inv, wanted.iter().map(|(kind, value)| (*kind, value.as_str()))).seen.len());
}

#[divan::bench(sample_count = 20)]
fn coverage() -> Coverage {
    Coverage::new(loaded())
}

#[divan::bench(sample_count = 5)]
fn findings_of_rules_from_high(bencher: Bencher<'_, '_>) {
    bencher.bench(|| gather::by_rules(loaded(), Level::High).len());
}
