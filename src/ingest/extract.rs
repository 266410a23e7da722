//! From the spans of one record to one row of columns.
//!
//! Each worker has an extractor of its own. In front of every shared dictionary it
//! keeps a table of the raw spans it has met, so that a value is decoded, and a
//! lock taken, once per distinct value and worker and not once per event.
//!
//! What a value means is `event`'s business, whether it is risky is nobody's here.

mod facts;

use std::hash::BuildHasher as _;
use std::sync::Arc;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use self::facts::NameFacts;
use crate::event::outcome::Outcome;
use crate::event::time::{Reader, Time};
use crate::ingest::asides;
use crate::ingest::known::{Content, Numbers, columns_of, keys_of};
use crate::ingest::scan::{Found, Key, Run, Spans};
use crate::ingest::seen::{Identities, Marks, Seen};
use crate::ingest::target::target_in;
use crate::json;
use crate::store::dict::ABSENT;
use crate::store::dicts::Dicts;
use crate::store::flags::{Flags, RecordKind};
use crate::store::id::uuid_in;
use crate::store::segment::{EventRow, Locator};
use crate::store::{Aside, Column};

/// What kind of record the spans are, by their keys; `None` when they are no CloudTrail record.
pub fn kind_of(spans: &Spans<'_>) -> Option<RecordKind> {
    if spans.has(Key::EventName) && spans.has(Key::EventSource) {
        let is_notification = spans.has(Key::S3) || spans.get(Key::EventSource) == b"\"aws:s3\"";
        let is_known = spans.has(Key::EventTime) || spans.has(Key::UserIdentity) || spans.has(Key::EventId);
        let network = spans.get(Key::EventType).starts_with(b"\"AwsVpceEvent");
        let kind = if network { RecordKind::Network } else { RecordKind::Event };
        return (is_known && !is_notification).then_some(kind);
    }
    if spans.has(Key::InsightDetails) && spans.has(Key::EventTime) {
        return Some(RecordKind::Insight);
    }
    if spans.has(Key::TimeWindow) && spans.has(Key::AggregatedId) {
        return Some(RecordKind::Aggregated);
    }
    // A record that lost a field is a record still; a wrapper has none of these pairs.
    let version = spans.has(Key::EventVersion) && !spans.has(Key::S3);
    (version && (spans.has(Key::EventName) || (spans.has(Key::EventTime) && spans.has(Key::UserIdentity))))
        .then_some(RecordKind::Event)
}

/// Turns records into rows.
#[derive(Debug)]
pub struct Extractor {
    dicts: Arc<Dicts>,
    columns: [Seen; Column::COUNT],
    identities: Identities,
    /// The outcome family of each error number met.
    outcomes: Vec<Outcome>,
    /// Which event names need a look into their parameters, by number.
    names: Vec<NameFacts>,
    times: Reader,
}

impl Extractor {
    /// An extractor that fills these dictionaries.
    pub fn new(dicts: Arc<Dicts>) -> Self {
        Self {
            dicts,
            columns: std::array::from_fn(|_| Seen::default()),
            identities: Identities::default(),
            outcomes: Vec::new(),
            names: Vec::new(),
            times: Reader::default(),
        }
    }

    /// The row of one record.
    pub fn row(&mut self, spans: &Spans<'_>, kind: RecordKind, at: Locator, reconstructed: bool) -> EventRow {
        let mut row = EventRow { at, ..EventRow::default() };
        let mut marks = Marks::default();
        if spans.has(Key::ErrorCode) {
            marks |= self.value(Column::Error, Key::ErrorCode, spans, &mut row);
        }
        let mut content = Content::of(spans.text, self.dicts.hasher());
        // One after the other and not in a loop: so each is made for its columns.
        marks |= self.run(Run::Who, spans, &mut row, &mut content);
        marks |= self.run(Run::What, spans, &mut row, &mut content);
        marks |= self.run(Run::Whence, spans, &mut row, &mut content);
        marks |= self.run(Run::Account, spans, &mut row, &mut content);
        marks |= self.run(Run::Tls, spans, &mut row, &mut content);
        row.content = content.hash();
        match kind {
            RecordKind::Event | RecordKind::Network => self.target(spans, &mut row),
            RecordKind::Insight => self.insight(spans, &mut row),
            RecordKind::Aggregated => self.aggregated(spans, &mut row),
        }
        if kind != RecordKind::Aggregated {
            row.time = self.times.read(plain(spans.get(Key::EventTime)));
        }
        row.flags = self
            .flags(spans, kind, &mut row, &mut marks)
            .with_if(reconstructed, Flags::RECONSTRUCTED)
            .with_if(marks.has(Marks::DAMAGED), Flags::DAMAGED_TEXT)
            .with_if(spans.get(Key::Addendum).first() == Some(&b'{'), Flags::ADDENDUM);
        (row.is_new, row.is_odd) = (marks.has(Marks::NEW), marks.has(Marks::ODD));
        self.asides(spans, &mut row);
        self.set_id(spans, kind, &mut row);
        row
    }

    /// Sets the columns that a run of members fills; what else is known of their values.
    #[inline(always)]
    fn run(&mut self, run: Run, spans: &Spans<'_>, row: &mut EventRow, content: &mut Content<'_>) -> Marks {
        let Some(found) = spans.run(run) else {
            // Many records have no such run at all.
            return match spans.has_any(keys_of(run)) {
                true => self.beside(run, None, spans, row),
                false => Marks::default(),
            };
        };
        let numbers = match spans.note(found).and_then(|note| Numbers::of(note.get())) {
            Some(known) => known,
            None => self.learn(run, found, spans, row),
        };
        for ((column, _), id) in columns_of(run).iter().zip(numbers.ids) {
            row.columns[*column as usize] = id;
        }
        content.run(found, numbers.hash);
        match spans.has_beside(found, keys_of(run)) {
            true => numbers.marks | self.beside(run, Some(found), spans, row),
            false => numbers.marks,
        }
    }

    /// What a run comes to that is not known.
    #[cold]
    fn learn(&mut self, run: Run, found: &Found, spans: &Spans<'_>, row: &mut EventRow) -> Numbers {
        let hash = self.dicts.hasher().hash_one(spans.bytes(found));
        let mut numbers = Numbers { hash, ..Numbers::default() };
        for (id, (column, key)) in numbers.ids.iter_mut().zip(columns_of(run)) {
            if found.has(*key) {
                numbers.marks |= self.value(*column, *key, spans, row);
                *id = row.columns[*column as usize];
            }
        }
        if let Some(note) = spans.note(found) {
            note.set(Numbers { marks: numbers.marks.without(Marks::NEW), ..numbers }.note());
        }
        numbers
    }

    /// Sets those columns of a run whose keys are not in it.
    #[cold]
    fn beside(&mut self, run: Run, found: Option<&Found>, spans: &Spans<'_>, row: &mut EventRow) -> Marks {
        let outside = columns_of(run).iter().filter(|(_, key)| found.is_none_or(|found| !found.has(*key)));
        outside.fold(Marks::default(), |marks, (column, key)| marks | self.value(*column, *key, spans, row))
    }

    /// Sets the column of a key; what else is known of the value.
    #[inline(never)]
    fn value(&mut self, column: Column, key: Key, spans: &Spans<'_>, row: &mut EventRow) -> Marks {
        let raw = spans.get(key);
        if raw.is_empty() || json::is_null(raw) {
            return Marks::default();
        }
        let seen = &mut self.columns[column as usize];
        let met = match column {
            Column::Tls if raw.first() != Some(&b'{') => return Marks::default(),
            Column::Tls => {
                let span = asides::tls_span(raw);
                seen.id_as(&self.dicts, column, span, asides::tls_text)
            }
            Column::Identity if Identities::can_have(raw) => self.identities.id(&self.dicts, raw),
            _ => seen.id(&self.dicts, column, raw),
        };
        row.columns[column as usize] = met.id;
        met.marks
    }

    /// What few records have.
    fn asides(&mut self, spans: &Spans<'_>, row: &mut EventRow) {
        let event = row.columns[Column::Event as usize] as usize;
        if self.names.get(event).is_some_and(|name| name.may_grant) {
            row.asides[Aside::Grant as usize] = self.grant(spans.get(Key::ResponseElements));
        }
        if spans.has(Key::SharedEventId) {
            row.asides[Aside::Shared as usize] = asides::shared(spans.get(Key::SharedEventId));
        }
        if spans.has(Key::AdditionalEventData) {
            let (inward, outward) = asides::transferred(spans.get(Key::AdditionalEventData));
            row.asides[Aside::BytesIn as usize] = inward;
            row.asides[Aside::BytesOut as usize] = outward;
        }
        if row.asides.iter().any(|&aside| aside != 0) {
            row.flags = row.flags.with(Flags::ASIDE);
        }
    }

    /// The number of the credentials that an answer handed out; 0 for none.
    #[cold]
    fn grant(&self, response: &[u8]) -> u64 {
        let granted = asides::granted(response);
        granted.grant().map_or(0, |grant| u64::from(self.dicts.intern_grant(grant)))
    }

    /// Sets a column to a text that is not the value of its key.
    fn set(&self, row: &mut EventRow, column: Column, text: &str) {
        row.columns[column as usize] = self.dicts.intern(column, text);
        row.elsewhere |= 1 << column as u16;
    }

    /// What was acted on, from the request, else from the answer.
    fn target(&mut self, spans: &Spans<'_>, row: &mut EventRow) {
        if let Some(raw) = target_in(spans.get(Key::RequestParameters)) {
            let met = self.columns[Column::Target as usize].id(&self.dicts, Column::Target, raw);
            row.columns[Column::Target as usize] = met.id;
        }
    }

    /// An insight has its service and name one level below.
    #[cold]
    fn insight(&mut self, spans: &Spans<'_>, row: &mut EventRow) {
        let details = spans.get(Key::InsightDetails);
        for (column, key) in
            [(Column::Event, "eventName"), (Column::Source, "eventSource"), (Column::Error, "errorCode")]
        {
            if let Some(text) = json::member(details, key).and_then(json::scalar)
                && row.columns[column as usize] == ABSENT
            {
                self.set(row, column, &text);
            }
        }
    }

    /// An aggregated event has a window of time and an account under another name.
    #[cold]
    fn aggregated(&mut self, spans: &Spans<'_>, row: &mut EventRow) {
        let start = json::member(spans.get(Key::TimeWindow), "windowStart").map(plain).unwrap_or_default();
        row.time = Time::parse(start);
        if let Some(account) = json::scalar(spans.get(Key::AccountId))
            && row.columns[Column::Account as usize] == ABSENT
        {
            self.set(row, Column::Account, &account);
        }
    }

    fn set_id(&self, spans: &Spans<'_>, kind: RecordKind, row: &mut EventRow) {
        let key = if kind == RecordKind::Aggregated { Key::AggregatedId } else { Key::EventId };
        let raw = spans.get(key);
        match uuid_in(plain(raw)) {
            Some(uuid) => row.id = uuid,
            None => self.set_odd_id(raw, spans, row),
        }
    }

    #[cold]
    fn set_odd_id(&self, raw: &[u8], spans: &Spans<'_>, row: &mut EventRow) {
        let text = json::scalar(raw).unwrap_or_default();
        if text.is_empty() {
            row.id = content_id(spans.text);
            row.flags = row.flags.with(Flags::NO_ID);
        } else {
            row.id = u128::from(self.dicts.intern_odd_id(&text));
            row.flags = row.flags.with(Flags::ODD_ID);
        }
    }
}

/// The value without its quotes, for comparing with plain words.
fn plain(value: &[u8]) -> &[u8] {
    value.strip_prefix(b"\"").and_then(|v| v.strip_suffix(b"\"")).unwrap_or(value)
}

/// A number for a record without an id: the hash of its content, whatever the order of keys and the spacing.
fn content_id(text: &[u8]) -> u128 {
    let canonical = match serde_json::from_slice::<Value>(text) {
        Ok(mut value) => {
            value.sort_all_objects();
            serde_json::to_vec(&value).unwrap_or_else(|_| text.to_vec())
        }
        Err(_) => text.to_vec(),
    };
    let hash: [u8; 32] = Sha256::digest(&canonical).into();
    hash[..16].iter().fold(0, |id, &b| id << 8 | u128::from(b))
}

#[cfg(test)]
mod tests;
