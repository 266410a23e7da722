//! What can be typed for a source in AWS: `s3://bucket/prefix` and `cloudtrail://region?attribute=value`.
//!
//! Only reading and checking of text; nothing is asked of anybody here.

use crate::text::{nearest, visible};

/// A source in AWS.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Address {
    /// Objects of a bucket.
    S3(S3Address),
    /// The events that the CloudTrail API keeps.
    Lookup(LookupAddress),
}

/// Objects of a bucket whose keys begin alike.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct S3Address {
    /// The name of a bucket, or the name or ARN of an access point. Empty: the buckets of the settings.
    pub bucket: String,
    /// How the keys begin; may be empty.
    pub prefix: String,
}

impl S3Address {
    /// As it is typed, with a key or prefix below it.
    pub fn with(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.bucket)
    }
}

/// Events of the last 90 days, from the API.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LookupAddress {
    /// The regions to ask, each on its own; empty: those of `--region`.
    pub regions: Vec<String>,
    /// The one attribute that the API can filter by, and its value.
    pub attribute: Option<(Attribute, String)>,
}

/// What the API can filter by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the names of the API")]
pub enum Attribute {
    AccessKeyId,
    EventId,
    EventName,
    EventSource,
    ReadOnly,
    ResourceName,
    ResourceType,
    Username,
}

impl Attribute {
    /// All of them, with the names that the API gives them.
    pub const ALL: [(&'static str, Self); 8] = [
        ("AccessKeyId", Self::AccessKeyId),
        ("EventId", Self::EventId),
        ("EventName", Self::EventName),
        ("EventSource", Self::EventSource),
        ("ReadOnly", Self::ReadOnly),
        ("ResourceName", Self::ResourceName),
        ("ResourceType", Self::ResourceType),
        ("Username", Self::Username),
    ];

    /// The name that the API gives it.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, attribute)| *attribute == self).map_or("", |(name, _)| name)
    }
}

const S3: &str = "s3://";
const LOOKUP: &str = "cloudtrail://";

/// Whether a source is in AWS; everything else is a file.
pub fn is_cloud(source: &str) -> bool {
    source.starts_with(S3) || source.starts_with(LOOKUP)
}

/// Reads a source that [`is_cloud`].
///
/// # Errors
/// What is wrong with it, and how it is written.
pub fn parse(source: &str) -> Result<Address, String> {
    if let Some(rest) = source.strip_prefix(S3) {
        return s3(rest).map(Address::S3);
    }
    match source.strip_prefix(LOOKUP) {
        Some(rest) => lookup(rest).map(Address::Lookup),
        None => Err(format!("{}: a source in AWS begins with s3:// or cloudtrail://", visible(source))),
    }
}

fn s3(rest: &str) -> Result<S3Address, String> {
    let (bucket, prefix) = if rest.starts_with("arn:") { access_point(rest)? } else { split(rest) };
    if !bucket.starts_with("arn:") && !is_bucket_name(bucket) && !rest.is_empty() {
        let bucket = visible(bucket);
        return Err(format!(
            "\"{bucket}\" cannot be the name of a bucket; it is written s3://bucket/prefix, in small letters"
        ));
    }
    Ok(S3Address { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
}

fn split(text: &str) -> (&str, &str) {
    text.split_once('/').unwrap_or((text, ""))
}

/// The ARN of an access point holds a slash of its own: `arn:aws:s3:region:account:accesspoint/name/prefix`.
fn access_point(rest: &str) -> Result<(&str, &str), String> {
    let wrong = || {
        "this ARN is none of an access point; it is written s3://arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME/prefix"
            .to_owned()
    };
    let slash = rest.find('/').ok_or_else(wrong)?;
    let (arn, behind) = rest.split_at(slash);
    if !arn.ends_with(":accesspoint") || arn.split(':').count() != 6 {
        return Err(wrong());
    }
    let name = behind.get(1..).unwrap_or_default();
    let end = name.find('/').unwrap_or(name.len());
    if end == 0 {
        return Err(wrong());
    }
    let (whole, prefix) = rest.split_at(slash + 1 + end);
    Ok((whole, prefix.strip_prefix('/').unwrap_or_default()))
}

/// Old buckets may have capitals and underscores; nothing else is lenient.
fn is_bucket_name(name: &str) -> bool {
    (3..=255).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}

/// Whether a text can be the name of a region, now or one day: `us-east-1`, `us-gov-west-1`, `ap-southeast-7`.
pub fn is_region(text: &str) -> bool {
    let mut parts = text.split('-');
    let last = parts.next_back().unwrap_or_default();
    let number = !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit());
    let mut words = 0;
    let plain = parts.all(|part| {
        words += 1;
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase())
    });
    number && plain && words >= 2
}

fn lookup(rest: &str) -> Result<LookupAddress, String> {
    let (regions, attribute) = match rest.split_once('?') {
        Some((regions, attribute)) => (regions, Some(attribute)),
        None => (rest, None),
    };
    let regions: Vec<String> =
        regions.trim_end_matches('/').split(',').filter(|r| !r.is_empty()).map(str::to_owned).collect();
    if let Some(wrong) = regions.iter().find(|region| !is_region(region)) {
        return Err(format!("\"{}\" is no region; it is written cloudtrail://us-east-1", visible(wrong)));
    }
    Ok(LookupAddress { regions, attribute: attribute.map(read_attribute).transpose()? })
}

fn read_attribute(text: &str) -> Result<(Attribute, String), String> {
    let names = || Attribute::ALL.iter().map(|(name, _)| *name);
    let (name, value) = text.split_once('=').filter(|(_, value)| !value.is_empty()).ok_or_else(|| {
        format!("\"{}\" is no attribute with its value; write ?EventName=ConsoleLogin", visible(text))
    })?;
    let found = Attribute::ALL.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let (_, attribute) = found.ok_or_else(|| match nearest(name, names()) {
        Some(word) => {
            format!("the API cannot filter by \"{}\"; did you mean \"{word}\"?", visible(name))
        }
        None => format!(
            "the API cannot filter by \"{}\"; it can by {}",
            visible(name),
            names().collect::<Vec<_>>().join(", ")
        ),
    })?;
    Ok((*attribute, value.to_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn buckets_and_access_points_are_told_from_their_prefixes() {
        let arn = "arn:aws:s3:us-east-1:111122223333:accesspoint/trail";
        for (source, bucket, prefix) in [
            ("s3://logs", "logs", ""),
            ("s3://logs/", "logs", ""),
            ("s3://logs/AWSLogs/111122223333/", "logs", "AWSLogs/111122223333/"),
            ("s3://", "", ""),
            (&format!("s3://{arn}"), arn, ""),
            (&format!("s3://{arn}/AWSLogs/"), arn, "AWSLogs/"),
        ] {
            let wanted = S3Address { bucket: bucket.to_owned(), prefix: prefix.to_owned() };
            assert_eq!(parse(source), Ok(Address::S3(wanted)), "{source}");
        }
    }

    #[test]
    fn regions_and_the_one_attribute_are_read() {
        let read = |source: &str| match parse(source) {
            Ok(Address::Lookup(address)) => address,
            other => panic!("{source}: {other:?}"),
        };
        assert_eq!(read("cloudtrail://us-east-1").regions, ["us-east-1"]);
        let two = read("cloudtrail://us-east-1,us-gov-west-1?username=a=b&c");
        assert_eq!(two.regions, ["us-east-1", "us-gov-west-1"]);
        assert_eq!(two.attribute, Some((Attribute::Username, "a=b&c".to_owned())));
        assert_eq!(read("cloudtrail://").regions, Vec::<String>::new());
    }

    #[test]
    fn what_is_wrong_says_how_it_is_written() {
        for (source, said) in [
            ("s3://a b/c", "\"a b\" cannot be the name of a bucket"),
            ("s3://arn:aws:s3:::bucket/x", "none of an access point"),
            ("s3://arn:aws:s3:us-east-1:1:accesspoint/", "none of an access point"),
            ("cloudtrail://useast1", "is no region"),
            ("cloudtrail://us-east-1?EventNam=x", "did you mean \"EventName\"?"),
            ("cloudtrail://us-east-1?zzz=x", "it can by AccessKeyId, "),
            ("cloudtrail://us-east-1?EventName", "write ?EventName="),
        ] {
            let error = parse(source).unwrap_err();
            assert!(error.contains(said), "{source}: {error}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(s3://|cloudtrail://)?(arn:)?.{0,40}") {
            if let Err(error) = parse(&text) {
                prop_assert!(!error.chars().any(crate::text::is_hostile));
            }
        }
    }
}
