//! A plane of dots, four in each cell of the screen, for lines: in the same blocks as bars, which every font has.

use crate::config::Role;
use crate::console::app::layout::Area;
use crate::console::ui::paint::Canvas;

/// A plane of dots.
pub(super) struct Dots {
    width: usize,
    height: usize,
    cells: Vec<u8>,
}

/// How many dots a cell has across and up.
const ACROSS: usize = 2;
const UP: usize = 2;

/// What a cell looks like, by its dots: of each row the left one first, the upper row first.
const LETTERS: [&str; 16] = [" ", "▘", "▝", "▀", "▖", "▌", "▞", "▛", "▗", "▚", "▐", "▜", "▄", "▙", "▟", "█"];

impl Dots {
    /// An empty plane over so many cells.
    pub(super) fn new(columns: u16, rows: u16) -> Self {
        let (width, height) = (usize::from(columns), usize::from(rows));
        Self { width, height, cells: vec![0; width * height] }
    }

    /// How many dots there are across and up.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.width * ACROSS, self.height * UP)
    }

    /// Sets a dot; `y` counts from above. What is outside is left out.
    pub(super) fn set(&mut self, x: usize, y: usize) {
        if x / ACROSS < self.width
            && let Some(cell) = self.cells.get_mut(y / UP * self.width + x / ACROSS)
        {
            *cell |= 1 << (y % UP * ACROSS + x % ACROSS);
        }
    }

    /// Whether a cell has a dot.
    pub(super) fn has(&self, column: u16, row: u16) -> bool {
        self.cells.get(usize::from(row) * self.width + usize::from(column)).is_some_and(|cell| *cell != 0)
    }

    /// Draws the cells that have dots.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Area, role: impl Fn(u16) -> Role) {
        for row in 0..self.height {
            for column in 0..self.width {
                let bits = self.cells.get(row * self.width + column).copied().unwrap_or(0);
                if let Some(letter) = LETTERS.get(usize::from(bits)).filter(|_| bits != 0) {
                    let (x, y) = (area.x + column as u16, area.y + row as u16);
                    canvas.put(x, y, 1, letter, role(column as u16));
                }
            }
        }
    }
}

/// Where a value is between two others, as one of `count` dots.
pub(super) fn place(value: f64, (low, high): (f64, f64), count: usize) -> usize {
    let last = count.saturating_sub(1);
    let part = if high > low { (value - low) / (high - low) } else { 0.5 };
    // What is no number lies at the beginning.
    ((part.clamp(0.0, 1.0) * last as f64).round() as usize).min(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_within_whatever_the_numbers_are() {
        assert_eq!(
            (place(0.0, (0.0, 10.0), 11), place(10.0, (0.0, 10.0), 11), place(4.0, (0.0, 10.0), 11)),
            (0, 10, 4)
        );
        assert_eq!(
            (place(5.0, (5.0, 5.0), 9), place(f64::NAN, (0.0, 1.0), 9), place(99.0, (0.0, 1.0), 0)),
            (4, 0, 0)
        );
    }

    #[test]
    fn dots_outside_of_the_plane_are_left_out() {
        let mut dots = Dots::new(2, 1);
        assert_eq!(dots.size(), (4, 2));
        dots.set(0, 0);
        dots.set(4, 0);
        dots.set(0, 2);
        assert!(dots.has(0, 0) && !dots.has(1, 0) && !dots.has(0, 1));
    }
}
