//! Where the cursor is on a board: in which panel, and in each panel on which row.
//!
//! A spot belongs to a page, so that coming back lands where one left. It knows its row by an id: a newer board may
//! have it in another place.

/// The order of the rows of a panel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Order {
    /// By which column.
    pub column: usize,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// Where the cursor is in a panel.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Spot {
    /// Whether the cursor was moved: until then it is where the panel begins.
    pub moved: bool,
    /// The id of the row, where it has one.
    pub id: Option<String>,
    /// The place among the rows as they are shown.
    pub line: usize,
    /// The row at the top.
    pub top: usize,
    /// The column, for sorting; `None` while the cursor was not moved to another.
    pub column: Option<usize>,
    /// The order; `None`: as the board has them.
    pub order: Option<Order>,
}

/// Where the cursors of a page are on its board.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Desk {
    /// The name of the panel that takes the keys; that of none: the first.
    pub panel: &'static str,
    /// The first panel that is seen of each column of the screen.
    pub tops: [usize; 3],
    spots: Vec<(&'static str, Spot)>,
}

impl Desk {
    /// The cursor of that name.
    pub fn spot(&self, name: &str) -> Spot {
        self.spots.iter().find(|(known, _)| *known == name).map(|(_, spot)| spot.clone()).unwrap_or_default()
    }

    /// The cursor of that name, to be changed.
    pub fn spot_mut(&mut self, name: &'static str) -> &mut Spot {
        let at = self.spots.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
            self.spots.push((name, Spot::default()));
            self.spots.len() - 1
        });
        &mut self.spots[at].1
    }
}
