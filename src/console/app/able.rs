//! Which actions can do something where the cursor is, for the line at the bottom.
//!
//! Most always can. Those that are about an event, or about somebody, cannot where the row under the cursor is about
//! something else.

use super::action::{Action, Pivot, View};
use super::board::Lead;
use super::model::Model;
use crate::case::Subject;
use crate::event::field::{Field, FieldRef};

/// Whether the events that share a value of that field are what a pivot goes to.
pub fn fits(pivot: Pivot, field: &FieldRef) -> bool {
    // Whoever has no user name is known by what it is called all the same.
    let named = pivot == Pivot::User && *field == FieldRef::Column(Field::Actor);
    named || *field == FieldRef::Column(pivot.field())
}

impl Model {
    /// Whether an action can do something here.
    pub fn is_able(&self, action: &Action) -> bool {
        if !self.page().view.has_board() && self.table().is_none() {
            return true;
        }
        let value = || self.value().filter(|(_, value)| !value.is_empty());
        match action {
            Action::Pivot(Some(pivot)) => {
                self.row().is_some() || value().is_some_and(|(field, _)| fits(*pivot, &field))
            }
            Action::Mark => matches!(self.case_subject(), Some(Subject::Event(_) | Subject::Finding(_))),
            Action::AddToCase => self.row().is_some(),
            Action::Slack => self.row().is_some() || matches!(self.case_subject(), Some(Subject::Finding(_))),
            Action::Profile(whom) => self.subject(*whom).is_ok(),
            Action::Keep | Action::Drop => self.value().is_some(),
            Action::Open => self.table().is_none() && self.leads(),
            _ => true,
        }
    }

    /// Whether the place under the cursor leads anywhere.
    fn leads(&self) -> bool {
        let Some(shown) = &self.shown else { return false };
        let desk = &self.page().desk;
        let at = shown.focus(desk);
        !matches!(shown.lead(at, shown.line(at, desk)), Lead::Nothing)
    }

    /// What the cursor is on, as the case calls it; nothing in particular is the case itself.
    pub fn case_subject(&self) -> Option<Subject> {
        if self.table().is_some() {
            return None;
        }
        if self.page().view == View::Case {
            return Some(self.item().and_then(|item| item.id.parse().ok()).unwrap_or(Subject::Case));
        }
        self.row().map(|row| Subject::Event(row.id()))
    }
}
