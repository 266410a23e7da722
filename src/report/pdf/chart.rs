//! Charts, drawn with lines and areas: a title, axes with numbers, and marks whose color a word explains.

mod activity;
mod bars;
mod field;
mod scale;
mod scatter;

use super::body::{put, runs};
use super::flow::Flow;
use super::line::{Line, Setter, Style};
use super::look;
use crate::report::paper::{Chart, Marks};
use crate::text;

/// Below the title.
const BELOW: f32 = 4.0;
/// What a legend takes of the line of the title.
const LEGEND: f32 = 270.0;

/// A rectangle on a page: the plot, without what is written around it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Plot {
    x: f32,
    y: f32,
    w: f32,
    h: f32,
}

impl Plot {
    const fn right(self) -> f32 {
        self.x + self.w
    }

    const fn bottom(self) -> f32 {
        self.y + self.h
    }
}

/// What of a chart must stand on one page at least.
pub(crate) fn least(setter: &mut Setter<'_, '_>, chart: &Chart) -> f32 {
    least_below(&title(setter, chart), chart)
}

fn least_below(title: &[Line], chart: &Chart) -> f32 {
    let marks = match &chart.marks {
        Marks::Bars { bars, .. } => bars::least(bars.len()),
        Marks::Activity { .. } => activity::HEIGHT,
        Marks::Scatter { .. } => scatter::HEIGHT,
        Marks::Field { rows, .. } => field::least(rows.len()),
    };
    title.len() as f32 * look::BODY.lead + BELOW + marks
}

/// Sets a chart. One with more rows than a page has room for goes on on the next.
pub(crate) fn set(setter: &mut Setter<'_, '_>, flow: &mut Flow, chart: &Chart) {
    let title = title(setter, chart);
    flow.need(least_below(&title, chart));
    put(flow, &title, look::SIDE, look::BODY);
    flow.y += BELOW;
    match &chart.marks {
        Marks::Bars { unit, bars } if bars.is_empty() => nothing(setter, flow, unit),
        Marks::Bars { unit, bars } => bars::draw(setter, flow, unit, bars),
        Marks::Activity { buckets, .. } if buckets.is_empty() => nothing(setter, flow, ""),
        Marks::Activity { start, step, buckets } => activity::draw(setter, flow, (*start, *step), buckets),
        Marks::Scatter { x, y, normal, odd } => scatter::draw(setter, flow, (x, y), (normal, odd)),
        Marks::Field { rows, columns, .. } if rows.is_empty() || columns.is_empty() => {
            nothing(setter, flow, "");
        }
        Marks::Field { rows, columns, cells } => field::draw(setter, flow, (rows, columns), cells),
    }
}

fn title(setter: &mut Setter<'_, '_>, chart: &Chart) -> Vec<Line> {
    let style = Style::bold(look::BODY, look::INK);
    let title = setter.lines(&runs(&chart.title), style, look::WIDTH - LEGEND);
    // Below a title of any length there is room for the chart.
    title.into_iter().take(6).collect()
}

fn nothing(setter: &mut Setter<'_, '_>, flow: &mut Flow, unit: &str) {
    let said = if unit.is_empty() { "Nothing to show.".to_owned() } else { format!("No {unit}.") };
    let line = setter.clipped(&said, Style::muted(look::LABEL), look::WIDTH);
    let y = flow.y + 7.0;
    line.draw(flow.page(), look::SIDE, y);
    flow.y += look::LABEL.lead + 4.0;
}

/// A number in a chart: counts with commas, others with two digits.
fn number(value: f64) -> String {
    if !value.is_finite() {
        return "no number".to_owned();
    }
    if value.fract() == 0.0 && value.abs() < 1e15 {
        let digits = text::count(value.abs() as u64);
        return if value < 0.0 { format!("-{digits}") } else { digits };
    }
    match value.abs() {
        size if !(0.01..1e15).contains(&size) => format!("{value:.2e}"),
        _ => format!("{value:.2}"),
    }
}

/// A number on an axis, short: `2k`, `1.5M`.
fn short(value: f64) -> String {
    let (scaled, unit) = match value.abs() {
        size if size >= 1e15 => return format!("{value:.0e}"),
        size if size >= 1e12 => (value / 1e12, "T"),
        size if size >= 1e9 => (value / 1e9, "G"),
        size if size >= 1e6 => (value / 1e6, "M"),
        size if size >= 1e4 => (value / 1e3, "k"),
        size if size > 0.0 && size < 0.01 => return format!("{value:.0e}"),
        _ => (value, ""),
    };
    let digits = format!("{scaled:.2}");
    format!("{}{unit}", digits.trim_end_matches('0').trim_end_matches('.'))
}

/// Draws a label of one line that is cut at a width.
fn label(setter: &mut Setter<'_, '_>, flow: &mut Flow, words: &str, (x, y): (f32, f32), side: Side) {
    let line = setter.clipped(words, Style::muted(look::LABEL), 260.0);
    match side {
        Side::Start => line.draw(flow.page(), x, y),
        Side::Middle => line.draw_around(flow.page(), x, y),
        Side::End => line.draw_ending(flow.page(), x, y),
    }
}

/// What of a label stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Start,
    Middle,
    End,
}

/// A legend on the line of the title, from right to left.
fn legend(setter: &mut Setter<'_, '_>, flow: &mut Flow, names: &[(&str, look::Color)]) {
    let y = flow.y - BELOW - 3.6;
    let mut x = look::SIDE + look::WIDTH;
    for (name, color) in names.iter().rev() {
        let line = setter.single(name, Style::muted(look::LABEL));
        line.draw_ending(flow.page(), x, y);
        x -= line.width + 10.0;
        flow.page().area((x, y - 6.0), (7.0, 7.0), *color);
        x -= 12.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_on_charts_are_short() {
        for (value, long, brief) in [
            (0.0, "0", "0"),
            (1234.0, "1,234", "1234"),
            (12_500.0, "12,500", "12.5k"),
            (1.5, "1.50", "1.5"),
            (-3.0, "-3", "-3"),
            (2e6, "2,000,000", "2M"),
        ] {
            assert_eq!((number(value).as_str(), short(value).as_str()), (long, brief));
        }
        assert_eq!(number(f64::NAN), "no number");
    }
}
