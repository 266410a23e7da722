//! `trailhound config`: the settings in force, and what is wrong with them.

use crate::cli::args::ConfigCommand;
use crate::cli::exit::{Exit, Outcome};
use crate::cli::{load, output};
use crate::config::{Fault, Flags, Loaded};
use crate::console::app::keymap::Keymap;

pub(crate) fn run(command: &ConfigCommand) -> Outcome {
    let (ConfigCommand::Show { config } | ConfigCommand::Check { config }) = command;
    let loaded = load::settings(&Flags { config: config.clone(), ..Flags::default() });
    let faults = match command {
        ConfigCommand::Show { .. } => loaded.faults.clone(),
        ConfigCommand::Check { .. } => all_faults(&loaded),
    };
    for fault in &faults {
        eprintln!("trailhound: {fault}");
    }
    output::to_stdout(|out| match command {
        ConfigCommand::Show { .. } => out.write_all(loaded.show().as_bytes()),
        ConfigCommand::Check { .. } if faults.is_empty() => {
            out.write_all(b"The settings, themes and keys are sound.\n")
        }
        ConfigCommand::Check { .. } => Ok(()),
    })?;
    Ok(if faults.is_empty() { Exit::Done } else { Exit::WrongUse })
}

/// What is wrong with the settings, with any theme, and with the keys.
fn all_faults(loaded: &Loaded) -> Vec<Fault> {
    let mut faults = loaded.faults.clone();
    for name in loaded.themes.names() {
        for fault in loaded.themes.get(&name).1 {
            // The faults of a theme are those of every theme that stands on it.
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
    }
    match loaded.keymap() {
        Ok(Some((file, text))) => faults.extend(Keymap::with_user(&file, &text).1),
        Ok(None) => {}
        Err(fault) => faults.push(*fault),
    }
    faults
}
