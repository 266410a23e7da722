//! Who handed which credentials to whom: sessions as trees, forwards and backwards.
//!
//! A link goes from the session that handed credentials on to the session that used them, and says how it was
//! proven ([`Proof`]). The strongest link of a session counts. Where the one who handed on has no session, as
//! AWS services have none, the link still names the event.
//!
//! Nothing is guessed: no link follows from a name alone, and a session without a link is the end of the trail.

mod find;
mod origin;

use std::sync::atomic::AtomicBool;

use serde::Serialize;

pub use origin::{Origin, OriginKind};

use crate::profile::session::{NONE, Sessions};
use crate::store::Table;

/// How a link was proven, the strongest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// The answer of the event names the key that the session used.
    VendedKey,
    /// The answer names the principal, and the session was created within seconds of it.
    PrincipalAndTime,
    /// A console sign-in of the principal, within seconds of the session's creation.
    ConsoleSignIn,
    /// A sign-in token for the console, and a console session of the same principal soon after.
    SignInToken,
    /// IAM Identity Center handed out a role and masks the key: role session, time and address agree.
    RoleTimeAddress,
    /// The event set the password with which the user signed in later.
    Password,
}

impl Proof {
    /// What it says, in a few words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::VendedKey => "its answer names the key",
            Self::PrincipalAndTime => "principal and creation time agree",
            Self::ConsoleSignIn => "console sign-in of the same principal at the creation time",
            Self::SignInToken => "sign-in token, then a console session of the same principal",
            Self::RoleTimeAddress => "role session, time and address agree; the key is masked",
            Self::Password => "it set the password that was used later",
        }
    }

    /// Whether nothing else could have made the session.
    pub const fn is_certain(self) -> bool {
        matches!(self, Self::VendedKey | Self::PrincipalAndTime | Self::ConsoleSignIn)
    }
}

/// Credentials handed from one session to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Link {
    /// The session that handed them on; `None` where it has none, as for AWS services.
    pub parent: Option<u32>,
    /// The session that used them.
    pub child: u32,
    /// The event that handed them on.
    pub row: u32,
    /// The same act as the other account recorded it.
    pub seen_by: Option<u32>,
    /// How it was proven.
    pub proof: Proof,
}

/// A session in a tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Node {
    /// The session.
    pub session: u32,
    /// How many links lie between it and the top of the tree.
    pub depth: u32,
    /// The link by which it got there; `None` at the top.
    pub link: Option<Link>,
}

/// The links between the sessions of a snapshot.
#[derive(Clone, Default, Debug)]
pub struct Chains {
    links: Vec<Link>,
    /// The link that each session came by: a place in `links`.
    parent: Vec<u32>,
    /// The links of each session to those it handed something to.
    children: Vec<u32>,
    starts: Vec<u32>,
}

impl Chains {
    /// Finds the links; `None` when `stop` was set meanwhile.
    pub fn new(table: &Table, sessions: &Sessions, stop: &AtomicBool) -> Option<Self> {
        let candidates = find::candidates(table, sessions, stop)?;
        Some(Self::of(candidates, sessions.len()))
    }

    fn of(mut candidates: Vec<Link>, sessions: usize) -> Self {
        // The strongest first; of equals one that has a session before one that has none, then the first.
        candidates.sort_by_key(|l| (l.child, l.proof, l.parent.is_none(), l.row));
        candidates.dedup_by_key(|l| l.child);
        let mut parent = vec![NONE; sessions];
        let mut counts = vec![0u32; sessions + 1];
        for (at, link) in (0u32..).zip(&candidates) {
            if let Some(slot) = parent.get_mut(link.child as usize) {
                *slot = at;
            }
            if let Some(count) = link.parent.and_then(|p| counts.get_mut(p as usize)) {
                *count += 1;
            }
        }
        let mut starts = Vec::with_capacity(sessions + 1);
        let mut next = 0;
        for count in counts {
            starts.push(next);
            next += count;
        }
        let mut children = vec![0; next as usize];
        let mut places = starts.clone();
        for (at, link) in (0u32..).zip(&candidates) {
            if let Some(place) = link.parent.and_then(|p| places.get_mut(p as usize)) {
                if let Some(slot) = children.get_mut(*place as usize) {
                    *slot = at;
                }
                *place += 1;
            }
        }
        Self { links: candidates, parent, children, starts }
    }

    /// The link by which a session got its credentials.
    pub fn parent(&self, session: u32) -> Option<&Link> {
        self.links.get(*self.parent.get(session as usize)? as usize)
    }

    /// The links by which a session handed credentials on, in the order of the sessions that got them.
    pub fn children(&self, session: u32) -> impl DoubleEndedIterator<Item = &Link> {
        let at = |n: usize| self.starts.get(n).map_or(0, |&s| s as usize);
        let range = at(session as usize)..at(session as usize + 1);
        self.children.get(range).unwrap_or_default().iter().filter_map(|&at| self.links.get(at as usize))
    }

    /// The links from a session back to where the trail ends, the nearest first.
    pub fn ancestry(&self, session: u32) -> Vec<&Link> {
        let mut links: Vec<&Link> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        let mut at = Some(session);
        while let Some(link) = at.and_then(|session| self.parent(session)) {
            // Forged records can make a circle.
            if !seen.insert(link.child) {
                break;
            }
            links.push(link);
            at = link.parent;
        }
        links
    }

    /// The session at which the trail of another one ends.
    pub fn top(&self, session: u32) -> u32 {
        self.ancestry(session).iter().rev().find_map(|l| l.parent).unwrap_or(session)
    }

    /// A session and everything that came out of it, each before what it handed on.
    pub fn tree(&self, session: u32) -> Vec<Node> {
        let mut nodes = Vec::new();
        let mut seen = std::collections::HashSet::new();
        let mut open = vec![Node { session, depth: 0, link: None }];
        while let Some(node) = open.pop() {
            if !seen.insert(node.session) {
                continue;
            }
            nodes.push(node);
            let below = self.children(node.session).rev();
            open.extend(below.map(|l| Node { session: l.child, depth: node.depth + 1, link: Some(*l) }));
        }
        nodes
    }

    /// How many links there are.
    pub fn len(&self) -> usize {
        self.links.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.links.is_empty()
    }

    /// All links.
    pub fn iter(&self) -> impl Iterator<Item = &Link> {
        self.links.iter()
    }
}

#[cfg(test)]
mod tests;
