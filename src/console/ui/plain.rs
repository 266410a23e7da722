//! Pages of words: the start without a source, a screen that is too small.

use super::paint::Canvas;
use crate::config::Role;
use crate::console::app::layout::{Area, LEAST};
use crate::console::app::model::Model;

pub(super) fn too_small(canvas: &mut Canvas<'_>, size: (u16, u16)) {
    let lines = [
        "trailhound needs more room:".to_owned(),
        format!("{}x{} at least,", LEAST.0, LEAST.1),
        format!("{}x{} now.", size.0, size.1),
    ];
    let top = size.1.saturating_sub(lines.len() as u16) / 2;
    for (n, line) in lines.iter().enumerate() {
        let x = size.0.saturating_sub(line.len() as u16) / 2;
        canvas.put(x, top + n as u16, size.0, line, Role::Text);
    }
}

/// What to type to open something.
pub(super) fn start(canvas: &mut Canvas<'_>, model: &Model, area: Area) {
    let inside = canvas.boxed(area, "Where are the logs?", true);
    let lines = [
        ("", "trailhound shows whom and what to look at first in AWS CloudTrail."),
        ("", ""),
        ("", "Nothing is opened yet. Leave with q, and start it with a source:"),
        ("", ""),
        ("trailhound demo", "a built-in incident to look around in"),
        ("trailhound ./logs", "a folder, with everything below it"),
        ("trailhound a.json.gz b.zip", "files in any form that CloudTrail comes in"),
        ("trailhound 'logs/**/*.json.gz'", "a pattern"),
        ("aws ... | trailhound -", "what another program prints"),
        ("", ""),
        ("trailhound scan ./logs", "the findings as text, without the console"),
        ("trailhound --help", "everything else"),
    ];
    words(canvas, model, inside, &lines);
}

/// Lines in the middle: what to type, and what it does.
fn words(canvas: &mut Canvas<'_>, model: &Model, area: Area, lines: &[(&str, &str)]) {
    let faults: Vec<(&str, &str)> = model.faults.iter().map(|fault| ("!", fault.as_str())).collect();
    let lines = [lines, &faults].concat();
    let left = lines.iter().map(|(typed, _)| typed.len()).max().unwrap_or(0) as u16;
    let top = area.y + area.height.saturating_sub(lines.len() as u16) / 3;
    for (n, (typed, about)) in lines.iter().enumerate() {
        let y = top + n as u16;
        if y >= area.y + area.height {
            break;
        }
        let x = area.x + 2;
        let room = area.width.saturating_sub(3);
        match *typed {
            "" => canvas.put(x, y, room, about, Role::Text),
            "!" => canvas.put(x, y, room, about, Role::Warning),
            typed => {
                canvas.put(x, y, room, typed, Role::Key);
                canvas.put(x + left + 3, y, room.saturating_sub(left + 3), about, Role::Muted)
            }
        };
    }
}
