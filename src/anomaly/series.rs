//! An actor's events over time, held against the actor's own usual activity.
//!
//! Counts by bucket of time are taken as logarithms, since activity grows by factors; the middle is the median and the
//! spread the median of the distances from it, which a few wild hours cannot move. Only buckets in which the
//! actor did something count: people sleep. With fewer than [`LEAST_BUCKETS`] of them nothing is said. Counts vary by
//! chance alone, so the spread is never taken for less than that, also where the activity does not vary at all.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use crate::event::time::Time;
use crate::profile::first_seen::{FirstSeen, Owner};
use crate::profile::resource;
use crate::store::flags::RecordKind;
use crate::store::{Column, Table};

/// Below so many buckets with events there is no usual activity.
pub const LEAST_BUCKETS: usize = 8;
/// From where on a score is out of the ordinary.
pub const THRESHOLD: f64 = 3.5;
/// The usual width of a bucket: an hour.
pub const HOUR_MS: i64 = 3_600_000;
/// The least width of a bucket: a second.
pub(crate) const LEAST_WIDTH_MS: i64 = 1000;

/// What makes the median distance comparable with a standard deviation.
const MEDIAN_SCALE: f64 = 0.674_489_75;

/// A stretch of time in which an actor did something.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Point {
    /// Where it begins.
    #[serde(serialize_with = "resource::time")]
    pub start: Time,
    /// How many events.
    pub count: u64,
    /// How far above (or below) the usual that is.
    pub score: f64,
}

/// The activity of an actor.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Activity {
    /// The actor: a dense number of [`crate::profile::lookup::Lookup::actors`].
    #[serde(skip)]
    pub actor: u32,
    /// The buckets with events, in order.
    pub points: Vec<Point>,
    /// The median of the counts; 0 when nothing can be said.
    pub usual: f64,
    /// The count from which on a bucket is out of the ordinary; `None` when nothing can be said.
    pub limit: Option<f64>,
}

impl Activity {
    /// Judges counts by bucket, in order of time.
    pub fn of(actor: u32, counts: &[(Time, u64)]) -> Self {
        let mut points: Vec<Point> =
            counts.iter().map(|&(start, count)| Point { start, count, score: 0.0 }).collect();
        let logs: Vec<f64> = counts.iter().map(|c| (c.1 as f64).ln_1p()).collect();
        let silent = Self { actor, points: points.clone(), usual: 0.0, limit: None };
        if logs.len() < LEAST_BUCKETS {
            return silent;
        }
        let middle = median(logs.clone());
        let apart: Vec<f64> = logs.iter().map(|l| (l - middle).abs()).collect();
        let spread = (median(apart) / MEDIAN_SCALE).max(chance(middle.exp_m1()));
        for (point, log) in points.iter_mut().zip(&logs) {
            point.score = (log - middle) / spread;
        }
        Self { actor, points, usual: middle.exp_m1(), limit: Some((middle + THRESHOLD * spread).exp_m1()) }
    }

    /// The buckets that are out of the ordinary.
    pub fn anomalies(&self) -> impl Iterator<Item = &Point> {
        self.points.iter().filter(|p| p.score > THRESHOLD)
    }
}

/// How far the logarithms of counts around `usual` lie apart by chance alone, as those of rare events do.
fn chance(usual: f64) -> f64 {
    // Counts are 1 or more, else their bucket would not be there.
    let usual = usual.max(1.0);
    usual.sqrt() / (1.0 + usual)
}

/// The median; 0 of nothing.
fn median(mut values: Vec<f64>) -> f64 {
    let half = values.len() / 2;
    if values.is_empty() {
        return 0.0;
    }
    values.sort_by(f64::total_cmp);
    let at = |n: usize| values.get(n).copied().unwrap_or(0.0);
    if values.len().is_multiple_of(2) { f64::midpoint(at(half - 1), at(half)) } else { at(half) }
}

/// The activity of every actor in buckets of `width` milliseconds; `None` when `stop` was set meanwhile.
///
/// Actors are in the order of their numbers; those without a known time are left out.
pub fn activities(
    table: &Table,
    first_seen: &FirstSeen,
    width: i64,
    stop: &AtomicBool,
) -> Option<Vec<Activity>> {
    let width = width.max(LEAST_WIDTH_MS);
    // Buckets are counted in order of time, so each actor's last one is the one that grows.
    let mut counts: BTreeMap<u32, Vec<(i64, u64)>> = BTreeMap::new();
    let mut open: Vec<(i64, u64)> = Vec::new();
    for (_, segment) in table.segments() {
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        let identity = segment.column(Column::Identity);
        for (slot, time) in segment.times().iter().enumerate() {
            if time == Time::UNKNOWN.raw() || segment.flags(slot).kind() == RecordKind::Aggregated {
                continue;
            }
            let Owner::Actor(actor) = first_seen.actor_of(identity.id(slot)) else { continue };
            let bucket = time.div_euclid(width);
            if open.len() <= actor as usize {
                open.resize(actor as usize + 1, (i64::MIN, 0));
            }
            let Some(last) = open.get_mut(actor as usize) else { continue };
            if last.0 == bucket {
                last.1 += 1;
                continue;
            }
            if last.1 > 0 {
                counts.entry(actor).or_default().push(*last);
            }
            *last = (bucket, 1);
        }
    }
    for (actor, last) in (0u32..).zip(open).filter(|(_, last)| last.1 > 0) {
        counts.entry(actor).or_default().push(last);
    }
    let activity = |(actor, buckets): (u32, Vec<(i64, u64)>)| {
        let buckets: Vec<(Time, u64)> =
            buckets.into_iter().map(|(b, n)| (Time::from_millis(b.saturating_mul(width)), n)).collect();
        Activity::of(actor, &buckets)
    };
    Some(counts.into_iter().map(activity).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::profile::sample::{investigation, record, user};

    fn of(counts: &[u64]) -> Activity {
        let counts: Vec<(Time, u64)> =
            (0i64..).zip(counts).map(|(n, &c)| (Time::from_millis(n * HOUR_MS), c)).collect();
        Activity::of(0, &counts)
    }

    #[test]
    fn a_wild_hour_stands_out_and_moves_nothing() {
        let calm = of(&[10, 12, 9, 11, 10, 13, 8, 10, 12]);
        let wild = of(&[10, 12, 9, 11, 10, 13, 8, 10, 5000]);
        assert_eq!(calm.anomalies().count(), 0);
        assert_eq!(wild.anomalies().map(|p| p.count).collect::<Vec<_>>(), [5000]);
        assert!((wild.usual - 10.0).abs() < 1e-9 && wild.limit.unwrap() < 100.0);
    }

    #[test]
    fn scores_agree_with_values_worked_out_by_hand() {
        // Logarithms of 1 + count are 1, 2, 3, 4, 5, 6, 7, 8, 20 in units of ln 2: median 5, distances
        // 4 3 2 1 0 1 2 3 15, their median 2; the score of the last is 0.67448975 * 15 / 2.
        let counts: Vec<u64> = [1u32, 2, 3, 4, 5, 6, 7, 8, 20].iter().map(|&n| (1u64 << n) - 1).collect();
        let score = of(&counts).points[8].score;
        assert!((score - 0.674_489_75 * 7.5).abs() < 1e-9, "{score}");
    }

    #[test]
    fn too_little_activity_says_nothing_and_chance_is_no_anomaly() {
        let few = of(&[1, 1, 1, 1, 1, 1, 9000]);
        assert!(few.limit.is_none() && few.anomalies().count() == 0 && few.points.len() == 7);
        let even = of(&[5; 12]);
        assert!(even.anomalies().count() == 0 && (even.usual - 5.0).abs() < 1e-9);
        let nearly = of(&[5, 5, 5, 5, 5, 5, 5, 5, 5, 500]);
        assert_eq!(nearly.anomalies().map(|p| p.count).collect::<Vec<_>>(), [500]);
        let sparse = of(&[1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 1, 1]);
        assert_eq!(sparse.anomalies().count(), 0, "three instead of one is chance");
    }

    #[test]
    fn buckets_of_a_log_are_those_with_events() {
        let inv = investigation(&[
            record("08:00:00", "s3:GetObject", &user("ann", "AKIA1"), json!({})),
            record("08:59:59", "s3:PutObject", &user("ann", "AKIA1"), json!({})),
            record("09:00:00", "s3:GetObject", &user("bob", "AKIA2"), json!({})),
            record("11:00:00", "s3:GetObject", &user("ann", "AKIA1"), json!({})),
        ]);
        let go = AtomicBool::new(false);
        let seen = FirstSeen::new(&inv.table, &go).unwrap();
        let all = activities(&inv.table, &seen, HOUR_MS, &go).unwrap();
        let counts: Vec<Vec<(u8, u64)>> = all
            .iter()
            .map(|a| a.points.iter().map(|p| (p.start.hour().unwrap(), p.count)).collect())
            .collect();
        assert_eq!(counts, [vec![(8, 2), (11, 1)], vec![(9, 1)]]);
        assert!(activities(&inv.table, &seen, 0, &AtomicBool::new(true)).is_none());
    }

    proptest! {
        #[test]
        fn no_counts_make_it_panic_or_give_no_number(counts in prop::collection::vec(any::<u64>(), 0..40)) {
            let activity = of(&counts);
            prop_assert!(activity.points.iter().all(|p| p.score.is_finite()));
            prop_assert!(activity.anomalies().count() <= counts.len() / 2);
        }
    }
}
