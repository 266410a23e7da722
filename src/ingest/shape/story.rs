//! The shapes A to R of the wild, each with a sample, and what must come out of it.

mod file;
mod plain;
mod rebuilt;
mod storm;
mod tables;
mod wrapped;

use serde_json::{Value, json};

use super::{Found, csv, open};

/// A record with spacing and an order of keys that only the original text has.
pub(super) const RECORD: &str = r#"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333","userName":"alice"}, "eventTime":"2026-01-10T10:38:41Z","eventSource":"iam.amazonaws.com","eventName":"CreateAccessKey","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"[agent/\"x\" é]","requestParameters":{"n":1.50},"eventID":"4c3b0000-0000-4000-8000-000000000001"}"#;

/// Another record.
pub(super) const OTHER: &str = r#"{"eventVersion":"1.08","eventTime":"2026-01-10T10:39:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","eventID":"4c3b0000-0000-4000-8000-000000000002"}"#;

/// Everything found in a value, which has to be found in a file of nothing else as well.
pub(super) fn found(value: impl AsRef<[u8]>) -> Vec<Found<'static>> {
    let all = inside(value.as_ref());
    file::assert_agrees(value.as_ref(), &all);
    all
}

/// Everything found in a value.
fn inside(value: impl AsRef<[u8]>) -> Vec<Found<'static>> {
    let mut all = Vec::new();
    open(value.as_ref(), &mut |found| all.push(found.into_owned()));
    assert!(!all.is_empty(), "something is always found");
    all
}

/// An original record.
pub(super) fn raw(json: &str) -> Found<'static> {
    Found::Record { json: json.as_bytes().to_vec().into(), reconstructed: false }
}

/// A text as a JSON string.
pub(super) fn string(text: &str) -> String {
    Value::from(text).to_string()
}

/// The only thing found, which has to be a record that was put together.
pub(super) fn rebuilt(value: impl AsRef<[u8]>) -> Value {
    match <[_; 1]>::try_from(found(value)) {
        Ok([Found::Record { json, reconstructed: true }]) => serde_json::from_slice(&json).unwrap(),
        other => panic!("no rebuilt record: {other:?}"),
    }
}

/// The only thing found, which has to be a reject.
pub(super) fn reject(value: impl AsRef<[u8]>) -> String {
    match <[_; 1]>::try_from(found(value)) {
        Ok([Found::Reject(reason)]) => reason,
        other => panic!("no reject: {other:?}"),
    }
}

/// Everything found in a table, with the offsets of the rows.
pub(super) fn table(text: &str) -> Vec<(u64, Found<'static>)> {
    let layout = csv::Layout::sniff(text.as_bytes()).expect("a table");
    let mut all = Vec::new();
    csv::read(&layout, text.as_bytes(), &mut |at, found| all.push((at, found.into_owned()))).unwrap();
    for (at, first) in all.iter().rev() {
        let from = usize::try_from(*at).unwrap();
        let again = csv::reopen(&layout, &text.as_bytes()[from..]);
        let before = all.iter().find(|(offset, _)| offset == at).map(|(_, found)| found.clone());
        assert!(again == before || matches!(first, Found::Reject(_)), "row at {at} read again: {again:?}");
    }
    let whole: Vec<Found<'_>> = all.iter().map(|(_, found)| found.clone()).collect();
    file::assert_agrees(text.as_bytes(), &whole);
    all
}

/// The fields of a rebuilt record that a sample names.
pub(super) fn assert_fields(record: &Value, fields: &[(&str, Value)]) {
    for (pointer, expected) in fields {
        let at = format!("/{}", pointer.replace('.', "/"));
        assert_eq!(record.pointer(&at), Some(expected), "{pointer} of {record:#}");
    }
}

/// A few fields as JSON values.
pub(super) fn text(value: &str) -> Value {
    json!(value)
}
