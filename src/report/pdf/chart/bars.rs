//! A bar for each name, from the left, with its number at its end.

use super::scale::Scale;
use super::{Plot, Side, label, number, short};
use crate::report::paper::{Bar, Look, Run};
use crate::report::pdf::flow::Flow;
use crate::report::pdf::line::{Line, Setter, Style};
use crate::report::pdf::look;

/// The height of a bar with the distance to the next.
const ROW: f32 = 14.0;
/// The axis below the bars.
const AXIS: f32 = 24.0;
/// The most that names take of the width.
const NAMES: f32 = 0.34;
/// Room for the number at the end of the longest bar.
const NUMBER: f32 = 70.0;

/// The least height of a chart of that many bars: all of them where they are few.
pub(super) fn least(bars: usize) -> f32 {
    ROW * bars.clamp(1, 15) as f32 + AXIS
}

/// A bar with its name as lines.
struct Named<'a> {
    name: Vec<Line>,
    bar: &'a Bar,
    height: f32,
}

pub(super) fn draw(setter: &mut Setter<'_, '_>, flow: &mut Flow, unit: &str, bars: &[Bar]) {
    let all = named(setter, bars);
    let names = all.iter().flat_map(|b| &b.name).map(|line| line.width).fold(0.0, f32::max) + 8.0;
    let scale = Scale::counts(bars.iter().map(length).fold(0.0, f64::max));
    let mut rest = all.as_slice();
    while !rest.is_empty() {
        let fit = that_fit(rest, flow.room() - AXIS);
        if fit == 0 && !flow.fresh() {
            flow.turn();
            continue;
        }
        let (now, later) = rest.split_at(fit.max(1));
        let h = now.iter().map(|b| b.height).sum();
        let plot = Plot { x: look::SIDE + names, y: flow.y, w: look::WIDTH - names - NUMBER, h };
        part(setter, flow, plot, (&scale, unit), now);
        flow.y = plot.bottom() + AXIS;
        rest = later;
    }
}

fn length(bar: &Bar) -> f64 {
    if bar.value.is_finite() { bar.value.max(0.0) } else { 0.0 }
}

fn named<'a>(setter: &mut Setter<'_, '_>, bars: &'a [Bar]) -> Vec<Named<'a>> {
    let style = Style::plain(look::TABLE);
    let set = |bar: &'a Bar| {
        let run = [Run { text: bar.name.clone(), look: Look::Plain, to: String::new() }];
        let name = setter.lines(&run, style, look::WIDTH * NAMES);
        let height = (name.len() as f32 * look::TABLE.lead + 3.0).max(ROW);
        Named { name, bar, height }
    };
    bars.iter().map(set).collect()
}

fn that_fit(bars: &[Named<'_>], room: f32) -> usize {
    let mut used = 0.0;
    bars.iter()
        .take_while(|b| {
            used += b.height;
            used <= room
        })
        .count()
}

fn part(
    setter: &mut Setter<'_, '_>,
    flow: &mut Flow,
    plot: Plot,
    (scale, unit): (&Scale, &str),
    bars: &[Named<'_>],
) {
    for &tick in &scale.ticks {
        let x = scale.place(tick).mul_add(plot.w, plot.x);
        flow.page().line((x, plot.y), (x, plot.bottom()), 0.5, look::GRID);
        label(setter, flow, &short(tick), (x, plot.bottom() + 9.0), Side::Middle);
    }
    label(setter, flow, unit, (plot.x, plot.bottom() + 18.0), Side::Start);
    let mut y = plot.y;
    for named in bars {
        let middle = y + named.height / 2.0;
        let top = middle - named.name.len() as f32 * look::TABLE.lead / 2.0;
        for (i, line) in named.name.iter().enumerate() {
            let base = (i as f32 + 0.5).mul_add(look::TABLE.lead, top) + look::TABLE.letters * 0.32;
            line.draw_ending(flow.page(), plot.x - 6.0, base);
        }
        let long = (scale.place(length(named.bar)) * plot.w).max(0.6);
        let color = named.bar.level.map_or(look::BAR, look::fill);
        flow.page().area((plot.x, middle - 4.5), (long, 9.0), color);
        let value = setter.single(&number(named.bar.value), Style::plain(look::LABEL));
        value.draw(flow.page(), plot.x + long + 4.0, middle + look::LABEL.letters * 0.35);
        y += named.height;
    }
    flow.page().line((plot.x, plot.y), (plot.x, plot.bottom()), 0.8, look::MUTED);
}
