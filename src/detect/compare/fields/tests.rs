use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::ingest::worker::Options;
use crate::investigation::{Judgment, load};
use crate::source::{Object, Place as Source};

#[test]
fn what_was_read_when_an_identity_was_met_is_what_stands_in_it() {
    let arn = "arn:aws:sts::111122223333:assumed-role/Admin/alice";
    let texts = [
        json!({"type": "AssumedRole", "arn": arn}).to_string(),
        json!({"arn": arn, "accountId": null, "userName": ""}).to_string(),
        json!({"arn": arn, "accountId": "", "accessKeyId": {"a": 1}}).to_string(),
        json!({"arn": arn, "accountId": "444455556666", "userName": 5}).to_string(),
        json!({"sessionContext": {"sessionIssuer": {"arn": "r", "userName": "u", "accountId": "7"}}})
            .to_string(),
        json!({"sessionContext": [{"sessionIssuer": {"arn": "r"}}], "principalId": ["a", "b"]}).to_string(),
        json!([{"userName": "alice", "accountId": "1", "arn": arn}]).to_string(),
        r#"{"userNam\u0065": "alice", "accountId": "1", "accountId": null, "arn": "x"}"#.to_owned(),
        r#"{"accountId": null, "accountId": "1", "userName": "a", "userName": null}"#.to_owned(),
        "\"alice\"".to_owned(),
        r#""{\"userName\":\"alice\",\"arn\":\"x\"}""#.to_owned(),
        r#"{"sessionContext":{"sessionIssuer":{"arn":"x"}},"sessionContext":{}}"#.to_owned(),
        "{}".to_owned(),
    ];
    let record = |(n, identity): (usize, &String)| {
        let record: Value = json!({
            "eventVersion": "1.10", "eventName": "GetUser", "eventSource": "iam.amazonaws.com",
            "eventTime": format!("2026-03-02T09:{n:02}:00Z"), "eventID": format!("e{n}"),
        });
        let record = record.to_string();
        format!("{},\"userIdentity\":{identity}}}", record.strip_suffix('}').unwrap())
    };
    let records: Vec<String> = texts.iter().enumerate().map(record).collect();
    let text = format!("{{\"Records\":[{}]}}", records.join(","));
    let place = Source::Memory(text.into_bytes().into());
    let object = Object { name: "t".to_owned(), place, found: false };
    let objects = Box::new(std::iter::once(Ok(object)));
    let inv = load(objects, Options::default(), Judgment::shipped(), Arc::default(), &|_| {});
    assert_eq!(inv.table.len() as usize, texts.len());
    let (captures, needs) = Default::default();
    let fields = Fields::new(&inv, &captures, &needs);
    let mut told = 0;
    for path in ["type", "arn", "principalId", "accountId", "accessKeyId", "userName"].map(|key| vec![key]) {
        let path: Vec<String> = ["userIdentity"].iter().chain(&path).map(|&key| key.to_owned()).collect();
        told += told_of(&inv, &fields, &path);
    }
    let issuer = ["userIdentity", "sessionContext", "sessionIssuer", "arn"].map(str::to_owned);
    told += told_of(&inv, &fields, &issuer);
    assert!(told > 50, "{told}");
}

/// Holds what is remembered of a path against what stands in each identity; how many were remembered.
fn told_of(inv: &Investigation, fields: &Fields<'_>, path: &[String]) -> usize {
    let mut told = 0;
    for row in inv.table.rows() {
        let written = in_columns(&row, Place::Identity, path);
        if let Some(known) = fields.known_word(&row, word_at(path)) {
            assert_eq!(known.map(str::to_owned).into_iter().collect::<Vec<_>>(), written, "{path:?}");
            told += 1;
        }
    }
    told
}
