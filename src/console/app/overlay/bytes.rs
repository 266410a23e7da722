//! The bytes around something that could not be read, as numbers and letters.

use crate::console::app::action::Motion;
use crate::console::app::scroll;
use crate::ingest::status::Reject;
use crate::investigation::look::Look;

/// The bytes.
#[derive(Clone, Debug)]
pub struct Bytes {
    /// What could not be read.
    pub reject: Reject,
    /// The bytes; `None` while they are being read.
    pub look: Option<Look>,
    /// The first line that is seen; `None`: not moved yet, and the line of the fault is seen.
    pub top: Option<usize>,
}

/// How many bytes a line has on a screen of that width.
pub fn per_line(width: u16) -> usize {
    if width >= 90 { 16 } else { 8 }
}

/// How many lines are seen on a screen of that height.
pub fn lines_seen(height: u16) -> usize {
    usize::from(height.saturating_sub(10)).max(1)
}

impl Bytes {
    /// Of that reject; the bytes are still to come.
    pub fn new(reject: Reject) -> Self {
        Self { reject, look: None, top: None }
    }

    /// How many lines there are.
    pub fn len(&self, width: u16) -> usize {
        self.look.as_ref().map_or(0, |look| look.bytes.len().div_ceil(per_line(width)))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.look.as_ref().is_none_or(|look| look.bytes.is_empty())
    }

    /// The place of the byte that is meant, among those that are there.
    pub fn at(&self) -> Option<usize> {
        let look = self.look.as_ref()?;
        let at = usize::try_from(self.reject.offset?.checked_sub(look.from)?).ok()?;
        (at < look.bytes.len()).then_some(at)
    }

    /// The first line that is seen.
    pub fn top(&self, size: (u16, u16)) -> usize {
        let seen = lines_seen(size.1);
        let last = self.len(size.0).saturating_sub(seen);
        let begin = || self.at().map_or(0, |at| (at / per_line(size.0)).saturating_sub(seen / 3));
        self.top.unwrap_or_else(begin).min(last)
    }

    /// Moves the part that is seen.
    pub fn scroll(&mut self, motion: Motion, size: (u16, u16)) {
        let (seen, len) = (lines_seen(size.1), self.len(size.0));
        let to = scroll::moved(self.top(size), motion, len.saturating_sub(seen) + 1, seen);
        self.top = Some(to);
    }
}
