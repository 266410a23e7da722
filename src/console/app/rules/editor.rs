//! The editor of rules: a text, what is said of it, and where it goes.

use std::path::PathBuf;
use std::sync::Arc;

use super::trial::{Trial, Verdict};
use super::work::{Opened, Saving};
use crate::console::app::key::Key;
use crate::console::app::rules::Labeled;
use crate::console::edit::Buffer;
use crate::investigation::Investigation;
use crate::query::run::Reading;

/// The editor.
#[derive(Clone, Debug)]
pub struct Editor {
    /// The name of the file, as rules have it.
    pub file: String,
    /// Where it is saved; `None`: there is no place for it.
    pub path: Option<PathBuf>,
    /// The text.
    pub buffer: Buffer,
    /// What was found of it.
    pub verdict: Verdict,
    /// What is searched for, while it is typed.
    pub search: Option<String>,
    /// The text as it is in force or was saved last.
    saved: String,
    on_disk: Option<String>,
    version: u64,
    /// The document that is tried.
    tried: usize,
    asked: Option<(u64, Arc<Investigation>)>,
    reading: Arc<Reading>,
}

impl Editor {
    /// One for a file.
    pub fn new(opened: Opened) -> Self {
        let mut buffer = Buffer::new(&opened.text);
        let wanted = format!("id: {}", opened.id);
        buffer.find(&wanted, true);
        Self {
            file: opened.file,
            path: opened.path,
            buffer,
            verdict: Verdict::default(),
            search: None,
            saved: if opened.is_new { String::new() } else { opened.text },
            on_disk: opened.on_disk,
            version: 1,
            tried: 0,
            asked: None,
            reading: Arc::default(),
        }
    }

    /// Whether the rule was saved before, or comes with trailhound.
    pub fn is_saved(&self) -> bool {
        !self.saved.is_empty()
    }

    /// Whether there is something to be saved.
    pub fn is_changed(&self) -> bool {
        self.buffer.text() != self.saved
    }

    /// Whether the verdict is about an older text.
    pub fn is_trying(&self) -> bool {
        self.verdict.generation != self.version
    }

    /// Takes a key.
    pub fn key(&mut self, key: Key) {
        if let Some(search) = &mut self.search {
            use crate::console::app::key::Code;
            match key.code {
                Code::Enter => drop(self.buffer.find(search, false)),
                Code::Backspace => drop(search.pop()),
                _ => {
                    search.extend(key.typed());
                    self.buffer.find(search, true);
                }
            }
            return;
        }
        if self.buffer.input(key) {
            self.version += 1;
        }
    }

    /// Puts in what was pasted.
    pub fn paste(&mut self, text: &str) {
        if self.buffer.paste(text) {
            self.version += 1;
        }
    }

    /// Puts in another text.
    pub fn replace(&mut self, text: &str) {
        self.version += u64::from(self.buffer.replace(text));
    }

    /// Takes a change back, or makes it again; whether there was one.
    pub fn undo(&mut self, again: bool) -> bool {
        let done = if again { self.buffer.redo() } else { self.buffer.undo() };
        self.version += u64::from(done);
        done
    }

    /// Why the text, or a part of it, would not be in force if it were saved; `None`: all of it would. It is not waited
    /// for what is being tried: what is saved is what is read.
    pub fn fault(&self, inv: &Arc<Investigation>) -> Option<String> {
        self.trying(inv, None).fault()
    }

    fn trying(&self, inv: &Arc<Investigation>, labels: Option<&Labeled>) -> Trial {
        Trial {
            generation: self.version,
            inv: inv.clone(),
            labels: labels.cloned(),
            file: self.file.clone(),
            text: self.buffer.text(),
            saved: self.saved.clone(),
            line: self.buffer.cursor().0 + 1,
            reading: self.reading.clone(),
        }
    }

    /// What has to be tried, if it was not yet; what is under way is given up.
    pub fn trial(&mut self, inv: &Arc<Investigation>, labels: Option<&Labeled>) -> Option<Trial> {
        // Of several rules in a file the one that the cursor is in is tried.
        let document = self.document();
        self.version += u64::from(document != std::mem::replace(&mut self.tried, document));
        let known =
            |(version, of): &(u64, Arc<Investigation>)| *version == self.version && Arc::ptr_eq(of, inv);
        if self.asked.as_ref().is_some_and(known) {
            return None;
        }
        self.stop();
        self.reading = Arc::default();
        self.asked = Some((self.version, inv.clone()));
        Some(self.trying(inv, labels))
    }

    /// In which document of the file the cursor is.
    fn document(&self) -> usize {
        let above = self.buffer.lines().iter().take(self.buffer.cursor().0 + 1);
        above.filter(|line| line.starts_with("---")).count()
    }

    /// Gives up what is under way.
    pub fn stop(&self) {
        self.reading.stop();
    }

    /// Takes a verdict, unless it is about an older text.
    pub fn tried(&mut self, verdict: Verdict) {
        if verdict.generation == self.version {
            self.verdict = verdict;
        }
    }

    /// What is to be written; `None`: there is no place for it.
    pub fn saving(&self, overwrite: bool) -> Option<Saving> {
        let path = self.path.clone()?;
        Some(Saving { path, text: self.buffer.text(), before: self.on_disk.clone(), overwrite })
    }

    /// Notes what was written: gains and losses are counted from there.
    pub fn was_saved(&mut self, saving: Saving) {
        self.on_disk = Some(saving.text.clone());
        self.saved = saving.text;
        self.version += 1;
    }
}
