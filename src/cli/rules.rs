//! `trailhound rules`: detection rules, and what is wrong with them.

use crate::cli::args::RulesCommand;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::output::to_stdout;
use crate::cli::rule_files;
use crate::detect::lint::{Facts, Finding, Known, Weight, lint, shadowed};
use crate::detect::rules::pack;
use crate::detect::sigma::item::Placeholders;
use crate::detect::sigma::rule::Rule;
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
    let warned = match command {
        RulesCommand::List { .. } => list(&set)?,
        RulesCommand::Check { .. } => check(&set, faults.len(), files.len())?,
    };
    Ok(match (faults.is_empty(), warned) {
        (false, _) => Exit::WrongUse,
        (true, true) => Exit::Found,
        (true, false) => Exit::Done,
    })
}

fn list(set: &RuleSet) -> Result<bool, Failure> {
    to_stdout(|out| {
        for rule in &set.rules {
            let (level, id) = (fit(&visible(&rule.level), 13), visible(&rule.id));
            writeln!(out, "{level} {}  {}", fit(&id, 36), visible(&rule.title))?;
        }
        Ok(())
    })?;
    Ok(false)
}

/// Prints what is suspicious about the rules that can be used, and says whether there were warnings.
fn check(set: &RuleSet, faults: usize, files: usize) -> Result<bool, Failure> {
    let facts = Facts::shipped();
    let mut findings: Vec<(&Rule, Finding)> = Vec::new();
    let mut shadowed = shadowed(&set.rules).into_iter().peekable();
    for (n, rule) in set.rules.iter().enumerate() {
        findings.extend(lint(rule, &facts, &Known::default()).into_iter().map(|finding| (rule, finding)));
        while let Some((_, finding)) = shadowed.next_if(|(of, _)| *of == n) {
            findings.push((rule, finding));
        }
    }
    let warnings = findings.iter().filter(|(_, finding)| finding.weight == Weight::Warning).count();
    let notes = findings.len() - warnings;
    to_stdout(|out| {
        for (rule, finding) in &findings {
            let (file, text) = (visible(&rule.file), visible(&finding.text));
            writeln!(out, "{file}:{}: {}: {text}", finding.line, finding.weight.name())?;
        }
        let sound = plural(set.rules.len() as u64, "rule");
        let [faults, warnings, notes, files] =
            [(faults, "fault"), (warnings, "warning"), (notes, "note"), (files, "file")]
                .map(|(n, one)| plural(n as u64, one));
        writeln!(out, "{sound} can be used, {faults}, {warnings} and {notes} in {files}")
    })?;
    Ok(warnings > 0)
}
