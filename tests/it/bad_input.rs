//! Bad input: each gives a clear message that names the file, the place and the reason, and nothing else is lost.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};

use super::help::{Folder, gzip, id, log, program, record, run, run_with_input, stop_logging};

/// Scans a bad file beside a good one: the message on stderr, and how many events there are.
fn beside_a_good_one(name: &str, content: impl AsRef<[u8]>) -> (String, u64, i32) {
    let folder = Folder::new();
    folder.file("good.json", log(&[stop_logging(900)]));
    folder.file(name, content);
    let ran = run(&["scan", folder.path().to_str().unwrap(), "--summary", "--show-rejects"]);
    (ran.err.clone(), ran.json()["events"].as_u64().unwrap(), ran.code)
}

#[test]
fn each_bad_file_costs_only_itself_and_is_named_with_its_reason() {
    let whole = log(&(0..50).map(|n| record(n, json!({}))).collect::<Vec<_>>());
    let mut cut = gzip(whole.as_bytes());
    cut.truncate(cut.len() / 2);
    let deep = format!(r#"{{"Records":[{{"eventName":{}1{}}}]}}"#, "[".repeat(10_000), "]".repeat(10_000));
    for (name, content, reason) in [
        ("empty.json", Vec::new(), "the file is empty"),
        ("cut.json", whole.as_bytes()[..whole.len() - 700].to_vec(), "does not end"),
        ("no-list.json", br#"{"Records": {"eventName": "x"}}"#.to_vec(), "Records"),
        ("nul.json", vec![0; 4096], "zero bytes"),
        ("deep.json", deep.into_bytes(), "deep.json"),
    ] {
        let (err, events, code) = beside_a_good_one(name, content);
        assert!(err.contains(name) && err.contains(reason), "{name}: {err}");
        assert!(events >= 1, "{name}: the good file is read all the same");
        assert_eq!(code, 3, "{name}: {err}");
    }
    let (err, events, _) = beside_a_good_one("cut.json.gz", cut);
    assert!(err.contains("cut.json.gz"), "{err}");
    assert!(events > 1, "what came before the fault is kept");
}

#[test]
fn the_notification_that_is_also_called_records_is_told_apart() {
    let notification = r#"{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put",
        "s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}]}"#;
    let (err, events, code) = beside_a_good_one("notify.json", notification);
    assert_eq!((events, code), (1, 0));
    assert!(
        err.contains("passed over: an S3 notification: it names a log file and holds no events"),
        "{err}"
    );
}

#[test]
fn what_is_no_log_is_passed_in_a_folder_and_refused_by_name() {
    let (err, events, code) = beside_a_good_one("picture.png", b"\x89PNG\r\n\x1a\nwhatever");
    assert_eq!((events, code), (1, 0));
    let said = "trailhound: passed over: file or hidden folder that is not called as logs are; name it to read it (×1)";
    assert_eq!(err.trim_end(), said);
    // What is called a log and holds something else may have been one.
    let answer = "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code></Error>";
    for (name, content) in [
        ("picture.json", &b"\x89PNG\r\n\x1a\nwhatever"[..]),
        ("1_CloudTrail_us-east-1_20260302T0900Z_x.json", answer.as_bytes()),
        ("1_CloudTrail_us-east-1_20260302T0900Z_y.json.gz", b"no gzip at all"),
        ("1_CloudTrail_us-east-1_20260302T0900Z_z", b"plain words"),
    ] {
        let (err, events, code) = beside_a_good_one(name, content);
        assert!(err.contains(name), "{name}: {err}");
        assert_eq!((events, code), (1, 3), "{name}: {err}");
    }
    let folder = Folder::new();
    let file = folder.file("picture.json", b"\x89PNG\r\n\x1a\nwhatever");
    let ran = run(&["scan", &file]);
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("picture.json: an image, which holds no events"), "{}", ran.err);
}

#[test]
fn what_lies_beside_logs_is_noted_and_counted_and_no_fault() {
    let folder = Folder::new();
    folder.file("good.json", log(&[stop_logging(900)]));
    folder.file("LICENSE", "do what you want");
    folder.file("a.pdf", "%PDF");
    folder.file("b.json.bak", "{}");
    folder.file("result_sign.json", r#"{"version":"1.0","files":[],"hashSignature":"7c"}"#);
    folder.file("public-keys.json", r#"{"PublicKeyList":[{"Value":"MIIB","Fingerprint":"67"}]}"#);
    folder.file("metadata.json", r#"{"a.gz":{"signature":"29","signature-algorithm":"SHA256withRSA"}}"#);
    let ran = run(&["scan", folder.path().to_str().unwrap(), "--summary"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let notes = json!({
        "file or hidden folder that is not called as logs are; name it to read it": 2,
        "file that is no log": 1,
        "public keys of CloudTrail, by which digests are checked": 1,
        "the metadata of digest files, with their signatures": 1,
        "the signature of query results of CloudTrail Lake": 1,
    });
    assert_eq!((&ran.json()["notes"], &ran.json()["rejected"]), (&notes, &json!(0)));
}

#[test]
fn a_folder_without_logs_and_a_file_that_is_not_there_say_so() {
    let folder = Folder::new();
    folder.file("readme.md", "no log");
    let ran = run(&["scan", folder.path().to_str().unwrap()]);
    assert!(ran.err.contains(folder.path().to_str().unwrap()), "{}", ran.err);
    assert_eq!(ran.code, 3);
    folder.file("notes.txt", "no log either");
    for command in [&["scan"][..], &["scan", "--format", "json", "--quiet"], &["actors"]] {
        let ran = run(&[command, &[folder.path().to_str().unwrap()]].concat());
        assert_eq!(ran.code, 3, "{command:?}");
        let told = "nothing was read: of 2 files, none is a log, and all were passed over; name a folder";
        assert!(ran.err.contains(told), "{}", ran.err);
    }
    folder.file("empty.json", "{\"Records\":[]}");
    let ran = run(&["scan", folder.path().to_str().unwrap()]);
    assert_eq!(ran.code, 0, "a log without records was read: {}", ran.err);
    let ran = run(&["scan", "/no/such/place"]);
    assert!(ran.err.contains("/no/such/place: no such file or folder; check the spelling"), "{}", ran.err);
    assert!(ran.out.starts_with("0 events") && ran.out.ends_with("No event was read.\n"), "{}", ran.out);
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let good = folder.file("good.json", log(&[stop_logging(1)]));
    let closed = folder.file("closed.json", log(&[stop_logging(2)]));
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&closed).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    let ran = run(&["scan", &good, &closed, "--summary"]);
    assert!(ran.err.contains("closed.json") && ran.err.contains("permission"), "{}", ran.err);
    assert_eq!((ran.code, ran.json()["events"].as_u64()), (3, Some(1)));
}

#[test]
fn a_bomb_is_stopped_at_the_cap_and_what_came_before_is_kept() {
    let folder = Folder::new();
    let mut text = log(&[stop_logging(1)]).into_bytes();
    text.extend(vec![b' '; 80 << 20]);
    let file = folder.file("bomb.json.gz", gzip(&text));
    let ran = run(&["scan", &file, "--summary", "--inflate-cap", "16MiB"]);
    assert!(ran.err.contains("bomb.json.gz") && ran.err.contains("16"), "{}", ran.err);
    assert_eq!((ran.code, ran.json()["events"].as_u64()), (3, Some(1)));
    // It says that it was cut at the cap, and nowhere behind.
    let ran = run(&["scan", &file, "--summary", "--inflate-cap", "20MB"]);
    assert!(ran.err.contains("byte 20000000: inflates to more than 20000000 bytes"), "{}", ran.err);
}

#[test]
fn a_line_of_two_hundred_megabytes_is_read_or_refused_by_name() {
    let folder = Folder::new();
    let path = folder.path().join("long.json");
    let mut out = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    out.write_all(br#"{"Records":["#).unwrap();
    out.write_all(stop_logging(1).to_string().as_bytes()).unwrap();
    // One record of 200 MB, and a good one behind it, all on one line.
    out.write_all(br#",{"eventName":"x","eventSource":"y.z","requestParameters":{"a":""#).unwrap();
    let chunk = vec![b'a'; 1 << 20];
    for _ in 0..200 {
        out.write_all(&chunk).unwrap();
    }
    out.write_all(b"\"}},").unwrap();
    out.write_all(stop_logging(2).to_string().as_bytes()).unwrap();
    out.write_all(b"]}").unwrap();
    out.into_inner().unwrap().sync_all().unwrap();
    let ran = run(&["scan", path.to_str().unwrap(), "--summary"]);
    assert!(
        ran.err.contains("long.json, byte 661: a value begins here and does not end within 64 MiB"),
        "{}",
        ran.err
    );
    assert_eq!((ran.code, ran.json()["events"].as_u64()), (3, Some(2)));
    assert_eq!(ran.json()["rejected"], 1, "{}", ran.err);
}

#[test]
fn bytes_that_are_no_text_lose_nothing_else() {
    let mut bytes = log(&[record(1, json!({"userAgent": "AGENT"})), stop_logging(2)]).into_bytes();
    let at = bytes.windows(5).position(|w| w == b"AGENT").unwrap();
    bytes[at..at + 5].copy_from_slice(b"\xff\xfe\xc3\x28x");
    let surrogate = log(&[record(3, json!({"userAgent": "AGENT"}))]).replace("AGENT", "\\ud800 lone");
    let folder = Folder::new();
    folder.file("bytes.json", bytes);
    folder.file("surrogate.json", surrogate);
    let ran = run(&["scan", folder.path().to_str().unwrap(), "--all", "--format", "jsonl"]);
    assert_eq!((ran.code, ran.lines().len()), (0, 3), "{}", ran.err);
    for line in ran.lines().iter().filter(|line| line["eventName"] != "StopLogging") {
        assert!(line["userAgent"].as_str().unwrap().contains('\u{fffd}'), "{line}");
    }
    let flagged = run(&["query", folder.path().to_str().unwrap(), "flag:damaged-text", "--format", "jsonl"]);
    assert_eq!(flagged.lines().len(), 2);
}

#[test]
fn null_and_wrong_types_in_every_field_lose_only_that_field() {
    let fields: Vec<String> = record(0, json!({})).as_object().unwrap().keys().cloned().collect();
    let wrong = [Value::Null, json!(7), json!([1, {"a": null}]), json!({"a": []}), json!(true), json!("")];
    let mut records = Vec::new();
    for field in &fields {
        for value in &wrong {
            let mut bad = stop_logging(records.len());
            bad[field] = value.clone();
            records.push(bad);
        }
    }
    let folder = Folder::new();
    let file = folder.file("a.json", log(&records));
    let ran = run(&["scan", &file, "--summary", "--show-rejects"]);
    let summary = ran.json();
    let (events, rejected) = (summary["events"].as_u64().unwrap(), summary["rejected"].as_u64().unwrap());
    // A record without a name or a source says nothing; every other one is kept.
    assert_eq!(
        events + rejected + summary["duplicates"].as_u64().unwrap(),
        records.len() as u64,
        "{summary} {}",
        ran.err
    );
    assert!(
        events >= ((fields.len() - 2) * wrong.len()) as u64 - wrong.len() as u64,
        "{summary}\n{}",
        ran.err
    );
    let listed = run(&["scan", &file, "--all", "--top", "0", "--format", "jsonl"]);
    assert_eq!(listed.lines().len() as u64, events);
}

#[test]
fn times_of_every_kind_are_read_and_nonsense_is_kept_as_unknown() {
    let forms = [
        (json!("2026-03-02T09:20:11Z"), Some("2026-03-02T09:20:11Z")),
        (json!("2026-03-02T09:20:11.5Z"), Some("2026-03-02T09:20:11.500Z")),
        (json!("2026-03-02T10:20:11+01:00"), Some("2026-03-02T09:20:11Z")),
        (json!("2026-03-02 09:20:11"), Some("2026-03-02T09:20:11Z")),
        (json!(1_772_443_211), Some("2026-03-02T09:20:11Z")),
        (json!(1_772_443_211_000_i64), Some("2026-03-02T09:20:11Z")),
        (json!("yesterday"), None),
        (json!(""), None),
        (Value::Null, None),
        (json!("2026-02-31T00:00:00Z"), None),
    ];
    let records: Vec<Value> =
        forms.iter().enumerate().map(|(n, (time, _))| record(n, json!({"eventTime": time}))).collect();
    let folder = Folder::new();
    let file = folder.file("a.json", log(&records));
    let ran = run(&["scan", &file, "--all", "--format", "jsonl"]);
    let lines = ran.lines();
    assert_eq!(lines.len(), forms.len(), "{}", ran.err);
    for (n, (form, time)) in forms.iter().enumerate() {
        let line = lines.iter().find(|line| line["eventID"] == id(n).as_str()).unwrap();
        assert_eq!(line["eventTime"].as_str(), *time, "{form}");
    }
}

#[test]
fn a_file_that_changes_or_vanishes_after_it_was_read_says_so() {
    use trailhound::investigation::{Judgment, load};
    let judgment = Judgment::shipped();
    let folder = Folder::new();
    let (changes, vanishes) = (
        folder.file("changes.json", log(&[stop_logging(1)])),
        folder.file("vanishes.json", log(&[stop_logging(2)])),
    );
    let listing = trailhound::source::local::list(&[changes.clone(), vanishes.clone()]);
    let inv = load(listing, Default::default(), judgment, Default::default(), &|_| {});
    assert_eq!(inv.table.len(), 2);
    std::fs::write(&changes, "something else, and longer than before".repeat(100)).unwrap();
    std::fs::remove_file(&vanishes).unwrap();
    for row in inv.table.rows() {
        let fault = inv.raw(&row).unwrap_err().to_string();
        let (file, reason) =
            if row.id() == id(1) { (&changes, "has changed") } else { (&vanishes, "No such file") };
        assert!(fault.contains(file.as_str()) && fault.contains(reason), "{fault}");
    }
}

#[test]
fn faults_in_settings_keys_themes_and_tables_name_line_reason_and_the_nearest_word() {
    let folder = Folder::new();
    let log = folder.file("a.json", log(&[stop_logging(1)]));
    let config = folder.file("config.toml", "theme = \"ligt\"\nmin_rsk = 3\n");
    let ran = run(&["config", "check", "--config", &config]);
    assert_eq!(ran.code, 2);
    for text in ["config.toml:1", "did you mean \"light\"?", "config.toml:2", "did you mean \"min_risk\"?"] {
        assert!(ran.err.contains(text), "{text}: {}", ran.err);
    }
    let keys = folder.file(
        "keymap.toml",
        "[events]\nkeys = [\n  { on = \"z\", run = \"brst\" },\n]\n[evnts]\nkeys = []\n",
    );
    let ran = run(&["keys", "check", &keys]);
    assert_eq!(ran.code, 2);
    for text in ["keymap.toml:3", "did you mean \"burst\"?", "keymap.toml:5", "did you mean \"events\"?"] {
        assert!(ran.err.contains(text), "{text}: {}", ran.err);
    }
    folder.file("home/trailhound/themes/mine.toml", "[roles]\ntext = \"reed\"\n\"risk.hihg\" = \"red\"\n");
    let home = folder.path().join("home");
    let checked = program().args(["config", "check"]).env("XDG_CONFIG_HOME", home).output().unwrap();
    let said = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert_eq!(checked.status.code(), Some(2));
    for text in ["mine.toml:2", "did you mean \"red\"?", "mine.toml:3", "did you mean \"risk.high\"?"] {
        assert!(said.contains(text), "{text}: {said}");
    }
    let scoring = folder.file("scoring.toml", "bas = 3\n");
    let ran = run(&["scan", &log, "--scoring-file", &scoring]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("scoring.toml") && ran.err.contains("bas"), "{}", ran.err);
    let table = folder.file("apis.json", "{\n \"iam:CreateUser\": {\"risk\": 900}\n}");
    let ran = run(&["scan", &log, "--sensitive-apis", &table]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("apis.json") && ran.err.contains("iam:CreateUser"), "{}", ran.err);
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_fault_and_a_full_disk_is_one() {
    let folder = Folder::new();
    let records: Vec<Value> = (0..3000).map(stop_logging).collect();
    let file = folder.file("a.json", log(&records));
    let mut child = program()
        .args(["scan", &file, "--top", "0", "--format", "jsonl"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
    let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") else {
        eprintln!("skipped: there is no /dev/full here");
        return;
    };
    let output =
        program().args(["scan", &file, "--top", "0", "--format", "csv"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&output.stderr).contains("could not be written"));
}

#[test]
fn nobody_who_reads_what_is_told_costs_no_results() {
    let folder = Folder::new();
    let file = folder.file("a.json", log(&[stop_logging(1)]));
    let rules = folder.file("bad.yml", "title: [");
    for args in [vec!["scan", "nosuch"], vec!["scan", &file, "--rules", &rules, "--format", "jsonl"]] {
        let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") else {
            eprintln!("skipped: there is no /dev/full here");
            return;
        };
        let told = program().args(&args).output().unwrap();
        let untold = program().args(&args).stderr(full).output().unwrap();
        assert!(!told.stderr.is_empty());
        assert_eq!((untold.status.code(), untold.stdout), (told.status.code(), told.stdout), "{args:?}");
    }
}

#[test]
fn nothing_piped_in_says_so() {
    let ran = run_with_input(&["scan", "-"], b"");
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("-: the file is empty"), "{}", ran.err);
}
