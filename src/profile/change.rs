//! What a call changed, as one sentence, and what is dangerous about it.
//!
//! The sentences stand in `rules/changes.txt`, a line for each call. What cannot be said by filling in a
//! sentence (firewall rules, policies, shares) is worked out by a judge that the line names. Both read one raw
//! record; what a record does not say is shown as `?` and never made up.
//!
//! Sentences hold text from the record: hostile.

mod judge;
pub mod policy;
mod table;
mod template;
mod value;

use serde::Serialize;
use serde_json::Value;

pub(crate) use value::{name_of, texts as texts_at};

use crate::detect::own::Own;
use crate::detect::sigma::item::home;
use crate::event::outcome::Outcome;
use crate::score::scorer::plain_name;
use crate::store::table::service_of;

/// What is dangerous about a change.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Danger {
    /// Everybody can use it, or reach it.
    Public,
    /// An account other than the one in which it happened can use it.
    External,
    /// It allows everything, or as good as.
    Admin,
    /// It allows every action of a service, on everything, or every identity of a provider.
    Wildcard,
    /// It weakens a protection.
    Weakens,
}

impl Danger {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::External => "external account",
            Self::Admin => "admin",
            Self::Wildcard => "wildcard",
            Self::Weakens => "weakens protection",
        }
    }
}

/// Something dangerous, and why it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Judgment {
    /// What kind of danger.
    pub danger: Danger,
    /// What exactly: `tcp/22 is open to 0.0.0.0/0`. Hostile.
    pub reason: String,
}

/// What a call changed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Change {
    /// One sentence without its subject: `opened tcp/22 of sg-1 to 0.0.0.0/0`. Hostile.
    pub sentence: String,
    /// What is dangerous about it, the worst first.
    pub judgments: Vec<Judgment>,
}

/// One call, as its record tells it.
struct Call<'a> {
    request: &'a Value,
    response: &'a Value,
    /// The account in which it happened.
    home: &'a str,
    /// One's own accounts.
    own: &'a Own,
}

impl Call<'_> {
    /// Whether an account is neither that in which it happened nor another one of one's own.
    fn is_foreign(&self, account: &str) -> bool {
        account != self.home && !self.own.has(account)
    }
}

/// Whether a sentence is known for a call, so that its record is worth reading.
pub fn is_known(service: &str, event: &str) -> bool {
    table::line(service, plain_name(event)).is_some()
}

/// What a record says was changed, or tried; `None` for calls of which no sentence is known. What is given to `own` accounts
/// is given to nobody outside.
pub(crate) fn decode(record: &[u8], own: &Own) -> Option<Change> {
    let record: Value = serde_json::from_slice(record).ok()?;
    let text = |key: &str| record.get(key).and_then(Value::as_str).unwrap_or_default();
    let line = table::line(service_of(text("eventSource")), plain_name(text("eventName")))?;
    let home = home(&record).unwrap_or_default();
    let nothing = Value::Null;
    let call = Call {
        request: record.get("requestParameters").unwrap_or(&nothing),
        response: record.get("responseElements").unwrap_or(&nothing),
        home: &home,
        own,
    };
    let mut found =
        line.judge.as_ref().map(|(judge, path)| judge::judge(*judge, path, &call)).unwrap_or_default();
    found.judgments.sort();
    found.judgments.dedup();
    let (verb, rest) = template::fill(&line.sentence, &call, &found.facts);
    let sentence = match failure(&record) {
        None => format!("{}{rest}", table::past(&verb)),
        Some(why) => format!("tried to {verb}{rest} ({why})"),
    };
    Some(Change { sentence, judgments: found.judgments })
}

/// Why a call did nothing; `None` when it was done.
fn failure(record: &Value) -> Option<String> {
    let text = |path: &str| record.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let code = text("/errorCode");
    match Outcome::of_error_code(code) {
        Outcome::Success if text("/responseElements/ConsoleLogin") == "Failure" => {
            Some("denied: failed authentication".to_owned())
        }
        Outcome::Success => None,
        Outcome::DryRun => Some("a dry run; it would have been allowed".to_owned()),
        outcome => Some(format!("{}: {code}", outcome.name())),
    }
}

#[cfg(test)]
mod tests;
