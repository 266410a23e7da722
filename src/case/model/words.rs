//! The words of a case: states, kinds of indicators, what something is about.

use std::fmt;
use std::str::FromStr;

use crate::text::nearest;

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
