//! One worker's view of the rules: what it has learned of the values it met.

use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::classes::{Class, Classes, ODD, Slot};
use super::leaf::{Parts as _, item_on, item_on_values, seen, values_at, values_below};
use super::{Bounds, Engine, Program};
use crate::detect::capture::{Captured, Captures};
use crate::detect::hits::HitSets;
use crate::detect::sigma::item::Test;
use crate::ingest::scan::{Key, Spans};
use crate::ingest::watch::Watch;
use crate::json;
use crate::store::Column;
use crate::store::segment::{EventRow, Locator};

/// The values that have classes: those of columns, and those that are hardly ever anything but true or false.
const SLOTS: [Slot; WIDTH] = [
    Slot::Column(Column::Event, Key::EventName),
    Slot::Column(Column::Source, Key::EventSource),
    Slot::Column(Column::Error, Key::ErrorCode),
    Slot::Column(Column::Identity, Key::UserIdentity),
    Slot::Column(Column::Agent, Key::UserAgent),
    Slot::Column(Column::Ip, Key::SourceIpAddress),
    Slot::Column(Column::Region, Key::AwsRegion),
    Slot::Column(Column::Account, Key::RecipientAccountId),
    Slot::Column(Column::Type, Key::EventType),
    Slot::Column(Column::Category, Key::EventCategory),
    Slot::Word(Key::ReadOnly),
    Slot::Word(Key::ManagementEvent),
    Slot::Word(Key::SessionFromConsole),
];

const WIDTH: usize = 13;

/// How many verdicts are remembered before all are forgotten.
const MOST_VERDICTS: usize = 1 << 18;

/// The classes of the values of an event, in the order of [`SLOTS`].
type Kind = [Class; WIDTH];

/// Holds records against all rules.
#[derive(Debug)]
pub struct Matcher {
    engine: Arc<Engine>,
    sets: Arc<HitSets>,
    classes: Vec<Classes>,
    /// Where the bit of each leaf stands: the place in `classes`, and which bit.
    places: Vec<Option<(usize, usize)>>,
    /// Which of `candidates` belong to the classes of a name and a source.
    candidates_of: HashMap<(Class, Class), usize, FixedState>,
    candidates: Vec<Candidates>,
    verdicts: Vec<Verdict>,
    /// The numbers of the sets that this worker has met.
    numbers: HashMap<Box<[u32]>, u32, FixedState>,
    hits: Vec<u32>,
    record_leaves: RecordLeaves,
    captures: Arc<Captures>,
    taken: Vec<Captured>,
}

/// The rules that can fire for events of some name and source.
#[derive(Debug)]
struct Candidates {
    rules: Vec<usize>,
    /// Which of the other slots they look at.
    relevant: Vec<usize>,
    /// Which of the verdicts belongs to the classes there; those of other slots are left out.
    verdicts: HashMap<Kind, usize, FixedState>,
}

/// What the columns say of events whose values are of the same classes.
#[derive(Debug)]
struct Verdict {
    /// The rules that fire.
    hits: Vec<u32>,
    /// The number of that set.
    number: u32,
    /// The rules that only the record can decide.
    open: Vec<usize>,
    /// Whether something is to be taken from the record for another rule.
    takes: bool,
}

/// What the leaves on the record said of the record that is being looked at.
#[derive(Debug, Default)]
struct RecordLeaves {
    /// By leaf: for which record it was asked last, and what it said.
    said: Vec<(u32, bool)>,
    /// By leaf: which of the paths it asks for; `None` where it needs the whole record.
    path_of: Vec<Option<usize>>,
    paths: Vec<PathValues>,
    /// The members of what stands below top-level keys that paths lead into.
    roots: Vec<Members>,
    record: u32,
}

/// The members of the object below a top-level key of the record that is being looked at.
#[derive(Debug)]
struct Members {
    key: String,
    record: u32,
    /// Key and value of each, as places in the record; `None` when it is no plain object.
    members: Option<Vec<(Part, Part)>>,
}

/// Where something begins in the record, and how long it is.
type Part = (usize, usize);

/// Where a path leads to in the record that is being looked at.
#[derive(Debug)]
struct PathValues {
    path: Vec<String>,
    /// Which of the roots it goes through, if it goes on below it.
    root: Option<usize>,
    /// For which record it was followed last.
    record: u32,
    /// The values, as places in the record.
    places: Vec<Part>,
}

impl Matcher {
    /// One that has learned nothing yet, numbers what hits a record by `sets` and puts what others need of it into
    /// `captures`.
    pub fn new(engine: Arc<Engine>, sets: Arc<HitSets>, captures: Arc<Captures>) -> Self {
        let classes: Vec<Classes> = SLOTS.iter().map(|slot| Classes::new(&engine, *slot)).collect();
        let mut places = vec![None; engine.leaves.len()];
        for (place, classes) in classes.iter().enumerate() {
            for (bit, leaf) in classes.leaves().iter().enumerate() {
                if let Some(slot) = places.get_mut(*leaf) {
                    *slot = Some((place, bit));
                }
            }
        }
        Self {
            classes,
            places,
            candidates_of: HashMap::default(),
            candidates: Vec::new(),
            verdicts: Vec::new(),
            numbers: HashMap::default(),
            hits: Vec::new(),
            record_leaves: RecordLeaves::new(&engine),
            captures,
            taken: Vec::new(),
            engine,
            sets,
        }
    }

    /// What the columns say of an event; `None` when one of its values has to be looked at by itself.
    #[inline]
    fn verdict(&mut self, spans: &Spans<'_>, row: &EventRow) -> Option<(Kind, usize)> {
        let mut kind = [ODD; WIDTH];
        let [event, source, ..] = self.classes.as_mut_slice() else { return None };
        kind[0] = event.of(&self.engine, spans, row);
        kind[1] = source.of(&self.engine, spans, row);
        if kind[0] == ODD || kind[1] == ODD {
            return None;
        }
        let at = match self.candidates_of.get(&(kind[0], kind[1])) {
            Some(at) => *at,
            None => self.possible(kind),
        };
        let candidates = self.candidates.get(at)?;
        for &slot in &candidates.relevant {
            if let (Some(class), Some(classes)) = (kind.get_mut(slot), self.classes.get_mut(slot)) {
                *class = classes.of(&self.engine, spans, row);
                if *class == ODD {
                    return None;
                }
            }
        }
        match candidates.verdicts.get(&kind) {
            Some(verdict) => Some((kind, *verdict)),
            None => Some((kind, self.judge(kind, at))),
        }
    }

    /// The rules that name and source leave open.
    #[cold]
    fn possible(&mut self, kind: Kind) -> usize {
        let leaf = |n: usize| match self.places.get(n) {
            Some(Some((place @ 0..=1, bit))) => self.said(kind, *place, *bit),
            _ => Bounds::OPEN,
        };
        let programs = self.engine.programs.iter().enumerate();
        let rules: Vec<usize> =
            programs.filter(|(_, program)| program.bounds(&leaf).may_hold).map(|(n, _)| n).collect();
        let mut relevant = [false; WIDTH];
        for program in rules.iter().filter_map(|rule| self.engine.programs.get(*rule)) {
            for leaf in program.searches.iter().flatten().flatten() {
                if let Some(Some((place, _))) = self.places.get(*leaf)
                    && let Some(slot) = relevant.get_mut(*place)
                {
                    *slot = true;
                }
            }
        }
        let relevant = (2..WIDTH).filter(|slot| relevant.get(*slot) == Some(&true)).collect();
        let at = self.candidates.len();
        self.candidates.push(Candidates { rules, relevant, verdicts: HashMap::default() });
        self.candidates_of.insert((kind[0], kind[1]), at);
        at
    }

    fn said(&self, kind: Kind, place: usize, bit: usize) -> Bounds {
        let class = kind.get(place).copied().unwrap_or(ODD);
        Bounds::sure(self.classes.get(place).is_some_and(|classes| classes.holds(class, bit)))
    }

    /// Works out what the columns say of the events of a kind.
    #[cold]
    fn judge(&mut self, kind: Kind, candidates: usize) -> usize {
        if self.verdicts.len() >= MOST_VERDICTS {
            self.verdicts.clear();
            self.candidates.iter_mut().for_each(|candidates| candidates.verdicts.clear());
        }
        let leaf = |n: usize| match self.places.get(n) {
            Some(Some((place, bit))) => self.said(kind, *place, *bit),
            _ => Bounds::OPEN,
        };
        let (mut hits, mut open) = (Vec::new(), Vec::new());
        for &rule in self.candidates.get(candidates).map_or(&[][..], |candidates| &candidates.rules) {
            let Some(program) = self.engine.programs.get(rule) else { continue };
            match program.bounds(&leaf) {
                Bounds { may_hold: true, may_fail: true } => open.push(rule),
                Bounds { may_hold: true, .. } => hits.push(rule as u32),
                Bounds { .. } => {}
            }
        }
        let needs = self.engine.needs();
        let takes = |rule: &u32| needs.of_rule.get(*rule as usize).is_some_and(|needs| !needs.is_empty());
        let takes = hits.iter().any(takes);
        let verdict = Verdict { number: self.number(&hits), takes, hits, open };
        let at = self.verdicts.len();
        self.verdicts.push(verdict);
        if let Some(candidates) = self.candidates.get_mut(candidates) {
            candidates.verdicts.insert(kind, at);
        }
        at
    }

    /// Adds the open rules that fire on a record to those that hit it.
    fn decide(&mut self, kind: Kind, verdict: usize, spans: &Spans<'_>) {
        let Self { engine, classes, places, record_leaves, hits, verdicts, .. } = self;
        let Some(verdict) = verdicts.get(verdict) else { return };
        hits.extend(&verdict.hits);
        record_leaves.record = record_leaves.record.wrapping_add(1);
        let mut leaf = |n: usize| match places.get(n) {
            Some(Some((place, bit))) => {
                let class = kind.get(*place).copied().unwrap_or(ODD);
                classes.get(*place).is_some_and(|classes| classes.holds(class, *bit))
            }
            _ => record_leaves.holds(engine, n, spans),
        };
        for &rule in &verdict.open {
            if engine.programs.get(rule).is_some_and(|program| fires(program, &mut leaf)) {
                hits.push(rule as u32);
            }
        }
        if hits.len() > verdict.hits.len() {
            hits.sort_unstable();
        }
    }

    /// Every rule by itself, for a record with values that dictionaries do not tell apart.
    fn one_by_one(&mut self, spans: &Spans<'_>) {
        let Self { engine, record_leaves, hits, .. } = self;
        record_leaves.record = record_leaves.record.wrapping_add(1);
        let mut leaf = |n: usize| record_leaves.holds(engine, n, spans);
        for (rule, program) in engine.programs.iter().enumerate() {
            if fires(program, &mut leaf) {
                hits.push(rule as u32);
            }
        }
    }

    /// Takes what other rules need of a record that those in `hits` hit.
    fn take(&mut self, spans: &Spans<'_>, at: Locator) {
        let needs = self.engine.needs();
        for rule in &self.hits {
            for &field in needs.of_rule.get(*rule as usize).into_iter().flatten() {
                let Some(wanted) = needs.fields.get(field as usize) else { continue };
                let taken = &mut self.taken;
                self.captures.values(wanted, spans, |value| taken.push(Captured { at, field, value }));
            }
        }
    }

    fn number(&mut self, hits: &[u32]) -> u32 {
        if hits.is_empty() {
            return 0;
        }
        if let Some(number) = self.numbers.get(hits) {
            return *number;
        }
        let number = self.sets.number(hits);
        self.numbers.insert(hits.into(), number);
        number
    }
}

impl RecordLeaves {
    fn new(engine: &Engine) -> Self {
        let mut all = Self { said: vec![(0, false); engine.leaves.len()], ..Self::default() };
        for leaf in &engine.leaves {
            let refers = leaf.item.tests.iter().any(|test| matches!(test, Test::Field(..)));
            let path = leaf.item.field.as_ref().filter(|_| !refers);
            let number = path.map(|path| {
                let known = all.paths.iter().position(|known| known.path == *path);
                known.unwrap_or_else(|| {
                    let root = all.root(path);
                    all.paths.push(PathValues { path: path.clone(), root, record: 0, places: Vec::new() });
                    all.paths.len() - 1
                })
            });
            all.path_of.push(number);
        }
        all
    }

    /// The root that a path goes through, where it goes on below it.
    fn root(&mut self, path: &[String]) -> Option<usize> {
        let [key, _, ..] = path else { return None };
        let known = self.roots.iter().position(|root| root.key == *key);
        Some(known.unwrap_or_else(|| {
            self.roots.push(Members { key: key.clone(), record: 0, members: None });
            self.roots.len() - 1
        }))
    }

    fn holds(&mut self, engine: &Engine, number: usize, spans: &Spans<'_>) -> bool {
        let (Some(leaf), Some(said)) = (engine.leaves.get(number), self.said.get_mut(number)) else {
            return false;
        };
        if said.0 != self.record {
            let path = self.path_of.get(number).copied().flatten();
            let holds = match path.and_then(|path| self.paths.get_mut(path)) {
                Some(path) => item_on_values(&leaf.item, &path.values(self.record, spans, &mut self.roots)),
                None => item_on(&leaf.item, spans),
            };
            *said = (self.record, holds);
        }
        said.1
    }
}

impl Members {
    /// The members in a record, which several paths may go through.
    fn of(&mut self, record: u32, spans: &Spans<'_>) -> Option<&[(Part, Part)]> {
        if self.record != record {
            self.record = record;
            let value = spans.root(&self.key);
            let members =
                || json::members(value).map(|m| (part(spans, m.key), part(spans, m.value))).collect();
            let is_plain = value.first() == Some(&b'{') && memchr::memchr(b'\\', value).is_none();
            self.members = is_plain.then(members);
        }
        self.members.as_deref()
    }
}

/// Where a piece of a record stands in it.
fn part(spans: &Spans<'_>, piece: &[u8]) -> Part {
    ((piece.as_ptr() as usize).wrapping_sub(spans.text.as_ptr() as usize), piece.len())
}

/// The piece of a record that stands there.
fn piece<'r>(spans: &Spans<'r>, (from, len): Part) -> Option<&'r [u8]> {
    spans.text.get(from..from.checked_add(len)?)
}

impl PathValues {
    /// The values in a record, which several leaves may ask for.
    fn values<'r>(&mut self, record: u32, spans: &Spans<'r>, roots: &mut [Members]) -> Vec<&'r [u8]> {
        if self.record != record {
            self.record = record;
            let found = self.found(record, spans, roots);
            self.places = found.into_iter().map(|value| part(spans, value)).collect();
        }
        self.places.iter().filter_map(|&place| piece(spans, place)).collect()
    }

    fn found<'r>(&self, record: u32, spans: &'r Spans<'_>, roots: &mut [Members]) -> Vec<&'r [u8]> {
        let root = self.root.and_then(|root| roots.get_mut(root)).and_then(|root| root.of(record, spans));
        let (Some(members), [_, name, rest @ ..]) = (root, self.path.as_slice()) else {
            return seen(&self.path, values_at(spans, &self.path));
        };
        let is = |key: &Part| piece(spans, *key) == Some(name.as_bytes());
        let member =
            members.iter().rev().find(|(key, _)| is(key)).and_then(|(_, value)| piece(spans, *value));
        member.map_or_else(Vec::new, |value| values_below(value, rest))
    }
}

impl Drop for Matcher {
    fn drop(&mut self) {
        self.captures.add(&mut self.taken);
    }
}

impl Watch for Matcher {
    fn record(&mut self, spans: &Spans<'_>, row: &EventRow) -> u32 {
        self.hits.clear();
        match self.verdict(spans, row) {
            None => self.one_by_one(spans),
            Some((kind, at)) => match self.verdicts.get(at) {
                Some(verdict) if verdict.open.is_empty() && !verdict.takes => return verdict.number,
                _ => self.decide(kind, at, spans),
            },
        }
        if !self.engine.needs().fields.is_empty() {
            self.take(spans, row.at);
        }
        let hits = std::mem::take(&mut self.hits);
        let number = self.number(&hits);
        self.hits = hits;
        number
    }
}

/// Whether a rule fires, given what its leaves say.
fn fires(program: &Program, leaf: &mut dyn FnMut(usize) -> bool) -> bool {
    let mut search = |n: usize| {
        let groups = program.searches.get(n);
        groups.is_some_and(|groups| groups.iter().any(|group| group.iter().all(|&l| leaf(l))))
    };
    program.conditions.iter().any(|condition| condition.holds(&mut search))
}
