//! What was denied and has not gone through yet: asked for nearly every event, and hardly ever there.
//!
//! It knows numbers alone; what counts as denied is the caller's question.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// A session, and the name and the service of what it did.
pub(super) type Act = (u32, u32, u32);

/// What was denied to a session and has not gone through yet.
pub(super) struct Denied {
    acts: HashMap<Act, (), FixedState>,
    /// A bit for what may be among the acts. Nearly every event asks, and hardly any finds something.
    hints: Vec<u64>,
}

/// How many bits hints have: 64 KiB of them stay in the cache.
const HINTS: u32 = 19;

impl Default for Denied {
    fn default() -> Self {
        Self { acts: HashMap::default(), hints: vec![0; 1 << (HINTS - 6)] }
    }
}

impl Denied {
    /// Where the hint for an act stands: its word, and its bit there.
    fn hint((session, event, source): Act) -> (usize, u64) {
        let act = u64::from(session) << 32 | u64::from(event ^ source.rotate_left(16));
        let bit = act.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - HINTS);
        (bit as usize / 64, 1 << (bit % 64))
    }

    /// Adds an act.
    pub(super) fn insert(&mut self, act: Act) {
        let (word, bit) = Self::hint(act);
        self.hints[word] |= bit;
        self.acts.insert(act, ());
    }

    /// Takes an act out; whether it was there.
    #[inline]
    pub(super) fn remove(&mut self, act: Act) -> bool {
        let (word, bit) = Self::hint(act);
        self.hints[word] & bit != 0 && self.acts.remove(&act).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_is_there_until_it_is_taken() {
        let mut denied = Denied::default();
        let acts: Vec<Act> = (0..2_000).map(|n| (n % 97 + 1, n, n % 3)).collect();
        acts.iter().for_each(|act| denied.insert(*act));
        assert!(!denied.remove((98, 0, 0)) && !denied.remove((1, 1, 1)) && !denied.remove((1, 0, 1)));
        assert!(acts.iter().all(|act| denied.remove(*act)));
        assert!(acts.iter().all(|act| !denied.remove(*act)), "a hint alone is no act");
    }
}
