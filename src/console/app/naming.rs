//! What a text names, of what is in the log: an event, or somebody. All events are looked at, so that is for a worker.

use std::sync::Arc;

use crate::event::address::parse_ip;
use crate::investigation::Investigation;
use crate::profile::subject::{Subject, SubjectKind};
use crate::store::Column;
use crate::store::dicts::IdentityRow;

/// The shortest access key.
const KEY: usize = 16;

/// A text, and what is loaded.
#[derive(Clone, Debug)]
pub struct Naming {
    /// The text. Hostile.
    pub text: String,
    /// What is loaded.
    pub inv: Arc<Investigation>,
}

/// What it names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Named {
    /// The event of that id.
    Event,
    /// Somebody, or something that acts.
    Subject(Subject),
    /// Nobody.
    Nobody,
}

impl Naming {
    /// Looks for it.
    pub fn answer(&self) -> Named {
        if self.inv.table.find_id(&self.text).is_some() {
            return Named::Event;
        }
        self.subject().map_or(Named::Nobody, Named::Subject)
    }

    fn subject(&self) -> Option<Subject> {
        let text = self.text.as_str();
        let dicts = self.inv.table.dicts();
        if parse_ip(text).is_some() && dicts.column(Column::Ip).find(text).is_some() {
            return Some(Subject::new(SubjectKind::Address, text));
        }
        let word = dicts.words().find(text)?;
        let found = |field: fn(&IdentityRow) -> u32| {
            (0..dicts.identity_count()).map(|id| dicts.identity(id)).find(|identity| field(identity) == word)
        };
        let is_key = text.len() >= KEY && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if is_key && found(|identity| identity.access_key).is_some() {
            return Some(Subject::new(SubjectKind::Key, text));
        }
        if text.starts_with("arn:") {
            let by_arn = found(|identity| identity.arn).or_else(|| found(|identity| identity.issuer_arn));
            return by_arn.map(|identity| Subject::new(SubjectKind::Actor, dicts.actor(identity.actor).0));
        }
        let user = found(|identity| identity.user_name).filter(|_| !text.contains(char::is_whitespace));
        user.map(|_| Subject::new(SubjectKind::User, text))
    }
}
