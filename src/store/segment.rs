//! A block of events as columns: built by one worker, then never changed.

use crate::event::time::Time;
use crate::store::Column;
use crate::store::flags::{Flags, RecordKind};
use crate::store::ints::Ints;
use crate::store::sparse::{Aside, Sparse};
use crate::store::times::Times;

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
    /// Whether a value of the columns was not met before by whoever made the row.
    pub is_new: bool,
    /// A bit for each column whose number is not that of what its key has, as that says nothing.
    pub elsewhere: u16,
    /// Whether the number of a column may stand for what the record says otherwise: the text `5` for the number.
    pub is_odd: bool,
}

/// How many events are gathered before they are sealed.
pub const ROWS: usize = 8192;

/// Room for a value of each of the events that are gathered: to put one there is a store, and nothing to look at.
type Room<T> = Box<[T; ROWS]>;

/// Events being gathered by one worker: each column by itself, so that sealing walks short lists and not wide rows.
#[derive(Debug)]
pub struct Builder {
    len: usize,
    time: Room<Time>,
    id: Room<u128>,
    content: Room<u64>,
    columns: [Room<u32>; Column::COUNT],
    /// By row, for the few that have something.
    asides: Vec<(u32, [u64; Aside::COUNT])>,
    flags: Room<u32>,
    file: Room<u32>,
    offset: Room<u64>,
    part: Room<u32>,
    hits: Room<u32>,
}

impl Default for Builder {
    fn default() -> Self {
        let ints = || Box::new([0; ROWS]);
        Self {
            len: 0,
            time: Box::new([Time::default(); ROWS]),
            id: Box::new([0; ROWS]),
            content: Box::new([0; ROWS]),
            columns: std::array::from_fn(|_| ints()),
            asides: Vec::new(),
            flags: ints(),
            file: ints(),
            offset: Box::new([0; ROWS]),
            part: ints(),
            hits: ints(),
        }
    }
}

impl Builder {
    /// Adds an event. One that is full takes nothing more until it is sealed.
    #[inline]
    pub fn push(&mut self, row: &EventRow) {
        let at = self.len;
        debug_assert!(at < ROWS, "it is sealed in time");
        if at >= ROWS {
            return;
        }
        if row.flags.has(Flags::ASIDE) {
            self.asides.push((at as u32, row.asides));
        }
        self.time[at] = row.time;
        self.id[at] = row.id;
        self.content[at] = row.content;
        for (column, id) in self.columns.iter_mut().zip(row.columns) {
            column[at] = id;
        }
        self.flags[at] = row.flags.bits();
        self.file[at] = row.at.file;
        self.offset[at] = row.at.offset;
        self.part[at] = row.at.part;
        self.hits[at] = row.hits;
        self.len = at + 1;
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether there is no room for another one.
    pub fn is_full(&self) -> bool {
        self.len >= ROWS
    }

    /// The dictionary columns so far, and what was found in the records.
    pub fn found(&mut self) -> ([&[u32]; Column::COUNT], &mut [u32]) {
        let len = self.len;
        (self.columns.each_ref().map(|column| &column[..len]), &mut self.hits[..len])
    }

    /// Sorts by time and turns the events into columns; the builder is empty afterwards.
    pub fn seal(&mut self) -> Segment {
        let len = std::mem::take(&mut self.len);
        let order = Order::of(&self.time[..len]);
        let (mut ids, mut wide) = (Vec::new(), Vec::new());
        let mut pack = |values: &Room<u32>| Ints::pack(order.sorted(&values[..len], &mut ids));
        let flags = pack(&self.flags);
        let segment = Segment {
            columns: self.columns.each_ref().map(&mut pack),
            file: pack(&self.file),
            part: pack(&self.part),
            aggregated: aggregated(&flags),
            flags,
            hits: pack(&self.hits),
            offset: Ints::pack(order.sorted(&self.offset[..len], &mut wide)),
            asides: order.asides(&self.asides),
            time: Times::Wide(
                order.sorted(&self.time[..len], &mut Vec::new()).iter().map(|time| time.raw()).collect(),
            ),
            id: order.sorted(&self.id[..len], &mut Vec::new()).to_vec(),
            content: order.sorted(&self.content[..len], &mut wide).to_vec(),
            risk: Vec::new(),
            context: Vec::new(),
            burst: None,
        };
        self.asides.clear();
        segment
    }
}

/// The order of time of gathered rows; `None` where they came in it.
struct Order(Option<Vec<u32>>);

impl Order {
    fn of(times: &[Time]) -> Self {
        if times.is_sorted() {
            return Self(None);
        }
        let mut pairs: Vec<(Time, u32)> = times.iter().copied().zip(0..).collect();
        // Files are mostly in order, or almost, which this sort is made for.
        pairs.sort_by_key(|pair| pair.0);
        Self(Some(pairs.into_iter().map(|pair| pair.1).collect()))
    }

    /// The values in order, copied into `room` where they came in another.
    fn sorted<'a, T: Copy>(&self, values: &'a [T], room: &'a mut Vec<T>) -> &'a [T] {
        let Some(order) = &self.0 else { return values };
        room.clear();
        room.extend(order.iter().filter_map(|&row| values.get(row as usize)));
        room
    }

    /// What few rows have, for those that have something.
    fn asides(&self, rows: &[(u32, [u64; Aside::COUNT])]) -> [Sparse; Aside::COUNT] {
        let mut rows = rows.to_vec();
        if let Some(order) = &self.0 {
            let mut place = vec![0u32; order.len()];
            for (at, &row) in (0u32..).zip(order) {
                if let Some(place) = place.get_mut(row as usize) {
                    *place = at;
                }
            }
            rows.iter_mut().for_each(|(row, _)| *row = place.get(*row as usize).copied().unwrap_or_default());
            rows.sort_unstable_by_key(|row| row.0);
        }
        std::array::from_fn(|a| Sparse::new(rows.iter().map(|(row, values)| (*row, values[a]))))
    }
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
    /// How many rows are counts of events and no events.
    pub(crate) aggregated: u32,
    /// What was found in the records: numbers of sets of rules.
    pub(crate) hits: Ints,
    pub(crate) time: Times,
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

/// How many of these flags are those of counts.
pub(super) fn aggregated(flags: &Ints) -> u32 {
    let mut n = 0;
    flags.for_each(|_, bits| {
        n += u32::from(Flags::from_bits(bits as u32).kind() == RecordKind::Aggregated);
    });
    n
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

    /// How many of the rows are events; the others are counts of events.
    pub fn event_count(&self) -> u64 {
        (self.len() as u64).saturating_sub(u64::from(self.aggregated))
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
    pub fn times(&self) -> &Times {
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
    pub fn set_bursts(&mut self, bursts: &[u32]) {
        self.burst = Some(Ints::pack_tight(bursts));
    }

    /// The memory it takes, in bytes.
    pub fn heap_bytes(&self) -> usize {
        let ints: usize = self.columns.iter().map(Ints::heap_bytes).sum();
        let rest = [&self.file, &self.offset, &self.part, &self.flags, &self.hits].map(Ints::heap_bytes);
        let asides: usize = self.asides.iter().map(Sparse::heap_bytes).sum();
        ints + asides
            + rest.iter().sum::<usize>()
            + self.burst.as_ref().map_or(0, Ints::heap_bytes)
            + self.time.heap_bytes()
            + self.id.capacity() * 16
            + self.content.capacity() * 8
            + self.risk.capacity()
            + self.context.capacity() * 2
    }
}
