//! Makes all shards of a world, on as many threads as there are, with the same outcome for any number.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use libdeflater::{CompressionLvl, Compressor};

use crate::synth::digest;
use crate::synth::labels::{self, Label};
use crate::synth::shard::{Digested, Made, Maker, Manner, Shard, Sink};
use crate::synth::timetable::Timetable;
use crate::synth::world::{Size, World};

/// A world, and what is to happen in it.
#[derive(Debug)]
pub(crate) struct Works {
    /// The organization.
    pub(crate) world: World,
    /// When what happens.
    pub(crate) table: Timetable,
    manner: Manner,
    shards: Vec<Shard>,
}

/// What all shards came to.
#[derive(Debug, Default)]
pub(crate) struct Done {
    /// How many events.
    pub(crate) events: u64,
    /// How many log files.
    pub(crate) files: u64,
    /// Their bytes before compression.
    pub(crate) json_bytes: u64,
    /// Their bytes.
    pub(crate) gzip_bytes: u64,
    /// All labels, in order of time.
    pub(crate) labels: Vec<Label>,
    /// The first log files of each account, for its digest.
    digested: Vec<(usize, Vec<Digested>)>,
}

impl Works {
    /// Prepares everything; no event is made yet.
    pub(crate) fn new(size: Size, manner: Manner) -> Self {
        let world = World::new(size);
        let table = Timetable::new(&world, manner.per_file as u64);
        let shards = table.programs.iter().enumerate();
        let shards = shards.flat_map(|(site, p)| (0..p.shards).map(move |number| Shard { site, number }));
        let shards = shards.collect();
        Self { world, table, manner, shards }
    }

    /// Makes all events and hands the log files to `sink`.
    ///
    /// # Errors
    ///
    /// The first thing that the sink complained of; no new files are made after it.
    pub(crate) fn run<E: Send>(
        &self,
        threads: usize,
        sink: Sink<'_, E>,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Done, E> {
        let (next, events, stop) = (AtomicUsize::new(0), AtomicU64::new(0), AtomicBool::new(false));
        let results = Mutex::new(Vec::new());
        let work = || {
            let mut maker = Maker::new(&self.world, self.manner, sink);
            while !stop.load(Ordering::Relaxed) {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(shard) = self.shards.get(number) else { break };
                let Some(program) = self.table.programs.get(shard.site) else { break };
                let result = maker.make(program, *shard);
                match &result {
                    Ok(made) => progress(events.fetch_add(made.events, Ordering::Relaxed) + made.events),
                    Err(_) => stop.store(true, Ordering::Relaxed),
                }
                results.lock().unwrap_or_else(PoisonError::into_inner).push((number, result));
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..threads.max(1) {
                scope.spawn(work);
            }
            work();
        });
        let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
        results.sort_by_key(|r| r.0);
        self.gather(results)
    }

    /// Puts the shards together, in their order.
    fn gather<E>(&self, results: Vec<(usize, Result<Made, E>)>) -> Result<Done, E> {
        let mut done = Done::default();
        for (number, result) in results {
            let made = result?;
            done.events += made.events;
            done.files += made.files;
            done.json_bytes += made.json_bytes;
            done.gzip_bytes += made.gzip_bytes;
            done.labels.extend(made.labels);
            if let Some(shard) = self.shards.get(number).filter(|_| !made.digested.is_empty()) {
                done.digested.push((self.world.account_of(shard.site), made.digested));
            }
        }
        labels::sort(&mut done.labels);
        Ok(done)
    }

    /// The digest files of what was made: their paths and bytes.
    pub(crate) fn digests(&self, done: &Done) -> Vec<(String, Vec<u8>)> {
        let mut compressor = Compressor::new(CompressionLvl::default());
        let digests =
            done.digested.iter().filter_map(|(account, files)| digest::digest(&self.world, *account, files));
        let packed = digests.map(|(path, text)| {
            let mut out = vec![0; compressor.gzip_compress_bound(text.len())];
            let length = compressor.gzip_compress(&text, &mut out).unwrap_or_default();
            out.truncate(length);
            (path, out)
        });
        packed.collect()
    }
}
