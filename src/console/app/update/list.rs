//! Moving in lists.

use crate::console::app::action::{Motion, View};
use crate::console::app::model::{Focus, Model};
use crate::console::app::overlay::Overlay;
use crate::console::app::scroll::moved;
use crate::console::app::update::settle::frequency_rows;

impl Model {
    pub(super) fn move_cursor(&mut self, motion: Motion) {
        let rows = frequency_rows(self.size.1);
        let on_board = self.page().view.has_board();
        match self.overlays.last_mut() {
            Some(Overlay::Frequency(table)) => {
                table.cursor = moved(table.cursor, motion, table.len(), rows);
            }
            Some(Overlay::Chooser(chooser)) => {
                match motion {
                    // One step goes around at the ends; a page does not.
                    Motion::Up => chooser.step(-1),
                    Motion::Down => chooser.step(1),
                    motion => chooser.cursor = moved(chooser.cursor, motion, chooser.hits.len(), rows / 2),
                }
                self.show_theme();
            }
            Some(Overlay::Bytes(bytes)) => bytes.scroll(motion, self.size),
            Some(Overlay::Results(results)) => results.scroll(motion, self.size),
            Some(Overlay::Preview(preview)) => {
                preview.top = moved(preview.top, motion, preview.lines.len(), rows);
            }
            Some(_) => {}
            None if on_board => self.move_on_board(motion),
            None if self.focus == Focus::Detail => self.move_in_detail(motion),
            None => self.move_in_list(motion),
        }
    }

    pub(super) fn move_in_detail(&mut self, motion: Motion) {
        let page = self.layout().detail_rows();
        if let Some(detail) = &mut self.detail {
            detail.cursor = moved(detail.cursor, motion, detail.lines().len(), page);
        }
    }

    pub(super) fn move_in_list(&mut self, motion: Motion) {
        if self.page().view != View::Events {
            return;
        }
        let last_column = self.page().columns.len().saturating_sub(1);
        let page = self.history.page_mut();
        match motion {
            Motion::Left => page.column = page.column.saturating_sub(1),
            Motion::Right => page.column = (page.column + 1).min(last_column),
            motion => {
                let (line, rows) = (page.cursor.line, self.layout().list_rows());
                self.put_cursor(moved(line, motion, self.answer.lines.len(), rows));
            }
        }
    }

    /// Puts the cursor on a line; from now on it stays on that event.
    pub(super) fn put_cursor(&mut self, line: usize) {
        self.history.page_mut().cursor.line = line;
        self.name_cursor();
    }
}
