//! The known wrappers, told apart by the keys of one object.
//!
//! Each opener looks for the keys that only its wrapper has and answers `None`
//! when they are not there. What is certainly a wrapper but holds no record is
//! rejected with the name of the wrapper; the last resort, a member that by its
//! name may hold a record, claims nothing it did not find.

use super::object::Object;
use super::reason::{self, Unknown};
use super::row::Cell;
use super::table::{self, Columns};
use super::walk::{Batch, Step, Walker};
use super::{Evidence, companion, ecs, lookup, ocsf, query};
use crate::json;
use crate::text::{clip, visible};

type Opener = fn(&mut Walker<'_>, &Object<'_>) -> Option<Step>;

/// In the order in which they are tried: what is distinctive comes first.
const OPENERS: &[Opener] = &[
    digest,
    record_list,
    log_list,
    query::lake_page,
    result_set,
    query::results,
    field_rows,
    hits,
    lambda,
    queue,
    notification,
    pointer,
    event_bridge,
    log_event,
    lookup::open,
    ocsf::open,
    raw_row,
    ecs::open,
    table::open_renamed,
    // Behind all that hold records: nobody hides one by signing it.
    companion::open,
    control,
];

/// Opens an object that is no plain record.
pub(crate) fn open(w: &mut Walker<'_>, object: &Object<'_>, evidence: Evidence) -> Step {
    if evidence.lacks_only_time()
        && let Some(record) = with_time(object)
    {
        return w.stamped(record);
    }
    let told = OPENERS.iter().find_map(|opener| opener(w, object)).unwrap_or_else(|| by_name(w, object));
    if told.is_ok() && !object.is_complete() {
        w.reject(format!("the object breaks off after {} members", object.members().len()));
    }
    told
}

/// Logstash moves `eventTime` to `@timestamp`; here it goes back, and all else stays as it is.
fn with_time(object: &Object<'_>) -> Option<Vec<u8>> {
    let stamp = object.get("@timestamp")?;
    if object.raw("eventTime").is_none() {
        let rest = object.json.strip_prefix(b"{")?;
        return Some([b"{\"eventTime\":", stamp, b",", rest].concat());
    }
    // Of two members with the same key the last one counts, so that `null` has to stand before.
    let head = object.json.strip_suffix(b"}")?;
    Some([head, b",\"eventTime\":", stamp, b"}"].concat())
}

/// Opens what a wrapper certainly holds: a fault in it is a fault of this wrapper.
fn must(w: &mut Walker<'_>, value: &[u8], what: &str) -> Step {
    if let Err(why) = w.inner(value) {
        w.reject(format!("{what}: {}", reason::describe(why, value)));
    }
    Ok(())
}

/// A list that certainly is one of records, or of wrappers of them.
fn must_list(w: &mut Walker<'_>, object: &Object<'_>, key: &str) -> Option<Step> {
    let value = object.raw(key)?;
    if value.starts_with(b"[") {
        return Some(w.deeper(|w| w.list(value, key, true)));
    }
    if value.starts_with(b"\"") {
        return Some(must(w, value, &format!("`{key}`")));
    }
    w.reject(format!("`{key}` is {}, not a list of records", reason::quoted(value)));
    Some(Ok(()))
}

fn digest(w: &mut Walker<'_>, o: &Object<'_>) -> Option<Step> {
    let is_digest = o.has("digestStartTime") || o.has("digestS3Object") || o.has("digestSignatureAlgorithm");
    (is_digest && (o.has("logFiles") || o.has("digestEndTime"))).then(|| w.digest())
}

fn record_list(w: &mut Walker<'_>, o: &Object<'_>) -> Option<Step> {
    let of_kind = |key: &str| o.raw(key).is_some_and(|v| v.starts_with(b"[") || o.members().len() <= 3);
    let key = ["Records", "Events", "Messages"].into_iter().find(|key| of_kind(key))?;
    must_list(w, o, key)
}

/// CloudWatch Logs: a subscription, or `filter-log-events` and its like.
fn log_list(w: &mut Walker<'_>, o: &Object<'_>) -> Option<Step> {
    if o.text("messageType").as_deref() == Some("CONTROL_MESSAGE") {
        return Some(w.nothing("a control message of CloudWatch Logs"));
    }
    if let Some(data) = json::at_path(o.json, &["awslogs", "data"]) {
        return Some(must(w, data, "`awslogs.data`"));
    }
    let key = ["logEvents", "events", "records"].into_iter().find(|key| o.list(key).is_some())?;
    must_list(w, o, key)
}

/// Athena's `get-query-results`: the first row repeats the names.
fn result_set(w: &mut Walker<'_>, o: &Object<'_>) -> Option<Step> {
    let set = o.object("ResultSet")?;
    let rows = json::member(set, "Rows")?;
    let cells = |row| {
        json::elements(json::member(row, "Data").unwrap_or(b"[]")).map(|c| json::member(c, "VarCharValue"))
    };
    let texts = |row| -> Vec<String> {
        cells(row).map(|c| c.and_then(json::scalar).unwrap_or_default().into_owned()).collect()
    };
    let info = json::at_path(set, &["ResultSetMetadata", "ColumnInfo"]).unwrap_or(b"[]");
    let mut names: Vec<String> = json::elements(info)
        .map(|c| json::member(c, "Name").and_then(json::scalar).unwrap_or_default().into_owned())
        .collect();
    let mut rows: Vec<&[u8]> = json::elements(rows).collect();
    if let Some(first) = rows.first()
        && (names.is_empty() || texts(first) == names)
    {
        names = texts(first);
        rows.remove(0);
    }
    let columns = Columns::of(names);
    let mut batch = Batch::new(true);
    for row in &rows {
        let told = columns.open(w, cells(row).map(|c| c.and_then(Cell::of_json)).collect());
        w.note(told, row, &mut batch, "ResultSet.Rows");
    }
    Some(if rows.is_empty() { w.nothing("an empty page of Athena") } else { Ok(()) })
}

/// A table as names and rows, the way Splunk writes `json_rows`.
fn field_rows(w: &mut Walker<'_>, o: &Object<'_>) -> Option<Step> {
    let (fields, rows) = (o.list("fields").or_else(|| o.list("columns"))?, o.list("rows")?);
    let name = |field| json::scalar(field).or_else(|| json::scalar(json::member(field, "name")?));
    let names = json::elements(fields).map(|field| name(field).unwrap_or_default().into_owned()).collect();
    Some(table::open_rows(w, names, rows, "rows"))
}

/// The answer to a search of Elasticsearch.
fn hits(w: &mut Walker<'_>, o: &Object<'_>) -> Option<Step> {
    let hits = json::member(o.object("hits")?, "hits").filter(|list| list.starts_with(b"["))?;
    Some(w.deeper(|w| w.list(hits, "hits.hits", true)))
}

/// What Lambda hands to a function, except for queues.
fn lambda(w: &mut Walker<'_>, o: &Object<'_>) -> Option<Step> {
    if o.object("s3").is_some() || o.text("eventSource").as_deref() == Some("aws:s3") {
        return Some(w.nothing("an S3 notification: it names a log file and holds no events"));
    }
    if o.object("dynamodb").is_some() {
        w.reject("a record of a DynamoDB stream, not of CloudTrail".to_owned());
        return Some(Ok(()));
    }
    if let Some(stream) = o.object("kinesis") {
        return Some(must(w, json::member(stream, "data").unwrap_or(b"null"), "`kinesis.data`"));
    }
    let topic = o.object("Sns")?;
    Some(message(w, json::member(topic, "Message").unwrap_or(b"null")))
}

fn queue(w: &mut Walker<'_>, o: &Object<'_>) -> Option<Step> {
    let lambda = o.has("body") && (o.has("messageId") || o.has("receiptHandle"));
    let client = o.has("Body") && (o.has("MessageId") || o.has("ReceiptHandle"));
    let key = if lambda { "body" } else { "Body" };
    (lambda || client).then(|| must(w, o.get(key).unwrap_or(b"null"), "the body of an SQS message"))
}

fn notification(w: &mut Walker<'_>, o: &Object<'_>) -> Option<Step> {
    match o.text("Type")?.as_ref() {
        "Notification" => Some(message(w, o.get("Message")?)),
        "SubscriptionConfirmation" | "UnsubscribeConfirmation" => {
            Some(w.nothing("a confirmation of an SNS subscription"))
        }
        _ => None,
    }
}

fn message(w: &mut Walker<'_>, message: &[u8]) -> Step {
    if message.starts_with(b"\"CloudTrail validation message") {
        return w.nothing("the message by which CloudTrail tests an SNS topic");
    }
    must(w, message, "the message of an SNS notification")
}

/// What CloudTrail tells a topic: where the files are.
fn pointer(w: &mut Walker<'_>, o: &Object<'_>) -> Option<Step> {
    if o.has("s3Bucket") && o.has("s3ObjectKey") {
        return Some(w.nothing("a pointer to log files in S3, not their events; load the files it names"));
    }
    (o.text("Event")? == "s3:TestEvent").then(|| w.nothing("the event by which S3 tests a notification"))
}

fn event_bridge(w: &mut Walker<'_>, o: &Object<'_>) -> Option<Step> {
    let kind = o.text("detail-type")?;
    let Some(detail) = o.get("detail") else {
        w.reject("an EventBridge event without `detail`".to_owned());
        return Some(Ok(()));
    };
    if kind.contains("CloudTrail") {
        return Some(must(w, detail, "the detail of an EventBridge event"));
    }
    if o.text("source").as_deref() == Some("aws.s3") {
        return Some(w.nothing("an S3 notification: it names a log file and holds no events"));
    }
    if w.inner(detail).is_err() {
        let kind = visible(&kind);
        w.reject(format!("an EventBridge event of type `{}`, not one of CloudTrail", clip(&kind, 60)));
    }
    Some(Ok(()))
}

/// One event of CloudWatch Logs.
fn log_event(w: &mut Walker<'_>, o: &Object<'_>) -> Option<Step> {
    let is_small = o.members().len() <= 4 && (o.has("id") || o.has("eventId"));
    let message = o.get("message").filter(|_| o.has("timestamp") && (is_small || o.has("ingestionTime")))?;
    Some(must(w, message, "a message of CloudWatch Logs"))
}

/// A row of Splunk, or of anything else that calls the raw text so.
fn raw_row(w: &mut Walker<'_>, o: &Object<'_>) -> Option<Step> {
    let raw = o.get("_raw")?;
    let names = o.members().iter().map(|m| json::decode(m.key).0.into_owned()).collect();
    let told = Columns::of(names).open(w, o.members().iter().map(|m| Cell::of_json(m.value)).collect());
    if let Err(why) = told {
        w.reject(format!("`_raw`: {}", reason::describe(why, raw)));
    }
    Some(Ok(()))
}

/// Lines of exports that carry no data.
fn control(w: &mut Walker<'_>, o: &Object<'_>) -> Option<Step> {
    if o.has("preview") && !o.has("result") {
        return Some(w.nothing("a row of a Splunk export without a result"));
    }
    let [only] = o.members() else { return None };
    let is_action = matches!(only.key, b"index" | b"create") && only.value.starts_with(b"{");
    let is_target = json::members(only.value).all(|m| m.key.starts_with(b"_"));
    (is_action && is_target).then(|| w.nothing("an action line of an Elasticsearch bulk file"))
}

/// Members that by their name may hold a record, the rawest first.
const HOLDERS: &[&str] = &[
    "raw",
    "rawLog",
    "raw_log",
    "rawEvent",
    "raw_event",
    "raw_data",
    "original",
    "@message",
    "Message",
    "message",
    "Body",
    "body",
    "detail",
    "event",
    "record",
    "Record",
    "log",
    "payload",
    "Payload",
    "data",
    "Data",
    "result",
    "_source",
    "content",
    "attributes",
    "protoPayload",
    "jsonPayload",
    "textPayload",
    "fields",
    "value",
    "line",
    "msg",
    "json",
    "cloudtrail",
    "logs",
    "items",
    "rows",
    "hits",
    "entries",
    "logEntries",
    "cloudTrailEvent",
    "object",
];

fn by_name(w: &mut Walker<'_>, o: &Object<'_>) -> Step {
    let mut worst = Unknown::NotRecord;
    let only = match o.members() {
        [only] if !HOLDERS.iter().any(|key| key.as_bytes() == only.key) => Some(only.value),
        _ => None,
    };
    for value in HOLDERS.iter().filter_map(|key| o.get(key)).chain(only) {
        match w.inner(value) {
            Ok(()) => return Ok(()),
            Err(why) => worst = worst.max(why),
        }
    }
    Err(worst)
}
