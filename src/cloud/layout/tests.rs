use proptest::prelude::*;

use super::*;

fn time(text: &str) -> Time {
    Time::parse(text.as_bytes())
}

fn between(since: &str, until: &str) -> Wanted {
    let at = |text: &str| (!text.is_empty()).then(|| time(text));
    Wanted { since: at(since), until: at(until), now: time("2026-03-03T12:00:00Z"), ..Wanted::default() }
}

const REGION: &str = "AWSLogs/111122223333/CloudTrail/us-east-1/";

#[test]
fn a_folder_says_account_kind_region_and_day() {
    let found = place("org/AWSLogs/o-abc123/111122223333/CloudTrail-Insight/eu-west-1/2026/01/10/x.json.gz");
    assert_eq!(found.account, Some("111122223333"));
    assert_eq!(found.kind, Some(("CloudTrail-Insight", Some(Kind::Insight))));
    assert_eq!((found.region, found.date), (Some("eu-west-1"), [Some(2026), Some(1), Some(10)]));
    assert_eq!(place("AWSLogs/1111"), Place { delivered: true, ..Place::default() });
    assert_eq!(place("logs/2026/01/x.json"), Place::default());
}

#[test]
fn seven_days_are_seven_folders_and_nothing_else_is_listed() {
    let Plan::These(folders) = between("2026-02-25T00:00:00Z", "2026-03-03T10:00:00Z").plan(REGION) else {
        panic!("the folders of the days are known beforehand");
    };
    let wanted =
        ["2026/02/25", "2026/02/26", "2026/02/27", "2026/02/28", "2026/03/01", "2026/03/02", "2026/03/03"];
    assert_eq!(folders, wanted.map(|day| format!("{REGION}{day}/")));
}

#[test]
fn whole_months_and_years_are_one_folder() {
    let wanted = between("2024-12-31T05:00:00Z", "2026-02-01T22:59:00Z");
    let Plan::These(folders) = wanted.plan(REGION) else { panic!() };
    assert_eq!(folders, ["2024/12/31", "2025", "2026/01", "2026/02/01"].map(|f| format!("{REGION}{f}/")));
    let Plan::These(folders) = wanted.plan(&format!("{REGION}2026/")) else { panic!() };
    assert_eq!(folders, ["2026/01", "2026/02/01"].map(|f| format!("{REGION}{f}/")));
}

#[test]
fn an_end_late_in_the_day_looks_at_what_was_delivered_the_day_after() {
    let Plan::These(folders) = between("2026-02-25T00:00:00Z", "2026-02-25T23:30:00Z").plan(REGION) else {
        panic!()
    };
    assert_eq!(folders.len(), 2, "{folders:?}");
}

#[test]
fn what_is_not_wanted_is_left_before_it_is_listed() {
    let wanted = Wanted {
        accounts: vec!["111122223333".into()],
        regions: vec!["us-east-1".into()],
        ..between("", "")
    };
    for (folder, plan) in [
        ("", Plan::Open),
        ("some/where/", Plan::Open),
        ("a/b/c/d/", Plan::Whole),
        ("AWSLogs/", Plan::Open),
        ("AWSLogs/o-abc/", Plan::Open),
        ("AWSLogs/o-abc/111122223333/", Plan::Open),
        ("AWSLogs/444455556666/", Plan::Leave(None)),
        ("AWSLogs/111122223333/CloudTrail-NetworkActivity/", Plan::Open),
        ("AWSLogs/111122223333/CloudTrail/eu-west-1/", Plan::Leave(None)),
        (REGION, Plan::Open),
        ("AWSLogs/111122223333/CloudTrail/us-east-1/2026/", Plan::Open),
        ("AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/", Plan::Whole),
    ] {
        assert_eq!(wanted.plan(folder), plan, "{folder}");
    }
    for folder in ["CloudTrail-Digest/", "elasticloadbalancing/"] {
        let plan = wanted.plan(&format!("AWSLogs/111122223333/{folder}"));
        assert!(matches!(plan, Plan::Leave(Some(_))), "{folder}: {plan:?}");
    }
    assert_eq!(Wanted { exact: true, ..wanted }.plan("AWSLogs/444455556666/"), Plan::Whole);
}

#[test]
fn a_key_is_judged_by_its_name_as_well() {
    let wanted = between("2026-01-10T10:00:00Z", "2026-01-10T12:00:00Z");
    let key =
        |stamp: &str| format!("{REGION}2026/01/10/111122223333_CloudTrail_us-east-1_{stamp}_aB3.json.gz");
    for (stamp, taken) in [
        ("20260110T0955Z", false),
        ("20260110T1000Z", true),
        ("20260110T1255Z", true),
        ("20260110T1305Z", false),
        ("no", true),
    ] {
        assert_eq!(wanted.takes(&key(stamp)), taken, "{stamp}");
    }
    for (key, taken) in [
        ("AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/10/", false),
        ("AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/01/10/x.json.gz", false),
        ("AWSLogs/111122223333/vpcflowlogs/us-east-1/2026/01/10/x.log.gz", false),
        ("exports/x.JSON", true),
        ("exports/picture.png", false),
        ("AWSLogs/111122223333/CloudTrail/us-east-1/2025/01/10/x.json.gz", false),
    ] {
        assert_eq!(wanted.takes(key), taken, "{key}");
    }
}

proptest! {
    #[test]
    fn no_key_makes_it_panic(key in "[AWSLogs/o\\-0-9CloudTrail_TZ.gz]{0,60}|.{0,40}") {
        let wanted = between("2026-01-10T10:00:00Z", "");
        let _ = (wanted.takes(&key), wanted.plan(&key), delivery(&key));
    }

    #[test]
    fn folders_of_days_cover_each_day_once(from in 15_900i64..40_000, length in 0i64..900) {
        let folders = days("r/", [None; 3], from, from + length);
        let covered: i64 = folders.iter().map(|folder| {
            let mut date = [None; 3];
            for (slot, part) in date.iter_mut().zip(folder["r/".len()..].trim_end_matches('/').split('/')) {
                *slot = part.parse().ok();
            }
            span(date).map(|(a, b)| b - a + 1).unwrap()
        }).sum();
        prop_assert_eq!(covered, length + 1);
    }
}
