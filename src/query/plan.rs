//! From a checked query to tests on columns.
//!
//! What a condition means for a dictionary value is worked out once per distinct
//! value and becomes a set of numbers; what is left per event is a look into a
//! table. What no column holds stays a condition on the raw record.

mod fields;

use std::collections::HashSet;
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::event::address::parse_ip;
use crate::event::field::{Field, FieldRef};
use crate::event::time::Time;
use crate::investigation::Investigation;
use crate::json;
use crate::query::ast::{Expr, Term, Test};
use crate::query::pattern::Pattern;
use crate::query::raw::RawTest;
use crate::store::Column;
use crate::store::bits::IdSet;
use crate::store::dicts::DictSet;
use crate::store::flags::Flags;
use crate::store::segment::Locator;
use fields::risk_range;

/// A query made ready for one table.
#[derive(Debug)]
pub enum Node {
    /// Every event, or none.
    Const(bool),
    /// All of these; the cheap ones first.
    And(Vec<Node>),
    /// At least one of these.
    Or(Vec<Node>),
    /// Not this.
    Not(Box<Node>),
    /// The number in a column is in a set.
    Ids(Column, IdSet),
    /// The identity is in a set that depends on whether the call came through the console.
    Session {
        /// The identities whose session by key matches.
        by_key: IdSet,
        /// The identities whose console session matches.
        console: IdSet,
    },
    /// The pair of event name and source is in a set; by event name, the sources that match.
    Kinds(Vec<Vec<u32>>),
    /// The risk is in this range, both ends included.
    Risk(u8, u8),
    /// The time is in this range of raw numbers, the end excluded.
    Time(i64, i64),
    /// All of these flags are set.
    Flags(Flags),
    /// The outcome is one of these, a bit each.
    Outcome(u8),
    /// The kind of record is one of these, a bit each.
    Record(u8),
    /// One of these bits is set in the rank context.
    Context(u16),
    /// The id is this one, with these of the two id flags.
    Id(u128, Flags),
    /// The id as text matches.
    IdText {
        /// What it is held against.
        pattern: Pattern,
        /// The ids that are no UUIDs and match.
        odd: IdSet,
    },
    /// The file is in a set.
    File(IdSet),
    /// The place is one of these; only events that were met in several places are asked.
    At(HashSet<Locator, RandomState>),
    /// What was found in the record is in a set of numbers.
    Hits(IdSet),
    /// The raw record passes.
    Raw(RawTest),
    /// The raw record passes a test that is no part of the language.
    Tested(RecordTest),
    /// At least so many of these.
    AtLeast(usize, Vec<Node>),
}

/// A test on a raw record.
#[derive(Clone)]
pub struct RecordTest(pub Arc<PassesRecord>);

/// Whether a raw record passes.
pub type PassesRecord = dyn Fn(&[u8]) -> bool + Send + Sync;

impl std::fmt::Debug for RecordTest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecordTest")
    }
}

impl Node {
    /// Whether it can only be decided by reading raw records.
    pub fn needs_raw(&self) -> bool {
        match self {
            Self::And(nodes) | Self::Or(nodes) | Self::AtLeast(_, nodes) => nodes.iter().any(Self::needs_raw),
            Self::Not(node) => node.needs_raw(),
            Self::Raw(_) | Self::Tested(_) => true,
            _ => false,
        }
    }

    /// How much work it is per event, roughly.
    pub(crate) fn cost(&self) -> u32 {
        match self {
            Self::Const(_) | Self::Time(..) => 0,
            Self::Risk(..)
            | Self::Ids(..)
            | Self::Outcome(_)
            | Self::Record(_)
            | Self::Flags(_)
            | Self::File(_)
            | Self::Hits(_) => 1,
            Self::At(_) | Self::Context(_) | Self::Session { .. } | Self::Kinds(_) | Self::Id(..) => 2,
            Self::And(nodes) | Self::Or(nodes) | Self::AtLeast(_, nodes) => {
                nodes.iter().map(Self::cost).fold(0, u32::saturating_add)
            }
            Self::Not(node) => node.cost(),
            Self::IdText { .. } => 50,
            Self::Raw(_) | Self::Tested(_) => 1000,
        }
    }
}

/// Makes a query ready for the events of an investigation.
pub fn plan(expr: &Expr, inv: &Investigation) -> Node {
    let planner = Planner { inv, dicts: inv.table.dicts() };
    planner.expr(expr)
}

struct Planner<'a> {
    inv: &'a Investigation,
    dicts: &'a DictSet,
}

impl Planner<'_> {
    fn expr(&self, expr: &Expr) -> Node {
        match expr {
            Expr::All => Node::Const(true),
            Expr::And(parts) => {
                let mut nodes: Vec<Node> = parts.iter().map(|p| self.expr(p)).collect();
                nodes.sort_by_key(Node::cost);
                Node::And(nodes)
            }
            Expr::Or(parts) => Node::Or(parts.iter().map(|p| self.expr(p)).collect()),
            Expr::Not(part) => Node::Not(Box::new(self.expr(part))),
            Expr::Term(term) => self.term(term),
            Expr::Text(pattern) => self.free_text(pattern),
        }
    }

    fn term(&self, term: &Term) -> Node {
        match &term.field {
            FieldRef::Column(field) => self.column_term(*field, &term.test),
            FieldRef::Identity(path) => {
                let test = RawTest::new(path.clone(), term.test.clone(), self.inv.table.newest());
                let raw = self.dicts.column(Column::Identity);
                self.identities(|id, _| test.matches_below(raw.get(id).as_bytes()))
            }
            FieldRef::Raw(path) => {
                Node::Raw(RawTest::new(path.clone(), term.test.clone(), self.inv.table.newest()))
            }
        }
    }

    fn column_term(&self, field: Field, test: &Test) -> Node {
        match test {
            Test::Exists => self.exists(field),
            Test::Matches(pattern) => self.matches(field, pattern),
            Test::Net(net) => {
                self.values(Column::Ip, |text| parse_ip(text).is_some_and(|ip| net.contains(&ip)))
            }
            Test::Number { .. } | Test::NumberRange { .. } => risk_range(test),
            Test::Time { from, to } => {
                let newest = self.inv.table.newest();
                let first = Time::from_millis(i64::MIN + 1).raw().max(i64::MIN + 1);
                let from = from.map_or(first, |m| m.at(newest).raw().max(first));
                let to = to.map_or(i64::MAX, |m| m.at(newest).raw());
                Node::Time(from, to)
            }
        }
    }
}

/// The text of the first value at a path, for showing and grouping.
pub fn text_at(record: &[u8], path: &[String]) -> Option<String> {
    let steps: Vec<&str> = path.iter().map(String::as_str).collect();
    json::at_path(record, &steps).and_then(json::display).map(std::borrow::Cow::into_owned)
}
