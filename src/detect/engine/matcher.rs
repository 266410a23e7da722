//! One worker's view of the rules: what it has learned of the values it met.
//!
//! What columns say is worked out for many events at once, when they are gathered. Only where a rule needs more than
//! columns is an event looked at while its record is at hand: the gate of its [`Candidates`] tells.

use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::candidates::{Candidates, Gate, LeafPlaces};
use super::classes::{Class, Classes, ODD, Place, Slot, UNKNOWN};
use super::kind::{self, Kind, NAMED, Others, SLOTS};
use super::record::RecordLeaves;
use super::{Bounds, Engine, Program};
use crate::detect::capture::{Captured, Captures};
use crate::detect::hits::HitSets;
use crate::ingest::scan::Spans;
use crate::ingest::watch::Watch;
use crate::store::Column;
use crate::store::segment::{EventRow, Locator};

/// How many verdicts are remembered before all are forgotten.
const MOST_VERDICTS: usize = 1 << 18;

/// Stands with an event's words in place of the number of a set until its columns are looked at. Sets are never so many.
const PUT_OFF: u32 = 1 << 31;

/// How many events are looked at together: what they need stays in the nearest cache.
const TOGETHER: usize = 512;

/// Holds records against all rules.
#[derive(Debug)]
pub struct Matcher {
    engine: Arc<Engine>,
    sets: Arc<HitSets>,
    classes: Vec<Classes>,
    places: Arc<LeafPlaces>,
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
    /// Whether a value without a class was met, so that nothing can be put off any more.
    at_hand: bool,
    /// The classes of the events that are looked at together, a word of all of them after the other.
    together: [Vec<u64>; 2],
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
    /// Where the bit of each leaf stands.
    places: Arc<LeafPlaces>,
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
            classes: lessons.slots.iter().map(|slot| Classes::new(&engine, slot.clone())).collect(),
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
            at_hand: false,
            together: Default::default(),
            engine,
            sets,
        }
    }

    /// Learns the values of a record of which some were not met before.
    #[cold]
    fn learn(&mut self, spans: &Spans<'_>, row: &EventRow) {
        for classes in &mut self.classes {
            classes.learn(&self.engine, spans, row);
            self.at_hand |= classes.is_full();
            // A value whose number has other readings as well has no class, and is known by its row as long as
            // nobody has met the other reading first.
            if let Slot::Column(column, _) = classes.slot() {
                self.at_hand |= !row.is_odd && classes.known(row.columns[column as usize]) == ODD;
            }
        }
    }

    /// Which of the candidates belong to a name and a source; `None` when one of them has no class.
    #[inline]
    fn candidates(&mut self, event: u32, source: u32) -> Option<u32> {
        match self.by_name.get(event as usize) {
            Some((with, at)) if *with == source => Some(*at),
            _ => self.named(event, source),
        }
    }

    #[cold]
    fn named(&mut self, event: u32, source: u32) -> Option<u32> {
        let mut named = [ODD; NAMED];
        for ((class, classes), id) in named.iter_mut().zip(&self.classes).zip([event, source]) {
            *class = classes.known(id);
        }
        if named.iter().any(|class| matches!(*class, ODD | UNKNOWN)) {
            return None;
        }
        let at = match self.candidates_of.get(&named) {
            Some(at) => *at,
            None => {
                let kind = Kind { named, others: Others::default() };
                let said = |slot, bit| self.said(kind, slot, bit);
                let candidates = Candidates::new(&self.engine, &self.places, named, said);
                let at = self.candidates.len() as u32;
                self.candidates.push(candidates);
                self.candidates_of.insert(named, at);
                at
            }
        };
        let event = event as usize;
        if self.by_name.len() <= event {
            self.by_name.resize(event + 1, (u32::MAX, 0));
        }
        if let Some(slot) = self.by_name.get_mut(event) {
            *slot = (source, at);
        }
        Some(at)
    }

    fn said(&self, kind: Kind, slot: usize, bit: usize) -> Bounds {
        Bounds::sure(self.classes.get(slot).is_some_and(|classes| classes.holds(kind.class(slot), bit)))
    }

    /// The classes in some slots of an event; `None` when a value has none.
    #[inline]
    fn classes_in(&self, slots: &[usize], row: &EventRow, words: u32) -> Option<Others> {
        let mut others = Others::default();
        for &slot in slots {
            let classes = self.classes.get(slot)?;
            let class = classes.known(match classes.slot() {
                Slot::Column(column, _) => row.columns[column as usize],
                Slot::Word(n) => kind::word(words, n),
            });
            if matches!(class, ODD | UNKNOWN) {
                return None;
            }
            let (word, bit) = kind::place(slot);
            if let Some(word) = others.get_mut(word) {
                *word |= u64::from(class) << bit;
            }
        }
        Some(others)
    }

    /// Whether the columns of an event are enough to say which rules hit it; `None` when a value has no class.
    #[inline]
    fn is_shut(&mut self, at: u32, row: &EventRow, words: u32) -> Option<bool> {
        let candidates = self.candidates.get(at as usize)?;
        let ask = match &candidates.gate {
            Gate::Shut => return Some(true),
            Gate::Open => return Some(false),
            Gate::Ask(ask) => ask,
        };
        let others = self.classes_in(&ask.slots, row, words)?;
        let Some(Gate::Ask(ask)) = self.candidates.get_mut(at as usize).map(|c| &mut c.gate) else {
            return None;
        };
        if let Some(opens) = ask.opens.get(others) {
            return Some(!opens);
        }
        self.judge_gate(at, others)
    }

    /// Works out whether the columns are enough for events of a kind.
    #[cold]
    fn judge_gate(&mut self, at: u32, others: Others) -> Option<bool> {
        let candidates = self.candidates.get(at as usize)?;
        let Gate::Ask(ask) = &candidates.gate else { return None };
        let opens = ask.is_open(&self.engine, &|n| self.bounds(Kind { named: candidates.named, others }, n));
        if let Some(Gate::Ask(ask)) = self.candidates.get_mut(at as usize).map(|c| &mut c.gate) {
            ask.opens.insert(others, opens);
        }
        Some(!opens)
    }

    /// What the columns of a kind of events say of a leaf.
    fn bounds(&self, kind: Kind, leaf: usize) -> Bounds {
        match self.places.get(leaf) {
            Some(Some((slot, bit))) => self.said(kind, *slot, *bit),
            _ => Bounds::OPEN,
        }
    }

    /// What the columns say of an event; `None` when one of its values has to be looked at by itself.
    #[inline]
    fn verdict(&mut self, at: u32, row: &EventRow, words: u32) -> Option<(Kind, u32)> {
        let candidates = self.candidates.get(at as usize)?;
        let kind = Kind { named: candidates.named, others: self.classes_in(&candidates.slots, row, words)? };
        Some((kind, self.verdict_of(at, kind.others)?))
    }

    /// What the columns say of the events of a kind.
    #[inline]
    fn verdict_of(&mut self, at: u32, others: Others) -> Option<u32> {
        match self.candidates.get_mut(at as usize)?.verdicts.get(others) {
            Some(verdict) => Some(verdict),
            None => self.judge(at, others),
        }
    }

    /// Works out what the columns say of the events of a kind.
    #[cold]
    fn judge(&mut self, at: u32, others: Others) -> Option<u32> {
        if self.verdicts.len() >= MOST_VERDICTS {
            self.verdicts.clear();
            for candidates in &mut self.candidates {
                candidates.verdicts.clear();
            }
        }
        let candidates = self.candidates.get(at as usize)?;
        let kind = Kind { named: candidates.named, others };
        let (mut hits, mut open) = (Vec::new(), Vec::new());
        for &rule in &candidates.rules {
            let Some(program) = self.engine.programs.get(rule) else { continue };
            match program.bounds(&|n| self.bounds(kind, n)) {
                Bounds { may_hold: true, may_fail: true } => open.push(rule),
                Bounds { may_hold: true, .. } => hits.push(rule as u32),
                Bounds { .. } => {}
            }
        }
        let is_final = open.is_empty() && !hits.iter().any(|rule| self.engine.takes(*rule as usize));
        let verdict = Verdict { number: self.number(&hits), is_final, hits, open };
        let number = self.verdicts.len() as u32;
        self.verdicts.push(verdict);
        self.candidates.get_mut(at as usize)?.verdicts.insert(others, number);
        Some(number)
    }

    /// Adds the open rules that fire on a record to those that hit it.
    fn decide(&mut self, kind: Kind, verdict: u32, spans: &Spans<'_>) {
        let Self { engine, classes, places, record_leaves, hits, verdicts, .. } = self;
        let Some(verdict) = verdicts.get(verdict as usize) else { return };
        hits.extend(&verdict.hits);
        record_leaves.turn();
        let mut leaf = |n: usize| match places.get(n) {
            Some(Some((slot, bit))) => {
                classes.get(*slot).is_some_and(|classes| classes.holds(kind.class(*slot), *bit))
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

    /// What hits a record, by its bytes where columns are not enough.
    fn look(&mut self, kind: Option<(Kind, u32)>, spans: &Spans<'_>, row: &EventRow) -> u32 {
        self.hits.clear();
        match kind {
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

    /// The classes of some events, side by side in `together`: those of all slots, whoever looks at them.
    fn gather(&mut self, columns: &[Vec<u32>; Column::COUNT], from: usize, found: &[u32]) {
        for word in &mut self.together {
            word.clear();
            word.resize(found.len(), 0);
        }
        for (slot, classes) in self.classes.iter().enumerate().skip(NAMED) {
            let (word, bit) = kind::place(slot);
            let Some(together) = self.together.get_mut(word).filter(|_| !classes.is_alike()) else {
                continue;
            };
            match classes.slot() {
                Slot::Column(column, _) => {
                    let ids = columns[column as usize].get(from..).unwrap_or_default();
                    debug_assert!(
                        ids.iter().zip(found).all(|(id, found)| found & PUT_OFF == 0
                            || !matches!(classes.known(*id), ODD | UNKNOWN)),
                        "what is put off has classes"
                    );
                    for (word, id) in together.iter_mut().zip(ids) {
                        *word |= u64::from(classes.known(*id)) << bit;
                    }
                }
                Slot::Word(n) => {
                    for (word, found) in together.iter_mut().zip(found) {
                        *word |= u64::from(classes.known(kind::word(*found, n))) << bit;
                    }
                }
            }
        }
    }

    /// What hits the event at `row`, whose classes stand at `at` in `together`.
    #[inline]
    fn gathered_one(&mut self, columns: &[Vec<u32>; Column::COUNT], row: usize, at: usize) -> Option<u32> {
        let of = |column: Column| columns[column as usize].get(row).copied();
        let candidates = self.candidates(of(Column::Event)?, of(Column::Source)?)?;
        let mask = self.candidates.get(candidates as usize)?.mask;
        let mut others = Others::default();
        for ((word, mask), together) in others.iter_mut().zip(mask).zip(&self.together) {
            *word = together.get(at)? & mask;
        }
        let verdict = self.verdict_of(candidates, others)?;
        let verdict = self.verdicts.get(verdict as usize)?;
        debug_assert!(verdict.is_final, "the gate was shut");
        Some(verdict.number)
    }
}

impl Drop for Matcher {
    fn drop(&mut self) {
        self.captures.add(&mut self.taken);
    }
}

impl Watch for Matcher {
    fn meet(&mut self, spans: &Spans<'_>, row: &EventRow) {
        self.learn(spans, row);
    }

    fn record(&mut self, spans: &Spans<'_>, row: &EventRow) -> u32 {
        let words = kind::words(spans).filter(|_| !row.is_odd);
        let (event, source) = (row.columns[Column::Event as usize], row.columns[Column::Source as usize]);
        let Some((words, at)) = words.and_then(|words| Some((words, self.candidates(event, source)?))) else {
            return self.look(None, spans, row);
        };
        if !self.at_hand && self.is_shut(at, row, words) == Some(true) {
            return PUT_OFF | words;
        }
        let verdict = self.verdict(at, row, words);
        self.look(verdict, spans, row)
    }

    fn gathered(&mut self, columns: &[Vec<u32>; Column::COUNT], found: &mut [u32]) {
        for (n, found) in found.chunks_mut(TOGETHER).enumerate() {
            let from = n * TOGETHER;
            self.gather(columns, from, found);
            for (at, found) in found.iter_mut().enumerate().filter(|(_, found)| **found & PUT_OFF != 0) {
                *found = self.gathered_one(columns, from + at, at).unwrap_or_default();
            }
        }
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
