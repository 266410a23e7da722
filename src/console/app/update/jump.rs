//! From what an alert says to where it is in the log: an id, a key, an address or a name that was pasted.

use crate::console::app::model::Model;
use crate::console::app::msg::Effect;
use crate::event::address::parse_ip;
use crate::profile::subject::{Subject, SubjectKind};
use crate::query::Query;
use crate::store::Column;
use crate::store::dicts::IdentityRow;

/// The longest text that can be a name, in bytes.
const LONGEST: usize = 2_048;

/// The shortest access key.
const KEY: usize = 16;

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
        let inv = self.inv.clone();
        if inv.table.find_id(text).is_some() {
            self.open_events(Vec::new(), Some(text.to_owned()));
            let page = self.history.page_mut();
            (page.filter, page.window) = (Query::all(), None);
        } else if let Some(subject) = self.named(text) {
            self.open_profile_of(subject);
        } else {
            self.look_for(text, effects);
        }
    }

    /// Whom a text names, of those who are in the log.
    fn named(&self, text: &str) -> Option<Subject> {
        let dicts = self.inv.table.dicts();
        let found = |field: fn(&IdentityRow) -> u32, text: &str| {
            let word = dicts.words().find(text)?;
            (0..dicts.identity_count()).map(|id| dicts.identity(id)).find(|identity| field(identity) == word)
        };
        let is_key = text.len() >= KEY && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if is_key && found(|identity| identity.access_key, text).is_some() {
            return Some(Subject::new(SubjectKind::Key, text));
        }
        if parse_ip(text).is_some() && dicts.column(Column::Ip).find(text).is_some() {
            return Some(Subject::new(SubjectKind::Address, text));
        }
        let by_arn =
            found(|identity| identity.arn, text).or_else(|| found(|identity| identity.issuer_arn, text));
        if let Some(identity) = by_arn.filter(|_| text.starts_with("arn:")) {
            return Some(Subject::new(SubjectKind::Actor, dicts.actor(identity.actor).0));
        }
        let user = found(|identity| identity.user_name, text);
        user.filter(|_| !text.contains(char::is_whitespace)).map(|_| Subject::new(SubjectKind::User, text))
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
