//! One worker's view of the rules: what it has learned of the values it met.

use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::classes::{Class, Classes, ODD, Slot};
use super::leaf::{item_on, item_on_values, values_at};
use super::{Bounds, Engine, Program};
use crate::detect::capture::{Captured, Captures};
use crate::detect::hits::HitSets;
use crate::detect::sigma::item::Test;
use crate::ingest::scan::{Key, Spans};
use crate::ingest::watch::Watch;
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
    /// The rules that can fire, by the classes of name and source, and which columns they look at.
    candidates: HashMap<(Class, Class), Arc<Candidates>, FixedState>,
    verdicts: HashMap<Kind, Arc<Verdict>, FixedState>,
    last: Option<(Kind, Arc<Verdict>)>,
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
    /// Which of the columns decide.
    relevant: [bool; WIDTH],
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
    record: u32,
}

/// Where a path leads to in the record that is being looked at.
#[derive(Debug)]
struct PathValues {
    path: Vec<String>,
    /// For which record it was followed last.
    record: u32,
    /// The values, as places in the record.
    places: Vec<(usize, usize)>,
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
            candidates: HashMap::default(),
            verdicts: HashMap::default(),
            last: None,
            numbers: HashMap::default(),
            hits: Vec::new(),
            record_leaves: RecordLeaves::new(&engine),
            captures,
            taken: Vec::new(),
            engine,
            sets,
        }
    }

    /// The classes of an event's values; `None` when one of them has to be looked at by itself.
    #[inline]
    fn kind(&mut self, spans: &Spans<'_>, row: &EventRow) -> Option<Kind> {
        let mut kind = [ODD; WIDTH];
        for (slot, classes) in kind.iter_mut().zip(&mut self.classes) {
            *slot = classes.of(&self.engine, spans, row);
            if *slot == ODD {
                return None;
            }
        }
        Some(kind)
    }

    /// What the columns say of events of a kind.
    fn verdict(&mut self, kind: Kind) -> Arc<Verdict> {
        if let Some((_, verdict)) = self.last.as_ref().filter(|(last, _)| *last == kind) {
            return verdict.clone();
        }
        let candidates = self.candidates_of(kind);
        let mut short = kind;
        for (class, is_relevant) in short.iter_mut().zip(candidates.relevant) {
            *class = if is_relevant { *class } else { ODD };
        }
        // Kinds that differ in what no rule looks at have one verdict.
        let verdict = match self.verdicts.get(&short) {
            Some(verdict) => verdict.clone(),
            None => {
                let verdict = Arc::new(self.judge(kind, &candidates.rules));
                if self.verdicts.len() >= MOST_VERDICTS {
                    self.verdicts.clear();
                }
                self.verdicts.insert(short, verdict.clone());
                verdict
            }
        };
        self.last = Some((kind, verdict.clone()));
        verdict
    }

    fn candidates_of(&mut self, kind: Kind) -> Arc<Candidates> {
        let [event, source, ..] = kind;
        if let Some(known) = self.candidates.get(&(event, source)) {
            return known.clone();
        }
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
        // Name and source stand for the list itself.
        (relevant[0], relevant[1]) = (true, true);
        let candidates = Arc::new(Candidates { rules, relevant });
        self.candidates.insert((event, source), candidates.clone());
        candidates
    }

    fn said(&self, kind: Kind, place: usize, bit: usize) -> Bounds {
        let class = kind.get(place).copied().unwrap_or(ODD);
        Bounds::sure(self.classes.get(place).is_some_and(|classes| classes.holds(class, bit)))
    }

    fn judge(&mut self, kind: Kind, rules: &[usize]) -> Verdict {
        let leaf = |n: usize| match self.places.get(n) {
            Some(Some((place, bit))) => self.said(kind, *place, *bit),
            _ => Bounds::OPEN,
        };
        let (mut hits, mut open) = (Vec::new(), Vec::new());
        for &rule in rules {
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
        Verdict { number: self.number(&hits), takes, hits, open }
    }

    /// Adds the open rules that fire on a record to those that hit it.
    fn decide(&mut self, kind: Kind, open: &[usize], spans: &Spans<'_>) {
        let Self { engine, classes, places, record_leaves, hits, .. } = self;
        record_leaves.record = record_leaves.record.wrapping_add(1);
        let mut leaf = |n: usize| match places.get(n) {
            Some(Some((place, bit))) => {
                let class = kind.get(*place).copied().unwrap_or(ODD);
                classes.get(*place).is_some_and(|classes| classes.holds(class, *bit))
            }
            _ => record_leaves.holds(engine, n, spans),
        };
        let before = hits.len();
        for &rule in open {
            if engine.programs.get(rule).is_some_and(|program| fires(program, &mut leaf)) {
                hits.push(rule as u32);
            }
        }
        if before > 0 && hits.len() > before {
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
                all.paths.iter().position(|known| known.path == *path).unwrap_or_else(|| {
                    all.paths.push(PathValues { path: path.clone(), record: 0, places: Vec::new() });
                    all.paths.len() - 1
                })
            });
            all.path_of.push(number);
        }
        all
    }

    fn holds(&mut self, engine: &Engine, number: usize, spans: &Spans<'_>) -> bool {
        let (Some(leaf), Some(said)) = (engine.leaves.get(number), self.said.get_mut(number)) else {
            return false;
        };
        if said.0 != self.record {
            let path = self.path_of.get(number).copied().flatten();
            let holds = match path.and_then(|path| self.paths.get_mut(path)) {
                Some(path) => item_on_values(&leaf.item, &path.values(self.record, spans)),
                None => item_on(&leaf.item, spans),
            };
            *said = (self.record, holds);
        }
        said.1
    }
}

impl PathValues {
    /// The values in a record, which several leaves may ask for.
    fn values<'r>(&mut self, record: u32, spans: &Spans<'r>) -> Vec<&'r [u8]> {
        if self.record != record {
            let start = spans.text.as_ptr() as usize;
            let place = |value: &[u8]| ((value.as_ptr() as usize).wrapping_sub(start), value.len());
            self.places = values_at(spans, &self.path).into_iter().map(place).collect();
            self.record = record;
        }
        let value = |&(from, len): &(usize, usize)| spans.text.get(from..from.checked_add(len)?);
        self.places.iter().filter_map(value).collect()
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
        match self.kind(spans, row) {
            None => self.one_by_one(spans),
            Some(kind) => {
                let verdict = self.verdict(kind);
                if verdict.open.is_empty() && !verdict.takes {
                    return verdict.number;
                }
                self.hits.extend(&verdict.hits);
                self.decide(kind, &verdict.open, spans);
            }
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
