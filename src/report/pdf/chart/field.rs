//! A field of cells, the darker the more: hours by weekdays, services by regions.

use super::{Plot, Side, label};
use crate::report::pdf::body::runs;
use crate::report::pdf::flow::Flow;
use crate::report::pdf::line::{Line, Setter, Style};
use crate::report::pdf::look::{self, Color};
use crate::text;

/// The height of a cell.
const ROW: f32 = 15.0;
/// Above the cells: the names of the columns.
const HEAD: f32 = 12.0;
/// Below the cells.
const FOOT: f32 = 14.0;
/// The widest cell.
const WIDEST: f32 = 44.0;
/// The most that names of rows take of the width.
const NAMES: f32 = 0.25;
/// From a few to the most.
const LIGHT: Color = [0xe4, 0xed, 0xf5];
const DARK: Color = [0x1d, 0x4e, 0x79];

/// The least height of a field of that many rows: all of them where they are few.
pub(super) fn least(rows: usize) -> f32 {
    ROW * rows.clamp(1, 14) as f32 + HEAD + FOOT
}

/// What all parts of a field share.
struct Field<'a> {
    columns: &'a [String],
    most: u64,
    left: f32,
    cell: f32,
    /// The names of the columns broken into lines; none where cells are too narrow for that.
    wrapped: Option<Vec<Vec<Line>>>,
}

impl Field<'_> {
    /// The height of the names of the columns.
    fn head(&self) -> f32 {
        let lines = self.wrapped.iter().flatten().map(Vec::len).max().unwrap_or(1);
        lines.saturating_sub(1) as f32 * look::LABEL.lead + HEAD
    }
}

pub(super) fn draw(
    setter: &mut Setter<'_, '_>,
    flow: &mut Flow,
    (rows, columns): (&[String], &[String]),
    cells: &[Vec<u64>],
) {
    let style = Style::plain(look::LABEL);
    let names: Vec<Line> = rows.iter().map(|name| setter.clipped(name, style, look::WIDTH * NAMES)).collect();
    let left = names.iter().map(|line| line.width).fold(0.0, f32::max) + 8.0;
    let cell = ((look::WIDTH - left) / columns.len().max(1) as f32).min(WIDEST);
    let most = cells.iter().flatten().copied().max().unwrap_or(0);
    let wrapped = wrapped(setter, columns, cell);
    let field = Field { columns, most, left: look::SIDE + left, cell, wrapped };
    let all: Vec<(&Line, &[u64])> = names
        .iter()
        .enumerate()
        .map(|(i, name)| (name, cells.get(i).map_or(&[][..], Vec::as_slice)))
        .collect();
    let mut rest = all.as_slice();
    while !rest.is_empty() {
        let fit = ((flow.room() - field.head() - FOOT) / ROW).max(0.0) as usize;
        if fit == 0 && !flow.fresh() {
            flow.turn();
            continue;
        }
        let (now, later) = rest.split_at(fit.clamp(1, rest.len()));
        part(setter, flow, &field, now);
        rest = later;
    }
}

/// The names of columns in at most three lines each that fit their cells.
fn wrapped(setter: &mut Setter<'_, '_>, columns: &[String], cell: f32) -> Option<Vec<Vec<Line>>> {
    let style = Style::muted(look::LABEL);
    let room = cell - 2.0;
    let set = |name: &String| setter.lines(&runs(name), style, room);
    let all: Vec<Vec<Line>> = columns.iter().map(set).collect();
    let fits = all.iter().all(|name| name.len() <= 3 && name.iter().all(|line| line.width <= room));
    fits.then_some(all)
}

fn part(setter: &mut Setter<'_, '_>, flow: &mut Flow, field: &Field<'_>, rows: &[(&Line, &[u64])]) {
    let w = field.cell * field.columns.len() as f32;
    let plot = Plot { x: field.left, y: flow.y + field.head(), w, h: ROW * rows.len() as f32 };
    column_names(setter, flow, field, plot);
    for (i, (name, cells)) in rows.iter().enumerate() {
        let top = (i as f32).mul_add(ROW, plot.y);
        name.draw_ending(flow.page(), plot.x - 5.0, top + ROW / 2.0 + 2.4);
        for (column, _) in field.columns.iter().enumerate() {
            let n = cells.get(column).copied().unwrap_or(0);
            let x = (column as f32).mul_add(field.cell, plot.x);
            cell(setter, flow, field, (x, top), n);
        }
    }
    let said = format!("the darkest cell: {}; an empty one: 0", text::count(field.most));
    label(setter, flow, &said, (plot.x, plot.bottom() + 10.0), Side::Start);
    flow.y = plot.bottom() + FOOT;
}

/// The names of the columns, as many as fit beside each other.
fn column_names(setter: &mut Setter<'_, '_>, flow: &mut Flow, field: &Field<'_>, plot: Plot) {
    if let Some(names) = &field.wrapped {
        for (i, name) in names.iter().enumerate() {
            let middle = (i as f32 + 0.5).mul_add(field.cell, plot.x);
            for (up, line) in name.iter().rev().enumerate() {
                let y = (up as f32).mul_add(-look::LABEL.lead, plot.y - 4.0);
                line.draw_around(flow.page(), middle, y);
            }
        }
        return;
    }
    let style = Style::muted(look::LABEL);
    let widest =
        field.columns.iter().map(|name| setter.single(name, style).width).fold(0.0, f32::max).min(120.0);
    let every = ((widest + 3.0) / field.cell.max(0.1)).ceil().max(1.0) as usize;
    let room = field.cell * every as f32;
    for (i, name) in field.columns.iter().enumerate().step_by(every) {
        let line = setter.clipped(name, style, room.max(12.0));
        let middle = (i as f32 + 0.5).mul_add(field.cell, plot.x);
        // Names wider than a cell begin with it, so that none runs over the left edge.
        if every == 1 {
            line.draw_around(flow.page(), middle, plot.y - 4.0);
        } else {
            line.draw(flow.page(), middle - field.cell / 2.0, plot.y - 4.0);
        }
    }
}

fn cell(setter: &mut Setter<'_, '_>, flow: &mut Flow, field: &Field<'_>, (x, y): (f32, f32), n: u64) {
    let share = if n == 0 { 0.0 } else { (n as f64 / field.most.max(1) as f64).sqrt() as f32 };
    let color = if n == 0 { look::TINT } else { between(LIGHT, DARK, share) };
    let size = ((field.cell - 1.0).max(0.3), ROW - 1.0);
    flow.page().area((x, y), size, color);
    if n == 0 {
        return;
    }
    let ink = if share > 0.5 { look::WHITE } else { look::INK };
    let style = Style { color: ink, ..Style::plain(look::LABEL) };
    let line = setter.single(&super::short(n as f64), style);
    if line.width < size.0 - 1.0 {
        line.draw_around(flow.page(), x + size.0 / 2.0, y + ROW / 2.0 + 2.0);
    }
}

fn between(light: Color, dark: Color, share: f32) -> Color {
    let mut color = light;
    for (part, (from, to)) in color.iter_mut().zip(light.into_iter().zip(dark)) {
        *part = (f32::from(to) - f32::from(from)).mul_add(share.clamp(0.0, 1.0), f32::from(from)) as u8;
    }
    color
}
