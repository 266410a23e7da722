//! What would go out, to the letter.

use ratatui::layout::Position;

use super::popup;
use crate::config::Role;
use crate::console::app::model::Model;
use crate::console::app::overlay::Preview;
use crate::console::ui::paint::Canvas;

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, preview: &Preview) -> Option<Position> {
    let title = match preview.ready {
        true => "This goes out · enter sends it, esc does not",
        false => "Nothing goes out · esc closes",
    };
    let inside = popup(canvas, model.size, (120, model.size.1), title);
    for (n, line) in preview.lines.iter().skip(preview.top).take(usize::from(inside.height)).enumerate() {
        let y = inside.y + n as u16;
        canvas.put(inside.x + 1, y, inside.width.saturating_sub(2), line, Role::Text);
    }
    None
}
