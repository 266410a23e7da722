//! What a measure of a window has to be: `gte: 10`, or a range of two bounds.

use std::cmp::Ordering;

/// How a measure is compared with a limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the names are those that rules write")]
pub enum Compare {
    Gt,
    Gte,
    Lt,
    Lte,
    Eq,
    Neq,
}

/// One bound.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bound {
    /// How it compares.
    pub compare: Compare,
    /// With what.
    pub limit: f64,
}

/// Bounds, all of which have to hold.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Bounds(pub Vec<Bound>);

impl Compare {
    /// The words that rules write.
    pub(crate) const WORDS: [&str; 6] = ["gt", "gte", "lt", "lte", "eq", "neq"];

    pub(crate) fn read(word: &str) -> Option<Self> {
        Some(match word {
            "gt" => Self::Gt,
            "gte" => Self::Gte,
            "lt" => Self::Lt,
            "lte" => Self::Lte,
            "eq" => Self::Eq,
            "neq" => Self::Neq,
            _ => return None,
        })
    }

    /// Whether it holds when the measure stands so to the limit.
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Gt => order == Ordering::Greater,
            Self::Gte => order != Ordering::Less,
            Self::Lt => order == Ordering::Less,
            Self::Lte => order != Ordering::Greater,
            Self::Eq => order == Ordering::Equal,
            Self::Neq => order != Ordering::Equal,
        }
    }
}

impl Bounds {
    /// Whether a measure satisfies them.
    pub fn hold(&self, measure: f64) -> bool {
        self.hold_by(|limit| measure.total_cmp(&limit))
    }

    /// The same for a measure that compares itself with a limit.
    pub fn hold_by(&self, mut compared: impl FnMut(f64) -> Ordering) -> bool {
        self.0.iter().all(|bound| bound.compare.holds(compared(bound.limit)))
    }

    /// Whether a larger measure can only help.
    pub fn only_lower(&self) -> bool {
        self.0.iter().all(|bound| matches!(bound.compare, Compare::Gt | Compare::Gte))
    }

    /// Whether a smaller measure can only help.
    pub fn only_upper(&self) -> bool {
        self.0.iter().all(|bound| matches!(bound.compare, Compare::Lt | Compare::Lte))
    }

    /// Whether a count of at least one satisfies them.
    pub(crate) fn can_be_a_count(&self) -> bool {
        let near = |limit: f64| (-1..=2).map(move |step| limit.floor() + f64::from(step));
        let counts = self.0.iter().flat_map(|bound| near(bound.limit)).chain([1.0]);
        counts.filter(|count| *count >= 1.0).any(|count| self.hold(count))
    }

    /// Whether any number satisfies them.
    pub(crate) fn can_be_a_number(&self) -> bool {
        let mut limits: Vec<f64> = self.0.iter().map(|bound| bound.limit).collect();
        limits.extend([f64::MIN, f64::MAX]);
        limits.sort_unstable_by(f64::total_cmp);
        let between = limits.windows(2).map(|pair| pair.iter().map(|limit| limit / 2.0).sum());
        limits.iter().copied().chain(between).any(|number| self.hold(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(list: &[(Compare, f64)]) -> Bounds {
        Bounds(list.iter().map(|&(compare, limit)| Bound { compare, limit }).collect())
    }

    #[test]
    fn several_bounds_are_a_range() {
        let range = bounds(&[(Compare::Gt, 100.0), (Compare::Lte, 200.0)]);
        let held: Vec<bool> = [100.0, 101.0, 200.0, 201.0].into_iter().map(|n| range.hold(n)).collect();
        assert_eq!(held, [false, true, true, false]);
        assert!(!range.only_lower() && !range.only_upper());
    }

    #[test]
    fn bounds_that_nothing_satisfies_are_known() {
        use Compare::{Eq, Gt, Gte, Lt, Lte, Neq};
        for (list, as_count, as_number) in [
            (&[(Gte, 1.0)][..], true, true),
            (&[(Lt, 1.0)], false, true),
            (&[(Lte, 1.0)], true, true),
            (&[(Gt, 1.0), (Lt, 2.0)], false, true),
            (&[(Gt, 5.0), (Lt, 5.0)], false, false),
            (&[(Gte, 5.0), (Lte, 5.0)], true, true),
            (&[(Gte, 5.0), (Lte, 5.0), (Neq, 5.0)], false, false),
            (&[(Eq, 2.5)], false, true),
            (&[(Neq, 1.0)], true, true),
            (&[(Eq, 1.0), (Eq, 2.0)], false, false),
        ] {
            let bounds = bounds(list);
            assert_eq!(
                (bounds.can_be_a_count(), bounds.can_be_a_number()),
                (as_count, as_number),
                "{list:?}"
            );
        }
    }
}
