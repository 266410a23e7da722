//! What lies over the page: prompts, the palette, help, pickers, tables of values, questions.
//!
//! Overlays are a stack. A key goes to the one on top and to no other; closing it shows what lies below.

pub mod bytes;
pub mod chooser;
pub mod frequency;
pub mod prompt;
pub mod results;

use super::action::{Action, Edge};
use super::casework::{Delivery, Work};
use super::keymap::Context;
use super::rules::editor::Editor;
use crate::event::time::Time;
use bytes::Bytes;
use chooser::{Chooser, Purpose};
use frequency::Frequency;
use prompt::Prompt;
use results::Results;

/// One thing that lies over the page.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// A line to type a query or a search in.
    Prompt(Box<Prompt>),
    /// A list to choose from, narrowed by typing.
    Chooser(Box<Chooser>),
    /// How often each value of a field occurs.
    Frequency(Box<Frequency>),
    /// The bytes of what could not be read.
    Bytes(Box<Bytes>),
    /// A rule that is edited.
    Editor(Box<Editor>),
    /// A part of the timeline that is being chosen.
    Span(Span),
    /// What would go out, before it does.
    Preview(Box<Preview>),
    /// What came of something.
    Results(Box<Results>),
    /// A question before something is done.
    Confirm {
        /// The question.
        question: String,
        /// What is done on yes.
        then: Then,
    },
}

/// What is done when a question is answered with yes.
#[derive(Clone, Debug)]
pub enum Then {
    /// This action.
    Act(Action),
    /// Saves the rule that is edited as it is.
    Save,
    /// Asks for this change of the case.
    Work(Box<Work>),
    /// Lets this out.
    Deliver(Box<Delivery>),
    /// Leaves as soon as nothing is under way.
    Leave,
}

/// A part of the timeline that is being chosen. It is kept as times, in milliseconds since the epoch: the stretches of
/// the timeline become others when events come or the screen is resized.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// The first instant, and the first one behind; never the same.
    pub edges: (i64, i64),
    /// Whether it is the left edge that moves.
    pub left: bool,
}

/// How far edges can move: the ends of the timeline, and the length of a stretch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reach {
    /// The first instant, and the first one behind.
    pub ends: (i64, i64),
    /// The length of a stretch; more than 0.
    pub step: i64,
}

impl Span {
    /// The times of the edges: the first instant, and the first one behind.
    pub fn times(&self) -> (Time, Time) {
        (Time::from_millis(self.edges.0), Time::from_millis(self.edges.1))
    }

    /// Moves the edges; they stay in their order, and on the timeline.
    pub fn change(&mut self, edge: Edge, reach: Reach) {
        const FAR: i64 = 10;
        let (from, to) = self.edges;
        // Both are moved by half of what lies between them, in whole stretches.
        let half = ((to - from) / 2 / reach.step * reach.step).max(reach.step);
        match edge {
            Edge::Other => self.left = !self.left,
            Edge::Left => self.shift(-1, reach),
            Edge::Right => self.shift(1, reach),
            Edge::FarLeft => self.shift(-FAR, reach),
            Edge::FarRight => self.shift(FAR, reach),
            Edge::Earlier => {
                let by = half.min(from - reach.ends.0).max(0);
                self.edges = (from - by, to - by);
            }
            Edge::Later => {
                let by = half.min(reach.ends.1 - to).max(0);
                self.edges = (from + by, to + by);
            }
        }
    }

    /// Moves one edge by stretches. One that lies beyond the timeline, or nearer to the other than a stretch, which is
    /// so on a new timeline, is never moved the other way by that.
    fn shift(&mut self, by: i64, Reach { ends, step }: Reach) {
        let (from, to) = self.edges;
        self.edges = match self.left {
            true => ((from + by * step).clamp(ends.0.min(from), (to - step).max(from)), to),
            false => (from, (to + by * step).clamp((from + step).min(to), ends.1.max(to))),
        };
    }
}

/// What would go out, to the letter.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Its lines. Hostile.
    pub lines: Vec<String>,
    /// The first line that is seen.
    pub top: usize,
    /// Whether there is anybody to send it to.
    pub ready: bool,
    /// What is sent.
    pub send: Delivery,
}

impl Overlay {
    /// Which keys work in it.
    pub fn context(&self) -> Context {
        match self {
            Self::Prompt(_) => Context::Prompt,
            Self::Chooser(chooser) => match chooser.purpose {
                Purpose::Palette => Context::Palette,
                Purpose::Help => Context::Help,
                _ => Context::Picker,
            },
            Self::Frequency(_) => Context::Table,
            Self::Bytes(_) | Self::Results(_) => Context::Bytes,
            Self::Editor(_) => Context::Editor,
            Self::Span(_) => Context::Brush,
            Self::Preview(_) => Context::Input,
            Self::Confirm { .. } => Context::Confirm,
        }
    }

    /// The line that is typed in, where there is one.
    pub fn line_mut(&mut self) -> Option<&mut super::line::Line> {
        match self {
            Self::Prompt(prompt) => Some(&mut prompt.line),
            Self::Chooser(chooser) => Some(&mut chooser.line),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn edges_move_one_by_one_together_and_never_past_each_other() {
        let reach = Reach { ends: (0, 61), step: 1 };
        let mut span = Span { edges: (10, 21), left: true };
        for (edge, edges) in [
            (Edge::Left, (9, 21)),
            (Edge::FarRight, (19, 21)),
            (Edge::FarRight, (20, 21)),
            (Edge::FarLeft, (10, 21)),
            (Edge::Other, (10, 21)),
            (Edge::FarRight, (10, 31)),
            (Edge::Earlier, (0, 21)),
            (Edge::Later, (10, 31)),
        ] {
            span.change(edge, reach);
            assert_eq!(span.edges, edges, "{edge:?}");
        }
    }

    proptest! {
        #[test]
        fn edges_stay_in_order_and_on_the_timeline_whatever_it_becomes(
            steps in proptest::collection::vec((0..Edge::ALL.len(), 1i64..40, 0i64..90, 1i64..90), 0..60),
        ) {
            let mut span = Span { edges: (30, 60), left: true };
            for (edge, step, from, length) in steps {
                let (was, ends) = (span, (from, from + length));
                span.change(Edge::ALL[edge], Reach { ends, step });
                prop_assert!(span.edges.0 < span.edges.1);
                prop_assert!(span.edges.0 >= ends.0.min(was.edges.0) && span.edges.1 <= ends.1.max(was.edges.1));
                let right = matches!(Edge::ALL[edge], Edge::Right | Edge::FarRight | Edge::Later);
                let left = matches!(Edge::ALL[edge], Edge::Left | Edge::FarLeft | Edge::Earlier);
                let (lower, higher) = (span.edges < was.edges, span.edges > was.edges);
                prop_assert!(!(right && lower || left && higher));
            }
        }
    }
}
