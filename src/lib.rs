//! trailhound: a console, and an engine, for investigating AWS CloudTrail.
//!
//! The tree of modules is the architecture; data goes one way, from bytes to
//! columns to scored events to what shows them. `docs/architecture.md` tells the
//! whole story, each module opens with its own part of it.

/// As that of the standard library, which panics where nobody can be told: a full disk behind stderr, or a reader that
/// has gone, must not cost the results.
macro_rules! eprintln {
    ($($words:tt)*) => {{
        let line = format!("{}\n", format_args!($($words)*));
        let _ = std::io::Write::write_all(&mut std::io::stderr().lock(), line.as_bytes());
    }};
}

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
