//! What leaves say of the values of a column: values of which all leaves say the same are one class.
//!
//! Ten thousand user agents come to a dozen classes. An event is then a handful of small numbers, and what the
//! rules make of them is worked out once for each combination.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::leaf::{IdentityOnly, Parts, item_on, item_on_text, values_at};
use super::{Engine, Leaf, Place};
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

/// Where the values stand that have classes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Slot {
    /// In a column, whose dictionary numbers them.
    Column(Column, Key),
    /// Below a key that is true, false or absent.
    Word(Key),
}

/// The leaves on values that stand in one place, and the classes of these values.
#[derive(Debug)]
pub(super) struct Classes {
    slot: Slot,
    /// The leaves on the column, in the order of their bits.
    leaves: Vec<usize>,
    /// The paths into `userIdentity` with their leaves, as places in `leaves`.
    paths: Vec<PathClasses>,
    /// By the number of a value; `None`: not met so far.
    by_value: Vec<Option<Class>>,
    numbers: HashMap<Box<[u64]>, Class, FixedState>,
    /// By class, a bit for each leaf.
    bits: Vec<Box<[u64]>>,
}

/// What leaves on one path into `userIdentity` say of the texts there.
#[derive(Debug)]
struct PathClasses {
    path: Vec<String>,
    leaves: Vec<usize>,
    known: HashMap<Box<str>, Vec<usize>, FixedState>,
}

impl Classes {
    pub(super) fn new(engine: &Engine, slot: Slot) -> Self {
        let is_here = |leaf: &Leaf| match (slot, leaf.place) {
            (Slot::Column(column, _), Place::Column(own)) => own == column,
            (Slot::Column(column, _), Place::Identity) => column == Column::Identity,
            (Slot::Word(key), Place::Record) => leaf.key() == Some(key),
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
        let bits = vec![vec![0; leaves.len().div_ceil(64)].into()];
        Self { slot, leaves, paths, by_value: Vec::new(), numbers: HashMap::default(), bits }
    }

    /// The leaves, in the order of their bits.
    pub(super) fn leaves(&self) -> &[usize] {
        &self.leaves
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
        if self.leaves.is_empty() {
            return ALIKE;
        }
        let (id, raw) = match self.slot {
            Slot::Column(column, key) => (row.columns[column as usize], spans.get(key)),
            Slot::Word(key) => match spans.get(key) {
                b"" => (0, &b""[..]),
                raw @ b"true" => (1, raw),
                raw @ b"false" => (2, raw),
                raw @ b"\"true\"" => (3, raw),
                _ => return ODD,
            },
        };
        match self.by_value.get(id as usize) {
            Some(Some(class)) => *class,
            _ => self.learn(engine, id, raw),
        }
    }

    #[cold]
    fn learn(&mut self, engine: &Engine, id: u32, raw: &[u8]) -> Class {
        let class = self.classify(engine, id, raw);
        let id = id as usize;
        if self.by_value.len() <= id {
            self.by_value.resize(id + 1, None);
        }
        if let Some(slot) = self.by_value.get_mut(id) {
            *slot = Some(class);
        }
        class
    }

    fn classify(&mut self, engine: &Engine, id: u32, raw: &[u8]) -> Class {
        let mut bits = vec![0u64; self.leaves.len().div_ceil(64)];
        let mut put = |bit: usize| {
            if let Some(word) = bits.get_mut(bit / 64) {
                *word |= 1 << (bit % 64);
            }
        };
        if id == 0 {
            let absent = |leaf: &usize| engine.leaves.get(*leaf).is_some_and(|leaf| leaf.absent);
            (0..self.leaves.len()).filter(|bit| self.leaves.get(*bit).is_some_and(absent)).for_each(&mut put);
        } else if self.slot == Slot::Column(Column::Identity, Key::UserIdentity) {
            if raw.first() != Some(&b'{') {
                return ODD;
            }
            let flat = Flat::of(raw);
            for path in &mut self.paths {
                path.holding(engine, &self.leaves, raw, flat.as_ref()).iter().for_each(|bit| put(*bit));
            }
        } else {
            let text = match self.slot {
                Slot::Column(..) => plainly_text(raw),
                Slot::Word(_) => json::scalar(raw),
            };
            let Some(text) = text else { return ODD };
            for (bit, leaf) in self.leaves.iter().enumerate() {
                if engine.leaves.get(*leaf).is_some_and(|leaf| item_on_text(&leaf.item, &text)) {
                    put(bit);
                }
            }
        }
        self.number(bits)
    }

    fn number(&mut self, bits: Vec<u64>) -> Class {
        if let Some(class) = self.numbers.get(bits.as_slice()) {
            return *class;
        }
        // More classes than numbers cannot be told apart: the rest is looked at one by one.
        let Ok(class) = Class::try_from(self.bits.len()) else { return ODD };
        self.bits.push(bits.clone().into());
        self.numbers.insert(bits.into(), class);
        class
    }
}

/// A `userIdentity` walked once: every value in it that is no object with something in it, with the keys that lead
/// there.
#[derive(Debug)]
struct Flat<'r> {
    values: Vec<(Vec<&'r [u8]>, &'r [u8])>,
}

impl<'r> Flat<'r> {
    /// `None` for one that only a path-by-path look does justice to: with lists, escaped or repeated keys, or deep.
    fn of(raw: &'r [u8]) -> Option<Self> {
        const DEEPEST: usize = 8;
        let mut open: Vec<(Vec<&[u8]>, &[u8])> = vec![(Vec::new(), raw)];
        let mut values = Vec::new();
        while let Some((keys, object)) = open.pop() {
            let mut met: Vec<&[u8]> = Vec::new();
            let before = open.len() + values.len();
            for member in json::members(object) {
                let is_odd =
                    member.value.first() == Some(&b'[') || memchr::memchr(b'\\', member.key).is_some();
                if is_odd || keys.len() >= DEEPEST || met.contains(&member.key) {
                    return None;
                }
                met.push(member.key);
                let mut path = keys.clone();
                path.push(member.key);
                let place = if member.value.first() == Some(&b'{') { &mut open } else { &mut values };
                place.push((path, member.value));
            }
            if open.len() + values.len() == before {
                values.push((keys, object));
            }
        }
        Some(Self { values })
    }

    /// The value that a path below `userIdentity` leads to. The path must not lead to an object.
    fn get(&self, path: &[String]) -> Option<&'r [u8]> {
        let is = |keys: &[&[u8]]| {
            keys.len() == path.len() && keys.iter().zip(path).all(|(a, b)| *a == b.as_bytes())
        };
        self.values.iter().find(|(keys, _)| is(keys)).map(|(_, value)| *value)
    }

    /// Whether a path leads to an object or further.
    fn is_object(&self, path: &[String]) -> bool {
        let begins = |keys: &[&[u8]]| {
            keys.len() > path.len() && keys.iter().zip(path).all(|(a, b)| *a == b.as_bytes())
        };
        self.values.iter().any(|(keys, _)| begins(keys))
    }
}

impl PathClasses {
    /// The places of the leaves on this path that hold for an identity.
    fn holding(&mut self, engine: &Engine, all: &[usize], raw: &[u8], flat: Option<&Flat<'_>>) -> Vec<usize> {
        let record = &IdentityOnly(raw);
        let below = self.path.get(1..).unwrap_or_default();
        let values: Vec<&[u8]> = match flat {
            Some(flat) if !below.is_empty() && !flat.is_object(below) => {
                flat.get(below).into_iter().collect()
            }
            _ => values_at(record, &self.path),
        };
        let text = match values.as_slice() {
            [one] => plainly_text(one),
            _ => None,
        };
        let holds = |bit: &usize| {
            let leaf = all.get(*bit).and_then(|leaf| engine.leaves.get(*leaf));
            leaf.is_some_and(|leaf| match &text {
                Some(text) => item_on_text(&leaf.item, text),
                None => item_on(&leaf.item, record as &dyn Parts),
            })
        };
        let Some(text) = text.as_deref() else {
            return self.leaves.iter().copied().filter(holds).collect();
        };
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let found: Vec<usize> = self.leaves.iter().copied().filter(holds).collect();
        self.known.insert(text.into(), found.clone());
        found
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
