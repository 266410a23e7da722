//! Members of records that stand side by side and come together again and again, found by one comparison.
//!
//! Who acted, what was done, from where and in which account: each of these takes one to five members, of which
//! whole records before had the same bytes. A run begins with a certain key and goes on as long as the keys
//! behind it belong to it, which the text alone decides: what was met before makes finding it faster and changes nothing.
//! Nobody here knows what a value means.

use std::cell::Cell;

use super::Place;
use super::keys::{Key, ROOM};

/// Which members.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Run {
    /// Who acted.
    Who,
    /// Service and name of the event.
    What,
    /// Address and agent.
    Whence,
    /// The kind of the event, and its account.
    Account,
    /// How the connection was secured.
    Tls,
}

/// How many runs there are.
pub const RUNS: usize = 5;

impl Run {
    /// All of them, in the order in which they stand in a record.
    pub const ALL: [Self; RUNS] = [Self::Who, Self::What, Self::Whence, Self::Account, Self::Tls];

    /// The members, the one that it begins with first.
    pub(super) const fn members(self) -> &'static [Key] {
        match self {
            Self::Who => &[Key::UserIdentity],
            Self::What => &[Key::EventSource, Key::EventName, Key::AwsRegion],
            Self::Whence => &[Key::SourceIpAddress, Key::UserAgent],
            Self::Account => &[
                Key::EventType,
                Key::ApiVersion,
                Key::ManagementEvent,
                Key::RecipientAccountId,
                Key::EventCategory,
            ],
            Self::Tls => &[Key::TlsDetails, Key::SessionFromConsole],
        }
    }

    /// The key that it begins with.
    pub(super) const fn first(self) -> Key {
        self.members()[0]
    }
}

/// No run at all, in [`RUN_OF`] and [`FIRST_RUN`].
pub(super) const NONE: u8 = u8::MAX;

/// The run that each key belongs to.
pub(super) static RUN_OF: [u8; ROOM] = runs_of(usize::MAX);

/// The run that begins with each key.
pub(super) static FIRST_RUN: [u8; ROOM] = runs_of(1);

/// The run of each key that is among so many first ones of a run.
const fn runs_of(most: usize) -> [u8; ROOM] {
    let mut out = [NONE; ROOM];
    let mut n = 0;
    while n < RUNS {
        let members = Run::ALL[n].members();
        let mut m = 0;
        while m < members.len() && m < most {
            out[members[m] as usize] = n as u8;
            m += 1;
        }
        n += 1;
    }
    out
}

/// How many members a run may have that is remembered.
const MOST: usize = 5;

/// How many runs of each kind are remembered; a power of two.
const REMEMBERED: usize = 1024;

/// The longest run that is remembered, in bytes.
const LONGEST: usize = u16::MAX as usize;

/// Above so many bytes of runs all are forgotten.
const MOST_BYTES: usize = 2 << 20;

/// What somebody keeps with a run that is remembered; all 0 when nobody has yet.
pub type Note = [u32; 6];

/// Where a run stands in an object.
#[derive(Clone, Copy, Default, Debug)]
pub struct Found {
    /// Where its first key begins.
    pub start: usize,
    /// Where its last value ends.
    pub end: usize,
    /// A bit for each of its keys.
    keys: u64,
    /// Where it is remembered.
    slot: Option<u32>,
}

impl Found {
    /// Whether the run has that key.
    #[inline]
    pub fn has(&self, key: Key) -> bool {
        self.keys >> (key as u8) & 1 == 1
    }

    /// A bit for each of its keys.
    #[inline]
    pub(super) fn keys(&self) -> u64 {
        self.keys
    }
}

/// How a run that was met is found. These stand close together, so that they stay near whatever else the cache has to
/// hold; with them it is known where to look for the text and for what is known of it, and both are fetched at once.
#[derive(Clone, Copy, Default, Debug)]
struct Sign {
    /// What tells it from most others at a glance; 0 for none.
    tag: u16,
    /// How long its text is, from its first key to the end of its last value, and where that begins among all.
    len: u16,
    start: u32,
}

/// What is known of a run that was met, in one line of the cache.
#[derive(Clone, Default, Debug)]
#[repr(align(64))]
struct Slot {
    members: Members,
    note: Cell<Note>,
}

/// The members of a run: how many there are, their keys, and where their values stand from its beginning. Of those above
/// [`MOST`] nothing is known.
#[derive(Clone, Copy, Default, Debug)]
struct Members {
    count: u8,
    keys: [u8; MOST],
    places: [(u16, u16); MOST],
}

impl Members {
    /// Adds one. Where a place is too far for its number the run is too long to be remembered.
    fn put(&mut self, key: usize, start: usize, end: usize) {
        let at = usize::from(self.count);
        if let (Some(known), Some(place)) = (self.keys.get_mut(at), self.places.get_mut(at)) {
            (*known, *place) = (key as u8, (start as u16, end as u16));
        }
        self.count = self.count.saturating_add(1);
    }

    #[inline(always)]
    fn iter(&self) -> impl Iterator<Item = (u8, Place)> {
        let place = |(start, end): &(u16, u16)| Place::new(usize::from(*start), usize::from(*end));
        self.keys.iter().copied().zip(self.places.iter().map(place)).take(usize::from(self.count))
    }

    /// A bit for each key.
    #[inline(always)]
    fn bits(&self) -> u64 {
        self.iter().fold(0, |bits, (key, _)| bits | 1 << (key % 64))
    }
}

const _: () = assert!(size_of::<Slot>() == 64, "a slot is a line of the cache");

/// The runs that were met lately.
#[derive(Debug)]
pub(super) struct Runs {
    /// One for each slot.
    signs: Vec<Sign>,
    slots: Vec<Slot>,
    bytes: Vec<u8>,
    /// Of the two places for a run, the one that is taken next.
    turn: usize,
    /// What the last object had.
    found: [Found; RUNS],
    open: Open,
}

/// The run that is being walked for the first time.
#[derive(Default, Debug)]
struct Open {
    /// `None` where too little text is left to tell runs apart.
    mark: Option<Mark>,
    start: usize,
    end: usize,
    there: u64,
    members: Members,
}

impl Default for Runs {
    fn default() -> Self {
        Self {
            signs: vec![Sign::default(); REMEMBERED * RUNS],
            slots: vec![Slot::default(); REMEMBERED * RUNS],
            bytes: Vec::new(),
            turn: 0,
            found: Default::default(),
            open: Open::default(),
        }
    }
}

/// What is remembered of a run: its keys and where their values stand from its beginning.
pub(super) struct Known<'a> {
    members: &'a Members,
    len: u16,
}

impl Known<'_> {
    #[inline(always)]
    pub(super) fn places(&self) -> impl Iterator<Item = (u8, Place)> {
        self.members.iter()
    }

    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        usize::from(self.len)
    }
}

impl Runs {
    /// What is known of a run of the last object.
    #[inline(always)]
    pub(super) fn found(&self, run: u8) -> &Found {
        &self.found[usize::from(run) % RUNS]
    }

    /// What is kept with a run that is remembered.
    #[inline(always)]
    pub(super) fn note(&self, found: &Found) -> Option<&Cell<Note>> {
        Some(&self.slots.get(found.slot? as usize)?.note)
    }

    /// The run of this kind that stands at `at`, if it is remembered.
    #[inline(always)]
    pub(super) fn recall(&mut self, run: u8, text: &[u8], at: usize, object: usize) -> Option<Known<'_>> {
        let rest = text.get(at..)?;
        let mark = Mark::of(run, rest)?;
        // Which of the two it may be is worked out, not branched on: nobody could guess it.
        let is_second = self.signs.get(mark.slot ^ 1).is_some_and(|sign| sign.tag == mark.tag);
        let slot = mark.slot ^ usize::from(is_second);
        let sign = *self.signs.get(slot)?;
        if sign.tag != mark.tag || !rest.starts_with(self.text(sign)) {
            return None;
        }
        let (members, len) = (&self.slots.get(slot)?.members, sign.len);
        let (start, slot) = (at - object, Some(slot as u32));
        let keys = members.bits();
        self.found[usize::from(run) % RUNS] = Found { start, end: start + usize::from(len), keys, slot };
        Some(Known { members, len })
    }

    #[inline(always)]
    fn text(&self, sign: Sign) -> &[u8] {
        let start = sign.start as usize;
        self.bytes.get(start..start + usize::from(sign.len)).unwrap_or_default()
    }

    /// The run that begins at `at` has to be walked.
    pub(super) fn open(&mut self, run: u8, text: &[u8], at: usize) {
        let open = &mut self.open;
        open.mark = text.get(at..).and_then(|rest| Mark::of(run, rest));
        (open.start, open.end, open.there, open.members) = (at, at, 0, Members::default());
    }

    /// The run that is open goes on with a value.
    pub(super) fn go_on(&mut self, key: usize, place: Place, object: usize) {
        let open = &mut self.open;
        let range = place.range();
        let before = open.start - object;
        open.members.put(key, range.start - before, range.end - before);
        open.end = object + range.end;
        open.there |= 1 << key;
    }

    /// The run that is open ended before another key; it is remembered from now on.
    pub(super) fn close(&mut self, run: u8, text: &[u8], object: usize) {
        let Open { start, end, there, .. } = self.open;
        let slot = self.open.mark.filter(|_| self.open.may_come_again(text)).and_then(|mark| {
            let slot = self.place_for(mark);
            self.remember(slot, mark.tag, text.get(start..end)?)?;
            Some(slot as u32)
        });
        self.found[usize::from(run) % RUNS] =
            Found { start: start - object, end: end - object, keys: there, slot };
    }

    /// Where a run may be put: in place of one that looks like it, else in either of the two places in turn.
    fn place_for(&mut self, mark: Mark) -> usize {
        let slots = [mark.slot, mark.slot ^ 1];
        let alike = |slot: &usize| self.signs.get(*slot).is_some_and(|sign| sign.tag == mark.tag);
        self.turn ^= 1;
        slots.into_iter().find(alike).unwrap_or(mark.slot ^ self.turn)
    }

    /// Remembers the run that is open.
    fn remember(&mut self, slot: usize, tag: u16, text: &[u8]) -> Option<()> {
        if self.bytes.len() + text.len() > MOST_BYTES {
            self.bytes.clear();
            self.signs.fill(Sign::default());
            self.slots.fill(Slot::default());
        }
        let start = self.bytes.len() as u32;
        self.bytes.extend_from_slice(text);
        let (len, members) = (text.len() as u16, self.open.members);
        *self.signs.get_mut(slot)? = Sign { tag, len, start };
        *self.slots.get_mut(slot)? = Slot { members, note: Cell::default() };
        Some(())
    }
}

impl Open {
    /// Whether the same text is the same run wherever it stands.
    fn may_come_again(&self, text: &[u8]) -> bool {
        // With a key twice nobody would see the first one; a number or word may go on.
        let count = usize::from(self.members.count);
        let is_plain = count <= MOST && self.there.count_ones() as usize == count;
        let ends = matches!(text.get(self.end - 1), Some(b'"' | b'}' | b']'));
        is_plain && ends && self.end - self.start <= LONGEST
    }
}

/// Where a run is looked for, by some of its bytes: those where runs of its kind differ most.
#[derive(Clone, Copy, Debug)]
struct Mark {
    slot: usize,
    /// Never 0, which is nobody's.
    tag: u16,
}

impl Mark {
    /// That of the run that a text begins with; `None` where too little text is left.
    #[inline(always)]
    fn of(run: u8, text: &[u8]) -> Option<Self> {
        let words = match run {
            0 => who(text.first_chunk()?),
            1 => what(text.first_chunk()?),
            2 => whence(text.first_chunk()?),
            3 => account(text.first_chunk()?),
            _ => tls(text.first_chunk()?),
        };
        let mixed = words.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let slot = usize::from(run) * REMEMBERED + (mixed >> 54) as usize;
        Some(Self { slot, tag: (mixed >> 38) as u16 | 1 })
    }
}

macro_rules! sketches {
    ($($name:ident $window:literal $places:expr;)*) => {
        $(
            #[inline(never)]
            fn $name(window: &[u8; $window]) -> u64 {
                $places.into_iter().fold(0u64, |sum, place: usize| {
                    let word = window[place..].first_chunk().map_or(0, |word| u64::from_le_bytes(*word));
                    sum.rotate_left(9).wrapping_add(word)
                })
            }
        )*
    };
}

// Where each begins, with how many bytes that are needed: what the values begin with and, where those are long, more of it.
sketches! {
    who 263 [55, 79, 119, 151, 183, 207, 231, 255];
    what 100 [15, 44, 52, 60, 68, 76, 84, 92];
    whence 83 [19, 27, 35, 43, 51, 59, 67, 75];
    account 92 [13, 20, 41, 48, 66, 74, 84];
    tls 136 [24, 50, 58, 66, 104, 112, 120, 128];
}
