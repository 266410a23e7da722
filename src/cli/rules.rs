//! `trailhound rules`: detection rules, what is wrong with them, what they promise, and why they hit.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::args::{ExplainArgs, RulesCommand};
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::output::to_stdout;
use crate::cli::rule_files::Read;
use crate::cli::{load, rule_files};
use crate::config;
use crate::detect::attack::Attack;
use crate::detect::environment::Environment;
use crate::detect::explain::{Explained, explain};
use crate::detect::lint::{Facts, Finding, Kind, Known, Weight, lint, lint_correlation, shadowed};
use crate::detect::rules::{Files, Rules, pack};
use crate::detect::sigma::rule::Rule;
use crate::detect::tested;
use crate::investigation::{Investigation, Judgment};
use crate::store::Row;
use crate::text::{clip_middle, count, fit, plural, visible};

pub(crate) fn run(command: &RulesCommand) -> Outcome {
    match command {
        RulesCommand::List { paths } => list(paths),
        RulesCommand::Check { paths, environment_file } => check(paths, environment_file.as_deref()),
        RulesCommand::Test { paths, environment_file } => test(paths, environment_file.as_deref()),
        RulesCommand::Explain(args) => explain_event(args),
    }
}

/// The rules in some files, with what is wrong with them told on stderr.
fn read(paths: &[PathBuf], environment: &Environment) -> Result<(Files, Rules), Failure> {
    let Read { files, faults } =
        if paths.is_empty() { Read { files: pack(), ..Read::default() } } else { rule_files::read(paths)? };
    let rules = Rules::read(&files, &environment.placeholders(), &[], &Attack::shipped()).with_faults(faults);
    for fault in rules.faults() {
        eprintln!("trailhound: {}", visible(&fault.to_string()));
    }
    Ok((files, rules))
}

/// What is known of one's own organization: by the file that is named, else as the settings say.
fn environment(file: Option<&Path>) -> Result<Environment, Failure> {
    let named = file.map(|file| file.display().to_string());
    let flags = config::Flags { environment_file: named, ..config::Flags::default() };
    rule_files::environment(&load::sound_settings(&flags)?)
}

fn list(paths: &[PathBuf]) -> Outcome {
    let rules = if paths.is_empty() { in_force()? } else { read(paths, &environment(None)?)?.1 };
    to_stdout(|out| {
        for rule in rules.infos().iter().filter(|rule| !rule.serves) {
            let (id, muted) = (visible(&rule.id), if rule.muted { " (muted)" } else { "" });
            let title = visible(&rule.title);
            writeln!(out, "{} {}  {title}{muted}", fit(rule.level.name(), 8), fit(&id, 36))?;
        }
        Ok(())
    })?;
    Ok(if rules.faults().is_empty() { Exit::Done } else { Exit::WrongUse })
}

/// The rules that `scan` would use. Which files stand in for built-in ones is told on stderr.
fn in_force() -> Result<Rules, Failure> {
    let settings = load::sound_settings(&config::Flags::default())?;
    let rules = rule_files::rules(&settings, &rule_files::environment(&settings)?, &Attack::shipped())?;
    for words in rule_files::stand_ins(&settings, &rules) {
        eprintln!("trailhound: {}", visible(&words));
    }
    Ok(rules)
}

/// Prints what is suspicious about the rules that can be used.
fn check(paths: &[PathBuf], environment_file: Option<&Path>) -> Outcome {
    let (files, rules) = read(paths, &environment(environment_file)?)?;
    let untold = tested::faults(&files);
    for fault in &untold {
        eprintln!("trailhound: {}", visible(&fault.to_string()));
    }
    let faulty = rules.faults().len() + untold.len();
    let facts = Facts::shipped();
    let mut findings: Vec<(&str, Finding)> =
        files.iter().filter_map(|(file, text)| Some((file.as_str(), idle(text)?))).collect();
    for rule in rules.singles() {
        let own = lint(rule, &facts, &Known::default());
        findings.extend(own.into_iter().map(|finding| (rule.file.as_str(), finding)));
    }
    for correlation in &rules.set().correlations {
        let own = lint_correlation(correlation, &facts, &Known::default());
        findings.extend(own.into_iter().map(|finding| (correlation.file.as_str(), finding)));
    }
    // What only serves other rules may well look for the same as another one.
    let own: Vec<Rule> = rules.shown_singles().cloned().collect();
    findings.extend(shadowed(&own).into_iter().filter_map(|(n, finding)| {
        let rule = rules.singles().iter().find(|rule| Some(&rule.id) == own.get(n).map(|r| &r.id))?;
        Some((rule.file.as_str(), finding))
    }));
    findings.sort_by(|(a, x), (b, y)| (a, x.line).cmp(&(b, y.line)));
    let warnings = findings.iter().filter(|(_, finding)| finding.weight == Weight::Warning).count();
    let notes = findings.len() - warnings;
    to_stdout(|out| {
        for (file, finding) in &findings {
            let (file, text) = (visible(file), visible(&finding.text));
            writeln!(out, "{file}:{}: {}: {text}", finding.line, finding.weight.name())?;
        }
        let sound = sound(&rules);
        let [faults, warnings, notes, files] =
            [(faulty, "fault"), (warnings, "warning"), (notes, "note"), (files.len(), "file")]
                .map(|(n, one)| plural(n as u64, one));
        writeln!(out, "{sound}, {faults}, {warnings} and {notes} in {files}")
    })?;
    Ok(match (faulty == 0, warnings > 0) {
        (false, _) => Exit::WrongUse,
        (true, true) => Exit::Found,
        (true, false) => Exit::Done,
    })
}

/// What is told of a file with nothing in it but comments.
fn idle(text: &str) -> Option<Finding> {
    let is_idle = |line: &str| line.is_empty() || line.starts_with('#') || ["---", "..."].contains(&line);
    let text =
        text.lines().map(str::trim).all(is_idle).then(|| "there is no rule in this file".to_owned())?;
    Some(Finding { line: 1, kind: Kind::Unused, weight: Weight::Note, text })
}

/// How many rules can be used, and why fewer are listed.
fn sound(rules: &Rules) -> String {
    let all = plural(rules.count() as u64, "rule");
    let (serving, generic) = rules.unlisted();
    let parts = [(serving, "only serve others"), (generic, "are on events of other programs")];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| format!("{} {what}", count(n as u64)))
        .collect();
    match parts.is_empty() {
        true => format!("{all} can be used"),
        false => format!("{all} can be used ({} and stand in no list)", parts.join(", ")),
    }
}

/// Holds rules to their examples.
fn test(paths: &[PathBuf], environment_file: Option<&Path>) -> Outcome {
    let environment = environment(environment_file)?;
    let (files, rules) = read(paths, &environment)?;
    let untested = rules.singles().iter().filter(|rule| !rule.tested).count();
    let sound = rules.faults().is_empty();
    let judgment =
        Judgment { rules: Arc::new(rules), environment: Arc::new(environment), ..Judgment::shipped() };
    let (done, faults) = tested::test(&files, &judgment);
    for fault in &faults {
        eprintln!("trailhound: {}", visible(&fault.to_string()));
    }
    let failed: Vec<_> = done.iter().filter_map(|test| Some((test, test.failed.as_ref()?))).collect();
    to_stdout(|out| {
        for (test, why) in &failed {
            let (file, what) = (visible(&test.file), visible(&test.what));
            writeln!(out, "{file}:{}: {}: {what}: {why}", test.line, visible(&test.rule))?;
        }
        let [all, failed, untested] =
            [(done.len(), "example"), (failed.len(), "failure"), (untested, "rule")]
                .map(|(n, one)| plural(n as u64, one));
        writeln!(out, "{all}, {failed}; {untested} without an example")
    })?;
    Ok(match (sound && faults.is_empty(), failed.is_empty()) {
        (false, _) => Exit::WrongUse,
        (true, false) => Exit::Found,
        (true, true) => Exit::Done,
    })
}

fn explain_event(args: &ExplainArgs) -> Outcome {
    let settings = load::sound_settings(&args.input.settings.flags())?;
    let inv = load::everything(&args.input.sources, &settings, args.input.quiet)?;
    let id = visible(&args.id);
    let key = inv.table.id_key(&args.id);
    let rows: Vec<Row<'_>> = inv.table.rows().filter(|row| row.has_id(&key)).collect();
    if rows.is_empty() {
        return Err(Failure::Use(format!("there is no event {id} in what was read")));
    }
    if rows.len() > 1 {
        eprintln!("trailhound: {} records that differ have the id {id}", count(rows.len() as u64));
    }
    rows.iter().try_for_each(|row| explain_row(inv, row))?;
    Ok(load::tell_rejects(inv, args.input.quiet, args.input.show_rejects))
}

fn explain_row(inv: &Investigation, row: &Row<'_>) -> Result<(), Failure> {
    let raw = inv.raw(row).map_err(|e| Failure::Use(e.to_string()))?;
    let rules = explain(inv, row, &raw);
    to_stdout(|out| {
        writeln!(
            out,
            "{} {} by {}: {}, risk {}",
            row.time(),
            visible(row.event()),
            visible(row.actor()),
            row.outcome().name(),
            row.risk()
        )?;
        for factor in inv.factors(row) {
            writeln!(out, "  {}", visible(&factor.to_string()))?;
        }
        if rules.is_empty() {
            writeln!(out, "No rule hit it.")?;
        }
        rules.iter().try_for_each(|rule| write_rule(out, rule))
    })?;
    Ok(())
}

/// How many columns a value takes at most.
const VALUE_WIDTH: usize = 160;

fn write_rule(out: &mut dyn std::io::Write, explained: &Explained) -> std::io::Result<()> {
    let rule = &explained.rule;
    writeln!(out, "\n{}: {} ({})", rule.level.name(), visible(&rule.title), visible(&rule.id))?;
    writeln!(out, "  {}", visible(&explained.file))?;
    if !rule.techniques.is_empty() {
        writeln!(out, "  {}", rule.techniques.join(", "))?;
    }
    for matched in &explained.matched {
        let field = if matched.field.is_empty() { "anywhere" } else { &matched.field };
        let value = clip_middle(&visible(&matched.value), VALUE_WIDTH).into_owned();
        let there = if value.is_empty() { String::new() } else { format!(" = {value}") };
        let place = format!("{}, line {}", visible(&matched.search), matched.line);
        writeln!(out, "  {}{there}   matches {}  ({place})", visible(field), visible(&matched.wanted))?;
    }
    explained.together.iter().try_for_each(|words| writeln!(out, "  {}", visible(words)))
}
