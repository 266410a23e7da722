//! What a test on a field comes to: which values of which column pass it.

use super::{Node, Planner};
use crate::detect::rules::RuleInfo;
use crate::event::address::AddressKind;
use crate::event::agent;
use crate::event::field::{FIRST_SEEN, Field};
use crate::event::outcome::Outcome;
use crate::query::ast::Test;
use crate::query::pattern::{Pattern, Shape};
use crate::query::raw::RawTest;
use crate::score::rank::PECULIAR;
use crate::score::scorer::plain_name;
use crate::score::scoring::Level;
use crate::store::Column;
use crate::store::bits::IdSet;
use crate::store::dicts::{DictSet, IdentityRow};
use crate::store::flags::{Flags, RecordKind};
use crate::store::id::parse_uuid;
use crate::store::table::service_of;

impl Planner<'_> {
    /// The set of the values of a column for which `test` holds; the absent value passes no test.
    pub(super) fn values(&self, column: Column, test: impl Fn(&str) -> bool) -> Node {
        let values = self.dicts.column(column);
        Node::Ids(column, IdSet::from_test(values.len(), |id| id != 0 && test(values.get(id))))
    }

    pub(super) fn identities(&self, test: impl Fn(u32, &IdentityRow) -> bool) -> Node {
        Node::Ids(Column::Identity, self.identity_set(test))
    }

    fn identity_set(&self, test: impl Fn(u32, &IdentityRow) -> bool) -> IdSet {
        IdSet::from_test(self.dicts.identity_count(), |id| test(id, &self.dicts.identity(id)))
    }

    /// The set of the identities for which one of some words matches.
    fn words<const N: usize>(&self, pattern: &Pattern, words: impl Fn(&IdentityRow) -> [u32; N]) -> Node {
        let mut known = WordSet::new(pattern, self.dicts);
        let set = IdSet::from_test(self.dicts.identity_count(), |id| {
            words(&self.dicts.identity(id)).into_iter().any(|word| known.has(word))
        });
        Node::Ids(Column::Identity, set)
    }

    pub(super) fn matches(&self, field: Field, pattern: &Pattern) -> Node {
        match field {
            Field::Event => {
                self.values(Column::Event, |t| pattern.matches(t) || pattern.matches(plain_name(t)))
            }
            Field::Source => self.values(Column::Source, |t| pattern.matches(t)),
            Field::Service => {
                // The name in full is meant where it is written in full; `*am*` means no amazonaws.com.
                let in_full = matches!(pattern.shape(), Shape::Exact(_));
                self.values(Column::Source, |t| {
                    pattern.matches(service_of(t)) || (in_full && pattern.matches(t))
                })
            }
            Field::Region => self.values(Column::Region, |t| pattern.matches(t)),
            Field::Agent => {
                self.values(Column::Agent, |t| pattern.matches(t) || pattern.matches(agent::family(t)))
            }
            Field::Ip => self.values(Column::Ip, |t| pattern.matches(t)),
            Field::Network => {
                let values = self.dicts.column(Column::Ip);
                let kind = |id| AddressKind::of(values.get(id)).name();
                Node::Ids(Column::Ip, IdSet::from_test(values.len(), |id| pattern.matches(kind(id))))
            }
            Field::Error => self.values(Column::Error, |t| pattern.matches(t)),
            Field::Target => self.values(Column::Target, |t| pattern.matches(t)),
            Field::Category => self.values(Column::Category, |t| pattern.matches(t)),
            Field::Type => self.values(Column::Type, |t| pattern.matches(t)),
            Field::Account => self.account(|text| pattern.matches(text)),
            Field::Actor => self.identities(|_, row| self.actor_matches(row, pattern)),
            Field::Principal => self.words(pattern, |row| [row.principal, row.principal_id]),
            Field::Kind => self.words(pattern, |row| [row.kind]),
            Field::User => self.words(pattern, |row| [row.user_name]),
            Field::Role => self.words(pattern, |row| [row.role]),
            Field::Key => self.words(pattern, |row| [row.access_key]),
            Field::Caller => self.words(pattern, |row| [row.account]),
            Field::Session => self.session(pattern),
            Field::Outcome => Node::Outcome(bits_of(Outcome::ALL.iter().map(|o| o.name()), pattern) as u8),
            Field::Record => Node::Record(bits_of(RecordKind::ALL.iter().map(|k| k.name()), pattern) as u8),
            Field::Access => access(pattern),
            Field::FirstSeen => Node::Context(bits_of(FIRST_SEEN.iter().copied(), pattern)),
            Field::Flag => flag(pattern),
            Field::Technique => {
                let retired = self.instead_of(pattern);
                let is_meant = |id: &String| self.technique_matches(id, pattern, &retired);
                Node::Or(vec![
                    self.hits(|rule| rule.techniques.iter().any(is_meant)),
                    self.kinds(|ids| ids.iter().any(is_meant)),
                ])
            }
            Field::Tactic => Node::Or(vec![
                self.hits(|rule| rule.techniques.iter().any(|id| self.tactic_matches(id, pattern))),
                self.kinds(|ids| ids.iter().any(|id| self.tactic_matches(id, pattern))),
            ]),
            Field::Rule => self.hits(|rule| pattern.matches(&rule.id) || pattern.matches(&rule.title)),
            Field::Level => self.levels(|level| pattern.matches(level.name())),
            Field::Id => self.id(pattern),
            Field::File => {
                let names = self.inv.files.names();
                let hit = |id: u32| names.get(id as usize).is_some_and(|name| pattern.matches(name));
                let files = IdSet::from_test(names.len() as u32, hit);
                let also = self.inv.table.also_in(&files).collect();
                Node::Or(vec![Node::File(files), Node::At(also)])
            }
            // The parser gives times and risks other tests.
            Field::Time | Field::Risk => Node::Const(false),
        }
    }

    pub(super) fn exists(&self, field: Field) -> Node {
        let column = |c| self.values(c, |_| true);
        match field {
            Field::Event => column(Column::Event),
            Field::Source | Field::Service => column(Column::Source),
            Field::Region => column(Column::Region),
            Field::Agent => column(Column::Agent),
            Field::Ip => column(Column::Ip),
            Field::Error => column(Column::Error),
            Field::Target => column(Column::Target),
            Field::Category => column(Column::Category),
            Field::Type => column(Column::Type),
            Field::Account => self.account(|text| !text.is_empty()),
            Field::Kind => self.identities(|_, row| row.kind != 0),
            Field::User => self.identities(|_, row| row.user_name != 0),
            Field::Role => self.identities(|_, row| row.role != 0),
            Field::Key => self.identities(|_, row| row.access_key != 0),
            Field::Caller => self.identities(|_, row| row.account != 0),
            Field::Session => Node::Session {
                by_key: self.identity_set(|_, row| row.session != 0),
                console: self.identity_set(|_, row| row.console_session != 0),
            },
            Field::Technique | Field::Tactic => Node::Or(vec![
                self.hits(|rule| !rule.techniques.is_empty()),
                self.kinds(|ids| !ids.is_empty()),
            ]),
            Field::FirstSeen => Node::Context(bits_of(FIRST_SEEN.iter().copied(), &Pattern::contains(""))),
            Field::Flag => flag(&Pattern::contains("")),
            Field::Rule | Field::Level => self.hits(|_| true),
            Field::Time => Node::Time(i64::MIN + 1, i64::MAX),
            Field::Id => Node::Not(Box::new(Node::Flags(Flags::NO_ID))),
            Field::Actor
            | Field::Principal
            | Field::Network
            | Field::Outcome
            | Field::Access
            | Field::Risk
            | Field::Record
            | Field::File => Node::Const(true),
        }
    }

    /// The account of the event: the recipient, else the caller's.
    fn account(&self, test: impl Fn(&str) -> bool) -> Node {
        let recipient = self.values(Column::Account, &test);
        let values = self.dicts.column(Column::Account);
        let none = Node::Ids(Column::Account, IdSet::from_ids(values.len(), std::iter::once(0)));
        let caller = self.identities(|_, row| test(self.dicts.word(row.account)));
        Node::Or(vec![recipient, Node::And(vec![none, caller])])
    }

    /// An actor matches by its whole name, root also without its account. Whoever takes on a role chooses the part behind
    /// the `/`: by a part of the name, a stranger would be taken for the user who is called so.
    fn actor_matches(&self, row: &IdentityRow, pattern: &Pattern) -> bool {
        let (name, account) = self.dicts.actor(row.actor);
        let root = name == "root" || name.strip_prefix("root@").is_some_and(|a| a == account);
        pattern.matches(name) || (root && pattern.matches("root"))
    }

    /// Whether one of the names that make up an actor's matches.
    fn is_called(&self, row: &IdentityRow, pattern: &Pattern) -> bool {
        let own = [row.user_name, row.session_name];
        own.into_iter().any(|word| word != 0 && pattern.matches(self.dicts.word(word)))
    }

    fn session(&self, pattern: &Pattern) -> Node {
        let mut known = WordSet::new(pattern, self.dicts);
        let by_key = IdSet::from_test(self.dicts.identity_count(), |id| {
            let row = self.dicts.identity(id);
            known.has(row.session) || known.has(row.session_name)
        });
        let console = IdSet::from_test(self.dicts.identity_count(), |id| {
            let row = self.dicts.identity(id);
            known.has(row.console_session) || known.has(row.session_name)
        });
        Node::Session { by_key, console }
    }

    /// The kinds of event (name and source) for whose techniques `test` holds.
    fn kinds(&self, test: impl Fn(&[String]) -> bool) -> Node {
        let (events, sources) = (self.dicts.column(Column::Event), self.dicts.column(Column::Source));
        let table = events.iter().map(|(_, event)| {
            let name = plain_name(event);
            let hit = |source: &str| test(self.inv.judgment.sensitive.techniques(service_of(source), name));
            if name.is_empty() {
                return Vec::new();
            }
            sources.iter().filter(|(_, source)| hit(source)).map(|(id, _)| id).collect()
        });
        Node::Kinds(table.collect())
    }

    /// The events that hit a rule for which `test` holds.
    fn hits(&self, test: impl Fn(&RuleInfo) -> bool) -> Node {
        let (sets, rules) = (&self.inv.hits, &self.inv.judgment.rules);
        Node::Hits(IdSet::from_test(sets.len(), |set| rules.shown(sets.get(set)).any(&test)))
    }

    /// The events of which `test` holds for the highest level of the rules that they hit.
    fn levels(&self, test: impl Fn(Level) -> bool) -> Node {
        let (sets, rules) = (&self.inv.hits, &self.inv.judgment.rules);
        let highest = |set| rules.shown(sets.get(set)).map(|rule| rule.level).max();
        Node::Hits(IdSet::from_test(sets.len(), |set| highest(set).is_some_and(&test)))
    }

    /// The current ids of the retired techniques that a pattern means.
    fn instead_of(&self, pattern: &Pattern) -> Vec<&str> {
        match pattern.shape() {
            Shape::Exact(text) => self.inv.judgment.attack.instead_of(text, false),
            Shape::Prefix(text) => self.inv.judgment.attack.instead_of(text, true),
            _ => Vec::new(),
        }
    }

    /// A technique matches by its id, by the id of its parent, by its name, and by a retired id, whose current ones
    /// are `retired`.
    fn technique_matches(&self, id: &str, pattern: &Pattern, retired: &[&str]) -> bool {
        let parent = id.split_once('.').map(|(parent, _)| parent);
        let by_id = |id: &str| pattern.matches(id) || retired.contains(&id);
        by_id(id)
            || parent.is_some_and(by_id)
            || self.inv.judgment.attack.technique(id).is_some_and(|t| pattern.matches(&t.name))
    }

    fn tactic_matches(&self, id: &str, pattern: &Pattern) -> bool {
        let attack = &self.inv.judgment.attack;
        let Some(technique) = attack.technique(id) else { return false };
        technique.tactics.iter().any(|name| pattern.matches(name))
    }

    fn id(&self, pattern: &Pattern) -> Node {
        let Shape::Exact(text) = pattern.shape() else {
            let odd_ids = self.dicts.odd_ids();
            let odd = IdSet::from_test(odd_ids.len(), |id| id != 0 && pattern.matches(odd_ids.get(id)));
            return Node::IdText { pattern: pattern.clone(), odd };
        };
        let lower = text.to_lowercase();
        if let Some(uuid) = parse_uuid(&lower) {
            return Node::Or(vec![Node::Id(uuid, Flags::default()), self.odd_id(pattern)]);
        }
        match lower.strip_prefix("no-id:").and_then(|hex| u128::from_str_radix(hex, 16).ok()) {
            Some(hash) => Node::Id(hash, Flags::NO_ID),
            None => self.odd_id(pattern),
        }
    }

    fn odd_id(&self, pattern: &Pattern) -> Node {
        let odd = self.dicts.odd_ids().iter().filter(|(id, text)| *id != 0 && pattern.matches(text));
        Node::Or(odd.map(|(id, _)| Node::Id(u128::from(id), Flags::ODD_ID)).collect())
    }

    /// Some column contains the text, or the raw record does.
    pub(super) fn free_text(&self, pattern: &Pattern) -> Node {
        const COLUMNS: [Column; 9] = [
            Column::Event,
            Column::Source,
            Column::Region,
            Column::Agent,
            Column::Ip,
            Column::Error,
            Column::Account,
            Column::Target,
            Column::Type,
        ];
        let mut nodes: Vec<Node> = COLUMNS
            .into_iter()
            .map(|c| self.values(c, |text| pattern.matches(text)))
            .filter(|node| !matches!(node, Node::Ids(_, set) if set.is_empty()))
            .collect();
        let raw = self.dicts.column(Column::Identity);
        let by_identity = self.identities(|id, row| {
            pattern.matches(raw.get(id)) || self.actor_matches(row, pattern) || self.is_called(row, pattern)
        });
        if !matches!(&by_identity, Node::Ids(_, set) if set.is_empty()) {
            nodes.push(by_identity);
        }
        let uuid = pattern.parts().iter().find_map(|part| match part {
            crate::query::pattern::Part::Text(text) => parse_uuid(&text.to_lowercase()),
            _ => None,
        });
        if let Some(uuid) = uuid {
            nodes.push(Node::Id(uuid, Flags::default()));
        }
        nodes.push(Node::Raw(RawTest::anywhere(pattern.clone())));
        Node::Or(nodes)
    }
}

/// Which words match a pattern, asked once per word.
struct WordSet<'a> {
    pattern: &'a Pattern,
    dicts: &'a DictSet,
    known: Vec<Option<bool>>,
}

impl<'a> WordSet<'a> {
    fn new(pattern: &'a Pattern, dicts: &'a DictSet) -> Self {
        Self { pattern, dicts, known: vec![None; dicts.words().len() as usize] }
    }

    fn has(&mut self, word: u32) -> bool {
        if word == 0 {
            return false;
        }
        let matches = || self.pattern.matches(self.dicts.word(word));
        match self.known.get(word as usize).copied() {
            Some(Some(known)) => known,
            Some(None) => {
                let hit = matches();
                self.known[word as usize] = Some(hit);
                hit
            }
            None => matches(),
        }
    }
}

/// A bit for each word that matches.
fn bits_of<'a>(words: impl Iterator<Item = &'a str>, pattern: &Pattern) -> u16 {
    words.enumerate().filter(|(_, word)| pattern.matches(word)).fold(0, |bits, (n, _)| bits | 1 << n)
}

fn access(pattern: &Pattern) -> Node {
    let write = Node::Flags(Flags::WRITE);
    match (pattern.matches("read"), pattern.matches("write")) {
        (true, true) => Node::Const(true),
        (true, false) => Node::Not(Box::new(write)),
        (false, true) => write,
        (false, false) => Node::Const(false),
    }
}

fn flag(pattern: &Pattern) -> Node {
    let flags = [
        ("conflict", Flags::CONFLICT),
        ("duplicate", Flags::DUPLICATE),
        ("reconstructed", Flags::RECONSTRUCTED),
        ("damaged-text", Flags::DAMAGED_TEXT),
        ("console", Flags::CONSOLE),
        ("addendum", Flags::ADDENDUM),
    ];
    let mut nodes: Vec<Node> = flags
        .into_iter()
        .filter(|(word, _)| pattern.matches(word))
        .map(|(_, flag)| Node::Flags(flag))
        .collect();
    let peculiar = PECULIAR.into_iter().filter(|(word, _)| pattern.matches(word));
    nodes.extend(peculiar.map(|(_, bit)| Node::Context(bit)));
    Node::Or(nodes)
}

/// The whole points that pass a numeric test.
pub(super) fn risk_range(test: &Test) -> Node {
    let passes = |risk: u8| match test {
        Test::Number { op, value } => op.holds(f64::from(risk), *value),
        Test::NumberRange { from, to } => *from <= f64::from(risk) && f64::from(risk) <= *to,
        _ => false,
    };
    let mut passing = (0..=100).filter(|&risk| passes(risk));
    match passing.next() {
        Some(low) => Node::Risk(low, passing.next_back().unwrap_or(low)),
        None => Node::Const(false),
    }
}
