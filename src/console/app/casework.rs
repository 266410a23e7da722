//! What is done with a case, and what leaves the console: asked for as data, carried out by the shell.
//!
//! The state knows the case as [`Known`], a picture of one moment. Whatever changes it goes out as [`Work`], whatever
//! leaves the console as [`Delivery`]; what came of either comes back as [`Told`]. Nothing is taken for done before it is.

use std::collections::HashSet;
use std::sync::Arc;

use super::overlay::prompt::Asking;
use crate::case::Contents;
use crate::case::model::{Entry, NewIndicator, State, Subject};
use crate::investigation::Investigation;
use crate::query::order::Sort;
use crate::query::run::Selection;

/// What was in the case when it was looked at last.
#[derive(Clone, Default, Debug)]
pub struct Known {
    /// Which picture it is; two of one number are the same.
    pub version: u64,
    /// What is in it.
    pub contents: Contents,
    /// Its history, the latest entry first.
    pub history: Vec<Entry>,
    marks: HashSet<String>,
}

impl PartialEq for Known {
    fn eq(&self, other: &Self) -> bool {
        self.version == other.version
    }
}

impl Known {
    /// A picture of a case.
    pub fn new(version: u64, contents: Contents, history: Vec<Entry>) -> Self {
        let marks = contents.marks.iter().map(|mark| mark.event.clone()).collect();
        Self { version, contents, history, marks }
    }

    /// Whether the event of that id is marked.
    pub fn is_marked(&self, event: &str) -> bool {
        !self.marks.is_empty() && self.marks.contains(event)
    }

    /// Whether any event is marked.
    pub fn has_marks(&self) -> bool {
        !self.marks.is_empty()
    }
}

/// A change of the case.
#[derive(Clone, Debug)]
pub enum Work {
    /// Marks an event, or takes its mark away.
    Mark(String, bool),
    /// Brings in a row of these events as a finding; where a selection is given, its whole burst in there.
    Add(Arc<Investigation>, u32, Option<Arc<Selection>>),
    /// Brings in something to look out for.
    Indicator(Box<NewIndicator>),
    /// Moves a finding or an incident to a state; decided on at that revision.
    State(Subject, State, Option<i64>),
    /// Writes a note.
    Note(Subject, String),
    /// Puts a tag on something.
    Tag(Subject, String),
    /// Takes back the last change of this console.
    Undo,
}

/// Something that leaves the console.
#[derive(Clone, Debug)]
pub enum Delivery {
    /// A file with what the view shows.
    Export(Export, Target),
    /// The report as PDF.
    Report(Arc<Investigation>, Target),
    /// What would go out about an event: nothing is sent.
    Preview(Arc<Investigation>, u32, Subject),
    /// Has the user's own browser open an address of the AWS console.
    Open(String),
    /// Sends what was shown before.
    Send(Arc<Investigation>, u32, Subject),
}

/// A file to write.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// Its path, as it was typed.
    pub path: String,
    /// Whether a file that is there may be replaced.
    pub replace: bool,
}

/// What is exported.
#[derive(Clone, Debug)]
pub enum Export {
    /// Events, in this order.
    Events(Arc<Investigation>, Arc<Selection>, Sort),
    /// Rows of a panel below their headings. Hostile.
    Rows(Vec<String>, Vec<Vec<String>>),
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Told {
    /// What is in the case now.
    Case(Arc<Known>),
    /// Something was done.
    Done(String),
    /// Something failed, and why. Hostile.
    Failed(String),
    /// Something takes its time.
    Busy(String),
    /// There is such a file: whether it may be replaced is asked.
    Exists(Asking, String),
    /// What would go out, to the letter, and whether it can be sent.
    Preview {
        /// The text. Hostile.
        text: String,
        /// Whether there is anybody to send it to.
        ready: bool,
        /// What is sent on enter.
        send: Box<Delivery>,
    },
}
