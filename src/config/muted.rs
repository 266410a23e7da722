//! Rules that the user has muted for good: a list of ids beside the user's own rules, one on each line.
//!
//! It is a file of its own, so that neither a rule nor the settings have to be written anew for it. Every command heeds it, as the
//! same input gives the same scores everywhere.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::Path;

/// The name of the file in the folder of rules.
pub const FILE: &str = "muted.txt";

/// The ids that are muted, as [`crate::detect::rules::Rules::with_muted`] wants them; none where there is no file.
///
/// # Errors
/// Those of reading.
pub fn read(folder: &Path) -> io::Result<BTreeMap<String, bool>> {
    Ok(ids(&text(folder)?).map(|id| (id.to_owned(), true)).collect())
}

/// Mutes a rule, or lets it speak again. The other lines stay as they are; the file is there whole or not at all.
///
/// # Errors
/// Those of reading and writing; an id that no line can hold.
pub fn write(folder: &Path, id: &str, on: bool) -> io::Result<()> {
    if id.contains(['\n', '\r', '#']) || id.trim() != id || id.is_empty() {
        let reason = "an id with a line break or a # in it cannot be muted for good; leave the rule out by --exclude-rule";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
    }
    let before = text(folder)?;
    let is_of = |line: &&str| ids(line).any(|other| other.eq_ignore_ascii_case(id));
    let mut lines: Vec<&str> = before.lines().filter(|line| !is_of(line)).collect();
    if lines.is_empty() {
        lines.push("# Rules that are muted: their ids, one on each line.");
    }
    lines.extend(on.then_some(id));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all((lines.join("\n") + "\n").as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(folder.join(FILE)).map_err(|e| e.error)?;
    Ok(())
}

fn text(folder: &Path) -> io::Result<String> {
    match std::fs::read(folder.join(FILE)) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(e) => Err(e),
    }
}

fn ids(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()).filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_added_and_taken_out_and_what_else_stands_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("rules");
        let muted = || read(&folder).unwrap().into_keys().collect::<Vec<_>>();
        assert_eq!(muted(), [""; 0]);
        write(&folder, "b", true).unwrap();
        write(&folder, "a", true).unwrap();
        write(&folder, "A", true).unwrap();
        assert_eq!(muted(), ["A", "b"]);
        std::fs::write(folder.join(FILE), "# mine\nb # too loud\n\na\n").unwrap();
        write(&folder, "a", false).unwrap();
        assert_eq!(std::fs::read_to_string(folder.join(FILE)).unwrap(), "# mine\nb # too loud\n\n");
        for odd in ["", " a", "a\nb", "a#b"] {
            assert!(write(&folder, odd, true).is_err(), "{odd}");
        }
        assert_eq!(muted(), ["b"]);
    }
}
