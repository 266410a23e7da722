use proptest::prelude::*;
use serde_json::{Map, Value};

use super::*;

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
}
