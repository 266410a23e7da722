//! The last step of a load: one order of time over all segments, and each event once.
//!
//! Rows are ordered by (time, id, place), which does not depend on which worker
//! read what first. Of records with the same id the first stays: the others are
//! folded into it when they say the same, and stand beside it, flagged as a
//! conflict, when they do not. That is a sign of tampering and is never hidden.

pub mod before;
mod gather;

use std::hash::BuildHasher as _;
use std::sync::Arc;

use self::before::Before;
pub(super) use self::gather::{Room, gather};

use crate::memory::Keeping;
use crate::store::Column;
use crate::store::flags::Flags;
use crate::store::segment::{Locator, Segment};

/// The most rows of a finished segment.
pub const SEGMENT_ROWS: usize = 1 << 20;

/// A row before it has its final number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    pub(super) time: i64,
    pub(super) segment: u32,
    pub(super) row: u32,
}

/// What loading ended with.
#[derive(Clone, Default, Debug)]
pub struct Finished {
    /// All events once, in order of time, also across segments.
    pub segments: Vec<Arc<Segment>>,
    /// Where else an event was met: (row, place), in order of row.
    pub origins: Arc<[(u32, Locator)]>,
    /// How many records were folded into another one.
    pub duplicates: u64,
    /// How many events share their id with an event of other content.
    pub conflicts: u64,
    /// Rows that were not there before; empty for a load that does not go on.
    pub fresh: Vec<u32>,
}

/// Whether the raw records at two places say the same; asked only when their bytes differ.
pub trait SameContent {
    /// Compares two raw records by meaning.
    fn same(&mut self, a: Locator, b: Locator) -> bool;

    /// Compares two values of the column of identities by meaning.
    fn same_identity(&mut self, a: u32, b: u32) -> bool {
        a == b
    }
}

impl<F: FnMut(Locator, Locator) -> bool> SameContent for F {
    fn same(&mut self, a: Locator, b: Locator) -> bool {
        self(a, b)
    }
}

/// Merges, orders and folds. `ranks` orders files by something that does not depend on who read
/// them first; files without a rank come last.
pub fn finish(segments: &[Arc<Segment>], ranks: &[u32], same: &mut dyn SameContent) -> Finished {
    finish_after(&Before::default(), segments, ranks, same, None)
}

/// As [`finish`], where the first segments were finished before and others have come. What is needed on the way takes the
/// memory that `kept_memory` has, which is let go before what stays is made.
pub fn finish_after(
    before: &Before<'_>,
    segments: &[Arc<Segment>],
    ranks: &[u32],
    same: &mut dyn SameContent,
    kept_memory: Option<Keeping>,
) -> Finished {
    let mut order = in_order(segments, ranks);
    let folded = fold(before, segments, &order, same);
    let kept = Kept::new(&folded, order.len());
    let mut origins: Vec<(u32, Locator)> = folded
        .into
        .iter()
        .map(|&(gone, keeper)| (kept.row(keeper), locator(segments, order[gone as usize])))
        .filter(|(_, at)| !before.is_replaced(*at))
        .collect();
    let (carried, fresh) = before.carry(segments, &order, &folded, &kept);
    origins.extend(carried);
    origins.sort_unstable();
    origins.dedup();
    let marks = Marks::new(&origins, &folded, &kept, order.len());
    let mut old = 0u32;
    order.retain(|_| {
        old += 1;
        !folded.gone(old - 1)
    });
    let mut room = Room::new(order.len().min(SEGMENT_ROWS));
    drop(kept_memory);
    let gathered = order.chunks(SEGMENT_ROWS).enumerate().map(|(i, places)| {
        let marks = marks.slice(i * SEGMENT_ROWS, places.len());
        Arc::new(gather(segments, places, marks, before.keep_content, &mut room))
    });
    Finished {
        segments: gathered.collect(),
        duplicates: origins.len() as u64,
        origins: origins.into(),
        conflicts: folded.conflicts.len() as u64,
        fresh,
    }
}

/// Where rows of the order stand once those that were folded away are gone.
struct Kept {
    /// Empty where nothing was folded: every row stays where it is.
    rows: Vec<u32>,
}

impl Kept {
    fn new(folded: &Folded, len: usize) -> Self {
        let mut rows = Vec::new();
        if !folded.into.is_empty() {
            rows = vec![0u32; len];
            let mut kept = 0u32;
            for (old, row) in rows.iter_mut().enumerate() {
                *row = kept;
                kept += u32::from(!folded.gone(old as u32));
            }
        }
        Self { rows }
    }

    fn row(&self, at: u32) -> u32 {
        if self.rows.is_empty() { at } else { self.rows.get(at as usize).copied().unwrap_or_default() }
    }
}

fn locator(segments: &[Arc<Segment>], place: Place) -> Locator {
    segments[place.segment as usize].locator(place.row as usize)
}

/// All rows by time, then id, then place.
fn in_order(segments: &[Arc<Segment>], ranks: &[u32]) -> Vec<Place> {
    let mut order = Vec::with_capacity(segments.iter().map(|s| s.len()).sum());
    for (number, segment) in segments.iter().enumerate() {
        let place = |(row, time): (usize, i64)| Place { time, segment: number as u32, row: row as u32 };
        order.extend(segment.time.iter().enumerate().map(place));
    }
    // Segments are sorted runs and mostly follow each other, which this sort is made for.
    order.sort_by_key(|p| p.time);
    let id = |p: &Place| segments[p.segment as usize].id[p.row as usize];
    let place = |p: &Place| {
        let at = locator(segments, *p);
        (ranks.get(at.file as usize).copied().unwrap_or(u32::MAX), at)
    };
    for ties in order.chunk_by_mut(|a, b| a.time == b.time) {
        if ties.len() > 1 {
            // Ids tell nearly all apart; where records stand is looked up for the rest alone.
            ties.sort_unstable_by(|a, b| id(a).cmp(&id(b)).then_with(|| place(a).cmp(&place(b))));
        }
    }
    order
}

/// Which rows go, and which are in conflict; rows are positions in the order.
#[derive(Default)]
struct Folded {
    /// (the row that goes, the row that keeps it), by the first.
    into: Vec<(u32, u32)>,
    /// Rows that share their id with a row of other content.
    conflicts: Vec<u32>,
    /// Of each row whether it goes; empty when none does.
    gone: Vec<bool>,
}

impl Folded {
    fn gone(&self, row: u32) -> bool {
        self.gone.get(row as usize).copied().unwrap_or(false)
    }

    /// The row that keeps one that goes.
    fn keeper(&self, row: u32) -> Option<u32> {
        let at = self.into.binary_search_by_key(&row, |f| f.0).ok()?;
        self.into.get(at).map(|f| f.1)
    }
}

/// Extra flags of the kept rows, by final row number; empty when there are none.
struct Marks(Vec<Flags>);

impl Marks {
    fn new(origins: &[(u32, Locator)], folded: &Folded, kept: &Kept, rows: usize) -> Self {
        if origins.is_empty() && folded.conflicts.is_empty() {
            return Self(Vec::new());
        }
        let mut marks = vec![Flags::default(); rows - folded.into.len()];
        let conflicts = folded.conflicts.iter().map(|&row| (kept.row(row), Flags::CONFLICT));
        for (row, flag) in origins.iter().map(|origin| (origin.0, Flags::DUPLICATE)).chain(conflicts) {
            if let Some(mark) = marks.get_mut(row as usize) {
                *mark = mark.with(flag);
            }
        }
        Self(marks)
    }

    fn slice(&self, from: usize, len: usize) -> &[Flags] {
        self.0.get(from..from + len).unwrap_or_default()
    }
}

/// Finds the rows with the same id, bucket by bucket so that each fits into the cache.
fn fold(
    before: &Before<'_>,
    segments: &[Arc<Segment>],
    order: &[Place],
    same: &mut dyn SameContent,
) -> Folded {
    // Ids are random or hashes, but their sender chose them: a secret factor keeps them from colliding at will.
    let secret = foldhash::fast::RandomState::default().hash_one(0) as u128 | 1;
    let key = |p: Place| {
        let segment = &segments[p.segment as usize];
        (segment.id[p.row as usize], segment.column(Column::Account).id(p.row as usize))
    };
    // The number of an odd id may be that of another kind of id.
    let kind = |row: u32| {
        let place = order[row as usize];
        let flags = segments[place.segment as usize].flags(place.row as usize);
        (flags.has(Flags::ODD_ID), flags.has(Flags::NO_ID))
    };
    let hash = |(id, account): (u128, u32)| {
        let mixed = ((id >> 64) ^ u128::from(account)).wrapping_mul(secret)
            ^ (id & u128::from(u64::MAX)).wrapping_mul(secret << 1 | 1);
        ((mixed ^ mixed >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32
    };
    let hashes: Vec<u32> = order.iter().map(|&p| hash(key(p)) as u32).collect();
    let shift = 32 - (order.len() / 2048).max(1).ilog2().min(16);
    let buckets = partition(&hashes, shift);
    let mut folded = Folded::default();
    let mut table: Vec<u32> = Vec::new();
    let mut groups: Vec<(u32, u32)> = Vec::new();
    for bucket in buckets.iter() {
        same_ids(
            bucket,
            &hashes,
            |a, b| key(order[a as usize]) == key(order[b as usize]) && kind(a) == kind(b),
            &mut table,
            &mut groups,
        );
    }
    groups.sort_unstable();
    for group in groups.chunk_by(|a, b| a.0 == b.0) {
        fold_group(before, segments, order, group, same, &mut folded);
    }
    folded.into.sort_unstable();
    folded.conflicts.sort_unstable();
    if !folded.into.is_empty() {
        folded.gone = vec![false; order.len()];
        folded.into.iter().for_each(|&(row, _)| folded.gone[row as usize] = true);
    }
    folded
}

/// Positions by the upper bits of their hash.
struct Partition {
    rows: Vec<u32>,
    ends: Vec<usize>,
}

impl Partition {
    fn iter(&self) -> impl Iterator<Item = &[u32]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let bucket = &self.rows[start..end];
            start = end;
            bucket
        })
    }
}

fn partition(hashes: &[u32], shift: u32) -> Partition {
    let bucket = |hash: u32| hash.checked_shr(shift).unwrap_or(0) as usize;
    let mut ends = vec![0usize; 1 << (32 - shift)];
    for &hash in hashes {
        ends[bucket(hash)] += 1;
    }
    let mut next = 0;
    for end in &mut ends {
        let count = *end;
        *end = next;
        next += count;
    }
    let mut rows = vec![0; hashes.len()];
    for (row, &hash) in hashes.iter().enumerate() {
        let slot = &mut ends[bucket(hash)];
        rows[*slot] = row as u32;
        *slot += 1;
    }
    Partition { rows, ends }
}

/// Adds (first row, later row) to `groups` for each row of the bucket whose key was there before.
fn same_ids(
    bucket: &[u32],
    hashes: &[u32],
    equal: impl Fn(u32, u32) -> bool,
    table: &mut Vec<u32>,
    groups: &mut Vec<(u32, u32)>,
) {
    const FREE: u32 = u32::MAX;
    let size = (bucket.len() * 2).next_power_of_two();
    table.clear();
    table.resize(size, FREE);
    for &row in bucket {
        let hash = hashes[row as usize];
        let mut slot = hash as usize & (size - 1);
        loop {
            match table[slot] {
                FREE => {
                    table[slot] = row;
                    break;
                }
                first if hashes[first as usize] == hash && equal(first, row) => {
                    groups.push((first, row));
                    break;
                }
                _ => slot = (slot + 1) & (size - 1),
            }
        }
    }
}

/// Decides for the rows of one id who stays.
fn fold_group(
    before: &Before<'_>,
    segments: &[Arc<Segment>],
    order: &[Place],
    group: &[(u32, u32)],
    same: &mut dyn SameContent,
    folded: &mut Folded,
) {
    let content = |row: u32| {
        let p = order[row as usize];
        segments[p.segment as usize].content.get(p.row as usize).copied()
    };
    let mut kept = vec![group[0].0];
    for &(_, row) in group {
        let place = locator(segments, order[row as usize]);
        let twin = kept.iter().copied().find(|&k| {
            let other = locator(segments, order[k as usize]);
            if content(k).is_some() && content(k) == content(row) {
                return true;
            }
            if before.is_replaced(place) || before.is_replaced(other) {
                return same_columns(segments, order[k as usize], order[row as usize], same);
            }
            same.same(other, place)
        });
        match twin {
            Some(keeper) => folded.into.push((row, keeper)),
            None => kept.push(row),
        }
    }
    if kept.len() > 1 {
        folded.conflicts.extend(kept);
    }
}

/// Whether two rows have the same values: of what cannot be read again that is all that is known.
fn same_columns(segments: &[Arc<Segment>], a: Place, b: Place, same: &mut dyn SameContent) -> bool {
    let of = |p: Place| (&segments[p.segment as usize], p.row as usize);
    let ((x, i), (y, j)) = (of(a), of(b));
    a.time == b.time
        && x.asides.iter().zip(&y.asides).all(|(x, y)| x.get(i) == y.get(j))
        && Column::ALL.into_iter().all(|column| {
            let (x, y) = (x.column(column).id(i), y.column(column).id(j));
            x == y || column == Column::Identity && same.same_identity(x, y)
        })
}

#[cfg(test)]
mod tests;
