use proptest::prelude::*;

use super::*;

fn found(text: &str) -> Vec<String> {
    let comparisons = read(text).unwrap_or_else(|e| panic!("{text}: {e}"));
    comparisons.iter().map(|c| format!("{}:{}={}", c.object, c.property, c.values.join("|"))).collect()
}

#[test]
fn the_usual_patterns_are_read() {
    for (text, expected) in [
        ("[ipv4-addr:value = '203.0.113.7']", vec!["ipv4-addr:value=203.0.113.7"]),
        ("[ipv4-addr:value='203.0.113.7']", vec!["ipv4-addr:value=203.0.113.7"]),
        (" [ ipv6-addr:value == '2001:db8::1' ] ", vec!["ipv6-addr:value=2001:db8::1"]),
        (
            "[ipv4-addr:value = 'a' OR domain-name:value = 'b'] OR [url:value = 'c']",
            vec!["ipv4-addr:value=a", "domain-name:value=b", "url:value=c"],
        ),
        ("[ipv4-addr:value IN ('a', 'b')]", vec!["ipv4-addr:value=a|b"]),
        ("[ipv4-addr:value ISSUBSET '198.51.100.0/24']", vec!["ipv4-addr:value=198.51.100.0/24"]),
        (
            "([ipv4-addr:value = 'a'] OR ([x-key:value = 'b'])) WITHIN 300 SECONDS REPEATS 5 TIMES",
            vec!["ipv4-addr:value=a", "x-key:value=b"],
        ),
        ("[a:b = 'x'] START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'", vec!["a:b=x"]),
        (r"[a:b = 'it\'s \\ here']", vec![r"a:b=it's \ here"]),
        (
            "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'x y']",
            vec!["network-traffic:extensions.http-request-ext.request_header.User-Agent=x y"],
        ),
        ("[email:to_refs[0].value = 'x']", vec!["email:to_refs.value=x"]),
        (
            "[user-account:user_id = '1' and user-account:account_type = 'aws']",
            vec!["user-account:user_id=1"],
        ),
        ("[a:n = -5]", vec!["a:n=-5"]),
    ] {
        assert_eq!(found(text), expected, "{text}");
    }
}

#[test]
fn what_is_no_single_value_is_refused_with_the_reason() {
    for (text, said) in [
        ("", "at character 1: `[` is missing"),
        ("[ipv4-addr:value = '203.0.113.7'", "at character 33: `]` is missing"),
        ("[ipv4-addr:value '203.0.113.7']", "a comparison is missing"),
        ("[ipv4-addr:value = ]", "a value is missing"),
        ("[ipv4-addr = 'x']", "at character 12: `:` is missing"),
        ("[a:b = 'x]", "the closing quote is missing"),
        ("[a:b = 'x'] nonsense", "the end is missing"),
        ("[a:b = 'x' AND c:d = 'y']", "several things at once"),
        ("[a:b = 'x'] AND [c:d = 'y']", "several things at once"),
        ("[a:b = 'x'] FOLLOWEDBY [c:d = 'y']", "several things at once"),
        ("[a:b LIKE '%x']", "compares by LIKE"),
        ("[a:b MATCHES 'x.*']", "compares by MATCHES"),
        ("[a:b NOT = 'x']", "compares by NOT ="),
        ("[a:b != 'x']", "compares by !="),
        ("[EXISTS a:b]", "compares by EXISTS"),
        ("[a:b ISSUBSET '10.0.0.0/8']", "compares by ISSUBSET"),
    ] {
        let fault = read(text).unwrap_err().to_string();
        assert!(fault.contains(said), "{text}: {fault}");
    }
    let deep = format!("{}[a:b = 'x']{}", "(".repeat(500), ")".repeat(500));
    assert_eq!(read(&deep), Err(PatternError::TooMuch));
    assert_eq!(read(&format!("[a:b = '{}']", "x".repeat(LONGEST))), Err(PatternError::TooMuch));
}

proptest! {
    #[test]
    fn nothing_makes_it_fail_but_by_saying_so(text: String) {
        let _ = read(&text);
    }

    #[test]
    fn nor_does_what_looks_like_a_pattern(
        parts in prop::collection::vec(prop::sample::select(vec![
            "[", "]", "(", ")", "a:b", ":", "=", "'x'", "AND", "OR", "NOT", "IN", ",", "WITHIN", "5", "SECONDS",
            "FOLLOWEDBY", "EXISTS", ".", "t", "'", "[0]", "LIKE", "START", "STOP",
        ]), 0..40),
    ) {
        let _ = read(&parts.join(" "));
        let _ = read(&parts.concat());
    }

    #[test]
    fn any_text_goes_into_a_pattern_and_comes_out_again(value: String) {
        let read = read(&format!("[x-a:value = {}]", quoted(&value)));
        prop_assume!(value.len() < LONGEST / 2);
        prop_assert_eq!(read.unwrap(), vec![Comparison { object: "x-a".into(), property: "value".into(), values: vec![value] }]);
    }
}
