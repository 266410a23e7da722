//! What columns say of many events at once, by the columns of the rows that were gathered.

use super::{Matcher, PUT_OFF};
use crate::detect::engine::classes::{ODD, Slot, UNKNOWN};
use crate::detect::engine::kind::{self, NAMED};
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
                    debug_assert!(
                        ids.iter().zip(found).all(|(id, found)| found & PUT_OFF == 0
                            || !matches!(classes.known(*id), ODD | UNKNOWN)),
                        "what is put off has classes"
                    );
                    add(together, ids.iter().zip(found).map(|(id, _)| class(*id)));
                }
                Slot::Word(n) => add(together, found.iter().map(|found| class(kind::word(*found, n)))),
            }
        }
    }

    /// What hits the event whose classes stand at `at` in `together`, and that is one for some candidates.
    #[inline]
    pub(super) fn gathered_one(&mut self, candidates: u32, at: usize) -> Option<u32> {
        let mut others = self.candidates.get(candidates as usize)?.mask;
        for (word, together) in others.iter_mut().zip(&self.together) {
            *word &= together.get(at).copied().unwrap_or_default();
        }
        let judged = self.verdict_of(candidates, others)?;
        debug_assert!(
            self.verdicts.get(judged.verdict as usize).is_some_and(|verdict| verdict.is_final),
            "the gate was shut"
        );
        Some(judged.number)
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
