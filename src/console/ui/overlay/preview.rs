//! What would go out, to the letter.

use ratatui::layout::Position;

use super::popup;
use crate::config::Role;
use crate::console::app::casework::Delivery;
use crate::console::app::layout::Area;
use crate::console::app::model::Model;
use crate::console::app::overlay::Preview;
use crate::console::ui::paint::{Canvas, wrapped};

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, preview: &Preview) -> Option<Position> {
    if let Delivery::Open(link) = &preview.send {
        return link_box(canvas, model, link);
    }
    let title = match preview.ready {
        true => "This goes out · enter sends it, esc does not",
        false => "Nothing goes out · esc closes",
    };
    let inside = popup(canvas, model.size, (120, model.size.1), title);
    let room = inside.width.saturating_sub(2);
    let lines = preview.lines.iter().skip(preview.top).flat_map(|line| wrapped(line, room));
    for (line, y) in lines.zip(inside.y..inside.y + inside.height) {
        canvas.put(inside.x + 1, y, room, &line, Role::Text);
    }
    None
}

/// A link, all of it, over as many lines as it takes.
fn link_box(canvas: &mut Canvas<'_>, model: &Model, link: &str) -> Option<Position> {
    let width = 100.min(model.size.0.saturating_sub(8)).max(1);
    // It holds nothing but letters, digits and signs of one column each.
    let letters: Vec<char> = link.chars().collect();
    let lines: Vec<String> = letters.chunks(usize::from(width)).map(|line| line.iter().collect()).collect();
    let title = "In the AWS console · copied · enter opens it in your browser";
    let inside: Area = popup(canvas, model.size, (width + 4, lines.len() as u16 + 2), title);
    for (n, line) in lines.iter().take(usize::from(inside.height)).enumerate() {
        canvas.put(inside.x + 1, inside.y + n as u16, inside.width.saturating_sub(2), line, Role::Text);
    }
    None
}
