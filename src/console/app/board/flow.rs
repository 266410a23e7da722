//! Where the panels of a board are on the screen.
//!
//! A wide screen has two or three columns, in each the panels that name it, one below the other. What does not fit is
//! scrolled panel by panel, so that the one with the keys is always seen.

use super::{Board, Panel, Size};
use crate::console::app::layout::Area;
use crate::console::app::scroll;

/// From these widths on there are two columns, and three.
const TWO: u16 = 110;
const THREE: u16 = 180;

/// A table that is lower than this shows nothing, and neither does a chart.
const LOWEST: u16 = 4;
const LOWEST_CHART: u16 = 6;

/// The room for the panels, and that for the notes below them.
pub fn split(body: Area, notes: u16) -> (Area, Option<Area>) {
    if notes == 0 || body.height < 17 {
        return (body, None);
    }
    let height = (notes + 2).min(body.height / 4);
    let above = Area { height: body.height - height, ..body };
    (above, Some(Area { y: body.y + above.height, height, ..body }))
}

/// The panels that are seen, with their places. `tops` is the first that is seen of each column; it is moved as
/// little as possible so that `focus` is seen.
pub fn flow(area: Area, board: &Board, focus: usize, tops: &mut [usize; 3]) -> Vec<(usize, Area)> {
    let used =
        board.panels.iter().map(|panel| panel.columns).fold([0, 0], |a, b| [a[0].max(b[0]), a[1].max(b[1])]);
    let wide = columns(area.width);
    let count = match wide {
        1 => 1,
        2 => u16::from(used[0]).min(1) + 1,
        _ => u16::from(used[1]).min(2) + 1,
    };
    let mut placed = Vec::new();
    for column in 0..count {
        let (from, to) = (cut(area.width, column, count), cut(area.width, column + 1, count));
        let room = Area { x: area.x + from, width: to - from, ..area };
        let panels: Vec<(usize, &Panel)> =
            board.panels.iter().enumerate().filter(|(_, panel)| column_of(panel, wide) == column).collect();
        let Some(top) = tops.get_mut(usize::from(column)) else { continue };
        stack(room, &panels, focus, top, &mut placed);
    }
    placed
}

fn columns(width: u16) -> u16 {
    match width {
        0..TWO => 1,
        TWO..THREE => 2,
        _ => 3,
    }
}

/// Where a column begins.
fn cut(width: u16, column: u16, count: u16) -> u16 {
    (u32::from(width) * u32::from(column) / u32::from(count.max(1))) as u16
}

fn column_of(panel: &Panel, count: u16) -> u16 {
    match count {
        1 => 0,
        2 => u16::from(panel.columns[0]).min(1),
        _ => u16::from(panel.columns[1]).min(2),
    }
}

/// How high a panel wants to be, and how high it may become.
fn wanted(panel: &Panel) -> (u16, u16) {
    let heads = u16::from(panel.table().is_some_and(|table| !table.heads.is_empty()));
    let rows = u16::try_from(panel.len()).unwrap_or(u16::MAX - 8).max(1);
    match panel.size {
        // A line says that there is nothing, and needs no headings.
        Size::Rows(_) if panel.is_empty() => (3, 3),
        // A sentence of two lines, and no more: others have use for the room.
        Size::Fill(_) if panel.is_empty() => (4, 4),
        Size::Rows(most) => (rows.min(most) + heads + 2, rows + heads + 2),
        Size::Fill(least) => (least, u16::MAX),
        Size::Lines(lines) => (lines, lines),
    }
}

/// How low a panel may be cut.
const fn least(panel: &Panel) -> u16 {
    match panel.size {
        Size::Lines(_) => LOWEST_CHART,
        Size::Rows(_) | Size::Fill(_) => LOWEST,
    }
}

/// Puts panels below each other.
fn stack(
    room: Area,
    panels: &[(usize, &Panel)],
    focus: usize,
    top: &mut usize,
    placed: &mut Vec<(usize, Area)>,
) {
    let mut heights: Vec<u16> = panels.iter().map(|(_, panel)| wanted(panel).0.min(room.height)).collect();
    let sum = |heights: &[u16]| heights.iter().map(|h| u32::from(*h)).sum::<u32>();
    *top = (*top).min(panels.len().saturating_sub(1));
    if let Some(at) = panels.iter().position(|(n, _)| *n == focus) {
        *top = (*top).min(at);
        while *top < at && sum(heights.get(*top..=at).unwrap_or_default()) > u32::from(room.height) {
            *top += 1;
        }
    }
    // Whatever has room at the end is not scrolled away at the top.
    while *top > 0 && sum(heights.get(*top - 1..).unwrap_or_default()) <= u32::from(room.height) {
        *top -= 1;
    }
    let spare = u32::from(room.height).saturating_sub(sum(heights.get(*top..).unwrap_or_default()));
    grow(panels, &mut heights, *top, spare as u16);
    let mut y = 0;
    let first = placed.len();
    for ((n, panel), height) in panels.iter().zip(heights).skip(*top) {
        let left = room.height.saturating_sub(y);
        if left < least(panel).min(height) {
            break;
        }
        let height = height.min(left);
        placed.push((*n, Area { y: room.y + y, height, ..room }));
        y += height;
    }
    // No hole is left below.
    if let Some((_, last)) = placed.get_mut(first..).and_then(<[_]>::last_mut) {
        last.height += room.height.saturating_sub(y);
    }
}

/// Gives room that is left to whoever has use for it.
fn grow(panels: &[(usize, &Panel)], heights: &mut [u16], top: usize, mut spare: u16) {
    let fills = |panel: &Panel| matches!(panel.size, Size::Fill(_)) && !panel.is_empty();
    let mut takers = panels.iter().skip(top).filter(|(_, panel)| fills(panel)).count() as u16;
    for greedy in [true, false] {
        for ((_, panel), height) in panels.iter().zip(heights.iter_mut()).skip(top) {
            if fills(panel) != greedy || spare == 0 {
                continue;
            }
            let share = if greedy { spare / takers.max(1) } else { spare };
            takers = takers.saturating_sub(u16::from(greedy));
            let more = wanted(panel).1.saturating_sub(*height).min(share);
            *height += more;
            spare -= more;
        }
    }
}

/// How many rows of a panel are seen in its place.
pub fn rows(panel: &Panel, area: Area) -> usize {
    let heads = u16::from(panel.table().is_some_and(|table| !table.heads.is_empty()));
    usize::from(area.inside().height.saturating_sub(heads)).max(1)
}

/// The row at the top of a panel, so that its cursor is seen.
pub fn top(panel: &Panel, area: Area, top: usize, line: usize) -> usize {
    scroll::top(top, line.min(panel.len().saturating_sub(1)), panel.len(), rows(panel, area))
}
