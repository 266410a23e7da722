//! How often each kind of event happened.

use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::store::Column;
use crate::store::ints::each_row;
use crate::store::segment::Segment;

/// How rare each kind of event is: 15 for once, one less for each doubling.
pub(super) fn rarities(segments: &[Arc<Segment>]) -> Kinds {
    let mut counts = Kinds::default();
    for segment in segments {
        let (event, source) = (segment.column(Column::Event), segment.column(Column::Source));
        each_row([event, source], segment.len(), |_, [event, source]| *counts.of(event, source) += 1);
    }
    for count in counts.first.iter_mut().map(|(_, n)| n).chain(counts.rest.values_mut()) {
        *count = 15u32.saturating_sub((*count).max(1).ilog2());
    }
    counts
}

/// A number for each kind of event: for each name and source. Hardly any name has more than one source.
#[derive(Default)]
pub(super) struct Kinds {
    /// By name: the first source that it was met with.
    first: Vec<(u32, u32)>,
    rest: HashMap<(u32, u32), u32, FixedState>,
}

impl Kinds {
    #[inline]
    pub(super) fn of(&mut self, event: u32, source: u32) -> &mut u32 {
        const NONE: u32 = u32::MAX;
        let at = event as usize;
        if self.first.len() <= at {
            self.first.resize(at + 1, (NONE, 0));
        }
        match self.first.get_mut(at) {
            Some(slot) if slot.0 == source || slot.0 == NONE => {
                slot.0 = source;
                &mut slot.1
            }
            _ => self.rest.entry((event, source)).or_default(),
        }
    }
}
