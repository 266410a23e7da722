//! Small made-up logs for tests.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::ingest::worker::Options;
use crate::investigation::{Investigation, Judgment, load};
use crate::source::{Listing, Object, Place};

pub(crate) const HOME: &str = "111122223333";
pub(crate) const OTHER: &str = "444455556666";
pub(crate) const OUTSIDE: &str = "777788889999";

/// What these objects hold.
pub(crate) fn loaded(listing: Listing) -> Investigation {
    load(listing, Options::default(), Judgment::shipped(), Arc::default(), &|_| {})
}

/// A log of these records.
pub(crate) fn investigation(records: &[Value]) -> Investigation {
    let bytes = serde_json::to_vec(&json!({ "Records": records })).unwrap();
    let object = Object { name: "log.json".to_owned(), place: Place::Memory(bytes.into()), found: true };
    let inv = loaded(Box::new(vec![Ok(object)].into_iter()));
    assert_eq!(inv.table.len() as usize, records.len(), "every record is an event of its own");
    inv
}

/// A record on 2026-01-10 at `time` (`10:00:00`), with `more` put over it. Its id is `id-` and the time, the
/// name and the account, unless `more` has one.
pub(crate) fn record(time: &str, call: &str, identity: &Value, more: Value) -> Value {
    let (service, name) = call.split_once(':').unwrap();
    let reads = ["Get", "List", "Describe", "Assume"].iter().any(|p| name.starts_with(p));
    let mut out = json!({
        "eventVersion": "1.11",
        "userIdentity": identity,
        "eventTime": format!("2026-01-10T{time}Z"),
        "eventSource": format!("{service}.amazonaws.com"),
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "203.0.113.10",
        "userAgent": "aws-cli/2.29.29",
        "requestParameters": null,
        "responseElements": null,
        "readOnly": reads,
        "eventType": "AwsApiCall",
        "recipientAccountId": HOME,
    });
    let Value::Object(more) = more else { panic!("more is an object") };
    for (key, value) in more {
        out[key] = value;
    }
    if out.get("eventID").is_none() {
        out["eventID"] = format!("id-{time}-{name}-{}", out["recipientAccountId"].as_str().unwrap()).into();
    }
    out
}

/// A user with a key that does not expire.
pub(crate) fn user(name: &str, key: &str) -> Value {
    json!({"type": "IAMUser", "principalId": format!("AIDA{name}"), "accountId": HOME, "userName": name,
        "arn": format!("arn:aws:iam::{HOME}:user/{name}"), "accessKeyId": key})
}

/// A session of a role, created at that time of the day.
pub(crate) fn role(account: &str, role: &str, session: &str, key: &str, created: &str) -> Value {
    json!({"type": "AssumedRole", "principalId": format!("AROA{role}:{session}"), "accountId": account,
        "arn": format!("arn:aws:sts::{account}:assumed-role/{role}/{session}"), "accessKeyId": key,
        "sessionContext": {
            "sessionIssuer": {"type": "Role", "principalId": format!("AROA{role}"), "accountId": account,
                "arn": format!("arn:aws:iam::{account}:role/{role}"), "userName": role},
            "attributes": {"creationDate": format!("2026-01-10T{created}Z"), "mfaAuthenticated": "false"}}})
}

/// What `AssumeRole` answers, as fields of a record.
pub(crate) fn assumed(role: &str, session: &str, key: &str) -> Value {
    json!({
        "requestParameters": {"roleArn": format!("arn:aws:iam::{HOME}:role/{role}"), "roleSessionName": session},
        "responseElements": {"credentials": {"accessKeyId": key, "expiration": "x"},
            "assumedRoleUser": {"assumedRoleId": format!("AROA{role}:{session}")}}})
}
