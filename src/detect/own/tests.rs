use std::sync::Arc;

use serde_json::{Value, json};

use super::Own;
use crate::detect::again;
use crate::detect::attack::Attack;
use crate::detect::environment::Environment;
use crate::detect::rules::Rules;
use crate::detect::sigma::item::Placeholders;
use crate::ingest::worker::Options;
use crate::investigation::growing::Growing;
use crate::investigation::{Investigation, Judgment, load};
use crate::query::run::Reading;
use crate::source::{Listing, Object, Place};

const HERE: &str = "111122223333";
const THERE: &str = "444455556666";
const FOREIGN: &str = "999988887777";

const RULES: &str = "
title: shared
id: shared
level: high
detection:
  s: {eventName: Share, requestParameters.with|otheraccount: true}
  condition: s
---
title: opened
id: opened
level: high
detection:
  s: {eventName: Share}
  everybody: {requestParameters.policy|everybody: true}
  account: {requestParameters.policy|otheraccount: true}
  condition: s and (everybody or account)
---
title: kept in
id: kept-in
detection:
  s: {eventName: Share, requestParameters.with|exists: true, requestParameters.with|otheraccount|neq: true}
  condition: s
---
title: told of
id: told-of
detection:
  s: {eventName: Share, requestParameters.with|otheraccount: ['222233334444']}
  condition: s
---
title: not shared
id: not-shared
detection:
  s: {eventName: Share, requestParameters.with|exists: true}
  other: {requestParameters.with|otheraccount: true}
  condition: s and not other
---
title: shared and not
id: never
detection:
  s: {eventName: Share, requestParameters.with|otheraccount: true}
  other: {requestParameters.with|otheraccount: true}
  condition: s and not (other and s)
---
title: shared twice
id: twice
correlation: {type: event_count, rules: [shared], group-by: [awsRegion], timespan: 1h, generate: true, condition: {gte: 2}}
";

fn judgment() -> Judgment {
    judging(RULES)
}

fn judging(rules: &str) -> Judgment {
    let files = vec![("r.yml".to_owned(), rules.to_owned())];
    let rules = Rules::read(&files, &Placeholders::new(), &[], &Attack::shipped());
    assert_eq!(rules.faults(), []);
    Judgment { rules: Arc::new(rules), ..Judgment::shipped() }
}

fn share(number: usize, account: &str, request: &Value) -> Value {
    json!({
        "eventVersion": "1.11", "eventID": format!("00000000-0000-4000-8000-{number:012}"),
        "eventTime": format!("2026-03-02T09:{number:02}:00Z"), "eventSource": "x.amazonaws.com", "eventName": "Share",
        "awsRegion": "r", "recipientAccountId": account, "requestParameters": request,
    })
}

fn with(accounts: &[&str]) -> Value {
    json!({ "with": accounts })
}

fn policy(principal: &Value) -> Value {
    json!({"policy": json!({"Statement": {"Effect": "Allow", "Principal": principal, "Action": "*"}}).to_string()})
}

fn object(name: &str, records: &[Value]) -> Object {
    let text = json!({ "Records": records }).to_string();
    Object { name: name.to_owned(), place: Place::Memory(text.into_bytes().into()), found: true }
}

fn listing(objects: Vec<Object>) -> Listing {
    Box::new(objects.into_iter().map(Ok))
}

fn loaded(records: &[Value]) -> Investigation {
    loaded_with(records, judgment())
}

fn loaded_with(records: &[Value], judgment: Judgment) -> Investigation {
    load(listing(vec![object("t", records)]), Options::default(), judgment, Arc::default(), &|_| {})
}

/// The ids of the rules that each event hit, in order of time.
fn hits(inv: &Investigation) -> Vec<String> {
    let ids = |row| inv.rules_of(&row).map(|rule| rule.id.clone()).collect::<Vec<_>>().join(" ");
    inv.table.rows().map(ids).collect()
}

/// Events of two accounts, and of one more where only it is loaded.
fn records() -> Vec<Value> {
    [
        (HERE, with(&[THERE])),
        (THERE, with(&[HERE])),
        (HERE, with(&[THERE, FOREIGN])),
        (HERE, with(&["222233334444"])),
        (HERE, policy(&json!({"AWS": format!("arn:aws:iam::{THERE}:root")}))),
        (HERE, policy(&json!({"AWS": [format!("arn:aws:iam::{THERE}:root"), "*"]}))),
        (HERE, policy(&json!({"AWS": [THERE, FOREIGN]}))),
    ]
    .iter()
    .enumerate()
    .map(|(n, (account, request))| share(n, account, request))
    .collect()
}

#[test]
fn what_names_ones_own_accounts_alone_is_taken_back_with_its_points() {
    let inv = loaded(&records());
    let expected =
        ["", "", "shared told-of twice", "shared twice", "", "opened", "opened"].map(str::to_owned);
    assert_eq!(hits(&inv), expected);
    let risks: Vec<u8> = inv.table.rows().map(|row| row.risk()).collect();
    assert!(risks[0] < risks[2] && risks[1] == risks[0] && risks[4] < risks[5], "{risks:?}");
    let factors = inv.factors(&inv.table.row(0).unwrap());
    assert!(factors.iter().all(|factor| !factor.reason.contains("shared")), "{factors:?}");
}

#[test]
fn of_one_account_alone_every_other_one_is_another() {
    let records: Vec<Value> =
        records().into_iter().filter(|record| record["recipientAccountId"] == HERE).collect();
    let expected =
        ["shared told-of twice", "shared told-of twice", "shared twice", "opened", "opened", "opened"];
    assert_eq!(hits(&loaded(&records)), expected.map(str::to_owned));
}

#[test]
fn accounts_that_come_later_are_ones_own_for_what_came_before() {
    let records = records();
    let mut growing = Growing::new(Options::default(), judgment(), Arc::default());
    let (first, last): (Vec<Value>, Vec<Value>) =
        records.iter().cloned().partition(|record| record["recipientAccountId"] == HERE);
    let before = growing.begin(listing(vec![object("a", &first)]), &|_| {});
    assert_eq!(hits(&before)[0], "shared told-of twice");
    let after = growing.go_on(listing(vec![object("b", &last)])).unwrap().inv;
    assert_eq!(hits(&after), hits(&loaded(&records)));
    let risks = |inv: &Investigation| inv.table.rows().map(|row| row.risk()).collect::<Vec<_>>();
    assert_eq!(risks(&after), risks(&loaded(&records)));
}

#[test]
fn what_the_environment_names_is_ones_own_too() {
    let environment = Environment { own_accounts: vec![FOREIGN.to_owned()], ..Environment::default() };
    let own = Own::of(loaded(&records()).table.dicts(), &environment);
    assert!([HERE, THERE, FOREIGN].iter().all(|account| own.has(account)) && !own.has("222233334444"));
}

#[test]
fn one_object_of_an_event_does_not_say_whose_account_is_another() {
    let rule = "title: t\ndetection: {s: {requestParameters.items|element: {userId|otheraccount: true}}, condition: s}\n";
    let rules = Rules::read(
        &vec![("r.yml".to_owned(), rule.to_owned())],
        &Placeholders::new(),
        &[],
        &Attack::shipped(),
    );
    let fault = rules.faults().first().map(ToString::to_string).unwrap_or_default();
    assert!(fault.starts_with("r.yml:2: otheraccount needs the account of the event"), "{fault}");
}

#[test]
fn an_account_named_anywhere_in_a_record_stays() {
    let rule = "title: t\nid: anywhere\ndetection: {s: {'|otheraccount': true}, condition: s}\n";
    let inv = loaded_with(&records(), judging(rule));
    assert_eq!(hits(&inv), ["anywhere"; 7].map(str::to_owned));
    is_the_same_anew(&inv, &judging(rule).rules);
}

#[test]
fn a_rule_that_is_run_anew_hits_what_it_hits_in_a_load() {
    is_the_same_anew(&loaded(&records()), &judgment().rules);
}

fn is_the_same_anew(inv: &Investigation, rules: &Rules) {
    for (number, info) in (0u32..).zip(rules.infos()) {
        let found = again::hits(inv, rules, number, &Reading::default()).unwrap().rows;
        let rows = inv.table.rows().filter(|row| inv.hits.get(row.hits()).contains(&number));
        assert_eq!(found, rows.map(|row| row.number()).collect::<Vec<_>>(), "{}", info.id);
    }
}
