//! What an export takes: what the view shows, or of its events those that are marked.

use std::sync::Arc;

use crate::console::app::board::cell::Cell;
use crate::console::app::casework::Export;
use crate::console::app::model::Model;
use crate::console::app::overlay::Overlay;
use crate::console::app::overlay::prompt::{Asking, Prompt};
use crate::query::run::Selection;

impl Model {
    /// Asks for the file of an export or of the report.
    pub(super) fn ask_path(&mut self, asking: Asking) {
        if self.source.is_none() {
            return self.note("nothing is open yet");
        }
        let path = match asking {
            Asking::Report => "trailhound-report.pdf".to_owned(),
            _ => match self.overlays.last() {
                Some(Overlay::Frequency(table)) => {
                    format!("trailhound-{}.csv", Self::value_name(&table.field))
                }
                _ => format!("trailhound-{}.csv", self.page().view.name()),
            },
        };
        if asking == Asking::Export && self.overlays.is_empty() && self.export().is_none() {
            return self.note(NOTHING);
        }
        let mut prompt = Prompt::new(asking, &path);
        if asking == Asking::Export && self.overlays.is_empty() {
            prompt.marked = self.marked().map_or(0, |marked| marked.count());
        }
        self.overlays.push(Overlay::Prompt(Box::new(prompt)));
    }

    /// Asks for the file of an export of marked events; in the line of an export, goes from all to those and back.
    pub(super) fn ask_marked(&mut self) {
        if let Some(Overlay::Prompt(prompt)) = self.overlays.last_mut() {
            prompt.asking = match prompt.asking {
                Asking::Export if prompt.marked > 0 => Asking::Marked,
                Asking::Marked => Asking::Export,
                Asking::Export => return self.note(NONE_MARKED),
                _ => return,
            };
            return;
        }
        match self.marked().map_or(0, |marked| marked.count()) {
            0 => self.note(NONE_MARKED),
            marked => {
                let mut prompt = Prompt::new(Asking::Marked, "trailhound-marked.csv");
                prompt.marked = marked;
                self.overlays.push(Overlay::Prompt(Box::new(prompt)));
            }
        }
    }

    /// Which events of the list are marked; `None` where no list of events is shown.
    fn marked(&self) -> Option<Selection> {
        let case = self.case.as_ref().filter(|case| case.has_marks())?;
        if self.page().view.has_board() {
            return None;
        }
        let table = &self.answer.inv.table;
        let rows = table.find_ids(case.contents.marks.iter().map(|mark| mark.event.as_str()));
        Some(self.answer.selection.only(table, &rows))
    }

    /// The marked events of the list, in its order.
    pub(super) fn export_marked(&self) -> Option<Export> {
        let marked = self.marked().filter(|marked| !marked.is_empty())?;
        Some(Export::Events(self.answer.inv.clone(), Arc::new(marked), self.page().sort))
    }

    /// What the view shows: its events, or the rows of the panel that has the keys.
    pub(super) fn export(&self) -> Option<Export> {
        if let Some(Overlay::Frequency(table)) = self.overlays.last() {
            return table.counted.clone().map(Export::Values);
        }
        if !self.page().view.has_board() {
            let answer = &self.answer;
            let sort = self.page().sort;
            return Some(Export::Events(answer.inv.clone(), answer.selection.clone(), sort));
        }
        let shown = self.shown.as_ref()?;
        let at = shown.focus(&self.page().desk);
        let table = shown.panel(at)?.table()?;
        // A panel of names and values needs no headings on the screen, but in a file.
        let heads = match table.heads.as_slice() {
            [] => vec!["what".to_owned(), "value".to_owned()],
            heads => heads.iter().map(|head| head.name.to_owned()).collect(),
        };
        let row = |n| shown.item(at, n).map(|item| item.cells.iter().map(Cell::plain).collect());
        Some(Export::Rows(heads, (0..table.items.len()).filter_map(row).collect()))
    }
}

/// Said where what is shown is no list.
pub(super) const NOTHING: &str = "there is nothing to export here";

const NONE_MARKED: &str = "no event of this list is marked: m marks one";
