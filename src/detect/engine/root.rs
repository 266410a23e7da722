//! What leaves ask for below one top-level key of a record.
//!
//! An object there is walked once a record, and of its members only those are noted whose names somebody asks for. Which
//! of them are there often says enough: hardly any request has the parameters that rules are about.

use std::hash::BuildHasher as _;

use foldhash::fast::RandomState;

use super::leaf::Parts as _;
use crate::ingest::scan::{Key, Spans};
use crate::json;

/// Where something begins in the record, and how long it is.
pub(super) type Part = (usize, usize);

/// A root by its number, and a name below it by its.
pub(super) type RootName = (usize, usize);

/// A top-level key, and what was found below it.
#[derive(Debug)]
pub(super) struct Root {
    pub(super) key: String,
    /// The same, if the scanner knows it.
    known: Option<Key>,
    names: Vec<Name>,
    /// By [`mark`] of a name: which names have it.
    by_mark: Vec<Vec<u32>>,
    hasher: RandomState,
    /// The record that was looked at.
    pub(super) record: u32,
    /// Whether members of an object say all there is to find: there is no list, and no name is escaped.
    pub(super) is_plain: bool,
    /// A number for which of the names are there.
    pub(super) present: u64,
}

/// A name that somebody asks for.
#[derive(Debug)]
struct Name {
    name: String,
    /// Stands for the name in the number for several.
    number: u64,
    /// In which record it was met last, and where its value stands there.
    met: (u32, Part),
}

/// How many marks there are; a power of two.
const MARKS: usize = 256;

/// A small number by which most names are told apart.
#[inline]
fn mark(name: &[u8]) -> usize {
    let ends = match (name.first_chunk(), name.last_chunk()) {
        (Some(first), Some(last)) => u32::from_le_bytes(*first).rotate_left(7) ^ u32::from_le_bytes(*last),
        _ => name.first().copied().map_or(0, u32::from),
    };
    (ends.wrapping_add(name.len() as u32).wrapping_mul(0x9e37_79b1) >> 24) as usize
}

impl Root {
    /// One of which nobody asks anything yet.
    pub(super) fn new(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            known: Key::of(key),
            names: Vec::new(),
            by_mark: vec![Vec::new(); MARKS],
            hasher: RandomState::default(),
            record: 0,
            is_plain: false,
            present: 0,
        }
    }

    /// The number of a name, which is asked for from now on.
    pub(super) fn name(&mut self, name: &str) -> usize {
        if let Some(known) = self.names.iter().position(|known| known.name == name) {
            return known;
        }
        let number = self.names.len();
        if let Some(marked) = self.by_mark.get_mut(mark(name.as_bytes())) {
            marked.push(number as u32);
        }
        let stands_for = self.hasher.hash_one(name);
        self.names.push(Name { name: name.to_owned(), number: stands_for, met: (0, (0, 0)) });
        number
    }

    /// Where the value of a name stands in the record that was looked at last, if it is there.
    pub(super) fn value(&self, name: usize) -> Option<Part> {
        self.names.get(name).filter(|name| name.met.0 == self.record).map(|name| name.met.1)
    }

    /// A number for the value of a name, whatever record it stands in.
    pub(super) fn value_number(&self, name: usize, spans: &Spans<'_>) -> u64 {
        let value = self.value(name).and_then(|value| piece(spans, value));
        value.map_or(0, |value| self.hasher.hash_one(value))
    }

    /// Looks at a record, unless that was done.
    pub(super) fn turn(&mut self, record: u32, spans: &Spans<'_>) {
        if self.record == record {
            return;
        }
        (self.record, self.present) = (record, 0);
        let value = match self.known {
            Some(key) => spans.get(key),
            None => spans.root(&self.key),
        };
        self.is_plain = value.first() != Some(&b'[');
        for member in json::members(value) {
            let Some(marked) = self.by_mark.get(mark(member.key)) else { continue };
            for number in marked {
                let Some(name) = self.names.get_mut(*number as usize) else { continue };
                if name.name.as_bytes() == member.key {
                    // Of a key that stands twice the last one counts.
                    if name.met.0 != record {
                        self.present = self.present.wrapping_add(name.number);
                    }
                    name.met = (record, part(spans, member.value));
                }
            }
            // Most keys are short: looking at all their bytes is faster than to stop at one.
            self.is_plain &= !member.key.iter().fold(false, |met, byte| met | (*byte == b'\\'));
        }
    }
}

/// Where a piece of a record stands in it.
pub(super) fn part(spans: &Spans<'_>, piece: &[u8]) -> Part {
    ((piece.as_ptr() as usize).wrapping_sub(spans.text.as_ptr() as usize), piece.len())
}

/// The piece of a record that stands there.
pub(super) fn piece<'r>(spans: &Spans<'r>, (from, len): Part) -> Option<&'r [u8]> {
    spans.text.get(from..from.checked_add(len)?)
}
