//! `trailhound rules`: detection rules, and what is wrong with them.

use crate::cli::args::RulesCommand;
use crate::cli::exit::{Exit, Outcome};
use crate::cli::output::to_stdout;
use crate::cli::rule_files;
use crate::detect::rules::pack;
use crate::detect::sigma::item::Placeholders;
use crate::detect::sigma::set::RuleSet;
use crate::text::{fit, plural, visible};

pub(crate) fn run(command: &RulesCommand) -> Outcome {
    let (RulesCommand::List { paths } | RulesCommand::Check { paths }) = command;
    let files = if paths.is_empty() { pack() } else { rule_files::read(paths)? };
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
