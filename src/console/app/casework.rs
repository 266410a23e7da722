//! What is done with a case, and what leaves the console: asked for as data, carried out by the shell.
//!
//! The state knows the case as [`Known`], a picture of one moment. Whatever changes it goes out as [`Work`], whatever
//! leaves the console as [`Delivery`]; what came of either comes back as [`Told`]. Nothing is taken for done before it is.

use std::collections::HashSet;
use std::sync::Arc;

use super::overlay::frequency::Counted;
use crate::case::Contents;
use crate::case::matching::{self, Sight};
use crate::case::model::{Entry, Hunt, Indicator, NewIndicator, Position, State, Subject};
use crate::investigation::Investigation;
use crate::query::order::Sort;
use crate::query::run::Selection;
use crate::score::Level;

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
    /// Moves a finding or an incident to a state, with what came of it; decided on at that revision.
    State(Subject, State, String, Option<i64>),
    /// Opens an incident from a finding.
    Incident(i64),
    /// Puts a finding into an incident, or takes it out: incident, finding.
    Group(i64, i64, bool),
    /// Opens an incident for each rule of these, with what it found.
    Gather(Arc<Investigation>, Ruled),
    /// Writes a note.
    Note(Subject, String),
    /// Puts a tag on something, or takes it off.
    Tag(Subject, String, bool),
    /// Keeps a hunt.
    Hunt {
        /// What it is called.
        name: String,
        /// What it asks.
        query: String,
        /// The name of the view that shows it.
        view: String,
        /// The hunt of that name that it may replace.
        seen: Option<Hunt>,
    },
    /// Takes something out.
    Remove(Removed),
    /// Brings in the indicators of a file.
    Import(String),
    /// Keeps where one stands; makes no case for that alone.
    Stand(Position),
    /// Takes back the last change of this console.
    Undo,
}

/// Which rules open incidents.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ruled {
    /// Those at or above a level.
    Least(Level),
    /// The one of that id.
    One(String),
}

/// What is taken out of a case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Removed {
    /// The indicator of that number.
    Indicator(i64),
    /// The hunt of that name, as it was.
    Hunt(Hunt),
    /// The mark of the event of that id.
    Mark(String),
    /// The note of that number, as it was at that revision.
    Note(i64, i64),
}

/// The indicators of a case, to be held against what is loaded.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// What is loaded.
    pub inv: Arc<Investigation>,
    /// The case.
    pub known: Arc<Known>,
}

impl Sighting {
    /// Holds them against it.
    pub fn answer(self) -> Sights {
        let indicators = &self.known.contents.indicators;
        let found = matching::matches(&self.inv, indicators.iter().map(|i| (i.kind, i.value.as_str())));
        let seen = indicators.iter().map(|i| i.id).zip(found.seen).collect();
        Sights { inv: self.inv, version: self.known.version, seen, rows: found.rows }
    }
}

/// Which indicators of the case are seen in what is loaded.
#[derive(Clone, Debug)]
pub struct Sights {
    /// What is loaded.
    pub inv: Arc<Investigation>,
    version: u64,
    seen: Vec<(i64, Sight)>,
    rows: Selection,
}

impl PartialEq for Sights {
    fn eq(&self, other: &Self) -> bool {
        self.version == other.version && Arc::ptr_eq(&self.inv, &other.inv)
    }
}

impl Sights {
    /// Whether an event shows one; rows are those of `inv`, which must be what they were held against.
    pub fn has(&self, inv: &Arc<Investigation>, row: u32) -> bool {
        Arc::ptr_eq(&self.inv, inv) && self.rows.contains(&inv.table, row)
    }

    /// How many events show the indicator of that number.
    pub fn events(&self, indicator: &Indicator) -> u64 {
        let found = self.seen.iter().find(|(id, _)| *id == indicator.id);
        found.map_or(0, |(_, sight)| sight.events)
    }

    /// How many indicators are seen, and in how many events.
    pub fn totals(&self) -> (u64, u64) {
        let seen = self.seen.iter().filter(|(_, sight)| sight.events > 0).count();
        (seen as u64, self.rows.count() as u64)
    }
}

/// Something that leaves the console.
#[derive(Clone, Debug)]
pub enum Delivery {
    /// A file with what the view shows.
    Export(Export, Target),
    /// The indicators of the case.
    Indicators(Vec<Indicator>, Target),
    /// The report as PDF, of these sources.
    Report(Arc<Investigation>, Arc<[String]>, Target),
    /// What would go out about an event: nothing is sent.
    Preview(Arc<Investigation>, Place, Subject),
    /// Has the user's own browser open an address of the AWS console.
    Open(String),
    /// Sends what was shown before.
    Send(Arc<Investigation>, u32, Subject),
}

impl Delivery {
    /// The file that is written.
    pub fn target(&self) -> Option<&Target> {
        match self {
            Self::Export(_, target) | Self::Indicators(_, target) | Self::Report(_, _, target) => {
                Some(target)
            }
            Self::Preview(..) | Self::Open(_) | Self::Send(..) => None,
        }
    }

    /// The same, which may replace a file that is there.
    pub fn replacing(mut self) -> Self {
        if let Self::Export(_, target) | Self::Indicators(_, target) | Self::Report(_, _, target) = &mut self
        {
            target.replace = true;
        }
        self
    }

    /// What is done, in words, where leaving meanwhile would lose it.
    pub fn words(&self) -> Option<String> {
        match self {
            Self::Export(_, target) | Self::Indicators(_, target) => Some(format!("writing {}", target.path)),
            Self::Report(_, _, target) => Some(format!("making the report {}", target.path)),
            Self::Send(..) => Some("sending a message".to_owned()),
            Self::Preview(..) | Self::Open(_) => None,
        }
    }

    /// The key that asks for it.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Export(..) => "x",
            Self::Indicators(..) => "> in view 6",
            Self::Report(..) => "p",
            Self::Preview(..) | Self::Send(..) => "S",
            Self::Open(_) => "w",
        }
    }
}

/// Which event is meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// That of a row.
    Row(u32),
    /// That of an id, if it is loaded.
    Id(String),
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
    /// The values of a field.
    Values(Arc<Counted>),
    /// Rows of a panel below their headings. Hostile.
    Rows(Vec<String>, Vec<Vec<String>>),
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Told {
    /// What is in the case now.
    Case(Arc<Known>),
    /// Where one stood when one left.
    Stood(Position),
    /// What an import could not take: the name of the file, and why. Hostile.
    Faults(String, Vec<String>),
    /// Something was done.
    Done(String),
    /// Something failed, and why. Hostile.
    Failed(String),
    /// Something takes its time.
    Busy(String),
    /// There is such a file: whether it may be replaced is asked. What is done on yes.
    Exists(Box<Delivery>),
    /// What was handed over is done, or has failed: the first that [`Delivery::words`] tells of.
    Delivered,
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
