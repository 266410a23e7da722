//! Which hours are covered, as shades and signs.

use super::{View, below};
use crate::config::Role;
use crate::console::app::board::hours::{Hours, Kind};
use crate::console::app::layout::Area;
use crate::console::ui::paint::Canvas;
use crate::evidence::coverage::{Effect, start_of};

/// From some to most.
const SHADES: [&str; 4] = ["░", "▒", "▓", "█"];

/// Where hours begin, behind the names of account and region.
pub const LEFT: u16 = 30;

/// A time stands above every so many columns.
const EVERY: usize = 14;

pub(super) fn draw(canvas: &mut Canvas<'_>, view: &View<'_>, map: &Hours, area: Area) {
    let inside = area.inside();
    let columns = usize::from(inside.width.saturating_sub(LEFT)).min(map.columns);
    heads(canvas, map, inside, columns);
    let seen = usize::from(inside.height.saturating_sub(2));
    let (line, at) = map.split(view.line);
    let top = (line + 1).saturating_sub(seen);
    let peak = map.peak();
    for (n, row) in map.rows.iter().enumerate().skip(top).take(seen) {
        let y = inside.y + 2 + (n - top) as u16;
        canvas.put(inside.x + 1, y, LEFT - 2, &row.name(), Role::Text);
        for column in 0..columns {
            let x = inside.x + LEFT + column as u16;
            let (sign, role) = sign(map.at(n * map.columns + column), peak);
            canvas.put(x, y, 1, sign, role);
            if view.focus && (n, column) == (line, at) {
                canvas.tint(Area { x, y, width: 1, height: 1 }, Role::Selection);
            }
        }
    }
    if view.focus {
        // Without colors the cursor is where this points.
        if at < columns && !map.marks.iter().any(|(column, _)| *column == at) {
            canvas.put(inside.x + LEFT + at as u16, inside.y + 1, 1, "↓", Role::Accent);
        }
        below(canvas, area, &format!(" {} ", map.name(view.line)), Role::Accent);
    } else {
        below(
            canvas,
            area,
            " ░▒▓█ events  × gap  ÷ gap in a part  ▼▲◆ logging off, on, changed ",
            Role::Muted,
        );
    }
}

/// Times, and below them where logging was switched.
fn heads(canvas: &mut Canvas<'_>, map: &Hours, inside: Area, columns: usize) {
    let end = inside.x + inside.width;
    for column in (0..columns).step_by(EVERY) {
        let hour = map.first.saturating_add((column as i64).saturating_mul(map.step));
        let time = start_of(hour).to_string();
        // Of 2026-03-02T08:00:00Z the day and the time are enough, or the year and the day.
        let told = if map.step < 24 { 5..16 } else { 0..10 };
        let text = time.get(told).unwrap_or(&time).replace('T', " ");
        let x = inside.x + LEFT + column as u16;
        if usize::from(end.saturating_sub(x)) >= text.len() {
            canvas.put(x, inside.y, end - x, &text, Role::Header);
        }
    }
    if map.marks.is_empty() {
        return;
    }
    canvas.put(inside.x + 1, inside.y + 1, LEFT - 2, "logging switched", Role::Muted);
    for (column, effect) in map.marks.iter().filter(|(column, _)| *column < columns) {
        let (sign, role) = match effect {
            Effect::Off => ("▼", Role::Warning),
            Effect::On => ("▲", Role::Text),
            Effect::Changed => ("◆", Role::Text),
        };
        canvas.put(inside.x + LEFT + *column as u16, inside.y + 1, 1, sign, role);
    }
}

fn sign(kind: Kind, peak: u64) -> (&'static str, Role) {
    match kind {
        Kind::Quiet => ("·", Role::Muted),
        Kind::Missing => ("×", Role::Warning),
        Kind::Part(_) => ("÷", Role::Warning),
        Kind::Covered(n) => {
            let step = u128::from(n) * SHADES.len() as u128;
            let step = step.div_ceil(u128::from(peak.max(1))).saturating_sub(1) as usize;
            (SHADES.get(step).copied().unwrap_or("█"), Role::Chart1)
        }
    }
}
