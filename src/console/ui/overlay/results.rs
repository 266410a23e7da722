//! What came of something, line by line.

use ratatui::layout::Position;

use super::popup;
use crate::config::Role;
use crate::console::app::model::Model;
use crate::console::app::overlay::results::{Results, Tone, lines_seen};
use crate::console::ui::paint::{Canvas, columns};

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, results: &Results) -> Option<Position> {
    let seen = lines_seen(model.size.1).min(results.lines.len());
    let widest =
        results.lines.iter().map(|(_, text)| columns(text)).max().unwrap_or(0).max(columns(&results.title));
    let size = (widest.saturating_add(8).max(50), seen as u16 + 2);
    let inside = popup(canvas, model.size, size, &results.title);
    let room = inside.width.saturating_sub(4);
    for (n, (tone, text)) in
        results.lines.iter().skip(results.top).take(usize::from(inside.height)).enumerate()
    {
        let y = inside.y + n as u16;
        let (sign, role) = match tone {
            Tone::Good => ("✓", Role::OutcomeSuccess),
            Tone::Bad => ("✗", Role::Error),
            Tone::More => (" ", Role::Muted),
        };
        canvas.put(inside.x + 1, y, 1, sign, role);
        let role = if *tone == Tone::Good { Role::Text } else { role };
        canvas.put(inside.x + 3, y, room, text, role);
    }
    None
}
