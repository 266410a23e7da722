//! The case file: what was found, what was thought of it, and what became of it.
//!
//! A case is one SQLite file. It holds findings with the events they cover, incidents that group
//! them, notes, tags, marks, indicators, saved hunts, where one stood, and what was sent out. Each
//! change is one transaction together with its entry in a history that is only ever added to: a
//! kill at any moment leaves all of it or nothing, and the last change of a console can be taken
//! back. Many consoles may have one case open; nobody writes over what they have not seen, and
//! each notices what the others did ([`Case::has_changed`]).
//!
//! What is told of events is copied into the case, so that it can be read without the logs; the
//! events themselves stay where they are and are known by their ids.
//!
//! This room looks at no clock, no environment and no settings: who, when and which file are
//! given to it. It draws nothing.

mod change;
pub mod error;
pub mod exchange;
mod file;
pub mod gather;
pub mod matching;
pub mod model;
mod read;
mod rows;
#[cfg(test)]
mod tests;
mod undo;
mod write;

use std::path::{Path, PathBuf};

use rusqlite::Connection;

pub use error::{CaseError, Result};
pub use model::{By, Kind, State, Subject};
pub use read::Contents;

/// An open case. Nothing is held between two calls: others can write at any moment.
#[derive(Debug)]
pub struct Case {
    conn: Connection,
    path: PathBuf,
    /// What SQLite said of the writes of others when this was asked last.
    version: i64,
}

impl Case {
    /// Opens a case; makes it, readable to nobody else, where there is none and `create` says so.
    ///
    /// # Errors
    /// [`CaseError::Missing`], [`CaseError::NotACase`], [`CaseError::TooNew`], and what the system says.
    pub fn open(path: &Path, create: bool) -> Result<Self> {
        let conn = file::open(path, create)?;
        let mut case = Self { conn, path: path.to_owned(), version: 0 };
        case.has_changed()?;
        Ok(case)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether somebody else has written since this was asked last. Costs next to nothing.
    ///
    /// # Errors
    /// Those of reading.
    pub fn has_changed(&mut self) -> Result<bool> {
        let read = self.conn.pragma_query_value(None, "data_version", |row| row.get(0));
        let version = read.map_err(|e| CaseError::of(&self.path, e))?;
        Ok(std::mem::replace(&mut self.version, version) != version)
    }
}
