//! What columns say of many events at once, by the columns of the rows that were gathered.

use super::{Matcher, PUT_OFF};
use crate::detect::engine::classes::{ODD, Slot, UNKNOWN};
use crate::detect::engine::kind::{self, NAMED, Others};
use crate::store::Column;

/// How many events are looked at together: what they need stays in the nearest cache.
pub(super) const TOGETHER: usize = 512;

impl Matcher {
    /// The classes of some events, side by side in `together`: those of all slots, whoever looks at them.
    pub(super) fn gather(&mut self, columns: &[&[u32]; Column::COUNT], from: usize, found: &[u32]) {
        self.together.iter_mut().for_each(Vec::clear);
        for (slot, classes) in self.classes.iter().enumerate().skip(NAMED) {
            let (word, bit) = kind::place(slot);
            let Some(together) = self.together.get_mut(word).filter(|_| !classes.is_alike()) else {
                continue;
            };
            let known = classes.all_known();
            let class = |id: u32| u64::from(known(id)) << bit;
            match classes.slot() {
                Slot::Column(column, _) => {
                    let ids = columns[column as usize].get(from..).unwrap_or_default();
                    let ids = ids.get(..found.len()).unwrap_or(ids);
                    debug_assert!(
                        ids.iter().zip(found).all(|(id, found)| found & PUT_OFF == 0
                            || !matches!(classes.known(*id), ODD | UNKNOWN)),
                        "what is put off has classes"
                    );
                    add(together, ids.iter().map(|id| class(*id)));
                }
                Slot::Word(n) => add(together, found.iter().map(|found| class(kind::word(*found, n)))),
            }
        }
    }

    /// What hits the event whose classes stand at `at` in `together`, and that is one for some candidates.
    #[inline]
    pub(super) fn gathered_one(&mut self, candidates: u32, at: usize) -> Option<u32> {
        let mut others = *self.masks.get(candidates as usize)?;
        for (word, together) in others.iter_mut().zip(&self.together) {
            *word &= together.get(at).copied().unwrap_or_default();
        }
        if let Some(number) = self.recent.get(candidates, others) {
            return Some(number);
        }
        let judged = self.verdict_of(candidates, others)?;
        debug_assert!(
            self.verdicts.get(judged.verdict as usize).is_some_and(|verdict| verdict.is_final),
            "the gate was shut"
        );
        self.recent.put(candidates, others, judged.number);
        Some(judged.number)
    }
}

/// How many kinds of events are remembered, as a power of two: what holds them stays in the nearest cache.
const RECENT_BITS: u32 = 9;

/// The kinds of events that were gathered lately, each where its hash says, with the numbers of the sets that hit them.
#[derive(Debug)]
pub(super) struct Recent(Box<[(u32, u32, Others)]>);

impl Default for Recent {
    fn default() -> Self {
        // Nobody's candidates have this number.
        Self(vec![(u32::MAX, 0, Others::default()); 1 << RECENT_BITS].into())
    }
}

impl Recent {
    #[inline]
    fn place(candidates: u32, others: Others) -> usize {
        /// The golden ratio: neighbours end up far from each other.
        const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
        let all = others[0] ^ others[1].rotate_left(29) ^ u64::from(candidates) << 40;
        (all.wrapping_mul(SPREAD) >> (u64::BITS - RECENT_BITS)) as usize
    }

    #[inline]
    fn get(&self, candidates: u32, others: Others) -> Option<u32> {
        let (owner, number, kind) = *self.0.get(Self::place(candidates, others))?;
        (owner == candidates && kind == others).then_some(number)
    }

    fn put(&mut self, candidates: u32, others: Others, number: u32) {
        if let Some(place) = self.0.get_mut(Self::place(candidates, others)) {
            *place = (candidates, number, others);
        }
    }
}

/// Puts classes beside those that stand in a word of some events already, if there are any.
#[inline]
fn add(together: &mut Vec<u64>, classes: impl Iterator<Item = u64>) {
    if together.is_empty() {
        return together.extend(classes);
    }
    for (word, class) in together.iter_mut().zip(classes) {
        *word |= class;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_the_same_place_is_not_the_same() {
        let kinds = (0..4096u32).map(|n| (n % 7, [u64::from(n) << 16, u64::from(n % 3)], n));
        let mut recent = Recent::default();
        for (candidates, others, number) in kinds.clone() {
            assert_eq!(recent.get(candidates, others), None, "{number} is new");
            recent.put(candidates, others, number);
            assert_eq!(recent.get(candidates, others), Some(number));
        }
        let kept = kinds.filter(|(candidates, others, number)| {
            let found = recent.get(*candidates, *others);
            assert!(found.is_none_or(|found| found == *number), "{found:?} for {number}");
            found.is_some()
        });
        assert!(kept.count() > (1 << RECENT_BITS) / 2, "they are spread over all places");
    }
}
