//! Time as something that is handed in, and the bucket that allows one message a second.

use std::time::{Duration, Instant, SystemTime};

use futures::future::BoxFuture;

/// What time it is, and waiting.
pub(crate) trait Clock: Send + Sync {
    /// Time since some moment.
    fn now(&self) -> Duration;
    /// Seconds since 1970.
    fn seconds(&self) -> u64;
    /// Is ready after that long.
    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()>;
}

/// The clock of this computer.
#[derive(Debug)]
pub(crate) struct Computer(Instant);

impl Computer {
    pub(crate) fn new() -> Self {
        Self(Instant::now())
    }
}

impl Clock for Computer {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn seconds(&self) -> u64 {
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(time))
    }
}

/// How many messages may go at once before one has to wait.
const BURST: f64 = 3.0;

/// Allows one message a second, and three at once after a rest.
#[derive(Debug)]
pub(crate) struct Bucket {
    tokens: f64,
    filled: Duration,
}

impl Bucket {
    /// A full one.
    pub(crate) fn full(now: Duration) -> Self {
        Self { tokens: BURST, filled: now }
    }

    /// Takes leave for a message; how long to wait before it goes.
    pub(crate) fn take(&mut self, now: Duration) -> Duration {
        self.tokens = (self.tokens + now.saturating_sub(self.filled).as_secs_f64()).min(BURST);
        self.filled = self.filled.max(now);
        self.tokens -= 1.0;
        Duration::from_secs_f64((-self.tokens).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_go_at_once_and_then_one_a_second() {
        let mut bucket = Bucket::full(Duration::ZERO);
        let mut now = Duration::ZERO;
        let mut times = Vec::new();
        for _ in 0..6 {
            now += bucket.take(now);
            times.push(now.as_millis());
        }
        assert_eq!(times, [0, 0, 0, 1000, 2000, 3000]);
        now += Duration::from_secs(100);
        assert_eq!((0..4).map(|_| bucket.take(now).as_millis()).collect::<Vec<_>>(), [0, 0, 0, 1000]);
    }
}
