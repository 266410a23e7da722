//! The second line: the views, and how to get help.

use super::paint::Canvas;
use crate::config::Role;
use crate::console::app::action::{Action, View};
use crate::console::app::layout::Area;
use crate::console::app::model::Model;

/// From this width on there is room for more than the way to help.
const ROOMY: u16 = 90;

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Area) {
    canvas.fill(area, Role::Bar);
    let context = model.page_context();
    let key = |action: &Action| model.keymap.keys_for(context, action).first().map(|keys| keys.label());
    let mut room = area.width.saturating_sub(1);
    for (action, label) in [(Action::Help, " help"), (Action::Palette, " commands")] {
        if let Some(key) = key(&action) {
            room = canvas.put_right(room, area.y, room, label, Role::KeyLabel);
            room = canvas.put_right(room, area.y, room, &key, Role::Key).saturating_sub(2);
        }
        if area.width < ROOMY {
            break;
        }
    }
    let mut x = 1;
    for view in View::ALL {
        let name = view.title();
        let role = if *view == model.page().view { Role::TabActive } else { Role::TabInactive };
        let key = key(&Action::View(*view)).unwrap_or_default();
        let text = format!("{key} {name}");
        if x + text.chars().count() as u16 > room {
            break;
        }
        x = canvas.put(x, area.y, area.width, &text, role) + 2;
    }
}
