//! The detail of an event: what is known of it, and its record.
//!
//! The lines are made from the columns at once; the record comes when it has
//! been read. A line that stands for a value says which field it is, so
//! that keys can keep, drop, count and copy it.

mod addendum;
mod facts;

use std::collections::HashMap;

use super::line::Line as Typed;
use super::tree::{Node, Tree};
use crate::detect::explain::explain;
use crate::event::field::{Field, FieldRef};
use crate::investigation::Investigation;
use crate::profile::change;
use crate::query::{self, Pattern};
use crate::score::{Factor, Level};
use crate::store::Row;
use facts::{because, facts};

/// The event that is shown, and how.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The id of the event. Hostile.
    pub id: String,
    /// What it is called. Hostile.
    pub title: String,
    /// What the columns say.
    pub facts: Vec<Fact>,
    /// What the record says.
    pub record: Record,
    /// The line of the cursor, in [`Detail::lines`].
    pub cursor: usize,
    /// The line at the top of the screen.
    pub top: usize,
}

/// The raw record of the event.
#[derive(Clone, Debug)]
pub enum Record {
    /// It is being read.
    Coming,
    /// It is there: as a tree, and as it is written.
    Here(Tree, Vec<u8>),
    /// It cannot be read, and why. Hostile.
    Unreadable(String),
}

/// A line above the record.
#[derive(Clone, PartialEq, Debug)]
pub enum Fact {
    /// The points, the level at which it ranks, and why that is another one than that of the points.
    Risk(u8, Level, &'static str),
    /// A reason of the risk.
    Factor(Factor),
    /// A rule that the event hit: its number, level and title.
    Rule(u32, Level, String),
    /// What matched a condition of the rule above: the field, what is there, what was looked for. Hostile.
    Because {
        /// The field; empty for the whole record, or for what was found in several events.
        field: String,
        /// What is there.
        value: String,
        /// What was looked for; empty for what was found in several events.
        wanted: String,
    },
    /// An ATT&CK technique, with its name.
    Technique(String),
    /// Something known of the event.
    Value {
        /// What it is.
        label: &'static str,
        /// What is shown. Hostile.
        text: String,
        /// The field that it is the value of, and the value as a query compares it.
        field: Option<(FieldRef, String)>,
        /// How it is meant.
        tone: Tone,
    },
    /// What the call changed, or tried to, in a sentence. Hostile.
    Change(String),
    /// What is dangerous about that: of what kind, and why. Hostile.
    Danger(&'static str, String),
    /// A line between two parts.
    Gap,
}

/// How a value is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// As it is.
    Plain,
    /// It was not allowed.
    Denied,
    /// It failed.
    Failed,
    /// It deserves a second look.
    Warning,
}

/// The line with the tags of an event.
const TAGS: &str = "tags";

/// A line of the detail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DetailLine {
    /// One of the facts.
    Fact(usize),
    /// One of the nodes of the record.
    Node(usize),
    /// What stands there while the record does not.
    Notice,
}

/// A search in the record.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// What is looked for.
    pub line: Typed,
}

impl Search {
    /// The text as a pattern; `None` when nothing is looked for.
    pub fn pattern(&self) -> Option<Pattern> {
        let text = self.line.text();
        (!text.is_empty()).then(|| Pattern::contains(text))
    }
}

impl Detail {
    /// The detail of an event, without its record.
    pub fn new(inv: &Investigation, row: &Row<'_>) -> Self {
        Self {
            id: row.id(),
            title: row.event().to_owned(),
            facts: facts(inv, row),
            record: Record::Coming,
            cursor: 0,
            top: 0,
        }
    }

    /// Puts the reasons below each rule that the event hit, once its record is there.
    pub fn explain(&mut self, inv: &Investigation, row: &Row<'_>) {
        let Record::Here(_, raw) = &self.record else { return };
        self.facts.retain(|fact| !matches!(fact, Fact::Because { .. }));
        for explained in explain(inv, row, raw) {
            let is = |fact: &Fact| matches!(fact, Fact::Rule(number, ..) if *number == explained.number);
            if let Some(at) = self.facts.iter().position(is) {
                self.facts.splice(at + 1..at + 1, because(explained));
            }
        }
    }

    /// The record has come.
    pub fn put_record(
        &mut self,
        record: Result<Vec<u8>, String>,
        folds: &HashMap<String, bool>,
        inv: &Investigation,
    ) {
        self.record = match record {
            Ok(bytes) => Record::Here(Tree::new(&bytes, folds), bytes),
            Err(reason) => Record::Unreadable(reason),
        };
        self.tell_change(inv);
        self.cursor = self.cursor.min(self.lines().len().saturating_sub(1));
    }

    /// Says below the points what the call changed, once the record is there and where that is known.
    pub fn tell_change(&mut self, inv: &Investigation) {
        let Record::Here(_, record) = &self.record else { return };
        let Some(change) = change::decode(record, &inv.own_accounts()) else { return };
        self.facts.retain(|fact| !matches!(fact, Fact::Change(_) | Fact::Danger(..)));
        let dangers = change.judgments.into_iter().map(|j| Fact::Danger(j.danger.name(), j.reason));
        let told = std::iter::once(Fact::Change(change.sentence)).chain(dangers);
        let at = self.facts.len().min(1);
        self.facts.splice(at..at, told);
    }

    /// The record as a tree, once it is there.
    pub fn tree(&self) -> Option<&Tree> {
        match &self.record {
            Record::Here(tree, _) => Some(tree),
            _ => None,
        }
    }

    fn tree_mut(&mut self) -> Option<&mut Tree> {
        match &mut self.record {
            Record::Here(tree, _) => Some(tree),
            _ => None,
        }
    }

    /// All lines, from the top.
    pub fn lines(&self) -> Vec<DetailLine> {
        let facts = (0..self.facts.len()).map(DetailLine::Fact);
        match self.tree() {
            Some(tree) => facts.chain(tree.shown().into_iter().map(DetailLine::Node)).collect(),
            None => facts.chain([DetailLine::Notice]).collect(),
        }
    }

    fn node_at_cursor(&self) -> Option<usize> {
        match self.lines().get(self.cursor) {
            Some(DetailLine::Node(at)) => Some(*at),
            _ => None,
        }
    }

    /// The fact under the cursor.
    fn fact(&self) -> Option<&Fact> {
        match self.lines().get(self.cursor)? {
            DetailLine::Fact(at) => self.facts.get(*at),
            _ => None,
        }
    }

    /// Says with the last of the facts which tags the case has on the event.
    pub fn tell_tags(&mut self, tags: &str) {
        let there = self.facts.iter().position(|fact| matches!(fact, Fact::Value { label: TAGS, .. }));
        let before = self.facts.len();
        let at = there.or_else(|| self.facts.iter().rposition(|fact| *fact == Fact::Gap)).unwrap_or(before);
        let fact = Fact::Value { label: TAGS, text: tags.to_owned(), field: None, tone: Tone::Plain };
        let fact = Some(fact).filter(|_| !tags.is_empty());
        self.facts.splice(at..at + usize::from(there.is_some()), fact);
        // Who reads what stands below stays there.
        if self.cursor >= at {
            self.cursor = (self.cursor + self.facts.len()).saturating_sub(before);
        }
    }

    /// The field and value under the cursor.
    pub fn value(&self) -> Option<(FieldRef, String)> {
        match self.lines().get(self.cursor)? {
            DetailLine::Fact(at) => match self.facts.get(*at)? {
                Fact::Value { field, .. } => field.clone(),
                Fact::Risk(risk, ..) => Some((FieldRef::Column(Field::Risk), risk.to_string())),
                Fact::Technique(title) => {
                    let id = title.split(' ').next().unwrap_or_default().to_owned();
                    Some((FieldRef::Column(Field::Technique), id))
                }
                Fact::Rule(_, _, title) => Some((FieldRef::Column(Field::Rule), title.clone())),
                Fact::Because { field, value, .. } => {
                    let steps: Vec<&str> = field.split('.').collect();
                    Some((query::field_of_path(&steps)?, value.clone()))
                }
                Fact::Factor(_) | Fact::Change(_) | Fact::Danger(..) | Fact::Gap => None,
            },
            DetailLine::Node(at) => {
                let tree = self.tree()?;
                let node = tree.nodes().get(*at)?;
                let field = query::field_of_path(&tree.query_path(*at))?;
                let value = if node.kind.is_container() || node.text == "null" { "" } else { &node.text };
                Some((field, value.to_owned()))
            }
            DetailLine::Notice => None,
        }
    }

    /// Whether the line under the cursor holds more than one value, so that it cannot be kept or dropped.
    pub fn is_on_container(&self) -> bool {
        let node = self.node_at_cursor().and_then(|at| self.tree()?.nodes().get(at));
        node.is_some_and(|node| node.kind.is_container())
    }

    /// Opens or closes the node under the cursor, or where there is nothing to close, goes to what holds it.
    /// The path and whether it is open now, to be remembered for other events.
    pub fn fold(&mut self, open: Option<bool>) -> Option<(String, bool)> {
        let at = self.node_at_cursor()?;
        let tree = self.tree_mut()?;
        let node = tree.nodes().get(at)?;
        let is_container = node.kind.is_container();
        if !is_container || (open == Some(false) && !node.open) {
            let parent = node.parent.filter(|_| open == Some(false))?;
            let line = self.lines().iter().position(|line| *line == DetailLine::Node(parent))?;
            self.cursor = line;
            return None;
        }
        let open = open.unwrap_or(!node.open);
        let path = tree.path(at).join(".");
        tree.set_open(at, open);
        Some((path, open))
    }

    /// Opens or closes everything.
    pub fn fold_all(&mut self, open: bool) {
        let at = self.node_at_cursor();
        if let Some(tree) = self.tree_mut() {
            tree.set_all(open);
        }
        if let Some(at) = at {
            self.go_to_node(at);
        }
    }

    /// Puts the cursor on a node, or on what it is folded into.
    fn go_to_node(&mut self, at: usize) {
        let lines = self.lines();
        let before = |line: &DetailLine| matches!(line, DetailLine::Node(n) if *n <= at);
        if let Some(line) = lines.iter().rposition(before) {
            self.cursor = line;
        }
    }

    /// Opens whatever hides a node.
    pub fn reveal(&mut self, at: usize) {
        if let Some(tree) = self.tree_mut() {
            tree.reveal(at);
        }
    }

    /// The places of the nodes that a search finds.
    pub fn matches(&self, pattern: &Pattern) -> Vec<usize> {
        let nodes = self.tree().map_or(&[][..], Tree::nodes);
        let hit = |node: &Node| {
            pattern.matches(&node.key) || (!node.kind.is_container() && pattern.matches(&node.text))
        };
        nodes.iter().enumerate().filter(|(_, node)| hit(node)).map(|(at, _)| at).collect()
    }

    /// Goes to the next match at or behind the cursor, or to the one before it, around the ends.
    /// Which of how many it is; `None` when there are none.
    pub fn go_to_match(&mut self, pattern: &Pattern, step: MatchStep) -> Option<(usize, usize)> {
        let matches = self.matches(pattern);
        let here = self.node_at_cursor();
        let found = match step {
            MatchStep::Here => matches.iter().position(|&m| here.is_none_or(|here| m >= here)),
            MatchStep::Next => matches.iter().position(|&m| here.is_none_or(|here| m > here)),
            MatchStep::Previous => matches.iter().rposition(|&m| here.is_some_and(|here| m < here)),
        };
        let around = if step == MatchStep::Previous { matches.len().checked_sub(1)? } else { 0 };
        let which = found.unwrap_or(around);
        let at = *matches.get(which)?;
        self.tree_mut()?.reveal(at);
        self.go_to_node(at);
        Some((which + 1, matches.len()))
    }
}

/// Which match is gone to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MatchStep {
    /// The first from the cursor on, where it stands included.
    Here,
    /// The first behind the cursor.
    Next,
    /// The last before the cursor.
    Previous,
}
