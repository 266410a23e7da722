//! What leaves say of the record that is being looked at: what stands in no column.
//!
//! Several rules ask for the same values, so an object is walked once a record and a path followed once. Nothing is
//! allocated for a record that was not for the one before.

use super::leaf::{item_on, item_on_text, item_on_values, seen, values_at, values_below};
use super::root::{Part, Root, RootName, part, piece};
use super::{Bounds, Engine};
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
    /// What paths ask for of what stands below top-level keys.
    roots: Vec<Root>,
    record: u32,
}

/// Where a path leads to in the record that is being looked at.
#[derive(Debug)]
struct PathValues {
    path: Vec<String>,
    /// Which of the roots it goes through, if it goes on below it, and which of the names there.
    name: Option<RootName>,
    /// For which record it was followed last.
    record: u32,
    /// The values, as places in the record.
    places: Vec<Part>,
}

/// What keeps numbers apart that are put together.
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

impl RecordLeaves {
    pub(super) fn new(engine: &Engine) -> Self {
        let mut all = Self { said: vec![(0, false); engine.leaves.len()], ..Self::default() };
        for leaf in &engine.leaves {
            let refers = leaf.item.tests.iter().any(Test::needs_record);
            let path = leaf.item.field.as_ref().filter(|_| !refers);
            let number = path.map(|path| {
                let known = all.paths.iter().position(|known| known.path == *path);
                known.unwrap_or_else(|| {
                    let name = all.name(path);
                    all.paths.push(PathValues { path: path.clone(), name, record: 0, places: Vec::new() });
                    all.paths.len() - 1
                })
            });
            all.path_of.push(number);
        }
        all
    }

    /// The root that a path goes through, and its name there, where it goes on below it.
    fn name(&mut self, path: &[String]) -> Option<RootName> {
        let [key, name, ..] = path else { return None };
        let known = self.roots.iter().position(|root| root.key == *key);
        let number = known.unwrap_or_else(|| {
            self.roots.push(Root::new(key));
            self.roots.len() - 1
        });
        Some((number, self.roots.get_mut(number)?.name(name)))
    }

    /// The root that a leaf looks below, and the name there.
    pub(super) fn name_of(&self, leaf: usize) -> Option<RootName> {
        let path = self.path_of.get(leaf).copied().flatten()?;
        self.paths.get(path)?.name
    }

    /// A number for which of the names that leaves ask for stand below some roots of the record; `None` where only a
    /// look along each path tells.
    pub(super) fn keys(&mut self, roots: &[usize], spans: &Spans<'_>) -> Option<u64> {
        let mut keys = 0u64;
        for root in roots {
            let root = self.roots.get_mut(*root)?;
            root.turn(self.record, spans);
            keys = (keys ^ root.is_plain.then_some(root.present)?).wrapping_mul(ODD);
        }
        Some(keys)
    }

    /// A number for the values of some names below plain roots of the record, which were looked at; `None` where one was not.
    pub(super) fn values(&self, names: &[RootName], spans: &Spans<'_>) -> Option<u64> {
        let mut values = 0u64;
        for (root, name) in names {
            let root = self.roots.get(*root).filter(|root| root.record == self.record && root.is_plain)?;
            values = (values ^ root.value_number(*name, spans)).wrapping_mul(ODD);
        }
        Some(values)
    }

    /// What a leaf says of all records with the keys that were asked for last.
    pub(super) fn by_keys(&self, engine: &Engine, leaf: usize) -> Bounds {
        let path = self.path_of.get(leaf).copied().flatten().and_then(|path| self.paths.get(path));
        let name = path.and_then(|path| path.name);
        let is_missing = name.is_some_and(|(root, name)| {
            let root = self.roots.get(root).filter(|root| root.record == self.record && root.is_plain);
            root.is_some_and(|root| root.value(name).is_none())
        });
        match engine.leaves.get(leaf).filter(|_| is_missing) {
            Some(leaf) => Bounds::sure(leaf.absent),
            None => Bounds::OPEN,
        }
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
    fn places(&mut self, record: u32, spans: &Spans<'_>, roots: &mut [Root]) -> &[Part] {
        if self.record != record {
            self.record = record;
            self.places.clear();
            let Self { path, name, places, .. } = self;
            let mut put = |value: &[u8]| places.push(part(spans, value));
            let below = name.and_then(|(root, name)| {
                let root = roots.get_mut(root)?;
                root.turn(record, spans);
                root.is_plain.then(|| root.value(name))
            });
            match (below, path.as_slice()) {
                (Some(found), [_, _, rest @ ..]) => match found.and_then(|value| piece(spans, value)) {
                    Some(value) if rest.is_empty() && value.first() != Some(&b'[') => put(value),
                    Some(value) => values_below(value, rest).into_iter().for_each(put),
                    None => {}
                },
                _ => seen(path, values_at(spans, path)).into_iter().for_each(put),
            }
        }
        &self.places
    }
}
