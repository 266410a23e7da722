//! What was denied and has not gone through yet: asked for nearly every event, and hardly ever there.
//!
//! It knows numbers alone; what counts as denied is the caller's question.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// What was denied to a session and has not gone through yet.
pub(super) struct Denied {
    pairs: HashMap<(u32, u32), (), FixedState>,
    /// A bit for what may be among the pairs. Nearly every event asks, and hardly any finds something.
    hints: Vec<u64>,
}

/// How many bits hints have: 64 KiB of them stay in the cache.
const HINTS: u32 = 19;

impl Default for Denied {
    fn default() -> Self {
        Self { pairs: HashMap::default(), hints: vec![0; 1 << (HINTS - 6)] }
    }
}

impl Denied {
    /// Where the hint for a pair stands: its word, and its bit there.
    fn hint((session, event): (u32, u32)) -> (usize, u64) {
        let pair = u64::from(session) << 32 | u64::from(event);
        let bit = pair.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - HINTS);
        (bit as usize / 64, 1 << (bit % 64))
    }

    /// Adds a pair of session and event.
    pub(super) fn insert(&mut self, pair: (u32, u32)) {
        let (word, bit) = Self::hint(pair);
        self.hints[word] |= bit;
        self.pairs.insert(pair, ());
    }

    /// Takes a pair out; whether it was there.
    #[inline]
    pub(super) fn remove(&mut self, pair: (u32, u32)) -> bool {
        let (word, bit) = Self::hint(pair);
        self.hints[word] & bit != 0 && self.pairs.remove(&pair).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_there_until_it_is_taken() {
        let mut denied = Denied::default();
        let pairs: Vec<(u32, u32)> = (0..2_000).map(|n| (n % 97 + 1, n)).collect();
        pairs.iter().for_each(|pair| denied.insert(*pair));
        assert!(!denied.remove((98, 0)) && !denied.remove((1, 1)));
        assert!(pairs.iter().all(|pair| denied.remove(*pair)));
        assert!(pairs.iter().all(|pair| !denied.remove(*pair)), "a hint alone is not a pair");
    }
}
