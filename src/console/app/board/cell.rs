//! What stands in the rows of a board: typed, so that it can be put in order and drawn in the zone of the clock.

use std::cmp::Ordering;

use crate::event::time::Time;

/// A heading.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Head {
    /// What it says.
    pub name: &'static str,
    /// The most columns that it takes.
    pub most: u16,
    /// The fewest with which it says something.
    pub least: u16,
    /// When room is short the highest goes first; those with 0 stay.
    pub spare: u8,
}

impl Head {
    /// A column that takes what it needs and is never left out.
    pub const fn new(name: &'static str) -> Self {
        Self { name, most: 44, least: u16::MAX, spare: 0 }
    }

    /// A column of text that can be cut down to `least`.
    pub const fn text(name: &'static str, least: u16, most: u16) -> Self {
        Self { name, most, least, spare: 0 }
    }

    /// Left out when room is short, those with higher numbers first.
    #[must_use]
    pub const fn spare(self, spare: u8) -> Self {
        Self { spare, ..self }
    }
}

/// What stands in a row below a heading. Texts are hostile.
#[derive(Clone, PartialEq, Debug)]
pub enum Cell {
    /// A text.
    Text(String),
    /// A text that matters less.
    Dim(String),
    /// A text that deserves a second look.
    Warn(String),
    /// What happened, in the color of its risk.
    Event(String, u8),
    /// Risk points.
    Risk(u8),
    /// How a call ended.
    Outcome(&'static str),
    /// A count.
    Count(u64),
    /// A number with so many digits behind the point.
    Number(f64, u8),
    /// A part of the whole, 0-1.
    Share(f64),
    /// A time.
    Time(Time),
    /// Counts over time.
    Spark(Vec<u32>),
    /// A name, of which the first letter is shown, for each thing that can be reached, and whether it was.
    Marks(Vec<(String, bool)>),
    /// Something in a tree: how deep, whether it is what was asked for, its name.
    Tree(u32, bool, String),
}

impl Cell {
    /// Which of two comes first, from the least to the greatest.
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Risk(a), Self::Risk(b)) => a.cmp(b),
            (Self::Count(a), Self::Count(b)) => a.cmp(b),
            (Self::Number(a, _), Self::Number(b, _)) | (Self::Share(a), Self::Share(b)) => a.total_cmp(b),
            (Self::Time(a), Self::Time(b)) => a.cmp(b),
            (Self::Spark(a), Self::Spark(b)) => a.iter().max().cmp(&b.iter().max()),
            (Self::Marks(a), Self::Marks(b)) => reached(a).cmp(&reached(b)),
            _ => self.text().cmp(other.text()),
        }
    }

    /// Whether the greatest of such cells is looked at first.
    pub const fn falls(&self) -> bool {
        matches!(
            self,
            Self::Risk(_)
                | Self::Count(_)
                | Self::Number(..)
                | Self::Share(_)
                | Self::Spark(_)
                | Self::Marks(_)
        )
    }

    /// Whether it stands at the right of its column.
    pub const fn is_number(&self) -> bool {
        matches!(self, Self::Count(_) | Self::Number(..))
    }

    /// What it says, as text for a file. Hostile.
    pub fn plain(&self) -> String {
        match self {
            Self::Risk(n) => n.to_string(),
            Self::Count(n) => n.to_string(),
            Self::Number(n, digits) => format!("{n:.*}", usize::from(*digits)),
            Self::Share(n) => format!("{n:.4}"),
            Self::Time(time) if time.is_known() => time.to_string(),
            Self::Spark(counts) => counts.iter().map(u32::to_string).collect::<Vec<_>>().join(" "),
            Self::Marks(marks) => {
                let names = marks.iter().filter(|(_, on)| *on).map(|(name, _)| name.as_str());
                names.collect::<Vec<_>>().join(", ")
            }
            cell => cell.text().to_owned(),
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Text(text)
            | Self::Dim(text)
            | Self::Warn(text)
            | Self::Event(text, _)
            | Self::Tree(_, _, text) => text,
            Self::Outcome(text) => text,
            _ => "",
        }
    }
}

fn reached(marks: &[(String, bool)]) -> usize {
    marks.iter().filter(|(_, reached)| *reached).count()
}
