//! A small generator of numbers that look random and are not.
//!
//! SplitMix64 (Steele, Lea and Flood, 2014): a counter and a mixing function. It is
//! fast, any place of the world can have a stream of its own by [`Rng::keyed`], and
//! what it yields will never change with a version of a crate: the same seed has to
//! give the same bytes for ever. It must not guard a secret.

/// A stream of numbers.
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// Mixes the bits of a number: every bit of the result depends on every bit of `n`.
const fn mix(n: u64) -> u64 {
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

/// A number for a word, to key a stream by (FNV-1a).
pub(crate) const fn tag(word: &str) -> u64 {
    let bytes = word.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut i = 0;
    while i < bytes.len() {
        hash = (hash ^ bytes[i] as u64).wrapping_mul(0x100_0000_01b3);
        i += 1;
    }
    hash
}

impl Rng {
    /// The stream of a seed.
    pub(crate) const fn new(seed: u64) -> Self {
        Self(mix(seed ^ 0x5eed))
    }

    /// The stream of one place of the world, named by a path of numbers.
    pub(crate) fn keyed(seed: u64, path: &[u64]) -> Self {
        Self(path.iter().fold(mix(seed), |state, &part| mix(state.wrapping_add(STEP) ^ mix(part))))
    }

    /// The next 64 bits.
    pub(crate) const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// A number below `n`; 0 when `n` is 0.
    pub(crate) const fn below(&mut self, n: u64) -> u64 {
        ((self.bits() as u128 * n as u128) >> 64) as u64
    }

    /// A number from `low` to `high`, both included.
    pub(crate) const fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as u64) as i64
    }

    /// A fraction from 0 up to, not including, 1.
    pub(crate) const fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether something of this probability happens.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// An index into something of this length; 0 when it is empty.
    pub(crate) const fn index(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    /// An index that prefers the front: the first tenth is met about a third of the time.
    pub(crate) const fn front_index(&mut self, len: usize) -> usize {
        let u = self.unit();
        (u * u * len as f64) as usize
    }

    /// One of the words; empty when there are none.
    pub(crate) fn word<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words.get(self.index(words.len())).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_never_change() {
        let mut rng = Rng::new(1);
        assert_eq!([rng.bits(), rng.bits()], [17_794_777_749_029_511_236, 5_296_768_152_191_440_982]);
        assert_eq!(tag("session"), 4_369_270_734_135_252_951);
    }

    #[test]
    fn places_have_streams_of_their_own() {
        let first = |path: &[u64]| Rng::keyed(7, path).bits();
        let all = [first(&[]), first(&[1]), first(&[2]), first(&[1, 2]), first(&[2, 1]), first(&[0])];
        let distinct: std::collections::BTreeSet<_> = all.into_iter().collect();
        assert_eq!(distinct.len(), all.len());
        assert_eq!(first(&[1, 2]), first(&[1, 2]));
    }

    #[test]
    fn numbers_stay_in_their_ranges_and_fill_them() {
        let mut rng = Rng::new(3);
        let mut seen = [0; 6];
        for _ in 0..6000 {
            seen[rng.index(6)] += 1;
            assert!((5..=9).contains(&rng.between(5, 9)));
            assert!(rng.front_index(10) < 10);
            assert!((0.0..1.0).contains(&rng.unit()));
        }
        assert!(seen.iter().all(|&n| (850..1150).contains(&n)), "{seen:?}");
        assert_eq!((rng.below(0), rng.word(&[]), rng.index(0)), (0, "", 0));
    }
}
