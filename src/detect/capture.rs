//! What rules on several events need of a record, taken while its bytes are at hand.
//!
//! A correlation may group by, or count, what stands deep in the records of a million events; reading them all
//! again would take longer than loading them. So of every event that a rule hits on whose behalf another rule asks, the
//! values of its fields are kept: a hash where they are only told apart, the number itself where they are summed, and of
//! accounts that are named the id.

use std::borrow::Cow;
use std::hash::BuildHasher as _;
use std::sync::{Mutex, PoisonError};

use foldhash::fast::RandomState;

use super::engine::leaf::{Parts, parsed, values_at};
use super::engine::{Place, place_of_path};
use super::sigma::item::{HOME, named_accounts};
use crate::json;
use crate::store::segment::Locator;

/// A field whose values are taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Wanted {
    pub(crate) path: Vec<String>,
    pub(crate) form: Form,
}

/// What of a value is taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// What tells it from others.
    Hash,
    /// The number that it is.
    Number,
    /// The accounts that it names, without these.
    Accounts(Vec<String>),
}

impl Form {
    pub(crate) const fn of(numeric: bool) -> Self {
        if numeric { Self::Number } else { Self::Hash }
    }
}

/// One value of a field of a record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Captured {
    pub(crate) at: Locator,
    /// Which field.
    pub(crate) field: u32,
    pub(crate) value: u64,
}

/// What was taken from all records, shared by everybody who loads.
#[derive(Default, Debug)]
pub struct Captures {
    values: Mutex<Vec<Captured>>,
    /// Whether more will be loaded, so that what was taken is needed again.
    keep: bool,
    hasher: RandomState,
}

impl Captures {
    /// Those of a load that goes on.
    pub fn kept() -> Self {
        Self { keep: true, ..Self::default() }
    }

    /// Adds what one worker has taken.
    pub(crate) fn add(&self, values: &mut Vec<Captured>) {
        self.values.lock().unwrap_or_else(PoisonError::into_inner).append(values);
    }

    /// Everything that was taken, in order of place and field; nothing is left unless more is to come.
    pub(crate) fn take(&self) -> Vec<Captured> {
        let mut held = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        held.sort_unstable();
        if self.keep { held.clone() } else { std::mem::take(&mut *held) }
    }

    /// What was taken so far of some fields, in order of place and field.
    pub(crate) fn of_fields(&self, is_wanted: impl Fn(u32) -> bool) -> Vec<Captured> {
        let held = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken: Vec<Captured> = held.iter().filter(|taken| is_wanted(taken.field)).copied().collect();
        drop(held);
        taken.sort_unstable();
        taken
    }

    /// A text as a value that is told apart.
    pub(crate) fn hash(&self, text: &str) -> u64 {
        self.hasher.hash_one(text)
    }

    /// The values of a field in a record.
    pub(crate) fn values(&self, wanted: &Wanted, record: &dyn Parts, mut each: impl FnMut(u64)) {
        for raw in values_at(record, &wanted.path) {
            match &wanted.form {
                Form::Hash => json::display(raw).into_iter().for_each(|text| each(self.hash(&text))),
                Form::Number => {
                    let number = json::display(raw).and_then(|text| text.parse::<f64>().ok());
                    number.into_iter().for_each(|number| each(number.to_bits()));
                }
                Form::Accounts(known) => {
                    let value = parsed(raw).unwrap_or_default();
                    // The event's own account decides nothing.
                    let home = home(record);
                    let is_known = |id: &String| known.contains(id) || Some(id) == home.as_ref();
                    let others = named_accounts(&value).into_iter().filter(|id| !is_known(id));
                    others.filter_map(|id| id.parse().ok()).for_each(&mut each);
                }
            }
        }
    }
}

/// The account whose log a record is from, as [`crate::detect::sigma::item::home`] reads it.
fn home(record: &dyn Parts) -> Option<String> {
    let text = |raw| json::display(raw).map(Cow::into_owned).filter(|text| !text.is_empty());
    HOME.iter().find_map(|path| {
        let path: Vec<String> = path.iter().map(|&step| step.to_owned()).collect();
        values_at(record, &path).into_iter().find_map(text)
    })
}

/// The fields that rules need from records, and which rule needs which.
#[derive(Default, Debug)]
pub(crate) struct Needs {
    pub(crate) fields: Vec<Wanted>,
    /// By the number of a rule on single events.
    pub(crate) of_rule: Vec<Vec<u32>>,
}

impl Needs {
    /// Says that a rule's hits need a field; those that columns hold need not be taken.
    pub(crate) fn add(&mut self, rule: usize, path: &[String], numeric: bool) {
        if place_of_path(path) != Place::Record {
            return;
        }
        self.add_wanted(rule, Wanted { path: path.to_vec(), form: Form::of(numeric) });
    }

    /// Says that of a rule's hits the accounts are needed that a field names, without those that it knows.
    pub(crate) fn add_accounts(&mut self, rule: usize, path: &[String], known: &[String]) {
        self.add_wanted(rule, Wanted { path: path.to_vec(), form: Form::Accounts(known.to_vec()) });
    }

    fn add_wanted(&mut self, rule: usize, wanted: Wanted) {
        let known = self.fields.iter().position(|field| *field == wanted);
        let number = known.unwrap_or_else(|| {
            self.fields.push(wanted);
            self.fields.len() - 1
        }) as u32;
        if self.of_rule.len() <= rule {
            self.of_rule.resize(rule + 1, Vec::new());
        }
        if let Some(needs) = self.of_rule.get_mut(rule)
            && !needs.contains(&number)
        {
            needs.push(number);
        }
    }

    /// The number of a field.
    pub(crate) fn number(&self, path: &[String], numeric: bool) -> Option<u32> {
        let is = |field: &Wanted| field.form == Form::of(numeric) && field.path == path;
        self.fields.iter().position(is).map(|n| n as u32)
    }

    /// Whether of a field the accounts are taken that it names.
    pub(crate) fn is_account(&self, field: u32) -> bool {
        self.fields.get(field as usize).is_some_and(|field| matches!(field.form, Form::Accounts(_)))
    }
}
