//! Which rules hit an event: sets of rules, each with a number that fits into a column.
//!
//! Most events are hit by none, and the others by one of a few hundred combinations.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The sets met so far, shared by everybody who loads. The number 0 is the empty set.
#[derive(Default, Debug)]
pub struct HitSets {
    known: Mutex<Known>,
}

#[derive(Default, Debug)]
struct Known {
    numbers: HashMap<Box<[u32]>, u32>,
    sets: Vec<Arc<[u32]>>,
}

impl HitSets {
    /// The number of a set, given as ascending numbers of rules.
    pub fn number(&self, rules: &[u32]) -> u32 {
        if rules.is_empty() {
            return 0;
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = known.numbers.get(rules) {
            return *number;
        }
        let number = known.sets.len() as u32 + 1;
        known.numbers.insert(rules.into(), number);
        known.sets.push(rules.into());
        number
    }

    /// All sets by their number; every number handed out before this call is in it.
    pub fn snapshot(&self) -> Sets {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        Sets { sets: std::iter::once(Arc::from([])).chain(known.sets.iter().cloned()).collect() }
    }
}

/// A snapshot of the sets.
#[derive(Clone, Debug)]
pub struct Sets {
    sets: Arc<[Arc<[u32]>]>,
}

impl Default for Sets {
    fn default() -> Self {
        HitSets::default().snapshot()
    }
}

impl Sets {
    /// The rules in the set of that number, ascending.
    pub fn get(&self, number: u32) -> &[u32] {
        self.sets.get(number as usize).map_or(&[], |set| set)
    }

    /// How many numbers there are; at least one.
    pub fn len(&self) -> u32 {
        self.sets.len() as u32
    }

    /// Whether there is nothing but the empty set.
    pub fn is_empty(&self) -> bool {
        self.sets.len() <= 1
    }
}
