//! A list to choose from: a line to type in, and what fits.

use ratatui::layout::Position;

use super::{popup, typed};
use crate::config::Role;
use crate::console::app::layout::Area;
use crate::console::app::model::Model;
use crate::console::app::overlay::chooser::{Chooser, Entry, Hit, Purpose};
use crate::console::app::scroll;
use crate::console::ui::paint::{Canvas, columns};

/// A row of the list.
enum Row<'c> {
    Heading(&'static str),
    Entry(usize, &'c Hit, &'c Entry),
}

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, chooser: &Chooser) -> Option<Position> {
    let rows = rows(chooser);
    let (title, width) = match &chooser.purpose {
        Purpose::Palette => ("Commands".to_owned(), 100),
        Purpose::Help => (format!("Keys: {}", below(model).info().about), 92),
        Purpose::Themes(_) => ("Theme".to_owned(), 68),
        Purpose::Columns(_) => ("Columns: tab switches, alt-↑ and alt-↓ move".to_owned(), 84),
        Purpose::Parts(_) => ("New rule: tab switches a field, enter begins the rule".to_owned(), 110),
        Purpose::Actions(title) => ((*title).to_owned(), 76),
    };
    let all = chooser.entries.len() + usize::from(chooser.purpose == Purpose::Help) * 10;
    let height = (all as u16).saturating_add(4).min(30);
    let inside = popup(canvas, model.size, (width, height), &title);
    let prompt = Area { height: 1, width: inside.width.saturating_sub(4), x: inside.x + 3, ..inside };
    canvas.put(inside.x + 1, inside.y, 2, ">", Role::Prompt);
    let (cursor, _) = typed(canvas, prompt, &chooser.line, Role::Prompt);
    if chooser.line.text().is_empty() {
        canvas.put(prompt.x, prompt.y, prompt.width, "type to narrow", Role::PromptHint);
    }
    let list = Area { y: inside.y + 1, height: inside.height.saturating_sub(1), ..inside };
    if rows.is_empty() {
        canvas.put(list.x + 3, list.y, list.width, "nothing fits", Role::Muted);
    }
    draw_rows(canvas, chooser, &rows, list);
    Some(cursor)
}

/// The context that help tells of: the one below it.
fn below(model: &Model) -> crate::console::app::keymap::Context {
    let below = model.overlays.len().checked_sub(2).and_then(|at| model.overlays.get(at));
    below.map_or_else(|| model.page_context(), crate::console::app::overlay::Overlay::context)
}

fn rows(chooser: &Chooser) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let mut heading = "";
    for (place, hit) in chooser.hits.iter().enumerate() {
        let Some(entry) = chooser.entries.get(hit.entry) else { continue };
        if entry.heading != heading {
            heading = entry.heading;
            rows.push(Row::Heading(heading));
        }
        rows.push(Row::Entry(place, hit, entry));
    }
    rows
}

fn draw_rows(canvas: &mut Canvas<'_>, chooser: &Chooser, rows: &[Row<'_>], list: Area) {
    let seen = usize::from(list.height).max(1);
    let at = rows.iter().position(|row| matches!(row, Row::Entry(place, ..) if *place == chooser.cursor));
    let at = at.unwrap_or(0);
    // The cursor is kept in the middle third, so that one sees what comes.
    let top = scroll::top(at.saturating_sub(seen / 2), at, rows.len(), seen);
    let label = rows.iter().map(label_width).max().unwrap_or(0).min(list.width / 2);
    for (n, row) in rows.iter().skip(top).take(seen).enumerate() {
        let line = Area { y: list.y + n as u16, height: 1, ..list };
        match row {
            Row::Heading(heading) => {
                canvas.put(line.x + 1, line.y, line.width, heading, Role::Title);
            }
            Row::Entry(place, hit, entry) => {
                draw_entry(canvas, chooser, (hit, entry), label, line);
                if *place == chooser.cursor {
                    canvas.tint(line, Role::Selection);
                }
            }
        }
    }
}

fn label_width(row: &Row<'_>) -> u16 {
    match row {
        Row::Entry(_, _, entry) => columns(if entry.heading.is_empty() { &entry.label } else { &entry.keys }),
        Row::Heading(_) => 0,
    }
}

fn draw_entry(canvas: &mut Canvas<'_>, chooser: &Chooser, entry: (&Hit, &Entry), label: u16, line: Area) {
    let (hit, entry) = entry;
    let mut x = line.x + 2;
    let end = line.x + line.width.saturating_sub(1);
    if let Some(on) = chooser.is_on(entry) {
        let sign = if on { "[x] " } else { "[ ] " };
        x = canvas.put(x, line.y, 4, sign, Role::Accent);
    }
    if chooser.purpose == Purpose::Help {
        canvas.put(x, line.y, label, &entry.keys, Role::Key);
        let place = (x + label + 2, line.y);
        let room = end.saturating_sub(place.0);
        canvas.put_marked(place, room, &entry.label, Role::Text, (&hit.letters, Role::Match));
        return;
    }
    canvas.put_marked((x, line.y), label, &entry.label, Role::Text, (&hit.letters, Role::Match));
    let about = x + label + 2;
    let keys = canvas.put_right(end, line.y, 16, &entry.keys, Role::Key);
    canvas.put(about, line.y, keys.saturating_sub(about + 1), &entry.about, Role::Muted);
}
