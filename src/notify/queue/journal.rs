//! The journal of the queue: lines of JSON, appended and flushed to the disk, now and then written anew.
//!
//! A line that a crash has cut off is left out and overwritten; it had not been
//! acknowledged to anybody. A line that is damaged otherwise is left out as well, and kept in
//! a copy of the journal before that is written anew.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::notify::message::{Keys, Message, Similar};

/// How many events and groups of events the queue remembers, so as not to tell them again.
const REMEMBERED: usize = 100_000;
/// From how many lines on, and how many for each thing it holds, a journal is written anew.
const LINES: usize = 2000;
const LINES_FOR_EACH: usize = 4;

/// A file of the queue that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the queue of messages, {}: {why}", .file.display())]
pub struct JournalError {
    file: PathBuf,
    why: io::Error,
}

impl JournalError {
    pub(super) fn new(file: &Path, why: io::Error) -> Self {
        Self { file: file.to_owned(), why }
    }
}

/// A message that waits.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// Its number, which no other has.
    pub id: u64,
    /// The name of its target.
    pub place: String,
    /// When it came, in milliseconds since 1970.
    pub at: i64,
    /// What it says.
    pub message: Message,
    /// How many alike it stands for.
    pub similar: Similar,
    /// Whether it was begun to be sent and nobody knows what came of it.
    pub begun: bool,
    pub(crate) keys: Option<Keys>,
}

/// A line of the journal.
#[derive(Serialize, Deserialize, Debug)]
#[serde(tag = "line", rename_all = "snake_case")]
enum Line {
    /// A message came.
    Add { id: u64, place: String, at: i64, message: Message, similar: Similar, begun: bool },
    /// A message stands for one more.
    Fold { id: u64, similar: Similar, keys: [u64; 2] },
    /// These are known.
    Seen { keys: Vec<u64> },
    /// A message is about to be sent.
    Begin { id: u64 },
    /// A message was not taken.
    Back { id: u64 },
    /// A message was sent, or will never be: `why`.
    Done { id: u64, why: Option<String> },
    /// The next message has at least this number.
    Next { id: u64 },
}

/// What the lines come to.
#[derive(Default, Debug)]
struct State {
    next: u64,
    waiting: BTreeMap<u64, Entry>,
    order: VecDeque<u64>,
    known: HashSet<u64>,
}

impl State {
    fn apply(&mut self, line: Line) {
        match line {
            Line::Add { id, place, at, message, similar, begun } => {
                let keys = message.keys(&place);
                keys.iter().for_each(|keys| self.remember(&[keys.own, keys.same]));
                self.next = self.next.max(id.saturating_add(1));
                self.waiting.insert(id, Entry { id, place, at, message, similar, begun, keys });
            }
            Line::Fold { id, similar, keys } => {
                self.remember(&keys);
                if let Some(entry) = self.waiting.get_mut(&id) {
                    entry.similar = similar;
                }
            }
            Line::Seen { keys } => self.remember(&keys),
            Line::Begin { id } | Line::Back { id } => {
                let begun = matches!(line, Line::Begin { .. });
                if let Some(entry) = self.waiting.get_mut(&id) {
                    entry.begun = begun;
                }
            }
            Line::Done { id, .. } => {
                self.waiting.remove(&id);
            }
            Line::Next { id } => self.next = self.next.max(id),
        }
    }

    fn remember(&mut self, keys: &[u64]) {
        for &key in keys {
            if self.known.insert(key) {
                self.order.push_back(key);
            }
        }
        while self.order.len() > REMEMBERED {
            let oldest = self.order.pop_front();
            oldest.iter().for_each(|key| {
                self.known.remove(key);
            });
        }
    }

    /// The fewest lines that come to this.
    fn lines(&self) -> Vec<Line> {
        let mut lines = vec![Line::Next { id: self.next }];
        let (a, b) = self.order.as_slices();
        let keys = a.iter().chain(b).copied().collect();
        lines.push(Line::Seen { keys });
        lines.extend(self.waiting.values().cloned().map(|entry| Line::Add {
            id: entry.id,
            place: entry.place,
            at: entry.at,
            message: entry.message,
            similar: entry.similar,
            begun: entry.begun,
        }));
        lines
    }
}

/// The journal, read, and nobody else's as long as this lives.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    state: State,
    /// How many bytes of the file are whole lines.
    end: u64,
    lines: usize,
    damaged: usize,
    new: Vec<u8>,
    _lock: File,
}

impl Journal {
    /// Waits for its turn and reads the journal.
    pub(super) fn open(folder: &Path) -> Result<Self, JournalError> {
        let lock_path = folder.join("queue.lock");
        let lock = open_private(&lock_path).and_then(|lock| lock.lock().map(|()| lock));
        let lock = lock.map_err(|why| JournalError::new(&lock_path, why))?;
        let path = folder.join("queue.jsonl");
        let mut text = Vec::new();
        let file = open_private(&path).and_then(|mut file| file.read_to_end(&mut text).map(|_| file));
        let file = file.map_err(|why| JournalError::new(&path, why))?;
        let end = memchr::memrchr(b'\n', &text).map_or(0, |at| at + 1);
        text.truncate(end);
        let (mut state, mut lines, mut damaged) = (State::default(), 0, 0);
        for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            lines += 1;
            match serde_json::from_slice(line) {
                Ok(line) => state.apply(line),
                Err(_) => damaged += 1,
            }
        }
        Ok(Self { path, file, state, end: end as u64, lines, damaged, new: Vec::new(), _lock: lock })
    }

    pub(super) fn waiting(&self) -> impl Iterator<Item = &Entry> + Clone {
        self.state.waiting.values()
    }

    pub(super) fn knows(&self, key: u64) -> bool {
        self.state.known.contains(&key)
    }

    pub(super) fn add(&mut self, place: &str, message: &Message, at: i64) {
        let id = self.state.next;
        let (place, message) = (place.to_owned(), message.clone());
        self.push(Line::Add { id, place, at, message, similar: Similar::default(), begun: false });
    }

    pub(super) fn fold(&mut self, id: u64, message: &Message, keys: [u64; 2]) {
        let Some(entry) = self.state.waiting.get(&id) else { return };
        let mut similar = entry.similar.clone();
        match (&entry.message, message) {
            (Message::Alert(first), Message::Alert(alert)) => similar.add(first, alert),
            _ => similar.count = similar.count.saturating_add(1),
        }
        self.push(Line::Fold { id, similar, keys });
    }

    pub(super) fn seen(&mut self, keys: [u64; 2]) {
        self.push(Line::Seen { keys: keys.to_vec() });
    }

    pub(super) fn begin(&mut self, id: u64) {
        self.push(Line::Begin { id });
    }

    pub(super) fn back(&mut self, id: u64) {
        self.push(Line::Back { id });
    }

    pub(super) fn done(&mut self, id: u64, why: Option<&str>) {
        self.push(Line::Done { id, why: why.map(str::to_owned) });
    }

    fn push(&mut self, line: Line) {
        // Numbers and texts are always JSON.
        if serde_json::to_writer(&mut self.new, &line).is_ok() {
            self.new.push(b'\n');
        }
        self.lines += 1;
        self.state.apply(line);
    }

    /// Writes what is new, and does not come back before the disk has it.
    pub(super) fn write(mut self) -> Result<(), JournalError> {
        let result = self.append().and_then(|()| {
            let held = self.state.waiting.len().saturating_mul(LINES_FOR_EACH);
            if self.lines > LINES.max(held) { self.write_anew() } else { Ok(()) }
        });
        result.map_err(|why| JournalError::new(&self.path, why))
    }

    fn append(&mut self) -> io::Result<()> {
        if self.new.is_empty() {
            return Ok(());
        }
        // What a crash has cut off goes away first.
        self.file.set_len(self.end)?;
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(&self.new)?;
        self.file.sync_data()
    }

    /// Puts a short journal in the place of a long one; at each moment one of the two is there, whole.
    fn write_anew(&self) -> io::Result<()> {
        if self.damaged > 0 {
            std::fs::copy(&self.path, self.path.with_extension("damaged"))?;
        }
        let mut text = Vec::new();
        for line in self.state.lines() {
            serde_json::to_writer(&mut text, &line)?;
            text.push(b'\n');
        }
        let beside = self.path.with_extension("new");
        let mut file = open_private(&beside)?;
        file.set_len(0)?;
        file.write_all(&text)?;
        file.sync_all()?;
        std::fs::rename(&beside, &self.path)?;
        sync_folder(&self.path)
    }
}

/// Opens a file that its owner alone may read, and makes it when it is not there.
pub(super) fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a folder that its owner alone may look into.
pub(super) fn make_folder(path: &Path) -> Result<(), JournalError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|why| JournalError::new(path, why))
}

/// Sees that a new name in a folder survives the loss of power.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}
