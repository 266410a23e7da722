//! The rules in force: ours, and those in the files and folders that the user names.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::cli::exit::Failure;
use crate::config::dirs::System;
use crate::config::{self, Dirs, Settings, muted};
use crate::detect::attack::Attack;
use crate::detect::environment::Environment;
use crate::detect::rules::{Files, Rules, pack};
use crate::report::model::Ruleset;
use crate::text::visible;

/// The rules that the settings ask for. Those that cannot be used are told on stderr, the others are used.
pub(crate) fn rules(
    settings: &Settings,
    environment: &Environment,
    attack: &Attack,
) -> Result<Rules, Failure> {
    let rules = read_quietly(settings, environment, attack)?;
    for fault in rules.faults() {
        eprintln!("trailhound: {}", visible(&fault.to_string()));
    }
    Ok(rules)
}

/// The same; what cannot be used is not told but in [`Rules::faults`].
pub(crate) fn read_quietly(
    settings: &Settings,
    environment: &Environment,
    attack: &Attack,
) -> Result<Rules, Failure> {
    let files = files(settings)?;
    let rules = Rules::read(&files, &environment.placeholders(), &settings.exclude_rules, attack);
    if let Some(id) = settings.exclude_rules.iter().find(|id| !rules.was_excluded(id)) {
        let near = crate::text::nearest(id, rules.infos().iter().map(|rule| rule.id.as_str()));
        let near = near.map_or_else(String::new, |near| format!("; did you mean {}?", visible(near)));
        return Err(Failure::Use(format!("--exclude-rule {}: there is no such rule{near}", visible(id))));
    }
    let Some(own) = own_folder() else { return Ok(rules) };
    let muted =
        muted::read(&own).map_err(|e| Failure::Use(format!("{}: {e}", own.join(muted::FILE).display())))?;
    Ok(if muted.is_empty() { rules } else { rules.with_muted(&muted) })
}

/// The folder that the console saves rules to.
fn own_folder() -> Option<PathBuf> {
    Dirs::of(&config::Environment::of_process(), System::HERE).rules()
}

/// The texts of the rules that the settings ask for: ours, those of the user's folder, then those of the paths.
fn files(settings: &Settings) -> Result<Files, Failure> {
    let mut files = if settings.builtin_rules { pack() } else { Files::new() };
    let own = own_files(settings)?;
    // What was changed in the console is saved under the name that it has in the program.
    files.retain(|(name, _)| !own.iter().any(|(other, _)| file_name(other) == file_name(name)));
    files.extend(own);
    files.extend(read(&settings.rules)?);
    Ok(files)
}

/// The rules in the folder that the console saves to, unless the settings name it themselves.
fn own_files(settings: &Settings) -> Result<Files, Failure> {
    let folder = own_folder().filter(|folder| folder.is_dir() && !settings.rules.contains(folder));
    let Some(folder) = folder else { return Ok(Files::new()) };
    // A folder that was named must hold rules; this one need not.
    let mut entries = walkdir::WalkDir::new(&folder).into_iter().filter_map(Result::ok);
    let has_rules = entries.any(|entry| entry.file_type().is_file() && is_rules(entry.path()));
    if has_rules { read(&[folder]) } else { Ok(Files::new()) }
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// What a report says of the rules in force: where they are from, how many, and a hash of their texts.
pub(crate) fn ruleset(settings: &Settings, rules: &Rules) -> Result<Ruleset, Failure> {
    let mut sums: Vec<String> =
        files(settings)?.iter().map(|(_, text)| hex(&Sha256::digest(text.as_bytes()))).collect();
    let mut name: Vec<String> = settings.builtin_rules.then(|| "built-in".to_owned()).into_iter().collect();
    name.extend(settings.rules.iter().map(|path| path.display().to_string()));
    let mut name = if name.is_empty() { "none".to_owned() } else { name.join(", ") };
    if !settings.exclude_rules.is_empty() {
        name += &format!(" without {}", settings.exclude_rules.join(", "));
    }
    let count = rules.infos().iter().filter(|rule| rule.tells()).count() as u64;
    Ok(Ruleset { name, rules: count, sha256: sum_of_sums(&mut sums) })
}

/// SHA-256 over hashes: sorted, each on a line of its own.
pub(crate) fn sum_of_sums(sums: &mut [String]) -> String {
    sums.sort_unstable();
    let mut all = Sha256::new();
    for sum in sums {
        all.update(sum.as_bytes());
        all.update(b"\n");
    }
    hex(&all.finalize())
}

/// Bytes as lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is known of one's own organization, by the file that the settings name.
pub(crate) fn environment(settings: &Settings) -> Result<Environment, Failure> {
    let Some(path) = &settings.environment_file else { return Ok(Environment::default()) };
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
