//! Points by two features: the ordinary ones as dots, those that stand out as crosses.

use super::View;
use super::dots::place;
use crate::config::Role;
use crate::console::app::board::chart::Scatter;
use crate::console::app::layout::Area;
use crate::console::app::model::Model;
use crate::console::ui::paint::Canvas;

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, view: &View<'_>, scatter: &Scatter, area: Area) {
    let inside = area.inside();
    let (across, up) = model.lens.axes;
    let name = |feature: usize| scatter.features.get(feature).copied().unwrap_or_default();
    let plot = Area {
        y: inside.y + 1,
        x: inside.x + 1,
        width: inside.width.saturating_sub(2),
        height: inside.height.saturating_sub(2),
    };
    let ranges = [across, up].map(|feature| {
        let (low, high) = scatter.range(feature);
        (f64::from(low), f64::from(high))
    });
    let range = |(low, high): (f64, f64)| format!("{low:.1} to {high:.1}");
    let above = format!("↑ {}, {}", name(up), range(ranges[1]));
    canvas.put(plot.x, inside.y, plot.width, &above, Role::Muted);
    let below = format!("→ {}, {}", name(across), range(ranges[0]));
    canvas.put_right(plot.x + plot.width, plot.y + plot.height, plot.width, &below, Role::Muted);
    let legend = "· ordinary  × stands out";
    canvas.put_right(plot.x + plot.width, inside.y, plot.width.saturating_sub(30), legend, Role::Muted);
    if plot.width == 0 || plot.height == 0 {
        return;
    }
    let cell = |point: &[f32]| {
        let at = |feature: usize| point.get(feature).copied().map_or(0.0, f64::from);
        let (width, height) = (usize::from(plot.width), usize::from(plot.height));
        let (x, y) = (place(at(across), ranges[0], width), height - 1 - place(at(up), ranges[1], height));
        Area { x: plot.x + x as u16, y: plot.y + y as u16, width: 1, height: 1 }
    };
    for point in &scatter.ordinary {
        let at = cell(point);
        canvas.put(at.x, at.y, 1, "·", Role::Chart2);
    }
    for point in &scatter.odd {
        let at = cell(point);
        canvas.put(at.x, at.y, 1, "×", Role::RiskHigh);
    }
    // The points stand in the order of the rows that share their cursor.
    let place = view
        .shown
        .board
        .panels
        .iter()
        .position(|other| other.spot == view.panel.spot && other.table().is_some());
    let line = place.map_or(view.line, |at| view.shown.place(at, view.line));
    if let Some(point) = scatter.odd.get(line) {
        canvas.tint(cell(point), Role::Selection);
    }
}
