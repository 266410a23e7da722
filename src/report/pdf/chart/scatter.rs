//! Points on two axes, the odd ones on top.

use hashbrown::HashSet;

use super::scale::Scale;
use super::{Plot, Side, label, legend, short};
use crate::report::pdf::flow::Flow;
use crate::report::pdf::line::Setter;
use crate::report::pdf::look;
use crate::text;

/// The height with axes.
pub(super) const HEIGHT: f32 = 222.0;
/// Below the plot: numbers and the name of the axis.
const AXIS: f32 = 28.0;
/// Left of the plot: numbers.
const NUMBERS: f32 = 44.0;
/// Above the plot: the name of the vertical axis.
const NAME: f32 = 11.0;

const NORMAL: look::Color = [0x8f, 0xa9, 0xc2];
const ODD: look::Color = [0xc8, 0x1e, 0x3a];

type Points = [(f64, f64)];

pub(super) fn draw(
    setter: &mut Setter<'_, '_>,
    flow: &mut Flow,
    (x, y): (&str, &str),
    (normal, odd): (&Points, &Points),
) {
    legend(setter, flow, &[("ordinary", NORMAL), ("odd", ODD)]);
    let all = || normal.iter().chain(odd);
    let (across, up) = (Scale::values(all().map(|p| p.0)), Scale::values(all().map(|p| p.1)));
    let plot = Plot {
        x: look::SIDE + NUMBERS,
        y: flow.y + NAME,
        w: look::WIDTH - NUMBERS - 12.0,
        h: HEIGHT - AXIS - NAME,
    };
    axes(setter, flow, plot, (&across, &up), (x, y));
    points(flow, plot, (&across, &up), normal, (0.9, NORMAL));
    points(flow, plot, (&across, &up), odd, (2.0, ODD));
    let lost = all().filter(|p| !(p.0.is_finite() && p.1.is_finite())).count() as u64;
    if lost > 0 {
        let said = format!("{} without a number not drawn", text::plural(lost, "point"));
        label(setter, flow, &said, (plot.right(), plot.bottom() + 21.0), Side::End);
    }
    flow.y += HEIGHT;
}

fn axes(
    setter: &mut Setter<'_, '_>,
    flow: &mut Flow,
    plot: Plot,
    (across, up): (&Scale, &Scale),
    (x, y): (&str, &str),
) {
    for &tick in &up.ticks {
        let at = plot.bottom() - up.place(tick) * plot.h;
        flow.page().line((plot.x, at), (plot.right(), at), 0.5, look::GRID);
        label(setter, flow, &short(tick), (plot.x - 5.0, at + 2.5), Side::End);
    }
    for &tick in &across.ticks {
        let at = across.place(tick).mul_add(plot.w, plot.x);
        flow.page().line((at, plot.y), (at, plot.bottom()), 0.5, look::GRID);
        label(setter, flow, &short(tick), (at, plot.bottom() + 10.0), Side::Middle);
    }
    flow.page().line((plot.x, plot.y), (plot.x, plot.bottom()), 0.8, look::MUTED);
    flow.page().line((plot.x, plot.bottom()), (plot.right(), plot.bottom()), 0.8, look::MUTED);
    label(setter, flow, &named(x, across), (plot.x, plot.bottom() + 21.0), Side::Start);
    label(setter, flow, &named(y, up), (look::SIDE, plot.y - 5.0), Side::Start);
}

fn named(name: &str, scale: &Scale) -> String {
    if scale.is_log() { format!("{name} (logarithmic)") } else { name.to_owned() }
}

fn points(
    flow: &mut Flow,
    plot: Plot,
    (across, up): (&Scale, &Scale),
    all: &Points,
    look: (f32, look::Color),
) {
    let (r, color) = look;
    // Of points that fall on one spot one is drawn: a million of them are no larger a document.
    let mut drawn = HashSet::new();
    for (x, y) in all.iter().filter(|p| p.0.is_finite() && p.1.is_finite()) {
        let x = across.place(*x).mul_add(plot.w, plot.x);
        let y = plot.bottom() - up.place(*y) * plot.h;
        if drawn.insert(((x * 2.0) as i32, (y * 2.0) as i32)) {
            flow.page().disk((x, y), r, color);
        }
    }
}
