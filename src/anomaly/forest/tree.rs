//! One tree of the forest: grown on a sample, laid out flat so that many rows go through it at once.

use crate::anomaly::forest::Matrix;

/// Euler's constant, of which the usual depth of a search tree is made.
const EULER: f64 = 0.577_215_664_901_532_9;

/// How deep an unsuccessful search in a random tree of `n` rows goes.
pub(super) fn usual_depth(n: usize) -> f64 {
    match n {
        0 | 1 => 0.0,
        2 => 1.0,
        _ => {
            let n = n as f64;
            2.0 * ((n - 1.0).ln() + EULER) - 2.0 * (n - 1.0) / n
        }
    }
}

/// Random numbers from a seed: the same everywhere.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    /// The numbers of one tree.
    pub(super) fn new(seed: u64, tree: u64) -> Self {
        let mut random = Self(seed ^ tree.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        random.next();
        random
    }

    /// The next number (SplitMix64).
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number below `end`, which is not 0.
    fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }

    /// A number in 0..1.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// `count` different numbers below `end` (Floyd's way), in no order.
    pub(super) fn sample(&mut self, end: usize, count: usize) -> Vec<u32> {
        let mut taken = std::collections::HashSet::with_capacity(count);
        let mut sample = Vec::with_capacity(count);
        for top in end.saturating_sub(count)..end {
            let pick = self.below(top + 1);
            let pick = if taken.insert(pick) { pick } else { top };
            taken.insert(pick);
            sample.push(pick as u32);
        }
        sample
    }
}

/// A node: rows whose feature is above the cut go to `next + 1`, others to `next`; a leaf goes to itself.
#[derive(Clone, Copy, Debug)]
struct Node {
    cut: f32,
    feature: u16,
    next: u16,
}

/// A tree.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// The depth that ending at a node stands for.
    depths: Vec<f32>,
    /// How many rows of the sample came by.
    sizes: Vec<u16>,
    /// How many cuts the longest way has.
    height: usize,
}

/// A part of the sample on its way into the tree.
struct Open {
    node: usize,
    from: usize,
    to: usize,
    depth: usize,
}

impl Tree {
    /// Grows a tree on these rows.
    pub(super) fn grow(matrix: &Matrix, mut rows: Vec<u32>, random: &mut Random) -> Self {
        // A sample beyond this would not fit the numbers of nodes; it would gain nothing either.
        rows.truncate(usize::from(u16::MAX) / 2);
        let deepest = (rows.len().max(2) as f64).log2().ceil() as usize;
        let mut tree = Self { nodes: Vec::new(), depths: Vec::new(), sizes: Vec::new(), height: 0 };
        tree.leaf(rows.len(), 0);
        let mut open = vec![Open { node: 0, from: 0, to: rows.len(), depth: 0 }];
        while let Some(Open { node, from, to, depth }) = open.pop() {
            let Some(part) = rows.get_mut(from..to) else { continue };
            if depth >= deepest || part.len() < 2 {
                continue;
            }
            let Some((feature, cut)) = choose(matrix, part, random) else { continue };
            let middle = from + divide(matrix, part, feature, cut);
            let next = tree.nodes.len();
            tree.leaf(middle - from, depth + 1);
            tree.leaf(to - middle, depth + 1);
            if let Some(inner) = tree.nodes.get_mut(node) {
                *inner = Node { cut, feature: feature as u16, next: next as u16 };
            }
            tree.height = tree.height.max(depth + 1);
            open.push(Open { node: next + 1, from: middle, to, depth: depth + 1 });
            open.push(Open { node: next, from, to: middle, depth: depth + 1 });
        }
        tree
    }

    fn leaf(&mut self, size: usize, depth: usize) {
        let next = self.nodes.len() as u16;
        self.nodes.push(Node { cut: f32::INFINITY, feature: 0, next });
        self.depths.push((depth as f64 + usual_depth(size)) as f32);
        self.sizes.push(size as u16);
    }

    /// Adds the depth of each row of a block to `depths`.
    pub(super) fn add_depths(&self, block: &[f32], width: usize, depths: &mut [f32]) {
        // Several rows go down together: one waits for memory while the others go on.
        const TOGETHER: usize = 16;
        let mut lanes = depths.chunks_exact_mut(TOGETHER);
        let mut rows = block.chunks_exact(TOGETHER * width);
        for (depths, rows) in lanes.by_ref().zip(rows.by_ref()) {
            let mut at = [0usize; TOGETHER];
            for _ in 0..self.height {
                for (lane, node) in at.iter_mut().enumerate() {
                    *node = self.step(*node, rows.get(lane * width..).unwrap_or_default());
                }
            }
            for (depth, node) in depths.iter_mut().zip(at) {
                *depth += self.depths.get(node).copied().unwrap_or(0.0);
            }
        }
        for (depth, row) in lanes.into_remainder().iter_mut().zip(rows.remainder().chunks_exact(width)) {
            let node = (0..self.height).fold(0, |node, _| self.step(node, row));
            *depth += self.depths.get(node).copied().unwrap_or(0.0);
        }
    }

    #[inline(always)]
    fn step(&self, node: usize, row: &[f32]) -> usize {
        let Some(&Node { cut, feature, next }) = self.nodes.get(node) else { return node };
        let value = row.get(usize::from(feature)).copied().unwrap_or(0.0);
        usize::from(next) + usize::from(value > cut)
    }

    /// Tells for each cut on the way of a row: its feature, and how many rows came by before and after it.
    pub(super) fn way(&self, row: &[f32], mut tell: impl FnMut(usize, u16, u16)) {
        let mut node = 0;
        for _ in 0..self.height {
            let next = self.step(node, row);
            if next == node {
                return;
            }
            if let (Some(inner), Some(&before), Some(&after)) =
                (self.nodes.get(node), self.sizes.get(node), self.sizes.get(next))
            {
                tell(usize::from(inner.feature), before, after);
            }
            node = next;
        }
    }
}

/// A random feature that varies within the part, and a random place to cut it.
fn choose(matrix: &Matrix, part: &[u32], random: &mut Random) -> Option<(usize, f32)> {
    let mut features: Vec<usize> = (0..matrix.width()).collect();
    while !features.is_empty() {
        let feature = features.swap_remove(random.below(features.len()));
        let value = |&row: &u32| matrix.row(row as usize).get(feature).copied().unwrap_or(0.0);
        let low = part.iter().map(value).fold(f32::INFINITY, f32::min);
        let high = part.iter().map(value).fold(f32::NEG_INFINITY, f32::max);
        if low < high {
            let cut = (f64::from(low) + random.unit() * (f64::from(high) - f64::from(low))) as f32;
            // Rounding up to the highest value would leave the upper part empty.
            return Some((feature, if cut < high { cut } else { low }));
        }
    }
    None
}

/// Puts the rows that are not above the cut first; how many they are.
fn divide(matrix: &Matrix, part: &mut [u32], feature: usize, cut: f32) -> usize {
    let mut below = 0;
    for at in 0..part.len() {
        let Some(&row) = part.get(at) else { break };
        if matrix.row(row as usize).get(feature).is_some_and(|&v| v <= cut) {
            part.swap(at, below);
            below += 1;
        }
    }
    below
}
