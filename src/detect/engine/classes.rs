//! What leaves say of the values of a column: values of which all leaves say the same are one class.
//!
//! Ten thousand user agents come to a dozen classes. An event is then a handful of small numbers, and what the
//! rules make of them is worked out once for each combination. A value is classified once per load: what one worker
//! has learned the others take over.

use std::sync::{Arc, Mutex, PoisonError};

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::leaf::{IdentityOnly, Parts, item_on, item_on_text, values_at};
use super::{Engine, Leaf, Place as LeafPlace};
use crate::ingest::scan::{Key, Spans};
use crate::json;
use crate::store::Column;
use crate::store::segment::EventRow;

/// A class of values of one column. The number 0 is for values that have to be looked at one by one.
pub(super) type Class = u16;

/// The class of all values where no leaf looks at them.
const ALIKE: Class = 1;

/// The class of values that have to be looked at one by one.
pub(super) const ODD: Class = 0;

/// No class yet.
const UNKNOWN: Class = Class::MAX;

/// Where the values stand that have classes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Slot {
    /// In a column, whose dictionary numbers them.
    Column(Column, Key),
    /// Below a key that is true, false or absent.
    Word(Key),
}

/// The leaves on values that stand in one place, and the classes that all workers of a load have learned.
#[derive(Debug)]
pub(super) struct Place {
    slot: Slot,
    /// The leaves on the column, in the order of their bits.
    leaves: Vec<usize>,
    /// The largest class: kinds of events have only so much room for it.
    most: Class,
    learned: Mutex<Learned>,
}

/// What was learned of the values of a place.
#[derive(Debug)]
struct Learned {
    /// The paths into `userIdentity` with their leaves, as places in `leaves`.
    paths: Vec<PathClasses>,
    /// By the number of a value.
    by_value: Vec<Class>,
    numbers: HashMap<Box<[u64]>, Class, FixedState>,
    /// By class, a bit for each leaf.
    bits: Vec<Arc<[u64]>>,
}

/// One worker's copy of what was learned of the values of a place.
#[derive(Debug)]
pub(super) struct Classes {
    place: Arc<Place>,
    slot: Slot,
    /// Whether no leaf looks at the values.
    alike: bool,
    by_value: Vec<Class>,
    bits: Vec<Arc<[u64]>>,
}

/// What leaves on one path into `userIdentity` say of the texts there.
#[derive(Debug)]
struct PathClasses {
    path: Vec<String>,
    leaves: Vec<usize>,
    known: HashMap<Box<str>, Vec<usize>, FixedState>,
}

impl Place {
    pub(super) fn new(engine: &Engine, slot: Slot, most: Class) -> Self {
        let is_here = |leaf: &Leaf| match (slot, leaf.place) {
            (Slot::Column(column, _), LeafPlace::Column(own)) => own == column,
            (Slot::Column(column, _), LeafPlace::Identity) => column == Column::Identity,
            (Slot::Word(key), LeafPlace::Record) => leaf.key() == Some(key),
            _ => false,
        };
        let all = engine.leaves.iter().enumerate().filter(|(_, leaf)| is_here(leaf));
        let leaves: Vec<usize> = all.map(|(n, _)| n).collect();
        let mut paths: Vec<PathClasses> = Vec::new();
        if slot == Slot::Column(Column::Identity, Key::UserIdentity) {
            for (bit, leaf) in leaves.iter().enumerate() {
                let Some(path) = engine.leaves.get(*leaf).and_then(|leaf| leaf.item.field.clone()) else {
                    continue;
                };
                match paths.iter_mut().find(|known| known.path == path) {
                    Some(known) => known.leaves.push(bit),
                    None => paths.push(PathClasses { path, leaves: vec![bit], known: HashMap::default() }),
                }
            }
        }
        let none = vec![0; leaves.len().div_ceil(64)].into();
        let learned = Learned { paths, by_value: Vec::new(), numbers: HashMap::default(), bits: vec![none] };
        Self { slot, leaves, most: most.min(UNKNOWN - 1), learned: Mutex::new(learned) }
    }

    /// The leaves, in the order of their bits.
    pub(super) fn leaves(&self) -> &[usize] {
        &self.leaves
    }
}

impl Slot {
    /// The number of an event's value; `None` where a word is none that is known.
    #[inline]
    fn number(self, spans: &Spans<'_>, row: &EventRow) -> Option<u32> {
        match self {
            Self::Column(column, _) => Some(row.columns[column as usize]),
            Self::Word(key) => match spans.get(key) {
                b"" => Some(0),
                b"true" => Some(1),
                b"false" => Some(2),
                b"\"true\"" => Some(3),
                _ => None,
            },
        }
    }

    /// How the value is written.
    fn raw<'r>(self, spans: &Spans<'r>) -> &'r [u8] {
        match self {
            Self::Column(_, key) | Self::Word(key) => spans.get(key),
        }
    }
}

impl Classes {
    pub(super) fn new(place: Arc<Place>) -> Self {
        let alike = place.leaves.is_empty();
        Self { slot: place.slot, place, alike, by_value: Vec::new(), bits: Vec::new() }
    }

    /// Whether a leaf holds for the values of a class.
    pub(super) fn holds(&self, class: Class, bit: usize) -> bool {
        self.bits
            .get(usize::from(class))
            .and_then(|bits| bits.get(bit / 64))
            .is_some_and(|w| w >> (bit % 64) & 1 == 1)
    }

    /// The class of the value that an event has there.
    #[inline]
    pub(super) fn of(&mut self, engine: &Engine, spans: &Spans<'_>, row: &EventRow) -> Class {
        if self.alike {
            return ALIKE;
        }
        let Some(id) = self.slot.number(spans, row) else { return ODD };
        match self.by_value.get(id as usize) {
            Some(class) if *class != UNKNOWN => *class,
            _ => self.learn(engine, id, self.slot.raw(spans)),
        }
    }

    /// Takes over what another worker has learned of a value, or learns it for all.
    #[cold]
    fn learn(&mut self, engine: &Engine, id: u32, raw: &[u8]) -> Class {
        let mut learned = self.place.learned.lock().unwrap_or_else(PoisonError::into_inner);
        let class = learned.class(&self.place, engine, id, raw);
        self.bits.extend(learned.bits.get(self.bits.len()..).unwrap_or_default().iter().cloned());
        // Numbers are handed out in turn: what the others have met is soon met here.
        let from = self.by_value.len().min(learned.by_value.len());
        self.by_value.extend_from_slice(&learned.by_value[from..]);
        if let Some(slot) = self.by_value.get_mut(id as usize) {
            *slot = class;
        }
        class
    }
}

impl Learned {
    fn class(&mut self, place: &Place, engine: &Engine, id: u32, raw: &[u8]) -> Class {
        let at = id as usize;
        if let Some(class) = self.by_value.get(at).filter(|class| **class != UNKNOWN) {
            return *class;
        }
        let class = self.classify(place, engine, id, raw);
        if self.by_value.len() <= at {
            self.by_value.resize(at + 1, UNKNOWN);
        }
        if let Some(slot) = self.by_value.get_mut(at) {
            *slot = class;
        }
        class
    }

    fn classify(&mut self, place: &Place, engine: &Engine, id: u32, raw: &[u8]) -> Class {
        let mut bits = vec![0u64; place.leaves.len().div_ceil(64)];
        let mut put = |bit: usize| {
            if let Some(word) = bits.get_mut(bit / 64) {
                *word |= 1 << (bit % 64);
            }
        };
        if id == 0 {
            let absent = |leaf: &usize| engine.leaves.get(*leaf).is_some_and(|leaf| leaf.absent);
            let all = place.leaves.iter().enumerate();
            all.filter(|(_, leaf)| absent(leaf)).for_each(|(bit, _)| put(bit));
        } else if place.slot == Slot::Column(Column::Identity, Key::UserIdentity) {
            if raw.first() != Some(&b'{') {
                return ODD;
            }
            let flat = Flat::of(raw);
            for path in &mut self.paths {
                path.holding(engine, &place.leaves, raw, flat.as_ref(), &mut put);
            }
        } else {
            let text = match place.slot {
                Slot::Column(..) => plainly_text(raw),
                Slot::Word(_) => json::scalar(raw),
            };
            let Some(text) = text else { return ODD };
            for (bit, leaf) in place.leaves.iter().enumerate() {
                if engine.leaves.get(*leaf).is_some_and(|leaf| item_on_text(&leaf.item, &text)) {
                    put(bit);
                }
            }
        }
        self.number(bits, place.most)
    }

    fn number(&mut self, bits: Vec<u64>, most: Class) -> Class {
        if let Some(class) = self.numbers.get(bits.as_slice()) {
            return *class;
        }
        // More classes than numbers cannot be told apart: the rest is looked at one by one.
        let Some(class) = Class::try_from(self.bits.len()).ok().filter(|class| *class <= most) else {
            return ODD;
        };
        self.bits.push(bits.as_slice().into());
        self.numbers.insert(bits.into(), class);
        class
    }
}

/// A `userIdentity` walked once: every value in it that is no object with something in it, with the keys that lead
/// there.
#[derive(Debug)]
struct Flat<'r> {
    values: Vec<At<'r>>,
}

/// A value, the keys that lead to it, and how many these are.
type At<'r> = ([&'r [u8]; DEEPEST], usize, &'r [u8]);

/// How many keys may lead to a value in a `userIdentity`: `sessionContext.sessionIssuer.arn` has three.
const DEEPEST: usize = 4;

impl<'r> Flat<'r> {
    /// `None` for one that only a path-by-path look does justice to: with lists, escaped or repeated keys, or deep.
    fn of(raw: &'r [u8]) -> Option<Self> {
        let mut open: Vec<At<'_>> = vec![([&[]; DEEPEST], 0, raw)];
        let mut values = Vec::with_capacity(24);
        let mut met: Vec<&[u8]> = Vec::with_capacity(16);
        while let Some((mut keys, depth, object)) = open.pop() {
            met.clear();
            for member in json::members(object) {
                let is_odd =
                    member.value.first() == Some(&b'[') || memchr::memchr(b'\\', member.key).is_some();
                if is_odd || met.contains(&member.key) {
                    return None;
                }
                met.push(member.key);
                *keys.get_mut(depth)? = member.key;
                let place = if member.value.first() == Some(&b'{') { &mut open } else { &mut values };
                place.push((keys, depth + 1, member.value));
            }
            if met.is_empty() {
                values.push((keys, depth, object));
            }
        }
        Some(Self { values })
    }

    /// The value that a path below `userIdentity` leads to. The path must not lead to an object.
    fn get(&self, path: &[String]) -> Option<&'r [u8]> {
        let found = self.values.iter().find(|(keys, depth, _)| *depth == path.len() && leads(keys, path));
        found.map(|(_, _, value)| *value)
    }

    /// Whether a path leads to an object or further.
    fn is_object(&self, path: &[String]) -> bool {
        self.values.iter().any(|(keys, depth, _)| *depth > path.len() && leads(keys, path))
    }
}

/// Whether a path is how these keys begin.
fn leads(keys: &[&[u8]; DEEPEST], path: &[String]) -> bool {
    keys.iter().zip(path).all(|(key, step)| *key == step.as_bytes())
}

impl PathClasses {
    /// Gives the places of the leaves on this path that hold for an identity.
    fn holding(
        &mut self,
        engine: &Engine,
        all: &[usize],
        raw: &[u8],
        flat: Option<&Flat<'_>>,
        put: &mut impl FnMut(usize),
    ) {
        let record = &IdentityOnly(raw);
        let below = self.path.get(1..).unwrap_or_default();
        let (one, many);
        let values: &[&[u8]] = match flat {
            Some(flat) if !below.is_empty() && !flat.is_object(below) => {
                one = flat.get(below);
                one.as_slice()
            }
            _ => {
                many = values_at(record, &self.path);
                &many
            }
        };
        let text = match values {
            [one] => plainly_text(one),
            _ => None,
        };
        let holds = |bit: &usize| {
            let leaf = all.get(*bit).and_then(|leaf| engine.leaves.get(*leaf));
            leaf.is_some_and(|leaf| match &text {
                Some(text) => item_on_text(&leaf.item, text),
                None if values.is_empty() => leaf.absent,
                None => item_on(&leaf.item, record as &dyn Parts),
            })
        };
        let Some(text) = text.as_deref() else {
            self.leaves.iter().copied().filter(holds).for_each(put);
            return;
        };
        if let Some(known) = self.known.get(text) {
            known.iter().copied().for_each(put);
            return;
        }
        let found: Vec<usize> = self.leaves.iter().copied().filter(holds).collect();
        found.iter().copied().for_each(put);
        self.known.insert(text.into(), found);
    }
}

/// The text of a value that cannot be taken for anything else: a list, an object or a number written in a text
/// has the same number in the dictionary as that text.
fn plainly_text(raw: &[u8]) -> Option<std::borrow::Cow<'_, str>> {
    if raw.first() != Some(&b'"') {
        return None;
    }
    let text = json::unquote(raw).0;
    let is_number = || text.bytes().any(|b| !b.is_ascii_digit()) && text.parse::<f64>().is_ok();
    let is_json =
        || text.starts_with(['[', '{']) && serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
    (!is_json() && !is_number()).then_some(text)
}
