//! Opening a file again for one of its raw records.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::sync::{Arc, Mutex};

use crate::ingest::archive;
use crate::ingest::files::{FileInfo, Files};
use crate::ingest::inflate::{self, Guarded, Limits, PEEK, Peeked, STREAM_ABOVE, Wrapping};
use crate::ingest::shape::{self, Found};
use crate::ingest::text_form::{self, Form};
use crate::json;
use crate::source::Place;
use crate::store::raw::{Opener, RawError, Text};
use crate::store::segment::Locator;

/// Opens the files of a load again, the way they were read.
#[derive(Debug)]
pub struct Reopener {
    files: Arc<Files>,
    limits: Limits,
}

/// Texts above this many bytes are kept on disk.
const IN_MEMORY: u64 = 64 << 20;

impl Reopener {
    /// Opens these files within these limits.
    pub fn new(files: Arc<Files>, limits: Limits) -> Self {
        Self { files, limits }
    }

    fn info(&self, file: u32) -> Result<Arc<FileInfo>, RawError> {
        self.files.get(file).ok_or_else(|| RawError::Missing { file: format!("file {file}"), offset: 0 })
    }

    fn inflate(&self, info: &FileInfo) -> io::Result<Text> {
        if let Some(text) = plain_file(info)? {
            return Ok(text);
        }
        if let Some(text) = self.at_once(info)? {
            return Ok(text);
        }
        let reader = inflate::text_reader(info.place.open()?)?;
        self.descend(Peeked::new(reader)?, &info.members, info.stamp.size)
    }

    /// The text of what is one gzip member and nothing else, as nearly every log is; several times as fast as streaming.
    fn at_once(&self, info: &FileInfo) -> io::Result<Option<Text>> {
        if !info.members.is_empty() || info.stamp.size.is_none_or(|size| size > STREAM_ABOVE) {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        info.place.open()?.read_to_end(&mut bytes)?;
        if Wrapping::of(&bytes) != Wrapping::Gzip {
            return Ok(None);
        }
        let text = inflate::gzip_text(&bytes, self.limits.inflated.min(IN_MEMORY));
        let text = text.filter(|text| Wrapping::of(text) == Wrapping::Plain);
        Ok(text.map(|text| Text::Memory(Arc::new(text))))
    }

    /// Goes down through archives to the member that is meant.
    fn descend(&self, reader: Peeked<'_>, members: &[usize], size: Option<u64>) -> io::Result<Text> {
        let Some((&wanted, deeper)) = members.split_first() else {
            return keep(Guarded::new(reader, size, self.limits));
        };
        let kind = Wrapping::of(reader.head());
        let mut found = Err(io::Error::new(io::ErrorKind::NotFound, "it is no longer in the archive"));
        archive::members(reader, kind, &mut |member| {
            if member.position == wanted {
                found = inflate::text_reader(member.reader)
                    .and_then(Peeked::new)
                    .and_then(|inner| self.descend(inner, deeper, member.compressed));
            }
            member.position < wanted
        })?;
        found
    }
}

/// A large file of plain text needs no copy: its text is the file.
fn plain_file(info: &FileInfo) -> io::Result<Option<Text>> {
    let (Place::File(path), true) = (&info.place, info.members.is_empty()) else { return Ok(None) };
    if info.stamp.size.is_none_or(|size| size <= IN_MEMORY) {
        return Ok(None);
    }
    let mut file = File::open(path)?;
    let mut head = Vec::new();
    file.by_ref().take(PEEK as u64).read_to_end(&mut head)?;
    let plain = Wrapping::of(&head) == Wrapping::Plain;
    Ok(plain.then(|| Text::Disk(Arc::new(Mutex::new(file)))))
}

/// Reads a text to its end, or to its fault: what came before that was loaded.
fn keep(mut reader: impl Read) -> io::Result<Text> {
    let mut bytes = Vec::new();
    let first = reader.by_ref().take(IN_MEMORY).read_to_end(&mut bytes);
    if first.is_err() || (bytes.len() as u64) < IN_MEMORY {
        bytes.shrink_to_fit();
        return Ok(Text::Memory(Arc::new(bytes)));
    }
    let mut file = tempfile::tempfile()?;
    io::Write::write_all(&mut file, &bytes)?;
    drop(bytes);
    // A fault further on ends the text where it ended when it was loaded.
    let mut piece = vec![0; 1 << 20];
    while let Ok(n @ 1..) = reader.read(&mut piece) {
        io::Write::write_all(&mut file, &piece[..n])?;
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(Text::Disk(Arc::new(Mutex::new(file))))
}

impl Opener for Reopener {
    fn text(&self, file: u32) -> Result<Text, RawError> {
        let info = self.info(file)?;
        let unreadable =
            |e: &io::Error| RawError::Unreadable { file: info.name.clone(), reason: e.to_string() };
        let stamp = info.place.stamp().map_err(|e| unreadable(&e))?;
        if stamp != info.stamp {
            return Err(RawError::Changed { file: info.name.clone() });
        }
        self.inflate(&info).map_err(|e| unreadable(&e))
    }

    fn record(&self, text: &Text, at: Locator) -> Result<Vec<u8>, RawError> {
        let missing = || RawError::Missing {
            file: self.files.name(at.file),
            offset: self.files.offset(at.file, at.offset),
        };
        if at.part == 0 {
            return value_at(text, at.offset).ok_or_else(missing);
        }
        let head = text.window(0, text_form::HEAD).map_err(|_| missing())?;
        let head = &head[..head.len().min(text_form::HEAD)];
        if let Form::Csv(layout) = text_form::of(head, false) {
            let row = text.window(at.offset, ROW).map_err(|_| missing())?;
            return match shape::csv::reopen(&layout, &row[..row.len().min(ROW)]) {
                Some(Found::Record { json, .. }) => Ok(json.into_owned()),
                _ => Err(missing()),
            };
        }
        let value = value_at(text, at.offset).ok_or_else(missing)?;
        let (mut part, mut record) = (0, None);
        shape::open(&value, &mut |found| {
            if let Found::Record { json, .. } = found {
                part += 1;
                if part == at.part {
                    record = Some(json.into_owned());
                }
            }
        });
        record.ok_or_else(missing)
    }
}

/// How much of a table is looked at for one row, in bytes.
const ROW: usize = 16 << 20;

/// The JSON value that begins at `offset`.
fn value_at(text: &Text, offset: u64) -> Option<Vec<u8>> {
    let mut want = 64 << 10;
    loop {
        let window = text.window(offset, want).ok()?;
        match json::skip_value(&window, 0) {
            // A word at the very end of the window may go on behind it.
            Some(end)
                if end > 0
                    && (end < window.len() || window.len() < want || matches!(text, Text::Memory(_))) =>
            {
                return Some(window[..end].to_vec());
            }
            _ if window.len() < want || matches!(text, Text::Memory(_)) => return None,
            _ => want *= 4,
        }
    }
}
