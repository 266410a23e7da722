//! The last line: a message, the keys pressed so far, or the keys that work here.

use super::paint::{Canvas, columns};
use crate::config::Role;
use crate::console::app::action::Action;
use crate::console::app::keymap::Binding;
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

/// The keys that were pressed, and each that may follow with what it does.
fn next_keys(canvas: &mut Canvas<'_>, model: &Model, area: Area) {
    let end = area.width.saturating_sub(1);
    let pressed: Vec<String> = model.pending.iter().map(|key| key.label()).collect();
    let mut x = canvas.put(1, area.y, end, &format!("{} …", pressed.join(" ")), Role::Key) + 2;
    for (binding, action) in model.keymap.bindings(model.context()) {
        let Some(rest) = binding.keys.as_slice().strip_prefix(model.pending.as_slice()) else { continue };
        let keys: Vec<String> = rest.iter().map(|key| key.label()).collect();
        let does = binding.label.clone().unwrap_or_else(|| action.to_string());
        if x + columns(&keys.join(" ")) + 1 + columns(&does) > end {
            break;
        }
        x = canvas.put(x, area.y, end, &keys.join(" "), Role::Key) + 1;
        x = canvas.put(x, area.y, end, &does, Role::KeyLabel) + 2;
    }
}

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Area) {
    canvas.fill(area, Role::Bar);
    let end = area.width.saturating_sub(1);
    if let Some(toast) = &model.toast {
        let role = match toast.tone {
            ToastTone::Done => Role::Success,
            ToastTone::Note => Role::Warning,
            ToastTone::Failed => Role::Error,
        };
        canvas.put(1, area.y, end, &toast.text, role);
        return;
    }
    if model.source.is_none() && model.overlays.is_empty() {
        start(canvas, model, area);
        return;
    }
    if !model.pending.is_empty() {
        return next_keys(canvas, model, area);
    }
    let mut x = 1;
    let able = |binding: &Binding| binding.action.as_ref().is_some_and(|action| model.is_able(action));
    for (binding, label) in model.keymap.footer(model.context()) {
        if !able(binding) {
            continue;
        }
        let key = binding.keys.label();
        if x + columns(&key) + 1 + columns(label) > end {
            break;
        }
        x = canvas.put(x, area.y, end, &key, Role::Key) + 1;
        x = canvas.put(x, area.y, end, label, Role::KeyLabel) + 2;
    }
}
