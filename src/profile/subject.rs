//! Whom a profile is of, and which events are theirs.

use std::str::FromStr;

use crate::event::address::parse_ip;
use crate::profile::session::Sessions;
use crate::store::{Column, Table};

/// What kind of thing a profile is of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectKind {
    /// An actor, by the name that the `actor` column shows.
    Actor,
    /// A user, by `userName`.
    User,
    /// A role with all of its sessions.
    Role,
    /// A source address.
    Address,
    /// An access key.
    Key,
    /// A session.
    Session,
}

impl SubjectKind {
    /// All kinds, in the order in which a bare name is tried.
    pub const ALL: [Self; 6] = [Self::Actor, Self::User, Self::Role, Self::Address, Self::Key, Self::Session];

    /// The word for it, which also stands before a name: `role:Admin`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::User => "user",
            Self::Role => "role",
            Self::Address => "address",
            Self::Key => "key",
            Self::Session => "session",
        }
    }
}

/// Whom a profile is of.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Subject {
    /// What kind of thing; `None` when only the events can tell.
    pub kind: Option<SubjectKind>,
    /// Its name.
    pub name: String,
    /// Of actors that share a name, that of this account alone; empty: the one that has none. `None`: of any account.
    pub account: Option<String>,
}

impl FromStr for Subject {
    type Err = std::convert::Infallible;

    /// Reads `role:Admin`, `ip:203.0.113.7` or a bare name; a name may contain colons itself.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = text.split_once(':').and_then(|(kind, name)| {
            let kind = if kind == "ip" { "address" } else { kind };
            Some((SubjectKind::ALL.into_iter().find(|k| k.name() == kind)?, name))
        });
        Ok(match named {
            Some((kind, name)) if !name.is_empty() => {
                Self { kind: Some(kind), name: name.to_owned(), account: None }
            }
            _ => Self { kind: None, name: text.to_owned(), account: None },
        })
    }
}

impl Subject {
    /// A subject of that kind.
    pub fn new(kind: SubjectKind, name: impl Into<String>) -> Self {
        Self { kind: Some(kind), name: name.into(), account: None }
    }

    /// An actor of that account, and not those of the same name in others.
    #[must_use]
    pub fn within(self, account: impl Into<String>) -> Self {
        Self { account: Some(account.into()), ..self }
    }

    /// What the subject is, and its events in order; `None` when nothing has that name.
    ///
    /// Names are compared without regard to case, except those of keys and sessions.
    pub fn rows(&self, table: &Table, sessions: &Sessions) -> Option<(SubjectKind, Vec<u32>)> {
        let kinds = SubjectKind::ALL.into_iter().filter(|k| self.kind.is_none_or(|wanted| wanted == *k));
        kinds.map(|kind| (kind, self.rows_of(kind, table, sessions))).find(|(_, rows)| !rows.is_empty())
    }

    fn rows_of(&self, kind: SubjectKind, table: &Table, sessions: &Sessions) -> Vec<u32> {
        let dicts = table.dicts();
        let name = self.name.as_str();
        let identities = |wanted: &dyn Fn(u32) -> bool| {
            let ids: Vec<bool> = (0..dicts.identity_count()).map(wanted).collect();
            select(table, Column::Identity, &ids)
        };
        let same = |text: &str| text.eq_ignore_ascii_case(name) && !text.is_empty();
        match kind {
            SubjectKind::Actor => identities(&|id| {
                let (actor, account) = dicts.actor(dicts.identity(id).actor);
                same(actor) && self.account.as_deref().is_none_or(|wanted| wanted == account)
            }),
            SubjectKind::User => identities(&|id| same(dicts.word(dicts.identity(id).user_name))),
            SubjectKind::Role => identities(&|id| same(dicts.word(dicts.identity(id).role))),
            SubjectKind::Key => {
                identities(&|id| !name.is_empty() && dicts.word(dicts.identity(id).access_key) == name)
            }
            SubjectKind::Address => {
                let ip = parse_ip(name);
                let wanted = |text: &str| same(text) || (ip.is_some() && parse_ip(text) == ip);
                let ids: Vec<bool> = dicts.column(Column::Ip).iter().map(|(_, text)| wanted(text)).collect();
                select(table, Column::Ip, &ids)
            }
            SubjectKind::Session => {
                let found = sessions.find(table, name);
                sessions.rows_of(found).into_iter().map(|(row, _)| row).collect()
            }
        }
    }
}

/// The rows whose number in a column is wanted.
fn select(table: &Table, column: Column, wanted: &[bool]) -> Vec<u32> {
    let mut rows = Vec::new();
    if !wanted.iter().any(|&w| w) {
        return rows;
    }
    for (start, segment) in table.segments() {
        segment.column(column).for_each(|slot, id| {
            if wanted.get(id as usize).copied().unwrap_or(false) {
                rows.push(start + slot as u32);
            }
        });
    }
    rows
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use serde_json::json;

    use super::*;
    use crate::profile::sample::{HOME, investigation, record, role, user};

    #[test]
    fn every_kind_of_name_finds_its_events() {
        let inv = investigation(&[
            record("08:00:00", "s3:GetObject", &user("Admin", "AKIA1"), json!({})),
            record("08:00:01", "s3:GetObject", &role(HOME, "Admin", "ann", "ASIA1", "07:00:00"), json!({})),
            record(
                "08:00:02",
                "s3:GetObject",
                &user("bob", "AKIA2"),
                json!({"sourceIPAddress": "2001:db8::1"}),
            ),
        ]);
        let sessions = Sessions::new(&inv.table, &AtomicBool::new(false)).unwrap();
        let found = |text: &str| text.parse::<Subject>().unwrap().rows(&inv.table, &sessions);
        use SubjectKind::{Actor, Address, Key, Role, Session, User};
        for (text, expected) in [
            ("Admin", Some((Actor, vec![0]))),
            ("role:admin", Some((Role, vec![1]))),
            ("user:bob", Some((User, vec![2]))),
            ("Admin/ann", Some((Actor, vec![1]))),
            ("ip:2001:db8:0::1", Some((Address, vec![2]))),
            ("203.0.113.10", Some((Address, vec![0, 1]))),
            ("AKIA2", Some((Key, vec![2]))),
            ("session:ASIA1", Some((Session, vec![1]))),
            ("AKIA1@2026-01-10T08:00:00Z", Some((Session, vec![0]))),
            ("nobody", None),
            ("key:", None),
            ("", None),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }
}
