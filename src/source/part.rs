//! A part of a file that grows at its end: what was there at some moment.
//!
//! The bytes of the part can be had again however much is appended, which a file as a whole could not promise. A file
//! that was cut or written anew is noticed by how it begins and how the part ends.

use std::fs::File;
use std::hash::{BuildHasher as _, Hasher as _};
use std::io::{self, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::{Remote, Stamp};

/// How many bytes at the beginning of the file, and before an end, have to stay as they are.
const PRINT: u64 = 1024;

/// Some bytes of a file.
#[derive(Debug)]
pub struct Part {
    path: PathBuf,
    from: u64,
    until: u64,
    print: u64,
}

impl Part {
    /// The bytes from `from` until `until`, as they are now.
    ///
    /// # Errors
    /// The file is gone, cannot be read, or is shorter.
    pub fn new(path: &Path, from: u64, until: u64) -> io::Result<Self> {
        let print = print(&File::open(path)?, until)?;
        Ok(Self { path: path.to_owned(), from, until, print })
    }

    /// Where it ends.
    pub fn until(&self) -> u64 {
        self.until
    }

    /// By what it is known again: how the file begins, and what stands before the end of the part.
    pub fn print(&self) -> u64 {
        self.print
    }
}

/// A hash of how a file begins and of what stands before `until`.
///
/// # Errors
/// The file is shorter, or cannot be read.
pub fn print(mut file: &File, until: u64) -> io::Result<u64> {
    let length = until.min(PRINT);
    let mut bytes = [0u8; PRINT as usize];
    let bytes = bytes.get_mut(..usize::try_from(length).unwrap_or(0)).unwrap_or_default();
    let mut hasher = foldhash::fast::FixedState::default().build_hasher();
    for from in [0, until - length] {
        file.seek(SeekFrom::Start(from))?;
        file.read_exact(bytes)?;
        hasher.write(bytes);
    }
    Ok(hasher.finish())
}

impl Remote for Part {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let mut file = File::open(&self.path)?;
        if print(&file, self.until).ok() != Some(self.print) {
            return Err(io::Error::other("the file has changed since it was read"));
        }
        file.seek(SeekFrom::Start(self.from))?;
        Ok(Box::new(file.take(self.until.saturating_sub(self.from))))
    }

    fn stamp(&self) -> Stamp {
        Stamp { size: Some(self.until.saturating_sub(self.from)), modified: None }
    }

    fn base(&self) -> u64 {
        self.from
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_the_same_after_more_was_appended_and_a_rewritten_file_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        std::fs::write(&path, "one\ntwo\n").unwrap();
        let part = Part::new(&path, 4, 8).unwrap();
        let read = |part: &Part| {
            let mut text = String::new();
            part.open().and_then(|mut reader| reader.read_to_string(&mut text)).map(|_| text)
        };
        assert_eq!(read(&part).unwrap(), "two\n");
        std::fs::write(&path, "one\ntwo\nthree\n").unwrap();
        assert_eq!(read(&part).unwrap(), "two\n");
        assert_eq!(part.stamp().size, Some(4));
        for other in ["one\n", "One\ntwo\nthree\n", "one\nTwo\nthree\n"] {
            std::fs::write(&path, other).unwrap();
            assert!(read(&part).is_err(), "{other}");
        }
        assert!(Part::new(&path, 0, 99).is_err());
    }
}
