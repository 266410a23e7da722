//! What became of an event, and whether it only reads: by its name, its error and its answer.

use super::{Extractor, plain};
use crate::event::outcome::Outcome;
use crate::ingest::asides;
use crate::ingest::scan::{Key, Spans};
use crate::ingest::seen::Marks;
use crate::json;
use crate::store::Column;
use crate::store::dict::ABSENT;
use crate::store::flags::{Flags, RecordKind};
use crate::store::segment::EventRow;
/// What the name of an event says about where its facts stand.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct NameFacts {
    known: bool,
    is_console_login: bool,
    /// Whether the answer says by the name of the event what it came to, and nothing else does.
    is_answered: bool,
    pub(super) may_grant: bool,
    reads: bool,
}

impl Extractor {
    pub(super) fn flags(
        &mut self,
        spans: &Spans<'_>,
        kind: RecordKind,
        row: &mut EventRow,
        marks: &mut Marks,
    ) -> Flags {
        let name = self.name_facts(row.columns[Column::Event as usize], spans, kind);
        let mut outcome = self.outcome(row.columns[Column::Error as usize], spans, kind);
        let mut login = Flags::default();
        if name.is_console_login {
            let denied;
            (login, denied) = login_of(spans);
            outcome = if denied { Outcome::Denied } else { outcome };
        }
        if name.is_answered && outcome == Outcome::Success && is_answered_no(spans) {
            outcome = Outcome::Denied;
        }
        if spans.has(Key::ErrorMessage) && row.columns[Column::Error as usize] == ABSENT && is_refusal(spans)
        {
            outcome = Outcome::Denied;
            self.set(row, Column::Error, "Failed authentication");
            *marks |= Marks::ODD;
        }
        let read_only = match spans.get(Key::ReadOnly) {
            b"true" => true,
            b"false" => false,
            other => said_otherwise(other).unwrap_or(name.reads || kind != RecordKind::Event),
        };
        let console =
            spans.has(Key::SessionFromConsole) && plain(spans.get(Key::SessionFromConsole)) == b"true";
        Flags::new(outcome, kind)
            .with(login)
            .with_if(!read_only, Flags::WRITE)
            .with_if(console, Flags::CONSOLE)
    }

    /// What the name of an event says, by its number.
    #[inline]
    fn name_facts(&mut self, id: u32, spans: &Spans<'_>, kind: RecordKind) -> NameFacts {
        match self.names.get(id as usize) {
            Some(name) if name.known => *name,
            _ => self.learn_name(id as usize, written(spans, kind, Key::EventName, "eventName")),
        }
    }

    #[cold]
    fn learn_name(&mut self, slot: usize, raw: &[u8]) -> NameFacts {
        let name = json::scalar(raw).unwrap_or_default();
        let facts = NameFacts {
            known: true,
            is_console_login: name == "ConsoleLogin",
            is_answered: ANSWERED.contains(&name.as_ref()),
            may_grant: asides::may_grant(&name),
            reads: reads_by_name(&name),
        };
        if self.names.len() <= slot {
            self.names.resize(slot + 1, NameFacts::default());
        }
        self.names[slot] = facts;
        facts
    }

    /// The family of an error, by its number.
    #[inline]
    fn outcome(&mut self, id: u32, spans: &Spans<'_>, kind: RecordKind) -> Outcome {
        if id == ABSENT {
            return Outcome::Success;
        }
        match self.outcomes.get(id as usize) {
            Some(known) if *known != Outcome::Success => *known,
            _ => self.learn_outcome(id as usize, written(spans, kind, Key::ErrorCode, "errorCode")),
        }
    }

    #[cold]
    fn learn_outcome(&mut self, slot: usize, raw: &[u8]) -> Outcome {
        if self.outcomes.len() <= slot {
            self.outcomes.resize(slot + 1, Outcome::Success);
        }
        self.outcomes[slot] = Outcome::of_error_code(&json::display(raw).unwrap_or_default());
        self.outcomes[slot]
    }
}

/// What a login to the console came to, and whether it was refused.
#[cold]
fn login_of(spans: &Spans<'_>) -> (Flags, bool) {
    let answer = json::member(spans.get(Key::ResponseElements), "ConsoleLogin").map(plain);
    let used = json::member(spans.get(Key::AdditionalEventData), "MFAUsed").map(plain);
    let is_in = answer == Some(b"Success");
    let no_mfa = is_in && used == Some(b"No");
    let flags = Flags::default().with_if(is_in, Flags::LOGIN_OK).with_if(no_mfa, Flags::NO_MFA);
    (flags, answer == Some(b"Failure"))
}

/// What the sign-in service tells of beside logins, with `responseElements` that repeat the name: `{"CheckMfa": "Failure"}`.
const ANSWERED: [&str; 6] = [
    "CheckMfa",
    "PasswordUpdated",
    "PasswordRecoveryRequested",
    "PasswordRecoveryCompleted",
    "EmailUpdated",
    "SwitchRole",
];

/// Whether the sign-in service says that it refused.
#[cold]
fn is_answered_no(spans: &Spans<'_>) -> bool {
    let answer = spans.get(Key::ResponseElements);
    plain(spans.get(Key::EventSource)) == b"signin.amazonaws.com"
        && ANSWERED.iter().any(|name| json::member(answer, name).map(plain) == Some(b"Failure"))
}

/// Whether a message without a code says that somebody was refused.
#[cold]
fn is_refusal(spans: &Spans<'_>) -> bool {
    plain(spans.get(Key::ErrorMessage)).eq_ignore_ascii_case(b"Failed authentication")
}

/// What a `readOnly` says that is no plain word.
#[cold]
fn said_otherwise(read_only: &[u8]) -> Option<bool> {
    match plain(read_only) {
        b"true" | b"True" | b"TRUE" => Some(true),
        b"false" | b"False" | b"FALSE" => Some(false),
        _ => None,
    }
}

/// The value of a key as it is written, which an insight has one level below where the key says nothing.
#[cold]
fn written<'r>(spans: &Spans<'r>, kind: RecordKind, key: Key, name: &str) -> &'r [u8] {
    match spans.get(key) {
        b"" | b"\"\"" | b"null" if kind == RecordKind::Insight => {
            json::member(spans.get(Key::InsightDetails), name).unwrap_or_default()
        }
        value => value,
    }
}

/// Whether an event of this name only reads, where the record does not say.
fn reads_by_name(name: &str) -> bool {
    const READS: [&str; 12] = [
        "Get", "List", "Describe", "Head", "Lookup", "Search", "BatchGet", "Query", "Scan", "Check",
        "Select", "View",
    ];
    READS.iter().any(|prefix| {
        name.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_uppercase()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_reading_from_writing() {
        for (name, reads) in [
            ("GetObject", true),
            ("Getaway", false),
            ("ListUsers", true),
            ("CreateUser", false),
            ("BatchGetItem", true),
            ("Scan", true),
        ] {
            assert_eq!(reads_by_name(name), reads, "{name}");
        }
    }
}
