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
        for word in &mut self.together {
            word.clear();
            word.resize(found.len(), 0);
        }
        for (slot, classes) in self.classes.iter().enumerate().skip(NAMED) {
            let (word, bit) = kind::place(slot);
            let Some(together) = self.together.get_mut(word).filter(|_| !classes.is_alike()) else {
                continue;
            };
            match classes.slot() {
                Slot::Column(column, _) => {
                    let ids = columns[column as usize].get(from..).unwrap_or_default();
                    debug_assert!(
                        ids.iter().zip(found).all(|(id, found)| found & PUT_OFF == 0
                            || !matches!(classes.known(*id), ODD | UNKNOWN)),
                        "what is put off has classes"
                    );
                    for (word, id) in together.iter_mut().zip(ids) {
                        *word |= u64::from(classes.known(*id)) << bit;
                    }
                }
                Slot::Word(n) => {
                    for (word, found) in together.iter_mut().zip(found) {
                        *word |= u64::from(classes.known(kind::word(*found, n))) << bit;
                    }
                }
            }
        }
    }

    /// What hits the event at `row`, whose classes stand at `at` in `together`.
    #[inline]
    pub(super) fn gathered_one(
        &mut self,
        columns: &[&[u32]; Column::COUNT],
        row: usize,
        at: usize,
    ) -> Option<u32> {
        let of = |column: Column| columns[column as usize].get(row).copied();
        let candidates = self.candidates(of(Column::Event)?, of(Column::Source)?)?;
        let mask = self.candidates.get(candidates as usize)?.mask;
        let mut others = Others::default();
        for ((word, mask), together) in others.iter_mut().zip(mask).zip(&self.together) {
            *word = together.get(at)? & mask;
        }
        let verdict = self.verdict_of(candidates, others)?;
        let verdict = self.verdicts.get(verdict as usize)?;
        debug_assert!(verdict.is_final, "the gate was shut");
        Some(verdict.number)
    }
}
