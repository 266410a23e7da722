//! What can be typed about rules.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::InputArgs;

/// `trailhound rules`.
#[derive(Subcommand, Debug)]
pub enum RulesCommand {
    /// Print the rules that can be used: level, id, title.
    List {
        /// Files, or folders with everything below them; the rules that `scan` would use when none is named.
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// Hold every rule to the examples in its file: events that it must hit, and events that it must pass.
    Test {
        /// Files, or folders with everything below them; the built-in rules when none is named.
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// What is known of your organization, for rules that ask for it.
        #[arg(long, value_name = "FILE")]
        environment_file: Option<PathBuf>,
    },
    /// Say which conditions of which rules an event matched, and with what.
    Explain(Box<ExplainArgs>),
    /// Say which rules cannot be used, and what is suspicious about the others; with file, line and the way out.
    ///
    /// A warning is about what does not do what it looks like: an event name that nothing logs, a field that
    /// never occurs, a condition that never holds. A note is about what could be better. The exit status is 2
    /// when a rule cannot be used, else 1 when there is a warning.
    Check {
        /// Files, or folders with everything below them; the built-in rules when none is named.
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// What is known of your organization, for rules that ask for it.
        #[arg(long, value_name = "FILE")]
        environment_file: Option<PathBuf>,
    },
}

/// `trailhound rules explain`.
#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// The id of the event.
    #[arg(value_name = "EVENT-ID")]
    pub id: String,
    /// What is read.
    #[command(flatten)]
    pub input: InputArgs,
}
