//! A board: what a view other than the list of events shows, as panels of rows, maps and charts.
//!
//! A view makes its board from the events ([`request`]), on a worker; a board is plain data and keeps the snapshot
//! that it was made from. Here is what all boards have in common: a cursor in each panel ([`spot`]), an
//! order, a place on the screen ([`flow`]), and that every row leads somewhere ([`Lead`]), to events of [`exact`]ly its value.
//!
//! A new view needs a function that makes its panels and a [`request::Wanted`] that asks for them; keys,
//! cursors, sorting and drawing come with the board.

pub mod cell;
pub mod chart;
pub mod exact;
pub mod fit;
pub mod flow;
pub mod hours;
pub mod request;
pub mod shown;
pub mod spot;

use std::sync::Arc;

pub use cell::{Cell, Head};

use crate::console::app::page::Scope;
use crate::event::field::Field;
use crate::ingest::status::Reject;
use crate::investigation::Investigation;
use crate::profile::subject::Subject;
use chart::{Activity, Heat, Scatter};
use hours::Hours;

/// What a view shows.
#[derive(Clone, Debug)]
pub struct Board {
    /// The events that it speaks of: rows are rows of these.
    pub inv: Arc<Investigation>,
    /// Its panels, in the order in which tab goes through them.
    pub panels: Vec<Panel>,
    /// What is said instead where there are none. Hostile.
    pub said: String,
    /// How many lines are kept free for the notes of the row under the cursor.
    pub notes: u16,
}

/// A box of a board.
#[derive(Clone, Debug)]
pub struct Panel {
    /// What it is called, also in the next board of the same view.
    pub name: &'static str,
    /// Whose cursor it has: mostly its own; two panels that show the same things share one.
    pub spot: &'static str,
    /// What stands above it. Hostile.
    pub title: String,
    /// What is in it.
    pub body: Body,
    /// What is said where nothing is in it: what would fill it.
    pub empty: String,
    /// How high it is.
    pub size: Size,
    /// In which column it is, where there are two, and where there are three.
    pub columns: [u8; 2],
}

/// How high a panel is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Size {
    /// As many rows as it has, at most so many.
    Rows(u16),
    /// All the room that is left, at least so many lines with the border.
    Fill(u16),
    /// So many lines with the border.
    Lines(u16),
}

/// What is in a panel.
#[derive(Clone, Debug)]
pub enum Body {
    /// Rows.
    Table(Table),
    /// Events by weekday and hour.
    Heat(Box<Heat>),
    /// Activity over time.
    Activity(Activity),
    /// Points by two numbers.
    Scatter(Scatter),
    /// Which hours are covered.
    Hours(Box<Hours>),
}

/// Rows with columns.
#[derive(Clone, Default, Debug)]
pub struct Table {
    /// The headings; none where the rows need none.
    pub heads: Vec<Head>,
    /// The rows.
    pub items: Vec<Item>,
    /// The column that the cursor is in until it is moved.
    pub begin: usize,
}

/// A row.
#[derive(Clone, Debug)]
pub struct Item {
    /// By what it is known again in the next board. Hostile.
    pub id: String,
    /// What it shows, a cell for each heading.
    pub cells: Vec<Cell>,
    /// Where it leads.
    pub lead: Lead,
    /// The field and value that it is about, to be kept, dropped, counted and copied. Hostile.
    pub value: Option<(Field, String)>,
    /// Who is behind it, where it is about more than one.
    pub whom: Option<Subject>,
    /// What else there is to say of it.
    pub notes: Vec<Note>,
}

/// Something to say of a row.
#[derive(Clone, PartialEq, Debug)]
pub struct Note {
    /// What stands in front: points, the name of a feature. Hostile.
    pub label: String,
    /// A part of a whole, drawn as a bar; 0-1.
    pub share: Option<f64>,
    /// What it says. Hostile.
    pub text: String,
}

/// Where a row leads.
#[derive(Clone, Debug)]
pub enum Lead {
    /// Nowhere.
    Nothing,
    /// To all events of the page.
    All,
    /// To the events with its value.
    Value,
    /// To an event: a row of the table.
    Event(u32),
    /// To the events of a scope, within those of the page.
    Within(Box<Scope>),
    /// To the events of a scope, whatever page it is on.
    Instead(Box<Scope>),
    /// To what a hunt shows: its name.
    Hunt(String),
    /// To a profile.
    Profile(Subject),
    /// To the bytes of what could not be read.
    Bytes(Box<Reject>),
}

impl Board {
    /// One that only says something.
    pub fn saying(inv: &Arc<Investigation>, said: impl Into<String>) -> Self {
        Self { inv: inv.clone(), panels: Vec::new(), said: said.into(), notes: 0 }
    }

    /// The place of the panel of that name.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.panels.iter().position(|panel| panel.name == name)
    }
}

impl Panel {
    /// A panel with its own cursor.
    pub fn new(name: &'static str, title: impl Into<String>, body: Body) -> Self {
        let title = title.into();
        Self { name, spot: name, title, body, empty: String::new(), size: Size::Rows(8), columns: [0, 0] }
    }

    /// What it says when it is empty.
    #[must_use]
    pub fn or(self, empty: impl Into<String>) -> Self {
        Self { empty: empty.into(), ..self }
    }

    /// How high it is, and in which column of two and of three.
    #[must_use]
    pub fn at(self, size: Size, columns: [u8; 2]) -> Self {
        Self { size, columns, ..self }
    }

    /// With the cursor of another panel.
    #[must_use]
    pub fn with_spot(self, spot: &'static str) -> Self {
        Self { spot, ..self }
    }

    /// Its rows, where it has any.
    pub fn table(&self) -> Option<&Table> {
        match &self.body {
            Body::Table(table) => Some(table),
            _ => None,
        }
    }

    /// How many places the cursor has in it.
    pub fn len(&self) -> usize {
        match &self.body {
            Body::Table(table) => table.items.len(),
            Body::Heat(heat) => heat.len(),
            Body::Activity(activity) => activity.points.len(),
            Body::Scatter(scatter) => scatter.odd.len(),
            Body::Hours(hours) => hours.len(),
        }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there is more to say of any of its places than what stands there.
    pub fn has_notes(&self) -> bool {
        match &self.body {
            Body::Table(table) => table.items.iter().any(|item| !item.notes.is_empty()),
            _ => !self.is_empty(),
        }
    }

    /// Where the cursor is until it is moved: at what stands out most.
    pub fn begin(&self) -> usize {
        match &self.body {
            Body::Heat(heat) => heat.fullest(),
            Body::Activity(activity) => activity.highest(),
            Body::Hours(hours) => hours.begin(),
            Body::Table(_) | Body::Scatter(_) => 0,
        }
    }
}

impl Table {
    /// Rows below headings.
    pub fn new(heads: Vec<Head>, items: Vec<Item>) -> Self {
        Self { heads, items, begin: 0 }
    }

    /// With the cursor in that column until it is moved.
    #[must_use]
    pub fn beginning(self, column: &str) -> Self {
        let begin = self.heads.iter().position(|head| head.name == column).unwrap_or(0);
        Self { begin, ..self }
    }
}

impl Item {
    /// A row that leads nowhere.
    pub fn new(id: impl Into<String>, cells: Vec<Cell>) -> Self {
        Self { id: id.into(), cells, lead: Lead::Nothing, value: None, whom: None, notes: Vec::new() }
    }

    /// Leads there.
    #[must_use]
    pub fn to(self, lead: Lead) -> Self {
        Self { lead, ..self }
    }

    /// Is about a value, and leads to the events that have it.
    #[must_use]
    pub fn of(self, field: Field, value: impl Into<String>) -> Self {
        Self { value: Some((field, value.into())), lead: Lead::Value, ..self }
    }

    /// Is about a value, wherever it leads.
    #[must_use]
    pub fn about(self, field: Field, value: impl Into<String>) -> Self {
        Self { value: Some((field, value.into())), ..self }
    }

    /// Somebody is behind it.
    #[must_use]
    pub fn behind(self, whom: Subject) -> Self {
        Self { whom: Some(whom), ..self }
    }

    /// Has more to say.
    #[must_use]
    pub fn noting(self, notes: Vec<Note>) -> Self {
        Self { notes, ..self }
    }
}

impl Note {
    /// A label and a text.
    pub fn new(label: impl Into<String>, text: impl Into<String>) -> Self {
        Self { label: label.into(), share: None, text: text.into() }
    }
}
