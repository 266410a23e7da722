//! What a case holds, in the words of those who work on it.

mod words;

use serde::{Serialize, Serializer};

use crate::event::time::{Time, or_null};
use crate::score::Level;

pub use words::{Kind, State, Subject, UnknownWord};

/// Who changes something, from where, and when. The case looks at no clock and knows no user by itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct By {
    /// The person: `dana@host`.
    pub who: String,
    /// The console that the change is made in; undo takes back changes of the same one.
    pub console: String,
    /// The time of the change.
    pub at: Time,
}

/// What is found, before it is in the case. All texts are as in the log: hostile.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewFinding {
    /// The id of the event that tells it best; with the rule it is what a finding is known by.
    pub event: String,
    /// The rule that found it, or that says most of what a person did; empty where none does.
    pub rule: String,
    /// What it is.
    pub title: String,
    /// How bad it is.
    pub level: Level,
    /// The points of the event, 0-100.
    pub score: u8,
    /// The first of its events.
    pub first: Time,
    /// The last of its events.
    pub last: Time,
    /// Who did it.
    pub actor: String,
    /// In which account.
    pub account: String,
    /// In which region.
    pub region: String,
    /// From where.
    pub address: String,
    /// The techniques it stands for.
    pub techniques: Vec<String>,
    /// The ids of all rules that hit.
    pub rules: Vec<String>,
    /// Why the event has its points.
    pub reasons: Vec<String>,
    /// The ids of the events it covers, the telling one among them.
    pub events: Vec<String>,
}

/// Something that was found.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are those of `NewFinding`")]
pub struct Finding {
    /// Its number, which no other finding ever gets.
    pub id: i64,
    pub event: String,
    pub rule: String,
    pub title: String,
    #[serde(serialize_with = "level_word")]
    pub level: Level,
    pub score: u8,
    /// How far it has come.
    #[serde(serialize_with = "state_word")]
    pub state: State,
    /// What came of it; empty while it is open.
    pub resolution: String,
    #[serde(serialize_with = "or_null")]
    pub first: Time,
    #[serde(serialize_with = "or_null")]
    pub last: Time,
    pub actor: String,
    pub account: String,
    pub region: String,
    pub address: String,
    pub techniques: Vec<String>,
    pub rules: Vec<String>,
    pub reasons: Vec<String>,
    pub events: Vec<String>,
    /// When it came into the case.
    #[serde(serialize_with = "or_null")]
    pub opened: Time,
    /// Who brought it in.
    pub opened_by: String,
    /// The entry of the history that changed it last; what a change was decided on.
    pub revision: i64,
}

/// Findings that belong together.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Incident {
    /// Its number, which no other incident ever gets.
    pub id: i64,
    /// What it is.
    pub title: String,
    /// The rule that opened it; empty where a person did.
    pub rule: String,
    /// How bad it is.
    #[serde(serialize_with = "level_word")]
    pub level: Level,
    /// How far it has come.
    #[serde(serialize_with = "state_word")]
    pub state: State,
    /// What came of it; empty while it is open.
    pub resolution: String,
    /// When it was opened.
    #[serde(serialize_with = "or_null")]
    pub opened: Time,
    /// Who opened it.
    pub opened_by: String,
    /// The entry of the history that changed it last.
    pub revision: i64,
    /// The findings in it, in the order of their numbers.
    pub findings: Vec<i64>,
}

/// Something that somebody wrote; may have many lines.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// Its number.
    pub id: i64,
    /// What it is about.
    #[serde(serialize_with = "subject_word")]
    pub subject: Subject,
    /// What it says.
    pub text: String,
    /// When it was written first.
    #[serde(serialize_with = "or_null")]
    pub written: Time,
    /// By whom.
    pub written_by: String,
    /// The entry of the history that changed it last.
    pub revision: i64,
}

/// A word on something.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Tag {
    /// What it is on.
    #[serde(serialize_with = "subject_word")]
    pub subject: Subject,
    /// The word.
    pub name: String,
}

/// An event that somebody wants to find again.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Mark {
    /// Its id.
    pub event: String,
    /// When it was marked.
    #[serde(serialize_with = "or_null")]
    pub marked: Time,
    /// By whom.
    pub marked_by: String,
}

/// Something to look out for, before it is in the case.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct NewIndicator {
    /// What it is.
    pub kind: Kind,
    /// The value, as logs write it.
    pub value: String,
    /// An address that belongs to nobody on the internet: it says something only inside of its own network.
    pub private: bool,
    /// When it was seen first.
    pub first: Time,
    /// When it was seen last.
    pub last: Time,
    /// Where it is from: `finding:3`, the name of a file.
    pub source: String,
    /// What somebody says of it.
    pub note: String,
}

/// Something to look out for.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are those of `NewIndicator`")]
pub struct Indicator {
    /// Its number.
    pub id: i64,
    #[serde(serialize_with = "kind_word")]
    pub kind: Kind,
    pub value: String,
    pub private: bool,
    #[serde(serialize_with = "or_null")]
    pub first: Time,
    #[serde(serialize_with = "or_null")]
    pub last: Time,
    pub source: String,
    pub note: String,
    /// When it came into the case.
    #[serde(serialize_with = "or_null")]
    pub added: Time,
    /// Who brought it in.
    pub added_by: String,
    /// The entry of the history that changed it last.
    pub revision: i64,
}

/// A query worth keeping.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Hunt {
    /// What it is called.
    pub name: String,
    /// The query.
    pub query: String,
    /// The view that shows it, by name; empty for the list of events.
    pub view: String,
    /// When it was saved.
    #[serde(serialize_with = "or_null")]
    pub saved: Time,
    /// By whom.
    pub saved_by: String,
}

/// Where somebody stood.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Position {
    /// The view, by name.
    pub view: String,
    /// The query.
    pub query: String,
    /// The order of the rows, as `--sort` takes it.
    pub sort: String,
    /// The id of the event under the cursor; empty where there was none.
    pub event: String,
    /// What was open, a source on each line.
    pub sources: String,
}

/// Something that left the case: an export, a report, a message.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Sent {
    /// Its number.
    pub id: i64,
    /// In which form: `csv`, `pdf`, `slack`.
    pub what: String,
    /// Where to: a file, the name of a channel. Never a secret.
    pub target: String,
    /// What of the case it was about.
    #[serde(serialize_with = "subject_word")]
    pub subject: Subject,
    /// The SHA-256 of the bytes, in hexadecimal digits; empty where there is none.
    pub sha256: String,
    /// When.
    #[serde(serialize_with = "or_null")]
    pub at: Time,
    /// By whom.
    pub by: String,
}

/// An entry of the history.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its number: entries follow each other without a gap.
    pub seq: i64,
    /// When.
    #[serde(serialize_with = "or_null")]
    pub at: Time,
    /// Who.
    pub who: String,
    /// From which console.
    pub console: String,
    /// What was done, in a word.
    pub what: String,
    /// What was done, in a sentence.
    pub text: String,
    /// The entry that this one takes back.
    pub undoes: Option<i64>,
    /// The entry that took this one back.
    pub undone_by: Option<i64>,
}

fn level_word<S: Serializer>(level: &Level, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(level.name())
}

fn state_word<S: Serializer>(state: &State, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(state.name())
}

fn kind_word<S: Serializer>(kind: &Kind, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(kind.name())
}

fn subject_word<S: Serializer>(subject: &Subject, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(subject)
}
