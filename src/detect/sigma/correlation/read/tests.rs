use proptest::prelude::*;

use super::super::super::yaml::documents;
use super::super::{Kind, Sequence};
use super::*;

fn read_text(text: &str) -> Result<Correlation, String> {
    let (documents, error) = documents(text);
    assert_eq!(error, None, "{text}");
    Correlation::read("folder/c.yml", &documents[0]).map_err(|e| e.to_string())
}

/// A correlation with this section, one line a key.
fn section(lines: &str) -> Result<Correlation, String> {
    let indented: Vec<String> = lines.split("; ").map(|line| format!("  {line}\n")).collect();
    read_text(&format!("title: T\ncorrelation:\n{}", indented.concat()))
}

#[test]
fn a_whole_document_is_read() {
    let text = "title: Many denials\nid: 0e95725d\nname: denials\nlevel: high\ntags: [attack.t1078]\ngenerate: true\n\
                correlation:\n  type: value_count\n  rules:\n    - denied\n    - 5638f7c0\n  group-by:\n    - \
                userIdentity.arn\n    - ip\n  timespan: 1h\n  aliases:\n    ip:\n      denied: sourceIPAddress\n      \
                5638f7c0: requestParameters.ip\n  condition:\n    field: [eventName, eventSource]\n    gt: 10\n    lte: 20\n";
    let read = read_text(text).unwrap();
    assert_eq!((read.id.as_str(), read.name.as_deref()), ("0e95725d", Some("denials")));
    assert_eq!((read.level.as_str(), read.tags.len(), read.generate), ("high", 1, true));
    assert_eq!((read.kind.clone(), read.span, read.line), (Kind::ValueCount, 3_600_000, 1));
    assert!(read.bounds.hold(11.0) && read.bounds.hold(20.0) && !read.bounds.hold(21.0));
    assert_eq!(read.value_fields(0), [["eventName"], ["eventSource"]]);
    assert_eq!(read.value_field(), None);
    let fields: Vec<String> = read.group_fields(1).into_iter().map(|path| path.join(".")).collect();
    assert_eq!(fields, ["userIdentity.arn", "requestParameters.ip"]);
    assert_eq!(read.group_fields(0)[1], ["sourceIPAddress"]);
}

#[test]
fn what_may_be_left_out_may() {
    let read = section("type: temporal; rules: [a, b]; timespan: 5m").unwrap();
    assert_eq!((read.id.as_str(), read.generate, read.group_by.len()), ("c", false, 0));
    let read =
        section("type: event_count; rules: a; group-by: user; timespan: 5m; condition: {gte: 2}").unwrap();
    assert_eq!((read.rules, read.group_by), (vec!["a".to_owned()], vec![vec!["user".to_owned()]]));
    let read = read_text("name: inner\ncorrelation: {type: temporal, rules: [a], timespan: 1s}\n").unwrap();
    assert_eq!((read.id.as_str(), read.title.as_str()), ("inner", "inner"));
}

#[test]
fn every_kind_is_read() {
    let kind = |what: &str, condition: &str| {
        section(&format!("type: {what}; rules: [a, b]; timespan: 5m; condition: {condition}")).unwrap().kind
    };
    for (what, condition, expected) in [
        ("event_count", "{gte: 2}", Kind::EventCount),
        ("value_count", "{gte: 2, field: f}", Kind::ValueCount),
        ("value_sum", "{gte: -2.5, field: f}", Kind::ValueSum),
        ("value_avg", "{lt: 2, field: [f]}", Kind::ValueAvg),
        ("value_percentile", "{lt: 2, field: f, percentile: 99.5}", Kind::ValuePercentile(99.5)),
        ("value_min", "{lt: 2, field: f}", Kind::ValuePercentile(0.0)),
        ("value_median", "{lt: 2, field: f}", Kind::ValuePercentile(50.0)),
        ("value_max", "{lt: 2, field: f}", Kind::ValuePercentile(100.0)),
    ] {
        assert_eq!(kind(what, condition), expected, "{what}");
    }
    assert!(matches!(kind("temporal", "a and not b"), Kind::Temporal { grows: false, .. }));
    assert!(matches!(kind("temporal", "a or b"), Kind::Temporal { grows: true, .. }));
    let sequences = vec![Sequence { steps: vec![0, 1], without: 0 }];
    assert_eq!(
        kind("temporal_ordered", "A AND b".replace('A', "a").as_str()),
        Kind::TemporalOrdered(sequences)
    );
}

#[test]
fn a_condition_in_words_can_name_the_rules_alone_and_an_order_can_name_one_twice() {
    let read = section("type: temporal; timespan: 5m; condition: (one or two) AND NOT three").unwrap();
    assert_eq!(read.rules, ["one", "two", "three"]);
    let read = section("type: temporal_ordered; rules: [a, b, a]; timespan: 5m").unwrap();
    assert_eq!(read.rules, ["a", "b"]);
    let sequences = vec![Sequence { steps: vec![0, 1, 0], without: 0 }];
    assert_eq!(read.kind, Kind::TemporalOrdered(sequences));
}

#[test]
fn a_condition_with_too_many_alternatives_is_fine_where_there_is_no_order() {
    let names: Vec<String> = (0..64).map(|n| format!("r{n}")).collect();
    let lines = format!("rules: [{}]; timespan: 5m; condition: 32 of them", names.join(", "));
    let read = section(&format!("type: temporal; {lines}")).unwrap();
    assert!(matches!(read.kind, Kind::Temporal { grows: true, .. }));
    let error = section(&format!("type: temporal_ordered; {lines}")).unwrap_err();
    assert!(error.contains("more than 256 alternatives"), "{error}");
}

#[test]
fn faults_have_their_line_and_the_way_out() {
    let rest = "rules: [a, b]; timespan: 5m";
    for (lines, reason) in [
        ("rules: [a]; timespan: 5m", "folder/c.yml:3: a correlation needs a type: one of event_count"),
        (
            "type: event_cuont; rules: [a]; timespan: 5m",
            "c.yml:3: there is no kind of correlation `event_cuont`; did you mean `event_count`?",
        ),
        ("type: spike; rules: [a]; timespan: 5m", "write one of event_count, value_count"),
        ("type: temporal; timespan: 5m", "a correlation needs `rules`"),
        ("type: temporal; rules: []; timespan: 5m", "c.yml:4: `rules` is empty"),
        ("type: temporal; rules: [{a: b}]; timespan: 5m", "named by its id or name"),
        ("type: temporal; rules: [a]", "needs a timespan, such as"),
        ("type: temporal; rules: [a]; timespan: 5x", "c.yml:5: the timespan: `x` in `5x`"),
        (
            "type: temporal; rules: [a]; timespan: 5m; group_by: [x]",
            "c.yml:6: `group_by` is nothing that a correlation can have; did you mean `group-by`?",
        ),
        (
            "type: temporal; rules: [a]; timespan: 5m; group-by: [a..b]",
            "c.yml:6: group-by takes names of fields",
        ),
        ("type: temporal; rules: [a]; timespan: 5m; aliases: x", "c.yml:6: aliases are written as"),
        ("type: temporal; rules: [a]; timespan: 5m; aliases: {x: {a: [b, c]}}", "one field of each rule"),
        ("type: temporal; rules: [a]; timespan: 5m; generate: often", "generate is true or false"),
        (&format!("type: event_count; {rest}"), "event_count needs a condition, such as"),
        (&format!("type: event_count; {rest}; condition: many"), "has to be a comparison"),
        (
            &format!("type: event_count; {rest}; condition: {{gtee: 5}}"),
            "c.yml:6: a condition knows no `gtee`; did you mean `gte`?",
        ),
        (&format!("type: event_count; {rest}; condition: {{gte: five}}"), "gte takes a number"),
        (&format!("type: event_count; {rest}; condition: {{field: f}}"), "event_count"),
        (&format!("type: event_count; {rest}; condition: {{field: f, gte: 1}}"), "write value_count"),
        (
            &format!("type: event_count; {rest}; condition: {{lt: 1}}"),
            "the absence of events cannot be found",
        ),
        (
            &format!("type: event_count; {rest}; condition: {{gt: 9, lt: 3}}"),
            "nothing satisfies this condition",
        ),
        (&format!("type: value_count; {rest}; condition: {{gte: 3}}"), "value_count needs the field"),
        (
            &format!("type: value_sum; {rest}; condition: {{gte: 3, field: [a, b]}}"),
            "value_sum measures one field, not 2",
        ),
        (&format!("type: value_percentile; {rest}; condition: {{gte: 3, field: f}}"), "add `percentile: 95`"),
        (
            &format!("type: value_percentile; {rest}; condition: {{gte: 3, field: f, percentile: 101}}"),
            "there is no percentile 101",
        ),
        (
            &format!("type: value_sum; {rest}; condition: {{gte: 3, field: f, percentile: 9}}"),
            "percentile belongs to value_percentile",
        ),
        (
            &format!("type: temporal; {rest}; condition: a and bb"),
            "c.yml:6: the condition: `rules` does not list `bb`; did you mean `b`?",
        ),
        (&format!("type: temporal; {rest}; condition: not a"), "holds even when nothing happens"),
        (&format!("type: temporal; {rest}; condition: a and not a"), "nothing satisfies"),
        (&format!("type: temporal; {rest}; condition: {{gte: 3}}"), "nothing satisfies"),
        (&format!("type: temporal; {rest}; condition: {{gte: 1.5}}"), "write whole numbers"),
        (&format!("type: temporal; {rest}; condition: {{gte: 1, field: f}}"), "measures no field"),
    ] {
        let error = section(lines).unwrap_err();
        let wanted = if lines.contains("condition: {field: f}") { "compares with nothing" } else { reason };
        assert!(error.contains(wanted), "{lines}: {error}");
    }
    for (text, reason) in [
        ("correlation: {type: temporal, rules: [a], timespan: 1s}", "c.yml:1: a correlation needs a title"),
        ("title: T\ncorrelation: x", "needs a section `correlation`"),
    ] {
        assert!(read_text(text).unwrap_err().contains(reason), "{text}");
    }
    let many: Vec<String> = (0..65).map(|n| format!("r{n}")).collect();
    let error = section(&format!("type: temporal; rules: [{}]; timespan: 5m", many.join(", "))).unwrap_err();
    assert!(error.contains("65 rules, where 64 are the most"), "{error}");
}

proptest! {
    #[test]
    fn no_document_ends_the_program(
        keys in prop::collection::vec(
            (prop::sample::select(&KEYS[..]), "[a-z0-9{}:, \\[\\]]{0,16}|temporal|temporal_ordered|event_count|\\{gte: 99999999999\\}|not 3 of them|5m"),
            0..8,
        ),
    ) {
        let lines: Vec<String> = keys.iter().map(|(key, value)| format!("  {key}: {value}\n")).collect();
        let text = format!("title: T\ncorrelation:\n{}", lines.concat());
        for document in documents(&text).0 {
            let _ = Correlation::read("f.yml", &document);
        }
    }
}
