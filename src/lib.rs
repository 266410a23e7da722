//! trailhound: a console, and an engine, for investigating AWS CloudTrail.
//!
//! The tree of modules is the architecture; data goes one way, from bytes to
//! columns to scored events to what shows them. `docs/architecture.md` tells the
//! whole story, each module opens with its own part of it.

pub mod anomaly;
pub mod case;
pub mod cli;
pub mod cloud;
pub mod config;
pub mod console;
pub mod detect;
pub mod event;
pub mod evidence;
pub mod follow;
#[cfg(test)]
mod golden;
pub mod ingest;
pub mod investigation;
pub mod json;
pub mod memory;
pub mod notify;
pub mod profile;
pub mod query;
pub mod report;
pub mod score;
pub mod source;
pub mod store;
pub mod synth;
pub mod text;
