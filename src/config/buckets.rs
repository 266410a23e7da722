//! The buckets of the settings: `[[buckets]]` tables with `bucket_name, prefix, region, max_files, enabled, description`.

use super::document::Node;
use super::fault::Reason;
use super::given::{Given, Value};

/// A bucket that `s3://` stands for.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct BucketSetting {
    /// Its name.
    pub bucket_name: String,
    /// How the keys begin.
    pub prefix: String,
    /// The region it is in; empty: found out.
    pub region: String,
    /// At most this many objects, the newest; 0 for all.
    pub max_files: usize,
    /// Whether it is read.
    pub enabled: bool,
    /// For people.
    pub description: String,
}

const KEYS: [&str; 6] = ["bucket_name", "prefix", "region", "max_files", "enabled", "description"];

/// Reads the list; names alone, one a line, where there are no tables.
pub(super) fn read(given: &Given<'_>) -> Result<Vec<BucketSetting>, Reason> {
    match &given.value {
        Value::Typed(node) => {
            let numbered = |(at, table)| {
                bucket(table).map_err(|reason| Reason::new(format!("bucket {}: {reason}", at + 1)))
            };
            node.list()?.iter().enumerate().map(numbered).collect()
        }
        Value::Plain(_) => {
            let named =
                |name: String| BucketSetting { bucket_name: name, enabled: true, ..BucketSetting::default() };
            Ok(given.words()?.into_iter().map(named).collect())
        }
    }
}

fn bucket(table: &Node<'_>) -> Result<BucketSetting, Reason> {
    let mut bucket = BucketSetting { enabled: true, ..BucketSetting::default() };
    for entry in table.entries()? {
        let within = |reason: Reason| Reason::new(format!("{}: {reason}", entry.name()));
        let text = || entry.text().map(str::to_owned).map_err(within);
        match entry.name() {
            "bucket_name" => bucket.bucket_name = text()?,
            "prefix" => bucket.prefix = text()?,
            "region" => bucket.region = text()?,
            "description" => bucket.description = text()?,
            "enabled" => bucket.enabled = entry.flag().map_err(within)?,
            "max_files" => {
                let number = entry.whole().map_err(within)?;
                let number = usize::try_from(number).ok();
                bucket.max_files = number.ok_or_else(|| within(Reason::new("must not be negative")))?;
            }
            other => {
                return Err(within(Reason::unknown("key of a bucket", other, KEYS.iter().copied())));
            }
        }
    }
    if bucket.bucket_name.is_empty() {
        return Err(Reason::new("a bucket needs a bucket_name"));
    }
    Ok(bucket)
}

/// The list as `config.toml` would hold it, on one line.
pub(super) fn write(buckets: &[BucketSetting]) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let table = |bucket: &BucketSetting| {
        format!(
            "{{ bucket_name = {}, prefix = {}, region = {}, max_files = {}, enabled = {}, description = {} }}",
            quoted(&bucket.bucket_name),
            quoted(&bucket.prefix),
            quoted(&bucket.region),
            bucket.max_files,
            bucket.enabled,
            quoted(&bucket.description)
        )
    };
    format!("[{}]", buckets.iter().map(table).collect::<Vec<_>>().join(", "))
}
