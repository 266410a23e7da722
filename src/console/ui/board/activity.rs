//! Activity over time as a line, with what is usual and from where on it is out of the ordinary.
//!
//! Counts are drawn as logarithms, as they are judged. Below the line stands a sign under each stretch that is out
//! of the ordinary, so that it is seen without colors too.

use super::dots::{Dots, place};
use super::{View, below};
use crate::config::Role;
use crate::console::app::board::chart::{Activity, stretch};
use crate::console::app::layout::Area;
use crate::console::app::model::Model;
use crate::console::ui::paint::{Canvas, columns};
use crate::text::{count, plural};

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, view: &View<'_>, activity: &Activity, area: Area) {
    let inside = area.inside();
    let peak = activity.points.iter().map(|point| point.count).max().unwrap_or(0) as f64;
    // A threshold far above everything would press the line flat.
    let top = peak.max(activity.limit.unwrap_or(0.0).min(peak * 20.0)).max(1.0);
    let left = columns(&count(top as u64)).max(3) + 2;
    let plot = Area {
        x: inside.x + left,
        width: inside.width.saturating_sub(left + 1),
        height: inside.height.saturating_sub(1),
        ..inside
    };
    let Some(scale) = Scale::new(activity, plot, top) else { return };
    let odd = scale.odd(activity);
    let mut dots = Dots::new(plot.width, plot.height);
    line(&mut dots, &scale, activity);
    levels(canvas, &scale, activity, inside.x, &dots);
    dots.draw(canvas, plot, |x| {
        if odd.get(usize::from(x)) == Some(&true) { Role::RiskHigh } else { Role::Chart1 }
    });
    for (x, _) in (0u16..).zip(&odd).filter(|(_, odd)| **odd) {
        canvas.put(plot.x + x, plot.y + plot.height, 1, "▲", Role::RiskHigh);
    }
    cursor(canvas, model, view, activity, (&scale, area));
}

/// From stretches and counts to cells.
struct Scale {
    plot: Area,
    /// The number of the first stretch, and how many there are.
    first: i64,
    stretches: usize,
    step: i64,
    top: f64,
}

impl Scale {
    fn new(activity: &Activity, plot: Area, top: f64) -> Option<Self> {
        let step = activity.step_ms.max(1);
        let number = |at: Option<&crate::console::app::board::chart::Point>| {
            Some(at?.start.millis()?.div_euclid(step))
        };
        let (first, last) = (number(activity.points.first())?, number(activity.points.last())?);
        let stretches = usize::try_from(last.checked_sub(first)?.checked_add(1)?).ok()?;
        (plot.width > 1 && plot.height > 0).then_some(Self { plot, first, stretches, step, top })
    }

    /// The stretch of a point, counted from the first one.
    fn number(&self, start: i64) -> usize {
        usize::try_from(start.div_euclid(self.step) - self.first).unwrap_or(0)
    }

    /// Where a stretch begins and ends among `count` columns.
    fn span(&self, number: usize, count: usize) -> std::ops::Range<usize> {
        let at = |n: usize| (n as u128 * count as u128 / self.stretches.max(1) as u128) as usize;
        at(number)..at(number + 1).max(at(number) + 1)
    }

    /// The dot of a count, from above.
    fn height(&self, value: f64, dots: usize) -> usize {
        dots.saturating_sub(1) - place(value.max(0.0).ln_1p(), (0.0, self.top.ln_1p()), dots)
    }

    /// Which cells have a stretch that is out of the ordinary.
    fn odd(&self, activity: &Activity) -> Vec<bool> {
        let width = usize::from(self.plot.width);
        let mut odd = vec![false; width];
        for point in activity.points.iter().filter(|point| activity.is_odd(point)) {
            let span = self.span(self.number(point.start.millis().unwrap_or(0)), width);
            for cell in odd.get_mut(span).into_iter().flatten() {
                *cell = true;
            }
        }
        odd
    }
}

/// The line: a step for each stretch, of several in one dot the highest.
fn line(dots: &mut Dots, scale: &Scale, activity: &Activity) {
    let (width, height) = dots.size();
    let mut counts = vec![0u64; width];
    for point in &activity.points {
        let span = scale.span(scale.number(point.start.millis().unwrap_or(0)), width);
        for count in counts.get_mut(span).into_iter().flatten() {
            *count = (*count).max(point.count);
        }
    }
    let mut before = None;
    for (x, count) in counts.into_iter().enumerate() {
        let y = scale.height(count as f64, height);
        let from = before.unwrap_or(y);
        for dot in from.min(y)..=from.max(y) {
            dots.set(x, dot);
        }
        before = Some(y);
    }
}

/// What is usual and what would still be ordinary, as lines with their counts at the left.
fn levels(canvas: &mut Canvas<'_>, scale: &Scale, activity: &Activity, left: u16, dots: &Dots) {
    let plot = scale.plot;
    let mut level = |value: f64, sign: &str, role: Role| {
        let row = (scale.height(value, usize::from(plot.height) * 2) / 2) as u16;
        canvas.put_right(
            plot.x.saturating_sub(1),
            plot.y + row,
            plot.x - left,
            &count(value.ceil() as u64),
            role,
        );
        for x in (0..plot.width).filter(|x| !dots.has(*x, row)) {
            canvas.put(plot.x + x, plot.y + row, 1, sign, role);
        }
    };
    if let Some(limit) = activity.limit {
        level(activity.usual, "·", Role::Muted);
        if limit <= scale.top {
            level(limit, "┄", Role::Warning);
        }
    }
    canvas.put_right(plot.x.saturating_sub(1), plot.y, plot.x - left, &count(scale.top as u64), Role::Muted);
}

/// The stretch under the cursor, and both ends of time.
fn cursor(
    canvas: &mut Canvas<'_>,
    model: &Model,
    view: &View<'_>,
    activity: &Activity,
    (scale, area): (&Scale, Area),
) {
    let (from, to) = model.inv.span();
    let precision = canvas.clock.precision(from, to);
    let y = area.y + area.height.saturating_sub(1);
    if let Some(point) = activity.points.first() {
        let text = format!(" {} ", canvas.clock.cell(point.start, precision));
        canvas.put(area.x + 1, y, area.width.saturating_sub(2), &text, Role::Muted);
    }
    let (Some(point), plot) = (activity.points.get(view.line), scale.plot) else { return };
    let span = scale.span(scale.number(point.start.millis().unwrap_or(0)), usize::from(plot.width));
    let width = (span.len() as u16).min(plot.width);
    let at = Area { x: plot.x + span.start as u16, y: plot.y + plot.height, width, height: 1 };
    canvas.tint(at, if view.focus { Role::Selection } else { Role::SelectionIdle });
    let z = if activity.limit.is_some() { format!(" · z {:.1}", point.score) } else { String::new() };
    let when = canvas.clock.cell(point.start, precision);
    let text = format!(" {when}, {} · {}{z} ", stretch(activity.step_ms), plural(point.count, "event"));
    below(canvas, area, &text, if view.focus { Role::Accent } else { Role::Muted });
}
