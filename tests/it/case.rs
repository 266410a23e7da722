//! `trailhound case` as it is used: by one, by two at once, and killed in the middle.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::json;
use trailhound::case::gather::{Gathered, OfRule};
use trailhound::case::model::{NewFinding, NewIndicator};
use trailhound::case::{By, Case, Kind, Subject};
use trailhound::event::time::Time;
use trailhound::score::Level;

use super::help::{Folder, Ran, id, log, record, run, run_with_input, stop_logging};

struct Desk {
    folder: Folder,
    case: String,
    logs: String,
}

impl Desk {
    fn new() -> Self {
        let folder = Folder::new();
        let logs = folder.file("a.json", log(&[record(1, json!({})), stop_logging(2), stop_logging(3)]));
        let case = folder.path().join("deep/case.sqlite").to_str().unwrap().to_owned();
        Self { folder, case, logs }
    }

    fn run(&self, args: &[&str]) -> Ran {
        run(&[&["case", "--case", &self.case], args].concat())
    }

    /// Runs it and expects that it goes well; what it printed.
    fn done(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        ran.out
    }

    fn json(&self, args: &[&str]) -> serde_json::Value {
        serde_json::from_str(&self.done(&[args, &["--format", "json"]].concat())).unwrap()
    }
}

#[test]
fn a_case_is_worked_on_from_the_first_event_to_the_resolution() {
    let desk = Desk::new();
    assert_eq!(desk.done(&["add", &id(2), &desk.logs]), "finding:1\n");
    assert_eq!(desk.done(&["open", "finding:1"]), "incident:1\n");
    assert_eq!(desk.done(&["note", "first\nsecond", "--on", "finding:1"]), "note 1 on finding:1\n");
    let piped = run_with_input(&["case", "note", "--case", &desk.case], b"from\na pipe\n");
    assert_eq!((piped.code, piped.out.as_str()), (0, "note 2 on case\n"), "{}", piped.err);
    desk.done(&["tag", "incident:1", "exfil"]);
    desk.done(&["state", "incident:1", "Resolved", "--resolution", "key disabled"]);
    let all = desk.json(&["show"]);
    assert_eq!(all["incidents"][0]["state"], "resolved");
    assert_eq!(
        (&all["incidents"][0]["resolution"], &all["incidents"][0]["findings"]),
        (&json!("key disabled"), &json!([1]))
    );
    assert_eq!(all["notes"][1]["text"], "from\na pipe");
    let finding = &desk.json(&["list", "findings"])[0];
    assert_eq!(
        (&finding["event"], &finding["state"], &finding["actor"]),
        (&json!(id(2)), &json!("detected"), &json!("alice"))
    );
    let values: Vec<String> = desk
        .json(&["list", "indicators"])
        .as_array()
        .unwrap()
        .iter()
        .map(|i| i["value"].as_str().unwrap().to_owned())
        .collect();
    assert!(
        values.contains(&"203.0.113.9".to_owned()) && values.contains(&"AKIAEXAMPLE".to_owned()),
        "{values:?}"
    );
    let page = desk.done(&["show", "finding:1"]);
    for said in ["StopLogging", "detected", "  first\n  second\n", "opened incident 1 from finding 1"] {
        assert!(page.contains(said), "{said}\n{page}");
    }
    let history = desk.json(&["history"]);
    let what: Vec<&str> =
        history.as_array().unwrap().iter().rev().map(|e| e["what"].as_str().unwrap()).collect();
    assert_eq!(what, ["finding", "incident", "note", "note", "tag", "state"]);
    assert!(desk.done(&["undo"]).starts_with("took back: incident:1 is resolved"));
    assert_eq!(desk.json(&["list", "incidents"])[0]["state"], "detected");
    assert_eq!(desk.json(&["list", "incidents", "--state", "resolved"]), json!([]));
    desk.done(&["tag", &format!("event:{}", id(2)), "seen by dana"]);
    let whole = desk.done(&["show"]);
    assert!(whole.contains("seen by dana") && whole.contains("exfil"), "{whole}");
}

#[test]
fn what_rules_hit_becomes_incidents() {
    let desk = Desk::new();
    let out = desk.done(&["gather", &desk.logs, "--level", "medium"]);
    assert!(out.contains("incident") && out.lines().count() >= 2, "{out}");
    let incidents = desk.json(&["list", "incidents"]);
    let first = &incidents[0];
    assert!(["medium", "high", "critical"].contains(&first["level"].as_str().unwrap()), "{first}");
    assert!(!first["findings"].as_array().unwrap().is_empty());
    desk.done(&["gather", &desk.logs, "--level", "medium"]);
    assert_eq!(desk.json(&["list", "incidents"]), incidents);
}

#[test]
fn indicators_go_out_come_in_and_are_looked_for() {
    let desk = Desk::new();
    desk.done(&["add", &id(2), &desk.logs]);
    for (form, name) in [("csv", "i.csv"), ("stix", "i.json")] {
        let file = desk.folder.path().join(name).to_str().unwrap().to_owned();
        desk.done(&["indicators", "export", "--as", form, "--out", &file]);
        let other = Desk::new();
        let told = other.done(&["indicators", "import", &file]);
        let (mine, theirs) = (desk.json(&["list", "indicators"]), other.json(&["list", "indicators"]));
        let values = |list: &serde_json::Value| {
            let pair = |i: &serde_json::Value| (i["kind"].to_string(), i["value"].to_string());
            list.as_array().unwrap().iter().map(pair).collect::<Vec<_>>()
        };
        assert_eq!(values(&mine), values(&theirs), "{form}: {told}");
        let seen = other.json(&["indicators", "match", &other.logs]);
        let row = |value: &str| {
            seen["seen"].as_array().unwrap().iter().find(|s| s["value"] == value).unwrap().clone()
        };
        assert_eq!((&row("203.0.113.9")["events"], &row("AKIAEXAMPLE")["events"]), (&json!(2), &json!(3)));
        assert_eq!(
            (&seen["events"], &row("203.0.113.9")["first"]),
            (&json!(3), &json!("2026-03-02T09:00:02Z"))
        );
    }
    let sent = desk.json(&["list", "sent"]);
    assert_eq!((sent.as_array().unwrap().len(), sent[0]["what"].as_str()), (2, Some("csv")));
    assert_eq!(sent[0]["sha256"].as_str().unwrap().len(), 64);
}

#[test]
fn what_cannot_be_taken_in_is_told_with_its_line_and_ends_with_status_3() {
    let desk = Desk::new();
    let file = desk.folder.file("feed.csv", "kind,value\nip,203.0.113.7\nip,\u{1b}[31mnowhere\n");
    let ran = desk.run(&["indicators", "import", &file]);
    assert_eq!((ran.code, ran.out.as_str()), (3, "1 indicator read, 1 of them new to the case\n"));
    assert!(ran.err.contains("feed.csv: line 3: `␛[31mnowhere` is no value of kind ip"), "{}", ran.err);
}

#[test]
fn wrong_use_says_the_way_out_and_makes_no_file() {
    let desk = Desk::new();
    let text = desk.folder.file("notes.txt", "no database ".repeat(100));
    for (args, said) in [
        (vec!["show"], "there is no case here"),
        (vec!["undo"], "there is no case here"),
        (vec!["state", "finding:1", "resolvd"], "did you mean `resolved`?"),
        (vec!["state", "finding", "resolved"], "finding:N"),
        (vec!["open", "incident:1"], "name one as finding:N"),
        (vec!["add", "nothing", &desk.logs], "no event has this id"),
        (vec!["gather", &desk.logs, "--level", "huge"], "there are info, low, medium, high, critical"),
        (vec!["note", " "], "it is empty"),
        (vec!["indicators", "import", "/nonexistent.csv"], "/nonexistent.csv"),
    ] {
        let ran = desk.run(&args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}");
        assert!(ran.err.contains(said), "{args:?}: {}", ran.err);
    }
    let ran = run(&["case", "show", "--case", &text]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("notes.txt: this is not a case file"), "{}", ran.err);
    assert!(std::fs::read_to_string(&text).unwrap().starts_with("no database"));
}

#[test]
fn hostile_texts_do_nothing_on_the_screen() {
    let desk = Desk::new();
    let evil = "\u{1b}]52;c;ZXZpbA==\u{7}\u{202e}=cmd()";
    let mut bad = stop_logging(7);
    bad["userAgent"] = json!(evil);
    bad["userIdentity"]["userName"] = json!(evil);
    let logs = desk.folder.file("bad.json", log(&[bad]));
    desk.done(&["add", &id(7), &logs]);
    desk.done(&["note", evil, "--on", "finding:1"]);
    for args in [
        vec!["show"],
        vec!["show", "finding:1"],
        vec!["list", "indicators"],
        vec!["history"],
        vec!["indicators", "match", &logs],
    ] {
        let out = desk.done(&args);
        assert!(!out.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{args:?}\n{out}");
    }
    let found = &desk.json(&["list", "notes"])[0];
    assert_eq!(found["text"], evil, "what is kept is what was written");
}

#[test]
fn the_default_case_lies_in_the_state_folder() {
    let folder = Folder::new();
    let mut command = super::help::program();
    let state = folder.path().join("state");
    let ran = command.env("XDG_STATE_HOME", &state).args(["case", "note", "x"]).output().unwrap();
    assert!(ran.status.success(), "{ran:?}");
    assert!(state.join("trailhound/cases/default.sqlite").is_file());
}

#[test]
fn commands_at_the_same_time_wait_for_each_other_and_say_nothing_of_locks() {
    let desk = Desk::new();
    let children: Vec<Child> = (0..6)
        .map(|n| {
            let mut command = super::help::program();
            command.args(["case", "note", &format!("note {n}"), "--case", &desk.case]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in children {
        let ran = child.wait_with_output().unwrap();
        assert!(ran.status.success() && ran.stderr.is_empty(), "{ran:?}");
    }
    assert_eq!(desk.json(&["list", "notes"]).as_array().unwrap().len(), 6);
}

/// Names the case to the process that is killed.
const WRITES: &str = "TRAILHOUND_TEST_WRITES";
const FINDINGS: usize = 3;
const INDICATORS: usize = 5;

fn by(console: &str) -> By {
    By { who: "dana@desk".to_owned(), console: console.to_owned(), at: Time::from_civil(2026, 3, 2, 9, 0, 0) }
}

/// An incident with its findings and indicators: one change of many rows.
fn large(name: &str) -> OfRule {
    let found = |n: usize| {
        let owned = |text: &str| text.to_owned();
        let indicator = |i: usize| NewIndicator {
            kind: Kind::Session,
            value: format!("{name}-{n}-{i}"),
            private: false,
            first: Time::UNKNOWN,
            last: Time::UNKNOWN,
            source: String::new(),
            note: String::new(),
        };
        let finding = NewFinding {
            event: format!("{name}-{n}"),
            rule: owned(name),
            title: owned("x"),
            level: Level::High,
            score: 70,
            first: Time::UNKNOWN,
            last: Time::UNKNOWN,
            actor: owned("a"),
            account: owned("b"),
            region: owned("c"),
            address: owned("d"),
            techniques: Vec::new(),
            rules: vec![owned(name)],
            reasons: Vec::new(),
            events: (0..50).map(|e| format!("{name}-{n}-{e}")).collect(),
        };
        Gathered { finding, indicators: (0..INDICATORS).map(indicator).collect() }
    };
    let findings = (0..FINDINGS).map(found).collect();
    OfRule { rule: name.to_owned(), title: name.to_owned(), level: Level::High, findings, left_out: 0 }
}

/// Runs only where this test program starts itself to be killed; see below.
#[test]
fn writes_until_it_is_killed() {
    let Ok(path) = std::env::var(WRITES) else { return };
    let mut case = Case::open(Path::new(&path), true).unwrap();
    let name = std::process::id();
    for n in 0.. {
        case.open_by_rules(&by("child"), &[large(&format!("{name}-{n}"))]).unwrap();
        if n % 3 == 2 {
            case.undo(&by("child")).unwrap();
        }
    }
}

fn writer(path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "case::writes_until_it_is_killed", "--test-threads", "1"])
        .env(WRITES, path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Everything in the case belongs together, and the file is sound.
fn is_whole(path: &Path) {
    let contents = Case::open(path, false).unwrap().contents().unwrap();
    let incidents = contents.incidents.len();
    assert_eq!(contents.findings.len(), incidents * FINDINGS);
    assert_eq!(contents.indicators.len(), incidents * FINDINGS * INDICATORS);
    assert!(contents.incidents.iter().all(|i| i.findings.len() == FINDINGS));
    assert!(contents.findings.iter().all(|f| f.events.len() == 50));
    let raw = rusqlite::Connection::open(path).unwrap();
    let check: String = raw.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    let strays: i64 =
        raw.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0)).unwrap();
    let gaps: i64 = raw.query_row("SELECT max(seq) - count(*) FROM history", [], |row| row.get(0)).unwrap();
    assert_eq!((strays, gaps), (0, 0));
}

#[test]
fn a_kill_in_the_middle_of_writing_leaves_nothing_half() {
    const ROUNDS: usize = 6;
    let folder = Folder::new();
    let path = folder.path().join("case.sqlite");
    let mut case = Case::open(&path, true).unwrap();
    let mut written = 0;
    for round in 0..ROUNDS {
        let mut child = writer(&path);
        // It is killed while it writes: some entries after it has begun, at no particular moment.
        let before = case.history(None, 1).unwrap().first().map_or(0, |e| e.seq);
        let mut notes = 0;
        loop {
            let seq = case.history(None, 1).unwrap().first().map_or(0, |e| e.seq);
            if seq - before - notes > 4 + round as i64 {
                break;
            }
            assert!(child.try_wait().unwrap().is_none(), "the writer ended by itself");
            // The other console works on meanwhile, and sees what the child does.
            if seq > before && notes < 2 {
                case.add_note(&by("parent"), &Subject::Case, &format!("round {round}")).unwrap();
                notes += 1;
                written += 1;
            }
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        is_whole(&path);
        assert!(case.has_changed().unwrap(), "what the child wrote is seen");
        case.open_by_rules(&by("parent"), &[large(&format!("parent-{round}"))]).unwrap();
        is_whole(&path);
    }
    let contents = case.contents().unwrap();
    assert_eq!(contents.notes.len(), written, "nothing of the other console is lost");
    assert!(written > 0, "both wrote");
}
