//! What leaves say of the record that is being looked at: what stands in no column.
//!
//! Several rules ask for the same values, so an object is walked once a record and a path followed once. Nothing is
//! allocated for a record that was not for the one before.

use super::Engine;
use super::leaf::{Parts as _, item_on, item_on_text, item_on_values, seen, values_at, values_below};
use crate::detect::sigma::item::{Item, Test};
use crate::ingest::scan::Spans;
use crate::json;

/// What the leaves on the record said of the record that is being looked at.
#[derive(Debug, Default)]
pub(super) struct RecordLeaves {
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
    /// Whether it is an object without anything escaped.
    is_plain: bool,
    /// Key and value of each, as places in the record.
    members: Vec<(Part, Part)>,
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

impl RecordLeaves {
    pub(super) fn new(engine: &Engine) -> Self {
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
            self.roots.push(Members { key: key.clone(), record: 0, is_plain: false, members: Vec::new() });
            self.roots.len() - 1
        }))
    }

    /// Turns to the next record.
    pub(super) fn turn(&mut self) {
        self.record = self.record.wrapping_add(1);
    }

    /// Whether a leaf holds for the record.
    pub(super) fn holds(&mut self, engine: &Engine, number: usize, spans: &Spans<'_>) -> bool {
        let (Some(leaf), Some(said)) = (engine.leaves.get(number), self.said.get_mut(number)) else {
            return false;
        };
        if said.0 != self.record {
            let path = self.path_of.get(number).copied().flatten();
            let holds = match path.and_then(|path| self.paths.get_mut(path)) {
                Some(path) => match path.places(self.record, spans, &mut self.roots) {
                    [] => leaf.absent,
                    places => item_on_places(&leaf.item, places, spans),
                },
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
            self.members.clear();
            let value = spans.root(&self.key);
            self.is_plain = value.first() == Some(&b'{') && memchr::memchr(b'\\', value).is_none();
            if self.is_plain {
                let members = json::members(value);
                self.members.extend(members.map(|m| (part(spans, m.key), part(spans, m.value))));
            }
        }
        self.is_plain.then_some(self.members.as_slice())
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

/// Whether an item matches the values at some places of the record.
fn item_on_places(item: &Item, places: &[Part], spans: &Spans<'_>) -> bool {
    let mut values = places.iter().filter_map(|&place| piece(spans, place));
    match (places, values.next()) {
        // By far most values are one text.
        ([_], Some(text)) if text.first() == Some(&b'"') => item_on_text(item, &json::unquote(text).0),
        ([_], Some(value)) => item_on_values(item, &[value]),
        (_, Some(first)) => item_on_values(item, &std::iter::once(first).chain(values).collect::<Vec<_>>()),
        (_, None) => item_on_values(item, &[]),
    }
}

impl PathValues {
    /// Where the values stand in a record, which several leaves may ask for.
    fn places(&mut self, record: u32, spans: &Spans<'_>, roots: &mut [Members]) -> &[Part] {
        if self.record != record {
            self.record = record;
            self.places.clear();
            let Self { path, root, places, .. } = self;
            let mut put = |value: &[u8]| places.push(part(spans, value));
            let root = root.and_then(|root| roots.get_mut(root)).and_then(|root| root.of(record, spans));
            match (root, path.as_slice()) {
                (Some(members), [_, name, rest @ ..]) => {
                    let is = |key: &Part| key.1 == name.len() && piece(spans, *key) == Some(name.as_bytes());
                    // Of a key that stands twice the last one counts.
                    let member = members.iter().rev().find(|(key, _)| is(key));
                    match member.and_then(|(_, value)| piece(spans, *value)) {
                        Some(value) if rest.is_empty() && value.first() != Some(&b'[') => put(value),
                        Some(value) => values_below(value, rest).into_iter().for_each(put),
                        None => {}
                    }
                }
                _ => seen(path, values_at(spans, path)).into_iter().for_each(put),
            }
        }
        &self.places
    }
}
