//! Going deeper, and back.

use crate::console::app::able::fits;
use crate::console::app::action::{Pivot, Preset, View};
use crate::console::app::board::{Lead, exact};
use crate::console::app::detail::{Detail, Search};
use crate::console::app::model::{Focus, Model};
use crate::console::app::msg::Effect;
use crate::console::app::overlay::Overlay;
use crate::console::app::overlay::chooser::Chooser;
use crate::console::app::overlay::frequency::Frequency;
use crate::console::app::page::{Page, Scope};
use crate::event::field::{Field, FieldRef};
use crate::query::group::value_of;
use crate::query::{self, Query, QueryError, name};

impl Model {
    pub(super) fn open_view(&mut self, view: View) {
        if view == View::Profile && self.page().view != view {
            return self.open_profile_view();
        }
        if self.page().view != view {
            let mut page = Page { view, ..self.page().clone() };
            if view == View::Actors && self.page().view == View::Profile {
                // One actor is not what a list of them is asked for.
                page.scopes.clear();
            }
            self.history.open(page);
            self.focus = Focus::List;
        }
    }

    pub(super) fn open_row(&mut self, effects: &mut Vec<Effect>) {
        match (self.page().view, &self.detail) {
            (View::Events, Some(_)) => self.show_detail(),
            (View::Events, None) => self.note("there is no row to open"),
            (view, _) if view.has_board() => self.open_on_board(effects),
            _ => {}
        }
    }

    /// Opens a page with one more scope. The cursor stays on its event, which is among those that are left.
    /// Whether there is a new page: not when all events are of that scope already.
    pub(super) fn open_scope(&mut self, scope: Scope) -> bool {
        if self.page().scopes.contains(&scope) {
            self.note(format!("all of these are {} already", scope.label));
            return false;
        }
        let mut page = self.page().clone();
        page.scopes.push(scope);
        page.view = View::Events;
        self.history.open(page);
        self.focus = Focus::List;
        true
    }

    fn try_scope(&mut self, scope: Result<Scope, QueryError>) -> bool {
        match scope {
            Ok(scope) => self.open_scope(scope),
            Err(fault) => {
                self.note(fault.to_string());
                false
            }
        }
    }

    pub(super) fn pivot(&mut self, pivot: Option<Pivot>) {
        let Some(pivot) = pivot else {
            self.overlays.push(Overlay::Chooser(Box::new(Chooser::pivots())));
            return;
        };
        if self.table().is_some() {
            return self.pivot_from_table(pivot);
        }
        let Some(row) = self.row() else { return self.pivot_from_value(pivot) };
        let of = |field: Field| {
            let field = FieldRef::Column(field);
            let value = value_of(self.row_inv(), &row, &field);
            (!value.is_empty()).then_some((field, value))
        };
        // Whoever has no user name is known by what it is called all the same.
        let actor = || of(Field::Actor).filter(|_| pivot == Pivot::User);
        match of(pivot.field()).or_else(actor) {
            Some((field, value)) => self.pivot_to(Scope::value(&field, &value, false)),
            None => self.note(format!("this event has no {}", pivot.about())),
        }
    }

    /// A row of a board that stands for many events is about one value, and that alone they share.
    fn pivot_from_value(&mut self, pivot: Pivot) {
        let is_about = self.value().is_some_and(|(field, _)| fits(pivot, &field));
        match self.scope_here(false).filter(|_| is_about) {
            Some(scope) => self.pivot_to(scope),
            None => self.note("there is no event to start from"),
        }
    }

    /// As a scope that is kept, but for the filter: that led to the event, and what shares a value with it
    /// may be anything.
    pub(super) fn pivot_to(&mut self, scope: Result<Scope, QueryError>) {
        let known = scope.as_ref().is_ok_and(|scope| self.page().scopes.contains(scope));
        if known && !self.page().filter.is_all() {
            self.set_filter(Query::all());
        } else if self.try_scope(scope) {
            self.history.page_mut().filter = Query::all();
        }
    }

    pub(super) fn keep(&mut self, drop: bool) {
        if let Some(Overlay::Frequency(table)) = self.overlays.last() {
            let Some(scope) = table.scope(&self.answer.inv, drop) else { return };
            if !drop {
                self.overlays.pop();
            }
            self.try_scope(scope);
            return;
        }
        if self.focus == Focus::Detail && self.detail.as_ref().is_some_and(Detail::is_on_container) {
            self.note("a single value can be kept or dropped; open this and choose one");
            return;
        }
        match self.scope_here(drop) {
            Some(scope) => {
                self.try_scope(scope);
            }
            None => self.note("there is no value under the cursor"),
        }
    }

    /// The events with the value under the cursor; with `drop` the others. A row of a board means what it counts.
    fn scope_here(&self, drop: bool) -> Option<Result<Scope, QueryError>> {
        if let Some(Lead::Profile(subject)) = self.item().map(|item| &item.lead)
            && subject.account.is_some()
        {
            return Some(self.scope_of(subject, drop));
        }
        Some(match self.value()? {
            (FieldRef::Column(field), value) if self.page().view.has_board() => {
                exact::scope(&self.answer.inv, field, &value, drop)
            }
            (field, value) => Scope::value(&field, &value, drop),
        })
    }

    pub(super) fn frequency(&mut self, field: Option<FieldRef>) {
        let in_list = self.focus == Focus::List && self.page().view == View::Events;
        let list_field = in_list.then(|| FieldRef::Column(self.page().field()));
        // In a table the values of its field are counted already: another one is chosen.
        let is_page = self.table().is_none();
        let under_cursor = || list_field.or_else(|| self.value().map(|(field, _)| field)).filter(|_| is_page);
        match field.or_else(under_cursor) {
            Some(field) => self.overlays.push(Overlay::Frequency(Box::new(Frequency::new(field)))),
            None => self.overlays.push(Overlay::Chooser(Box::new(Chooser::fields()))),
        }
    }

    pub(super) fn preset(&mut self, preset: Option<Preset>) {
        let Some(preset) = preset else {
            let mut chooser = Chooser::presets();
            chooser.add(self.hunt_entries());
            self.overlays.push(Overlay::Chooser(Box::new(chooser)));
            return;
        };
        match query::parse(preset.query()) {
            Ok(query) => {
                self.open_scope(Scope { label: preset.about().to_owned(), expr: query.expr().clone() });
            }
            // Every preset is a query, which a test checks.
            Err(fault) => self.note(fault.to_string()),
        }
    }

    /// Puts a filter in place of the one that is there.
    pub(super) fn set_filter(&mut self, filter: Query) {
        let text = filter.text().trim().to_owned();
        if !text.is_empty() {
            self.filters.retain(|earlier| *earlier != text);
            self.filters.push(text);
        }
        if filter == self.page().filter {
            return;
        }
        let had_one = !self.page().filter.is_all();
        // A filter tells whom and what to look at among fewer events; a profile is of all events of its subject.
        let view = match self.page().view {
            view @ (View::Actors | View::Anomalies | View::Rules) => view,
            _ => View::Events,
        };
        let page = Page { filter, view, ..self.page().clone() };
        match had_one {
            true => self.history.open_beside(page),
            false => self.history.open(page),
        }
        self.focus = Focus::List;
    }

    pub(super) fn walk(&mut self, forward: bool) {
        let went = if forward { self.history.forward() } else { self.history.back() };
        match (went, forward) {
            (true, _) => self.focus = Focus::List,
            (false, true) => self.note("there is nothing ahead"),
            (false, false) => self.note("this is where you began"),
        }
    }

    /// Closes what is open, else leaves the innermost scope; never quits.
    pub(super) fn pop(&mut self) {
        if self.overlays.pop().is_some() {
            return;
        }
        if self.focus == Focus::Detail {
            self.focus = Focus::List;
            self.search = Search::default();
        } else if self.page().window.is_some() {
            self.history.page_mut().window = None;
        } else if !self.history.leave() {
            match self.page().is_narrowed() {
                true => self.show_all(),
                false => self.note("nothing to leave here; q quits"),
            }
        }
    }

    pub(super) fn show_all(&mut self) {
        if !self.page().is_narrowed() {
            self.note("everything is shown");
            return;
        }
        // A profile is of somebody.
        let view = if self.page().view == View::Profile { View::Events } else { self.page().view };
        let page =
            Page { view, scopes: Vec::new(), filter: Query::all(), window: None, ..self.page().clone() };
        self.history.open(page);
        self.focus = Focus::List;
    }

    /// What a value is called in messages.
    pub(super) fn value_name(field: &FieldRef) -> String {
        name(field)
    }
}
