//! Where bytes come from: named objects that can be opened, now and again later.
//!
//! A source lists its objects in a fixed order, so that whatever is done with
//! them comes out the same each time. It must not look at what they hold.

pub mod local;
pub mod part;
pub mod spool;

use std::fs::{File, Metadata};
use std::io::{self, Cursor, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use spool::Spool;

/// Bytes that are somewhere else, and can be had again and again.
pub trait Remote: std::fmt::Debug + Send + Sync {
    /// Opens them from the beginning.
    ///
    /// # Errors
    /// Why they cannot be had, in words to show; they are no longer what was listed.
    fn open(&self) -> io::Result<Box<dyn Read + Send>>;

    /// What was said of them when they were listed.
    fn stamp(&self) -> Stamp;

    /// Where in the file of their name they begin, in bytes.
    fn base(&self) -> u64 {
        0
    }
}

/// Where an object is.
#[derive(Clone, Debug)]
pub enum Place {
    /// A file of this machine.
    File(PathBuf),
    /// The standard input, or a pipe: what can be read only once, and is kept meanwhile.
    Once(Arc<Spool>),
    /// Bytes in memory.
    Memory(Arc<[u8]>),
    /// Somewhere else.
    Remote(Arc<dyn Remote>),
}

impl Place {
    /// Opens it from the beginning.
    ///
    /// # Errors
    /// What the system says.
    pub fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::File(path) => Box::new(File::open(path)?),
            Self::Once(spool) => spool.open()?,
            Self::Memory(bytes) => Box::new(Cursor::new(bytes.clone())),
            Self::Remote(remote) => remote.open()?,
        })
    }

    /// As [`Place::open`], with what can be said of it: of a file the system is asked where it was found already.
    ///
    /// # Errors
    /// What the system says.
    pub fn open_stamped(&self) -> io::Result<(Box<dyn Read + Send>, Stamp)> {
        if let Self::File(path) = self {
            let file = File::open(path)?;
            let stamp = Stamp::of(&file.metadata()?);
            return Ok((Box::new(file), stamp));
        }
        let stamp = self.stamp()?;
        // What is known to be empty need not be fetched.
        let reader = if stamp.size == Some(0) { Box::new(io::empty()) } else { self.open()? };
        Ok((reader, stamp))
    }

    /// What can be said of it without reading it, to notice a change later.
    ///
    /// # Errors
    /// What the system says.
    pub fn stamp(&self) -> io::Result<Stamp> {
        Ok(match self {
            Self::File(path) => Stamp::of(&std::fs::metadata(path)?),
            Self::Once(_) => Stamp { size: None, modified: None },
            Self::Memory(bytes) => Stamp { size: Some(bytes.len() as u64), modified: None },
            Self::Remote(remote) => remote.stamp(),
        })
    }

    /// Where in the file of its name it begins, in bytes: of a log that grows each part is an object.
    pub fn base(&self) -> u64 {
        if let Self::Remote(remote) = self { remote.base() } else { 0 }
    }
}

/// Size and time of change of an object; two different stamps are two different contents.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Stamp {
    /// In bytes; `None` where it cannot be known before reading.
    pub size: Option<u64>,
    /// When it was last changed.
    pub modified: Option<SystemTime>,
}

impl Stamp {
    fn of(meta: &Metadata) -> Self {
        Self { size: meta.is_file().then_some(meta.len()), modified: meta.modified().ok() }
    }
}

/// One thing to read.
#[derive(Clone, Debug)]
pub struct Object {
    /// The name to show: a path, or `-`.
    pub name: String,
    /// Where it is.
    pub place: Place,
    /// Whether it was found in a folder rather than named: then it may be no log at all.
    pub found: bool,
}

/// A source, or a part of it, that cannot be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Missing {
    /// What was asked for.
    pub name: String,
    /// Why it cannot be had, and the way out.
    pub reason: String,
}

/// What a listing yields.
pub type Listed = Result<Object, Missing>;

/// The objects of one or more sources, listed while they are read.
pub type Listing = Box<dyn Iterator<Item = Listed> + Send>;

/// Room for so many bytes is taken on the word of whoever announced them.
const MOST_AT_ONCE: u64 = 64 << 20;

/// Reads to the end of what should have so many bytes, into the front of `buffer`; how many bytes there were.
///
/// [`Read::read_to_end`] would ask the system for the size once more, for each file.
pub fn read_whole(reader: &mut dyn Read, size: u64, buffer: &mut Vec<u8>) -> (usize, io::Result<()>) {
    // One more than there should be: the end shows without asking for more room.
    let room = size.min(MOST_AT_ONCE) as usize + 1;
    let mut len = 0;
    loop {
        if buffer.len() < room.max(len + 1) {
            buffer.resize(room.max(len * 2).next_multiple_of(1 << 16), 0);
        }
        match reader.read(&mut buffer[len..]) {
            Ok(0) => return (len, Ok(())),
            Ok(more) => len += more,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return (len, Err(e)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time, is interrupted now and then, and may fail at the end.
    struct Halting(Vec<u8>, usize, bool);

    impl Read for Halting {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            self.1 += 1;
            if self.1.is_multiple_of(3) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let n = buf.len().min(self.0.len()).min(7_000);
            buf[..n].copy_from_slice(&self.0[..n]);
            self.0.drain(..n);
            if n == 0 && self.2 { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(n) }
        }
    }

    #[test]
    fn all_is_read_however_much_was_announced() {
        let text: Vec<u8> = (0..200_000u32).map(|n| (n % 251) as u8).collect();
        let mut buffer = Vec::new();
        for announced in [0, 1, 65_535, 65_536, 199_999, 200_000, 200_001, 400_000, u64::MAX] {
            for fails in [false, true] {
                let mut reader = Halting(text.clone(), 0, fails);
                let (len, end) = read_whole(&mut reader, announced, &mut buffer);
                assert!(buffer[..len] == text, "{announced}: {len}");
                assert_eq!(end.is_err(), fails);
            }
        }
        let (len, end) = read_whole(&mut io::empty(), 5, &mut buffer);
        assert!(len == 0 && end.is_ok());
    }
}
