//! Whatever an alert holds, Slack gets blocks that it takes and text that it only shows.

use proptest::prelude::*;

use super::*;

fn example() -> Alert {
    Alert {
        level: Level::Critical,
        score: 95,
        title: "A trail was stopped".into(),
        event: "StopLogging".into(),
        actor: "alice".into(),
        account: "111122223333".into(),
        source_ip: "203.0.113.9".into(),
        region: "eu-west-1".into(),
        time: "2026-03-02T09:00:00Z".into(),
        outcome: "success".into(),
        target: "main".into(),
        techniques: vec!["T1562.008".into()],
        rules: vec!["A trail was stopped".into()],
        factors: vec!["+50 critical action StopLogging".into(), "+20 address from outside".into()],
        event_id: "00000000-0000-4000-8000-000000000001".into(),
        case_id: "CASE-7".into(),
        narrative: "alice stopped the trail main.".into(),
    }
}

/// An alert of which every text and list is full of `text`.
fn full_of(text: &str, times: usize) -> Alert {
    let one = || text.to_owned();
    let list = || vec![one(); times];
    Alert {
        title: one(),
        event: one(),
        actor: one(),
        account: one(),
        source_ip: one(),
        region: one(),
        time: one(),
        outcome: one(),
        target: one(),
        techniques: list(),
        rules: list(),
        factors: list(),
        event_id: one(),
        case_id: one(),
        narrative: one(),
        ..example()
    }
}

fn of(alert: Alert, similar: &Similar) -> Value {
    body(&Message::Alert(Box::new(alert.cut())), similar, false)
}

/// Every text object of a body.
fn texts<'v>(value: &'v Value, out: &mut Vec<(&'v str, &'v str)>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(text)) = fields.get("text") {
                out.push((fields.get("type").and_then(Value::as_str).unwrap_or_default(), text));
            }
            fields.values().for_each(|value| texts(value, out));
        }
        Value::Array(values) => values.iter().for_each(|value| texts(value, out)),
        _ => {}
    }
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Holds a body to all that Slack asks for and to what must never stand in it.
fn check(body: &Value) {
    let blocks = body["blocks"].as_array().unwrap();
    assert!(!blocks.is_empty() && blocks.len() <= 50);
    assert!(!body["text"].as_str().unwrap().is_empty() && units(body["text"].as_str().unwrap()) <= 4000);
    assert_eq!((&body["unfurl_links"], &body["unfurl_media"]), (&json!(false), &json!(false)));
    for block in blocks {
        match block["type"].as_str().unwrap() {
            "header" => assert!(units(block["text"]["text"].as_str().unwrap()) <= 150),
            "section" => {
                let fields = block["fields"].as_array().map(Vec::as_slice).unwrap_or_default();
                assert!(fields.len() <= 10 && (!fields.is_empty() || block.get("text").is_some()));
                assert!(fields.iter().all(|field| units(field["text"].as_str().unwrap()) <= 2000));
                assert!(block["text"]["text"].as_str().is_none_or(|text| units(text) <= 3000));
            }
            "context" => assert!(block["elements"].as_array().unwrap().len() <= 10),
            other => panic!("{other}"),
        }
    }
    let json = serde_json::to_string(blocks).unwrap();
    assert!(units(&json) <= 13_000, "{} units", units(&json));
    let mut shown = Vec::new();
    texts(body, &mut shown);
    for (kind, text) in shown {
        assert!(!text.is_empty());
        assert!(!text.contains(['<', '>']), "{text}");
        for (at, _) in text.match_indices('&') {
            assert!(["&amp;", "&lt;", "&gt;"].iter().any(|entity| text[at..].starts_with(entity)), "{text}");
        }
        assert!(kind != "mrkdwn" || text.matches('`').count().is_multiple_of(2), "{text}");
        assert!(!text.replace('\n', "").chars().any(crate::text::is_hostile), "{text:?}");
    }
}

fn shown(body: &Value) -> String {
    serde_json::to_string_pretty(body).unwrap().replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

#[test]
fn an_alert_looks_as_it_should() {
    let body = of(example(), &Similar { count: 37, actors: vec!["bob".into()] });
    check(&body);
    insta::assert_snapshot!(shown(&body));
}

#[test]
fn a_summary_tells_what_older_tools_told() {
    let summary = RunSummary {
        total_events: 12_345,
        average_risk: 17.25,
        anomalous_users: vec!["alice".into(), "<!channel>".into(), "carol".into(), "dave".into()],
        anomalous_actions: vec![],
        span: ("2026-03-01T00:00:00Z".into(), "2026-03-02T00:00:00Z".into()),
    };
    let body = body(&Message::Summary(summary), &Similar::default(), true);
    check(&body);
    insta::assert_snapshot!(shown(&body));
}

#[test]
fn an_alert_of_which_nothing_is_known_is_still_a_message() {
    let body = of(Alert::default(), &Similar::default());
    check(&body);
    assert!(body["blocks"][1]["fields"][0]["text"].as_str().unwrap().contains('–'));
    check(&super::body(&Message::Test, &Similar::default(), true));
    check(&super::body(&Message::Summary(RunSummary::default()), &Similar::default(), false));
}

#[test]
fn what_an_attacker_writes_is_only_shown() {
    for hostile in [
        "<!channel>",
        "<!here|x>",
        "<@U012345>",
        "<http://evil.example|click>",
        "&lt;!channel&gt;",
        "`*bold*` ```block```",
        "a\n>quote\n```",
        "\u{202e}gnp.exe",
        "\x1b]52;c;ZXZpbA==\x07",
        "@channel @here :skull:",
    ] {
        check(&of(full_of(hostile, 3), &Similar { count: 2, actors: vec![hostile.into()] }));
    }
}

#[test]
fn a_huge_event_is_cut_to_what_slack_takes() {
    for c in ["x", "&", "字", "🙂", "\"", "\\", "\u{1}", "`", "\u{202e}"] {
        let huge = c.repeat(50_000);
        let similar = Similar { count: u64::MAX, actors: vec![huge.clone(); 100] };
        check(&of(full_of(&huge, 100), &similar));
    }
}

#[test]
fn a_cut_goes_through_no_escape_and_no_character() {
    for (text, most, expected) in [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("a&b", 7, "a&amp;b"),
        ("a&b", 6, "a…"),
        ("a&bc", 7, "a&amp;…"),
        ("🙂🙂", 3, "🙂…"),
        ("🙂🙂", 4, "🙂🙂"),
        ("a<", 1, "…"),
        ("", 3, ""),
    ] {
        assert_eq!(escaped(text, most), expected, "{text} {most}");
    }
}

proptest! {
    #[test]
    fn escaping_leaves_nothing_to_act_on_and_keeps_the_limit(
        text in "(?s)([<>&!@#|`*_~a🙂字\n\u{1b}]|.){0,80}", most in 1usize..90
    ) {
        let out = escaped(&text, most);
        prop_assert!(units(&out) <= most);
        prop_assert!(!out.contains(['<', '>']));
        let back = |out: &str| out.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let shown = visible(&text);
        // Whole, or its beginning and an ellipsis; never the half of an escape.
        let begins = out.strip_suffix('…').is_some_and(|kept| shown.starts_with(&back(kept)));
        prop_assert!(back(&out) == shown || begins, "{:?} of {:?}", out, shown);
    }

    #[test]
    fn every_alert_keeps_every_limit(text in "(?s)([<>&!|`\"\\\\🙂字\n]|.){0,2000}", n in 0usize..40) {
        check(&of(full_of(&text, n), &Similar { count: n as u64, actors: vec![text; n] }));
    }
}
