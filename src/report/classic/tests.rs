//! Numbers worked out by hand, on a log small enough to do so.

use std::sync::atomic::AtomicBool;

use serde_json::{Value, json};

use super::*;
use crate::anomaly::features::{Isolation, Preset};
use crate::anomaly::forest::Growth;
use crate::anomaly::outlier;
use crate::profile::Background;
use crate::profile::sample::{HOME, investigation, record, role, user};
use crate::report::csv::Style;

/// Every way in which an event of the plain form gets its five fields and its risk.
fn log() -> Vec<Value> {
    let ann = user("ann", "AKIAANN");
    let root = json!({"type": "Root", "arn": format!("arn:aws:iam::{HOME}:root"), "accountId": HOME});
    vec![
        record("01:00:00", "iam:CreateUser", &ann, json!({"requestParameters": {"userName": "x"}})),
        record(
            "07:00:00",
            "EC2:StopInstances",
            &role(HOME, "Admin", "bob", "ASIABOB", "06:00:00"),
            json!({}),
        ),
        record(
            "13:00:00",
            "s3:GetObject",
            &json!({"type": "AWSService"}),
            json!({"errorCode": "AccessDenied"}),
        ),
        record("19:00:00", "nosuch:Whatever", &root, json!({})),
    ]
}

fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn each_event_is_a_line_of_five_fields() {
    let inv = investigation(&log());
    let lines = text(|out| normalized::write(out, &inv).unwrap());
    assert_eq!(
        lines,
        concat!(
            r#"{"eventTime":"2026-01-10T01:00:00Z","service":"iam","action":"CreateUser","actor":"ann","result":"Allowed"}"#,
            "\n",
            r#"{"eventTime":"2026-01-10T07:00:00Z","service":"ec2","action":"StopInstances","actor":"bob","result":"Allowed"}"#,
            "\n",
            r#"{"eventTime":"2026-01-10T13:00:00Z","service":"s3","action":"GetObject","actor":"Unknown","result":"AccessDenied"}"#,
            "\n",
            r#"{"eventTime":"2026-01-10T19:00:00Z","service":"nosuch","action":"Whatever","actor":"arn:aws:iam::111122223333:root","result":"Allowed"}"#,
            "\n",
        )
    );
}

#[test]
fn a_record_without_names_is_unknown() {
    let mut bare = record("01:00:00", "x:Y", &json!({}), json!({}));
    bare["eventName"] = Value::Null;
    bare["eventTime"] = "no time".into();
    let inv = investigation(&[bare]);
    let line = text(|out| normalized::write(out, &inv).unwrap());
    assert_eq!(
        line,
        "{\"eventTime\":null,\"service\":\"x\",\"action\":\"Unknown\",\"actor\":\"Unknown\",\"result\":\"Allowed\"}\n"
    );
}

#[test]
fn every_event_has_the_risk_of_the_table() {
    use std::sync::Arc;

    use crate::detect::sensitive::SensitiveApis;
    let table = r#"{"iam:CreateUser":{"risk":70,"reason":"makes a user"},"ec2:*":{"risk":60,"reason":"=machines"},
        "*:GetObject":{"risk":65,"reason":"reads, \"data\""}}"#;
    let mut inv = investigation(&log());
    inv.judgment.sensitive = Arc::new(SensitiveApis::parse("t", table).unwrap());
    let rows = text(|out| alerts::write(out, &inv, Style::default()).unwrap());
    assert_eq!(
        rows,
        "time,actor,service,action,result,risk_score,reason\r\n\
         2026-01-10T01:00:00Z,ann,iam,CreateUser,Allowed,70,makes a user\r\n\
         2026-01-10T07:00:00Z,bob,ec2,StopInstances,Allowed,60,\"'=machines\"\r\n\
         2026-01-10T13:00:00Z,Unknown,s3,GetObject,AccessDenied,65,\"reads, \"\"data\"\"\"\r\n\
         2026-01-10T19:00:00Z,arn:aws:iam::111122223333:root,nosuch,Whatever,Allowed,10,\r\n"
    );
    let raw = text(|out| alerts::write(out, &inv, Style { raw: true }).unwrap());
    assert!(raw.contains(",60,=machines\r\n"));
}

#[test]
fn the_shipped_table_has_the_risks_that_the_form_has_always_had() {
    let ann = user("ann", "AKIAANN");
    for (call, risk) in [
        ("cloudtrail:UpdateTrail", 90),
        ("ec2:CreateKeyPair", 80),
        ("ec2:StartInstances", 60),
        ("ec2:StopInstances", 60),
        ("iam:CreateUser", 70),
        ("iam:AddUserToGroup", 50),
        ("iam:CreateRole", 65),
        ("s3:DeleteBucket", 85),
        ("s3:GetObject", 70),
        ("s3:PutObject", 65),
        ("logs:PutMetricFilter", 60),
        ("monitoring:DeleteAlarms", 75),
        ("nosuch:Whatever", 10),
    ] {
        let inv = investigation(&[record("01:00:00", call, &ann, json!({}))]);
        let row = inv.table.row(0).unwrap();
        assert_eq!(Plain::new(&inv).risk(&row).0, risk, "{call}");
    }
}

/// Nine users with one event each and a tenth with a hundred: mean 10.9, deviation of the population 29.7, z 3.
fn loud() -> Vec<Value> {
    let mut records: Vec<Value> = (0..9)
        .map(|n| {
            record(&format!("08:0{n}:00"), &format!("s3:Call{n}"), &user(&format!("u{n}"), "AKIA"), json!({}))
        })
        .collect();
    records.extend((0..100).map(|n| {
        record(&format!("09:{:02}:{:02}", n / 60, n % 60), "s3:GetObject", &user("-loud", "AKIAL"), json!({}))
    }));
    records
}

#[test]
fn names_with_far_more_events_are_rows_with_their_z_score() {
    let inv = investigation(&loud());
    let go = AtomicBool::new(false);
    let found = outlier::actors(&inv.table, &go).unwrap();
    let csv = text(|out| outliers::write(out, &found, "actor", Style::default()).unwrap());
    assert_eq!(csv, "actor,count,zscore\r\n\"'-loud\",100,3.0\r\n");
    let found = outlier::actions(&inv.table, &go).unwrap();
    let csv = text(|out| outliers::write(out, &found, "action", Style::default()).unwrap());
    assert_eq!(csv, "action,count,zscore\r\nGetObject,100,3.0\r\n");
    assert_eq!(outliers::note(&found, "f", "action"), None);
}

#[test]
fn with_fewer_than_two_names_the_file_is_empty_and_that_is_said() {
    let inv = investigation(&loud()[9..]);
    let found = outlier::actors(&inv.table, &AtomicBool::new(false)).unwrap();
    let csv = text(|out| outliers::write(out, &found, "actor", Style::default()).unwrap());
    assert_eq!(csv, "actor,count,zscore\r\n");
    let note = outliers::note(&found, "anomalies.csv", "actor").unwrap();
    assert_eq!(note, "anomalies.csv has no rows: there is only 1 actor, and nothing to compare with");
    let none = outlier::Outliers::of([]);
    assert!(outliers::note(&none, "f", "actor").unwrap().contains("no actor"));
}

#[test]
fn the_forest_marks_each_event_and_draws_the_odd_ones_apart() {
    let ann = user("ann", "AKIAANN");
    let records: Vec<Value> = (0..60)
        .map(|n| {
            let out = if n == 30 { 9_000_000_000u64 } else { 100 + n };
            let bytes = json!({"additionalEventData": {"bytesTransferredIn": n, "bytesTransferredOut": out}});
            record(&format!("09:{n:02}:00"), "s3:GetObject", &ann, bytes)
        })
        .collect();
    let inv = investigation(&records);
    let go = AtomicBool::new(false);
    let background = Background::new(&inv.table, &go).unwrap();
    let grown = Isolation::new(&inv.table, &background, Preset::Bytes, Growth::default(), &go).unwrap();
    let csv = text(|out| isolation::write_csv(out, &inv, &grown, Style::default()).unwrap());
    let mut reader = ::csv::Reader::from_reader(csv.as_bytes());
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), isolation::COLUMNS);
    let rows: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 60);
    let marks: Vec<&str> = rows.iter().map(|row| row.get(10).unwrap()).collect();
    assert_eq!(marks[30], "Anomaly");
    // A twentieth of sixty is three.
    assert_eq!(marks.iter().filter(|m| **m == "Anomaly").count(), 3);
    assert!(marks.iter().all(|m| ["Anomaly", "Normal"].contains(m)));
    assert_eq!((rows[30].get(7), rows[30].get(8)), (Some("30"), Some("9000000000")));
    let json = text(|out| isolation::write_json(out, &inv, &grown).unwrap());
    let lines: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (line, row) in lines.iter().zip(&rows) {
        assert_eq!(line["anomaly"].as_str(), row.get(10));
        assert_eq!(line["additionalEventData.bytesTransferredOut"].to_string(), row.get(8).unwrap());
        assert_eq!(line["technique_id"].as_str().unwrap_or_default(), row.get(13).unwrap());
        assert_eq!(line["eventID"].as_str(), row.get(14));
    }
    let crate::report::paper::Marks::Scatter { normal, odd, .. } = isolation::plot(&inv, &grown).marks else {
        panic!("points");
    };
    assert_eq!((normal.len(), odd.len()), (57, 3));
    assert!(odd.contains(&(30.0, 9e9)));
}
