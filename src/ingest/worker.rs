//! One worker: reads objects one after the other and turns what they hold into rows.

mod open;
mod text;

use std::io;
use std::sync::Arc;

use crate::ingest::extract::{Extractor, kind_of};
use crate::ingest::files::{FileInfo, Files};
use crate::ingest::frame::Take;
use crate::ingest::inflate::{Inflater, Limits};
use crate::ingest::scan::{Fault, Key, Scanner, Spans};
use crate::ingest::shape::{self, Found};
use crate::ingest::status::{Count, Reject, Status};
use crate::ingest::text_form;
use crate::ingest::watch::{Watch, Watcher};
use crate::source::Object;
use crate::store::dicts::Dicts;
use crate::store::flags::RecordKind;
use crate::store::segment::{Builder, EventRow, Locator, Segment};

/// What can be set about reading.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How far files may inflate.
    pub limits: Limits,
    /// The largest record, in bytes.
    pub record_cap: usize,
    /// How many workers read at once; 0 for one a core.
    pub threads: usize,
    /// Only events of these names; all when empty.
    pub events: &'static [String],
}

impl Default for Options {
    fn default() -> Self {
        Self { limits: Limits::default(), record_cap: 8 << 20, threads: 0, events: &[] }
    }
}

/// What the workers of a load share.
#[derive(Clone, Debug)]
pub struct Shared {
    /// The dictionaries they fill.
    pub dicts: Arc<Dicts>,
    /// The register of files.
    pub files: Arc<Files>,
    /// What they report to.
    pub status: Arc<Status>,
    /// What can be set.
    pub options: Options,
    /// Who looks at the records in passing.
    pub watcher: Option<Arc<dyn Watcher>>,
}

/// Reads objects.
pub struct Worker<'a> {
    shared: Shared,
    inflater: Option<Inflater>,
    buffer: Vec<u8>,
    scanner: Scanner,
    extractor: Extractor,
    watch: Option<Box<dyn Watch>>,
    builder: Builder,
    /// Takes finished segments.
    publish: &'a (dyn Fn(Segment) + Sync),
    /// The object that is being read.
    now: Current,
}

/// The object that is being read.
#[derive(Default, Debug)]
struct Current {
    file: u32,
    name: String,
    found: bool,
    /// Whether it is what was added to a file that is counted already.
    goes_on: bool,
    /// Whether it is in an archive, which counts as one file.
    is_member: bool,
    records: u64,
    rejects: u64,
    others: u64,
}

/// What is known of the bytes that are being read.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// The file, or the member of an archive.
    pub(crate) info: FileInfo,
    /// How many archives are around it.
    pub(crate) depth: usize,
}

impl std::fmt::Debug for Worker<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker").field("now", &self.now).finish_non_exhaustive()
    }
}

impl<'a> Worker<'a> {
    /// A worker that hands its segments to `publish`.
    pub fn new(shared: Shared, publish: &'a (dyn Fn(Segment) + Sync)) -> Self {
        let extractor = Extractor::new(shared.dicts.clone());
        let watch = shared.watcher.as_ref().map(|watcher| watcher.watch());
        Self {
            shared,
            inflater: None,
            buffer: Vec::new(),
            scanner: Scanner::default(),
            extractor,
            watch,
            builder: Builder::default(),
            publish,
            now: Current::default(),
        }
    }

    /// Reads one object that was registered under this number.
    pub fn read(&mut self, object: &Object, number: u32) {
        let opened = object.place.open_stamped();
        let stamp = match &opened {
            Ok((_, stamp)) => *stamp,
            Err(_) => object.place.stamp().unwrap_or_default(),
        };
        self.shared.files.set_stamp(number, stamp);
        let Some(info) = self.shared.files.get(number) else { return };
        self.begin(number, &info.name, object.found);
        self.now.goes_on = object.place.base() > 0;
        let origin = Origin { info: (*info).clone(), depth: 0 };
        let read = opened.and_then(|(reader, stamp)| self.opened(reader, stamp.size, &origin));
        if let Err(e) = read {
            self.reject_file(&system_words(&e));
        }
    }

    /// Whether what is being read may be no log at all.
    fn is_stray(&self) -> bool {
        self.now.found && !text_form::is_called_a_log(&self.now.name)
    }

    /// What is being read is no log.
    fn no_log(&self) {
        if self.now.goes_on {
            return;
        }
        if self.now.is_member {
            self.shared.status.note("file in an archive that is no log");
            return;
        }
        self.shared.status.add(Count::Passed, 1);
        self.shared.status.note("file that is no log");
    }

    fn begin(&mut self, file: u32, name: &str, found: bool) {
        self.now = Current { file, name: name.to_owned(), found, ..Current::default() };
    }

    /// Takes something found inside of a wrapper; `part` counts the records of one value from 1.
    fn found(&mut self, found: Found<'_>, offset: u64, part: u32) {
        match found {
            Found::Record { json, reconstructed } => {
                let at = Locator { file: self.now.file, offset, part };
                let record = self.scanner.scan(&json, 0).ok().map(|(spans, _)| spans);
                if record.as_ref().is_some_and(|spans| sifted(self.shared.options.events, spans)) {
                    self.now.others += 1;
                    return;
                }
                let row = record.and_then(|s| {
                    let mut row = self.extractor.row(&s, kind_of_found(&s, &json)?, at, reconstructed);
                    watched(&mut self.watch, &s, &mut row);
                    Some(row)
                });
                match row {
                    Some(row) => self.push(row),
                    None => self.reject_at(offset, &no_row(&json), &json),
                }
            }
            Found::Digest => {
                self.now.others += 1;
                self.shared.status.add(Count::Digests, 1);
            }
            Found::Nothing(what) => {
                self.now.others += 1;
                self.shared.status.note(what);
            }
            Found::Reject(reason) => self.reject_at(offset, &reason, &[]),
        }
    }

    fn open_value(&mut self, value: &[u8], offset: u64) {
        let mut part = 0;
        shape::open(value, &mut |found| {
            part += u32::from(matches!(found, Found::Record { .. }));
            self.found(found, offset, part);
        });
    }

    /// Python's dicts and `{k=v}` text are objects too, if no JSON; where the one at `at` ends.
    fn foreign(&mut self, text: &[u8], at: usize, offset: u64) -> Option<usize> {
        let first = *text.get(crate::json::skip_space(text, at + 1))?;
        if first == b'"' {
            return None;
        }
        let len = shape::foreign_len(text.get(at..)?)?;
        self.open_value(text.get(at..at + len)?, offset);
        Some(at + len)
    }

    fn reject_at(&mut self, offset: u64, reason: &str, sample: &[u8]) {
        self.now.rejects += 1;
        let sample = String::from_utf8_lossy(&sample[..sample.len().min(200)]).into_owned();
        self.rejected(Some(self.shared.files.offset(self.now.file, offset)), reason, sample);
    }

    fn reject_file(&mut self, reason: &str) {
        self.now.rejects += 1;
        self.rejected(None, reason, String::new());
    }

    fn rejected(&self, offset: Option<u64>, reason: &str, sample: String) {
        let (file, number) = (self.now.name.clone(), Some(self.now.file));
        self.shared.status.reject(Reject { file, number, offset, reason: reason.to_owned(), sample });
    }

    #[inline]
    fn push(&mut self, row: EventRow) {
        self.builder.push(&row);
        self.now.records += 1;
        if self.builder.is_full() {
            self.flush();
        }
    }

    /// Hands on what has been read so far.
    pub fn flush(&mut self) {
        if !self.builder.is_empty() {
            if let Some(watch) = &mut self.watch {
                let (columns, found) = self.builder.found();
                watch.gathered(&columns, found);
            }
            (self.publish)(self.builder.seal());
        }
    }

    /// How many rows wait to be handed on.
    pub fn waiting(&self) -> usize {
        self.builder.len()
    }
}

impl Take for Worker<'_> {
    #[inline]
    fn object(&mut self, text: &[u8], at: usize, offset: u64) -> Result<usize, Fault> {
        let (spans, end) = match self.scanner.scan(text, at) {
            Ok(found) => found,
            Err(fault) => return self.foreign(text, at, offset).ok_or(fault),
        };
        // A record without a time may have it under another name, which is for the shapes to find.
        let has_time = || !matches!(spans.get(Key::EventTime), b"" | b"null");
        let kind = kind_of(&spans).filter(|&k| has_time() || k == RecordKind::Aggregated);
        let Some(kind) = kind else {
            self.open_value(&text[at..end], offset);
            return Ok(end);
        };
        let cap = self.shared.options.record_cap;
        if end - at > SUSPICIOUS.min(cap) {
            if end - at > cap {
                self.reject_at(offset, "this record is larger than `record_cap` allows", &text[at..end]);
                return Ok(end);
            }
            if serde_json::from_slice::<serde::de::IgnoredAny>(spans.text).is_err() {
                return Err(Fault::Malformed(at));
            }
        }
        if sifted(self.shared.options.events, &spans) {
            self.now.others += 1;
            return Ok(end);
        }
        let at = Locator { file: self.now.file, offset, part: 0 };
        let mut row = self.extractor.row(&spans, kind, at, false);
        watched(&mut self.watch, &spans, &mut row);
        self.push(row);
        Ok(end)
    }

    fn value(&mut self, value: &[u8], offset: u64) {
        self.open_value(value, offset);
    }

    fn prefix(&mut self, text: &[u8]) -> Option<usize> {
        shape::line::prefix_len(text)
    }

    fn reject(&mut self, offset: u64, reason: &str, sample: &[u8]) {
        match text_form::advice(sample) {
            Some(advice) => self.reject_at(offset, &format!("{reason}: {advice}"), sample),
            None => self.reject_at(offset, reason, sample),
        }
    }
}

/// Whether an event has another name than those that are wanted.
#[inline]
fn sifted(wanted: &[String], spans: &Spans<'_>) -> bool {
    if wanted.is_empty() {
        return false;
    }
    let name = spans.get(Key::EventName);
    let name = name.strip_prefix(b"\"").and_then(|name| name.strip_suffix(b"\"")).unwrap_or(name);
    !wanted.iter().any(|wanted| wanted.as_bytes() == name)
}

/// What kind of record the shapes found. They have seen what is around it, so that one may lack what a record by
/// itself is known by; what is not even JSON is none.
fn kind_of_found(spans: &Spans<'_>, json: &[u8]) -> Option<RecordKind> {
    kind_of(spans).or_else(|| match shape::broken(json) {
        Some(_) => None,
        None if spans.has(Key::InsightDetails) => Some(RecordKind::Insight),
        None if spans.has(Key::TimeWindow) || spans.get(Key::EventCategory) == b"\"Aggregated\"" => {
            Some(RecordKind::Aggregated)
        }
        // Who did it, or what: of one that says neither nothing can be said.
        None => [Key::EventName, Key::EventSource, Key::UserIdentity]
            .iter()
            .any(|key| spans.has(*key))
            .then_some(RecordKind::Event),
    })
}

/// Why something that the shapes found makes no row.
fn no_row(json: &[u8]) -> String {
    shape::broken(json).unwrap_or_else(|| "what is wrapped here is no CloudTrail record".to_owned())
}

/// Lets the watch look at an event; what is counted or summed up is no act of anybody.
#[inline]
fn watched(watch: &mut Option<Box<dyn Watch>>, spans: &Spans<'_>, row: &mut EventRow) {
    let Some(watch) = watch else { return };
    if row.is_new {
        watch.meet(spans, row);
    }
    if matches!(row.flags.kind(), RecordKind::Event | RecordKind::Network) {
        row.hits = watch.record(spans, row);
    }
}

/// A record above this many bytes is more than CloudTrail delivers: it may be several
/// that a lost quote has joined, so its inside is checked as well.
const SUSPICIOUS: usize = 300 << 10;

/// What the system said, without its numbers.
fn system_words(e: &io::Error) -> String {
    match e.kind() {
        io::ErrorKind::NotFound => "the file is gone".to_owned(),
        io::ErrorKind::PermissionDenied => {
            "no permission to read it; run as a user who may, or change its mode".to_owned()
        }
        _ => e.to_string(),
    }
}
