//! From what an alert says to where it is in the log: an id, a key, an address or a name that was pasted.

use crate::console::app::model::Model;
use crate::console::app::msg::Effect;
use crate::console::app::naming::{Named, Naming};
use crate::query::Query;

/// The longest text that can be a name, in bytes.
const LONGEST: usize = 2_048;

impl Model {
    /// Goes to what a text names; where it names nobody, looks for it in everything.
    pub(super) fn jump(&mut self, text: &str, effects: &mut Vec<Effect>) {
        let text = text.trim().trim_matches(|c| c == '"' || c == '\'');
        if text.is_empty() || text.len() > LONGEST || text.contains('\n') {
            return self.note(
                "what is pasted here is looked for: an access key, an address, an ARN or the id of an event",
            );
        }
        if self.source.is_none() {
            return self.note("nothing is open yet");
        }
        let naming = Naming { text: text.to_owned(), inv: self.inv.clone() };
        (self.naming, self.awaiting) = (Some(naming.text.clone()), Some(self.overlays.len()));
        effects.push(Effect::Name(Box::new(naming)));
    }

    /// It is known what a text names.
    pub(super) fn text_named(&mut self, text: &str, named: Named, effects: &mut Vec<Effect>) {
        if self.naming.take_if(|asked| asked == text).is_none() || !self.is_awaited() {
            return;
        }
        match named {
            Named::Event => self.open_event(text.to_owned()),
            Named::Subject(subject) => self.open_profile_of(subject),
            Named::Nobody => self.look_for(text, effects),
        }
    }

    /// Goes to an event among all of them.
    pub(super) fn open_event(&mut self, id: String) {
        self.open_events(Vec::new(), Some(id));
        let page = self.history.page_mut();
        (page.filter, page.window) = (Query::all(), None);
    }

    /// Nobody acted under that name, but it may stand anywhere in a record.
    fn look_for(&mut self, text: &str, effects: &mut Vec<Effect>) {
        self.ask_filter();
        self.act(
            crate::console::app::action::Action::Edit(crate::console::app::action::Edit::DeleteToHome),
            effects,
        );
        self.type_in(&format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")));
        self.note("nobody here acted under that name; enter keeps the events that name it, esc goes back");
    }
}
