//! What the editor of rules asks of the world outside, and what comes back.

use std::path::PathBuf;
use std::sync::Arc;

use super::trial::{Trial, Verdict};
use crate::detect::rules::Rules;
use crate::detect::tested::{self, Tested};
use crate::investigation::{Investigation, Judgment};
use crate::query::run::Reading;

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
    /// Read all rules from their files again.
    Reload,
    /// Write down that a rule is muted, or is not any more.
    Disable(String, bool),
    /// Judge everything that is loaded anew.
    Judge(Box<Judging>),
    /// Run the examples of a rule.
    Test(Box<Testing>),
}

/// Everything that is loaded, to be judged by other rules.
#[derive(Debug)]
pub struct Judging {
    /// What is loaded.
    pub inv: Arc<Investigation>,
    /// By what it is judged.
    pub rules: Arc<Rules>,
    /// What stops it.
    pub reading: Arc<Reading>,
}

impl Judging {
    /// Judges; `None` when nobody waits any more.
    pub fn answer(self) -> Option<RuleNews> {
        let now = self.inv.judged_by(self.rules, &self.reading)?;
        Some(RuleNews::Judged(self.inv, Arc::new(now)))
    }
}

/// A rule whose examples are run.
#[derive(Debug)]
pub struct Testing {
    /// Its id.
    pub id: String,
    /// With the rules in force, which it is one of.
    pub judgment: Judgment,
}

impl Testing {
    /// Runs them.
    pub fn answer(self) -> RuleNews {
        let rules = &self.judgment.rules;
        let number = rules.find(&self.id);
        let info = number.and_then(|n| Some((n as u32, rules.infos().get(n)?)));
        let file = info.map(|(n, info)| super::file_of(rules, n, info)).unwrap_or_default();
        let files = rules.files().iter().filter(|(name, _)| *name == file).cloned().collect();
        let (mut tested, _) = tested::test(&files, &self.judgment);
        tested.retain(|test| test.rule.eq_ignore_ascii_case(&self.id));
        RuleNews::Tested(self.id, tested)
    }
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
    /// The rules as their files have them now, or why they cannot be read.
    Reloaded(Result<Arc<Rules>, String>),
    /// What was loaded, and the same judged anew.
    Judged(Arc<Investigation>, Arc<Investigation>),
    /// What came of the examples of the rule of that id.
    Tested(String, Vec<Tested>),
    /// It was written there that a rule is muted, or is not any more.
    Disabled(PathBuf),
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
