use serde_json::{Value as Json, json};

use super::super::condition::Condition;
use super::super::item::{Item, Place, Test};
use super::super::plain::fires;
use super::file::MOST_FAULTS;
use super::*;
use crate::query::Part;

const RULE: &str = "title: A\nid: one\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n  s: {eventName: X}\n  condition: s\n";

#[test]
fn a_fault_costs_only_its_rule() {
    let windows = "title: W\nlogsource: {product: windows}\ndetection: {s: {a: 1}, condition: s}\n";
    let broken = format!("{RULE}---\ntitle: [\n");
    let files = [
        ("a.yml", RULE),
        ("same.yml", RULE),
        ("windows.yml", windows),
        ("empty.yml", ""),
        ("untitled.yml", "detection: {s: {a: 1}, condition: s}"),
        ("broken.yml", &broken.replace("id: one", "id: two")),
    ];
    let (set, faults) = RuleSet::read(files, &Placeholders::new());
    let ids: Vec<&str> = set.rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(ids, ["one", "two"]);
    let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
    for (n, text) in [
        "same.yml:1: the id one is that of the rule in a.yml:1",
        "windows.yml:1: a rule for other logs (windows);",
        "untitled.yml:1: a rule needs a title",
        "broken.yml:",
    ]
    .iter()
    .enumerate()
    {
        assert!(said[n].contains(text), "{text}: {said:?}");
    }
}

#[test]
fn a_document_that_is_no_yaml_costs_only_itself() {
    let rule = |id: &str| RULE.replace("id: one", &format!("id: {id}"));
    let text = format!("{}---\ntitle: [\n---\n{}---\n\ttitle: T\n---\n{}", rule("a"), rule("b"), rule("c"));
    let (set, faults) = RuleSet::read([("f.yml", text.as_str())], &Placeholders::new());
    let ids: Vec<(&str, usize)> = set.rules.iter().map(|rule| (rule.id.as_str(), rule.line)).collect();
    assert_eq!(ids, [("a", 1), ("b", 10), ("c", 19)], "{faults:?}");
    let lines: Vec<usize> = faults.iter().map(|fault| fault.line).collect();
    assert_eq!(lines.len(), 2, "{faults:?}");
    assert!(lines.iter().zip([7..=9, 16..=18]).all(|(line, there)| there.contains(line)), "{lines:?}");
    assert!(faults[0].reason.ends_with("the other documents of this file are used"), "{faults:?}");
    let endless = "---\ntitle: [\n".repeat(1000);
    let (_, faults) = RuleSet::read([("f.yml", endless.as_str())], &Placeholders::new());
    assert_eq!(faults.len(), MOST_FAULTS + 1);
}

#[test]
fn rules_without_id_and_name_are_told_apart() {
    let one = RULE.replace("id: one\n", "");
    let text = format!("{one}---\n{one}---\n{RULE}---\n{one}");
    let (set, faults) = RuleSet::read([("rules/two-docs.YML", text.as_str())], &Placeholders::new());
    let ids: Vec<&str> = set.rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(ids, ["two-docs", "two-docs-2", "one", "two-docs-3"], "{faults:?}");
    // What somebody wrote stays, and is told when it is there already.
    let text = format!("{one}---\n{}", RULE.replace("id: one", "id: two-docs"));
    let (set, faults) = RuleSet::read([("two-docs.yml", text.as_str())], &Placeholders::new());
    assert_eq!((set.rules.len(), faults.len()), (1, 1), "{faults:?}");
}

#[test]
fn many_files_come_out_in_their_order_whoever_reads_them() {
    let names: Vec<String> = (0..200).map(|n| format!("{n}.yml")).collect();
    // Every tenth has the id of the one before it.
    let id = |n: usize| if n % 10 == 9 { n - 1 } else { n };
    let texts: Vec<String> = (0..200).map(|n| RULE.replace("id: one", &format!("id: r{}", id(n)))).collect();
    let files = names.iter().zip(&texts).map(|(name, text)| (name.as_str(), text.as_str()));
    let (set, faults) = RuleSet::read(files, &Placeholders::new());
    let ids: Vec<&str> = set.rules.iter().map(|rule| rule.id.as_str()).collect();
    let expected: Vec<String> = (0..200).filter(|n| n % 10 != 9).map(|n| format!("r{n}")).collect();
    assert_eq!(ids, expected);
    let faulty: Vec<&str> = faults.iter().map(|fault| fault.file.as_str()).collect();
    let expected: Vec<String> = (0..200).filter(|n| n % 10 == 9).map(|n| format!("{n}.yml")).collect();
    assert_eq!(faulty, expected);
}

#[test]
fn maps_are_shared_to_any_depth() {
    let text = "action: global\ntitle: G\ndetection: {s: {eventName: X}, condition: s}\n---\nid: a\ndetection: {s: {awsRegion: r}}\n---\naction: repeat\nid: b\ndetection: {s: {errorCode: E}}\n---\naction: reset\n---\ntitle: C\nid: c\ndetection: {s: {awsRegion: r}, condition: s}\n";
    let (set, faults) = RuleSet::read([("g.yml", text)], &Placeholders::new());
    assert_eq!(faults, []);
    let fired = |record: Json| -> String {
        set.rules.iter().filter(|rule| fires(rule, &record)).map(|rule| rule.id.as_str()).collect()
    };
    assert_eq!(fired(json!({"eventName": "Y", "awsRegion": "r"})), "c");
    assert_eq!(fired(json!({"eventName": "X", "awsRegion": "r"})), "ac");
    assert_eq!(fired(json!({"eventName": "X", "awsRegion": "r", "errorCode": "E"})), "abc");
}

#[test]
fn a_key_that_stands_twice_is_a_fault_of_its_rule() {
    let twice = "title: T\nid: t\ndetection:\n  s: {a: 1}\n  s: {b: 2}\n  condition: s\n";
    let level = format!("{RULE}level: low\nlevel: high\n");
    let listed = "title: L\nid: l\ndetection:\n  s:\n    - a: 1\n      b: 2\n      a: 3\n  condition: s\n";
    let (set, faults) = RuleSet::read(
        [("t.yml", twice), ("l.yml", &level), ("m.yml", listed), ("r.yml", RULE)],
        &Placeholders::new(),
    );
    assert_eq!(set.rules.len(), 1);
    let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
    for (n, begin) in
        ["t.yml:5: the key `s` ", "l.yml:8: the key `level` ", "m.yml:7: the key `a` "].iter().enumerate()
    {
        assert!(said[n].starts_with(begin), "{begin}: {said:?}");
    }
}

#[test]
fn correlations_that_cannot_be_used_are_told_once_and_not_kept() {
    let correlation = |id: &str, of: &str| {
        format!(
            "---\ntitle: {id}\nid: {id}\ncorrelation: {{type: event_count, rules: [{of}], timespan: 1h, condition: {{gte: 2}}}}\n"
        )
    };
    let all = [("a", "b"), ("b", "a"), ("lost", "nobody"), ("good", "one"), ("better", "good")];
    let text: String = all.iter().map(|(id, of)| correlation(id, of)).collect();
    let (mut set, mut faults) = RuleSet::read([("c.yml", &*format!("{RULE}{text}"))], &Placeholders::new());
    let ids = |set: &RuleSet| -> Vec<String> { set.correlations.iter().map(|c| c.id.clone()).collect() };
    assert_eq!(
        (ids(&set), set.links.order.len(), faults.len()),
        (vec!["good".to_owned(), "better".to_owned()], 2, 3)
    );
    set.retain(&mut faults, |id| id != "one");
    assert_eq!((ids(&set).len(), faults.len()), (0, 5), "{faults:?}");
}

#[test]
fn collections_share_what_is_global() {
    let text = "action: global\ntitle: G\nlogsource: {product: aws}\ndetection: {condition: s}\n---\nid: a\ndetection: {s: {eventName: X}}\n---\nid: b\ndetection: {s: {eventName: Y}}\n";
    let (set, faults) = RuleSet::read([("g.yml", text)], &Placeholders::new());
    assert_eq!(faults, []);
    let fired = |name: &str| -> Vec<String> {
        let hit = |rule: &&Rule| fires(rule, &json!({"eventName": name}));
        set.rules.iter().filter(hit).map(|rule| rule.id.clone()).collect()
    };
    assert_eq!((fired("X"), fired("Y")), (vec!["a".to_owned()], vec!["b".to_owned()]));
}

#[test]
fn ten_thousand_rules_are_read() {
    let texts: Vec<(String, String)> =
        (0..10_000).map(|n| (format!("{n}.yml"), RULE.replace("one", &n.to_string()))).collect();
    let files = texts.iter().map(|(file, text)| (file.as_str(), text.as_str()));
    assert_eq!(RuleSet::read(files, &Placeholders::new()).0.rules.len(), 10_000);
}

/// A record on which a rule fires, made from what the rule itself says.
fn crafted(rule: &Rule) -> Option<Json> {
    let all = rule.searches.len();
    (0..1u32 << all.min(12)).find_map(|wanted| {
        {
            let holds = |c: &Condition| c.holds(&mut |n| wanted >> n & 1 == 1);
            let searches = (0..all).filter(|n| wanted >> n & 1 == 1);
            rule.conditions.iter().any(holds).then(|| {
                let mut record = json!({});
                for n in searches {
                    for item in &rule.searches[n].1.groups[0] {
                        put(&mut record, item);
                    }
                }
                record
            })
        }
        .filter(|record| fires(rule, record))
    })
}

fn put(record: &mut Json, item: &Item) {
    let tests = if item.all { &item.tests[..] } else { &item.tests[..1] };
    let texts: Vec<String> = tests.iter().filter_map(sample).collect();
    if texts.is_empty() {
        return;
    }
    let path = item.field.clone().unwrap_or_else(|| vec!["requestParameters".to_owned()]);
    if let Test::Field(other, _) = &item.tests[0] {
        set(record, other, json!("same"));
        set(record, &path, json!("same"));
        return;
    }
    let value = json!(texts.join(" "));
    // What holds the parameters is an object.
    let holder = path.len() == 1 && matches!(path[0].as_str(), "requestParameters" | "responseElements");
    set(record, &path, if holder { json!({"policyDocument": value}) } else { value });
}

fn set(record: &mut Json, path: &[String], value: Json) {
    let mut place = record;
    for step in path {
        if !place.is_object() {
            *place = json!({});
        }
        place = &mut place[step.as_str()];
    }
    *place = value;
}

fn sample(test: &Test) -> Option<String> {
    Some(match test {
        Test::Text(pattern) => pattern
            .parts()
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.as_str(),
                Part::Many => "",
                Part::One => "x",
            })
            .collect(),
        // Expressions are written by hand in the few rules that have them.
        Test::Regex(_) => "arn:aws:sts::111122223333:assumed-role/aws:ec2-instance/i-0abc".to_owned(),
        Test::Cidr(net) => net.addr().to_string(),
        Test::Exists(true) => "there".to_owned(),
        Test::Number(_, number) | Test::TimePart(_, _, number) => number.to_string(),
        Test::Field(_, Place::Whole | Place::Anywhere | Place::Beginning | Place::End) => "same".to_owned(),
        Test::Null | Test::Exists(false) | Test::Names(_) | Test::Element(_) => return None,
    })
}

#[test]
fn every_public_rule_can_fire() {
    let beside = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = std::env::var_os("TRAILHOUND_REAL_DATA").map_or(beside, Into::into).join("sigma-aws");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: there are no public rules at {}", folder.display());
        return;
    };
    let paths = entries.map(|e| e.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "yml"));
    let texts: Vec<(String, String)> =
        paths.map(|p| (p.display().to_string(), std::fs::read_to_string(&p).unwrap())).collect();
    let files = texts.iter().map(|(file, text)| (file.as_str(), text.as_str()));
    let (set, faults) = RuleSet::read(files, &Placeholders::new());
    assert_eq!((set.rules.len(), faults), (57, Vec::new()));
    let silent: Vec<&str> =
        set.rules.iter().filter(|rule| crafted(rule).is_none()).map(|rule| rule.title.as_str()).collect();
    assert_eq!(silent, [""; 0], "these can never fire");
}

#[test]
fn what_cannot_be_meant_is_told() {
    for (from, to, said) in [
        ("{product: aws, service: cloudtrail}", "{category: webserver}", "a rule for other logs (webserver)"),
        (
            "{product: aws, service: cloudtrail}",
            "{product: aws, category: x}",
            "a rule for other logs (aws x)",
        ),
        ("condition: s", "condition: []", "a.yml:6: the detection needs a condition"),
        ("title: A", "action: glob\ntitle: A", "a.yml:1: there is no action `glob`"),
    ] {
        let (set, faults) = RuleSet::read([("a.yml", RULE.replace(from, to).as_str())], &Placeholders::new());
        assert!(set.rules.is_empty(), "{to}");
        assert!(faults.iter().any(|fault| fault.to_string().contains(said)), "{to}: {faults:?}");
    }
    let filter = format!(
        "{RULE}---\ntitle: F\nlogsource: {{product: aws, service: cloudtrail}}\nfilter:\n  rules: [one, zz]\n  f: {{awsRegion: x}}\n  condition: not f\n"
    );
    let (set, faults) = RuleSet::read([("a.yml", filter.as_str())], &Placeholders::new());
    assert!(faults.len() == 1 && faults[0].to_string().contains("this filter names `zz`"), "{faults:?}");
    assert!(!fires(&set.rules[0], &json!({"eventName": "X", "awsRegion": "x"})));
}

#[test]
fn placeholders_are_found_wherever_they_stand() {
    let known =
        |name: &str, values: &[&str]| (name.to_owned(), values.iter().map(|v| (*v).to_owned()).collect());
    let placeholders: Placeholders =
        [known("a", &["x", "longer"]), known("b", &["1", "%a%"])].into_iter().collect();
    let rule = RULE.replace("{eventName: X}", "{userAgent|expand: '100% of %a%-%b%'}");
    let (set, faults) = RuleSet::read([("a.yml", rule.as_str())], &placeholders);
    assert_eq!(faults, []);
    for (agent, hits) in [
        ("100% of x-1", true),
        ("100% of longer-1", true),
        ("100% of longer-%a%", true),
        ("100% of %a%-%b%", false),
        ("100% of longer-", false),
    ] {
        assert_eq!(fires(&set.rules[0], &json!({"userAgent": agent})), hits, "{agent}");
    }
    let rule = RULE.replace("{eventName: X}", "{userAgent|expand: '50% %nosuch%'}");
    let (_, faults) = RuleSet::read([("a.yml", rule.as_str())], &placeholders);
    assert!(faults[0].to_string().contains("placeholder %nosuch%"), "{faults:?}");
}

#[test]
fn a_mapped_network_is_that_of_ipv4() {
    let rule = RULE.replace("{eventName: X}", "{sourceIPAddress|cidr: '::ffff:203.0.113.0/120'}");
    let (set, _) = RuleSet::read([("a.yml", rule.as_str())], &Placeholders::new());
    for (address, hits) in [("203.0.113.5", true), ("::ffff:203.0.113.9", true), ("203.0.114.1", false)] {
        assert_eq!(fires(&set.rules[0], &json!({"sourceIPAddress": address})), hits, "{address}");
    }
}
