//! `report` as it is used.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::help::{Folder, Ran, id, log, program, record, run, stop_logging};
use super::schema;

/// Every file that one run writes.
const FILES: [&str; 20] = [
    "alerts.csv",
    "anomalies.csv",
    "attack_layer.json",
    "event_anomalies.csv",
    "events.csv",
    "events.jsonl",
    "findings.csv",
    "indicators.csv",
    "out/service_chart.png",
    "parsed_logs.jsonl",
    "reports/report.html",
    "reports/report.json",
    "reports/report.md",
    "reports/report.pdf",
    "results/anomaly_plot.png",
    "results/anomaly_results.csv",
    "results/anomaly_results.json",
    "stix.json",
    "timeline.csv",
    "user_summary.json",
];

/// What is in a folder: path and content.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(path) = open.pop() {
        for entry in std::fs::read_dir(&path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    found
}

fn reported(source: &str, out: &Path, more: &[&str]) -> Ran {
    let mut command = program();
    command.env("SOURCE_DATE_EPOCH", "1770000000").args(["report", source, "--out", out.to_str().unwrap()]);
    let output = command.args(more).stdin(Stdio::null()).output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The names of what was written.
fn names(out: &Path) -> Vec<String> {
    files(out).into_keys().collect()
}

#[test]
fn one_command_writes_everything_and_the_same_again_and_says_the_hashes() {
    use sha2::{Digest as _, Sha256};
    let folder = Folder::new();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    let args = ["--format", "json", "--case", "IR-7", "--tlp", "amber+strict", "--organization", "Halden"];
    let ran = reported("demo:", &one, &args);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let written = files(&one);
    assert_eq!(written.keys().map(String::as_str).collect::<Vec<_>>(), FILES);
    let said = ran.json();
    assert_eq!(said["files"].as_array().unwrap().len(), FILES.len());
    for file in said["files"].as_array().unwrap() {
        let content = &written[file["path"].as_str().unwrap()];
        let hash: String = Sha256::digest(content).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(
            (file["bytes"].as_u64(), file["sha256"].as_str()),
            (Some(content.len() as u64), Some(&*hash))
        );
    }
    assert_eq!(reported("demo:", &two, &args).code, 0);
    for (name, content) in files(&two) {
        assert!(content == written[&name], "{name} differs from one run to the next");
    }
    holds_together(&written, said["reportId"].as_str().unwrap());
}

#[test]
fn where_nothing_could_be_read_nothing_is_written() {
    let folder = Folder::new();
    let out = folder.path().join("out");
    let ran = reported("/no/such/place", &out, &[]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("/no/such/place: no such file or folder"), "{}", ran.err);
    assert!(ran.err.contains("no event could be read, so nothing was written to"), "{}", ran.err);
    assert!(names(&out).is_empty());
    let file = folder.file("a-file", "");
    let ran = reported("demo:", Path::new(&file), &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("this is a file; a report needs a folder"), "{}", ran.err);
}

/// What the files say of each other.
fn holds_together(files: &BTreeMap<String, Vec<u8>>, report_id: &str) {
    let text = |name: &str| String::from_utf8(files[name].clone()).unwrap();
    let lines = |name: &str| text(name).lines().count();
    let report: Value = serde_json::from_str(&text("reports/report.json")).unwrap();
    let events = report["overview"]["totalEvents"].as_u64().unwrap() as usize;
    assert_eq!(events, 15_000);
    assert_eq!(
        (lines("parsed_logs.jsonl"), lines("events.jsonl"), lines("alerts.csv")),
        (events, events, events + 1)
    );
    assert_eq!(
        (lines("results/anomaly_results.json"), lines("results/anomaly_results.csv")),
        (events, events + 1)
    );
    assert_eq!(report["cover"]["reportId"], report_id);
    assert_eq!(report["cover"]["made"], "2026-02-02T02:40:00Z");
    let users: Value = serde_json::from_str(&text("user_summary.json")).unwrap();
    let told = report["overview"]["users"].as_array().unwrap();
    assert_eq!(told.len(), users.as_object().unwrap().len());
    for user in told {
        assert_eq!(users[user["name"].as_str().unwrap()]["total_events"], user["total"]);
    }
    // The mean of the column of risks is the average that the report names.
    let mut alerts = csv::Reader::from_reader(&files["alerts.csv"][..]);
    let risks: Vec<f64> = alerts.records().map(|r| r.unwrap()[5].parse().unwrap()).collect();
    let mean = risks.iter().sum::<f64>() / risks.len() as f64;
    assert!((report["overview"]["averageRisk"].as_f64().unwrap() - mean).abs() < 1e-9);
    let findings = csv::Reader::from_reader(&files["findings.csv"][..]).into_records().count();
    assert_eq!(report["findings"].as_array().unwrap().len(), findings);
    assert_eq!(report["timeline"]["total"].as_u64().unwrap() as usize, lines("timeline.csv") - 1);
    for name in ["reports/report.html", "reports/report.md"] {
        let page = text(name);
        for part in
            ["IR-7", "TLP:AMBER+STRICT", "Halden", report_id, "Identity and session chains", "StopLogging"]
        {
            assert!(page.contains(part), "{name}: {part}");
        }
    }
    for name in ["out/service_chart.png", "results/anomaly_plot.png"] {
        assert!(files[name].starts_with(b"\x89PNG\r\n\x1a\n"), "{name}");
    }
}

#[test]
fn the_document_is_as_its_schema_says_full_empty_and_narrowed() {
    let folder = Folder::new();
    let empty = folder.file("empty.json", log(&[]));
    let few = folder.file("few.json", log(&[record(0, json!({})), stop_logging(1)]));
    for (n, (source, more)) in
        [("demo:", vec![]), (&*empty, vec![]), (&*few, vec!["--since", "2026-03-02", "--tlp", "red"])]
            .into_iter()
            .enumerate()
    {
        let out = folder.path().join(format!("out{n}"));
        let more: Vec<&str> = more.into_iter().chain(["--only", "json"]).collect();
        let ran = reported(source, &out, &more);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let text = std::fs::read(out.join("reports/report.json")).unwrap();
        let report: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(
            schema::faults("docs/schema/report-1.schema.json", &report),
            Vec::<String>::new(),
            "{source}"
        );
    }
}

#[test]
fn each_part_runs_alone() {
    let folder = Folder::new();
    let file = folder.file("a.json", log(&[record(0, json!({})), stop_logging(1)]));
    for (part, written) in [
        ("parsed-logs", vec!["parsed_logs.jsonl"]),
        ("alerts", vec!["alerts.csv"]),
        ("anomalies", vec!["anomalies.csv", "event_anomalies.csv"]),
        ("user-summary", vec!["user_summary.json"]),
        ("service-chart", vec!["out/service_chart.png"]),
        (
            "isolation",
            vec!["results/anomaly_plot.png", "results/anomaly_results.csv", "results/anomaly_results.json"],
        ),
        ("html", vec!["reports/report.html"]),
        ("markdown", vec!["reports/report.md"]),
        ("json", vec!["reports/report.json"]),
        ("events", vec!["events.csv", "events.jsonl"]),
        ("findings", vec!["findings.csv"]),
        ("timeline", vec!["timeline.csv"]),
        ("indicators", vec!["indicators.csv"]),
        ("navigator", vec!["attack_layer.json"]),
        ("stix", vec!["stix.json"]),
    ] {
        let out = folder.path().join(part);
        let ran = reported(&file, &out, &["--only", part]);
        assert_eq!((ran.code, names(&out)), (0, written.into_iter().map(str::to_owned).collect()), "{part}");
        if part == "anomalies" {
            assert!(ran.err.contains("anomalies.csv has no rows: there is only 1 actor"), "{}", ran.err);
        }
    }
}

#[test]
fn the_scope_is_that_of_query_and_times_and_is_told() {
    let folder = Folder::new();
    let records: Vec<Value> = (0..10).map(|n| record(n * 60, json!({}))).chain([stop_logging(300)]).collect();
    let file = folder.file("a.json", log(&records));
    let read = |more: &[&str]| {
        let out = folder.path().join("out");
        let ran = reported(&file, &out, &[more, &["--only", "json", "--only", "parsed-logs"]].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        let report: Value =
            serde_json::from_slice(&std::fs::read(out.join("reports/report.json")).unwrap()).unwrap();
        let lines = std::fs::read_to_string(out.join("parsed_logs.jsonl")).unwrap().lines().count() as u64;
        assert_eq!(report["overview"]["totalEvents"], lines);
        (lines, report)
    };
    assert_eq!(read(&[]).0, 11);
    let (n, report) = read(&["--since", "2026-03-02T09:05:00Z", "--until", "2026-03-02T09:08:00Z"]);
    assert_eq!(n, 5);
    let scope = &report["scope"];
    assert_eq!(
        (scope["requestedFrom"].as_str(), scope["requestedTo"].as_str(), scope["coveredTo"].as_str()),
        (Some("2026-03-02T09:05:00Z"), Some("2026-03-02T09:08:00Z"), Some("2026-03-02T09:08:00Z"))
    );
    assert!(report["limitations"].to_string().contains("a part of what was loaded"));
    assert_eq!((read(&["--since", "-2m"]).0, read(&["--since", "2m"]).0), (3, 3));
    assert_eq!(read(&["--until", "2026-03-02"]).0, 11, "a day is meant with its end");
    let (n, report) =
        read(&["--query", "event:StopLogging OR event:Nothing", "--until", "2026-03-02T09:06:00Z"]);
    assert_eq!((n, report["findings"][0]["event"]["eventID"].as_str()), (1, Some(&*id(300))));
    assert_eq!(read(&["--query", "actor:nobody"]).0, 0);
}

#[test]
fn evidence_is_listed_with_hashes_that_others_get_too() {
    use sha2::{Digest as _, Sha256};
    let hex = |bytes: &[u8]| -> String { Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect() };
    let folder = Folder::new();
    let logs = folder.path().join("logs");
    let (a, b) = (log(&[record(0, json!({}))]), log(&[stop_logging(1)]));
    folder.file("logs/b.json", &b);
    folder.file("logs/a.json", &a);
    let out = logs.join("out");
    for _ in 0..2 {
        // The second time what the first wrote lies in the folder that is read.
        let ran = reported(logs.to_str().unwrap(), &out, &["--only", "json", "--only", "parsed-logs"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let report: Value =
            serde_json::from_slice(&std::fs::read(out.join("reports/report.json")).unwrap()).unwrap();
        let listed: Vec<(&str, &str)> = report["evidence"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| (e["id"].as_str().unwrap(), e["sha256"].as_str().unwrap()))
            .collect();
        let (of_a, of_b) = (hex(a.as_bytes()), hex(b.as_bytes()));
        assert_eq!(listed, [("EV-1", &*of_a), ("EV-2", &*of_b)]);
        let mut sums = [of_a, of_b];
        sums.sort();
        assert_eq!(report["cover"]["datasetSha256"], hex(format!("{}\n{}\n", sums[0], sums[1]).as_bytes()));
    }
}

#[test]
fn cells_are_tame_unless_asked_for_as_they_are() {
    let folder = Folder::new();
    let mut bad = stop_logging(1);
    bad["userIdentity"]["userName"] = "=cmd|' /C calc'!A0".into();
    let file = folder.file("a.json", log(&[bad]));
    let out = folder.path().join("out");
    assert_eq!(reported(&file, &out, &[]).code, 0);
    let tables = || files(&out).into_iter().filter(|(name, _)| name.ends_with(".csv"));
    for (name, content) in tables() {
        for record in csv::Reader::from_reader(&content[..]).records() {
            assert!(!record.unwrap().iter().any(|cell| cell.starts_with('=')), "{name}");
        }
    }
    assert_eq!(reported(&file, &out, &["--csv-raw"]).code, 0);
    let raw = String::from_utf8(files(&out)["alerts.csv"].clone()).unwrap();
    assert!(raw.contains("Z,=cmd|") || raw.contains("Z,\"=cmd|"), "{raw}");
}

#[test]
fn wrong_use_says_the_way_out_and_writes_nothing() {
    let folder = Folder::new();
    let file = folder.file("a.json", log(&[record(0, json!({}))]));
    let out = folder.path().join("out");
    for (more, said) in [
        (vec!["--tlp", "white"], "--tlp white: a label of TLP 2.0 is one of clear, green, amber"),
        (vec!["--since", "soon"], "--since soon: this is neither a time"),
        (vec!["--until", "12:00"], "--until 12:00"),
        (vec!["--query", "actor:("], "the query cannot be read"),
        (vec!["--only", "pdfs"], "pdfs"),
    ] {
        let ran = reported(&file, &out, &more);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{more:?}");
        assert!(ran.err.contains(said), "{more:?}: {}", ran.err);
    }
    assert!(!out.exists());
    let ran = run(&["report", "-", "--watch", "--out", out.to_str().unwrap()]);
    assert!(ran.code == 2 && ran.err.contains("--watch needs a file or folder"), "{}", ran.err);
    let blocked = folder.file("blocked", "a file");
    let ran = reported(&file, Path::new(&blocked), &[]);
    assert!(ran.code == 2 && ran.err.contains("--out "), "{}", ran.err);
}

/// Waits until something holds.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(60), "waited for {what}");
        std::thread::yield_now();
    }
}

#[test]
fn watching_writes_again_when_a_log_lands() {
    let folder = Folder::new();
    let logs = folder.path().join("logs");
    folder.file("logs/a.json", log(&[record(0, json!({}))]));
    let out = folder.path().join("logs/out");
    let mut child = program()
        .args(["report", logs.to_str().unwrap(), "--out", out.to_str().unwrap(), "--watch", "--quiet"])
        .args(["--only", "parsed-logs"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = Arc::new(Mutex::new(String::new()));
    let (mut stdout, heard) = (child.stdout.take().unwrap(), said.clone());
    let listener = std::thread::spawn(move || {
        let mut part = [0; 1024];
        while let Ok(read @ 1..) = stdout.read(&mut part) {
            heard.lock().unwrap().push_str(&String::from_utf8_lossy(&part[..read]));
        }
    });
    let runs = || said.lock().unwrap().matches("1 file in ").count();
    let lines = || std::fs::read_to_string(out.join("parsed_logs.jsonl")).unwrap_or_default().lines().count();
    until("the first run", || (runs(), lines()) == (1, 1));
    folder.file("logs/b.json", log(&[record(1, json!({})), record(2, json!({}))]));
    until("the run after the new file", || runs() == 2);
    assert_eq!(lines(), 3);
    folder.file("logs/c.json", log(&[record(3, json!({}))]));
    until("the run after another", || runs() > 2 && lines() == 4);
    child.kill().unwrap();
    child.wait().unwrap();
    listener.join().unwrap();
    assert_eq!(runs(), 3, "what it wrote itself is no reason to run again: {}", said.lock().unwrap());
}
