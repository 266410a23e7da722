//! What else there is to say of the row under the cursor, in full.

use unicode_segmentation::UnicodeSegmentation as _;

use super::table::bar;
use crate::config::Role;
use crate::console::app::board::{Item, Note};
use crate::console::app::layout::Area;
use crate::console::ui::paint::{Canvas, columns};
use crate::text::visible;

/// How wide the bar of a part is.
const BAR: usize = 12;

pub(super) fn draw(canvas: &mut Canvas<'_>, item: Option<&Item>, area: Area) {
    let inside = canvas.boxed(area, "About this row", false);
    let Some(item) = item.filter(|item| !item.notes.is_empty()) else { return };
    let label = item.notes.iter().map(|note| columns(&note.label)).max().unwrap_or(0).min(inside.width / 3);
    let mut y = inside.y;
    for note in &item.notes {
        if y >= inside.y + inside.height {
            break;
        }
        y += put(canvas, note, label, Area { y, height: inside.y + inside.height - y, ..inside });
    }
}

/// Writes a note; how many lines it took.
fn put(canvas: &mut Canvas<'_>, note: &Note, label: u16, area: Area) -> u16 {
    let mut x = area.x + 1;
    if label > 0 {
        canvas.put(x, area.y, label, &note.label, Role::Accent);
        x += label + 1;
    }
    if let Some(share) = note.share {
        let text = format!("{} {:>3.0} %", bar(share, BAR), share * 100.0);
        x = canvas.put(x, area.y, area.width, &text, Role::Chart1) + 2;
    }
    let room = (area.x + area.width).saturating_sub(x + 1);
    let lines = wrapped(&visible(&note.text), room);
    let taken = (lines.len() as u16).clamp(1, area.height);
    for (n, line) in (0..taken).zip(lines) {
        canvas.put(x, area.y + n, room, &line, Role::Text);
    }
    taken
}

/// The lines that a text fills.
fn wrapped(text: &str, room: u16) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for letter in text.graphemes(true) {
        let wide = columns(letter);
        if used + wide > room && room > 1 {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(letter);
        }
        used += wide;
    }
    lines
}
