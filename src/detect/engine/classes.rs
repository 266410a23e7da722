//! What leaves say of the values of a column: values of which all leaves say the same are one class.
//!
//! Ten thousand user agents come to a dozen classes. An event is then a handful of small numbers, and what the
//! rules make of them is worked out once for each combination. A value is classified once per load: what one worker
//! has learned the others take over.

use std::sync::{Arc, Mutex, PoisonError};

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::identity::Paths;
use super::kind::{WORDS, WRITTEN};
use super::literals::Literals;
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
pub(super) const UNKNOWN: Class = Class::MAX;

/// Where the values stand that have classes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Slot {
    /// In a column, whose dictionary numbers them.
    Column(Column, Key),
    /// Below a key that is true, false or absent: which of [`WORDS`].
    Word(u32),
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
    /// What the leaves on identities ask for; empty elsewhere.
    paths: Paths,
    /// What the leaves on texts ask for; empty for identities.
    literals: Literals,
    /// By the number of a value.
    by_value: Vec<Class>,
    numbers: HashMap<Box<[u64]>, Class, FixedState>,
    /// By class, a bit for each leaf.
    bits: Vec<Arc<[u64]>>,
    /// Whether there was a value for whose class no number was left.
    is_full: bool,
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
    is_full: bool,
}

impl Place {
    pub(super) fn new(engine: &Engine, slot: Slot, most: Class) -> Self {
        let is_here = |leaf: &Leaf| match (slot, leaf.place) {
            (Slot::Column(column, _), LeafPlace::Column(own)) => own == column,
            (Slot::Column(column, _), LeafPlace::Identity) => column == Column::Identity,
            (Slot::Word(n), LeafPlace::Record) => {
                leaf.key().is_some() && leaf.key() == WORDS.get(n as usize).copied()
            }
            _ => false,
        };
        let all = engine.leaves.iter().enumerate().filter(|(_, leaf)| is_here(leaf));
        let leaves: Vec<usize> = all.map(|(n, _)| n).collect();
        let (paths, literals) = match slot {
            Slot::Column(Column::Identity, _) => (Paths::new(engine, &leaves), Literals::default()),
            _ => (Paths::default(), Literals::new(engine, leaves.iter().copied().enumerate())),
        };
        let none = vec![0; leaves.len().div_ceil(64)].into();
        let learned = Learned {
            paths,
            literals,
            by_value: Vec::new(),
            numbers: HashMap::default(),
            bits: vec![none],
            is_full: false,
        };
        Self { slot, leaves, most: most.min(UNKNOWN - 1), learned: Mutex::new(learned) }
    }

    /// The leaves, in the order of their bits.
    pub(super) fn leaves(&self) -> &[usize] {
        &self.leaves
    }
}

impl Classes {
    /// What is known of the values of `place`, and of what every place has: nothing, and words.
    pub(super) fn new(engine: &Engine, place: Arc<Place>) -> Self {
        let (slot, alike) = (place.slot, place.leaves.is_empty());
        let mut classes = Self { place, slot, alike, by_value: Vec::new(), bits: Vec::new(), is_full: false };
        match slot {
            Slot::Column(..) => classes.meet(engine, 0, b""),
            Slot::Word(_) => (0..).zip(WRITTEN).for_each(|(n, raw)| classes.meet(engine, n, raw)),
        }
        classes
    }

    /// Whether no leaf looks at the values.
    pub(super) fn is_alike(&self) -> bool {
        self.alike
    }

    /// Where the values stand.
    pub(super) fn slot(&self) -> Slot {
        self.slot
    }

    /// Whether some values have no class because no number was left.
    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    /// Whether a leaf holds for the values of a class.
    pub(super) fn holds(&self, class: Class, bit: usize) -> bool {
        self.bits
            .get(usize::from(class))
            .and_then(|bits| bits.get(bit / 64))
            .is_some_and(|w| w >> (bit % 64) & 1 == 1)
    }

    /// The leaves that hold for the values of a class, by their bits.
    pub(super) fn holding(&self, class: Class) -> impl Iterator<Item = usize> {
        let words = self.bits.get(usize::from(class)).into_iter().flat_map(|bits| bits.iter().enumerate());
        words.flat_map(|(n, word)| {
            let left = std::iter::successors(Some(*word), |left| Some(left & left.wrapping_sub(1)));
            left.take_while(|left| *left != 0).map(move |left| n * 64 + left.trailing_zeros() as usize)
        })
    }

    /// The class of the value of that number, if it was met.
    #[inline]
    pub(super) fn known(&self, id: u32) -> Class {
        if self.alike {
            return ALIKE;
        }
        class_of(&self.by_value, id)
    }

    /// As [`Classes::known`] for many values, where leaves look at them.
    #[inline]
    pub(super) fn all_known(&self) -> impl Fn(u32) -> Class {
        let by_value = self.by_value.as_slice();
        move |id| class_of(by_value, id)
    }

    /// Learns the class of the value that an event has in a column.
    pub(super) fn learn(&mut self, engine: &Engine, spans: &Spans<'_>, row: &EventRow) {
        let Slot::Column(column, key) = self.slot else { return };
        let (id, raw) = (row.columns[column as usize], spans.get(key));
        // What was taken from elsewhere in the record is not what the key has.
        let is_own = row.elsewhere >> column as u16 & 1 == 0 && !raw.is_empty();
        if id != 0 && is_own && self.known(id) == UNKNOWN {
            self.meet(engine, id, raw);
        }
    }

    /// Takes over what another worker has learned of a value, or learns it for all.
    #[cold]
    fn meet(&mut self, engine: &Engine, id: u32, raw: &[u8]) {
        if self.alike {
            return;
        }
        let mut learned = self.place.learned.lock().unwrap_or_else(PoisonError::into_inner);
        let class = learned.class(&self.place, engine, id, raw);
        self.is_full = learned.is_full;
        self.bits.extend(learned.bits.get(self.bits.len()..).unwrap_or_default().iter().cloned());
        // Numbers are handed out in turn: what the others have met is soon met here.
        let from = self.by_value.len().min(learned.by_value.len());
        self.by_value.extend_from_slice(&learned.by_value[from..]);
        if let Some(slot) = self.by_value.get_mut(id as usize) {
            *slot = class;
        }
    }
}

#[inline]
fn class_of(by_value: &[Class], id: u32) -> Class {
    by_value.get(id as usize).copied().unwrap_or(UNKNOWN)
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
            self.paths.holding(engine, &place.leaves, raw, &mut put);
        } else {
            let text = match place.slot {
                Slot::Column(..) => json::plainly_text(raw),
                Slot::Word(_) => json::scalar(raw),
            };
            let Some(text) = text else { return ODD };
            self.literals.holding(engine, &text, &mut put);
        }
        self.number(bits, place.most)
    }

    fn number(&mut self, bits: Vec<u64>, most: Class) -> Class {
        if let Some(class) = self.numbers.get(bits.as_slice()) {
            return *class;
        }
        // More classes than numbers cannot be told apart: the rest is looked at one by one.
        let Some(class) = Class::try_from(self.bits.len()).ok().filter(|class| *class <= most) else {
            self.is_full = true;
            return ODD;
        };
        self.bits.push(bits.as_slice().into());
        self.numbers.insert(bits.into(), class);
        class
    }
}
