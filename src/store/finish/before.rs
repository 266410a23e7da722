//! What was finished before, where a load goes on: its rows are merged with new ones as if all had come at once.
//!
//! Where duplicates of an event stood is kept by row, and rows move when others come between them; so that is
//! carried along here, and it is told which rows are new. A record that was there before under another place is not.

use std::sync::Arc;

use super::{Folded, Kept, Place};
use crate::store::segment::{Locator, Segment};

/// What was finished before; nothing by default.
#[derive(Clone, Copy, Default, Debug)]
pub struct Before<'a> {
    /// How many of the segments are of that time; they come first.
    pub segments: usize,
    /// Where else their events were met: (row, place), in order of row.
    pub origins: &'a [(u32, Locator)],
    /// By number, which files were read anew since: that an event stood there as well says nothing, as it is the
    /// same file.
    pub replaced: &'a [bool],
    /// Whether hashes of the text are kept, because more will come.
    pub keep_content: bool,
}

impl Before<'_> {
    /// Whether a place is in a file that was read anew since.
    pub(super) fn is_replaced(&self, at: Locator) -> bool {
        self.replaced.get(at.file as usize).copied().unwrap_or(false)
    }

    /// The origins by their new rows, and the rows that are new.
    pub(super) fn carry(
        &self,
        segments: &[Arc<Segment>],
        order: &[Place],
        folded: &Folded,
        kept: &Kept,
    ) -> (Vec<(u32, Locator)>, Vec<u32>) {
        if !self.keep_content {
            // Nobody asks what is new in a load that ends here.
            return (Vec::new(), Vec::new());
        }
        let is_new = |place: &Place| place.segment as usize >= self.segments;
        // An event that was known stays so when an earlier place takes over.
        let mut known: Vec<u32> = Vec::new();
        for &(gone, keeper) in &folded.into {
            if order.get(gone as usize).is_some_and(|place| !is_new(place)) {
                known.push(keeper);
            }
        }
        known.sort_unstable();
        let fresh = (0u32..)
            .zip(order)
            .filter(|(at, place)| is_new(place) && !folded.gone(*at) && known.binary_search(at).is_err());
        let fresh = fresh.map(|(at, _)| kept.row(at)).collect();
        (self.moved(segments, order, folded, kept), fresh)
    }

    fn moved(
        &self,
        segments: &[Arc<Segment>],
        order: &[Place],
        folded: &Folded,
        kept: &Kept,
    ) -> Vec<(u32, Locator)> {
        if self.origins.is_empty() {
            return Vec::new();
        }
        let mut starts = Vec::with_capacity(self.segments);
        let mut rows = 0usize;
        for segment in segments.iter().take(self.segments) {
            starts.push(rows);
            rows += segment.len();
        }
        let mut now = vec![0u32; rows];
        for (at, place) in (0u32..).zip(order) {
            let Some(start) = starts.get(place.segment as usize) else { continue };
            if let Some(slot) = now.get_mut(start + place.row as usize) {
                *slot = kept.row(folded.keeper(at).unwrap_or(at));
            }
        }
        let moved = |&(row, place): &(u32, Locator)| Some((*now.get(row as usize)?, place));
        self.origins.iter().filter(|(_, at)| !self.is_replaced(*at)).filter_map(moved).collect()
    }
}
