//! What came of something, line by line.

use ratatui::layout::Position;

use super::popup;
use crate::config::Role;
use crate::console::app::model::Model;
use crate::console::app::overlay::results::{Results, Tone, lines_seen};
use crate::console::ui::paint::{Canvas, columns, wrapped};

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, results: &Results) -> Option<Position> {
    let widest =
        results.lines.iter().map(|(_, text)| columns(text)).max().unwrap_or(0).max(columns(&results.title));
    let width = widest.saturating_add(8).max(50).min(model.size.0.saturating_sub(4));
    let room = width.saturating_sub(6);
    let seen = lines_seen(model.size.1);
    // A line that is too long goes on below itself, without its sign.
    let parts = |(tone, text): &(Tone, String)| {
        let parts = wrapped(text, room).into_iter().enumerate();
        let tone = *tone;
        parts.map(move |(n, part)| (tone, n == 0, part)).collect::<Vec<_>>()
    };
    let lines: Vec<_> = results.lines.iter().skip(results.top).flat_map(parts).take(seen).collect();
    let height = results.lines.len().max(lines.len()).min(seen);
    let inside = popup(canvas, model.size, (width, height as u16 + 2), &results.title);
    for ((tone, is_first, text), y) in lines.iter().zip(inside.y..inside.y + inside.height) {
        let (sign, role) = match tone {
            Tone::Good => ("✓", Role::OutcomeSuccess),
            Tone::Bad => ("✗", Role::Error),
            Tone::More => (" ", Role::Muted),
        };
        if *is_first {
            canvas.put(inside.x + 1, y, 1, sign, role);
        }
        let role = if *tone == Tone::Good { Role::Text } else { role };
        canvas.put(inside.x + 3, y, room, text, role);
    }
    None
}
