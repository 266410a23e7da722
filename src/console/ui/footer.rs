//! The last line: a message, the keys pressed so far, or the keys that work here.

use super::paint::{Canvas, columns};
use crate::config::Role;
use crate::console::app::action::Action;
use crate::console::app::layout::Area;
use crate::console::app::model::{Model, ToastTone};

/// Where nothing is open, nothing but leaving and asking makes sense.
fn start(canvas: &mut Canvas<'_>, model: &Model, area: Area) {
    let mut x = 1;
    for (action, label) in [(Action::Quit, "quit"), (Action::Theme, "theme"), (Action::Help, "help")] {
        if let Some(keys) = model.keymap.keys_for(model.page_context(), &action).first() {
            x = canvas.put(x, area.y, area.width, &keys.label(), Role::Key) + 1;
            x = canvas.put(x, area.y, area.width, label, Role::KeyLabel) + 2;
        }
    }
}

/// The look of a message.
pub(super) const fn role_of(tone: ToastTone) -> Role {
    match tone {
        ToastTone::Done => Role::Success,
        ToastTone::Note => Role::Warning,
        ToastTone::Failed => Role::Error,
    }
}

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Area) {
    canvas.fill(area, Role::Bar);
    let end = area.width.saturating_sub(1);
    if let Some(toast) = &model.toast {
        canvas.put(1, area.y, end, &toast.text, role_of(toast.tone));
        return;
    }
    if model.source.is_none() && model.overlays.is_empty() {
        start(canvas, model, area);
        return;
    }
    let mut x = 1;
    if !model.pending.is_empty() {
        let keys: Vec<String> = model.pending.iter().map(|key| key.label()).collect();
        x = canvas.put(x, area.y, end, &format!("{} …", keys.join(" ")), Role::Key) + 2;
    }
    for (binding, label) in model.keymap.footer(model.context()) {
        let key = binding.keys.label();
        if x + columns(&key) + 1 + columns(label) > end {
            break;
        }
        x = canvas.put(x, area.y, end, &key, Role::Key) + 1;
        x = canvas.put(x, area.y, end, label, Role::KeyLabel) + 2;
    }
}
