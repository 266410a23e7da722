//! What is put off until many events are gathered comes to what a look at each event by itself comes to.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::detect::attack::Attack;
use crate::detect::rules::Rules;
use crate::detect::sigma::item::Placeholders;
use crate::detect::sigma::plain;
use crate::ingest::worker::Options;
use crate::investigation::{Judgment, load};
use crate::source::{Object, Place};
use crate::store::dict::LONGEST;
use crate::store::flags::RecordKind;

mod any;

/// An event, with these keys on top.
fn event(number: usize, more: &Value) -> Value {
    let mut event = json!({
        "eventVersion": "1.11", "eventID": format!("00000000-0000-4000-8000-{number:012}"),
        "eventTime": "2026-03-01T10:00:00Z", "eventSource": "iam.amazonaws.com", "eventName": "GetUser",
        "awsRegion": "us-east-1", "sourceIPAddress": "203.0.113.7",
        "userIdentity": {"type": "IAMUser", "userName": "alice"},
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        event[key] = value.clone();
    }
    event
}

/// Loads records, on one thread and in this order, with these rules: each has to hit what it hits one by one. Gives how
/// many hits there are.
fn agrees(rules: &str, records: &[Value]) -> usize {
    agrees_as_written(rules, &records.iter().map(Value::to_string).collect::<Vec<_>>())
}

/// The same for records as they are written.
fn agrees_as_written(rules: &str, records: &[String]) -> usize {
    let rules = Rules::read(
        &vec![("t.yml".to_owned(), rules.to_owned())],
        &Placeholders::new(),
        &[],
        &Attack::shipped(),
    );
    assert_eq!(rules.faults().len(), 0, "{:?}", rules.faults().first());
    let judgment = Judgment { rules: Arc::new(rules), ..Judgment::shipped() };
    let text = format!("{{\"Records\":[{}]}}", records.join(","));
    let object =
        Object { name: "t.json".to_owned(), place: Place::Memory(text.into_bytes().into()), found: false };
    let options = Options { threads: 1, ..Options::default() };
    let inv = load(Box::new(std::iter::once(Ok(object))), options, judgment, Arc::default(), &|_| {});
    let mut hits = 0;
    for row in inv.table.rows() {
        let record: Value = serde_json::from_slice(&inv.raw(&row).unwrap()).unwrap();
        let all = inv.judgment.rules.singles().iter().enumerate();
        let plainly: Vec<u32> =
            all.filter(|(_, rule)| plain::fires(rule, &record)).map(|(n, _)| n as u32).collect();
        let is_event = matches!(row.kind(), RecordKind::Event | RecordKind::Network);
        let expected: &[u32] = if is_event { &plainly } else { &[] };
        assert_eq!(inv.hits.get(row.hits()), expected, "{record}");
        hits += expected.len();
    }
    hits
}

#[test]
fn where_classes_run_out_each_event_is_looked_at() {
    // There is room for 255 classes of regions.
    let rule = |n: usize| {
        format!("---\ntitle: r{n}\nid: r{n}\ndetection: {{s: {{awsRegion: r-{n}}}, condition: s}}\n")
    };
    let rules: String = (0..300).map(rule).collect();
    let region = |n: usize| json!({ "awsRegion": format!("r-{n}") });
    // Of these it is known by another value that they have to be looked at.
    let odd = |n: usize| json!({ "awsRegion": format!("r-{n}"), "userAgent": 5 });
    for first in [&region as &dyn Fn(usize) -> Value, &odd] {
        let all = (0..300).map(first).chain((0..300).map(region));
        let records: Vec<Value> = all.enumerate().map(|(n, more)| event(n, &more)).collect();
        assert_eq!(agrees(&rules, &records), 600);
    }
}

#[test]
fn what_something_else_than_an_event_has_met_first_is_known() {
    let rules = "title: t\nid: t\ndetection: {s: {awsRegion: r-1, userAgent|contains: tool}, condition: s}\n";
    let insight = json!({
        "eventVersion": "1.11", "eventID": "00000000-0000-4000-8000-999999999999", "eventTime": "2026-03-01T09:00:00Z",
        "awsRegion": "r-1", "userAgent": "a tool", "eventType": "AwsCloudTrailInsight",
        "insightDetails": {"eventName": "GetUser", "eventSource": "iam.amazonaws.com", "state": "Start"},
    });
    let with = json!({"awsRegion": "r-1", "userAgent": "a tool"});
    assert_eq!(agrees(rules, &[event(1, &json!({})), insight, event(2, &with)]), 1);
}

#[test]
fn values_that_look_alike_in_a_column_are_told_apart() {
    let rules = "title: t\nid: t\ndetection: {s: {userIdentity.type: IAMUser}, condition: s}\n---\n\
                 title: n\nid: n\ndetection: {s: {errorCode|exists: true}, condition: s}\n---\n\
                 title: a\nid: a\ndetection: {s: {userAgent: 'true'}, condition: s}\n";
    let text = r#"{"type":"IAMUser","userName":"alice"}"#;
    let as_text = json!({"userIdentity": text, "userAgent": true, "errorMessage": "Failed authentication"});
    let as_it_is = json!({"userAgent": "true", "errorCode": "Failed authentication"});
    let number = json!({"userAgent": 5, "errorCode": ["a"]});
    let word = json!({"userAgent": "5", "errorCode": "[\"a\"]", "readOnly": "maybe"});
    let mut records = vec![as_text, as_it_is, number, word];
    for _ in 0..2 {
        let both: Vec<&Value> = records.iter().chain(&records).collect();
        let events: Vec<Value> = both.iter().enumerate().map(|(n, more)| event(n, more)).collect();
        assert!(agrees(rules, &events) > 0);
        records.reverse();
    }
}

#[test]
fn a_text_that_is_met_beside_something_odd_is_looked_at_when_it_comes_alone() {
    let rules = "title: t\nid: t\ndetection: {s: {awsRegion: '5'}, condition: s}\n";
    let known = json!({"userAgent": "known"});
    let number = json!({"awsRegion": 5, "userAgent": "known"});
    let beside = json!({"awsRegion": "5", "userAgent": 7});
    let alone = json!({"awsRegion": "5", "userAgent": "known"});
    let all = [&known, &number, &beside, &alone, &alone];
    let records: Vec<Value> = all.iter().enumerate().map(|(n, more)| event(n, more)).collect();
    assert_eq!(agrees(rules, &records), 4, "the number says the same as the text to a rule");
}

#[test]
fn beside_something_odd_a_name_has_its_own_rules_if_it_is_one() {
    let long = "n".repeat(LONGEST);
    let rules: String = [
        "eventName: GetUser, userAgent: '5'".to_owned(),
        "eventName: ListUsers, userAgent: '5'".to_owned(),
        "eventName: null".to_owned(),
        "eventName: 'null'".to_owned(),
        "eventName: 'true', userAgent: '5'".to_owned(),
        "eventSource: null, userAgent: '5'".to_owned(),
        "eventSource: 'null', userAgent: '5'".to_owned(),
        "eventName|endswith: nB".to_owned(),
        "eventName|endswith: nC".to_owned(),
        "awsRegion: us-east-1, userAgent: '5'".to_owned(),
    ]
    .iter()
    .enumerate()
    .map(|(n, s)| format!("---\ntitle: r{n}\nid: r{n}\ndetection: {{s: {{{s}}}, condition: s}}\n"))
    .collect();
    let mut all = Vec::new();
    for name in [json!("GetUser"), json!("ListUsers"), json!("null"), json!(null), json!("true"), json!(true)]
    {
        all.push(json!({ "eventName": name }));
        all.push(json!({ "eventName": name, "userAgent": 5 }));
    }
    for source in [json!("null"), json!(null), json!(7), json!("7")] {
        all.push(json!({ "eventSource": source, "userAgent": 5 }));
    }
    for end in ["B", "C"] {
        all.push(json!({ "eventName": format!("{long}{end}"), "userAgent": 5 }));
    }
    let mut records: Vec<Value> = all.iter().enumerate().map(|(n, more)| event(n, more)).collect();
    for _ in 0..2 {
        assert_eq!(agrees(&rules, &records), 28);
        records.reverse();
    }
}

#[test]
fn words_say_what_they_say_of_each_event() {
    let rules: String = [
        "readOnly: 'true'",
        "readOnly: false, managementEvent: true",
        "sessionCredentialFromConsole: 'true'",
    ]
    .iter()
    .enumerate()
    .map(|(n, s)| {
        format!("---\ntitle: r{n}\nid: r{n}\ndetection: {{s: {{eventName: GetUser, {s}}}, condition: s}}\n")
    })
    .collect();
    let words = [json!(true), json!(false), json!("true"), json!("maybe"), json!(null)];
    let mut records = Vec::new();
    for (first, second) in words.iter().flat_map(|first| words.iter().map(move |second| (first, second))) {
        let more =
            json!({"readOnly": first, "managementEvent": second, "sessionCredentialFromConsole": second});
        records.push(event(records.len(), &more));
    }
    // Two of five by the first word; one with two of the second; two of five by the second.
    assert_eq!(agrees(&rules, &records), 10 + 2 + 10);
}

#[test]
fn one_name_of_two_services_has_the_rules_of_each() {
    let rule = |service: &str| {
        format!(
            "---\ntitle: {service}\nid: {service}\ndetection: {{s: {{eventSource: {service}.amazonaws.com, \
             eventName: GetUser, userIdentity.userName: alice}}, condition: s}}\n"
        )
    };
    let sources = ["iam", "cognito-idp", "iam", "cognito-idp", "sts"];
    let records: Vec<Value> = sources
        .iter()
        .enumerate()
        .map(|(n, service)| event(n, &json!({ "eventSource": format!("{service}.amazonaws.com") })))
        .collect();
    assert_eq!(agrees(&(rule("iam") + &rule("cognito-idp")), &records), 4);
}

#[test]
fn identities_of_every_form_are_read_as_they_are() {
    let rules = "title: t\nid: t\ndetection: {s: {userIdentity.sessionContext.sessionIssuer.arn|contains: admin}, condition: s}\n---\n\
                 title: n\nid: n\ndetection: {s: {userIdentity.sessionContext.sessionIssuer.arn: null, userIdentity.type|exists: true}, condition: s}\n---\n\
                 title: o\nid: o\ndetection: {s: {userIdentity.sessionContext|contains: admin}, condition: s}\n";
    let identities = [
        json!({"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"arn": "arn:admin"}}}),
        json!({"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"arn": ["x", "arn:admin"]}}}),
        json!({"type": "AssumedRole", "sessionContext": [{"sessionIssuer": {"arn": "arn:admin"}}, {}]}),
        json!({"type": "AssumedRole", "sessionContext": {"sessionIssuer": "arn:admin"}}),
        json!({"type": "AssumedRole", "sessionContext": {}}),
        json!({"type": "AssumedRole", "sessionContext": null}),
        json!({"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"arn": "arn:\"admin\""}}}),
        json!({"type": ["IAMUser"]}),
        json!({"type": "IAMUser", "sessionContext": {"sessionIssuer": {"arn": 7}}}),
    ];
    let records: Vec<Value> = identities
        .iter()
        .enumerate()
        .map(|(n, identity)| event(n, &json!({ "userIdentity": identity })))
        .collect();
    assert!(agrees(rules, &records) > 8);
}

#[test]
fn keys_and_values_of_a_record_say_what_a_look_at_it_says() {
    let by_name = [
        "eventName: PutObject, requestParameters.acl: public*",
        "eventName: PutObject, requestParameters.acl: null",
        "eventName: PutObject, requestParameters.acl|neq: private",
        "eventName: PutObject, requestParameters.acl|exists: true, requestParameters.b|exists: false",
        "requestParameters.a.b: 1, awsRegion: us-east-1",
        "requestParameters.a.b: null, responseElements.b|contains: x",
    ];
    // With these among them nothing is known by names alone.
    let by_more = [
        "requestParameters|contains: secret",
        "requestParameters: null, eventName: GetUser",
        "resources.ARN|endswith: x",
        "requestParameters.acl|fieldref: requestParameters.b",
    ];
    let rules = |all: &[&str]| -> String {
        let rule = |(n, s): (usize, &&str)| {
            format!("---\ntitle: r{n}\nid: r{n}\ndetection: {{s: {{{s}}}, condition: s}}\n")
        };
        all.iter().enumerate().map(rule).collect()
    };
    let parameters = [
        "null",
        "{}",
        "[]",
        "5",
        r#""acl""#,
        r#"{"acl":"public-read"}"#,
        r#"{"acl":"private","b":"private"}"#,
        r#"{"acl":"public","acl":"private"}"#,
        r#"{"acl":"private","\u0061cl":"public"}"#,
        r#"{"\u0061cl":"public"}"#,
        r#"{"acl":null,"b":"x"}"#,
        r#"{"acl":["private","public"]}"#,
        r#"[{"acl":"public"},{"a":{"b":1}}]"#,
        r#"{"a":{"b":1}}"#,
        r#"{"a":[{"b":"2"},{"b":1}],"b":"secret \"x\""}"#,
        r#"{"a":"b"}"#,
    ];
    let answers = ["null", r#"{"b":"xyz"}"#, r#"{"b":"y"}"#, r#"[{"b":"x"}]"#];
    let record = |n: usize| {
        let name = ["PutObject", "GetUser"][n % 2];
        let (parameters, answer) = (parameters[n / 2 % parameters.len()], answers[n / 7 % answers.len()]);
        let arn = ["x", "y"][n / 3 % 2];
        let event = event(n, &json!({ "eventName": name, "resources": [{"ARN": arn}] }));
        let event = event.to_string();
        let event = event.strip_suffix('}').unwrap();
        format!("{event},\"requestParameters\":{parameters},\"responseElements\":{answer}}}")
    };
    let records: Vec<String> = (0..600).map(record).collect();
    assert!(agrees_as_written(&rules(&by_name), &records) > 300);
    assert!(agrees_as_written(&rules(&[&by_name[..], &by_more].concat()), &records) > 600);
}

#[test]
fn what_was_taken_from_elsewhere_does_not_say_what_a_value_is() {
    let rules: String = [
        "eventName: StopLogging",
        "errorCode: AccessDenied",
        "recipientAccountId: '222222222222'",
        "recipientAccountId: '111111111111'",
        "errorCode: Failed authentication",
        "eventType: AwsApiCall",
        "eventType|neq: AwsApiCall",
    ]
    .iter()
    .enumerate()
    .map(|(n, s)| format!("---\ntitle: r{n}\nid: r{n}\ndetection: {{s: {{{s}}}, condition: s}}\n"))
    .collect();
    let insight = json!({
        "eventVersion": "1.08", "eventID": "00000000-0000-4000-8000-999999999999", "eventTime": "2026-03-01T09:00:00Z",
        "eventName": "", "errorCode": "", "eventType": "AwsCloudTrailInsight", "recipientAccountId": "111111111111",
        "insightDetails": {"eventName": "StopLogging", "eventSource": "cloudtrail.amazonaws.com", "errorCode": "AccessDenied"},
    });
    let aggregated = json!({
        "eventCategory": "Aggregated", "eventId": "00000000-0000-4000-8000-999999999998",
        "recipientAccountId": "111111111111", "accountId": "222222222222",
        "timeWindow": {"windowStart": "2026-03-01T09:00:00Z"},
    });
    let failed = json!({"errorCode": "", "errorMessage": "Failed authentication", "recipientAccountId": "333333333333"});
    let mut records = vec![insight, aggregated, event(0, &failed)];
    let later = [
        json!({"eventName": "StopLogging"}),
        json!({"errorCode": "AccessDenied"}),
        json!({"recipientAccountId": "222222222222", "eventType": "AwsApiCall"}),
        json!({"recipientAccountId": "111111111111", "eventType": "AwsApiCall"}),
        json!({"errorCode": "Failed authentication"}),
    ];
    records.extend((1..).zip(&later).map(|(n, more)| event(n, more)));
    assert_eq!(agrees(&rules, &records), 11);
    assert_eq!(agrees(&rules, &records[2..]), 11);
}

#[test]
fn texts_that_are_cut_are_held_against_rules_as_they_are() {
    let rules = "title: t\nid: t\ndetection: {s: {userAgent|endswith: curl}, t: {userIdentity.userName: mallory}, condition: s or t}\n";
    let long = "a".repeat(LONGEST);
    let by = |user: &str| json!({"userIdentity": {"type": "IAMUser", "arn": long, "userName": user}});
    let with = |agent: &str| json!({ "userAgent": format!("{long}{agent}") });
    let all = [with("curl"), with("boto"), by("alice"), by("mallory")];
    let records: Vec<Value> = all.iter().enumerate().map(|(n, more)| event(n, more)).collect();
    assert_eq!(agrees(rules, &records), 2);
}

#[test]
fn of_a_key_that_stands_twice_the_last_one_counts_and_escaped_keys_are_keys() {
    let rules: String = [
        "requestParameters|contains: public",
        "resources|contains: public",
        "errorCode: AccessDenied",
        "errorCode: null",
    ]
    .iter()
    .enumerate()
    .map(|(n, s)| format!("---\ntitle: r{n}\nid: r{n}\ndetection: {{s: {{{s}}}, condition: s}}\n"))
    .collect();
    let tails = [
        r#""requestParameters":{"acl":"public","acl":"private"}"#,
        r#""requestParameters":{"x":{"acl":"private","acl":"public"}}"#,
        r#""resources":[{"o":{"a":"public","a":"x"}}]"#,
        r#""error\u0043ode":"AccessDenied""#,
        r#""errorCode":"AccessDenied","error\u0043ode":"Other""#,
    ];
    let record = |(n, tail): (usize, &&str)| {
        let event = event(n, &json!({})).to_string();
        format!("{},{tail}}}", event.strip_suffix('}').unwrap())
    };
    let records: Vec<String> = tails.iter().enumerate().map(record).collect();
    assert_eq!(agrees_as_written(&rules, &records), 5);
}

#[test]
fn what_a_strict_reader_refuses_is_looked_into_all_the_same() {
    let rules = "title: t\nid: t\ndetection: {s: [needle], t: {requestParameters|contains: public}, u: {userIdentity.userName|fieldref: requestParameters.userName}, condition: s or t or u}\n";
    let rules = vec![("t.yml".to_owned(), rules.to_owned())];
    let rules = Rules::read(&rules, &Placeholders::new(), &[], &Attack::shipped());
    let judgment = Judgment { rules: Arc::new(rules), ..Judgment::shipped() };
    let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    let tails = [
        r#""requestParameters":{"note":"a needle","t":"\ud800"}"#.to_owned(),
        r#""requestParameters":{"note":"a public thing","t":"\ud800"}"#.to_owned(),
        r#""requestParameters":{"userName":"alice","t":"\ud800"}"#.to_owned(),
        format!(r#""requestParameters":{{"note":"public","t":{deep},"n":1.5}}"#),
        format!(r#""requestParameters":{{"t":{deep}}},"x":"needle""#),
        r#""requestParameters":{"note":"nothing","t":"\ud800"}"#.to_owned(),
    ];
    let record = |(n, tail): (usize, &String)| {
        let event = event(n, &json!({})).to_string();
        format!("{},{tail}}}", event.strip_suffix('}').unwrap())
    };
    let records: Vec<String> = tails.iter().enumerate().map(record).collect();
    let text = format!("{{\"Records\":[{}]}}", records.join(","));
    let place = Place::Memory(text.into_bytes().into());
    let object = Object { name: "t.json".to_owned(), place, found: false };
    let objects = Box::new(std::iter::once(Ok(object)));
    let inv = load(objects, Options::default(), judgment, Arc::default(), &|_| {});
    let hits: Vec<bool> = inv.table.rows().map(|row| row.hits() != 0).collect();
    assert_eq!(hits, [true, true, true, true, true, false]);
}

#[test]
fn what_never_comes_twice_is_no_longer_remembered_and_still_told() {
    let rules = "title: t\nid: t\ndetection: {s: {requestParameters.key|endswith: '7'}, condition: s}\n";
    let with = |n: usize| json!({"requestParameters": {"key": format!("k{n}")}});
    // More keys than it takes to see that none comes again; then some that come again and again.
    let keys = (0..1500).chain((0..600).map(|n| n % 20));
    let records: Vec<Value> = keys.enumerate().map(|(n, key)| event(n, &with(key))).collect();
    assert_eq!(agrees(rules, &records), 150 + 60);
}
