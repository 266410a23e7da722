//! What to press first, said once.

use super::popup;
use crate::config::Role;
use crate::console::app::action::{Action, View};
use crate::console::app::model::Model;
use crate::console::ui::paint::{Canvas, columns};

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model) {
    let key = |action: Action| {
        let keys = model.keymap.keys_for(model.page_context(), &action);
        keys.first().map(|keys| keys.label()).unwrap_or_default()
    };
    let lines = [
        (key(Action::View(View::Events)), "what to look at first: events, the riskiest on top"),
        (key(Action::View(View::Actors)), "whom to look at first: actors, by all that they did"),
        (key(Action::Open), "opens the row under the cursor"),
        (key(Action::Pop), "goes back, as often as you like; it never quits"),
        ("paste".to_owned(), "an access key, address or id from an alert: goes there"),
        (key(Action::Filter(None)), "filters as you type; tab completes fields and values"),
        (key(Action::Preset(None)), "hunts: root, logins without MFA, new keys, logging changed"),
        (key(Action::Help), "the keys of the view that you are in"),
        (key(Action::Palette), "every command, found by a few letters"),
        (key(Action::Quit), "leaves"),
    ];
    let inside = popup(canvas, model.size, (74, lines.len() as u16 + 5), "What to press first");
    let left = lines.iter().map(|(key, _)| columns(key)).max().unwrap_or(0);
    let room = inside.width.saturating_sub(2);
    // Where there is no room for all of it, the rest is what the help says as well.
    let bottom = inside.y + inside.height;
    let mut y = inside.y + u16::from(usize::from(inside.height) > lines.len() + 1);
    for (key, about) in lines.iter().take(usize::from(bottom.saturating_sub(y + 1))) {
        canvas.put(inside.x + 2, y, room, key, Role::Key);
        canvas.put(inside.x + 4 + left, y, room.saturating_sub(left + 3), about, Role::Text);
        y += 1;
    }
    let end = "Any key goes on. This is said once; ? tells it at any time.";
    let y = if y + 1 < bottom { y + 1 } else { y };
    canvas.put(inside.x + 2, y, room, end, Role::Muted);
}
