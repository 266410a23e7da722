//! A day of following, without waiting for it: files land, some late, some twice, some cut at first.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::*;
use crate::cloud::testing::{self, Memory, notebook};
use crate::event::time::DAY_MS;
use crate::ingest::status::Status;
use crate::ingest::worker::Options;
use crate::investigation::growing::tests::told;
use crate::investigation::look::Seen;
use crate::investigation::{Judgment, load};
use crate::source::{Object, Place, local};

const MINUTE: i64 = 60_000;
/// The day that is followed begins here: 2026-03-02T00:00:00Z.
const DAWN: i64 = 1_772_409_600_000;

/// The records of one delivery: a few calls, at times risky ones.
fn records(minute: i64, n: usize) -> Vec<String> {
    let calls = ["DescribeInstances", "ListBuckets", "GetObject", "AssumeRole"];
    let risky = ["StopLogging", "DeleteTrail", "CreateAccessKey", "AttachUserPolicy", "ConsoleLogin"];
    (0..4)
        .map(|k| {
            let number = n * 4 + k;
            let time = Time::from_millis(DAWN + minute * MINUTE + k as i64 * 1_000);
            let is_risky = number.is_multiple_of(61);
            let name = if is_risky { risky[number / 61 % 5] } else { calls[number % 4] };
            let denied = if number.is_multiple_of(7) { r#","errorCode":"AccessDenied""# } else { "" };
            let who = ["ann", "bob", "eve"][number / 9 % 3];
            format!(
                r#"{{"eventVersion":"1.08","userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/{who}","accountId":"111122223333","accessKeyId":"AKIAEXAMPLE{who}","userName":"{who}"}},"eventTime":"{time}","eventSource":"{}.amazonaws.com","eventName":"{name}","awsRegion":"eu-west-1","sourceIPAddress":"203.0.113.{}","userAgent":"aws-cli/2"{denied},"requestParameters":{{"n":{number}}},"responseElements":null,"eventID":"00000000-0000-4000-8000-{number:012}","eventType":"AwsApiCall","recipientAccountId":"111122223333"}}"#,
                ["ec2", "s3", "cloudtrail", "iam"][number % 4],
                number / 300 % 9
            )
        })
        .collect()
}

fn gzipped(records: &[String]) -> Vec<u8> {
    let text = format!(r#"{{"Records":[{}]}}"#, records.join(","));
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(text.as_bytes()).unwrap();
    gz.finish().unwrap()
}

fn follower(feeds: Vec<Feed>) -> Follower {
    let options = Options { threads: 1, ..Options::default() };
    Follower::new(feeds, Growing::new(options, Judgment::shipped(), Arc::default()), Some(MINUTE))
}

fn store_bytes(inv: &Investigation) -> usize {
    let segments: usize = inv.table.segments().map(|(_, segment)| segment.heap_bytes()).sum();
    segments + inv.table.dicts().heap_bytes()
}

/// What lands, by the minute.
type Landing = BTreeMap<i64, Vec<(String, Vec<u8>)>>;

/// Thousands of files on their way: most at once, some hours late, some cut at first, some twice under another name.
fn day() -> Landing {
    let mut landing = Landing::new();
    for n in 0..2_400usize {
        let minute = n as i64 * 1440 / 2_400;
        let bytes = gzipped(&records(minute, n));
        let name = format!("{:02}/{n:05}.json.gz", minute / 60);
        let lands = if n.is_multiple_of(11) { (minute + 180).min(1439) } else { minute };
        if n.is_multiple_of(17) {
            let cut = bytes[..bytes.len() / 2].to_vec();
            landing.entry(lands).or_default().push((name.clone(), cut));
            landing.entry((lands + 20).min(1439)).or_default().push((name, bytes));
            continue;
        }
        if n.is_multiple_of(13) {
            let again = (minute + 75).min(1439);
            landing.entry(again).or_default().push((format!("again/{n:05}.json.gz"), bytes.clone()));
        }
        landing.entry(lands).or_default().push((name, bytes));
    }
    landing
}

/// Puts a file in its place: in one go for most, by another name first for some.
fn put(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    if name.contains('5') {
        let part = folder.join(".part");
        std::fs::write(&part, bytes).unwrap();
        std::fs::rename(part, path).unwrap();
    } else {
        std::fs::write(path, bytes).unwrap();
    }
}

fn append(folder: &Path, minute: i64, half: &mut String) {
    let mut file =
        std::fs::OpenOptions::new().create(true).append(true).open(folder.join("app.jsonl")).unwrap();
    let mut text = std::mem::take(half);
    for record in records(minute, 100_000 + minute as usize) {
        writeln!(text, "{record}").unwrap();
    }
    // The last line is not finished yet.
    let cut = text.len() - 100;
    half.push_str(&text[cut..]);
    file.write_all(&text.as_bytes()[..cut]).unwrap();
}

#[test]
fn after_a_day_of_following_nothing_is_lost_nothing_twice_and_memory_is_flat() {
    let dir = tempfile::tempdir().unwrap();
    let source = vec![dir.path().display().to_string()];
    let mut landing = day().into_iter().peekable();
    let mut follower = follower(vec![Feed::Folder(Folder::new(source.clone()))]);
    let mut last = follower.begin(DAWN, &|_| {});
    assert!(last.complete && last.table.is_empty() && follower.trouble().is_none());
    let (mut fresh, mut half, mut noon) = (0, String::new(), 0.0);
    for minute in (30..=1470).step_by(30) {
        while let Some((_, files)) = landing.next_if(|(at, _)| *at < minute) {
            files.iter().for_each(|(name, bytes)| put(dir.path(), name, bytes));
        }
        append(dir.path(), minute, &mut half);
        let Some(grown) = follower.step(DAWN + minute * MINUTE) else { continue };
        fresh += grown.fresh.len();
        last = grown.inv;
        if minute == 720 {
            noon = store_bytes(&last) as f64 / last.table.len() as f64;
        }
    }
    std::fs::OpenOptions::new()
        .append(true)
        .open(dir.path().join("app.jsonl"))
        .unwrap()
        .write_all(half.as_bytes())
        .unwrap();
    let evening = follower.step(DAWN + 1500 * MINUTE).unwrap();
    fresh += evening.fresh.len();
    last = evening.inv;
    let (bytes, files, remembered) = (store_bytes(&last), last.files.len(), follower.remembered());
    for idle in 1..60 {
        assert!(follower.step(DAWN + (1500 + idle) * MINUTE).is_none(), "nothing came");
    }
    assert_eq!((last.files.len(), follower.remembered()), (files, remembered), "idling remembers nothing");
    let on_disk = local::list(&source).count();
    assert_eq!(remembered, on_disk, "one small entry for each file that is there");
    assert_eq!(files, on_disk + 49, "each file was opened once, and the log of lines once for each time");
    let evening = bytes as f64 / last.table.len() as f64;
    assert!(evening <= noon * 1.05, "{noon} bytes an event at noon, {evening} in the evening");
    assert_eq!(fresh, last.table.len() as usize, "each event came once");

    let whole = load(local::list(&source), Options::default(), Judgment::shipped(), Arc::default(), &|_| {});
    assert_eq!(last.status.rejects(), vec![], "what was cut was waited for");
    let (whole, followed) = (told(&whole), told(&last));
    assert_eq!(whole.len(), followed.len());
    for (whole, followed) in whole.iter().zip(&followed) {
        assert_eq!(whole, followed);
    }
    assert!(last.duplicates > 500, "{} duplicates", last.duplicates);
}

fn key(day: i64, stamp: i64, n: usize) -> String {
    let time = |ms: i64| Time::from_millis(ms).to_string();
    let folder = time(DAWN + day * DAY_MS)[..10].replace('-', "/");
    let stamp: String = time(stamp).chars().filter(char::is_ascii_alphanumeric).take(13).collect();
    format!(
        "AWSLogs/111122223333/CloudTrail/eu-west-1/{folder}/111122223333_CloudTrail_eu-west-1_{stamp}Z_{n:04}.json.gz"
    )
}

#[test]
fn a_bucket_is_followed_over_midnight_with_late_objects_and_faults() {
    let live = Arc::new(Mutex::new(BTreeMap::new()));
    let memory = Memory { live: Some(live.clone()), ..Memory::default() };
    let seen = memory.seen.clone();
    let options = testing::options(testing::serve_s3(memory));
    let feed = cloud::Follow::new("s3://logs/AWSLogs/", options, notebook().0);
    let mut follower = follower(vec![Feed::Cloud(Box::new(feed))]);
    let mut last = follower.begin(DAWN, &|_| {});
    let mut fresh = 0;
    let mut sizes = Vec::new();
    for hour in 1..=30i64 {
        let now = DAWN + hour * 60 * MINUTE;
        for n in 0..6usize {
            let number = hour as usize * 6 + n;
            // Some are delivered in time and seen four hours late.
            let stamp = now - 30 * MINUTE - if number.is_multiple_of(5) { 240 * MINUTE } else { 0 };
            let day = (stamp - DAWN).div_euclid(DAY_MS);
            live.lock().unwrap().insert(key(day, stamp, number), gzipped(&records(hour * 60, number)));
        }
        if let Some(grown) = follower.step(now) {
            fresh += grown.fresh.len();
            last = grown.inv;
        }
        sizes.push(follower.remembered());
        assert_eq!(follower.trouble(), None);
    }
    for n in 1..=6 {
        if let Some(grown) = follower.step(DAWN + 30 * 60 * MINUTE + n * MINUTE) {
            fresh += grown.fresh.len();
            last = grown.inv;
        }
    }
    let all = live.lock().unwrap().clone();
    assert_eq!(seen.gets.load(Ordering::Relaxed) as usize, all.len(), "each object was fetched once");
    let object = |(key, bytes): (&String, &Vec<u8>)| {
        Ok(Object {
            name: format!("s3://logs/{key}"),
            place: Place::Memory(bytes.clone().into()),
            found: true,
        })
    };
    let listing = Box::new(all.iter().map(object).collect::<Vec<_>>().into_iter());
    let whole = load(listing, Options::default(), Judgment::shipped(), Arc::default(), &|_| {});
    assert_eq!(told(&whole), told(&last));
    assert_eq!(fresh, last.table.len() as usize);
    assert!(sizes.iter().all(|size| *size <= all.len() + 4), "{sizes:?}");

    // Another object under a key that was taken, and days later: what lies behind is forgotten.
    let first = all.keys().next_back().unwrap().clone();
    live.lock().unwrap().insert(first, gzipped(&records(2_000, 9_999)));
    let later = DAWN + 31 * 60 * MINUTE;
    let grown = (0..6).find_map(|n| follower.step(later + n * MINUTE)).unwrap();
    assert_eq!(grown.fresh.len(), 4, "the same key with another ETag is taken");
    for n in 0..12 {
        assert!(follower.step(DAWN + 5 * DAY_MS + n * MINUTE).is_none());
    }
    assert!(follower.remembered() < 20, "{} remembered", follower.remembered());
}

#[test]
fn a_source_that_fails_is_tried_later_each_time_and_the_others_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let live = Arc::new(Mutex::new(BTreeMap::new()));
    let memory = Memory { live: Some(live), list_fault: Some(testing::Fault::Expired), ..Memory::default() };
    let options = testing::options(testing::serve_s3(memory));
    let feeds = vec![
        Feed::Cloud(Box::new(cloud::Follow::new("s3://logs/", options, notebook().0))),
        Feed::Folder(Folder::new(vec![dir.path().display().to_string()])),
    ];
    let mut follower = follower(feeds);
    let inv = follower.begin(0, &|_| {});
    assert_eq!(inv.status.rejects().len(), 1, "as in any load");
    let trouble = follower.trouble().unwrap();
    assert!(trouble.contains("expired"), "{trouble}");
    let mut tried = Vec::new();
    for minute in 1..=30 {
        put(dir.path(), &format!("{minute}.json.gz"), &gzipped(&records(minute, minute as usize)));
        let before = follower.turns[1].failed;
        assert_eq!(follower.step(minute * MINUTE).unwrap().fresh.len(), 4, "minute {minute}");
        if follower.turns[1].failed > before {
            tried.push(minute);
        }
    }
    assert_eq!(tried, [2, 6, 14, 29], "2, 4, 8 minutes later, and then a quarter of an hour at most");
    assert_eq!(inv.status.rejects().len(), 1, "a fault that goes on is no reject each time");
    assert_eq!(follower.due(), 31 * MINUTE);
}

#[test]
fn one_object_that_cannot_be_had_does_not_keep_the_others_waiting() {
    let live = Arc::new(Mutex::new(BTreeMap::new()));
    let denied = key(0, DAWN, 0);
    let faults = BTreeMap::from([(denied.clone(), testing::Fault::DeniedKey)]);
    let memory = Memory { live: Some(live.clone()), faults, ..Memory::default() };
    let options = testing::options(testing::serve_s3(memory));
    let feed = cloud::Follow::new("s3://logs/AWSLogs/", options, notebook().0);
    let mut follower = follower(vec![Feed::Cloud(Box::new(feed))]);
    live.lock().unwrap().insert(denied, gzipped(&records(0, 0)));
    follower.begin(DAWN, &|_| {});
    for minute in 1..=20i64 {
        let now = DAWN + minute * 30 * MINUTE;
        let number = minute as usize;
        live.lock().unwrap().insert(key(0, now, number), gzipped(&records(minute, number)));
        assert_eq!(follower.step(now).unwrap().fresh.len(), 4, "look {minute}");
        assert!(follower.step(now + MINUTE).is_none());
        let trouble = follower.trouble().unwrap_or_default();
        assert!(trouble.contains("kms:Decrypt"), "look {minute}: {trouble}");
        assert_eq!(follower.due(), now + 2 * MINUTE);
    }
}

#[test]
fn a_source_that_says_nothing_does_not_keep_the_others_waiting() {
    let dir = tempfile::tempdir().unwrap();
    let live = Arc::new(Mutex::new(BTreeMap::new()));
    let slow = Duration::from_secs(2);
    let memory = Memory { live: Some(live.clone()), slow, ..Memory::default() };
    let options = testing::options(testing::serve_s3(memory));
    let mut follower = follower(vec![
        Feed::Cloud(Box::new(cloud::Follow::new("s3://logs/AWSLogs/", options, notebook().0))),
        Feed::Folder(Folder::new(vec![dir.path().display().to_string()])),
    ]);
    follower.begin(DAWN, &|_| {});
    follower.silence = Duration::from_millis(1);
    live.lock().unwrap().insert(key(0, DAWN, 1), gzipped(&records(1, 1)));
    put(dir.path(), "2.json.gz", &gzipped(&records(2, 2)));
    let mut now = DAWN + MINUTE;
    let (begun, grown) = (Instant::now(), follower.step(now).unwrap());
    assert_eq!((grown.fresh.len(), begun.elapsed() < slow), (4, true), "what is here comes at once");
    let grown = loop {
        assert_eq!(follower.due(), now + SOON_MS);
        now += SOON_MS;
        if let Some(grown) = follower.step(now) {
            break grown;
        }
    };
    assert_eq!(grown.fresh.len(), 4, "and the other thing later");
    while follower.turns.iter().any(Turn::is_under_way) {
        now += SOON_MS;
        assert!(follower.step(now).is_none());
    }
    assert_eq!(follower.trouble(), None);
}

#[test]
fn of_a_bucket_of_which_the_newest_are_wanted_the_others_do_not_come_later() {
    let live = Arc::new(Mutex::new(BTreeMap::new()));
    for n in 0..8 {
        let bytes = gzipped(&records(n, n as usize));
        live.lock().unwrap().insert(key(0, DAWN + n * MINUTE, n as usize), bytes);
    }
    let memory = Memory { live: Some(live.clone()), ..Memory::default() };
    let options = testing::options(testing::serve_s3(memory));
    let options = cloud::Options { max_files: Some(3), ..options };
    let feed = cloud::Follow::new("s3://logs/AWSLogs/", options, notebook().0);
    let mut follower = follower(vec![Feed::Cloud(Box::new(feed))]);
    assert_eq!(follower.begin(DAWN, &|_| {}).table.len(), 12);
    for look in 1..=12 {
        assert!(follower.step(DAWN + look * MINUTE).is_none(), "look {look}");
    }
    live.lock().unwrap().insert(key(0, DAWN + 9 * MINUTE, 9), gzipped(&records(9, 9)));
    assert_eq!(follower.step(DAWN + 13 * MINUTE).unwrap().fresh.len(), 4);
}

#[test]
fn what_of_this_machine_cannot_be_had_is_said_until_it_can_be_and_is_looked_for_as_often() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (dir.path().join("1.json.gz"), dir.path().join("2.json.gz"));
    let feed = |path: &Path| Feed::Folder(Folder::new(vec![path.display().to_string()]));
    let mut follower = follower(vec![feed(&one), feed(&two)]);
    follower.begin(0, &|_| {});
    for minute in 1..=5 {
        assert!(follower.step(minute * MINUTE).is_none());
        let trouble = follower.trouble().unwrap();
        assert!(trouble.contains("1.json.gz: no such") && trouble.ends_with("and 1 more fault"), "{trouble}");
    }
    assert_eq!(follower.due(), 6 * MINUTE);
    put(dir.path(), "1.json.gz", &gzipped(&records(1, 1)));
    put(dir.path(), "2.json.gz", &gzipped(&records(2, 2)));
    assert_eq!(follower.step(6 * MINUTE).unwrap().fresh.len(), 8);
    assert_eq!(follower.trouble(), None);
    std::fs::remove_file(&two).unwrap();
    assert!(follower.step(7 * MINUTE).is_none());
    assert!(follower.trouble().unwrap().contains("2.json.gz: no such"), "it began later");
}

#[test]
fn what_stands_in_a_log_that_grows_is_found_where_it_stands() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("app.jsonl");
    let mut follower = follower(vec![Feed::Folder(Folder::new(vec![path.display().to_string()]))]);
    let mut text = records(1, 1).join("\n") + "\n";
    std::fs::write(&path, &text).unwrap();
    follower.begin(0, &|_| {});
    let broken = text.len() as u64;
    text += "{\"eventName\": \n";
    text += &(records(2, 2).join("\n") + "\n");
    std::fs::write(&path, &text).unwrap();
    let inv = follower.step(MINUTE).unwrap().inv;
    assert_eq!(inv.status.counts().logs(), 1, "it is one file, in two parts");
    let rejects = inv.status.rejects();
    let (reject, look) = (&rejects[0], inv.look(&rejects[0]));
    assert!((broken..broken + 20).contains(&reject.offset.unwrap()), "{reject}");
    assert_eq!((look.seen, look.from), (Seen::Text, broken), "the part that was read begins there");
    assert!(text.as_bytes()[look.from as usize..].starts_with(&look.bytes));
    for row in inv.table.rows() {
        let at = inv.files.offset(row.locator().file, row.locator().offset);
        assert_eq!(text.as_bytes()[at as usize], b'{');
        assert!(text[at as usize..].lines().next().unwrap().contains(&row.id()));
    }
}

#[test]
fn the_loop_takes_what_lands_pauses_and_ends_when_nobody_listens() {
    let dir = tempfile::tempdir().unwrap();
    let feed = Feed::Folder(Folder::new(vec![dir.path().display().to_string()]));
    let status: Arc<Status> = Arc::default();
    let growing = Growing::new(Options::default(), Judgment::shipped(), status.clone());
    let follower = Follower::new(vec![feed], growing, Some(200));
    let run = Run::new(follower, &[dir.path().to_owned()], status);
    let control = run.control();
    let (tell, told) = std::sync::mpsc::channel();
    let following = std::thread::spawn(move || {
        run.run(&|news| match news {
            News::Grown(grown) => tell.send(grown.fresh.len()).is_ok(),
            News::Begun(_) => tell.send(0).is_ok(),
            _ => true,
        });
    });
    let wait = || told.recv_timeout(Duration::from_secs(30));
    assert_eq!(wait().unwrap(), 0);
    put(dir.path(), "1.json.gz", &gzipped(&records(1, 1)));
    assert_eq!(wait().unwrap(), 4);
    control.pause(true);
    control.pause(false);
    put(dir.path(), "2.json.gz", &gzipped(&records(2, 2)));
    assert_eq!(wait().unwrap(), 4);
    drop(told);
    put(dir.path(), "3.json.gz", &gzipped(&records(3, 3)));
    following.join().unwrap();
}
