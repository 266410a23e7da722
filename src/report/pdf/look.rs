//! Sizes, distances and colors of the page, all in one place.
//!
//! Distances are points (1/72 inch). Colors are chosen to be told apart on white paper
//! and in gray, and words always say what a color says.

use crate::report::paper::Look;
use crate::score::Level;

/// A4, landscape.
pub(crate) const PAGE_WIDTH: f32 = 841.89;
/// A4, landscape.
pub(crate) const PAGE_HEIGHT: f32 = 595.28;
/// Empty at the left and the right.
pub(crate) const SIDE: f32 = 50.0;
/// Where text begins below the head of a page.
pub(crate) const TOP: f32 = 62.0;
/// Where text must end above the foot of a page.
pub(crate) const BOTTOM: f32 = PAGE_HEIGHT - 56.0;
/// The room for text from side to side.
pub(crate) const WIDTH: f32 = PAGE_WIDTH - 2.0 * SIDE;

/// A size of letters and the distance from line to line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Size {
    /// The height of the letters.
    pub(crate) letters: f32,
    /// From one line to the next.
    pub(crate) lead: f32,
}

pub(crate) const BODY: Size = Size { letters: 9.0, lead: 13.0 };
pub(crate) const TABLE: Size = Size { letters: 7.6, lead: 10.2 };
pub(crate) const CODE: Size = Size { letters: 7.4, lead: 9.8 };
pub(crate) const LABEL: Size = Size { letters: 7.0, lead: 9.0 };
pub(crate) const TITLE: Size = Size { letters: 26.0, lead: 33.0 };
pub(crate) const SUBTITLE: Size = Size { letters: 12.0, lead: 17.0 };
pub(crate) const SECTION: Size = Size { letters: 15.0, lead: 20.0 };
pub(crate) const HEADING: Size = Size { letters: 10.5, lead: 14.5 };
/// The mark of how far a report may travel: never below 12 points.
pub(crate) const MARKING: Size = Size { letters: 12.0, lead: 15.0 };

/// The mono letters are wide and tall beside the others; so much smaller they look the same.
pub(crate) const MONO: f32 = 0.92;

/// Red, green and blue.
pub(crate) type Color = [u8; 3];

pub(crate) const INK: Color = [0x1f, 0x29, 0x33];
pub(crate) const MUTED: Color = [0x66, 0x70, 0x7a];
pub(crate) const RULE: Color = [0xd5, 0xdb, 0xe1];
pub(crate) const GRID: Color = [0xe9, 0xed, 0xf1];
pub(crate) const TINT: Color = [0xf1, 0xf4, 0xf7];
pub(crate) const ACCENT: Color = [0x1d, 0x4e, 0x79];
pub(crate) const BAR: Color = [0x4a, 0x7f, 0xb0];
pub(crate) const LINK: Color = [0x1b, 0x5e, 0xa8];
/// Escapes: so that they are not taken for what the log says.
pub(crate) const ESCAPE: Color = [0x8a, 0x2b, 0x8f];
pub(crate) const WHITE: Color = [0xff, 0xff, 0xff];
pub(crate) const BLACK: Color = [0, 0, 0];

/// What an area of a level is filled with.
pub(crate) const fn fill(level: Level) -> Color {
    match level {
        Level::Info => [0xa9, 0xb4, 0xbf],
        Level::Low => [0x4f, 0x94, 0xc9],
        Level::Medium => [0xe0, 0xb0, 0x2c],
        Level::High => [0xe2, 0x6f, 0x22],
        Level::Critical => [0xb8, 0x16, 0x33],
    }
}

/// The color of words of a level: darker than the areas, to be read on white.
pub(crate) const fn words(level: Level) -> Color {
    match level {
        Level::Info => MUTED,
        Level::Low => [0x1f, 0x6f, 0xa8],
        Level::Medium => [0x8a, 0x62, 0x00],
        Level::High => [0xb5, 0x45, 0x0a],
        Level::Critical => [0xa8, 0x0f, 0x2b],
    }
}

/// The name of a level in a legend.
pub(crate) const fn name(level: Level) -> &'static str {
    match level {
        Level::Info => "info",
        Level::Low => "low",
        Level::Medium => "medium",
        Level::High => "high",
        Level::Critical => "critical",
    }
}

/// The color of a look.
pub(crate) const fn ink(look: Look) -> Color {
    match look {
        Look::Plain | Look::Strong | Look::Value => INK,
        Look::Muted => MUTED,
        Look::Level(level) => words(level),
    }
}

/// The colors of the traffic light protocol, version 2.0, which stand on black; white for other words.
pub(crate) fn marking(words: &str) -> Color {
    let name = words.trim().to_ascii_uppercase();
    match name.strip_prefix("TLP:").map(str::trim_start) {
        Some(rest) if rest.starts_with("RED") => [0xff, 0x2b, 0x2b],
        Some(rest) if rest.starts_with("AMBER") => [0xff, 0xc0, 0x00],
        Some(rest) if rest.starts_with("GREEN") => [0x33, 0xff, 0x00],
        _ => WHITE,
    }
}
