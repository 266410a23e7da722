//! The rules in force: ours, and those in the files and folders that the user names.

use std::path::{Path, PathBuf};

use crate::cli::exit::Failure;
use crate::config::Settings;
use crate::detect::attack::Attack;
use crate::detect::environment::Environment;
use crate::detect::rules::{Files, Rules, pack};
use crate::text::visible;

/// The rules that the settings ask for. Those that cannot be used are told on stderr, the others are used.
pub(crate) fn rules(
    settings: &Settings,
    environment: &Environment,
    attack: &Attack,
) -> Result<Rules, Failure> {
    let mut files = if settings.builtin_rules { pack() } else { Files::new() };
    files.extend(read(&settings.rules)?);
    let rules = Rules::read(&files, &environment.placeholders(), &settings.exclude_rules, attack);
    for fault in rules.faults() {
        eprintln!("trailhound: {}", visible(&fault.to_string()));
    }
    if let Some(id) = settings.exclude_rules.iter().find(|id| !rules.was_excluded(id)) {
        let near = crate::text::nearest(id, rules.infos().iter().map(|rule| rule.id.as_str()));
        let near = near.map_or_else(String::new, |near| format!("; did you mean {}?", visible(near)));
        return Err(Failure::Use(format!("--exclude-rule {}: there is no such rule{near}", visible(id))));
    }
    Ok(rules)
}

/// What is known of one's own organization, by the file that the settings name.
pub(crate) fn environment(settings: &Settings) -> Result<Environment, Failure> {
    environment_in(settings.environment_file.as_deref())
}

/// What is known of one's own organization, by that file.
pub(crate) fn environment_in(path: Option<&Path>) -> Result<Environment, Failure> {
    let Some(path) = path else { return Ok(Environment::default()) };
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|e| Failure::Use(format!("{name}: {e}")))?;
    Environment::parse(&name, &text).map_err(|e| Failure::Use(e.to_string()))
}

/// The files of rules below some paths, in order, with what is in them.
pub(crate) fn read(paths: &[PathBuf]) -> Result<Files, Failure> {
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
