//! A snapshot of all events: what queries, screens and reports read.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use crate::event::address::{AddressKind, parse_ip};
use crate::event::outcome::Outcome;
use crate::event::time::Time;
use crate::store::bits::IdSet;
use crate::store::dicts::{DictSet, Dicts, Grant, IdentityRow};
use crate::store::flags::{Flags, RecordKind};
use crate::store::id::{self, IdKey};
use crate::store::segment::{Locator, Segment};
use crate::store::{Aside, Column};

/// All events that are loaded, or were at some moment while loading. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Table {
    segments: Arc<[Arc<Segment>]>,
    /// The number of the first row of each segment.
    starts: Arc<[u32]>,
    rows: u32,
    dicts: DictSet,
    ordered: bool,
    origins: Arc<[(u32, Locator)]>,
    newest: Time,
    oldest: Time,
}

impl Default for Table {
    fn default() -> Self {
        Self::new(Vec::new(), Dicts::default().snapshot(), false)
    }
}

impl Table {
    /// A table of these segments. `ordered` says that each segment continues the time of the one before.
    pub fn new(segments: Vec<Arc<Segment>>, dicts: DictSet, ordered: bool) -> Self {
        let mut starts = Vec::with_capacity(segments.len());
        let mut rows = 0u32;
        for segment in &segments {
            starts.push(rows);
            rows = rows.saturating_add(segment.len() as u32);
        }
        let known = |s: &Arc<Segment>| {
            let from = s.times().partition_point(|t| t == Time::UNKNOWN.raw());
            Some((s.times().get(from)?, s.times().last()?))
        };
        let spans: Vec<(i64, i64)> = segments.iter().filter_map(known).collect();
        let bound = |t: Option<i64>| t.map_or(Time::UNKNOWN, Time::from_raw);
        Self {
            oldest: bound(spans.iter().map(|s| s.0).min()),
            newest: bound(spans.iter().map(|s| s.1).max()),
            segments: segments.into(),
            starts: starts.into(),
            rows,
            dicts,
            ordered,
            origins: Arc::default(),
        }
    }

    /// The same with the places at which folded duplicates were met: (row, place), in order of row.
    #[must_use]
    pub fn with_origins(mut self, origins: Arc<[(u32, Locator)]>) -> Self {
        self.origins = origins;
        self
    }

    /// The same with other segments, which hold the same rows in the same order.
    #[must_use]
    pub(crate) fn with_segments(&self, segments: Vec<Arc<Segment>>) -> Self {
        Self::new(segments, self.dicts.clone(), self.ordered).with_origins(self.origins.clone())
    }

    /// How many events there are.
    pub fn len(&self) -> u32 {
        self.rows
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Whether rows are in order of time throughout, which they are once loading is done.
    pub fn is_ordered(&self) -> bool {
        self.ordered
    }

    /// The time of the first event; unknown when there is none.
    pub fn oldest(&self) -> Time {
        self.oldest
    }

    /// The time of the last event; unknown when there is none.
    pub fn newest(&self) -> Time {
        self.newest
    }

    /// The blocks of the table, each with the number of its first row.
    pub fn segments(&self) -> impl ExactSizeIterator<Item = (u32, &Arc<Segment>)> {
        self.starts.iter().copied().zip(self.segments.iter())
    }

    /// The dictionaries.
    pub fn dicts(&self) -> &DictSet {
        &self.dicts
    }

    /// The event of that number; `None` beyond the end.
    pub fn row(&self, number: u32) -> Option<Row<'_>> {
        let at = self.starts.partition_point(|&start| start <= number).checked_sub(1)?;
        let segment = self.segments.get(at)?;
        let slot = (number - self.starts[at]) as usize;
        (slot < segment.len()).then_some(Row { table: self, segment, slot, number })
    }

    /// All events, in order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.segments().flat_map(move |(start, segment)| {
            (0..segment.len()).map(move |slot| Row {
                table: self,
                segment,
                slot,
                number: start + slot as u32,
            })
        })
    }

    /// The number of the event with this id, as [`Row::id`] writes it. Looks at all of them.
    pub fn find_id(&self, id: &str) -> Option<u32> {
        let key = self.id_key(id);
        self.segments().find_map(|(start, segment)| {
            let slot = (0..).zip(segment.ids()).position(|(slot, stored)| key.is(segment, slot, *stored))?;
            Some(start + slot as u32)
        })
    }

    /// The numbers of all events with one of these ids, in order; conflicting ones have the same.
    pub fn find_ids<'a>(&self, ids: impl Iterator<Item = &'a str>) -> Vec<u32> {
        let keys: Vec<IdKey> = ids.map(|id| self.id_key(id)).collect();
        let found = self.segments().flat_map(|(start, segment)| {
            let slots = (0..).zip(segment.ids());
            let keys = &keys;
            slots.filter_map(move |(slot, stored)| {
                keys.iter().any(|key| key.is(segment, slot, *stored)).then_some(start + slot as u32)
            })
        });
        found.collect()
    }

    /// As [`Table::find_id`] for an event of that time: looks at those alone.
    pub fn find_id_at(&self, id: &str, time: Time) -> Option<u32> {
        let key = self.id_key(id);
        self.segments().find_map(|(start, segment)| {
            let times = segment.times();
            let from = times.partition_point(|t| t < time.raw());
            let to = times.partition_point(|t| t <= time.raw());
            let ids = segment.ids().get(from..to).unwrap_or_default();
            let (slot, _) = (from..).zip(ids).find(|(slot, stored)| key.is(segment, *slot, **stored))?;
            Some(start + slot as u32)
        })
    }

    /// An id as columns hold it, to hold many rows against.
    pub fn id_key(&self, id: &str) -> IdKey {
        IdKey::of(id, self.dicts.odd_ids())
    }

    /// The blocks, for whoever changes them; the table is gone.
    pub(crate) fn into_segments(self) -> Vec<Arc<Segment>> {
        self.segments.to_vec()
    }

    /// Where else the event of that row was met.
    pub fn origins(&self, row: u32) -> impl Iterator<Item = Locator> + '_ {
        let from = self.origins.partition_point(|o| o.0 < row);
        self.origins[from..].iter().take_while(move |o| o.0 == row).map(|o| o.1)
    }

    /// Where those events stand that were met elsewhere in a file of a set: their own place, by which they are known.
    pub(crate) fn also_in<'a>(&'a self, files: &'a IdSet) -> impl Iterator<Item = Locator> + 'a {
        let there = self.origins.iter().filter(|(_, at)| files.contains(at.file));
        there.filter_map(|(row, _)| self.row(*row)).map(|row| row.locator())
    }

    /// The memory of the columns, in bytes, without the dictionaries.
    pub fn column_bytes(&self) -> usize {
        self.segments.iter().map(|s| s.heap_bytes()).sum::<usize>()
            + self.origins.len() * size_of::<(u32, Locator)>()
    }
}

/// One event of a [`Table`]. All texts are as the record has them: hostile.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    table: &'a Table,
    segment: &'a Segment,
    slot: usize,
    number: u32,
}

impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row({} {} {})", self.number, self.time(), self.event())
    }
}

impl<'a> Row<'a> {
    /// The number of the row in its table.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The segment that holds the event, and its place there.
    pub(crate) fn place(&self) -> (&'a Segment, usize) {
        (self.segment, self.slot)
    }

    /// The number that a dictionary column holds.
    pub fn id_of(&self, column: Column) -> u32 {
        self.segment.column(column).id(self.slot)
    }

    /// The text of a dictionary column; empty when absent.
    pub fn text(&self, column: Column) -> &'a str {
        self.table.dicts.column(column).get(self.id_of(column))
    }

    /// `eventTime`.
    pub fn time(&self) -> Time {
        self.segment.times().get(self.slot).map_or(Time::UNKNOWN, Time::from_raw)
    }

    /// `eventName`.
    pub fn event(&self) -> &'a str {
        self.text(Column::Event)
    }

    /// `eventSource` up to its first dot: `iam`.
    pub fn service(&self) -> &'a str {
        service_of(self.text(Column::Source))
    }

    /// What `userIdentity` says.
    pub fn identity(&self) -> IdentityRow {
        self.table.dicts.identity(self.id_of(Column::Identity))
    }

    /// The text of a word of [`Row::identity`].
    pub fn word(&self, id: u32) -> &'a str {
        self.table.dicts.word(id)
    }

    /// The actor's name.
    pub fn actor(&self) -> &'a str {
        self.table.dicts.actor(self.identity().actor).0
    }

    /// The number of the session that the event belongs to, in the dictionary of words.
    pub fn session_id(&self) -> u32 {
        let identity = self.identity();
        if self.flags().has(Flags::CONSOLE) { identity.console_session } else { identity.session }
    }

    /// The session that the event belongs to.
    pub fn session(&self) -> &'a str {
        self.word(self.session_id())
    }

    /// The account in which it happened: the recipient, else that of the caller.
    pub fn account(&self) -> &'a str {
        match self.text(Column::Account) {
            "" => self.word(self.identity().account),
            account => account,
        }
    }

    /// What few events have; 0 where this one has it not.
    pub fn aside(&self, aside: Aside) -> u64 {
        self.segment.aside(aside).get(self.slot)
    }

    /// The credentials that the answer handed out, where it did.
    pub fn grant(&self) -> Option<Grant<'a>> {
        let id = u32::try_from(self.aside(Aside::Grant)).ok().filter(|&id| id != 0)?;
        Some(self.table.dicts.grant(id))
    }

    /// Where the call came from, as an address.
    pub fn ip(&self) -> Option<IpAddr> {
        parse_ip(self.text(Column::Ip))
    }

    /// What kind of place the call came from.
    pub fn address_kind(&self) -> AddressKind {
        AddressKind::of(self.text(Column::Ip))
    }

    /// Small facts.
    pub fn flags(&self) -> Flags {
        self.segment.flags(self.slot)
    }

    /// How the call ended.
    pub fn outcome(&self) -> Outcome {
        self.flags().outcome()
    }

    /// What kind of record it is.
    pub fn kind(&self) -> RecordKind {
        self.flags().kind()
    }

    /// Risk points, 0-100.
    pub fn risk(&self) -> u8 {
        self.segment.risks().get(self.slot).copied().unwrap_or(0)
    }

    /// What else orders events of the same risk; see `score::rank`.
    pub fn context(&self) -> u16 {
        self.segment.contexts().get(self.slot).copied().unwrap_or(0)
    }

    /// The first row of the burst that the event belongs to; `None` while a load runs.
    pub fn burst(&self) -> Option<u32> {
        self.segment.burst_column().map(|bursts| bursts.id(self.slot))
    }

    /// The number of what was found in the record; 0 for nothing.
    pub fn hits(&self) -> u32 {
        self.segment.hit_column().id(self.slot)
    }

    /// The event id; records without one have `no-id:` and a hash of their content.
    pub fn id(&self) -> String {
        let id = self.segment.ids().get(self.slot).copied().unwrap_or(0);
        let flags = self.flags();
        if flags.has(Flags::ODD_ID) {
            return self.table.dicts.odd_ids().get(id as u32).to_owned();
        }
        id::text_of(id, flags)
    }

    /// Whether it has that id.
    pub fn has_id(&self, key: &IdKey) -> bool {
        self.segment.ids().get(self.slot).is_some_and(|stored| key.is(self.segment, self.slot, *stored))
    }

    /// Where the raw record stands.
    pub fn locator(&self) -> Locator {
        self.segment.locator(self.slot)
    }
}

/// A service's name without its domain: `iam.amazonaws.com` is `iam`.
pub fn service_of(source: &str) -> &str {
    source.split_once('.').map_or(source, |(service, _)| service)
}

#[cfg(test)]
mod tests;
