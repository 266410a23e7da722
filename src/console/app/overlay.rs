//! What lies over the page: prompts, the palette, help, pickers, tables of values, questions.
//!
//! Overlays are a stack. A key goes to the one on top and to no other; closing it shows what lies below.

pub mod bytes;
pub mod chooser;
pub mod frequency;
pub mod prompt;
pub mod results;

use super::action::{Action, Edge};
use super::casework::Delivery;
use super::keymap::Context;
use super::rules::editor::Editor;
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
        action: Action,
    },
}

/// A part of the timeline that is being chosen, in stretches of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// The first and the last stretch.
    pub edges: (usize, usize),
    /// Whether it is the left edge that moves.
    pub left: bool,
    /// How many stretches there are; never 0.
    pub count: usize,
}

impl Span {
    /// Moves the edges; they stay in their order, and on the timeline.
    pub fn change(&mut self, edge: Edge) {
        const FAR: isize = 10;
        let last = self.count.saturating_sub(1);
        let (from, to) = self.edges;
        match edge {
            Edge::Other => self.left = !self.left,
            Edge::Left => self.shift(-1),
            Edge::Right => self.shift(1),
            Edge::FarLeft => self.shift(-FAR),
            Edge::FarRight => self.shift(FAR),
            Edge::Earlier => {
                let by = from.min(((to - from) / 2).max(1));
                self.edges = (from - by, to - by);
            }
            Edge::Later => {
                let by = last.saturating_sub(to).min(((to - from) / 2).max(1));
                self.edges = (from + by, to + by);
            }
        }
    }

    fn shift(&mut self, by: isize) {
        let (from, to) = self.edges;
        self.edges = match self.left {
            true => (from.saturating_add_signed(by).min(to), to),
            false => (from, to.saturating_add_signed(by).clamp(from, self.count.saturating_sub(1))),
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
        let mut span = Span { edges: (10, 20), left: true, count: 60 };
        for (edge, edges) in [
            (Edge::Left, (9, 20)),
            (Edge::FarRight, (19, 20)),
            (Edge::FarRight, (20, 20)),
            (Edge::FarLeft, (10, 20)),
            (Edge::Other, (10, 20)),
            (Edge::FarRight, (10, 30)),
            (Edge::Earlier, (0, 20)),
            (Edge::Later, (10, 30)),
        ] {
            span.change(edge);
            assert_eq!(span.edges, edges, "{edge:?}");
        }
    }

    proptest! {
        #[test]
        fn edges_stay_on_the_timeline(
            steps in proptest::collection::vec(0..Edge::ALL.len(), 0..60), count in 1usize..90, at in 0usize..90,
        ) {
            let mut span = Span { edges: (at.min(count - 1), count - 1), left: true, count };
            for step in steps {
                span.change(Edge::ALL[step]);
                prop_assert!(span.edges.0 <= span.edges.1 && span.edges.1 < count);
            }
        }
    }
}
