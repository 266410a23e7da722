//! The values of fields of many events: from columns where they hold them, else from the records.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use foldhash::fast::FixedState;

use crate::detect::engine::leaf::{IdentityOnly, Parts, Written, values_at};
use crate::detect::engine::{Place, place_of_path};
use crate::investigation::Investigation;
use crate::json;
use crate::query::records::{self, Reading};
use crate::store::{Column, Row};

/// The values of some fields for some rows.
pub(super) struct Values<'a> {
    inv: &'a Investigation,
    rows: &'a [u32],
    fields: Vec<&'a [String]>,
    /// What the records hold of the fields that no column has, by row.
    read: HashMap<u32, Vec<Vec<String>>, FixedState>,
}

impl<'a> Values<'a> {
    /// Gets ready; records are read where a field asks for it.
    pub(super) fn of(
        inv: &'a Investigation,
        fields: &[&'a [String]],
        rows: &'a [u32],
        reading: &Reading,
    ) -> Self {
        let fields = fields.to_vec();
        let in_record: Vec<&[String]> =
            fields.iter().copied().filter(|field| place_of_path(field) == Place::Record).collect();
        let read = Mutex::new(HashMap::default());
        if !in_record.is_empty() {
            records::each(inv, rows.iter().copied(), reading, &|row, raw| {
                let Some(raw) = raw else { return };
                let values = in_record.iter().map(|field| texts(&Written(raw), field)).collect();
                read.lock().unwrap_or_else(PoisonError::into_inner).insert(row.number(), values);
            });
        }
        Self { inv, rows, fields, read: read.into_inner().unwrap_or_else(PoisonError::into_inner) }
    }

    /// The values of the row at that place, one for each field: several where a field has several, none where one
    /// has none.
    pub(super) fn at(&self, place: usize) -> Vec<Vec<String>> {
        let mut all = vec![Vec::new()];
        let Some(row) = self.rows.get(place).and_then(|row| self.inv.table.row(*row)) else {
            return Vec::new();
        };
        let mut in_record = self.read.get(&row.number()).into_iter().flatten();
        for field in &self.fields {
            let values = match place_of_path(field) {
                Place::Record => in_record.next().cloned().unwrap_or_default(),
                known => in_columns(&row, known, field),
            };
            all = all
                .iter()
                .flat_map(|before: &Vec<String>| {
                    values.iter().map(move |value| [before.as_slice(), std::slice::from_ref(value)].concat())
                })
                .collect();
        }
        all
    }
}

/// The values of a field that columns hold.
fn in_columns(row: &Row<'_>, place: Place, field: &[String]) -> Vec<String> {
    match place {
        Place::Column(column) if row.id_of(column) == 0 => Vec::new(),
        Place::Column(column) => vec![row.text(column).to_owned()],
        _ => texts(&IdentityOnly(row.text(Column::Identity).as_bytes()), field),
    }
}

/// The values that a path leads to, as texts.
fn texts(record: &dyn Parts, field: &[String]) -> Vec<String> {
    let values = values_at(record, field);
    values.into_iter().filter_map(json::display).map(std::borrow::Cow::into_owned).collect()
}

/// The most fields that a key can have for its history to be followed through all events.
const MOST: usize = 4;

/// When each key was first seen in any event, where columns tell. `known` gives the number of a key.
pub(super) fn history(
    inv: &Investigation,
    fields: &[&[String]],
    known: impl Fn(&[String]) -> Option<u64>,
) -> HashMap<u64, i64, FixedState> {
    let mut starts = HashMap::default();
    let places: Vec<Place> = fields.iter().map(|field| place_of_path(field)).collect();
    if places.is_empty() || places.len() > MOST || places.contains(&Place::Record) {
        return starts;
    }
    // What the same numbers come to is worked out once.
    let mut keys: HashMap<[u32; MOST], Vec<u64>, FixedState> = HashMap::default();
    for row in inv.table.rows() {
        let mut ids = [0; MOST];
        for (id, place) in ids.iter_mut().zip(&places) {
            *id = row.id_of(if let Place::Column(column) = place { *column } else { Column::Identity });
        }
        let numbers = keys.entry(ids).or_insert_with(|| {
            let values =
                Values { inv, rows: &[row.number()], fields: fields.to_vec(), read: HashMap::default() };
            values.at(0).iter().filter_map(|key| known(key)).collect()
        });
        if let Some(time) = row.time().millis() {
            for number in numbers.iter() {
                starts.entry(*number).or_insert(time);
            }
        }
    }
    starts
}
