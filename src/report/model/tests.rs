use serde_json::{Value, json};

use super::*;
use crate::profile::sample::{HOME, OUTSIDE, assumed, investigation, record, role, user};
use crate::report::paper::Block;
use crate::report::{compose, html, lists, markdown, navigator, stix};
use crate::score::Level;

fn report_of(records: &[Value]) -> Report {
    let inv = investigation(records);
    Report::new(&inv, Options::default(), &AtomicBool::new(false)).unwrap()
}

/// Eve uses ann's key from elsewhere, gets a role by it, makes a user with a key, opens a bucket and stops the trail.
fn incident() -> Vec<Value> {
    let ann = user("ann", "AKIAANN");
    let admin = role(HOME, "Admin", "eve", "ASIAEVE", "10:00:00");
    let key = json!({"requestParameters": {"userName": "bot"}, "responseElements": {"accessKey": {"accessKeyId": "AKIABOT", "userName": "bot"}}});
    let policy = json!({"Statement": [{"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{OUTSIDE}:root")},
        "Action": "s3:*", "Resource": "*"}]});
    let open = json!({"requestParameters": {"bucketName": "data", "bucketPolicy": policy}});
    vec![
        record("08:00:00", "ec2:DescribeInstances", &ann, json!({"sourceIPAddress": "198.51.100.1"})),
        record("10:00:00", "sts:AssumeRole", &ann, assumed("Admin", "eve", "ASIAEVE")),
        record("10:01:00", "iam:CreateUser", &admin, json!({"requestParameters": {"userName": "bot"}})),
        record("10:02:00", "iam:CreateAccessKey", &admin, key),
        record("10:03:00", "s3:PutBucketPolicy", &admin, open),
        record("10:04:00", "cloudtrail:StopLogging", &admin, json!({"requestParameters": {"name": "main"}})),
    ]
}

#[test]
fn findings_name_rule_actor_events_and_reasons() {
    let report = report_of(&incident());
    let stopped = report.findings.iter().find(|f| f.event.event == "StopLogging").unwrap();
    assert_eq!((stopped.number, stopped.actor.as_str(), stopped.account.as_str()), (1, "Admin/eve", HOME));
    assert!(stopped.level >= Level::High && stopped.rule.is_some(), "{stopped:?}");
    assert_eq!(stopped.what, "stopped trail main");
    assert_eq!((stopped.events, stopped.done, stopped.denied), (1, 1, 0));
    assert_eq!(stopped.ids, std::slice::from_ref(&stopped.event.id));
    assert!(stopped.techniques.iter().any(|t| t.id == "T1685.002"), "{:?}", stopped.techniques);
    let numbers: Vec<u32> = report.findings.iter().map(|f| f.number).collect();
    assert_eq!(numbers, (1..=report.findings.len() as u32).collect::<Vec<_>>());
    assert!(report.findings.is_sorted_by_key(|f| std::cmp::Reverse(f.level)));
    assert!(!report.findings.iter().any(|f| f.event.event == "DescribeInstances"));
}

#[test]
fn what_was_left_behind_is_told_with_what_to_do() {
    let report = report_of(&incident());
    let active: Vec<(&str, &str)> =
        report.blast.active_credentials().map(|m| (m.kind, m.name.as_str())).collect();
    assert_eq!(active, [("user", "bot"), ("access key", "AKIABOT")]);
    let granted: Vec<&str> = report.blast.grants.iter().map(|g| g.danger.name()).collect();
    assert!(granted.contains(&"external account"), "{:?}", report.blast.grants);
    let advised = |text: &str| report.recommendations.iter().any(|a| a.text.contains(text));
    for text in [
        "Delete access key AKIABOT",
        "Delete user bot",
        &format!("Revoke the sessions of role arn:aws:iam::{HOME}:role/Admin"),
        "Start logging again for trail main",
        OUTSIDE,
        "Turn on data events",
    ] {
        assert!(advised(text), "{text}: {:#?}", report.recommendations);
    }
    let policy = report.recommendations.iter().find_map(|a| a.policy.as_deref()).unwrap();
    let policy: Value = serde_json::from_str(policy).unwrap();
    assert_eq!(
        policy["Statement"][0]["Condition"]["DateLessThan"]["aws:TokenIssueTime"],
        "2026-01-10T10:04:00Z"
    );
}

#[test]
fn the_trail_leads_back_to_the_key_with_its_proof() {
    let report = report_of(&incident());
    let [trail] = &report.chains.trails[..] else { panic!("{:?}", report.chains) };
    assert_eq!((trail.origin.name.as_str(), report.chains.total), ("ann", 1));
    let links: Vec<(&str, bool)> =
        trail.tree.iter().filter_map(|b| b.link.as_ref()).map(|l| (l.because, l.certain)).collect();
    assert_eq!(links, [("its answer names the key", true)]);
}

#[test]
fn indicators_are_those_of_the_findings_with_how_common_they_are() {
    let report = report_of(&incident());
    let of = |kind: IndicatorKind| -> Vec<(&str, u64)> {
        let kind = report.indicators.iter().filter(|i| i.kind == kind);
        kind.map(|i| (i.value.as_str(), i.events)).collect()
    };
    assert_eq!(of(IndicatorKind::AccessKey), [("ASIAEVE", 4)]);
    assert_eq!(of(IndicatorKind::SessionName), [("eve", 4)]);
    // Not the address of the first event, which no finding has.
    assert_eq!(of(IndicatorKind::Address), [("203.0.113.10", 5)]);
}

#[test]
fn tactics_say_what_cannot_be_seen() {
    let report = report_of(&incident());
    let state = |name: &str| report.attack.iter().find(|t| t.name == name).unwrap().state;
    assert_eq!(report.attack.len(), 15);
    assert_eq!(state("defense-impairment"), State::Notable);
    assert_eq!(state("reconnaissance"), State::NotVisible);
    assert_eq!(state("impact"), State::PartlyVisible);
    assert_eq!(state("execution"), State::NothingSeen);
    let mut with_data = incident();
    with_data[0]["eventCategory"] = "Data".into();
    let report = report_of(&with_data);
    assert_eq!(report.attack.iter().find(|t| t.name == "impact").unwrap().state, State::NothingSeen);
    assert!(!report.limitations.iter().any(|text| text.contains("no data events")));
}

#[test]
fn the_overview_has_the_numbers_of_the_plain_form() {
    let ann = user("ann", "AKIAANN");
    // By the table: 70, 60, 10 and 10; their mean is 37.5.
    let report = report_of(&[
        record("01:00:00", "iam:CreateUser", &ann, json!({})),
        record("07:00:00", "ec2:StopInstances", &user("bob", "AKIABOB"), json!({})),
        record("08:00:00", "nosuch:A", &ann, json!({})),
        record("20:00:00", "nosuch:B", &ann, json!({"errorCode": "AccessDenied"})),
    ]);
    let o = &report.overview;
    assert_eq!((o.total_events, o.average_risk), (4, 37.5));
    let services: Vec<(&str, u64)> = o.services.iter().map(|s| (s.name.as_str(), s.count)).collect();
    assert_eq!(services, [("nosuch", 2), ("ec2", 1), ("iam", 1)]);
    let riskiest: Vec<(&str, u8)> = o.riskiest.iter().map(|e| (e.action.as_str(), e.risk_score)).collect();
    assert_eq!(riskiest[..2], [("CreateUser", 70), ("StopInstances", 60)]);
    let latest: Vec<&str> = o.latest.iter().map(|e| e.action.as_str()).collect();
    assert_eq!(latest, ["B", "A", "StopInstances", "CreateUser"]);
    let users: Vec<(&str, u64, [u64; 4])> =
        o.users.iter().map(|u| (u.name.as_str(), u.total, u.quarters)).collect();
    assert_eq!(users, [("ann", 3, [1, 1, 0, 1]), ("bob", 1, [0, 1, 0, 0])]);
    let main: Vec<(&str, u64)> = o.users[0].services.iter().map(|s| (s.name.as_str(), s.count)).collect();
    assert_eq!(main, [("nosuch", 2), ("iam", 1)]);
}

#[test]
fn bursts_are_one_line_and_a_long_timeline_says_how_much_more_there_is() {
    let eve = user("eve", "AKIAEVE");
    let denied = json!({"errorCode": "AccessDenied"});
    let mut records: Vec<Value> =
        (0..40).map(|n| record(&format!("09:00:{n:02}"), "iam:CreateUser", &eve, denied.clone())).collect();
    let report = report_of(&records);
    let [line] = &report.timeline.lines[..] else { panic!("{:?}", report.timeline.lines) };
    assert_eq!((line.times, line.action.as_str(), report.timeline.total), (40, "CreateUser", 1));
    // Five thousand acts by as many users: each a line of its own.
    records = (0..5000)
        .map(|n| {
            let who = user(&format!("user{n}"), &format!("AKIA{n}"));
            let time = format!("{:02}:{:02}:{:02}", n / 3600, n / 60 % 60, n % 60);
            record(&time, "iam:CreateUser", &who, denied.clone())
        })
        .collect();
    let inv = investigation(&records);
    let report = Report::new(&inv, Options::default(), &AtomicBool::new(false)).unwrap();
    assert_eq!((report.timeline.lines.len(), report.timeline.total), (timeline::SHOWN, 5000));
    assert_eq!((report.findings.len(), timeline(&inv).len()), (5000, 5000));
    let paper = compose::paper(&report);
    let more: Vec<(u64, &str)> = paper
        .sections
        .iter()
        .flat_map(|s| &s.blocks)
        .filter_map(|b| if let Block::Table(t) = b { t.more.as_ref() } else { None })
        .map(|(n, place)| (*n, place.as_str()))
        .collect();
    assert!(more.contains(&(4800, "timeline.csv")) && more.contains(&(4940, "findings.csv")), "{more:?}");
    assert!(markdown::render(&paper).contains("4,800 more in timeline.csv"));
    assert!(html::render(&paper).contains("4,800 more in timeline.csv"));
    let mut csv = Vec::new();
    lists::write_findings(&mut csv, &report.findings, crate::report::csv::Style::default()).unwrap();
    assert_eq!(String::from_utf8(csv).unwrap().lines().count(), 5001);
}

#[test]
fn nothing_is_a_report_as_well() {
    let report = report_of(&[]);
    assert_eq!(report.summary, ["There are no events in what was loaded, or none that match the query."]);
    assert!(report.findings.is_empty() && report.indicators.is_empty());
    let paper = compose::paper(&report);
    assert_eq!(paper.sections.len(), 16);
    assert!(html::render(&paper).ends_with("</html>\n") && markdown::render(&paper).contains("# CloudTrail"));
    assert_eq!(navigator::layer(&report)["techniques"], json!([]));
    assert_eq!(stix::bundle(&report)["objects"].as_array().unwrap().len(), 2, "who made it, and the report");
}

#[test]
fn every_link_has_its_anchor_and_every_anchor_is_one_word() {
    let paper = compose::paper(&report_of(&incident()));
    let mut anchors: Vec<&str> = paper.sections.iter().map(|s| s.anchor.as_str()).collect();
    let mut links = Vec::new();
    for block in paper.sections.iter().flat_map(|s| &s.blocks) {
        let texts: Vec<&crate::report::paper::Text> = match block {
            Block::Heading { anchor, .. } | Block::Code { anchor, .. } => {
                anchors.extend((!anchor.is_empty()).then_some(anchor.as_str()));
                Vec::new()
            }
            Block::Text(text) => vec![text],
            Block::List(list) => list.iter().collect(),
            Block::Facts(list) => list.iter().map(|f| &f.1).collect(),
            Block::Table(table) => {
                assert!(table.rows.iter().all(|row| row.len() == table.columns.len()), "{table:?}");
                table.rows.iter().flatten().collect()
            }
            Block::Chart(_) => Vec::new(),
        };
        links.extend(texts.iter().flat_map(|t| &t.0).map(|r| r.to.as_str()).filter(|to| !to.is_empty()));
    }
    assert!(!links.is_empty());
    for link in links {
        assert!(anchors.contains(&link), "{link}");
    }
    let unique: std::collections::BTreeSet<&&str> = anchors.iter().collect();
    assert_eq!(unique.len(), anchors.len());
    assert!(
        anchors.iter().all(|a| a.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'))
    );
}

#[test]
fn addresses_are_defanged_for_people_and_raw_for_programs() {
    let report = report_of(&incident());
    let paper = compose::paper(&report);
    for page in [html::render(&paper), markdown::render(&paper)] {
        let text = page.replace("<wbr>", "");
        // The appendix has the records as they are.
        let (before, records) = text.split_once("Records of cited events").unwrap();
        assert!(before.contains("203[.]0[.]113[.]10") && !before.contains("203.0.113.10"));
        assert!(records.contains("203.0.113.10"));
    }
    let mut csv = Vec::new();
    lists::write_indicators(&mut csv, &report.indicators, crate::report::csv::Style::default()).unwrap();
    assert!(String::from_utf8(csv).unwrap().contains("address,203.0.113.10,"));
    assert!(stix::bundle(&report).to_string().contains("[ipv4-addr:value = '203.0.113.10']"));
}

#[test]
fn ids_follow_from_the_content() {
    let (one, two) = (report_of(&incident()), report_of(&incident()));
    assert_eq!(one, two);
    assert_eq!(stix::bundle(&one).to_string(), stix::bundle(&two).to_string());
    let inv = investigation(&incident());
    let other = Options { dataset: "x".to_owned(), ..Options::default() };
    let other = Report::new(&inv, other, &AtomicBool::new(false)).unwrap();
    assert_ne!(one.cover.report_id, other.cover.report_id);
}

#[test]
fn a_bundle_is_sound() {
    let inv = investigation(&incident());
    let options = Options { tlp: Some(Tlp::AmberStrict), ..Options::default() };
    let report = Report::new(&inv, options, &AtomicBool::new(false)).unwrap();
    let bundle = stix::bundle(&report);
    let objects = bundle["objects"].as_array().unwrap();
    let ids: std::collections::BTreeSet<&str> = objects.iter().map(|o| o["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), objects.len(), "no id twice");
    for object in objects {
        let (kind, id) = (object["type"].as_str().unwrap(), object["id"].as_str().unwrap());
        assert_eq!(id.split_once("--").unwrap().0, kind);
        assert_eq!((object["spec_version"].as_str(), id.len()), (Some("2.1"), kind.len() + 38), "{id}");
        for key in ["source_ref", "target_ref", "created_by_ref"] {
            assert!(object.get(key).is_none_or(|r| ids.contains(r.as_str().unwrap())), "{object}");
        }
        for reference in object["object_refs"].as_array().into_iter().flatten() {
            assert!(ids.contains(reference.as_str().unwrap()), "{reference}");
        }
    }
    let layer = navigator::layer(&report);
    assert!(
        layer["techniques"]
            .as_array()
            .unwrap()
            .iter()
            .any(|t| t["techniqueID"] == "T1685.002" && t["score"] == 1)
    );
}

#[test]
fn hostile_text_is_harmless_in_every_form() {
    let evil = "x\u{1b}[2J\u{202e}<script>alert(1)</script>|`]( http://evil.example '\"=1\n";
    let eve = json!({"type": "IAMUser", "userName": evil, "accountId": HOME, "accessKeyId": evil,
        "principalId": evil, "arn": evil});
    let report = report_of(&[
        record(
            "10:00:00",
            "cloudtrail:StopLogging",
            &eve,
            json!({"requestParameters": {"name": evil}, "userAgent": evil, "awsRegion": evil, "sourceIPAddress": evil}),
        ),
        record("10:01:00", "iam:CreateUser", &eve, json!({"requestParameters": {"userName": evil}})),
    ]);
    assert!(!report.findings.is_empty());
    let paper = compose::paper(&report);
    let (page, marked) = (html::render(&paper), markdown::render(&paper));
    for text in [&page, &marked] {
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
    }
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;"));
    assert!(!outside_of_code(&marked).contains("<script"));
    assert!(outside_of_code(&marked).contains("Executive summary"));
    let quoted = stix::bundle(&report);
    let pattern = |o: &Value| o["pattern"].as_str().map(str::to_owned);
    for pattern in quoted["objects"].as_array().unwrap().iter().filter_map(pattern) {
        // Every quote within the literal is escaped.
        let inner = pattern.rsplit_once(" = '").map(|p| p.1.trim_end_matches("']")).unwrap_or_default();
        assert!(!inner.replace("\\\\", "").replace("\\'", "").contains('\''), "{pattern}");
    }
}

/// Markdown without its code spans and fenced blocks, as a reader of Markdown tells them apart.
fn outside_of_code(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('`') {
        out += &rest[..at];
        let ticks: String = rest[at..].chars().take_while(|c| *c == '`').collect();
        let inner = &rest[at + ticks.len()..];
        // What closes it is a run of exactly as many.
        let mut from = 0;
        let end = loop {
            let Some(found) = inner[from..].find(&ticks) else { break None };
            let found = from + found;
            let run = inner[found..].chars().take_while(|c| *c == '`').count();
            if run == ticks.len() {
                break Some(found);
            }
            from = found + run;
        };
        let Some(end) = end else {
            out += &ticks;
            rest = inner;
            continue;
        };
        rest = &inner[end + ticks.len()..];
    }
    out + rest
}
