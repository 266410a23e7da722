//! The way back from a row to its raw record.
//!
//! Raw records are not kept. A row knows its file and offset; the file is opened
//! and inflated again on demand, and the last few inflated files are remembered.
//! How a file is opened is the opener's business: this room only remembers.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;

use crate::store::segment::Locator;

/// Why a raw record cannot be shown.
#[derive(Clone, Error, Debug)]
pub enum RawError {
    /// The file is gone or unreadable.
    #[error("{file}: {reason}; the record was read from it when it was loaded")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system said.
        reason: String,
    },
    /// The file is not the one that was loaded.
    #[error("{file}: the file has changed since it was loaded; load it again to see its records")]
    Changed {
        /// The file.
        file: String,
    },
    /// The file is the same and the record is not there.
    #[error("{file}: no record at offset {offset}; load it again")]
    Missing {
        /// The file.
        file: String,
        /// Where the record should begin.
        offset: u64,
    },
}

/// The inflated text of a file: in memory, or on disk where it is large.
#[derive(Clone, Debug)]
pub enum Text {
    /// All of it.
    Memory(Arc<Vec<u8>>),
    /// A file that holds exactly this text.
    Disk(Arc<Mutex<File>>),
}

impl Text {
    /// At least `want` bytes from `offset` on, fewer only at the end.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn window(&self, offset: u64, want: usize) -> io::Result<Cow<'_, [u8]>> {
        match self {
            Self::Memory(text) => {
                let from = usize::try_from(offset).unwrap_or(usize::MAX);
                Ok(Cow::Borrowed(text.get(from..).unwrap_or_default()))
            }
            Self::Disk(file) => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(offset))?;
                let mut out = Vec::new();
                (&mut *file).take(want as u64).read_to_end(&mut out)?;
                Ok(Cow::Owned(out))
            }
        }
    }

    /// The memory it takes, in bytes.
    fn weight(&self) -> usize {
        match self {
            Self::Memory(text) => text.capacity(),
            Self::Disk(_) => 0,
        }
    }
}

/// Opens files again.
pub trait Opener: Send + Sync {
    /// The inflated text of a file.
    ///
    /// # Errors
    /// When it is gone, unreadable or changed.
    fn text(&self, file: u32) -> Result<Text, RawError>;

    /// The record at a place in that text.
    ///
    /// # Errors
    /// When there is none.
    fn record(&self, text: &Text, at: Locator) -> Result<Vec<u8>, RawError>;
}

/// How many bytes of inflated text are remembered: some twenty files of a busy trail.
const REMEMBERED: usize = 16 << 20;

/// How many files are remembered.
const OPEN_FILES: usize = 512;

/// Looks up raw records.
pub struct Records {
    opener: Arc<dyn Opener>,
    recent: Mutex<Vec<(u32, Text)>>,
}

impl std::fmt::Debug for Records {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Records").finish_non_exhaustive()
    }
}

impl Records {
    /// Looks records up by `opener`.
    pub fn new(opener: Arc<dyn Opener>) -> Self {
        Self { opener, recent: Mutex::default() }
    }

    /// The raw record at a place, as JSON text.
    ///
    /// # Errors
    /// When the file is gone, has changed, or holds no record there.
    pub fn get(&self, at: Locator) -> Result<Vec<u8>, RawError> {
        let text = self.text(at.file)?;
        self.opener.record(&text, at)
    }

    /// At most `most` bytes of the inflated text of a file from `offset` on; none behind its end.
    ///
    /// # Errors
    /// When the file is gone, has changed, or cannot be read.
    pub fn window(&self, file: u32, offset: u64, most: usize) -> Result<Vec<u8>, RawError> {
        let text = self.text(file)?;
        let unreadable =
            |e: io::Error| RawError::Unreadable { file: format!("file {file}"), reason: e.to_string() };
        let bytes = text.window(offset, most).map_err(unreadable)?;
        Ok(bytes.iter().take(most).copied().collect())
    }

    fn text(&self, file: u32) -> Result<Text, RawError> {
        if let Some(text) = self.recall(file) {
            return Ok(text);
        }
        // Opened outside of the lock: a slow disk must not hold up another reader.
        let text = self.opener.text(file)?;
        self.remember(file, &text);
        Ok(text)
    }

    fn recall(&self, file: u32) -> Option<Text> {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let at = recent.iter().position(|(f, _)| *f == file)?;
        let entry = recent.remove(at);
        let text = entry.1.clone();
        recent.push(entry);
        Some(text)
    }

    fn remember(&self, file: u32, text: &Text) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.retain(|(f, _)| *f != file);
        recent.push((file, text.clone()));
        let mut total: usize = recent.iter().map(|(_, t)| t.weight()).sum();
        while (total > REMEMBERED || recent.len() > OPEN_FILES) && recent.len() > 1 {
            total -= recent.remove(0).1.weight();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    struct Fake(AtomicUsize);

    impl Opener for Fake {
        fn text(&self, file: u32) -> Result<Text, RawError> {
            self.0.fetch_add(1, Ordering::Relaxed);
            if file == 9 {
                Err(RawError::Changed { file: "nine".into() })
            } else {
                Ok(Text::Memory(Arc::new(vec![file as u8; REMEMBERED / 2])))
            }
        }

        fn record(&self, text: &Text, at: Locator) -> Result<Vec<u8>, RawError> {
            Ok(text.window(at.offset, 3).unwrap()[..3].to_vec())
        }
    }

    #[test]
    fn a_text_on_disk_is_read_from_where_it_is_asked() {
        use std::io::Write as _;
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123456789").unwrap();
        let text = Text::Disk(Arc::new(Mutex::new(file)));
        assert_eq!(&*text.window(4, 3).unwrap(), b"456");
        assert_eq!(&*text.window(8, 30).unwrap(), b"89");
        assert_eq!(&*text.window(99, 3).unwrap(), b"");
    }

    #[test]
    fn the_last_files_are_remembered_and_errors_are_not() {
        let fake = Arc::new(Fake(AtomicUsize::new(0)));
        let records = Records::new(fake.clone());
        let get = |file| records.get(Locator { file, offset: 1, part: 0 });
        assert_eq!(get(1).unwrap(), [1, 1, 1]);
        assert_eq!(get(2).unwrap(), [2, 2, 2]);
        assert_eq!(get(1).unwrap(), [1, 1, 1]);
        assert_eq!(fake.0.load(Ordering::Relaxed), 2);
        get(3).unwrap();
        get(1).unwrap();
        assert_eq!(fake.0.load(Ordering::Relaxed), 3, "the least recently used file goes first");
        assert!(get(9).is_err() && get(9).unwrap_err().to_string().contains("nine"));
        assert_eq!(fake.0.load(Ordering::Relaxed), 5);
    }
}
