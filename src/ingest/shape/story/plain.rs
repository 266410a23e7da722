//! A to D, and M to O: records as CloudTrail writes them, and what is none of them.

use super::*;

#[test]
fn a_log_file_gives_its_records_byte_for_byte() {
    let file = format!("{{ \"Records\" : [ {RECORD} ,\n{OTHER}] }}");
    assert_eq!(found(file), [raw(RECORD), raw(OTHER)]);
    assert_eq!(found(r#"{"Records":[]}"#), [Found::Nothing("an empty list of records")]);
    assert_eq!(found(RECORD), [raw(RECORD)]);
}

#[test]
fn b_arrays_and_d_concatenated_values_in_text_are_walked() {
    assert_eq!(found(format!("[{RECORD},{OTHER}]")), [raw(RECORD), raw(OTHER)]);
    assert_eq!(found("[]"), [Found::Nothing("an empty list of records")]);
    let text = format!("{RECORD}{OTHER}\n{{\"Records\":[{RECORD}]}}{{\"Records\":[{OTHER}]}}");
    assert_eq!(found(string(&text)), [raw(RECORD), raw(OTHER), raw(RECORD), raw(OTHER)]);
}

#[test]
fn l_a_digest_is_no_events() {
    let digest = r#"{"awsAccountId":"111122223333","digestStartTime":"2026-01-10T10:00:00Z","digestEndTime":"2026-01-10T11:00:00Z","digestS3Bucket":"b","digestS3Object":"k","newestEventTime":null,"logFiles":[{"s3Bucket":"b","s3Object":"o"}]}"#;
    assert_eq!(found(digest), [Found::Digest]);
}

#[test]
fn m_n_o_insights_network_activity_and_aggregates_are_records() {
    for record in [
        r#"{"eventVersion":"1.08","eventTime":"2026-01-10T10:00:00Z","awsRegion":"us-east-1","eventID":"e","eventType":"AwsCloudTrailInsight","sharedEventID":"s","insightDetails":{"state":"Start","eventName":"X"},"eventCategory":"Insight"}"#,
        r#"{"eventVersion":"1.09","userIdentity":{"type":"AWSAccount"},"eventTime":"2026-01-10T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","errorCode":"VpceAccessDenied","eventType":"AwsVpceEvent","eventCategory":"NetworkActivity"}"#,
        r#"{"eventVersion":"1.0","accountId":"111122223333","eventId":"e","eventCategory":"Aggregated","eventType":"AwsAggregatedEvent","timeWindow":{"windowSize":"PT5M"},"summary":{"primaryDimension":{}}}"#,
    ] {
        assert_eq!(found(record), [raw(record)]);
    }
}

#[test]
fn mixed_lists_give_what_is_there_and_name_the_rest() {
    let list = format!(
        "[{RECORD}, null, 7, \"text\", {{}}, {{\"detail-type\":\"AWS API Call via CloudTrail\",\"detail\":{OTHER}}}, \
         {{\"a\":1}}, [{OTHER}]]"
    );
    let all = found(list);
    assert_eq!((&all[0], &all[5], &all[7]), (&raw(RECORD), &raw(OTHER), &raw(OTHER)));
    for (at, words) in [
        (1, "[1]: `null`, not a CloudTrail record"),
        (2, "[2]: `7`"),
        (3, "[3]: a text that holds no CloudTrail record: `text`"),
        (4, "[4]: an object without members"),
        (6, "[6]: neither a CloudTrail record nor a known wrapper of one; its members are a"),
    ] {
        assert!(matches!(&all[at], Found::Reject(reason) if reason.starts_with(words)), "{:?}", all[at]);
    }
}

#[test]
fn wrong_types_are_rejected_with_reasons() {
    for (value, words) in [
        (r#"{"Records":null}"#, "`Records` is `null`, not a list of records"),
        (r#"{"Records":"x"}"#, "`Records`: a text that holds no CloudTrail record: `x`"),
        (r#"{"Records":{"a":1}}"#, "`Records` is `{\"a\":1}`, not a list"),
        (r#"{"Records":[null]}"#, "Records[0]: `null`"),
        (r#"{"Events":7}"#, "`Events` is `7`"),
        ("null", "`null`, not a CloudTrail record"),
        ("true", "`true`"),
        ("", "nothing but blanks"),
        (r#""""#, "a text that holds no CloudTrail record"),
        ("{eventVersion: '1.08', userIdentity: {}}", "the keys have no quotes"),
        ("{'eventName': open('x')}", "a Python literal that cannot be read"),
        (r#"{"message":"{\"eventVersion\":\"1.11\",\"eventNa"}"#, "the JSON text breaks off"),
        (r#"{"configurationItem":{}}"#, "an AWS Config item"),
        (r#"{"awslogs":{"data":7}}"#, "`awslogs.data`: `7`"),
        (
            r#"{"logEvents":[{"id":"1","timestamp":1,"message":"START RequestId: 7"}]}"#,
            "a message of CloudWatch Logs: a text",
        ),
        (r#"{"Records":[{"kinesis":{}}]}"#, "`kinesis.data`: `null`"),
    ] {
        let reason = reject(value);
        assert!(reason.starts_with(words), "{value} gave {reason}");
    }
}

#[test]
fn a_record_beyond_the_limit_is_rejected() {
    let huge = RECORD.replace("1.50", &format!("\"{}\"", "x".repeat(super::super::MAX_RECORD)));
    assert!(reject(huge).contains("no more than 8 MB are read"));
}

#[test]
fn lists_and_objects_that_break_off_say_so() {
    let all = found(format!("{{\"Records\":[{RECORD} : {OTHER}]}}"));
    assert_eq!(all[0], raw(RECORD));
    assert!(
        matches!(&all[1], Found::Reject(r) if r.contains("the list Records breaks off after 1 ")),
        "{all:?}"
    );
    let all = found(format!("{{\"Records\":[{RECORD}] ; \"Records\":[{OTHER}]}}"));
    assert_eq!(all[0], raw(RECORD));
    assert!(matches!(&all[1], Found::Reject(r) if r.contains("breaks off after 1 members")), "{all:?}");
}

#[test]
fn other_notations_are_measured() {
    use super::super::foreign_len;
    assert_eq!(foreign_len(b"{'a': \"}'{\"} tail"), Some(12));
    assert_eq!(foreign_len(b"{a=1, type=b}{c=d}"), Some(13));
    assert_eq!(
        (foreign_len(RECORD.as_bytes()), foreign_len(b"{'a'"), foreign_len(b"{a: 1}"), foreign_len(b"")),
        (None, None, None, None)
    );
}

#[test]
fn a_record_that_lost_its_source_says_where_it_is_broken() {
    let broken = r#"{"eventVersion":"1.08","eventID":bad,"eventTime":"2026-01-10T10:38:41Z"}"#;
    let rejects = file::rejects(format!(r#"{{"Records":[{broken},{OTHER}]}}"#).as_bytes());
    let said = "sample, byte 12: broken JSON 33 bytes further on, around `ventID\":bad,\"eventTime\":\"2026-01`: expected value";
    assert_eq!(rejects, [said]);
    let bare = r#"{"eventVersion":"1.08","eventID":"e","eventTime":"2026-01-10T10:38:41Z"}"#;
    assert_eq!(
        file::rejects(bare.as_bytes()),
        ["sample, byte 0: what is wrapped here is no CloudTrail record"]
    );
}

#[test]
fn a_byte_order_mark_counts_where_a_record_is_said_to_be() {
    let text = format!("{RECORD}\n{OTHER}\n");
    let plain = file::places(text.as_bytes());
    let marked = format!("\u{feff}{text}");
    for (name, bytes) in [("plain", marked.clone().into_bytes()), ("gzip", gzip(marked.as_bytes()))] {
        let places = file::places(&bytes);
        assert_eq!(places, [plain[0] + 3, plain[1] + 3], "{name}");
        for place in places {
            assert_eq!(marked.as_bytes().get(place as usize), Some(&b'{'), "{name}");
        }
    }
}

fn gzip(text: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(text).unwrap();
    out.finish().unwrap()
}
