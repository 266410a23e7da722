//! An isolation forest: how few random cuts set a row apart from the others.
//!
//! Trees are grown on small samples by cutting a random feature at a random place; what is unlike the rest is alone
//! after few cuts. The score of a row is 2 to the power of minus its mean depth, measured against the
//! depth that is usual in a sample of that size: near 1 is out of the ordinary, below a half is not.
//!
//! The seed decides everything: the same matrix and seed give the same scores on every machine and with any
//! number of threads. Rows that are equal are scored once, which is what makes a million events cheap.

mod explain;
mod tree;

use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::atomic::{AtomicBool, Ordering};

use foldhash::fast::FixedState;
use hashbrown::HashTable;

pub use explain::{Share, Usual};
use tree::{Random, Tree, usual_depth};

/// How a forest is grown. The usual one has 200 trees: with 100, forests of different seeds rank what is
/// ordinary too differently.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Growth {
    /// How many trees.
    pub trees: usize,
    /// How many rows each tree sees.
    pub sample: usize,
    /// Which part of the rows is taken to be out of the ordinary.
    pub contamination: f64,
    /// What the random numbers begin with.
    pub seed: u64,
}

impl Default for Growth {
    fn default() -> Self {
        Self { trees: 200, sample: 256, contamination: 0.05, seed: 42 }
    }
}

/// Numbers in rows of equal length.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Matrix {
    values: Vec<f32>,
    width: usize,
    /// Added to a value and taken away again it rounds it; 0 where nothing is rounded.
    rounder: f32,
}

impl Matrix {
    /// A matrix of `width` columns; values that do not make a whole row are left out, and what is no number counts as 0.
    pub fn new(mut values: Vec<f32>, width: usize) -> Self {
        let width = width.max(1);
        values.truncate(values.len() / width * width);
        for value in &mut values {
            if !value.is_finite() {
                *value = 0.0;
            }
        }
        Self { values, width, rounder: 0.0 }
    }

    /// The same matrix, whose values are scored by the nearest multiple of `step`, a power of two. What it holds
    /// stays as it is: only which rows count as equal changes, and with it how many have to be scored.
    #[must_use]
    pub fn told_in(self, step: f32) -> Self {
        // Floats of this size are one step apart.
        Self { rounder: step * 1.5 * (1u32 << 23) as f32, ..self }
    }

    /// A value as it is scored.
    #[inline]
    fn told(&self, value: f32) -> f32 {
        // It also makes one zero of both.
        value + self.rounder - self.rounder
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.values.len() / self.width.max(1)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The numbers of a row; none beyond the end.
    #[inline]
    pub fn row(&self, row: usize) -> &[f32] {
        let from = row.saturating_mul(self.width);
        self.values.get(from..from.saturating_add(self.width)).unwrap_or_default()
    }

    /// Some of the rows, in the order of these numbers.
    pub(super) fn of_rows(&self, rows: &[u32]) -> Self {
        let mut values = Vec::with_capacity(rows.len() * self.width);
        rows.iter().for_each(|row| values.extend_from_slice(self.row(*row as usize)));
        Self { values, width: self.width, rounder: self.rounder }
    }

    /// The different rows, and for each row the place of its like among them.
    fn distinct(&self) -> (Vec<u32>, Vec<u32>) {
        let hasher = FixedState::default();
        let mut table: HashTable<(u64, u32)> = HashTable::new();
        let mut firsts: Vec<u32> = Vec::new();
        let mut places = Vec::with_capacity(self.len());
        for number in 0..self.len() {
            let row = self.row(number);
            let hash = self.hash(&hasher, row);
            let same = |first: u32| {
                let first = self.row(first as usize).iter();
                first.zip(row).all(|(a, b)| a == b || self.told(*a) == self.told(*b))
            };
            let known = table.find(hash, |&(h, place)| {
                h == hash && firsts.get(place as usize).is_some_and(|&first| same(first))
            });
            let place = match known {
                Some(&(_, place)) => place,
                None => {
                    let place = firsts.len() as u32;
                    firsts.push(number as u32);
                    table.insert_unique(hash, (hash, place), |entry| entry.0);
                    place
                }
            };
            places.push(place);
        }
        (firsts, places)
    }

    /// A hash of the numbers of a row as they are scored.
    #[inline]
    fn hash(&self, hasher: &FixedState, row: &[f32]) -> u64 {
        let mut hasher = hasher.build_hasher();
        row.iter().for_each(|&value| hasher.write_u32(self.told(value).to_bits()));
        hasher.finish()
    }
}

/// A grown forest.
#[derive(Clone, Debug)]
pub struct Forest {
    trees: Vec<Tree>,
    width: usize,
    /// The depth that a score of a half stands for.
    half: f64,
}

/// The scores of the rows of a matrix. Rows that count as equal have one between them.
#[derive(Clone, PartialEq, Debug)]
pub struct Scores {
    /// Of each different row, 0-1, the higher the less ordinary.
    distinct: Vec<f32>,
    /// By row: which of the different ones it is.
    places: Vec<u32>,
    /// Rows with a score above it are out of the ordinary.
    pub threshold: f32,
}

impl Scores {
    /// How many rows were scored.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there were none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The score of a row.
    pub fn get(&self, row: usize) -> Option<f32> {
        self.distinct.get(*self.places.get(row)? as usize).copied()
    }

    /// Whether a row is out of the ordinary.
    pub fn is_anomaly(&self, row: usize) -> bool {
        self.get(row).is_some_and(|score| score > self.threshold)
    }
}

impl Forest {
    /// Grows a forest on a matrix.
    pub fn grow(matrix: &Matrix, growth: Growth) -> Self {
        let sample = growth.sample.min(matrix.len()).max(1);
        let trees = (0..growth.trees as u64).map(|number| {
            let mut random = Random::new(growth.seed, number);
            let rows = random.sample(matrix.len(), sample);
            Tree::grow(matrix, rows, &mut random)
        });
        Self { trees: trees.collect(), width: matrix.width(), half: usual_depth(sample) }
    }

    /// Scores every row of a matrix with as many columns as the one that the forest was grown on; `None` when `stop`
    /// was set meanwhile.
    ///
    /// The threshold is where numpy's linear percentile puts `contamination`.
    pub fn score(&self, matrix: &Matrix, contamination: f64, stop: &AtomicBool) -> Option<Scores> {
        let (firsts, places) = matrix.distinct();
        let mut depths = vec![0f32; firsts.len()];
        for (rows, depths) in firsts.chunks(BLOCK).zip(depths.chunks_mut(BLOCK)) {
            if stop.load(Ordering::Relaxed) {
                return None;
            }
            let told = |row: &u32| matrix.row(*row as usize).iter().map(|&value| matrix.told(value));
            let block: Vec<f32> = rows.iter().flat_map(told).collect();
            if self.width == matrix.width() {
                self.trees.iter().for_each(|tree| tree.add_depths(&block, self.width, depths));
            }
        }
        let score = |depth: &f32| self.score_of(f64::from(*depth)) as f32;
        let distinct: Vec<f32> = depths.iter().map(score).collect();
        let all = places.iter().map(|&place| distinct.get(place as usize).copied().unwrap_or(0.0)).collect();
        let threshold = percentile(all, 1.0 - contamination.clamp(0.0, 1.0));
        Some(Scores { distinct, places, threshold })
    }

    /// The score of a sum of depths.
    fn score_of(&self, depths: f64) -> f64 {
        let trees = self.trees.len().max(1) as f64;
        if self.half <= 0.0 { 0.5 } else { (-depths / trees / self.half).exp2() }
    }

    /// How many trees there are.
    pub fn len(&self) -> usize {
        self.trees.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.trees.is_empty()
    }
}

/// How many rows go through a tree before the next tree is taken: both fit into the cache.
const BLOCK: usize = 2048;

/// The value below which a part of the values lies, between two of them where it must.
fn percentile(mut values: Vec<f32>, part: f64) -> f32 {
    let Some(last) = values.len().checked_sub(1) else { return 1.0 };
    let place = part * last as f64;
    let below = (place.floor() as usize).min(last);
    let (_, &mut low, above) = values.select_nth_unstable_by(below, f32::total_cmp);
    let high = above.iter().copied().min_by(f32::total_cmp).unwrap_or(low);
    low + (high - low) * (place - place.floor()) as f32
}

#[cfg(test)]
mod tests;
