//! The dictionary columns of an event.

/// A column that holds numbers into a dictionary of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(usize)]
pub enum Column {
    /// `eventName`.
    Event,
    /// `eventSource`.
    Source,
    /// `awsRegion`.
    Region,
    /// `userAgent`.
    Agent,
    /// `sourceIPAddress`.
    Ip,
    /// `errorCode`, or the message where a failure has no code.
    Error,
    /// The whole `userIdentity` object, as written.
    Identity,
    /// `recipientAccountId`.
    Account,
    /// `eventType`.
    Type,
    /// `eventCategory`.
    Category,
    /// What was acted on: a bucket, user, role, key, instance (see `ingest::extract`).
    Target,
    /// How the connection was secured: `TLSv1.3 TLS_AES_128_GCM_SHA256`.
    Tls,
}

impl Column {
    /// How many there are.
    pub const COUNT: usize = 12;

    /// All of them, in the order of their numbers.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Event,
        Self::Source,
        Self::Region,
        Self::Agent,
        Self::Ip,
        Self::Error,
        Self::Identity,
        Self::Account,
        Self::Type,
        Self::Category,
        Self::Target,
        Self::Tls,
    ];
}
