//! Who is behind an event, what is normal for them, and what they left behind.
//!
//! [`session`] finds which events belong together, [`chain`] who handed which credentials to
//! whom, forwards and backwards; [`describe`] tells all about a user, role, address, key or session;
//! [`first_seen`] says what is new; [`change`] turns a request and its answer into a
//! sentence, [`narrative`] a session into a story, [`theft`] looks for signs that somebody else uses credentials.
//!
//! Every pass over all events goes over columns and dictionary numbers. Raw records are
//! read only for the few events that are shown. Nothing here guesses: each link says how it was proven, and what
//! cannot be told is said not to be known.
//!
//! This room must not draw.

pub mod chain;
pub mod change;
pub mod describe;
pub mod first_seen;
pub mod key;
pub mod lookup;
pub mod narrative;
pub mod places;
pub mod resource;
pub mod session;
pub mod subject;
pub mod summary;
pub mod theft;

use std::sync::atomic::AtomicBool;

use crate::store::Table;

/// What profiles, trees and stories are made from: worked out once per snapshot, then asked as often as one likes.
#[derive(Clone, Debug)]
pub struct Background {
    /// Which events belong together.
    pub sessions: session::Sessions,
    /// Who handed credentials to whom.
    pub chains: chain::Chains,
    /// What was done for the first time.
    pub first_seen: first_seen::FirstSeen,
}

impl Background {
    /// Works it out; `None` when `stop` was set meanwhile.
    pub fn new(table: &Table, stop: &AtomicBool) -> Option<Self> {
        let sessions = session::Sessions::new(table, stop)?;
        let chains = chain::Chains::new(table, &sessions, stop)?;
        let first_seen = first_seen::FirstSeen::new(table, stop)?;
        Some(Self { sessions, chains, first_seen })
    }
}

#[cfg(test)]
pub(crate) mod sample;
