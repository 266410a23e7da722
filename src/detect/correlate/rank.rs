//! Numbers in order, of which any rank can be asked while they come and go.
//!
//! All numbers that can ever come are known beforehand, so that a tree of counts over them is enough.

/// Numbers with how often each is there.
pub(super) struct Ranks {
    /// The different numbers, rising.
    numbers: Vec<f64>,
    /// A Fenwick tree: the count under each node, from 1.
    tree: Vec<u32>,
    count: u32,
}

impl Ranks {
    /// None of these numbers is there yet; others can never be.
    pub(super) fn new(numbers: impl Iterator<Item = f64>) -> Self {
        let mut numbers: Vec<f64> = numbers.map(|number| number + 0.0).collect();
        numbers.sort_unstable_by(f64::total_cmp);
        numbers.dedup();
        let tree = vec![0; numbers.len() + 1];
        Self { numbers, tree, count: 0 }
    }

    pub(super) fn add(&mut self, number: f64) {
        self.count += 1;
        self.change(number, |count| *count += 1);
    }

    pub(super) fn remove(&mut self, number: f64) {
        self.count = self.count.saturating_sub(1);
        self.change(number, |count| *count = count.saturating_sub(1));
    }

    fn change(&mut self, number: f64, change: impl Fn(&mut u32)) {
        let number = number + 0.0;
        let mut node = self.numbers.partition_point(|known| *known < number) + 1;
        while let Some(count) = self.tree.get_mut(node) {
            change(count);
            node += node & node.wrapping_neg();
        }
    }

    /// The least number at or below which `percent` of all lie; `None` when there is none.
    pub(super) fn percentile(&self, percent: f64) -> Option<f64> {
        if self.count == 0 {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and the count"
        )]
        let rank = (f64::from(self.count) * percent / 100.0).ceil() as u32;
        self.ranked(rank.clamp(1, self.count))
    }

    /// The number of that rank, from 1.
    fn ranked(&self, rank: u32) -> Option<f64> {
        let (mut node, mut before) = (0, 0);
        let mut step = self.tree.len().next_power_of_two();
        while step > 0 {
            if let Some(count) = self.tree.get(node + step)
                && before + count < rank
            {
                node += step;
                before += count;
            }
            step /= 2;
        }
        self.numbers.get(node).copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn percentiles_are_values_that_are_there() {
        let mut ranks = Ranks::new((1..=20).map(f64::from));
        assert_eq!(ranks.percentile(50.0), None);
        (1..=20).for_each(|n| ranks.add(f64::from(n)));
        for (percent, value) in
            [(0.0, 1.0), (5.0, 1.0), (50.0, 10.0), (95.0, 19.0), (95.1, 20.0), (100.0, 20.0)]
        {
            assert_eq!(ranks.percentile(percent), Some(value), "{percent}");
        }
        ranks.remove(20.0);
        assert_eq!(ranks.percentile(100.0), Some(19.0));
    }

    proptest! {
        #[test]
        fn every_rank_is_that_of_a_sorted_list(list in prop::collection::vec(-5_i8..5, 1..40), gone in 0_usize..40) {
            let all: Vec<f64> = list.iter().map(|n| f64::from(*n)).collect();
            let mut ranks = Ranks::new(all.iter().copied());
            all.iter().for_each(|n| ranks.add(*n));
            let (out, left) = all.split_at(gone.min(all.len() - 1));
            out.iter().for_each(|n| ranks.remove(*n));
            let mut left = left.to_vec();
            left.sort_unstable_by(f64::total_cmp);
            for (n, value) in left.iter().enumerate() {
                prop_assert_eq!(ranks.ranked(u32::try_from(n + 1).unwrap()), Some(*value));
            }
        }
    }
}
