//! The times of a segment's rows: in order, and most of them whole seconds of a few weeks.

use crate::event::time::Time;

/// Times, ascending, as [`Time::raw`] numbers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Times {
    /// Each by itself.
    Wide(Vec<i64>),
    /// In steps from the first one on.
    Narrow {
        /// The first time.
        first: i64,
        /// How long a step is, in milliseconds.
        step: i64,
        /// How many steps after the first each is.
        steps: Vec<u32>,
    },
}

impl Default for Times {
    fn default() -> Self {
        Self::Wide(Vec::new())
    }
}

impl Times {
    /// These times, which ascend, in half the room where that is possible.
    pub fn narrowed(times: impl ExactSizeIterator<Item = i64> + Clone) -> Self {
        const SECOND: i64 = 1000;
        let (first, last) = (times.clone().next(), times.clone().last());
        let (Some(first), Some(last)) = (first, last) else { return Self::default() };
        let known = first != Time::UNKNOWN.raw();
        let span = last.checked_sub(first).filter(|span| known && *span >= 0);
        let of_step = |step: i64| span.is_some_and(|span| span / step <= i64::from(u32::MAX));
        let whole = || times.clone().all(|time| (time - first) % SECOND == 0);
        // Each step by itself: to divide by a number that the compiler knows costs a tenth.
        match () {
            () if of_step(SECOND) && whole() => {
                let steps = times.map(|time| ((time - first) / SECOND) as u32).collect();
                Self::Narrow { first, step: SECOND, steps }
            }
            () if of_step(1) => {
                Self::Narrow { first, step: 1, steps: times.map(|time| (time - first) as u32).collect() }
            }
            () => Self::Wide(times.collect()),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Wide(times) => times.len(),
            Self::Narrow { steps, .. } => steps.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The time of that row.
    #[inline]
    pub fn get(&self, row: usize) -> Option<i64> {
        match self {
            Self::Wide(times) => times.get(row).copied(),
            Self::Narrow { first, step, steps } => steps.get(row).map(|&n| first + step * i64::from(n)),
        }
    }

    /// The last time.
    pub fn last(&self) -> Option<i64> {
        self.get(self.len().checked_sub(1)?)
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = i64> + Clone + '_ {
        (0..self.len()).map(|row| self.get(row).unwrap_or_default())
    }

    /// How many come first for which `before` holds; it holds for none after one for which it does not.
    pub fn partition_point(&self, before: impl Fn(i64) -> bool) -> usize {
        match self {
            Self::Wide(times) => times.partition_point(|&time| before(time)),
            Self::Narrow { first, step, steps } => {
                steps.partition_point(|&n| before(first + step * i64::from(n)))
            }
        }
    }

    /// The memory they take, in bytes.
    pub fn heap_bytes(&self) -> usize {
        match self {
            Self::Wide(times) => times.capacity() * 8,
            Self::Narrow { steps, .. } => steps.capacity() * 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn whole_seconds_of_a_lifetime_and_milliseconds_of_weeks_take_half_the_room() {
        let narrowed = |times: &[i64]| Times::narrowed(times.iter().copied());
        let years = narrowed(&[0, 4_000_000_000_000]);
        assert!(matches!(years, Times::Narrow { step: 1000, .. }), "{years:?}");
        let weeks = narrowed(&[5, 5, 2_000_000_006]);
        assert!(matches!(weeks, Times::Narrow { first: 5, step: 1, .. }), "{weeks:?}");
        for odd in [&[0, 9_000_000_000_001][..], &[Time::UNKNOWN.raw(), 0], &[i64::MIN + 1, i64::MAX]] {
            assert_eq!(narrowed(odd), Times::Wide(odd.to_vec()));
        }
        assert!(narrowed(&[]).is_empty() && narrowed(&[]).last().is_none());
    }

    proptest! {
        #[test]
        fn every_time_comes_back(mut times: Vec<i64>, shift in 0u32..60, step in prop::sample::select(vec![1i64, 7, 1000]), at: i64) {
            times.iter_mut().for_each(|time| *time = (*time >> shift).saturating_mul(step));
            times.sort_unstable();
            let narrowed = Times::narrowed(times.iter().copied());
            prop_assert_eq!(narrowed.iter().collect::<Vec<_>>(), times.clone());
            prop_assert_eq!((narrowed.len(), narrowed.last()), (times.len(), times.last().copied()));
            prop_assert_eq!(narrowed.partition_point(|t| t < at), times.partition_point(|&t| t < at));
            prop_assert_eq!(narrowed.get(times.len()), None);
        }
    }
}
