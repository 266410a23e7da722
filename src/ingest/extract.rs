//! From the spans of one record to one row of columns.
//!
//! Each worker has an extractor of its own. In front of every shared dictionary it
//! keeps a table of the raw spans it has met, so that a value is decoded, and a
//! lock taken, once per distinct value and worker and not once per event.
//!
//! What a value means is `event`'s business, whether it is risky is nobody's here.

use std::sync::Arc;

use foldhash::fast::RandomState;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::event::outcome::Outcome;
use crate::event::time::{Reader, Time};
use crate::ingest::asides;
use crate::ingest::group::{GROUPS, Group, Numbers, Together};
use crate::ingest::scan::{Key, RECENT, Spans};
use crate::ingest::seen::{Marks, Met, Seen};
use crate::ingest::target::target_in;
use crate::json;
use crate::store::dict::ABSENT;
use crate::store::dicts::Dicts;
use crate::store::flags::{Flags, RecordKind};
use crate::store::id::uuid_in;
use crate::store::segment::{EventRow, Locator};
use crate::store::{Aside, Column};

/// Which key fills which column, beside those of [`GROUPS`].
const COLUMN_KEYS: [(Column, Key); 3] =
    [(Column::Agent, Key::UserAgent), (Column::Ip, Key::SourceIpAddress), (Column::Error, Key::ErrorCode)];

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
    groups: [Group; GROUPS.len()],
    /// The outcome family of each error number met.
    outcomes: Vec<Outcome>,
    /// Which event names need a look into their parameters, by number.
    names: Vec<NameFacts>,
    times: Reader,
    hasher: RandomState,
    /// The numbers of the identities that the scanner remembers, by its slots.
    identities: Vec<KnownIdentity>,
}

/// The number of an identity that the scanner remembers.
#[derive(Clone, Copy, Default, Debug)]
struct KnownIdentity {
    version: u32,
    id: u32,
    marks: Marks,
}

/// What the name of an event says about where its facts stand.
#[derive(Clone, Copy, Default, Debug)]
struct NameFacts {
    known: bool,
    is_console_login: bool,
    may_grant: bool,
    reads: bool,
}

impl Extractor {
    /// An extractor that fills these dictionaries.
    pub fn new(dicts: Arc<Dicts>) -> Self {
        Self {
            dicts,
            columns: std::array::from_fn(|_| Seen::default()),
            groups: Default::default(),
            outcomes: Vec::new(),
            names: Vec::new(),
            times: Reader::default(),
            hasher: RandomState::default(),
            identities: vec![KnownIdentity::default(); RECENT],
        }
    }

    /// The row of one record.
    pub fn row(&mut self, spans: &Spans<'_>, kind: RecordKind, at: Locator, reconstructed: bool) -> EventRow {
        let mut row = EventRow { at, ..EventRow::default() };
        let mut marks = Marks::default();
        for group in 0..GROUPS.len() {
            marks |= self.group(group, spans, &mut row);
        }
        for (column, key) in COLUMN_KEYS {
            marks |= self.value(column, key, spans, &mut row);
        }
        let of_identity = self.identity(spans, &mut row);
        marks |= of_identity;
        row.content = self.content(spans, row.columns[Column::Identity as usize], of_identity);
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

    /// Sets the columns of a group; what else is known of their values.
    fn group(&mut self, number: usize, spans: &Spans<'_>, row: &mut EventRow) -> Marks {
        let columns = &GROUPS[number];
        let together = Together::of(spans, columns);
        if let Some(known) = together.and_then(|together| self.groups[number].get(together)) {
            for ((column, _), id) in columns.iter().zip(known.ids) {
                row.columns[*column as usize] = id;
            }
            return known.marks;
        }
        let mut marks = Marks::default();
        for (column, key) in columns {
            marks |= self.value(*column, *key, spans, row);
        }
        if let Some(together) = together {
            let ids = columns.map(|(column, _)| row.columns[column as usize]);
            self.groups[number].put(together, Numbers { ids, marks: marks.without(Marks::NEW) });
        }
        marks
    }

    /// Sets the column of a key; what else is known of the value.
    #[inline]
    fn value(&mut self, column: Column, key: Key, spans: &Spans<'_>, row: &mut EventRow) -> Marks {
        let raw = spans.get(key);
        if raw.is_empty() || json::is_null(raw) {
            return Marks::default();
        }
        let met = self.columns[column as usize].id(&self.dicts, &self.hasher, column, raw);
        row.columns[column as usize] = met.id;
        met.marks
    }

    /// A hash of the whole record. An identity is an object that is known by its number, unless text of it is lost.
    fn content(&self, spans: &Spans<'_>, identity: u32, marks: Marks) -> u64 {
        if marks.has(Marks::DAMAGED) || spans.get(Key::UserIdentity).first() != Some(&b'{') {
            return self.dicts.content_hash((spans.text, &[]), ABSENT);
        }
        self.dicts.content_hash(spans.around(Key::UserIdentity), identity)
    }

    /// What few records have.
    fn asides(&mut self, spans: &Spans<'_>, row: &mut EventRow) {
        let event = row.columns[Column::Event as usize] as usize;
        if self.names.get(event).is_some_and(|name| name.may_grant) {
            let granted = asides::granted(spans.get(Key::ResponseElements));
            row.asides[Aside::Grant as usize] =
                granted.grant().map_or(0, |grant| u64::from(self.dicts.intern_grant(grant)));
        }
        if spans.has(Key::SharedEventId) {
            row.asides[Aside::Shared as usize] = asides::shared(spans.get(Key::SharedEventId));
        }
        if spans.has(Key::AdditionalEventData) {
            let (inward, outward) = asides::transferred(spans.get(Key::AdditionalEventData));
            row.asides[Aside::BytesIn as usize] = inward;
            row.asides[Aside::BytesOut as usize] = outward;
        }
        let tls = spans.get(Key::TlsDetails);
        if tls.first() == Some(&b'{') {
            let seen = &mut self.columns[Column::Tls as usize];
            // Hosts change and what stands before them hardly ever does.
            row.columns[Column::Tls as usize] = match seen.last_within(tls) {
                Some(id) => id,
                None => {
                    let span = asides::tls_span(tls);
                    seen.id_as(&self.dicts, &self.hasher, Column::Tls, span, asides::tls_text).id
                }
            };
        }
        if row.asides.iter().any(|&aside| aside != 0) {
            row.flags = row.flags.with(Flags::ASIDE);
        }
    }

    /// Sets the identity, which the scanner may have met before; what else is known of it.
    fn identity(&mut self, spans: &Spans<'_>, row: &mut EventRow) -> Marks {
        let raw = spans.get(Key::UserIdentity);
        if raw.is_empty() || json::is_null(raw) {
            return Marks::default();
        }
        let known =
            spans.identity.and_then(|met| self.identities.get(met.slot).filter(|k| k.version == met.version));
        let (id, marks) = match known {
            Some(known) => (known.id, known.marks),
            None => {
                let column = Column::Identity;
                let Met { id, marks } =
                    self.columns[column as usize].id(&self.dicts, &self.hasher, column, raw);
                if let Some(met) = spans.identity
                    && let Some(slot) = self.identities.get_mut(met.slot)
                {
                    *slot = KnownIdentity { version: met.version, id, marks: marks.without(Marks::NEW) };
                }
                (id, marks)
            }
        };
        row.columns[Column::Identity as usize] = id;
        marks
    }

    /// Sets a column to a text that is not the value of its key.
    fn set(&self, row: &mut EventRow, column: Column, text: &str) {
        row.columns[column as usize] = self.dicts.intern(column, text);
        row.elsewhere |= 1 << column as u16;
    }

    fn flags(&mut self, spans: &Spans<'_>, kind: RecordKind, row: &mut EventRow, marks: &mut Marks) -> Flags {
        let id = |column: Column| row.columns[column as usize];
        let name = self.name_facts(id(Column::Event), written(spans, kind, Key::EventName, "eventName"));
        let (mut login_ok, mut no_mfa) = (false, false);
        let mut outcome = self.outcome(id(Column::Error), written(spans, kind, Key::ErrorCode, "errorCode"));
        if name.is_console_login {
            let answer = json::member(spans.get(Key::ResponseElements), "ConsoleLogin").map(plain);
            login_ok = answer == Some(b"Success");
            let used = json::member(spans.get(Key::AdditionalEventData), "MFAUsed").map(plain);
            no_mfa = login_ok && used == Some(b"No");
            if answer == Some(b"Failure") {
                outcome = Outcome::Denied;
            }
        }
        let no_code = id(Column::Error) == ABSENT;
        if no_code && plain(spans.get(Key::ErrorMessage)).eq_ignore_ascii_case(b"Failed authentication") {
            outcome = Outcome::Denied;
            self.set(row, Column::Error, "Failed authentication");
            *marks |= Marks::ODD;
        }
        let read_only = match plain(spans.get(Key::ReadOnly)) {
            b"true" | b"True" | b"TRUE" => true,
            b"false" | b"False" | b"FALSE" => false,
            _ => name.reads || kind != RecordKind::Event,
        };
        Flags::new(outcome, kind)
            .with_if(!read_only, Flags::WRITE)
            .with_if(plain(spans.get(Key::SessionFromConsole)) == b"true", Flags::CONSOLE)
            .with_if(login_ok, Flags::LOGIN_OK)
            .with_if(no_mfa, Flags::NO_MFA)
    }

    fn name_facts(&mut self, id: u32, raw: &[u8]) -> NameFacts {
        let slot = id as usize;
        if self.names.len() <= slot {
            self.names.resize(slot + 1, NameFacts::default());
        }
        if !self.names[slot].known {
            let name = json::scalar(raw).unwrap_or_default();
            self.names[slot] = NameFacts {
                known: true,
                is_console_login: name == "ConsoleLogin",
                may_grant: asides::may_grant(&name),
                reads: reads_by_name(&name),
            };
        }
        self.names[slot]
    }

    fn outcome(&mut self, id: u32, raw: &[u8]) -> Outcome {
        if id == ABSENT {
            return Outcome::Success;
        }
        let slot = id as usize;
        if self.outcomes.len() <= slot {
            self.outcomes.resize(slot + 1, Outcome::Success);
        }
        if self.outcomes[slot] == Outcome::Success {
            self.outcomes[slot] = Outcome::of_error_code(&json::display(raw).unwrap_or_default());
        }
        self.outcomes[slot]
    }

    /// What was acted on, from the request, else from the answer.
    fn target(&mut self, spans: &Spans<'_>, row: &mut EventRow) {
        if let Some(raw) = target_in(spans.get(Key::RequestParameters)) {
            let met =
                self.columns[Column::Target as usize].id(&self.dicts, &self.hasher, Column::Target, raw);
            row.columns[Column::Target as usize] = met.id;
        }
    }

    /// An insight has its service and name one level below.
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
        if let Some(uuid) = uuid_in(plain(raw)) {
            row.id = uuid;
            return;
        }
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

/// The value of a key as it is written, which an insight has one level below where the key says nothing.
fn written<'r>(spans: &Spans<'r>, kind: RecordKind, key: Key, name: &str) -> &'r [u8] {
    match spans.get(key) {
        b"" | b"\"\"" | b"null" if kind == RecordKind::Insight => {
            json::member(spans.get(Key::InsightDetails), name).unwrap_or_default()
        }
        value => value,
    }
}

/// The value without its quotes, for comparing with plain words.
fn plain(value: &[u8]) -> &[u8] {
    value.strip_prefix(b"\"").and_then(|v| v.strip_suffix(b"\"")).unwrap_or(value)
}

/// Whether an event of this name only reads, where the record does not say.
fn reads_by_name(name: &str) -> bool {
    const READS: [&str; 12] = [
        "Get", "List", "Describe", "Head", "Lookup", "Search", "BatchGet", "Query", "Scan", "Check",
        "Select", "View",
    ];
    READS.iter().any(|prefix| {
        name.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_uppercase()))
    })
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
