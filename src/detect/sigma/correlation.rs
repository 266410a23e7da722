//! A Sigma correlation: what several events, that rules found, mean together.
//!
//! A document is read here into what is to be counted, over which rules, in which groups and how long a window.
//! Nothing is searched and no event is seen: the windows slide in [`crate::detect::correlate`], and whoever holds the events
//! resolves the fields of a group. Which rules a correlation refers to is known only once all are
//! read: [`resolve`] links them and puts them in the order in which they can be run.

mod bounds;
mod order;
mod read;
mod sequence;
mod timespan;

use std::collections::BTreeMap;

pub use bounds::{Bound, Bounds, Compare};
pub use order::{Known, Link, Resolved, resolve};
pub(super) use read::{known_keys, paths};
pub use sequence::Sequence;
pub(super) use timespan::timespan;

use super::condition::Condition;

/// By alias and rule, which field is meant.
pub type Aliases = BTreeMap<String, BTreeMap<String, Vec<String>>>;

/// A correlation that has been checked.
#[derive(Clone, Debug)]
pub struct Correlation {
    /// Its id, else its name, else the name of its file.
    pub id: String,
    /// The name under which other correlations can refer to it.
    pub name: Option<String>,
    /// What it is called.
    pub title: String,
    /// `informational`, `low`, `medium`, `high`, `critical`; empty where it does not say.
    pub level: String,
    /// What else is said of it: `attack.t1098`.
    pub tags: Vec<String>,
    /// The file.
    pub file: String,
    /// The line where the document begins, from 1.
    pub line: usize,
    /// What is looked for.
    pub kind: Kind,
    /// The ids or names of the rules that it is about, each once, in the order of the file.
    pub rules: Vec<String>,
    /// The fields whose values make a group, or aliases; empty: all events are one group.
    pub group_by: Vec<Vec<String>>,
    /// By alias and rule (as in `rules`), which field is meant.
    pub aliases: Aliases,
    /// How long a window is, in milliseconds.
    pub span: i64,
    /// What the measure of a window has to be; empty for the temporal kinds, which have conditions instead.
    pub bounds: Bounds,
    /// The fields whose values are measured; empty for kinds that measure none.
    pub fields: Vec<Vec<String>>,
    /// Whether the rules that it is about report their own hits as well.
    pub generate: bool,
    /// On which line each of `rules` stands.
    lines: Vec<usize>,
    /// On which line each alias stands.
    alias_lines: BTreeMap<String, usize>,
}

/// What a correlation looks for in a window.
#[derive(Clone, PartialEq, Debug)]
pub enum Kind {
    /// How many events there are. An event that several of the rules match counts once.
    EventCount,
    /// How many different values the fields have.
    ValueCount,
    /// Which rules matched, in any order. One event can stand for several rules.
    Temporal {
        /// The condition over `rules`.
        condition: Condition,
        /// Whether more events can only help: there is no `not` in it.
        grows: bool,
    },
    /// Which rules matched, in the order of `rules`: any of these. Each step needs an event of its own; events
    /// of the same millisecond are in every order, as a log does not tell.
    TemporalOrdered(Vec<Sequence>),
    /// The sum of the values.
    ValueSum,
    /// Their mean.
    ValueAvg,
    /// The value below or at which so many percent lie, by nearest rank: a value that is there. `value_min`,
    /// `value_median` and `value_max` are 0, 50 and 100.
    ValuePercentile(f64),
}

impl Kind {
    /// Whether the values that it measures are numbers.
    pub const fn is_numeric(&self) -> bool {
        matches!(self, Self::ValueSum | Self::ValueAvg | Self::ValuePercentile(_))
    }

    /// Whether it asks which rules matched instead of measuring.
    pub const fn is_temporal(&self) -> bool {
        matches!(self, Self::Temporal { .. } | Self::TemporalOrdered(_))
    }
}

impl Correlation {
    /// The fields that make the group of an event which the rule of that index matched, aliases resolved.
    pub fn group_fields(&self, rule: usize) -> Vec<&[String]> {
        self.group_by.iter().map(|field| self.resolved(field, rule)).collect()
    }

    /// The fields whose values are measured in an event which the rule of that index matched. With several, the
    /// values together are one.
    pub fn value_fields(&self, rule: usize) -> Vec<&[String]> {
        self.fields.iter().map(|field| self.resolved(field, rule)).collect()
    }

    /// The one field whose values are measured, where it is one and no alias.
    pub fn value_field(&self) -> Option<&[String]> {
        match self.fields.as_slice() {
            [field] if !self.aliases.contains_key(&field.join(".")) => Some(field),
            _ => None,
        }
    }

    fn resolved<'c>(&'c self, field: &'c [String], rule: usize) -> &'c [String] {
        let meant = self.rules.get(rule).and_then(|rule| self.aliases.get(&field.join("."))?.get(rule));
        meant.map_or(field, Vec::as_slice)
    }
}
