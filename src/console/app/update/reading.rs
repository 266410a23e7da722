//! Reading a record: folding and searching.

use crate::console::app::action::{Fold, Step};
use crate::console::app::detail::{Detail, MatchStep};
use crate::console::app::model::{Focus, Model, ToastTone};
use crate::console::app::overlay::Overlay;
use crate::console::app::overlay::prompt::{Asking, Prompt};
use crate::text::count;

impl Model {
    pub(super) fn fold(&mut self, fold: Fold) {
        let original = self.detail.as_ref().and_then(Detail::original);
        if let Some(id) = original.filter(|_| fold != Fold::Close && fold != Fold::CloseAll) {
            return self.go_to_original(id);
        }
        let Some(detail) = &mut self.detail else { return };
        let changed = match fold {
            Fold::Toggle => detail.fold(None),
            Fold::Open => detail.fold(Some(true)),
            Fold::Close => detail.fold(Some(false)),
            Fold::OpenAll | Fold::CloseAll => {
                detail.fold_all(fold == Fold::OpenAll);
                None
            }
        };
        self.folds.extend(changed);
    }

    /// Goes to the event that the one in the detail adds to.
    fn go_to_original(&mut self, id: String) {
        match self.inv.table.find_id(&id) {
            Some(_) => self.open_event(id),
            None => self.note("the original event is not among those that are loaded"),
        }
    }

    pub(super) fn ask_search(&mut self) {
        if self.detail.is_none() {
            self.note("there is no record to search");
            return;
        }
        let mut prompt = Prompt::new(Asking::Search, "");
        prompt.before = self.search.line.text().to_owned();
        self.overlays.push(Overlay::Prompt(Box::new(prompt)));
    }

    pub(super) fn go_to_match(&mut self, step: Step) {
        match step {
            Step::Next => self.search_from(MatchStep::Next),
            Step::Previous => self.search_from(MatchStep::Previous),
        }
    }

    pub(super) fn search_from(&mut self, step: MatchStep) {
        let Some(pattern) = self.search.pattern() else {
            self.note("nothing is looked for; / in the detail searches the record");
            return;
        };
        let found = self.detail.as_mut().and_then(|detail| detail.go_to_match(&pattern, step));
        match found {
            Some((which, of)) => {
                self.focus = Focus::Detail;
                self.say(ToastTone::Done, format!("match {} of {}", count(which as u64), count(of as u64)));
            }
            None => self.note("nothing in this record matches"),
        }
    }
}
