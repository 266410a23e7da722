//! Input without mercy: whatever comes, nothing panics, something is found, and what is put together is JSON.

use proptest::prelude::*;

use super::super::tree::is_valid;
use super::super::{MAX_DEPTH, csv, is_record, line, open};
use super::*;

/// Names that lead into the wrappers.
const KEYS: &[&str] = &[
    "Records",
    "Events",
    "events",
    "records",
    "logEvents",
    "Messages",
    "QueryResultRows",
    "results",
    "hits",
    "_source",
    "rows",
    "fields",
    "awslogs",
    "data",
    "kinesis",
    "Sns",
    "Message",
    "message",
    "body",
    "messageId",
    "Body",
    "MessageId",
    "Type",
    "detail",
    "detail-type",
    "source",
    "CloudTrailEvent",
    "EventName",
    "EventId",
    "Resources",
    "ResourceName",
    "class_uid",
    "metadata",
    "api",
    "actor",
    "unmapped",
    "raw_data",
    "event",
    "original",
    "aws",
    "cloudtrail",
    "aws.cloudtrail.event_type",
    "event.original",
    "_raw",
    "result",
    "preview",
    "s3",
    "dynamodb",
    "eventName",
    "eventSource",
    "eventTime",
    "eventVersion",
    "eventID",
    "userIdentity",
    "userIdentity.arn",
    "eventname",
    "eventtime",
    "useridentity",
    "requestparameters",
    "resources",
    "@timestamp",
    "@message",
    "field",
    "value",
    "timestamp",
    "id",
    "ResultSet",
    "Rows",
    "Data",
    "VarCharValue",
    "digestStartTime",
    "logFiles",
    "messageType",
    "index",
    "name",
    "uid",
    "operation",
    "service",
    "product",
    "time",
];

fn leaf() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "null",
        "true",
        "1768041521.5",
        "\"\"",
        "\"CONTROL_MESSAGE\"",
        "\"Notification\"",
        "\"aws:s3\"",
        "\"AWS API Call via CloudTrail\"",
        "\"{type=Root, accountid=1}\"",
        "\"{'a': None}\"",
        "\"{a:1}\"",
        "\"[{\"",
        "\"H4sIAAAAAAAA\"",
        "\"eyJhIjoxfQ==\"",
        "\"2026-01-10T10:38:41Z\"",
        "\"CloudTrail\"",
        "\"iam.amazonaws.com\"",
        "\"ConsoleLogin\"",
        "6003",
        "\"\\ud800\"",
        "\"2026-01-10T10:43:02Z {\\\"a\\\":1}\"",
    ]);
    prop_oneof![4 => words.prop_map(str::to_owned), 1 => any::<String>().prop_map(|s| string(&s)), 1 => Just(RECORD.to_owned())]
}

/// JSON that looks like the wrappers and has anything in any place, also JSON within strings.
fn wrappers() -> impl Strategy<Value = String> {
    leaf().prop_recursive(6, 60, 5, |inner| {
        let key = || prop::sample::select(KEYS);
        let object = prop::collection::vec((key(), inner.clone()), 0..5).prop_map(|m| {
            format!("{{{}}}", m.iter().map(|(k, v)| format!("\"{k}\":{v}")).collect::<Vec<_>>().join(","))
        });
        let list = prop::collection::vec(inner.clone(), 0..4).prop_map(|v| format!("[{}]", v.join(",")));
        prop_oneof![5 => object, 2 => list, 2 => inner.prop_map(|text| string(&text))]
    })
}

fn check(all: &[Found<'_>]) -> Result<(), TestCaseError> {
    for found in all {
        match found {
            Found::Record { json, reconstructed: true } => {
                // Where only the time was added the record keeps its faults.
                let stamped = is_record(json) && crate::json::member(json, "@timestamp").is_some();
                prop_assert!(stamped || is_valid(json), "{}", String::from_utf8_lossy(json));
            }
            Found::Record { json, reconstructed: false } => prop_assert!(is_record(json)),
            Found::Reject(reason) => {
                prop_assert!(!reason.is_empty() && reason.len() < 2000);
                prop_assert!(!reason.chars().any(crate::text::is_hostile), "{reason:?}");
            }
            Found::Digest | Found::Nothing(_) => {}
        }
    }
    Ok(())
}

/// A few edits anywhere.
fn mutated(text: &str, edits: &[(prop::sample::Index, u8)]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for (at, with) in edits {
        let at = at.index(bytes.len().max(1));
        match with % 4 {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => drop(bytes.remove(at)),
            2 => bytes.insert(
                at.min(bytes.len()),
                *b"{}[]\"'\\,:="[..].get(usize::from(with / 4) % 10).unwrap_or(&0),
            ),
            _ => bytes.insert(at.min(bytes.len()), *with),
        }
    }
    bytes
}

proptest! {
    #[test]
    fn json_in_any_order_is_survived(value in wrappers()) {
        check(&inside(&value))?;
        if is_record(value.as_bytes()) {
            prop_assert_eq!(inside(&value), [raw(&value)]);
        }
    }

    #[test]
    fn wrappers_around_a_record_do_not_hide_it(layers in prop::collection::vec((0usize..5, any::<bool>()), 0..MAX_DEPTH)) {
        let mut value = RECORD.to_owned();
        for (kind, as_text) in layers {
            let inner = if as_text { string(&value) } else { value };
            value = match kind {
                0 => format!(r#"{{"Type":"Notification","Message":{inner}}}"#),
                1 => format!(r#"{{"messageId":"m","body":{inner}}}"#),
                2 => format!(r#"{{"detail-type":"AWS API Call via CloudTrail","detail":{inner}}}"#),
                3 => format!(r#"{{"CloudTrailEvent":{inner}}}"#),
                _ => format!(r#"{{"time":1,"event":{inner}}}"#),
            };
        }
        prop_assert_eq!(inside(&value), [raw(RECORD)]);
    }

    #[test]
    fn mutated_wrappers_are_survived(value in wrappers(), edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5)) {
        check(&inside(mutated(&value, &edits)))?;
    }

    #[test]
    fn mutated_samples_are_survived(
        sample in prop::sample::select(rebuilt::SAMPLES),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
    ) {
        let text = mutated(sample, &edits);
        check(&inside(&text))?;
        check(&inside(string(&String::from_utf8_lossy(&text))))?;
    }

    #[test]
    fn bytes_without_sense_are_survived(bytes: Vec<u8>) {
        check(&inside(&bytes))?;
        if let Some(layout) = csv::Layout::sniff(&bytes) {
            csv::read(&layout, &bytes[..], &mut |_, _| {}).unwrap();
        }
    }

    #[test]
    fn tables_without_sense_are_survived(
        header in prop::sample::select(vec!["eventname,eventtime,useridentity\n", "_raw;x\n", "| eventname | eventtime |\n|---|---|\n", "event.action,event.provider\n"]),
        rows in "([a{}'=,;|\"\\\\ -]{0,12}\n?){0,8}",
    ) {
        let text = format!("{header}{rows}");
        let layout = csv::Layout::sniff(text.as_bytes()).unwrap();
        let mut all = Vec::new();
        let mut last = 0;
        csv::read(&layout, text.as_bytes(), &mut |at, found| {
            assert!(at >= last && at < text.len() as u64);
            last = at;
            all.push(found.into_owned());
        }).unwrap();
        check(&all)?;
    }
}

/// Input that is small and would be slow if anything were walked again and again.
#[test]
fn hostile_sizes_stay_cheap() {
    let n = 50_000;
    for text in [
        "{a=1\n".repeat(n),
        "{'a'\n".repeat(n),
        format!("{RECORD}\n{}", "{a=1\n".repeat(n)),
        format!("{RECORD}\n{}", "{'a'\n".repeat(n)),
        "[{a=".repeat(n),
        "{a={\"".repeat(n),
        "[[".repeat(n),
        "{\"a\":".repeat(n),
        format!("{{'a': {{{}}}}}", "'k': 1, ".repeat(n)),
        "2026-01-10T10:43:02Z \n".repeat(n),
        "\"\" ".repeat(n),
    ] {
        let mut count = 0;
        open(text.as_bytes(), &mut |_| count += 1);
        open(string(&text).as_bytes(), &mut |_| count += 1);
        assert!(count > 0);
        let _ = line::unreadable(text.as_bytes());
    }
    let mut keys: Vec<String> = (0..n).map(|i| format!("\"k{i}\":{i}")).collect();
    keys.extend([r#""eventname":"X""#, r#""eventtime":"t""#].map(str::to_owned));
    open(format!("{{{}}}", keys.join(",")).as_bytes(), &mut |_| {});
    let ocsf = format!(
        r#"{{"class_uid":1,"metadata":{{"product":{{"name":"CloudTrail"}}}},"api":{{"operation":"X"}},"unmapped":{{{}}}}}"#,
        keys.join(",")
    );
    open(ocsf.as_bytes(), &mut |_| {});
}
