//! `trailhound coverage` and `trailhound custody` as they are used.

use serde_json::{Value, json};

use super::help::{Folder, id, log, record, run, stop_logging};

/// A busy region in which somebody stops the trail; four hours later it is started again.
fn story() -> Vec<Value> {
    let mut records = Vec::new();
    for hour in 0..20 {
        for n in 0..3 {
            let number = records.len();
            let mut other = record(number, json!({"awsRegion": "us-east-1"}));
            other["eventTime"] = format!("2026-03-02T{hour:02}:{n:02}:30Z").into();
            records.push(other);
            if !(10..14).contains(&hour) {
                let mut here = record(number + 1, json!({}));
                here["eventTime"] = format!("2026-03-02T{hour:02}:{n:02}:00Z").into();
                records.push(here);
            }
        }
    }
    for (name, time, number) in [("StopLogging", "09:59:59", 900), ("StartLogging", "14:00:00", 901)] {
        let mut switch = stop_logging(number);
        switch["eventName"] = name.into();
        switch["eventTime"] = format!("2026-03-02T{time}Z").into();
        records.push(switch);
    }
    records
}

#[test]
fn coverage_shows_the_gap_and_who_made_it() {
    let folder = Folder::new();
    let file = folder.file("a.json", log(&story()));
    let ran = run(&["coverage", &file, "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let found = ran.json();
    assert_eq!(found["span"], json!(["2026-03-02T00:00:00Z", "2026-03-02T20:00:00Z"]));
    let lanes: Vec<(&str, usize)> = found["lanes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| (l["region"].as_str().unwrap(), l["hours"].as_array().unwrap().len()))
        .collect();
    assert_eq!(lanes, [("eu-west-1", 16), ("us-east-1", 20)]);
    assert_eq!(found["lanes"][0]["hours"][0], json!({"hour": "2026-03-02T00:00:00Z", "events": 3}));
    let gaps = found["gaps"].as_array().unwrap();
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert_eq!(
        (&gaps[0]["from"], &gaps[0]["hours"], &gaps[0]["elsewhere"]),
        (&json!("2026-03-02T10:00:00Z"), &json!(4), &json!(4))
    );
    let switches: Vec<(&str, &str)> = found["switches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| (s["event"].as_str().unwrap(), s["effect"].as_str().unwrap()))
        .collect();
    assert_eq!(switches, [("StopLogging", "off"), ("StartLogging", "on")]);
    assert_eq!(found["switches"][0]["eventID"], id(900));
    let table = run(&["coverage", &file]).out;
    for said in [
        "20 hours from 2026-03-02T00:00:00Z",
        "gap in",
        "4 hours with events in other regions",
        "OFF",
        "▆▆▆▆▆▆▆▆▆█····",
    ] {
        assert!(table.contains(said), "{said}\n{table}");
    }
}

#[test]
fn coverage_of_nothing_says_so() {
    let folder = Folder::new();
    let file = folder.file("a.json", log(&[]));
    let ran = run(&["coverage", &file]);
    assert!(ran.out.contains("no events with a readable time"), "{} {}", ran.out, ran.err);
}

#[test]
fn custody_is_kept_and_checked() {
    let folder = Folder::new();
    let file = folder.file("logs/a.json", "abc");
    folder.file("logs/b.json", "x");
    // What is handed over is the folder, with all that lies in it.
    folder.file("logs/picture.png", "x");
    folder.file("logs/.hidden", "x");
    let chain = folder.path().join("custody.jsonl").to_str().unwrap().to_owned();
    let ran = run(&["custody", "add", &chain, folder.path().join("logs").to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.starts_with("4 lines from number 1; sha256 of the last line "), "{}", ran.out);
    let first: Value =
        serde_json::from_str(std::fs::read_to_string(&chain).unwrap().lines().nth(1).unwrap()).unwrap();
    assert_eq!(first["sha256"], "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(
        (&first["seq"], &first["action"], &first["object"]),
        (&json!(2), &json!("acquired"), &json!(file))
    );
    let ran = run(&["custody", "verify", &chain, "--files"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    std::fs::write(&file, "abd").unwrap();
    assert_eq!(run(&["custody", "verify", &chain]).code, 0, "the chain by itself still holds");
    let ran = run(&["custody", "verify", &chain, "--files"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("custody.jsonl:2:") && ran.err.contains("a.json: it is not what it was"),
        "{}",
        ran.err
    );
    let text = std::fs::read_to_string(&chain).unwrap();
    std::fs::write(&chain, text.replacen("acquired", "handed on", 1)).unwrap();
    let ran = run(&["custody", "verify", &chain]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("custody.jsonl:2: the chain of custody is broken"), "{}", ran.err);
    let ran = run(&["custody", "add", &chain, &file]);
    assert_eq!(ran.code, 2);
    let ran = run(&["custody", "add", &chain.replace(".jsonl", "2.jsonl"), "/nonexistent"]);
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("no such file"), "{}", ran.err);
}
