//! Files of rules below a folder. One that cannot be read is a fault like any other in a rule; all others are used.

use std::path::{Path, PathBuf};

use walkdir::DirEntry;

use crate::cli::exit::Failure;
use crate::detect::rules::Files;
use crate::detect::sigma::rule::RuleError;
use crate::source::local::advice;

/// What was read, and what could not be.
#[derive(Default, Debug)]
pub(crate) struct Read {
    pub(crate) files: Files,
    pub(crate) faults: Vec<RuleError>,
}

/// The files of rules below some paths, in order, with what is in them. What is named itself has to be there, and hold rules.
pub(crate) fn read(paths: &[PathBuf]) -> Result<Read, Failure> {
    let mut all = Read::default();
    for path in paths {
        let before = (all.files.len(), all.faults.len());
        let fault = |reason: String| Failure::Use(format!("{}: {reason}", path.display()));
        all.add(path).map_err(|e| fault(advice(&e)))?;
        if (all.files.len(), all.faults.len()) == before {
            return Err(fault("no file in it ends in .yml or .yaml".to_owned()));
        }
    }
    Ok(all)
}

/// The same for a folder that nobody named: it need not hold rules.
pub(super) fn read_if_any(folder: &Path) -> Read {
    let mut all = Read::default();
    if let Err(e) = all.add(folder) {
        all.cannot_read(folder, &e);
    }
    all
}

impl Read {
    /// Adds what is below a path. That it cannot be read itself is an error.
    fn add(&mut self, path: &Path) -> std::io::Result<()> {
        for entry in walkdir::WalkDir::new(path).sort_by_file_name() {
            match entry {
                Ok(entry) => {
                    // A file that was named is a file of rules, whatever it is called.
                    let named = entry.depth() == 0;
                    if is_file(&entry) && (named || is_rules(entry.path())) {
                        match text_of(entry.path()) {
                            Ok(file) => self.files.push(file),
                            Err(e) if named => return Err(e),
                            Err(e) => self.cannot_read(entry.path(), &e),
                        }
                    }
                }
                Err(e) if e.depth() == 0 => {
                    return Err(e.into_io_error().unwrap_or_else(|| std::io::ErrorKind::Other.into()));
                }
                Err(e) => {
                    let place = e.path().unwrap_or(path).to_owned();
                    let reason = e.into_io_error().unwrap_or_else(|| std::io::ErrorKind::Other.into());
                    self.cannot_read(&place, &reason);
                }
            }
        }
        Ok(())
    }

    fn cannot_read(&mut self, path: &Path, reason: &std::io::Error) {
        self.faults.push(RuleError {
            file: path.display().to_string(),
            line: 1,
            reason: format!("cannot be read: {reason}; make it readable, or take it out of the folder"),
        });
    }
}

/// Whether it is a file, or a link to one. A link that leads nowhere is one that cannot be read.
fn is_file(entry: &DirEntry) -> bool {
    let kind = entry.file_type();
    kind.is_file() || (kind.is_symlink() && std::fs::metadata(entry.path()).map_or(true, |to| to.is_file()))
}

fn is_rules(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case("yml") || end.eq_ignore_ascii_case("yaml"))
}

fn text_of(path: &Path) -> std::io::Result<(String, String)> {
    let bytes = std::fs::read(path)?;
    // Bytes that are no text show up as such in the message about the rule that they are in.
    Ok((path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned()))
}
