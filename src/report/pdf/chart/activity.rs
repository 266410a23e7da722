//! Events over time: a bar for each bucket, its levels stacked in their colors.

use super::scale::{Scale, times};
use super::{Plot, Side, label, legend, short};
use crate::event::time::Time;
use crate::report::pdf::flow::Flow;
use crate::report::pdf::line::Setter;
use crate::report::pdf::look;
use crate::score::Level;

/// The height with axes.
pub(super) const HEIGHT: f32 = 156.0;
/// Below the plot: times and the word.
const AXIS: f32 = 26.0;
/// Left of the plot: counts.
const COUNTS: f32 = 38.0;
/// More bars than this cannot be told apart: neighbors are added up.
const BARS: usize = 370;

pub(super) fn draw(
    setter: &mut Setter<'_, '_>,
    flow: &mut Flow,
    (start, step): (Time, i64),
    buckets: &[[u64; 5]],
) {
    let names: Vec<(&str, look::Color)> =
        Level::ALL.into_iter().map(|level| (look::name(level), look::fill(level))).collect();
    legend(setter, flow, &names);
    let each = buckets.len().div_ceil(BARS).max(1);
    let bars: Vec<[u64; 5]> = buckets.chunks(each).map(sum).collect();
    let highest = bars.iter().map(total).max().unwrap_or(0);
    let scale = Scale::counts(highest as f64);
    let plot =
        Plot { x: look::SIDE + COUNTS, y: flow.y + 2.0, w: look::WIDTH - COUNTS, h: HEIGHT - AXIS - 2.0 };
    grid(setter, flow, plot, &scale);
    let width = plot.w / bars.len().max(1) as f32;
    for (i, bar) in bars.iter().enumerate() {
        stack(flow, plot, &scale, (i as f32).mul_add(width, plot.x), width, bar);
    }
    let seconds = step.max(1).saturating_mul(i64::try_from(buckets.len()).unwrap_or(i64::MAX));
    time_axis(setter, flow, plot, start, seconds);
    let bucket = step.max(1).saturating_mul(i64::try_from(each).unwrap_or(i64::MAX));
    let said = format!("events per {}; times are UTC", duration(bucket));
    label(setter, flow, &said, (plot.x, plot.bottom() + 20.0), Side::Start);
    flow.y += HEIGHT;
}

fn sum(buckets: &[[u64; 5]]) -> [u64; 5] {
    buckets.iter().fold([0; 5], |mut all, bucket| {
        for (sum, n) in all.iter_mut().zip(bucket) {
            *sum = u64::saturating_add(*sum, *n);
        }
        all
    })
}

fn total(bar: &[u64; 5]) -> u64 {
    bar.iter().fold(0, |sum, &n| u64::saturating_add(sum, n))
}

fn grid(setter: &mut Setter<'_, '_>, flow: &mut Flow, plot: Plot, scale: &Scale) {
    for &tick in &scale.ticks {
        let y = plot.bottom() - scale.place(tick) * plot.h;
        flow.page().line((plot.x, y), (plot.right(), y), 0.5, look::GRID);
        label(setter, flow, &short(tick), (plot.x - 5.0, y + 2.5), Side::End);
    }
}

/// The levels of one bucket, the gravest at the bottom, where it is seen first.
fn stack(flow: &mut Flow, plot: Plot, scale: &Scale, x: f32, width: f32, bar: &[u64; 5]) {
    let gap = if width > 4.0 { 0.8 } else { 0.0 };
    let mut below = 0u64;
    for (level, &n) in Level::ALL.into_iter().zip(bar).rev() {
        let above = below.saturating_add(n);
        if n > 0 {
            let low = scale.place(below as f64) * plot.h;
            // A single critical event among thousands is still seen.
            let high = (scale.place(above as f64) * plot.h).max(low + 0.7);
            let corner = (x, plot.bottom() - high);
            flow.page().area(corner, ((width - gap).max(0.4), high - low), look::fill(level));
        }
        below = above;
    }
}

fn time_axis(setter: &mut Setter<'_, '_>, flow: &mut Flow, plot: Plot, start: Time, seconds: i64) {
    flow.page().line((plot.x, plot.bottom()), (plot.right(), plot.bottom()), 0.8, look::MUTED);
    for (after, words) in times(start, seconds) {
        let x = (after as f32 / seconds.max(1) as f32).mul_add(plot.w, plot.x);
        flow.page().line((x, plot.bottom()), (x, plot.bottom() + 3.0), 0.8, look::MUTED);
        let side = if x > plot.right() - 20.0 {
            Side::End
        } else if x < plot.x + 12.0 {
            Side::Start
        } else {
            Side::Middle
        };
        label(setter, flow, &words, (x, plot.bottom() + 11.0), side);
    }
}

/// `15 minutes`, `1 hour`.
fn duration(seconds: i64) -> String {
    let seconds = u64::try_from(seconds).unwrap_or(0);
    let units = [(86_400, "day"), (3600, "hour"), (60, "minute")];
    let whole = units.into_iter().find(|(unit, _)| seconds >= *unit && seconds.is_multiple_of(*unit));
    match whole {
        Some((unit, name)) if seconds == unit => name.to_owned(),
        Some((unit, name)) => crate::text::plural(seconds / unit, name),
        None => crate::text::plural(seconds, "second"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_says_how_long_it_is() {
        for (seconds, said) in
            [(3600, "hour"), (900, "15 minutes"), (172_800, "2 days"), (90, "90 seconds"), (-1, "0 seconds")]
        {
            assert_eq!(duration(seconds), said);
        }
    }
}
