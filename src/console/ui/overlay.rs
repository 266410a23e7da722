//! What lies over the page.

mod bytes;
mod chooser;
mod editor;
mod frequency;
mod note;
mod preview;
mod prompt;
mod results;
mod welcome;

use ratatui::layout::Position;

use super::paint::{Canvas, columns, wrapped};
use crate::config::Role;
use crate::console::app::layout::Area;
use crate::console::app::line::Line;
use crate::console::app::model::Model;
use crate::console::app::overlay::Overlay;
use crate::console::app::overlay::prompt::Asking;
use crate::text::{drawable, width};

/// Draws all overlays, the topmost last; where the cursor of the terminal is.
pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model) -> Option<Position> {
    if model.welcome && model.overlays.is_empty() {
        welcome::draw(canvas, model);
    }
    let mut cursor = None;
    for overlay in &model.overlays {
        cursor = match overlay {
            Overlay::Prompt(prompt) if prompt.asking == Asking::Note => note::draw(canvas, model, prompt),
            Overlay::Preview(preview) => preview::draw(canvas, model, preview),
            Overlay::Prompt(prompt) => prompt::draw(canvas, model, prompt),
            Overlay::Chooser(chooser) => chooser::draw(canvas, model, chooser),
            Overlay::Frequency(table) => frequency::draw(canvas, model, table),
            // It is drawn by the timeline itself.
            Overlay::Span(_) => None,
            Overlay::Bytes(bytes) => bytes::draw(canvas, model, bytes),
            Overlay::Results(results) => results::draw(canvas, model, results),
            Overlay::Editor(editor) => editor::draw(canvas, model, editor),
            Overlay::Confirm { question, .. } => confirm(canvas, model, question),
        };
    }
    cursor
}

/// A box in the middle of the screen; the part within.
fn popup(canvas: &mut Canvas<'_>, size: (u16, u16), wanted: (u16, u16), title: &str) -> Area {
    let width = wanted.0.min(size.0.saturating_sub(4));
    let height = wanted.1.min(size.1.saturating_sub(4));
    let area = Area { x: (size.0 - width) / 2, y: (size.1 - height) / 3, width, height };
    canvas.fill(area, Role::Popup);
    canvas.boxed(area, title, true)
}

fn confirm(canvas: &mut Canvas<'_>, model: &Model, question: &str) -> Option<Position> {
    let width = columns(question).saturating_add(6).min(model.size.0.saturating_sub(4));
    let lines = wrapped(question, width.saturating_sub(4));
    let inside = popup(canvas, model.size, (width, lines.len() as u16 + 2), "");
    for (line, y) in lines.iter().zip(inside.y..inside.y + inside.height) {
        canvas.put(inside.x + 1, y, inside.width.saturating_sub(1), line, Role::Text);
    }
    None
}

/// Draws a line that is being typed, moved so that its cursor is seen; where that is.
fn typed(canvas: &mut Canvas<'_>, at: Area, line: &Line, role: Role) -> (Position, usize) {
    let (before, _) = line.halves();
    let before = width(&drawable(before));
    let room = usize::from(at.width.saturating_sub(1)).max(1);
    let skip = (before + 1).saturating_sub(room);
    let safe = drawable(line.text());
    let mut skipped = 0;
    let shown: String = safe
        .chars()
        .skip_while(|c| {
            let skips = skipped < skip;
            skipped += width(c.encode_utf8(&mut [0; 4]));
            skips
        })
        .collect();
    canvas.put(at.x, at.y, at.width, &shown, role);
    (Position { x: at.x + (before - skip) as u16, y: at.y }, skip)
}
