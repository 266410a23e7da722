//! What lies over the page: prompts, the palette, help, pickers, tables of values, questions.
//!
//! Overlays are a stack. A key goes to the one on top and to no other; closing it shows what lies below.

pub mod bytes;
pub mod chooser;
pub mod frequency;
pub mod prompt;
pub mod results;

use super::action::Action;
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
