use serde_json::{Value, json};

use super::*;
use crate::case::tests::loaded;

fn record(n: usize, change: &Value) -> Value {
    let mut record = json!({
        "eventID": format!("00000000-0000-4000-8000-{n:012}"), "eventVersion": "1.08",
        "eventTime": format!("2026-03-02T09:{n:02}:00Z"), "eventSource": "ec2.amazonaws.com",
        "eventName": "DescribeInstances", "awsRegion": "eu-west-1", "sourceIPAddress": "10.0.0.7",
        "userAgent": "aws-cli/2.15.0", "recipientAccountId": "111122223333", "eventType": "AwsApiCall",
        "userIdentity": {"type": "IAMUser", "userName": "alice", "accountId": "111122223333",
            "arn": "arn:aws:iam::111122223333:user/alice", "accessKeyId": "AKIAALICE", "principalId": "AIDAALICE"},
    });
    for (key, value) in change.as_object().unwrap() {
        record[key] = value.clone();
    }
    record
}

fn story() -> Investigation {
    let role = json!({"type": "AssumedRole", "principalId": "AROAX:work", "accountId": "444455556666",
        "arn": "arn:aws:sts::444455556666:assumed-role/Admin/work", "accessKeyId": "ASIAWORK",
        "sessionContext": {"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::444455556666:role/Admin", "userName": "Admin"}}});
    loaded(&[
        record(0, &json!({})),
        record(1, &json!({"sourceIPAddress": "203.0.113.7", "userAgent": "Evil/1.0"})),
        record(2, &json!({"sourceIPAddress": "203.0.113.9", "userIdentity": role})),
        record(3, &json!({"sourceIPAddress": "vpn.evil.example.com"})),
        record(
            4,
            &json!({"eventSource": "s3.amazonaws.com", "eventName": "GetObject", "requestParameters": {"bucketName": "payroll"}}),
        ),
        record(
            5,
            &json!({"eventSource": "ec2.amazonaws.com", "requestParameters": {"bucketName": "payroll"}}),
        ),
        record(
            6,
            &json!({"eventSource": "sts.amazonaws.com", "eventName": "AssumeRole",
            "requestParameters": {"roleArn": "arn:aws:iam::444455556666:role/Admin"},
            "responseElements": {"credentials": {"accessKeyId": "ASIAHANDED"}}}),
        ),
        record(7, &json!({"sourceIPAddress": "2001:db8::9"})),
    ])
}

#[test]
fn every_kind_is_seen_where_it_stands_and_nowhere_else() {
    let inv = story();
    for (kind, value, rows) in [
        (Kind::Ip, "203.0.113.7", vec![1]),
        (Kind::Ip, "203.0.113.0/24", vec![1, 2]),
        (Kind::Ip, "2001:db8::/32", vec![7]),
        (Kind::Ip, "2001:0db8::0009", vec![7]),
        (Kind::Ip, "0.0.0.0/0", vec![0, 1, 2, 4, 5, 6]),
        (Kind::Domain, "evil.example.com", vec![3]),
        (Kind::Domain, "VPN.evil.example.com", vec![3]),
        (Kind::Domain, "l.example.com", vec![]),
        (Kind::UserAgent, "evil/1.0", vec![1]),
        (Kind::UserAgent, "Evil", vec![]),
        (Kind::AccessKey, "ASIAWORK", vec![2]),
        (Kind::AccessKey, "ASIAHANDED", vec![6]),
        (Kind::Arn, "arn:aws:iam::444455556666:role/Admin", vec![2, 6]),
        (Kind::Arn, "arn:aws:iam::111122223333:user/alice", vec![0, 1, 3, 4, 5, 6, 7]),
        (Kind::Account, "444455556666", vec![2]),
        (Kind::Bucket, "payroll", vec![4]),
        (Kind::Session, "work", vec![2]),
        (Kind::Session, "", vec![]),
        (Kind::Session, "nobody", vec![]),
    ] {
        let found = matches(&inv, std::iter::once((kind, value)));
        assert_eq!(found.rows.rows(&inv.table).collect::<Vec<u32>>(), rows, "{} {value}", kind.name());
        assert_eq!(found.seen[0].events, rows.len() as u64, "{} {value}", kind.name());
    }
}

#[test]
fn each_indicator_knows_its_own_events_first_and_last() {
    let inv = story();
    let wanted = [
        (Kind::Ip, "203.0.113.7"),
        (Kind::Ip, "203.0.113.0/24"),
        (Kind::Ip, "203.0.113.7"),
        (Kind::Bucket, "x"),
    ];
    let found = matches(&inv, wanted.into_iter());
    let seen: Vec<(u64, String, String)> =
        found.seen.iter().map(|s| (s.events, s.first.to_string(), s.last.to_string())).collect();
    let at = |minute: u32| format!("2026-03-02T09:{minute:02}:00Z");
    assert_eq!(seen[0], (1, at(1), at(1)));
    assert_eq!(seen[1], (2, at(1), at(2)));
    assert_eq!(seen[2], seen[0], "an indicator that is given twice is seen twice");
    assert_eq!(found.seen[3], Sight::default());
}

#[test]
fn the_query_of_an_indicator_finds_its_events() {
    let inv = story();
    for (kind, value, rows) in [
        (Kind::Ip, "203.0.113.7", 1),
        (Kind::Ip, "203.0.113.0/24", 2),
        (Kind::Domain, "vpn.evil.example.com", 1),
        (Kind::UserAgent, "Evil/1.0", 1),
        (Kind::AccessKey, "ASIAWORK", 1),
        (Kind::Arn, "arn:aws:iam::111122223333:user/alice", 7),
        (Kind::Account, "111122223333", 8),
        (Kind::Session, "work", 1),
    ] {
        let query = query(kind, value).unwrap();
        let node = crate::query::plan::plan(query.expr(), &inv);
        assert!(!node.needs_raw());
        assert_eq!(run::columns(&node, &inv.table).yes.count(), rows, "{query}");
    }
}
