//! The fast way through one record: where each top-level value stands, and nothing else.
//!
//! Records of one service repeat the order of their keys. The scanner remembers
//! which key followed which, and checks that guess with one comparison of 32
//! bytes before it reads the key at all. Values are skipped, not read.
//!
//! The scanner does not judge: a value may be anything, and whether the record is
//! a CloudTrail record is the caller's question. It must agree with `serde_json`
//! on everything that is valid JSON.

use crate::json::{self, skip_space, skip_value, string_end};

macro_rules! keys {
    ($($name:ident $text:literal,)*) => {
        /// The top-level keys that the scanner knows.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "the names are CloudTrail's own")]
        pub enum Key { $($name,)* }

        /// The keys as written, in the order of their numbers.
        const TEXTS: &[&str] = &[$($text,)*];
        const ALL: &[Key] = &[$(Key::$name,)*];
    };
}

keys! {
    EventVersion "eventVersion",
    UserIdentity "userIdentity",
    EventTime "eventTime",
    EventSource "eventSource",
    EventName "eventName",
    AwsRegion "awsRegion",
    SourceIpAddress "sourceIPAddress",
    UserAgent "userAgent",
    ErrorCode "errorCode",
    ErrorMessage "errorMessage",
    RequestParameters "requestParameters",
    ResponseElements "responseElements",
    AdditionalEventData "additionalEventData",
    RequestId "requestID",
    EventId "eventID",
    ReadOnly "readOnly",
    Resources "resources",
    EventType "eventType",
    ApiVersion "apiVersion",
    ManagementEvent "managementEvent",
    RecipientAccountId "recipientAccountId",
    SharedEventId "sharedEventID",
    VpcEndpointId "vpcEndpointId",
    VpcEndpointAccountId "vpcEndpointAccountId",
    ServiceEventDetails "serviceEventDetails",
    EventCategory "eventCategory",
    TlsDetails "tlsDetails",
    SessionFromConsole "sessionCredentialFromConsole",
    InsightDetails "insightDetails",
    // Aggregated events have an id, an account and a time of their own.
    AggregatedId "eventId",
    AccountId "accountId",
    TimeWindow "timeWindow",
    Addendum "addendum",
    // An S3 notification looks like a record but for this.
    S3 "s3",
}

const COUNT: usize = TEXTS.len();

impl Key {
    /// The key that is written so.
    pub fn of(text: &str) -> Option<Self> {
        TEXTS.iter().position(|known| *known == text).and_then(|n| ALL.get(n).copied())
    }
}

/// Bytes compared to check a guess: four words.
const WIDE: usize = 32;

/// The keys padded to [`WIDE`] with their closing quote and colon, and which bytes count.
struct Padded {
    text: [u64; 4],
    mask: [u64; 4],
    len: usize,
}

static PADDED: [Padded; COUNT] = {
    let mut out = [const { Padded { text: [0; 4], mask: [0; 4], len: 0 } }; COUNT];
    let mut k = 0;
    while k < COUNT {
        let bytes = TEXTS[k].as_bytes();
        out[k].len = bytes.len() + 2;
        let mut i = 0;
        while i < out[k].len {
            let byte = match () {
                () if i < bytes.len() => bytes[i],
                () if i == bytes.len() => b'"',
                () => b':',
            };
            out[k].text[i / 8] |= (byte as u64) << (i % 8 * 8);
            out[k].mask[i / 8] |= 0xff << (i % 8 * 8);
            i += 1;
        }
        k += 1;
    }
    out
};

/// The next [`WIDE`] bytes as words; past the end of the text they are 0, which no key has.
#[inline(always)]
fn words(text: &[u8]) -> [u64; 4] {
    let mut last = [0; WIDE];
    let chunk = text.first_chunk::<WIDE>().unwrap_or_else(|| {
        last[..text.len()].copy_from_slice(text);
        &last
    });
    let word = |n: usize| chunk[n * 8..].first_chunk().map_or(0, |word| u64::from_le_bytes(*word));
    [word(0), word(1), word(2), word(3)]
}

impl Padded {
    /// Whether a text that begins with these words begins with this key, its closing quote and a colon.
    #[inline(always)]
    fn starts(&self, text: [u64; 4]) -> bool {
        let differ = |n: usize| (text[n] ^ self.text[n]) & self.mask[n];
        differ(0) | differ(1) | differ(2) | differ(3) == 0
    }
}

/// What a walk over an object came to.
struct Scan {
    end: usize,
    there: u64,
    identity: Option<Met>,
}

/// An offset in an object. Objects beyond 4 GiB are far beyond every cap; their late values are empty.
#[inline]
fn offset(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Why an object could not be walked to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The text ends first.
    Unfinished,
    /// What stands at this offset cannot stand there.
    Malformed(usize),
}

/// Where the values of one object stand. It borrows from the scanner: look before the next object is scanned.
#[derive(Clone, Copy, Debug)]
pub struct Spans<'a> {
    /// The whole object.
    pub text: &'a [u8],
    /// What the scanner knows of `userIdentity`: the same `Met` is the same text, for the same scanner.
    pub identity: Option<Met>,
    /// Where each value begins and ends in `text`, for the keys that are there.
    places: &'a [(u32, u32); COUNT],
    /// A bit for each key that is there.
    there: u64,
}

impl<'a> Spans<'a> {
    /// The raw value of a key; empty when the object has none.
    #[inline]
    pub fn get(&self, key: Key) -> &'a [u8] {
        if !self.has(key) {
            return &[];
        }
        let (start, end) = self.places[key as usize];
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Where the value of a key begins and ends in [`Spans::text`]; anything where the object has none.
    #[inline]
    pub(super) fn place(&self, key: Key) -> (u32, u32) {
        self.places[key as usize]
    }

    /// What stands before the value of a key and what stands after it; all and nothing when the object has none.
    #[inline]
    pub fn around(&self, key: Key) -> (&'a [u8], &'a [u8]) {
        let (start, end) = self.places[key as usize];
        match (self.has(key), self.text.get(..start as usize), self.text.get(end as usize..)) {
            (true, Some(before), Some(after)) => (before, after),
            _ => (self.text, &[]),
        }
    }

    /// Whether the object has that key.
    #[inline]
    pub fn has(&self, key: Key) -> bool {
        self.there >> (key as u8) & 1 == 1
    }
}

/// Walks objects; it learns from each what to expect of the next.
#[derive(Clone, Debug)]
pub struct Scanner {
    /// The two keys that followed each key last, the latest first; the last slot is for the first key.
    follow: [[u8; 2]; COUNT + 1],
    recent: Recent,
    /// Where the values of the last object stand.
    places: [(u32, u32); COUNT],
}

impl Default for Scanner {
    fn default() -> Self {
        let mut follow = [[0; 2]; COUNT + 1];
        for (k, next) in follow.iter_mut().enumerate().take(COUNT - 1) {
            *next = [k as u8 + 1; 2];
        }
        Self { follow, recent: Recent::default(), places: [(0, 0); COUNT] }
    }
}

impl Scanner {
    /// Walks the object whose opening brace stands at `at`; also tells where it ends.
    ///
    /// Of a key that stands twice the last value counts.
    ///
    /// # Errors
    /// When the object does not end, or is none.
    pub fn scan<'a>(&'a mut self, text: &'a [u8], at: usize) -> Result<(Spans<'a>, usize), Fault> {
        let Scan { end, there, identity } = self.walk(text, at)?;
        Ok((Spans { text: &text[at..end], identity, places: &self.places, there }, end))
    }

    fn walk(&mut self, text: &[u8], at: usize) -> Result<Scan, Fault> {
        let mut there = 0u64;
        let mut identity = None;
        let mut previous = COUNT;
        let mut i = skip_space(text, at + 1);
        if text.get(i) == Some(&b'}') {
            return Ok(Scan { end: i + 1, there, identity });
        }
        loop {
            expect(text, i, b'"')?;
            let rest = words(&text[i + 1..]);
            let [guess, second] = self.follow[previous];
            let (key, behind) = if let Some(len) = begins(rest, guess) {
                (usize::from(guess), i + 1 + len)
            } else if let Some(len) = begins(rest, second) {
                (usize::from(second), i + 1 + len)
            } else {
                self.read_key(text, i + 1, previous)?
            };
            let start = skip_space(text, behind);
            let end = if key == Key::UserIdentity as usize {
                let (end, met) = self.recent.skip(text, start).ok_or(Fault::Unfinished)?;
                identity = met;
                end
            } else {
                skip_value(text, start).ok_or(Fault::Unfinished)?
            };
            if end == start {
                return Err(Fault::Malformed(start));
            }
            if let Some(place) = self.places.get_mut(key) {
                *place = (offset(start - at), offset(end - at));
                there |= 1 << key;
                previous = key;
            }
            i = skip_space(text, end);
            match text.get(i) {
                Some(b',') => i = skip_space(text, i + 1),
                Some(b'}') => return Ok(Scan { end: i + 1, there, identity }),
                Some(_) => return Err(Fault::Malformed(i)),
                None => return Err(Fault::Unfinished),
            }
        }
    }

    /// Reads the key that begins at `at`: its number ([`COUNT`] when unknown) and the place behind its colon.
    #[cold]
    fn read_key(&mut self, text: &[u8], at: usize, previous: usize) -> Result<(usize, usize), Fault> {
        let end = string_end(text, at).ok_or(Fault::Unfinished)?;
        let written = &text[at..end];
        let is_plain = memchr::memchr(b'\\', written).is_none();
        let key = match is_plain {
            true => TEXTS.iter().position(|k| k.as_bytes() == written),
            false => TEXTS.iter().position(|k| **k == json::decode(written).0),
        };
        let key = key.unwrap_or(COUNT);
        if key < COUNT && is_plain {
            self.follow[previous] = [key as u8, self.follow[previous][0]];
        }
        let colon = skip_space(text, end + 1);
        expect(text, colon, b':')?;
        Ok((key, colon + 1))
    }
}

/// Identities that were met lately. They are long, few, and come again and again: one comparison
/// finds the end of one that is known, and tells whoever remembers it what it is.
#[derive(Clone, Debug)]
struct Recent {
    slots: Vec<Slot>,
    met: u32,
}

#[derive(Clone, Default, Debug)]
struct Slot {
    text: Vec<u8>,
    /// When this text was put here; tells it from the one before.
    version: u32,
}

/// How many identities are remembered; a power of two.
pub const RECENT: usize = 1024;

/// An identity that the scanner remembers: its slot, and the version of what is in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Met {
    /// Below [`RECENT`].
    pub slot: usize,
    /// Another text in the same slot has another version.
    pub version: u32,
}

impl Default for Recent {
    fn default() -> Self {
        Self { slots: vec![Slot::default(); RECENT], met: 0 }
    }
}

impl Recent {
    /// Skips the value at `at`; also what is known of it.
    #[inline]
    fn skip(&mut self, text: &[u8], at: usize) -> Option<(usize, Option<Met>)> {
        let Some(slot) = sketch(text, at) else { return Some((skip_value(text, at)?, None)) };
        let known = self.slots.get_mut(slot)?;
        let rest = &text[at..];
        if !known.text.is_empty() && rest.starts_with(&known.text) {
            return Some((at + known.text.len(), Some(Met { slot, version: known.version })));
        }
        let end = skip_value(text, at)?;
        self.met = self.met.wrapping_add(1);
        known.text.clear();
        // Only of an object is the beginning the whole.
        if rest.first() == Some(&b'{') {
            known.text.extend_from_slice(&text[at..end]);
        }
        known.version = self.met;
        Some((end, Some(Met { slot, version: self.met })))
    }
}

/// A slot for what begins at `at`, from some of its bytes: those where identities differ most.
#[inline]
fn sketch(text: &[u8], at: usize) -> Option<usize> {
    const PLACES: [usize; 8] = [40, 64, 104, 136, 168, 192, 216, 240];
    const FACTORS: [u64; 8] = [
        0x9e37_79b9_7f4a_7c15,
        0xbf58_476d_1ce4_e5b9,
        0x94d0_49bb_1331_11eb,
        0xd6e8_feb8_6659_fd93,
        0xa076_1d64_78bd_642f,
        0xe703_7ed1_a0b4_28db,
        0x8ebc_6af0_9c88_c6e3,
        0x5899_65cc_7537_4cc3,
    ];
    let window: &[u8; 248] = text.get(at..)?.first_chunk()?;
    let mut sum = 0u64;
    for (place, factor) in PLACES.into_iter().zip(FACTORS) {
        let word = window[place..].first_chunk().map_or(0, |w| u64::from_le_bytes(*w));
        sum = sum.wrapping_add(word.wrapping_mul(factor).rotate_left(23));
    }
    Some((sum.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54) as usize)
}

/// The length of that key, when a text of these words begins with it and its closing quote.
#[inline(always)]
fn begins(text: [u64; 4], key: u8) -> Option<usize> {
    match PADDED.get(usize::from(key)) {
        Some(padded) if padded.starts(text) => Some(padded.len),
        _ => None,
    }
}

#[inline(always)]
fn expect(text: &[u8], at: usize, byte: u8) -> Result<(), Fault> {
    match text.get(at) {
        Some(&b) if b == byte => Ok(()),
        Some(_) => Err(Fault::Malformed(at)),
        None => Err(Fault::Unfinished),
    }
}

/// The keys that the scanner knows, with their texts.
pub fn known_keys() -> impl Iterator<Item = (Key, &'static str)> {
    ALL.iter().copied().zip(TEXTS.iter().copied())
}

#[cfg(test)]
mod tests;
