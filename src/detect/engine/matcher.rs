//! One worker's view of the rules: what it has learned of the values it met.

use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::classes::{Class, Classes, ODD, Place, Slot};
use super::record::RecordLeaves;
use super::{Bounds, Engine, Program};
use crate::detect::capture::{Captured, Captures};
use crate::detect::hits::HitSets;
use crate::ingest::scan::{Key, Spans};
use crate::ingest::watch::Watch;
use crate::store::Column;
use crate::store::segment::{EventRow, Locator};

/// The values that have classes, with the bits that their classes have in a [`Kind`]: those of columns, and those
/// that are hardly ever anything but true or false. Name and source come first and choose the [`Candidates`].
const SLOTS: [(Slot, u32); WIDTH] = [
    (Slot::Column(Column::Event, Key::EventName), 16),
    (Slot::Column(Column::Source, Key::EventSource), 16),
    (Slot::Column(Column::Identity, Key::UserIdentity), 16),
    (Slot::Column(Column::Agent, Key::UserAgent), 16),
    (Slot::Column(Column::Ip, Key::SourceIpAddress), 16),
    (Slot::Column(Column::Error, Key::ErrorCode), 8),
    (Slot::Column(Column::Region, Key::AwsRegion), 8),
    (Slot::Column(Column::Account, Key::RecipientAccountId), 8),
    (Slot::Column(Column::Type, Key::EventType), 8),
    (Slot::Column(Column::Category, Key::EventCategory), 8),
    (Slot::Word(Key::ReadOnly), 8),
    (Slot::Word(Key::ManagementEvent), 8),
    (Slot::Word(Key::SessionFromConsole), 8),
];

const WIDTH: usize = 13;

/// Where the class of each slot stands in a kind; name and source stand in front of it.
const SHIFTS: [u32; WIDTH] = {
    let mut shifts = [0; WIDTH];
    let mut slot = NAMED + 1;
    while slot < WIDTH {
        shifts[slot] = shifts[slot - 1] + SLOTS[slot - 1].1;
        slot += 1;
    }
    shifts
};

/// How many slots choose the candidates.
const NAMED: usize = 2;

/// How many verdicts are remembered before all are forgotten.
const MOST_VERDICTS: usize = 1 << 18;

/// The classes of the values of an event.
#[derive(Clone, Copy, Debug)]
struct Kind {
    named: [Class; NAMED],
    /// Those of the other slots, side by side as [`SHIFTS`] says; 0 where nobody looks.
    others: u128,
}

impl Kind {
    fn class(&self, slot: usize) -> Class {
        match (self.named.get(slot), SLOTS.get(slot), SHIFTS.get(slot)) {
            (Some(class), ..) => *class,
            (None, Some((_, bits)), Some(shift)) => (self.others >> shift) as u16 & (u16::MAX >> (16 - bits)),
            _ => ODD,
        }
    }
}

/// Holds records against all rules.
#[derive(Debug)]
pub struct Matcher {
    engine: Arc<Engine>,
    sets: Arc<HitSets>,
    classes: Vec<Classes>,
    /// Where the bit of each leaf stands: the place in `classes`, and which bit.
    places: Arc<[Option<(usize, usize)>]>,
    /// By the number of a name: the source that came with it last, and which of `candidates` belong to the two.
    by_name: Vec<(u32, u32)>,
    /// Which of `candidates` belong to the classes of a name and a source.
    candidates_of: HashMap<[Class; NAMED], u32, FixedState>,
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
    named: [Class; NAMED],
    rules: Vec<usize>,
    /// Which of the other slots they look at.
    relevant: Vec<usize>,
    /// Which of the verdicts belongs to the classes there; those of other slots are left out.
    verdicts: HashMap<u128, u32, FixedState>,
    /// The last of these: the next event is often of the same kind.
    last: (u128, u32),
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
    /// Whether the columns say everything, and nothing is to be taken from the record for another rule.
    is_final: bool,
}

/// What the workers of a load learn together.
#[derive(Debug)]
pub struct Lessons {
    slots: Vec<Arc<Place>>,
    /// Where the bit of each leaf stands: the slot, and which bit.
    places: Arc<[Option<(usize, usize)>]>,
}

impl Lessons {
    /// Nothing learned yet.
    pub fn new(engine: &Engine) -> Self {
        let room = |bits: u32| Class::MAX >> (Class::BITS - bits);
        let slots = SLOTS.iter().map(|(slot, bits)| Arc::new(Place::new(engine, *slot, room(*bits))));
        let slots: Vec<Arc<Place>> = slots.collect();
        let mut places = vec![None; engine.leaves.len()];
        for (number, slot) in slots.iter().enumerate() {
            for (bit, leaf) in slot.leaves().iter().enumerate() {
                if let Some(place) = places.get_mut(*leaf) {
                    *place = Some((number, bit));
                }
            }
        }
        Self { slots, places: places.into() }
    }
}

impl Matcher {
    /// One that has met nothing yet, shares `lessons`, numbers what hits a record by `sets` and puts what others need
    /// of it into `captures`.
    pub fn new(engine: Arc<Engine>, lessons: &Lessons, sets: Arc<HitSets>, captures: Arc<Captures>) -> Self {
        Self {
            classes: lessons.slots.iter().map(|slot| Classes::new(slot.clone())).collect(),
            places: lessons.places.clone(),
            by_name: Vec::new(),
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
    fn verdict(&mut self, spans: &Spans<'_>, row: &EventRow) -> Option<(Kind, u32)> {
        let (event, source) = (row.columns[Column::Event as usize], row.columns[Column::Source as usize]);
        let at = match self.by_name.get(event as usize) {
            Some((with, at)) if *with == source => *at,
            _ => self.named(spans, row)?,
        };
        let candidates = self.candidates.get_mut(at as usize)?;
        let mut kind = Kind { named: candidates.named, others: 0 };
        for &slot in &candidates.relevant {
            if let (Some(classes), Some(shift)) = (self.classes.get_mut(slot), SHIFTS.get(slot)) {
                let class = classes.of(&self.engine, spans, row);
                if class == ODD {
                    return None;
                }
                kind.others |= u128::from(class) << shift;
            }
        }
        if candidates.last.0 == kind.others {
            return Some((kind, candidates.last.1));
        }
        let verdict = match candidates.verdicts.get(&kind.others) {
            Some(verdict) => *verdict,
            None => self.judge(kind, at),
        };
        if let Some(candidates) = self.candidates.get_mut(at as usize) {
            candidates.last = (kind.others, verdict);
        }
        Some((kind, verdict))
    }

    /// Which of the candidates belong to the name and the source of an event.
    #[cold]
    fn named(&mut self, spans: &Spans<'_>, row: &EventRow) -> Option<u32> {
        let mut named = [ODD; NAMED];
        for (class, classes) in named.iter_mut().zip(&mut self.classes) {
            *class = classes.of(&self.engine, spans, row);
        }
        if named.contains(&ODD) {
            return None;
        }
        let at = match self.candidates_of.get(&named) {
            Some(at) => *at,
            None => self.possible(named),
        };
        let event = row.columns[Column::Event as usize] as usize;
        if self.by_name.len() <= event {
            self.by_name.resize(event + 1, (u32::MAX, 0));
        }
        if let Some(slot) = self.by_name.get_mut(event) {
            *slot = (row.columns[Column::Source as usize], at);
        }
        Some(at)
    }

    /// The rules that name and source leave open.
    fn possible(&mut self, named: [Class; NAMED]) -> u32 {
        let kind = Kind { named, others: 0 };
        let leaf = |n: usize| match self.places.get(n) {
            Some(Some((place, bit))) if *place < NAMED => self.said(kind, *place, *bit),
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
        let relevant = (NAMED..WIDTH).filter(|slot| relevant.get(*slot) == Some(&true)).collect();
        let at = self.candidates.len() as u32;
        // No kind has all its bits set: the classes do not fill them.
        let last = (u128::MAX, 0);
        self.candidates.push(Candidates { named, rules, relevant, verdicts: HashMap::default(), last });
        self.candidates_of.insert(named, at);
        at
    }

    fn said(&self, kind: Kind, place: usize, bit: usize) -> Bounds {
        Bounds::sure(self.classes.get(place).is_some_and(|classes| classes.holds(kind.class(place), bit)))
    }

    /// Works out what the columns say of the events of a kind.
    #[cold]
    fn judge(&mut self, kind: Kind, candidates: u32) -> u32 {
        if self.verdicts.len() >= MOST_VERDICTS {
            self.verdicts.clear();
            for candidates in &mut self.candidates {
                candidates.verdicts.clear();
                candidates.last = (u128::MAX, 0);
            }
        }
        let leaf = |n: usize| match self.places.get(n) {
            Some(Some((place, bit))) => self.said(kind, *place, *bit),
            _ => Bounds::OPEN,
        };
        let (mut hits, mut open) = (Vec::new(), Vec::new());
        let candidates = candidates as usize;
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
        let is_final = open.is_empty() && !hits.iter().any(takes);
        let verdict = Verdict { number: self.number(&hits), is_final, hits, open };
        let at = self.verdicts.len() as u32;
        self.verdicts.push(verdict);
        if let Some(candidates) = self.candidates.get_mut(candidates) {
            candidates.verdicts.insert(kind.others, at);
        }
        at
    }

    /// Adds the open rules that fire on a record to those that hit it.
    fn decide(&mut self, kind: Kind, verdict: u32, spans: &Spans<'_>) {
        let Self { engine, classes, places, record_leaves, hits, verdicts, .. } = self;
        let Some(verdict) = verdicts.get(verdict as usize) else { return };
        hits.extend(&verdict.hits);
        record_leaves.turn();
        let mut leaf = |n: usize| match places.get(n) {
            Some(Some((place, bit))) => {
                classes.get(*place).is_some_and(|classes| classes.holds(kind.class(*place), *bit))
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
        record_leaves.turn();
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
            Some((kind, at)) => match self.verdicts.get(at as usize) {
                Some(verdict) if verdict.is_final => return verdict.number,
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
