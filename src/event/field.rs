//! The catalogue of fields: one table for the query language, the columns, completion and the documents.
//!
//! A field has a short name (`ip`), the CloudTrail path it stands for where there
//! is one (`sourceIPAddress`), and a type that says which comparisons make
//! sense. Every other CloudTrail path is reached by writing it out.

use crate::text::nearest;

/// A field that trailhound keeps as a column, or derives from columns alone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(missing_docs, reason = "the table below says what each is")]
pub enum Field {
    Time,
    Event,
    Service,
    Source,
    Actor,
    Principal,
    Kind,
    User,
    Role,
    Session,
    Key,
    Account,
    Caller,
    Ip,
    Network,
    Region,
    Agent,
    Outcome,
    Error,
    Target,
    Access,
    Risk,
    Rule,
    Level,
    Tactic,
    Technique,
    FirstSeen,
    Record,
    Category,
    Type,
    Id,
    File,
    Flag,
}

/// What the values of a field are, and so what they can be compared with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FieldType {
    /// Text: equality without regard to case, `*` and `?`.
    Text,
    /// Text that may be an address: also `203.0.113.0/24`.
    Address,
    /// A whole number: also `<`, `>=`, `a..b`.
    Number,
    /// A point in time: also `<`, `>=`, `a..b`, `-1h`.
    Time,
    /// One of a few words.
    Word(&'static [&'static str]),
}

/// One row of the catalogue.
#[derive(Debug)]
pub struct FieldInfo {
    /// The field.
    pub field: Field,
    /// The short name, as the query language and the exports write it.
    pub name: &'static str,
    /// Other names: the CloudTrail path first where there is one.
    pub aliases: &'static [&'static str],
    /// What the values are.
    pub kind: FieldType,
    /// One line for help, completion and the documents.
    pub about: &'static str,
}

const fn row(
    field: Field,
    name: &'static str,
    aliases: &'static [&'static str],
    kind: FieldType,
    about: &'static str,
) -> FieldInfo {
    FieldInfo { field, name, aliases, kind, about }
}

use FieldType::{Address, Number, Text, Word};

/// The values of [`Field::FirstSeen`]: in which respects an event is the first of its actor.
pub const FIRST_SEEN: &[&str] = &["event", "service", "ip", "region", "agent"];

/// The values of [`Field::Level`], the lowest first.
pub const LEVELS: &[&str] = &["info", "low", "medium", "high", "critical"];

/// The values of [`Field::Tactic`], in the order of an attack.
pub const TACTICS: &[&str] = &[
    "reconnaissance",
    "resource-development",
    "initial-access",
    "execution",
    "persistence",
    "privilege-escalation",
    "stealth",
    "defense-impairment",
    "credential-access",
    "discovery",
    "lateral-movement",
    "collection",
    "command-and-control",
    "exfiltration",
    "impact",
];

/// The ids of the tactics, in the same order.
pub const TACTIC_IDS: [&str; 15] = [
    "TA0043", "TA0042", "TA0001", "TA0002", "TA0003", "TA0004", "TA0005", "TA0112", "TA0006", "TA0007",
    "TA0008", "TA0009", "TA0011", "TA0010", "TA0040",
];

/// Every field with a short name, in the order in which help lists them.
pub static FIELDS: &[FieldInfo] = &[
    row(Field::Time, "time", &["eventTime"], FieldType::Time, "when it happened, UTC"),
    row(Field::Event, "event", &["eventName", "action"], Text, "the API call or event, e.g. StopLogging"),
    row(Field::Service, "service", &[], Text, "the service without its domain, e.g. iam"),
    row(Field::Source, "source", &["eventSource"], Text, "the service in full, e.g. iam.amazonaws.com"),
    row(Field::Actor, "actor", &["who"], Text, "who acted: user, role/session, root@account or service"),
    row(Field::Principal, "principal", &["arn"], Text, "the full name of the caller, mostly an ARN"),
    row(
        Field::Kind,
        "identity",
        &["identity-type"],
        Text,
        "userIdentity.type: IAMUser, AssumedRole, Root, ...",
    ),
    row(Field::User, "user", &["userName"], Text, "userIdentity.userName"),
    row(Field::Role, "role", &[], Text, "the role behind an assumed role"),
    row(
        Field::Session,
        "session",
        &[],
        Text,
        "the session: its access key, or principal@creation for the console",
    ),
    row(Field::Key, "key", &["accessKeyId"], Text, "the access key used"),
    row(Field::Account, "account", &["recipientAccountId"], Text, "the account in which it happened"),
    row(Field::Caller, "caller", &["caller-account"], Text, "the account of the caller"),
    row(Field::Ip, "ip", &["sourceIPAddress", "address"], Address, "where the call came from"),
    row(
        Field::Network,
        "network",
        &[],
        Word(&["public", "private", "service", "internal", "other", "absent"]),
        "what kind of place the call came from",
    ),
    row(Field::Region, "region", &["awsRegion"], Text, "the region"),
    row(Field::Agent, "agent", &["userAgent"], Text, "the program that called"),
    row(
        Field::Outcome,
        "outcome",
        &["result"],
        Word(&["success", "denied", "throttled", "not-found", "validation", "dry-run", "exists", "error"]),
        "how it ended, as a family",
    ),
    row(Field::Error, "error", &["errorCode"], Text, "the error code as written"),
    row(Field::Target, "target", &["on"], Text, "what was acted on: bucket, user, role, key, instance"),
    row(
        Field::Access,
        "access",
        &["readonly"],
        Word(&["read", "write"]),
        "whether it only read or changed something",
    ),
    row(Field::Risk, "risk", &["score"], Number, "the risk points, 0-100"),
    row(Field::Rule, "rule", &[], Text, "a rule that the event hit"),
    row(
        Field::Level,
        "level",
        &["severity"],
        Word(LEVELS),
        "the highest level of the rules that the event hit",
    ),
    row(Field::Tactic, "tactic", &[], Word(TACTICS), "an ATT&CK tactic, e.g. persistence"),
    row(Field::Technique, "technique", &["attack"], Text, "an ATT&CK technique, e.g. T1685.002 or T1098"),
    row(
        Field::FirstSeen,
        "first-seen",
        &["new"],
        Word(FIRST_SEEN),
        "in which respect it is the first of its actor",
    ),
    row(
        Field::Record,
        "record",
        &[],
        Word(&["event", "insight", "network", "aggregated"]),
        "what kind of record it is",
    ),
    row(Field::Category, "category", &["eventCategory"], Text, "Management, Data, Insight, NetworkActivity"),
    row(Field::Type, "type", &["eventType"], Text, "AwsApiCall, AwsConsoleSignIn, AwsServiceEvent, ..."),
    row(Field::Id, "id", &["eventID"], Text, "the id of the event"),
    row(Field::File, "file", &[], Text, "the files that the record was read from"),
    row(
        Field::Flag,
        "flag",
        &[],
        Word(&[
            "conflict",
            "duplicate",
            "reconstructed",
            "damaged-text",
            "console",
            "addendum",
            "after-denial",
            "new-network",
            "habit",
        ]),
        "what is peculiar about the record",
    ),
];

/// The names at the top of a CloudTrail record: a path must begin with one of them.
pub static RECORD_KEYS: &[&str] = &[
    "eventVersion",
    "userIdentity",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "requestID",
    "eventID",
    "readOnly",
    "resources",
    "eventType",
    "apiVersion",
    "managementEvent",
    "recipientAccountId",
    "sharedEventID",
    "vpcEndpointId",
    "vpcEndpointAccountId",
    "serviceEventDetails",
    "eventCategory",
    "tlsDetails",
    "addendum",
    "sessionCredentialFromConsole",
    "edgeDeviceDetails",
    "insightDetails",
    "eventContext",
    "annotation",
    "summary",
    "timeWindow",
];

impl Field {
    /// The row of the catalogue.
    pub fn info(self) -> &'static FieldInfo {
        // The table is complete, which a test checks; the first row is never reached in error.
        FIELDS.iter().find(|info| info.field == self).unwrap_or(&FIELDS[0])
    }

    /// The short name.
    pub fn name(self) -> &'static str {
        self.info().name
    }
}

/// What a name in a query stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FieldRef {
    /// A field of the catalogue.
    Column(Field),
    /// A path into `userIdentity`, without that first step.
    Identity(Vec<String>),
    /// A path into the raw record.
    Raw(Vec<String>),
}

/// Finds what `name` stands for, without regard to case in its first step.
///
/// # Errors
/// The nearest name that exists, where one is near.
pub fn resolve(name: &str) -> Result<FieldRef, Option<&'static str>> {
    let by_name = |info: &&FieldInfo| {
        info.name.eq_ignore_ascii_case(name) || info.aliases.iter().any(|a| a.eq_ignore_ascii_case(name))
    };
    if let Some(info) = FIELDS.iter().find(by_name) {
        return Ok(FieldRef::Column(info.field));
    }
    let mut steps = name.split('.');
    let first = steps.next().unwrap_or_default();
    let rest: Vec<String> = steps.map(str::to_owned).collect();
    match RECORD_KEYS.iter().find(|key| key.eq_ignore_ascii_case(first)) {
        Some(&"userIdentity") => Ok(FieldRef::Identity(rest)),
        Some(key) => Ok(FieldRef::Raw(std::iter::once((*key).to_owned()).chain(rest).collect())),
        None => Err(nearest(first, names())),
    }
}

/// Every name that a query may use, short names first.
pub fn names() -> impl Iterator<Item = &'static str> {
    FIELDS
        .iter()
        .map(|info| info.name)
        .chain(FIELDS.iter().flat_map(|info| info.aliases.iter().copied()))
        .chain(RECORD_KEYS.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_one_row_and_every_name_one_meaning() {
        for info in FIELDS {
            assert_eq!(info.field.info().name, info.name);
        }
        let mut all: Vec<_> =
            FIELDS.iter().flat_map(|i| std::iter::once(i.name).chain(i.aliases.iter().copied())).collect();
        all.sort_unstable();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn names_and_paths_resolve() {
        let raw = |p: &[&str]| FieldRef::Raw(p.iter().map(|s| (*s).to_owned()).collect());
        assert_eq!(resolve("IP"), Ok(FieldRef::Column(Field::Ip)));
        assert_eq!(resolve("eventName"), Ok(FieldRef::Column(Field::Event)));
        assert_eq!(resolve("requestparameters.bucketName"), Ok(raw(&["requestParameters", "bucketName"])));
        assert_eq!(resolve("userIdentity.arn"), Ok(FieldRef::Identity(vec!["arn".to_owned()])));
        assert_eq!(resolve("errorMessage"), Ok(raw(&["errorMessage"])));
        assert_eq!(resolve("actr"), Err(Some("actor")));
        assert_eq!(resolve("evntName"), Err(Some("eventName")));
        assert_eq!(resolve("qqqqqqqq"), Err(None));
    }
}
