//! A note that is being written: a box of lines.

use ratatui::layout::Position;

use super::{popup, typed};
use crate::config::Role;
use crate::console::app::layout::Area;
use crate::console::app::line::Line;
use crate::console::app::model::Model;
use crate::console::app::overlay::prompt::Prompt;
use crate::console::app::scroll;
use crate::console::ui::paint::Canvas;

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, prompt: &Prompt) -> Option<Position> {
    let about = prompt.about.as_ref().map_or_else(String::new, ToString::to_string);
    let title = format!("Note on {about} · enter keeps it, alt-enter begins a line");
    let inside = popup(canvas, model.size, (90, 14), &title);
    let (before, behind) = prompt.line.halves();
    let at = before.matches('\n').count();
    let lines: Vec<&str> = prompt.line.text().split('\n').collect();
    let rows = usize::from(inside.height).max(1);
    let top = scroll::top(0, at, lines.len(), rows);
    let mut cursor = None;
    for (n, line) in lines.iter().enumerate().skip(top).take(rows) {
        let y = inside.y + (n - top) as u16;
        let area = Area { x: inside.x + 1, y, width: inside.width.saturating_sub(1), height: 1 };
        if n == at {
            // Only what stands before the cursor on its own line says where it is.
            let head = before.rsplit('\n').next().unwrap_or_default();
            let tail = behind.split('\n').next().unwrap_or_default();
            let mut own = Line::new(head);
            own.append(tail);
            cursor = Some(typed(canvas, area, &own, Role::Text).0);
        } else {
            canvas.put(area.x, y, area.width, line, Role::Text);
        }
    }
    cursor
}
