//! Indicators as a bundle of STIX 2.1.
//!
//! Ids are UUIDs of version 5 over kind and value: the same indicator has the same id in every
//! export of every case, so whoever takes it in twice has it once. What STIX has no object for
//! (keys, ARNs, buckets, sessions) is written as a custom object, `x-aws-...`.

use std::io::{self, Write};

use serde_json::{Value, json};
use uuid::Uuid;

use super::csv::kind_of;
use super::pattern::{self, Comparison, quoted};
use super::{Fault, Imported, indicator};
use crate::case::model::{Indicator, Kind, NewIndicator};
use crate::event::time::Time;

/// The name space of our ids, a UUID that was made for it once.
const NAME_SPACE: Uuid = Uuid::from_u128(0x7f1c_9b0e_5a44_4c1d_9d5e_3c2f_0a86_1b27);

/// The property of the object that holds an address by which a program is known.
const USER_AGENT: (&str, &str) =
    ("network-traffic", "extensions.'http-request-ext'.request_header.'User-Agent'");

/// Writes indicators as a bundle.
///
/// # Errors
/// Those of the writer.
pub fn export(out: &mut dyn Write, indicators: &[Indicator]) -> io::Result<()> {
    let objects: Vec<Value> = indicators.iter().map(object).collect();
    let ids: Vec<&str> = objects.iter().filter_map(|o| o.get("id").and_then(Value::as_str)).collect();
    let bundle =
        json!({"type": "bundle", "id": format!("bundle--{}", uuid(&ids.join("\n"))), "objects": objects});
    serde_json::to_writer_pretty(&mut *out, &bundle)?;
    out.write_all(b"\n")
}

/// Says of an indicator that its `valid_from`, which STIX demands, is no sighting.
const NEVER_SEEN: &str = "x_trailhound_never_seen";

fn object(i: &Indicator) -> Value {
    // The times that STIX demands; what is not known is said to begin with the calendar of computers.
    let known = |times: [Time; 3]| times.into_iter().find(|t| t.is_known()).unwrap_or(Time::from_millis(0));
    let added = stamp(known([i.added, i.first, Time::UNKNOWN]));
    let mut object = json!({
        "type": "indicator",
        "spec_version": "2.1",
        "id": format!("indicator--{}", uuid(&format!("{}\n{}", i.kind.name(), i.value))),
        "created": added,
        "modified": added,
        "name": format!("{} {}", i.kind.name(), i.value),
        "indicator_types": ["malicious-activity"],
        "pattern": pattern_of(i.kind, &i.value),
        "pattern_type": "stix",
        "pattern_version": "2.1",
        "valid_from": stamp(known([i.first, i.added, Time::UNKNOWN])),
        "labels": [i.kind.name()],
    });
    let mut said = Vec::new();
    if !i.note.is_empty() {
        said.push(i.note.clone());
    }
    if i.first.is_known() {
        said.push(format!("seen {} to {}", i.first, i.last));
    }
    if !i.first.is_known() {
        object[NEVER_SEEN] = true.into();
    }
    if i.private {
        said.push("a private address".to_owned());
    }
    if !said.is_empty() {
        object["description"] = said.join("; ").into();
    }
    object
}

/// A time as STIX writes it: always with milliseconds.
fn stamp(time: Time) -> String {
    let text = time.to_string();
    if text.contains('.') { text } else { text.replace('Z', ".000Z") }
}

fn pattern_of(kind: Kind, value: &str) -> String {
    let (object, property) = match kind {
        Kind::Ip if value.contains(':') => ("ipv6-addr", "value"),
        Kind::Ip => ("ipv4-addr", "value"),
        Kind::Domain => ("domain-name", "value"),
        Kind::UserAgent => USER_AGENT,
        Kind::Account => ("user-account", "user_id"),
        Kind::AccessKey => ("x-aws-access-key", "value"),
        Kind::Arn => ("x-aws-arn", "value"),
        Kind::Bucket => ("x-aws-s3-bucket", "value"),
        Kind::Session => ("x-aws-session", "value"),
    };
    let beside = if kind == Kind::Account { " AND user-account:account_type = 'aws-account'" } else { "" };
    format!("[{object}:{property} = {}{beside}]", quoted(value))
}

/// The UUID of version 5 of a name.
fn uuid(name: &str) -> String {
    Uuid::new_v5(&NAME_SPACE, name.as_bytes()).to_string()
}

/// Reads the indicators of a bundle, of a list of objects, or of one object.
pub fn import(text: &str, source: &str) -> Imported {
    let mut imported = Imported { counted: "object", ..Imported::default() };
    let document: Value = match serde_json::from_str(text) {
        Ok(document) => document,
        Err(e) => {
            imported.faults.push(Fault { at: 0, reason: format!("this is no JSON: {e}") });
            return imported;
        }
    };
    let objects = match &document {
        Value::Array(list) => list.as_slice(),
        Value::Object(map) => match map.get("objects") {
            Some(Value::Array(list)) => list.as_slice(),
            _ => std::slice::from_ref(&document),
        },
        _ => &[],
    };
    if objects.is_empty() {
        imported.faults.push(Fault { at: 0, reason: "there are no objects in this bundle".to_owned() });
    }
    for (object, at) in objects.iter().zip(1..) {
        // A bundle holds much that is no indicator.
        if object.get("type").and_then(Value::as_str) != Some("indicator") {
            continue;
        }
        match of_object(object, source) {
            Ok(indicators) => imported.indicators.extend(indicators),
            Err(reason) => imported.faults.push(Fault { at, reason }),
        }
    }
    imported
}

fn of_object(object: &Value, source: &str) -> Result<Vec<NewIndicator>, String> {
    let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
    if object.get("revoked").and_then(Value::as_bool) == Some(true) {
        return Err("it was revoked".to_owned());
    }
    if !matches!(text("pattern_type"), "" | "stix") {
        return Err(format!(
            "its pattern is written in {}, not in stix",
            crate::text::visible(text("pattern_type"))
        ));
    }
    let comparisons = pattern::read(text("pattern")).map_err(|e| e.to_string())?;
    let note = if text("description").is_empty() { text("name") } else { text("description") };
    let never_seen = object.get(NEVER_SEEN).and_then(Value::as_bool) == Some(true);
    let mut indicators = Vec::new();
    for comparison in &comparisons {
        let kind = kind_of_comparison(comparison);
        let kind = kind.ok_or_else(|| {
            let path = format!("{}:{}", comparison.object, comparison.property);
            format!("{}: no event of CloudTrail has anything of this kind", crate::text::visible(&path))
        })?;
        for value in &comparison.values {
            let first = if never_seen { Time::UNKNOWN } else { Time::parse(text("valid_from").as_bytes()) };
            let new = indicator(Some(narrower(kind, value)), value, source)?;
            indicators.push(NewIndicator { note: note.to_owned(), first, ..new });
        }
    }
    if indicators.is_empty() { Err("its pattern names no value".to_owned()) } else { Ok(indicators) }
}

fn kind_of_comparison(comparison: &Comparison) -> Option<Kind> {
    let plain = |path: &str| path.replace('\'', "");
    match (comparison.object.as_str(), comparison.property.as_str()) {
        ("ipv4-addr" | "ipv6-addr", "value") | ("network-traffic", "src_ref.value") => Some(Kind::Ip),
        ("domain-name", "value") => Some(Kind::Domain),
        ("user-account", "user_id" | "account_login" | "display_name") => Some(Kind::Account),
        (object, property)
            if object == USER_AGENT.0 && property.eq_ignore_ascii_case(&plain(USER_AGENT.1)) =>
        {
            Some(Kind::UserAgent)
        }
        // Objects of ours and of others: `x-aws-access-key`, `x-bucket`.
        (object, "value" | "name" | "id") => {
            let name = object.strip_prefix("x-aws-").or_else(|| object.strip_prefix("x-"))?;
            kind_of(name)
        }
        _ => None,
    }
}

/// What STIX calls an account may be a key, an ARN or a name: whatever the value looks like.
fn narrower(kind: Kind, value: &str) -> Kind {
    match (kind, super::guess(value)) {
        (Kind::Account, Some(seen @ (Kind::Account | Kind::AccessKey | Kind::Arn))) => seen,
        (Kind::Account, _) => Kind::Session,
        _ => kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::tests::indicator as sample;

    fn all_kinds() -> Vec<Indicator> {
        let values = [
            (Kind::Ip, "203.0.113.7"),
            (Kind::Ip, "2001:db8::1"),
            (Kind::Ip, "198.51.100.0/24"),
            (Kind::AccessKey, "AKIAEXAMPLEEXAMPLE12"),
            (Kind::Arn, "arn:aws:iam::111122223333:user/alice"),
            (Kind::UserAgent, r"it's a \ 'tool' = 1"),
            (Kind::Account, "444455556666"),
            (Kind::Bucket, "payroll"),
            (Kind::Domain, "evil.example.com"),
            (Kind::Session, "work"),
        ];
        (1..).zip(values).map(|(id, (kind, value))| sample(id, kind, value)).collect()
    }

    fn exported() -> Vec<u8> {
        let mut out = Vec::new();
        export(&mut out, &all_kinds()).unwrap();
        out
    }

    #[test]
    fn every_kind_comes_back_as_it_went_and_the_same_bytes_each_time() {
        let bytes = exported();
        assert_eq!(bytes, exported());
        let back = import(std::str::from_utf8(&bytes).unwrap(), "x");
        assert_eq!(back.faults, []);
        let values: Vec<(Kind, String)> = back.indicators.into_iter().map(|i| (i.kind, i.value)).collect();
        assert_eq!(values, all_kinds().into_iter().map(|i| (i.kind, i.value)).collect::<Vec<_>>());
    }

    #[test]
    fn objects_have_what_the_standard_demands() {
        let bundle: Value = serde_json::from_slice(&exported()).unwrap();
        assert_eq!(bundle["type"], "bundle");
        for object in bundle["objects"].as_array().unwrap() {
            for key in
                ["type", "spec_version", "id", "created", "modified", "pattern", "pattern_type", "valid_from"]
            {
                assert!(object[key].is_string(), "{key}: {object}");
            }
            let id = object["id"].as_str().unwrap().strip_prefix("indicator--").unwrap();
            let form: Vec<usize> = id.split('-').map(str::len).collect();
            assert_eq!((form, &id[14..15]), (vec![8, 4, 4, 4, 12], "5"), "{id}");
            assert!("89ab".contains(&id[19..20]), "{id}");
            let created = object["created"].as_str().unwrap();
            assert!(created.ends_with(".000Z") && Time::parse(created.as_bytes()).is_known(), "{created}");
        }
    }

    #[test]
    fn what_was_never_seen_is_not_seen_by_being_handed_on() {
        let known = |first: Time| Indicator { first, ..all_kinds().remove(0) };
        for first in [Time::UNKNOWN, Time::from_civil(2026, 3, 2, 9, 0, 0)] {
            let mut out = Vec::new();
            export(&mut out, &[known(first)]).unwrap();
            let imported = import(std::str::from_utf8(&out).unwrap(), "case");
            assert_eq!(imported.indicators[0].first, first);
        }
    }

    #[test]
    fn an_id_is_the_uuid_of_version_5_of_kind_and_value() {
        // As Python has it: uuid.uuid5(uuid.UUID("7f1c9b0e-5a44-4c1d-9d5e-3c2f0a861b27"), "ip\n203.0.113.7").
        assert_eq!(uuid("ip\n203.0.113.7"), "4c6dbd79-42c1-53a4-9b00-20e7ee7d2aaf");
    }

    #[test]
    fn bundles_of_others_are_taken_in_as_far_as_they_mean_something() {
        let text = json!({"type": "bundle", "objects": [
            {"type": "identity", "name": "somebody"},
            {"type": "indicator", "name": "c2", "pattern": "[ipv4-addr:value = '203.0.113.7' OR domain-name:value = 'evil.example.com']"},
            {"type": "indicator", "pattern": "[file:hashes.MD5 = 'x']"},
            {"type": "indicator", "pattern": "[user-account:user_id = 'AKIAEXAMPLEEXAMPLE12' AND user-account:account_type = 'aws']"},
            {"type": "indicator", "pattern": "[ipv4-addr:value = '203.0.113.9']", "revoked": true},
            {"type": "indicator", "pattern": "alert tcp any", "pattern_type": "snort"},
            {"type": "indicator", "pattern": "[ipv4-addr:value LIKE '203.%']"},
        ]});
        let imported = import(&text.to_string(), "feed");
        let values: Vec<(Kind, &str, &str)> =
            imported.indicators.iter().map(|i| (i.kind, i.value.as_str(), i.note.as_str())).collect();
        assert_eq!(
            values,
            [
                (Kind::Ip, "203.0.113.7", "c2"),
                (Kind::Domain, "evil.example.com", "c2"),
                (Kind::AccessKey, "AKIAEXAMPLEEXAMPLE12", "")
            ]
        );
        let faults: Vec<u64> = imported.faults.iter().map(|fault| fault.at).collect();
        assert_eq!(faults, [3, 5, 6, 7], "{:?}", imported.faults);
        assert!(imported.faults[3].reason.contains("LIKE"), "{:?}", imported.faults);
        for broken in ["{", "[]", "{}", "[1, 2]"] {
            assert_eq!(import(broken, "x").indicators, []);
        }
        assert!(!import("{", "x").faults.is_empty());
    }
}
