//! The commands that print: what they print, in which order, and how they end.

use serde_json::{Value, json};

use super::help::{Folder, gzip, id, log, record, run, run_with_input, stop_logging};

/// Ten quiet calls, one that stops a trail, and one that was denied.
fn story() -> Vec<Value> {
    let mut records: Vec<Value> = (0..10).map(|n| record(n, json!({}))).collect();
    records.push(stop_logging(20));
    let denied = json!({
        "eventSource": "iam.amazonaws.com", "eventName": "CreateUser", "readOnly": false,
        "sourceIPAddress": "203.0.113.9", "errorCode": "AccessDenied"
    });
    records.push(record(30, denied));
    records
}

#[test]
fn jsonl_has_every_key_in_rank_order() {
    let folder = Folder::new();
    let file = folder.file("a.json", log(&story()));
    let ran = run(&["scan", &file, "--format", "jsonl"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let lines = ran.lines();
    assert_eq!(lines.len(), 2, "below 30 points nothing is printed");
    for key in [
        "eventID",
        "eventTime",
        "eventSource",
        "eventName",
        "awsRegion",
        "actor",
        "principal",
        "accessKeyId",
        "sourceIPAddress",
        "userAgent",
        "outcome",
        "errorCode",
        "risk",
        "factors",
        "rules",
        "techniques",
        "source",
    ] {
        assert!(lines[0].get(key).is_some(), "{key} is missing in {}", lines[0]);
    }
    let risks: Vec<u64> = lines.iter().map(|line| line["risk"].as_u64().unwrap()).collect();
    assert!(risks.is_sorted_by(|a, b| a >= b), "{risks:?}");
    let stop = lines.iter().find(|line| line["eventName"] == "StopLogging").unwrap();
    assert_eq!(stop["actor"], "alice");
    assert_eq!(stop["outcome"], "success");
    assert_eq!(stop["source"]["file"], file.as_str());
    let text = std::fs::read_to_string(&file).unwrap();
    let at = stop["source"]["offset"].as_u64().unwrap() as usize;
    assert!(text[at..].starts_with('{') && text[at..at + 2000.min(text.len() - at)].contains("StopLogging"));
}

#[test]
fn csv_begins_with_the_columns_that_others_know() {
    let folder = Folder::new();
    let file = folder.file("a.json", log(&story()));
    let ran = run(&["scan", &file, "--format", "csv"]);
    let head = ran.out.lines().next().unwrap();
    let known = "Timestamp,EventName,EventSource,UserARN,UserType,SourceIP,Region,RiskScore,ErrorCode,CriticalityReasons";
    assert!(head.starts_with(known), "{head}");
    let mut reader = csv::Reader::from_reader(ran.out.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    let stop = rows.iter().find(|row| &row[1] == "StopLogging").unwrap();
    assert_eq!(&stop[3], "arn:aws:iam::111122223333:user/alice");
    assert_eq!((&stop[0], &stop[4], &stop[5]), ("2026-03-02T09:00:20Z", "IAMUser", "203.0.113.9"));
}

#[test]
fn csv_cells_that_a_spreadsheet_would_run_are_made_harmless_unless_asked() {
    let folder = Folder::new();
    let mut bad = stop_logging(1);
    bad["errorCode"] = json!("=cmd|' /C calc'!A0");
    let file = folder.file("a.json", log(&[bad]));
    let safe = run(&["scan", &file, "--all", "--format", "csv"]);
    assert!(safe.out.contains("'=cmd"), "{}", safe.out);
    let raw = run(&["scan", &file, "--all", "--format", "csv", "--csv-raw"]);
    assert!(!raw.out.contains("'=cmd") && raw.out.contains("=cmd"), "{}", raw.out);
}

#[test]
fn json_is_the_document_that_others_read() {
    let folder = Folder::new();
    let file = folder.file("a.json", log(&story()));
    let document = run(&["scan", &file, "--format", "json"]).json();
    assert_eq!(document["metadata"]["total_critical_events"], 2);
    assert!(document["metadata"]["generated_at"].is_string());
    assert!(document["metadata"]["analyzer_version"].is_string());
    assert_eq!(document["critical_events"].as_array().unwrap().len(), 2);
}

#[test]
fn the_summary_counts_everything() {
    let folder = Folder::new();
    let mut records = story();
    records.push(record(3, json!({})));
    let mut other = record(4, json!({}));
    other["eventName"] = json!("RunInstances");
    records.push(other);
    let text = log(&records);
    folder.file("a.json", &text);
    folder.file("b.json.gz", gzip(log(&[record(5, json!({}))]).as_bytes()));
    folder.file("broken.json", "{\"Records\":[{\"eventName\":");
    folder.file(
        "CloudTrail-Digest/d.json",
        json!({"awsAccountId": "111122223333", "digestStartTime": "2026-03-02T09:00:00Z",
               "digestEndTime": "2026-03-02T10:00:00Z", "logFiles": [], "digestS3Bucket": "b",
               "previousDigestSignature": "x", "digestPublicKeyFingerprint": "x", "digestSignatureAlgorithm": "x"})
        .to_string(),
    );
    let ran = run(&["scan", folder.path().to_str().unwrap(), "--summary"]);
    let summary = ran.json();
    assert_eq!(ran.code, 3, "some of it could not be read: {}", ran.err);
    let expected = [
        ("files", 4),
        ("records", 15),
        ("events", 13),
        ("duplicates", 2),
        ("conflicts", 2),
        ("digests", 1),
        ("rejected", 1),
        ("actors", 1),
    ];
    for (key, count) in expected {
        assert_eq!(summary[key], count, "{key} in {summary}");
    }
    assert_eq!(summary["first"], "2026-03-02T09:00:00Z");
    assert_eq!(summary["last"], "2026-03-02T09:00:30Z");
    assert!(summary["bytes"].as_u64().unwrap() > text.len() as u64);
    assert!(ran.err.contains("broken.json"), "{}", ran.err);
}

#[test]
fn the_summary_counts_what_a_query_matches_and_heeds_the_risk_to_fail_on() {
    let folder = Folder::new();
    let file = folder.file("a.json", log(&story()));
    let ran = run(&["scan", &file, "--summary", "-q", "outcome:denied"]);
    let summary = ran.json();
    let counts = ["events", "actors", "records", "files"].map(|key| summary[key].as_u64());
    assert_eq!((ran.code, counts), (0, [Some(1), Some(1), Some(12), Some(1)]), "{summary}");
    assert_eq!((&summary["first"], &summary["last"]), (&json!("2026-03-02T09:00:30Z"), &summary["first"]));
    let none = run(&["scan", &file, "--summary", "-q", "event:Nothing"]).json();
    assert_eq!((&none["events"], &none["actors"], &none["first"]), (&json!(0), &json!(0), &Value::Null));
    for (args, code) in [
        (&["--fail-on", "high"][..], 1),
        (&["--fail-on", "100"], 0),
        (&["--fail-on", "high", "-q", "event:Describe*"], 0),
    ] {
        let ran = run(&[&["scan", &file, "--summary"][..], args].concat());
        assert_eq!(ran.code, code, "{args:?}");
        assert!(ran.json()["events"].is_u64());
    }
}

#[test]
fn a_query_may_begin_with_a_minus_wherever_options_stand() {
    let folder = Folder::new();
    let file = folder.file(
        "a.json",
        log(&[record(1, json!({"eventName": "GetUser"})), record(2, json!({"eventName": "ListUsers"}))]),
    );
    for args in [
        &["query", &file, "-event:Get*", "--format", "jsonl", "--quiet"][..],
        &["query", "--format", "jsonl", &file, "-event:Get*", "--quiet"],
        &["query", &file, "-(event:GetUser OR event:X)", "--format=jsonl"],
        &["query", &file, "-eventName!=ListUsers", "--format=jsonl"],
        &["query", "--format=jsonl", "--", &file, "-event:Get*"],
        &["scan", &file, "--all", "--query=-event:Get*", "--format=jsonl"],
        &["scan", &file, "--format=jsonl", "--all", "--query", "-event:Get*"],
    ] {
        let lines = run(args).lines();
        assert_eq!(lines.len(), 1, "{args:?}");
        assert_eq!(lines[0]["eventName"], "ListUsers", "{args:?}");
    }
}

#[test]
fn json_is_one_document_and_jsonl_a_line_for_each_entry() {
    let folder = Folder::new();
    let file = folder.file("a.json", log(&story()));
    let events = run(&["query", &file, "", "--format", "json"]).json();
    assert_eq!(events.as_array().map(Vec::len), Some(12));
    assert_eq!(events, json!(run(&["query", &file, "", "--format", "jsonl"]).lines()));
    assert_eq!(run(&["query", &file, "event:Nothing", "--format", "json"]).json(), json!([]));
    for counted in [&["-g", "event"][..], &["--histogram"]] {
        let ran = |form| run(&[&["query", &file, "", "--format", form][..], counted].concat());
        let (lines, document) = (ran("jsonl").lines(), ran("json").json());
        assert!(lines.len() > 1, "{counted:?}");
        assert_eq!(json!(lines), document, "{counted:?}");
    }
}

#[test]
fn duplicates_keep_every_origin_and_conflicts_are_flagged() {
    let folder = Folder::new();
    folder.file("a.json", log(&[stop_logging(1)]));
    folder.file("b.json", log(&[stop_logging(1)]));
    let mut other = stop_logging(2);
    other["requestParameters"]["name"] = json!("another");
    folder.file("c.json", log(&[stop_logging(2)]));
    folder.file("d.json", log(&[other]));
    let ran = run(&["scan", folder.path().to_str().unwrap(), "--format", "jsonl"]);
    let lines = ran.lines();
    assert_eq!(lines.len(), 3);
    let folded: Vec<&Value> = lines.iter().filter(|line| line["eventID"] == id(1).as_str()).collect();
    assert_eq!(folded.len(), 1);
    assert!(folded[0]["source"]["file"].as_str().unwrap().ends_with("a.json"));
    assert!(folded[0]["alsoAt"][0]["file"].as_str().unwrap().ends_with("b.json"), "{}", folded[0]);
    let conflicts = lines.iter().filter(|line| line["conflict"] == true).count();
    assert_eq!(conflicts, 2);
}

#[test]
fn an_event_is_found_by_every_file_that_it_is_in() {
    let folder = Folder::new();
    folder.file("a.json", log(&[stop_logging(1), stop_logging(2)]));
    folder.file("b.json", log(&[stop_logging(1), stop_logging(1)]));
    let source = folder.path().to_str().unwrap();
    for (query, found) in
        [("file:*a.json", 2), ("file:*b.json", 1), ("-file:*b.json", 1), ("file:*c.json", 0)]
    {
        let ran = run(&["query", source, "--format", "jsonl", "--", query]);
        assert_eq!(ran.lines().len(), found, "{query}: {}", ran.err);
    }
    let groups = run(&["query", source, "", "-g", "file", "--format", "jsonl"]).lines();
    let counts: Vec<u64> = groups.iter().map(|group| group["events"].as_u64().unwrap()).collect();
    assert_eq!(counts, [2, 1], "{groups:?}");
}

#[test]
fn ids_are_found_by_a_part_of_them_made_up_ones_too() {
    let folder = Folder::new();
    let without = |n| record(n, json!({"eventID": null}));
    let odd = record(3, json!({"eventID": "odd-3"}));
    let file = folder.file("a.json", log(&[record(0, json!({})), without(1), without(2), odd]));
    for (query, found) in
        [("id:no-id*", 2), ("id:00000000-*", 1), ("id:odd*", 1), ("-id:no-id*", 2), ("id:x*", 0)]
    {
        let ran = run(&["query", &file, "--format", "jsonl", "--", query]);
        let ids = ran.lines().iter().map(|line| line["eventID"].to_string()).collect::<Vec<_>>();
        assert!(ids.len() == found, "{query}: {ids:?} {}", ran.err);
    }
}

#[test]
fn an_identity_that_is_null_or_missing_is_none_as_anything_else_is() {
    let folder = Folder::new();
    let mut missing = record(1, json!({"requestParameters": {"a": 1}}));
    missing.as_object_mut().unwrap().remove("userIdentity");
    let records = [record(0, json!({})), missing, record(2, json!({"userIdentity": null}))];
    let file = folder.file("a.json", log(&records));
    for (query, found) in [("userIdentity:*", 1), ("-userIdentity:*", 2), ("requestParameters:*", 1)] {
        let ran = run(&["query", &file, "--format", "jsonl", "--", query]);
        assert_eq!(ran.lines().len(), found, "{query}: {}", ran.err);
    }
    let groups = run(&["query", &file, "", "-g", "userIdentity", "--format", "jsonl"]).lines();
    assert_eq!((&groups[0]["value"], &groups[0]["events"]), (&json!(""), &json!(2)), "{groups:?}");
}

#[test]
fn what_is_printed_can_be_narrowed() {
    let folder = Folder::new();
    let file = folder.file("a.json", log(&story()));
    let count = |args: &[&str]| {
        let mut all = vec!["scan", &file, "--format", "jsonl"];
        all.extend(args);
        run(&all).lines().len()
    };
    assert_eq!(count(&["--all"]), 12);
    assert_eq!(count(&["--all", "--top", "3"]), 3);
    assert_eq!(count(&["--min-risk", "0"]), 12);
    assert_eq!(count(&["--query", "event:StopLogging"]), 1);
    assert_eq!(count(&["--all", "--query", "outcome:denied"]), 1);
    assert_eq!(count(&["--min-risk", "100"]), 0);
}

#[test]
fn the_table_tells_rank_risk_and_reasons() {
    let folder = Folder::new();
    let file = folder.file("a.json", log(&story()));
    let ran = run(&["scan", &file]);
    for text in ["StopLogging", "CreateUser", "alice", "203.0.113.9", "public address", "AccessDenied"] {
        assert!(ran.out.contains(text), "{text}\n{}", ran.out);
    }
    assert!(!ran.out.contains('\u{1b}'), "no colors where nobody watches");
}

#[test]
fn a_table_says_that_it_folds_what_a_session_repeats() {
    let folder = Folder::new();
    let file = folder.file("a.json", log(&story()));
    let said = "in 3 lines: what a session repeats is one line, ×N for N events";
    let query = run(&["query", &file, "", "--top", "0"]).out;
    assert!(query.starts_with(&format!("12 rows of 12 events {said}")), "{query}");
    let scan = run(&["scan", &file, "--all"]).out;
    assert!(scan.contains(&format!("\n12 events {said}")), "{scan}");
    let single = run(&["query", &file, "event:StopLogging"]).out;
    assert!(single.starts_with("1 row of 12 events\n"), "{single}");
}

#[test]
fn the_status_says_how_it_went() {
    let folder = Folder::new();
    let file = folder.file("a.json", log(&story()));
    for (args, code) in [
        (&["scan", &file][..], 0),
        (&["scan", &file, "--fail-on", "high"], 1),
        (&["scan", &file, "--fail-on", "100"], 0),
        (&["scan", &file, "--fail-on", "purple"], 2),
        (&["scan"], 2),
        (&["frobnicate", "--x"], 2),
        (&["scan", "/nonexistent/logs"], 3),
        (&["--help"], 0),
        (&["--version"], 0),
    ] {
        assert_eq!(run(args).code, code, "{args:?}");
    }
}

#[test]
fn queries_print_rows_groups_and_histograms() {
    let folder = Folder::new();
    let file = folder.file("a.json", log(&story()));
    let rows = run(&["query", &file, "event:Describe*", "--format", "jsonl"]);
    assert_eq!(rows.lines().len(), 10, "{}", rows.err);
    let groups = run(&["query", &file, "", "--group-by", "event", "--format", "json"]).json();
    let text = groups.to_string();
    assert!(text.contains("DescribeInstances") && text.contains("10"), "{text}");
    let table = run(&["query", &file, "", "--group-by", "requestParameters.name"]);
    assert!(table.out.contains("main"), "{}", table.out);
    let histogram = run(&["query", &file, "", "--histogram"]);
    assert_eq!(histogram.code, 0);
    assert!(histogram.out.contains("2026-03-02"), "{}", histogram.out);
    let bad = run(&["query", &file, "actr:x"]);
    assert_eq!(bad.code, 2);
    assert!(bad.err.contains("did you mean `actor`?") && bad.err.contains("^^^^"), "{}", bad.err);
    assert!(bad.out.is_empty());
}

#[test]
fn a_histogram_has_the_year_one_and_says_what_has_no_time() {
    let folder = Folder::new();
    let mut records = story();
    for (n, time) in [(40, "0001-01-01T00:00:00Z"), (41, "no time")] {
        let mut record = record(n, json!({}));
        record["eventTime"] = json!(time);
        records.push(record);
    }
    let file = folder.file("a.json", log(&records));
    let ran = run(&["query", &file, "", "--histogram"]);
    assert!(ran.out.starts_with("0001-01-01T00:00:00Z") && !ran.out.contains("unknown"), "{}", ran.out);
    assert!(ran.err.contains("1 event without a readable time"), "{}", ran.err);
    let quiet = run(&["query", &file, "", "--histogram", "--quiet", "--format", "jsonl"]);
    assert_eq!(quiet.err, "");
    assert_eq!(quiet.lines().iter().map(|line| line["events"].as_u64().unwrap()).sum::<u64>(), 13);
}

#[test]
fn what_is_piped_in_is_read_and_its_records_too() {
    let text = log(&story());
    for input in [text.clone().into_bytes(), gzip(text.as_bytes())] {
        let ran = run_with_input(&["scan", "-", "--format", "jsonl"], &input);
        assert_eq!((ran.code, ran.lines().len()), (0, 2), "{}", ran.err);
        // A field without a column is looked up in the record, which was read once already.
        let args = ["query", "-", "requestParameters.name:main", "--format", "jsonl"];
        let ran = run_with_input(&args, &input);
        assert_eq!((ran.code, ran.lines().len()), (0, 1), "{}", ran.err);
    }
}

#[test]
fn made_up_logs_are_the_same_for_the_same_seed_and_labeled() {
    let folder = Folder::new();
    let dirs: Vec<String> =
        ["a", "b", "c"].iter().map(|d| folder.path().join(d).display().to_string()).collect();
    for (dir, seed) in dirs.iter().zip(["7", "7", "8"]) {
        let ran = run(&["synth", "--events", "3000", "--seed", seed, "--out", dir, "--quiet"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    let bytes = |dir: &String| {
        let files = walkdir::WalkDir::new(dir).sort_by_file_name().into_iter().filter_map(Result::ok);
        let files = files.filter(|entry| entry.file_type().is_file());
        files
            .map(|f| (f.path().strip_prefix(dir).unwrap().to_owned(), std::fs::read(f.path()).unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(bytes(&dirs[0]), bytes(&dirs[1]));
    assert_ne!(bytes(&dirs[0]), bytes(&dirs[2]));
    let summary = run(&["scan", &dirs[0], "--summary"]).json();
    assert_eq!((&summary["events"], &summary["rejected"]), (&json!(3000), &json!(0)));
    let labels = std::fs::read_to_string(format!("{}/labels.tsv", dirs[0])).unwrap();
    let attacks = labels.lines().skip(1).filter(|line| line.split('\t').nth(6) != Some("-")).count();
    assert!(attacks > 20, "{attacks}");
    let first = labels.lines().nth(1).unwrap().split('\t').next().unwrap();
    let found = run(&["query", &dirs[0], &format!("id:{first}"), "--format", "jsonl"]);
    assert_eq!(found.lines().len(), 1);
}

#[test]
fn where_nothing_can_be_written_the_status_says_so() {
    let folder = Folder::new();
    let file = folder.file("a.json", log(&story()));
    let below = format!("{file}/x");
    for args in [
        &["report", &file, "--out", &below][..],
        &["synth", "--events", "1000", "--quiet", "--out", &below],
        &["demo", "--out", &below],
    ] {
        let ran = run(args);
        assert_eq!(ran.code, 4, "{args:?}: {}", ran.err);
        assert!(ran.err.contains(&below), "{}", ran.err);
    }
    assert_eq!(run(&["synth", "--days", "0", "--out", &below]).code, 2, "that is wrong use");
}

#[test]
fn the_demo_is_the_same_on_disk() {
    let folder = Folder::new();
    let dir = folder.path().join("demo").display().to_string();
    let ran = run(&["demo", "--out", &dir]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let (disk, built_in) =
        (run(&["scan", &dir, "--summary"]).json(), run(&["scan", "demo:", "--summary"]).json());
    for key in ["events", "records", "actors", "first", "last"] {
        assert_eq!(disk[key], built_in[key], "{key}");
    }
}

#[test]
fn labels_that_cannot_be_used_are_told_by_line() {
    let folder = Folder::new();
    let file = folder.file("a.json", log(&story()));
    let table = format!("eventID,attack\n{},1\n{},perhaps\n", id(20), id(30));
    let odd = folder.file("odd.csv", table);
    let ran = run(&["eval", "--labels", &odd, &file]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains(&format!("{odd}: line 3: attack `perhaps`")), "{}", ran.err);
    let latin = folder.file("latin.csv", b"eventID,attack,note\na,1,caf\xe9\n");
    let ran = run(&["eval", "--labels", &latin, &file]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains(&format!("{latin}:2: byte 27 (0xe9) is no UTF-8 text; save")), "{}", ran.err);
}

#[test]
fn documents_of_the_program_come_out_of_it() {
    assert!(run(&["completions", "bash"]).out.contains("_trailhound"));
    assert!(run(&["man"]).out.contains(".TH trailhound"));
    assert!(run(&["keys", "list"]).out.contains("[events]"));
    assert_eq!(run(&["keys", "check"]).code, 0);
    assert!(run(&["config", "show"]).out.contains("theme"));
}

#[test]
fn rules_are_listed_and_what_is_wrong_with_one_is_said() {
    let folder = Folder::new();
    let rule = "title: Stopped\nid: one\nlevel: high\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n  s:\n    eventName: StopLogging\n  condition: s\n";
    folder.file("rules/good.yml", rule);
    folder.file(
        "rules/deep/bad.yaml",
        rule.replace("id: one", "id: two").replace("eventName:", "eventName|containz:"),
    );
    folder.file("rules/readme.txt", "no rule");
    let rules = folder.path().join("rules").display().to_string();
    let list = run(&["rules", "list", &rules]);
    assert!(
        list.out.contains("high") && list.out.contains("one") && list.out.contains("Stopped"),
        "{}",
        list.out
    );
    let check = run(&["rules", "check", &rules]);
    assert_eq!(check.code, 2);
    assert!(
        check.out.ends_with("1 rule can be used, 1 fault, 0 warnings and 2 notes in 2 files\n"),
        "{}",
        check.out
    );
    assert!(
        check.err.contains("bad.yaml:7: there is no modifier containz; did you mean contains?"),
        "{}",
        check.err
    );
    let none = run(&["rules", "check", "/no/such/place"]);
    assert_eq!(none.code, 2);
    assert!(none.err.contains("/no/such/place"), "{}", none.err);
}

#[test]
fn a_share_is_of_all_that_was_found_and_what_is_cut_is_counted() {
    let folder = Folder::new();
    let file = folder.file("a.json", log(&story()));
    let all = run(&["query", &file, "", "-g", "event"]).out;
    let cut = run(&["query", &file, "", "-g", "event", "--top", "1"]).out;
    assert_eq!(cut.lines().nth(1), all.lines().nth(1), "{cut}");
    assert!(cut.contains("83.3 %") && cut.ends_with("and 2 more; see all with --top 0\n"), "{cut}");
    assert!(!all.contains("more; see all"), "{all}");
    let folded = run(&["query", &file, "", "-g", "technique"]).out;
    assert!(folded.contains("8.3 %"), "one of twelve events, whatever the groups sum to: {folded}");
}

#[test]
fn the_number_of_critical_events_is_of_those_found_and_not_of_those_written() {
    let folder = Folder::new();
    let file = folder.file("a.json", log(&story()));
    for more in [&["--top", "1"][..], &["--collapse", "--top", "1"]] {
        let document = run(&[&["scan", &file, "--format", "json"], more].concat()).json();
        assert_eq!(document["metadata"]["total_critical_events"], 2, "{more:?}");
        assert_eq!(document["critical_events"].as_array().unwrap().len(), 1, "{more:?}");
    }
}

#[test]
fn csv_shows_what_a_terminal_would_act_on_and_json_has_it_exactly() {
    let folder = Folder::new();
    let name = "\u{1b}]0;pwn\u{7}Create\u{202e}User";
    let file = folder.file("a.json", log(&[record(1, json!({ "eventName": name }))]));
    for command in [&["scan", &file, "--all"][..], &["query", &file, "", "-g", "event"]] {
        let csv = run(&[command, &["--format", "csv"]].concat()).out;
        assert!(csv.contains("␛]0;pwn␇Create\\u{202e}User"), "{csv}");
        assert!(!csv.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{csv:?}");
    }
    let exact = run(&["query", &file, "", "--format", "jsonl"]).lines();
    assert_eq!(exact[0]["eventName"], name);
}
