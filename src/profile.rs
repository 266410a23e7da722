//! Who is behind an event, what is normal for them, and what they left behind.
//!
//! [`session`] finds which events belong together, [`chain`] who handed which credentials to
//! whom, forwards and backwards; [`actor`] describes a user, role, address, key or session;
//! [`first_seen`] says what is new; [`change`] turns a request and its answer into a
//! sentence, and [`narrative`] a session into a story.
//!
//! Every pass over all events goes over columns and dictionary numbers. Raw records are
//! read only for the few events that are shown. Nothing here guesses: each link says how it was proven, and what
//! cannot be told is said not to be known.
//!
//! This room must not draw.

pub mod chain;
pub mod change;
pub mod key;
pub mod lookup;
pub mod session;

#[cfg(test)]
pub(crate) mod sample;
