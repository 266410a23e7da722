//! What can go wrong with a case, with the file, the value and the way out.

use std::path::{Path, PathBuf};

use crate::event::time::Time;

/// Why something could not be done with a case.
#[derive(thiserror::Error, Debug)]
pub enum CaseError {
    /// There is no such file, and none was to be made.
    #[error(
        "{path}: there is no case here; name another file with --case, or begin one by adding something to it"
    )]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file is something else.
    #[error(
        "{path}: this is not a case file: {reason}; nothing was changed in it; name another file with --case"
    )]
    NotACase {
        /// The file.
        path: PathBuf,
        /// What gives it away.
        reason: String,
    },
    /// The file was made by a newer program.
    #[error(
        "{path}: this case is of version {found}, and this program knows no later one than {known}; open it with a newer trailhound"
    )]
    TooNew {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The latest that we know.
        known: i64,
    },
    /// Another program has been writing for so long that waiting has no end.
    #[error("{path}: another program keeps this case to itself; close it, or try again when it is done")]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// The file or its folder cannot be made or opened.
    #[error("{path}: {source}; check that the folder is there and that you may write to it")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// SQLite refused.
    #[error("{path}: the case could not be read or written: {source}")]
    Store {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// What is in the file was not written by us.
    #[error("{path}: the case is damaged: {what}; go back to a copy of the file")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where, and what was found.
        what: String,
    },
    /// Nothing in the case has that name.
    #[error("{what}: there is nothing of this name in the case")]
    NoSuch {
        /// What was asked for, such as `finding:7`.
        what: String,
    },
    /// Somebody changed it in the meantime.
    #[error("{what} was changed by {who} at {at}; look at it again, then decide")]
    Changed {
        /// What, such as `finding:7`.
        what: String,
        /// Who changed it last.
        who: String,
        /// When.
        at: Time,
    },
    /// There is nothing that this console could take back.
    #[error("there is nothing to undo: this console has changed nothing that is not undone already")]
    NothingToUndo,
    /// What was to be written cannot be.
    #[error("{what}: {reason}")]
    Invalid {
        /// What was to be written.
        what: String,
        /// Why it cannot be, and the way out.
        reason: String,
    },
}

/// What comes of doing something with a case.
pub type Result<T> = std::result::Result<T, CaseError>;

impl CaseError {
    /// Puts what SQLite says into our words.
    pub(super) fn of(path: &Path, source: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{CannotOpen, DatabaseBusy, DatabaseLocked, NotADatabase};
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(DatabaseBusy | DatabaseLocked) => Self::Busy { path },
            Some(NotADatabase) => Self::NotACase { path, reason: "it is no SQLite file".to_owned() },
            Some(CannotOpen) => Self::Io { path, source: std::io::Error::other("the file cannot be opened") },
            _ => Self::Store { path, source },
        }
    }
}
