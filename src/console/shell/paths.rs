//! Paths that begin as one that is being typed.

use std::fs;
use std::path::{Path, PathBuf};

use crate::text::is_hostile;

/// How many are offered, and how many entries of a folder are looked at.
const MOST: usize = 200;
const LOOKED_AT: usize = 20_000;

/// The files and folders whose path begins so, in their order; folders end in a slash.
///
/// `~/` is the home folder. Names that a terminal should not get are left out, and hidden ones unless the dot was typed.
pub(super) fn beginning(typed: &str) -> Vec<String> {
    let (folder, name) = typed.rfind('/').map_or(("", typed), |at| typed.split_at(at + 1));
    let Ok(entries) = fs::read_dir(place(folder)) else { return Vec::new() };
    let mut found = Vec::new();
    for entry in entries.take(LOOKED_AT).flatten() {
        let Ok(own) = entry.file_name().into_string() else { continue };
        let hidden = own.starts_with('.') && !name.starts_with('.');
        if !own.starts_with(name) || hidden || own.chars().any(|c| c.is_control() || is_hostile(c)) {
            continue;
        }
        let slash = if entry.path().is_dir() { "/" } else { "" };
        found.push(format!("{folder}{own}{slash}"));
    }
    found.sort();
    found.truncate(MOST);
    found
}

fn place(folder: &str) -> PathBuf {
    match (folder.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(below), Some(home)) => Path::new(&home).join(below),
        _ if folder.is_empty() => PathBuf::from("."),
        _ => PathBuf::from(folder),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_so_is_offered_and_nothing_hostile_or_hidden() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["logs-a.csv", "logs-b.csv", "other", "logs-\u{1b}[2J", ".logs"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        fs::create_dir(folder.path().join("logs")).unwrap();
        let at = |name: &str| format!("{}/{name}", folder.path().display());
        assert_eq!(beginning(&at("lo")), [at("logs-a.csv"), at("logs-b.csv"), at("logs/")]);
        assert_eq!(beginning(&at(".")), [at(".logs")]);
        assert_eq!(beginning(&at("zzz")), Vec::<String>::new());
        assert_eq!(beginning("/nowhere/at/all"), Vec::<String>::new());
    }
}
