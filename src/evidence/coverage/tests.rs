use serde_json::{Value, json};

use super::*;
use crate::ingest::worker::Options;
use crate::investigation::{Judgment, load};
use crate::source::{Object, Place};

/// An event in that hour of March 2026.
fn event(n: usize, hour: i64, account: &str, region: &str) -> Value {
    let time = Time::from_civil(2026, 3, 1, 0, 30, 0).plus_millis(hour * HOUR_MS);
    json!({
        "eventID": format!("00000000-0000-4000-8000-{n:012}"), "eventTime": time.to_string(),
        "eventSource": "ec2.amazonaws.com", "eventName": "DescribeInstances", "awsRegion": region,
        "sourceIPAddress": "10.0.0.7", "recipientAccountId": account, "eventType": "AwsApiCall",
        "userIdentity": {"type": "IAMUser", "userName": "alice", "accountId": "777788889999"},
    })
}

fn covered(records: &[Value]) -> Coverage {
    let bytes = json!({ "Records": records }).to_string().into_bytes();
    let object = Object { name: "a.json".to_owned(), place: Place::Memory(bytes.into()), found: false };
    let listing = Box::new(std::iter::once(Ok(object)));
    Coverage::new(&load(listing, Options::default(), Judgment::shipped(), Default::default(), &|_| {}))
}

/// So many events an hour in each of these hours.
fn steady(account: &str, region: &str, hours: impl Iterator<Item = i64>, each: usize) -> Vec<Value> {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    hours
        .flat_map(|hour| {
            (0..each).map(move |_| event(NEXT.fetch_add(1, Ordering::Relaxed), hour, account, region))
        })
        .collect()
}

const A: &str = "111122223333";
const B: &str = "444455556666";

fn told(coverage: &Coverage) -> Vec<(String, u64, bool)> {
    coverage
        .gaps
        .iter()
        .map(|g| (format!("{} {} {}", g.account, g.region, g.from), g.hours, g.open))
        .collect()
}

#[test]
fn each_account_and_region_has_its_hours() {
    let mut records = steady(A, "eu-west-1", 0..3, 2);
    records.extend(steady(A, "us-east-1", 1..2, 1));
    records.extend(steady(B, "eu-west-1", 2..3, 1));
    let mut strange = event(9000, 0, A, "eu-west-1");
    strange["eventTime"] = json!("no time");
    records.push(strange);
    let mut no_recipient = event(9001, 0, A, "eu-west-1");
    no_recipient.as_object_mut().unwrap().remove("recipientAccountId");
    records.push(no_recipient);
    let coverage = covered(&records);
    let start = Time::from_civil(2026, 3, 1, 0, 0, 0).raw() / HOUR_MS;
    assert_eq!(coverage.hours, (start, start + 3));
    let lanes: Vec<(&str, &str, u64, usize, u64)> = coverage
        .lanes
        .iter()
        .map(|l| (l.account.as_str(), l.region.as_str(), l.events, l.hours.len(), l.without_time))
        .collect();
    assert_eq!(
        lanes,
        [
            (A, "eu-west-1", 7, 3, 1),
            (A, "us-east-1", 1, 1, 0),
            (B, "eu-west-1", 1, 1, 0),
            ("777788889999", "eu-west-1", 1, 1, 0)
        ]
    );
    assert_eq!(coverage.lanes[0].hours[0], (start, 2));
    assert_eq!(covered(&[]), Coverage { hours: (0, 0), lanes: vec![], gaps: vec![], switches: vec![] });
}

#[test]
fn a_hole_in_a_busy_region_is_a_gap_and_says_what_went_on_elsewhere() {
    let hours = |hole: std::ops::Range<i64>| (0..72).filter(move |h| !hole.contains(h));
    let mut records = steady(A, "eu-west-1", hours(40..44), 3);
    records.extend(steady(A, "us-east-1", 0..72, 1));
    records.extend(steady(B, "eu-west-1", 41..43, 1));
    let coverage = covered(&records);
    assert_eq!(told(&coverage).first(), Some(&(format!("{A} eu-west-1 2026-03-02T16:00:00Z"), 4, false)));
    let gap = &coverage.gaps[0];
    assert_eq!(
        (gap.to.to_string().as_str(), gap.elsewhere, gap.in_other_accounts),
        ("2026-03-02T20:00:00Z", 4, 2)
    );
    assert!((8.0..=12.0).contains(&gap.expected), "{}", gap.expected);
}

#[test]
fn the_day_of_a_gap_is_none_of_the_days_that_it_is_held_against() {
    for (each, expected) in [(1, 4.0), (10, 40.0)] {
        let records = steady(A, "eu-west-1", (0..72).filter(|hour| !(29..33).contains(hour)), each);
        let coverage = covered(&records);
        assert_eq!(told(&coverage), [(format!("{A} eu-west-1 2026-03-02T05:00:00Z"), 4, false)]);
        assert!((coverage.gaps[0].expected - expected).abs() < 0.01, "{}", coverage.gaps[0].expected);
    }
    // Within a day and a half the other hours are the measure, unless nearly all is missing.
    let records = steady(A, "eu-west-1", (0..36).filter(|hour| !(20..24).contains(hour)), 10);
    assert!((covered(&records).gaps[0].expected - 40.0).abs() < 0.01);
    assert_eq!(told(&covered(&steady(A, "eu-west-1", [0, 39].into_iter(), 1))), []);
}

#[test]
fn quiet_nights_and_rare_regions_are_no_gaps() {
    let office = (0..24 * 7).filter(|hour| (8..18).contains(&(hour % 24)));
    let mut records = steady(A, "eu-west-1", office, 5);
    records.extend(steady(A, "ap-south-1", (0..168).step_by(50), 1));
    records.extend(steady(A, "us-east-1", 0..168, 1));
    assert_eq!(told(&covered(&records)), []);
}

#[test]
fn what_ends_before_the_log_does_is_an_open_gap() {
    let mut records = steady(A, "eu-west-1", 0..50, 2);
    records.extend(steady(A, "us-east-1", 0..72, 2));
    assert_eq!(told(&covered(&records)), [(format!("{A} eu-west-1 2026-03-03T02:00:00Z"), 22, true)]);
    // A region that was only begun later was not missing before.
    let mut records = steady(A, "eu-west-1", 50..72, 2);
    records.extend(steady(A, "us-east-1", 0..72, 2));
    assert_eq!(told(&covered(&records)), []);
}

#[test]
fn times_that_lie_far_apart_cost_nothing() {
    let mut records = steady(A, "eu-west-1", 0..2, 1);
    let mut old = event(9002, 0, A, "eu-west-1");
    old["eventTime"] = json!("1970-01-01T00:00:00Z");
    let mut late = event(9003, 0, A, "eu-west-1");
    late["eventTime"] = json!("9999-12-31T23:59:59Z");
    records.extend([old, late]);
    let coverage = covered(&records);
    assert_eq!(coverage.lanes[0].hours.len(), 4);
    assert!(coverage.gaps.len() <= 4);
}

#[test]
fn whoever_switched_logging_is_told_in_order_of_time() {
    let mut records = Vec::new();
    for (n, hour, source, name, error) in [
        (1, 5, "cloudtrail.amazonaws.com", "StartLogging", None),
        (2, 1, "cloudtrail.amazonaws.com", "StopLogging", None),
        (3, 2, "cloudtrail.amazonaws.com", "DeleteTrail", Some("AccessDenied")),
        (4, 3, "cloudtrail.amazonaws.com", "DescribeTrails", None),
        (5, 3, "kinesis.amazonaws.com", "StopLogging", None),
        (6, 4, "cloudtrail.amazonaws.com", "PutEventSelectors", None),
    ] {
        let mut record = event(n, hour, A, "eu-west-1");
        record["eventSource"] = source.into();
        record["eventName"] = name.into();
        record["requestParameters"] = json!({"name": "main"});
        if let Some(error) = error {
            record["errorCode"] = error.into();
        }
        records.push(record);
    }
    let switches = covered(&records).switches;
    let told: Vec<(&str, Effect, bool)> =
        switches.iter().map(|s| (s.event.as_str(), s.effect, s.done)).collect();
    assert_eq!(
        told,
        [
            ("StopLogging", Effect::Off, true),
            ("DeleteTrail", Effect::Off, false),
            ("PutEventSelectors", Effect::Changed, true),
            ("StartLogging", Effect::On, true),
        ]
    );
    assert_eq!(
        (switches[0].target.as_str(), switches[0].account.as_str(), switches[0].actor.as_str()),
        ("main", A, "alice")
    );
}
