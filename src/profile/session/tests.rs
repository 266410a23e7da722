use serde_json::{Value, json};

use super::*;
use crate::profile::sample::{HOME, investigation, record, role, user};

fn sessions(records: &[Value]) -> (crate::investigation::Investigation, Sessions) {
    let inv = investigation(records);
    let found = Sessions::new(&inv.table, &AtomicBool::new(false)).unwrap();
    (inv, found)
}

/// The names of all sessions with their numbers of events.
fn names(records: &[Value]) -> Vec<(String, u32)> {
    let (inv, found) = sessions(records);
    (0..found.len() as u32).map(|n| (found.id(inv.table.dicts(), n), found.get(n).unwrap().events)).collect()
}

fn with(mut identity: Value, path: &str, value: Value) -> Value {
    let (parent, leaf) = path.rsplit_once('/').unwrap();
    identity.pointer_mut(parent).unwrap()[leaf] = value;
    identity
}

#[test]
fn a_console_session_is_one_however_many_keys_it_has() {
    let by = |key: &str| role(HOME, "Admin", "ann", key, "09:00:00");
    let console = || json!({"sessionCredentialFromConsole": "true"});
    let found = names(&[
        record("09:00:01", "ec2:DescribeInstances", &by("ASIA1"), console()),
        record("09:00:02", "ec2:DescribeVpcs", &by("ASIA2"), console()),
        // Not every event of it says so.
        record("09:00:03", "iam:ListUsers", &by("ASIA3"), json!({})),
        record("09:00:04", "iam:ListRoles", &by(""), json!({})),
    ]);
    assert_eq!(found, [("AROAAdmin:ann@2026-01-10T09:00:00Z".to_owned(), 4)]);
}

#[test]
fn temporary_keys_are_sessions_and_others_end_where_nothing_happens() {
    let temporary = role(HOME, "ci", "build", "ASIA1", "08:00:00");
    let lasting = user("bob", "AKIA1");
    let found = names(&[
        record("09:00:00", "s3:GetObject", &temporary, json!({})),
        record("09:01:00", "s3:GetObject", &lasting, json!({})),
        record("09:31:00", "s3:GetObject", &lasting, json!({})),
        record("10:01:01", "s3:GetObject", &lasting, json!({})),
        record("11:59:00", "s3:GetObject", &temporary, json!({})),
    ]);
    assert_eq!(
        found,
        [
            ("ASIA1".to_owned(), 2),
            ("AKIA1@2026-01-10T09:01:00Z".to_owned(), 2),
            ("AKIA1@2026-01-10T10:01:01Z".to_owned(), 1)
        ]
    );
}

#[test]
fn events_are_found_by_session_where_sessions_run_side_by_side() {
    let keys = ["ASIA0", "ASIA1", "ASIA2"].map(|key| role(HOME, "ci", key, key, "08:00:00"));
    let order = [1, 0, 1, 2, 0, 1, 2];
    let records: Vec<Value> = order
        .iter()
        .zip(0..)
        .map(|(k, n)| record(&format!("09:0{n}:00"), "s3:GetObject", &keys[*k], json!({})))
        .collect();
    let (_, found) = sessions(&records);
    // Sessions are numbered by their first events.
    assert_eq!([0, 1, 2].map(|number| found.rows(number)), [vec![0, 2, 5], vec![1, 4], vec![3, 6]]);
    assert_eq!(found.rows_of([2, 7, 0]), [(0, 2), (2, 2), (3, 0), (5, 2), (6, 0)]);
    assert_eq!(found.rows_of([]), []);
}

#[test]
fn a_sign_in_holds_all_of_its_keys_even_where_a_service_leaves_it_out() {
    let arn = "arn:aws:signin:us-east-1:111122223333:session/abc";
    let signed = |key: &str| {
        with(role(HOME, "Admin", "ann", key, "09:00:00"), "/sessionContext/signInSessionArn", arn.into())
    };
    let records = [
        record("09:00:01", "iam:ListUsers", &signed("ASIA1"), json!({})),
        record("09:00:02", "iam:ListRoles", &signed("ASIA2"), json!({})),
        record("09:00:03", "s3:ListBuckets", &role(HOME, "Admin", "ann", "ASIA2", "09:00:00"), json!({})),
    ];
    assert_eq!(names(&records), [(arn.to_owned(), 3)]);
    let (inv, found) = sessions(&records);
    for name in [arn, "ASIA2", "AROAAdmin:ann@2026-01-10T09:00:00Z"] {
        assert_eq!(found.find(&inv.table, name), [0], "{name}");
    }
    assert!(found.find(&inv.table, "AROAAdmin:ann@2026-01-10T09:00:01Z").is_empty());
}

#[test]
fn rows_that_are_not_there_have_no_session_even_where_all_have_the_same() {
    let ann = json!({"type": "IAMUser", "principalId": "AIDAANN", "accountId": HOME, "accessKeyId": "AKIAANN",
                     "arn": format!("arn:aws:iam::{HOME}:user/ann"), "userName": "ann"});
    let records = ["09:00:00", "09:00:01"].map(|time| record(time, "iam:GetUser", &ann, json!({})));
    let (_, found) = sessions(&records);
    assert_eq!((found.of_row(1), found.of_row(2), found.of_row(99)), (Some(0), None, None));
}

#[test]
fn root_has_windows_and_services_have_no_session() {
    let root = json!({"type": "Root", "principalId": HOME, "accountId": HOME, "arn": format!("arn:aws:iam::{HOME}:root")});
    let service = json!({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"});
    let (inv, found) = sessions(&[
        record("09:00:00", "signin:ConsoleLogin", &root, json!({})),
        record("09:00:01", "sts:AssumeRole", &service, json!({})),
        record("09:00:02", "kms:Decrypt", &Value::Null, json!({})),
    ]);
    assert_eq!(found.len(), 1);
    assert_eq!(found.id(inv.table.dicts(), 0), format!("{HOME}@2026-01-10T09:00:00Z"));
    assert_eq!(
        (found.of_row(0), found.of_row(1), found.of_row(2), found.of_row(99)),
        (Some(0), None, None, None)
    );
}

#[test]
fn a_session_is_found_by_its_name_its_key_or_one_of_its_events() {
    let lasting = user("bob", "AKIA1");
    let console = json!({"sessionCredentialFromConsole": "true"});
    let (inv, found) = sessions(&[
        record("09:00:00", "s3:GetObject", &lasting, json!({})),
        record("10:00:00", "s3:PutObject", &lasting, json!({"errorCode": "AccessDenied"})),
        record(
            "10:00:01",
            "iam:ListUsers",
            &role(HOME, "Admin", "ann@example.com", "ASIA9", "09:00:00"),
            console,
        ),
    ]);
    for (text, expected) in [
        ("AKIA1@2026-01-10T10:00:00Z", &[1][..]),
        ("AKIA1", &[0, 1]),
        ("ASIA9", &[2]),
        ("AROAAdmin:ann@example.com@2026-01-10T09:00:00Z", &[2]),
        ("id-10:00:00-PutObject-111122223333", &[1]),
        ("AKIA2", &[]),
        ("", &[]),
    ] {
        assert_eq!(found.find(&inv.table, text), expected, "{text}");
    }
    assert_eq!((found.rows(0), found.rows(1), found.rows(7)), (vec![0], vec![1], vec![]));
    let second = found.get(1).unwrap();
    assert_eq!((second.writes, second.denied), (1, 1));
}

#[test]
fn finding_sessions_can_be_stopped() {
    let inv = investigation(&[record("09:00:00", "s3:GetObject", &user("bob", "AKIA1"), json!({}))]);
    assert!(Sessions::new(&inv.table, &AtomicBool::new(true)).is_none());
}
