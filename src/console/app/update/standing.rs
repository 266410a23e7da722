//! Where one stood: kept in the case when the console ends, and gone back to when it is opened on the same sources.

use crate::case::model::Position;
use crate::config::{read_sort, write_sort};
use crate::console::app::action::View;
use crate::console::app::model::Model;
use crate::query;

impl Model {
    /// Where one stands; `None` where nothing is open or there is no case.
    pub fn position(&self) -> Option<Position> {
        self.case.as_ref()?;
        self.source.as_ref()?;
        let page = self.page();
        // Whom a profile is of is not kept.
        let view = if page.view == View::Profile { View::Events } else { page.view };
        Some(Position {
            view: view.name().to_owned(),
            query: self.page_query().unwrap_or_default(),
            sort: write_sort(page.sort),
            event: self.standing.clone().or_else(|| page.cursor.id.clone()).unwrap_or_default(),
            sources: self.sources.join("\n"),
        })
    }

    /// Goes where one stood, unless something else is open, was asked for, or was done already.
    pub(super) fn stood(&mut self, at: &Position) {
        let is_begun = self.history.neighbors() != (false, false) || self.page().is_narrowed();
        if at.sources != self.sources.join("\n") || is_begun || !self.overlays.is_empty() {
            return;
        }
        let view = View::ALL.iter().copied().find(|view| view.name() == at.view);
        let page = self.history.page_mut();
        page.view = view.unwrap_or(page.view);
        page.filter = query::parse(&at.query).unwrap_or_default();
        page.sort = read_sort(&at.sort).unwrap_or(page.sort);
        self.standing = Some(at.event.clone()).filter(|id| !id.is_empty());
    }

    /// Puts the cursor on the event that one stood on, once all are there.
    pub(super) fn stand_again(&mut self) {
        if !self.inv.complete || self.inv.table.is_empty() {
            return;
        }
        if let Some(id) = self.standing.take() {
            self.history.page_mut().cursor.id = Some(id);
            self.asked.forget_rows();
        }
    }
}
