//! A value or free word as it was written: what was quoted, what was not, where the wildcards are.

use std::ops::Range;

use super::pattern::{Part, Pattern};

/// A piece of a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Piece {
    /// Text outside of quotes: may be a keyword, a range, a network.
    Plain(String),
    /// Text that was quoted or escaped: only itself.
    Literal(String),
    /// `*` outside of quotes.
    Many,
    /// `?` outside of quotes.
    One,
}

/// A value or free word, and where it stands in the query.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Value {
    pub(super) pieces: Vec<Piece>,
    pub(super) span: Range<usize>,
}

impl Value {
    /// A value that is only itself, from outside of any query.
    pub(super) fn literal(text: &str) -> Self {
        Self { pieces: vec![Piece::Literal(text.to_owned())], span: 0..0 }
    }

    pub(super) fn push_plain(&mut self, c: char) {
        match self.pieces.last_mut() {
            Some(Piece::Plain(text)) => text.push(c),
            _ => self.pieces.push(Piece::Plain(c.to_string())),
        }
    }

    /// The text when no part of it was quoted, escaped or a wildcard.
    pub(super) fn plain(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [Piece::Plain(text)] => Some(text),
            _ => None,
        }
    }

    /// The pieces outside of quotes.
    pub(super) fn plain_pieces(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Plain(text) => Some(text.as_str()),
            _ => None,
        })
    }

    pub(super) fn is_quoted(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Literal(_)))
    }

    pub(super) fn has_wildcards(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Many | Piece::One))
    }

    /// The text without quotes and escapes.
    pub(super) fn text(&self) -> String {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Plain(text) | Piece::Literal(text) => text.as_str(),
                Piece::Many => "*",
                Piece::One => "?",
            })
            .collect()
    }

    /// The two ends of `a..b`, either of which may be empty; the dots must stand outside of quotes.
    pub(super) fn range(&self) -> Option<(String, String)> {
        let at = self.pieces.iter().position(|piece| matches!(piece, Piece::Plain(t) if t.contains("..")))?;
        let Some(Piece::Plain(middle)) = self.pieces.get(at) else { return None };
        let (left, right) = middle.split_once("..")?;
        let side = |pieces: &[Piece]| Self { pieces: pieces.to_vec(), span: 0..0 }.text();
        let before = side(self.pieces.get(..at).unwrap_or_default()) + left;
        let after = right.to_owned() + &side(self.pieces.get(at + 1..).unwrap_or_default());
        Some((before, after))
    }

    /// The pattern that the value stands for.
    pub(super) fn pattern(&self) -> Pattern {
        Pattern::new(self.pieces.iter().map(|piece| match piece {
            Piece::Plain(text) | Piece::Literal(text) => Part::Text(text.clone()),
            Piece::Many => Part::Many,
            Piece::One => Part::One,
        }))
    }
}
