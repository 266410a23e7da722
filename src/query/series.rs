//! Counts over time: the histogram behind the timeline.

use crate::event::time::Time;
use crate::query::run::Selection;
use crate::score::Level;
use crate::store::Table;

/// Counts of events in equal stretches of time, by level of risk.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Series {
    /// The beginning of the first stretch.
    pub from: Time,
    /// The length of each, in milliseconds.
    pub step_ms: i64,
    /// For each stretch the counts by level, the lowest level first.
    pub buckets: Vec<[u64; Level::ALL.len()]>,
}

/// Lengths that people can read, in milliseconds.
const STEPS: [i64; 21] = {
    const SECOND: i64 = 1000;
    const MINUTE: i64 = 60 * SECOND;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    [
        SECOND,
        2 * SECOND,
        5 * SECOND,
        10 * SECOND,
        15 * SECOND,
        30 * SECOND,
        MINUTE,
        2 * MINUTE,
        5 * MINUTE,
        10 * MINUTE,
        15 * MINUTE,
        30 * MINUTE,
        HOUR,
        2 * HOUR,
        3 * HOUR,
        6 * HOUR,
        12 * HOUR,
        DAY,
        7 * DAY,
        28 * DAY,
        364 * DAY,
    ]
};

impl Series {
    /// Counts the selected events of `table` between two times, in at most `most` stretches of a readable length.
    ///
    /// Events without a time are in none of them.
    pub fn new(table: &Table, selection: &Selection, from: Time, to: Time, most: usize) -> Self {
        let (Some(first), Some(last)) = (from.millis(), to.millis()) else { return Self::default() };
        if most == 0 || last < first {
            return Self::default();
        }
        let (step, start) = step_for(first, last, most);
        let mut buckets = vec![
            [0; Level::ALL.len()];
            (((last - start) / step) as usize).saturating_add(1).min(most.max(1))
        ];
        for ((_, segment), bits) in table.segments().zip(selection.segments()) {
            let (times, risks) = (segment.times(), segment.risks());
            for row in bits.iter() {
                let (Some(time), risk) = (times.get(row), risks.get(row).copied().unwrap_or(0)) else {
                    continue;
                };
                if time < first || time > last {
                    continue;
                }
                if let Some(bucket) = buckets.get_mut(((time - start) / step) as usize) {
                    bucket[Level::of(risk) as usize] += 1;
                }
            }
        }
        Self { from: Time::from_millis(start), step_ms: step, buckets }
    }

    /// The beginning of a stretch.
    pub fn start_of(&self, bucket: usize) -> Time {
        let start = self.from.plus_millis(self.step_ms.saturating_mul(bucket as i64));
        // What ends after the calendar ends with it.
        if self.from.is_known() && !start.is_known() { Time::LATEST } else { start }
    }

    /// The greatest count of a stretch.
    pub fn peak(&self) -> u64 {
        self.buckets.iter().map(|b| b.iter().sum()).max().unwrap_or(0)
    }

    /// The length of a stretch in words: `5 min`.
    pub fn step_name(&self) -> String {
        let seconds = self.step_ms / 1000;
        match seconds {
            0..60 => format!("{seconds} s"),
            60..3600 => format!("{} min", seconds / 60),
            3600..86_400 => format!("{} h", seconds / 3600),
            _ => format!("{} d", seconds / 86_400),
        }
    }
}

/// The shortest readable step with which the span fits into `most` stretches, and where the first of them begins.
fn step_for(first: i64, last: i64, most: usize) -> (i64, i64) {
    // The first stretch begins with the calendar where it would begin before it.
    let start = |step: i64| (first.div_euclid(step) * step).max(Time::EARLIEST.raw());
    let fits = |step: &i64| (last - start(*step)) / *step < most as i64;
    if let Some(step) = STEPS.into_iter().find(fits) {
        return (step, start(step));
    }
    // Longer ones are not counted from 1970: no step is so long that times before and after it share one.
    let longest = STEPS[STEPS.len() - 1];
    let start = start(longest);
    let units = (last - start) / longest + 1;
    (units.unsigned_abs().div_ceil(most as u64) as i64 * longest, start)
}
