//! Signs that somebody else uses credentials: what changes within one session or key that should not.
//!
//! A unit is one set of credentials: a session, all use of a key that does not expire, or all credentials of one
//! instance. Within a unit the first call from another network, by another program or over another kind of
//! connection is a sign; so are instance credentials off the instance, journeys that nobody can make, and a
//! console without a second factor. Calls that a service made on somebody's behalf come from the service's
//! address and program, and count for nothing here.
//!
//! An address that others of the same account had used before, an office or a gateway, is no sign either, nor is one
//! that the actor has used for a day.
//!
//! A sign is no proof: people move and programs are updated. Each names the event and what it is held against.

mod travel;
mod unit;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

pub use travel::{Place, Places};

use crate::event::time::Time;
use crate::investigation::Investigation;
use crate::profile::Background;
use crate::profile::chain::Proof;
use crate::profile::describe::EventRef;
use crate::profile::session::Anchor;
use crate::store::flags::Flags;
use crate::store::{Row, Table};
use unit::{Neighbors, Unit, Watch};

/// What kind of sign.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignKind {
    /// Credentials of an instance, used from elsewhere.
    OffInstance,
    /// Two places, and too little time between them.
    Travel,
    /// A sign-in to the console without a second factor.
    NoSecondFactor,
    /// Another network.
    Network,
    /// Another program.
    Agent,
    /// The same program and service over another kind of connection.
    Tls,
    /// Another address of a known network.
    Address,
}

impl SignKind {
    /// What it says, in a few words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::OffInstance => "instance credentials off the instance",
            Self::Travel => "impossible journey",
            Self::NoSecondFactor => "console without a second factor",
            Self::Network => "another network",
            Self::Agent => "another program",
            Self::Tls => "another kind of connection",
            Self::Address => "another address",
        }
    }
}

/// A sign, and the event that gives it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sign {
    /// What kind.
    pub kind: SignKind,
    /// The credentials: a key, a session, an instance. Hostile.
    pub credentials: String,
    /// One sentence. Hostile.
    pub text: String,
    /// What was met.
    pub value: String,
    /// What it is held against; empty where there is nothing.
    pub before: String,
    /// The event.
    pub event: EventRef,
    /// The id of the event that it is held against.
    pub before_event: Option<String>,
}

/// How many signs are told; who shows more changes than that in one session is a crowd.
const MOST: usize = 200;

/// The signs that these events give, in order of time; `None` when `stop` was set meanwhile.
///
/// The credentials behind `rows` are looked at as a whole, since what is odd about the use from an address shows
/// only beside the other uses; told is what falls on one of the rows, which must be in order.
pub fn signs(
    inv: &Investigation,
    background: &Background,
    rows: &[u32],
    places: Option<&dyn Places>,
    stop: &AtomicBool,
) -> Option<Vec<Sign>> {
    let mut found = Vec::new();
    let neighbors = Neighbors::new(background);
    for unit in Unit::behind(inv, background, rows) {
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        let mut watch = Watch::new(inv, background, &unit, &neighbors, places);
        for row in unit.rows.iter().filter_map(|&n| inv.table.row(n)) {
            watch.see(&row);
        }
        found.extend(watch.signs.into_iter().filter(|sign| rows.binary_search(&sign.event.row).is_ok()));
    }
    found.extend(without_second_factor(inv, background, rows));
    found.sort_by_key(|sign| (sign.event.row, sign.kind));
    found.truncate(MOST);
    Some(found)
}

/// Sign-ins of users and of root without a second factor, and console sessions whose sign-in is not among the events.
///
/// Whoever comes by single sign-on gives the second factor elsewhere, and the record says "no" all the same.
fn without_second_factor(inv: &Investigation, background: &Background, rows: &[u32]) -> Vec<Sign> {
    let Background { sessions, chains, .. } = background;
    let mut found = Vec::new();
    let mut met = BTreeSet::new();
    for row in rows.iter().filter_map(|&n| inv.table.row(n)) {
        let identity = row.identity();
        let own = matches!(row.word(identity.kind), "IAMUser" | "Root");
        if own && row.flags().has(Flags::LOGIN_OK) && row.flags().has(Flags::NO_MFA) {
            let text = "signed in to the console without a second factor".to_owned();
            found.push(second_factor(&row, row.actor().to_owned(), text));
            continue;
        }
        let Some(number) = sessions.of_row(row.number()).filter(|&s| met.insert(s)) else { continue };
        let console = matches!(sessions.get(number).map(|s| s.anchor), Some(Anchor::Console { .. }));
        let signed_in = chains.parent(number).is_some_and(|link| link.proof == Proof::ConsoleSignIn);
        if own && console && !signed_in && identity.mfa == Some(false) {
            let text = "used the console in a session without a second factor".to_owned();
            found.push(second_factor(&row, sessions.id(inv.table.dicts(), number), text));
        }
    }
    found
}

fn second_factor(row: &Row<'_>, credentials: String, text: String) -> Sign {
    let event = EventRef::new(row);
    let kind = SignKind::NoSecondFactor;
    Sign { kind, credentials, text, value: String::new(), before: String::new(), event, before_event: None }
}

/// A stretch of time in the two units that say most of it: `47 s`, `3 min 12 s`, `2 d 4 h`.
pub(crate) fn stretch(from: Time, to: Time) -> String {
    let (Some(from), Some(to)) = (from.millis(), to.millis()) else { return "an unknown time".to_owned() };
    let seconds = to.saturating_sub(from).max(0) / 1000;
    let units = [
        ("d", seconds / 86_400),
        ("h", seconds / 3600 % 24),
        ("min", seconds / 60 % 60),
        ("s", seconds % 60),
    ];
    let telling = units.iter().skip_while(|(_, n)| *n == 0).take(2).filter(|(_, n)| *n > 0);
    let words: Vec<String> = telling.map(|(unit, n)| format!("{n} {unit}")).collect();
    if words.is_empty() { "0 s".to_owned() } else { words.join(" ") }
}

/// The id of an event.
fn id_of(table: &Table, row: u32) -> Option<String> {
    table.row(row).map(|row| row.id())
}

#[cfg(test)]
mod tests;
