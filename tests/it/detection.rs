//! What rules find, as it comes out of the program.

use serde_json::{Value, json};

use super::help::{Folder, log, record, run, stop_logging};

/// A rule on one event, one on several, and one on what is new.
const RULES: &str = r#"
title: Trail touched
id: trail-touched
level: critical
tags: [attack.t1562.008]
logsource: {product: aws, service: cloudtrail}
detection:
  selection: {eventName: StopLogging, requestParameters.name|contains: main}
  condition: selection
---
title: Refused
name: refused
logsource: {product: aws, service: cloudtrail}
detection:
  selection: {errorCode: AccessDenied}
  condition: selection
---
title: Refused again and again
id: refused-often
level: high
correlation: {type: event_count, rules: [refused], group-by: [userIdentity.userName], timespan: 10m, condition: {gte: 3}}
"#;

fn refused(n: usize) -> Value {
    record(
        n,
        json!({"eventName": "ListUsers", "eventSource": "iam.amazonaws.com", "errorCode": "AccessDenied",
               "eventTime": format!("2026-03-02T09:0{n}:00Z")}),
    )
}

/// Logs with one stopped trail and four refused calls, and the rules.
fn folder() -> (Folder, String, String) {
    let folder = Folder::new();
    let logs =
        folder.file("logs/a.json", log(&[stop_logging(9), refused(1), refused(2), refused(3), refused(4)]));
    let rules = folder.file("rules/r.yml", RULES);
    (folder, logs, rules)
}

#[test]
fn what_a_rule_on_something_new_could_not_tell_is_counted_and_told() {
    let folder = Folder::new();
    let logs = folder.file("logs/a.json", log(&[stop_logging(1), stop_logging(2)]));
    let rule = "title: New region\nid: new-region\nlogsource: {product: aws, service: cloudtrail}\n\
        detection: {s: {eventName: StopLogging}, condition: s}\n\
        first_seen: {key: [userIdentity.arn], dimension: [awsRegion], within: 7d, min_history: 1d}\n";
    let rules = folder.file("rules/new.yml", rule);
    let only = ["--no-builtin-rules", "--rules", rules.as_str()];
    let summary = run(&[&["scan", &logs, "--summary"][..], &only].concat());
    let summary: Value = serde_json::from_str(&summary.out).unwrap();
    assert_eq!(
        summary["no_baseline"],
        json!({"new-region": 1}),
        "the second one is in a region that was met"
    );
    let table = run(&[&["scan", &logs][..], &only].concat()).out;
    assert!(table.contains("1 rule on what is new had no baseline yet for 1 event"), "{table}");
}

#[test]
fn what_completes_a_rule_on_several_events_counts_for_who_did_it() {
    let folder = Folder::new();
    // Two did the same, one within minutes and one over hours.
    let by = |name: &str, n: usize, time: String| {
        let who = json!({"type": "IAMUser", "userName": name, "accountId": "111122223333"});
        let mut event = refused(1);
        for (key, value) in
            [("eventID", json!(format!("{name}{n}"))), ("userIdentity", who), ("eventTime", json!(time))]
        {
            event[key] = value;
        }
        event
    };
    let soon = (1..4).map(|n| by("eve", n, format!("2026-03-02T09:0{n}:00Z")));
    let late = (1..4).map(|n| by("bob", n, format!("2026-03-02T0{n}:00:00Z")));
    let logs = folder.file("logs/a.json", log(&soon.chain(late).collect::<Vec<_>>()));
    let rules = folder.file("rules/r.yml", RULES);
    let ran = run(&["actors", &logs, "--format", "json", "--no-builtin-rules", "--rules", &rules]);
    let actors: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
    let names: Vec<&str> = actors.iter().filter_map(|actor| actor["actor"].as_str()).collect();
    assert_eq!(names, ["eve", "bob"], "{}", ran.out);
    let score = |n: usize| actors[n]["score"].as_f64().unwrap();
    assert!(score(0) > score(1) + 5.0, "{}", ran.out);
    assert!(actors[0]["why"].to_string().contains("Refused again and again"), "{}", ran.out);
}

#[test]
fn what_no_rule_points_at_stays_below_what_one_does() {
    let folder = Folder::new();
    let denied =
        json!({"eventName": "CreateRole", "eventSource": "iam.amazonaws.com", "errorCode": "AccessDenied"});
    let logs = folder.file("logs/a.json", log(&[stop_logging(1), record(2, denied)]));
    let rules = folder.file("rules/r.yml", RULES);
    let scan =
        |options: &[&str]| run(&[&["scan", &logs, "--all", "--format", "jsonl"], options].concat()).lines();
    let role = |lines: &[Value]| lines.iter().find(|line| line["eventName"] == "CreateRole").unwrap().clone();
    let led = role(&scan(&["--no-builtin-rules", "--rules", &rules]));
    assert_eq!(led["risk"], 69, "{led}");
    let factors = led["factors"].as_array().unwrap();
    assert_eq!(factors.iter().map(|factor| factor["points"].as_i64().unwrap()).sum::<i64>(), 69);
    assert!(
        factors
            .iter()
            .any(|factor| factor["reason"]
                == "no rule on single events, of medium level or above, points at it")
    );
    let alone = role(&scan(&["--no-builtin-rules"]));
    assert_eq!(alone["risk"], 75, "without rules points alone count: {alone}");
}

#[test]
fn a_rule_counts_once_for_an_actor_however_many_calls_it_hits() {
    let rule = "title: Looked around\nid: around\nlevel: medium\nlogsource: {product: aws, service: cloudtrail}\n\
        detection: {s: {eventName|startswith: List}, condition: s}\n";
    let score = |names: &[&str]| {
        let folder = Folder::new();
        let records: Vec<Value> =
            (0..).zip(names).map(|(n, name)| record(n, json!({"eventName": name}))).collect();
        let logs = folder.file("logs/a.json", log(&records));
        let rules = folder.file("rules/r.yml", rule);
        let ran = run(&["actors", &logs, "--format", "json", "--no-builtin-rules", "--rules", &rules]);
        let actors: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
        actors[0]["score"].as_f64().unwrap()
    };
    let one = score(&["ListUsers"]);
    assert!(one > 1.0);
    assert_eq!(score(&["ListUsers", "ListRoles", "ListGroups"]), one);
    assert!(score(&["ListUsers", "GetRole"]) >= one);
}

#[test]
fn a_rule_on_several_events_never_takes_points_from_an_actor() {
    let single = |name: &str| {
        format!(
            "title: {name} was called\nid: r-{name}\nname: r_{name}\nlevel: medium\n\
             logsource: {{product: aws, service: cloudtrail}}\n\
             detection: {{s: {{eventName: {name}}}, condition: s}}\n---\n"
        )
    };
    let names = ["ListUsers", "GetRole", "ListGroups", "GetPolicy"];
    let singles: String = names.iter().map(|name| single(name)).collect();
    let several = "title: All of it\nid: all\nlevel: high\ncorrelation: {type: event_count, rules: [r_ListUsers, \
        r_GetRole, r_ListGroups, r_GetPolicy], group-by: [userIdentity.arn], timespan: 1h, \
        condition: {gte: 4}, generate: true}\n";
    let score = |rules: &str| {
        let folder = Folder::new();
        let records: Vec<Value> =
            (0..).zip(names).map(|(n, name)| record(n, json!({"eventName": name}))).collect();
        let logs = folder.file("logs/a.json", log(&records));
        let rules = folder.file("rules/r.yml", rules);
        let actors =
            run(&["actors", &logs, "--format", "json", "--no-builtin-rules", "--rules", &rules]).json();
        actors[0]["score"].as_f64().unwrap()
    };
    let (without, with) = (score(&singles), score(&format!("{singles}{several}")));
    assert!(with > without, "{with} with it, {without} without");
}

/// Done day after day it stands lower in the list, and is told of in a report all the same.
#[test]
fn a_report_tells_all_events_of_a_habit() {
    let rule = "title: Looked around\nid: around\nlevel: medium\nlogsource: {product: aws, service: cloudtrail}\n\
        detection: {s: {eventName: ListUsers}, condition: s}\n";
    let folder = Folder::new();
    let day = |n: usize| {
        record(n, json!({"eventName": "ListUsers", "eventTime": format!("2026-03-0{n}T09:00:00Z")}))
    };
    let logs = folder.file("logs/a.json", log(&(1..6).map(day).collect::<Vec<_>>()));
    let rules = folder.file("rules/r.yml", rule);
    let only = ["--no-builtin-rules", "--rules", &rules];
    let habits =
        run(&[&["scan", &logs, "--query", "flag:habit", "--all", "--format", "jsonl"], &only[..]].concat());
    assert_eq!(habits.lines().len(), 3, "{}", habits.out);
    let out = folder.path().join("out").display().to_string();
    let ran = run(&[&["report", &logs, "--out", &out, "--only", "json"], &only[..]].concat());
    let text =
        std::fs::read_to_string(std::path::Path::new(&out).join("reports/report.json")).unwrap_or_default();
    let report: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {}", ran.err));
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{report}");
    assert_eq!((&findings[0]["events"], &findings[0]["last"]), (&json!(5), &json!("2026-03-05T09:00:00Z")));
}

#[test]
fn a_line_for_several_events_tells_what_else_they_touched() {
    let folder = Folder::new();
    let mut other = stop_logging(2);
    for (key, value) in [
        ("requestParameters", json!({"name": "second"})),
        ("awsRegion", json!("ap-south-1")),
        ("sourceIPAddress", json!("198.51.100.9")),
    ] {
        other[key] = value;
    }
    let logs = folder.file("logs/a.json", log(&[stop_logging(1), other]));
    let table = run(&["scan", &logs]).out;
    assert!(table.contains("×2"), "{table}");
    assert!(table.contains("and 1 other target, 1 other address, 1 other region"), "{table}");
}

#[test]
fn events_carry_the_rules_that_they_hit_with_level_and_techniques() {
    let (_folder, logs, rules) = folder();
    let ran = run(&["scan", &logs, "--all", "--format", "jsonl", "--no-builtin-rules", "--rules", &rules]);
    let lines = ran.lines();
    let of = |name: &str| lines.iter().filter(|l| l["eventName"] == name).collect::<Vec<_>>();
    let stopped = of("StopLogging")[0];
    assert_eq!(
        (&stopped["rules"], &stopped["level"]),
        (&json!(["trail-touched"]), &json!("critical")),
        "{}",
        ran.err
    );
    assert!(stopped["risk"].as_u64() >= Some(90), "{stopped}");
    assert!(
        stopped["techniques"].as_array().unwrap().contains(&json!("T1685.002")),
        "retired ids are redirected"
    );
    let sum: i64 = stopped["factors"].as_array().unwrap().iter().map(|f| f["points"].as_i64().unwrap()).sum();
    assert_eq!(sum.min(100), stopped["risk"].as_i64().unwrap());
    for refused in of("ListUsers") {
        assert_eq!((&refused["rules"], &refused["level"]), (&json!(["refused-often"]), &json!("high")));
        assert!(refused["risk"].as_u64() < Some(70), "what depends on other events gives no points");
    }
    let found = run(&["query", &logs, "--rules", &rules, "rule:refused-often", "--format", "jsonl"]);
    assert_eq!(found.lines().len(), 4);
    let without = run(&[
        "scan",
        &logs,
        "--all",
        "--format",
        "jsonl",
        "--no-builtin-rules",
        "--rules",
        &rules,
        "--exclude-rule",
        "trail-touched",
    ]);
    assert!(without.lines().iter().all(|l| l["eventName"] != "StopLogging" || l["rules"] == json!([])));
    let unknown = run(&["scan", &logs, "--exclude-rule", "trail-tuched", "--rules", &rules]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("did you mean trail-touched?"), "{}", unknown.err);
}

#[test]
fn what_a_session_repeats_is_one_line_that_knows_all_its_events() {
    let (_folder, logs, rules) = folder();
    let ran = run(&[
        "scan",
        &logs,
        "--all",
        "--collapse",
        "--format",
        "jsonl",
        "--no-builtin-rules",
        "--rules",
        &rules,
    ]);
    let lines = ran.lines();
    assert_eq!(lines.len(), 2, "{}", ran.out);
    let refused = lines.iter().find(|l| l["eventName"] == "ListUsers").unwrap();
    assert_eq!((&refused["times"], refused["eventIDs"].as_array().unwrap().len()), (&json!(4), 4));
    assert_eq!(refused["firstTime"], "2026-03-02T09:01:00Z");
    assert_eq!(refused["lastTime"], "2026-03-02T09:04:00Z");
    // Only a table is cut where nobody asked for it.
    let demo = run(&["scan", "demo:", "--all", "--collapse", "--format", "jsonl"]).lines().len();
    assert!(demo > 40, "{demo}");
    let csv = run(&["scan", &logs, "--all", "--collapse", "--format", "csv"]).out;
    assert!(csv.lines().next().unwrap().ends_with("Offset,Times,FirstTime,LastTime"), "{csv}");
}

#[test]
fn it_is_told_whom_to_look_at_first_and_why() {
    let (_folder, logs, _) = folder();
    let actors = run(&["actors", &logs, "--format", "json"]).json();
    let first = &actors[0];
    for key in ["actor", "kind", "score", "tactics", "events", "writes", "denied", "first", "last", "why"] {
        assert!(!first[key].is_null(), "{key}: {first}");
    }
    assert_eq!(
        first["why"][0]["reason"].as_str().map(|r| r.starts_with("StopLogging (success)")),
        Some(true),
        "{first}"
    );
    let sessions = run(&["actors", &logs, "--sessions"]);
    assert_eq!(sessions.code, 0);
}

#[test]
fn it_is_measured_how_early_an_attack_is_shown() {
    let (folder, logs, _) = folder();
    let id = stop_logging(9)["eventID"].as_str().unwrap().to_owned();
    let benign = refused(1)["eventID"].as_str().unwrap().to_owned();
    let labels =
        folder.file("labels.tsv", format!("eventID\tattack\ttechnique\n{id}\t1\tblinded\n{benign}\t0\t-\n"));
    let measured = run(&["eval", &logs, "--labels", &labels, "--format", "json", "--mask", "logging"]).json();
    // The name of the event was masked, so that nothing gives it away.
    assert_eq!((&measured["attack_events"], &measured["techniques"]), (&json!(1), &json!(1)), "{measured}");
    let found = run(&["eval", &logs, "--labels", &labels, "--format", "json"]).json();
    assert_eq!((&found["found_at"]["blinded"], &found["recall"]["10"]), (&json!(1), &json!(1.0)), "{found}");
    // Of rows that nobody labeled it is not known whether they are benign.
    assert_eq!(found["high_rows_per_1000_benign"], json!(0.0), "{found}");
    let high = folder.file("high.tsv", format!("eventID\tattack\n{id}\t0\n{benign}\t0\n"));
    let found = run(&["eval", &logs, "--labels", &high, "--format", "json"]).json();
    assert_eq!(found["high_rows_per_1000_benign"], json!(500.0), "{found}");
    let known = folder.file("known.tsv", format!("eventID\tattack\n{id}\t1\n"));
    let found = run(&["eval", &logs, "--labels", &known, "--format", "json"]).json();
    assert_eq!(found["high_rows_per_1000_benign"], json!(null), "{found}");
    let ran = run(&["eval", &logs, "--labels", &known]);
    assert!(ran.out.contains("for 1,000 benign events  unknown: no label says benign"), "{}", ran.out);
    let wrong = folder.file("wrong.tsv", "id\tattack\n");
    let ran = run(&["eval", &logs, "--labels", &wrong]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("there is no column eventID"), "{}", ran.err);
}

#[test]
fn it_is_explained_which_conditions_matched_what() {
    let (_folder, logs, rules) = folder();
    let id = stop_logging(9)["eventID"].as_str().unwrap().to_owned();
    let ran = run(&["rules", "explain", &id, &logs, "--no-builtin-rules", "--rules", &rules]);
    assert!(ran.out.contains("critical: Trail touched (trail-touched)"), "{}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("requestParameters.name = main   matches *main*  (selection, line 8)"),
        "{}",
        ran.out
    );
    let id = refused(2)["eventID"].as_str().unwrap().to_owned();
    let ran = run(&["rules", "explain", &id, &logs, "--no-builtin-rules", "--rules", &rules]);
    assert!(ran.out.contains("4 events of "), "{}", ran.out);
    assert_eq!(run(&["rules", "explain", "nothing", &logs]).code, 2);
    // Two records that differ and have one id: both are told, and that there are two.
    let mut other = stop_logging(9);
    other["requestParameters"]["name"] = json!("main-two");
    let both = Folder::new();
    let logs = both.file("both.json", log(&[stop_logging(9), other]));
    let id = stop_logging(9)["eventID"].as_str().unwrap().to_owned();
    let ran = run(&["rules", "explain", &id, &logs, "--no-builtin-rules", "--rules", &rules]);
    assert_eq!(ran.out.matches("critical: Trail touched").count(), 2, "{}", ran.out);
    assert!(ran.err.contains("2 records that differ have the id"), "{}", ran.err);
}

#[test]
fn rules_are_held_to_their_examples() {
    let folder = Folder::new();
    let rule = "title: T\nid: t\nlogsource: {product: aws}\ndetection: {s: {eventName: A}, condition: s}\ntests:\n  matches:\n    - what: it is B\n      event: {eventName: B, eventSource: x.amazonaws.com}\n";
    let path = folder.file("t.yml", rule);
    let ran = run(&["rules", "test", &path]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.out.contains("t.yml:7: t: it is B: the rule does not hit, and should"), "{}", ran.out);
    let fine = folder.file("f.yml", rule.replace("eventName: B", "eventName: A"));
    assert_eq!(run(&["rules", "test", &fine]).code, 0);
}

#[test]
fn bad_rules_are_told_and_the_others_used() {
    let (folder, logs, rules) = folder();
    let head = "title: B\nlogsource: {product: aws, service: cloudtrail}\ndetection: {s: {eventName: X}, condition: s}\n";
    folder.file("rules/broken.yml", "title: [\n");
    folder.file("rules/modifier.yml", head.replace("eventName:", "eventName|containz:"));
    folder.file("rules/regex.yml", head.replace("eventName: X", "eventName|re: '(a+)+(?=b)'"));
    folder.file(
        "rules/circle.yml",
        "title: C\nid: c\nname: c\ncorrelation: {type: temporal, rules: [c], timespan: 1m}\n",
    );
    folder.file("rules/same.yml", format!("{head}id: trail-touched\n"));
    let place = folder.path().join("rules").display().to_string();
    let _ = rules;
    let ran = run(&["scan", &logs, "--all", "--format", "jsonl", "--no-builtin-rules", "--rules", &place]);
    for said in [
        "broken.yml:2: this is no YAML",
        "modifier.yml:3: there is no modifier containz; did you mean contains?",
        "regex.yml:3: the regular expression cannot be used",
        "circle.yml:",
    ] {
        assert!(ran.err.contains(said), "{said}\n{}", ran.err);
    }
    assert!(ran.err.contains("the id trail-touched is that of the rule in"), "{}", ran.err);
    assert!(
        ran.lines()
            .iter()
            .any(|l| l["eventName"] == "StopLogging" && !l["rules"].as_array().unwrap().is_empty())
    );
}

#[test]
fn the_environment_is_taken_into_account() {
    let (folder, logs, _) = folder();
    let own =
        folder.file("e.toml", "own_networks = [\"203.0.113.0/24\", \"198.51.100.0/24\", \"192.0.2.0/24\"]\n");
    let public = |args: &[&str]| run(args).out.matches("public address").count();
    let args = ["scan", &logs, "--all", "--format", "jsonl"];
    assert!(public(&args) > 0);
    assert_eq!(public(&[&args[..], &["--environment-file", &own]].concat()), 0);
    let bad = folder.file("bad.toml", "own_network = []\n");
    let ran = run(&[&args[..], &["--environment-file", &bad]].concat());
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("bad.toml:1: there is no key `own_network`; did you mean `own_networks`?"),
        "{}",
        ran.err
    );
}

#[test]
fn what_is_shared_within_the_organization_is_not_shared_with_another_account() {
    let folder = Folder::new();
    let shared = json!({"eventName": "ModifySnapshotAttribute", "eventSource": "ec2.amazonaws.com",
        "requestParameters": {"snapshotId": "snap-1", "attributeType": "CREATE_VOLUME_PERMISSION",
            "createVolumePermission": {"add": {"items": [{"userId": "444455556666"}]}}}});
    let logs = folder.file("logs/a.json", log(&[record(1, shared)]));
    let own = folder.file("e.toml", "own_accounts = [\"111122223333\", \"444455556666\"]\n");
    let args = ["scan", &logs, "--all", "--format", "jsonl"];
    let level = |args: &[&str]| run(args).lines()[0]["level"].clone();
    assert_eq!(level(&args), "high");
    assert_eq!(level(&[&args[..], &["--environment-file", &own]].concat()), Value::Null);
}
