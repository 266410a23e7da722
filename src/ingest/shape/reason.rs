//! Why a value is no record, in words a person can act on.

use crate::json;
use crate::text::{clip, visible};

/// Why nothing was recognized; the order is from the least to the most telling.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Unknown {
    /// It is not like anything known.
    NotRecord,
    /// It is a literal of Python that cannot be read.
    Python,
    /// It is `{k=v}` text that cannot be read.
    Struct,
    /// Its keys are not in quotes.
    Unquoted,
    /// It ends before it is complete.
    Cut,
    /// There are too many wrappers around it.
    TooDeep,
}

/// The reason for the rejects list.
pub(crate) fn describe(why: Unknown, value: &[u8]) -> String {
    match why {
        Unknown::NotRecord => no_record(value.trim_ascii()),
        Unknown::Python => "a Python literal that cannot be read; write it with `json.dumps` \
             instead of `print` and load that"
            .to_owned(),
        Unknown::Struct => "`{name=value}` text that cannot be read; export it as JSON".to_owned(),
        Unknown::Unquoted => "the keys have no quotes (JavaScript or YAML style), so this is no JSON; \
             convert it first, e.g. with `yq -o json`"
            .to_owned(),
        Unknown::Cut => {
            "the JSON text breaks off before it is complete; was it cut at a size limit?".to_owned()
        }
        Unknown::TooDeep => {
            format!("there are more than {} wrappers around it; unwrap it first", super::MAX_DEPTH)
        }
    }
}

/// What an element of a list is instead of a record; the place is written as `jq` writes it.
pub(crate) fn element(index: usize, list: &str, why: Unknown, value: &[u8]) -> String {
    format!("{list}[{index}]: {}", describe(why, value))
}

/// Why a row of a table gave no record.
pub(crate) fn row(why: Unknown, row: &[u8]) -> String {
    match why {
        Unknown::NotRecord => {
            format!(
                "the row holds neither a record nor the fields of one (eventName, eventTime, ...): {}",
                quoted(row)
            )
        }
        _ => format!("the record in this row cannot be read: {}", describe(why, row)),
    }
}

fn no_record(value: &[u8]) -> String {
    match value.first() {
        None => "nothing but blanks".to_owned(),
        Some(b'{') => object(value),
        Some(b'[') => "a list that holds no CloudTrail record".to_owned(),
        Some(b'"') => format!("a text that holds no CloudTrail record: {}", quoted(value)),
        _ => format!("{}, not a CloudTrail record", quoted(value)),
    }
}

/// Where and how a text is no JSON; `None` when it is, or only holds characters as they are that have to be escaped.
pub fn broken(text: &[u8]) -> Option<String> {
    let fault = serde_json::from_slice::<serde::de::IgnoredAny>(text).err()?;
    if fault.to_string().starts_with("control character") {
        return None;
    }
    let lines = text.split_inclusive(|&b| b == b'\n').take(fault.line().saturating_sub(1));
    // Columns count from 1, and 0 stands for the end of the line before.
    let place = lines.map(<[u8]>::len).sum::<usize>() + fault.column().saturating_sub(1);
    let what = fault.to_string();
    let what = what.split(" at line ").next().unwrap_or_default();
    let from = &text[place.saturating_sub(8).min(text.len())..text.len().min(place.saturating_add(24))];
    Some(format!("broken JSON {place} bytes further on, around {}: {what}", quoted(from)))
}

fn object(value: &[u8]) -> String {
    if let Some(fault) = broken(value) {
        return fault;
    }
    if let Some(hint) = HINTS.iter().find(|h| h.keys.iter().all(|key| json::member(value, key).is_some())) {
        return hint.is.to_owned();
    }
    let mut keys: Vec<String> = json::members(value).take(9).map(|m| name(m.key)).collect();
    if keys.is_empty() {
        return "an object without members, not a CloudTrail record".to_owned();
    }
    if keys.len() == 9 {
        keys.truncate(8);
        keys.push("...".to_owned());
    }
    format!("neither a CloudTrail record nor a known wrapper of one; its members are {}", keys.join(", "))
}

fn name(raw: &[u8]) -> String {
    clip(&visible(&json::decode(raw).0), 32).into_owned()
}

/// The beginning of a text, safe to show.
pub(crate) fn quoted(value: &[u8]) -> String {
    let head = value.get(..200).unwrap_or(value);
    let text = String::from_utf8_lossy(head);
    format!("`{}`", clip(&visible(text.trim_matches('"')), 60))
}

/// Something else of AWS, known by its members.
struct Hint {
    keys: &'static [&'static str],
    is: &'static str,
}

const HINTS: &[Hint] = &[
    Hint {
        keys: &["schemaVersion", "severity", "service", "type"],
        is: "a GuardDuty finding, not a CloudTrail record",
    },
    Hint { keys: &["SchemaVersion", "ProductArn"], is: "a Security Hub finding, not a CloudTrail record" },
    Hint { keys: &["configurationItemStatus"], is: "an AWS Config item, not a CloudTrail record" },
    Hint { keys: &["configurationItem"], is: "an AWS Config item, not a CloudTrail record" },
    Hint { keys: &["Version", "Statement"], is: "an IAM policy, not a CloudTrail record" },
    Hint {
        keys: &["trailList"],
        is: "a description of trails (describe-trails), not their events; use lookup-events or the log files",
    },
    Hint {
        keys: &["Trails"],
        is: "a list of trails (list-trails), not their events; use lookup-events or the log files",
    },
    Hint {
        keys: &["QueryId"],
        is: "the answer to start-query; run get-query-results and load what it gives",
    },
    Hint {
        keys: &["queryId"],
        is: "the answer to start-query; run get-query-results and load what it gives",
    },
    Hint {
        keys: &["QueryExecutionId"],
        is: "the answer to start-query-execution; run get-query-results and load what it gives",
    },
    Hint {
        keys: &["logGroups"],
        is: "a list of log groups, not their events; run filter-log-events or start-query",
    },
    Hint { keys: &["logStreams"], is: "a list of log streams, not their events; run filter-log-events" },
    Hint {
        keys: &["Contents"],
        is: "a list of objects in S3, not their content; copy them with `aws s3 cp --recursive`",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_say_what_it_is_and_are_safe_to_show() {
        for (value, reason) in [
            ("null", "`null`, not a CloudTrail record"),
            ("", "nothing but blanks"),
            ("{}", "an object without members, not a CloudTrail record"),
            (
                "{\"a\x1b[2J\":1,\"b\":2}",
                "neither a CloudTrail record nor a known wrapper of one; its members are a␛[2J, b",
            ),
            (r#"{"Version":"2012-10-17","Statement":[]}"#, "an IAM policy, not a CloudTrail record"),
            (
                "{\"eventVersion\":\"1.08\",\n\"eventID\":bad}",
                "broken JSON 34 bytes further on, around `ventID\":bad}`: expected value",
            ),
            (r#""hello""#, "a text that holds no CloudTrail record: `hello`"),
        ] {
            assert_eq!(describe(Unknown::NotRecord, value.as_bytes()), reason);
        }
        assert_eq!(
            element(3, "Records", Unknown::NotRecord, b"null"),
            "Records[3]: `null`, not a CloudTrail record"
        );
    }
}
