//! Charts as SVG elements: classes of the style sheet give them their colors.

use std::fmt::Write as _;

use super::escaped;
use crate::report::paper::{Bar, Chart, Marks};
use crate::score::Level;
use crate::text::{clip, count, visible};

/// The width of every chart in its own units.
const WIDTH: f64 = 1000.0;

/// Draws a chart.
pub(super) fn draw(out: &mut String, chart: &Chart) {
    match &chart.marks {
        Marks::Bars { bars, .. } => bars_chart(out, &chart.title, bars),
        Marks::Activity { start, step, buckets } => {
            let at = |n: usize| {
                let ms = step.saturating_mul(1000).saturating_mul(i64::try_from(n).unwrap_or(0));
                start.plus_millis(ms).to_string()
            };
            activity(out, &chart.title, buckets, &at);
        }
        Marks::Scatter { x, y, normal, odd } => scatter(out, &chart.title, (x, y), normal, odd),
        Marks::Field { rows, columns, cells } => field(out, &chart.title, rows, columns, cells),
    }
}

fn open(out: &mut String, title: &str, height: f64) {
    let _ = writeln!(
        out,
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{}\">",
        escaped(title)
    );
}

fn label(out: &mut String, x: f64, y: f64, anchor: &str, class: &str, text: &str) {
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" class=\"{class}\">{}</text>",
        escaped(text)
    );
}

fn rect(out: &mut String, (x, y, width, height): (f64, f64, f64, f64), class: &str, title: &str) {
    let _ = writeln!(
        out,
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" class=\"{class}\"><title>{}</title></rect>",
        width.max(0.0),
        height.max(0.0),
        escaped(title)
    );
}

fn bars_chart(out: &mut String, title: &str, bars: &[Bar]) {
    const ROW: f64 = 22.0;
    const LEFT: f64 = 190.0;
    let most = bars.iter().map(|b| b.value).fold(1.0, f64::max);
    open(out, title, ROW * bars.len() as f64 + 6.0);
    for (n, bar) in bars.iter().enumerate() {
        let y = ROW * n as f64 + 3.0;
        let width = (WIDTH - LEFT - 80.0) * bar.value / most;
        let class = bar.level.map_or("bar", Level::name);
        let value = format!("{}", bar.value);
        label(out, LEFT - 8.0, y + 13.0, "end", "", &clip(&visible(&bar.name), 28));
        rect(out, (LEFT, y, width, ROW - 6.0), class, &format!("{}: {value}", bar.name));
        label(out, LEFT + width + 6.0, y + 13.0, "start", "s", &value);
    }
    out.push_str("</svg>\n");
}

fn activity(out: &mut String, title: &str, buckets: &[[u64; 5]], at: &dyn Fn(usize) -> String) {
    const HEIGHT: f64 = 180.0;
    const FLOOR: f64 = 150.0;
    let most = buckets.iter().map(|b| b.iter().sum::<u64>()).max().unwrap_or(0).max(1);
    let width = (WIDTH - 60.0) / buckets.len().max(1) as f64;
    open(out, title, HEIGHT);
    label(out, 50.0, 14.0, "end", "s", &count(most));
    let _ = writeln!(out, "<line x1=\"55\" y1=\"{FLOOR}\" x2=\"{WIDTH}\" y2=\"{FLOOR}\" class=\"g\"/>");
    for (n, bucket) in buckets.iter().enumerate() {
        let mut top = FLOOR;
        for (level, events) in Level::ALL.into_iter().zip(bucket).filter(|(_, n)| **n > 0) {
            let height = (FLOOR - 10.0) * *events as f64 / most as f64;
            top -= height;
            let said = format!("{}: {} {}", at(n), count(*events), level.name());
            rect(out, (57.0 + width * n as f64, top, (width - 1.0).max(0.5), height), level.name(), &said);
        }
    }
    label(out, 57.0, HEIGHT - 12.0, "start", "s", &at(0));
    label(out, WIDTH, HEIGHT - 12.0, "end", "s", &at(buckets.len()));
    out.push_str("</svg>\n");
}

/// How far along an axis of `length` a value is; the axis is logarithmic, as bytes span many sizes.
fn along(value: f64, most: f64, length: f64) -> f64 {
    let of = |v: f64| v.max(0.0).ln_1p();
    if most > 0.0 { length * of(value) / of(most) } else { 0.0 }
}

fn scatter(out: &mut String, title: &str, axes: (&str, &str), normal: &[(f64, f64)], odd: &[(f64, f64)]) {
    const HEIGHT: f64 = 420.0;
    const LEFT: f64 = 70.0;
    const FLOOR: f64 = 380.0;
    let all = || normal.iter().chain(odd);
    let most_x = all().map(|p| p.0).fold(0.0, f64::max);
    let most_y = all().map(|p| p.1).fold(0.0, f64::max);
    open(out, title, HEIGHT);
    let _ = writeln!(out, "<path d=\"M{LEFT} 10V{FLOOR}H{WIDTH}\" fill=\"none\" class=\"g\"/>");
    for (points, class) in [(normal, "dot"), (odd, "odd")] {
        for &(x, y) in points {
            let cx = LEFT + along(x, most_x, WIDTH - LEFT - 20.0);
            let cy = FLOOR - along(y, most_y, FLOOR - 20.0);
            let _ = writeln!(out, "<circle cx=\"{cx:.1}\" cy=\"{cy:.1}\" r=\"4\" class=\"{class}\"/>");
        }
    }
    label(out, WIDTH, HEIGHT - 10.0, "end", "s", &format!("{} (log), up to {most_x}", axes.0));
    label(out, LEFT + 6.0, 16.0, "start", "s", &format!("{} (log), up to {most_y}", axes.1));
    out.push_str("</svg>\n");
}

fn field(out: &mut String, title: &str, rows: &[String], columns: &[String], cells: &[Vec<u64>]) {
    const ROW: f64 = 22.0;
    const LEFT: f64 = 90.0;
    let most = cells.iter().flatten().copied().max().unwrap_or(0).max(1);
    let width = (WIDTH - LEFT) / columns.len().max(1) as f64;
    open(out, title, ROW * (rows.len() + 1) as f64);
    for (n, name) in columns.iter().enumerate() {
        label(out, LEFT + width * (n as f64 + 0.5), 14.0, "middle", "s", name);
    }
    for (r, (name, counts)) in rows.iter().zip(cells).enumerate() {
        let y = ROW * (r + 1) as f64;
        label(out, LEFT - 8.0, y + 14.0, "end", "", name);
        for (c, events) in counts.iter().enumerate().filter(|(_, n)| **n > 0) {
            let shade = *events as f64 / most as f64;
            let _ = writeln!(
                out,
                "<rect x=\"{:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" class=\"bar\" fill-opacity=\"{:.2}\"><title>{}</title></rect>",
                LEFT + width * c as f64,
                width - 2.0,
                ROW - 2.0,
                0.15 + 0.85 * shade,
                count(*events)
            );
        }
    }
    out.push_str("</svg>\n");
}
