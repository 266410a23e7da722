//! What the editor of rules asks of the world outside, and what comes back.

use std::path::PathBuf;

use super::trial::{Trial, Verdict};

/// Something to be done outside.
#[derive(Debug)]
pub enum RuleWork {
    /// Find the text of a file of rules; of a new one it is given.
    Open {
        /// The name of the file, as rules have it.
        file: String,
        /// The text of a new rule.
        new: Option<String>,
        /// The id of the rule that is wanted.
        id: String,
    },
    /// Try a text on everything that is loaded.
    Try(Box<Trial>),
    /// Write a file.
    Save(Box<Saving>),
    /// Hand the text to the user's own editor.
    External(String),
}

/// What is written.
#[derive(Clone, Debug)]
pub struct Saving {
    /// Where.
    pub path: PathBuf,
    /// What.
    pub text: String,
    /// What the file held when it was read; `None`: there was none.
    pub before: Option<String>,
    /// Whether to write over what somebody else changed meanwhile.
    pub overwrite: bool,
}

/// What came of it.
#[derive(Debug)]
pub enum RuleNews {
    /// A text to edit, or why there is none.
    Opened(Result<Opened, String>),
    /// What a text would catch.
    Tried(Box<Verdict>),
    /// It was written there.
    Saved(Box<Saving>),
    /// It was not written: the file is another one than was read.
    Changed,
    /// Something went wrong.
    Failed(String),
    /// The text as the user's own editor left it.
    Edited(String),
}

/// A file of rules as it was found.
#[derive(Debug)]
pub struct Opened {
    /// Its name, as rules have it.
    pub file: String,
    /// What is in it.
    pub text: String,
    /// Where it is saved; `None`: there is no place for it.
    pub path: Option<PathBuf>,
    /// What is there now; `None`: nothing.
    pub on_disk: Option<String>,
    /// The id of the rule that is wanted.
    pub id: String,
    /// Whether it is not in force yet.
    pub is_new: bool,
}
