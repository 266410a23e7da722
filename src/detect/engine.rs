//! Rules made ready for millions of events.
//!
//! Every item of every rule becomes a leaf, equal ones the same leaf. A leaf on a dictionary column is decided
//! once per distinct value; for each kind of event (name and source) there is a short list of the rules that can
//! still fire; what stands in no column is read from the record while its bytes are at hand. What a rule means
//! is said by [`crate::detect::sigma::plain`], which this must agree with.

mod candidates;
mod classes;
mod identity;
mod kind;
pub mod leaf;
mod literals;
pub mod matcher;
mod record;
mod root;

use std::collections::HashMap;

use super::capture::Needs;
use super::sigma::condition::Condition;
use super::sigma::item::{Item, Test};
use super::sigma::rule::Rule;
use crate::ingest::scan::Key;
use crate::store::Column;

pub use leaf::Parts;
pub use matcher::{Lessons, Matcher};

/// Rules that share their leaves.
#[derive(Debug, Default)]
pub struct Engine {
    leaves: Vec<Leaf>,
    programs: Vec<Program>,
    needs: Needs,
}

/// One item, and where its value stands.
#[derive(Debug)]
pub(crate) struct Leaf {
    pub(crate) item: Item,
    pub(crate) place: Place,
    /// The outcome for an event that has no such value.
    pub(crate) absent: bool,
}

/// Where the value of an item stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// It is the value of a column.
    Column(Column),
    /// It is somewhere in `userIdentity`.
    Identity,
    /// It is somewhere else in the record.
    Record,
}

/// A rule over leaves: searches are groups of leaves, one of which must match as a whole.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) searches: Vec<Vec<Vec<usize>>>,
    pub(crate) conditions: Vec<Condition>,
}

/// The columns that hold the whole value of a top-level key.
const COLUMNS: [(&str, Column); 9] = [
    ("eventName", Column::Event),
    ("eventSource", Column::Source),
    ("awsRegion", Column::Region),
    ("userAgent", Column::Agent),
    ("sourceIPAddress", Column::Ip),
    ("errorCode", Column::Error),
    ("recipientAccountId", Column::Account),
    ("eventType", Column::Type),
    ("eventCategory", Column::Category),
];

impl Engine {
    /// Makes these rules ready; they keep their numbers.
    pub fn new<'r>(rules: impl IntoIterator<Item = &'r Rule>) -> Self {
        let mut engine = Self::default();
        let mut known = HashMap::new();
        for rule in rules {
            let program = engine.program(rule, &mut known);
            engine.programs.push(program);
        }
        engine
    }

    fn program(&mut self, rule: &Rule, known: &mut HashMap<String, usize>) -> Program {
        let mut leaf = |item: &Item| {
            // Equal items read alike, but for the line they stand in.
            let key = format!("{:?} {} {} {:?}", item.field, item.all, item.negated, item.tests);
            *known.entry(key).or_insert_with(|| {
                self.leaves.push(Leaf::new(item.clone()));
                self.leaves.len() - 1
            })
        };
        let searches = rule.searches.iter().map(|(_, search)| {
            search.groups.iter().map(|group| group.iter().map(&mut leaf).collect()).collect()
        });
        Program { searches: searches.collect(), conditions: rule.conditions.clone() }
    }

    /// Says which fields of a record are to be taken where which rule hits.
    pub(crate) fn with_needs(self, needs: Needs) -> Self {
        Self { needs, ..self }
    }

    /// The fields that are taken from records.
    pub(crate) fn needs(&self) -> &Needs {
        &self.needs
    }

    /// Whether something is to be taken from the records that a rule hits.
    fn takes(&self, rule: usize) -> bool {
        self.needs.of_rule.get(rule).is_some_and(|needs| !needs.is_empty())
    }

    /// Whether a rule fires only where an item of some kind matches.
    pub(crate) fn needs_match(&self, rule: usize, is_such: &dyn Fn(&Item) -> bool) -> bool {
        let fails = |leaf: usize| self.leaves.get(leaf).is_some_and(|leaf| is_such(&leaf.item));
        let of = |leaf| if fails(leaf) { Bounds::sure(false) } else { Bounds::OPEN };
        self.programs.get(rule).is_some_and(|program| !program.bounds(&of).may_hold)
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.programs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.programs.is_empty()
    }
}

impl Leaf {
    fn new(item: Item) -> Self {
        let place = Place::of(&item);
        let absent = leaf::item_on(&item, &leaf::Nothing);
        Self { item, place, absent }
    }

    /// The top-level key that the item is about, where it is about the value of one as a whole.
    fn key(&self) -> Option<Key> {
        match self.item.field.as_deref() {
            Some([root]) if !self.item.tests.iter().any(Test::needs_record) => Key::of(root),
            _ => None,
        }
    }
}

impl Place {
    /// Where an item finds its value.
    pub(crate) fn of(item: &Item) -> Self {
        let refers = item.tests.iter().any(Test::needs_record);
        match item.field.as_deref() {
            Some(path) if !refers => place_of_path(path),
            _ => Self::Record,
        }
    }
}

/// Where the value of a path stands.
pub(crate) fn place_of_path(path: &[String]) -> Place {
    match path {
        [root, ..] if root == "userIdentity" => Place::Identity,
        [root] => {
            let column = COLUMNS.iter().find(|(name, _)| name == root);
            column.map_or(Place::Record, |(_, column)| Place::Column(*column))
        }
        _ => Place::Record,
    }
}

/// What can become of something of which not everything is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Bounds {
    pub(crate) may_hold: bool,
    pub(crate) may_fail: bool,
}

impl Bounds {
    pub(crate) const OPEN: Self = Self { may_hold: true, may_fail: true };

    pub(crate) const fn is_open(self) -> bool {
        self.may_hold && self.may_fail
    }

    pub(crate) const fn sure(holds: bool) -> Self {
        Self { may_hold: holds, may_fail: !holds }
    }

    fn all(parts: impl Iterator<Item = Self>) -> Self {
        parts.fold(Self::sure(true), |all, part| Self {
            may_hold: all.may_hold && part.may_hold,
            may_fail: all.may_fail || part.may_fail,
        })
    }

    fn any(parts: impl Iterator<Item = Self>) -> Self {
        parts.fold(Self::sure(false), |any, part| Self {
            may_hold: any.may_hold || part.may_hold,
            may_fail: any.may_fail && part.may_fail,
        })
    }
}

impl Program {
    /// What can become of the rule when some of its leaves are known.
    pub(crate) fn bounds(&self, leaf: &dyn Fn(usize) -> Bounds) -> Bounds {
        self.bounds_of(&self.bounds_of_searches(leaf))
    }

    fn bounds_of(&self, searches: &[Bounds]) -> Bounds {
        Bounds::any(self.conditions.iter().map(|condition| bounds(condition, searches)))
    }

    /// Which searches can still decide what becomes of the rule when some of its leaves are known: not those beside which
    /// another one has decided.
    pub(crate) fn open_searches(&self, leaf: &dyn Fn(usize) -> Bounds) -> Vec<bool> {
        let searches = self.bounds_of_searches(leaf);
        let mut open = vec![false; searches.len()];
        if self.bounds_of(&searches).is_open() {
            self.conditions.iter().for_each(|condition| mark_open(condition, &searches, &mut open));
        }
        open
    }

    fn bounds_of_searches(&self, leaf: &dyn Fn(usize) -> Bounds) -> Vec<Bounds> {
        let any = |groups: &Vec<Vec<usize>>| {
            Bounds::any(groups.iter().map(|group| Bounds::all(group.iter().map(|&l| leaf(l)))))
        };
        self.searches.iter().map(any).collect()
    }

    /// Whether the rule only fires where that search matches.
    fn needs(&self, search: usize) -> bool {
        let of = |n| if n == search { Bounds::sure(false) } else { Bounds::OPEN };
        let searches: Vec<Bounds> = (0..self.searches.len()).map(of).collect();
        !self.bounds_of(&searches).may_hold
    }
}

/// What can become of a condition; conditions are nested only so deep.
fn bounds(condition: &Condition, searches: &[Bounds]) -> Bounds {
    let of = |n: &usize| searches.get(*n).copied().unwrap_or(Bounds::sure(false));
    match condition {
        Condition::Search(n) => of(n),
        Condition::And(parts) => Bounds::all(parts.iter().map(|part| bounds(part, searches))),
        Condition::Or(parts) => Bounds::any(parts.iter().map(|part| bounds(part, searches))),
        Condition::Not(part) => {
            let Bounds { may_hold, may_fail } = bounds(part, searches);
            Bounds { may_hold: may_fail, may_fail: may_hold }
        }
        Condition::AtLeast(least, names) => Bounds {
            may_hold: names.iter().filter(|n| of(n).may_hold).count() >= *least,
            may_fail: names.iter().filter(|n| !of(n).may_fail).count() < *least,
        },
    }
}

/// Marks the searches that can still decide what becomes of a condition.
fn mark_open(condition: &Condition, searches: &[Bounds], open: &mut [bool]) {
    if !bounds(condition, searches).is_open() {
        return;
    }
    let mut mark = |n: &usize| {
        if let Some(open) = open.get_mut(*n) {
            *open |= searches.get(*n).is_some_and(|search| search.is_open());
        }
    };
    match condition {
        Condition::Search(n) => mark(n),
        Condition::And(parts) | Condition::Or(parts) => {
            parts.iter().for_each(|part| mark_open(part, searches, open));
        }
        Condition::Not(part) => mark_open(part, searches, open),
        Condition::AtLeast(_, names) => names.iter().for_each(mark),
    }
}

#[cfg(test)]
mod tests;
