//! Risk: points with their reasons, and the order of events that have the same points.
//!
//! Points are additive, visible and depend on one event alone: loading more files
//! never changes a score that stands in a report. What depends on the other
//! events (first seen, rarity, a success after a denial) is in the rank, never in
//! the points. Weights and lists are data: `rules/scoring.toml` is the default,
//! `rules/classic.toml` the plain table that other analyzers use, and a user's own
//! file replaces either.
//!
//! This room must not depend on the order in which events were loaded.

pub mod burst;
pub mod rank;
pub mod rollup;
pub mod scorer;
pub mod scoring;

pub use scorer::{Factor, Scorer};
pub use scoring::{Level, Scoring};
