//! Where the trail of a session ends: the person, pipeline or service behind it, as far as the log says.

use serde::Serialize;

use crate::profile::chain::Chains;
use crate::profile::session::Sessions;
use crate::store::Table;

/// What stands at the end of a trail.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OriginKind {
    /// A person: a user, a federated sign-in, or whom a source identity names.
    Person,
    /// The root user.
    Root,
    /// A workload: an instance, function, task or pipeline.
    Workload,
    /// An AWS service in its own name.
    Service,
    /// A caller of another account, of whom this log knows no more.
    OtherAccount,
    /// A session whose beginning the log does not have.
    Unknown,
}

/// Who is behind a session.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Origin {
    /// What kind of thing it is.
    pub kind: OriginKind,
    /// Its name. Hostile.
    pub name: String,
    /// How that is known: `source identity`, `user`, `single sign-on`, ...
    pub known_by: &'static str,
}

impl Origin {
    /// Who is behind a session: a source identity anywhere on the trail, else what stands at its end.
    pub fn of(table: &Table, sessions: &Sessions, chains: &Chains, session: u32) -> Self {
        let trail = chains.ancestry(session);
        let dicts = table.dicts();
        let on_the_way = std::iter::once(session).chain(trail.iter().filter_map(|l| l.parent));
        for number in on_the_way {
            let Some(identity) = sessions.get(number).map(|s| dicts.identity(s.identity)) else { continue };
            for (word, known_by) in [
                (identity.source_identity, "source identity"),
                (identity.on_behalf_of, "identity center user"),
            ] {
                if !dicts.word(word).is_empty() {
                    return Self { kind: OriginKind::Person, name: dicts.word(word).to_owned(), known_by };
                }
            }
        }
        // A link without a session behind it ends at an AWS service, or at somebody of whom only an account is known.
        match trail.last() {
            Some(link) if link.parent.is_none() => Self::of_row(table, link.row),
            _ => Self::of_session(table, sessions, chains.top(session)),
        }
    }

    fn of_row(table: &Table, row: u32) -> Self {
        let Some(row) = table.row(row) else { return Self::unknown("") };
        let kind = if row.identity().is_service { OriginKind::Service } else { OriginKind::Unknown };
        Self { kind, name: row.actor().to_owned(), known_by: "the event that handed out the credentials" }
    }

    fn of_session(table: &Table, sessions: &Sessions, session: u32) -> Self {
        let dicts = table.dicts();
        let Some(identity) = sessions.get(session).map(|s| dicts.identity(s.identity)) else {
            return Self::unknown("");
        };
        let actor = dicts.actor(identity.actor).0;
        let issued_to = dicts.word(identity.issued_to);
        let (kind, name, known_by) = match dicts.word(identity.kind) {
            "Root" => (OriginKind::Root, actor, "root user"),
            "IAMUser" => (OriginKind::Person, actor, "user"),
            "SAMLUser" | "IdentityCenterUser" => (OriginKind::Person, actor, "single sign-on"),
            "WebIdentityUser" => (OriginKind::Workload, actor, "token of another identity provider"),
            "AWSAccount" => (OriginKind::OtherAccount, actor, "caller of another account"),
            _ if !issued_to.is_empty() => {
                (OriginKind::Workload, issued_to, "whom the credentials were issued to")
            }
            _ if identity.on_instance => {
                (OriginKind::Workload, dicts.word(identity.session_name), "instance that got the credentials")
            }
            _ => return Self::unknown(actor),
        };
        Self { kind, name: name.to_owned(), known_by }
    }

    fn unknown(actor: &str) -> Self {
        let known_by = "the log does not have the event that began the session";
        Self { kind: OriginKind::Unknown, name: actor.to_owned(), known_by }
    }
}
