use std::net::IpAddr;

use serde_json::{Value, json};

use super::*;
use crate::profile::sample::{HOME, investigation, record, role, user};

fn all(records: &[Value], places: Option<&dyn Places>) -> Vec<Sign> {
    let inv = investigation(records);
    let go = AtomicBool::new(false);
    let background = Background::new(&inv.table, &go).unwrap();
    let rows: Vec<u32> = (0..inv.table.len()).collect();
    assert_eq!(signs(&inv, &background, &rows, places, &AtomicBool::new(true)), None);
    signs(&inv, &background, &rows, places, &go).unwrap()
}

fn told(records: &[Value]) -> Vec<(SignKind, String)> {
    all(records, None).into_iter().map(|sign| (sign.kind, sign.text)).collect()
}

fn from(ip: &str, agent: &str) -> Value {
    json!({"sourceIPAddress": ip, "userAgent": agent})
}

#[test]
fn another_network_and_another_program_in_one_key_are_told_once() {
    let ann = user("ann", "AKIAANN");
    let found = told(&[
        record("08:00:00", "s3:ListBuckets", &ann, from("203.0.113.10", "aws-cli/2.1")),
        record("08:00:10", "s3:ListBuckets", &ann, from("203.0.113.11", "aws-cli/2.2")),
        record("08:02:00", "s3:GetObject", &ann, from("198.51.100.9", "python-requests/2.31")),
        record("09:00:00", "s3:GetObject", &ann, from("203.0.113.10", "aws-cli/2.1")),
        record("09:00:01", "s3:PutObject", &ann, from("198.51.100.9", "python-requests/2.31")),
    ]);
    let text = |text: &str| text.to_owned();
    assert_eq!(
        found,
        [
            (SignKind::Address, text("first call from 203.0.113.11, 10 s after one from 203.0.113.10")),
            (
                SignKind::Network,
                text(
                    "first call from 198.51.100.9 in 198.51.100.0/24, 1 min 50 s after one from 203.0.113.11"
                )
            ),
            (SignKind::Agent, text("first call by python-requests, 1 min 50 s after one by aws-cli")),
        ]
    );
}

#[test]
fn what_services_do_on_behalf_of_somebody_is_no_sign() {
    let ann = user("ann", "AKIAANN");
    let mut behalf = ann.clone();
    behalf["invokedBy"] = "cloudformation.amazonaws.com".into();
    let found = told(&[
        record("08:00:00", "s3:ListBuckets", &ann, json!({})),
        record(
            "08:00:01",
            "ec2:RunInstances",
            &behalf,
            from("cloudformation.amazonaws.com", "cloudformation.amazonaws.com"),
        ),
        record("08:00:02", "kms:Decrypt", &ann, from("AWS Internal", "AWS Internal")),
    ]);
    assert_eq!(found, []);
}

#[test]
fn sessions_of_different_credentials_are_not_held_against_each_other() {
    let one = role(HOME, "Deploy", "a", "ASIA1", "07:00:00");
    let two = role(HOME, "Deploy", "b", "ASIA2", "07:00:00");
    let found = told(&[
        record("08:00:00", "s3:ListBuckets", &one, from("203.0.113.10", "aws-cli/2.1")),
        record("08:00:01", "s3:ListBuckets", &two, from("198.51.100.9", "Boto3/1.1")),
    ]);
    assert_eq!(found, []);
}

#[test]
fn instance_credentials_off_the_instance_are_found_across_their_keys() {
    let name = "i-0abc123def4567890";
    let (old, new) =
        (role(HOME, "Web", name, "ASIA1", "01:00:00"), role(HOME, "Web", name, "ASIA2", "07:00:00"));
    let found = all(
        &[
            record("02:00:00", "s3:GetObject", &old, from("10.0.0.7", "aws-sdk-go/1")),
            record("08:00:00", "s3:GetObject", &new, from("10.0.0.7", "aws-sdk-go/1")),
            record("08:05:00", "sts:GetCallerIdentity", &new, from("198.51.100.9", "aws-cli/2")),
        ],
        None,
    );
    assert_eq!(found[0].kind, SignKind::OffInstance);
    assert_eq!(
        found[0].text,
        format!("credentials of instance {name} used from 198.51.100.9, 5 min after 10.0.0.7")
    );
    assert_eq!((found[0].value.as_str(), found[0].before.as_str()), ("198.51.100.9", "10.0.0.7"));
    assert_eq!(found[0].before_event.as_deref(), Some("id-08:00:00-GetObject-111122223333"));
    assert_eq!(found[1].kind, SignKind::Agent);
}

#[test]
fn an_address_that_many_use_and_private_ones_beside_it_are_no_signs() {
    let name = "i-0abc123def4567890";
    let web = role(HOME, "Web", name, "ASIA1", "01:00:00");
    let with = |others: usize| {
        let mut records = vec![
            record("08:00:00", "s3:GetObject", &web, from("10.0.0.7", "aws-sdk-go/1")),
            record("08:05:00", "ec2:DescribeInstances", &web, from("192.0.2.1", "aws-sdk-go/1")),
            record("08:06:00", "s3:GetObject", &web, from("10.0.0.7", "aws-sdk-go/1")),
        ];
        for n in 0..others {
            let other = user(&format!("user{n}"), &format!("AKIA{n}"));
            records.push(record(
                &format!("07:0{n}:00"),
                "s3:ListBuckets",
                &other,
                from("192.0.2.1", "aws-cli/2"),
            ));
        }
        told(&records).into_iter().map(|(kind, _)| kind).collect::<Vec<_>>()
    };
    assert_eq!(with(2), [], "the gateway of the account");
    assert_eq!(with(1), [SignKind::OffInstance]);
    let key = user("bastion", "AKIABASTION");
    let found = told(&[
        record("08:00:00", "s3:GetObject", &key, from("192.0.2.1", "aws-cli/2")),
        record("08:00:01", "s3:GetObject", &key, from("10.0.0.7", "aws-cli/2")),
    ]);
    assert_eq!(found, [], "an endpoint shows the address inside");
}

#[test]
fn an_address_that_the_actor_has_used_for_a_day_is_no_sign() {
    let job = |key: &str, created: &str| role(HOME, "Job", "nightly", key, created);
    let on = |day: u32, time: &str, identity: &Value, ip: &str| {
        let mut record = record(time, "s3:ListBuckets", identity, from(ip, "aws-cli/2"));
        record["eventTime"] = format!("2026-01-{day}T{time}Z").into();
        record["eventID"] = format!("id-{day}-{time}").into();
        record
    };
    let (one, two) = (job("ASIA1", "08:00:00"), job("ASIA2", "08:30:00"));
    let found = told(&[
        on(10, "08:00:00", &one, "10.0.0.7"),
        on(10, "08:00:01", &one, "192.0.2.1"),
        on(12, "08:00:00", &two, "10.0.0.7"),
        on(12, "08:00:01", &two, "192.0.2.1"),
    ]);
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn the_console_is_many_programs() {
    let console = role(HOME, "Admin", "ann", "ASIA1", "08:00:00");
    let mut browser = from("203.0.113.10", "Mozilla/5.0 Firefox/140.0");
    browser["sessionCredentialFromConsole"] = "true".into();
    let found = told(&[
        record("08:00:01", "s3:ListBuckets", &console, browser),
        record("08:10:00", "s3:ListBuckets", &console, from("203.0.113.10", "aws-cli/2 exec-env/CloudShell")),
    ]);
    assert_eq!(found, []);
}

#[test]
fn a_connection_changes_only_for_the_same_program_and_service() {
    let ann = user("ann", "AKIAANN");
    let over = |version: &str, agent: &str| json!({"userAgent": agent, "tlsDetails": {"tlsVersion": version, "cipherSuite": "X"}});
    let found = told(&[
        record("08:00:00", "s3:ListBuckets", &ann, over("TLSv1.3", "aws-cli/2")),
        record("08:00:01", "iam:ListUsers", &ann, over("TLSv1.2", "aws-cli/2")),
        record("08:00:02", "iam:ListUsers", &ann, over("TLSv1.1", "aws-cli/2")),
        record("08:00:03", "iam:ListRoles", &ann, over("TLSv1.2", "aws-cli/2")),
    ]);
    assert_eq!(found, [(SignKind::Tls, "aws-cli speaks TLSv1.1 X to iam and spoke TLSv1.2 X".to_owned())]);
}

#[test]
fn a_console_without_a_second_factor_is_told_for_users_alone() {
    let login = |identity: &Value, time: &str, mfa: &str| {
        let more =
            json!({"additionalEventData": {"MFAUsed": mfa}, "responseElements": {"ConsoleLogin": "Success"}});
        record(time, "signin:ConsoleLogin", identity, more)
    };
    let mut ann = user("ann", "");
    ann["accessKeyId"].take();
    let sso = role(HOME, "AWSReservedSSO_Admin_0123456789abcdef", "bob", "", "08:00:00");
    let found =
        told(&[login(&ann, "08:00:00", "No"), login(&ann, "09:00:00", "Yes"), login(&sso, "10:00:00", "No")]);
    assert_eq!(
        found,
        [(SignKind::NoSecondFactor, "signed in to the console without a second factor".to_owned())]
    );
    let mut console = user("ann", "ASIA1");
    console["sessionContext"] =
        json!({"attributes": {"creationDate": "2026-01-10T08:00:00Z", "mfaAuthenticated": "false"}});
    let through = json!({"sessionCredentialFromConsole": "true"});
    let found = told(&[
        record("08:10:00", "s3:ListBuckets", &console, through.clone()),
        record("08:10:01", "s3:GetBucketAcl", &console, through),
    ]);
    let text = "used the console in a session without a second factor";
    assert_eq!(found, [(SignKind::NoSecondFactor, text.to_owned())]);
}

struct Atlas;

impl Places for Atlas {
    fn place(&self, ip: IpAddr) -> Option<Place> {
        match ip.to_string().as_str() {
            "203.0.113.10" => Some(Place { name: "Berlin, DE".to_owned(), latitude: 52.52, longitude: 13.4 }),
            "198.51.100.9" => Some(Place { name: "Lagos, NG".to_owned(), latitude: 6.45, longitude: 3.39 }),
            _ => None,
        }
    }
}

#[test]
fn a_journey_that_nobody_can_make_needs_somebody_who_knows_places() {
    let ann = user("ann", "AKIAANN");
    let records = [
        record("08:00:00", "s3:ListBuckets", &ann, from("203.0.113.10", "aws-cli/2")),
        record("08:10:00", "s3:ListBuckets", &ann, from("192.0.2.1", "aws-cli/2")),
        record("08:20:00", "s3:ListBuckets", &ann, from("198.51.100.9", "aws-cli/2")),
    ];
    let journeys = |places| {
        let found = all(&records, places).into_iter();
        found.filter(|s| s.kind == SignKind::Travel).map(|s| s.text).collect::<Vec<_>>()
    };
    assert!(journeys(None).is_empty());
    let text = "198.51.100.9 (Lagos, NG) is 5204 km from 203.0.113.10 (Berlin, DE), 20 min later";
    assert_eq!(journeys(Some(&Atlas)), [text]);
}

#[test]
fn only_signs_on_the_rows_asked_for_are_told() {
    let ann = user("ann", "AKIAANN");
    let inv = investigation(&[
        record("08:00:00", "s3:ListBuckets", &ann, from("203.0.113.10", "aws-cli/2")),
        record("08:00:01", "s3:ListBuckets", &ann, from("198.51.100.9", "aws-cli/2")),
    ]);
    let go = AtomicBool::new(false);
    let background = Background::new(&inv.table, &go).unwrap();
    let of = |rows: &[u32]| signs(&inv, &background, rows, None, &go).unwrap().len();
    assert_eq!((of(&[0]), of(&[1]), of(&[])), (0, 1, 0));
}

#[test]
fn stretches_of_time_are_told_in_two_units() {
    for (seconds, words) in
        [(0, "0 s"), (47, "47 s"), (192, "3 min 12 s"), (3600, "1 h"), (187_200, "2 d 4 h"), (86_461, "1 d")]
    {
        assert_eq!(stretch(Time::from_millis(0), Time::from_millis(seconds * 1000)), words);
    }
    assert_eq!(stretch(Time::UNKNOWN, Time::from_millis(0)), "an unknown time");
}
