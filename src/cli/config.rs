//! `trailhound config`: the settings in force, and what is wrong with them.

use crate::cli::args::ConfigCommand;
use crate::cli::exit::{Exit, Outcome};
use crate::cli::{load, output};
use crate::config::Flags;

pub(crate) fn run(command: &ConfigCommand) -> Outcome {
    let (ConfigCommand::Show { config } | ConfigCommand::Check { config }) = command;
    let loaded = load::settings(&Flags { config: config.clone(), ..Flags::default() });
    for fault in &loaded.faults {
        eprintln!("trailhound: {fault}");
    }
    output::to_stdout(|out| match command {
        ConfigCommand::Show { .. } => out.write_all(loaded.show().as_bytes()),
        ConfigCommand::Check { .. } if loaded.faults.is_empty() => {
            out.write_all(b"The settings are sound.\n")
        }
        ConfigCommand::Check { .. } => Ok(()),
    })?;
    Ok(if loaded.faults.is_empty() { Exit::Done } else { Exit::WrongUse })
}
