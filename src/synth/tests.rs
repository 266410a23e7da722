//! Stories about the whole: what is made is what was planned, hangs together, and looks real.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use serde_json::Value;

use super::*;
use crate::event::identity::Identity;

const SMALL: Plan = Plan {
    events: 3000,
    seed: 9,
    records_per_file: 200,
    days: 7,
    end: Time::from_civil(2026, 1, 12, 0, 0, 0),
};

fn made(plan: Plan) -> Incident {
    in_memory(plan, 2).unwrap()
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut out).unwrap();
    out
}

/// All records with the path of their file.
fn records(incident: &Incident) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for (path, bytes) in &incident.files {
        let Value::Object(mut file) = serde_json::from_slice(&unpacked(bytes)).unwrap() else {
            panic!("{path}")
        };
        let Some(Value::Array(list)) = file.remove("Records") else { panic!("{path} has no records") };
        all.extend(list.into_iter().map(|record| (path.clone(), record)));
    }
    all
}

fn text<'a>(record: &'a Value, pointer: &str) -> &'a str {
    record.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

#[test]
fn the_same_plan_gives_the_same_bytes_with_any_number_of_threads() {
    let plan = Plan { events: 2500, ..SMALL };
    let one = in_memory(plan, 1).unwrap();
    assert!(one == in_memory(plan, 3).unwrap());
    assert!(one != in_memory(Plan { seed: 10, ..plan }, 1).unwrap());
}

#[test]
fn a_plan_is_kept_to_the_last_event() {
    for (events, days, per_file) in [(0, 7, 600), (1, 1, 1), (13, 2, 600), (700, 1, 50), (2600, 60, 600)] {
        let plan = Plan { events, days, records_per_file: per_file, ..SMALL };
        let incident = made(plan);
        let records = records(&incident);
        assert_eq!((records.len() as u64, incident.labels.len() as u64), (events, events));
        let mut files: BTreeMap<&str, usize> = BTreeMap::new();
        records.iter().for_each(|(path, _)| *files.entry(path).or_default() += 1);
        assert!(files.values().all(|&n| n <= per_file));
    }
}

#[test]
fn every_record_has_what_a_record_must_have() {
    let incident = made(SMALL);
    let start = SMALL.end.plus_millis(-7 * 86_400_000);
    let always = [
        "eventVersion",
        "eventTime",
        "awsRegion",
        "eventID",
        "eventType",
        "recipientAccountId",
        "eventCategory",
    ];
    let calls = [
        "userIdentity",
        "eventSource",
        "eventName",
        "sourceIPAddress",
        "requestParameters",
        "responseElements",
    ];
    for (path, record) in records(&incident) {
        let insight = record["eventCategory"] == "Insight";
        let wanted = always.iter().chain(if insight { &[][..] } else { &calls[..] });
        wanted.for_each(|field| assert!(record.get(field).is_some(), "{field} of {record}"));
        let time = Time::parse(text(&record, "/eventTime").as_bytes());
        assert!((start..SMALL.end).contains(&time), "{time}");
        let (account, region) = (text(&record, "/recipientAccountId"), text(&record, "/awsRegion"));
        assert!(
            path.contains(&format!("/{account}/CloudTrail")) && path.contains(&format!("/{region}/")),
            "{path}"
        );
        assert!(
            !record.to_string().contains("$bucket") && !record.to_string().contains("$account"),
            "{record}"
        );
    }
}

#[test]
fn paths_are_those_of_an_organization_trail() {
    let incident = made(SMALL);
    for (path, _) in &incident.files {
        let parts: Vec<_> = path.split('/').collect();
        assert_eq!((parts.len(), parts[0]), (9, "AWSLogs"), "{path}");
        assert!(parts[1].starts_with("o-"), "{path}");
        let name: Vec<_> = parts[8].strip_suffix(".json.gz").unwrap().split('_').collect();
        assert_eq!((name[0], name[1], name[2]), (parts[2], parts[3], parts[4]), "{path}");
        assert_eq!((name[3].len(), name[4].len(), name.len()), (14, 16, 5), "{path}");
        assert_eq!(name[3][..8], [parts[5], parts[6], parts[7]].concat(), "{path}");
    }
}

#[test]
fn labels_join_to_events() {
    let incident = made(SMALL);
    let labels: BTreeMap<_, _> = incident.labels.iter().map(|l| (l.event_id.as_str(), l)).collect();
    let records = records(&incident);
    assert_eq!(labels.len(), records.len());
    for (_, record) in &records {
        let label = labels[text(record, "/eventID")];
        assert_eq!(label.time, Time::parse(text(record, "/eventTime").as_bytes()));
        assert_eq!(
            (label.error.as_str(), label.phase == "benign"),
            (text(record, "/errorCode"), label.attack == "-")
        );
        assert!(record["eventCategory"] == "Insight" || label.name == text(record, "/eventName"));
    }
    assert!(incident.labels.is_sorted_by_key(|l| l.time));
}

#[test]
fn keys_tell_their_account() {
    let mut seen = 0;
    for (_, record) in records(&made(SMALL)) {
        let (key, account) =
            (text(&record, "/userIdentity/accessKeyId"), text(&record, "/userIdentity/accountId"));
        if !key.is_empty() {
            assert_eq!(ids::decode_account(key), account.parse().ok(), "{key}");
            seen += 1;
        }
    }
    assert!(seen > 2000);
}

#[test]
fn records_are_as_large_and_as_varied_as_real_ones() {
    let incident = made(Plan { events: 6000, ..SMALL });
    let records = records(&incident);
    let bytes: usize = incident.files.iter().map(|f| unpacked(&f.1).len()).sum();
    let mean = bytes / records.len();
    assert!((1200..1900).contains(&mean), "{mean} bytes");
    let distinct = |field| records.iter().map(|r| text(&r.1, field)).collect::<BTreeSet<_>>().len();
    assert!(distinct("/eventName") > 150 && distinct("/eventSource") > 40);
    let failed = records.iter().filter(|r| r.1.get("errorCode").is_some()).count() * 100 / records.len();
    assert!((3..=6).contains(&failed), "{failed} % failed");
}

#[test]
fn sessions_lead_back_to_who_opened_them() {
    let records = records(&made(SMALL));
    let mut vended: BTreeMap<&str, &Value> = BTreeMap::new();
    for (_, record) in &records {
        let key = text(record, "/responseElements/credentials/accessKeyId");
        if !key.is_empty() && text(record, "/eventName").starts_with("AssumeRole") {
            vended.insert(key, record);
        }
    }
    let mut linked = 0;
    for (_, record) in &records {
        let Some(opening) = vended.get(text(record, "/userIdentity/accessKeyId")) else { continue };
        assert_eq!(text(record, "/userIdentity/arn"), text(opening, "/responseElements/assumedRoleUser/arn"));
        assert_eq!(
            text(record, "/userIdentity/principalId"),
            text(opening, "/responseElements/assumedRoleUser/assumedRoleId")
        );
        assert_eq!(
            text(record, "/userIdentity/sessionContext/attributes/creationDate"),
            text(opening, "/eventTime")
        );
        assert!(text(record, "/eventTime") >= text(opening, "/eventTime"));
        linked += 1;
    }
    assert!(linked > 600, "{linked} events have an opening");
}

#[test]
fn console_sessions_have_a_key_for_each_request() {
    let records = records(&made(SMALL));
    let console: Vec<_> = records.iter().filter(|r| r.1["sessionCredentialFromConsole"] == "true").collect();
    let field = |pointer| console.iter().map(|r| text(&r.1, pointer)).collect::<BTreeSet<_>>().len();
    assert!(console.len() > 60, "{}", console.len());
    assert_eq!(field("/userIdentity/accessKeyId"), console.len());
    assert!(field("/userIdentity/sessionContext/attributes/creationDate") < console.len() * 3 / 4);
}

/// The demo, told from its first step to its last.
#[test]
fn the_demo_tells_how_a_key_leaked() {
    let incident = demo();
    let records = records(&incident);
    let by_id: BTreeMap<_, _> = records.iter().map(|(_, r)| (text(r, "/eventID"), r)).collect();
    let attack: Vec<_> = incident.labels.iter().filter(|l| l.is_attack()).collect();
    let find = |name: &str| {
        let found = attack.iter().filter(|l| l.name == name && l.error.is_empty());
        found.map(|l| (*l, by_id[l.event_id.as_str()])).collect::<Vec<_>>()
    };
    // Whoever holds credentials; AWS itself, and names on the way to a role, left out.
    let identities = records.iter().filter_map(|(_, r)| r.get("userIdentity"));
    let identities: Vec<String> = identities.map(ToString::to_string).collect();
    let holders = identities.iter().map(|id| Identity::parse(id.as_bytes())).filter(|id| !id.is_service);
    let holders = holders.filter(|id| ["AssumedRole", "IAMUser", "Root"].contains(&&*id.kind));
    let actors: BTreeSet<_> = holders.map(|id| id.actor).collect();
    assert!((35..50).contains(&actors.len()), "{} {actors:?}", actors.len());
    let accounts: BTreeSet<_> = records.iter().map(|r| text(&r.1, "/recipientAccountId")).collect();
    assert_eq!(accounts.len(), 3);

    let stopped = find("StopLogging");
    assert_eq!(stopped.len(), 1);
    let (label, stop) = stopped[0];
    assert_eq!(
        (label.attack, label.technique, label.phase),
        ("T1685.002", "leaked-key", "defense-impairment")
    );
    assert!(text(stop, "/requestParameters/name").ends_with("trail/halden-org-trail"));

    // Key, role, second role; then the new user's key, and the role of every account.
    let hops = find("AssumeRole");
    assert_eq!(hops.len(), 6, "each hop is logged in both accounts");
    let key_of = |r: &Value| text(r, "/responseElements/credentials/accessKeyId").to_owned();
    let uses = |key: &str| {
        attack.iter().any(|l| text(by_id[l.event_id.as_str()], "/userIdentity/accessKeyId") == key)
    };
    assert!(hops.iter().all(|(_, hop)| uses(&key_of(hop))), "every key that was handed out is used");
    let shared: BTreeSet<_> = hops.iter().map(|(_, hop)| text(hop, "/sharedEventID")).collect();
    assert_eq!(shared.len(), 3);
    for pair in hops.chunks(2) {
        let same = ["/awsRegion", "/requestID", "/responseElements/credentials/sessionToken"];
        same.iter().for_each(|field| assert_eq!(text(pair[0].1, field), text(pair[1].1, field)));
    }
    let created = text(find("CreateAccessKey")[0].1, "/responseElements/accessKey/accessKeyId");
    assert!(uses(created), "the key that was made is used");

    let login = find("ConsoleLogin")[0].1;
    assert_eq!(
        (text(login, "/additionalEventData/MFAUsed"), text(login, "/responseElements/ConsoleLogin")),
        ("No", "Success")
    );
    let taken: u64 = find("GetObject")
        .iter()
        .filter_map(|(_, r)| r.pointer("/additionalEventData/bytesTransferredOut")?.as_u64())
        .sum();
    assert!(taken > 5_000_000_000, "{taken} bytes were taken");
    let given = find("ModifySnapshotAttribute")[0].1;
    assert_eq!(text(given, "/requestParameters/createVolumePermission/add/items/0/userId"), "999988887777");
    assert!(attack.iter().filter(|l| !l.error.is_empty()).count() > 40);
}

#[test]
fn the_leaked_key_was_used_from_the_office_before() {
    let incident = demo();
    let labels: BTreeMap<_, _> =
        incident.labels.iter().map(|l| (l.event_id.as_str(), l.is_attack())).collect();
    let records = records(&incident);
    let own: Vec<_> =
        records.iter().filter(|r| text(&r.1, "/userIdentity/userName") == "ci-deploy").collect();
    let addresses = |attack| -> BTreeSet<_> {
        let uses = own.iter().filter(|r| labels[text(&r.1, "/eventID")] == attack);
        uses.map(|r| text(&r.1, "/sourceIPAddress")).collect()
    };
    assert_eq!(addresses(false), BTreeSet::from(["198.51.100.23"]));
    assert_eq!(addresses(true), BTreeSet::from(["203.0.113.66", "203.0.113.67"]));
    let keys: BTreeSet<_> = own.iter().map(|r| text(&r.1, "/userIdentity/accessKeyId")).collect();
    assert_eq!(keys.len(), 1);
}

#[test]
fn nothing_is_logged_between_stop_and_start() {
    let incident = demo();
    let time_of = |name: &str| incident.labels.iter().find(|l| l.name == name).map(|l| l.time).unwrap();
    let (from, to) = (time_of("StopLogging"), time_of("StartLogging"));
    assert!(to > from.plus_millis(30 * 60_000));
    let inside = incident.labels.iter().filter(|l| l.time > from.plus_millis(60_000) && l.time < to);
    assert_eq!(inside.count(), 0);
}

#[test]
fn files_land_in_the_folder_with_labels_and_digests() {
    let folder = tempfile::tempdir().unwrap();
    let seen = std::sync::atomic::AtomicU64::new(0);
    let progress = |done| {
        seen.fetch_max(done, std::sync::atomic::Ordering::Relaxed);
    };
    let summary = write(SMALL, folder.path(), &progress).unwrap();
    assert_eq!((summary.events, summary.attacks, summary.accounts), (3000, 1, 3));
    assert_eq!(seen.into_inner(), 3000);
    let labels = fs::read_to_string(&summary.labels).unwrap();
    assert_eq!(labels.lines().next(), Some(LABEL_HEADER));
    assert_eq!(labels.lines().count(), 3001);
    assert_eq!(labels.lines().filter(|l| l.contains("\tleaked-key\t")).count() as u64, summary.attack_events);
    let paths: Vec<_> =
        walkdir::WalkDir::new(folder.path()).into_iter().map(|e| e.unwrap().into_path()).collect();
    let named =
        |part: &str| paths.iter().filter(|p| p.is_file() && p.to_string_lossy().contains(part)).count();
    assert_eq!((named("/CloudTrail-Digest/"), named(".part")), (3, 0));
    assert_eq!((named(".json.gz") - 3) as u64, summary.files);

    let digest = paths.iter().find(|p| p.is_file() && p.to_string_lossy().contains("-Digest")).unwrap();
    let digest: Value = serde_json::from_slice(&unpacked(&fs::read(digest).unwrap())).unwrap();
    let listed = &digest["logFiles"][0];
    let log = fs::read(folder.path().join(text(listed, "/s3Object"))).unwrap();
    let hash = <sha2::Sha256 as sha2::Digest>::digest(unpacked(&log));
    let hash: String = hash.iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(text(listed, "/hashValue"), hash);

    let again = write(SMALL, folder.path(), &|_| {}).unwrap_err().to_string();
    assert!(again.contains("AWSLogs") && again.contains("empty folder"), "{again}");
}

#[test]
fn a_plan_that_makes_no_sense_says_why() {
    for (plan, words) in [
        (
            Plan { events: u64::MAX, ..SMALL },
            "events is 18446744073709551615: it must be 1000000000 or fewer",
        ),
        (Plan { days: 0, ..SMALL }, "days is 0: it must be 1 to 3660"),
        (Plan { days: 4000, ..SMALL }, "days is 4000"),
        (Plan { records_per_file: 0, ..SMALL }, "records per file is 0"),
        (Plan { end: Time::UNKNOWN, ..SMALL }, "end is unknown"),
        (Plan { end: Time::from_civil(1969, 1, 1, 0, 0, 0), ..SMALL }, "end is 1969-01-01T00:00:00Z"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let message = write(plan, folder.path(), &|_| {}).unwrap_err().to_string();
        assert!(message.starts_with(words), "{message}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let message = write(SMALL, &file, &|_| {}).unwrap_err().to_string();
    assert!(message.starts_with(&format!("cannot write {}", file.display())), "{message}");
}
