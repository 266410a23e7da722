use proptest::prelude::*;
use serde_json::Value;

use super::*;

#[test]
fn values_end_where_they_should() {
    for (text, end) in [
        (r#""a\"b" x"#, Some(6)),
        (r#"{"a":[1,"]"]}, "#, Some(13)),
        ("12.5e3}", Some(6)),
        ("null", Some(4)),
        (r#""open"#, None),
        (r#"{"a":1"#, None),
        (r#""\"#, None),
        ("", None),
    ] {
        assert_eq!(skip_value(text.as_bytes(), 0), end, "{text}");
    }
}

#[test]
fn ten_thousand_levels_do_not_hurt() {
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(skip_value(deep.as_bytes(), 0), Some(deep.len()));
    assert_eq!(skip_value(&deep.as_bytes()[..15_000], 0), None);
}

#[test]
fn members_and_elements_survive_odd_spacing_and_duplicates() {
    let text = b"{ \"a\" : 1 ,\n\"b\":{\"a\":3},\"a\":[2 , \"x\" ] }";
    let keys: Vec<_> = members(text).map(|m| m.key).collect();
    assert_eq!(keys, [b"a", b"b", b"a"]);
    assert_eq!(member(text, "a"), Some(&b"[2 , \"x\" ]"[..]), "the last one counts");
    assert_eq!(at_path(text, &["b", "a"]), Some(&b"3"[..]));
    assert_eq!(elements(member(text, "a").unwrap()).count(), 2);
    assert_eq!(members(b"[1]").count() + elements(b"{}").count() + members(b"").count(), 0);
}

#[test]
fn strings_decode_and_say_what_was_lost() {
    for (raw, text, lossy) in [
        (&b"plain"[..], "plain", false),
        (b"a\\n\\\"\\\\\\/\\u0041", "a\n\"\\/A", false),
        (b"\\ud83d\\ude00", "😀", false),
        (b"\\ud800", "\u{fffd}", true),
        (b"\\ud800\\u0041", "\u{fffd}A", true),
        (b"\\u12", "\\u12", true),
        (b"\\x", "\\x", true),
        (b"a\\", "a\\", true),
        (b"\xff", "\u{fffd}", true),
        (b"\xff\\n", "\u{fffd}\n", true),
        (b"nul\\u0000", "nul\0", false),
    ] {
        assert_eq!(decode(raw), (Cow::Borrowed(text), lossy), "{raw:?}");
    }
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..6)
                .prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

/// Rebuilds a tree from spans, so that it can be compared with the oracle.
fn rebuild(text: &[u8]) -> Value {
    match text[0] {
        b'{' => {
            Value::Object(members(text).map(|m| (decode(m.key).0.into_owned(), rebuild(m.value))).collect())
        }
        b'[' => Value::Array(elements(text).map(rebuild).collect()),
        b'"' => Value::from(unquote(text).0.into_owned()),
        _ => serde_json::from_slice(text).unwrap(),
    }
}

/// Where an object or list ends, byte by byte. A backslash outside of strings takes the meaning of a quote or another
/// one behind it: there is none in JSON.
fn plain_end(text: &[u8]) -> Option<usize> {
    let (mut at, mut depth, mut in_string) = (0, 0u32, false);
    loop {
        let byte = *text.get(at)?;
        at += 1;
        match byte {
            b'\\' if in_string => at += 1,
            b'\\' => at += usize::from(matches!(text.get(at), Some(b'"' | b'\\'))),
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
}

proptest! {
    #[test]
    fn strings_end_where_a_plain_walk_says(text in "[ab]{0,70}[a\\\\\"]{0,6}[ab]{0,70}", at in 0usize..150) {
        let mut plain = at;
        let expected = loop {
            match text.as_bytes().get(plain) {
                Some(b'"') => break Some(plain),
                Some(b'\\') => plain += 2,
                Some(_) => plain += 1,
                None => break None,
            }
        };
        prop_assert_eq!(string_end(text.as_bytes(), at), expected);
    }

    #[test]
    fn blocks_and_bytes_agree(
        before in "[\\[\\]{}a,\\\\\"]{0,130}",
        text in "\\{([\\[\\]{}a,\\\\\"]|\"([a{}\\[\\]]|\\\\[\"\\\\a]){0,20}\"){0,60}\"?",
        behind in "[\\[\\]{}a,\\\\\"]{0,70}",
    ) {
        let end = plain_end(text.as_bytes());
        let (at, text) = (before.len(), before + &text);
        prop_assert_eq!(skip_value(text.as_bytes(), at), end.map(|end| at + end));
        // What stands behind a value has no say.
        if let Some(end) = end {
            prop_assert_eq!(skip_value((text + &behind).as_bytes(), at), Some(at + end));
        }
    }

    #[test]
    fn spans_agree_with_serde_json(value in json(), pretty: bool) {
        let text = if pretty { serde_json::to_vec_pretty(&value) } else { serde_json::to_vec(&value) }.unwrap();
        prop_assert_eq!(skip_value(&text, 0), Some(text.len()));
        prop_assert_eq!(rebuild(&text), value);
    }

    #[test]
    fn no_bytes_make_it_panic(text in "[\\[\\]{}:,\"\\\\a1 \u{e9}]{0,40}", at in 0usize..50) {
        let text = text.as_bytes();
        let _ = (skip_value(text, at), string_end(text, at), members(text).count(), elements(text).count());
        let _ = (scalar(text), display(text), decode(text));
    }
}
