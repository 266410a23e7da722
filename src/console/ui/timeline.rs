//! The timeline: how many events there were when, and where the risky ones are.
//!
//! Bars count events; the line of signs below them shows the highest risk of each
//! stretch, as far as it stands out: the highest level that there is, and the one below
//! it. Outside of the brush everything is muted.

use super::paint::{Canvas, risk_role};
use crate::config::Role;
use crate::console::app::layout::Area;
use crate::console::app::model::Model;
use crate::console::app::overlay::Overlay;
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
    let span = model.overlays.iter().rev().find_map(|overlay| match overlay {
        Overlay::Span(span) => Some(*span),
        _ => None,
    });
    let title = match span {
        None => title,
        Some(span) => {
            let (from, to) = span.times();
            let precision = canvas.clock.precision(from, to);
            let (from, to) = (canvas.clock.cell(from, precision), canvas.clock.cell(to, precision));
            format!("{from} – {to} · enter looks closer")
        }
    };
    let inside = canvas.boxed(area, &title, span.is_some());
    if series.buckets.is_empty() || inside.width == 0 {
        return;
    }
    // One line for the signs, the others for the bars.
    let bars = inside.height.saturating_sub(1);
    let cursor = model.listed().and_then(|row| bucket_of(series, row.time().millis()?));
    let window = model.page().window;
    let least = standing_out(series);
    let edges = span.map(|span| (near(series, span.edges.0), near(series, span.edges.1 - 1)));
    for x in 0..inside.width {
        let bucket = bucket_at(series, x, inside.width);
        let Some(counts) = series.buckets.get(bucket) else { continue };
        let shown = edges.map(|(from, to)| (from..=to).contains(&bucket)).unwrap_or_else(|| {
            window.is_none_or(|(from, to)| {
                let start = series.start_of(bucket);
                start <= to && start.plus_millis(series.step_ms - 1) >= from
            })
        });
        let bar = Bar { counts, peak: series.peak(), least, shown };
        bar.draw(canvas, Area { x: inside.x + x, width: 1, ..inside }, bars);
        if let Some((from, to)) = edges.filter(|(from, to)| [*from, *to].contains(&bucket)) {
            let active = bucket == if span.is_some_and(|span| span.left) { from } else { to };
            let role = if active { Role::Selection } else { Role::SelectionIdle };
            canvas.tint(Area { x: inside.x + x, width: 1, ..inside }, role);
        } else if cursor == Some(bucket) {
            let signs = Area { x: inside.x + x, y: inside.y + bars, width: 1, height: 1 };
            canvas.tint(signs, Role::Selection);
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

/// The stretch of a time, or the one that is next to it.
fn near(series: &Series, at: i64) -> usize {
    bucket_of(series, at).unwrap_or(0).min(series.buckets.len().saturating_sub(1))
}

/// The least level that stands out.
fn standing_out(series: &Series) -> Level {
    let seen = |level: &Level| series.buckets.iter().any(|counts| counts[*level as usize] > 0);
    match Level::ALL.into_iter().rev().find(seen) {
        Some(Level::Critical) => Level::High,
        _ => Level::Medium,
    }
}

/// One stretch.
struct Bar<'s> {
    counts: &'s [u64; Level::ALL.len()],
    peak: u64,
    /// The least level that is shown as risky.
    least: Level,
    /// Whether it is inside of the brush.
    shown: bool,
}

impl Bar<'_> {
    /// Draws the bar over so many rows, and the sign below it.
    fn draw(&self, canvas: &mut Canvas<'_>, at: Area, bars: u16) {
        let total: u64 = self.counts.iter().sum();
        let highest = Level::ALL.into_iter().rev().find(|level| self.counts[*level as usize] > 0);
        let risky = highest.filter(|level| *level >= self.least);
        let role = match (self.shown, risky) {
            (false, _) => Role::Muted,
            (true, Some(level)) => risk_role(level),
            (true, None) => Role::Chart1,
        };
        let full = u64::from(bars) * 8;
        // Whatever happened is seen, however little it was.
        let eighths =
            if total == 0 { 0 } else { (total * full).div_ceil(self.peak.max(1)).clamp(1, full.max(1)) };
        for row in 0..bars {
            let here = eighths.saturating_sub(u64::from(row) * 8).min(8);
            canvas.put(at.x, at.y + bars - 1 - row, 1, EIGHTHS[here as usize], role);
        }
        if let Some(level) = risky {
            canvas.put(at.x, at.y + bars, 1, sign(level), role);
        }
    }
}

/// The first and last time, in the border below.
fn ends(canvas: &mut Canvas<'_>, series: &Series, area: Area) {
    let (from, to) = (series.from, series.start_of(series.buckets.len()));
    let precision = canvas.clock.precision(from, to);
    let (left, right) = (canvas.clock.cell(from, precision), canvas.clock.cell(to, precision));
    let y = area.y + area.height.saturating_sub(1);
    canvas.put(area.x + 1, y, area.width, &format!(" {left} "), Role::Muted);
    canvas.put_right(
        area.x + area.width.saturating_sub(1),
        y,
        area.width,
        &format!(" {right} "),
        Role::Muted,
    );
}
