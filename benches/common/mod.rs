//! What the benchmarks share: the data, the clock, the lines they print.
#![expect(clippy::expect_used, reason = "a benchmark that cannot go on has failed")]
#![allow(dead_code, clippy::allow_attributes, reason = "not every benchmark uses all of it")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use trailhound::synth;

/// How many events are made.
pub(crate) const EVENTS: u64 = 1_000_000;

/// Prints a measure beside what was promised.
pub(crate) fn report(what: &str, measured: &str, promised: &str) {
    println!("{what:<40} {measured:>10}   promised: at most {promised}");
}

/// The folder with the events, made when it is not there.
pub(crate) fn data() -> PathBuf {
    data_of(EVENTS)
}

/// A folder with so many events, made when it is not there.
pub(crate) fn data_of(events: u64) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("synth-{events}"));
    if !dir.join("done").exists() {
        println!("making {events} events in {}", dir.display());
        let plan = synth::Plan { events, ..synth::Plan::default() };
        synth::write(plan, &dir, &|_| {}).expect("the target folder can be written");
        std::fs::write(dir.join("done"), "").expect("the target folder can be written");
    }
    dir
}

/// Whose processor time.
#[derive(Clone, Copy)]
pub(crate) enum Whose {
    Mine,
    Children,
}

/// User and system time so far: that of children as Linux counts it, in hundredths of a second.
pub(crate) fn processor_time(whose: Whose) -> Duration {
    match whose {
        Whose::Mine => {
            let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
            now.try_into().expect("it is not negative")
        }
        Whose::Children => {
            let stat = std::fs::read_to_string("/proc/self/stat").expect("this benchmark needs /proc");
            let behind = stat.rsplit(')').next().unwrap_or_default();
            let field = |n: usize| behind.split_whitespace().nth(n - 3).and_then(|v| v.parse::<u64>().ok());
            Duration::from_millis((field(16).unwrap_or(0) + field(17).unwrap_or(0)) * 10)
        }
    }
}

/// The compressed files below a folder, in order of their names.
pub(crate) fn files(dir: &Path) -> Vec<PathBuf> {
    let all = walkdir::WalkDir::new(dir).sort_by_file_name().into_iter().filter_map(Result::ok);
    all.map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|end| end == "gz"))
        .collect()
}
