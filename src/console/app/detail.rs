//! The detail of an event: what is known of it, and its record.
//!
//! The lines are made from the columns at once; the record comes when it has
//! been read. A line that stands for a value says which field it is, so
//! that keys can keep, drop, count and copy it.

use std::collections::HashMap;

use super::line::Line as Typed;
use super::tree::{Node, Tree};
use crate::detect::explain::{Explained, explain};
use crate::detect::rules::RuleInfo;
use crate::event::address::AddressKind;
use crate::event::agent;
use crate::event::field::{FIRST_SEEN, Field, FieldRef};
use crate::event::outcome::Outcome;
use crate::investigation::Investigation;
use crate::query::{self, Pattern};
use crate::report::overview;
use crate::score::rank::Context;
use crate::score::{Factor, Level};
use crate::store::flags::RecordKind;
use crate::store::{Column, Row};

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
    /// The risk.
    Risk(u8),
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
    pub fn put_record(&mut self, record: Result<Vec<u8>, String>, folds: &HashMap<String, bool>) {
        self.record = match record {
            Ok(bytes) => Record::Here(Tree::new(&bytes, folds), bytes),
            Err(reason) => Record::Unreadable(reason),
        };
        self.cursor = self.cursor.min(self.lines().len().saturating_sub(1));
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

    /// The field and value under the cursor.
    pub fn value(&self) -> Option<(FieldRef, String)> {
        match self.lines().get(self.cursor)? {
            DetailLine::Fact(at) => match self.facts.get(*at)? {
                Fact::Value { field, .. } => field.clone(),
                Fact::Risk(risk) => Some((FieldRef::Column(Field::Risk), risk.to_string())),
                Fact::Technique(title) => {
                    let id = title.split(' ').next().unwrap_or_default().to_owned();
                    Some((FieldRef::Column(Field::Technique), id))
                }
                Fact::Rule(_, _, title) => Some((FieldRef::Column(Field::Rule), title.clone())),
                Fact::Because { field, value, .. } => {
                    let steps: Vec<&str> = field.split('.').collect();
                    Some((query::field_of_path(&steps)?, value.clone()))
                }
                Fact::Factor(_) | Fact::Gap => None,
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

/// What the columns say of an event.
fn facts(inv: &Investigation, row: &Row<'_>) -> Vec<Fact> {
    let mut facts = vec![Fact::Risk(row.risk())];
    facts.extend(inv.factors(row).into_iter().map(Fact::Factor));
    facts.extend(rules(inv, row));
    facts.extend(inv.techniques(row).iter().map(|id| Fact::Technique(inv.judgment.attack.title(id))));
    facts.push(Fact::Gap);
    facts.extend(who(row));
    facts.extend(whence(row));
    facts.extend(what(row));
    facts.extend(peculiar(row));
    facts.extend(place(inv, row));
    facts.push(Fact::Gap);
    facts
}

/// The rules that it hit, the highest level first.
fn rules(inv: &Investigation, row: &Row<'_>) -> Vec<Fact> {
    let infos = inv.judgment.rules.infos();
    let numbers = inv.hits.get(row.hits()).iter();
    let mut hit: Vec<(u32, &RuleInfo)> =
        numbers.filter_map(|n| Some((*n, infos.get(*n as usize).filter(|info| !info.serves)?))).collect();
    hit.sort_by_key(|(_, info)| std::cmp::Reverse(info.level));
    hit.into_iter().map(|(number, info)| Fact::Rule(number, info.level, info.title.clone())).collect()
}

/// The reasons of a rule, once the record is there.
fn because(explained: Explained) -> Vec<Fact> {
    let matched = explained.matched.into_iter().map(|matched| Fact::Because {
        field: matched.field,
        value: matched.value,
        wanted: matched.wanted,
    });
    let together = explained.together.into_iter().map(|value| Fact::Because {
        field: String::new(),
        value,
        wanted: String::new(),
    });
    matched.chain(together).collect()
}

fn value(label: &'static str, field: Field, text: &str) -> Option<Fact> {
    let field = Some((FieldRef::Column(field), text.to_owned()));
    (!text.is_empty()).then(|| Fact::Value { label, text: text.to_owned(), field, tone: Tone::Plain })
}

fn note(label: &'static str, text: String, tone: Tone) -> Fact {
    Fact::Value { label, text, field: None, tone }
}

fn who(row: &Row<'_>) -> Vec<Fact> {
    let identity = row.identity();
    let facts = [
        value("actor", Field::Actor, row.actor()),
        value("principal", Field::Principal, row.word(identity.principal)),
        value("identity", Field::Kind, row.word(identity.kind)),
        value("role", Field::Role, row.word(identity.role)),
        value("key", Field::Key, row.word(identity.access_key)),
        value("session", Field::Session, row.session())
            .filter(|_| row.session() != row.word(identity.access_key)),
    ];
    facts.into_iter().flatten().collect()
}

fn whence(row: &Row<'_>) -> Vec<Fact> {
    let ip = row.text(Column::Ip);
    let kind = row.address_kind();
    let mut facts: Vec<Fact> = value("address", Field::Ip, ip).into_iter().collect();
    if let Some(Fact::Value { text, .. }) = facts.first_mut()
        && matches!(kind, AddressKind::Public | AddressKind::Private)
    {
        text.push_str(&format!(" ({})", kind.name()));
    }
    let agent = row.text(Column::Agent);
    let family = agent::family(agent);
    if family != agent && !family.is_empty() {
        facts.push(note("program", family.to_owned(), Tone::Plain));
    }
    facts.extend(value("agent", Field::Agent, agent));
    facts.extend(value("account", Field::Account, row.account()));
    facts.extend(value("region", Field::Region, row.text(Column::Region)));
    facts
}

fn what(row: &Row<'_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    facts.extend(value("time", Field::Time, &row.time().to_string()));
    facts.extend(value("service", Field::Service, row.service()));
    facts.extend(value("target", Field::Target, row.text(Column::Target)));
    let tone = match row.outcome() {
        Outcome::Success => Tone::Plain,
        Outcome::Denied => Tone::Denied,
        _ => Tone::Failed,
    };
    let outcome = value("outcome", Field::Outcome, Outcome::name(row.outcome()));
    facts.extend(outcome.map(|fact| match fact {
        Fact::Value { label, text, field, .. } => {
            let error = row.text(Column::Error);
            let text = if error.is_empty() { text } else { format!("{text}: {error}") };
            Fact::Value { label, text, field, tone }
        }
        other => other,
    }));
    facts
}

/// What is not as usual.
fn peculiar(row: &Row<'_>) -> Vec<Fact> {
    let context = Context::from_bits(row.context());
    let mut facts = Vec::new();
    let first: Vec<&str> = FIRST_SEEN
        .iter()
        .enumerate()
        .filter(|(bit, _)| context.first_seen() >> bit & 1 == 1)
        .map(|(_, name)| *name)
        .collect();
    if !first.is_empty() {
        facts.push(note("first seen", format!("{} new for this actor", first.join(", ")), Tone::Warning));
    }
    if context.after_denial() {
        facts.push(note(
            "after",
            "went through after it was denied in this session".to_owned(),
            Tone::Warning,
        ));
    }
    if row.kind() != RecordKind::Event {
        facts.extend(value("record", Field::Record, row.kind().name()));
    }
    let marks = overview::marks(row.flags());
    if !marks.is_empty() {
        facts.push(note("note", marks.join(", "), Tone::Warning));
    }
    facts
}

/// Where the record stands.
fn place(inv: &Investigation, row: &Row<'_>) -> Vec<Fact> {
    let at = row.locator();
    let mut facts: Vec<Fact> = value("id", Field::Id, &row.id()).into_iter().collect();
    let file = inv.files.name(at.file);
    let text = format!("{file}, byte {}", at.offset);
    let field = Some((FieldRef::Column(Field::File), file));
    facts.push(Fact::Value { label: "file", text, field, tone: Tone::Plain });
    for other in inv.table.origins(row.number()) {
        let text = format!("{}, byte {}", inv.files.name(other.file), other.offset);
        facts.push(note("also at", text, Tone::Plain));
    }
    facts
}
