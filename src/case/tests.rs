//! A case as it is worked on, by one console and by two.

use serde_json::{Value, json};

use super::gather::Gathered;
use super::model::{Hunt, Indicator, NewFinding, NewIndicator, Position};
use super::*;
use crate::event::time::Time;
use crate::ingest::worker::Options;
use crate::investigation::{Investigation, Judgment, load};
use crate::score::Level;
use crate::source::{Object, Place};

/// An investigation of these records.
pub(super) fn loaded(records: &[Value]) -> Investigation {
    let bytes = json!({ "Records": records }).to_string().into_bytes();
    let object = Object { name: "a.json".to_owned(), place: Place::Memory(bytes.into()), found: false };
    load(
        Box::new(std::iter::once(Ok(object))),
        Options::default(),
        Judgment::shipped(),
        Default::default(),
        &|_| {},
    )
}

/// Somebody stops a trail in that minute.
pub(super) fn stop_logging(n: usize) -> Value {
    json!({
        "eventVersion": "1.08", "eventID": format!("00000000-0000-4000-8000-{n:012}"),
        "eventTime": format!("2026-03-02T09:{n:02}:00Z"), "eventSource": "cloudtrail.amazonaws.com",
        "eventName": "StopLogging", "awsRegion": "eu-west-1", "sourceIPAddress": "203.0.113.9",
        "userAgent": "aws-cli/2.15.0", "requestParameters": {"name": "main"}, "readOnly": false,
        "eventType": "AwsApiCall", "managementEvent": true, "recipientAccountId": "111122223333",
        "eventCategory": "Management",
        "userIdentity": {"type": "IAMUser", "userName": "mallory", "accountId": "111122223333",
            "arn": "arn:aws:iam::111122223333:user/mallory", "accessKeyId": "AKIAMALLORY", "principalId": "AIDAMALLORY"},
    })
}

pub(super) fn indicator(id: i64, kind: Kind, value: &str) -> Indicator {
    let time = Time::from_civil(2026, 3, 2, 9, 0, 0);
    Indicator {
        id,
        kind,
        value: value.to_owned(),
        private: false,
        first: time,
        last: time,
        source: "finding:1".to_owned(),
        note: String::new(),
        added: time,
        added_by: "dana".to_owned(),
        revision: 1,
    }
}

fn by(console: &str) -> By {
    By {
        who: format!("dana@{console}"),
        console: console.to_owned(),
        at: Time::from_civil(2026, 3, 3, 8, 0, 0),
    }
}

fn found(event: &str) -> Gathered {
    let owned = |text: &str| text.to_owned();
    let time = Time::from_civil(2026, 3, 2, 9, 0, 0);
    let finding = NewFinding {
        event: owned(event),
        rule: String::new(),
        title: format!("StopLogging by mallory ({event})"),
        level: Level::High,
        score: 80,
        first: time,
        last: time.plus_millis(1000),
        actor: owned("mallory"),
        account: owned("111122223333"),
        region: owned("eu-west-1"),
        address: owned("203.0.113.9"),
        techniques: vec![owned("T1562.008")],
        rules: vec![owned("trail-stopped")],
        reasons: vec![owned("+50 critical action StopLogging")],
        events: vec![owned(event)],
    };
    let indicator = NewIndicator {
        kind: Kind::Ip,
        value: owned("203.0.113.9"),
        private: false,
        first: time,
        last: time,
        source: String::new(),
        note: String::new(),
    };
    Gathered { finding, indicators: vec![indicator] }
}

struct Desk {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("case.sqlite");
        Self { _folder: folder, path }
    }

    fn open(&self) -> Case {
        Case::open(&self.path, true).unwrap()
    }
}

#[test]
fn everything_that_is_written_is_there_after_the_case_is_opened_again() {
    let desk = Desk::new();
    let dana = by("a");
    let mut case = desk.open();
    let id = case.add_finding(&dana, &found("e-1")).unwrap();
    let incident = case.open_incident(&dana, id).unwrap();
    let text = "first line\nsecond line\n\n東京 \u{1f43e}";
    case.add_note(&dana, &Subject::Finding(id), text).unwrap();
    case.tag(&dana, &Subject::Incident(incident), "exfil", true).unwrap();
    case.mark(&dana, &["e-1".into(), "e-2".into()], true).unwrap();
    case.save_hunt(&dana, "denied", Some(("outcome:denied service:iam", "events")), None).unwrap();
    let stood = Position {
        view: "events".into(),
        query: "risk>=50".into(),
        sort: "-risk".into(),
        event: "e-2".into(),
        sources: "./logs".into(),
    };
    case.stand(&dana, &stood).unwrap();
    case.record_sent(&dana, "pdf", "report.pdf", &Subject::Case, "00ff").unwrap();
    case.set_state(&dana, &Subject::Incident(incident), State::Resolved, "key disabled", None).unwrap();
    drop(case);

    let case = Case::open(&desk.path, false).unwrap();
    let contents = case.contents().unwrap();
    let finding = contents.finding(id).unwrap();
    assert_eq!(
        (finding.title.as_str(), finding.level, finding.score),
        ("StopLogging by mallory (e-1)", Level::High, 80)
    );
    assert_eq!((&finding.events, finding.state), (&vec!["e-1".to_owned()], State::Detected));
    assert_eq!((finding.opened, finding.opened_by.as_str()), (dana.at, "dana@a"));
    let opened = contents.incident(incident).unwrap();
    assert_eq!(
        (opened.findings.as_slice(), opened.state, opened.resolution.as_str()),
        (&[id][..], State::Resolved, "key disabled")
    );
    assert_eq!(contents.notes_on(&Subject::Finding(id)).map(|n| n.text.as_str()).collect::<Vec<_>>(), [text]);
    assert_eq!(contents.tags_on(&Subject::Incident(incident)).collect::<Vec<_>>(), ["exfil"]);
    assert_eq!(contents.marks.iter().map(|m| m.event.as_str()).collect::<Vec<_>>(), ["e-1", "e-2"]);
    assert_eq!(contents.hunts[0].query, "outcome:denied service:iam");
    assert_eq!(
        (contents.indicators[0].value.as_str(), contents.indicators[0].source.as_str()),
        ("203.0.113.9", "finding:1")
    );
    assert_eq!(case.position("dana@a").unwrap(), Some(stood));
    assert_eq!(case.position("nobody").unwrap(), None);
    assert_eq!((contents.sent[0].what.as_str(), contents.sent[0].sha256.as_str()), ("pdf", "00ff"));
    let history: Vec<String> = case.history(None, 100).unwrap().into_iter().rev().map(|e| e.what).collect();
    assert_eq!(history, ["finding", "incident", "note", "tag", "mark", "hunt", "position", "sent", "state"]);
    let about = case.history(Some(&Subject::Incident(incident)), 100).unwrap();
    assert_eq!(about.iter().map(|e| e.seq).collect::<Vec<_>>(), [9, 4, 2]);
}

#[test]
fn a_finding_is_known_by_event_and_rule() {
    let desk = Desk::new();
    let mut case = desk.open();
    let id = case.add_finding(&by("a"), &found("e-1")).unwrap();
    let mut more = found("e-1");
    more.finding.events.push("e-9".into());
    more.finding.last = more.finding.last.plus_millis(60_000);
    assert_eq!(case.add_finding(&by("a"), &more).unwrap(), id);
    assert_eq!(case.add_finding(&by("a"), &more).unwrap(), id);
    let mut of_rule = found("e-1");
    of_rule.finding.rule = "trail-stopped".into();
    assert_ne!(case.add_finding(&by("a"), &of_rule).unwrap(), id);
    let contents = case.contents().unwrap();
    assert_eq!(contents.finding(id).unwrap().events, ["e-1", "e-9"]);
    assert_eq!(contents.finding(id).unwrap().last, more.finding.last);
    assert_eq!((contents.findings.len(), contents.indicators.len()), (2, 1));
    assert_eq!(case.history(None, 10).unwrap().len(), 3, "what changes nothing is no entry");
}

/// Something that is done with a case.
type Deed = fn(&mut Case, &By) -> Result<()>;

/// Everything that can be taken back, and how it is done.
fn deeds() -> Vec<(&'static str, Deed)> {
    vec![
        ("finding", |c, b| c.add_finding(b, &found("e-2")).map(|_| ())),
        ("more of a finding", |c, b| {
            let mut more = found("e-1");
            more.finding.events.push("e-7".into());
            c.add_finding(b, &more).map(|_| ())
        }),
        ("incident", |c, b| c.open_incident(b, 1).map(|_| ())),
        ("group", |c, b| c.group(b, 1, 1, false)),
        ("state", |c, b| c.set_state(b, &Subject::Finding(1), State::FalsePositive, "a drill", None)),
        ("title", |c, b| c.set_title(b, &Subject::Incident(1), "another", None)),
        ("note", |c, b| c.add_note(b, &Subject::Finding(1), "x").map(|_| ())),
        ("note changed", |c, b| c.edit_note(b, 1, "y\nz", None)),
        ("note gone", |c, b| c.edit_note(b, 1, "", None)),
        ("tag", |c, b| c.tag(b, &Subject::Finding(1), "t2", true)),
        ("tag gone", |c, b| c.tag(b, &Subject::Finding(1), "t1", false)),
        ("mark", |c, b| c.mark(b, &["e-5".into()], true)),
        ("mark gone", |c, b| c.mark(b, &["e-1".into()], false)),
        ("hunt", |c, b| c.save_hunt(b, "h", Some(("risk>=70", "")), hunt(c).as_ref())),
        ("hunt gone", |c, b| c.save_hunt(b, "h", None, hunt(c).as_ref())),
        ("indicator note", |c, b| c.note_indicator(b, 1, "a scanner", None)),
        ("indicators", |c, b| {
            let new = exchange::import(b"198.51.100.7\n203.0.113.9\n", "feed").indicators;
            c.add_indicators(b, "feed", &new).map(|_| ())
        }),
        ("indicator gone", |c, b| c.remove_indicator(b, 1)),
    ]
}

/// The hunt of a case.
fn hunt(case: &Case) -> Option<Hunt> {
    case.contents().unwrap().hunts.pop()
}

#[test]
fn a_hunt_that_was_not_seen_is_not_written_over() {
    let desk = Desk::new();
    let mut case = desk.open();
    let saved = |case: &mut Case, who, query, seen: Option<&Hunt>| {
        case.save_hunt(&by(who), "h", Some((query, "events")), seen).map_err(|e| e.to_string())
    };
    saved(&mut case, "a", "risk>=50", None).unwrap();
    let seen = hunt(&case);
    saved(&mut case, "b", "risk>=70", seen.as_ref()).unwrap();
    for older in [None, seen.as_ref()] {
        let fault = saved(&mut case, "a", "risk>=10", older).unwrap_err();
        assert!(fault.starts_with("hunt h was changed by "), "{fault}");
        assert!(case.save_hunt(&by("a"), "h", None, older).is_err());
    }
    assert_eq!(hunt(&case).unwrap().query, "risk>=70");
}

/// A case with one of everything.
fn full(desk: &Desk) -> Case {
    let mut case = desk.open();
    let b = by("before");
    case.add_finding(&b, &found("e-1")).unwrap();
    case.open_incident(&b, 1).unwrap();
    case.add_note(&b, &Subject::Finding(1), "n").unwrap();
    case.tag(&b, &Subject::Finding(1), "t1", true).unwrap();
    case.mark(&b, &["e-1".into()], true).unwrap();
    case.save_hunt(&b, "h", Some(("risk>=50", "actors")), None).unwrap();
    case
}

/// What is in a case, without the numbers of the entries that changed it last.
fn plain(case: &Case) -> Contents {
    let mut contents = case.contents().unwrap();
    contents.findings.iter_mut().for_each(|f| f.revision = 0);
    contents.incidents.iter_mut().for_each(|i| i.revision = 0);
    contents.notes.iter_mut().for_each(|n| n.revision = 0);
    contents.indicators.iter_mut().for_each(|i| i.revision = 0);
    contents
}

#[test]
fn each_change_can_be_taken_back_and_the_history_keeps_both() {
    for (name, deed) in deeds() {
        let desk = Desk::new();
        let mut case = full(&desk);
        let (before, entries) = (plain(&case), case.history(None, 100).unwrap().len());
        deed(&mut case, &by("a")).unwrap();
        assert_ne!(plain(&case), before, "{name}");
        let entry = case.undo(&by("a")).unwrap();
        assert_eq!(plain(&case), before, "{name}");
        let history = case.history(None, 100).unwrap();
        assert_eq!(history.len(), entries + 2, "{name}");
        assert_eq!((entry.undoes, history[1].undone_by), (Some(history[1].seq), Some(entry.seq)), "{name}");
        assert!(matches!(case.undo(&by("a")), Err(CaseError::NothingToUndo)), "{name}");
    }
}

#[test]
fn undo_goes_back_step_by_step_and_takes_only_ones_own() {
    let desk = Desk::new();
    let mut case = full(&desk);
    let before = plain(&case);
    for (_, deed) in deeds() {
        deed(&mut case, &by("a")).unwrap();
    }
    case.tag(&by("b"), &Subject::Event("e-77".into()), "theirs", true).unwrap();
    for (name, _) in deeds().iter().rev() {
        case.undo(&by("a")).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    assert!(matches!(case.undo(&by("a")), Err(CaseError::NothingToUndo)));
    let mut now = plain(&case);
    assert_eq!(now.tags.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(), ["theirs", "t1"]);
    now.tags.retain(|t| t.name != "theirs");
    assert_eq!(now, before);
}

#[test]
fn what_somebody_else_went_on_from_is_not_taken_back() {
    let desk = Desk::new();
    let (mut one, mut two) = (full(&desk), desk.open());
    let (a, b) = (by("a"), by("b"));
    one.set_state(&a, &Subject::Finding(1), State::Analyzing, "", None).unwrap();
    two.set_state(&b, &Subject::Finding(1), State::Resolved, "done", None).unwrap();
    let fault = one.undo(&a).unwrap_err().to_string();
    assert!(fault.contains("finding:1 was changed by dana@b at 2026-03-03T08:00:00Z"), "{fault}");
    assert_eq!(one.contents().unwrap().findings[0].state, State::Resolved);
    // A finding of which somebody speaks stays.
    let id = one.add_finding(&a, &found("e-4")).unwrap();
    two.add_note(&b, &Subject::Finding(id), "mine").unwrap();
    assert!(matches!(one.undo(&a), Err(CaseError::Changed { .. })));
    assert!(one.contents().unwrap().finding(id).is_some());
    // And one that somebody put into an incident.
    let id = one.add_finding(&by("c"), &found("e-6")).unwrap();
    two.group(&b, 1, id, true).unwrap();
    assert!(matches!(one.undo(&by("c")), Err(CaseError::Changed { .. })));
}

#[test]
fn numbers_are_never_given_twice() {
    let desk = Desk::new();
    let mut case = desk.open();
    let first = case.add_finding(&by("a"), &found("e-1")).unwrap();
    case.undo(&by("a")).unwrap();
    assert!(case.add_finding(&by("a"), &found("e-2")).unwrap() > first);
}

#[test]
fn each_console_sees_what_the_other_did_and_overwrites_nothing_unseen() {
    let desk = Desk::new();
    let (mut one, mut two) = (full(&desk), desk.open());
    one.has_changed().unwrap();
    assert!(!one.has_changed().unwrap());
    let note = two.contents().unwrap().notes[0].clone();
    two.edit_note(&by("b"), note.id, "theirs", Some(note.revision)).unwrap();
    assert!(one.has_changed().unwrap(), "the other wrote");
    assert!(!one.has_changed().unwrap(), "which is told once");
    let fault = one.edit_note(&by("a"), note.id, "mine", Some(note.revision)).unwrap_err().to_string();
    assert!(fault.contains("note 1 was changed by dana@b"), "{fault}");
    let seen = one.contents().unwrap().notes[0].clone();
    assert_eq!(seen.text, "theirs");
    one.edit_note(&by("a"), note.id, "theirs and mine", Some(seen.revision)).unwrap();
    assert!(!one.has_changed().unwrap(), "one's own writing is no news");
    let finding = one.contents().unwrap().findings[0].clone();
    two.set_state(&by("b"), &Subject::Finding(1), State::Analyzing, "", Some(finding.revision)).unwrap();
    let late = one.set_state(&by("a"), &Subject::Finding(1), State::Resolved, "", Some(finding.revision));
    assert!(matches!(late, Err(CaseError::Changed { .. })));
}

#[test]
fn many_consoles_write_at_once_and_nothing_is_lost() {
    const EACH: usize = 15;
    let desk = Desk::new();
    desk.open();
    std::thread::scope(|scope| {
        for console in 0..4 {
            let desk = &desk;
            scope.spawn(move || {
                let mut case = desk.open();
                let by = by(&console.to_string());
                for n in 0..EACH {
                    case.add_finding(&by, &found(&format!("e-{console}-{n}"))).unwrap();
                    case.tag(&by, &Subject::Case, &format!("{console}-{n}"), true).unwrap();
                }
            });
        }
    });
    let case = desk.open();
    let contents = case.contents().unwrap();
    assert_eq!((contents.findings.len(), contents.tags.len()), (4 * EACH, 4 * EACH));
    let seqs: Vec<i64> = case.history(None, 1000).unwrap().iter().rev().map(|e| e.seq).collect();
    assert_eq!(seqs, (1..=8 * EACH as i64).collect::<Vec<_>>(), "entries without a gap");
}

#[test]
fn the_history_cannot_be_rewritten() {
    let desk = Desk::new();
    let case = full(&desk);
    for sql in ["UPDATE history SET who = 'x'", "DELETE FROM history", "DELETE FROM history WHERE seq = 1"] {
        let fault = case.conn.execute(sql, []).unwrap_err().to_string();
        assert!(fault.contains("append-only"), "{sql}: {fault}");
    }
}

#[test]
fn what_cannot_be_is_refused_and_leaves_nothing() {
    let desk = Desk::new();
    let mut case = full(&desk);
    let (before, b) = (case.contents().unwrap(), by("a"));
    let refused: Vec<(&str, Result<()>)> = vec![
        ("finding:99", case.set_state(&b, &Subject::Finding(99), State::Resolved, "", None)),
        ("only findings and incidents", case.set_state(&b, &Subject::Case, State::Resolved, "", None)),
        ("it is empty", case.add_note(&b, &Subject::Case, " \n ").map(|_| ())),
        ("part it", case.add_note(&b, &Subject::Case, &"x".repeat(2 << 20)).map(|_| ())),
        ("incident:7", case.add_note(&b, &Subject::Incident(7), "x").map(|_| ())),
        ("finding:99", case.open_incident(&b, 99).map(|_| ())),
        ("finding:99", case.group(&b, 1, 99, true)),
        ("did you mean", case.save_hunt(&b, "h2", Some(("outcom:denied", "")), None)),
        ("hunt none", case.save_hunt(&b, "none", None, None)),
        ("indicator:99", case.remove_indicator(&b, 99)),
        ("note 99", case.edit_note(&b, 99, "x", None)),
    ];
    for (said, result) in refused {
        let fault = result.unwrap_err().to_string();
        assert!(fault.contains(said), "{said}: {fault}");
    }
    assert_eq!(case.contents().unwrap(), before);
    assert!(matches!(case.undo(&b), Err(CaseError::NothingToUndo)));
}

#[test]
fn hostile_texts_are_kept_as_they_are_and_shown_harmless() {
    let desk = Desk::new();
    let mut case = desk.open();
    let hostile = "'); DROP TABLE finding; -- \u{1b}[31m \u{202e}evil";
    let mut new = found(hostile);
    new.finding.title = hostile.to_owned();
    let id = case.add_finding(&by("a"), &new).unwrap();
    case.tag(&by("a"), &Subject::Finding(id), hostile, true).unwrap();
    let contents = case.contents().unwrap();
    assert_eq!((contents.findings[0].title.as_str(), contents.tags[0].name.as_str()), (hostile, hostile));
    for entry in case.history(None, 10).unwrap() {
        assert!(!entry.text.contains(['\u{1b}', '\u{202e}']), "{}", entry.text);
    }
}

#[test]
fn what_rules_found_is_gathered_into_an_incident_for_each_once() {
    let inv = loaded(&[stop_logging(1), stop_logging(2)]);
    let of_rules = gather::by_rules(&inv, Level::High);
    let desk = Desk::new();
    let mut case = desk.open();
    let incidents = case.open_by_rules(&by("a"), &of_rules).unwrap();
    assert_eq!(incidents.len(), of_rules.len());
    let contents = case.contents().unwrap();
    assert!(contents.incidents.iter().all(|i| !i.findings.is_empty() && i.level >= Level::High));
    assert!(contents.indicators.iter().any(|i| i.value == "AKIAMALLORY" && i.source.starts_with("finding:")));
    assert_eq!(case.open_by_rules(&by("a"), &of_rules).unwrap(), incidents, "the same again changes nothing");
    assert_eq!(case.contents().unwrap(), contents);
    case.undo(&by("a")).unwrap();
    assert_eq!(case.contents().unwrap(), Contents::default());
}

#[test]
fn what_a_person_found_first_and_a_rule_later_is_one_finding() {
    let inv = loaded(&[stop_logging(1)]);
    let desk = Desk::new();
    let mut case = desk.open();
    let id = case.add_finding(&by("a"), &gather::finding(&inv, &[0]).unwrap()).unwrap();
    let of_rules = gather::by_rules(&inv, Level::High);
    let incidents = case.open_by_rules(&by("a"), &of_rules).unwrap();
    let contents = case.contents().unwrap();
    let mut known: Vec<(&str, &str)> =
        contents.findings.iter().map(|finding| (finding.event.as_str(), finding.rule.as_str())).collect();
    known.sort_unstable();
    known.dedup();
    assert_eq!(known.len(), of_rules.iter().map(|of| of.findings.len()).sum::<usize>(), "{known:?}");
    assert_eq!(contents.findings.len(), known.len());
    let titles: Vec<&String> = contents.findings.iter().map(|finding| &finding.title).collect();
    assert!(
        titles.iter().all(|title| titles.iter().filter(|other| other == &title).count() == 1),
        "{titles:?}"
    );
    assert!(incidents.iter().any(|incident| contents.incident(*incident).unwrap().findings.contains(&id)));
}
