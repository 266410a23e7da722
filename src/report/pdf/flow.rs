//! Where the next thing stands: pages that fill from the top, and what was put where.

use std::collections::BTreeMap;

use super::look;
use super::page::Page;

/// Pages that are being filled.
#[derive(Debug)]
pub(crate) struct Flow {
    pub(crate) pages: Vec<Page>,
    /// How far down the last page is filled.
    pub(crate) y: f32,
    /// Where what has an anchor stands.
    pub(crate) anchors: BTreeMap<String, Spot>,
    /// Sections and headings in their order, for the contents.
    pub(crate) entries: Vec<Entry>,
}

/// A place in a flow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spot {
    /// The page of the flow, from 0.
    pub(crate) page: usize,
    /// The height on it.
    pub(crate) y: f32,
}

/// A line of the contents.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// `3` for a section; empty for a heading inside of one.
    pub(crate) number: String,
    pub(crate) title: String,
    pub(crate) spot: Spot,
}

impl Flow {
    /// A flow with one empty page.
    pub(crate) fn new() -> Self {
        let (anchors, entries) = (BTreeMap::new(), Vec::new());
        Self { pages: vec![Page::default()], y: look::TOP, anchors, entries }
    }

    /// What is left of the page.
    pub(crate) fn room(&self) -> f32 {
        look::BOTTOM - self.y
    }

    /// The height of a whole page.
    pub(crate) const fn whole() -> f32 {
        look::BOTTOM - look::TOP
    }

    /// Whether nothing stands on the page yet.
    pub(crate) fn fresh(&self) -> bool {
        self.y <= look::TOP
    }

    /// Turns the page.
    pub(crate) fn turn(&mut self) {
        self.pages.push(Page::default());
        self.y = look::TOP;
    }

    /// Turns the page where `height` is more than what is left of it.
    pub(crate) fn need(&mut self, height: f32) {
        if height > self.room() && !self.fresh() {
            self.turn();
        }
    }

    /// Leaves a distance, but not at the top of a page.
    pub(crate) fn skip(&mut self, height: f32) {
        if !self.fresh() {
            self.y += height;
        }
    }

    /// The page that is being filled.
    pub(crate) fn page(&mut self) -> &mut Page {
        if self.pages.is_empty() {
            self.pages.push(Page::default());
        }
        let last = self.pages.len() - 1;
        #[expect(clippy::indexing_slicing, reason = "there is a last page, see above")]
        &mut self.pages[last]
    }

    /// The place that has been reached.
    pub(crate) fn spot(&self) -> Spot {
        Spot { page: self.pages.len().saturating_sub(1), y: self.y }
    }

    /// Gives the place that has been reached a name; the first of that name keeps it.
    pub(crate) fn anchor(&mut self, name: &str) {
        if !name.is_empty() {
            let spot = self.spot();
            self.anchors.entry(name.to_owned()).or_insert(spot);
        }
    }
}
