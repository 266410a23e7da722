//! Reading the records of many events: file by file, several files at a time, so that each file is inflated once.
//!
//! This is what takes its time, so it says how far it is and can be stopped.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::investigation::Investigation;
use crate::store::Row;

/// How reading raw records is getting on, and what stops it.
#[derive(Default, Debug)]
pub struct Reading {
    done: AtomicU64,
    unreadable: AtomicU64,
    stop: AtomicBool,
}

impl Reading {
    /// How many records were read.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// How many could not be: their files are gone or have changed.
    pub fn unreadable(&self) -> u64 {
        self.unreadable.load(Ordering::Relaxed)
    }

    /// Stops the reading.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether it was stopped.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Reads the records of these rows and gives each to `visit`, on several threads and in no order.
/// A record that cannot be read is counted and given as `None`.
pub fn each(
    inv: &Investigation,
    rows: impl Iterator<Item = u32>,
    reading: &Reading,
    visit: &(dyn Fn(&Row<'_>, Option<&[u8]>) + Sync),
) {
    let place = |n: u32| {
        let at = inv.table.row(n)?.locator();
        Some((at.file, at.offset, n))
    };
    let mut open: Vec<(u32, u64, u32)> = rows.filter_map(place).collect();
    open.sort_unstable();
    let files: Vec<&[(u32, u64, u32)]> = open.chunk_by(|a, b| a.0 == b.0).collect();
    let next = AtomicU64::new(0);
    let work = || {
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed) as usize) {
            one_file(inv, file, reading, visit);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(files.len());
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
}

fn one_file(
    inv: &Investigation,
    rows: &[(u32, u64, u32)],
    reading: &Reading,
    visit: &(dyn Fn(&Row<'_>, Option<&[u8]>) + Sync),
) {
    for &(.., number) in rows {
        if reading.is_stopped() {
            return;
        }
        let Some(row) = inv.table.row(number) else { continue };
        let raw = inv.raw(&row).ok();
        if raw.is_none() {
            reading.unreadable.fetch_add(1, Ordering::Relaxed);
        }
        visit(&row, raw.as_deref());
        reading.done.fetch_add(1, Ordering::Relaxed);
    }
}
