//! The top-level keys that the scanner knows, and how one is known at a glance.

macro_rules! keys {
    ($($name:ident $text:literal,)*) => {
        /// The top-level keys that the scanner knows.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "the names are CloudTrail's own")]
        pub enum Key { $($name,)* }

        /// The keys as written, in the order of their numbers.
        pub(super) const TEXTS: &[&str] = &[$($text,)*];
        pub(super) const ALL: &[Key] = &[$(Key::$name,)*];
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

/// How many keys the scanner knows; also the number of every other one.
pub(super) const COUNT: usize = TEXTS.len();

/// How many entries a table by key has: a power of two, so that a look-up with [`entry`] needs no check.
pub(super) const ROOM: usize = 64;

const _: () = assert!(COUNT < ROOM, "the number of a key has six bits");

/// The entry of a key in a table of [`ROOM`] entries.
#[inline(always)]
pub(super) const fn entry(key: usize) -> usize {
    key % ROOM
}

impl Key {
    /// The key that is written so.
    pub fn of(text: &str) -> Option<Self> {
        TEXTS.iter().position(|known| *known == text).and_then(|n| ALL.get(n).copied())
    }
}

/// The keys that the scanner knows, with their texts.
pub fn known_keys() -> impl Iterator<Item = (Key, &'static str)> {
    ALL.iter().copied().zip(TEXTS.iter().copied())
}

/// Bytes compared to check a guess: four words.
pub(super) const WIDE: usize = 32;

/// A key padded to [`WIDE`] with its closing quote and colon, and which bytes count.
struct Padded {
    text: [u64; 4],
    mask: [u64; 4],
}

static PADDED: [Padded; ROOM] = {
    // What is no key has bytes that no UTF-8 has, and is never guessed.
    let mut out = [const { Padded { text: [u64::MAX; 4], mask: [u64::MAX; 4] } }; ROOM];
    let mut k = 0;
    while k < COUNT {
        let bytes = TEXTS[k].as_bytes();
        out[k] = Padded { text: [0; 4], mask: [0; 4] };
        let mut i = 0;
        while i < bytes.len() + 2 {
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

/// How many bytes each key takes with its closing quote and colon.
static LENGTHS: [u8; ROOM] = {
    let mut out = [0; ROOM];
    let mut k = 0;
    while k < COUNT {
        out[k] = TEXTS[k].len() as u8 + 2;
        k += 1;
    }
    out
};

/// The length of that key with its closing quote and colon, when a text begins with them.
#[inline(always)]
pub(super) fn len_at(text: &[u8; WIDE], key: u8) -> Option<usize> {
    let Padded { text: wanted, mask } = &PADDED[entry(usize::from(key))];
    let (words, _) = text.as_chunks::<8>();
    let differ = |n: usize| (u64::from_le_bytes(words[n]) ^ wanted[n]) & mask[n];
    let all = differ(0) | differ(1) | differ(2) | differ(3);
    (all == 0).then(|| usize::from(LENGTHS[entry(usize::from(key))]))
}
