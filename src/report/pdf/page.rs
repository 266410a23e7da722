//! A page as a list of marks: text, areas, lines, links.
//!
//! Nothing here knows of PDF. Distances are points from the upper left corner, downwards.

use super::look::Color;

/// Something on a page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mark {
    /// Letters of one embedded font, from `x` on the base line `y`.
    Text { x: f32, y: f32, font: u16, size: f32, color: Color, text: String },
    /// A filled rectangle.
    Area { x: f32, y: f32, w: f32, h: f32, color: Color },
    /// A straight line.
    Line { from: (f32, f32), to: (f32, f32), width: f32, color: Color },
    /// A filled disk.
    Disk { x: f32, y: f32, r: f32, color: Color },
    /// A place that leads elsewhere.
    Link { x: f32, y: f32, w: f32, h: f32, to: Target },
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    /// What has this anchor.
    Anchor(String),
    /// A page of the document, from 0, and a height on it.
    Spot(usize, f32),
}

/// A page.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Page {
    pub(crate) marks: Vec<Mark>,
}

impl Page {
    /// Fills a rectangle.
    pub(crate) fn area(&mut self, (x, y): (f32, f32), (w, h): (f32, f32), color: Color) {
        self.marks.push(Mark::Area { x, y, w, h, color });
    }

    /// Draws a line.
    pub(crate) fn line(&mut self, from: (f32, f32), to: (f32, f32), width: f32, color: Color) {
        self.marks.push(Mark::Line { from, to, width, color });
    }

    /// Draws a disk.
    pub(crate) fn disk(&mut self, (x, y): (f32, f32), r: f32, color: Color) {
        self.marks.push(Mark::Disk { x, y, r, color });
    }

    /// Lays a link over a rectangle.
    pub(crate) fn link(&mut self, (x, y): (f32, f32), (w, h): (f32, f32), to: Target) {
        self.marks.push(Mark::Link { x, y, w, h, to });
    }
}
