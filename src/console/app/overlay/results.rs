//! Lines that tell what came of something: the examples of a rule, what an import could not take.

use crate::console::app::action::Motion;
use crate::console::app::scroll;

/// How a line is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// It did as it should.
    Good,
    /// It did not.
    Bad,
    /// It says more of the line above.
    More,
}

/// The lines.
#[derive(Clone, Debug)]
pub struct Results {
    /// What stands above them. Hostile.
    pub title: String,
    /// What they say. Hostile.
    pub lines: Vec<(Tone, String)>,
    /// The first line that is seen.
    pub top: usize,
}

/// How many lines are seen on a screen of that height.
pub fn lines_seen(height: u16) -> usize {
    usize::from(height.saturating_sub(8)).max(1)
}

impl Results {
    /// With these lines.
    pub fn new(title: String, lines: Vec<(Tone, String)>) -> Self {
        Self { title, lines, top: 0 }
    }

    /// Moves the part that is seen.
    pub fn scroll(&mut self, motion: Motion, size: (u16, u16)) {
        let seen = lines_seen(size.1);
        let steps = self.lines.len().saturating_sub(seen) + 1;
        self.top = scroll::moved(self.top, motion, steps, seen);
    }
}
