//! A block of events as columns: built by one worker, then never changed.

use crate::event::time::Time;
use crate::store::Column;
use crate::store::flags::Flags;
use crate::store::ints::Ints;
use crate::store::sparse::{Aside, Sparse};

/// Where a raw record stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash, Debug)]
pub struct Locator {
    /// The number of the file, see [`crate::ingest::files::Files`].
    pub file: u32,
    /// The byte offset in the inflated text: of the record, or of the value that wraps it.
    pub offset: u64,
    /// 0 for a plain record, else which of the records in the wrapping value, from 1.
    pub part: u32,
}

/// One event on its way into a segment.
#[derive(Clone, Copy, Default, Debug)]
pub struct EventRow {
    /// `eventTime`.
    pub time: Time,
    /// The id: a UUID, or what [`Flags::ODD_ID`] and [`Flags::NO_ID`] say.
    pub id: u128,
    /// A hash of the raw text, to tell a repeated record from a conflicting one.
    pub content: u64,
    /// The dictionary columns.
    pub columns: [u32; Column::COUNT],
    /// What few events have, 0 where this one has it not; looked at where [`Flags::ASIDE`] is set.
    pub asides: [u64; Aside::COUNT],
    /// Small facts.
    pub flags: Flags,
    /// Where the raw record stands.
    pub at: Locator,
    /// The number of what was found in the record; what it means is the finder's business.
    pub hits: u32,
}

/// Events being gathered by one worker.
#[derive(Default, Debug)]
pub struct Builder {
    rows: Vec<EventRow>,
}

impl Builder {
    /// Adds an event.
    pub fn push(&mut self, row: EventRow) {
        self.rows.push(row);
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Sorts by time and turns the events into columns; the builder is empty afterwards.
    pub fn seal(&mut self) -> Segment {
        // Pairs are sorted and not the rows themselves, which are seven times as large.
        let mut order: Vec<(Time, u32)> =
            self.rows.iter().enumerate().map(|(n, r)| (r.time, n as u32)).collect();
        order.sort_by_key(|pair| pair.0);
        let rows = &Ordered { rows: &self.rows, order: &order };
        let mut scratch = Vec::with_capacity(rows.len());
        let columns = std::array::from_fn(|c| pack(rows, &mut scratch, |r| u64::from(r.columns[c])));
        let segment = Segment {
            columns,
            asides: asides(rows),
            file: pack(rows, &mut scratch, |r| u64::from(r.at.file)),
            offset: pack(rows, &mut scratch, |r| r.at.offset),
            part: pack(rows, &mut scratch, |r| u64::from(r.at.part)),
            flags: pack(rows, &mut scratch, |r| u64::from(r.flags.bits())),
            hits: pack(rows, &mut scratch, |r| u64::from(r.hits)),
            time: rows.iter().map(|r| r.time.raw()).collect(),
            id: rows.iter().map(|r| r.id).collect(),
            content: rows.iter().map(|r| r.content).collect(),
            risk: Vec::new(),
            context: Vec::new(),
            burst: None,
        };
        self.rows.clear();
        segment
    }
}

/// Rows in the order of time.
struct Ordered<'a> {
    rows: &'a [EventRow],
    order: &'a [(Time, u32)],
}

impl Ordered<'_> {
    fn len(&self) -> usize {
        self.order.len()
    }

    fn iter(&self) -> impl Iterator<Item = &EventRow> {
        self.order.iter().filter_map(|&(_, n)| self.rows.get(n as usize))
    }
}

/// What few rows have, for those that have something.
fn asides(rows: &Ordered<'_>) -> [Sparse; Aside::COUNT] {
    let have: Vec<(u32, &EventRow)> =
        (0u32..).zip(rows.iter()).filter(|(_, r)| r.flags.has(Flags::ASIDE)).collect();
    std::array::from_fn(|a| Sparse::new(have.iter().map(|(n, r)| (*n, r.asides[a]))))
}

/// One number of each row, packed.
fn pack(rows: &Ordered<'_>, scratch: &mut Vec<u64>, get: impl Fn(&EventRow) -> u64) -> Ints {
    scratch.clear();
    scratch.extend(rows.iter().map(get));
    Ints::pack(scratch)
}

/// Events as columns, in order of time. All columns have the same length.
#[derive(Clone, Default, Debug)]
pub struct Segment {
    pub(crate) columns: [Ints; Column::COUNT],
    pub(crate) asides: [Sparse; Aside::COUNT],
    pub(crate) file: Ints,
    pub(crate) offset: Ints,
    pub(crate) part: Ints,
    pub(crate) flags: Ints,
    /// What was found in the records: numbers of sets of rules.
    pub(crate) hits: Ints,
    pub(crate) time: Vec<i64>,
    pub(crate) id: Vec<u128>,
    /// Hashes of the raw text; dropped when loading is finished.
    pub(crate) content: Vec<u64>,
    /// Risk points; written by whoever scores.
    pub(crate) risk: Vec<u8>,
    /// What else orders events of the same risk; see `score::rank`.
    pub(crate) context: Vec<u16>,
    /// The first row of each event's burst; see `score::burst`.
    pub(crate) burst: Option<Ints>,
}

impl Default for Ints {
    fn default() -> Self {
        Self::Const { value: 0, len: 0 }
    }
}

impl Segment {
    /// How many events there are.
    pub fn len(&self) -> usize {
        self.time.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.time.is_empty()
    }

    /// A dictionary column.
    pub fn column(&self, column: Column) -> &Ints {
        &self.columns[column as usize]
    }

    /// What few rows have.
    pub fn aside(&self, aside: Aside) -> &Sparse {
        &self.asides[aside as usize]
    }

    /// The times, ascending, as [`Time::raw`] numbers.
    pub fn times(&self) -> &[i64] {
        &self.time
    }

    /// The risk points; empty until somebody scored.
    pub fn risks(&self) -> &[u8] {
        &self.risk
    }

    /// The rank contexts; empty until somebody ranked.
    pub fn contexts(&self) -> &[u16] {
        &self.context
    }

    /// The flags of that row.
    pub fn flags(&self, row: usize) -> Flags {
        Flags::from_bits(self.flags.get(row) as u32)
    }

    /// All flags.
    pub fn flag_column(&self) -> &Ints {
        &self.flags
    }

    /// The numbers of the files.
    pub fn file_column(&self) -> &Ints {
        &self.file
    }

    /// The ids.
    pub fn ids(&self) -> &[u128] {
        &self.id
    }

    /// What was found in the records, as numbers; 0 for nothing.
    pub fn hit_column(&self) -> &Ints {
        &self.hits
    }

    /// Sets what was found in the records, one number a row.
    pub fn set_hits(&mut self, hits: &[u64]) {
        self.hits = Ints::pack(hits);
    }

    /// Where the raw record of that row stands.
    pub fn locator(&self, row: usize) -> Locator {
        Locator { file: self.file.id(row), offset: self.offset.get(row), part: self.part.id(row) }
    }

    /// Sets the risk points, one a row.
    pub fn set_risks(&mut self, risks: Vec<u8>) {
        self.risk = risks;
    }

    /// Sets the rank contexts, one a row.
    pub fn set_contexts(&mut self, contexts: Vec<u16>) {
        self.context = contexts;
    }

    /// The first row of each event's burst; `None` until somebody numbered them.
    pub fn burst_column(&self) -> Option<&Ints> {
        self.burst.as_ref()
    }

    /// Sets the bursts, one number a row.
    pub fn set_bursts(&mut self, bursts: &[u64]) {
        self.burst = Some(Ints::pack(bursts));
    }

    /// The memory it takes, in bytes.
    pub fn heap_bytes(&self) -> usize {
        let ints: usize = self.columns.iter().map(Ints::heap_bytes).sum();
        let rest = [&self.file, &self.offset, &self.part, &self.flags, &self.hits].map(Ints::heap_bytes);
        let asides: usize = self.asides.iter().map(Sparse::heap_bytes).sum();
        ints + asides
            + rest.iter().sum::<usize>()
            + self.burst.as_ref().map_or(0, Ints::heap_bytes)
            + self.time.capacity() * 8
            + self.id.capacity() * 16
            + self.content.capacity() * 8
            + self.risk.capacity()
            + self.context.capacity() * 2
    }
}
