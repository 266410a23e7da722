//! Maps and charts of a board, as numbers.

use crate::console::app::page::Scope;
use crate::event::field::{Field, FieldRef};
use crate::event::time::Time;
use crate::query::{Expr, Moment, Term, Test};

/// The days, from the first row of a map on.
pub const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

const HOUR_MS: i64 = 3_600_000;
const WEEK_MS: i64 = 7 * 24 * HOUR_MS;

/// So many weeks of a cell at most; older ones are left out.
const WEEKS: usize = 1_000;

/// Events by weekday (Monday first) and hour, UTC.
#[derive(Clone, Debug)]
pub struct Heat {
    /// How many.
    pub counts: [[u32; 24]; 7],
    /// The first and the last event.
    pub span: (Time, Time),
}

impl Heat {
    /// How many cells there are: none where there is no event.
    pub fn len(&self) -> usize {
        if self.peak() == 0 { 0 } else { 7 * 24 }
    }

    /// Whether no event has a time.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The greatest count.
    pub fn peak(&self) -> u32 {
        self.counts.iter().flatten().copied().max().unwrap_or(0)
    }

    /// The count of a cell, by its place from the first hour of Monday on.
    pub fn at(&self, place: usize) -> u32 {
        self.counts.get(place / 24).and_then(|day| day.get(place % 24)).copied().unwrap_or(0)
    }

    /// The first of the cells with the most events.
    pub fn fullest(&self) -> usize {
        let peak = self.peak();
        self.counts.iter().flatten().position(|count| *count == peak).unwrap_or(0)
    }

    /// What a cell is called: `Tue 14:00–15:00 UTC`.
    pub fn name(place: usize) -> String {
        let (day, hour) = (DAYS[place / 24 % 7], place % 24);
        format!("{day} {hour:02}:00–{:02}:00 UTC", (hour + 1) % 24)
    }

    /// The events of a cell.
    pub fn scope(&self, place: usize) -> Option<Scope> {
        let (first, last) = (self.span.0.millis()?, self.span.1.millis()?);
        // 1 January 1970 was a Thursday.
        let offset = ((place as i64) - 3 * 24) * HOUR_MS;
        let mut at = last - (last - offset).rem_euclid(WEEK_MS);
        let mut hours = Vec::new();
        while at > first - HOUR_MS && hours.len() < WEEKS {
            hours.push(between(at, at + HOUR_MS));
            at -= WEEK_MS;
        }
        hours.reverse();
        let expr = if hours.len() == 1 { hours.pop()? } else { Expr::Or(hours) };
        Some(Scope { label: Self::name(place), expr })
    }
}

/// From a moment on until before another.
pub fn between(from: i64, to: i64) -> Expr {
    let (from, to) = (Moment::At(Time::from_millis(from)), Moment::At(Time::from_millis(to)));
    let test = Test::Time { from: Some(from), to: Some(to) };
    Expr::Term(Term { field: FieldRef::Column(Field::Time), test })
}

/// A stretch of time in which there were events.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Point {
    /// When it begins.
    pub start: Time,
    /// How many events.
    pub count: u64,
    /// How far above the usual that is.
    pub score: f64,
}

/// Activity over time, and how much of it would be ordinary.
#[derive(Clone, Debug)]
pub struct Activity {
    /// The stretches with events, in order.
    pub points: Vec<Point>,
    /// How long a stretch is, in milliseconds.
    pub step_ms: i64,
    /// How many events there usually are.
    pub usual: f64,
    /// From which count on a stretch is out of the ordinary; `None` where nothing can be said.
    pub limit: Option<f64>,
    /// From which score on.
    pub threshold: f64,
}

impl Activity {
    /// The events of a stretch.
    pub fn scope(&self, place: usize) -> Option<Scope> {
        let from = self.points.get(place)?.start;
        let expr = between(from.millis()?, from.millis()?.saturating_add(self.step_ms));
        Some(Scope { label: format!("{} from {from}", stretch(self.step_ms)), expr })
    }

    /// The first of the stretches with the most events.
    pub fn highest(&self) -> usize {
        let most = self.points.iter().map(|point| point.count).max();
        self.points.iter().position(|point| Some(point.count) == most).unwrap_or(0)
    }

    /// Whether a stretch is out of the ordinary.
    pub fn is_odd(&self, point: &Point) -> bool {
        self.limit.is_some() && point.score > self.threshold
    }
}

/// A length in words: `15 min`.
pub fn stretch(ms: i64) -> String {
    match ms / 1000 {
        s @ 0..60 => format!("{s} s"),
        s @ 60..3_600 => format!("{} min", s / 60),
        s @ 3_600..86_400 => format!("{} h", s / 3_600),
        s => format!("{} d", s / 86_400),
    }
}

/// Points by any two of several numbers: the ordinary ones, and those that stand out.
#[derive(Clone, Debug)]
pub struct Scatter {
    /// What the numbers are.
    pub features: Vec<&'static str>,
    /// Some of the ordinary points.
    pub ordinary: Vec<Vec<f32>>,
    /// Those that stand out, in the order of the rows whose cursor the panel shares.
    pub odd: Vec<Vec<f32>>,
}

impl Scatter {
    /// The least and greatest of a number.
    pub fn range(&self, feature: usize) -> (f32, f32) {
        let all = self.ordinary.iter().chain(&self.odd).filter_map(|point| point.get(feature)).copied();
        let all = all.filter(|value| value.is_finite());
        let (low, high) = all.fold((f32::MAX, f32::MIN), |(low, high), v| (low.min(v), high.max(v)));
        if low > high { (0.0, 1.0) } else { (low, high) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_of_the_map_is_that_hour_of_every_week() {
        let time = |text: &str| Time::parse(text.as_bytes());
        let span = (time("2026-03-02T08:30:00Z"), time("2026-03-17T09:00:00Z"));
        let mut counts = [[0; 24]; 7];
        counts[0][8] = 2;
        let heat = Heat { counts, span };
        assert_eq!((heat.len(), heat.at(8), heat.peak()), (168, 2, 2));
        // 2 March 2026 is a Monday.
        let scope = heat.scope(8).unwrap();
        assert_eq!(scope.label, "Mon 08:00–09:00 UTC");
        let text = scope.expr.to_string();
        for day in ["2026-03-02T08:00", "2026-03-09T08:00", "2026-03-16T08:00"] {
            assert!(text.contains(day), "{text}");
        }
        let Expr::Or(hours) = scope.expr else { panic!("{text}") };
        assert_eq!(hours.len(), 3);
        let one = heat.scope(24 + 9).unwrap().expr.to_string();
        assert!(one.contains("2026-03-03T09") && one.contains("2026-03-10T09"), "{one}");
        assert!(one.contains("2026-03-17T09"), "the last event is in it: {one}");
    }

    #[test]
    fn no_span_makes_it_count_for_ever() {
        let heat = Heat {
            counts: [[1; 24]; 7],
            span: (Time::from_millis(-60_000_000_000_000), Time::from_millis(4_000_000_000_000)),
        };
        let Some(Expr::Or(hours)) = heat.scope(3).map(|scope| scope.expr) else { panic!() };
        assert_eq!(hours.len(), WEEKS);
    }

    #[test]
    fn a_range_takes_all_points_in_and_no_odd_numbers() {
        let points = vec![vec![1.0, f32::NAN], vec![3.0, 2.0]];
        let scatter = Scatter { features: vec!["a", "b"], ordinary: points, odd: vec![vec![9.0, 4.0]] };
        assert_eq!(
            (scatter.range(0), scatter.range(1), scatter.range(7)),
            ((1.0, 9.0), (2.0, 4.0), (0.0, 1.0))
        );
    }
}
