//! What else there is to say of the row under the cursor, in full.

use super::table::bar;
use crate::anomaly::series::LEAST_BUCKETS;
use crate::config::Role;
use crate::console::app::board::chart::{Heat, stretch};
use crate::console::app::board::{Body, Item, Note, Panel};
use crate::console::app::layout::Area;
use crate::console::ui::paint::{Canvas, columns, wrapped};
use crate::text::plural;

/// How wide the bar of a part is.
const BAR: usize = 12;

pub(super) fn draw(canvas: &mut Canvas<'_>, item: Option<&Item>, panel: Option<(&Panel, usize)>, area: Area) {
    let inside = canvas.boxed(area, "Under the cursor", false);
    let own = panel.map(|(panel, line)| of_panel(panel, line)).unwrap_or_default();
    let notes = item.map_or(&own, |item| if item.notes.is_empty() { &own } else { &item.notes });
    let label = notes.iter().map(|note| columns(&note.label)).max().unwrap_or(0).min(inside.width / 3);
    let mut y = inside.y;
    for note in notes {
        if y >= inside.y + inside.height {
            break;
        }
        y += put(canvas, note, label, Area { y, height: inside.y + inside.height - y, ..inside });
    }
}

/// What a map or chart says of a place, and what can be done there.
fn of_panel(panel: &Panel, line: usize) -> Vec<Note> {
    match &panel.body {
        Body::Heat(heat) => {
            let (name, events) = (Heat::name(line), plural(heat.at(line).into(), "event"));
            vec![Note::new("hour", format!("{events} at {name}, in all weeks"))]
        }
        Body::Activity(activity) => activity.points.get(line).map_or_else(Vec::new, |point| {
            let (events, length) = (plural(point.count, "event"), stretch(activity.step_ms));
            let judged = match activity.limit {
                None => format!("nothing can be said of fewer than {LEAST_BUCKETS} stretches with events"),
                Some(limit) => format!(
                    "{:.0} are usual, {limit:.0} would still be ordinary; z {:.1}, a stretch stands out from {} on",
                    activity.usual, point.score, activity.threshold
                ),
            };
            vec![Note::new("activity", format!("{events} in {length} from {}: {judged}", point.start))]
        }),
        Body::Hours(hours) => vec![Note::new(hours.row_name(line), hours.said(line))],
        Body::Table(_) | Body::Scatter(_) => Vec::new(),
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
    let lines = wrapped(&note.text, room);
    let taken = (lines.len() as u16).clamp(1, area.height);
    for (n, line) in (0..taken).zip(lines) {
        canvas.put(x, area.y + n, room, &line, Role::Text);
    }
    taken
}
