//! The third line: the scopes that led here, the part of time, the filter.
//!
//! ```text
//!  all ▸ actor bert-jan ▸ outcome denied                                  / risk>=50 service:iam
//! ```

use super::paint::{Canvas, columns};
use super::time::Precision;
use crate::config::Role;
use crate::console::app::layout::Area;
use crate::console::app::model::Model;

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Area) {
    canvas.fill(area, Role::Bar);
    if model.source.is_none() {
        return;
    }
    let page = model.page();
    let filter = model.filter().text().trim();
    let half = area.width / 2;
    let mut end = area.width.saturating_sub(1);
    if !filter.is_empty() {
        end = canvas.put_right(end, area.y, half, &format!("/ {filter}"), Role::Prompt).saturating_sub(2);
    }
    if let Some((from, to)) = page.window {
        // A part of one day says which day, unless the whole log is of that day.
        let span = model.inv.span();
        let within = canvas.clock.precision(from, to);
        let day = if within == Precision::OfDay { canvas.clock.precision(span.0, span.1) } else { within };
        let (from, to) = (canvas.clock.cell(from, day), canvas.clock.cell(to, within));
        end = canvas.put_right(end, area.y, half, &format!("⟨{from}–{to}⟩"), Role::Accent).saturating_sub(2);
    }
    let mut labels: Vec<&str> = page.scopes.iter().map(|scope| scope.label.as_str()).collect();
    // The innermost scopes are the ones that matter: where room is short the outer ones go.
    let taken = |labels: &[&str]| labels.iter().map(|label| columns(label) + 3).sum::<u16>() + 7;
    let mut cut = false;
    while labels.len() > 1 && taken(&labels) > end {
        labels.remove(0);
        cut = true;
    }
    let mut x = canvas.put(1, area.y, end, if cut { "all ▸ …" } else { "all" }, Role::Breadcrumb);
    for label in labels {
        x = canvas.put(x, area.y, end.saturating_sub(x), " ▸ ", Role::Muted);
        x = canvas.put(x, area.y, end.saturating_sub(x), label, Role::Breadcrumb);
    }
}
