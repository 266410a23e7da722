//! From the bytes of a file to text: compression, archives, encodings.
//!
//! Told by what the bytes say, never by a name. Whole files of ordinary size are
//! inflated in one go, which is nearly twice as fast; what is large is read as a
//! stream, so that memory stays bounded. What could be inflated before a fault is
//! kept, and the fault is said.
//!
//! This module must not look into the text.

mod gzip;
mod utf16;

use std::borrow::Cow;
use std::io::{self, BufReader, Read};

use libdeflater::{DecompressionError, Decompressor};

use self::gzip::GzipReader;
use self::utf16::Utf16Reader;

/// What the first bytes of something say it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wrapping {
    /// gzip, also with several members.
    Gzip,
    /// Zstandard.
    Zstd,
    /// bzip2.
    Bzip2,
    /// A zip archive.
    Zip,
    /// A tar archive.
    Tar,
    /// Apache Parquet, which this build cannot read.
    Parquet,
    /// UTF-16 with a byte order mark, or an object or a list in it without: little-endian, as PowerShell's `>` writes it.
    Utf16Le,
    /// The same, big-endian.
    Utf16Be,
    /// UTF-8 with a byte order mark.
    Utf8Bom,
    /// None of these: text, as far as one can tell.
    Plain,
}

/// How many bytes [`Wrapping::of`] wants to see.
pub const PEEK: usize = 512;

impl Wrapping {
    /// Tells from the first bytes.
    pub fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, ..] => Self::Bzip2,
            [b'P', b'K', 3 | 5, 4 | 6, ..] => Self::Zip,
            [b'P', b'A', b'R', b'1', ..] => Self::Parquet,
            [0xff, 0xfe, ..] | [b'{' | b'[', 0, 1..=255, 0, ..] => Self::Utf16Le,
            [0xfe, 0xff, ..] | [0, b'{' | b'[', 0, 1..=255, ..] => Self::Utf16Be,
            [0xef, 0xbb, 0xbf, ..] => Self::Utf8Bom,
            _ if head.get(257..262) == Some(b"ustar") => Self::Tar,
            _ => Self::Plain,
        }
    }

    /// Whether it holds files of its own.
    pub const fn is_archive(self) -> bool {
        matches!(self, Self::Zip | Self::Tar)
    }
}

/// How far inflation may go before it counts as an attack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The largest text that a file may inflate to, in bytes.
    pub inflated: u64,
    /// How many times its size a file may inflate to, once it is past [`Limits::FREE`].
    pub ratio: u64,
}

impl Limits {
    /// Up to here, any ratio is fine, in bytes.
    pub const FREE: u64 = 256 << 20;
}

impl Default for Limits {
    fn default() -> Self {
        Self { inflated: 64 << 30, ratio: 250 }
    }
}

/// Files above this many compressed bytes are read as streams.
pub const STREAM_ABOVE: u64 = 48 << 20;

/// Texts above this many bytes are read as streams.
const WHOLE_MAX: usize = 256 << 20;

/// Inflates whole gzip files, reusing what it allocated.
pub struct Inflater {
    decompressor: Decompressor,
    out: Vec<u8>,
}

impl Default for Inflater {
    fn default() -> Self {
        Self { decompressor: Decompressor::new(), out: Vec::new() }
    }
}

impl std::fmt::Debug for Inflater {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inflater").field("buffer", &self.out.len()).finish_non_exhaustive()
    }
}

impl Inflater {
    /// The text of a gzip file with exactly one sound member of at most `most` bytes; `None` for any other.
    pub fn gzip(&mut self, bytes: &[u8], most: u64) -> Option<&[u8]> {
        let size = size_of_member(bytes, most)?;
        if self.out.len() < size {
            self.out.resize(size.next_multiple_of(1 << 16), 0);
        }
        let out = self.out.get_mut(..size)?;
        is_inflated(&mut self.decompressor, bytes, out).then_some(out)
    }
}

/// As [`Inflater::gzip`], for a text that is kept.
pub fn gzip_text(bytes: &[u8], most: u64) -> Option<Vec<u8>> {
    let mut out = vec![0; size_of_member(bytes, most)?];
    is_inflated(&mut Decompressor::new(), bytes, &mut out).then_some(out)
}

/// The size of the text that a gzip file with one member says it has, where it can have it.
fn size_of_member(bytes: &[u8], most: u64) -> Option<usize> {
    let (_, last) = bytes.split_last_chunk::<4>()?;
    let size = u32::from_le_bytes(*last) as usize;
    // The size field is the sender's claim. It is believed up to what deflate can reach at all.
    let can_be = size <= WHOLE_MAX && size as u64 <= most && size <= bytes.len().saturating_mul(1032);
    (can_be && !may_end_before(bytes, *last)).then_some(size)
}

/// Whether a gzip member is sound and fills `out`.
fn is_inflated(decompressor: &mut Decompressor, bytes: &[u8], out: &mut [u8]) -> bool {
    match decompressor.gzip_decompress(bytes, out) {
        Ok(n) => n == out.len(),
        Err(DecompressionError::BadData | DecompressionError::InsufficientSpace) => false,
    }
}

/// Whether a first member may end before the file does, with the length that the last one says it has: then only a stream
/// reader knows what stands behind it. A member ends with its length, which hardly ever stands elsewhere by chance. Only
/// that of nothing does: a header says as much of its time.
fn may_end_before(bytes: &[u8], size: [u8; 4]) -> bool {
    if size == [0; 4] {
        return bytes.get(1..).is_some_and(|rest| memchr::memmem::find(rest, &[0x1f, 0x8b, 0x08]).is_some());
    }
    let before = bytes.get(..bytes.len().saturating_sub(1)).unwrap_or_default();
    memchr::memmem::find(before, &size).is_some()
}

/// Reads the text of a stream, through as many layers as it has; archives are not opened.
///
/// # Errors
/// When the stream cannot be read at its beginning.
pub fn text_reader<'a>(reader: Box<dyn Read + Send + 'a>) -> io::Result<Box<dyn Read + Send + 'a>> {
    let mut reader = reader;
    for _ in 0..MAX_LAYERS {
        let mut buffered = Peeked::new(reader)?;
        reader = match Wrapping::of(buffered.head()) {
            Wrapping::Gzip => Box::new(GzipReader::new(BufReader::with_capacity(1 << 16, buffered))),
            Wrapping::Zstd => Box::new(zstd::Decoder::new(buffered)?),
            Wrapping::Bzip2 => Box::new(bzip2::read::MultiBzDecoder::new(buffered)),
            Wrapping::Utf16Le => return Ok(Box::new(Utf16Reader::new(buffered, u16::from_le_bytes))),
            Wrapping::Utf16Be => return Ok(Box::new(Utf16Reader::new(buffered, u16::from_be_bytes))),
            Wrapping::Utf8Bom => {
                buffered.skip(3);
                return Ok(Box::new(buffered));
            }
            Wrapping::Plain | Wrapping::Zip | Wrapping::Tar | Wrapping::Parquet => {
                return Ok(Box::new(buffered));
            }
        };
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "compressed more than 8 times over"))
}

/// How many layers of compression are opened.
const MAX_LAYERS: usize = 8;

/// A reader whose first bytes can be looked at before they are read.
pub struct Peeked<'a> {
    head: Vec<u8>,
    at: usize,
    /// A fault met behind the first bytes, to be told once they are used.
    fault: Option<io::Error>,
    rest: Box<dyn Read + Send + 'a>,
}

impl<'a> Peeked<'a> {
    /// Reads the first [`PEEK`] bytes.
    ///
    /// # Errors
    /// When nothing at all can be read.
    pub fn new(mut rest: Box<dyn Read + Send + 'a>) -> io::Result<Self> {
        let mut head = Vec::with_capacity(PEEK);
        let fault = rest.by_ref().take(PEEK as u64).read_to_end(&mut head).err();
        match fault {
            Some(e) if head.is_empty() => Err(e),
            fault => Ok(Self { head, at: 0, fault, rest }),
        }
    }

    /// The first bytes.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    fn skip(&mut self, n: usize) {
        self.at = n.min(self.head.len());
    }
}

impl Read for Peeked<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let left = self.head.get(self.at..).unwrap_or_default();
        if left.is_empty() {
            return match self.fault.take() {
                Some(e) => Err(e),
                None => self.rest.read(buf),
            };
        }
        let n = left.len().min(buf.len());
        buf[..n].copy_from_slice(&left[..n]);
        self.at += n;
        Ok(n)
    }
}

/// Stops a stream that inflates beyond all measure.
pub struct Guarded<R> {
    inner: R,
    limits: Limits,
    /// The size of what it is inflated from, where known.
    compressed: Option<u64>,
    read: u64,
}

impl<R> Guarded<R> {
    /// Guards `inner`, which comes from `compressed` bytes.
    pub fn new(inner: R, compressed: Option<u64>, limits: Limits) -> Self {
        Self { inner, limits, compressed, read: 0 }
    }

    fn verdict(&self) -> Option<String> {
        let limit = self.limits.inflated;
        if self.read > limit {
            return Some(format!(
                "inflates to more than {limit} bytes and was cut there; raise `inflate_cap` if it is meant to be that large"
            ));
        }
        let from = self.compressed?.max(1);
        let bomb = self.read > Limits::FREE && self.read / from > self.limits.ratio;
        bomb.then(|| {
            format!(
                "{from} bytes inflate to more than {} times that: this looks like a gzip bomb and was cut after {} bytes; \
                 raise `inflate_ratio` if it is none",
                self.limits.ratio, self.read
            )
        })
    }
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if let Some(reason) = self.verdict() {
            return Err(io::Error::new(io::ErrorKind::QuotaExceeded, reason));
        }
        let n = self.inner.read(buf)?;
        self.read = self.read.saturating_add(n as u64);
        Ok(n)
    }
}

/// The text of something small, inflated whole; what came before a fault, and the fault.
pub fn whole(bytes: &[u8], limits: Limits) -> (Vec<u8>, Option<io::Error>) {
    let size = bytes.len() as u64;
    let reader = match text_reader(Box::new(bytes)) {
        Ok(reader) => reader,
        Err(e) => return (Vec::new(), Some(e)),
    };
    let mut out = Vec::new();
    let fault = Guarded::new(reader, Some(size), limits).read_to_end(&mut out).err();
    (out, fault)
}

/// `bytes` without a UTF-8 byte order mark, when they are text that needs no other treatment.
pub fn plain_text(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    match Wrapping::of(bytes) {
        Wrapping::Plain => Some(Cow::Borrowed(bytes)),
        Wrapping::Utf8Bom => bytes.get(3..).map(Cow::Borrowed),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
