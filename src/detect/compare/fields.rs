//! The values of fields of many events, as numbers: from columns where they hold them, else as they were taken from
//! the records while these were loaded.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use foldhash::fast::FixedState;
use memchr::memmem::Finder;

use crate::detect::capture::{Captured, Captures, Needs};
use crate::detect::engine::leaf::{IdentityOnly, Parts, Written, values_at};
use crate::detect::engine::{Place, place_of_path};
use crate::event::identity::Keys;
use crate::investigation::Investigation;
use crate::json;
use crate::store::dicts::{IdentityRow, TEXT_MARK, is_text};
use crate::store::{Column, Row};

/// Values of fields, by row.
pub(super) struct Fields<'a> {
    inv: &'a Investigation,
    captures: &'a Captures,
    needs: &'a Needs,
    taken: Vec<Captured>,
    /// By the number of a file, where what was taken from it begins.
    files: Vec<usize>,
    /// What the values of columns come to, worked out once for each.
    known: RefCell<Vec<Known>>,
    /// By columns, the first row with each combination of their values.
    firsts: RefCell<HashMap<Vec<Column>, Rc<[u32]>>>,
    /// By the number of an identity, whether a key in it may be written with escapes, or it is a text.
    escaped: RefCell<Vec<Option<bool>>>,
}

/// What the values of a column come to for a field.
struct Known {
    path: Vec<String>,
    numeric: bool,
    /// By the number of a value in its dictionary.
    values: Vec<Option<Worth>>,
}

/// What a value comes to.
#[derive(Clone)]
pub(super) enum Worth {
    One(u64),
    Many(Box<[u64]>),
}

/// The key of an identity that a path goes through, and where the number of the word that it leads to is remembered.
type WordAt = (Keys, fn(&IdentityRow) -> u32);

/// A field that is asked for many times.
pub(super) struct Field<'f> {
    path: &'f [String],
    numeric: bool,
    place: Place,
    /// The column whose values tell; `None` where only the record does.
    column: Option<Column>,
    /// Its number among the fields taken from records.
    number: Option<u32>,
    /// Its place in `known`.
    known: usize,
    /// Where it was read when the identity was met.
    word: Option<WordAt>,
    /// Looks for the key behind the first one, which hardly any identity has.
    key: Option<Finder<'f>>,
}

impl Field<'_> {
    /// The column whose values tell; `None` where only the record does.
    pub(super) fn column(&self) -> Option<Column> {
        self.column
    }

    /// Whether the key that the path goes on with is certain not to stand in the identity of a row. Looking for it is far quicker
    /// than walking through it, and what rules ask for is rare: on whose behalf, a provider.
    fn lacks_key(&self, row: &Row<'_>) -> bool {
        let Some(key) = self.key.as_ref().filter(|_| self.place == Place::Identity) else { return false };
        let identity = row.text(Column::Identity);
        !is_text(identity)
            && key.find(identity.as_bytes()).is_none()
            && memchr::memchr(b'\\', identity.as_bytes()).is_none()
    }
}

/// How many pairs of values are known without a look into all of them; a power of two.
const LATELY: usize = 4096;

impl<'a> Fields<'a> {
    pub(super) fn new(inv: &'a Investigation, captures: &'a Captures, needs: &'a Needs) -> Self {
        let taken = captures.take();
        let mut files = Vec::new();
        for (place, taken) in taken.iter().enumerate() {
            if files.len() <= taken.at.file as usize {
                files.resize(taken.at.file as usize + 1, place);
            }
        }
        let (known, firsts, escaped) = Default::default();
        Self { inv, captures, needs, taken, files, known, firsts, escaped }
    }

    /// Fields to ask for; numbers where they are `numeric`.
    pub(super) fn of<'f>(&self, paths: &[&'f [String]], numeric: bool) -> Vec<Field<'f>> {
        let mut known = self.known.borrow_mut();
        let mut field = |path: &'f [String]| {
            let at = known.iter().position(|known| known.path == path && known.numeric == numeric);
            let at = at.unwrap_or_else(|| {
                known.push(Known { path: path.to_vec(), numeric, values: Vec::new() });
                known.len() - 1
            });
            let (number, place) = (self.needs.number(path, numeric), place_of_path(path));
            let column = match place {
                Place::Column(column) => Some(column),
                Place::Identity => Some(Column::Identity),
                Place::Record => None,
            };
            let key = path.get(1).map(|key| Finder::new(key.as_str()));
            Field { path, numeric, place, column, number, known: at, word: word_at(path), key }
        };
        paths.iter().map(|path| field(path)).collect()
    }

    /// The values of some fields of a row together, as one number for each combination: several where a field has
    /// several values, none where one has none.
    pub(super) fn each(&self, row: &Row<'_>, fields: &[Field<'_>], mut give: impl FnMut(u64)) {
        if let Some(one) = self.one(row, fields) {
            return give(one);
        }
        let mut one = 0u64;
        let mut many: Vec<u64> = Vec::new();
        for (place, field) in fields.iter().enumerate() {
            let with = |before: u64, value: u64| if place == 0 { value } else { mixed(before, value) };
            match self.worth(row, field) {
                Worth::One(value) if many.is_empty() => one = with(one, value),
                Worth::One(value) => many.iter_mut().for_each(|before| *before = with(*before, value)),
                Worth::Many(values) => {
                    let before = if many.is_empty() { vec![one] } else { many };
                    many = before.iter().flat_map(|b| values.iter().map(|v| with(*b, *v))).collect();
                    if many.is_empty() {
                        return;
                    }
                }
            }
        }
        if many.is_empty() { give(one) } else { many.into_iter().for_each(give) }
    }

    /// The values of some fields of a row together, where each has one value that was met before.
    #[inline]
    fn one(&self, row: &Row<'_>, fields: &[Field<'_>]) -> Option<u64> {
        let known = self.known.borrow();
        let mut one = 0;
        for (place, field) in fields.iter().enumerate() {
            let id = row.id_of(field.column?) as usize;
            let Worth::One(value) = known.get(field.known)?.values.get(id)?.as_ref()? else { return None };
            one = if place == 0 { *value } else { mixed(one, *value) };
        }
        Some(one)
    }

    /// What a row has in a field.
    pub(super) fn worth(&self, row: &Row<'_>, field: &Field<'_>) -> Worth {
        let Some(column) = field.column else { return self.taken_at(row, field) };
        let id = row.id_of(column) as usize;
        let mut known = self.known.borrow_mut();
        let Some(known) = known.get_mut(field.known) else { return Worth::Many(Box::default()) };
        if known.values.len() <= id {
            known.values.resize(id + 1, None);
        }
        match known.values.get_mut(id) {
            Some(Some(worth)) => worth.clone(),
            slot => {
                let value = |text: &str| match field.numeric {
                    true => text.parse::<f64>().ok().map(f64::to_bits),
                    false => Some(self.captures.hash(text)),
                };
                let worth = match self.known_word(row, field.word) {
                    Some(Some(word)) => Worth::of(value(word).as_slice()),
                    Some(None) => Worth::of(&[]),
                    None => {
                        let texts = match field.lacks_key(row) {
                            true => Vec::new(),
                            false => in_columns(row, field.place, field.path),
                        };
                        Worth::of(&texts.iter().filter_map(|text| value(text)).collect::<Vec<_>>())
                    }
                };
                if let Some(slot) = slot {
                    *slot = Some(worth.clone());
                }
                worth
            }
        }
    }

    /// What an identity says, which may be nothing, where that was read when it was met; `None` where only the identity
    /// itself tells.
    fn known_word(&self, row: &Row<'a>, word: Option<WordAt>) -> Option<Option<&'a str>> {
        let ((key, word), own) = (word?, row.identity());
        let id = row.id_of(Column::Identity) as usize;
        let mut escaped = self.escaped.borrow_mut();
        if escaped.len() <= id {
            escaped.resize(id + 1, None);
        }
        // A key can be written with escapes, which only a closer look reads.
        let has_escapes = || memchr::memchr(b'\\', row.text(Column::Identity).as_bytes()).is_some();
        let is_odd = || has_escapes() || is_text(row.text(Column::Identity));
        if *escaped.get_mut(id)?.get_or_insert_with(is_odd) {
            return None;
        }
        match word(&own) {
            _ if !own.keys.has(key) => Some(None),
            // Empty, or no text.
            0 => None,
            word => Some(Some(row.word(word))),
        }
    }

    fn taken_at(&self, row: &Row<'_>, field: &Field<'_>) -> Worth {
        let (at, Some(number)) = (row.locator(), field.number) else { return Worth::Many(Box::default()) };
        let bound = |file: usize| self.files.get(file).copied().unwrap_or(self.taken.len());
        let of_file =
            self.taken.get(bound(at.file as usize)..bound(at.file as usize + 1)).unwrap_or_default();
        let from = of_file.partition_point(|taken| (taken.at, taken.field) < (at, number));
        let own = of_file.get(from..).unwrap_or_default();
        let own = own.iter().take_while(|taken| taken.at == at && taken.field == number);
        // An event that several rules hit was taken for each.
        let mut values = own.map(|taken| taken.value);
        match values.next() {
            Some(first) if values.clone().all(|value| value == first) => Worth::One(first),
            first => {
                let mut all: Vec<u64> = first.into_iter().chain(values).collect();
                all.dedup();
                Worth::Many(all.into())
            }
        }
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
    /// Rows are in order of time: of those with the same numbers the first one tells.
    pub(super) fn history(&self, fields: &[Field<'_>]) -> HashMap<u64, i64, FixedState> {
        let mut starts: HashMap<u64, i64, FixedState> = HashMap::default();
        let columns: Option<Vec<Column>> = fields.iter().map(|field| field.column).collect();
        let Some(columns) = columns.filter(|columns| !columns.is_empty()) else { return starts };
        let first = self.firsts.borrow().get(&columns).cloned();
        let first = first.unwrap_or_else(|| {
            let rows: Rc<[u32]> = self.first_rows(&columns).into();
            self.firsts.borrow_mut().insert(columns, rows.clone());
            rows
        });
        for row in first.iter().filter_map(|row| self.inv.table.row(*row)) {
            if let Some(time) = row.time().millis() {
                self.each(&row, fields, |key| {
                    starts.entry(key).or_insert(time);
                });
            }
        }
        starts
    }

    /// The first row with each combination of numbers in some columns, in order.
    fn first_rows(&self, columns: &[Column]) -> Vec<u32> {
        let mut first = Vec::new();
        let mut met: Vec<bool> = Vec::new();
        let mut pairs: HashSet<u64, FixedState> = HashSet::default();
        // What was met lately is met again, and no pair has all bits set.
        let mut lately = vec![u64::MAX; LATELY];
        let mut many: HashSet<Vec<u32>, FixedState> = HashSet::default();
        for (start, segment) in self.inv.table.segments() {
            match *columns {
                [one] => segment.column(one).for_each(|row, id| {
                    let id = id as usize;
                    if met.len() <= id {
                        met.resize(id + 1, false);
                    }
                    if met.get_mut(id).is_some_and(|met| !std::mem::replace(met, true)) {
                        first.push(start + row as u32);
                    }
                }),
                [one, two] => {
                    let two = segment.column(two);
                    segment.column(one).for_each(|row, id| {
                        let pair = id << 32 | two.get(row);
                        let slot = mixed(id, pair) >> (u64::BITS - LATELY.ilog2());
                        let Some(late) = lately.get_mut(slot as usize) else { return };
                        if std::mem::replace(late, pair) != pair && pairs.insert(pair) {
                            first.push(start + row as u32);
                        }
                    });
                }
                _ => first.extend((0..segment.len()).filter_map(|row| {
                    let ids = columns.iter().map(|column| segment.column(*column).id(row)).collect();
                    many.insert(ids).then_some(start + row as u32)
                })),
            }
        }
        first
    }
}

impl Worth {
    fn of(values: &[u64]) -> Self {
        match values {
            [one] => Self::One(*one),
            many => Self::Many(many.into()),
        }
    }
}

/// Two numbers as one. They are hashes, so that equal results mean equal values for all that chance allows.
const fn mixed(a: u64, b: u64) -> u64 {
    (a.rotate_left(23) ^ b).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The values of a field that columns hold.
fn in_columns(row: &Row<'_>, place: Place, field: &[String]) -> Vec<String> {
    match place {
        Place::Column(column) if row.id_of(column) == 0 => Vec::new(),
        Place::Column(column) => vec![row.text(column).to_owned()],
        _ => match row.text(Column::Identity) {
            text if is_text(text) => {
                field.get(1).is_none().then(|| text[TEXT_MARK.len_utf8()..].to_owned()).into_iter().collect()
            }
            raw => texts(&IdentityOnly(raw.as_bytes()), field),
        },
    }
}

/// Where the text that a path leads to was read when the identity was met.
fn word_at(path: &[String]) -> Option<WordAt> {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["userIdentity", "arn"] => Some((Keys::ARN, |own| own.arn)),
        ["userIdentity", "type"] => Some((Keys::TYPE, |own| own.kind)),
        ["userIdentity", "principalId"] => Some((Keys::PRINCIPAL_ID, |own| own.principal_id)),
        ["userIdentity", "accountId"] => {
            Some((Keys::ACCOUNT_ID, |own| if own.keys.has(Keys::ACCOUNT_OF_ARN) { 0 } else { own.account }))
        }
        ["userIdentity", "accessKeyId"] => Some((Keys::ACCESS_KEY_ID, |own| own.access_key)),
        ["userIdentity", "userName"] => Some((Keys::USER_NAME, |own| own.user_name)),
        ["userIdentity", "sessionContext", "sessionIssuer", "arn"] => {
            Some((Keys::SESSION_CONTEXT, |own| own.issuer_arn))
        }
        _ => None,
    }
}

/// The values that a path leads to, as texts.
fn texts(record: &dyn Parts, field: &[String]) -> Vec<String> {
    let values = values_at(record, field);
    values.into_iter().filter_map(json::display).map(std::borrow::Cow::into_owned).collect()
}

#[cfg(test)]
mod tests;
