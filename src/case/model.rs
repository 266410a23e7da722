//! What a case holds, in the words of those who work on it.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::event::time::{Time, or_null};
use crate::score::Level;
use crate::text::nearest;

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

/// How far a finding or an incident has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub enum State {
    /// Found; nobody has looked yet.
    #[default]
    Detected,
    /// Somebody is finding out what it is.
    Analyzing,
    /// It is real, and something is being done about it.
    InProgress,
    /// It is dealt with.
    Resolved,
    /// It was nothing.
    FalsePositive,
}

impl State {
    /// All states, in the order of the work.
    pub const ALL: [Self; 5] =
        [Self::Detected, Self::Analyzing, Self::InProgress, Self::Resolved, Self::FalsePositive];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Detected => "detected",
            Self::Analyzing => "analyzing",
            Self::InProgress => "in_progress",
            Self::Resolved => "resolved",
            Self::FalsePositive => "false_positive",
        }
    }

    /// Whether the work is over.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Resolved | Self::FalsePositive)
    }
}

/// What an indicator is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// An address, or a network as `198.51.100.0/24`.
    Ip,
    /// An access key id.
    AccessKey,
    /// The ARN of a principal or a resource.
    Arn,
    /// A user agent, in full.
    UserAgent,
    /// An account id.
    Account,
    /// The name of a bucket.
    Bucket,
    /// A host or domain name.
    Domain,
    /// The name of a role session.
    Session,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::Ip,
        Self::AccessKey,
        Self::Arn,
        Self::UserAgent,
        Self::Account,
        Self::Bucket,
        Self::Domain,
        Self::Session,
    ];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ip => "ip",
            Self::AccessKey => "access-key",
            Self::Arn => "arn",
            Self::UserAgent => "user-agent",
            Self::Account => "account",
            Self::Bucket => "bucket",
            Self::Domain => "domain",
            Self::Session => "session",
        }
    }
}

/// A word that stands for nothing here.
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
#[error("{word}: there is no {what} of this name; there are {known}{}", hint(.near.as_deref()))]
pub struct UnknownWord {
    /// What it was to be.
    pub what: &'static str,
    /// The word.
    pub word: String,
    /// All that there are.
    pub known: String,
    /// The one that was probably meant.
    pub near: Option<String>,
}

fn hint(near: Option<&str>) -> String {
    near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

fn unknown(what: &'static str, word: &str, known: &[&str]) -> UnknownWord {
    let near = nearest(word, known.iter().copied()).map(str::to_owned);
    let word = crate::text::visible(word).into_owned();
    UnknownWord { what, word, known: known.join(", "), near }
}

/// `-` and `_` are the same in what people type, and so are capitals.
fn same(a: &str, b: &str) -> bool {
    let plain = |text: &str| text.replace('-', "_").to_ascii_lowercase();
    plain(a) == plain(b)
}

impl FromStr for State {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let known = Self::ALL.into_iter().find(|state| same(state.name(), text));
        known.ok_or_else(|| unknown("state", text, &Self::ALL.map(Self::name)))
    }
}

impl FromStr for Kind {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let known = Self::ALL.into_iter().find(|kind| same(kind.name(), text));
        known.ok_or_else(|| unknown("kind of indicator", text, &Self::ALL.map(Self::name)))
    }
}

/// What a note, a tag or an entry of the history is about.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Subject {
    /// The case as a whole.
    Case,
    /// A finding.
    Finding(i64),
    /// An incident.
    Incident(i64),
    /// An indicator.
    Indicator(i64),
    /// An event, by its id.
    Event(String),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Case => f.write_str("case"),
            Self::Finding(id) => write!(f, "finding:{id}"),
            Self::Incident(id) => write!(f, "incident:{id}"),
            Self::Indicator(id) => write!(f, "indicator:{id}"),
            Self::Event(id) => write!(f, "event:{id}"),
        }
    }
}

impl FromStr for Subject {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        const FORMS: [&str; 5] = ["case", "finding:N", "incident:N", "indicator:N", "event:ID"];
        let wrong = || unknown("subject", text, &FORMS);
        if text == "case" {
            return Ok(Self::Case);
        }
        let (kind, id) = text.split_once(':').ok_or_else(wrong)?;
        if kind == "event" && !id.is_empty() {
            return Ok(Self::Event(id.to_owned()));
        }
        let number = id.parse().map_err(|_| wrong())?;
        match kind {
            "finding" => Ok(Self::Finding(number)),
            "incident" => Ok(Self::Incident(number)),
            "indicator" => Ok(Self::Indicator(number)),
            _ => Err(wrong()),
        }
    }
}

/// What is found, before it is in the case. All texts are as in the log: hostile.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewFinding {
    /// The id of the event that tells it best; with the rule it is what a finding is known by.
    pub event: String,
    /// The rule that found it; empty where a person did.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_written_and_as_people_type_them() {
        for state in State::ALL {
            assert_eq!(state.name().parse(), Ok(state));
        }
        for kind in Kind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        assert_eq!(
            ("In-Progress".parse(), "false-positive".parse()),
            (Ok(State::InProgress), Ok(State::FalsePositive))
        );
        let fault = "resolvd".parse::<State>().unwrap_err().to_string();
        assert!(fault.contains("detected, analyzing, in_progress, resolved, false_positive"), "{fault}");
        assert!(fault.ends_with("did you mean `resolved`?"), "{fault}");
    }

    #[test]
    fn subjects_have_one_form() {
        use Subject::*;
        for subject in [Case, Finding(3), Incident(1), Indicator(9), Event("a:b".into())] {
            assert_eq!(subject.to_string().parse(), Ok(subject));
        }
        for wrong in ["", "finding", "finding:", "finding:x", "event:", "thing:1", "finding:1x"] {
            assert!(wrong.parse::<Subject>().is_err(), "{wrong}");
        }
    }
}
