use serde_json::json;

use super::*;
use crate::investigation::Investigation;
use crate::profile::sample::{investigation, record, user};

fn seen(inv: &Investigation) -> FirstSeen {
    FirstSeen::new(&inv.table, &AtomicBool::new(false)).unwrap()
}

/// What is new, as `owner dimension value`.
fn news(inv: &Investigation, baseline: Baseline) -> Vec<String> {
    let seen = seen(inv);
    let dicts = inv.table.dicts();
    seen.news(baseline)
        .map(|f| {
            format!("{} {} {}", seen.owner_name(dicts, f.owner), f.dimension.name(), seen.text(dicts, f))
        })
        .collect()
}

fn log() -> Investigation {
    let (ann, bob) = (user("ann", "AKIAANN"), user("bob", "AKIABOB"));
    investigation(&[
        record("08:00:00", "ec2:DescribeInstances", &ann, json!({})),
        record("08:00:01", "ec2:DescribeVpcs", &ann, json!({"sourceIPAddress": "203.0.113.99"})),
        record("10:00:00", "ec2:DescribeVpcs", &bob, json!({"awsRegion": "eu-west-1"})),
        record(
            "11:00:00",
            "ec2:DescribeVpcs",
            &ann,
            json!({"awsRegion": "eu-west-1", "sourceIPAddress": "198.51.100.1"}),
        ),
        record("11:00:01", "iam:ListUsers", &ann, json!({"awsRegion": "ap-south-1"})),
        record("11:00:02", "s3:GetObject", &ann, json!({"requestParameters": {"bucketName": "payroll"}})),
    ])
}

#[test]
fn what_comes_after_the_baseline_is_new_for_actor_and_account() {
    assert_eq!(
        news(&log(), Baseline::Span(3_600_000)),
        [
            "111122223333 region eu-west-1",
            "ann address 198.51.100.1",
            "111122223333 address 198.51.100.1",
            "ann network 198.51.100.0/24",
            "111122223333 network 198.51.100.0/24",
            "ann region eu-west-1",
            "ann event ListUsers",
            "111122223333 event ListUsers",
            "ann service iam",
            "111122223333 service iam",
            "ann event GetObject",
            "111122223333 event GetObject",
            "ann service s3",
            "111122223333 service s3",
            "ann resource payroll",
            "111122223333 resource payroll",
        ],
        "bob has no history of an hour; iam has no regions; 203.0.113.99 lies in a known network"
    );
}

#[test]
fn the_window_is_chosen_when_asked() {
    let log = log();
    assert!(news(&log, Baseline::Span(24 * 3_600_000)).is_empty(), "nobody is known for a day");
    let before = |hour: i64| Baseline::Before(Time::from_civil(2026, 1, 10, hour, 0, 1));
    assert_eq!(
        news(&log, before(11)),
        [
            "ann event ListUsers",
            "111122223333 event ListUsers",
            "ann service iam",
            "111122223333 service iam",
            "ann event GetObject",
            "111122223333 event GetObject",
            "ann service s3",
            "111122223333 service s3",
            "ann resource payroll",
            "111122223333 resource payroll"
        ]
    );
    let seen = seen(&log);
    let bob = seen.actor_of(log.table.row(2).unwrap().id_of(Column::Identity));
    let ann = seen.actor_of(log.table.row(0).unwrap().id_of(Column::Identity));
    let history = |owner, baseline| seen.history(owner, baseline);
    assert_eq!(history(bob, before(11)), History::Quiet, "bob was there before and did nothing after");
    assert_eq!(history(ann, before(11)), History::Known);
    assert_eq!(history(ann, before(7)), History::NoBaselineYet, "ann came only later");
    assert_eq!(history(bob, Baseline::Span(60_000)), History::NoBaselineYet, "bob has one event");
    assert_eq!(history(ann, Baseline::Span(0)), History::NoBaselineYet);
    assert_eq!((seen.span(ann).events, seen.span(bob).events), (5, 1));
}

#[test]
fn an_assumed_role_is_a_role_and_no_resource() {
    let ann = user("ann", "AKIAANN");
    let role = json!({"requestParameters": {"roleArn": "arn:aws:iam::111122223333:role/Admin"}});
    let log = investigation(&[
        record("08:00:00", "sts:GetCallerIdentity", &ann, json!({})),
        record("10:00:00", "sts:AssumeRole", &ann, role),
    ]);
    let found = news(&log, Baseline::Span(60_000));
    assert!(found.contains(&"ann role arn:aws:iam::111122223333:role/Admin".to_owned()), "{found:?}");
    assert!(!found.iter().any(|f| f.contains("resource")));
}
