//! Every link that the events allow; which of them counts is decided elsewhere.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::event::outcome::Outcome;
use crate::event::time::Time;
use crate::profile::chain::{Link, Proof};
use crate::profile::session::{Anchor, Sessions};
use crate::store::dicts::{DictSet, Grant, IdentityRow};
use crate::store::flags::Flags;
use crate::store::{Aside, Column, Row, Table};

/// How far the creation of a session may lie from the event that made it.
const NEAR_MS: i64 = 5_000;
/// How long a sign-in token for the console is good.
const TOKEN_MS: i64 = 15 * 60_000;

type Map<K, V> = HashMap<K, V, foldhash::fast::FixedState>;

/// All links; `None` when `stop` was set meanwhile.
pub(super) fn candidates(table: &Table, sessions: &Sessions, stop: &AtomicBool) -> Option<Vec<Link>> {
    let index = Index::new(table, sessions);
    let mut links = index.by_grants();
    if stop.load(Ordering::Relaxed) {
        return None;
    }
    for (row, kind) in telling_rows(table) {
        let Some(row) = table.row(row) else { continue };
        match kind {
            Telling::SignIn => links.extend(index.sign_in(&row)),
            Telling::Token => links.extend(index.token(&row)),
            Telling::Password => index.password(&row, &mut links),
            Telling::Masked => links.extend(index.masked(&row)),
        }
    }
    (!stop.load(Ordering::Relaxed)).then_some(links)
}

/// Events that lead to a session without naming a key.
#[derive(Clone, Copy)]
enum Telling {
    SignIn,
    Token,
    Password,
    Masked,
}

/// The rows of such events that were done.
fn telling_rows(table: &Table) -> Vec<(u32, Telling)> {
    let names = table.dicts().column(Column::Event);
    let telling: Vec<Option<Telling>> = names
        .iter()
        .map(|(_, name)| match name {
            "ConsoleLogin" => Some(Telling::SignIn),
            "GetSigninToken" => Some(Telling::Token),
            "CreateLoginProfile" | "UpdateLoginProfile" => Some(Telling::Password),
            "GetRoleCredentials" => Some(Telling::Masked),
            _ => None,
        })
        .collect();
    let mut rows = Vec::new();
    for (start, segment) in table.segments() {
        segment.column(Column::Event).for_each(|slot, id| {
            if let Some(Some(kind)) = telling.get(id as usize)
                && segment.flags(slot).outcome() == Outcome::Success
            {
                rows.push((start + slot as u32, *kind));
            }
        });
    }
    rows
}

/// Sessions by what an event can say of them.
struct Index<'a> {
    table: &'a Table,
    dicts: &'a DictSet,
    sessions: &'a Sessions,
    /// Keys as text: the number of the word.
    keys: Map<&'a str, u32>,
    /// `principalId` as text: creation time in milliseconds and session, sorted.
    principals: Map<&'a str, Vec<(i64, u32)>>,
    /// (user name, account) as numbers of words: the sessions in which a user signed in without a key.
    users: Map<(&'a str, u32), Vec<u32>>,
    /// Role sessions by the name of the session.
    named: Map<&'a str, Vec<u32>>,
}

impl<'a> Index<'a> {
    fn new(table: &'a Table, sessions: &'a Sessions) -> Self {
        let dicts = table.dicts();
        let mut index = Self {
            table,
            dicts,
            sessions,
            keys: sessions.keys().iter().map(|&(key, _)| (dicts.word(key), key)).collect(),
            principals: Map::default(),
            users: Map::default(),
            named: Map::default(),
        };
        for (number, session) in (0u32..).zip(sessions.iter()) {
            let identity = dicts.identity(session.identity);
            if let Some(created) = identity.created.millis().filter(|_| identity.principal_id != 0) {
                let of = index.principals.entry(dicts.word(identity.principal_id)).or_default();
                of.push((created, number));
            }
            if identity.user_name != 0 && identity.access_key == 0 {
                let user = (dicts.word(identity.user_name), identity.account);
                index.users.entry(user).or_default().push(number);
            }
            if identity.session_name != 0 && dicts.word(identity.role).starts_with("AWSReservedSSO_") {
                index.named.entry(dicts.word(identity.session_name)).or_default().push(number);
            }
        }
        index.principals.values_mut().for_each(|of| of.sort_unstable());
        index
    }

    /// The links of all events whose answer hands out credentials.
    fn by_grants(&self) -> Vec<Link> {
        let mut grants: Vec<(u64, u32)> = Vec::new();
        for (start, segment) in self.table.segments() {
            let rows = segment.aside(Aside::Grant).iter();
            grants.extend(rows.map(|(slot, grant)| (grant, start + slot as u32)));
        }
        grants.sort_unstable();
        let partners = self.partners(&grants);
        let mut links = Vec::new();
        for same in grants.chunk_by(|a, b| a.0 == b.0) {
            let Some(&(number, _)) = same.first() else { continue };
            let grant = self.dicts.grant(u32::try_from(number).unwrap_or(0));
            if grant.key.is_empty() {
                // Without a key nothing holds the acts together.
                same.iter().for_each(|act| self.act(grant, &[*act], &partners, &mut links));
            } else {
                self.act(grant, same, &partners, &mut links);
            }
        }
        links
    }

    /// The records that share their act with one of those that hand out credentials: the other account's view of it.
    fn partners(&self, grants: &[(u64, u32)]) -> Map<u64, Vec<u32>> {
        let shared = |row: u32| self.table.row(row).map_or(0, |row| row.aside(Aside::Shared));
        let mut partners: Map<u64, Vec<u32>> =
            grants.iter().map(|&(_, row)| (shared(row), Vec::new())).filter(|(id, _)| *id != 0).collect();
        if partners.is_empty() {
            return partners;
        }
        for (start, segment) in self.table.segments() {
            for (slot, id) in segment.aside(Aside::Shared).iter() {
                // One act is seen by two accounts, three at most; more are forged.
                if let Some(rows) = partners.get_mut(&id).filter(|rows| rows.len() < 8) {
                    rows.push(start + slot as u32);
                }
            }
        }
        partners
    }

    /// The links of one act that hands out credentials, in however many records it was seen.
    fn act(
        &self,
        grant: Grant<'_>,
        seen: &[(u64, u32)],
        partners: &Map<u64, Vec<u32>>,
        links: &mut Vec<Link>,
    ) {
        let mut views: Vec<u32> = seen.iter().map(|&(_, row)| row).collect();
        for &(_, row) in seen {
            let shared = self.table.row(row).map_or(0, |row| row.aside(Aside::Shared));
            views.extend(partners.get(&shared).into_iter().flatten().filter(|&&other| other != row));
        }
        views.sort_unstable();
        views.dedup();
        // The caller's own record says who the caller is; in the other account's the caller is but an account.
        let own = |row: u32| self.sessions.of_row(row).filter(|_| self.is_own_record(row));
        let Some(best) = views.iter().copied().find(|&row| own(row).is_some()).or(views.first().copied())
        else {
            return;
        };
        let other = views.iter().copied().find(|&row| row != best);
        let parent = own(best).or_else(|| self.sessions.of_row(best).filter(|_| !grant.key.is_empty()));
        self.grant(grant, best, parent, other, links);
    }

    /// Whether the record names the key or the sign-in of the caller, and not only an account.
    fn is_own_record(&self, row: u32) -> bool {
        self.table.row(row).is_some_and(|row| self.dicts.word(row.identity().kind) != "AWSAccount")
    }

    fn grant(
        &self,
        grant: Grant<'_>,
        row: u32,
        parent: Option<u32>,
        seen_by: Option<u32>,
        links: &mut Vec<Link>,
    ) {
        let before = links.len();
        if let Some(&key) = self.keys.get(grant.key).filter(|_| !grant.key.is_empty()) {
            let children = self.sessions.of_key(key).filter(|&child| Some(child) != parent);
            links.extend(children.map(|child| Link { parent, child, row, seen_by, proof: Proof::VendedKey }));
        }
        // A session that used another key than the one handed out got its credentials elsewhere.
        let wanted = |s: u32| Some(s) != parent && (grant.key.is_empty() || self.is_console(s));
        if links.len() == before
            && let Some(time) = self.table.row(row).map(|r| r.time())
            && let Some(child) = self.nearest(grant.principal_id, time, NEAR_MS, wanted)
        {
            links.push(Link { parent, child, row, seen_by, proof: Proof::PrincipalAndTime });
        }
    }

    /// The session of a principal that was created nearest to a time.
    fn nearest(&self, principal: &str, time: Time, within: i64, wanted: impl Fn(u32) -> bool) -> Option<u32> {
        let time = time.millis()?;
        self.created(principal, time.saturating_sub(within), time.saturating_add(within))
            .filter(|&(_, session)| wanted(session))
            .map(|(created, session)| (created.saturating_sub(time).abs(), session))
            .min()
            .map(|(_, session)| session)
    }

    /// The sessions of a principal that were created within a stretch of time, with when.
    fn created(&self, principal: &str, from: i64, to: i64) -> impl Iterator<Item = (i64, u32)> + '_ {
        let of = self.principals.get(principal).filter(|_| !principal.is_empty());
        let of = of.map_or(&[][..], Vec::as_slice);
        let begin = of.partition_point(|&(created, _)| created < from);
        of.get(begin..).unwrap_or_default().iter().copied().take_while(move |&(created, _)| created <= to)
    }

    fn is_console(&self, session: u32) -> bool {
        matches!(
            self.sessions.get(session).map(|s| s.anchor),
            Some(Anchor::Console { .. } | Anchor::SignIn { .. })
        )
    }

    /// A console sign-in, and the console session that began with it.
    fn sign_in(&self, row: &Row<'_>) -> Option<Link> {
        if !row.flags().has(Flags::LOGIN_OK) {
            return None;
        }
        let parent = self.sessions.of_row(row.number());
        let principal = row.word(row.identity().principal_id);
        let wanted = |s: u32| Some(s) != parent && self.is_console(s);
        let child = self.nearest(principal, row.time(), NEAR_MS, wanted)?;
        Some(Link { parent, child, row: row.number(), seen_by: None, proof: Proof::ConsoleSignIn })
    }

    /// A sign-in token, and the console session that was opened with it.
    fn token(&self, row: &Row<'_>) -> Option<Link> {
        let parent = self.sessions.of_row(row.number());
        let IdentityRow { principal_id, .. } = row.identity();
        let asked = row.time().millis()?;
        let (from, to) = (asked.saturating_sub(NEAR_MS), asked.saturating_add(TOKEN_MS));
        let opened = self.created(row.word(principal_id), from, to);
        let child = opened.filter(|&(_, s)| Some(s) != parent && self.is_console(s)).min().map(|(_, s)| s)?;
        Some(Link { parent, child, row: row.number(), seen_by: None, proof: Proof::SignInToken })
    }

    /// A password that was set for a user, and the times the user signed in afterwards.
    fn password(&self, row: &Row<'_>, links: &mut Vec<Link>) {
        let parent = self.sessions.of_row(row.number());
        let key = (row.text(Column::Target), row.identity().account);
        for &child in self.users.get(&key).into_iter().flatten() {
            let later = self.sessions.get(child).is_some_and(|s| s.first >= row.time());
            if later && Some(child) != parent {
                let seen_by = None;
                links.push(Link { parent, child, row: row.number(), seen_by, proof: Proof::Password });
            }
        }
    }

    /// A role that IAM Identity Center handed out without saying the key.
    fn masked(&self, row: &Row<'_>) -> Option<Link> {
        let parent = self.sessions.of_row(row.number());
        let name = row.word(row.identity().user_name);
        let at = row.time().millis()?;
        let fits = |session: u32| {
            let session = self.sessions.get(session)?;
            let created = self.dicts.identity(session.identity).created.millis()?;
            let first = self.table.row(session.first_row)?;
            let apart = (created - at).abs();
            (apart <= NEAR_MS && first.id_of(Column::Ip) == row.id_of(Column::Ip)).then_some(apart)
        };
        let near = self.named.get(name)?.iter().filter(|&&s| Some(s) != parent);
        let child = near.filter_map(|&s| Some((fits(s)?, s))).min().map(|(_, s)| s)?;
        Some(Link { parent, child, row: row.number(), seen_by: None, proof: Proof::RoleTimeAddress })
    }
}
