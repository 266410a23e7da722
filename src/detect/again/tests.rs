use std::sync::Arc;

use super::*;
use crate::detect::attack::Attack;
use crate::detect::rules::{Files, pack};
use crate::detect::sigma::item::Placeholders;
use crate::ingest::worker::Options;
use crate::investigation::{Judgment, load};
use crate::source::{Object, Place};
use crate::synth;

const OWN: &str = "
title: denied
id: denied
name: denied
level: low
detection: {s: {errorCode|contains: AccessDenied}, condition: s}
---
title: many denied
id: many
level: high
correlation: {type: event_count, rules: [denied], group-by: [awsRegion], timespan: 30d, condition: {gte: 2}}
---
title: buckets
id: buckets
level: medium
correlation: {type: value_count, rules: [touched], group-by: [sourceIPAddress], timespan: 1d, condition: {field: requestParameters.bucketName, gte: 2}}
---
title: touched
id: touched
name: touched
detection: {s: {requestParameters.bucketName|exists: true}, condition: s}
---
title: new name
id: new-name
level: medium
detection: {s: {eventSource: iam.amazonaws.com}, condition: s}
first_seen: {key: [userIdentity.arn], dimension: [eventName], within: 7d, min_history: 1m}
";

fn rules(files: &Files) -> Rules {
    Rules::read(files, &Placeholders::new(), &[], &Attack::shipped())
}

fn judged_by(files: &Files) -> Investigation {
    let objects = synth::demo()
        .files
        .into_iter()
        .step_by(2)
        .take(40)
        .map(|(name, bytes)| Ok(Object { name, place: Place::Memory(bytes.into()), found: true }));
    let judgment = Judgment { rules: Arc::new(rules(files)), ..Judgment::shipped() };
    let listing = Box::new(objects.collect::<Vec<_>>().into_iter());
    load(listing, Options { threads: 1, ..Options::default() }, judgment, Arc::default(), &|_| {})
}

/// What is known of each event by the rules: points, context, burst, ids of the rules.
fn known(inv: &Investigation) -> Vec<(u8, u16, Option<u32>, Vec<String>)> {
    let ids = |row: &crate::store::Row<'_>| inv.rules_of(row).map(|rule| rule.id.clone()).collect();
    inv.table.rows().map(|row| (row.risk(), row.context(), row.burst(), ids(&row))).collect()
}

fn found(inv: &Investigation) -> Vec<(String, Vec<u32>)> {
    let id = |rule: u32| inv.judgment.rules.infos()[rule as usize].id.clone();
    let mut all: Vec<_> = inv.compared.findings.iter().map(|f| (id(f.rule), f.rows.clone())).collect();
    all.sort();
    all
}

#[test]
fn events_judged_anew_are_as_if_they_had_been_loaded_with_those_rules() {
    let own = |text: String| -> Files {
        let mut files = pack();
        files.retain(|(name, _)| !name.contains("discovery"));
        files.push(("own.yml".to_owned(), text));
        files
    };
    let variants = [
        own(OWN.to_owned()),
        own(OWN.replace("condition: {gte: 2}", "condition: {gte: 3}")),
        own(OWN.replace("AccessDenied", "Unauthorized")),
        own(OWN.replace("level: low", "level: critical").replace("1m}", "1h}")),
        pack(),
        Files::new(),
    ];
    let mut inv = judged_by(&variants[0]);
    assert!(found(&inv).iter().any(|(id, _)| id == "many"), "the correlation must find something");
    assert!(found(&inv).iter().any(|(id, _)| id == "buckets"), "and that which reads records");
    assert!(inv.table.rows().any(|row| inv.rules_of(&row).any(|rule| rule.id == "new-name")));
    for files in variants.iter().rev().chain(&variants) {
        inv = inv.judged_by(Arc::new(rules(files)), &Reading::default()).unwrap();
        let loaded = judged_by(files);
        assert!(known(&inv) == known(&loaded));
        assert_eq!(found(&inv), found(&loaded));
        let row = inv.table.rows().max_by_key(crate::store::Row::risk).unwrap();
        assert_eq!(inv.factors(&row), loaded.factors(&loaded.table.row(row.number()).unwrap()));
    }
}

#[test]
fn what_stays_as_it_was_is_not_run_again() {
    let files: Files = vec![("own.yml".to_owned(), OWN.to_owned())];
    let changed: Files =
        vec![("own.yml".to_owned(), OWN.replace("condition: {gte: 2}", "condition: {gte: 3}"))];
    let same = Same::of(&rules(&files), &rules(&changed));
    let rules = rules(&changed);
    for (n, info) in (0u32..).zip(rules.infos()) {
        assert_eq!(same.is_known(n), info.id != "many", "{}", info.id);
    }
}

#[test]
fn a_rule_on_several_events_is_tried_without_being_in_force() {
    let files: Files = vec![("own.yml".to_owned(), OWN.to_owned())];
    let (inv, loaded) = (judged_by(&Files::new()), judged_by(&files));
    let rules = rules(&files);
    for id in ["denied", "many", "buckets", "new-name"] {
        let number = rules.find(id).unwrap() as u32;
        let tried = hits(&inv, &rules, number, &Reading::default()).unwrap();
        let of = |row: u32| loaded.hits.get(loaded.table.row(row).unwrap().hits()).contains(&number);
        let wanted: Vec<u32> = (0..loaded.table.len()).filter(|row| of(*row)).collect();
        assert!(!wanted.is_empty(), "{id}");
        assert_eq!(tried.rows, wanted, "{id}");
        assert_eq!(tried.together.is_some(), ["many", "buckets"].contains(&id));
        let stopped = Reading::default();
        stopped.stop();
        assert_eq!(hits(&inv, &rules, number, &stopped), None);
    }
}

#[test]
fn a_muted_rule_gives_no_points_and_is_told_nowhere_until_it_speaks_again() {
    let inv = judged_by(&pack());
    let spoken = |inv: &Investigation, id: &str| {
        inv.table.rows().filter(|row| inv.rules_of(row).any(|rule| rule.id == id)).count()
    };
    let floor =
        |rule: &crate::detect::rules::RuleInfo| rule.level >= crate::score::Level::High && !rule.compares;
    let row = inv.table.rows().find(|row| inv.rules_of(row).any(floor)).unwrap();
    let id = inv.rules_of(&row).find(|rule| floor(rule)).unwrap().id.clone();
    let mute = |on| std::iter::once((id.clone(), on)).collect();
    let quiet = inv.judgment.rules.with_muted(&mute(true));
    assert!(quiet.infos().iter().any(|rule| rule.id == id && rule.muted));
    let muted = inv.judged_by(Arc::new(quiet), &Reading::default()).unwrap();
    assert!(spoken(&inv, &id) > 0 && spoken(&muted, &id) == 0);
    let again = muted.judgment.rules.with_muted(&mute(false));
    let again = muted.judged_by(Arc::new(again), &Reading::default()).unwrap();
    assert!(known(&again) == known(&inv));
}
