use std::hash::BuildHasher as _;

use proptest::prelude::*;
use serde_json::{Map, Value};

use super::*;
use crate::ingest::scan::keys::ALL;

#[test]
fn values_are_found_in_any_order_and_spacing() {
    let mut scanner = Scanner::default();
    let texts = [
        r#"{"eventVersion":"1.08","eventName":"A","eventTime":"t"}"#,
        r#"{"eventVersion":"1.08","eventName":"A","eventTime":"t"}"#,
        r#"{ "eventTime" : "t" , "other" : { "eventName" : "inner" } , "eventName" : "A" }"#,
        r#"{"eventName":"first","eventName":"A","eventTime":"t"}"#,
    ];
    for text in texts {
        let (spans, end) = scanner.scan(text.as_bytes(), 0).unwrap();
        assert_eq!(
            (spans.get(Key::EventName), spans.get(Key::EventTime)),
            (&b"\"A\""[..], &b"\"t\""[..]),
            "{text}"
        );
        assert_eq!((end, spans.text), (text.len(), text.as_bytes()));
        assert!(!spans.has(Key::S3));
    }
}

#[test]
fn a_key_that_only_begins_like_another_is_another() {
    let text = br#"{"eventId":"x","eventID":"y","eventIDs":"z"}"#;
    let mut scanner = Scanner::default();
    let (spans, _) = scanner.scan(text, 0).unwrap();
    assert_eq!((spans.get(Key::AggregatedId), spans.get(Key::EventId)), (&b"\"x\""[..], &b"\"y\""[..]));
}

#[test]
fn faults_say_what_and_where() {
    for (text, fault) in [
        ("{", Fault::Unfinished),
        (r#"{"a":1"#, Fault::Unfinished),
        (r#"{"a":"b"#, Fault::Unfinished),
        (r#"{"a" 1}"#, Fault::Malformed(5)),
        (r#"{"a":}"#, Fault::Malformed(5)),
        (r#"{"a":1 "b":2}"#, Fault::Malformed(7)),
        ("{a:1}", Fault::Malformed(1)),
        (r#"{"a":1,}"#, Fault::Malformed(7)),
    ] {
        assert_eq!(Scanner::default().scan(text.as_bytes(), 0).map(|_| ()), Err(fault), "{text}");
    }
    assert_eq!(Scanner::default().scan(b"{ }x", 0).unwrap().1, 3);
}

fn record() -> impl Strategy<Value = Value> {
    let key = prop_oneof![prop::sample::select(TEXTS).prop_map(str::to_owned), "[a-zA-Z\"\\\\é]{0,8}"];
    let value = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::collection::vec(any::<String>(), 0..3).prop_map(Value::from),
        prop::collection::vec((any::<String>(), any::<String>()), 0..3)
            .prop_map(|m| Value::Object(m.into_iter().map(|(k, v)| (k, Value::from(v))).collect())),
    ];
    prop::collection::vec((key, value), 0..40)
        .prop_map(|m| Value::Object(m.into_iter().collect::<Map<_, _>>()))
}

proptest! {
    #[test]
    fn it_agrees_with_serde_json(records in prop::collection::vec(record(), 1..4), pretty: bool) {
        let mut scanner = Scanner::default();
        for record in &records {
            let text = if pretty { serde_json::to_vec_pretty(record) } else { serde_json::to_vec(record) }.unwrap();
            let (spans, end) = scanner.scan(&text, 0).unwrap();
            prop_assert_eq!(end, text.len());
            for (key, name) in known_keys() {
                let expected = record.get(name);
                let found: Option<Value> = spans.has(key).then(|| serde_json::from_slice(spans.get(key)).unwrap());
                prop_assert_eq!(found.as_ref(), expected);
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic(text in "\\{[\\[\\]{}:,\"\\\\a1 \u{e9}]{0,60}", at in 0usize..3) {
        let _ = Scanner::default().scan(text.as_bytes(), at);
    }

    #[test]
    fn what_was_met_before_changes_nothing(
        mut records in prop::collection::vec(recurring(), 1..60),
        broken in prop::collection::vec((0..60usize, any::<prop::sample::Index>(), prop::sample::select(vec!["\"", "\\", "}", "{", "]", ","])), 0..3),
    ) {
        for (n, at, byte) in broken {
            let n = n % records.len();
            let at = at.index(records[n].len());
            records[n].replace_range(at..=at, byte);
        }
        let mut scanner = Scanner::default();
        // Long enough that runs at the end of the last record are told apart as well.
        let text = records.concat() + &" ".repeat(300);
        let mut at = 0;
        for record in &records {
            let mut anew = Scanner::default();
            let expected = anew.scan(text.as_bytes(), at);
            let found = scanner.scan(text.as_bytes(), at);
            match (&found, &expected) {
                (Ok((found, end)), Ok((expected, expected_end))) => {
                    prop_assert_eq!((end, found.text), (expected_end, expected.text));
                    for key in ALL {
                        prop_assert_eq!(found.has(*key), expected.has(*key), "{:?} {}", key, record);
                        prop_assert_eq!(found.get(*key), expected.get(*key), "{:?} {}", key, record);
                    }
                    for run in Run::ALL {
                        let (found_run, expected_run) = (found.run(run), expected.run(run));
                        let place = |run: Option<&Found>| run.map(|run| (run.start, run.end, run.keys()));
                        prop_assert_eq!(place(found_run), place(expected_run), "{:?} {}", run, record);
                        // Whoever keeps something with a run finds it with the same bytes alone.
                        if let Some(run) = found_run
                            && let Some(note) = found.note(run)
                        {
                            let mark = foldhash::quality::FixedState::default().hash_one(found.bytes(run)) as u32;
                            prop_assert!([0, mark].contains(&note.get()[0]));
                            note.set([mark, 0, 0, 0, 0, 0]);
                        }
                    }
                }
                (Err(found), Err(expected)) => prop_assert_eq!(found, expected),
                _ => prop_assert!(false, "{:?} {:?}", found.map(|_| ()), expected.map(|_| ())),
            }
            at += record.len();
        }
    }
}

/// One run of a record in the way of recurring ones: whole, cut short, with a key twice, or with a member of none in it.
fn variant(run: Run) -> impl Strategy<Value = Vec<String>> {
    // The first value is long, so that runs are told apart by what is in them and not by what comes behind.
    let first = prop::sample::select(vec!["a", "b"]).prop_map(|text| format!("\"{}\"", text.repeat(280)));
    let other = || {
        prop_oneof![
            8 => prop::sample::select(vec![r#""a""#, r#""\u0041\"""#, "true", "null", r#"{"b":["}"]}"#]),
            1 => prop::sample::select(vec!["truex", "7", ""]),
        ]
    };
    let space = prop_oneof![20 => Just(""), 1 => Just(" ")];
    let members = run.members();
    (first, prop::collection::vec((other(), space), members.len()), 0..=members.len(), 0..8, 0..members.len())
        .prop_map(move |(first, others, most, twist, at)| {
            let value = |n: usize| if n == 0 { first.as_str() } else { others[n].0 };
            let member =
                |n: usize| format!(r#""{}":{}{}"#, TEXTS[members[n] as usize], value(n), others[n].1);
            let mut all: Vec<String> = (0..most).map(member).collect();
            match twist {
                0 => all.insert(at.min(all.len()), r#""vpcEndpointId":"v""#.to_owned()),
                1 => all.push(member(at)),
                2 => all.reverse(),
                _ => {}
            }
            all
        })
}

/// A record of members that come again.
fn recurring() -> impl Strategy<Value = String> {
    Run::ALL.map(variant).prop_map(|runs| format!("{{{}}}", runs.concat().join(",")))
}

/// A record by somebody with a long name, as long as records are.
fn by(name: &str) -> String {
    format!(
        r#"{{"userIdentity":{{"type":"IAMUser","arn":"{}{}"}},"eventTime":"t","eventSource":"s3.amazonaws.com"}}{}"#,
        // Far enough that all the places at which runs are told apart have it.
        name.repeat(60),
        "x".repeat(5_000),
        " ".repeat(300)
    )
}

#[test]
fn a_run_is_remembered_and_forgotten_when_there_are_too_many() {
    let mut scanner = Scanner::default();
    let note = |scanner: &mut Scanner, name: &str, write: bool| {
        let text = by(name);
        let (spans, _) = scanner.scan(text.as_bytes(), 0).unwrap();
        let found = spans.note(spans.run(Run::Who).unwrap()).unwrap();
        let before = found.get()[0];
        found.set([u32::from(write), 0, 0, 0, 0, 0]);
        before
    };
    assert_eq!(note(&mut scanner, "first", true), 0, "nobody has kept anything with it");
    assert_eq!(note(&mut scanner, "first", true), 1, "it is the same run");
    assert_eq!(note(&mut scanner, "second", true), 0, "another one is not");
    for _ in 0..2 {
        assert_eq!(
            [note(&mut scanner, "first", true), note(&mut scanner, "second", true)],
            [1, 1],
            "both are"
        );
    }
    // More than two megabytes of others: more than once around.
    for n in 0..500 {
        note(&mut scanner, &format!("other{n}"), true);
    }
    assert_eq!(note(&mut scanner, "first", true), 0);
    assert_eq!(note(&mut scanner, "first", true), 1, "it is remembered anew");
}
