//! The rules in force: ours, and those in the files and folders that the user names.

mod folder;
mod stand_in;

use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use crate::cli::exit::Failure;
use crate::config::dirs::System;
use crate::config::{self, Dirs, Settings, muted};
use crate::detect::attack::Attack;
use crate::detect::environment::Environment;
use crate::detect::rules::{Files, Rules, pack};
use crate::detect::sigma::item::Placeholders;
use crate::report::model::Ruleset;
use crate::text::visible;

pub(crate) use folder::{Read, read};

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
    let placeholders = environment.placeholders();
    let Read { files, faults } = files(settings, &placeholders)?;
    let rules = Rules::read(&files, &placeholders, &settings.exclude_rules, attack).with_faults(faults);
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
fn files(settings: &Settings, placeholders: &Placeholders) -> Result<Read, Failure> {
    let given = read(&settings.rules)?;
    let own = own_files(settings);
    let pack = if settings.builtin_rules { pack() } else { Files::new() };
    // What was changed in the console is saved under the name that it has in the program.
    let (mut files, idle) = stand_in::left(pack, &own.files, &given.files, placeholders);
    files.extend(own.files.into_iter().chain(given.files));
    Ok(Read { files, faults: [own.faults, idle, given.faults].concat() })
}

/// The rules in the folder that the console saves to, unless the settings name it themselves.
fn own_files(settings: &Settings) -> Read {
    let folder = own_folder().filter(|folder| folder.is_dir() && !settings.rules.contains(folder));
    folder.map_or_else(Read::default, |folder| folder::read_if_any(&folder))
}

/// Which files of one's own stand in for built-in ones among the rules in force, in words.
pub(crate) fn stand_ins(settings: &Settings, rules: &Rules) -> Vec<String> {
    let pack = if settings.builtin_rules { pack() } else { Files::new() };
    let pairs = stand_in::pairs(&pack, rules.files()).into_iter();
    pairs.map(|(file, name)| format!("{file} stands in for the built-in {name}")).collect()
}

/// What a report says of the rules in force: where they are from, how many, and a hash of their texts.
pub(crate) fn ruleset(settings: &Settings, rules: &Rules) -> Ruleset {
    let mut sums: Vec<String> =
        rules.files().iter().map(|(_, text)| hex(&Sha256::digest(text.as_bytes()))).collect();
    let mut name: Vec<String> = settings.builtin_rules.then(|| "built-in".to_owned()).into_iter().collect();
    name.extend(settings.rules.iter().map(|path| path.display().to_string()));
    let mut name = if name.is_empty() { "none".to_owned() } else { name.join(", ") };
    if !settings.exclude_rules.is_empty() {
        name += &format!(" without {}", settings.exclude_rules.join(", "));
    }
    let count = rules.infos().iter().filter(|rule| rule.tells()).count() as u64;
    Ruleset { name, rules: count, sha256: sum_of_sums(&mut sums) }
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
