//! Events by weekday and hour, as shades.

use super::{View, below};
use crate::config::Role;
use crate::console::app::board::chart::{DAYS, Heat};
use crate::console::app::layout::Area;
use crate::console::ui::paint::Canvas;
use crate::text::plural;

/// From some to most.
const SHADES: [&str; 4] = ["░", "▒", "▓", "█"];

/// Where hours begin, behind the names of the days.
const LEFT: u16 = 5;

pub(super) fn draw(canvas: &mut Canvas<'_>, view: &View<'_>, heat: &Heat, area: Area) {
    let inside = area.inside();
    let wide = if inside.width >= LEFT + 48 { 2 } else { 1 };
    for hour in (0..24).step_by(3) {
        let x = inside.x + LEFT + hour * wide;
        canvas.put(
            x,
            inside.y,
            inside.width.saturating_sub(LEFT + hour * wide),
            &hour.to_string(),
            Role::Header,
        );
    }
    for (day, name) in (0u16..).zip(DAYS) {
        let y = inside.y + 1 + day;
        if y >= inside.y + inside.height {
            break;
        }
        canvas.put(inside.x + 1, y, inside.width, name, Role::Muted);
        for hour in 0..24 {
            let place = usize::from(day * 24 + hour);
            let at = Area { x: inside.x + LEFT + hour * wide, y, width: wide, height: 1 };
            cell(canvas, heat, place, at);
            if place == view.line && view.focus {
                canvas.put(at.x, at.y, at.width, if wide == 2 { "[]" } else { "+" }, Role::Text);
                canvas.tint(at, Role::Selection);
            }
        }
    }
    if view.focus {
        let text = format!(" {} · {} ", Heat::name(view.line), plural(heat.at(view.line).into(), "event"));
        below(canvas, area, &text, Role::Accent);
    }
}

fn cell(canvas: &mut Canvas<'_>, heat: &Heat, place: usize, at: Area) {
    let (letter, role) = match shade(heat.at(place), heat.peak()) {
        None => ("·", Role::Muted),
        Some(shade) => (SHADES[shade], Role::Chart1),
    };
    let width = if letter == "·" { 1 } else { usize::from(at.width) };
    canvas.put(at.x, at.y, at.width, &letter.repeat(width), role);
}

/// The shade of a count; `None` of nothing.
fn shade(count: u32, peak: u32) -> Option<usize> {
    let step = (u64::from(count) * 4).div_ceil(u64::from(peak.max(1)));
    step.checked_sub(1).map(|step| (step as usize).min(SHADES.len() - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_there_is_has_a_shade() {
        for (count, peak, expected) in
            [(0, 100, None), (1, 100, Some(0)), (26, 100, Some(1)), (100, 100, Some(3)), (5, 0, Some(3))]
        {
            assert_eq!(shade(count, peak), expected, "{count} of {peak}");
        }
    }
}
