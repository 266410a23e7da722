//! Where on the screen what is: sizes only, so that keys know how far a page is.
//!
//! ```text
//! header      name, source, counts, span, progress      1
//! tabs        the views                                 1
//! crumbs      scopes and filter                         1
//! ┌ list ───────────────┐┌ detail ─────────┐
//! │                     ││                 │
//! ├ timeline ───────────┤│                 │
//! └─────────────────────┘└─────────────────┘
//! footer      the keys that work here                   1
//! ```

/// A part of the screen, in cells.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Area {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    pub height: u16,
}

impl Area {
    /// The part within a border.
    #[must_use]
    pub fn inside(self) -> Self {
        Self {
            x: self.x.saturating_add(1),
            y: self.y.saturating_add(1),
            width: self.width.saturating_sub(2),
            height: self.height.saturating_sub(2),
        }
    }

    fn rows(self, from: u16, height: u16) -> Self {
        Self { y: self.y.saturating_add(from), height: height.min(self.height.saturating_sub(from)), ..self }
    }
}

/// The least screen that can be worked with.
pub const LEAST: (u16, u16) = (60, 15);

/// From this width on the detail has its place beside the list.
const WIDE: u16 = 110;

/// How much of the width the detail has until it is changed, in percent.
pub const USUAL_SHARE: u16 = 38;

/// The parts of a screen.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
#[expect(missing_docs, reason = "see the picture of the module")]
pub struct Layout {
    pub header: Area,
    pub tabs: Area,
    pub crumbs: Area,
    /// Everything between the crumbs and the footer.
    pub body: Area,
    /// `None` where the detail has taken its place.
    pub list: Option<Area>,
    pub timeline: Option<Area>,
    pub detail: Option<Area>,
    pub footer: Area,
}

impl Layout {
    /// The parts of a screen of that size.
    ///
    /// `share` is how much of the width the detail gets, in percent; 0 hides it. On a narrow screen the detail
    /// takes the place of the list, and only where `in_detail` says that it has the keys.
    pub fn of(size: (u16, u16), share: u16, in_detail: bool) -> Self {
        let screen = Area { x: 0, y: 0, width: size.0, height: size.1 };
        let body = screen.rows(3, size.1.saturating_sub(4));
        let layout = Self {
            header: screen.rows(0, 1),
            tabs: screen.rows(1, 1),
            crumbs: screen.rows(2, 1),
            body,
            footer: screen.rows(size.1.saturating_sub(1), 1),
            ..Self::default()
        };
        if size.0 < WIDE && in_detail {
            return Self { detail: Some(body), ..layout };
        }
        let detail_width =
            if size.0 < WIDE { 0 } else { (u32::from(size.0) * u32::from(share) / 100) as u16 };
        let left = Area { width: body.width - detail_width, ..body };
        let height = timeline_height(body.height);
        Self {
            list: Some(left.rows(0, left.height - height)),
            timeline: (height > 0).then(|| left.rows(left.height - height, height)),
            detail: (detail_width > 0).then_some(Area { x: left.width, width: detail_width, ..body }),
            ..layout
        }
    }

    /// How many rows of the list are seen: without its border and the line of headings.
    pub fn list_rows(&self) -> usize {
        self.list.map_or(1, |area| usize::from(area.inside().height.saturating_sub(1)).max(1))
    }

    /// How many lines of the detail are seen.
    pub fn detail_rows(&self) -> usize {
        self.detail.map_or(1, |area| usize::from(area.inside().height).max(1))
    }

    /// How many columns the lines of the detail have.
    pub fn detail_width(&self) -> usize {
        self.detail.map_or(1, |area| usize::from(area.inside().width).max(1))
    }
}

fn timeline_height(body: u16) -> u16 {
    match body {
        0..14 => 0,
        14..20 => 4,
        20..34 => 6,
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_fill_the_screen_without_overlap() {
        for size in [(60, 15), (80, 24), (110, 30), (140, 42), (200, 55), (1, 1), (0, 0), (65_535, 3)] {
            for in_detail in [false, true] {
                let layout = Layout::of(size, 42, in_detail);
                let parts =
                    [Some(layout.header), Some(layout.tabs), Some(layout.crumbs), Some(layout.footer)]
                        .into_iter()
                        .chain([layout.list, layout.timeline, layout.detail])
                        .flatten();
                let cells: u64 = parts.map(|a| u64::from(a.width) * u64::from(a.height)).sum();
                if size.1 >= LEAST.1 {
                    assert_eq!(cells, u64::from(size.0) * u64::from(size.1), "{size:?} {layout:?}");
                }
                assert!(layout.list_rows() >= 1 && layout.detail_rows() >= 1);
            }
        }
    }

    #[test]
    fn a_narrow_screen_shows_the_list_or_the_detail() {
        assert_eq!(Layout::of((80, 24), 42, false).detail, None);
        let layout = Layout::of((80, 24), 42, true);
        assert_eq!((layout.list, layout.detail), (None, Some(layout.body)));
        assert!(Layout::of((140, 42), 42, true).list.is_some());
        assert_eq!(Layout::of((140, 42), 0, false).detail, None);
    }
}
