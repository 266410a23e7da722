//! What an event means to a defender: known acts, techniques, and later rules.
//!
//! Everything here is data from `rules/`, which a user can replace, and pure
//! functions of it. It does no I/O.

pub mod again;
pub mod attack;
pub mod capture;
pub mod compare;
pub mod correlate;
pub mod engine;
pub mod environment;
pub mod explain;
pub mod hits;
pub mod lint;
pub mod operations;
pub(crate) mod own;
mod pack;
pub mod retro;
pub mod rules;
pub mod sensitive;
pub mod sigma;
pub mod tested;
