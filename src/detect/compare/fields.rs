//! The values of fields of many events, as numbers: from columns where they hold them, else as they were taken from
//! the records while these were loaded.

use std::cell::RefCell;
use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::detect::capture::{Captured, Captures, Needs};
use crate::detect::engine::leaf::{IdentityOnly, Parts, Written, values_at};
use crate::detect::engine::{Place, place_of_path};
use crate::investigation::Investigation;
use crate::json;
use crate::store::{Column, Row};

/// Values of fields, by row.
pub(super) struct Fields<'a> {
    inv: &'a Investigation,
    captures: &'a Captures,
    needs: &'a Needs,
    taken: Vec<Captured>,
    /// What the values of columns come to, worked out once for each.
    known: RefCell<HashMap<(Vec<String>, bool), Memory, FixedState>>,
}

/// For each number of a dictionary the values that it stands for.
type Memory = Vec<Option<Box<[u64]>>>;

/// A field that is asked for many times.
pub(super) struct Field<'f> {
    path: &'f [String],
    numeric: bool,
    place: Place,
    number: Option<u32>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(inv: &'a Investigation, captures: &'a Captures, needs: &'a Needs) -> Self {
        Self { inv, captures, needs, taken: captures.take(), known: RefCell::default() }
    }

    /// Fields to ask for; numbers where they are `numeric`.
    pub(super) fn of<'f>(&self, paths: &[&'f [String]], numeric: bool) -> Vec<Field<'f>> {
        let field = |path: &'f [String]| Field {
            path,
            numeric,
            place: place_of_path(path),
            number: self.needs.number(path, numeric),
        };
        paths.iter().map(|path| field(path)).collect()
    }

    /// The values of some fields of a row, one for each field: several where a field has several, none where one
    /// has none.
    pub(super) fn at(&self, row: &Row<'_>, fields: &[Field<'_>]) -> Vec<Vec<u64>> {
        let mut all: Vec<Vec<u64>> = vec![Vec::with_capacity(fields.len())];
        for field in fields {
            let values = self.values(row, field);
            match values.as_slice() {
                [one] => all.iter_mut().for_each(|before| before.push(*one)),
                many => {
                    let with = |before: &Vec<u64>, value: &u64| [before.as_slice(), &[*value]].concat();
                    all =
                        all.iter().flat_map(|before| many.iter().map(|value| with(before, value))).collect();
                }
            }
        }
        all
    }

    fn values(&self, row: &Row<'_>, field: &Field<'_>) -> Vec<u64> {
        let column = match field.place {
            Place::Column(column) => column,
            Place::Identity => Column::Identity,
            Place::Record => return self.taken_at(row, field),
        };
        let id = row.id_of(column) as usize;
        let mut known = self.known.borrow_mut();
        let memory = known.entry((field.path.to_vec(), field.numeric)).or_default();
        if memory.len() <= id {
            memory.resize(id + 1, None);
        }
        match memory.get_mut(id) {
            Some(Some(values)) => values.to_vec(),
            slot => {
                let texts = in_columns(row, field.place, field.path);
                let value = |text: &String| match field.numeric {
                    true => text.parse::<f64>().ok().map(f64::to_bits),
                    false => Some(self.captures.hash(text)),
                };
                let values: Vec<u64> = texts.iter().filter_map(value).collect();
                if let Some(slot) = slot {
                    *slot = Some(values.clone().into());
                }
                values
            }
        }
    }

    fn taken_at(&self, row: &Row<'_>, field: &Field<'_>) -> Vec<u64> {
        let (at, Some(number)) = (row.locator(), field.number) else { return Vec::new() };
        let from = self.taken.partition_point(|taken| (taken.at, taken.field) < (at, number));
        let own = self.taken.get(from..).unwrap_or_default().iter();
        let mut values: Vec<u64> = own
            .take_while(|taken| taken.at == at && taken.field == number)
            .map(|taken| taken.value)
            .collect();
        // An event that several rules hit was taken for each.
        values.dedup();
        values
    }

    /// The values of fields of a row as texts, which are read from its record where no column has them.
    pub(super) fn texts(&self, row: &Row<'_>, paths: &[&[String]]) -> Vec<String> {
        let raw = match paths.iter().any(|path| place_of_path(path) == Place::Record) {
            true => self.inv.raw(row).unwrap_or_default(),
            false => Vec::new(),
        };
        let text = |path: &&[String]| match place_of_path(path) {
            Place::Record => texts(&Written(&raw), path),
            place => in_columns(row, place, path),
        };
        paths.iter().map(|path| text(path).join(", ")).collect()
    }

    /// When each key was first seen in any event, where columns tell; keys with fields in records are not followed.
    pub(super) fn history(&self, fields: &[Field<'_>]) -> HashMap<Vec<u64>, i64, FixedState> {
        let mut starts: HashMap<Vec<u64>, i64, FixedState> = HashMap::default();
        if fields.is_empty() || fields.iter().any(|field| field.place == Place::Record) {
            return starts;
        }
        let column = |field: &Field<'_>| match field.place {
            Place::Column(column) => column,
            _ => Column::Identity,
        };
        // Rows are in order of time: of rows with the same numbers the first one tells.
        let columns: Vec<Column> = fields.iter().map(column).collect();
        let mut met = vec![Vec::new(); 1];
        let mut pairs = std::collections::HashSet::<Vec<u32>, FixedState>::default();
        for row in self.inv.table.rows() {
            let is_new = match columns.as_slice() {
                [one] => {
                    let id = row.id_of(*one) as usize;
                    let met: &mut Vec<bool> = &mut met[0];
                    if met.len() <= id {
                        met.resize(id + 1, false);
                    }
                    met.get_mut(id).is_some_and(|met| !std::mem::replace(met, true))
                }
                many => pairs.insert(many.iter().map(|column| row.id_of(*column)).collect()),
            };
            if is_new && let Some(time) = row.time().millis() {
                for key in self.at(&row, fields) {
                    starts.entry(key).or_insert(time);
                }
            }
        }
        starts
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
