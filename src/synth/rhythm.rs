//! When things happen: the hours that actors keep, and how the events of a site spread over time.
//!
//! A site's events are laid along the *share* of its work that is done, from 0 to 1,
//! and the share is turned into a time by the curve of its working hours. So any
//! slice of the events can be made without the ones before it, in order of time,
//! and the numbers still come out exactly.

/// Hours in a week, Monday 00:00 UTC the first.
pub(crate) const WEEK: usize = 168;

/// The hours that an actor keeps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Rhythm {
    /// A person who starts at this hour (UTC), Monday to Friday; now and then the evening.
    Office(u8),
    /// A person who also looks in at weekends.
    OnCall(u8),
    /// Builds: with the people, and a few each night.
    Builds,
    /// Customers: more at this hour of the day (UTC), less at night and at weekends.
    Customers(u8),
    /// From two to four in the morning.
    Night,
    /// All hours the same.
    Always,
}

impl Rhythm {
    /// How much is done in each hour of the week; 1 on average.
    pub(crate) fn week(self) -> [f32; WEEK] {
        let mut week = [0.0; WEEK];
        for (i, hour) in week.iter_mut().enumerate() {
            *hour = self.weight(i / 24, (i % 24) as u8);
        }
        let mean = week.iter().sum::<f32>() / WEEK as f32;
        week.map(|hour| if mean > 0.0 { hour / mean } else { 1.0 })
    }

    /// How much is done on that day (Monday is 0) at that hour, in any unit.
    fn weight(self, day: usize, hour: u8) -> f32 {
        let weekend = day >= 5;
        match self {
            Self::Office(_) if weekend => 0.0,
            Self::OnCall(start) if weekend => 0.08 * Self::Office(start).weight(0, hour),
            Self::Office(start) | Self::OnCall(start) => match hour.wrapping_sub(start) {
                0 | 8 => 0.6,
                4 => 0.45,
                1..=7 => 1.0,
                9 if matches!(self, Self::OnCall(_)) => 0.2,
                _ => 0.0,
            },
            Self::Builds if weekend => {
                if hour == 2 {
                    0.5
                } else {
                    0.02
                }
            }
            Self::Builds => match hour {
                8..=17 => 1.0,
                6 | 7 | 18 | 19 => 0.4,
                2 => 0.6,
                _ => 0.05,
            },
            Self::Customers(peak) => {
                let away = f32::from((hour + 24 - peak) % 24) / 24.0 * std::f32::consts::TAU;
                (1.0 + 0.6 * away.cos()) * if weekend { 0.7 } else { 1.0 }
            }
            Self::Night => {
                if matches!(hour, 2..=3) {
                    1.0
                } else {
                    0.0
                }
            }
            Self::Always => 1.0,
        }
    }
}

/// The hour of the week of a time in seconds since 1970.
pub(crate) const fn hour_of_week(seconds: i64) -> usize {
    // 1970 began on a Thursday.
    (seconds.div_euclid(3600) + 3 * 24).rem_euclid(WEEK as i64) as usize
}

/// How a site's events spread over the time of the plan.
#[derive(Debug)]
pub(crate) struct Curve {
    start: i64,
    step: i64,
    /// The share that is done at the end of each step; the last is 1.
    done: Vec<f64>,
}

impl Curve {
    /// The curve of a time from `start` to `end`, from the work of each hour of the week.
    ///
    /// Nothing happens in `gap`. Where there is no work at all, it is spread evenly.
    pub(crate) fn new(start: i64, end: i64, week: &[f32], gap: Option<(i64, i64)>) -> Self {
        let step = if end - start > 40 * 86_400 { 3600 } else { 300 };
        let steps = ((end - start) / step).max(1);
        let silent = |at: i64| gap.is_some_and(|(from, to)| at + step > from && at < to);
        let mut sum = 0.0;
        let sums = (0..steps).map(|i| {
            let at = start + i * step;
            let work = week.get(hour_of_week(at)).copied().unwrap_or_default();
            sum += if silent(at) { 0.0 } else { f64::from(work) };
            sum
        });
        let mut done: Vec<f64> = sums.collect();
        let even = sum <= 0.0;
        for (i, share) in done.iter_mut().enumerate() {
            *share = if even { (i + 1) as f64 / steps as f64 } else { *share / sum };
        }
        Self { start, step, done }
    }

    fn before(&self, step: usize) -> f64 {
        step.checked_sub(1).and_then(|i| self.done.get(i)).copied().unwrap_or_default()
    }

    /// The second at which this share of the work is done.
    pub(crate) fn time_of(&self, share: f64) -> i64 {
        let step = self.done.partition_point(|&done| done <= share).min(self.done.len() - 1);
        let (low, high) = (self.before(step), self.done.get(step).copied().unwrap_or(1.0));
        let within = if high > low { ((share - low) / (high - low)).clamp(0.0, 1.0) } else { 0.0 };
        let offset = (within * self.step as f64) as i64;
        self.start + step as i64 * self.step + offset.min(self.step - 1)
    }

    /// The share of the work that is done by that second.
    pub(crate) fn share_at(&self, seconds: i64) -> f64 {
        let passed = (seconds - self.start).max(0);
        let step = (passed / self.step) as usize;
        let Some(&high) = self.done.get(step) else { return 1.0 };
        let low = self.before(step);
        low + (high - low) * (passed % self.step) as f64 / self.step as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONDAY: i64 = 1_767_571_200; // 2026-01-05T00:00:00Z
    const DAY: i64 = 86_400;

    #[test]
    fn people_rest_and_machines_do_not() {
        assert_eq!((hour_of_week(MONDAY), hour_of_week(MONDAY + 7 * DAY - 1)), (0, WEEK - 1));
        let office = Rhythm::Office(8).week();
        assert_eq!((office[3], office[5 * 24 + 10], office[23]), (0.0, 0.0, 0.0));
        assert!(office[10] > 1.0 && office[10] > office[12]);
        assert!(Rhythm::Always.week().iter().all(|&h| h == 1.0));
        assert!(Rhythm::Night.week().iter().filter(|&&h| h > 0.0).count() == 14);
        for rhythm in [Rhythm::OnCall(7), Rhythm::Builds, Rhythm::Customers(18)] {
            let mean = rhythm.week().iter().sum::<f32>() / WEEK as f32;
            assert!((mean - 1.0).abs() < 1e-3, "{rhythm:?} {mean}");
        }
    }

    #[test]
    fn shares_and_times_are_each_others_inverse() {
        let curve = Curve::new(MONDAY, MONDAY + 7 * DAY, &Rhythm::Customers(15).week(), None);
        let mut last = 0;
        for i in 0..1000 {
            let share = f64::from(i) / 1000.0;
            let time = curve.time_of(share);
            assert!(time >= last && (MONDAY..MONDAY + 7 * DAY).contains(&time), "{share} {time}");
            assert!((curve.share_at(time) - share).abs() < 1e-5, "{share}");
            last = time;
        }
        assert_eq!((curve.share_at(MONDAY - 5), curve.share_at(MONDAY + 8 * DAY)), (0.0, 1.0));
    }

    #[test]
    fn nothing_happens_in_the_gap() {
        let gap = (MONDAY + 30 * 3600, MONDAY + 31 * 3600);
        let curve = Curve::new(MONDAY, MONDAY + 7 * DAY, &Rhythm::Always.week(), Some(gap));
        let inside = |t: i64| (gap.0..gap.1).contains(&t);
        assert!((0..100_000).all(|i| !inside(curve.time_of(f64::from(i) / 100_000.0))));
    }

    #[test]
    fn no_work_at_all_is_spread_evenly() {
        let curve = Curve::new(MONDAY, MONDAY + DAY, &[0.0; WEEK], None);
        assert_eq!(curve.time_of(0.5), MONDAY + DAY / 2);
    }
}
