//! The brush of the timeline: the part of time that the list shows.

use crate::console::app::action::Brush;
use crate::console::app::model::Model;
use crate::event::time::Time;

/// The shortest part of time, in milliseconds.
const SHORTEST: i64 = 2_000;

impl Model {
    pub(super) fn brush(&mut self, brush: Brush) {
        let series = &self.answer.series;
        let span = series.from.millis().map(|from| {
            let length = series.step_ms.saturating_mul(series.buckets.len() as i64);
            (from, from.saturating_add(length.saturating_sub(1).max(0)))
        });
        let Some(span) = span else {
            self.note("no event here has a time");
            return;
        };
        let window = self.page().window.and_then(|(a, b)| Some((a.millis()?, b.millis()?)));
        let at = self.row().and_then(|row| row.time().millis());
        let new = brushed(span, window.unwrap_or(span), at, brush);
        if window.is_none() && new.is_none() && brush != Brush::All {
            self.note("all of it is shown; > looks closer");
        }
        self.history.page_mut().window = new.map(|(a, b)| (Time::from_millis(a), Time::from_millis(b)));
    }
}

/// The part of time after a change; `None`: all of `span`. Ends are included.
fn brushed(span: (i64, i64), now: (i64, i64), at: Option<i64>, brush: Brush) -> Option<(i64, i64)> {
    let length = now.1 - now.0;
    let middle = now.0 + length / 2;
    let center = at.filter(|at| (now.0..=now.1).contains(at)).unwrap_or(middle);
    let around = |center: i64, length: i64| {
        let from = (center - length / 2).clamp(span.0, (span.1 - length).max(span.0));
        (from, (from + length).min(span.1))
    };
    let new = match brush {
        Brush::All => return None,
        Brush::ZoomIn => around(center, (length / 2).max(SHORTEST.min(length))),
        Brush::ZoomOut => around(middle, length.saturating_mul(2)),
        Brush::Left => around(middle - (length / 2).max(1), length),
        Brush::Right => around(middle + (length / 2).max(1), length),
    };
    (new != span).then_some(new)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_brush_zooms_around_the_cursor_and_stays_within() {
        let span = (0, 100_000);
        assert_eq!(brushed(span, span, Some(10_000), Brush::ZoomIn), Some((0, 50_000)));
        assert_eq!(brushed(span, span, Some(60_000), Brush::ZoomIn), Some((35_000, 85_000)));
        assert_eq!(brushed(span, (35_000, 85_000), None, Brush::Left), Some((10_000, 60_000)));
        assert_eq!(brushed(span, (35_000, 85_000), None, Brush::Right), Some((50_000, 100_000)));
        assert_eq!(brushed(span, (35_000, 85_000), None, Brush::ZoomOut), None);
        assert_eq!(brushed(span, (0, 2_000), None, Brush::ZoomIn), Some((0, 2_000)));
        assert_eq!(brushed(span, (1, 5), None, Brush::All), None);
    }

    proptest! {
        #[test]
        fn no_sequence_leaves_the_span(
            steps in proptest::collection::vec(0..Brush::ALL.len(), 0..40), from in -5_000i64..5_000, len in 0i64..90_000,
        ) {
            let span = (from, from + len);
            let mut now = span;
            for step in steps {
                now = brushed(span, now, Some(from + len / 3), Brush::ALL[step]).unwrap_or(span);
                prop_assert!(span.0 <= now.0 && now.0 <= now.1 && now.1 <= span.1, "{now:?}");
            }
        }
    }
}
