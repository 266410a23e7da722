//! The shapes CloudTrail comes in: finding the records inside of one value.
//!
//! Records reach an analyst wrapped: by the service that delivered them, by the
//! console that exported them, by the product that indexed them. Given one JSON
//! value, one row of a table or one line of text, this room says which records
//! are inside. It is decided for each value anew, never for a file, since real
//! files are mixed.
//!
//! Wherever a raw record exists its text is passed on byte for byte: nothing is
//! parsed and written again. Only forms that keep no raw record (Athena's struct
//! text, OCSF, ECS, Lake rows, Python's dicts) are put together anew, and the
//! result says so.
//!
//! What is no record is given back with a reason a person can act on. This room
//! must not read files, keep state between values, or judge what a record means.

use std::borrow::Cow;

use crate::json::{self, Member};

mod companion;
pub mod csv;
mod ecs;
pub mod line;
mod lookup;
mod names;
mod object;
mod ocsf;
mod payload;
mod python;
mod query;
mod reason;
mod row;
mod struct_text;
mod table;
mod tree;
mod walk;
mod wrapper;

pub use reason::broken;

#[cfg(test)]
mod story;

/// How many wrappers may be around a record.
pub const MAX_DEPTH: usize = 6;
/// The largest record that is passed on, in bytes.
pub const MAX_RECORD: usize = 8 << 20;
/// The most that one payload (base64, gzip) may grow to, in bytes.
pub const MAX_PAYLOAD: usize = 64 << 20;
/// The most that all payloads inside of one value may grow to together, in bytes.
pub const MAX_PAYLOADS: usize = 256 << 20;

/// What was found inside of a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found<'a> {
    /// A CloudTrail record.
    Record {
        /// The record as JSON text.
        json: Cow<'a, [u8]>,
        /// Whether it was put together from a form that keeps no raw record.
        reconstructed: bool,
    },
    /// A digest file: evidence about log files, never events.
    Digest,
    /// Legitimately nothing: a control message, an empty page, a notification. Says what it is.
    Nothing(&'static str),
    /// Something that should have been a record and is none: the reason, for the rejects list.
    Reject(String),
}

impl Found<'_> {
    /// The same, independent of the text it was found in.
    pub fn into_owned(self) -> Found<'static> {
        match self {
            Self::Record { json, reconstructed } => {
                Found::Record { json: Cow::Owned(json.into_owned()), reconstructed }
            }
            Self::Digest => Found::Digest,
            Self::Nothing(what) => Found::Nothing(what),
            Self::Reject(reason) => Found::Reject(reason),
        }
    }
}

/// Opens one JSON value: the sink gets everything found, in order, and always at least one thing.
///
/// Python's dicts and `{k=v}` text are read here as well. A plain record is passed
/// through. Borrowed text is borrowed from `value` or from something decoded out of
/// it, and lives as long as the call of the sink.
pub fn open(value: &[u8], sink: &mut dyn FnMut(Found<'_>)) {
    walk::Walker::new(sink).open(value);
}

/// How long the Python dict or the `{k=v}` text at the start of `text` is, which no reader of JSON can tell.
///
/// `None` when it is in another notation or cannot be read; then the whole text may have been walked.
pub fn foreign_len(text: &[u8]) -> Option<usize> {
    walk::foreign(text).ok().flatten().map(|(_, len)| len)
}

/// Whether `object` is a plain CloudTrail record, by its keys: an event, an insight, network activity or an aggregate.
///
/// Costs one walk over the members. Not plain, and so a matter for [`open`], are: notifications of
/// S3 and other Lambda records (which also carry `eventName` and `eventSource`), rows that keep the
/// record in `_raw`, records with flattened keys, and those of Logstash that have `@timestamp` in place
/// of `eventTime`.
pub fn is_record(object: &[u8]) -> bool {
    let mut evidence = Evidence::default();
    for member in json::members(object) {
        evidence.note(&member);
    }
    evidence.is_record()
}

/// What the keys of an object say about it, for a scanner that walks the members anyway.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Evidence(u16);

const NAME: u16 = 1;
const SOURCE: u16 = 1 << 1;
const VERSION: u16 = 1 << 2;
const TIME: u16 = 1 << 3;
const ID: u16 = 1 << 4;
const IDENTITY: u16 = 1 << 5;
const INSIGHT: u16 = 1 << 6;
const WINDOW: u16 = 1 << 7;
const SUMMARY: u16 = 1 << 8;
const STAMP: u16 = 1 << 9;
const FOREIGN: u16 = 1 << 10;
const FLAT: u16 = 1 << 11;

impl Evidence {
    /// Takes note of one member.
    #[inline]
    pub fn note(&mut self, member: &Member<'_>) {
        self.0 |= match member.key {
            b"eventName" => NAME,
            b"eventSource" if member.value.starts_with(b"\"aws:") => FOREIGN,
            b"eventSource" => SOURCE,
            b"eventVersion" => VERSION,
            b"eventTime" if json::is_null(member.value) => 0,
            b"eventTime" => TIME,
            b"eventID" | b"eventId" => ID,
            b"userIdentity" => IDENTITY,
            b"insightDetails" => INSIGHT,
            b"timeWindow" => WINDOW,
            b"summary" => SUMMARY,
            b"eventCategory" if member.value == b"\"Aggregated\"" => WINDOW | SUMMARY,
            b"@timestamp" => STAMP,
            b"_raw" | b"CloudTrailEvent" => FOREIGN,
            b"s3" | b"kinesis" | b"Sns" | b"dynamodb" if member.value.starts_with(b"{") => FOREIGN,
            key if key.starts_with(b"userIdentity.") => FLAT,
            _ => 0,
        };
    }

    const fn any(self, bits: u16) -> bool {
        self.0 & bits != 0
    }

    /// Whether the keys are those of a record, whatever else there is.
    const fn has_record_keys(self) -> bool {
        let about = NAME | SOURCE | VERSION | TIME | ID | IDENTITY | STAMP;
        (self.any(NAME) && self.any(about & !NAME))
            || (self.any(IDENTITY) && self.any(about & !IDENTITY))
            || (self.any(SOURCE | VERSION) && self.any(TIME | ID))
            || (self.any(INSIGHT) && self.any(about))
            || (self.any(WINDOW) && self.any(SUMMARY) && self.any(about))
    }

    /// Whether the members noted are those of a plain record; see [`is_record`].
    pub const fn is_record(self) -> bool {
        self.has_record_keys() && !self.any(FOREIGN | FLAT) && (self.any(TIME) || !self.any(STAMP))
    }

    /// Whether it is a record but for `@timestamp` in place of `eventTime`.
    const fn lacks_only_time(self) -> bool {
        self.has_record_keys() && !self.any(FOREIGN | FLAT) && self.any(STAMP) && !self.any(TIME)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_known_by_their_keys() {
        for (object, expected) in [
            (r#"{"eventVersion":"1.11","userIdentity":{},"eventName":"X"}"#, true),
            (r#"{"eventTime":"2026-01-10T10:38:41Z","eventName":"X"}"#, true),
            (r#"{"eventSource":"iam.amazonaws.com","eventID":"e"}"#, true),
            (r#"{"eventVersion":"1.08","eventID":"e","insightDetails":{"state":"Start"}}"#, true),
            (r#"{"eventId":"e","eventCategory":"Aggregated"}"#, true),
            (r#"{"eventId":"e","timeWindow":{},"summary":{}}"#, true),
            (r#"{"eventName":"X"}"#, false),
            (r#"{"eventName":"X","user":"bob"}"#, false),
            (r#"{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put"}"#, false),
            (r#"{"eventVersion":"2.1","eventName":"ObjectCreated:Put","s3":{"bucket":{}}}"#, false),
            (r#"{"eventID":"shard","eventName":"aws:kinesis:record","kinesis":{"data":""}}"#, false),
            (r#"{"eventName":"X","eventSource":"y","_raw":"{}"}"#, false),
            (r#"{"eventName":"X","userIdentity.type":"Root","eventTime":"t"}"#, false),
            (r#"{"eventName":"X","eventSource":"y","@timestamp":"2026-01-10T10:38:41Z"}"#, false),
            (r#"{"eventName":"X","eventTime":null,"@timestamp":"2026-01-10T10:38:41Z"}"#, false),
            (r#"{"eventName":"X","eventTime":"t","@timestamp":"2026-01-10T10:38:41Z"}"#, true),
            (r#"{"EventId":"e","EventName":"X"}"#, false),
            (r#"{"Records":[]}"#, false),
            ("[1]", false),
            ("", false),
        ] {
            assert_eq!(is_record(object.as_bytes()), expected, "{object}");
        }
    }
}
