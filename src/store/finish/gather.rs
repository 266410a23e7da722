//! Rows of several segments as one segment: column by column, in the order of places.
//!
//! Nothing is decided here; which rows, and in which order, is what the places say.

use std::sync::Arc;

use super::Place;
use crate::store::Column;
use crate::store::flags::Flags;
use crate::store::ints::Ints;
use crate::store::segment::{Segment, aggregated};
use crate::store::sparse::Sparse;
use crate::store::times::Times;

/// Room for a column on its way, for one segment after the other.
#[derive(Default)]
pub(in crate::store) struct Room {
    /// Where rows stand when the segments that have any of them are put one behind the other.
    rows: Vec<u32>,
    /// A column of all rows of these segments.
    pool: Vec<u32>,
    /// The same of the rows that are wanted, in their order.
    scratch: Vec<u32>,
}

impl Room {
    /// For so many rows.
    pub(super) fn new(rows: usize) -> Self {
        let room = || Vec::with_capacity(rows);
        Self { rows: room(), pool: room(), scratch: room() }
    }
}

/// Rows on their way into one segment.
struct Gathering<'a> {
    segments: &'a [Arc<Segment>],
    places: &'a [Place],
    /// The segments that have any; `None` where the rows are few among those of their segments.
    used: Option<Vec<bool>>,
    room: &'a mut Room,
}

/// Where there are more rows than so many times those that are wanted, each is looked up by itself.
const WORTH_ALL: usize = 4;

impl<'a> Gathering<'a> {
    fn new(segments: &'a [Arc<Segment>], places: &'a [Place], room: &'a mut Room) -> Self {
        let mut used = vec![false; segments.len()];
        for place in places {
            used[place.segment as usize] = true;
        }
        let mut next = 0usize;
        let mut starts = vec![0usize; segments.len()];
        for ((segment, start), used) in segments.iter().zip(&mut starts).zip(&used) {
            *start = next;
            next += if *used { segment.len() } else { 0 };
        }
        let is_worth_it = next <= places.len().saturating_mul(WORTH_ALL) && u32::try_from(next).is_ok();
        room.rows.clear();
        if is_worth_it {
            let row = |p: &Place| starts[p.segment as usize] as u32 + p.row;
            room.rows.extend(places.iter().map(row));
        }
        Self { segments, places, used: is_worth_it.then_some(used), room }
    }

    /// The numbers of a column, packed by `pack` unless they are wider than it takes.
    fn ints(&mut self, column: impl Fn(&Segment) -> &Ints, pack: fn(&[u32]) -> Ints) -> Ints {
        let Self { segments, places, used, room: Room { rows, pool, scratch } } = self;
        let number = |p: &Place| column(&segments[p.segment as usize]).get(p.row as usize);
        if segments.iter().any(|segment| column(segment).is_wide()) {
            return Ints::pack(&places.iter().map(number).collect::<Vec<u64>>());
        }
        scratch.clear();
        match used {
            Some(used) => {
                pool.clear();
                for (segment, _) in segments.iter().zip(&*used).filter(|(_, used)| **used) {
                    column(segment).extend_ids(pool);
                }
                scratch.extend(rows.iter().map(|&row| pool[row as usize]));
            }
            None => scratch.extend(places.iter().map(|p| number(p) as u32)),
        }
        pack(scratch)
    }
}

/// Copies the rows at `places` into one segment; hashes of their text only where they are asked for.
pub(in crate::store) fn gather(
    segments: &[Arc<Segment>],
    places: &[Place],
    marks: &[Flags],
    content: bool,
    room: &mut Room,
) -> Segment {
    let mut gathering = Gathering::new(segments, places, room);
    let columns = std::array::from_fn(|c| {
        let pack = if c == Column::Identity as usize { Ints::pack_tight } else { Ints::pack };
        gathering.ints(|segment| &segment.columns[c], pack)
    });
    let offset = gathering.ints(|segment| &segment.offset, Ints::pack_tight);
    let mut ints = |column: fn(&Segment) -> &Ints| gathering.ints(column, Ints::pack);
    let (file, part, hits) = (ints(|s| &s.file), ints(|s| &s.part), ints(|s| &s.hits));
    let mut flags = ints(|s| &s.flags);
    if !marks.is_empty() {
        let marked: Vec<u64> = (0..places.len())
            .map(|i| flags.get(i) | marks.get(i).map_or(0, |m| u64::from(m.bits())))
            .collect();
        flags = Ints::pack(&marked);
    }
    let of = |p: &Place| (&segments[p.segment as usize], p.row as usize);
    let mut have: Vec<u32> = Vec::new();
    flags.for_each(|row, bits| {
        if Flags::from_bits(bits as u32).has(Flags::ASIDE) {
            have.push(row as u32);
        }
    });
    let asides = std::array::from_fn(|a| {
        let mut hints = vec![0; segments.len()];
        Sparse::new(have.iter().filter_map(|row| {
            let place = places.get(*row as usize)?;
            let (segment, at) = of(place);
            Some((*row, segment.asides[a].get_near(at, &mut hints[place.segment as usize])))
        }))
    });
    Segment {
        columns,
        asides,
        file,
        offset,
        part,
        aggregated: aggregated(&flags),
        flags,
        hits,
        time: Times::narrowed(places.iter().map(|p| p.time)),
        id: places.iter().map(|p| of(p).0.id[of(p).1]).collect(),
        content: if content {
            places.iter().filter_map(|p| of(p).0.content.get(of(p).1).copied()).collect()
        } else {
            Vec::new()
        },
        risk: places.iter().filter_map(|p| of(p).0.risk.get(of(p).1).copied()).collect(),
        context: Vec::new(),
        burst: None,
    }
}
