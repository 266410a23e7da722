//! How much is done at once, and how often: learned from what comes back.
//!
//! Pure: times are handed in.

use std::time::Duration;

/// How many objects are fetched at once: more as long as that brings more bytes, fewer when it does not.
///
/// What is best depends on the way to the bucket, which nobody knows beforehand: a
/// laptop at home is full with eight, a machine beside the bucket with none below a hundred.
#[derive(Clone, Debug)]
pub struct Pace {
    limit: usize,
    rate: f64,
    rising: bool,
}

const FEWEST: usize = 2;
const FIRST: usize = 8;
const MOST: usize = 64;

/// Over how long a rate is measured.
pub const MEASURED: Duration = Duration::from_millis(500);

impl Default for Pace {
    fn default() -> Self {
        Self { limit: FIRST, rate: 0.0, rising: true }
    }
}

impl Pace {
    /// How many may be under way now.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Takes a measurement: so many bytes in so long, while everything that was allowed was under way.
    pub fn measured(&mut self, bytes: u64, over: Duration) {
        let rate = bytes as f64 / over.as_secs_f64().max(0.001);
        if rate > self.rate * 1.1 {
            // It went better than before: on in the same direction.
            self.step();
        } else if rate < self.rate * 0.9 {
            self.rising = !self.rising;
            self.step();
        }
        self.rate = rate;
    }

    /// The service asked for less.
    pub fn slowed(&mut self) {
        self.limit = (self.limit / 2).max(FEWEST);
        (self.rate, self.rising) = (0.0, true);
    }

    fn step(&mut self) {
        let by = (self.limit / 4).max(1);
        let next = if self.rising { self.limit + by } else { self.limit.saturating_sub(by) };
        self.limit = next.clamp(FEWEST, MOST);
    }
}

/// How long to wait before the `attempt`th repetition, counted from 0; `luck` is 0 to 1, so that not all come at once.
pub fn backoff(attempt: u32, luck: f64) -> Duration {
    let longest = 0.25 * f64::from(1u32 << attempt.min(7));
    let seconds = longest.min(20.0) * (0.5 + luck.clamp(0.0, 1.0) / 2.0);
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::from_secs(20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_climbs_to_what_the_line_can_take_and_stays_near_it() {
        let mut pace = Pace::default();
        // Each one brings 1 MB in half a second, up to 30 of them; beyond that they disturb each other.
        let line =
            |n: usize| if n <= 30 { n as u64 * 1_000_000 } else { 30_000_000 - (n as u64 - 30) * 900_000 };
        for _ in 0..60 {
            pace.measured(line(pace.limit()), MEASURED);
        }
        assert!((20..=45).contains(&pace.limit()), "{}", pace.limit());
    }

    #[test]
    fn a_slow_down_halves_it_and_it_never_stops() {
        let mut pace = Pace::default();
        for _ in 0..9 {
            pace.slowed();
        }
        assert_eq!(pace.limit(), FEWEST);
        pace.measured(1000, MEASURED);
        assert!(pace.limit() > FEWEST);
    }

    #[test]
    fn waits_grow_and_end_at_twenty_seconds() {
        assert!(backoff(0, 0.0) < backoff(2, 0.0));
        assert_eq!(backoff(40, 1.0), Duration::from_secs(20));
        assert!(backoff(3, f64::NAN) <= Duration::from_secs(20));
    }
}
