//! E to G, J, K and R: the record is whole, somewhere inside.

use super::super::payload::zipped;
use super::*;

fn base64(text: &str) -> String {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.encode(text)
}

fn subscription(records: &[&str]) -> String {
    let event = |record: &&str| json!({"id": "36", "timestamp": 1_768_041_521_000_u64, "message": record});
    json!({
        "messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "g",
        "logStream": "111122223333_CloudTrail_us-east-1", "subscriptionFilters": ["f"],
        "logEvents": records.iter().map(event).collect::<Vec<_>>(),
    })
    .to_string()
}

fn event_bridge(record: &str) -> String {
    format!(
        r#"{{"version":"0","id":"outer","detail-type":"AWS API Call via CloudTrail","source":"aws.iam","account":"111122223333","time":"2026-01-10T10:38:41Z","region":"us-east-1","resources":[],"detail":{record}}}"#
    )
}

fn sns(message: &str) -> String {
    format!(
        r#"{{"Type":"Notification","MessageId":"m","TopicArn":"arn:aws:sns:us-east-1:111122223333:t","Message":{}}}"#,
        string(message)
    )
}

#[test]
fn every_wrapper_gives_the_record_byte_for_byte() {
    let quoted = string(RECORD);
    let cloudwatch = subscription(&[RECORD, OTHER]);
    let both = || vec![raw(RECORD), raw(OTHER)];
    let one = || vec![raw(RECORD)];
    for (name, value, expected) in [
        ("E lookup", format!(r#"{{"Events":[{{"EventId":"4c3b","EventName":"CreateAccessKey","ReadOnly":"false","EventTime":1768041521.0,"CloudTrailEvent":{quoted}}}],"NextToken":"t"}}"#), one()),
        ("E bare", format!(r#"{{"EventId":"4c3b","CloudTrailEvent":{quoted}}}"#), one()),
        ("E list", format!(r#"[{{"CloudTrailEvent":{quoted}}},{{"CloudTrailEvent":{OTHER}}}]"#), both()),
        ("E printed by boto3", format!("{{'Events': [{{'EventId': 'e', 'EventTime': datetime.datetime(2026, 1, 10, 10, 38, 41, tzinfo=tzlocal()), 'CloudTrailEvent': '{}'}}]}}", RECORD.replace('\\', "\\\\")), one()),
        ("F", event_bridge(RECORD), one()),
        ("F insight", event_bridge(r#"{"eventVersion":"1.08","eventID":"e","insightDetails":{}}"#).replace("API Call", "Insight"), vec![raw(r#"{"eventVersion":"1.08","eventID":"e","insightDetails":{}}"#)]),
        ("G subscription", cloudwatch.clone(), both()),
        ("G lambda", json!({"awslogs": {"data": zipped(cloudwatch.as_bytes())}}).to_string(), both()),
        ("G get-log-events", json!({"events": [{"timestamp": 1, "message": RECORD, "ingestionTime": 2}], "nextForwardToken": "f/1"}).to_string(), one()),
        ("G insights", json!({"results": [[{"field": "@timestamp", "value": "2026-01-10 10:43:02.123"}, {"field": "@message", "value": RECORD}, {"field": "@ptr", "value": "p"}]], "status": "Complete"}).to_string(), one()),
        ("G export", string(&format!("2026-01-10T10:43:02.123Z {RECORD}\n2026-01-10T10:43:03.123Z {OTHER}\n")), both()),
        ("J row", json!({"preview": false, "offset": 0, "result": {"_raw": RECORD, "_time": "2026-01-10T10:38:41.000+00:00", "eventName": "X", "eventSource": "y"}}).to_string(), one()),
        ("J rows", json!({"preview": false, "init_offset": 0, "results": [{"_raw": RECORD}, {"_raw": OTHER}]}).to_string(), both()),
        ("J json_rows", json!({"preview": false, "fields": ["_time", "_raw"], "rows": [["t", RECORD], ["t", OTHER]]}).to_string(), both()),
        ("J HEC", format!(r#"{{"time":1768041521,"host":"h","sourcetype":"aws:cloudtrail","event":{RECORD}}}"#), one()),
        ("J HEC text", format!(r#"{{"time":1768041521,"host":"h","sourcetype":"aws:cloudtrail","event":{quoted}}}"#), one()),
        ("K kinesis", json!({"Records": [{"kinesis": {"data": base64(RECORD)}, "eventSource": "aws:kinesis", "eventID": "s", "eventName": "aws:kinesis:record"}]}).to_string(), one()),
        ("K kinesis of G", json!({"Records": [{"kinesis": {"data": zipped(cloudwatch.as_bytes())}}]}).to_string(), both()),
        ("K firehose", json!({"records": [{"recordId": "1", "data": base64(&format!("{RECORD}\n{OTHER}\n"))}]}).to_string(), both()),
        ("K get-records", json!({"Records": [{"SequenceNumber": "1", "Data": base64(RECORD), "PartitionKey": "p"}]}).to_string(), one()),
        ("K lambda SQS", json!({"Records": [{"messageId": "m", "body": RECORD, "eventSource": "aws:sqs"}]}).to_string(), one()),
        ("K receive-message", json!({"Messages": [{"MessageId": "m", "ReceiptHandle": "r", "Body": RECORD}]}).to_string(), one()),
        ("K lambda SNS", json!({"Records": [{"EventSource": "aws:sns", "Sns": {"Type": "Notification", "Message": RECORD}}]}).to_string(), one()),
        ("K SQS, SNS, EventBridge", json!({"Messages": [{"MessageId": "m", "Body": sns(&event_bridge(RECORD))}]}).to_string(), one()),
        ("K lambda SQS, SNS, EventBridge", json!({"Records": [{"messageId": "m", "body": sns(&event_bridge(RECORD))}, {"messageId": "n", "body": sns(&event_bridge(OTHER))}]}).to_string(), both()),
        ("P raw data", json!({"class_uid": 6003, "metadata": {}, "raw_data": RECORD}).to_string(), one()),
        ("Q original", json!({"_index": "i", "_source": {"@timestamp": "t", "event": {"original": RECORD, "action": "X"}, "aws": {"cloudtrail": {}}}}).to_string(), one()),
        ("Q search", json!({"took": 1, "hits": {"total": {"value": 1}, "hits": [{"_source": {"event.original": RECORD}}]}}).to_string(), one()),
        ("Q filebeat", json!({"@timestamp": "t", "message": RECORD, "input": {"type": "aws-s3"}}).to_string(), one()),
        ("R Datadog", format!(r#"{{"id":"A","content":{{"timestamp":"t","tags":[],"message":"","attributes":{RECORD}}}}}"#), one()),
        ("R Datadog search", format!(r#"{{"data":[{{"id":"A","type":"log","attributes":{{"message":"m","attributes":{RECORD}}}}}]}}"#), one()),
        ("R Chronicle", json!({"raw_log": base64(RECORD)}).to_string(), one()),
        ("R one member", format!(r#"{{"anything":{RECORD}}}"#), one()),
        ("twice encoded", string(&quoted), one()),
        ("signed", format!(r#"{{"hashSignature":"7c","files":[],"PublicKeyList":[],"Events":[{{"CloudTrailEvent":{quoted}}}]}}"#), one()),
        ("syslog", string(&format!("<134>1 2026-01-10T10:43:02Z host app - - - {RECORD}")), one()),
    ] {
        assert_eq!(found(&value), expected, "{name}: {value}");
    }
}

#[test]
fn what_is_legitimately_nothing_says_what_it_is() {
    for (value, words) in [
        (r#"{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"us-east-1","eventTime":"t","eventName":"ObjectCreated:Put","userIdentity":{},"s3":{"bucket":{}}}]}"#.to_owned(), "an S3 notification"),
        (r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}"#.to_owned(), "the event by which S3 tests"),
        (sns(r#"{"s3Bucket":"b","s3ObjectKey":["AWSLogs/k"]}"#), "a pointer to log files"),
        (sns("CloudTrail validation message."), "the message by which CloudTrail tests"),
        (r#"{"Type":"SubscriptionConfirmation","Message":"You have chosen"}"#.to_owned(), "a confirmation"),
        (r#"{"messageType":"CONTROL_MESSAGE","logEvents":[{"message":"CWL CONTROL MESSAGE"}]}"#.to_owned(), "a control message"),
        (r#"{"detail-type":"Object Created","source":"aws.s3","detail":{"bucket":{}}}"#.to_owned(), "an S3 notification"),
        (r#"{"Events":[],"NextToken":"t"}"#.to_owned(), "an empty list"),
        (r#"{"QueryResultRows":[],"QueryStatus":"RUNNING"}"#.to_owned(), "an empty page of CloudTrail Lake"),
        (r#"{"results":[],"status":"Running"}"#.to_owned(), "an empty page of query results"),
        (r#"{"version":"1.0","region":"us-east-1","files":[{"fileHashValue":"6f","fileName":"result_1.csv.gz"}],"hashAlgorithm":"SHA-256","signatureAlgorithm":"SHA256withRSA","queryCompleteTime":"2026-01-10T10:38:41Z","hashSignature":"7c","publicKeyFingerprint":"67"}"#.to_owned(), "the signature of query results"),
        (r#"{"PublicKeyList":[{"Value":"MIIB","ValidityStartTime":1768041521.0,"ValidityEndTime":"2026-02-10T10:38:41Z","Fingerprint":"67"}]}"#.to_owned(), "public keys of CloudTrail"),
        (r#"{"AcceptRanges":"bytes","ContentLength":5,"ETag":"\"e\"","Metadata":{"signature":"29","signature-algorithm":"SHA256withRSA"}}"#.to_owned(), "the metadata of digest files"),
        ("{\n \"AWSLogs/1/CloudTrail-Digest/a.json.gz\": {\n \"signature\": \"29\", \"signature-algorithm\": \"SHA256withRSA\"}}".to_owned(), "the metadata of digest files"),
        (r#"{"preview":false,"lastrow":true}"#.to_owned(), "a row of a Splunk export"),
        (r#"{"index":{"_index":"logs"}}"#.to_owned(), "an action line"),
        (json!({"awslogs": {"data": zipped(b"")}}).to_string(), "an empty payload"),
    ] {
        let all = found(&value);
        assert!(matches!(all.as_slice(), [Found::Nothing(what)] if what.starts_with(words)), "{value}: {all:?}");
    }
}

#[test]
fn events_of_others_are_named() {
    for (value, words) in [
        (
            r#"{"detail-type":"GuardDuty Finding","source":"aws.guardduty","detail":{"id":"x"}}"#,
            "an EventBridge event of type `GuardDuty Finding`",
        ),
        (
            r#"{"detail-type":"AWS API Call via CloudTrail","detail":{"a":1}}"#,
            "the detail of an EventBridge event",
        ),
        (r#"{"class_uid":4001,"metadata":{"product":{"name":"VPC Flow"}}}"#, "an OCSF event of VPC Flow"),
        (
            r#"{"eventID":"1","eventName":"INSERT","eventSource":"aws:dynamodb","dynamodb":{"Keys":{}}}"#,
            "a record of a DynamoDB stream",
        ),
        (r#"{"_raw":"127.0.0.1 GET /","_time":"t"}"#, "`_raw`: "),
    ] {
        assert!(reject(value).starts_with(words), "{}", reject(value));
    }
}

#[test]
fn six_wrappers_are_opened_and_a_seventh_is_not() {
    let mut value = RECORD.to_owned();
    for level in 1..=8 {
        value = format!(r#"{{"event":{value}}}"#);
        if level <= 6 {
            assert_eq!(found(&value), [raw(RECORD)], "{level}");
        } else {
            assert!(reject(&value).contains("more than 6 wrappers"), "{level}");
        }
    }
    let deep = format!("{}{RECORD}{}", "[".repeat(50_000), "]".repeat(50_000));
    assert!(reject(deep).contains("more than 6 wrappers"));
}

#[test]
fn payloads_that_are_cut_or_damaged_give_what_they_hold() {
    let mut damaged = zipped(format!("{RECORD}\n{OTHER}\n").as_bytes());
    damaged.truncate(damaged.len() - 8);
    let all = found(json!({"awslogs": {"data": damaged}}).to_string());
    assert_eq!(all[0], raw(RECORD));
    assert!(
        matches!(all.last(), Some(Found::Reject(r)) if r.contains("the gzip payload is damaged")),
        "{all:?}"
    );
}
