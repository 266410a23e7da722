//! What can be read only once, made readable again: the standard input, pipes.
//!
//! What is read for the first time is kept in a file without a name, on disk,
//! which the system takes away when the program ends, however it ends.

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::source::{Remote, Stamp};

/// Where the bytes come from the first time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pipe {
    /// The standard input.
    Stdin,
    /// A named pipe, or what a shell puts in place of `<(command)`.
    Path(PathBuf),
}

/// Bytes that were, or will be, read once and kept.
#[derive(Debug)]
pub struct Spool {
    pipe: Pipe,
    kept: Mutex<Option<Arc<File>>>,
}

impl Spool {
    /// One that has not been read.
    pub fn new(pipe: Pipe) -> Self {
        Self { pipe, kept: Mutex::default() }
    }

    /// Opens it from the beginning.
    ///
    /// # Errors
    /// What the system says; there is no room to keep it.
    pub fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = kept.as_ref() {
            return Ok(Box::new(Again { file: file.clone(), at: 0 }));
        }
        let reader: Box<dyn Read + Send> = match &self.pipe {
            Pipe::Stdin => Box::new(io::stdin()),
            Pipe::Path(path) => Box::new(File::open(path)?),
        };
        let file = Arc::new(tempfile::tempfile()?);
        *kept = Some(file.clone());
        Ok(Box::new(First { reader, file }))
    }
}

/// A part of a file that several share, such as what an API answered page by page.
#[derive(Debug)]
pub struct Slice {
    file: Arc<File>,
    at: u64,
    len: u64,
    base: u64,
}

impl Slice {
    /// The `len` bytes from `at`.
    pub fn new(file: Arc<File>, at: u64, len: u64) -> Self {
        Self { file, at, len, base: 0 }
    }

    /// The same, which stood at byte `base` of another file.
    pub fn from_byte(self, base: u64) -> Self {
        Self { base, ..self }
    }
}

impl Remote for Slice {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Again { file: self.file.clone(), at: self.at }.take(self.len)))
    }

    fn stamp(&self) -> Stamp {
        Stamp { size: Some(self.len), modified: None }
    }

    fn base(&self) -> u64 {
        self.base
    }
}

/// Reads for the first time, and keeps what it reads.
struct First {
    reader: Box<dyn Read + Send>,
    file: Arc<File>,
}

impl Read for First {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        (&*self.file).write_all(buffer.get(..read).unwrap_or_default())?;
        Ok(read)
    }
}

/// Reads what was kept, with a place of its own.
struct Again {
    file: Arc<File>,
    at: u64,
}

impl Read for Again {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = read_at(&self.file, buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}

/// Writes all of it from byte `at` on, wherever was written before.
///
/// # Errors
/// What the system says; a part may have been written.
#[cfg(unix)]
pub fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

/// Writes all of it from byte `at` on, wherever was written before.
///
/// # Errors
/// What the system says; a part may have been written.
#[cfg(windows)]
pub fn write_at(file: &File, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_write(file, bytes, at)? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            written => {
                bytes = bytes.get(written..).unwrap_or_default();
                at += written as u64;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_is_its_part_of_the_file_and_no_more() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"one two three").unwrap();
        let slice = Slice::new(Arc::new(file), 4, 3);
        for _ in 0..2 {
            let mut text = String::new();
            slice.open().unwrap().read_to_string(&mut text).unwrap();
            assert_eq!((text.as_str(), slice.stamp().size), ("two", Some(3)));
        }
    }

    #[test]
    fn what_was_read_once_is_read_again_and_by_several_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pipe");
        std::fs::write(&path, "some text").unwrap();
        let spool = Spool::new(Pipe::Path(path.clone()));
        let mut text = String::new();
        spool.open().unwrap().read_to_string(&mut text).unwrap();
        std::fs::remove_file(path).unwrap();
        let (mut a, mut b) = (spool.open().unwrap(), spool.open().unwrap());
        let mut half = [0; 4];
        a.read_exact(&mut half).unwrap();
        for reader in [&mut b, &mut a] {
            let mut rest = String::new();
            reader.read_to_string(&mut rest).unwrap();
            assert!(text.ends_with(&rest) && !rest.is_empty());
        }
        assert_eq!((text.as_str(), &half), ("some text", b"some"));
    }
}
