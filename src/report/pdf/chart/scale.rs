//! Axes: where the marks with round numbers stand, and where a value comes to stand.

use crate::event::time::Time;

/// A linear or a logarithmic axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    log: bool,
    /// The values that have a mark.
    pub(super) ticks: Vec<f64>,
}

impl Scale {
    /// An axis from zero to `high` or a little more, with whole numbers.
    pub(super) fn counts(high: f64) -> Self {
        let step = round_step(high.max(1.0) / 5.0).max(1.0);
        let top = (high.max(1.0) / step).ceil() * step;
        Self { low: 0.0, high: top, log: false, ticks: ticks(0.0, top, step) }
    }

    /// An axis for values of any kind; logarithmic where they spread over four powers of ten.
    pub(super) fn values(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = values
            .filter(|v| v.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        if low > high {
            return Self::counts(1.0);
        }
        if low >= 0.0 && high >= 10_000.0 {
            return Self::powers(high);
        }
        let spread = if high > low { high - low } else { high.abs().max(1.0) };
        let step = round_step(spread / 5.0);
        let (low, high) = ((low / step).floor() * step, ((high / step).floor() + 1.0) * step);
        // Values so large that a step is lost in them have no marks in between.
        if !low.is_finite() || !high.is_finite() || low + step <= low {
            let (low, high) = (low.max(f64::MIN / 4.0), high.min(f64::MAX / 4.0));
            return Self { low, high, log: false, ticks: vec![low, high] };
        }
        Self { low, high, log: false, ticks: ticks(low, high, step) }
    }

    fn powers(high: f64) -> Self {
        let top = high.log10().ceil().clamp(1.0, 308.0);
        let every = (top / 8.0).ceil().max(1.0);
        let powers = (0..).map(|i| f64::from(i) * every).take_while(|&power| power <= top);
        let ticks = std::iter::once(0.0).chain(powers.map(|power| 10f64.powf(power))).collect();
        Self { low: 0.0, high: 10f64.powf(top), log: true, ticks }
    }

    /// Whether distances are powers.
    pub(super) const fn is_log(&self) -> bool {
        self.log
    }

    /// Where a value stands: 0 at the low end, 1 at the high one.
    pub(super) fn place(&self, value: f64) -> f32 {
        let at = if self.log {
            (1.0 + value.max(0.0)).log10() / (1.0 + self.high).log10()
        } else {
            (value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0)
        };
        if at.is_finite() { at.clamp(0.0, 1.0) as f32 } else { 0.0 }
    }
}

/// 1, 2 or 5 times a power of ten, not below `step`.
fn round_step(step: f64) -> f64 {
    if !(step.is_finite() && step > f64::MIN_POSITIVE * 10.0) {
        return 1.0;
    }
    let power = 10f64.powf(step.log10().floor());
    let digit = step / power;
    let round = [1.0, 2.0, 5.0].into_iter().find(|&round| digit <= round + 1e-9).unwrap_or(10.0);
    round * power
}

fn ticks(low: f64, high: f64, step: f64) -> Vec<f64> {
    let count = ((high - low) / step).round().clamp(1.0, 20.0) as u32;
    (0..=count).map(|i| low + step * f64::from(i)).collect()
}

/// Distances between marks of time, in seconds.
const STEPS: [i64; 17] = [
    60,
    300,
    900,
    1800,
    3600,
    10_800,
    21_600,
    43_200,
    86_400,
    172_800,
    604_800,
    1_209_600,
    2_592_000,
    7_776_000,
    31_536_000,
    157_680_000,
    788_400_000,
];
const DAY: i64 = 86_400;

/// Marks of time from `start` over `span` seconds: seconds after the start, and words.
pub(super) fn times(start: Time, span: i64) -> Vec<(i64, String)> {
    let Some(ms) = start.millis() else { return Vec::new() };
    let begin = ms.div_euclid(1000);
    let span = span.clamp(1, 400 * 366 * DAY);
    let step = STEPS.into_iter().find(|&step| span / step <= 9).unwrap_or(3_153_600_000);
    let first = begin.saturating_add(step - 1).div_euclid(step) * step;
    let marks = (0..12).map(|i| first.saturating_add(step * i)).take_while(|&at| at <= begin + span);
    marks.map(|at| (at - begin, words(at, step))).collect()
}

fn words(at: i64, step: i64) -> String {
    let Some(civil) = Time::from_millis(at.saturating_mul(1000)).civil() else { return String::new() };
    let midnight = at.rem_euclid(DAY) == 0;
    if step >= DAY || midnight {
        format!("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day)
    } else {
        format!("{:02}:{:02}", civil.hour, civil.minute)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn counts_have_round_marks() {
        assert_eq!(Scale::counts(0.0).ticks, [0.0, 1.0]);
        assert_eq!(Scale::counts(3.0).ticks, [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(Scale::counts(87.0).ticks, [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(Scale::counts(400.0).ticks, [0.0, 100.0, 200.0, 300.0, 400.0]);
    }

    #[test]
    fn values_that_spread_wide_stand_on_powers() {
        let scale = Scale::values([0.0, 5.0, 2_000_000.0].into_iter());
        assert!(scale.is_log());
        assert_eq!(scale.ticks.first(), Some(&0.0));
        assert!(scale.place(10.0) > 0.1 && scale.place(2_000_000.0) < 1.0);
        assert!(!Scale::values([1.0, 2.0].into_iter()).is_log());
    }

    #[test]
    fn marks_of_time_are_round_and_midnight_says_the_day() {
        let start = Time::from_civil(2026, 1, 9, 22, 10, 0);
        let words: Vec<String> = times(start, 4 * 3600).into_iter().map(|(_, words)| words).collect();
        assert_eq!(words, ["22:30", "23:00", "23:30", "2026-01-10", "00:30", "01:00", "01:30", "02:00"]);
        assert!(times(Time::UNKNOWN, 100).is_empty());
    }

    proptest! {
        #[test]
        fn every_value_has_a_place(values in proptest::collection::vec(any::<f64>(), 0..20)) {
            let scale = Scale::values(values.iter().copied());
            prop_assert!(scale.ticks.len() <= 60);
            for value in values {
                prop_assert!((0.0..=1.0).contains(&scale.place(value)));
            }
        }

        #[test]
        fn every_time_has_marks_or_none(ms: i64, span: i64) {
            prop_assert!(times(Time::from_millis(ms), span).len() <= 12);
        }
    }
}
