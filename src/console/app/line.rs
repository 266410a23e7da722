//! A line of text that is being typed, with its cursor.
//!
//! Positions are bytes, always on the border of a grapheme, so that nothing that is
//! seen as one letter can be cut in two. What is typed is kept as it is; whoever draws
//! it makes it safe.

use unicode_segmentation::UnicodeSegmentation as _;

use super::action::Edit;

/// The longest line, in bytes; more is not taken.
const LONGEST: usize = 16 * 1024;

/// A line being typed.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Line {
    text: String,
    cursor: usize,
    breaks: bool,
}

impl Line {
    /// A line with the cursor at its end.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { cursor: text.len(), text, breaks: false }
    }

    /// Whether it may have many lines.
    #[must_use]
    pub fn with_breaks(self, breaks: bool) -> Self {
        Self { breaks, ..self }
    }

    /// Puts text at the end; the cursor stays.
    pub fn append(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// What was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the cursor is, in bytes.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// What stands before the cursor, and what behind it.
    pub fn halves(&self) -> (&str, &str) {
        self.text.split_at_checked(self.cursor).unwrap_or((&self.text, ""))
    }

    /// Puts text in at the cursor. Line breaks become spaces: it is one line.
    pub fn insert(&mut self, text: &str) {
        if self.text.len().saturating_add(text.len()) > LONGEST {
            return;
        }
        let flat = match self.breaks {
            true => text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', " "),
            false => text.replace(['\n', '\r', '\t'], " "),
        };
        self.text.insert_str(self.cursor, &flat);
        self.cursor += flat.len();
    }

    /// Puts `text` in place of a stretch, and the cursor behind it. A stretch that does not fit changes nothing.
    pub fn replace(&mut self, stretch: std::ops::Range<usize>, text: &str) {
        if self.text.get(stretch.clone()).is_some() {
            self.cursor = stretch.start + text.len();
            self.text.replace_range(stretch, text);
        }
    }

    /// Edits the line.
    pub fn edit(&mut self, edit: Edit) {
        match edit {
            Edit::Left => self.cursor = self.before(),
            Edit::Right => self.cursor = self.behind(),
            Edit::WordLeft => self.cursor = self.word_before(),
            Edit::WordRight => self.cursor = self.word_behind(),
            Edit::Home => self.cursor = 0,
            Edit::End => self.cursor = self.text.len(),
            Edit::Backspace => self.replace(self.before()..self.cursor, ""),
            Edit::Delete => self.cut(self.cursor..self.behind()),
            Edit::DeleteWord => self.replace(self.word_before()..self.cursor, ""),
            Edit::DeleteToHome => self.replace(0..self.cursor, ""),
            Edit::NewLine if self.breaks => self.insert("\n"),
            Edit::NewLine => {}
            Edit::DeleteToEnd => self.cut(self.cursor..self.text.len()),
        }
    }

    fn cut(&mut self, stretch: std::ops::Range<usize>) {
        let cursor = self.cursor;
        self.replace(stretch, "");
        self.cursor = cursor;
    }

    fn before(&self) -> usize {
        self.halves().0.grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn behind(&self) -> usize {
        self.cursor + self.halves().1.graphemes(true).next().map_or(0, str::len)
    }

    fn word_before(&self) -> usize {
        let before = self.halves().0.trim_end_matches(is_gap);
        before.trim_end_matches(|c| !is_gap(c)).len()
    }

    fn word_behind(&self) -> usize {
        let behind = self.halves().1;
        let rest = behind.trim_start_matches(is_gap).trim_start_matches(|c| !is_gap(c));
        self.text.len() - rest.len()
    }
}

/// Whether a letter stands between words: so that `ip:203.0.113.7` goes in two steps.
fn is_gap(c: char) -> bool {
    c.is_whitespace() || matches!(c, ':' | '(' | ')' | '"' | ',' | '=' | '<' | '>')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_and_letters_are_edited_as_a_shell_does() {
        let mut line = Line::new("actor:alice ip:203.0.113.7");
        line.edit(Edit::DeleteWord);
        assert_eq!(line.text(), "actor:alice ip:");
        line.edit(Edit::WordLeft);
        assert_eq!(line.halves(), ("actor:alice ", "ip:"));
        line.edit(Edit::DeleteToEnd);
        line.insert("region:x\ny");
        assert_eq!(line.text(), "actor:alice region:x y");
        line.edit(Edit::Home);
        line.edit(Edit::WordRight);
        line.edit(Edit::Delete);
        assert_eq!((line.text(), line.cursor()), ("actoralice region:x y", 5));
        line.edit(Edit::DeleteToHome);
        assert_eq!((line.text(), line.cursor()), ("alice region:x y", 0));
    }

    #[test]
    fn a_letter_of_several_parts_is_one_letter() {
        let mut line = Line::new("e\u{301}👩‍🚒");
        line.edit(Edit::Backspace);
        assert_eq!(line.text(), "e\u{301}");
        line.edit(Edit::Left);
        assert_eq!(line.cursor(), 0);
        line.edit(Edit::Delete);
        assert_eq!(line.text(), "");
    }

    #[test]
    fn a_line_does_not_grow_without_end() {
        let mut line = Line::default();
        line.insert(&"x".repeat(LONGEST + 1));
        assert_eq!(line.text(), "");
        line.insert(&"x".repeat(LONGEST));
        line.insert("y");
        assert_eq!(line.text().len(), LONGEST);
    }

    proptest! {
        #[test]
        fn no_edit_leaves_the_cursor_between_bytes(
            start: String,
            steps in proptest::collection::vec((0..Edit::ALL.len(), ".{0,3}"), 0..40),
        ) {
            let mut line = Line::new(start);
            for (edit, typed) in steps {
                line.edit(Edit::ALL[edit]);
                line.insert(&typed);
                prop_assert!(line.text().is_char_boundary(line.cursor()));
                prop_assert_eq!(line.halves().0.len() + line.halves().1.len(), line.text().len());
            }
        }
    }
}
