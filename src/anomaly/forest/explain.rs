//! Which features set a row apart.

use crate::anomaly::forest::{Forest, Matrix};

/// The part that a feature has in a row's being out of the ordinary.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Share {
    /// The number of the feature.
    pub feature: usize,
    /// Its part, 0-1; all parts of a row add up to 1.
    pub share: f64,
}

/// How many rows tell what is usual.
const TYPICAL: usize = 256;

/// What each feature does to set rows in general apart.
#[derive(Clone, PartialEq, Debug)]
pub struct Usual(Vec<f64>);

impl Forest {
    /// What is usual in a matrix, to hold rows against.
    pub fn usual(&self, matrix: &Matrix) -> Usual {
        let step = (matrix.len() / TYPICAL).max(1);
        let mut usual = vec![0.0; self.width];
        let mut seen = 0.0;
        for other in (0..matrix.len()).step_by(step) {
            for (sum, gain) in usual.iter_mut().zip(self.gains(matrix.row(other))) {
                *sum += gain;
            }
            seen += 1.0;
        }
        Usual(usual.into_iter().map(|sum| sum / f64::max(seen, 1.0)).collect())
    }

    /// The features that set a row apart, the strongest first; nothing when none does more than usual.
    ///
    /// Each cut on the way of the row narrows the sample down; a feature earns the number of times that its cuts
    /// halved it, for each cut needed, beyond what it earns from rows in general.
    pub fn explain(&self, usual: &Usual, row: &[f32]) -> Vec<Share> {
        let beyond: Vec<f64> =
            self.gains(row).iter().zip(&usual.0).map(|(gain, usual)| (gain - usual).max(0.0)).collect();
        let total: f64 = beyond.iter().sum();
        let mut shares: Vec<Share> = beyond
            .iter()
            .enumerate()
            .filter(|(_, gain)| **gain > 0.0)
            .map(|(feature, gain)| Share { feature, share: gain / total })
            .collect();
        shares.sort_by(|a, b| b.share.total_cmp(&a.share).then(a.feature.cmp(&b.feature)));
        shares
    }

    /// What each feature does to set a row apart, over all trees.
    fn gains(&self, row: &[f32]) -> Vec<f64> {
        let mut gains = vec![0.0; self.width];
        for tree in &self.trees {
            let mut cuts = 0.0;
            tree.way(row, |_, _, _| cuts += 1.0);
            tree.way(row, |feature, before, after| {
                let halved = (f64::from(before) / f64::from(after.max(1))).log2();
                if let Some(gain) = gains.get_mut(feature) {
                    *gain += halved / cuts;
                }
            });
        }
        gains
    }
}
