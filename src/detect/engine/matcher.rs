//! One worker's view of the rules: what it has learned of the values it met.
//!
//! What columns say is worked out for many events at once, when they are gathered. Only where a rule needs more than
//! columns is an event looked at while its record is at hand: the gate in `candidates` tells.

mod together;
mod verdict;

use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use self::together::TOGETHER;
use self::verdict::Verdict;
use super::candidates::{ByName, Candidates, LeafPlaces};
use super::classes::{Class, Classes, ODD, Place, Slot};
use super::kind::{self, ALL_WORDS, Kind, NAMED, SLOTS};
use super::record::RecordLeaves;
use super::{Engine, Program};
use crate::detect::capture::{Captured, Captures};
use crate::detect::hits::HitSets;
use crate::ingest::is_odd;
use crate::ingest::scan::{Key, Spans};
use crate::ingest::watch::Watch;
use crate::store::Column;
use crate::store::segment::{EventRow, Locator};

/// Stands with an event's candidates and its words in place of the number of a set until its columns are looked at. Sets
/// are never so many.
const PUT_OFF: u32 = 1 << 31;

/// How many candidates fit there.
const MOST_PUT_OFF: u32 = PUT_OFF >> ALL_WORDS;

/// Holds records against all rules.
#[derive(Debug)]
pub struct Matcher {
    engine: Arc<Engine>,
    sets: Arc<HitSets>,
    classes: Vec<Classes>,
    places: Arc<LeafPlaces>,
    names: Arc<ByName>,
    /// By the number of a name: what is known of it with the source that came with it last.
    by_name: Vec<Named>,
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
    /// Whether a rule asks for values that are words.
    asks_words: bool,
    /// The classes of the events that are looked at together, a word of all of them after the other; empty where nobody
    /// asks for any of it.
    together: [Vec<u64>; 2],
}

/// Stands in place of an answer where a record has to be looked at. No answer is it.
const LOOK: u32 = u32::MAX;

/// What is known of the name of an event with a source.
#[derive(Clone, Copy, Debug)]
struct Named {
    source: u32,
    /// What to say of such a record at once: nothing, as no candidate can fire; or that it is put off, as columns are enough for
    /// all of them but for words; else [`LOOK`].
    answer: u32,
    /// Which of the candidates are theirs.
    candidates: u32,
}

impl Named {
    /// No source has this number.
    const UNKNOWN: Self = Self { source: u32::MAX, answer: LOOK, candidates: 0 };
}

/// What the workers of a load learn together.
#[derive(Debug)]
pub struct Lessons {
    slots: Vec<Arc<Place>>,
    /// Where the bit of each leaf stands.
    places: Arc<LeafPlaces>,
    names: Arc<ByName>,
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
        let names = Arc::new(ByName::new(engine, &places));
        Self { slots, places: places.into(), names }
    }
}

impl Matcher {
    /// One that has met nothing yet, shares `lessons`, numbers what hits a record by `sets` and puts what others need
    /// of it into `captures`.
    pub fn new(engine: Arc<Engine>, lessons: &Lessons, sets: Arc<HitSets>, captures: Arc<Captures>) -> Self {
        let classes: Vec<Classes> =
            lessons.slots.iter().map(|slot| Classes::new(&engine, slot.clone())).collect();
        let is_word = |classes: &&Classes| matches!(classes.slot(), Slot::Word(_));
        Self {
            asks_words: classes.iter().filter(is_word).any(|classes| !classes.is_alike()),
            classes,
            places: lessons.places.clone(),
            names: lessons.names.clone(),
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
        let was_at_hand = self.at_hand;
        for classes in self.classes.iter_mut().filter(|classes| !classes.is_alike()) {
            classes.learn(&self.engine, spans, row);
            self.at_hand |= classes.is_full();
            // A value whose number has other readings as well has no class, and is known by its row as long as
            // nobody has met the other reading first. Whether the rest of this row is odd says nothing of the next one.
            if let Slot::Column(column, key) = classes.slot()
                && classes.known(row.columns[column as usize]) == ODD
            {
                self.at_hand |= !is_odd(column, spans.get(key));
            }
        }
        if self.at_hand && !was_at_hand {
            // From now on each is looked at, but for those that nothing can hit.
            self.by_name.iter_mut().filter(|named| named.answer != 0).for_each(|named| named.answer = LOOK);
        }
    }

    /// Adds the open rules that fire on a record to those that hit it.
    fn decide(&mut self, kind: Kind, verdict: u32, spans: &Spans<'_>) {
        let Self { engine, classes, places, record_leaves, hits, verdicts, .. } = self;
        let Some(verdict) = verdicts.get(verdict as usize) else { return };
        hits.extend(&verdict.hits);
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

    /// Each rule by itself, for a record with values that dictionaries do not tell apart: the candidates of its name, or
    /// all where its name is such a value.
    fn one_by_one(&mut self, named: Option<Named>, spans: &Spans<'_>) {
        let Self { engine, candidates, record_leaves, hits, .. } = self;
        let mut leaf = |n: usize| record_leaves.holds(engine, n, spans);
        let mut ask = |rule: usize| {
            if engine.programs.get(rule).is_some_and(|program| fires(program, &mut leaf)) {
                hits.push(rule as u32);
            }
        };
        match named.and_then(|named| candidates.get(named.candidates as usize)) {
            Some(candidates) => candidates.rules.iter().copied().for_each(&mut ask),
            None => (0..engine.programs.len()).for_each(&mut ask),
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

    /// What hits a record of a kind, by its keys and its values where columns are not enough.
    fn look(&mut self, kind: Kind, at: u32, spans: &Spans<'_>, row: &EventRow) -> u32 {
        self.hits.clear();
        self.record_leaves.turn();
        let at = self.by_keys(kind, at, spans);
        if let Some(number) = self.final_number(at) {
            return number;
        }
        let values = self.by_values(at, spans);
        if let Some((_, Some(number))) = values {
            return number;
        }
        self.decide(kind, at, spans);
        let number = self.found(spans, row);
        if let Some((values, None)) = values.filter(|_| !self.takes(&self.hits)) {
            self.remember(at, values, number);
        }
        number
    }

    /// The set of a verdict that leaves nothing open.
    fn final_number(&self, at: u32) -> Option<u32> {
        self.verdicts.get(at as usize).filter(|verdict| verdict.is_final).map(|verdict| verdict.number)
    }

    /// What hits a record of no kind, by each rule.
    #[cold]
    fn look_at_all(&mut self, named: Option<Named>, spans: &Spans<'_>, row: &EventRow) -> u32 {
        self.hits.clear();
        self.record_leaves.turn();
        self.one_by_one(named, spans);
        self.found(spans, row)
    }

    /// What is known of the name of a record with something odd, if nothing else can have the numbers of name and source.
    fn plainly_named(&mut self, spans: &Spans<'_>, row: &EventRow) -> Option<Named> {
        let both = [(Column::Event, Key::EventName), (Column::Source, Key::EventSource)];
        let is_plain = |(column, key)| !is_odd(column, spans.get(key));
        both.into_iter().all(is_plain).then(|| self.known_name(row))?
    }

    /// What hits an event of which there is no answer at hand, if it is not put off.
    #[inline(never)]
    fn look_at(&mut self, spans: &Spans<'_>, row: &EventRow) -> u32 {
        let named = if row.is_odd { None } else { self.known_name(row) };
        let Some(Named { candidates: at, .. }) = named else {
            let named = self.plainly_named(spans, row);
            return self.look_at_all(named, spans, row);
        };
        let Some(words) = self.words(spans) else { return self.look_at_all(named, spans, row) };
        if !self.at_hand && at < MOST_PUT_OFF && self.is_shut(at, row, words) == Some(true) {
            return put_off(at, words);
        }
        match self.verdict(at, row, words) {
            Some((kind, verdict)) => self.look(kind, verdict, spans, row),
            None => self.look_at_all(named, spans, row),
        }
    }

    /// The numbers of an event's words, as far as rules ask for them; `None` where one is none that is known.
    #[inline]
    fn words(&self, spans: &Spans<'_>) -> Option<u32> {
        if self.asks_words { kind::words(spans) } else { Some(0) }
    }

    /// The number of what hits a record, of which is taken what others need.
    fn found(&mut self, spans: &Spans<'_>, row: &EventRow) -> u32 {
        if !self.engine.needs().fields.is_empty() {
            self.take(spans, row.at);
        }
        let hits = std::mem::take(&mut self.hits);
        let number = self.number(&hits);
        self.hits = hits;
        number
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
        // Most events come no further than this, and pay for no more.
        let known = self.by_name.get(row.columns[Column::Event as usize] as usize);
        let of_source = known.filter(|named| named.source == row.columns[Column::Source as usize]);
        match of_source.map_or(LOOK, |named| named.answer) {
            LOOK => {}
            _ if row.is_odd => {}
            0 => return 0,
            put_off if !self.asks_words => return put_off,
            put_off => {
                if let Some(words) = kind::words(spans) {
                    return put_off | words;
                }
            }
        }
        self.look_at(spans, row)
    }

    fn gathered(&mut self, columns: &[&[u32]; Column::COUNT], found: &mut [u32]) {
        for (n, found) in found.chunks_mut(TOGETHER).enumerate() {
            let from = n * TOGETHER;
            self.gather(columns, from, found);
            for (at, found) in found.iter_mut().enumerate().filter(|(_, found)| **found & PUT_OFF != 0) {
                *found = self.gathered_one((*found & !PUT_OFF) >> ALL_WORDS, at).unwrap_or_default();
            }
        }
    }
}

/// What stands for an event of some candidates that is put off.
fn put_off(candidates: u32, words: u32) -> u32 {
    PUT_OFF | candidates << ALL_WORDS | words
}

/// Whether a rule fires, given what its leaves say.
fn fires(program: &Program, leaf: &mut dyn FnMut(usize) -> bool) -> bool {
    let mut search = |n: usize| {
        let groups = program.searches.get(n);
        groups.is_some_and(|groups| groups.iter().any(|group| group.iter().all(|&l| leaf(l))))
    };
    program.conditions.iter().any(|condition| condition.holds(&mut search))
}
