//! A style: two colors and how letters are set.

use super::color::Color;

/// What a role looks like. A color that is `None` is that of what lies beneath.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Style {
    /// The color of the letters.
    pub fg: Option<Color>,
    /// The color behind them.
    pub bg: Option<Color>,
    /// How the letters are set.
    pub attributes: Attributes,
}

/// How letters are set.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each is the attribute of the terminal of that name")]
pub struct Attributes {
    pub bold: bool,
    pub dim: bool,
    pub italic: bool,
    pub underline: bool,
    pub reverse: bool,
}

impl Attributes {
    /// Letters as they come.
    pub const NONE: Self = Self { bold: false, dim: false, italic: false, underline: false, reverse: false };

    /// The attribute of that name in a theme.
    pub(super) fn named(&mut self, name: &str) -> Option<&mut bool> {
        match name {
            "bold" => Some(&mut self.bold),
            "dim" => Some(&mut self.dim),
            "italic" => Some(&mut self.italic),
            "underline" => Some(&mut self.underline),
            "reverse" => Some(&mut self.reverse),
            _ => None,
        }
    }

    /// The attributes of both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            bold: self.bold || other.bold,
            dim: self.dim || other.dim,
            italic: self.italic || other.italic,
            underline: self.underline || other.underline,
            reverse: self.reverse || other.reverse,
        }
    }
}

/// The keys of a style in a theme.
pub(super) const KEYS: [&str; 7] = ["fg", "bg", "bold", "dim", "italic", "underline", "reverse"];
