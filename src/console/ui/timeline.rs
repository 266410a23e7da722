//! The timeline: how many events there were when, and where the risky ones are.
//!
//! Bars count events; the line of signs below them shows the highest risk of each
//! stretch. Outside of the brush everything is muted.

use super::paint::{Canvas, risk_role};
use crate::config::Role;
use crate::console::app::layout::Area;
use crate::console::app::model::Model;
use crate::query::series::Series;
use crate::report::table::sign;
use crate::score::Level;
use crate::text::count;

const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Area) {
    let series = &model.answer.series;
    let title = match series.buckets.len() {
        0 => "Timeline".to_owned(),
        _ => format!("Timeline · {} each · most {}", series.step_name(), count(series.peak())),
    };
    let inside = canvas.boxed(area, &title, false);
    if series.buckets.is_empty() || inside.width == 0 {
        return;
    }
    // One line for the signs, the others for the bars.
    let bars = inside.height.saturating_sub(1);
    let cursor = model.row().and_then(|row| bucket_of(series, row.time().millis()?));
    let window = model.page().window;
    for x in 0..inside.width {
        let bucket = bucket_at(series, x, inside.width);
        let Some(counts) = series.buckets.get(bucket) else { continue };
        let shown = window.is_none_or(|(from, to)| {
            let start = series.start_of(bucket);
            start <= to && start.plus_millis(series.step_ms - 1) >= from
        });
        column(canvas, inside, x, bars, counts, series.peak(), shown);
        if cursor == Some(bucket) {
            canvas.tint(Area { x: inside.x + x, width: 1, ..inside }, Role::SelectionIdle);
        }
    }
    ends(canvas, series, area);
}

/// The stretch that a column of the chart shows.
fn bucket_at(series: &Series, x: u16, width: u16) -> usize {
    usize::from(x) * series.buckets.len() / usize::from(width.max(1))
}

fn bucket_of(series: &Series, at: i64) -> Option<usize> {
    let from = series.from.millis()?;
    usize::try_from(at.checked_sub(from)?.checked_div(series.step_ms)?).ok()
}

/// Draws one column: the bar and the sign below it.
fn column(
    canvas: &mut Canvas<'_>,
    inside: Area,
    x: u16,
    bars: u16,
    counts: &[u64; Level::ALL.len()],
    peak: u64,
    shown: bool,
) {
    let total: u64 = counts.iter().sum();
    let highest = Level::ALL.into_iter().rev().find(|level| counts[*level as usize] > 0);
    let level = highest.unwrap_or(Level::Info);
    let role = match (shown, level) {
        (false, _) => Role::Muted,
        (true, Level::Critical | Level::High | Level::Medium) => risk_role(level),
        (true, _) => Role::Chart1,
    };
    let full = u64::from(bars) * 8;
    // Whatever happened is seen, however little it was.
    let eighths = if total == 0 { 0 } else { (total * full).div_ceil(peak.max(1)).clamp(1, full.max(1)) };
    for row in 0..bars {
        let here = eighths.saturating_sub(u64::from(row) * 8).min(8);
        let y = inside.y + bars - 1 - row;
        canvas.put(inside.x + x, y, 1, EIGHTHS[here as usize], role);
    }
    if matches!(level, Level::Critical | Level::High | Level::Medium) {
        canvas.put(inside.x + x, inside.y + bars, 1, sign(level), role);
    }
}

/// The first and last time, in the border below.
fn ends(canvas: &mut Canvas<'_>, series: &Series, area: Area) {
    let (from, to) = (series.from, series.start_of(series.buckets.len()));
    let precision = canvas.clock.precision(from, to);
    let (left, right) = (canvas.clock.cell(from, precision), canvas.clock.cell(to, precision));
    let y = area.y + area.height.saturating_sub(1);
    canvas.put(area.x + 1, y, area.width, &format!(" {left} "), Role::Muted);
    canvas.put_right(area.x + area.width.saturating_sub(1), y, area.width, &format!(" {right} "), Role::Muted);
}
