use std::sync::atomic::AtomicBool;

use serde_json::{Value, json};

use super::*;
use crate::profile::sample::{HOME, assumed, investigation, record, role, user};

fn told(inv: &Investigation, id: &str, most: usize) -> Story {
    let go = AtomicBool::new(false);
    let background = Background::new(&inv.table, &go).unwrap();
    let session = background.sessions.find(&inv.table, id)[0];
    let nodes = background.chains.tree(session);
    assert_eq!(story(inv, &background, &nodes, None, most, &AtomicBool::new(true)), None);
    story(inv, &background, &nodes, None, most, &go).unwrap()
}

fn lines(story: &Story) -> Vec<String> {
    story
        .sentences
        .iter()
        .map(|s| format!("{} {}{}", &s.from.to_string()[11..19], "  ".repeat(s.depth as usize), s.text))
        .collect()
}

/// Eve looks around, makes a user, assumes a role and opens a port by it.
fn eve() -> Investigation {
    let eve = user("eve", "AKIAEVE");
    let admin = role(HOME, "Admin", "x", "ASIA1", "09:10:00");
    let denied = json!({"errorCode": "AccessDenied"});
    let opened = json!({"requestParameters": {"groupId": "sg-1", "ipPermissions": {"items": [{"ipProtocol": "tcp",
        "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}}});
    let mut records: Vec<Value> = vec![
        record("09:00:00", "sts:GetCallerIdentity", &eve, json!({})),
        record("09:00:01", "iam:ListUsers", &eve, denied.clone()),
        record("09:00:02", "iam:ListUsers", &eve, denied.clone()),
        record("09:00:03", "s3:ListBuckets", &eve, json!({})),
        record("09:05:00", "iam:CreateUser", &eve, json!({"requestParameters": {"userName": "bot"}})),
        record("09:10:00", "sts:AssumeRole", &eve, assumed("Admin", "x", "ASIA1")),
        record("09:11:00", "ec2:AuthorizeSecurityGroupIngress", &admin, opened),
        record("09:40:00", "ec2:DescribeInstances", &eve, json!({})),
    ];
    let odd = json!({"requestParameters": {"name": "a"}, "errorCode": "AccessDenied"});
    records.extend((0..3).map(|n| record(&format!("09:12:0{n}"), "glue:StartThing", &admin, odd.clone())));
    investigation(&records)
}

#[test]
fn a_session_and_what_came_out_of_it_is_told_in_order() {
    let story = told(&eve(), "AKIAEVE@2026-01-10T09:00:00Z", 100);
    assert_eq!(
        lines(&story),
        [
            "09:00:00 session AKIAEVE@2026-01-10T09:00:00Z of eve begins; it comes from 203.0.113.10",
            "09:00:00 eve looked around with 4 calls: iam ListUsers ×2, s3 ListBuckets, sts GetCallerIdentity (2 denied)",
            "09:05:00 eve created user bot",
            "09:10:00 eve assumed role Admin as x",
            "09:11:00   session ASIA1 of Admin/x begins, with what eve got by AssumeRole (its answer names the key); it comes from 203.0.113.10",
            "09:11:00   Admin/x opened tcp/22 of sg-1 to 0.0.0.0/0",
            "09:12:00   Admin/x tried to call glue StartThing on a (denied: AccessDenied), 3 times in 2 s",
            "09:40:00 eve looked around with 1 call: ec2 DescribeInstances",
        ]
    );
    assert_eq!(story.left_out, 0);
}

#[test]
fn every_sentence_names_its_events_techniques_and_dangers() {
    let story = told(&eve(), "AKIAEVE@2026-01-10T09:00:00Z", 100);
    let [began, looked, made, .., opened, odd, _] = &story.sentences[..] else { panic!("{story:?}") };
    assert_eq!((looked.events, looked.ids.len()), (4, 4));
    assert_eq!(looked.to.to_string(), "2026-01-10T09:00:03Z");
    assert_eq!(began.techniques.len(), 0);
    assert_eq!(made.ids, [format!("id-09:05:00-CreateUser-{HOME}")]);
    assert!(made.techniques.iter().any(|t| t.starts_with("T1136.003")), "{:?}", made.techniques);
    assert_eq!(opened.dangers[0].danger.name(), "public");
    assert_eq!((odd.events, odd.ids.len()), (3, 3));
}

#[test]
fn what_has_the_least_risk_is_left_out_first() {
    let story = told(&eve(), "AKIAEVE@2026-01-10T09:00:00Z", 6);
    assert_eq!((story.sentences.len(), story.left_out), (6, 2));
    assert!(story.sentences.iter().all(|s| s.kind != Kind::Looked), "{:?}", lines(&story));
}

#[test]
fn signs_stand_in_the_story() {
    let ann = user("ann", "AKIAANN");
    let inv = investigation(&[
        record("09:00:00", "s3:ListBuckets", &ann, json!({})),
        record("09:01:00", "s3:ListBuckets", &ann, json!({"sourceIPAddress": "198.51.100.9"})),
    ]);
    let story = told(&inv, "AKIAANN", 100);
    let sign = story.sentences.iter().find(|s| s.kind == Kind::Sign).unwrap();
    assert_eq!(
        sign.text,
        "ann, another network: first call from 198.51.100.9 in 198.51.100.0/24, 1 min after one from 203.0.113.10"
    );
    assert_eq!(sign.ids.len(), 2);
}

#[test]
fn acts_far_apart_and_different_acts_are_different_sentences() {
    let ann = user("ann", "ASIAANN");
    let call = |time: &str, target: &str| {
        record(time, "glue:StartThing", &ann, json!({"requestParameters": {"name": target}}))
    };
    let inv = investigation(&[
        call("09:00:00", "a"),
        call("09:00:01", "b"),
        call("09:00:02", "b"),
        call("11:00:00", "b"),
    ]);
    let story = told(&inv, "ASIAANN", 100);
    let texts: Vec<&str> = story.sentences.iter().skip(1).map(|s| s.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "ann called glue StartThing on a",
            "ann called glue StartThing on b, 2 times in 1 s",
            "ann called glue StartThing on b"
        ]
    );
}

#[test]
fn many_acts_of_one_kind_are_told_together_and_dangerous_ones_apart() {
    let eve = user("eve", "ASIAEVE");
    let gone = |n: u32| {
        let more =
            json!({"requestParameters": {"secretId": format!("s{n}"), "forceDeleteWithoutRecovery": n == 0}});
        record(&format!("09:00:{n:02}"), "secretsmanager:DeleteSecret", &eve, more)
    };
    let opened = |n: u32| {
        let more = json!({"requestParameters": {"groupId": format!("sg-{n}"), "ipPermissions": {"items":
            [{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}}});
        record(&format!("09:10:{n:02}"), "ec2:AuthorizeSecurityGroupIngress", &eve, more)
    };
    let inv = investigation(&(0..8).map(gone).chain((0..5).map(opened)).collect::<Vec<_>>());
    let story = told(&inv, "ASIAEVE", 100);
    let texts: Vec<&str> = story.sentences.iter().skip(1).map(|s| s.text.as_str()).collect();
    assert_eq!(
        texts[0],
        "eve deleted secret s0 without a way back, the same for s1, s2, s3, s4, s5 and 2 more, within 7 s"
    );
    assert_eq!((story.sentences[1].events, story.sentences[1].ids.len()), (8, 8));
    assert_eq!(texts[1], "eve opened tcp/22 of sg-0 to 0.0.0.0/0");
    assert_eq!(texts.len(), 6, "{texts:?}");
}
