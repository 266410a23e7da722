//! From what the terminal sends to messages.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseEvent, MouseEventKind};

use crate::console::app::Msg;
use crate::console::app::key::{Code, Key, Mods};
use crate::console::app::msg::Mouse;

/// The message of an event; `None` for what means nothing here.
pub(super) fn message(event: &Event) -> Option<Msg> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => key_of(*key).map(Msg::Key),
        Event::Paste(text) => Some(Msg::Paste(text.clone())),
        Event::Resize(width, height) => Some(Msg::Resize(*width, *height)),
        Event::Mouse(mouse) => mouse_of(*mouse).map(Msg::Mouse),
        Event::Key(_) | Event::FocusGained | Event::FocusLost => None,
    }
}

fn key_of(event: KeyEvent) -> Option<Key> {
    let shift = event.modifiers.contains(KeyModifiers::SHIFT);
    let (code, shift) = match event.code {
        KeyCode::Char(c) => (Code::Char(c), shift),
        KeyCode::Enter => (Code::Enter, shift),
        KeyCode::Esc => (Code::Esc, shift),
        KeyCode::Tab => (Code::Tab, shift),
        KeyCode::BackTab => (Code::Tab, true),
        KeyCode::Backspace => (Code::Backspace, shift),
        KeyCode::Delete => (Code::Delete, shift),
        KeyCode::Insert => (Code::Insert, shift),
        KeyCode::Up => (Code::Up, shift),
        KeyCode::Down => (Code::Down, shift),
        KeyCode::Left => (Code::Left, shift),
        KeyCode::Right => (Code::Right, shift),
        KeyCode::Home => (Code::Home, shift),
        KeyCode::End => (Code::End, shift),
        KeyCode::PageUp => (Code::PageUp, shift),
        KeyCode::PageDown => (Code::PageDown, shift),
        KeyCode::F(n) => (Code::F(n), shift),
        _ => return None,
    };
    let held = |modifier| event.modifiers.contains(modifier);
    Some(Key::new(code, Mods { ctrl: held(KeyModifiers::CONTROL), alt: held(KeyModifiers::ALT), shift }))
}

fn mouse_of(event: MouseEvent) -> Option<Mouse> {
    let (x, y) = (event.column, event.row);
    match event.kind {
        MouseEventKind::Down(_) => Some(Mouse::Click(x, y)),
        MouseEventKind::ScrollUp => Some(Mouse::WheelUp(x, y)),
        MouseEventKind::ScrollDown => Some(Mouse::WheelDown(x, y)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_in_the_form_in_which_keymaps_write_them() {
        for (code, modifiers, written) in [
            (KeyCode::Char('a'), KeyModifiers::NONE, "a"),
            (KeyCode::Char('A'), KeyModifiers::SHIFT, "A"),
            (KeyCode::Char('c'), KeyModifiers::CONTROL, "<c-c>"),
            (KeyCode::Char(' '), KeyModifiers::NONE, "<space>"),
            (KeyCode::Char('?'), KeyModifiers::SHIFT, "?"),
            (KeyCode::BackTab, KeyModifiers::SHIFT, "<s-tab>"),
            (KeyCode::Up, KeyModifiers::ALT, "<a-up>"),
            (KeyCode::F(5), KeyModifiers::NONE, "<f5>"),
        ] {
            let key = key_of(KeyEvent::new(code, modifiers)).unwrap();
            assert_eq!(key.to_string(), written);
        }
        assert_eq!(key_of(KeyEvent::new(KeyCode::CapsLock, KeyModifiers::NONE)), None);
    }
}
