//! The load that makes snapshots, and that can go on: what comes later is merged with what is there.
//!
//! Only what is new is read. It is put in order of time among the events before it, folded with those that it
//! repeats, and what depends on other events (ranks, bursts, rules on several events) is worked out anew over all of
//! them. So whatever came in pieces has the scores, ranks and hits that it would have had in one load. The rows before
//! are copied, in memory, once for each time that something comes; whoever calls keeps those times apart.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Investigation, Judgment};
use crate::detect::capture::Captures;
use crate::detect::compare;
use crate::detect::hits::HitSets;
use crate::detect::own::{self, Own};
use crate::ingest::pipeline;
use crate::ingest::reopen::Reopener;
use crate::ingest::status::Status;
use crate::ingest::worker::{Options, Shared};
use crate::memory::Keeping;
use crate::score::Scorer;
use crate::source::Listing;
use crate::store::dicts::DictSet;
use crate::store::finish::before::Before;
use crate::store::finish::{Finished, SameContent, finish_after};
use crate::store::raw::Records;
use crate::store::segment::{Locator, Segment};
use crate::store::{Column, Table};

/// How often a snapshot is made while a load runs.
const UPDATE_EVERY: Duration = Duration::from_millis(150);

/// How many segments are scored together: each time costs a copy of what the dictionaries have got lately.
const SCORED_TOGETHER: usize = 16;

/// A load that can go on.
#[derive(Debug)]
pub struct Growing {
    base: Investigation,
    shared: Shared,
    sets: Arc<HitSets>,
    captures: Arc<Captures>,
    state: Mutex<State>,
    /// What was finished last.
    done: Done,
    /// Whether more is to come.
    goes_on: bool,
}

/// What came of a load that went on.
#[derive(Debug)]
pub struct Grown {
    /// Everything.
    pub inv: Investigation,
    /// The rows that were not there before, in order of time.
    pub fresh: Vec<u32>,
}

#[derive(Default, Debug)]
struct Done {
    segments: Vec<Arc<Segment>>,
    origins: Arc<[(u32, Locator)]>,
    /// How many files were read by then.
    files: usize,
    /// By number, which of them were read anew since.
    replaced: Vec<bool>,
}

#[derive(Default)]
struct State {
    /// Those that have no points yet.
    waiting: Vec<Segment>,
    segments: Vec<Arc<Segment>>,
    last: Option<Instant>,
    /// Scorers that are not at work now; a worker takes one, so that tables are learned few times.
    scorers: Vec<Scorer>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("segments", &self.segments.len()).finish_non_exhaustive()
    }
}

/// Takes snapshots while a load runs.
type Update<'a> = &'a (dyn Fn(Investigation) + Sync);

impl Growing {
    /// A load that will go on.
    pub fn new(options: Options, judgment: Judgment, status: Arc<Status>) -> Self {
        Self::of(options, judgment, status, true)
    }

    /// A load that ends with its first listing; it takes less memory.
    pub(super) fn once(options: Options, judgment: Judgment, status: Arc<Status>) -> Self {
        Self::of(options, judgment, status, false)
    }

    fn of(options: Options, judgment: Judgment, status: Arc<Status>, goes_on: bool) -> Self {
        let sets = Arc::new(HitSets::default());
        let captures = Arc::new(if goes_on { Captures::kept() } else { Captures::default() });
        let watcher = judgment.rules.watcher(sets.clone(), captures.clone());
        let shared =
            Shared { dicts: Arc::default(), files: Arc::default(), status: status.clone(), options, watcher };
        let opener = Reopener::new(shared.files.clone(), options.limits);
        let base = Investigation {
            files: shared.files.clone(),
            status,
            complete: false,
            records: Arc::new(Records::new(Arc::new(opener))),
            ..Investigation::empty(judgment)
        };
        Self { base, shared, sets, captures, state: Mutex::default(), done: Done::default(), goes_on }
    }

    /// Loads the first listing. While it runs, `update` gets snapshots, on whichever thread made them.
    pub fn begin(&mut self, listing: Listing, update: Update<'_>) -> Investigation {
        let keeping = Keeping::begin();
        pipeline::run(listing, &self.shared, &|segment| self.publish(segment, Some(update)));
        self.score(None);
        self.finish(Some(keeping)).inv
    }

    /// Loads what has come since. `None`: there was no record in it.
    pub fn go_on(&mut self, listing: Listing) -> Option<Grown> {
        pipeline::run(listing, &self.shared, &|segment| self.publish(segment, None));
        self.score(None);
        let nothing = self.lock().segments.is_empty();
        (!nothing).then(|| self.finish(None))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a segment; makes a snapshot when the last one is old enough.
    fn publish(&self, segment: Segment, update: Option<Update<'_>>) {
        let mut state = self.lock();
        state.waiting.push(segment);
        let due = state.last.is_none_or(|last| last.elapsed() >= UPDATE_EVERY) && update.is_some();
        if due {
            state.last = Some(Instant::now());
        } else if state.waiting.len() < SCORED_TOGETHER {
            return;
        }
        drop(state);
        self.score(update.filter(|_| due));
    }

    /// Scores the segments that wait for it; makes a snapshot for whoever wants one.
    fn score(&self, update: Option<Update<'_>>) {
        let (mut waiting, scorer) = {
            let mut state = self.lock();
            (std::mem::take(&mut state.waiting), state.scorers.pop())
        };
        let mut scorer = scorer.unwrap_or_else(|| self.base.judgment.scorer());
        // The dictionaries are taken after the segments, so that they hold all their numbers.
        let (dicts, hits) = (self.shared.dicts.snapshot(), self.sets.snapshot());
        for segment in &mut waiting {
            scorer.score(&dicts, &hits, segment);
        }
        let segments = {
            let mut state = self.lock();
            state.segments.extend(waiting.into_iter().map(Arc::new));
            update.is_some().then(|| state.segments.clone())
        };
        if let (Some(segments), Some(update)) = (segments, update) {
            // Others may have added what they scored meanwhile.
            let (dicts, hits) = (self.shared.dicts.snapshot(), self.sets.snapshot());
            scorer.learn(&dicts, &hits);
            let table = Table::new(segments, dicts, false);
            update(Investigation { scorer: Arc::new(scorer.clone()), hits, ..self.snapshot(table) });
        }
        self.lock().scorers.push(scorer);
    }

    fn snapshot(&self, table: Table) -> Investigation {
        Investigation { table, counts: self.base.status.counts(), ..self.base.clone() }
    }

    /// Puts all in order; what was finished before comes first.
    fn merge(&mut self, kept_memory: Option<Keeping>) -> Finished {
        let files = &self.shared.files;
        let mut done = std::mem::take(&mut self.done);
        let (known, all) = (done.files, files.len());
        done.replaced.resize(all, false);
        for number in files.replaced(known) {
            if let Some(replaced) = done.replaced.get_mut(number as usize) {
                *replaced = true;
            }
        }
        let mut segments = done.segments;
        let before = Before {
            segments: segments.len(),
            origins: &done.origins,
            replaced: &done.replaced,
            keep_content: self.goes_on,
        };
        segments.append(&mut self.lock().segments);
        let mut same = Same { records: &self.base.records, dicts: self.shared.dicts.snapshot() };
        let ranks = files.ranks(&done.replaced);
        let mut finished = finish_after(&before, &segments, &ranks, &mut same, kept_memory);
        if before.segments > 0 {
            self.drop_comparisons(&mut finished.segments);
        }
        self.done = Done { files: all, replaced: done.replaced, ..Done::default() };
        finished
    }

    /// Ends a load. What stays is gathered in memory of its own, and not in the gaps that the load has left in `kept_memory`.
    fn finish(&mut self, kept_memory: Option<Keeping>) -> Grown {
        let is_first = self.done.segments.is_empty();
        let Finished { mut segments, origins, duplicates, conflicts, fresh } = self.merge(kept_memory);
        if is_first {
            self.shared.dicts.gather();
        }
        let dicts = self.shared.dicts.snapshot();
        let mut scorer = self.base.judgment.scorer();
        self.take_back_hits(&mut segments, &dicts, &mut scorer);
        let table = Table::new(std::mem::take(&mut segments), dicts.clone(), true);
        let mut inv =
            Investigation { hits: self.sets.snapshot(), duplicates, conflicts, ..self.snapshot(table) };
        let keeping = Keeping::begin();
        let compared = compare::compare(&inv, &self.captures);
        drop(keeping);
        segments = std::mem::take(&mut inv.table).into_segments();
        self.add_hits(&mut segments, &compared.hits);
        let hits = self.sets.snapshot();
        self.rank(&mut segments, &dicts, &compared);
        scorer.learn(&dicts, &hits);
        if self.goes_on {
            (self.done.segments, self.done.origins) = (segments.clone(), origins.clone());
        }
        let table = Table::new(segments, dicts, true).with_origins(origins);
        let inv = Investigation {
            table,
            hits,
            compared: Arc::new(compared),
            complete: true,
            scorer: Arc::new(scorer),
            ..inv
        };
        // Every screen shows this number, and none should have to count.
        inv.actor_count();
        Grown { inv, fresh }
    }

    /// Takes back what rules said of other accounts where these are one's own, with the points for it.
    fn take_back_hits(&self, segments: &mut [Arc<Segment>], dicts: &DictSet, scorer: &mut Scorer) {
        let judgment = &self.base.judgment;
        let raw = |at| self.base.records.get(at).ok();
        let taken = self.captures.of_fields(|field| judgment.rules.names_accounts(field));
        let own = Own::of(dicts, &judgment.environment);
        let changed = own::take_back(segments, (&own, &judgment.rules, &self.sets), &taken, &raw);
        let hits = self.sets.snapshot();
        for (place, rows) in changed {
            if let Some(segment) = segments.get_mut(place) {
                scorer.score_again(dicts, &hits, Arc::make_mut(segment), &rows);
            }
        }
    }

    /// What depends on the other events.
    fn rank(&self, segments: &mut [Arc<Segment>], dicts: &DictSet, compared: &compare::Compared) {
        let judgment = &self.base.judgment;
        judgment.rank(segments, dicts, &self.sets.snapshot(), &judgment.rules.lifted(&compared.lifts));
    }

    /// Takes the rules on more than one event out of the column of hits: they are asked again, with the new events.
    fn drop_comparisons(&self, segments: &mut [Arc<Segment>]) {
        let (sets, rules) = (self.sets.snapshot(), &self.base.judgment.rules);
        let without = |set: u32| {
            let all = sets.get(set);
            let single: Vec<u32> = all.iter().copied().filter(|rule| !rules.compares(*rule)).collect();
            if single.len() == all.len() { set } else { self.sets.number(&single) }
        };
        let numbers: Vec<u32> = (0..sets.len()).map(without).collect();
        if (0u32..).zip(&numbers).all(|(set, number)| set == *number) {
            return;
        }
        for segment in segments {
            let mut column = Vec::with_capacity(segment.len());
            segment.hit_column().for_each(|_, set| {
                column.push(u64::from(numbers.get(set as usize).copied().unwrap_or_default()));
            });
            Arc::make_mut(segment).set_hits(&column);
        }
    }

    /// Adds hits of rules on more than one event to the column of hits: (row, rule), in order.
    fn add_hits(&self, segments: &mut [Arc<Segment>], hits: &[(u32, u32)]) {
        let sets = self.sets.snapshot();
        let mut start = 0u32;
        for segment in segments {
            let end = start.saturating_add(segment.len() as u32);
            let from = hits.partition_point(|(row, _)| *row < start);
            let to = hits.partition_point(|(row, _)| *row < end);
            let own = hits.get(from..to).unwrap_or_default();
            if !own.is_empty() {
                let mut numbers = Vec::with_capacity(segment.len());
                segment.hit_column().for_each(|_, set| numbers.push(set));
                for of_row in own.chunk_by(|a, b| a.0 == b.0) {
                    let Some(slot) = of_row.first().and_then(|hit| numbers.get_mut((hit.0 - start) as usize))
                    else {
                        continue;
                    };
                    let mut all = sets.get(*slot as u32).to_vec();
                    all.extend(of_row.iter().map(|hit| hit.1));
                    *slot = u64::from(self.sets.number(&all));
                }
                Arc::make_mut(segment).set_hits(&numbers);
            }
            start = end;
        }
    }
}

/// Compares what raw records say.
struct Same<'a> {
    records: &'a Records,
    dicts: DictSet,
}

impl SameContent for Same<'_> {
    fn same(&mut self, a: Locator, b: Locator) -> bool {
        let (Ok(a), Ok(b)) = (self.records.get(a), self.records.get(b)) else { return false };
        says_the_same(&a, &b)
    }

    fn same_identity(&mut self, a: u32, b: u32) -> bool {
        let text = |id| self.dicts.column(Column::Identity).get(id).as_bytes();
        says_the_same(text(a), text(b))
    }
}

/// Whether two JSON texts say the same, whatever their spacing and the order of their keys.
fn says_the_same(a: &[u8], b: &[u8]) -> bool {
    match (serde_json::from_slice::<Value>(a), serde_json::from_slice::<Value>(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}

#[cfg(test)]
pub(crate) mod tests;
