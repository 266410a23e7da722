//! The source against a real S3 protocol server in this process, with what goes wrong on the way.

use std::io::Read as _;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::*;
use crate::cloud::testing::{self, Fault, Memory, notebook, options, read_all, serve_s3};
use crate::cloud::{ConfiguredBucket, address, list as list_source};

const DAY: &str = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/";

fn key(day: &str, n: usize) -> String {
    format!(
        "AWSLogs/111122223333/CloudTrail/us-east-1/{day}/111122223333_CloudTrail_us-east-1_{n:05}.json.gz"
    )
}

fn objects(n: usize) -> impl Iterator<Item = (String, Vec<u8>)> {
    (0..n).map(|n| (key("2026/03/02", n), format!("object {n}").into_bytes()))
}

fn one(fault: Fault) -> Memory {
    let mut memory =
        Memory::with([(key("2026/03/02", 1), (0..200_000u32).flat_map(u32::to_le_bytes).collect())]);
    memory.faults.insert(key("2026/03/02", 1), fault);
    memory
}

/// What a source on this server comes to.
fn all(memory: Memory, source: &str) -> (std::collections::BTreeMap<String, Vec<u8>>, Vec<String>) {
    let at = serve_s3(memory);
    read_all(list_source(source, &options(at), &notebook().0))
}

#[test]
fn thousands_of_objects_are_listed_page_by_page_and_each_is_read_once() {
    let memory = Memory::with(objects(2500));
    let seen = memory.seen.clone();
    let (found, faults) = all(memory, "s3://logs/AWSLogs/");
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(found.len(), 2500);
    assert_eq!(found[&format!("s3://logs/{}", key("2026/03/02", 1234))], b"object 1234");
    let listed = seen.listed.lock().unwrap();
    // Account, kind, region, year, month; then the month in three pages.
    assert_eq!(listed.iter().filter(|prefix| prefix.ends_with("2026/03/")).count(), 3, "{listed:?}");
    assert_eq!(seen.gets.load(Ordering::Relaxed), 2500);
}

#[test]
fn a_folder_on_disk_served_as_s3_reads_the_same() {
    let root = tempfile::tempdir().unwrap();
    for n in 0..20 {
        let path = root.path().join("logs").join(key("2026/03/02", n));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, format!("object {n}")).unwrap();
    }
    let at = serve_s3(s3s_fs::FileSystem::new(root.path()).unwrap());
    let (found, faults) = read_all(list_source("s3://logs/AWSLogs/", &options(at), &notebook().0));
    assert_eq!((found.len(), faults), (20, vec![]));
}

#[test]
fn only_the_folders_of_the_wanted_days_accounts_and_regions_are_listed() {
    let mut memory = Memory::default();
    for account in ["111122223333", "444455556666"] {
        for kind in ["CloudTrail", "CloudTrail-Insight", "CloudTrail-Digest"] {
            for region in ["us-east-1", "eu-west-1"] {
                for day in 1..=28 {
                    let key =
                        format!("org/AWSLogs/o-abc/{account}/{kind}/{region}/2026/02/{day:02}/x.json.gz");
                    memory.objects.insert(key, b"x".to_vec());
                }
            }
        }
    }
    let seen = memory.seen.clone();
    let at = serve_s3(memory);
    let options = Options {
        accounts: vec!["111122223333".into()],
        regions: vec!["us-east-1".into()],
        since: Some(Time::parse(b"2026-02-10T00:00:00Z")),
        until: Some(Time::parse(b"2026-02-16T12:00:00Z")),
        ..options(at)
    };
    let (say, notes) = notebook();
    let (found, faults) = read_all(list_source("s3://logs", &options, &say));
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(found.len(), 14, "seven days of events and of insights: {:?}", found.keys());
    let listed = seen.listed.lock().unwrap();
    let days: Vec<_> = listed.iter().filter(|prefix| prefix.contains("/2026/")).collect();
    assert_eq!(days.len(), 14, "{listed:?}");
    assert!(
        listed
            .iter()
            .all(|p| !p.contains("444455556666/") && !p.contains("eu-west") && !p.contains("Digest/"))
    );
    assert!(notes.lock().unwrap().iter().any(|note| note.contains("CloudTrail-Digest")));
}

#[test]
fn a_body_that_is_cut_is_continued_where_it_ended() {
    let memory = one(Fault::Cut(3, 150_000));
    let wanted = memory.objects.values().next().unwrap().clone();
    let seen = memory.seen.clone();
    let (found, faults) = all(memory, "s3://logs/AWSLogs/");
    assert_eq!(faults, Vec::<String>::new());
    assert!(found.values().next().unwrap() == &wanted);
    let asked = seen.bytes.load(Ordering::Relaxed);
    assert!(
        seen.gets.load(Ordering::Relaxed) == 4 && asked < 4 * wanted.len() as u64,
        "it begins where it ended, not anew: {asked}"
    );
}

#[test]
fn a_busy_or_broken_service_is_asked_again() {
    for fault in [Fault::SlowDown(7), Fault::Broken(3)] {
        let (found, faults) = all(one(fault), "s3://logs/AWSLogs/");
        assert_eq!((found.len(), faults), (1, vec![]), "{fault:?}");
    }
}

#[test]
fn each_thing_that_goes_wrong_says_what_to_do() {
    for (fault, part) in [
        (Fault::Denied, "no permission: s3:GetObject on arn:aws:s3:::logs/AWSLogs/"),
        (Fault::DeniedKey, "no permission: kms:Decrypt on the key"),
        (Fault::Expired, "have expired"),
        (Fault::Skewed, "clock"),
        (Fault::Archived, "restore it first"),
    ] {
        let (found, faults) = all(one(fault), "s3://logs/AWSLogs/");
        assert_eq!(found.len(), 0);
        assert!(faults.len() == 1 && faults[0].contains(part), "{fault:?}: {faults:?}");
        assert!(!faults[0].contains(testing::SECRET));
    }
    let none = || Memory::with([]);
    for (memory, source, part) in [
        (none(), "s3://logz/AWSLogs/", "there is no bucket"),
        (none(), "s3://logs/AWSLogs/", "there are no objects here"),
        (none(), "s3://x", "cannot be the name of a bucket"),
        (none(), "s3://", "there are none; write s3://bucket"),
        (
            Memory { list_fault: Some(Fault::Denied), ..none() },
            "s3://logs/",
            "s3:ListBucket on arn:aws:s3:::logs;",
        ),
        (Memory { list_fault: Some(Fault::Expired), ..none() }, "s3://logs/", "have expired"),
        (Memory::with([("AWSLogs/x.png".into(), vec![1])]), "s3://logs/", "none of the 1 objects"),
    ] {
        let (_, faults) = all(memory, source);
        assert!(faults.len() == 1 && faults[0].contains(part), "{source}: {faults:?}");
    }
}

#[test]
fn a_bucket_in_another_region_is_followed_there_once() {
    let elsewhere = |n| Memory { list_fault: Some(Fault::Elsewhere(n)), ..Memory::with(objects(1)) };
    let (found, faults) = all(elsewhere(1), &format!("s3://logs/{DAY}"));
    assert_eq!((found.len(), faults), (1, vec![]));
    let (_, faults) = all(elsewhere(9), &format!("s3://logs/{DAY}"));
    assert!(faults.len() == 1 && faults[0].contains("is in eu-west-1; set AWS_REGION"), "{faults:?}");
}

#[test]
fn a_wrong_secret_is_told_and_never_shown() {
    let at = serve_s3(Memory::with(objects(1)));
    let mut options = options(at);
    options.access.keys.as_mut().unwrap().secret = "another-secret".into();
    let (_, faults) = read_all(list_source("s3://logs/AWSLogs/", &options, &notebook().0));
    assert!(faults.len() == 1 && faults[0].contains("secret key does not fit"), "{faults:?}");
    assert!(!faults[0].contains("another-secret"));
}

#[test]
fn expired_credentials_stop_everything_at_once() {
    let mut memory = Memory::with(objects(500));
    memory.faults = memory.objects.keys().map(|key| (key.clone(), Fault::Expired)).collect();
    let seen = memory.seen.clone();
    let (_, faults) = all(memory, "s3://logs/AWSLogs/");
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(seen.gets.load(Ordering::Relaxed) < 100);
}

#[test]
fn an_object_can_be_opened_again_and_a_changed_one_is_told() {
    let at = serve_s3(Memory::with(objects(1)));
    let mut listing = list_source(&format!("s3://logs/{DAY}"), &options(at), &notebook().0);
    let object = listing.next().unwrap().unwrap();
    drop(listing);
    for _ in 0..3 {
        let mut text = String::new();
        object.place.open().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "object 0");
    }
    let bucket = Engine::start().unwrap();
    let opened = bucket.wait(async move { Bucket::open(&testing::access(at), "logs", None).await }).unwrap();
    let meta = Meta { key: key("2026/03/02", 0), etag: "\"other\"".into(), size: 8, modified: Time::UNKNOWN };
    let changed = bucket.wait(async move { opened.body(&meta, 0).await.map(|_| ()) }).unwrap();
    assert_eq!(changed.unwrap_err().reason, "the object has changed since it was listed");
}

#[test]
fn large_objects_are_read_as_they_come_even_over_a_broken_line() {
    let mut memory = Memory::default();
    let large: Vec<u8> = (0..10_000_000u32).flat_map(u32::to_le_bytes).collect();
    memory.objects.insert("x/large.json".into(), large.clone());
    memory.faults.insert("x/large.json".into(), Fault::Cut(3, 9_000_000));
    let (found, faults) = all(memory, "s3://logs/x/");
    assert_eq!(faults, Vec::<String>::new());
    assert!(found.values().next().unwrap() == &large);
}

#[test]
fn what_is_in_the_cache_is_not_fetched_again() {
    let memory = Memory::with(objects(50));
    let seen = memory.seen.clone();
    let at = serve_s3(memory);
    let folder = tempfile::tempdir().unwrap();
    let options = Options { cache: Some((folder.path().join("s3"), 1 << 20)), ..options(at) };
    for _ in 0..2 {
        let (found, faults) = read_all(list_source("s3://logs/AWSLogs/", &options, &notebook().0));
        assert_eq!((found.len(), faults), (50, vec![]));
        assert_eq!(found[&format!("s3://logs/{}", key("2026/03/02", 7))], b"object 7");
    }
    assert_eq!(seen.gets.load(Ordering::Relaxed), 50);
}

#[test]
fn the_buckets_of_the_settings_are_read_with_their_limits() {
    let at = serve_s3(Memory::with(objects(30)));
    let bucket = ConfiguredBucket {
        name: "logs".into(),
        prefix: "AWSLogs/".into(),
        region: Some("us-east-1".into()),
        max_files: Some(10),
    };
    let options = Options { buckets: vec![bucket], ..options(at) };
    let (found, faults) = read_all(list_source("s3://", &options, &notebook().0));
    assert_eq!((found.len(), faults), (10, vec![]));
    assert!(found.contains_key(&format!("s3://logs/{}", key("2026/03/02", 29))), "the newest by name");
}

#[test]
fn a_slow_reader_slows_the_fetching() {
    let object = |n: usize| (format!("x/{n:03}.json"), vec![b' '; 4 << 20]);
    let memory = Memory::with((0..40).map(object));
    let seen = memory.seen.clone();
    let at = serve_s3(memory);
    let mut listing = list_source("s3://logs/x/", &options(at), &notebook().0);
    let first = listing.next().unwrap().unwrap();
    let budget = 64u64 << 20;
    let until = Instant::now() + Duration::from_secs(20);
    while seen.bytes.load(Ordering::Relaxed) < budget * 9 / 10 && Instant::now() < until {
        std::thread::yield_now();
    }
    assert!(seen.bytes.load(Ordering::Relaxed) <= budget, "no more is fetched than may be held");
    drop(first);
    assert_eq!(read_all(listing).0.len(), 39);
}

/// Objects of CloudTrail records, each of about `bytes` bytes, and how many records there are.
fn logs(count: usize, bytes: usize) -> (Vec<(String, Vec<u8>)>, usize) {
    let mut records = 0;
    let object = |n: usize| {
        let mut text = String::from("{\"Records\":[");
        while text.len() < bytes {
            let comma = if text.ends_with('[') { "" } else { "," };
            text.push_str(&format!(
                "{comma}{{\"eventVersion\":\"1.11\",\"eventTime\":\"2026-03-02T09:00:00Z\",\"eventSource\":\"s3.amazonaws.com\",\"eventName\":\"GetObject\",\"awsRegion\":\"us-east-1\",\"sourceIPAddress\":\"203.0.113.7\",\"userIdentity\":{{\"type\":\"IAMUser\",\"userName\":\"alice\"}},\"eventID\":\"{n:08}-{records:08}\",\"requestParameters\":{{\"key\":\"{}\"}}}}",
                "k".repeat(600)
            ));
            records += 1;
        }
        text.push_str("]}");
        (format!("x/{n:05}.json"), text.into_bytes())
    };
    let objects = (0..count).map(object).collect();
    (objects, records)
}

#[test]
fn two_hundred_megabytes_are_parsed_while_they_come() {
    use crate::ingest::status::Status;
    use crate::investigation::{Judgment, load};

    let (objects, records) = logs(200, 1 << 20);
    let total: u64 = objects.iter().map(|(_, bytes)| bytes.len() as u64).sum();
    assert!(total >= 200_000_000);
    let memory = Memory::with(objects);
    let seen = memory.seen.clone();
    let at = serve_s3(Memory { slow: Duration::from_millis(20), ..memory });
    let listing = list_source("s3://logs/x/", &options(at), &notebook().0);
    // How much had come when the first rows were there.
    let first_rows = std::sync::OnceLock::new();
    let update = |inv: crate::investigation::Investigation| {
        if !inv.table.is_empty() {
            first_rows.get_or_init(|| seen.bytes.load(Ordering::Relaxed));
        }
    };
    let status = Arc::new(Status::default());
    let inv = load(listing, crate::ingest::worker::Options::default(), Judgment::shipped(), status, &update);
    assert_eq!(inv.status.counts().records, records as u64);
    assert_eq!(inv.status.counts().rejected, 0);
    let before = *first_rows.get().expect("there are rows before the end");
    assert!(before < total / 2, "{before} of {total} bytes had come when the first rows were shown");
    let row = inv.table.row(0).unwrap();
    assert!(!inv.raw(&row).unwrap().is_empty(), "a raw record is read again from the bucket");
}

#[test]
fn the_tree_shows_regions_with_their_first_and_last_day() {
    let mut memory = Memory::with(objects(3));
    memory.objects.insert(key("2025/12/30", 1), b"x".to_vec());
    memory.objects.insert("exports/a.json".into(), b"x".to_vec());
    let at = serve_s3(memory);
    let found = crate::cloud::tree("s3://logs", &testing::access(at)).unwrap();
    let said: Vec<String> =
        found.iter().map(|b| format!("{} {:?} {}", b.folder, b.days, b.objects)).collect();
    assert_eq!(
        said,
        [
            "AWSLogs/111122223333/CloudTrail/us-east-1/ Some((\"2025/12/30\", \"2026/03/02\")) 0",
            "exports/ None 1"
        ]
    );
    let error = crate::cloud::tree("s3://logz", &testing::access(at)).unwrap_err();
    assert!(error.contains("s3://logz: there is no bucket"), "{error}");
    assert!(matches!(address::parse("s3://logs"), Ok(address::Address::S3(_))));
}

#[test]
fn a_large_object_that_broke_while_it_was_read_is_fetched_again() {
    let objects = [("a.json".to_owned(), vec![b' '; (32 << 20) + 1])];
    let faults = std::collections::BTreeMap::from([("a.json".to_owned(), Fault::Archived)]);
    let at = serve_s3(Memory { faults, ..Memory::with(objects) });
    let mut follow = crate::cloud::Follow::new("s3://logs/", options(at), notebook().0);
    for minute in 0..2 {
        let (found, faults) = read_all(follow.look(options(at).now.plus_millis(minute * 60_000)));
        assert!(
            found.is_empty() && faults.len() == 1 && faults[0].contains("Glacier"),
            "{minute}: {faults:?}"
        );
    }
}
