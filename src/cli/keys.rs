//! `trailhound keys`: the keys, and what is wrong with a keymap.

use crate::cli::args::KeysCommand;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::load;
use crate::cli::output::to_stdout;
use crate::config::{Fault, Flags};
use crate::console::app::keymap::{CONTEXTS, Keymap};
use crate::text::{fit, plural};

pub(crate) fn run(command: &KeysCommand) -> Outcome {
    match command {
        KeysCommand::List { keymap } => list(keymap.clone()),
        KeysCommand::Check { file } => check(file.clone()),
    }
}

/// The keymap in force, with what is wrong with it, and the file it comes from.
fn keymap(file: Option<String>) -> (Keymap, Vec<Fault>, Option<String>) {
    let loaded = load::settings(&Flags { keymap: file, ..Flags::default() });
    match loaded.keymap() {
        Ok(Some((file, text))) => {
            let (keymap, faults) = Keymap::with_user(&file, &text);
            (keymap, faults, Some(file))
        }
        Ok(None) => (Keymap::built_in(), Vec::new(), None),
        Err(fault) => (Keymap::built_in(), vec![*fault], None),
    }
}

fn list(file: Option<String>) -> Outcome {
    let (keymap, faults, _) = keymap(file);
    to_stdout(|out| {
        for info in CONTEXTS {
            writeln!(out, "[{}] {}", info.name, info.about)?;
            for (binding, action) in
                keymap.own(info.context).iter().filter_map(|b| Some((b, b.action.as_ref()?)))
            {
                let keys = fit(&binding.keys.label(), 10);
                writeln!(out, "  {keys} {} {}", fit(&action.to_string(), 26), action.about())?;
            }
            writeln!(out)?;
        }
        Ok(())
    })?;
    said(&faults).map_or(Ok(Exit::Done), Err)
}

fn check(file: Option<String>) -> Outcome {
    let (_, faults, file) = keymap(file);
    if let Some(failure) = said(&faults) {
        return Err(failure);
    }
    match file {
        Some(file) => eprintln!("trailhound: {file}: all keys are sound"),
        None => eprintln!("trailhound: there is no keymap of your own; the built-in keys are in force"),
    }
    Ok(Exit::Done)
}

fn said(faults: &[Fault]) -> Option<Failure> {
    let lines: Vec<String> = faults.iter().map(|fault| format!("  {fault}")).collect();
    let count = plural(lines.len() as u64, "fault");
    (!lines.is_empty()).then(|| Failure::Use(format!("{count} in the keymap:\n{}", lines.join("\n"))))
}
