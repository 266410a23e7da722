//! Rows of several segments as one segment: column by column, in the order of places.
//!
//! Nothing is decided here; which rows, and in which order, is what the places say.

use std::sync::Arc;

use super::Place;
use crate::store::Column;
use crate::store::flags::Flags;
use crate::store::ints::{Ints, Width as _};
use crate::store::segment::{Segment, aggregated};
use crate::store::sparse::Sparse;
use crate::store::times::Times;

/// What numbers are gathered as before they are packed: half as wide takes half the room.
trait Narrowed: Copy + Into<u64> {
    fn of(number: u64) -> Self;
}

impl Narrowed for u64 {
    fn of(number: u64) -> Self {
        number
    }
}

impl Narrowed for u32 {
    fn of(number: u64) -> Self {
        number as Self
    }
}

/// Appends the numbers at `places`, which fit into `T`. Where all sources have the same width, it is looked at once.
fn gather_ints<T: Narrowed>(sources: &[&Ints], places: &[Place], out: &mut Vec<T>) {
    macro_rules! all_of {
        ($width:ident) => {
            sources
                .iter()
                .map(|s| if let Ints::$width(v) = s { Some(v.as_slice()) } else { None })
                .collect::<Option<Vec<_>>>()
        };
    }
    macro_rules! gather {
        ($slices:expr) => {
            out.extend(places.iter().map(|p| {
                let number = $slices.get(p.segment as usize).and_then(|s| s.get(p.row as usize));
                T::of(number.map_or(0, |n| n.wide()))
            }))
        };
    }
    if let Some(slices) = all_of!(U16) {
        gather!(slices);
    } else if let Some(slices) = all_of!(U8) {
        gather!(slices);
    } else if let Some(slices) = all_of!(U24) {
        gather!(slices);
    } else if let Some(slices) = all_of!(U32) {
        gather!(slices);
    } else {
        out.extend(
            places
                .iter()
                .map(|p| T::of(sources.get(p.segment as usize).map_or(0, |s| s.get(p.row as usize)))),
        );
    }
}

/// Copies the rows at `places` into one segment; hashes of their text only where they are asked for.
pub(in crate::store) fn gather(
    segments: &[Arc<Segment>],
    places: &[Place],
    marks: &[Flags],
    content: bool,
) -> Segment {
    let mut scratch: Vec<u32> = Vec::with_capacity(places.len());
    let mut packed = |column: &dyn Fn(&Segment) -> &Ints, pack: fn(&[u32]) -> Ints| {
        scratch.clear();
        let sources: Vec<&Ints> = segments.iter().map(|s| column(s)).collect();
        if sources.iter().any(|source| source.is_wide()) {
            let mut wide: Vec<u64> = Vec::with_capacity(places.len());
            gather_ints(&sources, places, &mut wide);
            return Ints::pack(&wide);
        }
        gather_ints(&sources, places, &mut scratch);
        pack(&scratch)
    };
    let columns = std::array::from_fn(|c| {
        let pack = if c == Column::Identity as usize { Ints::pack_tight } else { Ints::pack };
        packed(&move |s: &Segment| &s.columns[c], pack)
    });
    let offset = packed(&|s| &s.offset, Ints::pack_tight);
    let mut ints = |column: &dyn Fn(&Segment) -> &Ints| packed(column, Ints::pack);
    let (file, part, hits) = (ints(&|s| &s.file), ints(&|s| &s.part), ints(&|s| &s.hits));
    let mut flags = ints(&|s| &s.flags);
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
