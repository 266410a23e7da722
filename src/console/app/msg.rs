//! What comes in, and what is asked of the world outside.

use std::sync::Arc;

use super::answer::{Answer, CountRequest, Request};
use super::board::Board;
use super::board::request::BoardRequest;
use super::casework::{Delivery, Sighting, Sights, Told, Work};
use super::key::Key;
use super::naming::{Named, Naming};
use super::overlay::frequency::Counted;
use super::rules::work::{RuleNews, RuleWork};
use crate::detect::rules::Rules;
use crate::event::field::Field;
use crate::ingest::status::{Reject, Status};
use crate::investigation::Investigation;
use crate::investigation::look::Look;
use crate::query::group::Group;

/// A load that will take the place of what is loaded.
#[derive(Clone, Debug)]
pub struct Adding {
    /// All its sources.
    pub sources: Arc<[String]>,
    /// How it is getting on.
    pub status: Arc<Status>,
}

/// Something that has happened.
#[derive(Debug)]
pub enum Msg {
    /// A key was pressed.
    Key(Key),
    /// Text was pasted. Hostile.
    Paste(String),
    /// The mouse did something.
    Mouse(Mouse),
    /// The screen has another size, in columns and rows.
    Resize(u16, u16),
    /// A new snapshot of the events.
    Loaded(Arc<Investigation>),
    /// Rows have been found.
    Answered(Box<Answer>),
    /// A record has been read, or not: the id of the event, and the bytes or why not.
    Record(String, Result<Vec<u8>, String>),
    /// A record that is to be copied has been read, or not.
    ToCopy(Result<Vec<u8>, String>),
    /// Values have been counted and put in order: which request that answers, and where the value of the cursor is.
    Counted(u64, Arc<Counted>, Option<usize>),
    /// The most frequent values of a field have been counted.
    Values(Field, Vec<Group>),
    /// A view has its board: which request it answers.
    Board(u64, Arc<Board>),
    /// Another source is being loaded, or why not. Hostile.
    Adding(Result<Adding, String>),
    /// The bytes of what could not be read.
    Looked(Box<Reject>, Look),
    /// Paths that begin as one that is being typed, and that one. Hostile.
    Paths(String, Vec<String>),
    /// Something came of work on a rule.
    Rule(RuleNews),
    /// Something came of work on the case, or of what left the console.
    Told(Told),
    /// The indicators of the case have been held against what is loaded.
    Sighted(Arc<Sights>),
    /// It is known what a text names.
    Named(String, Named),
    /// Time has passed.
    Tick,
}

/// What the mouse did, and where: column and row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Mouse {
    Click(u16, u16),
    WheelUp(u16, u16),
    WheelDown(u16, u16),
}

/// Something to be done outside.
#[derive(Debug)]
pub enum Effect {
    /// Find rows.
    Ask(Box<Request>),
    /// Read the record of an event: its id, the events, its row.
    Read(String, Arc<Investigation>, u32),
    /// Read the record of an event to copy it: the events, its row.
    ReadToCopy(Arc<Investigation>, u32),
    /// Count values, or put them in order.
    Count(Box<CountRequest>),
    /// Let go of values: that takes its time where there are many.
    Discard(Arc<Counted>),
    /// Find what a text names.
    Name(Box<Naming>),
    /// Count the most frequent values of a field.
    Values(Field, Arc<Investigation>),
    /// Make the board of a view.
    Board(Box<BoardRequest>),
    /// Load these sources, in place of what is loaded.
    Load(Arc<[String]>),
    /// Pause following the sources, or go on.
    Pause(bool),
    /// Judge what comes by these rules.
    Rules(Arc<Rules>),
    /// Look at the bytes of what could not be read.
    Look(Arc<Investigation>, Box<Reject>),
    /// Find paths that begin like this.
    Paths(String),
    /// Work on a rule.
    Rule(RuleWork),
    /// Change the case.
    Case(Work),
    /// Hold the indicators of the case against what is loaded.
    Sight(Sighting),
    /// Let something out.
    Deliver(Box<Delivery>),
    /// Put text on the clipboard.
    Copy(String),
    /// Take the mouse from the terminal, or give it back.
    Mouse(bool),
    /// Draw everything anew.
    Redraw,
    /// Go into the background.
    Suspend,
    /// Leave.
    Quit,
}
