//! A report as it is read: sections of headings, sentences, tables and charts, in no form yet.
//!
//! What is reported is decided once, here; how it looks is the duty of each form
//! (`pdf`, `html`, `markdown`), and a form leaves nothing out. Texts are as they stand
//! in the log: a form makes them safe for itself. Nothing here knows a font, a page or
//! a tag, and nothing here looks at a clock, so that the same input gives the same bytes.

use crate::event::time::Time;
use crate::score::Level;

/// A report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Paper {
    /// The title, as on the cover.
    pub title: String,
    /// One sentence below the title.
    pub subtitle: String,
    /// How far the report may travel, as `TLP:AMBER`; on the cover and each page. Empty: not said.
    pub classification: String,
    /// What the cover states: case, analyst, tool, hashes.
    pub facts: Vec<(String, Text)>,
    /// What stands at the foot of each page, beside the page's number.
    pub footer: String,
    /// When the report was made.
    pub made: Option<Time>,
    /// The sections in reading order.
    pub sections: Vec<Section>,
}

/// A section with a number of its own in the contents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// The name that links inside the document use: lower case, digits and `-`; unique in a paper.
    pub anchor: String,
    /// The title.
    pub title: String,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// Something that stands on its own between others.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A heading inside of a section; the anchor is empty where nothing leads to it.
    Heading {
        /// The words.
        title: String,
        /// The name for links, as in [`Section`].
        anchor: String,
    },
    /// A paragraph.
    Text(Text),
    /// Points, each a paragraph.
    List(Vec<Text>),
    /// Names and what they are.
    Facts(Vec<(String, Text)>),
    /// Rows under a head.
    Table(Table),
    /// Text that keeps its lines, as a record or a query; wrapped where it is too wide.
    Code {
        /// What it is; may be empty.
        caption: String,
        /// The lines.
        text: String,
        /// The name for links, as in [`Section`]; may be empty.
        anchor: String,
    },
    /// A picture of numbers.
    Chart(Chart),
}

/// A line of text in pieces that look different.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text(pub Vec<Run>);

/// A piece of text of one look.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// The words.
    pub text: String,
    /// How they look.
    pub look: Look,
    /// The anchor that they lead to; empty: none. A link never leaves the document.
    pub to: String,
}

/// How a piece of text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// As everything.
    #[default]
    Plain,
    /// Pointed out.
    Strong,
    /// Of less weight.
    Muted,
    /// A value out of a log: an ARN, a key, an address. Breaks at `/ : - _ .` where it must.
    Value,
    /// In the color of a level of risk; the words say it too.
    Level(Level),
}

/// Rows under a head.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// What the table shows; may be empty.
    pub caption: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, each with a cell for each column.
    pub rows: Vec<Vec<Text>>,
    /// How many rows there are that are not shown, and where they are; shown as a last line.
    pub more: Option<(u64, String)>,
}

/// A column of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Column {
    /// The head.
    pub title: String,
    /// The share of the width, against the sum of all columns.
    pub share: u16,
    /// Numbers stand at the right.
    pub right: bool,
}

/// A picture of numbers. Each form draws it by its own means; one that cannot says the numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// The marks.
    pub marks: Marks,
}

/// The marks of a chart.
#[derive(Clone, Debug, PartialEq)]
pub enum Marks {
    /// A bar for each name, longest first or in a given order.
    Bars {
        /// What the lengths count, as `events`.
        unit: String,
        /// Names and lengths.
        bars: Vec<Bar>,
    },
    /// Stacked bars over time.
    Activity {
        /// The start of each bucket, and how long each is in seconds.
        start: Time,
        /// Seconds in a bucket.
        step: i64,
        /// Per bucket the number of events by level, from none to critical.
        buckets: Vec<[u64; 5]>,
    },
    /// Points on two axes.
    Scatter {
        /// What the horizontal axis measures.
        x: String,
        /// What the vertical axis measures.
        y: String,
        /// The points that are ordinary.
        normal: Vec<(f64, f64)>,
        /// The points that are not.
        odd: Vec<(f64, f64)>,
    },
    /// A field of cells, as hours by weekdays.
    Field {
        /// Names of the rows.
        rows: Vec<String>,
        /// Names of the columns.
        columns: Vec<String>,
        /// Counts, a row after the other.
        cells: Vec<Vec<u64>>,
    },
}

/// A bar.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bar {
    /// Its name.
    pub name: String,
    /// Its length.
    pub value: f64,
    /// The level whose color it has; none: the ordinary color.
    pub level: Option<Level>,
}

impl Text {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Words as everything looks.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::new().and(Look::Plain, text)
    }

    /// A value out of a log.
    pub fn value(text: impl Into<String>) -> Self {
        Self::new().and(Look::Value, text)
    }

    /// The same with more words behind it.
    #[must_use]
    pub fn and(mut self, look: Look, text: impl Into<String>) -> Self {
        self.0.push(Run { text: text.into(), look, to: String::new() });
        self
    }

    /// The same with words behind it that lead to an anchor.
    #[must_use]
    pub fn link(mut self, look: Look, text: impl Into<String>, to: impl Into<String>) -> Self {
        self.0.push(Run { text: text.into(), look, to: to.into() });
        self
    }

    /// The words alone.
    pub fn words(&self) -> String {
        self.0.iter().map(|run| run.text.as_str()).collect()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::plain(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::plain(text)
    }
}

impl Column {
    /// A column of words with its share of the width.
    pub fn new(title: impl Into<String>, share: u16) -> Self {
        Self { title: title.into(), share, right: false }
    }

    /// A column of numbers.
    #[must_use]
    pub fn right(self) -> Self {
        Self { right: true, ..self }
    }
}
