//! Pages of words: the start without a source, views that are still to come, a screen that is too small.

use super::paint::Canvas;
use super::tabs::title;
use crate::config::Role;
use crate::console::app::action::{Action, View};
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

/// What a view will show.
pub(super) fn later(canvas: &mut Canvas<'_>, model: &Model, area: Area) {
    let view = model.page().view;
    let inside = canvas.boxed(area, title(view), true);
    let will = match view {
        View::Actors => "Every actor by rank: score, tactics reached, writes, denials, first and last seen.",
        View::Profile => "What is normal for a user, role, address, key or session, and what was new.",
        View::Anomalies => "What is out of the ordinary: activity over time, outliers, what was first seen.",
        View::Rules => {
            "The detection rules with what they hit, and an editor that shows what a rule would catch."
        }
        View::Case => "Findings, notes, marks and indicators of this investigation.",
        View::Events | View::Sources => "",
    };
    let instead = match view {
        View::Actors => {
            "Until then: f on the column actor in the events counts them, with the highest risk of each."
        }
        View::Profile => {
            "Until then: u, i, s and k on an event show all of its user, address, session or key."
        }
        View::Anomalies => "Until then: the query first-seen:* shows what is new for its actor.",
        View::Rules => "Until then: H opens ready-made hunts.",
        View::Case => "Until then: y copies values, ids and records.",
        View::Events | View::Sources => "",
    };
    let key = model.keymap.keys_for(model.page_context(), &Action::View(View::Events));
    let key = key.first().map_or_else(|| "esc".to_owned(), |keys| keys.label());
    let back = format!("{key} goes to the events.");
    words(
        canvas,
        model,
        inside,
        &[("", will), ("", ""), ("", "This view is not built yet."), ("", instead), ("", ""), ("", &back)],
    );
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
