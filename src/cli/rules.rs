//! `trailhound rules`: detection rules, and what is wrong with them.

use std::path::{Path, PathBuf};

use crate::cli::args::RulesCommand;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::output::to_stdout;
use crate::detect::sigma::item::Placeholders;
use crate::detect::sigma::set::RuleSet;
use crate::text::{fit, plural, visible};

pub(crate) fn run(command: &RulesCommand) -> Outcome {
    let (RulesCommand::List { paths } | RulesCommand::Check { paths }) = command;
    let files = read(paths)?;
    let texts = files.iter().map(|(file, text)| (file.as_str(), text.as_str()));
    let (set, faults) = RuleSet::read(texts, &Placeholders::new());
    for fault in &faults {
        eprintln!("trailhound: {}", visible(&fault.to_string()));
    }
    let rules = set.rules.len() as u64;
    match command {
        RulesCommand::List { .. } => to_stdout(|out| {
            for rule in &set.rules {
                let id = visible(&rule.id);
                writeln!(
                    out,
                    "{} {}  {}",
                    fit(&visible(&rule.level), 13),
                    fit(&id, 36),
                    visible(&rule.title)
                )?;
            }
            Ok(())
        })?,
        RulesCommand::Check { .. } => {
            let sound = plural(rules, "rule");
            let bad = plural(faults.len() as u64, "fault");
            to_stdout(|out| {
                writeln!(out, "{sound} can be used, {bad} in {}", plural(files.len() as u64, "file"))
            })?;
        }
    }
    Ok(if faults.is_empty() { Exit::Done } else { Exit::WrongUse })
}

/// The files of rules below some paths, in order, with what is in them.
fn read(paths: &[PathBuf]) -> Result<Vec<(String, String)>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        let before = files.len();
        for entry in walkdir::WalkDir::new(path).sort_by_file_name() {
            let entry = entry.map_err(|e| Failure::Use(format!("{}: {e}", path.display())))?;
            // A file that was named is a file of rules, whatever it is called.
            let named = entry.depth() == 0;
            if entry.file_type().is_file() && (named || is_rules(entry.path())) {
                files.push(text_of(entry.path())?);
            }
        }
        if files.len() == before {
            return Err(Failure::Use(format!("{}: no file in it ends in .yml or .yaml", path.display())));
        }
    }
    Ok(files)
}

fn is_rules(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "yml" || end == "yaml")
}

fn text_of(path: &Path) -> Result<(String, String), Failure> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|e| Failure::Use(format!("{name}: {e}")))?;
    // Bytes that are no text show up as such in the message about the rule that they are in.
    Ok((name, String::from_utf8_lossy(&bytes).into_owned()))
}
