//! What keys mean while a table of values lies over the page.
//!
//! Its rows stand for many events. What is about one event, or about a row of the page, must not reach the one that happens
//! to lie below, unseen.

use crate::console::app::able::fits;
use crate::console::app::action::{Action, Copied, Craft, Pivot};
use crate::console::app::model::Model;
use crate::console::app::overlay::Overlay;

/// What is said where an action needs an event and a table of values has none.
pub(super) const NO_EVENT: &str = "there is no event under the cursor here; enter keeps the value of the row";

/// Whether an action is about what lies below a table of values.
const fn is_below(action: &Action) -> bool {
    match action {
        Action::Mark
        | Action::AddToCase
        | Action::Note
        | Action::Tag
        | Action::Untag(_)
        | Action::State(_)
        | Action::Incident(_)
        | Action::Remove
        | Action::Slack
        | Action::Search
        | Action::Match(_)
        | Action::Fold(_)
        | Action::Burst
        | Action::Open
        | Action::Detail
        | Action::Pane(_)
        | Action::Show(_) => true,
        Action::Copy(what) => matches!(what, Some(Copied::Id | Copied::Json | Copied::Lookup)),
        Action::Rule(craft) => {
            matches!(craft, Craft::Edit | Craft::New | Craft::Mute | Craft::Disable | Craft::Test)
        }
        _ => false,
    }
}

impl Model {
    /// Whether an action would act on what nobody sees; says so.
    pub(super) fn is_hidden(&mut self, action: &Action) -> bool {
        let hidden = matches!(self.overlays.last(), Some(Overlay::Frequency(_))) && is_below(action);
        if hidden {
            self.note(NO_EVENT);
        }
        hidden
    }

    /// Closes the tables of values: what is shown from now on is another page.
    pub(super) fn close_tables(&mut self) {
        self.overlays.retain(|overlay| !matches!(overlay, Overlay::Frequency(_)));
    }

    /// Goes to the events that share the value of a row, where the table is about that.
    pub(super) fn pivot_from_table(&mut self, pivot: Pivot) {
        let Some(table) = self.table() else { return };
        let is_about = fits(pivot, &table.field);
        let scope = table.scope(&self.answer.inv, false);
        match scope.filter(|_| is_about && self.value().is_some_and(|(_, value)| !value.is_empty())) {
            Some(scope) => {
                self.close_tables();
                self.pivot_to(scope);
            }
            None => self.note(NO_EVENT),
        }
    }
}
