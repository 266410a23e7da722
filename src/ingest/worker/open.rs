//! An object, once it is opened: what is wrapped around its text, taken off layer by layer.

use std::io::{self, Read};

use super::{Origin, Worker, system_words};
use crate::ingest::archive;
use crate::ingest::inflate::{self, Guarded, Peeked, STREAM_ABOVE, Wrapping};
use crate::ingest::status::Count;
use crate::source::read_whole;

/// The length of the byte order mark of UTF-8.
const MARK: u64 = 3;
impl Worker<'_> {
    pub(super) fn opened(
        &mut self,
        mut reader: Box<dyn Read + Send>,
        size: Option<u64>,
        origin: &Origin,
    ) -> io::Result<()> {
        if size == Some(0) {
            self.reject_file("the file is empty");
            return Ok(());
        }
        let Some(size) = size.filter(|size| *size <= STREAM_ABOVE) else {
            self.shared.status.add(Count::Read, size.unwrap_or(0));
            self.stream(reader, size, origin);
            return Ok(());
        };
        let mut buffer = std::mem::take(&mut self.buffer);
        let (len, read) = read_whole(&mut *reader, size, &mut buffer);
        self.shared.status.add(Count::Read, len as u64);
        if len == 0 && read.is_ok() {
            self.reject_file("the file is empty");
        } else if let Some(bytes @ [_, ..]) = buffer.get(..len) {
            self.bytes(bytes, origin);
        }
        self.buffer = buffer;
        read
    }

    /// Reads bytes that are all here.
    fn bytes(&mut self, bytes: &[u8], origin: &Origin) {
        match Wrapping::of(bytes) {
            Wrapping::Gzip => {
                let mut inflater = self.inflater.take().unwrap_or_default();
                match inflater.gzip(bytes, self.shared.options.limits.inflated) {
                    Some(text) if Wrapping::of(text) == Wrapping::Plain => self.text(text),
                    Some(text) if Wrapping::of(text) == Wrapping::Utf8Bom => self.marked_text(text),
                    Some(text) if !text.is_empty() => {
                        self.stream(Box::new(text), Some(bytes.len() as u64), origin);
                    }
                    Some(_) => self.reject_file("the file inflates to nothing"),
                    None => self.stream(Box::new(bytes), Some(bytes.len() as u64), origin),
                }
                self.inflater = Some(inflater);
            }
            Wrapping::Plain => self.text(bytes),
            Wrapping::Utf8Bom => self.marked_text(bytes),
            _ => self.stream(Box::new(bytes), Some(bytes.len() as u64), origin),
        }
    }

    /// Reads a text that begins with the byte order mark of UTF-8.
    fn marked_text(&mut self, text: &[u8]) {
        self.shared.files.set_mark(self.now.file, MARK);
        self.text(text.get(MARK as usize..).unwrap_or_default());
    }

    /// Takes note of a byte order mark of UTF-8, which is not read with the text.
    fn past_mark<'r>(&self, reader: Box<dyn Read + Send + 'r>) -> io::Result<Box<dyn Read + Send + 'r>> {
        let peeked = Peeked::new(reader)?;
        if Wrapping::of(peeked.head()) == Wrapping::Utf8Bom {
            self.shared.files.set_mark(self.now.file, MARK);
        }
        Ok(Box::new(peeked))
    }

    /// Reads bytes as they come.
    pub(crate) fn stream(&mut self, reader: Box<dyn Read + Send + '_>, size: Option<u64>, origin: &Origin) {
        let limits = self.shared.options.limits;
        // No more than shows that it is too much: what comes behind the cap is cut there, however much is read at once.
        let most = limits.inflated.saturating_add(1);
        let peeked = self
            .past_mark(reader)
            .and_then(inflate::text_reader)
            .and_then(|text| Peeked::new(Box::new(Guarded::new(text.take(most), size, limits))));
        match peeked {
            Ok(peeked) => match Wrapping::of(peeked.head()) {
                Wrapping::Parquet => self
                    .reject_file("this is Parquet, which this build does not read; export it as JSON or CSV"),
                archive if archive.is_archive() => self.archive(peeked, archive, origin),
                _ => self.text_stream(peeked),
            },
            Err(e) => self.reject_file(&system_words(&e)),
        }
    }

    /// Reads the members of an archive as objects of their own.
    fn archive(&mut self, reader: Peeked<'_>, kind: Wrapping, origin: &Origin) {
        if origin.depth >= archive::MAX_DEPTH {
            self.reject_file("an archive in an archive in an archive: unpack it first");
            return;
        }
        let outer = std::mem::take(&mut self.now);
        let mut count = 0;
        let result = archive::members(reader, kind, &mut |member| {
            count += 1;
            let mut info = origin.info.clone();
            info.name = format!("{}!/{}", origin.info.name, member.name);
            info.members.push(member.position);
            let number = self.shared.files.add(info.clone());
            self.begin(number, &info.name, true);
            self.now.is_member = true;
            let inner = Origin { info, depth: origin.depth + 1 };
            self.stream(member.reader, member.compressed, &inner);
            !self.shared.status.is_cancelled()
        });
        self.now = outer;
        match result {
            Err(e) => self.reject_file(&format!("the archive cannot be read on: {e}")),
            Ok(()) if count == 0 => self.reject_file("the archive is empty"),
            Ok(()) => {}
        }
    }
}
