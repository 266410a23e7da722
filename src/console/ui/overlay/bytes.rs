//! The bytes around a fault: offset, numbers, letters.
//!
//! ```text
//! ┌ logs/a.json, byte 412 ──────────────────────────────────┐
//! │ expected a comma                                        │
//! │   00000190  22 65 76 65 6e 74 4e 61   "eventNa          │
//! │ > 00000198  6d 65 22 3a 00 1b 5b 33   me":··[3          │
//! └─────────────────────────────────────────────────────────┘
//! ```

use std::fmt::Write as _;

use ratatui::layout::Position;

use super::popup;
use crate::config::Role;
use crate::console::app::layout::Area;
use crate::console::app::model::Model;
use crate::console::app::overlay::bytes::{Bytes, lines_seen, per_line};
use crate::console::ui::paint::Canvas;
use crate::investigation::look::{Look, Seen};

/// Where numbers begin: behind the sign and the offset.
const NUMBERS: u16 = 15;

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, bytes: &Bytes) -> Option<Position> {
    let per = per_line(model.size.0);
    let seen = lines_seen(model.size.1);
    let title = match bytes.reject.offset {
        Some(offset) => format!("{}, byte {offset}", bytes.reject.file),
        None => bytes.reject.file.clone(),
    };
    let width = NUMBERS + 4 * per as u16 + 8;
    let area = popup(canvas, model.size, (width.max(72), seen as u16 + 4), &title);
    let room = area.width.saturating_sub(2);
    canvas.put(area.x + 1, area.y, room, &bytes.reject.reason, Role::Warning);
    let Some(look) = &bytes.look else {
        canvas.put(area.x + 1, area.y + 1, room, "Reading …", Role::Muted);
        return None;
    };
    canvas.put(area.x + 1, area.y + 1, room, &about(look), Role::Muted);
    let top = bytes.top(model.size);
    let height = usize::from(area.height.saturating_sub(2));
    for (n, chunk) in look.bytes.chunks(per).enumerate().skip(top).take(height) {
        let y = area.y + 2 + (n - top) as u16;
        let at = bytes.at().and_then(|at| at.checked_sub(n * per)).filter(|at| *at < chunk.len());
        let offset = look.from.saturating_add((n * per) as u64);
        line(canvas, Area { y, height: 1, ..area }, (offset, chunk, per), at);
    }
    None
}

/// Which bytes these are.
fn about(look: &Look) -> String {
    let what = match look.seen {
        Seen::Text => "the inflated text",
        Seen::Stored => "nothing could be inflated: the file as it is stored",
        Seen::Kept if look.bytes.is_empty() => "there are no bytes to be seen",
        Seen::Kept => "what was kept of it when it was loaded",
    };
    look.fault.as_ref().map_or_else(|| what.to_owned(), |fault| format!("{what}: {fault}"))
}

fn line(canvas: &mut Canvas<'_>, area: Area, (offset, bytes, per): (u64, &[u8], usize), at: Option<usize>) {
    let sign = if at.is_some() { ">" } else { " " };
    let room = area.width.saturating_sub(1);
    canvas.put(area.x + 1, area.y, room, &format!("{sign} {offset:010x}"), Role::Muted);
    let mut numbers = String::new();
    for byte in bytes {
        let _ = write!(numbers, "{byte:02x} ");
    }
    let x = area.x + NUMBERS;
    canvas.put(x, area.y, room.saturating_sub(NUMBERS), &numbers, Role::Text);
    let letters: String = bytes.iter().map(|byte| letter(*byte)).collect();
    let after = x + 3 * per as u16 + 1;
    canvas.put(after, area.y, (area.x + area.width).saturating_sub(after), &letters, Role::JsonString);
    if let Some(at) = at {
        canvas.tint(Area { x: x + 3 * at as u16, width: 2, ..area }, Role::Selection);
        canvas.tint(Area { x: after + at as u16, width: 1, ..area }, Role::Selection);
    }
}

/// What cannot be printed as it is, is a dot: nothing of it reaches the terminal.
fn letter(byte: u8) -> char {
    if byte == b' ' || byte.is_ascii_graphic() { char::from(byte) } else { '·' }
}
