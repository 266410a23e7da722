//! Rules on several events, and what is new, over whole loads.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::detect::again;
use crate::detect::attack::Attack;
use crate::detect::sigma::item::Placeholders;
use crate::ingest::worker::Options;
use crate::investigation::{Judgment, load};
use crate::query::run::Reading;
use crate::source::{Object, Place as Source};

const BASES: &str = "
title: failed
name: failed
level: high
detection: {s: {eventName: ConsoleLogin, responseElements.ConsoleLogin: Failure}, condition: s}
---
title: worked
name: worked
detection: {s: {eventName: ConsoleLogin, responseElements.ConsoleLogin: Success}, condition: s}
---
";

fn investigation(rules: &str, events: &[Value]) -> Investigation {
    let files = vec![("r.yml".to_owned(), format!("{BASES}{rules}"))];
    let rules = Rules::read(&files, &Placeholders::new(), &[], &Attack::shipped());
    assert_eq!(rules.faults(), []);
    let records: Vec<Value> = events
        .iter()
        .enumerate()
        .map(|(n, event)| {
            let mut record = json!({
                "eventVersion": "1.10", "eventName": "ConsoleLogin", "eventSource": "signin.amazonaws.com",
                "eventTime": "2026-03-02T09:00:00Z", "eventID": format!("e{n}"),
            });
            for (key, value) in event.as_object().unwrap() {
                record[key] = value.clone();
            }
            record
        })
        .collect();
    let text = json!({ "Records": records }).to_string();
    let object =
        Object { name: "t".to_owned(), place: Source::Memory(text.into_bytes().into()), found: true };
    let judgment = Judgment { rules: Arc::new(rules), ..Judgment::shipped() };
    load(Box::new(std::iter::once(Ok(object))), Options::default(), judgment, Arc::default(), &|_| {})
}

fn login(minute: u32, user: &str, ip: &str, worked: bool) -> Value {
    let answer = if worked { "Success" } else { "Failure" };
    json!({"eventTime": format!("2026-03-02T09:{minute:02}:00Z"), "userIdentity": {"type": "IAMUser", "userName": user},
           "sourceIPAddress": ip, "responseElements": {"ConsoleLogin": answer}})
}

/// The ids of the shown rules that each event hit, in order of time.
fn shown(inv: &Investigation) -> Vec<Vec<&str>> {
    inv.table.rows().map(|row| inv.rules_of(&row).map(|rule| rule.id.as_str()).collect()).collect()
}

#[test]
fn what_follows_upon_failures_is_found_by_group() {
    let rules = "
title: guessed
id: guessed
level: critical
correlation: {type: temporal_ordered, rules: [many, worked], group-by: [sourceIPAddress], timespan: 30m}
---
title: many
name: many
id: many
correlation: {type: event_count, rules: [failed], group-by: [sourceIPAddress], timespan: 10m, condition: {gte: 3}}
";
    let events = [
        login(0, "ann", "203.0.113.7", false),
        login(1, "bob", "203.0.113.7", false),
        login(2, "eve", "203.0.113.7", false),
        login(5, "eve", "203.0.113.7", true),
        login(6, "kim", "198.51.100.1", true),
    ];
    let inv = investigation(rules, &events);
    let hits = shown(&inv);
    assert_eq!(hits[3], ["guessed"]);
    assert!(hits[4].is_empty(), "another address");
    assert!(hits[0].is_empty() || hits[0] == ["guessed"], "what only serves is not shown: {hits:?}");
    let many = inv.compared.findings.iter().find(|f| f.rows.len() == 3).unwrap();
    assert_eq!((many.group.as_slice(), many.value), (&["203.0.113.7".to_owned()][..], 3.0));
    // A hit that depends on other events ranks an event and gives it no points.
    assert!(inv.table.row(3).unwrap().risk() < 90);
}

#[test]
fn different_values_are_counted_and_events_without_a_group_are_left_out() {
    let rules = "
title: spray
id: spray
correlation: {type: value_count, rules: [failed], group-by: [sourceIPAddress], timespan: 1h, condition: {field: userIdentity.userName, gte: 3}, generate: true}
";
    let mut nowhere = login(1, "dan", "x", false);
    nowhere.as_object_mut().unwrap().remove("sourceIPAddress");
    let ip = "203.0.113.7";
    let three = [
        login(0, "ann", ip, false),
        nowhere,
        login(2, "ann", ip, false),
        login(3, "bob", ip, false),
        login(4, "eve", ip, false),
    ];
    let inv = investigation(rules, &three);
    let hits = shown(&inv);
    assert_eq!(hits[0], ["failed", "spray"], "the rule reports by itself as well");
    assert_eq!(hits[1], ["failed"]);
    assert_eq!(hits[4], ["failed", "spray"]);
    assert!(shown(&investigation(rules, &three[..4])).iter().all(|hits| !hits.contains(&"spray")));
}

#[test]
fn numbers_in_records_are_summed() {
    let rules = "
title: much
id: much
correlation: {type: value_sum, rules: [read], group-by: [userIdentity.userName, requestParameters.bucketName], timespan: 1h, condition: {field: additionalEventData.bytesTransferredOut, gt: 100}}
---
title: read
name: read
detection: {s: {eventName: GetObject}, condition: s}
";
    let read = |minute: u32, bucket: &str, bytes: u32| {
        json!({"eventTime": format!("2026-03-02T09:{minute:02}:00Z"), "eventName": "GetObject", "eventSource": "s3.amazonaws.com",
               "userIdentity": {"type": "IAMUser", "userName": "ann"}, "requestParameters": {"bucketName": bucket},
               "additionalEventData": {"bytesTransferredOut": bytes}})
    };
    let inv = investigation(rules, &[read(0, "a", 60), read(1, "b", 60), read(2, "a", 50)]);
    assert_eq!(shown(&inv), [vec!["much"], vec![], vec!["much"]]);
    assert_eq!(inv.compared.findings[0].group, ["ann", "a"]);
}

#[test]
fn what_is_new_is_told_and_what_has_no_baseline_is_counted() {
    let rules = "
title: new region
id: new
detection: {s: {eventName: RunInstances}, condition: s}
first_seen: {key: [userIdentity.userName], dimension: [awsRegion], within: 7d, min_history: 1h}
";
    let run = |hour: u32, user: &str, name: &str, region: &str| {
        json!({"eventTime": format!("2026-03-02T{hour:02}:00:00Z"), "eventName": name, "awsRegion": region,
               "eventSource": "ec2.amazonaws.com", "userIdentity": {"type": "IAMUser", "userName": user}})
    };
    let inv = investigation(
        rules,
        &[
            run(1, "ann", "DescribeInstances", "eu-west-1"),
            run(2, "eve", "RunInstances", "us-east-1"),
            run(3, "ann", "RunInstances", "eu-west-1"),
            run(4, "ann", "RunInstances", "eu-west-1"),
            run(5, "ann", "RunInstances", "ap-south-1"),
        ],
    );
    assert_eq!(shown(&inv), [vec![], vec![], vec!["new"], vec![], vec!["new"]]);
    let rule = inv.judgment.rules.find("new").unwrap() as u32;
    assert_eq!(inv.compared.no_baseline, [(rule, 1)]);
    let again = again::hits(&inv, &inv.judgment.rules, rule, &Reading::default()).unwrap();
    assert_eq!((again.rows.as_slice(), again.untold, again.together), (&[2, 4][..], 1, None));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn groups_that_cannot_come_to_enough_are_left_out_and_no_other(
        events in prop::collection::vec((0..60u32, 0..4usize, 0..4usize), 0..40),
        least in 1..5u32,
        kind in prop::sample::select(vec![
            "event_count, condition: {gt: N}",
            "value_count, condition: {field: sourceIPAddress, gte: N}",
            "temporal",
            "temporal_ordered",
            "temporal, condition: 'failed and (worked or failed)'",
        ]),
    ) {
        let rules = format!(
            "\ntitle: many\nid: many\ncorrelation: {{type: {}, rules: [failed, worked], group-by: [userIdentity.userName], timespan: 10m}}\n",
            kind.replace('N', &least.to_string()),
        );
        let name = |n: usize| ["ann", "bob", "eve", ""][n];
        let events: Vec<Value> = events
            .into_iter()
            .map(|(minute, user, ip)| login(minute, name(user), ["203.0.113.7", "198.51.100.1", "192.0.2.9", ""][ip], ip % 2 == 0))
            .collect();
        let inv = investigation(&rules, &events);
        let captures = Captures::default();
        let set = inv.judgment.rules.set();
        let rows = rows_of_rules(&inv, &inv.judgment.rules);
        let run = Run {
            inv: &inv, rules: &inv.judgment.rules, fields: Fields::new(&inv, &captures, inv.judgment.rules.needs()),
            rows: Vec::new(), histories: HashMap::new(), compared: Compared::default(),
        };
        let correlation = &set.correlations[0];
        let sieved = sieve::hits(&run.fields, &inv.table, correlation, &rows).unwrap();
        let all = run.all_hits(correlation, &rows);
        prop_assert!(sieved.len() <= all.len());
        let told = |hits: Vec<Hit>| {
            let mut told: Vec<_> = correlate(correlation, hits).into_iter().map(|m| (m.rows, m.held, m.value)).collect();
            told.sort_by(|a, b| a.0.cmp(&b.0));
            told
        };
        prop_assert_eq!(told(sieved), told(all));
    }
}
