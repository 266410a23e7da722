//! Files of rules: reading them, writing them in one step, and the user's own editor.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use crate::config::dirs::System;
use crate::config::{Dirs, Environment, muted};
use crate::console::app::rules::work::{Opened, RuleNews, Saving};
use crate::detect::rules::pack;

/// Finds the text of a file of rules. What comes with the program is saved as a copy in the user's folder.
pub(super) fn open(file: String, new: Option<String>, id: String) -> RuleNews {
    RuleNews::Opened(opened(file, new, id))
}

fn opened(file: String, new: Option<String>, id: String) -> Result<Opened, String> {
    let is_new = new.is_some();
    let given = new.or_else(|| pack().into_iter().find(|(name, _)| *name == file).map(|(_, text)| text));
    let Some(text) = given else {
        let text = fs::read_to_string(&file).map_err(|e| format!("{file}: {e}"))?;
        let path = Some(PathBuf::from(&file));
        return Ok(Opened { path, on_disk: Some(text.clone()), file, text, id, is_new });
    };
    let own = own_folder();
    let name = file.rsplit('/').next().unwrap_or(&file);
    let path = own.as_ref().map(|own| own.join(name));
    if is_new {
        let (id, text, path) = free(&id, &text, own.as_deref());
        return Ok(Opened { file: format!("{id}.yml"), text, path, on_disk: None, id, is_new });
    }
    let on_disk = path.as_deref().map(read).transpose().map_err(|e| format!("{file}: {e}"))?.flatten();
    Ok(Opened { file, text, path, on_disk, id, is_new })
}

/// The folder of the user's own rules.
fn own_folder() -> Option<PathBuf> {
    Dirs::of(&Environment::of_process(), System::HERE).rules()
}

/// A new rule under a name that no file has, though that file may not have been read: its id, text and path.
fn free(id: &str, text: &str, folder: Option<&Path>) -> (String, String, Option<PathBuf>) {
    let Some(folder) = folder else { return (id.to_owned(), text.to_owned(), None) };
    let names = std::iter::once(id.to_owned()).chain((2u32..).map(|n| format!("{id}-{n}")));
    let mut paths = names.map(|name| (folder.join(format!("{name}.yml")), name));
    let (path, name) = paths.find(|(path, _)| !path.exists()).unwrap_or_default();
    let text = text.replacen(&format!("\nid: {id}\n"), &format!("\nid: {name}\n"), 1);
    (name, text, Some(path))
}

/// Writes down that a rule is muted, or is not any more.
pub(super) fn disable(id: &str, on: bool) -> RuleNews {
    let Some(folder) = own_folder() else {
        return RuleNews::Failed(
            "there is no folder of settings to write that into; set XDG_CONFIG_HOME".to_owned(),
        );
    };
    let path = folder.join(muted::FILE);
    match muted::write(&folder, id, on) {
        Ok(()) => RuleNews::Disabled(path),
        Err(e) => RuleNews::Failed(format!("{}: {e}", path.display())),
    }
}

fn read(path: &Path) -> io::Result<Option<String>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// Writes a file, unless it is another one than was read: whole or not at all.
pub(super) fn save(saving: Box<Saving>) -> RuleNews {
    let path = saving.path.clone();
    match write(&saving) {
        Ok(true) => RuleNews::Saved(saving),
        Ok(false) => RuleNews::Changed,
        Err(e) => RuleNews::Failed(format!("{}: {e}", path.display())),
    }
}

fn write(saving: &Saving) -> io::Result<bool> {
    // What a link leads to is written, not the link.
    let path = fs::canonicalize(&saving.path).unwrap_or_else(|_| saving.path.clone());
    if !saving.overwrite && read(&path)? != saving.before {
        return Ok(false);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(saving.text.as_bytes())?;
    file.as_file().sync_all()?;
    if let Ok(before) = fs::metadata(&path) {
        file.as_file().set_permissions(before.permissions())?;
    }
    file.persist(&path).map_err(|e| e.error)?;
    Ok(true)
}

/// Has a text edited by the program that `VISUAL` or `EDITOR` names. The terminal must be free.
pub(super) fn external(text: &str) -> RuleNews {
    let edited = || -> io::Result<String> {
        let mut file = tempfile::Builder::new().prefix("trailhound-").suffix(".yml").tempfile()?;
        file.write_all(text.as_bytes())?;
        file.flush()?;
        let named = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        let program = named("VISUAL").or_else(|| named("EDITOR")).unwrap_or_else(|| "vi".to_owned());
        let status = command_of(&program).arg(file.path()).status();
        let status = status.map_err(|e| io::Error::new(e.kind(), format!("{program}: {e}")))?;
        if !status.success() {
            return Err(io::Error::other(format!("{program} ended with {status}; nothing was taken")));
        }
        fs::read_to_string(file.path())
    };
    match edited() {
        Ok(text) => RuleNews::Edited(text),
        Err(e) => RuleNews::Failed(e.to_string()),
    }
}

/// The command that a variable holds. Where there is a shell it reads the words, quotes and all, as it does for other
/// programs that start an editor.
fn command_of(program: &str) -> Command {
    if cfg!(unix) {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &format!("{program} \"$@\""), program]);
        return command;
    }
    let mut words = program.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or("vi"));
    command.args(words);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_on_disk_is_not_written_over_unless_asked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rules/a.yml");
        let saving = |before: Option<&str>, overwrite| {
            let (path, text, before) = (path.clone(), "# new\n".to_owned(), before.map(str::to_owned));
            Box::new(Saving { path, text, before, overwrite })
        };
        assert!(matches!(save(saving(None, false)), RuleNews::Saved(_)));
        assert!(matches!(save(saving(Some("# new\n"), false)), RuleNews::Saved(_)));
        fs::write(&path, "# theirs\n").unwrap();
        assert!(matches!(save(saving(Some("# new\n"), false)), RuleNews::Changed));
        assert_eq!(fs::read_to_string(&path).unwrap(), "# theirs\n");
        assert!(matches!(save(saving(Some("# new\n"), true)), RuleNews::Saved(_)));
        assert_eq!(fs::read_to_string(&path).unwrap(), "# new\n");
        assert_eq!(
            fs::read_dir(folder.path().join("rules")).unwrap().count(),
            1,
            "nothing else is left there"
        );
    }
}
