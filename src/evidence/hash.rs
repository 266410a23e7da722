//! The SHA-256 of input as it was acquired: of the bytes as they lie there, packed or not.

use std::fmt;
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};

use sha2::{Digest as _, Sha256};

/// A SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Hash([u8; 32]);

impl Hash {
    /// The hash of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// What stands where there is nothing to hash: only zeros.
    pub const NONE: Self = Self([0; 32]);

    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        let mut bytes = [0u8; 32];
        if digits.len() != 64 {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |b: Option<&u8>| char::from(*b?).to_digit(16);
            *byte = (digit(pair.first())? << 4 | digit(pair.get(1))?) as u8;
        }
        Some(Self(bytes))
    }
}

/// 64 hexadecimal digits in lower case.
impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What was hashed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hashed {
    /// Its SHA-256.
    pub sha256: Hash,
    /// How many bytes it has.
    pub bytes: u64,
}

/// How much is read at once.
const CHUNK: usize = 256 << 10;

/// Hashes a stream to its end; `None` when `stop` was set meanwhile.
///
/// # Errors
/// Those of reading.
pub fn stream(mut from: impl Read, stop: &AtomicBool) -> io::Result<Option<Hashed>> {
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    let mut bytes = 0u64;
    while !stop.load(Ordering::Relaxed) {
        match from.read(&mut chunk) {
            Ok(0) => return Ok(Some(Hashed { sha256: Hash(hasher.finalize().into()), bytes })),
            Ok(n) => {
                hasher.update(chunk.get(..n).unwrap_or_default());
                bytes = bytes.saturating_add(n as u64);
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_stream_has_the_hash_of_its_bytes_however_it_comes() {
        /// Gives one byte at a time, and is interrupted before each.
        struct Slow<'a>(&'a [u8], bool);
        impl Read for Slow<'_> {
            fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
                self.1 = !self.1;
                if self.1 {
                    return Err(io::ErrorKind::Interrupted.into());
                }
                let n = self.0.len().min(1);
                self.0.read(&mut to[..n])
            }
        }
        let go = AtomicBool::new(false);
        let hashed = stream(Slow(b"abc", false), &go).unwrap().unwrap();
        assert_eq!((hashed.sha256.to_string().as_str(), hashed.bytes), (ABC, 3));
        let long = vec![7; CHUNK * 3 + 1];
        assert_eq!(stream(long.as_slice(), &go).unwrap().unwrap().sha256, Hash::of(&long));
        assert_eq!(stream(long.as_slice(), &AtomicBool::new(true)).unwrap(), None);
    }

    #[test]
    fn hashes_are_read_as_they_are_written() {
        assert_eq!(Hash::parse(ABC), Some(Hash::of(b"abc")));
        assert_eq!(Hash::parse(&Hash::NONE.to_string()), Some(Hash::NONE));
        for wrong in ["", "ba78", &ABC.replace('b', "g"), &format!("{ABC}0"), &"é".repeat(32)] {
            assert_eq!(Hash::parse(wrong), None, "{wrong}");
        }
    }
}
