//! The command line: from what was typed to what is done.
//!
//! `args` holds what can be typed, one file per command what it does. Nothing here
//! has logic of its own: a command checks its arguments, calls the engine and
//! writes what comes back. Results go to stdout and nothing else does; progress and
//! notes go to stderr.

mod actors;
mod args;
mod author;
mod aws;
mod case;
mod config;
mod console;
mod documents;
mod eval;
mod evidence;
mod exit;
mod follow;
mod fonts;
mod keys;
mod load;
mod notify;
mod output;
mod query;
mod report;
mod rule_files;
mod rules;
mod scan;
mod synth;
mod who;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

pub use exit::Exit;

use self::args::{Cli, Command};

/// The command line as clap sees it, for the generated documents.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs what the process was asked to do.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse_from(query::told_from_options(std::env::args_os())) {
        Ok(cli) => cli,
        Err(e) => {
            // Help and version are no errors; both print by themselves.
            let code = if e.use_stderr() { Exit::WrongUse } else { Exit::Done };
            let _ = e.print();
            return code.into();
        }
    };
    let result = match cli.command {
        None => console::open(&cli.sources, &cli.console),
        Some(Command::Demo(args)) => console::demo(&args),
        Some(Command::Scan(args)) => scan::run(&args),
        Some(Command::Query(args)) => query::run(&args),
        Some(Command::Actors(args)) => actors::run(&args),
        Some(Command::Eval(args)) => eval::run(&args),
        Some(Command::Session(args)) => who::session(&args),
        Some(Command::Profile(args)) => who::profile(&args),
        Some(Command::Anomalies(args)) => who::anomalies(&args),
        Some(Command::Case(args)) => case::run(&args),
        Some(Command::Coverage(args)) => evidence::coverage(&args),
        Some(Command::Custody(args)) => evidence::custody(&args),
        Some(Command::Report(args)) => report::run(&args),
        Some(Command::Synth(args)) => synth::run(&args),
        Some(Command::Rules(args)) => rules::run(&args),
        Some(Command::S3(args)) => aws::s3(&args),
        Some(Command::Aws(args)) => aws::aws(&args),
        Some(Command::Notify(args)) => notify::run(&args),
        Some(Command::Keys(args)) => keys::run(&args),
        Some(Command::Config(args)) => config::run(&args),
        Some(Command::Completions { shell }) => documents::completions(shell),
        Some(Command::Man) => documents::man(),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(failure) => failure.report().into(),
    }
}
