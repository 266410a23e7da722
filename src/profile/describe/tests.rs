use std::sync::atomic::AtomicBool;

use serde_json::json;

use super::*;
use crate::profile::sample::{HOME, OTHER, assumed, investigation, record, role, user};

const HOUR: Baseline = Baseline::Span(3_600_000);

fn of(inv: &Investigation, subject: &str) -> Option<Profile> {
    let go = AtomicBool::new(false);
    let background = Background::new(&inv.table, &go).unwrap();
    profile(inv, &background, &subject.parse().unwrap(), HOUR, None, Most::default(), &go)
}

fn names(seen: &[Seen]) -> Vec<(&str, u64)> {
    seen.iter().map(|s| (s.name.as_str(), s.events)).collect()
}

fn eve() -> Investigation {
    let eve = user("eve", "AKIARTX3GSDSQMDQQCIK");
    let ann = user("ann", "AKIAANN");
    let s3 = |out: u64| json!({"requestParameters": {"bucketName": "payroll"}, "additionalEventData": {"bytesTransferredOut": out}});
    investigation(&[
        record("08:00:00", "ec2:DescribeInstances", &eve, json!({})),
        record("08:10:00", "ec2:DescribeInstances", &eve, json!({})),
        record("09:30:00", "s3:GetObject", &eve, s3(1000)),
        record("09:31:00", "s3:GetObject", &eve, s3(234)),
        record(
            "09:32:00",
            "iam:CreateUser",
            &eve,
            json!({"requestParameters": {"userName": "bot"}, "sourceIPAddress": "198.51.100.9"}),
        ),
        record(
            "09:33:00",
            "iam:CreateRole",
            &eve,
            json!({"requestParameters": {"roleName": "r"}, "errorCode": "AccessDenied"}),
        ),
        record("09:34:00", "sts:AssumeRole", &eve, assumed("Admin", "x", "ASIA1")),
        record("09:35:00", "s3:ListBuckets", &role(HOME, "Admin", "x", "ASIA1", "09:34:00"), json!({})),
        record("09:36:00", "s3:GetObject", &ann, s3(1)),
    ])
}

#[test]
fn a_profile_tells_everything_about_an_actor() {
    let profile = of(&eve(), "eve").unwrap();
    assert_eq!((profile.kind, profile.events, profile.writes, profile.denied), (SubjectKind::Actor, 7, 2, 1));
    assert_eq!(names(&profile.services), [("ec2", 2), ("iam", 2), ("s3", 2), ("sts", 1)]);
    assert!((profile.services[0].share - 2.0 / 7.0).abs() < 1e-12);
    assert_eq!(names(&profile.outcomes), [("success", 6), ("denied", 1)]);
    assert_eq!(names(&profile.addresses), [("203.0.113.10", 6), ("198.51.100.9", 1)]);
    assert_eq!(profile.addresses[1].first.to_string(), "2026-01-10T09:32:00Z");
    // 2026-01-10 is a Saturday.
    assert_eq!((profile.hours[5][8], profile.hours[5][9], profile.hours[4][8]), (2, 5, 0));
    assert_eq!((profile.bytes_out, profile.bytes_in), (1234, 0));
    assert_eq!(profile.keys[0].account.as_deref(), Some(HOME));
    assert!(!profile.keys[0].mismatch);
    assert_eq!(profile.latest[0].event, "AssumeRole");
    assert_eq!(profile.riskiest.len(), 5, "the repeated call and the repeated read stand once each");
    assert!(profile.riskiest[0].risk >= profile.riskiest[4].risk);
    let persistence = profile.tactics.iter().find(|t| t.name == "persistence").unwrap();
    assert_eq!((persistence.title.as_str(), persistence.done < persistence.events), ("Persistence", true));
}

#[test]
fn what_was_new_touched_and_made_is_listed() {
    let profile = of(&eve(), "eve").unwrap();
    assert_eq!(profile.history, History::Known);
    let new: Vec<String> =
        profile.new.iter().map(|n| format!("{} {}", n.dimension.name(), n.value)).collect();
    assert_eq!(&new[..3], ["event GetObject", "service s3", "resource payroll"]);
    assert!(new.contains(&"network 198.51.100.0/24".to_owned()) && profile.new.iter().all(|n| n.for_account));
    let payroll = profile.resources.iter().find(|r| r.name == "payroll").unwrap();
    assert_eq!((payroll.reads, payroll.writes, payroll.denied), (2, 0, 0));
    let role = profile.resources.iter().find(|r| r.name == "r").unwrap();
    assert_eq!((role.reads, role.writes, role.denied), (0, 0, 1));
    let made: Vec<_> = profile.made.iter().map(|m| (m.kind, m.name.as_str(), m.still_there)).collect();
    assert_eq!(made, [("user", "bot", true)]);
    let signs: Vec<_> = profile.signs.iter().map(|s| (s.kind, s.value.as_str())).collect();
    use crate::profile::theft::SignKind::Network;
    assert_eq!(signs, [(Network, "198.51.100.9")]);
    // Half an hour of quiet divides the use of a key that does not expire.
    let sessions: Vec<_> =
        profile.sessions.iter().map(|s| (s.events, s.handed_on, s.origin.name.as_str())).collect();
    assert_eq!(sessions, [(5, 1, "eve"), (2, 0, "eve")]);
}

#[test]
fn addresses_roles_keys_and_sessions_have_profiles_too() {
    let inv = eve();
    for (subject, kind, events) in [
        ("203.0.113.10", SubjectKind::Address, 8),
        ("role:Admin", SubjectKind::Role, 1),
        ("ASIA1", SubjectKind::Key, 1),
        ("AKIARTX3GSDSQMDQQCIK@2026-01-10T09:30:00Z", SubjectKind::Session, 5),
    ] {
        let profile = of(&inv, subject).unwrap();
        assert_eq!((profile.kind, profile.events), (kind, events), "{subject}");
    }
    assert_eq!(names(&of(&inv, "203.0.113.10").unwrap().actors), [("eve", 6), ("Admin/x", 1), ("ann", 1)]);
    assert_eq!(of(&inv, "nobody"), None);
}

#[test]
fn a_key_of_another_account_is_noticed() {
    let mut forged = user("eve", "AKIARTX3GSDSQMDQQCIK");
    forged["accountId"] = OTHER.into();
    let inv = investigation(&[record("08:00:00", "s3:GetObject", &forged, json!({}))]);
    assert!(of(&inv, "eve").unwrap().keys[0].mismatch);
}

#[test]
fn without_a_history_nothing_is_new() {
    let inv = investigation(&[record("08:00:00", "s3:GetObject", &user("eve", "AKIAEVE"), json!({}))]);
    let profile = of(&inv, "eve").unwrap();
    assert_eq!((profile.history, profile.new.len()), (History::NoBaselineYet, 0));
}
