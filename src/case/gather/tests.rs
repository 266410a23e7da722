use serde_json::{Value, json};

use super::*;
use crate::case::tests::{loaded, stop_logging};

fn event(n: usize, change: &Value) -> Value {
    let mut record = stop_logging(n);
    for (key, value) in change.as_object().unwrap() {
        record[key] = value.clone();
    }
    record
}

fn gathered_of(inv: &Investigation) -> Vec<(Kind, String, bool)> {
    let rows: Vec<Row<'_>> = inv.table.rows().collect();
    indicators(&rows).into_iter().map(|i| (i.kind, i.value, i.private)).collect()
}

#[test]
fn a_finding_tells_of_its_event_without_the_log() {
    let inv =
        loaded(&[event(1, &json!({})), event(2, &json!({"eventName": "DescribeTrails", "readOnly": true}))]);
    let found = finding(&inv, &[0, 1]).unwrap().finding;
    let telling = inv.table.find_id(&found.event).and_then(|row| inv.table.row(row)).unwrap();
    assert_eq!(telling.event(), "StopLogging", "the riskiest event tells it");
    assert_eq!((found.actor.as_str(), found.account.as_str()), ("mallory", "111122223333"));
    assert_eq!((found.score, found.events.len()), (telling.risk(), 2));
    let worst = best(inv.rules_of(&telling)).unwrap();
    assert_eq!((&found.rule, &found.title), (&worst.id, &worst.title));
    let calm = finding(&inv, &[1]).unwrap().finding;
    assert_eq!((calm.rule.as_str(), calm.title.as_str()), ("", "DescribeTrails by mallory"));
    assert!(!found.reasons.is_empty() && !found.techniques.is_empty(), "{found:?}");
    assert_eq!(
        (found.first.to_string(), found.last.to_string()),
        ("2026-03-02T09:01:00Z".into(), "2026-03-02T09:02:00Z".into())
    );
    assert_eq!(finding(&inv, &[]), None);
    assert_eq!(finding(&inv, &[99]), None);
}

#[test]
fn what_an_attacker_used_is_gathered() {
    let inv = loaded(&[event(1, &json!({"sourceIPAddress": "203.0.113.9", "userAgent": "Evil/1"}))]);
    let all = gathered_of(&inv);
    for expected in [
        (Kind::Ip, "203.0.113.9", false),
        (Kind::UserAgent, "Evil/1", false),
        (Kind::AccessKey, "AKIAMALLORY", false),
        (Kind::Arn, "arn:aws:iam::111122223333:user/mallory", false),
    ] {
        assert!(all.contains(&(expected.0, expected.1.to_owned(), expected.2)), "{expected:?}: {all:?}");
    }
    assert!(
        !all.iter().any(|(kind, ..)| *kind == Kind::Account),
        "one's own account is no indicator: {all:?}"
    );
}

#[test]
fn private_addresses_are_marked_and_services_are_left_out() {
    let inv = loaded(&[event(1, &json!({"sourceIPAddress": "10.0.0.7"}))]);
    assert!(gathered_of(&inv).contains(&(Kind::Ip, "10.0.0.7".to_owned(), true)));
    let service = json!({"userIdentity": {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"},
        "sourceIPAddress": "ec2.amazonaws.com", "userAgent": "ec2.amazonaws.com"});
    assert_eq!(gathered_of(&loaded(&[event(1, &service)])), []);
    let through = json!({"sourceIPAddress": "cloudformation.amazonaws.com", "userAgent": "cloudformation.amazonaws.com"});
    let kinds: Vec<Kind> = gathered_of(&loaded(&[event(1, &through)])).into_iter().map(|i| i.0).collect();
    assert_eq!(
        kinds,
        [Kind::AccessKey, Kind::Arn],
        "what somebody does through a service is his, but not the address"
    );
}

#[test]
fn foreign_accounts_buckets_hosts_and_handed_out_keys_are_gathered() {
    let foreign = json!({"recipientAccountId": "444455556666", "eventSource": "s3.amazonaws.com", "eventName": "GetObject",
        "sourceIPAddress": "vpn.example.com", "requestParameters": {"bucketName": "payroll"}});
    let all = gathered_of(&loaded(&[event(1, &foreign)]));
    for expected in
        [(Kind::Account, "111122223333"), (Kind::Bucket, "payroll"), (Kind::Domain, "vpn.example.com")]
    {
        assert!(all.iter().any(|i| (i.0, i.1.as_str()) == expected), "{expected:?}: {all:?}");
    }
    let handed = json!({"eventSource": "sts.amazonaws.com", "eventName": "GetSessionToken",
        "responseElements": {"credentials": {"accessKeyId": "ASIAHANDED"}}});
    assert!(gathered_of(&loaded(&[event(1, &handed)])).iter().any(|i| i.1 == "ASIAHANDED"));
}

#[test]
fn rules_at_or_above_a_level_open_a_finding_for_each_burst() {
    let mut records: Vec<Value> = (1..4).map(stop_logging).collect();
    // An hour later it is another burst.
    records.push(event(5, &json!({"eventTime": "2026-03-02T10:30:00Z"})));
    let inv = loaded(&records);
    let all = by_rules(&inv, Level::High);
    assert!(!all.is_empty() && all.iter().all(|of| of.level >= Level::High), "{all:?}");
    assert!(all.is_sorted_by_key(|of| std::cmp::Reverse(of.level)));
    let of = &all[0];
    let events: Vec<usize> = of.findings.iter().map(|f| f.finding.events.len()).collect();
    assert_eq!((events, of.left_out), (vec![3, 1], 0));
    assert!(of.findings.iter().all(|f| f.finding.rule == of.rule && !f.indicators.is_empty()));
    assert!(by_rules(&inv, Level::Info).len() >= all.len());
}
