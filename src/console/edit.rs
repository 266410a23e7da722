//! The text of a rule while it is edited: lines, a cursor, undo and search.
//!
//! This is the one place that names the editing library. It is neither state nor drawing alone: the library keeps
//! both in one value, so it lies behind [`Buffer`], which takes the keys of the console and gives back plain lines.
//! What the text looks like is decided in the console's own drawing, and nothing here touches the outside.

use tui_textarea::{CursorMove, Input, Key as TextKey, TextArea};

use super::app::key::{Code, Key};

/// How many lines a page is.
const PAGE: usize = 12;

/// A text that is edited.
#[derive(Clone, Debug)]
pub struct Buffer {
    area: TextArea<'static>,
    /// Whether lines end as they do on Windows: they are written as they were read.
    crlf: bool,
}

impl Buffer {
    /// One that begins with `text`, the cursor at its top.
    pub fn new(text: &str) -> Self {
        let mut area = TextArea::new(text.lines().map(str::to_owned).collect());
        area.set_tab_length(2);
        Self { area, crlf: text.contains("\r\n") }
    }

    /// The lines.
    pub fn lines(&self) -> &[String] {
        self.area.lines()
    }

    /// The whole text; its last line is ended.
    pub fn text(&self) -> String {
        let end = if self.crlf { "\r\n" } else { "\n" };
        let mut text = self.area.lines().join(end);
        if !text.is_empty() {
            text.push_str(end);
        }
        text
    }

    /// The line and the letter of the cursor, from 0.
    pub fn cursor(&self) -> (usize, usize) {
        let at = self.area.cursor();
        (at.0, at.1)
    }

    /// Does what a key does to a text; whether the text is another one now.
    pub fn input(&mut self, key: Key) -> bool {
        let step = match key.code {
            Code::PageUp => Some(CursorMove::Up),
            Code::PageDown => Some(CursorMove::Down),
            _ => None,
        };
        if let Some(step) = step {
            (0..PAGE).for_each(|_| self.area.move_cursor(step));
            return false;
        }
        let Some(code) = code_of(key.code) else { return false };
        self.area.input(Input { key: code, ctrl: key.mods.ctrl, alt: key.mods.alt, shift: key.mods.shift })
    }

    /// Puts in what was pasted.
    pub fn paste(&mut self, text: &str) -> bool {
        self.area.insert_str(text)
    }

    /// Puts another text in the place of all of it; this can be undone. The cursor stays where it was, as far as there
    /// is such a place. Whether the text is another one now.
    pub fn replace(&mut self, text: &str) -> bool {
        if text.lines().eq(self.area.lines().iter().map(String::as_str)) {
            return false;
        }
        let (line, letter) = self.cursor();
        let place = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        self.area.select_all();
        self.area.cut();
        self.area.insert_str(text.trim_end_matches(['\n', '\r']));
        self.area.move_cursor(CursorMove::Jump(place(line), place(letter)));
        true
    }

    /// Takes the last change back; whether there was one.
    pub fn undo(&mut self) -> bool {
        self.area.undo()
    }

    /// Makes it again; whether there was one.
    pub fn redo(&mut self) -> bool {
        self.area.redo()
    }

    /// Goes to the next place of `text`, that under the cursor included where `here`; whether there is one.
    pub fn find(&mut self, text: &str, here: bool) -> bool {
        let known = self.area.set_search_pattern(regex::escape(text)).is_ok();
        known && !text.is_empty() && self.area.search_forward(here)
    }
}

fn code_of(code: Code) -> Option<TextKey> {
    Some(match code {
        Code::Char(c) => TextKey::Char(c),
        Code::Enter => TextKey::Enter,
        Code::Tab => TextKey::Tab,
        Code::Backspace => TextKey::Backspace,
        Code::Delete => TextKey::Delete,
        Code::Up => TextKey::Up,
        Code::Down => TextKey::Down,
        Code::Left => TextKey::Left,
        Code::Right => TextKey::Right,
        Code::Home => TextKey::Home,
        Code::End => TextKey::End,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::app::key::Mods;

    fn key(code: Code) -> Key {
        Key::new(code, Mods::NONE)
    }

    #[test]
    fn what_is_read_is_written_as_it_was() {
        for text in ["", "a: 1\n", "# x\r\na: 1\r\n", "a:\n\n  b: ü\n"] {
            assert_eq!(Buffer::new(text).text(), text);
        }
    }

    #[test]
    fn typing_is_undone_and_made_again() {
        let mut buffer = Buffer::new("ab\ncd\n");
        buffer.input(key(Code::Down));
        buffer.input(key(Code::End));
        assert!(buffer.input(key(Code::Char('x'))) && !buffer.input(key(Code::Left)));
        assert_eq!((buffer.text().as_str(), buffer.cursor()), ("ab\ncdx\n", (1, 2)));
        assert!(buffer.undo());
        assert_eq!(buffer.text(), "ab\ncd\n");
        assert!(buffer.redo());
        assert_eq!(buffer.text(), "ab\ncdx\n");
        buffer.input(key(Code::Up));
        assert!(buffer.replace("new\nlines\n"));
        assert_eq!((buffer.text().as_str(), buffer.cursor()), ("new\nlines\n", (0, 2)));
        assert!(!buffer.replace("new\nlines\n"), "there is nothing to undo");
        assert_eq!(buffer.cursor(), (0, 2));
    }

    #[test]
    fn a_search_takes_its_text_as_it_stands() {
        let mut buffer = Buffer::new("a.b\naxb\na.b\n");
        assert!(buffer.find("a.b", false));
        assert_eq!(buffer.cursor(), (2, 0));
        assert!(!buffer.find("a(", false) && !buffer.find("", true));
    }
}
